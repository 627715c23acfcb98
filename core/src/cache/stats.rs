//! What the cache has done, in numbers.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::error::ArgumentName;

/// What a cache has done since its client was made.
///
/// Every fetch that the cache looked at is one of `hits`, `stale_served`, `negative_hits`, `misses` and `joined`, unless
/// it was turned away while the service wanted to be left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Fetches answered from the cache at once.
    pub hits: u64,
    /// Fetches that asked the service.
    pub misses: u64,
    /// Fetches that waited for another one's request.
    pub joined: u64,
    /// Tokens that were replaced before anybody had to wait for it.
    pub refreshed_ahead: u64,
    /// Fetches answered with a token that should have been refreshed, and could not be.
    pub stale_served: u64,
    /// Fetches answered with what was remembered: that there is no token.
    pub negative_hits: u64,
    /// Answers that were not kept, because a delete, an upload or a forced refresh came in between.
    pub suppressed_publishes: u64,
    /// Tokens that made room for others.
    pub evictions: u64,
    /// Tokens that are kept now.
    pub entries: u64,
    /// Bytes that they take up, estimated: three times their answers, and 2 KiB around each.
    pub bytes: u64,
    /// Requests for tokens that were sent to the service, repetitions included; those by inbound token apart.
    pub upstream_requests: u64,
}

impl CacheStats {
    /// All of them, with their names in other languages.
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

/// Counts that go up; that of the hits on lines of memory that few threads share.
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
    /// Where this thread counts: threads take turns.
    static STRIPE: usize = NEXT_STRIPE.fetch_add(1, Ordering::Relaxed);
}

/// A number that only goes up. Nothing else hangs on it, so no ordering is asked for.
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

/// One counter would be a place where all threads meet.
#[derive(Debug, Default)]
struct Striped([Line; 16]);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Line(Counter);
