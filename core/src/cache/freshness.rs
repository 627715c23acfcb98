//! When the cache serves a token, refreshes it, or waits: plain functions over plain numbers. All times are
//! milliseconds.

use std::time::Duration;

use crate::cache::clock::Moment;
use crate::cache::options::CacheOptions;
use crate::error::{Error, ErrorKind};

/// A token that expires sooner is not cached.
const SHORTEST_LIFE: i64 = 5_000;
/// How long before its expiry the cache stops serving a token, since the caller still has to use it.
const SAFETY: i64 = 30_000;
const SHORTEST_LEAD: i64 = 20_000;
const LONGEST_LEAD: i64 = 300_000;
const LONGEST_WAITING: i64 = 60_000;
/// The shortest pause after a refresh that returned the same token.
const SAME_TOKEN_PAUSE: i64 = 5_000;
const SHORTEST_PAUSE: i64 = 250;
const LONGEST_PAUSE: i64 = 60_000;
/// The pause after a 429 without `Retry-After`.
const DEFAULT_BACK_OFF: Duration = Duration::from_secs(5);
const LONGEST_BACK_OFF: Duration = Duration::from_mins(2);
/// A smaller skew means nothing: the service's date has whole seconds.
const SMALLEST_SKEW: i64 = 2_000;
const LARGEST_SKEW: i64 = 24 * 3_600_000;
/// How long a caller waits for a better token while the cached one is still usable.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);
/// The pause after a token whose refresh has failed at the service.
pub(crate) const AFTER_A_FAILED_REFRESH: i64 = 60_000;
/// The shortest time between two refreshes that are forced because a third party has refused the token.
pub(crate) const FORCED_REFRESH_INTERVAL: i64 = 60_000;

/// The cache's options, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FreshnessPolicy {
    refresh_after: i64,
    max_age: i64,
    stale_if_error: i64,
    negative: i64,
    pub(crate) background: bool,
}

/// When one token is fresh, due for a refresh, stale and expired. It is fixed when the token arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FreshnessWindow {
    /// From here on the cache refreshes the token, and still serves it.
    refresh_from: i64,
    /// From here on a caller waits briefly for a better token.
    wait_from: i64,
    /// From here on the cache does not serve the token, by the monotonic clock.
    ends: i64,
    /// The same, by the wall clock.
    ends_on_wall: i64,
    /// The expiry, less the safety margin. Far away if the expiry is unknown.
    expires: i64,
}

/// How fresh a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    RefreshAhead,
    Stale,
    Expired,
}

/// The state of an entry that changes after its arrival.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryState {
    /// The earliest time of the next refresh.
    pub(crate) not_before: i64,
    /// Whether the third party has refused it.
    pub(crate) is_rejected: bool,
}

/// The cache's decision for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheDecision {
    /// Serve the token.
    Serve { is_stale: bool },
    /// Serve the token, and refresh it in the background.
    ServeAndRefresh,
    /// Fetch a better token. Serve this one if the fetch fails or takes long.
    FetchOrServe,
    /// Fetch a token: there is none to serve.
    Fetch,
}

impl FreshnessPolicy {
    pub(crate) fn new(options: &CacheOptions) -> Self {
        let milliseconds = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4);
        Self {
            refresh_after: milliseconds(options.refresh_after),
            max_age: milliseconds(options.max_age),
            stale_if_error: milliseconds(options.stale_if_error),
            negative: milliseconds(options.negative),
            background: options.background,
        }
    }

    /// The window of a token that arrives now, was requested `trip` ago, and ends after `remaining`, if known. `None`
    /// if it ends too soon to be cached. Its age counts from the request, since it may have been revoked on its way.
    /// The two random numbers in `0.0..1.0` jitter the refreshes of tokens that arrived together.
    pub(crate) fn window(
        &self,
        now: Moment,
        trip: i64,
        remaining: Option<i64>,
        random: [f64; 2],
    ) -> Option<FreshnessWindow> {
        if remaining.is_some_and(|remaining| remaining <= SHORTEST_LIFE) {
            return None;
        }
        let revalidated_at = scale(self.refresh_after, 0.8 + 0.2 * random[0]);
        let Margins { usable, lead, waiting } = match remaining {
            Some(remaining) => Margins::of(remaining.min(FAR), random[1]),
            None => Margins { usable: FAR, lead: 0, waiting: 0 },
        };
        Some(FreshnessWindow {
            refresh_from: now.elapsed + (revalidated_at - trip).min(usable - lead),
            wait_from: now.elapsed + (self.max_age - trip).min(usable - waiting),
            ends: now.elapsed + usable.min(self.max_age.saturating_add(self.stale_if_error) - trip),
            ends_on_wall: now.wall + usable,
            expires: now.elapsed + usable,
        })
    }

    /// How long the cache remembers that a user has not connected. `None` if it does not.
    pub(crate) fn negative_until(&self, now: Moment, random: f64) -> Option<i64> {
        (self.negative > 0).then(|| now.elapsed + scale(self.negative, 0.5 + random))
    }

    /// The earliest time of the next refresh after one that returned the same token. Otherwise the cache would ask a
    /// service that refreshes only expired tokens in a loop.
    pub(crate) fn after_same_token(&self, now: Moment, window: &FreshnessWindow) -> i64 {
        now.elapsed + ((window.expires - now.elapsed) / 4).min(self.refresh_after).max(SAME_TOKEN_PAUSE)
    }
}

/// Longer than any token is cached, and short enough to be added to any clock.
const FAR: i64 = i64::MAX / 4;

/// The margins at the end of a token's window. They scale with its remaining life.
struct Margins {
    /// How long the token is usable, from its arrival.
    usable: i64,
    /// How long before that the refresh is due.
    lead: i64,
    waiting: i64,
}

impl Margins {
    fn of(remaining: i64, random: f64) -> Self {
        let safety = if remaining < 2 * SAFETY { remaining / 4 } else { SAFETY };
        let lead = scale((remaining / 10).clamp(SHORTEST_LEAD, LONGEST_LEAD), 0.75 + 0.5 * random)
            .min(remaining / 2);
        Self { usable: remaining - safety, lead, waiting: (lead / 2).min(LONGEST_WAITING) }
    }
}

impl FreshnessWindow {
    /// When the cache stops serving the token, by the monotonic clock.
    pub(crate) fn ends(&self) -> i64 {
        self.ends
    }

    pub(crate) fn freshness(&self, now: Moment) -> Freshness {
        if now.elapsed >= self.ends || now.wall >= self.ends_on_wall {
            Freshness::Expired
        } else if now.elapsed >= self.wait_from {
            Freshness::Stale
        } else if now.elapsed >= self.refresh_from {
            Freshness::RefreshAhead
        } else {
            Freshness::Fresh
        }
    }

    /// Decides what the cache does for a caller that needs the token for at least `min_validity`.
    pub(crate) fn decide(&self, now: Moment, state: EntryState, min_validity: i64) -> CacheDecision {
        let freshness = self.freshness(now);
        let is_stale = freshness == Freshness::Stale;
        let is_long_enough = self.expires - now.elapsed >= min_validity;
        match freshness {
            _ if state.is_rejected => CacheDecision::Fetch,
            Freshness::Expired => CacheDecision::Fetch,
            Freshness::Fresh if is_long_enough => CacheDecision::Serve { is_stale: false },
            _ if now.elapsed < state.not_before => CacheDecision::Serve { is_stale },
            Freshness::RefreshAhead if is_long_enough => CacheDecision::ServeAndRefresh,
            _ => CacheDecision::FetchOrServe,
        }
    }

    /// The earliest time of the next refresh after this many failures in a row, the last one included. The rest of the
    /// token's life has room for several attempts.
    pub(crate) fn after_failure(&self, now: Moment, failures: u32, random: f64) -> i64 {
        let doubled = 1_000_i64 << failures.min(16);
        let longest = doubled.min(LONGEST_PAUSE).min((self.expires - now.elapsed) / 4).max(0);
        now.elapsed + scale(longest, random).max(SHORTEST_PAUSE)
    }
}

/// The meaning of a failure for a cached token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureClass {
    /// The token may still be valid. An outage does not drop it.
    Transient,
    /// The service asks for a pause.
    RateLimited,
    /// The user has not connected. The cache remembers that for a while.
    NotConnected,
    /// The service refuses the key. The cache drops the token.
    Unauthorized,
}

impl FailureClass {
    pub(crate) fn of(error: &Error) -> Self {
        match (error.kind(), error.status()) {
            (ErrorKind::TokenNotFound, _) => Self::NotConnected,
            (ErrorKind::RateLimited, _) => Self::RateLimited,
            (_, Some(401 | 403)) => Self::Unauthorized,
            _ => Self::Transient,
        }
    }
}

/// When the back-off after a 429 ends.
pub(crate) fn back_off_until(now: Moment, retry_after: Option<Duration>, random: f64) -> i64 {
    let wait = retry_after.unwrap_or(DEFAULT_BACK_OFF).min(LONGEST_BACK_OFF);
    let wait = i64::try_from(wait.as_millis()).unwrap_or(FAR);
    now.elapsed + scale(wait, 1.0 + 0.1 * random)
}

/// The date of a response, as far as it can be trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponseDate {
    /// The `Date` header, since 1970.
    pub(crate) date: Option<i64>,
    /// Whether a cache between the client and the service held the response.
    pub(crate) is_aged: bool,
    /// The time between request and response.
    pub(crate) trip: i64,
}

/// The remaining life of a token whose `expiry` is a time of the service's clock. The service's date corrects our
/// clock, since the service wrote both the expiry and the date.
pub(crate) fn remaining(now: Moment, expiry: i64, date: ResponseDate) -> i64 {
    let ResponseDate { date, is_aged, trip } = date;
    let skew = match date {
        // As if the response were dated when the request was sent, so that the life is never overestimated.
        Some(date) if !is_aged => date + trip - now.wall,
        _ => 0,
    };
    let skew = if (SMALLEST_SKEW..=LARGEST_SKEW).contains(&skew.abs()) { skew } else { 0 };
    expiry.saturating_sub(now.wall + skew)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "spans of days, to the millisecond"
)]
fn scale(span: i64, by: f64) -> i64 {
    (span as f64 * by) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const START: Moment = Moment { elapsed: 1_000_000, wall: 1_795_435_200_000 };
    const CALM: EntryState = EntryState { not_before: i64::MIN, is_rejected: false };

    fn policy() -> FreshnessPolicy {
        FreshnessPolicy::new(&CacheOptions::default())
    }

    fn at(milliseconds: i64) -> Moment {
        Moment { elapsed: START.elapsed + milliseconds, wall: START.wall + milliseconds }
    }

    /// A window without jitter: its margins are those of the constants.
    fn window(remaining: Option<i64>) -> FreshnessWindow {
        policy().window(START, 0, remaining, [1.0, 0.5]).unwrap()
    }

    /// When each freshness begins, in seconds.
    fn borders(window: &FreshnessWindow) -> [i64; 3] {
        let first =
            |state: Freshness| (0..=2_000).find(|second| window.freshness(at(second * 1_000)) == state);
        [Freshness::RefreshAhead, Freshness::Stale, Freshness::Expired]
            .map(|state| first(state).unwrap_or(-1))
    }

    #[test]
    fn the_margins_scale_with_the_life() {
        // An hour: the largest age comes first, and without stale_if_error no token is stale.
        assert_eq!(borders(&window(Some(HOUR))), [300, -1, 900]);
        // Ten minutes: due by age at five minutes. A caller waits in the last 30 s before the margin of 30 s.
        assert_eq!(borders(&window(Some(600_000))), [300, 540, 570]);
        assert_eq!(borders(&window(Some(300_000))), [240, 255, 270]);
        assert_eq!(borders(&window(Some(60_000))), [10, 20, 30]);
        assert_eq!(borders(&window(Some(20_000))), [5, 10, 15]);
        assert_eq!(borders(&window(None)), [300, -1, 900]);
    }

    #[test]
    fn a_token_that_ends_within_five_seconds_is_not_cached() {
        for remaining in [i64::MIN, -HOUR, 0, 5_000] {
            assert_eq!(policy().window(START, 0, Some(remaining), [0.5, 0.5]), None);
        }
        assert!(policy().window(START, 0, Some(5_001), [0.5, 0.5]).is_some());
    }

    #[test]
    fn jitter_keeps_the_borders_in_order() {
        for seconds in (6..7_200).step_by(7) {
            for random in [0.0, 0.3, 0.999] {
                let window = policy().window(START, 0, Some(seconds * 1_000), [random, random]).unwrap();
                let FreshnessWindow { refresh_from, wait_from, ends, .. } = window;
                let began = START.elapsed;
                assert!(began < refresh_from && refresh_from <= wait_from && wait_from <= ends, "{window:?}");
                assert!(ends < began + seconds * 1_000 && ends <= began + 900_000, "{window:?}");
                assert!(refresh_from <= began + 300_000, "{window:?}");
            }
        }
    }

    #[test]
    fn an_expiry_beyond_all_clocks_counts_as_unknown() {
        let early = ResponseDate { date: Some(START.wall - HOUR), is_aged: false, trip: 0 };
        let remaining = remaining(START, i64::MAX, early);
        assert_eq!(borders(&window(Some(remaining))), [300, -1, 900]);
    }

    #[test]
    fn stale_if_error_extends_the_largest_age_but_never_the_expiry() {
        let options = CacheOptions::default().stale_if_error(Duration::from_mins(10));
        let window =
            |remaining| FreshnessPolicy::new(&options).window(START, 0, remaining, [1.0, 0.5]).unwrap();
        assert_eq!(borders(&window(Some(HOUR))), [300, 900, 1_500]);
        assert_eq!(borders(&window(None)), [300, 900, 1_500]);
        assert_eq!(borders(&window(Some(1_000_000))), [300, 900, 970]);
    }

    #[test]
    fn either_clock_ends_a_token() {
        let window = window(Some(600_000));
        let stepped = |wall: i64, elapsed: i64| {
            window.freshness(Moment { elapsed: START.elapsed + elapsed, wall: START.wall + wall })
        };
        assert_eq!(
            stepped(HOUR, 1_000),
            Freshness::Expired,
            "the date was set forward, or the machine slept unseen"
        );
        assert_eq!(stepped(-HOUR, 1_000), Freshness::Fresh, "the date was set back");
        assert_eq!(stepped(-HOUR, 570_000), Freshness::Expired, "the date was set back, and time passed");
    }

    #[test]
    fn the_decision_depends_on_freshness_and_state() {
        let window = window(Some(600_000));
        let decide =
            |second: i64, state, min_validity| window.decide(at(second * 1_000), state, min_validity);
        let backing_off = EntryState { not_before: START.elapsed + HOUR, ..CALM };
        let rejected = EntryState { is_rejected: true, ..CALM };
        assert_eq!(decide(0, CALM, 0), CacheDecision::Serve { is_stale: false });
        assert_eq!(decide(300, CALM, 0), CacheDecision::ServeAndRefresh);
        assert_eq!(decide(540, CALM, 0), CacheDecision::FetchOrServe);
        assert_eq!(decide(570, CALM, 0), CacheDecision::Fetch);
        assert_eq!(decide(300, backing_off, 0), CacheDecision::Serve { is_stale: false });
        assert_eq!(decide(540, backing_off, 0), CacheDecision::Serve { is_stale: true });
        assert_eq!(decide(570, backing_off, 0), CacheDecision::Fetch, "never past its end");
        assert_eq!(decide(0, CALM, 570_000), CacheDecision::Serve { is_stale: false });
        assert_eq!(decide(0, CALM, 570_001), CacheDecision::FetchOrServe);
        assert_eq!(decide(0, backing_off, 570_001), CacheDecision::Serve { is_stale: false });
        for second in [0, 300, 540, 570] {
            assert_eq!(decide(second, rejected, 0), CacheDecision::Fetch);
        }
    }

    #[test]
    fn retries_of_a_refresh_are_jittered_and_leave_time_for_several() {
        let window = window(Some(600_000));
        let pauses = |random| {
            [1, 2, 6, 30].map(|failures| window.after_failure(START, failures, random) - START.elapsed)
        };
        assert_eq!(pauses(0.0), [250; 4]);
        assert_eq!(pauses(1.0), [2_000, 4_000, 60_000, 60_000]);
        assert_eq!(
            window.after_failure(at(540_000), 30, 1.0),
            at(547_500).elapsed,
            "a quarter of what is left"
        );
    }

    #[test]
    fn the_cache_does_not_ask_in_a_loop_if_the_service_returns_the_same_token() {
        let mut now = START;
        let mut requests = 0;
        let end = START.elapsed + HOUR;
        let mut window = window(Some(HOUR));
        let mut state = CALM;
        // One caller each second, until the token ends.
        while now.elapsed < end - SHORTEST_LIFE {
            now = Moment { elapsed: now.elapsed + 1_000, wall: now.wall + 1_000 };
            if !matches!(window.decide(now, state, 0), CacheDecision::Serve { .. }) {
                requests += 1;
                let Some(next) = policy().window(now, 0, Some(end - now.elapsed), [1.0, 0.5]) else { break };
                window = next;
                state.not_before = policy().after_same_token(now, &window);
            }
        }
        assert!((12..30).contains(&requests), "{requests}");
    }

    #[test]
    fn the_back_off_lasts_as_long_as_the_service_asks_and_two_minutes_at_most() {
        let seconds = |wait: Option<u64>, random| {
            (back_off_until(START, wait.map(Duration::from_secs), random) - START.elapsed) / 1_000
        };
        assert_eq!((seconds(Some(60), 0.0), seconds(Some(60), 1.0)), (60, 66));
        assert_eq!((seconds(None, 0.0), seconds(Some(86_400), 0.0), seconds(Some(0), 0.9)), (5, 120, 0));
    }

    #[test]
    fn the_services_date_corrects_a_skewed_clock() {
        let expiry = START.wall + HOUR;
        let with =
            |date: i64, trip: i64| ResponseDate { date: Some(START.wall + date), is_aged: false, trip };
        let cases = [
            (ResponseDate { date: None, is_aged: false, trip: 0 }, HOUR, "there is no date"),
            (with(0, 100), HOUR, "the clocks agree"),
            (with(1_999, 0), HOUR, "a date has whole seconds only"),
            (with(HOUR / 2, 0), HOUR / 2, "ours is half an hour late"),
            (with(-HOUR / 2, 0), HOUR + HOUR / 2, "ours is half an hour early"),
            (with(HOUR / 2, 1_000), HOUR / 2 - 1_000, "the trip counts against the token"),
            (with(-HOUR, HOUR), HOUR, "the machine slept while it was on its way"),
            (with(-2 * HOUR, HOUR), 2 * HOUR, "and ours is an hour early"),
            (with(25 * HOUR, 0), HOUR, "it cannot be true"),
            (
                ResponseDate { is_aged: true, ..with(HOUR / 2, 0) },
                HOUR,
                "a cache on the way held the response",
            ),
        ];
        for (date, expected, why) in cases {
            assert_eq!(remaining(START, expiry, date), expected, "{why}");
        }
        assert_eq!(remaining(START, i64::MIN, with(0, 0)), i64::MIN);
    }

    #[test]
    fn a_negative_entry_lives_for_a_jittered_time() {
        let until = |random| policy().negative_until(START, random).map(|until| until - START.elapsed);
        assert_eq!((until(0.0), until(0.5), until(0.999)), (Some(5_000), Some(10_000), Some(14_990)));
        let nothing = FreshnessPolicy::new(&CacheOptions::default().negative(Duration::ZERO));
        assert_eq!(nothing.negative_until(START, 0.5), None);
    }
}
