//! The context that all requests of one emulator share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::emulator_state::EmulatorState;
use crate::setup::Options;

/// The options and the state of one emulator, and the channels between its requests and its test.
pub(crate) struct EmulatorContext {
    pub(crate) options: Options,
    state: Mutex<EmulatorState>,
    /// The number of requests since the start or the last reset.
    pub(crate) arrivals: watch::Sender<u64>,
    /// The number of held responses.
    pub(crate) held: watch::Sender<usize>,
    /// The number of releases. A held response is sent when this changes.
    pub(crate) releases: watch::Sender<u64>,
    /// Makes the listener restart; the value is the pause before it listens again.
    pub(crate) restarts: watch::Sender<Duration>,
}

impl EmulatorContext {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            state: Mutex::new(EmulatorState::seeded(&options)),
            options,
            arrivals: watch::Sender::new(0),
            held: watch::Sender::new(0),
            releases: watch::Sender::new(0),
            restarts: watch::Sender::new(Duration::ZERO),
        }
    }

    /// Locks the state. No guard may live across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, EmulatorState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the held responses and counts them.
    pub(crate) fn release(&self) -> usize {
        let held = *self.held.borrow();
        self.releases.send_modify(|releases| *releases += 1);
        held
    }

    /// Removes all faults and sends the held responses.
    pub(crate) fn clear_faults(&self) {
        self.state().faults.clear();
        self.release();
    }

    /// Restores the state at the start.
    pub(crate) fn reset(&self) {
        self.state().reset(&self.options);
        self.arrivals.send_replace(0);
        self.release();
    }
}
