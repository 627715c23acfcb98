//! One request, read to its end.

use bytes::Bytes;
use hyper::{HeaderMap, Method, Version};
use serde_json::Value;

/// A request with its whole body.
pub(crate) struct ReceivedRequest {
    pub(crate) method: Method,
    pub(crate) version: Version,
    /// The path as the client sent it.
    pub(crate) path: String,
    /// The decoded path segments. An encoded slash does not separate two segments.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body as JSON; absent if the body is not JSON.
    pub(crate) json: Option<Value>,
}

impl ReceivedRequest {
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

    /// A query parameter; absent if it is empty.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The credentials of an `Authorization: Bearer` header.
    pub(crate) fn bearer_credentials(&self) -> Option<&str> {
        let (scheme, credentials) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(credentials)
    }

    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    /// Whether the path belongs to the control endpoints.
    pub(crate) fn is_for_control(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "_emulator")
    }

    /// Whether the path belongs to a provider and not to the service.
    pub(crate) fn is_for_provider(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "provider")
    }
}
