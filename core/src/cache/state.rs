//! The state of a cache: the requests in flight, and the results that are cached. Tokens enter and leave the cache only
//! here.
//!
//! This closes the delete race. A flight may publish only while it is tracked. A delete discards the flights and
//! removes the tokens that it may concern, before its request and again after it. So a token that was requested before
//! the delete has ended is neither cached nor shared with a later caller. One mutex covers all of this. Lookups do not
//! take it.

use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::store::Store;
use super::sync::{Mutex, MutexGuard};
use crate::cache::entry::Entry;
use crate::cache::in_flight::{FlightPermit, InFlight, InvalidatedFlights, TaggedKey};
use crate::cache::invalidation::{Invalidation, InvalidationTag, TagIndex};
use crate::cache::key::Key;
use crate::cache::lookup::CacheLookup;
use crate::cache::negative::{NegativeEntries, NegativeEntry};
use crate::error::Error;

/// Each publish adds at most one token, and removes at most this many that have ended.
const SWEPT_AT_ONCE: usize = 8;

/// Each caller that waits for a flight holds a `Receiver`.
#[derive(Debug)]
pub(crate) struct CacheState<Receiver> {
    store: Store,
    guarded: Mutex<Guarded<Receiver>>,
    hasher: RandomState,
}

/// The data under the mutex. The store has its own locks, but changes only under this one.
#[derive(Debug)]
struct Guarded<Receiver> {
    in_flight: InFlight<Receiver>,
    negative: NegativeEntries,
    index: TagIndex,
    back_off: Option<BackoffUntil>,
    bytes: u64,
    evictions: u64,
    suppressed_publishes: u64,
}

/// The service asked for a pause.
#[derive(Clone, Debug)]
pub(crate) struct BackoffUntil {
    pub(crate) until: i64,
    error: Error,
}

impl BackoffUntil {
    /// The error of a call that is not sent because of the back-off.
    pub(crate) fn error_at(&self, now: i64) -> Error {
        let remaining = u64::try_from((self.until - now).max(0)).unwrap_or_default();
        self.error.with_remaining_pause(Duration::from_secs(remaining.div_ceil(1_000)))
    }
}

/// The next step of a caller that needs the service's response.
pub(crate) enum JoinOutcome<Receiver> {
    /// Looks again: another caller has published the token meanwhile.
    Published,
    /// Raises: the user is known not to have connected.
    NotConnected(Error),
    /// Raises, or serves an older token: the service asked for a pause.
    BackingOff(BackoffUntil),
    /// Waits for a request that is in flight.
    Joined(Receiver),
    /// Sends the request.
    Started(FlightPermit),
    /// Sends a request that the cache does not track: too many are in flight.
    TooManyInFlight,
}

/// The cache's decision about the result of a flight.
pub(crate) enum PublishOutcome {
    /// Caches this token, and drops the one before it.
    Store(Arc<Entry>),
    /// Remembers that the user has not connected, and drops the token.
    NotConnected { error: Error, until: i64 },
    /// Drops the token.
    Evict,
    /// Keeps the cached token.
    Keep,
    /// Keeps the flight: it sends another request.
    Continue,
}

/// The state's part of the statistics.
pub(crate) struct StateNumbers {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    pub(crate) evictions: u64,
    pub(crate) suppressed_publishes: u64,
}

impl<Receiver: Clone> CacheState<Receiver> {
    pub(crate) fn new(store: Store) -> Self {
        let guarded = Guarded {
            in_flight: InFlight::default(),
            negative: NegativeEntries::default(),
            index: TagIndex::default(),
            back_off: None,
            bytes: 0,
            evictions: 0,
            suppressed_publishes: 0,
        };
        Self { store, guarded: Mutex::new(guarded), hasher: RandomState::new() }
    }

    pub(crate) fn get(&self, lookup: &CacheLookup<'_>) -> Option<Arc<Entry>> {
        self.store.get(lookup)
    }

    /// The hash of a tag, as the index holds it.
    pub(crate) fn hash(&self, tag: InvalidationTag<'_>) -> u64 {
        self.hasher.hash_one(tag)
    }

    /// Joins the flight of this key or starts one, unless the cache already has a result. `seen` is the entry that the
    /// caller has found, and wants to replace.
    pub(crate) fn join_or_start(
        &self,
        tagged_key: &TaggedKey,
        is_forced: bool,
        now: i64,
        seen: Option<&Arc<Entry>>,
        receiver: impl FnOnce() -> Receiver,
    ) -> JoinOutcome<Receiver> {
        let key = &tagged_key.key;
        let mut guarded = self.lock();
        if !is_forced {
            if let Some(entry) = self.store.peek(key)
                && seen.is_none_or(|seen| !Arc::ptr_eq(seen, &entry))
                && !entry.is_rejected()
            {
                return JoinOutcome::Published;
            }
            if let Some(error) = guarded.negative.get(key, now) {
                return JoinOutcome::NotConnected(error);
            }
        }
        // A caller that can share the in-flight request never reaches the back-off check.
        if let Some(receiver) = guarded.in_flight.join(key, is_forced) {
            return JoinOutcome::Joined(receiver);
        }
        match &guarded.back_off {
            Some(back_off) if now < back_off.until => {
                return JoinOutcome::BackingOff(back_off.clone());
            }
            _ => guarded.back_off = None,
        }
        if guarded.in_flight.is_full() {
            return JoinOutcome::TooManyInFlight;
        }
        JoinOutcome::Started(guarded.in_flight.start(tagged_key, is_forced, receiver()))
    }

    /// Publishes the result of a flight. `decide` receives the current entry. Returns false if the flight is no longer
    /// tracked: then its result is discarded. Removes some tokens that have ended, of any user.
    pub(crate) fn publish(
        &self,
        permit: &FlightPermit,
        now: i64,
        decide: impl FnOnce(Option<&Arc<Entry>>) -> PublishOutcome,
    ) -> bool {
        let key = &permit.tagged_key.key;
        let mut guarded = self.lock();
        let is_current = guarded.in_flight.is_current(permit);
        let current = self.store.peek(key);
        let outcome = decide(current.as_ref());
        if matches!(outcome, PublishOutcome::Continue) {
            return is_current;
        }
        let mut dropped = self.sweep(&mut guarded, now);
        if !is_current {
            let is_suppressed =
                matches!(outcome, PublishOutcome::Store(_) | PublishOutcome::NotConnected { .. });
            guarded.suppressed_publishes += u64::from(is_suppressed);
            drop(guarded);
            drop((dropped, outcome));
            return false;
        }
        guarded.in_flight.end(permit);
        match outcome {
            PublishOutcome::Store(entry) => {
                guarded.negative.remove(key);
                dropped.extend(self.remove(&mut guarded, key));
                dropped.extend(self.insert(&mut guarded, key, entry));
            }
            PublishOutcome::NotConnected { error, until } => {
                dropped.extend(self.remove(&mut guarded, key));
                let tags = permit.tagged_key.tags.clone();
                guarded.negative.insert(Arc::clone(key), NegativeEntry { error, until, tags });
            }
            PublishOutcome::Evict => dropped.extend(self.remove(&mut guarded, key)),
            PublishOutcome::Keep | PublishOutcome::Continue => {}
        }
        drop(guarded);
        // Wiping takes a while, and needs no lock.
        drop(dropped);
        true
    }

    /// Removes the token of this key.
    pub(crate) fn evict(&self, key: &Key) {
        let mut guarded = self.lock();
        let dropped = self.remove(&mut guarded, key);
        drop(guarded);
        drop(dropped);
    }

    /// Ends a flight that has no result, if it is still tracked.
    pub(crate) fn release(&self, permit: &FlightPermit) {
        self.lock().in_flight.end(permit);
    }

    /// Fails during a back-off, with the pause that remains.
    pub(crate) fn check_back_off(&self, now: i64) -> Result<(), Error> {
        let back_off = self.lock().back_off.as_ref().filter(|back_off| now < back_off.until).cloned();
        back_off.map_or(Ok(()), |back_off| Err(back_off.error_at(now)))
    }

    /// Starts a back-off that lasts until this time. A longer one that has started before stays.
    pub(crate) fn back_off_until(&self, until: i64, error: Error) {
        let mut guarded = self.lock();
        if guarded.back_off.as_ref().is_none_or(|back_off| back_off.until < until) {
            guarded.back_off = Some(BackoffUntil { until, error });
        }
    }

    /// The invalidation of the tokens with one of these tags.
    pub(crate) fn invalidation_of(&self, tags: &[InvalidationTag<'_>]) -> Invalidation {
        let tags: Vec<u64> = tags.iter().map(|tag| self.hash(*tag)).collect();
        Invalidation { flights: InvalidatedFlights::Tagged(tags.clone()), tags }
    }

    /// The invalidation of the token with this id, and of tokens without an id. If the token is cached, its tags name
    /// its owner, and so the flights that may return it. If not, any flight may return it.
    pub(crate) fn invalidation_of_token_id(&self, token_id: &str) -> Invalidation {
        let tag = self.hash(InvalidationTag::TokenId(token_id));
        let guarded = self.lock();
        let owners: Vec<u64> = guarded
            .index
            .tagged(tag)
            .filter_map(|key| self.store.peek(&key)?.tags.first().copied())
            .collect();
        let flights =
            if owners.is_empty() { InvalidatedFlights::All } else { InvalidatedFlights::Tagged(owners) };
        let tags = vec![tag, self.hash(InvalidationTag::TokenId(""))];
        Invalidation { tags, flights }
    }

    /// Removes the invalidated tokens, and discards the invalidated flights.
    pub(crate) fn invalidate(&self, invalidation: &Invalidation) {
        let mut guarded = self.lock();
        guarded.in_flight.invalidate(&invalidation.flights);
        guarded.negative.remove_tagged(&invalidation.tags);
        let mut dropped = Vec::new();
        for tag in &invalidation.tags {
            let keys: Vec<Key> = guarded.index.tagged(*tag).collect();
            dropped.extend(keys.iter().filter_map(|key| self.remove(&mut guarded, key)));
        }
        drop(guarded);
        drop(dropped);
    }

    /// Marks this access token as rejected. It stays, so that the cache recognizes it, but no caller gets it. Returns
    /// the number of entries with this token.
    pub(crate) fn reject(&self, access_token: &str) -> usize {
        let tag = self.hash(InvalidationTag::AccessToken(access_token));
        let guarded = self.lock();
        let entries = guarded.index.tagged(tag).filter_map(|key| self.store.peek(&key));
        entries
            .filter(|entry| entry.token.access_token.expose() == access_token)
            .inspect(|entry| entry.reject())
            .count()
    }

    pub(crate) fn clear(&self) {
        let mut guarded = self.lock();
        guarded.bytes = 0;
        guarded.in_flight.clear();
        let dropped =
            (self.store.take_all(), mem::take(&mut guarded.negative), mem::take(&mut guarded.index));
        drop(guarded);
        drop(dropped);
    }

    pub(crate) fn numbers(&self) -> StateNumbers {
        let guarded = self.lock();
        StateNumbers {
            entries: self.store.len() as u64,
            bytes: guarded.bytes,
            evictions: guarded.evictions,
            suppressed_publishes: guarded.suppressed_publishes,
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.lock().in_flight.len()
    }

    fn insert(&self, guarded: &mut Guarded<Receiver>, key: &Key, entry: Arc<Entry>) -> Vec<Arc<Entry>> {
        guarded.index.insert(key, &entry);
        guarded.bytes += entry.bytes();
        let evicted = self.store.insert(Arc::clone(key), entry);
        guarded.evictions += evicted.len() as u64;
        let removed = evicted.into_iter().map(|(key, entry)| {
            guarded.index.remove(&key, &entry);
            guarded.bytes = guarded.bytes.saturating_sub(entry.bytes());
            entry
        });
        removed.collect()
    }

    fn remove(&self, guarded: &mut Guarded<Receiver>, key: &Key) -> Option<Arc<Entry>> {
        let entry = self.store.remove(key)?;
        guarded.index.remove(key, &entry);
        guarded.bytes = guarded.bytes.saturating_sub(entry.bytes());
        Some(entry)
    }

    /// Removes a few tokens that have ended, so that tokens which are no longer fetched do not stay for long.
    fn sweep(&self, guarded: &mut Guarded<Receiver>, now: i64) -> Vec<Arc<Entry>> {
        let keys: Vec<Key> = guarded.index.ended(now).take(SWEPT_AT_ONCE).collect();
        keys.iter().filter_map(|key| self.remove(guarded, key)).collect()
    }

    /// Locks the state, even after a panic in another thread: no method leaves the state half changed.
    fn lock(&self) -> MutexGuard<'_, Guarded<Receiver>> {
        self.guarded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
