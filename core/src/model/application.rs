//! An outbound app: how Descope reaches a third party on behalf of users.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::null_as_default::null_as_default;
use crate::secret::{Secret, optional_secret};

/// An outbound app. What is `None` is left out, and on an update thereby emptied.
///
/// The fields are those of the API reference.
///
/// ```
/// use descope_outbound::Application;
///
/// let application = Application {
///     default_scopes: Some(vec!["calendar.read".to_owned()]),
///     ..Application::named("Google Calendar")
/// };
/// assert_eq!(application.name, "Google Calendar");
/// ```
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Application {
    /// What users see.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// How it is named in every call; made up by the service where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// What the third party knows Descope by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What proves it. Whether the service ever gives it back is not documented.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "optional_secret")]
    pub client_secret: Option<Secret>,
    /// Where the third party describes its endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_url: Option<String>,
    /// Where users consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// What is added to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url_params: Option<Vec<UrlParam>>,
    /// Where tokens are minted and refreshed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// What is added to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url_params: Option<Vec<UrlParam>>,
    /// Where tokens are revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_url: Option<String>,
    /// What is asked for where a connection asks for nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_scopes: Option<Vec<String>>,
    /// Where users come back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_redirect_url: Option<String>,
    /// The domain of the callback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_domain: Option<String>,
    /// Whether PKCE is used (RFC 7636).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkce: Option<bool>,
    /// `offline` or `online`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_type: Option<String>,
    /// Any of `none`, `login`, `consent` and `select_account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<String>>,
    /// OAuth or API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_type: Option<String>,
    /// Whether Descope registers itself at the third party (RFC 7591).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_dcr: Option<bool>,
    /// Where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcr_url: Option<String>,
    /// The tenant that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Fields that this version does not know, passed on as they are.
    #[serde(flatten)]
    pub more: MoreFields,
}

impl Application {
    /// An app that has a name and nothing else.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Fields by the service's names. `Debug` shows the names alone, since a secret may be among the values.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct MoreFields(pub Map<String, Value>);

impl MoreFields {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for MoreFields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// A parameter that is added to a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct UrlParam {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// An outbound app that is made from one of Descope's templates.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The template.
    pub template_id: String,
    /// The app's id; made up by the service where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the third party knows Descope by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// The tenant that the app is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Fields of the app that differ from the template's.
    #[serde(skip_serializing_if = "MoreFields::is_empty")]
    pub overrides: MoreFields,
}
