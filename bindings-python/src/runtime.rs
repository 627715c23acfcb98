//! The runtime that all clients of a process share.

use std::io;
use std::sync::Arc;

use descope_outbound_runtime::{AbortHandle, Runtime};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::per_process::{Owned, PerProcess};
use crate::process::Process;

static RUNTIME: PerProcess<Runtime> = PerProcess::empty();

/// This process's runtime, started at its first use; it runs until the process ends.
pub(crate) fn runtime(process: Process) -> PyResult<Arc<Owned<Runtime>>> {
    RUNTIME.get_or_make(process, || Runtime::start().map_err(|error| no_thread(&error)))
}

/// The system has none to give.
pub(crate) fn no_thread(error: &io::Error) -> PyErr {
    PyRuntimeError::new_err(format!("no thread can be started: {error}"))
}

/// What ends a call early, in the process that began it alone: to end it takes locks of the runtime's, which in a forked
/// child may be held by a thread that is not there.
pub(crate) struct EarlyEnd {
    process: Process,
    handle: AbortHandle,
}

impl EarlyEnd {
    pub(crate) fn new(process: Process, handle: AbortHandle) -> Self {
        Self { process, handle }
    }

    /// Drops the request, wherever it is. A request that has left may still take effect.
    pub(crate) fn abort(&self) {
        if self.process == Process::current() {
            self.handle.abort();
        }
    }
}
