//! The runtime that all clients of a process share.

use std::io;
use std::sync::Arc;

use descope_outbound_bindings_core::Runtime;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::per_process::{PerProcess, ProcessOwned};
use crate::process::Process;

static RUNTIME: PerProcess<Runtime> = PerProcess::empty();

/// Returns this process's runtime. The first call starts it, and it runs until the process ends.
pub(crate) fn runtime(process: Process) -> PyResult<Arc<ProcessOwned<Runtime>>> {
    RUNTIME.get_or_make(process, || Runtime::start().map_err(|error| cannot_start_thread(&error)))
}

/// The error for a process that cannot start another thread.
pub(crate) fn cannot_start_thread(error: &io::Error) -> PyErr {
    PyRuntimeError::new_err(format!("cannot start a thread: {error}"))
}
