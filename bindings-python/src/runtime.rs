//! The tokio runtime that all clients of a process share.

use std::future::pending;
use std::sync::Arc;
use std::thread;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle};

use crate::per_process::{Owned, PerProcess};
use crate::process::Process;

/// For names that are looked up, and for event loops that are woken by way of the interpreter, whose lock is waited for:
/// more threads would wait beside each other.
const BLOCKING_THREADS: usize = 8;

static RUNTIME: PerProcess<Handle> = PerProcess::empty();

/// This process's runtime, started at its first use; it runs until the process ends.
///
/// It has one thread. I/O and parsing take microseconds a call: more threads would only pass work around. And beside
/// each other on one thread, a connection is back in the pool when its call ends; with more, the next call may come
/// first and open another.
pub(crate) fn runtime(process: Process) -> PyResult<Arc<Owned<Handle>>> {
    RUNTIME.get_or_make(process, || {
        start().map_err(|error| PyRuntimeError::new_err(format!("no thread can be started: {error}")))
    })
}

fn start() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("descope-outbound")
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("descope-outbound".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}
