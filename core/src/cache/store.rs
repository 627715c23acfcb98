//! The map of cached tokens: bounded, concurrent, and from a library (`quick_cache`).

use std::fmt;
use std::hash::Hash;
use std::num::NonZero;
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Equivalent, Lifecycle, OptionsBuilder, Weighter};

use crate::cache::entry::Entry;
use crate::cache::key::Key;
use crate::error::Error;

/// The map's default: the share of tokens that are fetched repeatedly.
const HOT_SHARE: f64 = 0.97;

/// The map has shards, each with its own lock, so that threads with different tokens seldom wait for each other. A full
/// shard evicts tokens while others have room, so each is large enough that all fill about evenly. It also has room for
/// three times the largest response, which is 1 MiB.
const SHARDS_PER_CORE: usize = 32;
const MIN_ENTRIES_PER_SHARD: u64 = 512;
const MIN_BYTES_PER_SHARD: u64 = 4 * 1024 * 1024;

/// Tokens by their keys. Lookups run in parallel. Only the cache's state makes changes, one at a time.
pub(crate) struct Store {
    map: Cache<Key, Arc<Entry>, Weigher, DefaultHashBuilder, Collector>,
}

impl Store {
    /// Makes an empty store for at most this many entries, and this many bytes in all.
    pub(crate) fn new(max_entries: usize, max_bytes: u64) -> Result<Self, Error> {
        let most = u64::try_from(max_entries).unwrap_or(u64::MAX).min(max_bytes);
        // Each entry weighs at least its share, so that one bound covers both.
        let share = max_bytes / most;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(usize::try_from(most).unwrap_or(usize::MAX))
            .weight_capacity(share * most)
            .shards(shards_of(most, max_bytes, cores))
            // The map refuses an entry that exceeds this share. If it holds only one entry, that may fill it.
            .hot_allocation(if most == 1 { 1.0 } else { HOT_SHARE })
            .build()
            .map_err(|problem| Error::invalid_setup(format!("the cache cannot be created: {problem}")))?;
        let (weigher, hasher) = (Weigher { share }, DefaultHashBuilder::default());
        Ok(Self { map: Cache::with_options(options, weigher, hasher, Collector) })
    }

    pub(crate) fn get(&self, key: &(impl Hash + Equivalent<Key>)) -> Option<Arc<Entry>> {
        self.map.get(key)
    }

    /// Like [`Store::get`], but does not count as a use.
    pub(crate) fn peek(&self, key: &Key) -> Option<Arc<Entry>> {
        self.map.peek(key)
    }

    /// Inserts a token, and returns the evicted ones.
    pub(crate) fn insert(&self, key: Key, entry: Arc<Entry>) -> Vec<(Key, Arc<Entry>)> {
        let mut evicted = Vec::new();
        self.map.insert_with_lifecycle(key, entry, &mut evicted);
        evicted
    }

    pub(crate) fn remove(&self, key: &Key) -> Option<Arc<Entry>> {
        self.map.remove(key).map(|(_, entry)| entry)
    }

    /// Removes everything.
    pub(crate) fn take_all(&self) -> Vec<Arc<Entry>> {
        self.map.drain().map(|(_, entry)| entry).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }
}

/// A power of two, since the map rounds up to one.
fn shards_of(most: u64, max_bytes: u64, cores: usize) -> usize {
    let shards = (most / MIN_ENTRIES_PER_SHARD).min(max_bytes / MIN_BYTES_PER_SHARD);
    let shards = usize::try_from(shards).unwrap_or(usize::MAX).min(SHARDS_PER_CORE * cores).max(1);
    1 << shards.ilog2()
}

#[derive(Clone)]
struct Weigher {
    share: u64,
}

impl Weighter<Key, Arc<Entry>> for Weigher {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        entry.bytes().max(self.share)
    }
}

/// Collects evicted tokens. The state removes them from its index, and wipes them outside the map's lock.
#[derive(Clone)]
struct Collector;

impl Lifecycle<Key, Arc<Entry>> for Collector {
    type RequestState = Vec<(Key, Arc<Entry>)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, key: Key, entry: Arc<Entry>) {
        evicted.push((key, entry));
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("entries", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::lookup::CacheLookup;
    use crate::request::operation::FETCH_TOKEN;

    fn key(user_id: &str) -> Key {
        let mut lookup = CacheLookup::new(&FETCH_TOKEN);
        (lookup.app_id, lookup.user_id) = ("app", user_id);
        lookup.key()
    }

    #[test]
    fn a_few_large_tokens_are_cached_if_the_bytes_suffice() {
        const MAX_BYTES: u64 = 256 * 1024;
        let store = Store::new(10_000, MAX_BYTES).unwrap();
        for user in ["one", "another"] {
            let large = Entry::made_up(&"x".repeat(30 * 1024), Box::default());
            assert!(large.bytes() * 2 < MAX_BYTES);
            assert!(store.insert(key(user), Arc::new(large)).is_empty(), "{user}");
        }
        assert!(store.peek(&key("one")).is_some() && store.peek(&key("another")).is_some());
    }

    #[test]
    fn there_are_enough_shards_for_the_threads_and_each_is_large_enough() {
        let cases = [
            (10_000, 64 << 20, 64, 16),
            (10_000, 1 << 30, 1, 16),
            (100_000, 1 << 30, 1, 32),
            (100_000, 1 << 30, 64, 128),
            (10_000, 256 << 10, 64, 1),
            (10_000, 9 << 20, 64, 2),
            (1_023, 64 << 20, 64, 1),
            (2_100, 64 << 20, 64, 4),
        ];
        for (most, max_bytes, cores, shards) in cases {
            assert_eq!(shards_of(most, max_bytes, cores), shards, "{most} {max_bytes} {cores}");
        }
    }

    #[test]
    fn a_map_of_many_shards_fills_nearly_to_its_bound_and_returns_what_it_evicts() {
        const MOST: usize = 10_000;
        let store = Store::new(MOST, 64 << 20).unwrap();
        let mut evicted = 0;
        for user in 0..MOST {
            let entry = Entry::made_up("made-up-access", Box::default());
            evicted += store.insert(key(&user.to_string()), Arc::new(entry)).len();
        }
        assert_eq!(store.len() + evicted, MOST);
        assert!((MOST * 95 / 100..=MOST).contains(&store.len()), "{}", store.len());
    }

    #[test]
    fn the_largest_response_is_cached_by_default() {
        let store = Store::new(10_000, 64 << 20).unwrap();
        let largest = Entry::made_up(&"x".repeat(1024 * 1024), Box::default());
        assert!(store.insert(key("one"), Arc::new(largest)).is_empty());
        assert!(store.peek(&key("one")).is_some());
    }
}
