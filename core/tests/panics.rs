//! The output of a program in which a task with secrets panics. The test runs itself as that program.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

use std::process::Command;

use descope_outbound::{
    Argument, Arguments, Client, Environment, LicenseHandshake, Secret, TokenUpload, operation,
};
use tracing_subscriber::fmt::Subscriber;

const PANICKING: &str = "PANICKING_CHILD";

#[test]
fn a_panic_prints_no_secret_of_its_task() {
    if std::env::var_os(PANICKING).is_some() {
        panic_with_secrets();
    }
    let name = "a_panic_prints_no_secret_of_its_task";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(PANICKING, "yes")
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&[child.stdout, child.stderr].concat()).into_owned();
    assert!(!child.status.success());
    // The panic of the task, then the panic of its caller, with every value that the task prints.
    for expected in ["panic in the task", "panic after the task", "[redacted]", "TRACE", "stack backtrace"] {
        assert!(printed.contains(expected), "{expected:?} is missing in {printed}");
    }
    let shown: Vec<_> = printed.lines().filter(|line| line.contains("made-up-")).collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

fn panic_with_secrets() -> ! {
    let subscriber = Subscriber::builder()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber.init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let ended = runtime.block_on(async { tokio::spawn(task()).await });
    panic!("panic after the task: {ended:?} {}", ended.as_ref().unwrap_err());
}

async fn task() {
    let environment: Environment =
        [("DESCOPE_MANAGEMENT_KEY", "made-up-key"), ("http_proxy", "http://u:made-up-password@127.0.0.1:1")]
            .into_iter()
            .collect();
    let builder = Client::builder()
        .environment(environment.clone())
        .project_id("Pmadeup")
        .base_url("http://127.0.0.1:1")
        .header("x-gateway-key", "made-up-gateway-key")
        .license_handshake(LicenseHandshake::Off)
        .retry_delays([]);
    let client = builder.clone().build().unwrap();
    let secret = Secret::from("made-up-inbound-token");
    let arguments = Arguments::default()
        .with("app_id", "a")
        .with("user_id", "u")
        .with("refresh_token", Secret::from("made-up-refresh-token"));
    let json: Argument =
        serde_json::from_str(r#"{"clientSecret":"made-up-client-secret","token":"made-up-inbound"}"#)
            .unwrap();
    let mut upload = TokenUpload::of_user("a", "u");
    upload.access_token = Some("made-up-access-token".into());
    let fetch = client.fetch_token("a", "u").inbound_token(secret.clone());
    let fetching = format!("{fetch:?}");
    let error = client.call(&operation::UPLOAD_USER_TOKEN, arguments.clone(), None).await.unwrap_err();
    let refused = Client::builder().project_id("P").base_url("https://u:made-up-password@h");
    panic!(
        "panic in the task: {environment:?} {builder:?} {client:?} {secret:?} {arguments:?} {json:?} {upload:?} {fetching} \
         {error} {error:?} {refused:?}"
    );
}
