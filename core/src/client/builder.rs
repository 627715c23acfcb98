//! How a client is made.

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

/// Makes a [`Client`]. Every setting has a default; explicit ones win over the environment.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    project_id: Option<String>,
    management_key: Option<Secret>,
    /// Somebody may have put a password into it.
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
    /// Their values as secrets, since a gateway's key may be among them.
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
    /// Makes a client that is configured by `DESCOPE_PROJECT_ID`, `DESCOPE_MANAGEMENT_KEY` and `DESCOPE_BASE_URI`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the variable that is missing or malformed.
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

    /// Configures a client step by step. What is not set comes from the environment.
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
    /// The Descope project; else `DESCOPE_PROJECT_ID`. One of 32 characters or more also names its region.
    pub fn project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// The management key from the console's company settings; else `DESCOPE_MANAGEMENT_KEY`.
    pub fn management_key(mut self, management_key: impl Into<Secret>) -> Self {
        self.management_key = Some(management_key.into());
        self
    }

    /// Where the service is; else `DESCOPE_BASE_URI`, else Descope's host in the project's region.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(Secret::from(base_url.into()));
        self
    }

    /// Bounds each call as a whole, retries and waits included. 20 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Looks here instead of at the process's environment.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// When the license is asked for. Beside the first call unless set.
    pub fn license_handshake(mut self, license_handshake: LicenseHandshake) -> Self {
        self.license_handshake = license_handshake;
        self
    }

    /// Permits a base URL of plain `http` beyond this machine: key and tokens then travel in the clear.
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Believes whoever answers: no certificate is checked. For tests alone.
    pub fn skip_verify(mut self, skip: bool) -> Self {
        self.skip_verify = skip;
        self
    }

    /// A header for every request. Its value is kept as a secret is, since a gateway's key may be among them. Those that a request is made of (`authorization`, `host`, …) are refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long to wait before each repetition, at most one for each; 0.1, 1 and 5 s unless set. Between half and the
    /// whole of it is waited.
    pub fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.retry_delays = delays.into_iter().map(|delay| delay.min(LONGEST_TIMEOUT)).collect();
        self
    }

    /// Caches tokens, as these options say. Without this every call reaches the service.
    pub fn cache(mut self, options: CacheOptions) -> Self {
        self.cache = Some(options);
        self
    }

    /// Makes the client, without any I/O.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the setting and never a secret's value.
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

/// What a request is made of, which a setting must not change behind its back.
const RESERVED_HEADERS: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TRANSFER_ENCODING,
];

/// Shorter values are words such as `true`, which an error's body is full of.
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
        // As every other client says: some gateways turn away who says nothing.
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
