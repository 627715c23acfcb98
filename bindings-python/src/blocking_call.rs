//! A call that blocks its thread, and still notices signals.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use descope_outbound::{Error, Response};
use pyo3::prelude::*;

use crate::abort_on_drop::AbortOnDrop;
use crate::completion::aborted;
use crate::process::Process;
use crate::runtime::runtime;

/// How soon a blocked call notices Ctrl-C and other signals.
const SIGNAL_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Waits with the GIL released until the call has a result. If a signal handler raises, the call is dropped.
pub(crate) fn block_on(
    py: Python<'_>,
    process: Process,
    call: impl Future<Output = Result<Response, Error>> + Send + 'static,
) -> PyResult<Result<Response, Error>> {
    let runtime = runtime(process)?;
    py.detach(|| {
        let (sender, receiver) = mpsc::sync_channel(1);
        // The call runs beside its connection's own task. This thread wakes up once, for the result.
        let handle = runtime.spawn(call, move |result| {
            // The receiver is gone if a signal came first.
            let _ = sender.send(result);
        });
        let _abort = AbortOnDrop::new(process, handle);
        loop {
            match receiver.recv_timeout(SIGNAL_CHECK_INTERVAL) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Disconnected) => return Err(aborted()),
                Err(RecvTimeoutError::Timeout) => check_signals()?,
            }
        }
    })
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone holds for one lifetime only")]
fn check_signals() -> PyResult<()> {
    // If the interpreter has ended, this thread ends with it.
    Python::try_attach(|py| py.check_signals()).unwrap_or(Ok(()))
}
