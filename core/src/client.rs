//! The client: what the service can do, as methods, and how a client is made.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::argument::Argument;
use crate::config::{
    BaseUrl, Config, DEFAULT_TIMEOUT, Environment, ProjectId, Proxies, Trust, check_timeout,
    resolve_management_key,
};
use crate::error::{ArgumentName, Error};
use crate::exchange::Exchange;
use crate::license::{self, License, LicenseHandshake};
use crate::operation::{self, Arguments, Operation, bearer};
use crate::retry::{self, Budget};
use crate::secret::Secret;
use crate::token::Token;
use crate::transport::Transport;

const MANAGEMENT_KEY: ArgumentName = ArgumentName { snake: "management_key", camel: "managementKey" };
const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };
const BASE_HEADERS: ArgumentName = ArgumentName { snake: "base_headers", camel: "baseHeaders" };

/// A client of the outbound-application service: cheap to clone, made to be kept and shared.
///
/// Making one does no I/O. It belongs to the tokio runtime of its first call: make one for each runtime.
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
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    /// `Bearer project:key`, where there is a key.
    authorization: Option<HeaderValue>,
    transport: Arc<Transport>,
    license: License,
    budget: Budget,
}

impl Client {
    /// A client that is configured by `DESCOPE_PROJECT_ID`, `DESCOPE_MANAGEMENT_KEY` and `DESCOPE_BASE_URI`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming what is missing or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A client that is configured step by step; what is not set comes from the environment.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Fetches a user's newest token for an app; refine it with the methods of [`FetchToken`], then `.await` it.
    ///
    /// # Errors
    /// [`ErrorKind::TokenNotFound`](crate::ErrorKind::TokenNotFound) where the user has not connected the app, and
    /// every other kind as its documentation says.
    pub fn fetch_token(&self, app_id: impl Into<String>, user_id: impl Into<String>) -> FetchToken<'_> {
        self.fetch(&operation::FETCH_TOKEN, app_id.into(), user_id.into())
    }

    /// Fetches a user's token with exactly these scopes.
    ///
    /// # Errors
    /// As [`Client::fetch_token`]; a token with other scopes is
    /// [`ErrorKind::TokenNotFound`](crate::ErrorKind::TokenNotFound).
    pub fn fetch_token_by_scopes(
        &self,
        app_id: impl Into<String>,
        user_id: impl Into<String>,
        scopes: impl IntoIterator<Item = impl Into<Argument>>,
    ) -> FetchToken<'_> {
        let mut fetch = self.fetch(&operation::FETCH_TOKEN_BY_SCOPES, app_id.into(), user_id.into());
        fetch.arguments = fetch.arguments.with("scopes", scopes.into_iter().collect::<Argument>());
        fetch
    }

    /// Deletes the token of this id. The token itself stays valid at the third party until it expires.
    ///
    /// # Errors
    /// Every kind but `TokenNotFound`, as its documentation says.
    pub async fn delete_token(&self, token_id: impl Into<String>) -> Result<(), Error> {
        let arguments = Arguments::default().with("token_id", token_id.into());
        self.call(&operation::DELETE_TOKEN, arguments, None).await.map(drop)
    }

    /// Deletes the tokens of this user for this app; with one of the two alone, all tokens of the user or of the app.
    ///
    /// # Errors
    /// As [`Client::delete_token`]; neither of the two is
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument).
    pub async fn delete_user_tokens(&self, app_id: Option<&str>, user_id: Option<&str>) -> Result<(), Error> {
        let arguments = [("app_id", app_id), ("user_id", user_id)];
        let arguments =
            arguments.into_iter().filter_map(|(name, id)| Some((name.to_owned(), Argument::from(id?))));
        self.call(&operation::DELETE_USER_TOKENS, arguments.collect(), None).await.map(drop)
    }

    /// Performs any operation: what the methods above, and the packages for other languages, are made of.
    ///
    /// `timeout` bounds the whole call, waits and repetitions included; without one the client's own holds.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn call(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Option<Duration>,
    ) -> Result<Answer, Error> {
        let Inner { config, transport, license, budget, .. } = &*self.inner;
        let timeout = timeout.map_or(Ok(config.timeout), |timeout| check_timeout(TIMEOUT, timeout))?;
        let deadline = Instant::now() + timeout;
        let prepared = operation.prepare(config.base_url.as_str(), arguments)?;

        let mut mask = prepared.mask.clone();
        let (mut headers, key) = self.signed_headers()?;
        mask.add(key);
        if prepared.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        match timeout_at(deadline, license.tier(transport)).await {
            Ok(Some(tier)) => drop(headers.insert(license::HEADER, tier)),
            Ok(None) => {}
            // A timer is a millisecond coarse: what is begun now could still leave.
            Err(_) => {
                let seconds = timeout.as_secs_f64();
                return Err(Error::deadline(format!("the licence took all {seconds} s; nothing was sent")));
            }
        }

        let retry_delays = &config.retry_delays;
        let exchange = Exchange { prepared: &prepared, headers, mask, transport, budget, retry_delays };
        exchange.run(timeout, deadline).await
    }

    /// Waits for the licence handshake, so that the first call already carries the tier; 5 s at most, and its failure
    /// is none of this method's.
    ///
    /// # Errors
    /// [`ErrorKind::ManagementKeyMissing`](crate::ErrorKind::ManagementKeyMissing).
    pub async fn open(&self) -> Result<(), Error> {
        self.require_management_key()?;
        self.inner.license.wait(&self.inner.transport).await;
        Ok(())
    }

    /// Whether management operations can be called at all.
    ///
    /// # Errors
    /// [`ErrorKind::ManagementKeyMissing`](crate::ErrorKind::ManagementKeyMissing).
    pub fn require_management_key(&self) -> Result<(), Error> {
        self.signed_headers().map(drop)
    }

    /// The headers of a management call, and the key in them.
    fn signed_headers(&self) -> Result<(HeaderMap, &Secret), Error> {
        let Inner { config, authorization, .. } = &*self.inner;
        let (Some(authorization), Some(key)) = (authorization, &config.management_key) else {
            return Err(Error::management_key_missing());
        };
        let mut headers = config.headers.clone();
        headers.insert(header::AUTHORIZATION, authorization.clone());
        Ok((headers, key))
    }

    fn fetch(&self, operation: &'static Operation, app_id: String, user_id: String) -> FetchToken<'_> {
        let arguments = Arguments::default().with("app_id", app_id).with("user_id", user_id);
        FetchToken { client: self, operation, arguments, options: Vec::new(), timeout: None }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Config { project_id, base_url, .. } = &self.inner.config;
        formatter
            .debug_struct("Client")
            .field("project_id", &project_id.as_str())
            .field("base_url", &base_url.as_str())
            .finish_non_exhaustive()
    }
}

/// A fetch that is about to be made: `.await` makes it.
#[derive(Debug)]
#[must_use = "nothing is fetched until this is awaited"]
pub struct FetchToken<'client> {
    client: &'client Client,
    operation: &'static Operation,
    arguments: Arguments,
    options: Vec<(String, Argument)>,
    timeout: Option<Duration>,
}

impl FetchToken<'_> {
    /// The token that is bound to this tenant; without it, a bound token is not found.
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.arguments = self.arguments.with("tenant_id", tenant_id.into());
        self
    }

    /// Makes the service refresh the token at the third party, even if it has not expired.
    pub fn force_refresh(self) -> Self {
        self.option("forceRefresh")
    }

    /// Asks for the refresh token too.
    pub fn with_refresh_token(self) -> Self {
        self.option("withRefreshToken")
    }

    /// Bounds this call, instead of the client's own timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    fn option(mut self, name: &str) -> Self {
        self.options.push((name.to_owned(), Argument::from(true)));
        self
    }
}

impl<'client> IntoFuture for FetchToken<'client> {
    type Output = Result<Token, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'client>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { client, operation, mut arguments, options, timeout } = self;
        if !options.is_empty() {
            arguments = arguments.with("options", Argument::Object(options));
        }
        Box::pin(async move { Token::from_answer(&client.call(operation, arguments, timeout).await?) })
    }
}

/// Makes a [`Client`]. Every setting has a default; explicit ones win over the environment.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    project_id: Option<String>,
    management_key: Option<Secret>,
    base_url: Option<String>,
    timeout: Duration,
    environment: Option<Environment>,
    license_handshake: LicenseHandshake,
    allow_insecure_http: bool,
    skip_verify: bool,
    additional_roots_variables: Vec<String>,
    sdk_name: &'static str,
    /// Their values as secrets, since a gateway's key may be among them.
    headers: Vec<(String, Secret)>,
    retry_delays: Vec<Duration>,
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
            headers: Vec::new(),
            retry_delays: retry::DEFAULT_DELAYS.to_vec(),
        }
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
        self.base_url = Some(base_url.into());
        self
    }

    /// Bounds each call as a whole, waits and repetitions included. 20 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Looks here instead of at the process's environment.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// When the licence is asked for. Beside the first call unless set.
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

    /// Trusts the certificates in the file that this variable names too, as other software of the host language does.
    pub fn additional_roots_variable(mut self, variable: impl Into<String>) -> Self {
        self.additional_roots_variables.push(variable.into());
        self
    }

    /// The `x-descope-sdk-name`, as the service knows it: `python`, `nodejs`, or `rust` unless set.
    pub fn sdk_name(mut self, sdk_name: &'static str) -> Self {
        self.sdk_name = sdk_name;
        self
    }

    /// A header for every request. Those that a request is made of (`authorization`, `host`, …) are refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long to wait before each repetition, at most one for each; 0.1, 1 and 5 s unless set. Between half and the
    /// whole of it is waited.
    pub fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.retry_delays = delays.into_iter().collect();
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
        let base_url =
            BaseUrl::resolve(self.base_url.as_deref(), &environment, &project_id, self.allow_insecure_http)?;
        let headers = constant_headers(&project_id, self.sdk_name, &self.headers)?;
        let authorization = match &management_key {
            Some(key) => Some(bearer(project_id.as_str(), MANAGEMENT_KEY, key)?),
            None => None,
        };
        let mut license_headers = headers.clone();
        if let Some(authorization) = &authorization {
            license_headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        let license = License::new(self.license_handshake, base_url.as_str(), license_headers);
        let config = Config {
            project_id,
            management_key,
            base_url,
            timeout: check_timeout(TIMEOUT, self.timeout)?,
            headers,
            trust: Trust::resolve(&environment, &self.additional_roots_variables, self.skip_verify),
            proxies: Proxies::resolve(&environment),
            retry_delays: self.retry_delays,
        };
        let transport = Arc::new(Transport::new(&config));
        Ok(Client {
            inner: Arc::new(Inner { config, authorization, transport, license, budget: Budget::new() }),
        })
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

fn constant_headers(
    project_id: &ProjectId,
    sdk_name: &'static str,
    additional: &[(String, Secret)],
) -> Result<HeaderMap, Error> {
    let version = env!("CARGO_PKG_VERSION");
    let refused =
        |name: &str, problem: &str| Error::invalid(BASE_HEADERS, format!("holds {name:?}, which {problem}"));
    let own = [
        ("user-agent", concat!("descope-outbound/", env!("CARGO_PKG_VERSION"))),
        ("x-descope-project-id", project_id.as_str()),
        ("x-descope-sdk-name", sdk_name),
        ("x-descope-sdk-version", version),
    ];
    let additional = additional.iter().map(|(name, value)| (name.as_str(), value.expose()));
    let mut headers = HeaderMap::new();
    for (name, value) in own.into_iter().chain(additional) {
        let key = HeaderName::try_from(name).map_err(|_| refused(name, "is no header's name"))?;
        if RESERVED_HEADERS.contains(&key) {
            return Err(refused(name, "is not a setting's to change"));
        }
        let value =
            HeaderValue::try_from(value).map_err(|_| refused(name, "has a value that cannot be sent"))?;
        headers.insert(key, value);
    }
    Ok(headers)
}
