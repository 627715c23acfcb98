//! One request, read to its end, and one answer before it is sent.

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, StatusCode, Version};
use serde::Serialize;
use serde_json::Value;

use crate::fault::Subject;

/// A request with its body.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) version: Version,
    /// The path as it is on the wire.
    pub(crate) path: String,
    /// The path between its slashes, decoded: an encoded slash does not separate.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body as JSON, when it is.
    pub(crate) json: Option<Value>,
}

impl Call {
    pub(crate) fn new(head: hyper::http::request::Parts, body: Bytes) -> Self {
        let path = head.uri.path().to_owned();
        let segments = path
            .strip_prefix('/')
            .unwrap_or(&path)
            .split('/')
            .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let query =
            form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        Self {
            method: head.method,
            version: head.version,
            segments,
            query,
            path,
            headers: head.headers,
            json: serde_json::from_slice(&body).ok(),
            body,
        }
    }

    /// A query parameter that is there and not empty.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    /// Whether it is for a provider and not for the service.
    pub(crate) fn is_for_provider(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "provider")
    }

    /// What a fault can match.
    pub(crate) fn subject(&self) -> Subject<'_> {
        let in_body = |name: &str| self.json.as_ref()?.get(name)?.as_str();
        let provider_app = match self.segments.as_slice() {
            [provider, app, ..] if provider == "provider" => Some(app.as_str()),
            _ => None,
        };
        Subject {
            method: self.method.as_str(),
            path: &self.path,
            app: provider_app.or_else(|| in_body("appId")).or_else(|| self.query_value("appId")),
            user: in_body("userId").or_else(|| self.query_value("userId")),
        }
    }
}

/// An answer, whole and in memory, so that a fault can do with it as it likes.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Self {
        match serde_json::to_vec(content) {
            Ok(body) => Self { body: body.into(), ..Self::empty(status) }
                .with(hyper::header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
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
