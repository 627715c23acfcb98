//! The ledger under a model checker: every order in which a fetch and a delete can get in each other's way.
//!
//! The source that runs here is the ledger's own; its lock is exchanged for the checker's, and the map below it for one
//! behind such a lock, so that every step of every thread is seen.

use std::collections::HashMap;
use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use loom::thread;

use super::{Entry, Error, Key, Question, RandomState, Scope};
use crate::operation::{Arguments, FETCH_TOKEN};
use ledger::{Boarding, Landing, Ledger, Subject, Ticket};

#[expect(dead_code, clippy::duplicate_mod, reason = "the ledger itself, of which the checker needs a part")]
#[path = "ledger.rs"]
mod ledger;

mod sync {
    pub(super) use loom::sync::{Mutex, MutexGuard};
}

/// In the place of the map beneath.
#[derive(Debug)]
struct Store(loom::sync::Mutex<HashMap<Key, Arc<Entry>>>);

impl Store {
    fn new() -> Self {
        Self(loom::sync::Mutex::new(HashMap::new()))
    }

    fn get(&self, question: &Question<'_>) -> Option<Arc<Entry>> {
        self.peek(&question.key())
    }

    fn peek(&self, key: &Key) -> Option<Arc<Entry>> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn insert(&self, key: Key, entry: Arc<Entry>) -> Vec<(Key, Arc<Entry>)> {
        self.0.lock().unwrap().insert(key, entry);
        Vec::new()
    }

    fn remove(&self, key: &Key) -> Option<Arc<Entry>> {
        self.0.lock().unwrap().remove(key)
    }

    fn take_all(&self) -> Vec<Arc<Entry>> {
        self.0.lock().unwrap().drain().map(|(_, entry)| entry).collect()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// The service: which token it holds now, and whether any.
struct Service {
    token: AtomicU64,
}

const NONE: u64 = 0;
const OLD: u64 = 1;

/// What those who join a request wait for: the checker's threads wait for nothing, and take what it has brought.
type Arrivals = Arc<Brought>;

struct Brought {
    token: AtomicU64,
    is_there: AtomicBool,
}

impl Brought {
    fn new() -> Arrivals {
        Arc::new(Self { token: AtomicU64::new(NONE), is_there: AtomicBool::new(false) })
    }

    fn set(&self, token: u64) {
        self.token.store(token, Ordering::Release);
        self.is_there.store(true, Ordering::Release);
    }
}

struct World {
    ledger: Ledger<Arrivals>,
    service: Service,
    subject: Subject,
}

impl World {
    fn new() -> Arc<Self> {
        let ledger = Ledger::new(Store::new());
        let places = [Scope::UserOfApp { app_id: "a", user_id: "u" }, Scope::App("a"), Scope::User("u")];
        let places = places.iter().map(|scope| ledger.place(*scope)).collect();
        let subject = Subject { key: Question::read(&FETCH_TOKEN, &fetch()).unwrap().key(), places };
        Arc::new(Self { ledger, service: Service { token: AtomicU64::new(OLD) }, subject })
    }

    fn found(&self) -> Option<Arc<Entry>> {
        self.ledger.get(&Question::read(&FETCH_TOKEN, &fetch()).unwrap())
    }

    /// What a caller gets, from wherever.
    fn fetch(&self, is_forced: bool) -> u64 {
        if !is_forced && let Some(entry) = self.found() {
            return token_of(&entry);
        }
        let brought = Brought::new();
        match self.ledger.board(&self.subject, is_forced, 0, None, || Arc::clone(&brought)) {
            Boarding::Started(ticket) => {
                let token = self.fly(&ticket);
                brought.set(token);
                token
            }
            Boarding::Joined(arrivals) => {
                while !arrivals.is_there.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                arrivals.token.load(Ordering::Acquire)
            }
            Boarding::Kept => self.found().map_or(NONE, |entry| token_of(&entry)),
            Boarding::Absent(_) | Boarding::Gated { .. } | Boarding::Full => NONE,
        }
    }

    fn fly(&self, ticket: &Ticket) -> u64 {
        let token = self.service.token.load(Ordering::SeqCst);
        // Between the service's answer and its landing anything may happen.
        thread::yield_now();
        self.ledger.land(ticket, 0, |_| {
            if token == NONE { Landing::Evict } else { Landing::Keep(self.entry(token)) }
        });
        token
    }

    fn delete(&self) {
        let change = self.ledger.change_at(&[Scope::UserOfApp { app_id: "a", user_id: "u" }]);
        self.ledger.apply(&change);
        self.service.token.store(NONE, Ordering::SeqCst);
        thread::yield_now();
        self.ledger.apply(&change);
    }

    fn delete_by_id(&self) {
        let change = self.ledger.change_of_token("id");
        self.ledger.apply(&change);
        self.service.token.store(NONE, Ordering::SeqCst);
        thread::yield_now();
        self.ledger.apply(&change);
    }

    fn entry(&self, token: u64) -> Arc<Entry> {
        let mut places = self.subject.places.to_vec();
        places.push(self.ledger.place(Scope::TokenId("id")));
        Arc::new(Entry::made_up(&token.to_string(), places.into()))
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
        let boarding = world.ledger.board(&world.subject, true, 0, None, || Arc::clone(&brought));
        let Boarding::Started(ticket) = boarding else {
            unreachable!("nobody else forces");
        };
        world.service.token.store(NEW, Ordering::SeqCst);
        world.ledger.land(&ticket, 0, |_| Landing::Keep(world.entry(NEW)));
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
            matches!(world.ledger.board(&world.subject, false, 0, None, Brought::new), Boarding::Started(_))
        };
        let other = thread::spawn({
            let world = Arc::clone(&world);
            move || board(&world)
        });
        let ours = board(&world);
        assert!(ours != other.join().unwrap());
    });
}
