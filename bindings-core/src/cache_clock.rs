//! The clock of all caches of a binding: the machine's clock, which tests move.

use std::sync::LazyLock;
use std::time::Duration;

use descope_outbound::CacheClock;

static CLOCK: LazyLock<CacheClock> = LazyLock::new(CacheClock::adjustable);

/// Returns the clock that every cache of this process uses.
pub(crate) fn cache_clock() -> CacheClock {
    CLOCK.clone()
}

/// Moves the clock of all caches forward. For tests.
pub fn advance_cache_clock(seconds: f64) {
    CLOCK.advance(Duration::try_from_secs_f64(seconds).unwrap_or_default());
}

/// Changes the date of all caches, forward or back, as if the machine's date had been changed. For tests.
pub fn step_cache_wall_clock(milliseconds: i64) {
    CLOCK.step_wall(milliseconds);
}
