//! One caller's fetch: from the cache, from an in-flight request, or from the service.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::cache::clock::Moment;
use crate::cache::entry::Entry;
use crate::cache::flight::{Flight, FlightRequest};
use crate::cache::flight_outcome::{FlightOutcome, FlightReceiver, FlightSender, receive};
use crate::cache::freshness::{CacheDecision, FailureClass, Freshness, PATIENCE};
use crate::cache::in_flight::FlightPermit;
use crate::cache::key::Key;
use crate::cache::lookup::CacheLookup;
use crate::cache::served::Served;
use crate::cache::state::JoinOutcome;
use crate::cache::token_cache::Cache;
use crate::error::{Error, TransportReason};
use crate::http::deadline_exceeded;
use crate::request::{Arguments, Idempotency};

/// A fetch through the cache.
#[derive(Clone, Copy)]
pub(crate) struct CachedFetch<'call> {
    pub(crate) cache: &'call Arc<Cache>,
    /// The caller's arguments. `None` for a lookup, which has only its [`CacheLookup`].
    pub(crate) arguments: Option<&'call Arguments>,
    pub(crate) timeout: Duration,
    pub(crate) min_validity: Duration,
}

impl CachedFetch<'_> {
    /// Serves what the cache can serve without a wait.
    pub(crate) fn serve_now(&self, lookup: &CacheLookup<'_>) -> Option<Served> {
        if lookup.is_forced {
            return None;
        }
        let entry = self.cache.state().get(lookup)?;
        let now = self.cache.now();
        match self.decide(&entry, now) {
            CacheDecision::Serve { is_stale } => Some(self.cache.serve(entry, is_stale)),
            CacheDecision::ServeAndRefresh if self.cache.policy().background => {
                self.refresh_in_background(lookup, &entry, now);
                Some(self.cache.serve(entry, false))
            }
            _ => None,
        }
    }

    /// Serves from the cache, or else waits for the service.
    pub(crate) async fn run(&self, lookup: &CacheLookup<'_>) -> Result<Served, Error> {
        let deadline = Instant::now() + self.timeout;
        if let Some(served) = self.serve_now(lookup) {
            return Ok(served);
        }
        let cache = self.cache;
        cache.remember_runtime();
        let is_forced = lookup.is_forced;
        let tagged_key = cache.tagged_key(lookup);
        loop {
            let now = cache.now();
            let found = if is_forced { None } else { cache.state().get(lookup) };
            let mut claim = None;
            let usable = match found.as_ref().map(|entry| (entry, self.decide(entry, now))) {
                Some((entry, CacheDecision::Serve { is_stale })) => {
                    return Ok(cache.serve(Arc::clone(entry), is_stale));
                }
                Some((entry, CacheDecision::ServeAndRefresh)) => {
                    claim = self.claim(entry, now);
                    // One caller claims the refresh and waits briefly. The others do not wait.
                    if claim.is_none() {
                        return Ok(cache.serve(Arc::clone(entry), false));
                    }
                    Some(entry)
                }
                Some((entry, CacheDecision::FetchOrServe)) => Some(entry),
                Some((_, CacheDecision::Fetch)) | None => None,
            };
            let (sender, receiver) = watch::channel(None);
            let own = receiver.clone();
            let outcome =
                cache.state().join_or_start(&tagged_key, is_forced, now.elapsed, found.as_ref(), || receiver);
            if let Some(claim) = claim {
                claim.settle(&outcome, now);
            }
            let (receiver, is_joined) = match outcome {
                JoinOutcome::Published => continue,
                JoinOutcome::NotConnected(error) => {
                    cache.counters().negative_hits.add();
                    return Err(error);
                }
                JoinOutcome::BackingOff(back_off) => {
                    return match usable {
                        Some(entry) => Ok(self.fall_back(entry, now)),
                        None => Err(back_off.error_at(now.elapsed)),
                    };
                }
                JoinOutcome::Joined(receiver) => (receiver, true),
                JoinOutcome::Started(permit) => {
                    tokio::spawn(self.flight(lookup, permit, sender, false).run());
                    (own, false)
                }
                JoinOutcome::TooManyInFlight => {
                    return self.send_untracked(lookup, &tagged_key.key, usable).await;
                }
            };
            return self.wait(lookup, receiver, is_joined, usable, deadline).await;
        }
    }

    /// Sends a request for this caller alone, since too many are in flight. Its token is not cached, since a delete
    /// would not see it. A refusal still evicts the cached token, and a 429 still starts the back-off.
    async fn send_untracked(
        &self,
        lookup: &CacheLookup<'_>,
        key: &Key,
        usable: Option<&Arc<Entry>>,
    ) -> Result<Served, Error> {
        let cache = self.cache;
        cache.counters().misses.add();
        let mut sending = pin!(cache.send(lookup.operation(), self.arguments_of(lookup), self.timeout));
        let early = match usable {
            Some(_) => timeout(PATIENCE, &mut sending).await.ok(),
            None => None,
        };
        let result = if let Some(result) = early {
            result
        } else {
            let now = cache.now();
            // No other caller waits for the request, so this one may drop it and use the cached token.
            if let Some(entry) = usable.filter(|entry| entry.is_usable(now)) {
                return Ok(self.fall_back(entry, now));
            }
            sending.await
        };
        let now = cache.now();
        match result.as_ref().map_err(FailureClass::of) {
            // The old token may not be valid after a forced refresh.
            Ok(_) if lookup.is_forced => cache.state().evict(key),
            Ok(_) => {}
            Err(FailureClass::NotConnected | FailureClass::Unauthorized) => cache.state().evict(key),
            Err(class @ (FailureClass::Transient | FailureClass::RateLimited)) => {
                if let (FailureClass::RateLimited, Err(error)) = (class, &result) {
                    cache.back_off(now, error);
                }
                if let Some(entry) = usable.filter(|entry| entry.is_usable(now)) {
                    return Ok(self.fall_back(entry, now));
                }
            }
        }
        result.map(Served::Network)
    }

    /// Waits for a flight. A caller with a usable token waits only briefly, and then gets that token.
    async fn wait(
        &self,
        lookup: &CacheLookup<'_>,
        receiver: FlightReceiver,
        is_joined: bool,
        usable: Option<&Arc<Entry>>,
        deadline: Instant,
    ) -> Result<Served, Error> {
        let patience = usable.map_or(deadline, |_| deadline.min(Instant::now() + PATIENCE));
        let mut receiving = pin!(receive(receiver));
        let mut outcome = timeout_at(patience, &mut receiving).await;
        // The token may have expired, or been rejected, during the wait.
        let mut now = self.cache.now();
        if outcome.is_err() && !usable.is_some_and(|entry| entry.is_usable(now)) {
            outcome = timeout_at(deadline, receiving).await;
            now = self.cache.now();
        }
        let usable = usable.filter(|entry| entry.is_usable(now));
        let is_better = matches!(&outcome, Ok(Some(FlightOutcome { has_failed: false, .. })));
        if let Some(entry) = usable.filter(|_| !is_better) {
            return Ok(self.fall_back(entry, now));
        }
        let counters = self.cache.counters();
        let counter = if is_joined { &counters.joined } else { &counters.misses };
        counter.add();
        match outcome {
            Ok(Some(FlightOutcome { result, .. })) => result
                .map(|content| if is_joined { Served::Joined(content) } else { Served::Network(content) }),
            Ok(None) => Err(flight_ended()),
            Err(_) => {
                // A forced refresh uses up a refresh token.
                let idempotency =
                    if lookup.is_forced { Idempotency::NonIdempotent } else { Idempotency::Idempotent };
                Err(deadline_exceeded(self.timeout, idempotency, 0, None))
            }
        }
    }

    /// Serves a token whose refresh is due and has not succeeded.
    fn fall_back(&self, entry: &Arc<Entry>, now: Moment) -> Served {
        self.cache.serve(Arc::clone(entry), entry.window.freshness(now) == Freshness::Stale)
    }

    fn decide(&self, entry: &Entry, now: Moment) -> CacheDecision {
        let min_validity = i64::try_from(self.min_validity.as_millis()).unwrap_or(i64::MAX / 4);
        entry.window.decide(now, entry.state(), min_validity)
    }

    /// Starts a background refresh, unless another caller has.
    #[cold]
    fn refresh_in_background(&self, lookup: &CacheLookup<'_>, entry: &Arc<Entry>, now: Moment) {
        let cache = self.cache;
        let Some(runtime) = cache.runtime() else { return };
        let Some(claim) = self.claim(entry, now) else { return };
        if !cache.take_background_slot() {
            claim.release_at(now.elapsed + WITHOUT_A_SLOT);
            return;
        }
        let (sender, receiver) = watch::channel(None);
        let tagged_key = cache.tagged_key(lookup);
        let outcome = cache.state().join_or_start(&tagged_key, false, now.elapsed, Some(entry), || receiver);
        claim.settle(&outcome, now);
        if let JoinOutcome::Started(permit) = outcome {
            runtime.spawn(self.flight(lookup, permit, sender, true).run());
        } else {
            cache.release_background_slot();
        }
    }

    /// Claims the refresh for as long as a flight may take. `None` if another caller holds the claim.
    fn claim<'entry>(&self, entry: &'entry Entry, now: Moment) -> Option<RefreshClaim<'entry>> {
        let timeout = self.cache.flight_timeout(self.timeout);
        let until = now.elapsed + i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX / 4);
        entry.claim(now.elapsed, until).then_some(RefreshClaim { entry, until })
    }

    fn flight(
        &self,
        lookup: &CacheLookup<'_>,
        permit: FlightPermit,
        sender: FlightSender,
        is_in_background: bool,
    ) -> Flight {
        let request = FlightRequest {
            operation: lookup.operation(),
            arguments: self.arguments_of(lookup),
            timeout: self.cache.flight_timeout(self.timeout),
        };
        Flight { cache: Arc::clone(self.cache), request, permit, sender, is_in_background }
    }

    fn arguments_of(&self, lookup: &CacheLookup<'_>) -> Arguments {
        self.arguments.cloned().unwrap_or_else(|| lookup.arguments())
    }
}

/// The right to refresh a token.
struct RefreshClaim<'entry> {
    entry: &'entry Entry,
    until: i64,
}

impl RefreshClaim<'_> {
    /// Returns the claim if the caller has started no request. Another caller may claim it soon, or after the back-off.
    fn settle<Receiver>(self, outcome: &JoinOutcome<Receiver>, now: Moment) {
        match outcome {
            JoinOutcome::Started(_) => {}
            JoinOutcome::BackingOff(back_off) => self.release_at(back_off.until),
            JoinOutcome::Published
            | JoinOutcome::NotConnected(_)
            | JoinOutcome::Joined(_)
            | JoinOutcome::TooManyInFlight => self.release_at(now.elapsed + WITHOUT_A_SLOT),
        }
    }

    fn release_at(self, moment: i64) {
        self.entry.return_claim(self.until, moment);
    }
}

fn flight_ended() -> Error {
    let cause = "the request ended before a response arrived".to_owned();
    let error = Error::connection(format!("{cause}; try again"));
    error.with_transport(TransportReason::Other, cause)
}

/// The pause after a refresh that found no free slot, in milliseconds.
const WITHOUT_A_SLOT: i64 = 250;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::clock::CacheClock;
    use crate::cache::fake_upstream::{Behavior, FakeUpstream};
    use crate::cache::in_flight::MAX_FLIGHTS;
    use crate::cache::options::CacheOptions;
    use crate::error::ErrorKind;
    use crate::request::operation::FETCH_TOKEN;
    use crate::response::Source;

    const TIMEOUT: Duration = Duration::from_secs(20);
    const HOUR: Duration = Duration::from_hours(1);
    const TEN_MINUTES: Duration = Duration::from_mins(10);

    struct CacheFixture {
        upstream: Arc<FakeUpstream>,
        cache: Arc<Cache>,
        clock: CacheClock,
        permits: Vec<FlightPermit>,
    }

    impl CacheFixture {
        fn new() -> Self {
            Self::with_connections(tokio::sync::Semaphore::MAX_PERMITS)
        }

        fn with_connections(connections: usize) -> Self {
            let clock = CacheClock::adjustable();
            let upstream = FakeUpstream::new(&clock, connections);
            upstream.connect("user", HOUR);
            let options = CacheOptions::default().clock(clock.clone());
            let cache = Cache::new(&options, Arc::clone(&upstream) as _, TIMEOUT).unwrap();
            Self { upstream, cache: Arc::new(cache), clock, permits: Vec::new() }
        }

        /// Starts as many requests of other users as the cache can track.
        fn fill(&mut self) {
            for number in 0..MAX_FLIGHTS {
                let other = format!("other-{number}");
                self.start(&other);
            }
        }

        /// Starts a request that does not end.
        fn start(&mut self, user_id: &str) {
            let tagged_key = self.cache.tagged_key(&lookup(user_id));
            let seen = self.cache.state().get(&lookup(user_id));
            let outcome = self
                .cache
                .state()
                .join_or_start(&tagged_key, false, 0, seen.as_ref(), || watch::channel(None).1);
            let JoinOutcome::Started(permit) = outcome else { unreachable!("no other request is in flight") };
            self.permits.push(permit);
        }

        /// Ends the last request, which blocks a refresh that is due. Checks that the refresh starts soon afterwards.
        async fn refresh_after_the_last_request_ends(&mut self) {
            self.clock.advance(Duration::from_secs(301));
            assert_eq!(self.fetch(false).await, Ok(Source::Cache));
            let last = self.permits.pop().unwrap();
            self.cache.state().release(&last);
            self.clock.advance(Duration::from_millis(250));
            assert_eq!(self.fetch(false).await, Ok(Source::Cache));
            self.upstream.wait_for_requests(2).await;
        }

        async fn fetch(&self, is_forced: bool) -> Result<Source, ErrorKind> {
            self.fetch_of("user", is_forced).await
        }

        async fn fetch_of(&self, user_id: &str, is_forced: bool) -> Result<Source, ErrorKind> {
            let mut lookup = lookup(user_id);
            lookup.is_forced = is_forced;
            let fetch = CachedFetch {
                cache: &self.cache,
                arguments: None,
                timeout: TIMEOUT,
                min_validity: Duration::ZERO,
            };
            fetch.run(&lookup).await.map(|served| served.source()).map_err(|error| error.kind())
        }
    }

    fn lookup(user_id: &str) -> CacheLookup<'_> {
        let mut lookup = CacheLookup::new(&FETCH_TOKEN);
        (lookup.app_id, lookup.user_id) = ("app", user_id);
        lookup
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_fetch_is_sent_and_not_cached() {
        let mut fixture = CacheFixture::new();
        fixture.fill();
        assert_eq!(fixture.fetch(false).await, Ok(Source::Network));
        assert_eq!(fixture.cache.stats().entries, 0);
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_refusal_still_evicts_the_token() {
        for status in [401, 403, 404] {
            let mut fixture = CacheFixture::new();
            fixture.fetch(false).await.unwrap();
            fixture.fill();
            fixture.upstream.behave(Behavior::Fail(status));
            assert!(fixture.fetch(true).await.is_err());
            assert_eq!(fixture.cache.stats().entries, 0, "{status}");
        }
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_forced_refresh_evicts_the_old_token() {
        let mut fixture = CacheFixture::new();
        fixture.fetch(false).await.unwrap();
        fixture.fill();
        assert_eq!(fixture.fetch(true).await, Ok(Source::Network));
        assert_eq!(fixture.cache.stats().entries, 0);
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_429_starts_the_back_off() {
        let mut fixture = CacheFixture::new();
        fixture.fill();
        fixture.upstream.behave(Behavior::Fail(429));
        assert_eq!(fixture.fetch(false).await, Err(ErrorKind::RateLimited));
        fixture.upstream.behave(Behavior::Normal);
        assert_eq!(fixture.fetch(false).await, Err(ErrorKind::RateLimited), "the back-off lasts");
        assert_eq!(fixture.upstream.requests(), 1);
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_failure_serves_the_usable_token() {
        for status in [429, 500] {
            let mut fixture = CacheFixture::new();
            fixture.upstream.connect("user", TEN_MINUTES);
            fixture.fetch(false).await.unwrap();
            fixture.fill();
            // In the token's last half minute, a caller waits for a better one.
            fixture.clock.advance(Duration::from_secs(555));
            fixture.upstream.behave(Behavior::Fail(status));
            assert_eq!(fixture.fetch(false).await, Ok(Source::Stale), "{status}");
        }
    }

    #[tokio::test]
    async fn with_too_many_requests_in_flight_a_caller_with_a_usable_token_waits_only_briefly() {
        let mut fixture = CacheFixture::new();
        fixture.upstream.connect("user", TEN_MINUTES);
        fixture.fetch(false).await.unwrap();
        fixture.fill();
        fixture.clock.advance(Duration::from_secs(555));
        fixture.upstream.behave(Behavior::Hang);
        let began = Instant::now();
        assert_eq!(fixture.fetch(false).await, Ok(Source::Stale));
        assert!(began.elapsed() < TIMEOUT / 2);
    }

    #[tokio::test]
    async fn a_caller_whose_token_is_rejected_during_the_wait_waits_for_the_response() {
        for are_too_many in [false, true] {
            let mut fixture = CacheFixture::new();
            fixture.upstream.connect("user", TEN_MINUTES);
            fixture.fetch(false).await.unwrap();
            if are_too_many {
                fixture.fill();
            }
            fixture.clock.advance(Duration::from_secs(555));
            fixture.upstream.behave(Behavior::Hang);
            let rejecting = async {
                fixture.upstream.wait_for_requests(2).await;
                fixture.cache.reject("made-up-user");
                tokio::time::sleep(PATIENCE + Duration::from_millis(100)).await;
                fixture.upstream.behave(Behavior::Normal);
            };
            let (fetched, ()) = tokio::join!(fixture.fetch(false), rejecting);
            assert_eq!(fetched, Ok(Source::Network), "{are_too_many}");
        }
    }

    #[tokio::test]
    async fn a_caller_that_cannot_refresh_returns_its_claim() {
        let mut fixture = CacheFixture::new();
        fixture.fetch(false).await.unwrap();
        fixture.fill();
        fixture.refresh_after_the_last_request_ends().await;
    }

    #[tokio::test]
    async fn a_caller_that_finds_a_request_in_flight_returns_its_claim() {
        let mut fixture = CacheFixture::new();
        fixture.fetch(false).await.unwrap();
        fixture.start("user");
        fixture.refresh_after_the_last_request_ends().await;
    }

    #[tokio::test]
    async fn during_a_back_off_callers_still_join_a_request_in_flight() {
        let mut fixture = CacheFixture::new();
        fixture.upstream.behave(Behavior::Fail(429));
        fixture.start("user");
        assert_eq!(fixture.fetch_of("another", false).await, Err(ErrorKind::RateLimited));
        let tagged_key = fixture.cache.tagged_key(&lookup("user"));
        let join_or_start = |is_forced| {
            let now = fixture.cache.now().elapsed;
            fixture.cache.state().join_or_start(&tagged_key, is_forced, now, None, || watch::channel(None).1)
        };
        assert!(matches!(join_or_start(false), JoinOutcome::Joined(_)));
        let forced = join_or_start(true);
        assert!(matches!(forced, JoinOutcome::BackingOff(_)), "it would be a separate request");
    }

    #[tokio::test]
    async fn a_publish_removes_tokens_that_have_ended() {
        let fixture = CacheFixture::new();
        for user in ["idle", "rejected"] {
            fixture.upstream.connect(user, HOUR);
            fixture.fetch_of(user, false).await.unwrap();
        }
        fixture.cache.reject("made-up-rejected");
        fixture.clock.advance(Duration::from_secs(860));
        fixture.fetch(false).await.unwrap();
        assert_eq!(fixture.cache.stats().entries, 3, "they may still be needed");
        fixture.clock.advance(Duration::from_secs(40));
        fixture.fetch_of("stranger", false).await.unwrap_err();
        assert_eq!(fixture.cache.stats().entries, 1);
        assert_eq!(fixture.fetch(false).await, Ok(Source::Cache));
    }

    #[tokio::test]
    async fn a_call_that_waited_for_a_connection_respects_a_back_off_that_began_meanwhile() {
        let fixture = CacheFixture::with_connections(1);
        fixture.upstream.behave(Behavior::Fail(429));
        let users = ["ada", "grace", "edsger", "barbara"];
        let fetch = |user| fixture.fetch_of(user, false);
        let (a, b, c, d) = tokio::join!(fetch(users[0]), fetch(users[1]), fetch(users[2]), fetch(users[3]));
        assert_eq!([a, b, c, d], [Err(ErrorKind::RateLimited); 4]);
        assert_eq!(fixture.upstream.requests(), 1, "the first 429 holds the others back");
        // The calls that were not sent do not extend the pause: it is 5 s, plus a tenth as jitter.
        fixture.upstream.behave(Behavior::Normal);
        fixture.clock.advance(Duration::from_millis(5_501));
        assert_eq!(fixture.fetch(false).await, Ok(Source::Network));
    }

    #[tokio::test]
    async fn a_publish_removes_only_a_few_tokens_that_have_ended() {
        let fixture = CacheFixture::new();
        for number in 0..20 {
            let user = format!("user-{number}");
            fixture.upstream.connect(&user, HOUR);
            fixture.fetch_of(&user, false).await.unwrap();
        }
        fixture.clock.advance(Duration::from_secs(901));
        let mut left = Vec::new();
        for _ in 0..4 {
            // This user has not connected, so nothing is added.
            fixture.fetch_of("stranger", false).await.unwrap_err();
            fixture.clock.advance(Duration::from_secs(20));
            left.push(fixture.cache.stats().entries);
        }
        assert_eq!(left, [12, 4, 0, 0]);
        assert_eq!(fixture.cache.stats().bytes, 0);
    }
}
