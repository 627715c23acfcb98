//! A client's cache of tokens.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::cache::clock::{CacheClock, Moment};
use crate::cache::entry::Entry;
use crate::cache::flight_outcome::FlightReceiver;
use crate::cache::freshness::{self, FreshnessPolicy};
use crate::cache::in_flight::TaggedKey;
use crate::cache::invalidation::InvalidationTag;
use crate::cache::lookup::CacheLookup;
use crate::cache::options::CacheOptions;
use crate::cache::served::Served;
use crate::cache::state::{CacheState, StateNumbers};
use crate::cache::stats::{CacheStats, Counters};
use crate::cache::store::Store;
use crate::error::{ArgumentName, Error};
use crate::http::{Upstream, UpstreamRequest};
use crate::request::{Arguments, Operation};
use crate::response::Content;

/// The most background refreshes at a time: enough for any burst of tokens that age together.
const MAX_BACKGROUND_REFRESHES: usize = 16;

/// A client's cache of tokens; see [`Client::cache`](crate::Client::cache). No method waits.
///
/// ```
/// use descope_outbound::{CacheOptions, Client};
///
/// # fn example() -> Result<(), descope_outbound::Error> {
/// # let client = Client::builder().project_id("P2made").management_key("made-up-key");
/// let client = client.cache(CacheOptions::default()).build()?;
/// if let Some(cache) = client.cache() {
///     // The user has just connected: the next fetch reaches the service.
///     cache.forget(Some("google-calendar"), Some("user-id"))?;
///     println!("{} hits", cache.stats().hits);
/// }
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
pub struct Cache {
    policy: FreshnessPolicy,
    clock: CacheClock,
    state: CacheState<FlightReceiver>,
    counters: Counters,
    background_refreshes: AtomicUsize,
    /// The runtime of background refreshes.
    runtime: OnceLock<Handle>,
    upstream: Arc<dyn Upstream>,
    /// The client's timeout, which every flight gets at least.
    timeout: Duration,
}

impl Cache {
    pub(crate) fn new(
        options: &CacheOptions,
        upstream: Arc<dyn Upstream>,
        timeout: Duration,
    ) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            policy: FreshnessPolicy::new(options),
            clock: options.clock.clone(),
            state: CacheState::new(Store::new(options.max_entries, options.max_bytes)?),
            counters: Counters::default(),
            background_refreshes: AtomicUsize::new(0),
            runtime: OnceLock::new(),
            upstream,
            timeout,
        })
    }

    /// Returns the statistics of the cache since the client was built.
    ///
    /// ```
    /// # let builder = descope_outbound::Client::builder().project_id("P2made").management_key("made-up-key");
    /// # let client = builder.cache(Default::default()).build()?;
    /// # let cache = client.cache().unwrap();
    /// assert_eq!(cache.stats().entries, 0);
    /// # Ok::<(), descope_outbound::Error>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let StateNumbers { entries, bytes, evictions, suppressed_publishes } = self.state.numbers();
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

    /// Drops everything. The results of in-flight requests are discarded too.
    ///
    /// ```
    /// # let builder = descope_outbound::Client::builder().project_id("P2made").management_key("made-up-key");
    /// # let client = builder.cache(Default::default()).build()?;
    /// # let cache = client.cache().unwrap();
    /// cache.clear();
    /// assert_eq!(cache.stats().bytes, 0);
    /// # Ok::<(), descope_outbound::Error>(())
    /// ```
    pub fn clear(&self) {
        self.state.clear();
    }

    /// Drops the tokens, and the "not connected" entries, of a user, of an app, or of a user for an app. Call it after
    /// a user has connected, or after another program has changed the tokens.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) without an app and a user: [`Cache::clear`]
    /// drops everything.
    ///
    /// ```
    /// # let builder = descope_outbound::Client::builder().project_id("P2made").management_key("made-up-key");
    /// # let client = builder.cache(Default::default()).build()?;
    /// # let cache = client.cache().unwrap();
    /// // The user has just connected the app.
    /// cache.forget(Some("google-calendar"), Some("user-id"))?;
    /// assert!(cache.forget(None, None).is_err());
    /// # Ok::<(), descope_outbound::Error>(())
    /// ```
    pub fn forget(&self, app_id: Option<&str>, user_id: Option<&str>) -> Result<(), Error> {
        const APP_ID: ArgumentName = ArgumentName { snake: "app_id", camel: "appId" };
        let given = |id: Option<&'_ str>| id.filter(|id| !id.is_empty()).map(str::to_owned);
        let (app_id, user_id) = (given(app_id), given(user_id));
        let Some(tag) = InvalidationTag::of(app_id.as_deref(), user_id.as_deref(), None) else {
            let problem = "must not be empty when nothing else is given: clear drops everything";
            return Err(Error::invalid(APP_ID, problem));
        };
        self.state.invalidate(&self.state.invalidation_of(&[tag]));
        Ok(())
    }

    /// Marks an access token that the third party has refused with a 401 (not a 403). The cache does not serve it
    /// again. The next fetch asks the service, and may force a refresh. Returns whether the cache held the token.
    ///
    /// If the cache has replaced the token meanwhile, this changes nothing.
    ///
    /// ```
    /// # let builder = descope_outbound::Client::builder().project_id("P2made").management_key("made-up-key");
    /// # let client = builder.cache(Default::default()).build()?;
    /// # let cache = client.cache().unwrap();
    /// let was_cached = cache.reject("an-access-token");
    /// assert!(!was_cached);
    /// # Ok::<(), descope_outbound::Error>(())
    /// ```
    pub fn reject(&self, access_token: &str) -> bool {
        self.state.reject(access_token) > 0
    }

    /// Returns the number of token requests in flight, background refreshes included. It is for tests, and for a
    /// process that waits for these requests before it is frozen.
    ///
    /// ```
    /// # let builder = descope_outbound::Client::builder().project_id("P2made").management_key("made-up-key");
    /// # let client = builder.cache(Default::default()).build()?;
    /// # let cache = client.cache().unwrap();
    /// assert_eq!(cache.in_flight(), 0);
    /// # Ok::<(), descope_outbound::Error>(())
    /// ```
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.state.in_flight()
    }

    pub(crate) fn state(&self) -> &CacheState<FlightReceiver> {
        &self.state
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn policy(&self) -> &FreshnessPolicy {
        &self.policy
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The timeout of a flight: the client's, or that of the caller that starts it, if longer. So a caller with less
    /// time does not end it for the others.
    pub(crate) fn flight_timeout(&self, callers: Duration) -> Duration {
        self.timeout.max(callers)
    }

    /// The runtime of background refreshes. `None` until a fetch has run in one.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }

    /// Remembers the caller's runtime. Background refreshes that start outside of any runtime run there.
    pub(crate) fn remember_runtime(&self) {
        self.runtime.get_or_init(Handle::current);
    }

    /// Sends a fetch, and counts each attempt. Another call may start a back-off while this one waits for a connection:
    /// then the fetch fails without a request.
    pub(crate) async fn send(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Duration,
    ) -> Result<Arc<Content>, Error> {
        self.send_if(operation, arguments, timeout, || self.state.check_back_off(self.now().elapsed)).await
    }

    /// Sends a fetch that the cache cannot answer, and counts each attempt.
    pub(crate) async fn send_uncacheable(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Duration,
    ) -> Result<Arc<Content>, Error> {
        self.send_if(operation, arguments, timeout, || Ok(())).await
    }

    /// Sends a fetch, and counts each attempt that passes the check.
    async fn send_if(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        timeout: Duration,
        check: impl Fn() -> Result<(), Error> + Send + Sync,
    ) -> Result<Arc<Content>, Error> {
        let before_attempt = |_| {
            check()?;
            self.counters.upstream_requests.add();
            Ok(())
        };
        let request = UpstreamRequest { operation, arguments, timeout, before_attempt: &before_attempt };
        self.upstream.perform(request).await
    }

    pub(crate) fn tagged_key(&self, lookup: &CacheLookup<'_>) -> TaggedKey {
        let tags = lookup.invalidation_tags().iter().map(|tag| self.state.hash(*tag)).collect();
        TaggedKey { key: lookup.key(), tags }
    }

    /// Counts a hit.
    pub(crate) fn serve(&self, entry: Arc<Entry>, is_stale: bool) -> Served {
        if is_stale {
            self.counters.stale_served.add();
            return Served::Stale(entry);
        }
        self.counters.hit();
        Served::Cached(entry)
    }

    /// Starts the back-off after a 429.
    pub(crate) fn back_off(&self, now: Moment, error: &Error) {
        // A call that was not sent says nothing new about the pause.
        if error.was_never_sent() {
            return;
        }
        let until = freshness::back_off_until(now, error.retry_after(), fastrand::f64());
        self.state.back_off_until(until, error.clone());
    }

    /// Takes a slot for a background refresh. Returns false if none is free.
    pub(crate) fn take_background_slot(&self) -> bool {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        let take = |taken| (taken < MAX_BACKGROUND_REFRESHES).then_some(taken + 1);
        self.background_refreshes.fetch_update(order, failure, take).is_ok()
    }

    pub(crate) fn release_background_slot(&self) {
        self.background_refreshes.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cache")
            .field("policy", &self.policy)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
