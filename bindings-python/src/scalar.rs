//! Strings and numbers from Python. An error names the argument that has another type.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

/// Reads a string or None. A lone surrogate becomes a character that no id and no URL may hold, so the core refuses it
/// by name.
pub(crate) fn optional_text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(Some(text.to_string_lossy().into_owned())),
        Err(_) if value.is_none() => Ok(None),
        Err(_) => Err(wrong_type(name, "a string", value)),
    }
}

/// Reads a number. An integer that is too large for a float becomes infinity.
pub(crate) fn number(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    match value.extract::<f64>() {
        Ok(_) if value.is_instance_of::<PyBool>() => Err(wrong_type(name, "a number", value)),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Ok(f64::INFINITY),
        Err(_) => Err(wrong_type(name, "a number", value)),
        Ok(number) => Ok(number),
    }
}

pub(crate) fn wrong_type(name: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(given) => PyTypeError::new_err(format!("{name} must be {wanted}, not {given}")),
        Err(error) => error,
    }
}
