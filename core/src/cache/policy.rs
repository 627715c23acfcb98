//! When a token is given out, refreshed or left: plain functions over plain numbers. All times are milliseconds.

use std::time::Duration;

use crate::cache::clock::Moment;
use crate::cache::options::CacheOptions;
use crate::error::{Error, ErrorKind};

/// A token that ends so soon is not worth keeping.
const SHORTEST_LIFE: i64 = 5_000;
/// How long before its end a token is not given out any more, since the caller is yet to use it.
const SAFETY: i64 = 30_000;
const SHORTEST_LEAD: i64 = 20_000;
const LONGEST_LEAD: i64 = 300_000;
const LONGEST_WAITING: i64 = 60_000;
/// After a refresh that brought the same token, the service is left alone for as long, at least.
const SAME_TOKEN_PAUSE: i64 = 5_000;
const SHORTEST_PAUSE: i64 = 250;
const LONGEST_PAUSE: i64 = 60_000;
/// Of a 429 that does not say.
const UNSAID_GATE: Duration = Duration::from_secs(5);
const LONGEST_GATE: Duration = Duration::from_mins(2);
/// A date of the service's this close to ours tells nothing: it has whole seconds only.
const SMALLEST_SKEW: i64 = 2_000;
const LARGEST_SKEW: i64 = 24 * 3_600_000;
/// A date that took longer to arrive is too old.
const LONGEST_TRIP: i64 = 5_000;
/// How long a caller waits for a better token while there is one that is still good.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);
/// A token that came with the news that its refresh has failed is not asked for again for as long.
pub(crate) const AFTER_A_FAILED_REFRESH: i64 = 60_000;
/// How often, at most, a refresh is forced because a third party has refused the token.
pub(crate) const BETWEEN_FORCED: i64 = 60_000;

/// What the options come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    refresh_after: i64,
    max_age: i64,
    stale_if_error: i64,
    negative: i64,
    pub(crate) background: bool,
}

/// The life of one token, fixed when it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) began: i64,
    /// From here on it is refreshed while it goes on being given out.
    refresh_from: i64,
    /// From here on a caller waits for a better one, for a while.
    wait_from: i64,
    /// From here on it is not given out, on the clock that never goes back,
    ends: i64,
    /// nor on the other.
    ends_on_wall: i64,
    /// Where its expiry, less the safety margin, lies; far away where that is unknown.
    expires: i64,
}

/// Where in its life a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Fresh,
    RefreshAhead,
    Stale,
    Expired,
}

/// What is known of a token beside its life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Before this the service is not asked again.
    pub(crate) not_before: i64,
    /// Whether the third party has refused it.
    pub(crate) is_rejected: bool,
}

/// What to do for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// Give it out.
    Serve { is_stale: bool },
    /// Give it out, and see that somebody asks the service.
    ServeAndRefresh,
    /// Ask the service; where that fails or takes long, give it out.
    AskFirst,
    /// Ask the service: there is nothing to give out.
    Ask,
}

impl Rules {
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

    /// The life of a token that arrives now and ends after `remaining`, if that is known; none where it is too short
    /// to be kept. The two draws, from `0.0..1.0`, keep tokens that arrived together from being refreshed together.
    pub(crate) fn life(&self, now: Moment, remaining: Option<i64>, draws: [f64; 2]) -> Option<Life> {
        if remaining.is_some_and(|remaining| remaining <= SHORTEST_LIFE) {
            return None;
        }
        let revalidated_at = scale(self.refresh_after, 0.8 + 0.2 * draws[0]);
        let Window { usable, lead, waiting } = match remaining {
            Some(remaining) => Window::of(remaining, draws[1]),
            None => Window { usable: FAR, lead: 0, waiting: 0 },
        };
        Some(Life {
            began: now.elapsed,
            refresh_from: now.elapsed + revalidated_at.min(usable - lead),
            wait_from: now.elapsed + self.max_age.min(usable - waiting),
            ends: now.elapsed + usable.min(self.max_age.saturating_add(self.stale_if_error)),
            ends_on_wall: now.wall + usable,
            expires: now.elapsed + usable,
        })
    }

    /// Until when it is remembered that there is no token; none where it is not to be.
    pub(crate) fn absence(&self, now: Moment, draw: f64) -> Option<i64> {
        (self.negative > 0).then(|| now.elapsed + scale(self.negative, 0.5 + draw))
    }

    /// After a refresh that brought the same token: a service that refreshes only what has expired is not asked in a
    /// loop.
    pub(crate) fn after_same_token(&self, now: Moment, life: &Life) -> i64 {
        now.elapsed + ((life.expires - now.elapsed) / 4).min(self.refresh_after).max(SAME_TOKEN_PAUSE)
    }
}

/// Farther than anything is kept, and near enough to be added to any clock.
const FAR: i64 = i64::MAX / 4;

/// The margins at the end of a token's life, which scale with it.
struct Window {
    /// From its arrival.
    usable: i64,
    /// Before the end of that.
    lead: i64,
    waiting: i64,
}

impl Window {
    fn of(remaining: i64, draw: f64) -> Self {
        let safety = if remaining < 2 * SAFETY { remaining / 4 } else { SAFETY };
        let lead =
            scale((remaining / 10).clamp(SHORTEST_LEAD, LONGEST_LEAD), 0.75 + 0.5 * draw).min(remaining / 2);
        Self { usable: remaining - safety, lead, waiting: (lead / 2).min(LONGEST_WAITING) }
    }
}

impl Life {
    pub(crate) fn state(&self, now: Moment) -> State {
        if now.elapsed >= self.ends || now.wall >= self.ends_on_wall {
            State::Expired
        } else if now.elapsed >= self.wait_from {
            State::Stale
        } else if now.elapsed >= self.refresh_from {
            State::RefreshAhead
        } else {
            State::Fresh
        }
    }

    /// What to do for a caller who wants the token to be good for this long.
    pub(crate) fn course(&self, now: Moment, standing: Standing, min_validity: i64) -> Course {
        let state = self.state(now);
        let is_stale = state == State::Stale;
        let is_long_enough = self.expires - now.elapsed >= min_validity;
        match state {
            _ if standing.is_rejected => Course::Ask,
            State::Expired => Course::Ask,
            State::Fresh if is_long_enough => Course::Serve { is_stale: false },
            _ if now.elapsed < standing.not_before => Course::Serve { is_stale },
            State::RefreshAhead if is_long_enough => Course::ServeAndRefresh,
            _ => Course::AskFirst,
        }
    }

    /// Until when the service is left alone after so many failures in a row, the last one included: there are several
    /// tries in what is left of the token's life.
    pub(crate) fn after_failure(&self, now: Moment, failures: u32, draw: f64) -> i64 {
        let doubled = 1_000_i64 << failures.min(16);
        let longest = doubled.min(LONGEST_PAUSE).min((self.expires - now.elapsed) / 4).max(0);
        now.elapsed + scale(longest, draw).max(SHORTEST_PAUSE)
    }
}

/// What a failure means for what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failing {
    /// The token may still be there: an outage is no reason to drop it.
    Passing,
    /// The service wants to be left alone.
    Limited,
    /// There is no token, which is remembered for a while.
    Absent,
    /// The service refuses our key: nothing is kept, this least of all.
    Refused,
}

impl Failing {
    pub(crate) fn of(error: &Error) -> Self {
        match (error.kind(), error.status()) {
            (ErrorKind::TokenNotFound, _) => Self::Absent,
            (ErrorKind::RateLimited, _) => Self::Limited,
            (_, Some(401 | 403)) => Self::Refused,
            _ => Self::Passing,
        }
    }
}

/// Until when a 429 keeps requests back.
pub(crate) fn gate(now: Moment, retry_after: Option<Duration>, draw: f64) -> i64 {
    let wait = retry_after.unwrap_or(UNSAID_GATE).min(LONGEST_GATE);
    let wait = i64::try_from(wait.as_millis()).unwrap_or(FAR);
    now.elapsed + scale(wait, 1.0 + 0.1 * draw)
}

/// An answer's date, as far as it can be trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    /// The `Date` header, since 1970.
    pub(crate) date: Option<i64>,
    /// Whether something between us and the service had kept the answer.
    pub(crate) is_aged: bool,
    /// Between request and answer.
    pub(crate) trip: i64,
}

/// How long a token still lives that ends at `expiry` on the service's clock. The service's clock is believed where
/// it tells more than ours can: token and date come from the same hand.
pub(crate) fn remaining(now: Moment, expiry: i64, dated: Dated) -> i64 {
    let Dated { date, is_aged, trip } = dated;
    let skew = match date {
        Some(date) if !is_aged && trip <= LONGEST_TRIP => date + trip - now.wall,
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
