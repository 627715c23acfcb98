//! An outbound app of the vault.

use std::time::Duration;

/// An app in the vault.
#[derive(Clone, Default)]
pub(crate) struct App {
    /// The lifetime of its access tokens; the `lifetime` of the options if absent.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) description: AppDescription,
}

/// An app as the management API sends it, with the fields in the documented order. It never includes the client secret.
#[derive(Clone, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppDescription {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) client_id: String,
    pub(crate) logo: String,
    pub(crate) discovery_url: String,
    pub(crate) authorization_url: String,
    pub(crate) authorization_url_params: Vec<UrlParameter>,
    pub(crate) token_url: String,
    pub(crate) token_url_params: Vec<UrlParameter>,
    pub(crate) revocation_url: String,
    pub(crate) default_scopes: Vec<String>,
    pub(crate) default_redirect_url: String,
    pub(crate) callback_domain: String,
    pub(crate) pkce: bool,
    pub(crate) access_type: String,
    pub(crate) prompt: Vec<String>,
    pub(crate) app_type: String,
    pub(crate) use_dcr: bool,
    pub(crate) dcr_url: String,
    pub(crate) tenant_id: String,
}

/// A parameter of one of an app's URLs.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UrlParameter {
    key: String,
    value: String,
}

impl App {
    /// Describes an app by its id and name alone.
    pub(crate) fn named(id: &str, name: &str, lifetime: Option<Duration>) -> Self {
        let description = AppDescription {
            id: id.to_owned(),
            name: name.to_owned(),
            app_type: "custom".to_owned(),
            ..AppDescription::default()
        };
        Self { lifetime, description }
    }
}
