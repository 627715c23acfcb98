//! The ends of calls, as data.
//!
//! A failure is returned, not thrown: an error that crosses napi keeps only its text.

use descope_outbound::{Error, Response};

use crate::failure::NativeFailure;

/// How a call ended.
pub(crate) enum Completion {
    Success(Response),
    /// A [`NativeFailure`] as JSON.
    Failure(String),
    /// The caller's signal aborted the call, or its environment has ended.
    Aborted,
}

/// The JSON of the failure of an aborted call.
const ABORTED: &str =
    r#"{"ok":false,"kind":"aborted","message":"the call was aborted; the request may have taken effect"}"#;

impl Completion {
    /// The JSON of the response, or of the failure.
    pub(crate) fn json(&self) -> &str {
        match self {
            // The core has parsed it as JSON, which is UTF-8.
            Self::Success(response) => std::str::from_utf8(response.json()).unwrap_or("null"),
            Self::Failure(failure) => failure,
            Self::Aborted => ABORTED,
        }
    }

    /// Lines of `name: value`, names in lower case. A failure has its headers in its JSON.
    pub(crate) fn headers(&self) -> &str {
        match self {
            Self::Success(response) => response.headers().lines(),
            Self::Failure(_) | Self::Aborted => "",
        }
    }
}

impl From<Result<Response, Error>> for Completion {
    fn from(result: Result<Response, Error>) -> Self {
        match result {
            Ok(response) => Self::Success(response),
            // A failure holds only strings and numbers, so it always becomes JSON.
            Err(error) => {
                serde_json::to_string(&NativeFailure::from(error)).map_or(Self::Aborted, Self::Failure)
            }
        }
    }
}
