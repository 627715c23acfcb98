//! One caller's fetch: what the cache gives, what a request brings, or what the service says.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::answer::{Answer, Source};
use crate::cache::Cache;
use crate::cache::clock::Moment;
use crate::cache::entry::Entry;
use crate::cache::flight::{Arrivals, Flight, Outcome, Request, arrival};
use crate::cache::key::Question;
use crate::cache::ledger::{Boarding, Subject, Ticket};
use crate::cache::policy::{Course, PATIENCE, State};
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
            Course::Serve { is_stale } => Some(self.cache.hit(&entry, is_stale)),
            Course::ServeAndRefresh if self.cache.rules.background => {
                self.refresh_behind(question, &entry, now);
                Some(self.cache.hit(&entry, false))
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
            let usable = match found.as_ref().map(|entry| (entry, self.course(entry, now))) {
                Some((entry, Course::Serve { is_stale })) => return Ok(cache.hit(entry, is_stale)),
                // The first of those who see it waits for a while, the others do not.
                Some((entry, Course::ServeAndRefresh)) if !self.claim(entry, now) => {
                    return Ok(cache.hit(entry, false));
                }
                Some((entry, Course::ServeAndRefresh | Course::AskFirst)) => Some(entry),
                Some((_, Course::Ask)) | None => None,
            };
            let (sender, receiver) = watch::channel(None);
            let waiting = receiver.clone();
            let boarding = cache.ledger.board(&subject, is_forced, now.elapsed, found.as_ref(), || receiver);
            let (arrivals, source) = match boarding {
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
                Boarding::Joined(arrivals) => (arrivals, Source::Joined),
                Boarding::Started(ticket) => {
                    tokio::spawn(self.flight(question, ticket, sender, false).run());
                    (waiting, Source::Network)
                }
                Boarding::Full => {
                    cache.counters.misses.add();
                    let arguments = self.arguments_of(question);
                    return self.client.perform(question.operation(), arguments, self.timeout).await;
                }
            };
            return self.await_arrival(arrivals, source, usable, deadline).await;
        }
    }

    async fn await_arrival(
        &self,
        arrivals: Arrivals,
        source: Source,
        usable: Option<&Arc<Entry>>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let patience = usable.map_or(deadline, |_| deadline.min(Instant::now() + PATIENCE));
        let outcome = timeout_at(patience, arrival(arrivals)).await;
        // It may have ended, or been taken away, while this caller waited.
        let now = self.cache.clock.now();
        let usable = usable.filter(|entry| entry.life.state(now) != State::Expired && !entry.is_rejected());
        let is_better = matches!(&outcome, Ok(Some(Outcome { has_failed: false, .. })));
        if let Some(entry) = usable.filter(|_| !is_better) {
            return Ok(self.fall_back(entry, now));
        }
        let counters = &self.cache.counters;
        let asked = if source == Source::Joined { &counters.joined } else { &counters.misses };
        asked.add();
        match outcome {
            Ok(Some(Outcome { result, .. })) => result.map(|answer| answer.from(source)),
            Ok(None) => Err(Error::connection("the request was given up before there was an answer".into())),
            Err(_) => Err(deadline_exceeded(self.timeout, 0, None)),
        }
    }

    /// A token that should have been refreshed, and could not be.
    fn fall_back(&self, entry: &Entry, now: Moment) -> Answer {
        self.cache.hit(entry, entry.life.state(now) == State::Stale)
    }

    fn course(&self, entry: &Entry, now: Moment) -> Course {
        let min_validity = i64::try_from(self.min_validity.as_millis()).unwrap_or(i64::MAX / 4);
        entry.life.course(now, entry.standing(), min_validity)
    }

    /// Sees that somebody asks the service, unless somebody does already.
    fn refresh_behind(&self, question: &Question<'_>, entry: &Arc<Entry>, now: Moment) {
        let cache = self.cache;
        let Some(runtime) = cache.runtime.get().filter(|_| self.claim(entry, now)) else { return };
        if !cache.take_background_place() {
            entry.leave_alone_until(now.elapsed + WITHOUT_A_PLACE);
            return;
        }
        let (sender, receiver) = watch::channel(None);
        let subject: Subject = cache.subject(question);
        match cache.ledger.board(&subject, false, now.elapsed, Some(entry), || receiver) {
            Boarding::Started(ticket) => {
                runtime.spawn(self.flight(question, ticket, sender, true).run());
                return;
            }
            Boarding::Gated { until, .. } => entry.leave_alone_until(until),
            Boarding::Kept | Boarding::Absent(_) | Boarding::Joined(_) | Boarding::Full => {}
        }
        cache.give_background_place_back();
    }

    /// Whether it is this caller's to see that the token is refreshed, and nobody else's for as long as that may take.
    fn claim(&self, entry: &Entry, now: Moment) -> bool {
        let timeout = i64::try_from(self.flight_timeout().as_millis()).unwrap_or(i64::MAX / 4);
        entry.claim(now.elapsed, now.elapsed + timeout)
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

/// How soon a refresh is tried again that found no place, in milliseconds.
const WITHOUT_A_PLACE: i64 = 250;

fn whole_seconds(milliseconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(milliseconds.max(0)).unwrap_or_default().div_ceil(1_000))
}
