//! A secret on its way from the caller to the core.

use descope_outbound::Argument;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::argument;

/// Holds a secret, or a list or dict with secrets in it, so that no frame, traceback, pickle or `vars()` of ours does.
///
/// Anything may be put in, so that no error is raised while a frame still holds what may be a secret: what cannot be used
/// is refused where it is used.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Secret(Argument);

impl Secret {
    pub(crate) fn argument(&self) -> Argument {
        self.0.clone()
    }
}

#[pymethods]
impl Secret {
    #[new]
    fn new(value: &Bound<'_, PyAny>) -> Self {
        Self(match value.cast::<PyString>() {
            // A lone surrogate becomes a character that no credential may hold: it is refused without being quoted.
            Ok(text) => Argument::Secret(text.to_string_lossy().into_owned().into()),
            Err(_) => argument::argument("", value),
        })
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __repr__(&self) -> &'static str {
        descope_outbound::REDACTED
    }
}
