//! A fault as a test describes it: the requests that it matches, and its effect on them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::fault_target::FaultTarget;
use super::response_delivery::ResponseDelivery;
use super::scripted_response::{Piece, ScriptedResponse};

/// A failure that the emulator applies to matching requests.
///
/// A filter that is absent matches every request. No fault matches a request to `/_emulator/`. If several faults match,
/// the emulator applies only the first one that is due, in the order in which they were added.
///
/// Faults of `/provider/{app}/token` also apply to the vault's own refreshes. A fault that prevents a successful
/// response makes the refresh fail; other faults have no effect there.
///
/// ```
/// use descope_outbound_emulator::Fault;
///
/// let rate_limited_twice = Fault::response(429).header("Retry-After", "7").app("github").times(2);
/// let lost_after_the_work_was_done = Fault::reset().after_commit().method("DELETE").once();
/// # let _ = (rate_limited_twice, lost_after_the_work_was_done);
/// ```
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// Only requests with this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests to this path, as the client sends it. A final `*` matches every path with that prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only requests about this app: `appId` in the body or the query, or the app in a provider's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Only requests about this user: `userId` in the body or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How many matching requests pass before the fault applies.
    pub after: u64,
    /// To how many requests it applies; to all of them by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The share of matching requests to which it applies, from 0 to 1; all of them by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The random seed for `probability`. The same seed selects the same requests.
    pub seed: u64,
    /// How long the request waits before the emulator processes it, in real milliseconds.
    pub latency_ms: u64,
    /// Responds with this status instead of performing the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the response. With `status` they are the only ones; otherwise they are added to the real ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body of the response with `status`: a string is sent unchanged, any other value as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Exact bytes that replace the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<ScriptedResponse>,
    /// How the response reaches the client.
    pub delivery: ResponseDelivery,
    /// With a delivery that loses the response: whether the emulator still performs the request.
    pub commit: bool,
}

impl Fault {
    /// Replaces the real response with this status.
    #[must_use]
    pub fn response(status: u16) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Delays the real response.
    #[must_use]
    pub fn latency(latency: Duration) -> Self {
        Self::default().with_latency(latency)
    }

    /// Never responds: see [`ResponseDelivery::Hang`].
    #[must_use]
    pub fn hang() -> Self {
        Self::delivered(ResponseDelivery::Hang)
    }

    /// Sends the real response one byte at a time: see [`ResponseDelivery::Drip`].
    #[must_use]
    pub fn drip(interval: Duration) -> Self {
        Self::delivered(ResponseDelivery::Drip { every_ms: milliseconds(interval) })
    }

    /// Resets the connection instead of responding: see [`ResponseDelivery::Reset`].
    #[must_use]
    pub fn reset() -> Self {
        Self::delivered(ResponseDelivery::Reset)
    }

    /// Resets the connection in the middle of the real response: see [`ResponseDelivery::ResetInBody`].
    #[must_use]
    pub fn reset_in_body() -> Self {
        Self::delivered(ResponseDelivery::ResetInBody)
    }

    /// Closes the connection instead of responding: see [`ResponseDelivery::Close`].
    #[must_use]
    pub fn close() -> Self {
        Self::delivered(ResponseDelivery::Close)
    }

    /// Truncates the real response: see [`ResponseDelivery::Cut`].
    #[must_use]
    pub fn cut() -> Self {
        Self::delivered(ResponseDelivery::Cut)
    }

    /// Sends bytes that are not HTTP: see [`ResponseDelivery::Garbage`].
    #[must_use]
    pub fn garbage() -> Self {
        Self::delivered(ResponseDelivery::Garbage)
    }

    /// Holds the real response until the test releases it: see [`ResponseDelivery::Hold`].
    #[must_use]
    pub fn hold() -> Self {
        Self::delivered(ResponseDelivery::Hold)
    }

    fn delivered(delivery: ResponseDelivery) -> Self {
        Self { delivery, ..Self::default() }
    }

    /// Matches only requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Matches only requests to this path. A final `*` matches every path with that prefix.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Matches only requests about this app.
    #[must_use]
    pub fn app(mut self, app_id: impl Into<String>) -> Self {
        self.app = Some(app_id.into());
        self
    }

    /// Matches only requests about this user.
    #[must_use]
    pub fn user(mut self, user_id: impl Into<String>) -> Self {
        self.user = Some(user_id.into());
        self
    }

    /// Lets the first `count` matching requests pass.
    #[must_use]
    pub fn after(mut self, count: u64) -> Self {
        self.after = count;
        self
    }

    /// Applies to at most `count` requests.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Applies to at most one request.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Applies to this share of the matching requests. The same seed selects the same requests.
    #[must_use]
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some(probability);
        self.seed = seed;
        self
    }

    /// Waits this long before the emulator processes the request.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency_ms = milliseconds(latency);
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets the body of a response with a status: a string is sent unchanged, any other value as JSON.
    #[must_use]
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Performs the request before the response is lost.
    #[must_use]
    pub fn after_commit(mut self) -> Self {
        self.commit = true;
        self
    }

    /// The name that the journal shows.
    pub(crate) fn name(&self) -> &'static str {
        match self.delivery {
            _ if self.raw.is_some() => "raw",
            ResponseDelivery::Whole if self.status.is_some() => "status",
            ResponseDelivery::Whole if self.headers.is_empty() => "latency",
            ResponseDelivery::Whole => "headers",
            ResponseDelivery::Hang => "hang",
            ResponseDelivery::Drip { .. } => "drip",
            ResponseDelivery::Reset => "reset",
            ResponseDelivery::ResetInBody => "reset_in_body",
            ResponseDelivery::Close => "close",
            ResponseDelivery::Cut => "cut",
            ResponseDelivery::Garbage => "garbage",
            ResponseDelivery::Hold => "hold",
        }
    }

    /// Whether the fault prevents a successful response.
    pub(crate) fn is_failure(&self) -> bool {
        self.loses_the_response()
            || matches!(self.delivery, ResponseDelivery::ResetInBody | ResponseDelivery::Cut)
            || self.status.is_some_and(|status| status >= 400)
    }

    /// Whether the client receives no part of the real response.
    pub(crate) fn loses_the_response(&self) -> bool {
        self.raw.is_some()
            || matches!(
                self.delivery,
                ResponseDelivery::Hang
                    | ResponseDelivery::Reset
                    | ResponseDelivery::Close
                    | ResponseDelivery::Garbage
            )
    }

    /// Rejects a fault that cannot be applied, so that adding it fails early.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        if let Some(status) = self.status
            && (status < 200 || StatusCode::from_u16(status).is_err())
        {
            return Err(FaultError(format!("status {status} is not a final HTTP status; use 200 to 999")));
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(FaultError("probability is out of range; use 0 to 1".to_owned()));
        }
        if self.body.is_some() && self.status.is_none() {
            return Err(FaultError("body has no effect without a status; add a status".to_owned()));
        }
        if let Some(raw) = &self.raw {
            if self.status.is_some() || self.delivery != ResponseDelivery::Whole {
                return Err(FaultError(
                    "raw replaces the whole response; remove status and delivery".to_owned(),
                ));
            }
            if !raw.pieces.iter().all(Piece::is_bytes) {
                return Err(FaultError(
                    "bytes contains a letter that is not one byte; use U+0000 to U+00FF".to_owned(),
                ));
            }
        }
        for (name, value) in &self.headers {
            if name.parse::<HeaderName>().is_err() || value.parse::<HeaderValue>().is_err() {
                return Err(FaultError(format!(
                    "{name:?} is not a valid HTTP header; correct its name or value"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn matches(&self, target: &FaultTarget<'_>) -> bool {
        let path_matches = |wanted: &str| match wanted.strip_suffix('*') {
            Some(start) => target.path.starts_with(start),
            None => target.path == wanted,
        };
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(target.method))
            && self.path.as_deref().is_none_or(path_matches)
            && self.app.as_deref().is_none_or(|app| target.app == Some(app))
            && self.user.as_deref().is_none_or(|user| target.user == Some(user))
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The reason why a fault cannot be applied.
#[derive(Debug)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "fault: {}", self.0)
    }
}

impl std::error::Error for FaultError {}
