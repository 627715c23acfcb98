//! The native half of the package for Node: it hands arguments to the core and answers back, and decides nothing.
//!
//! The half that users see is in `bindings-node/lib`. Everything here is that half's own business and may change with
//! any version.
// What comes from outside is never an index that panics.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]
#![expect(clippy::needless_pass_by_value, reason = "napi hands strings over by value")]

mod batch;
mod bridge;
mod cache;
mod client;
mod outcome;
mod runtime;
mod short_text;

use std::time::Duration;

use descope_outbound::operation::OPERATIONS;
use descope_outbound::{CacheOptions, Environment};
use napi_derive::napi;

/// Every environment variable that a client looks at.
#[napi(catch_unwind)]
#[must_use]
pub fn environment_names() -> Vec<&'static str> {
    Environment::NAMES.to_vec()
}

/// The options of a cache that are numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn cache_number_names() -> Vec<&'static str> {
    CacheOptions::NUMBERS.iter().map(|name| name.camel).collect()
}

/// For tests: so much time has passed for every cache.
#[napi(catch_unwind)]
pub fn advance_cache_clock(seconds: f64) {
    cache::CLOCK.advance(Duration::try_from_secs_f64(seconds).unwrap_or_default());
}

/// For tests: somebody has set the machine's date, forward or back.
#[napi(catch_unwind)]
pub fn step_cache_wall_clock(milliseconds: i64) {
    cache::CLOCK.step_wall(milliseconds);
}

/// The moment that an expiry names, in milliseconds since 1970, or null. The expiry comes as JSON text.
#[napi(catch_unwind)]
#[must_use]
pub fn expiry_milliseconds(expiry: String) -> Option<i64> {
    let expiry = serde_json::from_str(&expiry).ok()?;
    descope_outbound::expiry_milliseconds(&expiry)
}

/// Whether the service keeps secrets in fields of this name.
#[napi(catch_unwind)]
#[must_use]
pub fn is_secret_field(name: String) -> bool {
    descope_outbound::is_secret_field(&name)
}

/// Everything that the service can be asked to do, by the names that `NativeClient.start` takes.
#[napi(catch_unwind)]
#[must_use]
pub fn operation_names() -> Vec<&'static str> {
    OPERATIONS.iter().map(|operation| operation.name).collect()
}

/// The version of the package.
#[napi(catch_unwind)]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
