//! The headers that calls send, built once a client, and those that came back, as they may be shown.

use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::license;
use crate::mask::Mask;
use crate::wiped::WipedBuffer;

/// What every call with the management key sends.
pub(crate) struct SharedHeaders {
    without_tier: Pair,
    with_tier: OnceLock<Pair>,
}

/// The same for requests with and without a body.
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

    /// `tier` is the licence's, once known; then it stays the same.
    pub(crate) fn get(&self, has_body: bool, tier: Option<HeaderValue>) -> &HeaderMap {
        let pair = tier.map_or(&self.without_tier, |tier| {
            self.with_tier.get_or_init(|| {
                let mut headers = self.without_tier.bodiless.clone();
                headers.insert(license::HEADER, tier);
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

/// A header's value that is made of these, marked so that nothing prints it, in memory that is wiped; nothing where a
/// header cannot hold it.
pub(crate) fn secret_header(parts: &[&str]) -> Option<HeaderValue> {
    let mut bytes = WipedBuffer::default();
    for part in parts {
        bytes.append(part.as_bytes());
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(bytes)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The headers of an answer, with the secrets of the call masked.
///
/// ```no_run
/// # async fn example(client: &descope_outbound::Client) -> Result<(), descope_outbound::Error> {
/// use descope_outbound::{Arguments, operation};
///
/// let answer = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
/// let request_id = answer.headers().get("cf-ray");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// One text instead of two for each header: most callers never read them.
    lines: String,
}

impl Headers {
    pub(crate) fn shown(headers: &HeaderMap, mask: &Mask) -> Self {
        let mut lines = String::with_capacity(512);
        for (name, value) in headers {
            lines.extend([name.as_str(), ": "]);
            // A header's bytes are characters each, as RFC 9110 has it and as fetch shows them.
            if let Ok(value) = value.to_str() {
                lines.push_str(&mask.apply(value));
            } else {
                let value: String = value.as_bytes().iter().copied().map(char::from).collect();
                lines.push_str(&mask.apply(&value));
            }
            lines.push('\n');
        }
        Self { lines }
    }

    /// Name and value of each, names in lower case, in the order of their arrival.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        // No value holds a line break, and no name a colon.
        self.lines.lines().filter_map(|line| line.split_once(": "))
    }

    /// The first value of the header of this name, which is in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// As one text: a line of `name: value` for each.
    #[must_use]
    pub fn lines(&self) -> &str {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_tier_is_added_once_it_is_known() {
        let mut headers = HeaderMap::new();
        headers.insert("x-kept", HeaderValue::from_static("yes"));
        let shared = SharedHeaders::new(headers);
        assert_eq!(shared.get(false, None).len(), 1);
        assert_eq!(shared.get(true, None)["content-type"], "application/json");
        let with_tier = shared.get(true, Some(HeaderValue::from_static("tier3")));
        assert_eq!((with_tier[license::HEADER].to_str().unwrap(), with_tier.len()), ("tier3", 3));
        assert!(shared.get(true, None).get(license::HEADER).is_none());
    }

    #[test]
    fn what_came_back_is_shown_in_order_and_masked() {
        let mut headers = HeaderMap::new();
        headers.append("x-echo", HeaderValue::from_static("a: made-up-key"));
        headers.append("x-latin", HeaderValue::from_bytes(b"gr\xfc\xdfe").unwrap());
        headers.append("x-empty", HeaderValue::from_static(""));
        headers.append("x-echo", HeaderValue::from_static("again"));
        let mut mask = Mask::default();
        mask.add(&Secret::from("made-up-key"));
        let shown = Headers::shown(&headers, &mask);
        let pairs: Vec<_> = shown.iter().collect();
        assert!(pairs.contains(&("x-echo", "a: [redacted]")) && pairs.contains(&("x-echo", "again")));
        assert_eq!((shown.get("x-latin"), shown.get("x-empty")), (Some("grüße"), Some("")));
        assert_eq!(pairs.len(), 4);
        assert_eq!(shown.get("absent"), None);
    }
}
