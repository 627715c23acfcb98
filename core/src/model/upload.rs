//! A token that was obtained elsewhere, for the vault to keep and refresh.

use serde::{Deserialize, Serialize};

use crate::model::null_as_default::null_as_default;
use crate::secret::Secret;

/// An OAuth token to be stored. What is `None` is left out.
///
/// The fields are those of the API reference.
///
/// ```
/// use descope_outbound::TokenUpload;
///
/// let upload = TokenUpload {
///     refresh_token: Some("made-up-refresh".into()),
///     scopes: Some(vec!["calendar.read".to_owned()]),
///     ..TokenUpload::of_user("google-calendar", "user-id")
/// };
/// assert!(!format!("{upload:?}").contains("made-up"));
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenUpload {
    /// The outbound app's id.
    pub app_id: String,
    /// Whose it is, unless a tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The tenant that it is bound to, or that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// With it the service can refresh; this or the access token is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// What is sent to the third party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
    /// When the access token ends, in seconds since 1970; 0 or `None` where that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_expiry: Option<i32>,
    /// Mostly `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_type: Option<String>,
    /// What the user has granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// A name of the caller's own, to tell several tokens of one user apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier: Option<String>,
    /// The third party's word on who the user is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret>,
    /// Has the service refresh the token at once, and refuse it where that fails. Not in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_refresh: Option<bool>,
    /// Who consented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
}

impl TokenUpload {
    /// A user's token, of which nothing is known yet.
    #[must_use]
    pub fn of_user(app_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), user_id: Some(user_id.into()), ..Self::default() }
    }

    /// A tenant's token, of which nothing is known yet.
    #[must_use]
    pub fn of_tenant(app_id: impl Into<String>, tenant_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), tenant_id: Some(tenant_id.into()), ..Self::default() }
    }
}

/// Why one token of a batch was not stored, and with it none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct BatchFailure {
    /// The outbound app's id.
    #[serde(deserialize_with = "null_as_default")]
    pub app_id: String,
    /// Whose it was; empty for a tenant's.
    #[serde(deserialize_with = "null_as_default")]
    pub user_id: String,
    /// Whose it was; empty for a user's.
    #[serde(deserialize_with = "null_as_default")]
    pub tenant_id: String,
    /// The service's code.
    #[serde(deserialize_with = "null_as_default")]
    pub error_code: String,
    /// The service's reason.
    #[serde(deserialize_with = "null_as_default")]
    pub reason: String,
}
