//! The cache's state under a model checker: every order in which a fetch and a delete can interleave.
//!
//! The checker runs the real source of the state. Its lock is replaced by the checker's, and the map below it by one behind
//! such a lock, so that the checker sees every step of every thread.

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

#[expect(dead_code, clippy::duplicate_mod, reason = "the state itself, of which the checker needs a part")]
#[path = "state.rs"]
mod state;

mod sync {
    pub(super) use loom::sync::{Mutex, MutexGuard};
}

/// Replaces the map below the state.
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

/// The service: which token it holds now, and whether any.
struct Service {
    token: AtomicU64,
}

const NONE: u64 = 0;
const OLD: u64 = 1;

/// What those who join a request wait for: the checker's threads wait for nothing, and take what it has brought.
type Receiver = Arc<Brought>;

struct Brought {
    token: AtomicU64,
    is_there: AtomicBool,
}

impl Brought {
    fn new() -> Receiver {
        Arc::new(Self { token: AtomicU64::new(NONE), is_there: AtomicBool::new(false) })
    }

    fn set(&self, token: u64) {
        self.token.store(token, Ordering::Release);
        self.is_there.store(true, Ordering::Release);
    }
}

struct World {
    state: CacheState<Receiver>,
    service: Service,
    tagged_key: TaggedKey,
}

impl World {
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

    /// What a caller gets, from wherever.
    fn fetch(&self, is_forced: bool) -> u64 {
        if !is_forced && let Some(entry) = self.found() {
            return token_of(&entry);
        }
        let brought = Brought::new();
        match self.state.join_or_start(&self.tagged_key, is_forced, 0, None, || Arc::clone(&brought)) {
            JoinOutcome::Started(permit) => {
                let token = self.fly(&permit);
                brought.set(token);
                token
            }
            JoinOutcome::Joined(receiver) => {
                while !receiver.is_there.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                receiver.token.load(Ordering::Acquire)
            }
            JoinOutcome::Published => self.found().map_or(NONE, |entry| token_of(&entry)),
            JoinOutcome::NotConnected(_) | JoinOutcome::BackingOff { .. } | JoinOutcome::TooManyInFlight => {
                NONE
            }
        }
    }

    fn fly(&self, permit: &FlightPermit) -> u64 {
        let token = self.service.token.load(Ordering::SeqCst);
        // Anything may happen between the service's response and its publication.
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
fn after_a_delete_nothing_older_is_found_in_whatever_order_they_meet() {
    check(|| {
        let world = World::new();
        let fetching = thread::spawn({
            let world = Arc::clone(&world);
            move || world.fetch(false)
        });
        world.delete();
        assert_eq!(
            world.fetch(false),
            NONE,
            "a call that begins after the delete gets what was there before"
        );
        fetching.join().unwrap();
        assert_eq!(world.fetch(false), NONE, "what was there before has been kept");
    });
}

#[test]
fn the_same_holds_for_a_delete_by_id_of_a_token_that_is_kept_or_not() {
    for is_kept in [false, true] {
        check(move || {
            let world = World::new();
            if is_kept {
                world.fetch(false);
            }
            let fetching = thread::spawn({
                let world = Arc::clone(&world);
                move || world.fetch(true)
            });
            world.delete_by_id();
            assert_eq!(world.fetch(false), NONE);
            fetching.join().unwrap();
            assert_eq!(world.fetch(false), NONE);
        });
    }
}

#[test]
fn a_forced_refresh_is_not_overwritten_by_a_request_that_was_sent_before() {
    const NEW: u64 = 2;
    check(|| {
        let world = World::new();
        let fetching = thread::spawn({
            let world = Arc::clone(&world);
            move || world.fetch(false)
        });
        let brought = Brought::new();
        let joined = world.state.join_or_start(&world.tagged_key, true, 0, None, || Arc::clone(&brought));
        let JoinOutcome::Started(permit) = joined else {
            unreachable!("no other fetch is forced");
        };
        world.service.token.store(NEW, Ordering::SeqCst);
        world.state.publish(&permit, 0, |_| PublishOutcome::Store(world.entry(NEW)));
        brought.set(NEW);
        fetching.join().unwrap();
        assert_eq!(token_of(&world.found().unwrap()), NEW);
    });
}

#[test]
fn two_who_miss_make_one_request() {
    check(|| {
        let world = World::new();
        let board = |world: &World| {
            matches!(
                world.state.join_or_start(&world.tagged_key, false, 0, None, Brought::new),
                JoinOutcome::Started(_)
            )
        };
        let other = thread::spawn({
            let world = Arc::clone(&world);
            move || board(&world)
        });
        let ours = board(&world);
        assert!(ours != other.join().unwrap());
    });
}
