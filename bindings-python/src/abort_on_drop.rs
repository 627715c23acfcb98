//! The handle that ends a call early.

use descope_outbound_bindings_core::AbortHandle;
use pyo3::prelude::*;

use crate::process::Process;

/// Drops the request of a call when it is dropped itself.
///
/// It works only in the process that started the call: an abort takes locks of the runtime, and in a forked child a
/// thread that does not exist may hold them.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct AbortOnDrop {
    process: Process,
    handle: AbortHandle,
}

impl AbortOnDrop {
    pub(crate) fn new(process: Process, handle: AbortHandle) -> Self {
        Self { process, handle }
    }
}

#[pymethods]
impl AbortOnDrop {
    /// Drop the request. A request that has been sent may still take effect.
    pub(crate) fn abort(&self) {
        if self.process == Process::current() {
            self.handle.abort();
        }
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.abort();
    }
}
