//! A token as the service writes it.

use serde::Serialize;

use crate::clock::Moment;
use crate::options::ExpiryFormat;
use crate::vault::StoredToken;

#[derive(Serialize)]
pub(crate) struct FetchBody<'token> {
    pub(crate) token: TokenBody<'token>,
}

/// A token on the wire, with the fields in the documented order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenBody<'token> {
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
    pub(crate) fn new(token: &'token StoredToken, with_refresh_token: bool, format: ExpiryFormat) -> Self {
        Self {
            id: &token.id,
            app_id: &token.holder.app,
            user_id: &token.holder.user,
            token_sub: &token.subject,
            access_token: &token.access_token,
            access_token_type: &token.access_token_type,
            access_token_expiry: WireTime::new(token.expires, format),
            has_refresh_token: token.refresh_token.is_some(),
            refresh_token: token.refresh_token.as_deref().filter(|_| with_refresh_token),
            last_refresh_time: WireTime::new(token.last_refresh, format),
            last_refresh_error: &token.last_refresh_error,
            scopes: &token.scopes,
            tenant_id: &token.holder.tenant,
            granted_by: &token.granted_by,
            external_identifier: &token.external_identifier,
        }
    }
}

/// A time as the service writes it. What form that is, no source says for certain: see [`ExpiryFormat`].
#[derive(Serialize)]
#[serde(untagged)]
enum WireTime {
    Text(String),
    Number(u64),
}

impl WireTime {
    fn new(moment: Option<Moment>, format: ExpiryFormat) -> Option<Self> {
        match (format, moment) {
            (ExpiryFormat::Absent, _) => None,
            (ExpiryFormat::Number, moment) => Some(Self::Number(moment.map_or(0, Moment::epoch_seconds))),
            (ExpiryFormat::Empty, _) | (_, None) => Some(Self::Text(String::new())),
            (ExpiryFormat::Seconds, Some(moment)) => Some(Self::Text(moment.epoch_seconds().to_string())),
            (ExpiryFormat::Rfc3339, Some(moment)) => Some(Self::Text(moment.rfc3339())),
        }
    }
}
