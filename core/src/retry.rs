//! What is tried again, when, and how often in a bad hour.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::operation::Repeat;

/// After the first, second and third failure, as the official SDKs wait 0.1, 5 and 5 s; shorter, since the whole call
/// has a deadline.
pub(crate) const DEFAULT_DELAYS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// The statuses that the official SDKs repeat: the service is overloaded or its edge could not reach it.
const REPEATED_STATUSES: [u16; 6] = [503, 520, 521, 522, 524, 530];
const TOO_MANY_REQUESTS: u16 = 429;
/// The one among them that says the service has not begun.
const SERVICE_UNAVAILABLE: u16 = 503;

/// How one attempt failed, as far as repeating it is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An answer came, with this status and perhaps a wish.
    Status { status: u16, retry_after: Option<Duration> },
    /// No connection: the service cannot have begun.
    NotConnected,
    /// The connection went before the answer was there: the service may have done it.
    Lost,
    /// Anything else; the same would happen again.
    Final,
}

impl Failure {
    /// A refusal is an answer too: whoever mostly hears that a user has not connected may still repeat.
    pub(crate) fn shows_that_the_service_is_up(self) -> bool {
        matches!(self, Self::Status { status, .. } if status < 500 && status != TOO_MANY_REQUESTS)
    }

    fn may_be_repeated(self, repeat: Repeat) -> bool {
        let never_began =
            matches!(self, Self::NotConnected | Self::Status { status: SERVICE_UNAVAILABLE, .. });
        match self {
            Self::Final => false,
            Self::Status { status, .. } if !REPEATED_STATUSES.contains(&status) => false,
            _ => never_began || repeat != Repeat::WhileUnstarted,
        }
    }
}

/// How long to wait before repeating, or `None` to give up.
///
/// `failures` counts those so far, this one included; `random` is in `0.0..1.0`.
pub(crate) fn pause(
    delays: &[Duration],
    failures: usize,
    failure: Failure,
    repeat: Repeat,
    random: f64,
) -> Option<Duration> {
    if !failure.may_be_repeated(repeat) {
        return None;
    }
    let delay = delays.get(failures - 1)?;
    match failure {
        Failure::Status { retry_after: Some(wait), .. } => Some(wait),
        // Half of it is spread, so that the clients which failed together do not come back together.
        _ => Some(delay.mul_f64(0.5 + random / 2.0)),
    }
}

/// Keeps an outage from being multiplied: a client whose calls mostly fail stops repeating them.
///
/// The numbers are those of the AWS SDKs' standard retry mode: 500 to start with, 5 for a repetition, given back when the
/// call gets through, and 1 earned by a call that gets through at once. So a hundred calls that lose their connections
/// together, as in a restart of the service, are all repeated. A first attempt is never held back.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const PRICE: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Pays for one repetition, if there is enough left.
    pub(crate) fn pay(&self) -> bool {
        self.change(|left| left.checked_sub(Self::PRICE))
    }

    /// A call got through after this many repetitions.
    pub(crate) fn succeeded(&self, repetitions: usize) {
        let earned =
            if repetitions == 0 { 1 } else { Self::PRICE * u32::try_from(repetitions).unwrap_or(u32::MAX) };
        self.change(|left| Some(left.saturating_add(earned).min(Self::FULL)));
    }

    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        // Nothing else hangs on this number, so no ordering is asked for.
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

/// Longer waits than a year are as good as a year, and fit into every clock.
const LONGEST_WAIT: Duration = Duration::from_hours(365 * 24);

/// Reads a `Retry-After` header: seconds (fractions are rounded up) or an HTTP date; a moment that has passed is no
/// wait at all, and what cannot be read is `None`.
///
/// From RFC 9110, section 10.2.3. Fractions and negative numbers are not in it, but are sent.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        if seconds.is_nan() {
            return None;
        }
        let wait = Duration::try_from_secs_f64(seconds.max(0.0).ceil()).unwrap_or(LONGEST_WAIT);
        return Some(wait.min(LONGEST_WAIT));
    }
    let moment = httpdate::parse_http_date(value).ok()?;
    let wait = moment.duration_since(now).unwrap_or(Duration::ZERO);
    let whole_seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Some(Duration::from_secs(whole_seconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Failure {
        Failure::Status { status, retry_after: None }
    }

    fn pause_after(failures: usize, failure: Failure, repeat: Repeat) -> Option<Duration> {
        pause(&DEFAULT_DELAYS, failures, failure, repeat, 0.0)
    }

    #[test]
    fn delays_grow_and_are_spread_over_their_upper_half() {
        let pauses = |random| {
            [1, 2, 3, 4].map(|n| pause(&DEFAULT_DELAYS, n, Failure::Lost, Repeat::UntilGone, random))
        };
        let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
        assert_eq!(pauses(0.0), [seconds(0.05), seconds(0.5), seconds(2.5), None]);
        assert_eq!(pauses(0.5), [seconds(0.075), seconds(0.75), seconds(3.75), None]);
    }

    #[test]
    fn only_the_official_statuses_are_repeated() {
        for code in 300..=599 {
            let is_repeated = pause_after(1, status(code), Repeat::UntilGone).is_some();
            assert_eq!(is_repeated, [503, 520, 521, 522, 524, 530].contains(&code), "{code}");
        }
    }

    #[test]
    fn what_may_have_begun_is_not_repeated_where_twice_is_not_once() {
        assert!(pause_after(1, status(503), Repeat::WhileUnstarted).is_some());
        assert!(pause_after(1, Failure::NotConnected, Repeat::WhileUnstarted).is_some());
        assert!(pause_after(1, status(520), Repeat::WhileUnstarted).is_none());
        assert!(pause_after(1, Failure::Lost, Repeat::WhileUnstarted).is_none());
        assert!(pause_after(1, Failure::Final, Repeat::UntilGone).is_none());
    }

    #[test]
    fn a_wish_for_the_delay_is_granted_to_the_second() {
        let failure = Failure::Status { status: 503, retry_after: Some(Duration::from_secs(2)) };
        assert_eq!(pause(&DEFAULT_DELAYS, 1, failure, Repeat::UntilGone, 0.9), Some(Duration::from_secs(2)));
        assert_eq!(pause(&DEFAULT_DELAYS, 4, failure, Repeat::UntilGone, 0.9), None);
    }

    #[test]
    fn an_outage_spends_the_budget_and_successes_earn_it_back() {
        let budget = Budget::new();
        let granted = (0..1000).filter(|_| budget.pay()).count();
        assert_eq!(granted, 100);
        for _ in 0..4 {
            budget.succeeded(0);
        }
        assert!(!budget.pay());
        budget.succeeded(0);
        assert!(budget.pay());
        budget.succeeded(1);
        assert!(budget.pay());
        for _ in 0..10_000 {
            budget.succeeded(0);
        }
        assert_eq!((0..1000).filter(|_| budget.pay()).count(), 100);
    }

    #[test]
    fn retry_after_is_read_in_every_form_it_comes_in() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT").unwrap();
        let cases = [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("1.5", Some(2)),
            ("-5", Some(0)),
            ("Mon, 23 Nov 2026 12:00:09 GMT", Some(9)),
            ("Monday, 23-Nov-26 12:00:09 GMT", Some(9)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("99999999999999999999", Some(LONGEST_WAIT.as_secs())),
            ("1e400", Some(LONGEST_WAIT.as_secs())),
            ("", None),
            ("soon", None),
            ("NaN", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
