//! The fetches of tokens.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use crate::client::call_options::CallOptions;
use crate::client::handle::Client;
use crate::error::Error;
use crate::model::Token;
use crate::request::{Argument, Arguments, Operation, operation};
use crate::secret::Secret;

impl Client {
    /// Fetches a user's newest token for an app. The methods of [`FetchToken`] refine the fetch, and `.await` sends it.
    ///
    /// # Errors
    /// [`ErrorKind::TokenNotFound`](crate::ErrorKind::TokenNotFound) if the user has not connected the app; otherwise any other
    /// [`ErrorKind`](crate::ErrorKind).
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
    /// let token = client.fetch_token("google-calendar", "user-id").await?;
    /// let header = format!("Bearer {}", token.access_token.expose());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch_token(&self, app_id: impl Into<String>, user_id: impl Into<String>) -> FetchToken<'_> {
        let arguments = Arguments::of(app_id, "user_id", user_id);
        FetchToken::new(self, &operation::FETCH_TOKEN, &operation::FETCH_TOKEN_BY_TOKEN, arguments)
    }

    /// Fetches a user's token with exactly these scopes.
    ///
    /// # Errors
    /// Like [`Client::fetch_token`]. If the user's tokens have other scopes, the kind is
    /// [`ErrorKind::TokenNotFound`](crate::ErrorKind::TokenNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let scopes = ["calendar.read"];
    /// let token = client.fetch_token_by_scopes("google-calendar", "user-id", scopes).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch_token_by_scopes(
        &self,
        app_id: impl Into<String>,
        user_id: impl Into<String>,
        scopes: impl IntoIterator<Item = impl Into<Argument>>,
    ) -> FetchToken<'_> {
        let arguments = Arguments::of(app_id, "user_id", user_id)
            .with("scopes", scopes.into_iter().collect::<Argument>());
        let by_token = &operation::FETCH_TOKEN_BY_SCOPES_BY_TOKEN;
        FetchToken::new(self, &operation::FETCH_TOKEN_BY_SCOPES, by_token, arguments)
    }

    /// Fetches a tenant's newest token for an app.
    ///
    /// # Errors
    /// Like [`Client::fetch_token`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_tenant_token("google-calendar", "tenant-id").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch_tenant_token(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
    ) -> FetchToken<'_> {
        let arguments = Arguments::of(app_id, "tenant_id", tenant_id);
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
    /// Like [`Client::fetch_token_by_scopes`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let scopes = ["calendar.read"];
    /// let token = client.fetch_tenant_token_by_scopes("google-calendar", "tenant-id", scopes).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch_tenant_token_by_scopes(
        &self,
        app_id: impl Into<String>,
        tenant_id: impl Into<String>,
        scopes: impl IntoIterator<Item = impl Into<Argument>>,
    ) -> FetchToken<'_> {
        let arguments = Arguments::of(app_id, "tenant_id", tenant_id)
            .with("scopes", scopes.into_iter().collect::<Argument>());
        let by_token = &operation::FETCH_TENANT_TOKEN_BY_SCOPES_BY_TOKEN;
        FetchToken::new(self, &operation::FETCH_TENANT_TOKEN_BY_SCOPES, by_token, arguments)
    }
}

/// A fetch that has not been sent yet: `.await` sends it.
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
/// use std::time::Duration;
///
/// let fetch = client.fetch_token("google-calendar", "user-id");
/// let token = fetch.force_refresh().timeout(Duration::from_secs(3)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is fetched until this is awaited"]
pub struct FetchToken<'client> {
    client: &'client Client,
    operation: &'static Operation,
    by_token: &'static Operation,
    arguments: Arguments,
    options: Vec<(String, Argument)>,
    call_options: CallOptions,
}

impl<'client> FetchToken<'client> {
    /// `by_token` is the same operation with an inbound app's token.
    pub(crate) fn new(
        client: &'client Client,
        operation: &'static Operation,
        by_token: &'static Operation,
        arguments: Arguments,
    ) -> Self {
        Self {
            client,
            operation,
            by_token,
            arguments,
            options: Vec::new(),
            call_options: CallOptions::default(),
        }
    }

    /// Authorizes the fetch with an inbound app's access token instead of the management key. The token needs the scope
    /// `outbound.token.fetch`.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_token("google-calendar", "user-id").inbound_token("made-up-inbound-token").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn inbound_token(mut self, inbound_token: impl Into<Secret>) -> Self {
        self.operation = self.by_token;
        self.arguments = self.arguments.with("token", inbound_token.into());
        self
    }

    /// Fetches the token that was stored under this external identifier, a name that the uploader chose.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_token("google-calendar", "user-id").external_identifier("work").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn external_identifier(mut self, external_identifier: impl Into<String>) -> Self {
        self.arguments = self.arguments.with("external_identifier", external_identifier.into());
        self
    }

    /// Fetches the token that is bound to this tenant. Without a tenant, the service does not find a bound token.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_token("google-calendar", "user-id").tenant_id("tenant-id").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.arguments = self.arguments.with("tenant_id", tenant_id.into());
        self
    }

    /// Makes the service refresh the token at the third party, even if it has not expired.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_token("google-calendar", "user-id").force_refresh().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn force_refresh(self) -> Self {
        self.option("forceRefresh")
    }

    /// Requests the refresh token too. The cache does not store it: this fetch always reaches the service.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// let token = client.fetch_token("google-calendar", "user-id").with_refresh_token().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_refresh_token(self) -> Self {
        self.option("withRefreshToken")
    }

    /// Limits the duration of this call, retries and waits included. The default is the client's timeout.
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use std::time::Duration;
    ///
    /// let token = client.fetch_token("google-calendar", "user-id").timeout(Duration::from_secs(3)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call_options = self.call_options.timeout(timeout);
        self
    }

    /// Fetches from the service if the cached token would be served for less than this time. See
    /// [`CallOptions::min_validity`].
    ///
    /// ```no_run
    /// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
    /// use std::time::Duration;
    ///
    /// let token = client.fetch_token("google-calendar", "user-id").min_validity(Duration::from_secs(600)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn min_validity(mut self, min_validity: Duration) -> Self {
        self.call_options = self.call_options.min_validity(min_validity);
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
        let Self { client, operation, mut arguments, options, call_options, .. } = self;
        if !options.is_empty() {
            arguments = arguments.with("options", Argument::Object(options));
        }
        Box::pin(async move { client.call(operation, arguments, call_options).await?.token() })
    }
}
