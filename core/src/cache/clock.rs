//! The two clocks that the cache goes by.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A reading of both clocks, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since some start, sleep of the machine included. Ages and waits are measured with it. It goes back by no more than
    /// a date that is set by less than a second had put it ahead.
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
/// costs as much as a whole lookup. So the coarse clock of the date is read, at a quarter of that, and how far the
/// exact one is ahead of it is remembered for a second of the date. The date goes on while the machine sleeps, so a sleep
/// shows as a leap of the date, as does a change of it; a leap of less than a second is seen at the end of that second.
#[cfg(target_os = "linux")]
mod machine {
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    use rustix::time::{ClockId, clock_gettime};

    use super::Moment;

    const RECHECKED_AFTER: i64 = 1_000;
    /// Between two readings of a thread that has not been interrupted: a tick of the coarse clock, at the slowest.
    const ONE_MOMENT: i64 = 10;
    const NEVER: i64 = i64::MIN / 2;

    static REMEMBERED: Remembered = Remembered::nothing();

    pub(super) fn now() -> Moment {
        REMEMBERED.now(|clock| {
            let time = clock_gettime(clock);
            time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        })
    }

    /// What the last exact reading told.
    pub(super) struct Remembered {
        date: AtomicI64,
        ahead: AtomicI64,
        is_being_written: AtomicBool,
    }

    impl Remembered {
        pub(super) const fn nothing() -> Self {
            let (date, ahead) = (AtomicI64::new(NEVER), AtomicI64::new(0));
            Self { date, ahead, is_being_written: AtomicBool::new(false) }
        }

        pub(super) fn now(&self, read: impl Fn(ClockId) -> i64) -> Moment {
            let wall = read(ClockId::RealtimeCoarse);
            let date = self.date.load(Ordering::Acquire);
            let ahead = self.ahead.load(Ordering::Acquire);
            // A date that is still the same belongs to what was read after it.
            let belong_together = self.date.load(Ordering::Relaxed) == date;
            if belong_together && (0..RECHECKED_AFTER).contains(&(wall - date)) {
                return Moment { elapsed: wall + ahead, wall };
            }
            let elapsed = read(ClockId::Boottime);
            let is_one_moment = (0..=ONE_MOMENT).contains(&(read(ClockId::RealtimeCoarse) - wall));
            // Where two come at once one of them is enough; in a child that was forked just now, none is, which costs
            // time alone.
            if is_one_moment && !self.is_being_written.swap(true, Ordering::Acquire) {
                self.date.store(NEVER, Ordering::Relaxed);
                self.ahead.store(elapsed - wall, Ordering::Release);
                self.date.store(wall, Ordering::Release);
                self.is_being_written.store(false, Ordering::Release);
            }
            Moment { elapsed, wall }
        }
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_sleep_and_a_change_of_the_date_are_seen_at_once() {
        use std::cell::Cell;

        use rustix::time::ClockId;

        const START: i64 = 1_795_435_200_000;
        let (elapsed, wall, exact_readings) = (Cell::new(5_000), Cell::new(START), Cell::new(0));
        let remembered = machine::Remembered::nothing();
        let now = || {
            remembered.now(|clock| {
                if clock == ClockId::RealtimeCoarse {
                    return wall.get();
                }
                exact_readings.set(exact_readings.get() + 1);
                elapsed.get()
            })
        };
        // Since the start, on both clocks, and how often the exact one has been read by then.
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
            let Moment { elapsed: told, wall: date } = now();
            assert_eq!((told, date), (elapsed.get(), wall.get()), "{what}");
            assert_eq!(exact_readings.get(), readings, "{what}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_was_read_with_a_pause_in_between_is_not_remembered() {
        use std::cell::Cell;

        use rustix::time::ClockId;

        let (wall, exact_readings) = (Cell::new(1_795_435_200_000), Cell::new(0));
        let remembered = machine::Remembered::nothing();
        let read_after = |pause: i64| {
            remembered.now(|clock| {
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
    fn two_threads_never_mix_what_they_have_read() {
        use rustix::time::ClockId;

        const TURNS: i64 = 100_000;
        let remembered = machine::Remembered::nothing();
        // At each turn the date is one that no other turn is near, and the exact clock's is another distance from it.
        let reading =
            |turn: i64, clock| if clock == ClockId::RealtimeCoarse { turn * 5_000 } else { turn * 7 };
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let (remembered, reading) = (&remembered, &reading);
                scope.spawn(move || {
                    for turn in (1 + thread..TURNS).step_by(2) {
                        for _ in 0..2 {
                            let told = remembered.now(|clock| reading(turn, clock));
                            assert_eq!(told, Moment { elapsed: turn * 7, wall: turn * 5_000 });
                        }
                    }
                });
            }
        });
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
