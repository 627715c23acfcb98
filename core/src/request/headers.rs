//! The headers of requests, built once for each client.

use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::config::check_credential;
use crate::error::{ArgumentName, Error};
use crate::secret::{Secret, WipedBuffer};

/// The header that carries the license's rate-limit tier.
pub(crate) const LICENSE_HEADER: &str = "x-descope-license";

/// The headers of every call with the management key.
pub(crate) struct SharedHeaders {
    without_tier: Pair,
    with_tier: OnceLock<Pair>,
}

/// The same headers for requests with and without a body.
struct Pair {
    bodiless: HeaderMap,
    with_json: HeaderMap,
}

impl Pair {
    fn new(bodiless: HeaderMap) -> Self {
        Self { with_json: announcing_json(bodiless.clone()), bodiless }
    }

    fn get(&self, has_body: bool) -> &HeaderMap {
        if has_body { &self.with_json } else { &self.bodiless }
    }
}

impl SharedHeaders {
    pub(crate) fn new(headers: HeaderMap) -> Self {
        Self { without_tier: Pair::new(headers), with_tier: OnceLock::new() }
    }

    /// `tier` is the license's, once known. It does not change afterwards.
    pub(crate) fn get(&self, has_body: bool, tier: Option<HeaderValue>) -> &HeaderMap {
        let pair = tier.map_or(&self.without_tier, |tier| {
            self.with_tier.get_or_init(|| {
                let mut headers = self.without_tier.bodiless.clone();
                headers.insert(LICENSE_HEADER, tier);
                Pair::new(headers)
            })
        });
        pair.get(has_body)
    }
}

pub(crate) fn announcing_json(mut headers: HeaderMap) -> HeaderMap {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

/// Joins these parts into the value of a header. It is marked so that it is never printed, and its memory is wiped.
/// `None` if a header cannot hold it.
pub(crate) fn secret_header(parts: &[&str]) -> Option<HeaderValue> {
    let mut bytes = WipedBuffer::default();
    for part in parts {
        bytes.append(part.as_bytes());
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(bytes)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header value `Bearer <project>:<credential>`.
pub(crate) fn bearer(
    project_id: &str,
    name: ArgumentName,
    credential: &Secret,
) -> Result<HeaderValue, Error> {
    check_credential(name, credential)?;
    secret_header(&["Bearer ", project_id, ":", credential.expose()])
        .ok_or_else(|| Error::invalid(name, "holds characters that a header cannot carry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_added_once_it_is_known() {
        let mut headers = HeaderMap::new();
        headers.insert("x-kept", HeaderValue::from_static("yes"));
        let shared = SharedHeaders::new(headers);
        assert_eq!(shared.get(false, None).len(), 1);
        assert_eq!(shared.get(true, None)["content-type"], "application/json");
        let with_tier = shared.get(true, Some(HeaderValue::from_static("tier3")));
        assert_eq!((with_tier[LICENSE_HEADER].to_str().unwrap(), with_tier.len()), ("tier3", 3));
        assert!(shared.get(true, None).get(LICENSE_HEADER).is_none());
    }
}
