//! A failure as Python reads it.

use descope_outbound::Error;
use pyo3::prelude::*;

use crate::response::pairs;

/// A failed call as data. Its texts are bounded, and their secrets are masked.
#[pyclass(frozen, get_all, name = "Failure", module = "descope_outbound._native")]
pub(crate) struct PyFailure {
    kind: &'static str,
    /// Whether no part of the request was sent.
    was_never_sent: bool,
    message: String,
    http_status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    error_code: Option<String>,
    error_description: Option<String>,
    error_message: Option<String>,
    request_id: Option<String>,
    /// In whole seconds.
    retry_after: Option<u64>,
}

impl From<Error> for PyFailure {
    fn from(error: Error) -> Self {
        let response = error.response();
        let text = |text: &str| Some(text.to_owned());
        Self {
            kind: error.kind().as_str(),
            was_never_sent: error.was_never_sent(),
            message: error.to_string(),
            http_status: error.status(),
            headers: response.map(|response| pairs(response.headers())).unwrap_or_default(),
            body: response.and_then(|response| text(response.body())),
            error_code: error.error_code().and_then(text),
            error_description: response.and_then(|response| text(response.error_description())),
            error_message: response.and_then(|response| text(response.error_message())),
            request_id: error.request_id().and_then(text),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
        }
    }
}
