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

    /// The life of a token that arrives now, was asked for `trip` ago, and ends after `remaining`, if that is known;
    /// none where it is too short to be kept. Its age counts from the asking: it may have been revoked on its way. The
    /// two draws, from `0.0..1.0`, keep tokens that arrived together from being refreshed together.
    pub(crate) fn life(
        &self,
        now: Moment,
        trip: i64,
        remaining: Option<i64>,
        draws: [f64; 2],
    ) -> Option<Life> {
        if remaining.is_some_and(|remaining| remaining <= SHORTEST_LIFE) {
            return None;
        }
        let revalidated_at = scale(self.refresh_after, 0.8 + 0.2 * draws[0]);
        let Window { usable, lead, waiting } = match remaining {
            Some(remaining) => Window::of(remaining.min(FAR), draws[1]),
            None => Window { usable: FAR, lead: 0, waiting: 0 },
        };
        Some(Life {
            refresh_from: now.elapsed + (revalidated_at - trip).min(usable - lead),
            wait_from: now.elapsed + (self.max_age - trip).min(usable - waiting),
            ends: now.elapsed + usable.min(self.max_age.saturating_add(self.stale_if_error) - trip),
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
    /// From here on, on the clock that never goes back, nobody is given the token any more.
    pub(crate) fn ends(&self) -> i64 {
        self.ends
    }

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
        // As if the answer had been dated when the request was sent: however long it took, the life is not overrated.
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
    const CALM: Standing = Standing { not_before: i64::MIN, is_rejected: false };

    fn rules() -> Rules {
        Rules::new(&CacheOptions::default())
    }

    fn at(milliseconds: i64) -> Moment {
        Moment { elapsed: START.elapsed + milliseconds, wall: START.wall + milliseconds }
    }

    /// Drawn in the middle: the margins are as they are written down.
    fn life(remaining: Option<i64>) -> Life {
        rules().life(START, 0, remaining, [1.0, 0.5]).unwrap()
    }

    /// When each state begins, in seconds.
    fn borders(life: &Life) -> [i64; 3] {
        let first = |state: State| (0..=2_000).find(|second| life.state(at(second * 1_000)) == state);
        [State::RefreshAhead, State::Stale, State::Expired].map(|state| first(state).unwrap_or(-1))
    }

    #[test]
    fn the_margins_scale_with_the_life() {
        // An hour: the revocation bound comes first, and there is no stale time without an allowance for errors.
        assert_eq!(borders(&life(Some(HOUR))), [300, -1, 900]);
        // Ten minutes: refreshed at five by age; a caller waits in the last 30 s before the margin of 30 s.
        assert_eq!(borders(&life(Some(600_000))), [300, 540, 570]);
        assert_eq!(borders(&life(Some(300_000))), [240, 255, 270]);
        assert_eq!(borders(&life(Some(60_000))), [10, 20, 30]);
        assert_eq!(borders(&life(Some(20_000))), [5, 10, 15]);
        assert_eq!(borders(&life(None)), [300, -1, 900]);
    }

    #[test]
    fn what_ends_at_once_is_not_kept() {
        for remaining in [i64::MIN, -HOUR, 0, 5_000] {
            assert_eq!(rules().life(START, 0, Some(remaining), [0.5, 0.5]), None);
        }
        assert!(rules().life(START, 0, Some(5_001), [0.5, 0.5]).is_some());
    }

    #[test]
    fn no_draw_puts_a_border_out_of_order() {
        for seconds in (6..7_200).step_by(7) {
            for draw in [0.0, 0.3, 0.999] {
                let life = rules().life(START, 0, Some(seconds * 1_000), [draw, draw]).unwrap();
                let Life { refresh_from, wait_from, ends, .. } = life;
                let began = START.elapsed;
                assert!(began < refresh_from && refresh_from <= wait_from && wait_from <= ends, "{life:?}");
                assert!(ends < began + seconds * 1_000 && ends <= began + 900_000, "{life:?}");
                assert!(refresh_from <= began + 300_000, "{life:?}");
            }
        }
    }

    #[test]
    fn an_expiry_beyond_all_clocks_is_as_good_as_none() {
        let early = Dated { date: Some(START.wall - HOUR), is_aged: false, trip: 0 };
        let remaining = remaining(START, i64::MAX, early);
        assert_eq!(borders(&life(Some(remaining))), [300, -1, 900]);
    }

    #[test]
    fn an_allowance_for_errors_lasts_beyond_the_largest_age_and_never_beyond_the_expiry() {
        let options = CacheOptions::default().stale_if_error(Duration::from_mins(10));
        let life = |remaining| Rules::new(&options).life(START, 0, remaining, [1.0, 0.5]).unwrap();
        assert_eq!(borders(&life(Some(HOUR))), [300, 900, 1_500]);
        assert_eq!(borders(&life(None)), [300, 900, 1_500]);
        assert_eq!(borders(&life(Some(1_000_000))), [300, 900, 970]);
    }

    #[test]
    fn either_clock_ends_a_token() {
        let life = life(Some(600_000));
        let stepped = |wall: i64, elapsed: i64| {
            life.state(Moment { elapsed: START.elapsed + elapsed, wall: START.wall + wall })
        };
        assert_eq!(
            stepped(HOUR, 1_000),
            State::Expired,
            "the date was set forward, or the machine slept unseen"
        );
        assert_eq!(stepped(-HOUR, 1_000), State::Fresh, "the date was set back");
        assert_eq!(stepped(-HOUR, 570_000), State::Expired, "the date was set back, and time passed");
    }

    #[test]
    fn what_is_done_for_a_caller_depends_on_state_and_standing() {
        let life = life(Some(600_000));
        let course =
            |second: i64, standing, min_validity| life.course(at(second * 1_000), standing, min_validity);
        let backing_off = Standing { not_before: START.elapsed + HOUR, ..CALM };
        let rejected = Standing { is_rejected: true, ..CALM };
        assert_eq!(course(0, CALM, 0), Course::Serve { is_stale: false });
        assert_eq!(course(300, CALM, 0), Course::ServeAndRefresh);
        assert_eq!(course(540, CALM, 0), Course::AskFirst);
        assert_eq!(course(570, CALM, 0), Course::Ask);
        assert_eq!(course(300, backing_off, 0), Course::Serve { is_stale: false });
        assert_eq!(course(540, backing_off, 0), Course::Serve { is_stale: true });
        assert_eq!(course(570, backing_off, 0), Course::Ask, "never past its end");
        assert_eq!(course(0, CALM, 570_000), Course::Serve { is_stale: false });
        assert_eq!(course(0, CALM, 570_001), Course::AskFirst);
        assert_eq!(course(0, backing_off, 570_001), Course::Serve { is_stale: false });
        for second in [0, 300, 540, 570] {
            assert_eq!(course(second, rejected, 0), Course::Ask);
        }
    }

    #[test]
    fn failures_are_spread_and_leave_several_tries() {
        let life = life(Some(600_000));
        let pauses =
            |draw| [1, 2, 6, 30].map(|failures| life.after_failure(START, failures, draw) - START.elapsed);
        assert_eq!(pauses(0.0), [250; 4]);
        assert_eq!(pauses(1.0), [2_000, 4_000, 60_000, 60_000]);
        assert_eq!(
            life.after_failure(at(540_000), 30, 1.0),
            at(547_500).elapsed,
            "a quarter of what is left"
        );
    }

    #[test]
    fn a_service_that_goes_on_giving_the_same_token_is_not_asked_in_a_loop() {
        let mut now = START;
        let mut asked = 0;
        let end = START.elapsed + HOUR;
        let mut life = life(Some(HOUR));
        let mut standing = CALM;
        // One caller every second, for as long as the token lives.
        while now.elapsed < end - SHORTEST_LIFE {
            now = Moment { elapsed: now.elapsed + 1_000, wall: now.wall + 1_000 };
            if !matches!(life.course(now, standing, 0), Course::Serve { .. }) {
                asked += 1;
                let Some(next) = rules().life(now, 0, Some(end - now.elapsed), [1.0, 0.5]) else { break };
                life = next;
                standing.not_before = rules().after_same_token(now, &life);
            }
        }
        assert!((12..30).contains(&asked), "{asked}");
    }

    #[test]
    fn a_gate_closes_for_as_long_as_it_was_asked_to_and_not_for_ever() {
        let seconds = |wait: Option<u64>, draw| {
            (gate(START, wait.map(Duration::from_secs), draw) - START.elapsed) / 1_000
        };
        assert_eq!((seconds(Some(60), 0.0), seconds(Some(60), 1.0)), (60, 66));
        assert_eq!((seconds(None, 0.0), seconds(Some(86_400), 0.0), seconds(Some(0), 0.9)), (5, 120, 0));
    }

    #[test]
    fn the_services_date_is_believed_where_it_tells_something() {
        let expiry = START.wall + HOUR;
        let with = |date: i64, trip: i64| Dated { date: Some(START.wall + date), is_aged: false, trip };
        let cases = [
            (Dated { date: None, is_aged: false, trip: 0 }, HOUR, "there is no date"),
            (with(0, 100), HOUR, "the clocks agree"),
            (with(1_999, 0), HOUR, "a date has whole seconds only"),
            (with(HOUR / 2, 0), HOUR / 2, "ours is half an hour late"),
            (with(-HOUR / 2, 0), HOUR + HOUR / 2, "ours is half an hour early"),
            (with(HOUR / 2, 1_000), HOUR / 2 - 1_000, "the trip counts against the token"),
            (with(-HOUR, HOUR), HOUR, "the machine slept while it was on its way"),
            (with(-2 * HOUR, HOUR), 2 * HOUR, "and ours is an hour early"),
            (with(25 * HOUR, 0), HOUR, "it cannot be true"),
            (Dated { is_aged: true, ..with(HOUR / 2, 0) }, HOUR, "somebody had kept the answer"),
        ];
        for (dated, expected, why) in cases {
            assert_eq!(remaining(START, expiry, dated), expected, "{why}");
        }
        assert_eq!(remaining(START, i64::MIN, with(0, 0)), i64::MIN);
    }

    #[test]
    fn only_a_token_that_is_not_there_is_remembered_and_only_for_a_while() {
        let until = |draw| rules().absence(START, draw).map(|until| until - START.elapsed);
        assert_eq!((until(0.0), until(0.5), until(0.999)), (Some(5_000), Some(10_000), Some(14_990)));
        let nothing = Rules::new(&CacheOptions::default().negative(Duration::ZERO));
        assert_eq!(nothing.absence(START, 0.5), None);
    }
}
