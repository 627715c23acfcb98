//! The native half of the package for Node. It converts values between JavaScript and the core, and decides nothing.
//!
//! Users see the other half, in `bindings-node/lib`. Everything here is private to that half, and may change with any
//! version.
// Indexing could panic on outside input.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]
#![expect(clippy::needless_pass_by_value, reason = "napi passes strings by value")]

mod bridge;
mod cached_tokens;
mod calls_in_flight;
mod client;
mod completion;
mod completion_batch;
mod completion_queue;
mod failure;
mod runtime;
mod settings;
mod short_text;
mod wiped_text;

use descope_outbound::Environment;
use descope_outbound::bindings::CACHE_NUMBERS;
use descope_outbound_bindings_core as bindings_core;
use napi_derive::napi;

/// Returns the name of every environment variable that a client reads.
#[napi(catch_unwind)]
#[must_use]
pub fn environment_names() -> Vec<&'static str> {
    Environment::NAMES.to_vec()
}

/// Moves the clock of all caches forward. For tests.
#[napi(catch_unwind)]
pub fn advance_cache_clock(seconds: f64) {
    bindings_core::advance_cache_clock(seconds);
}

/// Changes the date of all caches, forward or back, as if the machine's date had been changed. For tests.
#[napi(catch_unwind)]
pub fn step_cache_wall_clock(milliseconds: i64) {
    bindings_core::step_cache_wall_clock(milliseconds);
}

/// The names of a cache's options that are numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn cache_number_names() -> Vec<&'static str> {
    CACHE_NUMBERS.iter().map(|name| name.camel).collect()
}

/// Returns the moment that an expiry names, in milliseconds since 1970, or null. The expiry is passed as JSON.
#[napi(catch_unwind)]
#[must_use]
pub fn expiry_milliseconds(expiry: String) -> Option<i64> {
    let expiry = serde_json::from_str(&expiry).ok()?;
    descope_outbound::bindings::expiry_milliseconds(&expiry)
}

/// Returns whether the service uses this field name for a secret.
#[napi(catch_unwind)]
#[must_use]
pub fn is_secret_field(name: String) -> bool {
    descope_outbound::bindings::is_secret_field(&name)
}

/// Returns the name of every operation, as `NativeClient.start` takes it.
#[napi(catch_unwind)]
#[must_use]
pub fn operation_names() -> Vec<&'static str> {
    bindings_core::operation_names()
}

/// Returns the version of the package.
#[napi(catch_unwind)]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
