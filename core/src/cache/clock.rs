//! The two clocks that the cache goes by.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A reading of both clocks, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since some start, sleep of the machine included; never goes back. Ages and waits are measured with it.
    pub(crate) elapsed: i64,
    /// Since 1970, as far as the machine knows; somebody may set it.
    pub(crate) wall: i64,
}

/// The clock that a cache goes by: the machine's, unless a test wants time to pass.
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::{CacheClock, CacheOptions};
///
/// let clock = CacheClock::adjustable();
/// let options = CacheOptions::default().clock(clock.clone());
/// // Whatever is cached with these options is now five minutes older:
/// clock.advance(Duration::from_secs(300));
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct CacheClock {
    added: Option<Arc<Added>>,
}

/// What a test has added to the machine's clocks.
#[derive(Default)]
struct Added {
    elapsed: AtomicI64,
    wall: AtomicI64,
}

impl CacheClock {
    /// The machine's clock until it is moved. Clones move together.
    #[must_use]
    pub fn adjustable() -> Self {
        Self { added: Some(Arc::default()) }
    }

    /// Lets time pass, on an adjustable clock.
    pub fn advance(&self, span: Duration) {
        let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        if let Some(added) = &self.added {
            added.elapsed.fetch_add(milliseconds, Ordering::Relaxed);
            added.wall.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }

    /// Sets the date forward or back by so many milliseconds, as an administrator does: no time passes.
    pub fn step_wall(&self, milliseconds: i64) {
        if let Some(added) = &self.added {
            added.wall.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let Moment { elapsed, wall } = machine::now();
        match &self.added {
            None => Moment { elapsed, wall },
            Some(added) => Moment {
                elapsed: elapsed + added.elapsed.load(Ordering::Relaxed),
                wall: wall + added.wall.load(Ordering::Relaxed),
            },
        }
    }
}

impl fmt::Debug for CacheClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.added.is_some() { "adjustable" } else { "the machine's" })
    }
}

/// Linux has a clock that counts the machine's sleep (`CLOCK_BOOTTIME`; `Instant` there does not), but reading it
/// costs as much as a whole lookup. So the two coarse clocks are read, at a tenth of that, and the exact one only once
/// a second, and at once where the coarse two have drifted apart: the date goes on while the machine sleeps and the
/// monotonic clock does not, so a sleep shows, and so does a change of the date.
#[cfg(target_os = "linux")]
mod machine {
    use std::sync::atomic::{AtomicI64, Ordering};

    use rustix::time::{ClockId, clock_gettime};

    use super::Moment;

    const RECHECKED_AFTER: i64 = 1_000;
    const NO_DRIFT: i64 = 250;

    /// As it was at the last exact reading. Written in this order and read in the other: who sees a later one sees
    /// the earlier ones that belong to it, or newer.
    static SLEPT: AtomicI64 = AtomicI64::new(0);
    static DATE_OF_START: AtomicI64 = AtomicI64::new(i64::MIN / 2);
    static CHECKED: AtomicI64 = AtomicI64::new(i64::MIN / 2);

    pub(super) fn now() -> Moment {
        let awake = read(ClockId::MonotonicCoarse);
        let wall = read(ClockId::RealtimeCoarse);
        let is_recent = awake - CHECKED.load(Ordering::Acquire) < RECHECKED_AFTER;
        let drift = wall - awake - DATE_OF_START.load(Ordering::Acquire);
        if is_recent && drift.abs() < NO_DRIFT {
            return Moment { elapsed: awake + SLEPT.load(Ordering::Acquire), wall };
        }
        let elapsed = read(ClockId::Boottime);
        SLEPT.store(elapsed - awake, Ordering::Release);
        DATE_OF_START.store(wall - awake, Ordering::Release);
        CHECKED.store(awake, Ordering::Release);
        Moment { elapsed, wall }
    }

    fn read(clock: ClockId) -> i64 {
        let time = clock_gettime(clock);
        time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

/// Elsewhere `Instant` counts the machine's sleep where the system offers it; where it does not, the date shows it.
#[cfg(not(target_os = "linux"))]
mod machine {
    use std::sync::LazyLock;
    use std::time::{Instant, SystemTime};

    use super::Moment;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(super) fn now() -> Moment {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let milliseconds = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Moment { elapsed: milliseconds(START.elapsed()), wall: milliseconds(since_1970) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clock_does_not_go_back_and_knows_the_date() {
        let clock = CacheClock::default();
        let mut last = clock.now();
        for _ in 0..100_000 {
            let now = clock.now();
            assert!(now.elapsed + 50 >= last.elapsed, "{last:?} {now:?}");
            last = now;
        }
        let date = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        assert!(i64::try_from(date).unwrap().abs_diff(last.wall) < 5_000);
    }

    #[test]
    fn time_passes_on_both_and_a_step_is_on_the_wall_alone() {
        let clock = CacheClock::adjustable();
        let before = clock.now();
        clock.clone().advance(Duration::from_hours(1));
        clock.step_wall(-7_200_000);
        let now = clock.now();
        assert!((3_600_000..3_660_000).contains(&(now.elapsed - before.elapsed)));
        assert!((-3_600_000..-3_540_000).contains(&(now.wall - before.wall)));
    }
}
