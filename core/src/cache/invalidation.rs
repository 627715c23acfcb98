//! Which tokens a change invalidates: their tags, and the index that finds tokens by tag.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cache::entry::Entry;
use crate::cache::in_flight::InvalidatedFlights;
use crate::cache::key::Key;

/// A property that tokens share, and by which a change invalidates them.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum InvalidationTag<'call> {
    App(&'call str),
    User(&'call str),
    UserOfApp {
        app_id: &'call str,
        user_id: &'call str,
    },
    TenantOfApp {
        app_id: &'call str,
        tenant_id: &'call str,
    },
    /// The service's id of the token.
    TokenId(&'call str),
    AccessToken(&'call str),
}

impl<'call> InvalidationTag<'call> {
    /// The narrowest tag that covers these ids; `None` without an app and a user.
    pub(crate) fn of(
        app_id: Option<&'call str>,
        user_id: Option<&'call str>,
        tenant_id: Option<&'call str>,
    ) -> Option<Self> {
        match (app_id, user_id, tenant_id) {
            (Some(app_id), Some(user_id), _) => Some(Self::UserOfApp { app_id, user_id }),
            (None, Some(user_id), _) => Some(Self::User(user_id)),
            (Some(app_id), None, Some(tenant_id)) => Some(Self::TenantOfApp { app_id, tenant_id }),
            (Some(app_id), None, None) => Some(Self::App(app_id)),
            (None, None, _) => None,
        }
    }
}

/// The tokens that a change removes, and the flights whose results it discards.
#[derive(Debug)]
pub(crate) struct Invalidation {
    pub(crate) tags: Vec<u64>,
    pub(crate) flights: InvalidatedFlights,
}

/// Finds tokens by the hashes of their tags, and by the time at which they end. If two tags share a hash, a change
/// removes one token too many, which is harmless.
#[derive(Debug, Default)]
pub(crate) struct TagIndex {
    by_tag: BTreeSet<(u64, Key)>,
    by_end: BTreeSet<(i64, Key)>,
}

impl TagIndex {
    pub(crate) fn insert(&mut self, key: &Key, entry: &Entry) {
        self.by_tag.extend(entry.tags.iter().map(|tag| (*tag, Arc::clone(key))));
        self.by_end.insert((entry.window.ends(), Arc::clone(key)));
    }

    pub(crate) fn remove(&mut self, key: &Key, entry: &Entry) {
        for tag in &entry.tags {
            self.by_tag.remove(&(*tag, Arc::clone(key)));
        }
        self.by_end.remove(&(entry.window.ends(), Arc::clone(key)));
    }

    /// The tokens that have ended, the oldest first.
    pub(crate) fn ended(&self, now: i64) -> impl Iterator<Item = Key> {
        self.by_end.iter().take_while(move |(ends, _)| *ends <= now).map(|(_, key)| Arc::clone(key))
    }

    pub(crate) fn tagged(&self, tag: u64) -> impl Iterator<Item = Key> {
        let least = Key::default();
        self.by_tag
            .range((tag, least)..)
            .take_while(move |(at, _)| *at == tag)
            .map(|(_, key)| Arc::clone(key))
    }
}
