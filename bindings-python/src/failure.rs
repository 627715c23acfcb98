//! A failure as Python reads it.

use descope_outbound::Error;
use descope_outbound_bindings_core::Failure;
use pyo3::prelude::*;

use crate::response::pairs;

/// A failed call as data.
#[pyclass(frozen, name = "Failure", module = "descope_outbound._native")]
pub(crate) struct PyFailure(Failure);

impl From<Error> for PyFailure {
    fn from(error: Error) -> Self {
        Self(Failure::from(error))
    }
}

#[pymethods]
impl PyFailure {
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind
    }

    #[getter]
    fn was_never_sent(&self) -> bool {
        self.0.was_never_sent
    }

    #[getter]
    fn reason(&self) -> Option<&'static str> {
        self.0.reason
    }

    #[getter]
    fn message(&self) -> String {
        self.0.snake_text()
    }

    #[getter]
    fn http_status(&self) -> Option<u16> {
        self.0.status
    }

    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.0.headers.as_ref().map(pairs).unwrap_or_default()
    }

    #[getter]
    fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    #[getter]
    fn error_code(&self) -> Option<&str> {
        self.0.error_code.as_deref()
    }

    #[getter]
    fn error_description(&self) -> Option<&str> {
        self.0.error_description.as_deref()
    }

    #[getter]
    fn error_message(&self) -> Option<&str> {
        self.0.error_message.as_deref()
    }

    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// In whole seconds.
    #[getter]
    fn retry_after(&self) -> Option<u64> {
        self.0.retry_after.map(|wait| wait.as_secs())
    }
}
