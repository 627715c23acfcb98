//! The map beneath: bounded, concurrent, and not ours.

use std::fmt;
use std::hash::Hash;
use std::num::NonZero;
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Equivalent, Lifecycle, OptionsBuilder, Weighter};

use crate::cache::entry::Entry;
use crate::cache::key::Key;
use crate::error::Error;

/// The map's own default: the part for what is asked for again and again.
const MOST_USED: f64 = 0.97;

/// The map is in parts, each with a lock of its own, where threads at work on different tokens seldom meet: so many for
/// each core. Each part has room for so much at least: for so many tokens that parts fill about evenly, since a part that
/// is full gives tokens up while others have room; and for three times the largest answer, which is 1 MiB.
const PARTS_A_CORE: usize = 32;
const LEAST_ENTRIES_OF_A_PART: u64 = 512;
const LEAST_BYTES_OF_A_PART: u64 = 4 * 1024 * 1024;

/// Tokens by their keys. Lookups go on beside each other; changes are made by the ledger alone, one at a time.
pub(crate) struct Store {
    map: Cache<Key, Arc<Entry>, Weigher, DefaultHashBuilder, Collector>,
}

impl Store {
    /// Holds at most so many entries of at most so many bytes in all.
    pub(crate) fn new(max_entries: usize, max_bytes: u64) -> Result<Self, Error> {
        let most = u64::try_from(max_entries).unwrap_or(u64::MAX).min(max_bytes);
        // Each weighs at least its share, so that one bound holds both.
        let share = max_bytes / most;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(usize::try_from(most).unwrap_or(usize::MAX))
            .weight_capacity(share * most)
            .shards(parts_of(most, max_bytes, cores))
            // Whatever exceeds this part of the whole is not taken in: a single entry is the whole.
            .hot_allocation(if most == 1 { 1.0 } else { MOST_USED })
            .build()
            .map_err(|problem| Error::invalid_setup(format!("no such cache can be made: {problem}")))?;
        let (weigher, hasher) = (Weigher { share }, DefaultHashBuilder::default());
        Ok(Self { map: Cache::with_options(options, weigher, hasher, Collector) })
    }

    pub(crate) fn get(&self, key: &(impl Hash + Equivalent<Key>)) -> Option<Arc<Entry>> {
        self.map.get(key)
    }

    /// As [`Store::get`], without counting as a use of it.
    pub(crate) fn peek(&self, key: &Key) -> Option<Arc<Entry>> {
        self.map.peek(key)
    }

    /// Puts it in, and gives back what had to make room.
    pub(crate) fn insert(&self, key: Key, entry: Arc<Entry>) -> Vec<(Key, Arc<Entry>)> {
        let mut evicted = Vec::new();
        self.map.insert_with_lifecycle(key, entry, &mut evicted);
        evicted
    }

    pub(crate) fn remove(&self, key: &Key) -> Option<Arc<Entry>> {
        self.map.remove(key).map(|(_, entry)| entry)
    }

    /// Takes everything out.
    pub(crate) fn take_all(&self) -> Vec<Arc<Entry>> {
        self.map.drain().map(|(_, entry)| entry).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }
}

/// A power of two, which the map would make of it anyway, and not a smaller one.
fn parts_of(most: u64, max_bytes: u64, cores: usize) -> usize {
    let parts = (most / LEAST_ENTRIES_OF_A_PART).min(max_bytes / LEAST_BYTES_OF_A_PART);
    let parts = usize::try_from(parts).unwrap_or(usize::MAX).min(PARTS_A_CORE * cores).max(1);
    1 << parts.ilog2()
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

/// Hands over what is evicted, so that it is taken off the ledger's index too, and wiped outside of the map's lock.
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
    use crate::cache::key::Question;
    use crate::operation::FETCH_TOKEN;

    fn key(user_id: &str) -> Key {
        let mut question = Question::new(&FETCH_TOKEN);
        (question.app_id, question.user_id) = ("app", user_id);
        question.key()
    }

    #[test]
    fn a_few_large_tokens_are_kept_where_there_are_bytes_for_them() {
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
    fn parts_are_as_many_as_threads_need_and_never_too_small() {
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
        for (most, max_bytes, cores, parts) in cases {
            assert_eq!(parts_of(most, max_bytes, cores), parts, "{most} {max_bytes} {cores}");
        }
    }

    #[test]
    fn a_map_of_many_parts_keeps_nearly_as_many_as_it_may_and_tells_what_it_gives_up() {
        const MOST: usize = 10_000;
        let store = Store::new(MOST, 64 << 20).unwrap();
        let mut given_up = 0;
        for user in 0..MOST {
            let entry = Entry::made_up("made-up-access", Box::default());
            given_up += store.insert(key(&user.to_string()), Arc::new(entry)).len();
        }
        assert_eq!(store.len() + given_up, MOST);
        assert!((MOST * 95 / 100..=MOST).contains(&store.len()), "{}", store.len());
    }

    #[test]
    fn the_largest_answer_is_kept_by_default() {
        let store = Store::new(10_000, 64 << 20).unwrap();
        let largest = Entry::made_up(&"x".repeat(1024 * 1024), Box::default());
        assert!(store.insert(key("one"), Arc::new(largest)).is_empty());
        assert!(store.peek(&key("one")).is_some());
    }
}
