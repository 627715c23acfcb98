//! A client and its emulator.
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::time::Duration;

use descope_outbound::{Client, ClientBuilder, Environment, LicenseHandshake};
use descope_outbound_emulator::{Connection, Emulator, Fault, Options};

/// Start an emulator in which `user` has connected `app`; the token's id is `token-1`.
pub(crate) async fn emulator() -> Emulator {
    emulator_with(Options::default()).await
}

pub(crate) async fn emulator_with(options: Options) -> Emulator {
    log_everything();
    let emulator = Emulator::start(options).await.expect("an emulator on a free port");
    let connection = Connection::user("app", "user").token_id("token-1").scopes(["read", "write"]);
    emulator.connect(connection).expect("a connection");
    emulator
}

/// Print the logs of all libraries at the most verbose level, so that the scan for planted secrets reads them.
fn log_everything() {
    use tracing_subscriber::filter::LevelFilter;
    use tracing_subscriber::fmt;
    // Only the first test installs the subscriber.
    let _ = fmt().with_max_level(LevelFilter::TRACE).with_test_writer().with_ansi(false).try_init();
}

/// A builder without environment variables, without a handshake that counts as a request, and without long pauses.
pub(crate) fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder()
        .environment(Environment::default())
        .project_id(emulator.project_id())
        .management_key(emulator.management_key())
        .base_url(emulator.base_url())
        .license_handshake(LicenseHandshake::Off)
        .retry_delays([Duration::from_millis(1); 3])
}

pub(crate) fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().expect("a client")
}

pub(crate) fn fail(emulator: &Emulator, fault: Fault) {
    emulator.add_fault(fault).expect("a fault");
}
