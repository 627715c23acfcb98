//! The settings of a client as raw values.

use descope_outbound::bindings::{ClientBuilderExt as _, set_cache_number};
use descope_outbound::{
    ArgumentName, CacheOptions, Client, ClientBuilder, Environment, Error, LicenseHandshake, Secret,
};

use crate::cache_clock::cache_clock;
use crate::call_settings::timeout;

/// The language that a binding is for.
#[derive(Clone, Copy, Debug)]
pub struct HostLanguage {
    /// The value of the header `x-descope-sdk-name`.
    pub sdk_name: &'static str,
    /// The name in the header `x-descope-sdk-<runtime>-version`.
    pub runtime_name: &'static str,
    /// The environment variable that names additional certificates for the software of this language.
    pub additional_roots_variable: &'static str,
}

/// The settings of a client, as a language passes them.
#[derive(Debug, Default)]
pub struct ClientSettings {
    /// The Descope project.
    pub project_id: Option<String>,
    /// The management key.
    pub management_key: Option<Secret>,
    /// The URL of the service.
    pub base_url: Option<String>,
    /// Headers that every request carries.
    pub base_headers: Vec<(String, Secret)>,
    /// Bounds each call as a whole.
    pub timeout_seconds: Option<f64>,
    /// Whether certificates are not verified.
    pub skip_verify: bool,
    /// Whether plain HTTP is allowed for a service on another machine.
    pub allow_insecure_http: bool,
    /// `wait` or `off`; any other word means `beside`.
    pub license_handshake: Option<String>,
    /// The client has no cache if this is absent.
    pub cache: Option<CacheSettings>,
    /// The environment variables that replace absent settings, and those that name certificates and proxies.
    pub environment: Environment,
    /// The version of the language's runtime.
    pub runtime_version: String,
}

/// The options of a cache, as a language passes them.
#[derive(Clone, Debug, Default)]
pub struct CacheSettings {
    /// The options that are numbers; their names are [`CACHE_NUMBERS`](descope_outbound::bindings::CACHE_NUMBERS). Absent ones have the core's defaults.
    pub numbers: Vec<(ArgumentName, f64)>,
    /// Whether tokens are refreshed in the background.
    pub background: Option<bool>,
}

impl ClientSettings {
    /// Converts the raw values. The builder makes the client, in each process that needs one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](descope_outbound::ErrorKind::InvalidArgument) for a number that cannot be used. The
    /// builder reports the other mistakes.
    pub fn into_builder(self, language: HostLanguage) -> Result<ClientBuilder, Error> {
        let mut builder = Client::builder()
            .sdk_name(language.sdk_name)
            .runtime_version(language.runtime_name, self.runtime_version)
            .additional_roots_variable(language.additional_roots_variable)
            .environment(self.environment)
            .skip_verify(self.skip_verify)
            .allow_insecure_http(self.allow_insecure_http)
            .license_handshake(license_handshake(self.license_handshake.as_deref()));
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
        if let Some(seconds) = self.timeout_seconds {
            builder = builder.timeout(timeout(seconds)?);
        }
        if let Some(cache) = self.cache {
            builder = builder.cache(cache.into_options()?);
        }
        Ok(builder)
    }
}

fn license_handshake(word: Option<&str>) -> LicenseHandshake {
    match word {
        Some("wait") => LicenseHandshake::Wait,
        Some("off") => LicenseHandshake::Off,
        _ => LicenseHandshake::Beside,
    }
}

impl CacheSettings {
    fn into_options(self) -> Result<CacheOptions, Error> {
        let mut options = CacheOptions::default().clock(cache_clock());
        for (name, number) in self.numbers {
            options = set_cache_number(options, name, number)?;
        }
        Ok(match self.background {
            Some(background) => options.background(background),
            None => options,
        })
    }
}

#[cfg(test)]
mod tests {
    use descope_outbound::bindings::CACHE_NUMBERS;

    use super::*;

    const LANGUAGE: HostLanguage =
        HostLanguage { sdk_name: "test", runtime_name: "test", additional_roots_variable: "TEST_ROOTS" };

    fn settings() -> ClientSettings {
        ClientSettings { project_id: Some("P2made-up".to_owned()), ..ClientSettings::default() }
    }

    fn build(settings: ClientSettings) -> Result<Client, Error> {
        settings.into_builder(LANGUAGE)?.build()
    }

    fn problem(settings: ClientSettings) -> String {
        build(settings).unwrap_err().to_string()
    }

    #[test]
    fn a_client_needs_nothing_but_a_project() {
        let client = build(settings()).unwrap();
        assert!(client.cache().is_none());
        assert!(client.require_management_key().is_err());
    }

    #[test]
    fn a_management_key_is_passed_on() {
        let client =
            build(ClientSettings { management_key: Some("made-up-key".into()), ..settings() }).unwrap();
        assert!(client.require_management_key().is_ok());
    }

    #[test]
    fn absent_settings_come_from_the_environment() {
        let variables = [("DESCOPE_PROJECT_ID", "P2made-up"), ("DESCOPE_MANAGEMENT_KEY", "made-up-key")];
        let environment =
            variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let client = build(ClientSettings { environment, ..ClientSettings::default() }).unwrap();
        assert!(client.require_management_key().is_ok());
    }

    #[test]
    fn an_error_names_the_setting() {
        assert!(problem(ClientSettings::default()).starts_with("project_id "));
        assert!(
            problem(ClientSettings { timeout_seconds: Some(0.0), ..settings() })
                .starts_with("timeout_seconds ")
        );
        let base_url = Some("http://example.com".to_owned());
        assert!(
            problem(ClientSettings { base_url: base_url.clone(), ..settings() }).starts_with("base_url ")
        );
        assert!(build(ClientSettings { base_url, allow_insecure_http: true, ..settings() }).is_ok());
        let base_headers = vec![("authorization".to_owned(), "made-up".into())];
        assert!(build(ClientSettings { base_headers, ..settings() }).is_err());
    }

    #[test]
    fn a_cache_takes_its_numbers_by_name() {
        for name in CACHE_NUMBERS {
            let with = |number| {
                let cache = CacheSettings { numbers: vec![(name, number)], ..CacheSettings::default() };
                build(ClientSettings { cache: Some(cache), ..settings() })
            };
            assert!(with(600.0).unwrap().cache().is_some(), "{name:?}");
            assert_eq!(with(-1.0).unwrap_err().argument(), Some(name));
        }
    }

    #[test]
    fn a_license_handshake_is_named_by_a_word() {
        assert_eq!(license_handshake(Some("wait")), LicenseHandshake::Wait);
        assert_eq!(license_handshake(Some("off")), LicenseHandshake::Off);
        assert_eq!(license_handshake(Some("beside")), LicenseHandshake::Beside);
        assert_eq!(license_handshake(None), LicenseHandshake::Beside);
    }

    #[test]
    fn settings_show_no_secret() {
        let settings = ClientSettings {
            management_key: Some("made-up-key".into()),
            base_headers: vec![("x-gateway".to_owned(), "made-up-header".into())],
            ..settings()
        };
        let shown = format!("{settings:?}");
        assert!(!shown.contains("made-up-key") && !shown.contains("made-up-header"), "{shown}");
    }
}
