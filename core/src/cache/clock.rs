//! The clocks of the cache: a monotonic clock for ages and waits, and the wall clock for expiries.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A reading of both clocks, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Counts from an arbitrary start, and includes the machine's sleep. Ages and waits are measured with it. It goes
    /// back only after the date was set forward by less than a second, and by no more than that.
    pub(crate) elapsed: i64,
    /// Counts from 1970, by the machine's date, which may be set at any time.
    pub(crate) wall: i64,
}

/// The clock of a cache. It is the machine's clock, unless a test replaces it with an adjustable one; see
/// [`CacheOptions::clock`](crate::CacheOptions::clock).
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::{CacheClock, CacheOptions};
///
/// let clock = CacheClock::adjustable();
/// let options = CacheOptions::default().clock(clock.clone());
/// // Tokens that are cached with these options are now five minutes older:
/// clock.advance(Duration::from_secs(300));
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct CacheClock {
    adjustment: Option<Arc<Adjustment>>,
}

/// The time that a test has added to the machine's clocks, in milliseconds.
#[derive(Default)]
struct Adjustment {
    elapsed: AtomicI64,
    wall: AtomicI64,
}

impl CacheClock {
    /// Makes a clock that shows the machine's time until a test moves it. Clones move together.
    ///
    /// ```
    /// use descope_outbound::{CacheClock, CacheOptions};
    ///
    /// let clock = CacheClock::adjustable();
    /// let options = CacheOptions::default().clock(clock.clone());
    /// ```
    #[must_use]
    pub fn adjustable() -> Self {
        Self { adjustment: Some(Arc::default()) }
    }

    /// Moves an adjustable clock forward: time passes, and the date changes with it. Other clocks do not move.
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::CacheClock;
    ///
    /// let clock = CacheClock::adjustable();
    /// clock.advance(Duration::from_secs(300));
    /// ```
    pub fn advance(&self, span: Duration) {
        let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        if let Some(adjustment) = &self.adjustment {
            adjustment.elapsed.fetch_add(milliseconds, Ordering::Relaxed);
            adjustment.wall.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }

    /// Sets the date of an adjustable clock forward or, if negative, back by this many milliseconds. No time passes, as
    /// when an administrator sets the date.
    ///
    /// ```
    /// use descope_outbound::CacheClock;
    ///
    /// let clock = CacheClock::adjustable();
    /// // The date is set back by an hour.
    /// clock.step_wall(-3_600_000);
    /// ```
    pub fn step_wall(&self, milliseconds: i64) {
        if let Some(adjustment) = &self.adjustment {
            adjustment.wall.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let Moment { elapsed, wall } = machine::now();
        match &self.adjustment {
            None => Moment { elapsed, wall },
            Some(adjustment) => Moment {
                elapsed: elapsed + adjustment.elapsed.load(Ordering::Relaxed),
                wall: wall + adjustment.wall.load(Ordering::Relaxed),
            },
        }
    }
}

impl fmt::Debug for CacheClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.adjustment.is_some() { "adjustable" } else { "the machine's" })
    }
}

/// Linux has a clock that counts the machine's sleep: `CLOCK_BOOTTIME`. (`Instant` does not count it there.) Reading it
/// costs as much as a whole lookup; reading the coarse wall clock costs a quarter of that. So `now` reads the coarse
/// wall clock, and adds the offset of the exact clock, which it caches for one second of the wall clock.
///
/// The wall clock continues while the machine sleeps, so a sleep shows as a jump, and so does a change of the date. A
/// jump of less than a second is noticed at the end of that second at the latest.
#[cfg(target_os = "linux")]
mod machine {
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    use rustix::time::{ClockId, clock_gettime};

    use super::Moment;

    const OFFSET_LIFETIME: i64 = 1_000;
    /// The largest difference between two readings of a thread that was not interrupted: the coarse clock's longest
    /// tick.
    const LARGEST_TICK: i64 = 10;
    const NEVER: i64 = i64::MIN / 2;

    static OFFSET: CachedOffset = CachedOffset::empty();

    pub(super) fn now() -> Moment {
        OFFSET.now(|clock| {
            let time = clock_gettime(clock);
            time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        })
    }

    /// How far the exact clock was ahead of the wall clock at the last exact reading, and the date of that reading.
    pub(super) struct CachedOffset {
        date: AtomicI64,
        ahead: AtomicI64,
        is_being_written: AtomicBool,
    }

    impl CachedOffset {
        pub(super) const fn empty() -> Self {
            let (date, ahead) = (AtomicI64::new(NEVER), AtomicI64::new(0));
            Self { date, ahead, is_being_written: AtomicBool::new(false) }
        }

        pub(super) fn now(&self, read: impl Fn(ClockId) -> i64) -> Moment {
            let wall = read(ClockId::RealtimeCoarse);
            let date = self.date.load(Ordering::Acquire);
            let ahead = self.ahead.load(Ordering::Acquire);
            // If the date has not changed meanwhile, the offset belongs to it.
            let is_consistent = self.date.load(Ordering::Relaxed) == date;
            if is_consistent && (0..OFFSET_LIFETIME).contains(&(wall - date)) {
                return Moment { elapsed: wall + ahead, wall };
            }
            let elapsed = read(ClockId::Boottime);
            let is_uninterrupted = (0..=LARGEST_TICK).contains(&(read(ClockId::RealtimeCoarse) - wall));
            // If two threads arrive together, one of them stores. In a child that was forked during a store, no thread
            // stores again, which costs only time.
            if is_uninterrupted && !self.is_being_written.swap(true, Ordering::Acquire) {
                self.date.store(NEVER, Ordering::Relaxed);
                self.ahead.store(elapsed - wall, Ordering::Release);
                self.date.store(wall, Ordering::Release);
                self.is_being_written.store(false, Ordering::Release);
            }
            Moment { elapsed, wall }
        }
    }
}

/// On other systems, `Instant` counts the machine's sleep if the system does. If not, the wall clock shows it.
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_sleep_or_a_change_of_the_date_is_noticed_at_once() {
        use std::cell::Cell;

        use rustix::time::ClockId;

        const START: i64 = 1_795_435_200_000;
        let (elapsed, wall, exact_readings) = (Cell::new(5_000), Cell::new(START), Cell::new(0));
        let offset = machine::CachedOffset::empty();
        let now = || {
            offset.now(|clock| {
                if clock == ClockId::RealtimeCoarse {
                    return wall.get();
                }
                exact_readings.set(exact_readings.get() + 1);
                elapsed.get()
            })
        };
        // How far each clock moves, and how often the exact one has been read by then.
        let steps = [
            ("the first reading", 0, 0, 1),
            ("a while later", 999, 999, 1),
            ("a second after the first", 1, 1, 2),
            ("an hour of sleep", 3_600_000, 3_600_000, 3),
            ("the date set forward an hour", 10, 3_600_010, 4),
            ("the date set back two hours", 10, -7_199_990, 5),
            ("the date set back by less than a second", 0, -1, 6),
            ("no time at all", 0, 0, 6),
        ];
        for (what, passed, stepped, readings) in steps {
            elapsed.set(elapsed.get() + passed);
            wall.set(wall.get() + stepped);
            let Moment { elapsed: measured, wall: date } = now();
            assert_eq!((measured, date), (elapsed.get(), wall.get()), "{what}");
            assert_eq!(exact_readings.get(), readings, "{what}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn two_readings_with_a_pause_in_between_are_not_cached() {
        use std::cell::Cell;

        use rustix::time::ClockId;

        let (wall, exact_readings) = (Cell::new(1_795_435_200_000), Cell::new(0));
        let offset = machine::CachedOffset::empty();
        let read_after = |pause: i64| {
            offset.now(|clock| {
                if clock == ClockId::RealtimeCoarse {
                    return wall.get();
                }
                exact_readings.set(exact_readings.get() + 1);
                wall.set(wall.get() + pause);
                wall.get() - 1_795_435_200_000
            })
        };
        for (pause, readings) in [(500, 1), (4, 2), (4, 2)] {
            read_after(pause);
            assert_eq!(exact_readings.get(), readings, "{pause}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn two_threads_never_mix_their_readings() {
        use rustix::time::ClockId;

        const TURNS: i64 = 100_000;
        let offset = machine::CachedOffset::empty();
        // Each turn has its own offset, and a date that is far from those of other turns.
        let reading =
            |turn: i64, clock| if clock == ClockId::RealtimeCoarse { turn * 5_000 } else { turn * 7 };
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let (offset, reading) = (&offset, &reading);
                scope.spawn(move || {
                    for turn in (1 + thread..TURNS).step_by(2) {
                        for _ in 0..2 {
                            let measured = offset.now(|clock| reading(turn, clock));
                            assert_eq!(measured, Moment { elapsed: turn * 7, wall: turn * 5_000 });
                        }
                    }
                });
            }
        });
    }

    #[test]
    fn advance_moves_both_clocks_and_step_wall_moves_only_the_date() {
        let clock = CacheClock::adjustable();
        let before = clock.now();
        clock.clone().advance(Duration::from_hours(1));
        clock.step_wall(-7_200_000);
        let now = clock.now();
        assert!((3_600_000..3_660_000).contains(&(now.elapsed - before.elapsed)));
        assert!((-3_600_000..-3_540_000).contains(&(now.wall - before.wall)));
    }
}
