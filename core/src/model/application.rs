//! An outbound app: the settings for access to one third party.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::null_as_default::null_as_default;
use crate::secret::{Secret, optional_secret};

/// An outbound app: the settings for access to one third party. The fields are those of the API reference.
///
/// A field that is `None` is not sent. An update empties such a field.
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
    /// The name that users see.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// The id that every call passes. If it is `None`, the service chooses one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A description for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The OAuth client id of Descope at the third party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The OAuth client secret. The API reference does not say if the service ever returns it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "optional_secret")]
    pub client_secret: Option<Secret>,
    /// The URL of the document that lists the third party's endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_url: Option<String>,
    /// The URL of the page for the users' consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// The parameters that the service adds to the authorization URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_url_params: Option<Vec<UrlParam>>,
    /// The URL that issues and refreshes tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// The parameters that the service adds to the token URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url_params: Option<Vec<UrlParam>>,
    /// The URL that revokes tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_url: Option<String>,
    /// The scopes of a connection that does not request any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_scopes: Option<Vec<String>>,
    /// The URL that users return to after their consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_redirect_url: Option<String>,
    /// The domain of the callback URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_domain: Option<String>,
    /// Whether the service uses PKCE (RFC 7636).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkce: Option<bool>,
    /// `offline` or `online`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_type: Option<String>,
    /// Any of `none`, `login`, `consent` and `select_account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<String>>,
    /// The type of the app: OAuth or API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_type: Option<String>,
    /// Whether Descope registers itself at the third party (RFC 7591).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_dcr: Option<bool>,
    /// The URL for that registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcr_url: Option<String>,
    /// The tenant that the app is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Fields that this version of the crate does not know, unchanged.
    #[serde(flatten)]
    pub more: MoreFields,
}

impl Application {
    /// An app with a name. All other fields are empty.
    ///
    /// ```
    /// use descope_outbound::Application;
    ///
    /// let application = Application::named("Google Calendar");
    /// assert_eq!((application.name.as_str(), application.id), ("Google Calendar", None));
    /// ```
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Fields by the service's names. `Debug` shows the names alone, since a value may be a secret.
///
/// ```
/// use descope_outbound::{Application, MoreFields};
///
/// let more = [("region".to_owned(), "eu".into())].into_iter().collect();
/// let application = Application { more: MoreFields(more), ..Application::named("Google Calendar") };
/// assert_eq!(format!("{:?}", application.more), r#"{"region"}"#);
/// ```
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

/// A parameter that the service adds to a URL.
///
/// ```
/// use descope_outbound::{Application, UrlParam};
///
/// let audience = UrlParam { key: "audience".to_owned(), value: "https://api.example.com".to_owned() };
/// let application =
///     Application { authorization_url_params: Some(vec![audience]), ..Application::named("Google Calendar") };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct UrlParam {
    /// The name of the parameter.
    pub key: String,
    /// The value of the parameter.
    pub value: String,
}

/// The settings of a new outbound app that is based on one of Descope's templates.
///
/// A field that is `None` is not sent.
///
/// ```
/// use descope_outbound::Template;
///
/// let template = Template {
///     template_id: "google-calendar".to_owned(),
///     client_id: Some("made-up-client".to_owned()),
///     client_secret: Some("made-up-client-secret".into()),
///     ..Template::default()
/// };
/// assert!(!format!("{template:?}").contains("made-up-client-secret"));
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The id of the template.
    pub template_id: String,
    /// The id of the new app. If it is `None`, the service chooses one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The OAuth client id of Descope at the third party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The OAuth client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// The tenant that the app is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The app's fields that replace those of the template.
    #[serde(skip_serializing_if = "MoreFields::is_empty")]
    pub overrides: MoreFields,
}
