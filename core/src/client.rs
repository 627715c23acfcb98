//! The client: what the service can do, as methods.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::application::{Application, Template};
use crate::argument::Argument;
use crate::builder::ClientBuilder;
use crate::cache::{Cache, Changing, Fetch, Question};
use crate::config::{Config, check_timeout};
use crate::error::{ArgumentName, Error};
use crate::exchange::Exchange;
use crate::fetch::FetchToken;
use crate::headers::{SharedHeaders, announcing_json};
use crate::license::License;
use crate::operation::{self, Arguments, INBOUND_TOKEN_NAME, Operation, bearer};
use crate::retry::Budget;
use crate::secret::Secret;
use crate::transport::Transport;
use crate::upload::{BatchFailure, TokenUpload};
use crate::urls::Urls;
use crate::wiped::WipedBuffer;

pub(crate) const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };

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
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: Config,
    /// What management calls send; `None` without a key.
    pub(crate) signed_headers: Option<SharedHeaders>,
    pub(crate) urls: Urls,
    pub(crate) transport: Arc<Transport>,
    pub(crate) license: License,
    pub(crate) budget: Budget,
    pub(crate) cache: Option<Cache>,
}

/// What a single call may have otherwise than its client.
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::CallOptions;
///
/// let patient = CallOptions::default().timeout(Duration::from_secs(60));
/// # let _ = patient;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "options do nothing until a call is made with them"]
pub struct CallOptions {
    timeout: Option<Duration>,
    min_validity: Duration,
}

impl CallOptions {
    /// Bounds the whole call, waits and repetitions included, instead of the client's own timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Asks the service where the cached token would be given out for less than this. What the service then has is
    /// what the caller gets. Without a cache it changes nothing.
    pub fn min_validity(mut self, min_validity: Duration) -> Self {
        self.min_validity = min_validity;
        self
    }
}

/// A timeout, or none of the call's own.
impl From<Option<Duration>> for CallOptions {
    fn from(timeout: Option<Duration>) -> Self {
        Self { timeout, ..Self::default() }
    }
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
        let arguments = ids(app_id, "user_id", user_id);
        FetchToken::new(self, &operation::FETCH_TOKEN, &operation::FETCH_TOKEN_BY_TOKEN, arguments)
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
        let arguments =
            ids(app_id, "user_id", user_id).with("scopes", scopes.into_iter().collect::<Argument>());
        let by_token = &operation::FETCH_TOKEN_BY_SCOPES_BY_TOKEN;
        FetchToken::new(self, &operation::FETCH_TOKEN_BY_SCOPES, by_token, arguments)
    }

    /// Fetches a tenant's newest token for an app.
    ///
    /// # Errors
    /// As [`Client::fetch_token`].
    pub fn fetch_tenant_token(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
    ) -> FetchToken<'_> {
        let arguments = ids(app_id, "tenant_id", tenant_id);
        FetchToken::new(
            self,
            &operation::FETCH_TENANT_TOKEN,
            &operation::FETCH_TENANT_TOKEN_BY_TOKEN,
            arguments,
        )
    }

    /// Fetches a tenant's token with exactly these scopes.
    ///
    /// # Errors
    /// As [`Client::fetch_token_by_scopes`].
    pub fn fetch_tenant_token_by_scopes(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
        scopes: impl IntoIterator<Item = impl Into<Argument>>,
    ) -> FetchToken<'_> {
        let arguments =
            ids(app_id, "tenant_id", tenant_id).with("scopes", scopes.into_iter().collect::<Argument>());
        let by_token = &operation::FETCH_TENANT_TOKEN_BY_SCOPES_BY_TOKEN;
        FetchToken::new(self, &operation::FETCH_TENANT_TOKEN_BY_SCOPES, by_token, arguments)
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
        let arguments = Arguments::default().with("app_id", app_id).with("user_id", user_id);
        self.call(&operation::DELETE_USER_TOKENS, arguments, None).await.map(drop)
    }

    /// The ids of the apps that a user has a token for.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn list_apps_with_user_token(
        &self,
        user_id: impl Into<String>,
        tenant_id: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let arguments = Arguments::default().with("user_id", user_id.into()).with("tenant_id", tenant_id);
        self.call(&operation::LIST_APPS_WITH_USER_TOKEN, arguments, None).await?.list("appIds")
    }

    /// Stores a user's API key for an app, bound to a tenant where one is given.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn upload_user_api_key(
        &self,
        app_id: impl Into<String>,
        user_id: impl Into<String>,
        api_key: impl Into<Secret>,
        tenant_id: Option<&str>,
    ) -> Result<(), Error> {
        let arguments =
            ids(app_id, "user_id", user_id).with("api_key", api_key.into()).with("tenant_id", tenant_id);
        self.call(&operation::UPLOAD_USER_API_KEY, arguments, None).await.map(drop)
    }

    /// Stores a tenant's API key for an app.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn upload_tenant_api_key(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
        api_key: impl Into<Secret>,
    ) -> Result<(), Error> {
        let arguments = ids(app_id, "tenant_id", tenant_id).with("api_key", api_key.into());
        self.call(&operation::UPLOAD_TENANT_API_KEY, arguments, None).await.map(drop)
    }

    /// Stores a user's OAuth token.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn upload_user_token(&self, upload: &TokenUpload) -> Result<(), Error> {
        self.call(&operation::UPLOAD_USER_TOKEN, members_of(upload)?, None).await.map(drop)
    }

    /// Stores a tenant's OAuth token.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn upload_tenant_token(&self, upload: &TokenUpload) -> Result<(), Error> {
        self.call(&operation::UPLOAD_TENANT_TOKEN, members_of(upload)?, None).await.map(drop)
    }

    /// Stores OAuth tokens of several users: all of them or, where one fails, none; tells which failed.
    ///
    /// # Errors
    /// As [`Client::delete_token`]; a batch of none is [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument).
    pub async fn batch_upload_user_tokens(
        &self,
        uploads: &[TokenUpload],
    ) -> Result<Vec<BatchFailure>, Error> {
        let arguments = Arguments::default().with("tokens", argument_of(uploads)?);
        self.call(&operation::BATCH_UPLOAD_USER_TOKENS, arguments, None).await?.list("failures")
    }

    /// Stores OAuth tokens of several tenants, as [`Client::batch_upload_user_tokens`] does.
    ///
    /// # Errors
    /// As [`Client::batch_upload_user_tokens`].
    pub async fn batch_upload_tenant_tokens(
        &self,
        uploads: &[TokenUpload],
    ) -> Result<Vec<BatchFailure>, Error> {
        let arguments = Arguments::default().with("tokens", argument_of(uploads)?);
        self.call(&operation::BATCH_UPLOAD_TENANT_TOKENS, arguments, None).await?.list("failures")
    }

    /// Makes an outbound app. Its id is made up by the service where it has none.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn create_application(&self, application: &Application) -> Result<Application, Error> {
        self.call(&operation::CREATE_APPLICATION, members_of(application)?, None).await?.object("app")
    }

    /// Makes an outbound app from one of Descope's templates.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn create_application_by_template(&self, template: &Template) -> Result<Application, Error> {
        self.call(&operation::CREATE_APPLICATION_BY_TEMPLATE, members_of(template)?, None)
            .await?
            .object("app")
    }

    /// Replaces an outbound app as a whole: what is left out is emptied.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn update_application(&self, application: &Application) -> Result<Application, Error> {
        self.call(&operation::UPDATE_APPLICATION, members_of(application)?, None).await?.object("app")
    }

    /// Deletes an outbound app.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn delete_application(&self, id: impl Into<String>) -> Result<(), Error> {
        let arguments = Arguments::default().with("id", id.into());
        self.call(&operation::DELETE_APPLICATION, arguments, None).await.map(drop)
    }

    /// One outbound app.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn load_application(&self, id: impl Into<String>) -> Result<Application, Error> {
        let arguments = Arguments::default().with("id", id.into());
        self.call(&operation::LOAD_APPLICATION, arguments, None).await?.object("app")
    }

    /// Every outbound app.
    ///
    /// # Errors
    /// As [`Client::delete_token`].
    pub async fn load_all_applications(&self) -> Result<Vec<Application>, Error> {
        self.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?.list("apps")
    }

    /// The cache, where the client was [built](ClientBuilder::cache) with one.
    #[must_use]
    pub fn cache(&self) -> Option<&Cache> {
        self.inner.cache.as_ref()
    }

    /// The answer to a fetch as far as the cache has it now: nothing is waited for, nothing is sent, and no runtime is
    /// needed. Where this is none, [`Client::call`] with the same arguments is what to do.
    ///
    /// A token that should be refreshed soon is given out, and refreshed in the background.
    #[must_use]
    pub fn cached(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        min_validity: Duration,
    ) -> Option<Answer> {
        self.look_up(&Question::read(operation, arguments)?, min_validity)
    }

    /// As [`Client::cached`], of a question that is borrowed: nothing is copied to ask it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::{CacheOptions, Client, Question, operation};
    ///
    /// # fn example() -> Result<(), descope_outbound::Error> {
    /// # let client = Client::builder().project_id("P2made").management_key("made-up-key");
    /// let client = client.cache(CacheOptions::default()).build()?;
    /// let mut question = Question::new(&operation::FETCH_TOKEN);
    /// (question.app_id, question.user_id) = ("google-calendar", "user-id");
    /// assert!(client.look_up(&question, Duration::ZERO).is_none());
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    #[must_use]
    pub fn look_up(&self, question: &Question<'_>, min_validity: Duration) -> Option<Answer> {
        let cache = self.cache()?;
        if !question.is_for_the_cache() {
            return None;
        }
        let timeout = self.timeout();
        Fetch { client: self, cache, arguments: None, timeout, min_validity }.at_once(question)
    }

    /// Performs any operation: what the methods above, and the packages for other languages, are made of.
    ///
    /// `options` may be a timeout alone, which bounds the whole call, waits and repetitions included; without one the
    /// client's own holds.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn call(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        options: impl Into<CallOptions>,
    ) -> Result<Answer, Error> {
        let CallOptions { timeout, min_validity } = options.into();
        let timeout = timeout.map_or(Ok(self.timeout()), |timeout| check_timeout(TIMEOUT, timeout))?;
        let Some(cache) = self.cache() else { return self.perform(operation, arguments, timeout).await };
        if let Some(question) = Question::read(operation, &arguments) {
            let arguments = Some(&arguments);
            return Fetch { client: self, cache, arguments, timeout, min_validity }.run(&question).await;
        }
        let changing = Changing::begin(cache, operation, &arguments);
        let outcome = self.perform(operation, arguments, timeout).await;
        drop(changing);
        outcome
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.inner.config.timeout
    }

    /// Asks the service, whatever the cache holds. On the heap, since futures are moved until they begin, and what waits
    /// for this one is small so.
    pub(crate) fn perform(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send + '_>> {
        Box::pin(async move {
            let Inner { config, urls, transport, license, budget, .. } = &*self.inner;
            let deadline = Instant::now() + timeout;
            let prepared = operation.prepare(urls, arguments)?;
            let headers = if let Some(token) = &prepared.inbound_token {
                let mut headers = announcing_json(config.headers.clone());
                let authorization = bearer(config.project_id.as_str(), INBOUND_TOKEN_NAME, token)?;
                headers.insert(header::AUTHORIZATION, authorization);
                Cow::Owned(headers)
            } else {
                let signed_headers = self.signed_headers()?;
                // Half of the time is the call's own, however long the licence takes: it never fails a call.
                let patience = Instant::now() + timeout / 2;
                let tier = timeout_at(patience, license.tier(transport)).await.unwrap_or_default();
                Cow::Borrowed(signed_headers.get(prepared.body.is_some(), tier))
            };
            let mask = prepared.mask.with(&config.mask);

            let retry_delays = &config.retry_delays;
            let sent = self.cache().and_then(|cache| cache.counter_of(operation));
            let exchange =
                Exchange { prepared: &prepared, headers, mask, transport, budget, retry_delays, sent };
            exchange.run(timeout, deadline).await
        })
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

    fn signed_headers(&self) -> Result<&SharedHeaders, Error> {
        self.inner.signed_headers.as_ref().ok_or_else(Error::management_key_missing)
    }
}

fn ids(app_id: impl Into<String>, owner: &str, owner_id: impl Into<String>) -> Arguments {
    Arguments::default().with("app_id", app_id.into()).with(owner, owner_id.into())
}

/// By way of JSON, which tells secrets by the names of their fields; it is wiped.
fn argument_of(value: &(impl Serialize + ?Sized)) -> Result<Argument, Error> {
    let no_json = |error| Error::invalid_setup(format!("the arguments are no JSON: {error}"));
    let mut json = WipedBuffer::default();
    serde_json::to_writer(&mut json, value).map_err(no_json)?;
    serde_json::from_slice(&json).map_err(no_json)
}

fn members_of(value: &impl Serialize) -> Result<Arguments, Error> {
    match argument_of(value)? {
        Argument::Object(members) => Ok(members.into_iter().collect()),
        _ => Ok(Arguments::default()),
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
