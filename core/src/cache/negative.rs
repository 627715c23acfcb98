//! The users that have not connected, remembered for a few seconds.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::cache::key::Key;
use crate::error::Error;

/// The most entries. Each is one user that has not connected an app.
const MAX_NEGATIVE_ENTRIES: usize = 2_048;

/// "Not connected" responses. The oldest is evicted first.
#[derive(Debug, Default)]
pub(crate) struct NegativeEntries {
    by_key: HashMap<Key, NegativeEntry>,
    in_order: VecDeque<Key>,
}

#[derive(Debug)]
pub(crate) struct NegativeEntry {
    pub(crate) error: Error,
    pub(crate) until: i64,
    pub(crate) tags: Box<[u64]>,
}

impl NegativeEntries {
    pub(crate) fn get(&self, key: &Key, now: i64) -> Option<Error> {
        self.by_key.get(key).filter(|entry| now < entry.until).map(|entry| entry.error.clone())
    }

    pub(crate) fn insert(&mut self, key: Key, entry: NegativeEntry) {
        if self.by_key.insert(Arc::clone(&key), entry).is_none() {
            self.in_order.push_back(key);
        }
        while self.by_key.len() > MAX_NEGATIVE_ENTRIES
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.by_key.remove(&oldest);
        }
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        if self.by_key.remove(key).is_some() {
            self.in_order.retain(|other| other != key);
        }
    }

    /// Removes the entries with one of these tags. It scans all entries, which are few.
    pub(crate) fn remove_tagged(&mut self, tags: &[u64]) {
        self.by_key.retain(|_, entry| !entry.tags.iter().any(|tag| tags.contains(tag)));
        self.in_order.retain(|key| self.by_key.contains_key(key));
    }
}
