//! A call that a green thread waits for. A file descriptor becomes readable when the call has completed.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};

use descope_outbound::{Error, Response};
use pyo3::prelude::*;

use crate::abort_on_drop::AbortOnDrop;
use crate::completion::{aborted, result_to_python};
use crate::process::Process;
use crate::runtime::runtime;

/// A call in flight. Its drop aborts the call.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct PollableCall {
    completed: Arc<PipeReader>,
    result: SharedResult,
    abort: AbortOnDrop,
}

type SharedResult = Arc<Mutex<Option<Result<Response, Error>>>>;

/// Writes to a pipe when it is dropped.
///
/// A pipe works on every Unix, unlike an eventfd. The pipe is written to and not only closed: a child that is forked
/// meanwhile would hold it open.
struct NotifyOnDrop {
    writer: PipeWriter,
    /// Keeps the reader open until the write. A write to a pipe without a reader ends a program that does not ignore SIGPIPE.
    _reader: Arc<PipeReader>,
}

impl Drop for NotifyOnDrop {
    /// The drop happens however the call ends, so its waiter always wakes up.
    fn drop(&mut self) {
        // The pipe is empty, so one byte always fits.
        let _ = self.writer.write(&[0]);
    }
}

impl PollableCall {
    pub(crate) fn spawn(
        process: Process,
        call: impl Future<Output = Result<Response, Error>> + Send + 'static,
    ) -> PyResult<Self> {
        let runtime = runtime(process)?;
        let (reader, writer) = io::pipe()?;
        let completed = Arc::new(reader);
        let notify = NotifyOnDrop { writer, _reader: Arc::clone(&completed) };
        let result = SharedResult::default();
        let shared = Arc::clone(&result);
        let handle = runtime.spawn(call, move |completed| {
            // The closure owns it, so it notifies after the result has been stored.
            let _notify = notify;
            *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(completed);
        });
        Ok(Self { completed, result, abort: AbortOnDrop::new(process, handle) })
    }
}

#[pymethods]
impl PollableCall {
    /// Return a file descriptor that becomes readable when the call has completed.
    fn fileno(&self) -> RawFd {
        self.completed.as_raw_fd()
    }

    /// Return the response or the failure of the completed call. The second time there is none.
    fn result<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // The lock is free once the call has completed. In a forked child it may be held forever, so this does not wait.
        let result = self.result.try_lock().ok().and_then(|mut result| result.take());
        result_to_python(py, result.ok_or_else(aborted)?)
    }

    /// Drop the request. A request that has been sent may still take effect.
    fn abort(&self) {
        self.abort.abort();
    }
}
