//! The third-party providers: they issue tokens, rotate refresh tokens and know which access tokens are good now.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Moment;
use crate::connection::{RefreshToken, Revocation};

/// Everything the providers have issued since the start or the last reset.
pub(crate) struct Provider {
    random: fastrand::Rng,
    grants: Vec<Grant>,
    access_tokens: HashMap<String, AccessToken>,
    refresh_tokens: HashMap<String, IssuedRefreshToken>,
    tally: Tally,
}

/// What the providers have done, for [`Counters`](crate::Counters).
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) mints: u64,
    pub(crate) refreshes: u64,
    pub(crate) double_refreshes_refused: u64,
    pub(crate) refusals: u64,
}

/// One consent, as its provider remembers it.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) app_id: String,
    pub(crate) user_id: String,
    pub(crate) tenant_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) lifetime: Duration,
    pub(crate) revoked: bool,
}

struct AccessToken {
    grant: usize,
    /// Absent for one that never expires.
    expires: Option<Moment>,
}

struct IssuedRefreshToken {
    grant: usize,
    used: bool,
}

/// What a consent or a refresh yields.
pub(crate) struct Issued {
    pub(crate) access_token: String,
    /// Absent for one that never expires.
    pub(crate) expires: Option<Moment>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// Why a refresh token was refused. Every one of them is `invalid_grant` in OAuth's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshRefusal {
    Unknown,
    AlreadyUsed,
    Revoked,
}

impl RefreshRefusal {
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Unknown => "the provider never issued this refresh token",
            Self::AlreadyUsed => "the refresh token has already been used",
            Self::Revoked => "the user has revoked the consent",
        }
    }
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self {
            random: fastrand::Rng::new(),
            grants: Vec::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            tally: Tally::default(),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether this string has been issued, as either kind of token.
    pub(crate) fn has_issued(&self, token: &str) -> bool {
        self.access_tokens.contains_key(token) || self.refresh_tokens.contains_key(token)
    }

    /// A user consents: the first access token of a grant, and its refresh token if there is to be one.
    pub(crate) fn consent(
        &mut self,
        grant: Grant,
        access_token: Option<String>,
        refresh_token: &RefreshToken,
        now: Moment,
    ) -> Issued {
        let scopes = grant.scopes.clone();
        let expires = Some(now.plus(grant.lifetime));
        let grant = self.remember(grant);
        let access_token = access_token.unwrap_or_else(|| self.made_up("access"));
        self.record_access_token(access_token.clone(), grant, expires);
        let refresh_token = match refresh_token {
            RefreshToken::Minted => Some(self.made_up("refresh")),
            RefreshToken::Pinned(pinned) => Some(pinned.clone()),
            RefreshToken::None => None,
        };
        if let Some(refresh_token) = refresh_token.clone() {
            self.record_refresh_token(refresh_token, grant);
        }
        Issued { access_token, expires, refresh_token, scopes }
    }

    /// Takes over tokens that a provider issued elsewhere. What it has issued itself it goes on knowing better: a used
    /// refresh token stays used.
    pub(crate) fn adopt(
        &mut self,
        grant: Grant,
        access_token: Option<(String, Option<Moment>)>,
        refresh_token: Option<String>,
    ) {
        let access_token = access_token.filter(|(token, _)| !self.has_issued(token));
        let refresh_token = refresh_token.filter(|token| !self.has_issued(token));
        if access_token.is_none() && refresh_token.is_none() {
            return;
        }
        let grant = self.remember(grant);
        if let Some((token, expires)) = access_token {
            self.access_tokens.insert(token, AccessToken { grant, expires });
        }
        if let Some(token) = refresh_token {
            self.record_refresh_token(token, grant);
        }
    }

    /// Exchanges a refresh token for a new pair. The one given is worthless afterwards; the access tokens issued
    /// before stay good until they expire, as they do at most providers.
    pub(crate) fn refresh(
        &mut self,
        app_id: &str,
        refresh_token: &str,
        now: Moment,
    ) -> Result<Issued, RefreshRefusal> {
        let outcome = self.spend(app_id, refresh_token);
        let (number, grant) = match outcome {
            Ok(found) => found,
            Err(refusal) => {
                self.tally.refusals += 1;
                if refusal == RefreshRefusal::AlreadyUsed {
                    self.tally.double_refreshes_refused += 1;
                }
                return Err(refusal);
            }
        };
        self.tally.refreshes += 1;
        let expires = Some(now.plus(grant.lifetime));
        let access_token = self.made_up("access");
        let refresh_token = self.made_up("refresh");
        self.record_access_token(access_token.clone(), number, expires);
        self.record_refresh_token(refresh_token.clone(), number);
        Ok(Issued { access_token, expires, refresh_token: Some(refresh_token), scopes: grant.scopes })
    }

    /// Whose access token this is, if it is good now.
    pub(crate) fn bearer_of(&mut self, app_id: &str, access_token: &str, now: Moment) -> Option<&Grant> {
        let good = self.access_tokens.get(access_token).and_then(|issued| {
            let unexpired = issued.expires.is_none_or(|expires| now < expires);
            let grant = self.grants.get(issued.grant)?;
            (unexpired && !grant.revoked && grant.app_id == app_id).then_some(issued.grant)
        });
        let Some(number) = good else {
            self.tally.refusals += 1;
            return None;
        };
        self.grants.get(number)
    }

    /// Withdraws the consents that match, and says how many those were.
    pub(crate) fn revoke(&mut self, revocation: &Revocation) -> usize {
        let wanted = |wish: &Option<String>, actual: &str| wish.as_deref().is_none_or(|wish| wish == actual);
        let matching = self.grants.iter_mut().filter(|grant| {
            !grant.revoked
                && wanted(&revocation.app_id, &grant.app_id)
                && wanted(&revocation.user_id, &grant.user_id)
                && wanted(&revocation.tenant_id, &grant.tenant_id)
        });
        matching.map(|grant| grant.revoked = true).count()
    }

    fn remember(&mut self, grant: Grant) -> usize {
        self.grants.push(grant);
        self.grants.len() - 1
    }

    fn record_access_token(&mut self, access_token: String, grant: usize, expires: Option<Moment>) {
        self.tally.mints += 1;
        self.access_tokens.insert(access_token, AccessToken { grant, expires });
    }

    fn record_refresh_token(&mut self, refresh_token: String, grant: usize) {
        self.refresh_tokens.insert(refresh_token, IssuedRefreshToken { grant, used: false });
    }

    /// Marks a refresh token as used and says which grant it was for.
    fn spend(&mut self, app_id: &str, refresh_token: &str) -> Result<(usize, Grant), RefreshRefusal> {
        let issued = self.refresh_tokens.get_mut(refresh_token).ok_or(RefreshRefusal::Unknown)?;
        let grant = self.grants.get(issued.grant).filter(|grant| grant.app_id == app_id);
        let grant = grant.ok_or(RefreshRefusal::Unknown)?;
        if grant.revoked {
            return Err(RefreshRefusal::Revoked);
        }
        if issued.used {
            return Err(RefreshRefusal::AlreadyUsed);
        }
        issued.used = true;
        Ok((issued.grant, grant.clone()))
    }

    /// A token that nobody mistakes for a real one, in a journal or anywhere else.
    fn made_up(&mut self, kind: &str) -> String {
        let suffix: String = (0..24).map(|_| self.random.alphanumeric()).collect();
        format!("emulated-{kind}-{suffix}")
    }
}
