//! The requests that are in flight.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cache::key::Key;

/// The most flights that the cache tracks at a time: more than any backend needs. Further requests are sent untracked.
pub(crate) const MAX_FLIGHTS: usize = 1_024;

/// The key of a fetch, with the tags of the tokens that it can return.
#[derive(Clone, Debug)]
pub(crate) struct TaggedKey {
    pub(crate) key: Key,
    pub(crate) tags: Box<[u64]>,
}

/// The right to publish the result of a request.
#[derive(Clone, Debug)]
pub(crate) struct FlightPermit {
    pub(crate) tagged_key: TaggedKey,
    pub(crate) is_forced: bool,
    number: u64,
}

/// At most one request for each key. Each caller that waits for it holds a `Receiver`.
#[derive(Debug)]
pub(crate) struct InFlight<Receiver> {
    by_key: HashMap<Key, TrackedFlight<Receiver>>,
    last_number: u64,
}

#[derive(Debug)]
struct TrackedFlight<Receiver> {
    number: u64,
    is_forced: bool,
    tags: Box<[u64]>,
    receiver: Receiver,
}

/// The flights whose results an invalidation discards.
#[derive(Debug)]
pub(crate) enum InvalidatedFlights {
    /// Those with one of these tags.
    Tagged(Vec<u64>),
    /// All, if it is unknown which flights may return the token.
    All,
}

impl<Receiver> Default for InFlight<Receiver> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), last_number: 0 }
    }
}

impl<Receiver: Clone> InFlight<Receiver> {
    /// The receiver of a flight whose result serves this caller. Only a forced flight serves a forced refresh.
    pub(crate) fn join(&self, key: &Key, is_forced: bool) -> Option<Receiver> {
        let flight = self.by_key.get(key).filter(|flight| flight.is_forced || !is_forced)?;
        Some(flight.receiver.clone())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.by_key.len() >= MAX_FLIGHTS
    }

    /// Tracks a new flight. It replaces an older plain flight of the same key, whose result is then discarded.
    pub(crate) fn start(
        &mut self,
        tagged_key: &TaggedKey,
        is_forced: bool,
        receiver: Receiver,
    ) -> FlightPermit {
        self.last_number += 1;
        let number = self.last_number;
        let flight = TrackedFlight { number, is_forced, tags: tagged_key.tags.clone(), receiver };
        self.by_key.insert(Arc::clone(&tagged_key.key), flight);
        FlightPermit { tagged_key: tagged_key.clone(), is_forced, number }
    }

    /// Whether the flight of this permit may still publish.
    pub(crate) fn is_current(&self, permit: &FlightPermit) -> bool {
        self.by_key.get(&permit.tagged_key.key).is_some_and(|flight| flight.number == permit.number)
    }

    /// Ends the flight of this permit, if it is still tracked.
    pub(crate) fn end(&mut self, permit: &FlightPermit) {
        if self.is_current(permit) {
            self.by_key.remove(&permit.tagged_key.key);
        }
    }

    pub(crate) fn invalidate(&mut self, flights: &InvalidatedFlights) {
        match flights {
            InvalidatedFlights::All => self.by_key.clear(),
            InvalidatedFlights::Tagged(tags) => {
                self.by_key.retain(|_, flight| !flight.tags.iter().any(|tag| tags.contains(tag)));
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.by_key.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }
}
