//! One request to the service for all callers that wait for it. It runs in its own task: a caller that stops waiting
//! does not end it.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use tokio::time::Instant;

use crate::cache::clock::Moment;
use crate::cache::entry::Entry;
use crate::cache::flight_outcome::{FlightOutcome, FlightSender};
use crate::cache::freshness::{
    self, FORCED_REFRESH_INTERVAL, FailureClass, Freshness, FreshnessWindow, ResponseDate,
};
use crate::cache::in_flight::FlightPermit;
use crate::cache::invalidation::InvalidationTag;
use crate::cache::state::PublishOutcome;
use crate::cache::token_cache::Cache;
use crate::error::Error;
use crate::model::Token;
use crate::request::{Argument, Arguments, Operation};
use crate::response::Content;

/// A request that the cache tracks.
pub(crate) struct Flight {
    pub(crate) cache: Arc<Cache>,
    pub(crate) request: FlightRequest,
    pub(crate) permit: FlightPermit,
    pub(crate) sender: FlightSender,
    /// Whether no caller waits for it. Then it holds one of the background slots.
    pub(crate) is_in_background: bool,
}

/// The request of a flight.
pub(crate) struct FlightRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: Arguments,
    pub(crate) timeout: Duration,
}

impl Flight {
    /// Sends the request, publishes its result, and passes it to the callers.
    pub(crate) async fn run(self) {
        let FlightRequest { operation, arguments, timeout } = &self.request;
        // Covers both requests, if there are two.
        let deadline = Instant::now() + *timeout;
        let mut arguments = arguments.clone();
        let outcome = loop {
            let sent = self.cache.now();
            let remaining = deadline.duration_since(Instant::now());
            let result = self.cache.send(operation, arguments, remaining).await;
            let now = self.cache.now();
            // The clock may have gone back a little.
            let trip = (now.elapsed - sent.elapsed).max(0);
            let (outcome, was_rejected) = self.publish(result, now, trip);
            if !was_rejected {
                break outcome;
            }
            // The service has returned a token that the third party has refused.
            let forced = Argument::Object(vec![("forceRefresh".to_owned(), true.into())]);
            arguments = self.request.arguments.clone().with_options(forced);
        };
        // No caller may be waiting any more.
        let _ = self.sender.send(Some(outcome));
    }

    /// Publishes the result. Returns true if the response holds a rejected token, so that a refresh must be forced.
    fn publish(&self, result: Result<Arc<Content>, Error>, now: Moment, trip: i64) -> (FlightOutcome, bool) {
        let cache = &self.cache;
        let mut has_failed = false;
        let mut was_rejected = false;
        match &result {
            Ok(content) => {
                let fetched = FetchedToken::read(cache, content, now, trip);
                let is_published = cache.state().publish(&self.permit, now.elapsed, |current| {
                    let outcome = self.decide(fetched, current, now);
                    has_failed = matches!(outcome, PublishOutcome::Keep);
                    was_rejected = matches!(outcome, PublishOutcome::Continue);
                    outcome
                });
                // A flight that a delete or a forced fetch has replaced must not force a refresh.
                was_rejected &= is_published;
                if is_published && self.is_in_background && !has_failed && !was_rejected {
                    cache.counters().refreshed_ahead.add();
                }
            }
            Err(error) => {
                let class = FailureClass::of(error);
                has_failed = matches!(class, FailureClass::Transient | FailureClass::RateLimited);
                if class == FailureClass::RateLimited {
                    cache.back_off(now, error);
                }
                let _ = cache.state().publish(&self.permit, now.elapsed, |current| match class {
                    FailureClass::NotConnected => match cache.policy().negative_until(now, fastrand::f64()) {
                        Some(until) => PublishOutcome::NotConnected { error: error.clone(), until },
                        None => PublishOutcome::Evict,
                    },
                    FailureClass::Unauthorized => PublishOutcome::Evict,
                    FailureClass::Transient | FailureClass::RateLimited => {
                        if let Some(current) = current {
                            pause_refresh(current, now);
                        }
                        PublishOutcome::Keep
                    }
                });
            }
        }
        (FlightOutcome { result, has_failed }, was_rejected)
    }

    fn decide(
        &self,
        fetched: Option<FetchedToken>,
        replaced: Option<&Arc<Entry>>,
        now: Moment,
    ) -> PublishOutcome {
        let cache = &self.cache;
        let current = replaced.filter(|current| current.window.freshness(now) != Freshness::Expired);
        let Some(FetchedToken { content, token, window }) = fetched else {
            // The token has expired, or is missing. After a forced refresh the old token is not trusted either.
            if let Some(current) = current.filter(|_| !self.permit.is_forced) {
                pause_refresh(current, now);
                return PublishOutcome::Keep;
            }
            return PublishOutcome::Evict;
        };
        let same =
            current.filter(|current| current.token.access_token.expose() == token.access_token.expose());
        if let Some(rejected) = same.filter(|current| current.is_rejected()) {
            let may_force =
                !self.permit.is_forced && rejected.may_force(now.elapsed, FORCED_REFRESH_INTERVAL);
            return if may_force { PublishOutcome::Continue } else { PublishOutcome::Keep };
        }
        let mut tags = self.permit.tagged_key.tags.to_vec();
        // A token without an id has the tag of an empty id: any delete by id may mean it.
        tags.push(cache.state().hash(InvalidationTag::TokenId(&token.id)));
        tags.push(cache.state().hash(InvalidationTag::AccessToken(token.access_token.expose())));
        let has_refresh_failed = !token.last_refresh_error.is_empty();
        let entry = Entry::new(content, token, window, tags.into());
        if let Some(replaced) = replaced {
            entry.inherit_forced(replaced);
        }
        if same.is_some() {
            entry.block_refresh_until(cache.policy().after_same_token(now, &window));
        }
        if has_refresh_failed {
            entry.block_refresh_until(now.elapsed + freshness::AFTER_A_FAILED_REFRESH);
        }
        PublishOutcome::Store(Arc::new(entry))
    }
}

/// Delays the next refresh of this entry after one more failure.
fn pause_refresh(entry: &Entry, now: Moment) {
    let failures = entry.count_failure();
    entry.block_refresh_until(entry.window.after_failure(now, failures, fastrand::f64()));
}

/// A token that lives long enough to be cached.
struct FetchedToken {
    content: Arc<Content>,
    token: Token,
    window: FreshnessWindow,
}

impl FetchedToken {
    fn read(cache: &Cache, content: &Arc<Content>, now: Moment, trip: i64) -> Option<Self> {
        let token = Token::read(content).ok()?;
        let date = content.headers().get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let date = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        let date = date.and_then(|date| i64::try_from(date.as_millis()).ok());
        let date = ResponseDate { date, is_aged: content.headers().get("age").is_some(), trip };
        let remaining = token.expiry().map(|expiry| freshness::remaining(now, expiry, date));
        let window = cache.policy().window(now, trip, remaining, [fastrand::f64(), fastrand::f64()])?;
        Some(Self { content: Arc::clone(content), token, window })
    }
}

/// Ends the flight after a panic, and at the end of the runtime, too. No caller waits for it afterwards.
impl Drop for Flight {
    fn drop(&mut self) {
        self.cache.state().release(&self.permit);
        if self.is_in_background {
            self.cache.release_background_slot();
        }
    }
}
