//! One response, before it is sent.

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use serde::Serialize;

/// A response, whole and in memory, so that a fault can delay, cut or replace it.
pub(crate) struct BufferedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl BufferedResponse {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Self {
        match serde_json::to_vec(content) {
            Ok(body) => Self { body: body.into(), ..Self::empty(status) }
                .with(CONTENT_TYPE, HeaderValue::from_static("application/json")),
            Err(_) => Self::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    pub(crate) fn ok(content: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, content)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}
