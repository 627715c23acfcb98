//! Inbound-app access tokens: with one, a user's agent may fetch that user's tokens without the management key.

use std::fmt;

use crate::clock::Moment;

/// The scope without which an inbound token may not fetch.
pub(crate) const FETCH_SCOPE: &str = "outbound.token.fetch";

/// An inbound token to issue: for whom, and with which scopes.
///
/// ```
/// use descope_outbound_emulator::InboundToken;
///
/// let token = InboundToken::user("user-1").tenant("acme");
/// assert_eq!(token.scopes, ["outbound.token.fetch"]);
/// ```
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InboundToken {
    /// The user who consented. Fetching another user's token is refused; empty for one that may fetch anybody's.
    pub user_id: String,
    /// The tenant that it is bound to. Fetching another tenant's token is refused; empty for no bound.
    pub tenant_id: String,
    /// Its scopes; `outbound.token.fetch` unless chosen otherwise.
    pub scopes: Vec<String>,
    /// The token itself; made up when absent.
    pub token: Option<String>,
    /// How long it is good; the emulator's default when absent.
    pub lifetime_seconds: Option<u64>,
}

impl Default for InboundToken {
    fn default() -> Self {
        Self {
            user_id: String::new(),
            tenant_id: String::new(),
            scopes: vec![FETCH_SCOPE.to_owned()],
            token: None,
            lifetime_seconds: None,
        }
    }
}

impl InboundToken {
    /// A token of this user.
    #[must_use]
    pub fn user(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), ..Self::default() }
    }

    /// Binds it to a tenant.
    #[must_use]
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = tenant_id.into();
        self
    }

    /// Its scopes, in place of the one that fetching needs.
    #[must_use]
    pub fn scopes<Scope: Into<String>>(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Debug for InboundToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InboundToken")
            .field("user_id", &self.user_id)
            .field("tenant_id", &self.tenant_id)
            .field("scopes", &self.scopes)
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("lifetime_seconds", &self.lifetime_seconds)
            .finish()
    }
}

/// An inbound token that has been issued.
pub(crate) struct IssuedInboundToken {
    pub(crate) request: InboundToken,
    pub(crate) expires: Moment,
}
