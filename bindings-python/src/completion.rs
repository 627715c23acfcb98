//! The ends of calls, on their way to Python.

use descope_outbound::{Error, Response};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;

use crate::deferred_drop::DeferredDrop;
use crate::failure::PyFailure;
use crate::response::PyResponse;

/// How an awaited call ended.
pub(crate) enum Completion {
    Call(Result<Response, Error>),
    /// The client has been opened.
    Opened,
    /// The call was dropped before it had a result.
    Aborted,
}

/// A completion, and the future that waits for it.
pub(crate) struct FutureCompletion {
    pub(crate) future: DeferredDrop<Py<PyAny>>,
    pub(crate) completion: Completion,
}

impl FutureCompletion {
    /// Resolves the future, in its loop's thread.
    pub(crate) fn deliver(self, py: Python<'_>) -> PyResult<()> {
        let Some(future) = self.future.take() else { return Ok(()) };
        let future = future.bind(py);
        // The task that waits may have been cancelled.
        if future.call_method0(intern!(py, "done"))?.is_truthy()? {
            return Ok(());
        }
        match self.completion.into_python(py) {
            Ok(result) => future.call_method1(intern!(py, "set_result"), (result,)),
            Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),)),
        }
        .map(drop)
    }
}

impl Completion {
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match self {
            Self::Call(result) => result_to_python(py, result),
            Self::Opened => Ok(py.None().into_bound(py)),
            Self::Aborted => Err(aborted()),
        }
    }
}

/// Makes a response or a failure: both are values. The Python half decides which exception a failure becomes.
pub(crate) fn result_to_python(
    py: Python<'_>,
    result: Result<Response, Error>,
) -> PyResult<Bound<'_, PyAny>> {
    match result {
        Ok(response) => Ok(Bound::new(py, PyResponse::from(response))?.into_any()),
        Err(error) => Ok(Bound::new(py, PyFailure::from(error))?.into_any()),
    }
}

/// The error for a call that was dropped before it had a result.
pub(crate) fn aborted() -> PyErr {
    PyRuntimeError::new_err("the call was aborted before it had a result")
}
