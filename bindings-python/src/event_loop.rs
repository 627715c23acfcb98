//! What an event loop waits for: calls that are done are handed over together, at one wake-up for all of them.
//!
//! The thread that does the I/O never waits for the interpreter's lock: it puts the outcome into the loop's inbox and
//! rings, and only for the first of a batch. The loop then empties the inbox, in its own thread.

use std::cell::RefCell;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use descope_outbound::{Answer, Error};
use descope_outbound_runtime::Runtime;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

use crate::bell::Bell;
use crate::held::Held;
use crate::outcome::Outcome;
use crate::process::Process;
use crate::runtime::{EarlyEnd, runtime};

/// What became of a call.
pub(crate) enum Finished {
    Call(Result<Answer, Error>),
    /// Whatever there was to wait for is over.
    Waited,
}

/// Ends a call before its outcome is there.
#[pyclass(frozen, module = "descope_outbound._native")]
pub(crate) struct Abort(EarlyEnd);

#[pymethods]
impl Abort {
    /// Drops the request, wherever it is. A request that has left may still take effect.
    fn abort(&self) {
        self.0.abort();
    }
}

/// A future of the running event loop for what the call comes to, and what ends the call early.
pub(crate) fn start(
    py: Python<'_>,
    process: Process,
    call: impl Future<Output = Finished> + Send + 'static,
) -> PyResult<(Bound<'_, PyAny>, Abort)> {
    let runtime = runtime(process)?;
    let event_loop = running_loop(py)?;
    let inbox = Inbox::of(&event_loop, process)?;
    inbox.bell.check()?;
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    let delivery = Delivery::new(inbox, &future);
    let abort = runtime.begin(call, |finished| delivery.make(finished));
    Ok((future, Abort(EarlyEnd::new(process, abort))))
}

fn running_loop(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static GET_RUNNING_LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    GET_RUNNING_LOOP.import(py, "asyncio", "get_running_loop")?.call0()
}

impl Finished {
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match self {
            Self::Call(outcome) => Outcome(outcome).into_pyobject(py),
            Self::Waited => Ok(py.None().into_bound(py)),
        }
    }
}

/// The calls of one event loop that are done and not yet handed over.
///
/// It is held by the loop, which calls it when the bell rings, and by the calls that were started there, and by nobody
/// else: it holds futures, which hold their loop, so a loop that is closed in between would be there for good.
struct Inbox {
    arrived: Mutex<Vec<Arrival>>,
    /// How many outcomes are still to come.
    awaited: AtomicUsize,
    bell: Bell,
}

struct Arrival {
    future: Held<Py<PyAny>>,
    /// None where the call ended without an outcome.
    finished: Option<Finished>,
}

/// The loops of a thread that have an inbox. A loop that moves to another thread has another there.
struct OfThread {
    process: Option<Process>,
    inboxes: Vec<(Held<Py<PyWeakrefReference>>, Weak<Inbox>)>,
}

thread_local! {
    static OF_THREAD: RefCell<OfThread> = const { RefCell::new(OfThread { process: None, inboxes: Vec::new() }) };
}

impl Inbox {
    /// The inbox of the event loop, which is the running one.
    fn of(event_loop: &Bound<'_, PyAny>, process: Process) -> PyResult<Arc<Self>> {
        let py = event_loop.py();
        let found = OF_THREAD.with_borrow_mut(|of_thread| {
            if of_thread.process != Some(process) {
                // What a fork brought along belongs to the parent: it is let lie, since a lock in it may be held.
                mem::forget(mem::take(&mut of_thread.inboxes));
                of_thread.process = Some(process);
            }
            let is_ours = |known: &Held<Py<PyWeakrefReference>>| {
                let known = known.get().and_then(|known| known.bind(py).upgrade());
                known.is_some_and(|known| known.is(event_loop))
            };
            let mut ours = of_thread.inboxes.iter().filter(|(known, _)| is_ours(known));
            ours.find_map(|(_, inbox)| inbox.upgrade())
        });
        found.map_or_else(|| Self::make(event_loop), Ok)
    }

    fn make(event_loop: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        let inbox = match Self::with_bell(event_loop, Bell::watched())? {
            Some(inbox) => inbox,
            None => Self::with_bell(event_loop, Some(Bell::call_soon(event_loop)?))?
                .ok_or_else(|| PyRuntimeError::new_err("the event loop cannot be woken"))?,
        };
        let known = Held::new(PyWeakrefReference::new(event_loop)?.unbind());
        let gone = OF_THREAD.with_borrow_mut(|of_thread| {
            let is_gone = |(_, inbox): &mut (_, Weak<Self>)| inbox.strong_count() == 0;
            let gone: Vec<_> = of_thread.inboxes.extract_if(.., is_gone).collect();
            of_thread.inboxes.push((known, Arc::downgrade(&inbox)));
            gone
        });
        // Outside of the borrow: what is dropped here may run any code.
        drop(gone);
        Ok(inbox)
    }

    fn with_bell(event_loop: &Bound<'_, PyAny>, bell: Option<Bell>) -> PyResult<Option<Arc<Self>>> {
        let Some(bell) = bell else { return Ok(None) };
        let inbox = Arc::new(Self { arrived: Mutex::default(), awaited: AtomicUsize::default(), bell });
        let empty = Bound::new(event_loop.py(), EmptyInbox(Arc::clone(&inbox)))?;
        Ok(inbox.bell.install(event_loop, empty.into_any())?.then_some(inbox))
    }

    fn arrived(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In a task of the runtime's: tasks begin, end and are dropped nowhere else.
    fn put(self: &Arc<Self>, arrival: Arrival) {
        self.awaited.fetch_sub(1, Ordering::Relaxed);
        let is_first = {
            let mut arrived = self.arrived();
            arrived.push(arrival);
            arrived.len() == 1
        };
        if is_first {
            Runtime::wake_for(Arc::clone(self));
        }
    }
}

impl descope_outbound_runtime::Inbox for Inbox {
    fn is_any_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed) > 0
    }

    fn wake(self: Arc<Self>) {
        let inbox = Arc::clone(&self);
        self.bell.ring(|py| Ok(Bound::new(py, EmptyInbox(inbox))?.into_any().unbind()));
    }
}

/// What the event loop calls when the bell has rung.
#[pyclass(frozen)]
struct EmptyInbox(Arc<Inbox>);

#[pymethods]
impl EmptyInbox {
    fn __call__(&self, py: Python<'_>) {
        // First, so that what arrives meanwhile rings again.
        self.0.bell.quieten();
        let arrived = mem::take(&mut *self.0.arrived());
        for arrival in arrived {
            if let Err(error) = arrival.hand_over(py) {
                error.write_unraisable(py, None);
            }
        }
    }
}

impl Arrival {
    fn hand_over(self, py: Python<'_>) -> PyResult<()> {
        let Some(future) = self.future.take() else { return Ok(()) };
        let future = future.bind(py);
        // Who waited may have been cancelled.
        if future.call_method0(intern!(py, "done"))?.is_truthy()? {
            return Ok(());
        }
        if let Some(finished) = self.finished {
            let result = finished.into_python(py)?;
            future.call_method1(intern!(py, "set_result"), (result,))?;
        } else {
            let lost = PyRuntimeError::new_err("the call ended early");
            future.call_method1(intern!(py, "set_exception"), (lost,))?;
        }
        Ok(())
    }
}

/// Whatever happens to a call, its future hears of it: nobody waits for good.
struct Delivery {
    inbox: Arc<Inbox>,
    future: Option<Held<Py<PyAny>>>,
}

impl Delivery {
    fn new(inbox: Arc<Inbox>, future: &Bound<'_, PyAny>) -> Self {
        inbox.awaited.fetch_add(1, Ordering::Relaxed);
        Self { inbox, future: Some(Held::new(future.clone().unbind())) }
    }

    fn make(mut self, finished: Finished) {
        self.put(Some(finished));
    }

    fn put(&mut self, finished: Option<Finished>) {
        if let Some(future) = self.future.take() {
            self.inbox.put(Arrival { future, finished });
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.put(None);
    }
}
