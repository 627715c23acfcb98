//! The way to the service: one [`Upstream`] that the client and the cache stand on.

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
