//! Calls that an event loop awaits.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::abort_on_drop::AbortOnDrop;
use crate::completion::Completion;
use crate::completion_queue::{LoopCompletionQueue, PendingCompletion};
use crate::process::Process;
use crate::runtime::runtime;

/// Starts a call. Returns a future of the running event loop, and the handle that ends the call early.
pub(crate) fn spawn(
    py: Python<'_>,
    process: Process,
    call: impl Future<Output = Completion> + Send + 'static,
) -> PyResult<(Bound<'_, PyAny>, AbortOnDrop)> {
    let runtime = runtime(process)?;
    let event_loop = running_loop(py)?;
    let queue = LoopCompletionQueue::of(&event_loop, process)?;
    queue.waker.check()?;
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    let pending = PendingCompletion::new(queue, &future);
    let handle = runtime.spawn(call, |completion| pending.complete(completion));
    Ok((future, AbortOnDrop::new(process, handle)))
}

fn running_loop(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static GET_RUNNING_LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    GET_RUNNING_LOOP.import(py, "asyncio", "get_running_loop")?.call0()
}
