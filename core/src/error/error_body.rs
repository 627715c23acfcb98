//! A response that is not a success, and the fields of the service's error body.

use std::time::Duration;

use serde_json::Value;

use crate::secret::Headers;

/// A response that is not a success: bounded in size, with the secrets of the call masked.
///
/// ```no_run
/// # async fn example(client: descope_outbound::Client) {
/// if let Err(error) = client.delete_token("token-id").await
///     && let Some(response) = error.response()
/// {
///     eprintln!("HTTP {}: {}", response.status(), response.error_description());
/// }
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
/// Shape from the error-handling guide: `{"errorCode", "errorDescription", "errorMessage"?}`.
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
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first 8 KiB of the body, as text.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The service's `errorDescription`, or an empty string.
    #[must_use]
    pub fn error_description(&self) -> &str {
        &self.fields.description
    }

    /// The service's `errorMessage`, or an empty string.
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
