//! A user (or tenant) who has consented at a provider, as a test or a seed file describes it.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Visitor};

/// One consent: whose it is, for which app and scopes, and what the provider issued for it.
///
/// ```
/// use descope_outbound_emulator::Connection;
///
/// let connection = Connection::user("github", "user-1").tenant("acme").scopes(["repo", "read:user"]);
/// assert_eq!(connection.tenant_id, "acme");
/// ```
#[derive(Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// The outbound app.
    pub app_id: String,
    /// The user; empty for a tenant's own token.
    pub user_id: String,
    /// The tenant that the token is bound to; empty for none.
    pub tenant_id: String,
    /// The scopes that were consented to.
    pub scopes: Vec<String>,
    /// The id of the token in the vault; made up when absent.
    pub token_id: Option<String>,
    /// The access token; minted by the provider when absent.
    pub access_token: Option<String>,
    /// Whether the provider issued a refresh token, and which.
    pub refresh_token: RefreshToken,
    /// How long its access tokens are good; the app's own lifetime when absent.
    pub lifetime_seconds: Option<u64>,
    /// The identifier by which the caller's own system knows the token.
    pub external_identifier: String,
}

impl Connection {
    /// A user's connection to an app.
    #[must_use]
    pub fn user(app_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), user_id: user_id.into(), ..Self::default() }
    }

    /// A connection that a whole tenant shares.
    #[must_use]
    pub fn of_tenant(app_id: impl Into<String>, tenant_id: impl Into<String>) -> Self {
        Self { app_id: app_id.into(), tenant_id: tenant_id.into(), ..Self::default() }
    }

    /// Binds the token to a tenant.
    #[must_use]
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = tenant_id.into();
        self
    }

    /// The scopes that were consented to.
    #[must_use]
    pub fn scopes<Scope: Into<String>>(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Pins the id of the token in the vault.
    #[must_use]
    pub fn token_id(mut self, token_id: impl Into<String>) -> Self {
        self.token_id = Some(token_id.into());
        self
    }

    /// Pins the first access token.
    #[must_use]
    pub fn access_token(mut self, access_token: impl Into<String>) -> Self {
        self.access_token = Some(access_token.into());
        self
    }

    /// Pins the first refresh token.
    #[must_use]
    pub fn refresh_token(mut self, refresh_token: impl Into<String>) -> Self {
        self.refresh_token = RefreshToken::Pinned(refresh_token.into());
        self
    }

    /// The provider issues no refresh token: once expired, the access token stays expired.
    #[must_use]
    pub fn without_refresh_token(mut self) -> Self {
        self.refresh_token = RefreshToken::None;
        self
    }

    /// How long its access tokens are good, in whole seconds.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime_seconds = Some(lifetime.as_secs());
        self
    }

    /// The identifier by which the caller's own system knows the token.
    #[must_use]
    pub fn external_identifier(mut self, external_identifier: impl Into<String>) -> Self {
        self.external_identifier = external_identifier.into();
        self
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("app_id", &self.app_id)
            .field("user_id", &self.user_id)
            .field("tenant_id", &self.tenant_id)
            .field("scopes", &self.scopes)
            .field("token_id", &self.token_id)
            .field("access_token", &self.access_token.as_ref().map(|_| "[redacted]"))
            .field("refresh_token", &self.refresh_token)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .field("external_identifier", &self.external_identifier)
            .finish()
    }
}

/// Whether a connection came with a refresh token. In JSON: `true`, `false`, or the token itself.
#[derive(Clone, Default)]
pub enum RefreshToken {
    /// The provider mints one.
    #[default]
    Minted,
    /// The provider issues none.
    None,
    /// The provider issues this one.
    Pinned(String),
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Minted => "Minted",
            Self::None => "None",
            Self::Pinned(_) => "Pinned([redacted])",
        })
    }
}

impl<'de> Deserialize<'de> for RefreshToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BoolOrToken;

        impl Visitor<'_> for BoolOrToken {
            type Value = RefreshToken;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("true, false or the refresh token itself")
            }

            fn visit_bool<E>(self, wanted: bool) -> Result<RefreshToken, E> {
                Ok(if wanted { RefreshToken::Minted } else { RefreshToken::None })
            }

            fn visit_str<E>(self, token: &str) -> Result<RefreshToken, E> {
                Ok(RefreshToken::Pinned(token.to_owned()))
            }
        }

        deserializer.deserialize_any(BoolOrToken)
    }
}

/// Which consents a provider withdraws: those that match every name given, and all of them when none is.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revocation {
    /// Only this app's.
    pub app_id: Option<String>,
    /// Only this user's.
    pub user_id: Option<String>,
    /// Only those bound to this tenant.
    pub tenant_id: Option<String>,
}

impl Revocation {
    /// Every consent that this user gave to this app.
    #[must_use]
    pub fn user(app_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { app_id: Some(app_id.into()), user_id: Some(user_id.into()), tenant_id: None }
    }

    /// Every consent that was given to this app.
    #[must_use]
    pub fn app(app_id: impl Into<String>) -> Self {
        Self { app_id: Some(app_id.into()), ..Self::default() }
    }

    /// Narrows it to those bound to this tenant.
    #[must_use]
    pub fn tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }
}
