//! Response headers with the secrets of the call masked.

use http::HeaderMap;

use crate::secret::mask::Mask;

/// The headers of a response, with the secrets of the call masked. Their names are in lower case.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
/// # let client = descope_outbound::Client::builder()
/// #     .project_id(emulator.project_id())
/// #     .management_key(emulator.management_key())
/// #     .base_url(emulator.base_url())
/// #     .build()?;
/// use descope_outbound::{Arguments, operation};
///
/// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
/// assert_eq!(response.headers().get("content-type"), Some("application/json"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// One string for all headers instead of two for each, since most callers never read them.
    lines: String,
}

impl Headers {
    pub(crate) fn masked(headers: &HeaderMap, mask: &Mask) -> Self {
        let mut lines = String::with_capacity(512);
        for (name, value) in headers {
            lines.extend([name.as_str(), ": "]);
            // Each byte is one character (ISO 8859-1), as in RFC 9110 and in the Fetch standard.
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

    /// The name and value of each header, in their order in the response. The names are in lower case.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// for (name, value) in response.headers().iter() {
    ///     println!("{name}: {value}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        // No value holds a line break, and no name a colon.
        self.lines.lines().filter_map(|line| line.split_once(": "))
    }

    /// The first value of a header. Pass the name in lower case.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.headers().get("content-type"), Some("application/json"));
    /// assert_eq!(response.headers().get("x-absent"), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All headers as one text: a line of `name: value` for each.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert!(response.headers().lines().contains("content-type: application/json\n"));
    /// # Ok(())
    /// # }
    /// ```
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
    fn response_headers_keep_their_order_and_are_masked() {
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
