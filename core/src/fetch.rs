//! A fetch while it is being described.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use crate::argument::Argument;
use crate::client::{CallOptions, Client};
use crate::error::Error;
use crate::operation::{Arguments, Operation};
use crate::secret::Secret;
use crate::token::Token;

/// A fetch that is about to be made: `.await` makes it.
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
    /// `by_token` is the operation that does the same with an inbound app's token.
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

    /// Fetches with an inbound app's access token, which must carry the scope `outbound.token.fetch`, in the place of
    /// the management key.
    pub fn inbound_token(mut self, inbound_token: impl Into<Secret>) -> Self {
        self.operation = self.by_token;
        self.arguments = self.arguments.with("token", inbound_token.into());
        self
    }

    /// The token that was stored under this name of the caller's own.
    pub fn external_identifier(mut self, external_identifier: impl Into<String>) -> Self {
        self.arguments = self.arguments.with("external_identifier", external_identifier.into());
        self
    }

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
        self.call_options = self.call_options.timeout(timeout);
        self
    }

    /// Asks the service where the cached token would be given out for less than this: see
    /// [`CallOptions::min_validity`].
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
        Box::pin(async move { Token::from_answer(&client.call(operation, arguments, call_options).await?) })
    }
}
