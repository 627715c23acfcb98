//! A token from another source, which the service stores and refreshes.

use serde::{Deserialize, Serialize};

use crate::model::null_as_default::null_as_default;
use crate::secret::Secret;

/// An OAuth token for the service to store and refresh. The fields are those of the API reference.
///
/// A field that is `None` is not sent. A refresh token or an access token is required.
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
    /// The id of the user that owns the token, or `None` for a tenant's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The id of the tenant that the token is bound to, or that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The refresh token. The service needs it to refresh the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// The access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
    /// When the access token expires, in seconds since 1970. It is 0 or `None` if that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_expiry: Option<i32>,
    /// The type of the access token, mostly `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_type: Option<String>,
    /// The scopes that the user granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// A name that the caller chooses, to distinguish several tokens of one user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier: Option<String>,
    /// The ID token of OIDC: the third party's claims about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Secret>,
    /// Whether the service refreshes the token immediately, and rejects the upload if that fails. It is not available
    /// in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_refresh: Option<bool>,
    /// The user that gave consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<String>,
}

impl TokenUpload {
    /// An upload of a user's token. Set the token itself in the fields.
    ///
    /// ```
    /// use descope_outbound::TokenUpload;
    ///
    /// let upload = TokenUpload {
    ///     access_token: Some("made-up-access".into()),
    ///     ..TokenUpload::of_user("google-calendar", "user-id")
    /// };
    /// assert_eq!(upload.user_id.as_deref(), Some("user-id"));
    /// ```
    #[must_use]
    pub fn of_user(app_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), user_id: Some(user_id.into()), ..Self::default() }
    }

    /// An upload of a tenant's token. Set the token itself in the fields.
    ///
    /// ```
    /// use descope_outbound::TokenUpload;
    ///
    /// let upload = TokenUpload {
    ///     access_token: Some("made-up-access".into()),
    ///     ..TokenUpload::of_tenant("google-calendar", "tenant-id")
    /// };
    /// assert_eq!((upload.user_id, upload.tenant_id.as_deref()), (None, Some("tenant-id")));
    /// ```
    #[must_use]
    pub fn of_tenant(app_id: impl Into<String>, tenant_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), tenant_id: Some(tenant_id.into()), ..Self::default() }
    }
}

/// Why the service rejected one token of a batch. One failure means that the service stored none of them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
/// # let client = descope_outbound::Client::builder()
/// #     .project_id(emulator.project_id())
/// #     .management_key(emulator.management_key())
/// #     .base_url(emulator.base_url())
/// #     .build()?;
/// use descope_outbound::TokenUpload;
///
/// // The emulator rejects a token without a refresh token and without an access token.
/// let upload = TokenUpload::of_user("google-calendar", "user-id");
/// for failure in client.batch_upload_user_tokens(&[upload]).await? {
///     eprintln!("{}: {} {}", failure.user_id, failure.error_code, failure.reason);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct BatchFailure {
    /// The outbound app's id.
    #[serde(deserialize_with = "null_as_default")]
    pub app_id: String,
    /// The id of the user, or an empty string for a tenant's token.
    #[serde(deserialize_with = "null_as_default")]
    pub user_id: String,
    /// The id of the tenant, or an empty string for a user's token.
    #[serde(deserialize_with = "null_as_default")]
    pub tenant_id: String,
    /// The service's code for the failure.
    #[serde(deserialize_with = "null_as_default")]
    pub error_code: String,
    /// The service's reason, in words.
    #[serde(deserialize_with = "null_as_default")]
    pub reason: String,
}
