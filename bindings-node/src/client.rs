//! The client, and its one call.

use descope_outbound::bindings::cache_stats_numbers;
use descope_outbound::{Argument, ArgumentName, Arguments, Cache, Client, Error, Operation, Response};
use descope_outbound_bindings_core::{self as bindings_core, CallSettings};
use napi::Status;
use napi::bindgen_prelude::{Either, Env, Error as NapiError, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::bridge::Bridge;
use crate::cached_tokens::CachedTokenFunctions;
use crate::failure::NativeFailure;
use crate::settings::NativeSettings;

/// A client of the service.
#[napi]
pub struct NativeClient {
    client: Client,
    bridge: Bridge,
}

/// One of a cache's counters.
#[napi(object, object_from_js = false)]
pub struct CacheNumber {
    pub name: &'static str,
    pub number: f64,
}

#[napi]
impl NativeClient {
    /// Makes a client, without any I/O. Returns a failure if a setting is wrong.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn create(settings: NativeSettings, bridge: &Bridge) -> Either<NativeClient, NativeFailure> {
        match settings.build() {
            Ok(client) => Either::A(Self { client, bridge: bridge.clone() }),
            Err(error) => Either::B(error.into()),
        }
    }

    /// Starts an operation, and returns its slot. Its arguments are the members of one JSON object. The bridge delivers the
    /// completion under that slot: a failure is delivered, not thrown.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        env: Env,
        operation: String,
        arguments_json: String,
        timeout_milliseconds: Option<f64>,
        min_validity_seconds: Option<f64>,
    ) -> Result<u32> {
        let operation = operation_named(&operation)?;
        let arguments = parse_arguments(arguments_json)?;
        let timeout_seconds = timeout_milliseconds.map(|milliseconds| milliseconds / 1000.0);
        let settings = CallSettings { timeout_seconds, min_validity_seconds };
        let call = OperationCall { client: self.client.clone(), operation, arguments, settings };
        self.bridge.spawn(env, async move { call.run().await.into() })
    }

    /// Returns functions that look up the cached tokens of this operation.
    #[napi(catch_unwind)]
    pub fn cached_tokens<'env>(
        &self,
        env: &'env Env,
        operation: String,
    ) -> Result<CachedTokenFunctions<'env>> {
        CachedTokenFunctions::new(env, &self.client, operation_named(&operation)?)
    }

    /// Returns the cache's counters, and how much is cached.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cache_numbers(&self) -> Vec<CacheNumber> {
        let numbers = self.client.cache().map(|cache| cache_stats_numbers(&cache.stats()));
        numbers.into_iter().flatten().map(CacheNumber::from).collect()
    }

    /// Returns the number of token requests in flight. It includes requests that have no caller. For tests.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cache_in_flight(&self) -> u32 {
        let in_flight = self.client.cache().map_or(0, Cache::in_flight);
        u32::try_from(in_flight).unwrap_or(u32::MAX)
    }

    /// Removes all entries from the cache.
    #[napi(catch_unwind)]
    pub fn clear_cache(&self) {
        if let Some(cache) = self.client.cache() {
            cache.clear();
        }
    }

    /// Removes the tokens of a user, of an app, or of a user for an app.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn forget(&self, app_id: Option<String>, user_id: Option<String>) -> Option<NativeFailure> {
        let forgotten = self.client.cache()?.forget(app_id.as_deref(), user_id.as_deref());
        forgotten.err().map(NativeFailure::from)
    }

    /// Removes this token from the cache. Returns whether it was cached.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reject(&self, access_token: String) -> bool {
        let access_token = Zeroizing::new(access_token);
        self.client.cache().is_some_and(|cache| cache.reject(&access_token))
    }
}

impl From<(ArgumentName, u64)> for CacheNumber {
    #[expect(clippy::cast_precision_loss, reason = "no counter reaches 2^53")]
    fn from((name, number): (ArgumentName, u64)) -> Self {
        Self { name: name.camel, number: number as f64 }
    }
}

/// A call whose arguments have been read.
struct OperationCall {
    client: Client,
    operation: &'static Operation,
    arguments: Arguments,
    settings: CallSettings,
}

impl OperationCall {
    async fn run(self) -> std::result::Result<Response, Error> {
        let options = self.settings.into_options()?;
        self.client.call(self.operation, self.arguments, options).await
    }
}

/// Parses arguments. The JavaScript half never passes anything else, so an error here is thrown. The core reports the
/// mistakes of users.
fn parse_arguments(json: String) -> Result<Arguments> {
    // The arguments may hold secrets, so the text is wiped at the end.
    let json = Zeroizing::new(json);
    // The library's error text names a line and a column, and never quotes the input.
    let arguments = serde_json::from_str(&json).map_err(|problem| invalid(problem.to_string()))?;
    let Argument::Object(members) = arguments else {
        return Err(invalid("the arguments must be an object".to_owned()));
    };
    Ok(members.into_iter().collect())
}

fn operation_named(name: &str) -> Result<&'static Operation> {
    bindings_core::operation_named(name).map_err(|error| invalid(error.to_string()))
}

fn invalid(problem: String) -> NapiError {
    NapiError::new(Status::InvalidArg, problem)
}
