//! The retry policy: which failures are retried, and after which pause.

use std::time::{Duration, SystemTime};

use crate::request::Idempotency;

/// The pauses before the first, second and third retry. The official SDKs wait 0.1, 5 and 5 s. These are shorter, since
/// the whole call has a deadline.
pub(crate) const DEFAULT_DELAYS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// The statuses that the official SDKs retry: the service is overloaded, or its edge could not reach it.
const RETRIED_STATUSES: [u16; 6] = [503, 520, 521, 522, 524, 530];
const TOO_MANY_REQUESTS: u16 = 429;
/// The one retried status which says that the service has not begun.
const SERVICE_UNAVAILABLE: u16 = 503;

/// How an attempt failed: the part that the retry policy needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
    /// A response arrived that is not a success.
    Status { status: u16, retry_after: Option<Duration> },
    /// The client could not connect, so the service cannot have begun.
    ConnectFailed,
    /// The connection failed before the response was complete, so the service may have begun.
    Interrupted,
    /// A retry would fail in the same way.
    Permanent,
}

impl AttemptOutcome {
    /// A refusal shows that, too: a client whose users have mostly not connected keeps its retries.
    pub(crate) fn shows_that_the_service_is_up(self) -> bool {
        matches!(self, Self::Status { status, .. } if status < 500 && status != TOO_MANY_REQUESTS)
    }

    fn may_be_retried(self, idempotency: Idempotency) -> bool {
        let never_began =
            matches!(self, Self::ConnectFailed | Self::Status { status: SERVICE_UNAVAILABLE, .. });
        match self {
            Self::Permanent => false,
            Self::Status { status, .. } if !RETRIED_STATUSES.contains(&status) => false,
            _ => never_began || idempotency != Idempotency::NonIdempotent,
        }
    }
}

/// How long to wait before the next attempt, or `None` to give up.
///
/// `failures` counts the failed attempts, this one included. `random` is in `0.0..1.0`.
pub(crate) fn pause(
    delays: &[Duration],
    failures: usize,
    outcome: AttemptOutcome,
    idempotency: Idempotency,
    random: f64,
) -> Option<Duration> {
    if !outcome.may_be_retried(idempotency) {
        return None;
    }
    let delay = delays.get(failures - 1)?;
    match outcome {
        AttemptOutcome::Status { retry_after: Some(wait), .. } => Some(wait),
        // Half of the delay is jittered, so that clients which failed together do not return together.
        _ => Some(delay.mul_f64(0.5 + random / 2.0)),
    }
}

/// A year: longer waits would not fit into every clock.
const LONGEST_WAIT: Duration = Duration::from_hours(365 * 24);

/// Reads a `Retry-After` header: seconds, rounded up, or an HTTP date. A date that has passed is a wait of zero. A
/// value that cannot be read is `None`.
///
/// From RFC 9110, section 10.2.3. It has no fractions and no negative numbers, but servers send them.
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

    fn status(status: u16) -> AttemptOutcome {
        AttemptOutcome::Status { status, retry_after: None }
    }

    fn pause_after(failures: usize, outcome: AttemptOutcome, idempotency: Idempotency) -> Option<Duration> {
        pause(&DEFAULT_DELAYS, failures, outcome, idempotency, 0.0)
    }

    #[test]
    fn delays_grow_and_their_upper_half_is_jittered() {
        let pauses = |random| {
            [1, 2, 3, 4].map(|n| {
                pause(&DEFAULT_DELAYS, n, AttemptOutcome::Interrupted, Idempotency::IdempotentDelete, random)
            })
        };
        let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
        assert_eq!(pauses(0.0), [seconds(0.05), seconds(0.5), seconds(2.5), None]);
        assert_eq!(pauses(0.5), [seconds(0.075), seconds(0.75), seconds(3.75), None]);
    }

    #[test]
    fn only_the_official_statuses_are_retried() {
        for code in 300..=599 {
            let is_retried = pause_after(1, status(code), Idempotency::IdempotentDelete).is_some();
            assert_eq!(is_retried, [503, 520, 521, 522, 524, 530].contains(&code), "{code}");
        }
    }

    #[test]
    fn a_request_that_may_have_begun_is_not_retried_unless_it_is_idempotent() {
        assert!(pause_after(1, status(503), Idempotency::NonIdempotent).is_some());
        assert!(pause_after(1, AttemptOutcome::ConnectFailed, Idempotency::NonIdempotent).is_some());
        assert!(pause_after(1, status(520), Idempotency::NonIdempotent).is_none());
        assert!(pause_after(1, AttemptOutcome::Interrupted, Idempotency::NonIdempotent).is_none());
        assert!(pause_after(1, AttemptOutcome::Permanent, Idempotency::IdempotentDelete).is_none());
    }

    #[test]
    fn a_retry_after_header_sets_the_pause() {
        let outcome = AttemptOutcome::Status { status: 503, retry_after: Some(Duration::from_secs(2)) };
        assert_eq!(
            pause(&DEFAULT_DELAYS, 1, outcome, Idempotency::IdempotentDelete, 0.9),
            Some(Duration::from_secs(2))
        );
        assert_eq!(pause(&DEFAULT_DELAYS, 4, outcome, Idempotency::IdempotentDelete, 0.9), None);
    }

    #[test]
    fn a_retry_after_header_is_read_in_each_of_its_forms() {
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
