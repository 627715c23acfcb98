//! A request to the service for all who wait for it: a task of its own, which nobody's leaving ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::argument::Argument;
use crate::cache::Cache;
use crate::cache::clock::Moment;
use crate::cache::entry::Entry;
use crate::cache::key::Scope;
use crate::cache::ledger::{Landing, Ticket};
use crate::cache::policy::{self, BETWEEN_FORCED, Dated, Failing, State};
use crate::client::Client;
use crate::error::Error;
use crate::operation::{Arguments, Operation};
use crate::token::Token;

/// How those who wait hear of it.
pub(crate) type Arrivals = watch::Receiver<Option<Outcome>>;

/// What came of a request.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) result: Result<Answer, Error>,
    /// Whether who holds a token that is still good does better to use that.
    pub(crate) has_failed: bool,
}

/// Waits for the outcome; none where the request ended without one.
pub(crate) async fn arrival(mut arrivals: Arrivals) -> Option<Outcome> {
    arrivals.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
}

/// A request that has been entered on the ledger.
pub(crate) struct Flight {
    pub(crate) request: Request,
    pub(crate) ticket: Ticket,
    pub(crate) arrivals: watch::Sender<Option<Outcome>>,
    /// Whether nobody waits for it, and it has one of the places for such.
    pub(crate) is_in_background: bool,
}

/// What is asked, as often as it has to be.
pub(crate) struct Request {
    pub(crate) client: Client,
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: Arguments,
    pub(crate) timeout: Duration,
}

impl Flight {
    pub(crate) async fn run(self) {
        let Some(cache) = self.request.client.cache() else { return };
        let mut arguments = self.request.arguments.clone();
        // For both requests together, where there are two.
        let deadline = Instant::now() + self.request.timeout;
        let outcome = loop {
            let sent = cache.clock.now();
            let result = self.request.send(arguments, deadline.duration_since(Instant::now())).await;
            let now = cache.clock.now();
            // The clock may have gone back a little.
            let trip = (now.elapsed - sent.elapsed).max(0);
            let (outcome, is_refused_again) = self.land(cache, result, now, trip);
            if !is_refused_again {
                break outcome;
            }
            // The third party has refused the very token that the service still holds to be good.
            let forced = Argument::Object(vec![("forceRefresh".to_owned(), true.into())]);
            arguments = self.request.arguments.clone().with_options(forced);
        };
        // Nobody may be waiting any more.
        let _ = self.arrivals.send(Some(outcome));
    }

    /// Enters what came back on the ledger, and says whether a refresh is to be forced instead.
    fn land(&self, cache: &Cache, result: Result<Answer, Error>, now: Moment, trip: i64) -> (Outcome, bool) {
        let mut has_failed = false;
        let mut is_refused_again = false;
        match &result {
            Ok(answer) => {
                let arrived = Arrived::read(cache, answer, now, trip);
                let is_kept = cache.ledger.land(&self.ticket, now.elapsed, |current| {
                    let verdict = self.judge(cache, arrived, current, now);
                    has_failed = matches!(verdict, Landing::Leave);
                    is_refused_again = matches!(verdict, Landing::StayAboard);
                    verdict
                });
                // Whose place a delete or a forced fetch has taken is not the one to force anything.
                is_refused_again &= is_kept;
                if is_kept && self.is_in_background && !has_failed && !is_refused_again {
                    cache.counters.refreshed_ahead.add();
                }
            }
            Err(error) => {
                let failing = Failing::of(error);
                has_failed = matches!(failing, Failing::Passing | Failing::Limited);
                if failing == Failing::Limited {
                    cache.close_gate(now, error);
                }
                cache.ledger.land(&self.ticket, now.elapsed, |current| match failing {
                    Failing::Absent => match cache.rules.absence(now, fastrand::f64()) {
                        Some(until) => Landing::Absent { error: error.clone(), until },
                        None => Landing::Evict,
                    },
                    Failing::Refused => Landing::Evict,
                    Failing::Passing | Failing::Limited => {
                        if let Some(current) = current {
                            let failures = current.failed();
                            let until = current.life.after_failure(now, failures, fastrand::f64());
                            current.leave_alone_until(until);
                        }
                        Landing::Leave
                    }
                });
            }
        }
        (Outcome { result, has_failed }, is_refused_again)
    }

    fn judge(
        &self,
        cache: &Cache,
        arrived: Option<Arrived>,
        current: Option<&Arc<Entry>>,
        now: Moment,
    ) -> Landing {
        let replaced = current;
        let current = current.filter(|current| current.life.state(now) != State::Expired);
        let Some(Arrived { answer, token, life }) = arrived else {
            // Expired already, or no token at all. A forced refresh that comes to that says no good of the old one.
            if let Some(current) = current.filter(|_| !self.ticket.is_forced) {
                let failures = current.failed();
                current.leave_alone_until(current.life.after_failure(now, failures, fastrand::f64()));
                return Landing::Leave;
            }
            return Landing::Evict;
        };
        let same =
            current.filter(|current| current.token.access_token.expose() == token.access_token.expose());
        if let Some(rejected) = same.filter(|current| current.is_rejected()) {
            let may_force = !self.ticket.is_forced && rejected.may_force(now.elapsed, BETWEEN_FORCED);
            return if may_force { Landing::StayAboard } else { Landing::Leave };
        }
        let mut places = self.ticket.subject.places.to_vec();
        // Without an id too: any delete by id may mean it.
        places.push(cache.ledger.place(Scope::TokenId(&token.id)));
        places.push(cache.ledger.place(Scope::AccessToken(token.access_token.expose())));
        let is_refresh_failing = !token.last_refresh_error.is_empty();
        let entry = Entry::new(answer, token, life, places.into());
        if let Some(replaced) = replaced {
            entry.follow(replaced);
        }
        if same.is_some() {
            entry.leave_alone_until(cache.rules.after_same_token(now, &life));
        }
        if is_refresh_failing {
            entry.leave_alone_until(now.elapsed + policy::AFTER_A_FAILED_REFRESH);
        }
        Landing::Keep(Arc::new(entry))
    }
}

impl Request {
    async fn send(&self, arguments: Arguments, timeout: Duration) -> Result<Answer, Error> {
        self.client.perform(self.operation, arguments, timeout).await
    }
}

/// A token that is worth keeping.
struct Arrived {
    answer: Answer,
    token: Token,
    life: policy::Life,
}

impl Arrived {
    fn read(cache: &Cache, answer: &Answer, now: Moment, trip: i64) -> Option<Self> {
        let token = Token::from_answer(answer).ok()?;
        let date = answer.headers().get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let date = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
        let date = date.and_then(|date| i64::try_from(date.as_millis()).ok());
        let dated = Dated { date, is_aged: answer.headers().get("age").is_some(), trip };
        let remaining = token.expiry().map(|expiry| policy::remaining(now, expiry, dated));
        let life = cache.rules.life(now, trip, remaining, [fastrand::f64(), fastrand::f64()])?;
        Some(Self { answer: answer.clone(), token, life })
    }
}

/// However it ends, by a panic or with its runtime too, nobody waits for it afterwards.
impl Drop for Flight {
    fn drop(&mut self) {
        let Some(cache) = self.request.client.cache() else { return };
        cache.ledger.abandon(&self.ticket);
        if self.is_in_background {
            cache.give_background_place_back();
        }
    }
}
