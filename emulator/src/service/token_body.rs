//! The token in the body of a fetch response.

use serde::Serialize;

use crate::clock::EpochTime;
use crate::setup::ExpiryFormat;
use crate::vault::StoredToken;

#[derive(Serialize)]
pub(super) struct FetchBody<'token> {
    pub(super) token: TokenBody<'token>,
}

/// A token in a response, with the fields in the documented order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenBody<'token> {
    id: &'token str,
    app_id: &'token str,
    user_id: &'token str,
    token_sub: &'token str,
    access_token: &'token str,
    access_token_type: &'token str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_expiry: Option<WireTime>,
    has_refresh_token: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'token str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_refresh_time: Option<WireTime>,
    last_refresh_error: &'token str,
    scopes: &'token [String],
    tenant_id: &'token str,
    granted_by: &'token str,
    external_identifier: &'token str,
}

impl<'token> TokenBody<'token> {
    pub(super) fn new(token: &'token StoredToken, with_refresh_token: bool, format: ExpiryFormat) -> Self {
        Self {
            id: &token.id,
            app_id: &token.owner.app,
            user_id: &token.owner.user,
            token_sub: &token.subject,
            access_token: &token.access_token,
            access_token_type: &token.access_token_type,
            access_token_expiry: WireTime::new(token.expires, format),
            has_refresh_token: token.refresh_token.is_some(),
            refresh_token: token.refresh_token.as_deref().filter(|_| with_refresh_token),
            last_refresh_time: WireTime::new(token.last_refresh, format),
            last_refresh_error: &token.last_refresh_error,
            scopes: &token.scopes,
            tenant_id: &token.owner.tenant,
            granted_by: &token.granted_by,
            external_identifier: &token.external_identifier,
        }
    }
}

/// A time in a response. No source documents its format: see [`ExpiryFormat`].
#[derive(Serialize)]
#[serde(untagged)]
enum WireTime {
    Text(String),
    Number(u64),
}

impl WireTime {
    fn new(time: Option<EpochTime>, format: ExpiryFormat) -> Option<Self> {
        match (format, time) {
            (ExpiryFormat::Absent, _) => None,
            (ExpiryFormat::Number, time) => Some(Self::Number(time.map_or(0, EpochTime::epoch_seconds))),
            (ExpiryFormat::Empty, _) | (_, None) => Some(Self::Text(String::new())),
            (ExpiryFormat::Seconds, Some(time)) => Some(Self::Text(time.epoch_seconds().to_string())),
            (ExpiryFormat::Rfc3339, Some(time)) => Some(Self::Text(time.rfc3339())),
        }
    }
}
