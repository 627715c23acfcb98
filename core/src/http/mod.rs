//! The way to the service over HTTP.
//!
//! [`Upstream`] is the trait that the client and the cache use. [`ApiClient`] implements it: [`license`] gets the
//! rate-limit tier, [`retry_loop`] retries within one deadline, and [`transport`] performs one attempt.
//!
//! This folder knows credentials, headers, TLS, proxies and retries. It does not know the cache, or the methods of the
//! client.

mod api_client;
mod connector;
mod license;
mod resolver;
mod retry_budget;
mod retry_loop;
mod retry_policy;
mod tls;
mod transport;
mod upstream;

pub(crate) use api_client::ApiClient;
pub use license::LicenseHandshake;
#[cfg(any(test, fuzzing))]
pub(crate) use license::tier_in;
pub(crate) use retry_loop::deadline_exceeded;
pub(crate) use retry_policy::DEFAULT_DELAYS;
#[cfg(any(test, fuzzing))]
pub(crate) use retry_policy::retry_after;
#[cfg(test)]
pub(crate) use upstream::Performing;
pub(crate) use upstream::{Upstream, UpstreamRequest};
