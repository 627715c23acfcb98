//! The service's response as Python reads it.

use std::borrow::Cow;

use descope_outbound::{Headers, Response};
use jiter::{PythonParse, StringCacheMode, map_json_error};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::dict_subclass::DictSubclass;

/// The response of a successful call.
#[pyclass(frozen, name = "Response", module = "descope_outbound._native")]
pub(crate) struct PyResponse(Response);

impl From<Response> for PyResponse {
    fn from(response: Response) -> Self {
        Self(response)
    }
}

#[pymethods]
impl PyResponse {
    /// Parse the service's JSON. Each call returns new objects.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        parse(py, &self.0)
    }

    /// Parse the service's JSON, which is an object, into subclasses of dict.
    ///
    /// The object becomes a `dict_class`, which also has the attribute `source`. Its member with this name becomes a
    /// `member_class`, which has no `__init__` of its own.
    fn json_as<'py>(
        &self,
        dict_class: &Bound<'py, PyType>,
        member: &Bound<'py, PyString>,
        member_class: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let object = parse_as(&self.0, dict_class, member, member_class)?;
        object.setattr(intern!(dict_class.py(), "source"), self.source(dict_class.py()))?;
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

    /// Name and value of each header; the names are in lower case.
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

fn parse<'py>(py: Python<'py>, response: &Response) -> PyResult<Bound<'py, PyAny>> {
    let json = response.json();
    // Every response has the same keys, so they are cached. A cache of values would keep tokens.
    let parse = PythonParse { cache_mode: StringCacheMode::Keys, ..PythonParse::default() };
    parse.python_parse(py, json).map_err(|error| map_json_error(json, &error))
}

/// As [`PyResponse::json_as`], without the attribute `source`.
pub(crate) fn parse_as<'py>(
    response: &Response,
    dict_class: &Bound<'py, PyType>,
    member: &Bound<'py, PyString>,
    member_class: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyDict>> {
    let members = parse(dict_class.py(), response)?.cast_into::<PyDict>()?;
    if let Some(inner) = members.get_item(member)?
        && let Ok(inner) = inner.cast_exact::<PyDict>()
    {
        members.set_item(member, DictSubclass::new(member_class)?.instance(inner)?)?;
    }
    DictSubclass::new(dict_class)?.instance(&members)
}

/// Name and value of each header.
pub(crate) fn pairs(headers: &Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
