//! The emulator's clock: the machine's time plus the time by which a test advanced it.

mod epoch_time;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) use epoch_time::EpochTime;

/// A clock that runs at real speed and never goes back, even if the machine's date changes.
#[derive(Debug)]
pub(crate) struct Clock {
    started_at: EpochTime,
    started: Instant,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started_at: EpochTime::since_epoch(since_epoch),
            started: Instant::now(),
            advanced: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> EpochTime {
        self.started_at.plus(self.started.elapsed()).plus(self.advanced)
    }

    pub(crate) fn advance(&mut self, span: Duration) {
        self.advanced = self.advanced.saturating_add(span);
    }

    pub(crate) fn advanced(&self) -> Duration {
        self.advanced
    }
}
