//! A consent and the tokens that it yields.

use std::time::Duration;

use crate::clock::EpochTime;

/// One consent, as its provider stores it.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) app_id: String,
    pub(crate) user_id: String,
    pub(crate) tenant_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetime: Duration,
    pub(crate) revoked: bool,
}

/// The tokens that a consent or a refresh yields.
pub(crate) struct IssuedTokens {
    pub(crate) access_token: String,
    /// Absent if the access token never expires.
    pub(crate) expires: Option<EpochTime>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// The reason why a provider rejects a refresh token. Each one is `invalid_grant` in OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidGrant {
    Unknown,
    AlreadyUsed,
    Revoked,
}

impl InvalidGrant {
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Unknown => "the provider never issued this refresh token",
            Self::AlreadyUsed => "the refresh token has already been used",
            Self::Revoked => "the user has revoked the consent",
        }
    }
}
