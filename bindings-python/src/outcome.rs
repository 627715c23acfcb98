//! What a call comes to: an answer or a failure, both as values. Which exception a failure becomes is the face's to say.

use std::borrow::Cow;

use descope_outbound::{Error, Headers};
use jiter::{PythonParse, StringCacheMode, map_json_error};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::pattern::DictKind;

/// A success.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Answer(descope_outbound::Answer);

#[pymethods]
impl Answer {
    /// The service's JSON as Python objects, made anew at each call.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        parse(py, &self.0)
    }

    /// The service's JSON, which is an object, as a `kind` of dict that also has the attribute `source`; its member of
    /// this name as a `member_kind`, which has no `__init__` of its own.
    fn json_as<'py>(
        &self,
        kind: &Bound<'py, PyType>,
        member: &Bound<'py, PyString>,
        member_kind: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let object = parse_as(&self.0, kind, member, member_kind)?;
        object.setattr(intern!(kind.py(), "source"), self.source(kind.py()))?;
        Ok(object)
    }

    #[getter]
    fn source<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.0.source().as_str())
    }

    #[getter]
    fn http_status(&self) -> u16 {
        self.0.status()
    }

    /// Name and value of each header, names in lower case.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        pairs(self.0.headers())
    }

    /// The service's JSON as text.
    #[getter]
    fn body(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.0.json())
    }
}

fn parse<'py>(py: Python<'py>, answer: &descope_outbound::Answer) -> PyResult<Bound<'py, PyAny>> {
    let json = answer.json();
    // Keys are the same in every answer; values are not, and a cache of them would keep tokens.
    let parse = PythonParse { cache_mode: StringCacheMode::Keys, ..PythonParse::default() };
    parse.python_parse(py, json).map_err(|error| map_json_error(json, &error))
}

/// See [`Answer::json_as`]; still without a `source`.
pub(crate) fn parse_as<'py>(
    answer: &descope_outbound::Answer,
    kind: &Bound<'py, PyType>,
    member: &Bound<'py, PyString>,
    member_kind: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyDict>> {
    let members = parse(kind.py(), answer)?.cast_into::<PyDict>()?;
    if let Some(inner) = members.get_item(member)?
        && let Ok(inner) = inner.cast_exact::<PyDict>()
    {
        members.set_item(member, DictKind::new(member_kind)?.of(inner)?)?;
    }
    DictKind::new(kind)?.of(&members)
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
            headers: answer.map(|answer| pairs(answer.headers())).unwrap_or_default(),
            body: answer.and_then(|answer| text(answer.body())),
            error_code: error.error_code().and_then(text),
            error_description: answer.and_then(|answer| text(answer.error_description())),
            error_message: answer.and_then(|answer| text(answer.error_message())),
            request_id: error.request_id().and_then(text),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
        }
    }
}

fn pairs(headers: &Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
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
