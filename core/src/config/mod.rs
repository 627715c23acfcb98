//! The settings of a client. The builder checks them once.

mod base_url;
mod credential;
mod environment;
mod limits;
mod no_proxy;
mod project_id;
mod proxies;
mod trust;

use std::time::Duration;

use http::HeaderMap;

use crate::secret::Mask;

pub(crate) use base_url::BaseUrl;
pub(crate) use credential::{MANAGEMENT_KEY, check_credential, resolve_management_key};
pub use environment::Environment;
pub use limits::{DEFAULT_TIMEOUT, span_from_seconds, timeout_from_seconds};
pub(crate) use limits::{LONGEST_TIMEOUT, TIMEOUT, check_timeout};
pub(crate) use project_id::ProjectId;
pub(crate) use proxies::Proxies;
pub(crate) use trust::Trust;

/// The settings of a client, after the checks.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) project_id: ProjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) timeout: Duration,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
    pub(crate) trust: Trust,
    pub(crate) proxies: Proxies,
    pub(crate) retry_delays: Vec<Duration>,
    /// The secrets of every request: the management key, and the values of additional headers.
    pub(crate) mask: Mask,
}
