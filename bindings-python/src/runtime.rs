//! The runtime that all clients of a process share.

use std::sync::Arc;

use descope_outbound_runtime::Runtime;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::per_process::{Owned, PerProcess};
use crate::process::Process;

static RUNTIME: PerProcess<Runtime> = PerProcess::empty();

/// This process's runtime, started at its first use; it runs until the process ends.
pub(crate) fn runtime(process: Process) -> PyResult<Arc<Owned<Runtime>>> {
    RUNTIME.get_or_make(process, || {
        Runtime::start()
            .map_err(|error| PyRuntimeError::new_err(format!("no thread can be started: {error}")))
    })
}
