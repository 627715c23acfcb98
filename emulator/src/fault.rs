//! What can go wrong, as a test describes it: which requests it happens to, and what happens to them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::raw_answer::{Piece, RawAnswer};

/// Something that goes wrong with the requests that match it.
///
/// What is not given matches every request; the requests to `/_emulator/` are never touched. Of several faults the
/// first added that is due is applied, and only that one. The vault's own refreshes meet the faults of
/// `/provider/{app}/token` too: one that leaves no good answer makes the refresh fail, others change nothing.
///
/// ```
/// use descope_outbound_emulator::Fault;
///
/// let rate_limited_twice = Fault::answer(429).header("Retry-After", "7").app("github").times(2);
/// let lost_after_the_work_was_done = Fault::reset().after_commit().method("DELETE").once();
/// # let _ = (rate_limited_twice, lost_after_the_work_was_done);
/// ```
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// Only requests with this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests to this path, as it is on the wire; with a final `*`, to all paths that start so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only requests about this app: `appId` in the body or the query, or the app of a provider's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Only requests about this user: `userId` in the body or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How many matching requests are left alone first.
    pub after: u64,
    /// How many requests it is applied to; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The share of matching requests that it is applied to, from 0 to 1; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Where the draw for `probability` starts: the same seed draws the same way.
    pub seed: u64,
    /// How long the request waits before anything else happens, in real milliseconds.
    pub latency_ms: u64,
    /// Answers with this status instead of doing what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the answer; with `status`, all there are, without it, added to the real ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body of the answer with `status`: a string as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// These bytes in the place of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawAnswer>,
    /// How the answer reaches the client, if it does.
    pub delivery: Delivery,
    /// With a delivery that loses the answer: whether what was asked is done all the same.
    pub commit: bool,
}

/// How an answer reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Delivery {
    /// As it should.
    #[default]
    Whole,
    /// Never: the request is read and the connection stays open.
    Hang,
    /// One byte at a time, the headers too (over HTTP/2 the body only).
    Drip {
        /// Real milliseconds between two bytes.
        every_ms: u64,
    },
    /// Never: the connection is reset (TCP RST).
    Reset,
    /// The headers and half of the body, then the connection is reset.
    ResetInBody,
    /// Never: the connection is closed in an orderly way (TCP FIN).
    Close,
    /// The headers and half of the body that they announce, then the connection is closed.
    Cut,
    /// Bytes that are not HTTP, then the connection is closed.
    Garbage,
    /// When the test says so: the work is done and the answer ready, and kept until it is released.
    Hold,
}

impl Fault {
    /// This status instead of the real answer.
    #[must_use]
    pub fn answer(status: u16) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// The real answer, later.
    #[must_use]
    pub fn latency(latency: Duration) -> Self {
        Self::default().with_latency(latency)
    }

    /// No answer, ever: see [`Delivery::Hang`].
    #[must_use]
    pub fn hang() -> Self {
        Self::delivered(Delivery::Hang)
    }

    /// The real answer a byte at a time: see [`Delivery::Drip`].
    #[must_use]
    pub fn drip(interval: Duration) -> Self {
        Self::delivered(Delivery::Drip { every_ms: milliseconds(interval) })
    }

    /// A connection reset instead of an answer: see [`Delivery::Reset`].
    #[must_use]
    pub fn reset() -> Self {
        Self::delivered(Delivery::Reset)
    }

    /// A connection reset in the middle of the real answer: see [`Delivery::ResetInBody`].
    #[must_use]
    pub fn reset_in_body() -> Self {
        Self::delivered(Delivery::ResetInBody)
    }

    /// A connection closed instead of an answer: see [`Delivery::Close`].
    #[must_use]
    pub fn close() -> Self {
        Self::delivered(Delivery::Close)
    }

    /// The real answer with its end missing: see [`Delivery::Cut`].
    #[must_use]
    pub fn cut() -> Self {
        Self::delivered(Delivery::Cut)
    }

    /// Something that is not HTTP: see [`Delivery::Garbage`].
    #[must_use]
    pub fn garbage() -> Self {
        Self::delivered(Delivery::Garbage)
    }

    /// The real answer when it is released: see [`Delivery::Hold`].
    #[must_use]
    pub fn hold() -> Self {
        Self::delivered(Delivery::Hold)
    }

    fn delivered(delivery: Delivery) -> Self {
        Self { delivery, ..Self::default() }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only requests to this path; with a final `*`, to all paths that start so.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only requests about this app.
    #[must_use]
    pub fn app(mut self, app_id: impl Into<String>) -> Self {
        self.app = Some(app_id.into());
        self
    }

    /// Only requests about this user.
    #[must_use]
    pub fn user(mut self, user_id: impl Into<String>) -> Self {
        self.user = Some(user_id.into());
        self
    }

    /// Leaves the first `count` matching requests alone.
    #[must_use]
    pub fn after(mut self, count: u64) -> Self {
        self.after = count;
        self
    }

    /// Applies to `count` requests and then no more.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Applies to one request and then no more.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Applies to this share of the matching requests, drawn the same way for the same seed.
    #[must_use]
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some(probability);
        self.seed = seed;
        self
    }

    /// Waits this long first.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency_ms = milliseconds(latency);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The body of the answer with a status: a string as it is, anything else as JSON.
    #[must_use]
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// What was asked is done before the answer is lost.
    #[must_use]
    pub fn after_commit(mut self) -> Self {
        self.commit = true;
        self
    }

    /// How the journal names it.
    pub(crate) fn name(&self) -> &'static str {
        match self.delivery {
            _ if self.raw.is_some() => "raw",
            Delivery::Whole if self.status.is_some() => "status",
            Delivery::Whole if self.headers.is_empty() => "latency",
            Delivery::Whole => "headers",
            Delivery::Hang => "hang",
            Delivery::Drip { .. } => "drip",
            Delivery::Reset => "reset",
            Delivery::ResetInBody => "reset_in_body",
            Delivery::Close => "close",
            Delivery::Cut => "cut",
            Delivery::Garbage => "garbage",
            Delivery::Hold => "hold",
        }
    }

    /// Whether whoever sent the request gets no good answer because of it.
    pub(crate) fn is_failure(&self) -> bool {
        self.loses_the_answer()
            || matches!(self.delivery, Delivery::ResetInBody | Delivery::Cut)
            || self.status.is_some_and(|status| status >= 400)
    }

    /// Whether no part of the real answer is ever needed.
    pub(crate) fn loses_the_answer(&self) -> bool {
        self.raw.is_some()
            || matches!(self.delivery, Delivery::Hang | Delivery::Reset | Delivery::Close | Delivery::Garbage)
    }

    /// What makes it impossible to apply, so that it is told when it is added and not when it is due.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        if let Some(status) = self.status
            && (status < 200 || StatusCode::from_u16(status).is_err())
        {
            return Err(FaultError(format!("status {status} is not one that ends an exchange (200 to 999)")));
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(FaultError("probability must be from 0 to 1".to_owned()));
        }
        if self.body.is_some() && self.status.is_none() {
            return Err(FaultError("body needs a status".to_owned()));
        }
        if let Some(raw) = &self.raw {
            if self.status.is_some() || self.delivery != Delivery::Whole {
                return Err(FaultError(
                    "raw is the whole answer: no status or delivery goes with it".to_owned(),
                ));
            }
            if !raw.pieces.iter().all(Piece::is_bytes) {
                return Err(FaultError("bytes must be letters from U+0000 to U+00FF".to_owned()));
            }
        }
        for (name, value) in &self.headers {
            if name.parse::<HeaderName>().is_err() || value.parse::<HeaderValue>().is_err() {
                return Err(FaultError(format!("{name:?} is not a header that can be sent")));
            }
        }
        Ok(())
    }

    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        let path_matches = |wanted: &str| match wanted.strip_suffix('*') {
            Some(start) => subject.path.starts_with(start),
            None => subject.path == wanted,
        };
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(subject.method))
            && self.path.as_deref().is_none_or(path_matches)
            && self.app.as_deref().is_none_or(|app| subject.app == Some(app))
            && self.user.as_deref().is_none_or(|user| subject.user == Some(user))
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A fault that cannot be applied, and why.
#[derive(Debug)]
pub struct FaultError(String);

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "fault: {}", self.0)
    }
}

impl std::error::Error for FaultError {}

/// What of a request a fault can match.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'request> {
    pub(crate) method: &'request str,
    pub(crate) path: &'request str,
    pub(crate) app: Option<&'request str>,
    pub(crate) user: Option<&'request str>,
}
