//! A call that a green thread waits for: a descriptor tells when it is done, so that others may run until then.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};

use descope_outbound::{Answer, Error};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::outcome::Outcome;
use crate::process::Process;
use crate::runtime::{EarlyEnd, runtime};

/// A call under way. Dropping it ends the call.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Pending {
    is_over: Arc<PipeReader>,
    outcome: Slot,
    end: EarlyEnd,
}

type Slot = Arc<Mutex<Option<Result<Answer, Error>>>>;

/// A pipe, and not an event descriptor, since that works on every Unix; and written to, and not just closed, since a
/// child that is forked meanwhile would hold it open.
struct Bell {
    writer: PipeWriter,
    /// Kept until it has rung: in a program that has not left SIGPIPE ignored, a pipe without a reader would be its end.
    _reader: Arc<PipeReader>,
}

impl Drop for Bell {
    /// However the call ends: nobody waits for good.
    fn drop(&mut self) {
        // It is one byte in an empty pipe.
        let _ = self.writer.write(&[0]);
    }
}

impl Pending {
    pub(crate) fn start(
        process: Process,
        call: impl Future<Output = Result<Answer, Error>> + Send + 'static,
    ) -> PyResult<Self> {
        let runtime = runtime(process)?;
        let (reader, writer) = io::pipe()?;
        let is_over = Arc::new(reader);
        let (bell, outcome) = (Bell { writer, _reader: Arc::clone(&is_over) }, Slot::default());
        let slot = Arc::clone(&outcome);
        let abort = runtime.begin(call, move |finished| {
            // Moved in, so that it rings after all else.
            let _bell = bell;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(finished);
        });
        Ok(Self { is_over, outcome, end: EarlyEnd::new(process, abort) })
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.end.abort();
    }
}

#[pymethods]
impl Pending {
    /// Of a descriptor that can be read once the call is over.
    fn fileno(&self) -> RawFd {
        self.is_over.as_raw_fd()
    }

    /// What the call came to; to be asked for once, when it is over.
    fn outcome<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // Free once the call is over; in a forked child it may be held for good.
        let finished = self.outcome.try_lock().ok().and_then(|mut outcome| outcome.take());
        match finished {
            Some(finished) => Outcome(finished).into_pyobject(py),
            None => Err(PyRuntimeError::new_err("the call ended early")),
        }
    }

    /// Drops the request, wherever it is. A request that has left may still take effect.
    fn abort(&self) {
        self.end.abort();
    }
}
