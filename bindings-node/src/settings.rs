//! The settings of a client, as JavaScript passes them.

use std::collections::HashMap;

use descope_outbound::bindings::CACHE_NUMBERS;
use descope_outbound::{Client, Environment, Error};
use descope_outbound_bindings_core::{CacheSettings, ClientSettings, HostLanguage};
use napi_derive::napi;

const NODE: HostLanguage = HostLanguage {
    sdk_name: "nodejs",
    runtime_name: "node",
    additional_roots_variable: "NODE_EXTRA_CA_CERTS",
};

/// The settings that a client is made from.
#[napi(object, object_to_js = false)]
pub struct NativeSettings {
    pub project_id: Option<String>,
    pub management_key: Option<String>,
    pub base_url: Option<String>,
    pub base_headers: HashMap<String, String>,
    pub timeout_milliseconds: Option<f64>,
    /// `wait` or `off`; any other value means `beside`.
    pub license_handshake: Option<String>,
    pub allow_insecure_http: Option<bool>,
    /// Without it, the client has no cache.
    pub cache: Option<NativeCacheSettings>,
    /// The environment variables that replace missing settings, and those that name certificates and proxies.
    pub environment: HashMap<String, String>,
    /// The version of Node.
    pub runtime_version: String,
}

/// The options of a cache.
#[napi(object, object_to_js = false)]
pub struct NativeCacheSettings {
    /// The options that are numbers, by their names.
    pub numbers: HashMap<String, f64>,
    pub background: Option<bool>,
}

impl NativeSettings {
    pub(crate) fn build(self) -> Result<Client, Error> {
        let base_headers = self.base_headers.into_iter().map(|(name, value)| (name, value.into()));
        let settings = ClientSettings {
            project_id: self.project_id,
            management_key: self.management_key.map(Into::into),
            base_url: self.base_url,
            base_headers: base_headers.collect(),
            timeout_seconds: self.timeout_milliseconds.map(|milliseconds| milliseconds / 1000.0),
            skip_verify: false,
            allow_insecure_http: self.allow_insecure_http.unwrap_or_default(),
            license_handshake: self.license_handshake,
            cache: self.cache.map(Into::into),
            environment: self.environment.into_iter().collect::<Environment>(),
            runtime_version: self.runtime_version,
        };
        settings.into_builder(NODE)?.build()
    }
}

impl From<NativeCacheSettings> for CacheSettings {
    fn from(settings: NativeCacheSettings) -> Self {
        let numbers = CACHE_NUMBERS.into_iter();
        let numbers = numbers.filter_map(|name| Some((name, *settings.numbers.get(name.camel)?)));
        Self { numbers: numbers.collect(), background: settings.background }
    }
}
