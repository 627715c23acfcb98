//! The settings of a client, and the builder that checks them.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::cache::{Cache, CacheOptions};
use crate::client::handle::Client;
use crate::config::{
    BaseUrl, Config, DEFAULT_TIMEOUT, Environment, LONGEST_TIMEOUT, MANAGEMENT_KEY, ProjectId, Proxies,
    TIMEOUT, Trust, check_timeout, resolve_management_key,
};
use crate::error::{ArgumentName, Error};
use crate::http::{ApiClient, DEFAULT_DELAYS, LicenseHandshake};
use crate::request::headers::{bearer, secret_header};
use crate::secret::{Mask, Secret};

const BASE_HEADERS: ArgumentName = ArgumentName { snake: "base_headers", camel: "baseHeaders" };

/// Builds a [`Client`]. Every setting has a default. A setting made here takes precedence over the environment.
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::{CacheOptions, Client};
///
/// # fn main() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder()
///     .project_id("P2made")
///     .management_key("made-up-key")
///     .timeout(Duration::from_secs(5))
///     .cache(CacheOptions::default())
///     .build()?;
/// assert!(client.cache().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    project_id: Option<String>,
    management_key: Option<Secret>,
    /// A secret, since a caller may put a password into the URL.
    base_url: Option<Secret>,
    timeout: Duration,
    environment: Option<Environment>,
    license_handshake: LicenseHandshake,
    allow_insecure_http: bool,
    skip_verify: bool,
    pub(crate) additional_roots_variables: Vec<String>,
    pub(crate) sdk_name: &'static str,
    /// A language and its version.
    pub(crate) runtime: Option<(&'static str, String)>,
    /// The values are secrets, since one may be the key of a gateway.
    headers: Vec<(String, Secret)>,
    retry_delays: Vec<Duration>,
    cache: Option<CacheOptions>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            project_id: None,
            management_key: None,
            base_url: None,
            timeout: DEFAULT_TIMEOUT,
            environment: None,
            license_handshake: LicenseHandshake::default(),
            allow_insecure_http: false,
            skip_verify: false,
            additional_roots_variables: Vec::new(),
            sdk_name: "rust",
            runtime: None,
            headers: Vec::new(),
            retry_delays: DEFAULT_DELAYS.to_vec(),
            cache: None,
        }
    }
}

impl Client {
    /// Builds a client from the environment: `DESCOPE_PROJECT_ID`, `DESCOPE_MANAGEMENT_KEY` and `DESCOPE_BASE_URI`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if a variable is missing or malformed. The text names it.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), descope_outbound::Error> {
    /// let client = descope_outbound::Client::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts a builder. A setting that is not made comes from the environment.
    ///
    /// ```
    /// # fn example() -> Result<(), descope_outbound::Error> {
    /// use descope_outbound::Client;
    ///
    /// let client = Client::builder().project_id("P2made").management_key("made-up-key").build()?;
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

impl ClientBuilder {
    /// Sets the id of the Descope project. The default is `DESCOPE_PROJECT_ID`.
    ///
    /// An id of 32 characters or more also names the region, and with it the host of the service.
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("Peuc12aaaaaaaaaaaaaaaaaaaaaaaaaa").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Sets the management key, from the company settings of the console. The default is `DESCOPE_MANAGEMENT_KEY`.
    ///
    /// Without a key, only fetches with an [inbound token](crate::FetchToken::inbound_token) work. All other calls return
    /// [`ErrorKind::ManagementKeyMissing`](crate::ErrorKind::ManagementKeyMissing).
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").management_key("made-up-key").build()?;
    /// client.require_management_key()?;
    /// assert!(!format!("{client:?}").contains("made-up-key"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn management_key(mut self, management_key: impl Into<Secret>) -> Self {
        self.management_key = Some(management_key.into());
        self
    }

    /// Sets the URL of the service, for example of a gateway or of an emulator. A path is allowed.
    ///
    /// The default is `DESCOPE_BASE_URI`, or else the host of Descope in the project's region.
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").base_url("https://gateway.example/descope").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(Secret::from(base_url.into()));
        self
    }

    /// Limits the duration of each call as a whole, retries and waits included. The default is
    /// [`DEFAULT_TIMEOUT`], 20 s. Zero is an error. A longer timeout than a year counts as a year.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").timeout(Duration::from_secs(5)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Reads these variables instead of the environment of the process. It is meant for tests.
    ///
    /// ```
    /// # use descope_outbound::{Client, Environment};
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let environment: Environment = [("DESCOPE_PROJECT_ID", "P2made")].into_iter().collect();
    /// let client = Client::builder().environment(environment).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Sets when the client requests the license. The default is [`LicenseHandshake::Beside`]: concurrently with the first
    /// call.
    ///
    /// ```
    /// # use descope_outbound::{Client, LicenseHandshake};
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").license_handshake(LicenseHandshake::Off).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn license_handshake(mut self, license_handshake: LicenseHandshake) -> Self {
        self.license_handshake = license_handshake;
        self
    }

    /// Permits a base URL with plain `http` on another machine. The default is `false`.
    ///
    /// The management key and the tokens then travel unencrypted. Plain `http` on the loopback interface is always permitted.
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let builder = Client::builder().project_id("P2made").base_url("http://gateway.internal");
    /// assert!(builder.clone().build().is_err());
    /// let client = builder.allow_insecure_http(true).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Turns TLS verification off: any server can impersonate Descope. The default is `false`. It is meant for tests alone.
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").skip_verify(true).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn skip_verify(mut self, skip: bool) -> Self {
        self.skip_verify = skip;
        self
    }

    /// Adds a header to every request. A second call with the same name replaces the value.
    ///
    /// The client treats the value as a secret, since it may be the key of a gateway. [`build`](Self::build) rejects the
    /// headers that the client writes itself: `authorization`, `connection`, `content-length`, `content-type`, `host` and
    /// `transfer-encoding`.
    ///
    /// ```
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").header("x-gateway-key", "made-up-gateway-key").build()?;
    /// assert!(Client::builder().project_id("P2made").header("host", "example.com").build().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the longest wait before each retry, and with it the number of retries. The default is 0.1, 1 and 5 s.
    ///
    /// The wait is jittered between half of the delay and the whole delay. A `Retry-After` header takes precedence. No delays
    /// mean no retries.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use descope_outbound::Client;
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let delays = [Duration::from_millis(50), Duration::from_millis(500)];
    /// let client = Client::builder().project_id("P2made").retry_delays(delays).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.retry_delays = delays.into_iter().map(|delay| delay.min(LONGEST_TIMEOUT)).collect();
        self
    }

    /// Caches tokens in the memory of this process. By default the client has no cache: every call reaches the service.
    ///
    /// ```
    /// # use descope_outbound::{CacheOptions, Client};
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
    /// assert_eq!(client.cache().map(|cache| cache.stats().entries), Some(0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn cache(mut self, options: CacheOptions) -> Self {
        self.cache = Some(options);
        self
    }

    /// Builds the client, and checks its settings. It reads no file and sends nothing: the first call sets up certificates and
    /// proxies.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if a setting is missing or cannot be used. The text
    /// names the setting and never shows a secret.
    ///
    /// ```
    /// use descope_outbound::{Client, Environment, ErrorKind};
    ///
    /// let error = Client::builder().environment(Environment::default()).build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    /// assert_eq!(error.argument().map(|name| name.snake), Some("project_id"));
    /// ```
    pub fn build(self) -> Result<Client, Error> {
        let environment = self.environment.unwrap_or_else(Environment::process);
        let project_id = ProjectId::resolve(self.project_id.as_deref(), &environment)?;
        let management_key = resolve_management_key(self.management_key, &environment)?;
        let base_url = BaseUrl::resolve(
            self.base_url.as_ref().map(Secret::expose),
            &environment,
            &project_id,
            self.allow_insecure_http,
        )?;
        let headers = constant_headers(&project_id, self.sdk_name, self.runtime.as_ref(), &self.headers)?;
        let signed_headers = match &management_key {
            Some(key) => {
                let mut signed_headers = headers.clone();
                let authorization = bearer(project_id.as_str(), MANAGEMENT_KEY, key)?;
                signed_headers.insert(header::AUTHORIZATION, authorization);
                Some(signed_headers)
            }
            None => None,
        };
        let timeout = check_timeout(TIMEOUT, self.timeout)?;
        let config = Config {
            project_id,
            base_url,
            timeout,
            headers,
            trust: Trust::resolve(&environment, &self.additional_roots_variables, self.skip_verify),
            proxies: Proxies::resolve(&environment),
            retry_delays: self.retry_delays,
            mask: mask_of(management_key.as_ref(), &self.headers),
        };
        let api = Arc::new(ApiClient::new(config, signed_headers, self.license_handshake)?);
        let new_cache = |options| Cache::new(options, Arc::clone(&api) as _, timeout).map(Arc::new);
        let cache = self.cache.as_ref().map(new_cache).transpose()?;
        Ok(Client::new(api, cache))
    }
}

/// The headers that the client writes itself. A setting must not change them.
const RESERVED_HEADERS: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TRANSFER_ENCODING,
];

/// Shorter values are words such as `true`, which occur in many error bodies.
const SHORTEST_SECRET_HEADER: usize = 8;

fn mask_of(management_key: Option<&Secret>, additional: &[(String, Secret)]) -> Mask {
    let mut mask = Mask::default();
    if let Some(key) = management_key {
        mask.add(key);
    }
    for (_, value) in additional.iter().filter(|(_, value)| value.expose().len() >= SHORTEST_SECRET_HEADER) {
        mask.add(value);
    }
    mask
}

fn constant_headers(
    project_id: &ProjectId,
    sdk_name: &'static str,
    runtime: Option<&(&'static str, String)>,
    additional: &[(String, Secret)],
) -> Result<HeaderMap, Error> {
    let refused =
        |name: &str, problem: &str| Error::invalid(BASE_HEADERS, format!("holds {name:?}, which {problem}"));
    let unsendable = |name: &str| refused(name, "has a value that cannot be sent");
    let mut headers = HeaderMap::new();
    let own = [
        // Some gateways reject requests without this header.
        (header::ACCEPT, "*/*"),
        (header::USER_AGENT, concat!("descope-outbound/", env!("CARGO_PKG_VERSION"))),
        (HeaderName::from_static("x-descope-project-id"), project_id.as_str()),
        (HeaderName::from_static("x-descope-sdk-name"), sdk_name),
        (HeaderName::from_static("x-descope-sdk-version"), env!("CARGO_PKG_VERSION")),
    ];
    for (name, value) in own {
        let value = HeaderValue::from_str(value).map_err(|_| unsendable(name.as_str()))?;
        headers.insert(name, value);
    }
    if let Some((language, version)) = runtime {
        let name = HeaderName::try_from(format!("x-descope-sdk-{language}-version"))
            .map_err(|_| refused(language, "is not a language name"))?;
        let value = HeaderValue::from_str(version).map_err(|_| unsendable(language))?;
        headers.insert(name, value);
    }
    for (name, value) in additional {
        let key = HeaderName::try_from(name).map_err(|_| refused(name, "is not a header name"))?;
        if RESERVED_HEADERS.contains(&key) {
            return Err(refused(name, "is a header that the client sets itself"));
        }
        let value = secret_header(&[value.expose()]).ok_or_else(|| unsendable(name))?;
        headers.insert(key, value);
    }
    Ok(headers)
}
