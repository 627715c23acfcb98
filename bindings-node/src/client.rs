//! The client, and its one call.

use std::collections::HashMap;
use std::time::Duration;

use descope_outbound::{
    Answer, Argument, ArgumentName, Arguments, Client, Environment, Error, LicenseHandshake, Operation,
    timeout_from_seconds,
};
use napi::Status;
use napi::bindgen_prelude::{Either, Env, Error as NativeError, Result};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::bridge::Bridge;
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
    /// this id: nothing is thrown for what can go wrong with that.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        env: Env,
        id: u32,
        operation: String,
        arguments_json: String,
        timeout_milliseconds: Option<f64>,
    ) -> Result<()> {
        let client = self.client.clone();
        let call = Call::parse(&operation, arguments_json, timeout_milliseconds)?;
        self.bridge.begin(env, id, async move { call.perform(&client).await.into() })
    }
}

/// A call that has been read.
struct Call {
    operation: &'static Operation,
    arguments: Arguments,
    timeout_milliseconds: Option<f64>,
}

impl Call {
    /// What the JavaScript half never passes is an exception; what a user can get wrong is the core's to say.
    fn parse(operation: &str, arguments_json: String, timeout_milliseconds: Option<f64>) -> Result<Self> {
        let refused = |problem: String| NativeError::new(Status::InvalidArg, problem);
        // Secrets may be among the arguments: the text is wiped as soon as it has been read.
        let arguments_json = Zeroizing::new(arguments_json);
        let operation = Operation::named(operation)
            .ok_or_else(|| refused(format!("there is no operation called {operation}")))?;
        // The library's text names a line and a column, and never quotes the input.
        let arguments =
            serde_json::from_str(&arguments_json).map_err(|problem| refused(problem.to_string()))?;
        let Argument::Object(members) = arguments else {
            return Err(refused("the arguments are no object".to_owned()));
        };
        Ok(Self { operation, arguments: members.into_iter().collect(), timeout_milliseconds })
    }

    async fn perform(self, client: &Client) -> std::result::Result<Answer, Error> {
        let timeout = timeout_from_milliseconds(self.timeout_milliseconds)?;
        client.call(self.operation, self.arguments, timeout).await
    }
}

fn timeout_from_milliseconds(milliseconds: Option<f64>) -> std::result::Result<Option<Duration>, Error> {
    milliseconds.map(|milliseconds| timeout_from_seconds(TIMEOUT, milliseconds / 1000.0)).transpose()
}
