//! The service's vault: the outbound apps of the project and the tokens stored for them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::app::App;
use crate::clock::Moment;
use crate::provider::Issued;

/// The apps and the tokens, as the management API sees them.
#[derive(Default)]
pub(crate) struct Vault {
    apps: BTreeMap<String, App>,
    /// Each holder's tokens, the latest last.
    tokens: HashMap<Holder, Vec<StoredToken>>,
}

/// Whose tokens: a user, a user within a tenant, or a tenant (then without a user) for one app. A name that does
/// not apply is empty, as it is on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Holder {
    pub(crate) app: String,
    pub(crate) user: String,
    pub(crate) tenant: String,
}

/// One stored token.
pub(crate) struct StoredToken {
    pub(crate) id: String,
    pub(crate) holder: Holder,
    pub(crate) subject: String,
    pub(crate) access_token: String,
    pub(crate) access_token_type: String,
    /// Absent when the expiry is not known or there is none.
    pub(crate) expires: Option<Moment>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) last_refresh: Option<Moment>,
    pub(crate) last_refresh_error: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) granted_by: String,
    pub(crate) external_identifier: String,
}

impl StoredToken {
    /// Takes what the provider gave for the refresh token.
    pub(crate) fn accept(&mut self, issued: Issued, now: Moment) {
        self.access_token = issued.access_token;
        self.expires = issued.expires;
        self.refresh_token = issued.refresh_token;
        self.last_refresh = Some(now);
        self.last_refresh_error.clear();
    }

    /// Whether it is of no use as it is: expired, or uploaded without an access token.
    pub(crate) fn needs_refresh(&self, now: Moment) -> bool {
        self.access_token.is_empty() || self.expires.is_some_and(|expires| expires <= now)
    }
}

impl Vault {
    pub(crate) fn app(&self, app_id: &str) -> Option<&App> {
        self.apps.get(app_id)
    }

    /// All apps, by id.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &App> {
        self.apps.values()
    }

    /// Adds an app, in the place of one with the same id.
    pub(crate) fn insert_app(&mut self, app: App) {
        self.apps.insert(app.description.id.clone(), app);
    }

    /// Deletes an app and its tokens, and says whether there was one.
    pub(crate) fn delete_app(&mut self, app_id: &str) -> bool {
        self.delete(|token| token.holder.app == app_id);
        self.apps.remove(app_id).is_some()
    }

    /// The ids of the apps for which this user has a token, within the tenant if one is given and else without.
    pub(crate) fn apps_with_token_of(&self, user_id: &str, tenant_id: &str) -> BTreeSet<&str> {
        let holders = self.tokens.keys();
        holders
            .filter(|holder| holder.user == user_id && holder.tenant == tenant_id)
            .map(|holder| holder.app.as_str())
            .collect()
    }

    /// Stores a token as its holder's latest. One with the same scopes and external identifier is replaced.
    pub(crate) fn store(&mut self, token: StoredToken) {
        let tokens = self.tokens.entry(token.holder.clone()).or_default();
        tokens.retain(|other| {
            !(same_set(&other.scopes, &token.scopes)
                && other.external_identifier == token.external_identifier)
        });
        tokens.push(token);
    }

    /// The holder's latest token, of all or of those with exactly these scopes (in any order).
    pub(crate) fn latest(
        &mut self,
        holder: &Holder,
        scopes: Option<&[String]>,
        external_identifier: Option<&str>,
    ) -> Option<&mut StoredToken> {
        self.tokens.get_mut(holder)?.iter_mut().rev().find(|token| {
            scopes.is_none_or(|scopes| same_set(scopes, &token.scopes))
                && external_identifier.is_none_or(|identifier| identifier == token.external_identifier)
        })
    }

    pub(crate) fn contains(&self, token_id: &str) -> bool {
        self.tokens.values().flatten().any(|token| token.id == token_id)
    }

    /// Deletes the tokens that match, and says how many those were.
    pub(crate) fn delete(&mut self, matches: impl Fn(&StoredToken) -> bool) -> usize {
        let before = self.token_count();
        self.tokens.retain(|_, tokens| {
            tokens.retain(|token| !matches(token));
            !tokens.is_empty()
        });
        before - self.token_count()
    }

    fn token_count(&self) -> usize {
        self.tokens.values().map(Vec::len).sum()
    }
}

fn same_set(left: &[String], right: &[String]) -> bool {
    let left: HashSet<&String> = left.iter().collect();
    let right: HashSet<&String> = right.iter().collect();
    left == right
}
