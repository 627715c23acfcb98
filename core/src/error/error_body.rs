//! A response that is not a success, and the fields of the service's error body.

use std::time::Duration;

use serde_json::Value;

use crate::secret::Headers;

/// A response that is not a success. Its body is limited in size, and the secrets of the call are masked.
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
/// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
/// if let Some(response) = error.response() {
///     eprintln!("HTTP {}: {}", response.status(), response.error_description());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ErrorResponse {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
    pub(crate) fields: ErrorBody,
    pub(crate) retry_after: Option<Duration>,
}

/// The three fields of the service's error bodies. A field that the body lacks is empty.
///
/// The error-handling guide has this shape: `{"errorCode", "errorDescription", "errorMessage"?}`.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) code: String,
    pub(crate) description: String,
    pub(crate) message: String,
}

impl ErrorBody {
    /// Reads the fields. All are empty if the body is not a JSON object.
    pub(crate) fn parse(body: &str) -> Self {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { code: text("errorCode"), description: text("errorDescription"), message: text("errorMessage") }
    }
}

impl ErrorResponse {
    /// The HTTP status.
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
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.response().map(|response| response.status()), Some(404));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers of the response.
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
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.response().and_then(|response| response.headers().get("content-type")), Some("application/json"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first 8 KiB of the body, as text.
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
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert!(error.response().is_some_and(|response| response.body().starts_with('{')));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The service's `errorDescription`. It is empty if the body has none.
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
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert!(error.response().is_some_and(|response| response.error_description() == "Outbound token not found"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn error_description(&self) -> &str {
        &self.fields.description
    }

    /// The service's `errorMessage`. It is empty if the body has none.
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
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert!(error.response().is_some_and(|response| response.error_message() == "Token not found"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn error_message(&self) -> &str {
        &self.fields.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_another_type_does_not_hide_the_other_fields() {
        let fields = ErrorBody::parse(r#"{"errorCode":"E1","errorDescription":7}"#);
        assert_eq!(fields.code, "E1");
        assert_eq!(fields.description, "");
    }

    #[test]
    fn a_body_that_is_not_an_object_has_no_fields() {
        for body in ["", "null", "[]", "<html>", "7", r#"["E111504"]"#] {
            assert_eq!(ErrorBody::parse(body).code, "", "{body}");
        }
    }
}
