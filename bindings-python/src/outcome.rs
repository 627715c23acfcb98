//! What a call comes to: an answer or a failure, both as values. Which exception a failure becomes is the face's to say.

use std::borrow::Cow;

use descope_outbound::Error;
use jiter::{PythonParse, StringCacheMode, map_json_error};
use pyo3::prelude::*;

/// A success.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Answer(descope_outbound::Answer);

#[pymethods]
impl Answer {
    /// The service's JSON as Python objects, made anew at each call.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = self.0.json();
        // Keys are the same in every answer; values are not, and a cache of them would keep tokens.
        let parse = PythonParse { cache_mode: StringCacheMode::Keys, ..PythonParse::default() };
        parse.python_parse(py, json).map_err(|error| map_json_error(json, &error))
    }

    #[getter]
    fn source(&self) -> &'static str {
        self.0.source().as_str()
    }

    #[getter]
    fn http_status(&self) -> u16 {
        self.0.status()
    }

    /// Name and value of each header, names in lower case.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.0.headers().to_vec()
    }

    /// The service's JSON as text.
    #[getter]
    fn body(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.0.json())
    }
}

/// Why there is no success. Everything in it is bounded, and its secrets are masked.
#[pyclass(frozen, get_all, module = "descope_outbound._native")]
pub(crate) struct Failure {
    kind: &'static str,
    /// Whether a request without an answer did not even reach the service.
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

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let answer = error.answer();
        let text = |text: &str| Some(text.to_owned());
        Self {
            kind: error.kind().as_str(),
            was_never_sent: error.was_never_sent(),
            message: error.to_string(),
            http_status: error.status(),
            headers: answer.map(|answer| answer.headers().to_vec()).unwrap_or_default(),
            body: answer.and_then(|answer| text(answer.body())),
            error_code: error.error_code().and_then(text),
            error_description: answer.and_then(|answer| text(answer.error_description())),
            error_message: answer.and_then(|answer| text(answer.error_message())),
            request_id: error.request_id().and_then(text),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
        }
    }
}

/// The outcome of a call, before it has become a Python object.
pub(crate) struct Outcome(pub(crate) Result<descope_outbound::Answer, Error>);

impl<'py> IntoPyObject<'py> for Outcome {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0 {
            Ok(answer) => Ok(Bound::new(py, Answer(answer))?.into_any()),
            Err(error) => Ok(Bound::new(py, Failure::from(error))?.into_any()),
        }
    }
}
