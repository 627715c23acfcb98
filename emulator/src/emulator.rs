//! A running emulator, as a Rust test uses it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::faults::{Fault, FaultError};
use crate::journal::JournalEntry;
use crate::server::{CaFile, TlsSetup, listen};
use crate::setup::{Connection, InboundToken, Options, Revocation, StartError};
use crate::state::{ConnectError, EmulatorContext, EmulatorCounters};

/// A running emulator. Dropping it stops it.
pub struct Emulator {
    context: Arc<EmulatorContext>,
    address: SocketAddr,
    ca: Option<CaFile>,
    stop: Option<oneshot::Sender<()>>,
    listening: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator on the current Tokio runtime. It listens on 127.0.0.1 only.
    ///
    /// # Errors
    /// The port is in use, the seed or an option is not valid, or the certificate file cannot be written.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        options.check()?;
        let tls = options.tls.then(|| TlsSetup::new(&options)).transpose();
        let (acceptor, ca) = match tls.map_err(StartError::Certificate)? {
            Some(TlsSetup { acceptor, ca }) => (Some(acceptor), Some(ca)),
            None => (None, None),
        };
        let port = options.port;
        let bind_error = |source| StartError::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let context = Arc::new(EmulatorContext::new(options));
        let (stop, stopped) = oneshot::channel();
        let listening = tokio::spawn(listen(listener, acceptor, context.clone(), stopped));
        Ok(Self { context, address, ca, stop: Some(stop), listening })
    }

    /// The base URL for the client, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.ca.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// With TLS, the certificate that the client must trust.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca.as_ref().map(CaFile::pem)
    }

    /// The file with that certificate. Dropping the emulator removes it.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca.as_ref().map(CaFile::path)
    }

    /// The project id that it accepts.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.context.options.project_id
    }

    /// The management key that it accepts.
    #[must_use]
    pub fn management_key(&self) -> &str {
        &self.context.options.management_key
    }

    /// Records a consent at a provider, stores its tokens in the vault, and returns the token's id.
    ///
    /// # Errors
    /// The app, or both user and tenant, are missing; the app is not in the seed; or a chosen id or token exists.
    pub fn connect(&self, connection: Connection) -> Result<String, ConnectError> {
        self.context.state().connect(&self.context.options, connection)
    }

    /// Issues an inbound-app access token, which replaces the management key in fetches.
    #[must_use]
    pub fn issue_inbound_token(&self, request: InboundToken) -> String {
        self.context.state().issue_inbound_token(&self.context.options, request)
    }

    /// Revokes the matching consents at the provider and returns their count. The provider rejects their tokens from
    /// now on. The vault does not notice.
    #[expect(clippy::must_use_candidate, reason = "callers may ignore the count")]
    pub fn revoke(&self, revocation: &Revocation) -> usize {
        self.context.state().provider.revoke(revocation)
    }

    /// Whether a provider accepts this access token now. The same check as `GET /provider/{app}/me`, without a request.
    #[must_use]
    pub fn accepts(&self, app_id: &str, access_token: &str) -> bool {
        let mut state = self.context.state();
        let now = state.clock.now();
        state.provider.validate(app_id, access_token, now).is_some()
    }

    /// Advances the clock of the vault and the providers. Latency stays in real time.
    pub fn advance(&self, span: Duration) {
        self.context.state().clock.advance(span);
    }

    /// Adds a fault after the existing ones.
    ///
    /// # Errors
    /// The fault cannot be applied, for example because a header is not valid.
    pub fn add_fault(&self, fault: Fault) -> Result<(), FaultError> {
        self.context.state().faults.add(fault)
    }

    /// Removes all faults and sends the held responses. A hanging request stays without a response.
    pub fn clear_faults(&self) {
        self.context.clear_faults();
    }

    /// Sends the responses that [`Fault::hold`] holds, and returns their count.
    #[expect(clippy::must_use_candidate, reason = "callers may ignore the count")]
    pub fn release(&self) -> usize {
        self.context.release()
    }

    /// Emulates a restart of the service. It closes every connection, and refuses new ones for this time. The state
    /// stays.
    pub fn restart(&self, refused_for: Duration) {
        self.context.restarts.send_replace(refused_for);
    }

    /// Waits until at least `count` responses are held.
    pub async fn wait_for_held(&self, count: usize) {
        // The emulator owns the sender, so the wait cannot fail.
        let _ = self.context.held.subscribe().wait_for(|held| *held >= count).await;
    }

    /// Waits until at least `count` requests have arrived. Requests to `/_emulator/` do not count.
    pub async fn wait_for_requests(&self, count: u64) {
        // As above.
        let _ = self.context.arrivals.subscribe().wait_for(|arrived| *arrived >= count).await;
    }

    /// The latest requests (at most 10,000), oldest first, without their secrets.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.context.state().journal.entries()
    }

    /// The counts since the start or the last reset.
    #[must_use]
    pub fn counters(&self) -> EmulatorCounters {
        self.context.state().counters()
    }

    /// Restores the state at the start: the seed, no faults, an empty journal and the machine's time.
    pub fn reset(&self) {
        self.context.reset();
    }

    /// Stops the emulator and waits until all its connections are closed.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        // A cancelled or panicked task has also stopped.
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
