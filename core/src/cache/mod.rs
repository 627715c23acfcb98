//! The token cache.
//!
//! [`fetch`] serves one caller: from the [`store`], from an in-flight request, or from the service. [`freshness`]
//! decides when a token is served, refreshed or dropped. [`state`] holds everything behind one mutex, and closes the
//! delete race. [`flight`] sends one request for all callers that wait for it.
//!
//! The cache reaches the service only through [`Upstream`](crate::http::Upstream). It does not know the client, a URL,
//! a header of a request, or a retry.

mod clock;
mod entry;
#[cfg(test)]
mod fake_upstream;
mod fetch;
mod flight;
mod flight_outcome;
mod freshness;
mod in_flight;
#[cfg(test)]
mod interleavings;
mod invalidation;
mod invalidation_guard;
mod key;
mod lookup;
mod negative;
mod options;
mod served;
mod state;
mod stats;
mod store;
mod sync;
mod token_cache;

pub use clock::CacheClock;
pub(crate) use fetch::CachedFetch;
pub(crate) use invalidation_guard::InvalidationGuard;
pub use lookup::{CacheLookup, ScopeSet};
pub use options::CacheOptions;
pub(crate) use served::{Served, WeakServed};
pub use stats::CacheStats;
pub use token_cache::Cache;
