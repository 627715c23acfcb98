//! A running emulator, as a Rust test sees it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::certificates::{CaFile, Encryption};
use crate::connection::{Connection, Revocation};
use crate::counters::Counters;
use crate::fault::{Fault, FaultError};
use crate::inbound::InboundToken;
use crate::journal::JournalEntry;
use crate::listener::listen;
use crate::options::Options;
use crate::start_error::StartError;
use crate::state::ConnectError;
use crate::world::World;

/// A running emulator. It stops when it is dropped.
pub struct Emulator {
    world: Arc<World>,
    address: SocketAddr,
    ca: Option<CaFile>,
    stop: Option<oneshot::Sender<()>>,
    listening: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator on the current Tokio runtime. It listens on 127.0.0.1 and on nothing else.
    ///
    /// # Errors
    /// The port is taken, the seed or an option makes no sense, or the certificate file cannot be written.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        options.check()?;
        let encryption = options.tls.then(|| Encryption::new(&options)).transpose();
        let (acceptor, ca) = match encryption.map_err(StartError::Certificate)? {
            Some(Encryption { acceptor, ca }) => (Some(acceptor), Some(ca)),
            None => (None, None),
        };
        let port = options.port;
        let refused = |source| StartError::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let world = Arc::new(World::new(options));
        let (stop, stopped) = oneshot::channel();
        let listening = tokio::spawn(listen(listener, acceptor, world.clone(), stopped));
        Ok(Self { world, address, ca, stop: Some(stop), listening })
    }

    /// The base URL to give to a client, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.ca.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that a client has to trust, with TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca.as_ref().map(CaFile::pem)
    }

    /// The file with that certificate; it is removed when the emulator is dropped.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca.as_ref().map(CaFile::path)
    }

    /// The project id that it accepts.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.world.settings.project_id
    }

    /// The management key that it accepts.
    #[must_use]
    pub fn management_key(&self) -> &str {
        &self.world.settings.management_key
    }

    /// A user consents at a provider, and the vault stores what the provider issued. Gives the token's id.
    ///
    /// # Errors
    /// The connection names no app or nobody, an app that the seed does not list, or something pinned that exists.
    pub fn connect(&self, connection: Connection) -> Result<String, ConnectError> {
        self.world.state().connect(&self.world.settings, connection)
    }

    /// Issues an inbound-app access token, which fetches in the place of the management key.
    #[must_use]
    pub fn issue_inbound_token(&self, request: InboundToken) -> String {
        self.world.state().issue_inbound_token(&self.world.settings, request)
    }

    /// Consents are withdrawn at the provider, which refuses their tokens from now on. The vault is not told. Gives
    /// how many consents those were.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn revoke(&self, revocation: &Revocation) -> usize {
        self.world.state().provider.revoke(revocation)
    }

    /// Whether a provider accepts this access token now: what `GET /provider/{app}/me` tells, without a request.
    #[must_use]
    pub fn accepts(&self, app_id: &str, access_token: &str) -> bool {
        let mut state = self.world.state();
        let now = state.clock.now();
        state.provider.bearer_of(app_id, access_token, now).is_some()
    }

    /// Moves the clock on: of the vault and the providers, not of latency.
    pub fn advance(&self, span: Duration) {
        self.world.state().clock.advance(span);
    }

    /// Adds a fault after those that are there.
    ///
    /// # Errors
    /// The fault cannot be applied, for example because a header cannot be sent.
    pub fn add_fault(&self, fault: Fault) -> Result<(), FaultError> {
        self.world.state().faults.add(fault)
    }

    /// Takes all faults away, and releases what they hold. What hangs goes on hanging.
    pub fn clear_faults(&self) {
        self.world.clear_faults();
    }

    /// Sends the answers that [`Fault::hold`] keeps back, and says how many those were.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn release(&self) -> usize {
        self.world.release()
    }

    /// As a restart of the service: every connection is cut, and new ones are refused for so long. What it knows
    /// stays.
    pub fn restart(&self, refused_for: Duration) {
        self.world.restarts.send_replace(refused_for);
    }

    /// Waits until at least `count` answers are held back.
    pub async fn wait_for_held(&self, count: usize) {
        // The sender lives as long as the emulator: the wait cannot fail.
        let _ = self.world.held.subscribe().wait_for(|held| *held >= count).await;
    }

    /// Waits until at least `count` requests have arrived, answered or not, those to `/_emulator/` apart.
    pub async fn wait_for_requests(&self, count: u64) {
        // As above.
        let _ = self.world.arrivals.subscribe().wait_for(|arrived| *arrived >= count).await;
    }

    /// The latest requests (10,000 at most), oldest first, without their secrets.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.world.state().journal.entries()
    }

    /// What has happened, in numbers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.world.state().counters()
    }

    /// Back to the state at the start: the seed, no faults, an empty journal, the machine's time.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Stops it, and waits until all its connections are closed.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        // The task ends by being told to; that it was cancelled or panicked would make no difference now.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("base_url", &self.base_url())
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}
