//! The token cache: what a client of whom it was asked for remembers.
//!
//! [`policy`] says when a token is given out, refreshed or left; [`ledger`] decides what is kept, and closes the delete
//! race; [`flight`] asks the service, once for all who wait; [`fetch`] puts them together for one caller. Below them
//! lie [`store`] (the map), [`key`], [`entry`] and [`clock`].
//!
//! A store that processes share would come between a [`ledger::Boarding::Started`] and the request: what it finds
//! lands as an answer does. It would have to bring its own epochs, since this ledger ends with the process.

mod change;
mod clock;
mod entry;
mod fetch;
mod flight;
#[cfg(test)]
mod interleavings;
mod key;
mod ledger;
mod options;
mod policy;
mod statistics;
mod store;

use std::hash::RandomState;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;

pub(crate) use change::Changing;
pub use clock::CacheClock;
pub(crate) use entry::Entry;
pub(crate) use fetch::Fetch;
pub use key::{Question, ScopeSet};
pub use options::CacheOptions;
pub use statistics::CacheStats;
pub(crate) use statistics::Counter;

use crate::answer::Answer;
use crate::error::{ArgumentName, Error};
use crate::operation::{Operation, Tokens};
use clock::Moment;
use flight::Arrivals;
use key::{Key, Scope};
use ledger::{Ledger, Subject};
use policy::Rules;
use statistics::Counters;
use store::Store;

/// What [`ledger`] is made of; a test of it exchanges them for those of a model checker.
mod sync {
    pub(super) use std::sync::{Mutex, MutexGuard};
}

/// More than any burst of tokens that grow old together needs.
const MOST_IN_BACKGROUND: usize = 16;

/// A client's cache of tokens; see [`Client::cache`](crate::Client::cache). None of its methods waits for anything.
#[derive(Debug)]
pub struct Cache {
    rules: Rules,
    clock: CacheClock,
    ledger: Ledger<Arrivals>,
    counters: Counters,
    in_background: AtomicUsize,
    /// Where refreshes go on that nobody waits for.
    runtime: OnceLock<Handle>,
}

impl Cache {
    pub(crate) fn new(options: &CacheOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            rules: Rules::new(options),
            clock: options.clock.clone(),
            ledger: Ledger::new(Store::new(options.max_entries, options.max_bytes)?),
            counters: Counters::default(),
            in_background: AtomicUsize::new(0),
            runtime: OnceLock::new(),
        })
    }

    /// What the cache has done so far, and what it holds.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let [entries, bytes, evictions, suppressed_publishes] = self.ledger.numbers();
        let Counters {
            misses, joined, refreshed_ahead, stale_served, negative_hits, upstream_requests, ..
        } = &self.counters;
        CacheStats {
            hits: self.counters.hits(),
            misses: misses.get(),
            joined: joined.get(),
            refreshed_ahead: refreshed_ahead.get(),
            stale_served: stale_served.get(),
            negative_hits: negative_hits.get(),
            suppressed_publishes,
            evictions,
            entries,
            bytes,
            upstream_requests: upstream_requests.get(),
        }
    }

    /// Forgets everything. What requests under way bring is not kept.
    pub fn clear(&self) {
        self.ledger.clear();
    }

    /// Forgets the tokens of a user, of an app, or of a user for an app, and that there were none: for when somebody has
    /// just connected, or when their tokens were changed by other means than this client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) with neither of the two: [`Cache::clear`]
    /// forgets everything.
    pub fn forget(&self, app_id: Option<&str>, user_id: Option<&str>) -> Result<(), Error> {
        const APP_ID: ArgumentName = ArgumentName { snake: "app_id", camel: "appId" };
        let given = |id: Option<&'_ str>| id.filter(|id| !id.is_empty()).map(str::to_owned);
        let (app_id, user_id) = (given(app_id), given(user_id));
        let Some(scope) = Scope::of(app_id.as_deref(), user_id.as_deref(), None) else {
            let problem = "must not be empty when nothing else is given: clear forgets everything";
            return Err(Error::invalid(APP_ID, problem));
        };
        self.ledger.apply(&self.ledger.change_at(&[scope]));
        Ok(())
    }

    /// Says that a third party has refused this access token (with a 401, not a 403): it is not given out again, and the
    /// next fetch asks the service, which may be made to refresh it. An old token that has been replaced meanwhile
    /// changes nothing. Tells whether the token was there.
    pub fn reject(&self, access_token: &str) -> bool {
        self.ledger.reject(access_token) > 0
    }

    /// How many requests for tokens are under way, those included that nobody waits for: for a test, or a process that
    /// wants to see them end before it is frozen.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.ledger.in_flight()
    }

    /// Where the requests of this operation are counted.
    pub(crate) fn counter_of(&self, operation: &Operation) -> Option<&Counter> {
        matches!(operation.tokens, Tokens::Fetched { .. }).then_some(&self.counters.upstream_requests)
    }

    fn subject(&self, question: &Question<'_>) -> Subject {
        let places = question.scopes().iter().map(|scope| self.ledger.place(*scope)).collect();
        Subject { key: question.key(), places }
    }

    fn hit(&self, entry: Arc<Entry>, is_stale: bool) -> Answer {
        if is_stale {
            self.counters.stale_served.add();
            return Answer::stale(entry);
        }
        self.counters.hit();
        Answer::cached(entry)
    }

    /// The service wants to be left alone.
    fn close_gate(&self, now: Moment, error: &Error) {
        let until = policy::gate(now, error.retry_after(), fastrand::f64());
        self.ledger.close_gate(until, error.clone());
    }

    /// Takes one of the places for refreshes that nobody waits for, if there is one.
    fn take_background_place(&self) -> bool {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        let take = |taken| (taken < MOST_IN_BACKGROUND).then_some(taken + 1);
        self.in_background.fetch_update(order, failure, take).is_ok()
    }

    fn give_background_place_back(&self) {
        self.in_background.fetch_sub(1, Ordering::Relaxed);
    }
}
