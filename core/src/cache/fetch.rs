//! One caller's fetch: what the cache gives, what a request brings, or what the service says.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::answer::Answer;
use crate::cache::Cache;
use crate::cache::clock::Moment;
use crate::cache::entry::Entry;
use crate::cache::flight::{Arrivals, Flight, Outcome, Request, arrival};
use crate::cache::key::{Key, Question};
use crate::cache::ledger::{Boarding, Subject, Ticket};
use crate::cache::policy::{Course, Failing, PATIENCE, State};
use crate::client::Client;
use crate::error::Error;
use crate::exchange::deadline_exceeded;
use crate::operation::Arguments;

/// A fetch that the cache has a say in.
#[derive(Clone, Copy)]
pub(crate) struct Fetch<'call> {
    pub(crate) client: &'call Client,
    pub(crate) cache: &'call Cache,
    /// As the caller gave them; a lookup has none beside its question.
    pub(crate) arguments: Option<&'call Arguments>,
    pub(crate) timeout: Duration,
    pub(crate) min_validity: Duration,
}

impl Fetch<'_> {
    /// What lies there, if it can be given out without anybody waiting.
    pub(crate) fn at_once(&self, question: &Question<'_>) -> Option<Answer> {
        if question.is_forced {
            return None;
        }
        let entry = self.cache.ledger.get(question)?;
        let now = self.cache.clock.now();
        match self.course(&entry, now) {
            Course::Serve { is_stale } => Some(self.cache.hit(entry, is_stale)),
            Course::ServeAndRefresh if self.cache.rules.background => {
                self.refresh_behind(question, &entry, now);
                Some(self.cache.hit(entry, false))
            }
            _ => None,
        }
    }

    /// The answer, wherever it has to come from.
    pub(crate) async fn run(&self, question: &Question<'_>) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.timeout;
        if let Some(answer) = self.at_once(question) {
            return Ok(answer);
        }
        let cache = self.cache;
        // Refreshes that begin at a lookup, outside of any runtime, go on where this one does.
        cache.runtime.get_or_init(Handle::current);
        let is_forced = question.is_forced;
        let subject = cache.subject(question);
        loop {
            let now = cache.clock.now();
            let found = if is_forced { None } else { cache.ledger.get(question) };
            let mut claim = None;
            let usable = match found.as_ref().map(|entry| (entry, self.course(entry, now))) {
                Some((entry, Course::Serve { is_stale })) => {
                    return Ok(cache.hit(Arc::clone(entry), is_stale));
                }
                Some((entry, Course::ServeAndRefresh)) => {
                    claim = self.claim(entry, now);
                    // The first of those who see it waits for a while, the others do not.
                    if claim.is_none() {
                        return Ok(cache.hit(Arc::clone(entry), false));
                    }
                    Some(entry)
                }
                Some((entry, Course::AskFirst)) => Some(entry),
                Some((_, Course::Ask)) | None => None,
            };
            let (sender, receiver) = watch::channel(None);
            let waiting = receiver.clone();
            let boarding = cache.ledger.board(&subject, is_forced, now.elapsed, found.as_ref(), || receiver);
            if let Some(claim) = claim {
                claim.settle(&boarding, now);
            }
            let (arrivals, is_joined) = match boarding {
                Boarding::Kept => continue,
                Boarding::Absent(error) => {
                    cache.counters.negative_hits.add();
                    return Err(error);
                }
                Boarding::Gated { until, error } => {
                    return match usable {
                        Some(entry) => Ok(self.fall_back(entry, now)),
                        None => Err(error.told_later(whole_seconds(until - now.elapsed))),
                    };
                }
                Boarding::Joined(arrivals) => (arrivals, true),
                Boarding::Started(ticket) => {
                    tokio::spawn(self.flight(question, ticket, sender, false).run());
                    (waiting, false)
                }
                Boarding::Full => return self.ask_alone(question, &subject.key, usable).await,
            };
            return self.await_arrival(arrivals, is_joined, usable, deadline).await;
        }
    }

    /// So many requests are under way that this one is its caller's alone. What it brings is not kept, since a delete
    /// would not hear of it; what the service says against what is kept, or against being asked, holds all the same.
    async fn ask_alone(
        &self,
        question: &Question<'_>,
        key: &Key,
        usable: Option<&Arc<Entry>>,
    ) -> Result<Answer, Error> {
        let cache = self.cache;
        cache.counters.misses.add();
        let arguments = self.arguments_of(question);
        let mut asking = self.client.perform(question.operation(), arguments, self.timeout);
        let answered = match usable {
            Some(_) => timeout(PATIENCE, &mut asking).await.ok(),
            None => None,
        };
        let result = if let Some(result) = answered {
            result
        } else {
            let now = cache.clock.now();
            // Nobody else waits for it, so it may be given up for what there is.
            if let Some(entry) = usable.filter(|entry| entry.is_usable(now)) {
                return Ok(self.fall_back(entry, now));
            }
            asking.await
        };
        let now = cache.clock.now();
        match result.as_ref().map_err(Failing::of) {
            // What a refresh has replaced may be good for nothing now.
            Ok(_) if question.is_forced => cache.ledger.evict(key),
            Ok(_) => {}
            Err(Failing::Absent | Failing::Refused) => cache.ledger.evict(key),
            Err(failing @ (Failing::Passing | Failing::Limited)) => {
                if let (Failing::Limited, Err(error)) = (failing, &result) {
                    cache.close_gate(now, error);
                }
                if let Some(entry) = usable.filter(|entry| entry.is_usable(now)) {
                    return Ok(self.fall_back(entry, now));
                }
            }
        }
        result
    }

    async fn await_arrival(
        &self,
        arrivals: Arrivals,
        is_joined: bool,
        usable: Option<&Arc<Entry>>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let patience = usable.map_or(deadline, |_| deadline.min(Instant::now() + PATIENCE));
        let mut arriving = pin!(arrival(arrivals));
        let mut outcome = timeout_at(patience, &mut arriving).await;
        // It may have ended, or been taken away, while this caller waited.
        let mut now = self.cache.clock.now();
        if outcome.is_err() && !usable.is_some_and(|entry| entry.is_usable(now)) {
            outcome = timeout_at(deadline, arriving).await;
            now = self.cache.clock.now();
        }
        let usable = usable.filter(|entry| entry.is_usable(now));
        let is_better = matches!(&outcome, Ok(Some(Outcome { has_failed: false, .. })));
        if let Some(entry) = usable.filter(|_| !is_better) {
            return Ok(self.fall_back(entry, now));
        }
        let counters = &self.cache.counters;
        let asked = if is_joined { &counters.joined } else { &counters.misses };
        asked.add();
        match outcome {
            Ok(Some(Outcome { result, .. })) => {
                result.map(|answer| if is_joined { answer.joined() } else { answer })
            }
            Ok(None) => Err(Error::connection("the request was given up before there was an answer".into())),
            Err(_) => Err(deadline_exceeded(self.timeout, 0, None)),
        }
    }

    /// A token that should have been refreshed, and could not be.
    fn fall_back(&self, entry: &Arc<Entry>, now: Moment) -> Answer {
        self.cache.hit(Arc::clone(entry), entry.life.state(now) == State::Stale)
    }

    fn course(&self, entry: &Entry, now: Moment) -> Course {
        let min_validity = i64::try_from(self.min_validity.as_millis()).unwrap_or(i64::MAX / 4);
        entry.life.course(now, entry.standing(), min_validity)
    }

    /// Sees that somebody asks the service, unless somebody does already.
    #[cold]
    fn refresh_behind(&self, question: &Question<'_>, entry: &Arc<Entry>, now: Moment) {
        let cache = self.cache;
        let Some(runtime) = cache.runtime.get() else { return };
        let Some(claim) = self.claim(entry, now) else { return };
        if !cache.take_background_place() {
            claim.give_back(now.elapsed + WITHOUT_A_PLACE);
            return;
        }
        let (sender, receiver) = watch::channel(None);
        let subject: Subject = cache.subject(question);
        let boarding = cache.ledger.board(&subject, false, now.elapsed, Some(entry), || receiver);
        claim.settle(&boarding, now);
        if let Boarding::Started(ticket) = boarding {
            runtime.spawn(self.flight(question, ticket, sender, true).run());
        } else {
            cache.give_background_place_back();
        }
    }

    /// That it is this caller's to see that the token is refreshed, and nobody else's for as long as that may take; none
    /// where it is another's.
    fn claim<'entry>(&self, entry: &'entry Entry, now: Moment) -> Option<Claim<'entry>> {
        let timeout = i64::try_from(self.flight_timeout().as_millis()).unwrap_or(i64::MAX / 4);
        let until = now.elapsed + timeout;
        entry.claim(now.elapsed, until).then_some(Claim { entry, until })
    }

    fn flight(
        &self,
        question: &Question<'_>,
        ticket: Ticket,
        arrivals: watch::Sender<Option<Outcome>>,
        is_in_background: bool,
    ) -> Flight {
        let request = Request {
            client: self.client.clone(),
            operation: question.operation(),
            arguments: self.arguments_of(question),
            timeout: self.flight_timeout(),
        };
        Flight { request, ticket, arrivals, is_in_background }
    }

    fn arguments_of(&self, question: &Question<'_>) -> Arguments {
        self.arguments.cloned().unwrap_or_else(|| question.arguments())
    }

    /// The client's own; a caller with more time makes it longer, one with less does not end it for the others.
    fn flight_timeout(&self) -> Duration {
        self.client.timeout().max(self.timeout)
    }
}

/// The right to see that a token is refreshed.
struct Claim<'entry> {
    entry: &'entry Entry,
    until: i64,
}

impl Claim<'_> {
    /// Who has not started a request leaves it to others: when the gate opens, or soon.
    fn settle<Arrivals>(self, boarding: &Boarding<Arrivals>, now: Moment) {
        match boarding {
            Boarding::Started(_) => {}
            Boarding::Gated { until, .. } => self.give_back(*until),
            Boarding::Kept | Boarding::Absent(_) | Boarding::Joined(_) | Boarding::Full => {
                self.give_back(now.elapsed + WITHOUT_A_PLACE);
            }
        }
    }

    fn give_back(self, moment: i64) {
        self.entry.give_back(self.until, moment);
    }
}

/// How soon a refresh is tried again that found no place, in milliseconds.
const WITHOUT_A_PLACE: i64 = 250;

fn whole_seconds(milliseconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(milliseconds.max(0)).unwrap_or_default().div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use descope_outbound_emulator::{Connection, Emulator, Fault, Options};

    use super::*;
    use crate::cache::ledger::MOST_FLIGHTS;
    use crate::{CacheClock, CacheOptions, Environment, ErrorKind, LicenseHandshake, Source, operation};

    struct World {
        emulator: Emulator,
        client: Client,
        clock: CacheClock,
        tickets: Vec<Ticket>,
    }

    impl World {
        async fn new() -> Self {
            let emulator = Emulator::start(Options::default()).await.unwrap();
            emulator.connect(Connection::user("app", "user")).unwrap();
            let clock = CacheClock::adjustable();
            let client = Client::builder()
                .environment(Environment::default())
                .project_id(emulator.project_id())
                .management_key(emulator.management_key())
                .base_url(emulator.base_url())
                .license_handshake(LicenseHandshake::Off)
                .retry_delays([])
                .cache(CacheOptions::default().clock(clock.clone()))
                .build();
            Self { emulator, client: client.unwrap(), clock, tickets: Vec::new() }
        }

        fn cache(&self) -> &Cache {
            self.client.cache().unwrap()
        }

        /// Requests of others, as many as are kept count of.
        fn fill(&mut self) {
            for number in 0..MOST_FLIGHTS {
                let other = format!("other-{number}");
                self.start(&other);
            }
        }

        /// A request that somebody has begun, and that does not end.
        fn start(&mut self, user_id: &str) {
            let subject = self.cache().subject(&question(user_id));
            let seen = self.cache().ledger.get(&question(user_id));
            let boarding =
                self.cache().ledger.board(&subject, false, 0, seen.as_ref(), || watch::channel(None).1);
            let Boarding::Started(ticket) = boarding else { unreachable!("nobody else has asked") };
            self.tickets.push(ticket);
        }

        /// Sees that a token which is due is refreshed soon after the request that was begun last, which is in its way,
        /// has ended without a word.
        async fn refresh_once_the_last_has_ended(&mut self) {
            self.clock.advance(Duration::from_secs(301));
            assert_eq!(self.fetch(false).await, Ok(Source::Cache));
            let last = self.tickets.pop().unwrap();
            self.cache().ledger.abandon(&last);
            self.clock.advance(Duration::from_millis(250));
            assert_eq!(self.fetch(false).await, Ok(Source::Cache));
            self.emulator.wait_for_requests(2).await;
        }

        async fn fetch(&self, is_forced: bool) -> Result<Source, ErrorKind> {
            let fetch = self.client.fetch_token("app", "user");
            let token = if is_forced { fetch.force_refresh().await } else { fetch.await };
            token.map(|token| token.source()).map_err(|error| error.kind())
        }

        fn fail(&self, status: u16) {
            self.emulator.clear_faults();
            self.emulator.add_fault(Fault::answer(status)).unwrap();
        }
    }

    fn question(user_id: &str) -> Question<'_> {
        let mut question = Question::new(&operation::FETCH_TOKEN);
        (question.app_id, question.user_id) = ("app", user_id);
        question
    }

    #[tokio::test]
    async fn beside_too_many_requests_a_fetch_is_made_all_the_same_and_not_kept() {
        let mut world = World::new().await;
        world.fill();
        assert_eq!(world.fetch(false).await, Ok(Source::Network));
        assert_eq!(world.cache().stats().entries, 0);
    }

    #[tokio::test]
    async fn beside_too_many_requests_what_the_service_says_against_a_token_holds_all_the_same() {
        for status in [401, 403, 404] {
            let mut world = World::new().await;
            world.fetch(false).await.unwrap();
            world.fill();
            if status == 404 {
                let refused = Fault::answer(404).body(r#"{"errorCode":"E111504"}"#);
                world.emulator.add_fault(refused).unwrap();
            } else {
                world.fail(status);
            }
            assert!(world.fetch(true).await.is_err());
            assert_eq!(world.cache().stats().entries, 0, "{status}");
        }
    }

    #[tokio::test]
    async fn beside_too_many_requests_a_forced_refresh_ends_what_it_has_replaced() {
        let mut world = World::new().await;
        world.fetch(false).await.unwrap();
        world.fill();
        assert_eq!(world.fetch(true).await, Ok(Source::Network));
        assert_eq!(world.cache().stats().entries, 0);
    }

    #[tokio::test]
    async fn beside_too_many_requests_a_429_closes_the_gate() {
        let mut world = World::new().await;
        world.fill();
        world.fail(429);
        assert_eq!(world.fetch(false).await, Err(ErrorKind::RateLimited));
        world.emulator.clear_faults();
        assert_eq!(world.fetch(false).await, Err(ErrorKind::RateLimited), "the gate is closed");
    }

    #[tokio::test]
    async fn beside_too_many_requests_a_failure_is_no_reason_to_refuse_a_good_token() {
        for status in [429, 500] {
            let mut world = World::new().await;
            let connection = Connection::user("app", "user").lifetime(Duration::from_mins(10));
            world.emulator.connect(connection).unwrap();
            world.fetch(false).await.unwrap();
            world.fill();
            // In the last half minute a caller waits for a better one.
            world.clock.advance(Duration::from_secs(555));
            world.fail(status);
            assert_eq!(world.fetch(false).await, Ok(Source::Stale), "{status}");
        }
    }

    #[tokio::test]
    async fn beside_too_many_requests_nobody_waits_long_who_has_a_good_token() {
        let mut world = World::new().await;
        let connection = Connection::user("app", "user").lifetime(Duration::from_mins(10));
        world.emulator.connect(connection).unwrap();
        world.fetch(false).await.unwrap();
        world.fill();
        world.clock.advance(Duration::from_secs(555));
        world.emulator.add_fault(Fault::hold()).unwrap();
        let began = Instant::now();
        assert_eq!(world.fetch(false).await, Ok(Source::Stale));
        assert!(began.elapsed() < world.client.timeout() / 2);
    }

    #[tokio::test]
    async fn who_waits_beside_a_token_that_is_taken_away_waits_on() {
        for are_too_many in [false, true] {
            let mut world = World::new().await;
            let connection = Connection::user("app", "user").lifetime(Duration::from_mins(10));
            world.emulator.connect(connection).unwrap();
            let token = world.client.fetch_token("app", "user").await.unwrap();
            if are_too_many {
                world.fill();
            }
            world.clock.advance(Duration::from_secs(555));
            world.emulator.add_fault(Fault::hold()).unwrap();
            let taking_away = async {
                world.emulator.wait_for_held(1).await;
                world.cache().reject(token.access_token.expose());
                tokio::time::sleep(PATIENCE + Duration::from_millis(100)).await;
                world.emulator.clear_faults();
            };
            let (fetched, ()) = tokio::join!(world.fetch(false), taking_away);
            assert_eq!(fetched, Ok(Source::Network), "{are_too_many}");
        }
    }

    #[tokio::test]
    async fn who_cannot_make_a_refresh_leaves_it_to_others() {
        let mut world = World::new().await;
        world.fetch(false).await.unwrap();
        world.fill();
        world.refresh_once_the_last_has_ended().await;
    }

    #[tokio::test]
    async fn who_finds_a_request_under_way_looks_again_soon() {
        let mut world = World::new().await;
        world.fetch(false).await.unwrap();
        world.start("user");
        world.refresh_once_the_last_has_ended().await;
    }

    #[tokio::test]
    async fn a_closed_gate_keeps_nobody_from_joining_a_request_that_is_under_way() {
        let mut world = World::new().await;
        world.fail(429);
        world.start("user");
        assert_eq!(
            world.client.fetch_token("app", "another").await.unwrap_err().kind(),
            ErrorKind::RateLimited
        );
        let subject = world.cache().subject(&question("user"));
        let board = |is_forced| {
            let now = world.cache().clock.now().elapsed;
            world.cache().ledger.board(&subject, is_forced, now, None, || watch::channel(None).1)
        };
        assert!(matches!(board(false), Boarding::Joined(_)));
        assert!(matches!(board(true), Boarding::Gated { .. }), "which would be a request of its own");
    }

    #[tokio::test]
    async fn tokens_whose_time_is_over_go_when_others_come() {
        let world = World::new().await;
        for user in ["idle", "rejected"] {
            world.emulator.connect(Connection::user("app", user)).unwrap();
            let token = world.client.fetch_token("app", user).await.unwrap();
            if user == "rejected" {
                world.cache().reject(token.access_token.expose());
            }
        }
        world.clock.advance(Duration::from_secs(860));
        world.fetch(false).await.unwrap();
        assert_eq!(world.cache().stats().entries, 3, "they may be needed yet");
        world.clock.advance(Duration::from_secs(40));
        world.client.fetch_token("app", "stranger").await.unwrap_err();
        assert_eq!(world.cache().stats().entries, 1);
        assert_eq!(world.fetch(false).await, Ok(Source::Cache));
    }

    #[tokio::test]
    async fn a_landing_takes_out_a_few_of_those_whose_time_is_over_and_never_looks_at_all() {
        let world = World::new().await;
        for number in 0..20 {
            let user = format!("user-{number}");
            world.emulator.connect(Connection::user("app", &user)).unwrap();
            world.client.fetch_token("app", user).await.unwrap();
        }
        world.clock.advance(Duration::from_secs(901));
        let mut left = Vec::new();
        for _ in 0..4 {
            // Nobody has connected it, so nothing is added.
            world.client.fetch_token("app", "stranger").await.unwrap_err();
            world.clock.advance(Duration::from_secs(20));
            left.push(world.cache().stats().entries);
        }
        assert_eq!(left, [12, 4, 0, 0]);
        assert_eq!(world.cache().stats().bytes, 0);
    }
}
