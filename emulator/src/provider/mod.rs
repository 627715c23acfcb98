//! The third-party providers. They issue tokens, rotate refresh tokens and validate access tokens.

mod counters;
mod grant;

use crate::clock::EpochTime;
use crate::setup::{RefreshToken, Revocation};
use std::collections::HashMap;

pub(crate) use counters::ProviderCounters;
pub(crate) use grant::{Grant, InvalidGrant, IssuedTokens};

/// All tokens that the providers issued since the start or the last reset.
pub(crate) struct Provider {
    random: fastrand::Rng,
    grants: Vec<Grant>,
    access_tokens: HashMap<String, AccessToken>,
    refresh_tokens: HashMap<String, IssuedRefreshToken>,
    counters: ProviderCounters,
}

struct AccessToken {
    grant: usize,
    /// Absent if the token never expires.
    expires: Option<EpochTime>,
}

struct IssuedRefreshToken {
    grant: usize,
    used: bool,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self {
            random: fastrand::Rng::new(),
            grants: Vec::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            counters: ProviderCounters::default(),
        }
    }

    pub(crate) fn counters(&self) -> ProviderCounters {
        self.counters
    }

    /// Whether a provider issued this string, as an access token or as a refresh token.
    pub(crate) fn has_issued(&self, token: &str) -> bool {
        self.access_tokens.contains_key(token) || self.refresh_tokens.contains_key(token)
    }

    /// Records a consent, and issues its first tokens.
    pub(crate) fn consent(
        &mut self,
        grant: Grant,
        access_token: Option<String>,
        refresh_token: &RefreshToken,
        now: EpochTime,
    ) -> IssuedTokens {
        let scopes = grant.scopes.clone();
        let expires = Some(now.plus(grant.lifetime));
        let grant = self.add_grant(grant);
        let access_token = access_token.unwrap_or_else(|| self.generate_token("access"));
        self.record_access_token(access_token.clone(), grant, expires);
        let refresh_token = match refresh_token {
            RefreshToken::Minted => Some(self.generate_token("refresh")),
            RefreshToken::Pinned(pinned) => Some(pinned.clone()),
            RefreshToken::None => None,
        };
        if let Some(refresh_token) = refresh_token.clone() {
            self.record_refresh_token(refresh_token, grant);
        }
        IssuedTokens { access_token, expires, refresh_token, scopes }
    }

    /// Records tokens that were issued outside the emulator. It ignores tokens that it already knows, so that a used
    /// refresh token stays used.
    pub(crate) fn adopt(
        &mut self,
        grant: Grant,
        access_token: Option<(String, Option<EpochTime>)>,
        refresh_token: Option<String>,
    ) {
        let access_token = access_token.filter(|(token, _)| !self.has_issued(token));
        let refresh_token = refresh_token.filter(|token| !self.has_issued(token));
        if access_token.is_none() && refresh_token.is_none() {
            return;
        }
        let grant = self.add_grant(grant);
        if let Some((token, expires)) = access_token {
            self.access_tokens.insert(token, AccessToken { grant, expires });
        }
        if let Some(token) = refresh_token {
            self.record_refresh_token(token, grant);
        }
    }

    /// Exchanges a refresh token for new tokens. The old refresh token becomes invalid. Earlier access tokens stay
    /// valid until they expire, as at most providers.
    pub(crate) fn refresh(
        &mut self,
        app_id: &str,
        refresh_token: &str,
        now: EpochTime,
    ) -> Result<IssuedTokens, InvalidGrant> {
        let (number, grant) = self.spend(app_id, refresh_token).inspect_err(|error| {
            self.counters.refusals += 1;
            if *error == InvalidGrant::AlreadyUsed {
                self.counters.double_refreshes_refused += 1;
            }
        })?;
        self.counters.refreshes += 1;
        let expires = Some(now.plus(grant.lifetime));
        let access_token = self.generate_token("access");
        let refresh_token = self.generate_token("refresh");
        self.record_access_token(access_token.clone(), number, expires);
        self.record_refresh_token(refresh_token.clone(), number);
        Ok(IssuedTokens { access_token, expires, refresh_token: Some(refresh_token), scopes: grant.scopes })
    }

    /// Finds the grant of a valid access token.
    pub(crate) fn validate(&mut self, app_id: &str, access_token: &str, now: EpochTime) -> Option<&Grant> {
        let valid = self.access_tokens.get(access_token).and_then(|issued| {
            let unexpired = issued.expires.is_none_or(|expires| now < expires);
            let grant = self.grants.get(issued.grant)?;
            (unexpired && !grant.revoked && grant.app_id == app_id).then_some(issued.grant)
        });
        let Some(number) = valid else {
            self.counters.refusals += 1;
            return None;
        };
        self.grants.get(number)
    }

    /// Revokes the matching consents and counts them.
    pub(crate) fn revoke(&mut self, revocation: &Revocation) -> usize {
        let accepts =
            |filter: &Option<String>, actual: &str| filter.as_deref().is_none_or(|filter| filter == actual);
        let matching = self.grants.iter_mut().filter(|grant| {
            !grant.revoked
                && accepts(&revocation.app_id, &grant.app_id)
                && accepts(&revocation.user_id, &grant.user_id)
                && accepts(&revocation.tenant_id, &grant.tenant_id)
        });
        matching.map(|grant| grant.revoked = true).count()
    }

    fn add_grant(&mut self, grant: Grant) -> usize {
        self.grants.push(grant);
        self.grants.len() - 1
    }

    fn record_access_token(&mut self, access_token: String, grant: usize, expires: Option<EpochTime>) {
        self.counters.mints += 1;
        self.access_tokens.insert(access_token, AccessToken { grant, expires });
    }

    fn record_refresh_token(&mut self, refresh_token: String, grant: usize) {
        self.refresh_tokens.insert(refresh_token, IssuedRefreshToken { grant, used: false });
    }

    /// Marks a refresh token as used and finds its grant.
    fn spend(&mut self, app_id: &str, refresh_token: &str) -> Result<(usize, Grant), InvalidGrant> {
        let issued = self.refresh_tokens.get_mut(refresh_token).ok_or(InvalidGrant::Unknown)?;
        let grant = self.grants.get(issued.grant).filter(|grant| grant.app_id == app_id);
        let grant = grant.ok_or(InvalidGrant::Unknown)?;
        if grant.revoked {
            return Err(InvalidGrant::Revoked);
        }
        if issued.used {
            return Err(InvalidGrant::AlreadyUsed);
        }
        issued.used = true;
        Ok((issued.grant, grant.clone()))
    }

    /// Generates a token with a prefix that distinguishes it from real tokens.
    fn generate_token(&mut self, kind: &str) -> String {
        let suffix: String = (0..24).map(|_| self.random.alphanumeric()).collect();
        format!("emulated-{kind}-{suffix}")
    }
}
