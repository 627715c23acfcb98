//! Response headers with the secrets of the call masked.

use http::HeaderMap;

use crate::secret::mask::Mask;

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
    pub(crate) fn masked(headers: &HeaderMap, mask: &Mask) -> Self {
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
    use http::HeaderValue;

    use super::*;
    use crate::secret::value::Secret;

    #[test]
    fn response_headers_are_shown_in_order_and_masked() {
        let mut headers = HeaderMap::new();
        headers.append("x-echo", HeaderValue::from_static("a: made-up-key"));
        headers.append("x-latin", HeaderValue::from_bytes(b"gr\xfc\xdfe").unwrap());
        headers.append("x-empty", HeaderValue::from_static(""));
        headers.append("x-echo", HeaderValue::from_static("again"));
        let mut mask = Mask::default();
        mask.add(&Secret::from("made-up-key"));
        let shown = Headers::masked(&headers, &mask);
        let pairs: Vec<_> = shown.iter().collect();
        assert!(pairs.contains(&("x-echo", "a: [redacted]")) && pairs.contains(&("x-echo", "again")));
        assert_eq!((shown.get("x-latin"), shown.get("x-empty")), (Some("grüße"), Some("")));
        assert_eq!(pairs.len(), 4);
        assert_eq!(shown.get("absent"), None);
    }
}
