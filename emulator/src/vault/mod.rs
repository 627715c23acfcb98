//! The service's vault: the outbound apps of the project and their tokens.

mod app;
mod inbound_tokens;
mod stored_token;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(crate) use app::{App, AppDescription, UrlParameter};
pub(crate) use inbound_tokens::InboundTokens;
pub(crate) use stored_token::{StoredToken, StoredTokenOwner};

/// The apps and the tokens, as the management API sees them.
#[derive(Default)]
pub(crate) struct Vault {
    apps: BTreeMap<String, App>,
    /// The tokens of each owner, the latest last.
    tokens: HashMap<StoredTokenOwner, Vec<StoredToken>>,
}

impl Vault {
    pub(crate) fn app(&self, app_id: &str) -> Option<&App> {
        self.apps.get(app_id)
    }

    /// All apps, sorted by id.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &App> {
        self.apps.values()
    }

    /// Adds an app. It replaces an app with the same id.
    pub(crate) fn insert_app(&mut self, app: App) {
        self.apps.insert(app.description.id.clone(), app);
    }

    /// Deletes an app and its tokens, and returns whether the app existed.
    pub(crate) fn delete_app(&mut self, app_id: &str) -> bool {
        self.delete(|token| token.owner.app == app_id);
        self.apps.remove(app_id).is_some()
    }

    /// The ids of the apps for which this user has a token in this tenant, or without a tenant if it is empty.
    pub(crate) fn apps_with_token_of(&self, user_id: &str, tenant_id: &str) -> BTreeSet<&str> {
        let owners = self.tokens.keys();
        owners
            .filter(|owner| owner.user == user_id && owner.tenant == tenant_id)
            .map(|owner| owner.app.as_str())
            .collect()
    }

    /// Stores a token as its owner's latest. It replaces a token with the same scopes and external identifier.
    pub(crate) fn store(&mut self, token: StoredToken) {
        let tokens = self.tokens.entry(token.owner.clone()).or_default();
        tokens.retain(|other| {
            !(same_set(&other.scopes, &token.scopes)
                && other.external_identifier == token.external_identifier)
        });
        tokens.push(token);
    }

    /// The owner's latest token. Scopes, if present, must match exactly, in any order.
    pub(crate) fn latest(
        &mut self,
        owner: &StoredTokenOwner,
        scopes: Option<&[String]>,
        external_identifier: Option<&str>,
    ) -> Option<&mut StoredToken> {
        self.tokens.get_mut(owner)?.iter_mut().rev().find(|token| {
            scopes.is_none_or(|scopes| same_set(scopes, &token.scopes))
                && external_identifier.is_none_or(|identifier| identifier == token.external_identifier)
        })
    }

    pub(crate) fn contains(&self, token_id: &str) -> bool {
        self.tokens.values().flatten().any(|token| token.id == token_id)
    }

    /// Deletes the matching tokens and counts them.
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
