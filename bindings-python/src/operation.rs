//! The operations by their names.

use descope_outbound::Operation;
use descope_outbound::operation::OPERATIONS;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

pub(crate) fn operation_named(name: &str) -> PyResult<&'static Operation> {
    Operation::named(name)
        .ok_or_else(|| PyRuntimeError::new_err(format!("there is no operation called {name}")))
}

/// Return the name of every operation.
#[pyfunction]
pub(crate) fn operation_names() -> Vec<&'static str> {
    OPERATIONS.iter().map(|operation| operation.name).collect()
}
