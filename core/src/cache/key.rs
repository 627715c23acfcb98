//! The key of a cached token.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The key of a fetch. It leaves out what is the same for a whole client (base URL, project, management key), since a
/// cache belongs to one client.
pub(crate) type Key = Arc<KeyParts>;

/// The ids and scopes of a fetch. An id that is not given is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyParts {
    /// App, user, tenant and external identifier.
    pub(crate) ids: [Box<str>; 4],
    /// Sorted and without duplicates. `None` is the newest token, which differs from a token without scopes.
    pub(crate) scopes: Option<Box<[Box<str>]>>,
}

/// Equal to the hash of a [`CacheLookup`](crate::cache::lookup::CacheLookup) of the same fetch.
impl Hash for KeyParts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for text in self.ids.iter().chain(self.scopes.iter().flatten()) {
            feed(state, text);
        }
    }
}

/// Hashes a text. It skips empty ones, as most ids are: two keys may share a hash.
pub(crate) fn feed(state: &mut impl Hasher, text: &str) {
    if !text.is_empty() {
        // `str::hash` adds a number to the bytes. Fast hashers mix the input well only if it ends in one.
        text.hash(state);
    }
}

/// Compares two texts, but not two empty ones. They point nowhere, and on some processors a comparison there costs more
/// than the rest of a lookup.
pub(crate) fn are_same(ours: &str, theirs: &str) -> bool {
    ours.len() == theirs.len() && (ours.is_empty() || ours == theirs)
}
