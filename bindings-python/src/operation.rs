//! The operations by their names.

use descope_outbound::Operation;
use descope_outbound_bindings_core as bindings_core;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// Returns the operation with this name; raises if there is none.
pub(crate) fn operation_named(name: &str) -> PyResult<&'static Operation> {
    bindings_core::operation_named(name).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}
