//! The client, and the path of every call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::cache::{Cache, CacheLookup, CachedFetch, InvalidationGuard, Served};
use crate::client::call_options::CallOptions;
use crate::client::response::Response;
use crate::config::{TIMEOUT, check_timeout};
use crate::error::Error;
use crate::http::{ApiClient, Upstream, UpstreamRequest};
use crate::request::{Arguments, Operation, TokenEffect};

/// A client of the outbound-application service. Create one and share it: it is cheap to clone.
///
/// Building a client does no I/O. A client belongs to the tokio runtime of its first call, so a process with several
/// runtimes needs a client for each.
///
/// ```no_run
/// # async fn example() -> Result<(), descope_outbound::Error> {
/// use descope_outbound::Client;
///
/// // From DESCOPE_PROJECT_ID and DESCOPE_MANAGEMENT_KEY; or use Client::builder().
/// let client = Client::from_env()?;
/// let token = client.fetch_token("google-calendar", "user-id").await?;
/// let header = format!("Bearer {}", token.access_token.expose());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    api: Arc<ApiClient>,
    cache: Option<Arc<Cache>>,
}

impl Client {
    pub(crate) fn new(api: Arc<ApiClient>, cache: Option<Arc<Cache>>) -> Self {
        Self { api, cache }
    }

    /// The cache, if the client was [built](crate::ClientBuilder::cache) with one.
    ///
    /// ```
    /// # fn example() -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::{CacheOptions, Client};
    ///
    /// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
    /// assert_eq!(client.cache().map(|cache| cache.stats().hits), Some(0));
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    #[must_use]
    pub fn cache(&self) -> Option<&Cache> {
        self.cache.as_deref()
    }

    /// Performs any operation, and returns the service's JSON. The other methods are based on this one.
    ///
    /// `options` is a [`CallOptions`], or a timeout for the whole call, retries and waits included. `None` is the client's
    /// timeout.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// # emulator.connect(descope_outbound_emulator::Connection::user("google-calendar", "user-id"))?;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let arguments = Arguments::default().with("user_id", "user-id");
    /// let response = client.call(&operation::LIST_APPS_WITH_USER_TOKEN, arguments, None).await?;
    /// assert_eq!(response.json(), br#"{"appIds":["google-calendar"]}"#);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        options: impl Into<CallOptions>,
    ) -> Result<Response, Error> {
        let CallOptions { timeout, min_validity } = options.into();
        let timeout = timeout.map_or(Ok(self.timeout()), |timeout| check_timeout(TIMEOUT, timeout))?;
        let Some(cache) = &self.cache else { return self.send(operation, arguments, timeout).await };
        if let Some(lookup) = CacheLookup::read(operation, &arguments) {
            let arguments = Some(&arguments);
            let fetch = CachedFetch { cache, arguments, timeout, min_validity };
            return fetch.run(&lookup).await.map(Response);
        }
        if matches!(operation.token_effect, TokenEffect::Reads { .. }) {
            // The cache cannot serve this fetch, but its statistics count the requests.
            let content = cache.send_uncacheable(operation, arguments, timeout).await?;
            return Ok(Response(Served::Network(content)));
        }
        let guard = InvalidationGuard::new(cache.state(), operation, &arguments);
        let response = self.send(operation, arguments, timeout).await;
        drop(guard);
        response
    }

    /// Waits for the license handshake, for at most 5 s. Then the first call already sends the tier.
    ///
    /// A failed handshake is not an error.
    ///
    /// # Errors
    /// [`ErrorKind::ManagementKeyMissing`](crate::ErrorKind::ManagementKeyMissing) if the client has no management key.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// client.open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(&self) -> Result<(), Error> {
        self.api.open().await
    }

    /// Checks that the client has a management key. It sends nothing, so it does not check that the service accepts the key.
    ///
    /// # Errors
    /// [`ErrorKind::ManagementKeyMissing`](crate::ErrorKind::ManagementKeyMissing) if the client has no management key.
    ///
    /// ```
    /// use descope_outbound::{Client, Environment};
    ///
    /// let client = Client::builder().environment(Environment::default()).project_id("P2made").build();
    /// assert!(client.is_ok_and(|client| client.require_management_key().is_err()));
    /// ```
    pub fn require_management_key(&self) -> Result<(), Error> {
        self.api.signed_headers().map(drop)
    }

    /// Serves a fetch from the cache. It does not block and needs no runtime.
    pub(crate) fn serve_cached(&self, lookup: &CacheLookup<'_>, min_validity: Duration) -> Option<Response> {
        let cache = self.cache.as_ref()?;
        if !lookup.is_cacheable() {
            return None;
        }
        let fetch = CachedFetch { cache, arguments: None, timeout: self.timeout(), min_validity };
        fetch.serve_now(lookup).map(Response)
    }

    #[cfg(any(test, fuzzing))]
    pub(crate) fn base_url(&self) -> &crate::config::BaseUrl {
        &self.api.config().base_url
    }

    fn timeout(&self) -> Duration {
        self.api.config().timeout
    }

    async fn send(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let request = UpstreamRequest { operation, arguments, timeout, before_attempt: &|_| Ok(()) };
        let content = self.api.perform(request).await?;
        Ok(Response(Served::Network(content)))
    }
}

/// Leaves every credential out.
impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = self.api.config();
        formatter
            .debug_struct("Client")
            .field("project_id", &config.project_id.as_str())
            .field("base_url", &config.base_url.as_str())
            .finish_non_exhaustive()
    }
}
