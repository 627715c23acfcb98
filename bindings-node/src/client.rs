//! The client, and its one call.

use std::collections::HashMap;
use std::time::Duration;

use descope_outbound::{
    Answer, Argument, ArgumentName, Arguments, CallOptions, Client, Environment, Error, LicenseHandshake,
    Operation, timeout_from_seconds,
};
use napi::Status;
use napi::bindgen_prelude::{Either, Env, Error as NativeError, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::bridge::Bridge;
use crate::cache::{CacheNumber, CacheSettings, CachedTokens, min_validity};
use crate::outcome::Failure;

const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };

/// What a client is made from.
#[napi(object, object_to_js = false)]
pub struct Settings {
    pub project_id: Option<String>,
    pub management_key: Option<String>,
    pub base_url: Option<String>,
    pub base_headers: HashMap<String, String>,
    pub timeout_milliseconds: Option<f64>,
    /// `wait` and `off`; anything else is `beside`.
    pub license_handshake: Option<String>,
    pub allow_insecure_http: Option<bool>,
    /// None is no cache.
    pub cache: Option<CacheSettings>,
    /// The variables that the settings above fall back to, and those that name certificates and proxies.
    pub environment: HashMap<String, String>,
    /// Node's version.
    pub runtime_version: String,
}

impl Settings {
    fn build(self) -> std::result::Result<Client, Error> {
        let license_handshake = match self.license_handshake.as_deref() {
            Some("wait") => LicenseHandshake::Wait,
            Some("off") => LicenseHandshake::Off,
            _ => LicenseHandshake::Beside,
        };
        let mut builder = Client::builder()
            .sdk_name("nodejs")
            .environment(self.environment.into_iter().collect::<Environment>())
            .additional_roots_variable("NODE_EXTRA_CA_CERTS")
            .license_handshake(license_handshake)
            .allow_insecure_http(self.allow_insecure_http.unwrap_or_default())
            .runtime_version("node", self.runtime_version);
        for (name, value) in self.base_headers {
            builder = builder.header(name, value);
        }
        if let Some(project_id) = self.project_id {
            builder = builder.project_id(project_id);
        }
        if let Some(management_key) = self.management_key {
            builder = builder.management_key(management_key);
        }
        if let Some(base_url) = self.base_url {
            builder = builder.base_url(base_url);
        }
        if let Some(cache) = self.cache {
            builder = builder.cache(cache.options()?);
        }
        if let Some(timeout) = timeout_from_milliseconds(self.timeout_milliseconds)? {
            builder = builder.timeout(timeout);
        }
        builder.build()
    }
}

/// A client of the service.
#[napi]
pub struct NativeClient {
    client: Client,
    bridge: Bridge,
}

#[napi]
impl NativeClient {
    /// Makes a client, without any I/O.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn create(settings: Settings, bridge: &Bridge) -> Either<NativeClient, Failure> {
        match settings.build() {
            Ok(client) => Either::A(Self { client, bridge: bridge.clone() }),
            Err(error) => Either::B(error.into()),
        }
    }

    /// Begins an operation; its arguments come by name in one JSON object. What it comes to comes over the bridge, under
    /// the number that is returned: nothing is thrown for what can go wrong with that.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        env: Env,
        operation: String,
        arguments_json: String,
        timeout_milliseconds: Option<f64>,
        min_validity_seconds: Option<f64>,
    ) -> Result<u32> {
        let client = self.client.clone();
        let call = Call::parse(&operation, arguments_json, timeout_milliseconds, min_validity_seconds)?;
        self.bridge.begin(env, async move { call.perform(&client).await.into() })
    }

    /// What the cache has for this operation.
    #[napi(catch_unwind)]
    pub fn cached_tokens<'env>(&self, env: &'env Env, operation: String) -> Result<CachedTokens<'env>> {
        CachedTokens::new(env, &self.client, named(&operation)?)
    }

    /// What the cache has done so far, and what it holds.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cache_numbers(&self) -> Vec<CacheNumber> {
        let numbers = self.client.cache().map(|cache| cache.stats().numbers());
        let number = |(name, number): (ArgumentName, u64)| CacheNumber::new(name.camel, number);
        numbers.into_iter().flatten().map(number).collect()
    }

    /// For tests: how many requests for tokens are under way, those included that nobody waits for.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cache_in_flight(&self) -> u32 {
        let in_flight = self.client.cache().map_or(0, descope_outbound::Cache::in_flight);
        u32::try_from(in_flight).unwrap_or(u32::MAX)
    }

    /// Forgets everything.
    #[napi(catch_unwind)]
    pub fn clear_cache(&self) {
        if let Some(cache) = self.client.cache() {
            cache.clear();
        }
    }

    /// Forgets the tokens of a user, of an app, or of a user for an app.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn forget(&self, app_id: Option<String>, user_id: Option<String>) -> Option<Failure> {
        let forgotten = self.client.cache()?.forget(app_id.as_deref(), user_id.as_deref());
        forgotten.err().map(Failure::from)
    }

    /// Whether the cache had this token; it is not given out again.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reject(&self, access_token: String) -> bool {
        let access_token = Zeroizing::new(access_token);
        self.client.cache().is_some_and(|cache| cache.reject(&access_token))
    }
}

/// A call that has been read.
struct Call {
    operation: &'static Operation,
    arguments: Arguments,
    timeout_milliseconds: Option<f64>,
    min_validity_seconds: Option<f64>,
}

fn refused(problem: String) -> NativeError {
    NativeError::new(Status::InvalidArg, problem)
}

fn named(operation: &str) -> Result<&'static Operation> {
    Operation::named(operation).ok_or_else(|| refused(format!("there is no operation called {operation}")))
}

impl Call {
    /// What the JavaScript half never passes is an exception; what a user can get wrong is the core's to say.
    fn parse(
        operation: &str,
        arguments_json: String,
        timeout_milliseconds: Option<f64>,
        min_validity_seconds: Option<f64>,
    ) -> Result<Self> {
        // Secrets may be among the arguments: the text is wiped as soon as it has been read.
        let arguments_json = Zeroizing::new(arguments_json);
        let operation = named(operation)?;
        // The library's text names a line and a column, and never quotes the input.
        let arguments =
            serde_json::from_str(&arguments_json).map_err(|problem| refused(problem.to_string()))?;
        let Argument::Object(members) = arguments else {
            return Err(refused("the arguments are no object".to_owned()));
        };
        let arguments = members.into_iter().collect();
        Ok(Self { operation, arguments, timeout_milliseconds, min_validity_seconds })
    }

    async fn perform(self, client: &Client) -> std::result::Result<Answer, Error> {
        let mut options = CallOptions::from(timeout_from_milliseconds(self.timeout_milliseconds)?);
        if let Some(seconds) = self.min_validity_seconds {
            options = options.min_validity(min_validity(seconds)?);
        }
        client.call(self.operation, self.arguments, options).await
    }
}

fn timeout_from_milliseconds(milliseconds: Option<f64>) -> std::result::Result<Option<Duration>, Error> {
    milliseconds.map(|milliseconds| timeout_from_seconds(TIMEOUT, milliseconds / 1000.0)).transpose()
}
