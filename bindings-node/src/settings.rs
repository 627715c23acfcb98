//! The settings of a client, as JavaScript passes them.

use std::collections::HashMap;

use descope_outbound::bindings::ClientBuilderExt as _;
use descope_outbound::{Client, Environment, Error, LicenseHandshake};
use napi_derive::napi;

use crate::cache_settings::CacheSettings;
use crate::call_options::timeout;

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
    pub cache: Option<CacheSettings>,
    /// The environment variables that replace missing settings, and those that name certificates and proxies.
    pub environment: HashMap<String, String>,
    /// The version of Node.
    pub runtime_version: String,
}

impl NativeSettings {
    pub(crate) fn build(self) -> Result<Client, Error> {
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
        if let Some(timeout) = timeout(self.timeout_milliseconds)? {
            builder = builder.timeout(timeout);
        }
        builder.build()
    }
}
