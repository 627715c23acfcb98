//! What a Python client and its cache share: a configuration, and a core client for each process that uses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use descope_outbound::{Client, ClientBuilder, Error};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::deferred_drop::drain_deferred_drops;
use crate::per_process::{PerProcess, ProcessOwned};
use crate::process::Process;

/// The core's client of one process.
pub(crate) type ProcessClient = Arc<ProcessOwned<Client>>;

pub(crate) struct SharedClient {
    builder: ClientBuilder,
    clients: PerProcess<Client>,
    is_closed: AtomicBool,
}

impl SharedClient {
    pub(crate) fn new(builder: ClientBuilder) -> Self {
        Self { builder, clients: PerProcess::empty(), is_closed: AtomicBool::new(false) }
    }

    /// Returns this process's client; also after `close`.
    pub(crate) fn get(&self, process: Process) -> Result<ProcessClient, Error> {
        let client = self.clients.get_or_make(process, || self.builder.clone().build());
        // `close` in another thread may have cleared the slot before this thread filled it.
        if self.is_closed() {
            self.clients.clear();
        }
        client
    }

    /// Returns this process's client, and raises after `close`.
    pub(crate) fn get_open(&self, process: Process) -> PyResult<Result<ProcessClient, Error>> {
        if self.is_closed() {
            return Err(PyRuntimeError::new_err("the client has been closed"));
        }
        Ok(self.get(process))
    }

    /// Calls the function with this process's client; returns None if this process has none yet, and after `close`.
    pub(crate) fn with_open<Result>(
        &self,
        process: Process,
        use_client: impl FnOnce(&Client) -> Result,
    ) -> Option<Result> {
        if self.is_closed() { None } else { self.clients.with(process, use_client) }
    }

    /// Refuses later calls. Idle connections close now, the others when their calls end.
    pub(crate) fn close(&self, py: Python<'_>) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.clients.clear();
        drain_deferred_drops(py);
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }
}

/// The cache's Python objects are dropped together with the client.
impl Drop for SharedClient {
    fn drop(&mut self) {
        self.clients.clear();
        Python::try_attach(drain_deferred_drops);
    }
}
