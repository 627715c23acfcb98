//! What everything in one emulator shares.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::options::Options;
use crate::state::State;

/// One emulator: how it was started, its state, and the signals between its requests and its test.
pub(crate) struct World {
    pub(crate) settings: Options,
    state: Mutex<State>,
    /// How many requests have arrived since the start or the last reset.
    pub(crate) arrivals: watch::Sender<u64>,
    /// How many answers are being held back.
    pub(crate) held: watch::Sender<usize>,
    /// Counts the releases: whoever holds an answer back sends it when this changes.
    pub(crate) releases: watch::Sender<u64>,
    /// Tells the listener to restart, and how long to stay away.
    pub(crate) restarts: watch::Sender<Duration>,
}

impl World {
    pub(crate) fn new(settings: Options) -> Self {
        Self {
            state: Mutex::new(State::seeded(&settings)),
            settings,
            arrivals: watch::Sender::new(0),
            held: watch::Sender::new(0),
            releases: watch::Sender::new(0),
            restarts: watch::Sender::new(Duration::ZERO),
        }
    }

    /// The state, for as long as the guard lives; never across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the answers that are being held back, and says how many those were.
    pub(crate) fn release(&self) -> usize {
        let held = *self.held.borrow();
        self.releases.send_modify(|releases| *releases += 1);
        held
    }

    /// Takes all faults away, and lets go of what they hold.
    pub(crate) fn clear_faults(&self) {
        self.state().faults.clear();
        self.release();
    }

    /// Back to the state at the start.
    pub(crate) fn reset(&self) {
        self.state().reset(&self.settings);
        self.arrivals.send_replace(0);
        self.release();
    }
}
