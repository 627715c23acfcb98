//! The cache's state under a model checker (`loom`): every order in which a fetch and a delete can interleave.
//!
//! The checker runs the real source of the state, but replaces its lock, and the map below it. So it controls every
//! step of every thread.

use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use loom::thread;

use crate::cache::entry::Entry;
use crate::cache::in_flight::{FlightPermit, TaggedKey};
use crate::cache::invalidation::InvalidationTag;
use crate::cache::lookup::CacheLookup;
use crate::request::Arguments;
use crate::request::operation::FETCH_TOKEN;
use state::{CacheState, JoinOutcome, PublishOutcome};
use store::Store;

#[expect(dead_code, clippy::duplicate_mod, reason = "the checker needs only a part of the state")]
#[path = "state.rs"]
mod state;

mod sync {
    pub(super) use loom::sync::{Mutex, MutexGuard};
}

/// The map below the state, behind a lock of the checker.
mod store {
    use std::collections::HashMap;
    use std::sync::Arc;

    use crate::cache::entry::Entry;
    use crate::cache::key::Key;
    use crate::cache::lookup::CacheLookup;

    #[derive(Debug)]
    pub(super) struct Store(loom::sync::Mutex<HashMap<Key, Arc<Entry>>>);

    impl Store {
        pub(super) fn new() -> Self {
            Self(loom::sync::Mutex::new(HashMap::new()))
        }

        pub(super) fn get(&self, lookup: &CacheLookup<'_>) -> Option<Arc<Entry>> {
            self.peek(&lookup.key())
        }

        pub(super) fn peek(&self, key: &Key) -> Option<Arc<Entry>> {
            self.0.lock().unwrap().get(key).cloned()
        }

        pub(super) fn insert(&self, key: Key, entry: Arc<Entry>) -> Vec<(Key, Arc<Entry>)> {
            self.0.lock().unwrap().insert(key, entry);
            Vec::new()
        }

        pub(super) fn remove(&self, key: &Key) -> Option<Arc<Entry>> {
            self.0.lock().unwrap().remove(key)
        }

        pub(super) fn take_all(&self) -> Vec<Arc<Entry>> {
            self.0.lock().unwrap().drain().map(|(_, entry)| entry).collect()
        }

        pub(super) fn len(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }
}

/// The service, with its current token, or [`NONE`].
struct Service {
    token: AtomicU64,
}

const NONE: u64 = 0;
const OLD: u64 = 1;

/// The result of a flight. A thread that joins the flight polls it.
type Receiver = Arc<FlightResult>;

struct FlightResult {
    token: AtomicU64,
    is_set: AtomicBool,
}

impl FlightResult {
    fn new() -> Receiver {
        Arc::new(Self { token: AtomicU64::new(NONE), is_set: AtomicBool::new(false) })
    }

    fn set(&self, token: u64) {
        self.token.store(token, Ordering::Release);
        self.is_set.store(true, Ordering::Release);
    }
}

struct Fixture {
    state: CacheState<Receiver>,
    service: Service,
    tagged_key: TaggedKey,
}

impl Fixture {
    fn new() -> Arc<Self> {
        let state = CacheState::new(Store::new());
        let tags = [
            InvalidationTag::UserOfApp { app_id: "a", user_id: "u" },
            InvalidationTag::App("a"),
            InvalidationTag::User("u"),
        ];
        let tags = tags.iter().map(|tag| state.hash(*tag)).collect();
        let tagged_key = TaggedKey { key: CacheLookup::read(&FETCH_TOKEN, &fetch()).unwrap().key(), tags };
        Arc::new(Self { state, service: Service { token: AtomicU64::new(OLD) }, tagged_key })
    }

    fn found(&self) -> Option<Arc<Entry>> {
        self.state.get(&CacheLookup::read(&FETCH_TOKEN, &fetch()).unwrap())
    }

    /// Fetches the token as a caller does, from the cache or the service.
    fn fetch(&self, is_forced: bool) -> u64 {
        if !is_forced && let Some(entry) = self.found() {
            return token_of(&entry);
        }
        let result = FlightResult::new();
        match self.state.join_or_start(&self.tagged_key, is_forced, 0, None, || Arc::clone(&result)) {
            JoinOutcome::Started(permit) => {
                let token = self.request(&permit);
                result.set(token);
                token
            }
            JoinOutcome::Joined(receiver) => {
                while !receiver.is_set.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                receiver.token.load(Ordering::Acquire)
            }
            JoinOutcome::Published => self.found().map_or(NONE, |entry| token_of(&entry)),
            JoinOutcome::NotConnected(_) | JoinOutcome::BackingOff(_) | JoinOutcome::TooManyInFlight => NONE,
        }
    }

    fn request(&self, permit: &FlightPermit) -> u64 {
        let token = self.service.token.load(Ordering::SeqCst);
        // Other threads may run between the service's response and its publication.
        thread::yield_now();
        self.state.publish(permit, 0, |_| {
            if token == NONE { PublishOutcome::Evict } else { PublishOutcome::Store(self.entry(token)) }
        });
        token
    }

    fn delete(&self) {
        let change = self.state.invalidation_of(&[InvalidationTag::UserOfApp { app_id: "a", user_id: "u" }]);
        self.state.invalidate(&change);
        self.service.token.store(NONE, Ordering::SeqCst);
        thread::yield_now();
        self.state.invalidate(&change);
    }

    fn delete_by_id(&self) {
        let change = self.state.invalidation_of_token_id("id");
        self.state.invalidate(&change);
        self.service.token.store(NONE, Ordering::SeqCst);
        thread::yield_now();
        self.state.invalidate(&change);
    }

    fn entry(&self, token: u64) -> Arc<Entry> {
        let mut tags = self.tagged_key.tags.to_vec();
        tags.push(self.state.hash(InvalidationTag::TokenId("id")));
        Arc::new(Entry::made_up(&token.to_string(), tags.into()))
    }
}

fn fetch() -> Arguments {
    Arguments::default().with("app_id", "a").with("user_id", "u")
}

fn token_of(entry: &Entry) -> u64 {
    entry.token.access_token.expose().parse().unwrap()
}

fn check(test: impl Fn() + Send + Sync + 'static) {
    let mut checker = loom::model::Builder::new();
    checker.preemption_bound = Some(3);
    checker.check(test);
}

#[test]
fn after_a_delete_no_fetch_returns_an_older_token() {
    check(|| {
        let fixture = Fixture::new();
        let fetching = thread::spawn({
            let fixture = Arc::clone(&fixture);
            move || fixture.fetch(false)
        });
        fixture.delete();
        assert_eq!(fixture.fetch(false), NONE, "a fetch that begins after the delete returns the old token");
        fetching.join().unwrap();
        assert_eq!(fixture.fetch(false), NONE, "the old token is cached");
    });
}

#[test]
fn after_a_delete_by_id_no_fetch_returns_an_older_token() {
    for is_cached in [false, true] {
        check(move || {
            let fixture = Fixture::new();
            if is_cached {
                fixture.fetch(false);
            }
            let fetching = thread::spawn({
                let fixture = Arc::clone(&fixture);
                move || fixture.fetch(true)
            });
            fixture.delete_by_id();
            assert_eq!(fixture.fetch(false), NONE);
            fetching.join().unwrap();
            assert_eq!(fixture.fetch(false), NONE);
        });
    }
}

#[test]
fn an_earlier_request_does_not_overwrite_a_forced_refresh() {
    const NEW: u64 = 2;
    check(|| {
        let fixture = Fixture::new();
        let fetching = thread::spawn({
            let fixture = Arc::clone(&fixture);
            move || fixture.fetch(false)
        });
        let result = FlightResult::new();
        let joined = fixture.state.join_or_start(&fixture.tagged_key, true, 0, None, || Arc::clone(&result));
        let JoinOutcome::Started(permit) = joined else {
            unreachable!("no other fetch is forced");
        };
        fixture.service.token.store(NEW, Ordering::SeqCst);
        fixture.state.publish(&permit, 0, |_| PublishOutcome::Store(fixture.entry(NEW)));
        result.set(NEW);
        fetching.join().unwrap();
        assert_eq!(token_of(&fixture.found().unwrap()), NEW);
    });
}

#[test]
fn two_threads_that_miss_send_one_request() {
    check(|| {
        let fixture = Fixture::new();
        let starts = |fixture: &Fixture| {
            matches!(
                fixture.state.join_or_start(&fixture.tagged_key, false, 0, None, FlightResult::new),
                JoinOutcome::Started(_)
            )
        };
        let other = thread::spawn({
            let fixture = Arc::clone(&fixture);
            move || starts(&fixture)
        });
        let ours = starts(&fixture);
        assert!(ours != other.join().unwrap());
    });
}
