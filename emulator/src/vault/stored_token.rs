//! One token of the vault and its owner.

use crate::clock::EpochTime;
use crate::provider::IssuedTokens;

/// The owner of a token for one app: a user, a user in a tenant, or a tenant without a user. A name that does not apply
/// is empty, as in requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredTokenOwner {
    pub(crate) app: String,
    pub(crate) user: String,
    pub(crate) tenant: String,
}

/// One stored token.
pub(crate) struct StoredToken {
    pub(crate) id: String,
    pub(crate) owner: StoredTokenOwner,
    pub(crate) subject: String,
    pub(crate) access_token: String,
    pub(crate) access_token_type: String,
    /// Absent if the token never expires, or if its expiry is unknown.
    pub(crate) expires: Option<EpochTime>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) last_refresh: Option<EpochTime>,
    pub(crate) last_refresh_error: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) granted_by: String,
    pub(crate) external_identifier: String,
}

impl StoredToken {
    /// Stores the tokens of a successful refresh.
    pub(crate) fn accept(&mut self, issued: IssuedTokens, now: EpochTime) {
        self.access_token = issued.access_token;
        self.expires = issued.expires;
        self.refresh_token = issued.refresh_token;
        self.last_refresh = Some(now);
        self.last_refresh_error.clear();
    }

    /// Whether the access token is expired, or missing because an upload had none.
    pub(crate) fn needs_refresh(&self, now: EpochTime) -> bool {
        self.access_token.is_empty() || self.expires.is_some_and(|expires| expires <= now)
    }
}
