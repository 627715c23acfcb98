//! Who asks the service for which token, and what of the answers is kept: the one place where tokens come into the
//! cache and go out of it.
//!
//! The delete race is closed here. A request that is under way is on the ledger, and only what comes back for a request
//! that is still on it is kept. A delete takes off whatever it may concern, requests and tokens, before it is sent and
//! again when it is over. So what was asked before the delete was over is neither kept nor shared with anybody who comes
//! later. All of that is done under one lock, which lookups do not take.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasher;
use std::mem;
use std::sync::{Arc, PoisonError};

use super::sync::{Mutex, MutexGuard};
use super::{Entry, Error, Key, Question, RandomState, Scope, Store};

/// More requests at once than any backend makes; the rest are made all the same, each on its own.
pub(crate) const MOST_FLIGHTS: usize = 1_024;
/// Each is one user who has not connected.
const MOST_ABSENCES: usize = 2_048;
/// At each landing, which adds one token at most, so many are taken out whose time is over.
const SWEPT_AT_ONCE: usize = 8;

/// `Arrivals` is what those who wait for a request hold.
#[derive(Debug)]
pub(crate) struct Ledger<Arrivals> {
    store: Store,
    state: Mutex<State<Arrivals>>,
    hasher: RandomState,
}

#[derive(Debug)]
struct State<Arrivals> {
    index: Index,
    flights: HashMap<Key, Flight<Arrivals>>,
    absences: Absences,
    gate: Option<Gate>,
    last_flight: u64,
    bytes: u64,
    evictions: u64,
    suppressed: u64,
}

/// A request that is under way.
#[derive(Debug)]
struct Flight<Arrivals> {
    number: u64,
    is_forced: bool,
    places: Box<[u64]>,
    arrivals: Arrivals,
}

/// What a fetch is on the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) key: Key,
    /// What it is found by when it has to go.
    pub(crate) places: Box<[u64]>,
}

/// The right to say what came of a request.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) subject: Subject,
    pub(crate) is_forced: bool,
    number: u64,
}

/// What a caller gets who wants the service to be asked.
pub(crate) enum Boarding<Arrivals> {
    /// Somebody has been faster: the token lies there.
    Kept,
    /// It is remembered that there is no token.
    Absent(Error),
    /// The service wants to be left alone until then.
    Gated { until: i64, error: Error },
    /// A request for it is under way.
    Joined(Arrivals),
    /// It is the caller's to make the request.
    Started(Ticket),
    /// So many are under way that this one is not kept count of.
    Full,
}

/// What becomes of what came back.
pub(crate) enum Landing {
    /// It is kept, in the place of what was there.
    Keep(Arc<Entry>),
    /// It is remembered that there is none.
    Absent { error: Error, until: i64 },
    /// What was there goes.
    Evict,
    /// What was there stays.
    Leave,
    /// The request goes on.
    StayAboard,
}

/// Which tokens go, and whose requests are taken off the ledger.
#[derive(Debug)]
pub(crate) struct Change {
    places: Vec<u64>,
    flights: Flights,
}

#[derive(Debug)]
enum Flights {
    /// Those at these places.
    At(Vec<u64>),
    /// All of them: nobody knows what they will bring.
    All,
}

#[derive(Debug)]
struct Gate {
    until: i64,
    error: Error,
}

impl<Arrivals: Clone> Ledger<Arrivals> {
    pub(crate) fn new(store: Store) -> Self {
        let state = State {
            index: Index::default(),
            flights: HashMap::new(),
            absences: Absences::default(),
            gate: None,
            last_flight: 0,
            bytes: 0,
            evictions: 0,
            suppressed: 0,
        };
        Self { store, state: Mutex::new(state), hasher: RandomState::new() }
    }

    pub(crate) fn get(&self, question: &Question<'_>) -> Option<Arc<Entry>> {
        self.store.get(question)
    }

    pub(crate) fn place(&self, scope: Scope<'_>) -> u64 {
        self.hasher.hash_one(scope)
    }

    /// Asks to ask the service. `seen` is what the caller has found and does not want, where there was anything.
    pub(crate) fn board(
        &self,
        subject: &Subject,
        is_forced: bool,
        now: i64,
        seen: Option<&Arc<Entry>>,
        arrivals: impl FnOnce() -> Arrivals,
    ) -> Boarding<Arrivals> {
        let mut state = self.lock();
        if !is_forced {
            // It may have landed since the caller looked.
            if let Some(entry) = self.store.peek(&subject.key)
                && seen.is_none_or(|seen| !Arc::ptr_eq(seen, &entry))
                && !entry.is_rejected()
            {
                return Boarding::Kept;
            }
            if let Some(error) = state.absences.get(&subject.key, now) {
                return Boarding::Absent(error);
            }
        }
        // Whom a request under way will do asks for nothing, whatever the service wants.
        if let Some(flight) = state.flights.get(&subject.key)
            && (flight.is_forced || !is_forced)
        {
            return Boarding::Joined(flight.arrivals.clone());
        }
        match &state.gate {
            Some(Gate { until, error }) if now < *until => {
                return Boarding::Gated { until: *until, error: error.clone() };
            }
            _ => state.gate = None,
        }
        if state.flights.len() >= MOST_FLIGHTS {
            return Boarding::Full;
        }
        state.last_flight += 1;
        let number = state.last_flight;
        let flight = Flight { number, is_forced, places: subject.places.clone(), arrivals: arrivals() };
        // A plain request that a forced one takes the place of is older, and is not kept.
        state.flights.insert(Arc::clone(&subject.key), flight);
        Boarding::Started(Ticket { subject: subject.clone(), is_forced, number })
    }

    /// Says what came of a request; `judge` sees what lies there now. Tells whether it counted: what came back for a
    /// request that is no longer on the ledger does not. Some tokens go at that whose time is over, whoever's they are.
    pub(crate) fn land(
        &self,
        ticket: &Ticket,
        now: i64,
        judge: impl FnOnce(Option<&Arc<Entry>>) -> Landing,
    ) -> bool {
        let key = &ticket.subject.key;
        let mut state = self.lock();
        let is_aboard = state.is_aboard(ticket);
        let current = self.store.peek(key);
        let landing = judge(current.as_ref());
        if matches!(landing, Landing::StayAboard) {
            return is_aboard;
        }
        let mut gone = self.sweep(&mut state, now);
        if !is_aboard {
            state.suppressed += u64::from(matches!(landing, Landing::Keep(_) | Landing::Absent { .. }));
            drop(state);
            drop((gone, landing));
            return false;
        }
        state.flights.remove(key);
        match landing {
            Landing::Keep(entry) => {
                state.absences.remove(key);
                gone.extend(self.remove(&mut state, key));
                gone.extend(self.insert(&mut state, key, entry));
            }
            Landing::Absent { error, until } => {
                gone.extend(self.remove(&mut state, key));
                let places = ticket.subject.places.clone();
                state.absences.insert(Arc::clone(key), Absence { error, until, places });
            }
            Landing::Evict => gone.extend(self.remove(&mut state, key)),
            Landing::Leave | Landing::StayAboard => {}
        }
        drop(state);
        // Wiping takes a while, and nobody needs the lock for it.
        drop(gone);
        true
    }

    /// Takes a token out, whoever brought it.
    pub(crate) fn evict(&self, key: &Key) {
        let mut state = self.lock();
        let gone = self.remove(&mut state, key);
        drop(state);
        drop(gone);
    }

    /// Takes a request off the ledger that nothing came of, if it is still on it.
    pub(crate) fn abandon(&self, ticket: &Ticket) {
        let mut state = self.lock();
        if state.is_aboard(ticket) {
            state.flights.remove(&ticket.subject.key);
        }
    }

    /// Until then nobody asks the service.
    pub(crate) fn close_gate(&self, until: i64, error: Error) {
        let mut state = self.lock();
        if state.gate.as_ref().is_none_or(|gate| gate.until < until) {
            state.gate = Some(Gate { until, error });
        }
    }

    /// A change to whatever is at one of these places.
    pub(crate) fn change_at(&self, scopes: &[Scope<'_>]) -> Change {
        let places: Vec<u64> = scopes.iter().map(|scope| self.place(*scope)).collect();
        Change { flights: Flights::At(places.clone()), places }
    }

    /// A change to the token of this id, and to those that came without one. Whose it is, and so which requests may bring it, is known where it is kept.
    pub(crate) fn change_of_token(&self, token_id: &str) -> Change {
        let place = self.place(Scope::TokenId(token_id));
        let state = self.lock();
        let owners: Vec<u64> = state
            .index
            .keys_at(place)
            .filter_map(|key| self.store.peek(&key)?.places.first().copied())
            .collect();
        let flights = if owners.is_empty() { Flights::All } else { Flights::At(owners) };
        let places = vec![place, self.place(Scope::TokenId(""))];
        Change { places, flights }
    }

    /// Carries a change out: the tokens go, and what the requests bring is not kept.
    pub(crate) fn apply(&self, change: &Change) {
        let mut state = self.lock();
        match &change.flights {
            Flights::All => state.flights.clear(),
            Flights::At(places) => {
                state.flights.retain(|_, flight| !flight.places.iter().any(|place| places.contains(place)));
            }
        }
        state.absences.remove_at(&change.places);
        let mut gone = Vec::new();
        for place in &change.places {
            let keys: Vec<Key> = state.index.keys_at(*place).collect();
            gone.extend(keys.iter().filter_map(|key| self.remove(&mut state, key)));
        }
        drop(state);
        drop(gone);
    }

    /// Marks the tokens that are this one: they stay, to be known again, but are not given out.
    pub(crate) fn reject(&self, access_token: &str) -> usize {
        let place = self.place(Scope::AccessToken(access_token));
        let state = self.lock();
        let entries = state.index.keys_at(place).filter_map(|key| self.store.peek(&key));
        entries
            .filter(|entry| entry.token.access_token.expose() == access_token)
            .inspect(|entry| entry.reject())
            .count()
    }

    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        state.bytes = 0;
        let gone = (
            self.store.take_all(),
            mem::take(&mut state.flights),
            mem::take(&mut state.absences),
            mem::take(&mut state.index),
        );
        drop(state);
        drop(gone);
    }

    /// Entries, bytes, evictions, and answers that were not kept.
    pub(crate) fn numbers(&self) -> [u64; 4] {
        let state = self.lock();
        [self.store.len() as u64, state.bytes, state.evictions, state.suppressed]
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.lock().flights.len()
    }

    fn insert(&self, state: &mut State<Arrivals>, key: &Key, entry: Arc<Entry>) -> Vec<Arc<Entry>> {
        state.index.insert(key, &entry);
        state.bytes += entry.bytes();
        let evicted = self.store.insert(Arc::clone(key), entry);
        state.evictions += evicted.len() as u64;
        let taken_off = evicted.into_iter().map(|(key, entry)| {
            state.index.remove(&key, &entry);
            state.bytes = state.bytes.saturating_sub(entry.bytes());
            entry
        });
        taken_off.collect()
    }

    fn remove(&self, state: &mut State<Arrivals>, key: &Key) -> Option<Arc<Entry>> {
        let entry = self.store.remove(key)?;
        state.index.remove(key, &entry);
        state.bytes = state.bytes.saturating_sub(entry.bytes());
        Some(entry)
    }

    /// Takes out a few of those whose time is over: what nobody asks for any more does not lie about for long.
    fn sweep(&self, state: &mut State<Arrivals>, now: i64) -> Vec<Arc<Entry>> {
        let keys: Vec<Key> = state.index.keys_ended(now).take(SWEPT_AT_ONCE).collect();
        keys.iter().filter_map(|key| self.remove(state, key)).collect()
    }

    /// Nothing here leaves the state half changed, so a panic elsewhere in the process is no reason to stop.
    fn lock(&self) -> MutexGuard<'_, State<Arrivals>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Arrivals> State<Arrivals> {
    fn is_aboard(&self, ticket: &Ticket) -> bool {
        self.flights.get(&ticket.subject.key).is_some_and(|flight| flight.number == ticket.number)
    }
}

/// Where each token is found, by hash: two places that share one make a change take off a token too many, no more. And
/// when its time is over.
#[derive(Debug, Default)]
struct Index {
    keys: BTreeSet<(u64, Key)>,
    ends: BTreeSet<(i64, Key)>,
}

impl Index {
    fn insert(&mut self, key: &Key, entry: &Entry) {
        self.keys.extend(entry.places.iter().map(|place| (*place, Arc::clone(key))));
        self.ends.insert((entry.life.ends(), Arc::clone(key)));
    }

    fn remove(&mut self, key: &Key, entry: &Entry) {
        for place in &entry.places {
            self.keys.remove(&(*place, Arc::clone(key)));
        }
        self.ends.remove(&(entry.life.ends(), Arc::clone(key)));
    }

    /// Those whose time is over, the longest first.
    fn keys_ended(&self, now: i64) -> impl Iterator<Item = Key> {
        self.ends.iter().take_while(move |(ends, _)| *ends <= now).map(|(_, key)| Arc::clone(key))
    }

    fn keys_at(&self, place: u64) -> impl Iterator<Item = Key> {
        let least = Key::default();
        self.keys
            .range((place, least)..)
            .take_while(move |(at, _)| *at == place)
            .map(|(_, key)| Arc::clone(key))
    }
}

/// Who has not connected, as far as it is remembered; the oldest make room.
#[derive(Debug, Default)]
struct Absences {
    by_key: HashMap<Key, Absence>,
    in_order: VecDeque<Key>,
}

#[derive(Debug)]
struct Absence {
    error: Error,
    until: i64,
    places: Box<[u64]>,
}

impl Absences {
    fn get(&self, key: &Key, now: i64) -> Option<Error> {
        self.by_key.get(key).filter(|absence| now < absence.until).map(|absence| absence.error.clone())
    }

    fn insert(&mut self, key: Key, absence: Absence) {
        if self.by_key.insert(Arc::clone(&key), absence).is_none() {
            self.in_order.push_back(key);
        }
        while self.by_key.len() > MOST_ABSENCES
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.by_key.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &Key) {
        if self.by_key.remove(key).is_some() {
            self.in_order.retain(|other| other != key);
        }
    }

    /// There are few enough to look through them all.
    fn remove_at(&mut self, places: &[u64]) {
        self.by_key.retain(|_, absence| !absence.places.iter().any(|place| places.contains(place)));
        self.in_order.retain(|key| self.by_key.contains_key(key));
    }
}
