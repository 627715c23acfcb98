//! The statistics of a cache, and the counters behind them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::error::ArgumentName;

/// The statistics of a cache since its client was built; see [`Cache::stats`](crate::Cache::stats).
///
/// Every fetch through the cache adds 1 to `hits`, `stale_served`, `negative_hits`, `misses` or `joined`. The exception
/// is a fetch that fails during a back-off, because the service asked for a pause.
///
/// ```
/// use descope_outbound::{CacheOptions, CacheStats, Client};
///
/// # fn example() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
/// let stats = client.cache().map(|cache| cache.stats());
/// assert_eq!(stats, Some(CacheStats::default()));
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Fetches that returned a cached token, stale ones excepted.
    pub hits: u64,
    /// Fetches that sent a request to the service, and returned its result.
    pub misses: u64,
    /// Fetches that waited for the request of another fetch.
    pub joined: u64,
    /// Tokens that the cache refreshed in the background, before a caller had to wait.
    pub refreshed_ahead: u64,
    /// Fetches that returned a stale token: its refresh was due, and did not succeed.
    pub stale_served: u64,
    /// Fetches that failed without a request, because the cache remembered that the user has not connected.
    pub negative_hits: u64,
    /// Responses that the cache discarded, because a delete, an upload or a forced refresh came in between.
    pub suppressed_publishes: u64,
    /// Tokens that the cache evicted to make room for others.
    pub evictions: u64,
    /// Tokens in the cache now.
    pub entries: u64,
    /// Their estimated size in bytes: three times the response and 2 KiB for each.
    pub bytes: u64,
    /// Requests for tokens that were sent to the service, retries included. Fetches with an inbound token do not count.
    pub upstream_requests: u64,
}

impl CacheStats {
    /// All statistics, with their names in other languages.
    pub(crate) fn numbers(&self) -> [(ArgumentName, u64); 11] {
        let name = |snake, camel| ArgumentName { snake, camel };
        [
            (name("hits", "hits"), self.hits),
            (name("misses", "misses"), self.misses),
            (name("joined", "joined"), self.joined),
            (name("refreshed_ahead", "refreshedAhead"), self.refreshed_ahead),
            (name("stale_served", "staleServed"), self.stale_served),
            (name("negative_hits", "negativeHits"), self.negative_hits),
            (name("suppressed_publishes", "suppressedPublishes"), self.suppressed_publishes),
            (name("evictions", "evictions"), self.evictions),
            (name("entries", "entries"), self.entries),
            (name("bytes", "bytes"), self.bytes),
            (name("upstream_requests", "upstreamRequests"), self.upstream_requests),
        ]
    }
}

/// The counters of a cache. Hits are counted in stripes, so that few threads share a cache line.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    hits: Striped,
    pub(crate) misses: Counter,
    pub(crate) joined: Counter,
    pub(crate) refreshed_ahead: Counter,
    pub(crate) stale_served: Counter,
    pub(crate) negative_hits: Counter,
    pub(crate) upstream_requests: Counter,
}

impl Counters {
    pub(crate) fn hit(&self) {
        let Striped(stripes) = &self.hits;
        let stripe = STRIPE.try_with(|stripe| *stripe).unwrap_or_default();
        if let Some(Line(counter)) = stripes.get(stripe % stripes.len()) {
            counter.add();
        }
    }

    pub(crate) fn hits(&self) -> u64 {
        self.hits.0.iter().map(|stripe| stripe.0.get()).sum()
    }
}

static NEXT_STRIPE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The index of the counter of this thread, so that threads rarely write to the same line of memory.
    static STRIPE: usize = NEXT_STRIPE.fetch_add(1, Ordering::Relaxed);
}

/// A number that only increases. No other memory depends on it, so the ordering is relaxed.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Several counters for one number: all threads would compete for a single one.
#[derive(Debug, Default)]
struct Striped([Line; 16]);

/// A counter that shares its cache line with no other.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line(Counter);
