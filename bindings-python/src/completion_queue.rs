//! The completed calls of an event loop, which one wake-up delivers together.
//!
//! The runtime's thread does the I/O, and never waits for the interpreter's lock. It pushes each completion to the loop's
//! queue, and wakes the loop for the first one of a batch. The loop then empties the queue, in its own thread.

use std::cell::RefCell;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use descope_outbound_bindings_core::{CompletionQueue, schedule_wake};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};

use crate::completion::{Completion, FutureCompletion};
use crate::deferred_drop::DeferredDrop;
use crate::loop_waker::LoopWaker;
use crate::process::Process;

/// The completions of one event loop that have not been delivered yet.
///
/// Only two kinds of owners hold the queue: the loop, through its callback, and the calls that were started there. The
/// queue holds futures, and a future holds its loop. Another owner would keep a closed loop alive forever.
pub(crate) struct LoopCompletionQueue {
    completed: Mutex<Vec<FutureCompletion>>,
    /// The number of calls that have not completed yet.
    in_flight: AtomicUsize,
    pub(crate) waker: LoopWaker,
}

/// The queues of one thread's event loops. A loop that moves to another thread gets another queue there.
struct ThreadQueues {
    process: Option<Process>,
    queues: Vec<(DeferredDrop<Py<PyWeakrefReference>>, Weak<LoopCompletionQueue>)>,
}

thread_local! {
    static QUEUES: RefCell<ThreadQueues> = const { RefCell::new(ThreadQueues { process: None, queues: Vec::new() }) };
}

impl LoopCompletionQueue {
    /// Returns the queue of the event loop that runs in this thread.
    pub(crate) fn of(event_loop: &Bound<'_, PyAny>, process: Process) -> PyResult<Arc<Self>> {
        let py = event_loop.py();
        let found = QUEUES.with_borrow_mut(|thread| {
            if thread.process != Some(process) {
                // After a fork these are the parent's queues. They leak, since a lock in them may be held forever.
                mem::forget(mem::take(&mut thread.queues));
                thread.process = Some(process);
            }
            let is_of_loop = |known: &DeferredDrop<Py<PyWeakrefReference>>| {
                let known = known.get().and_then(|known| known.bind(py).upgrade());
                known.is_some_and(|known| known.is(event_loop))
            };
            let mut queues = thread.queues.iter().filter(|(known, _)| is_of_loop(known));
            queues.find_map(|(_, queue)| queue.upgrade())
        });
        found.map_or_else(|| Self::make(event_loop), Ok)
    }

    fn make(event_loop: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        let queue = match Self::with_waker(event_loop, LoopWaker::event_fd())? {
            Some(queue) => queue,
            None => Self::with_waker(event_loop, Some(LoopWaker::call_soon(event_loop)?))?
                .ok_or_else(|| PyRuntimeError::new_err("the event loop cannot be woken"))?,
        };
        let known = DeferredDrop::new(PyWeakrefReference::new(event_loop)?.unbind());
        let unused = QUEUES.with_borrow_mut(|thread| {
            let is_unused = |(_, queue): &mut (_, Weak<Self>)| queue.strong_count() == 0;
            let unused: Vec<_> = thread.queues.extract_if(.., is_unused).collect();
            thread.queues.push((known, Arc::downgrade(&queue)));
            unused
        });
        // The drop may run any code, so it happens after the borrow has ended.
        drop(unused);
        Ok(queue)
    }

    fn with_waker(event_loop: &Bound<'_, PyAny>, waker: Option<LoopWaker>) -> PyResult<Option<Arc<Self>>> {
        let Some(waker) = waker else { return Ok(None) };
        let queue = Arc::new(Self { completed: Mutex::default(), in_flight: AtomicUsize::default(), waker });
        let callback = Bound::new(event_loop.py(), DeliverCompletions(Arc::clone(&queue)))?;
        Ok(queue.waker.install(event_loop, callback.into_any())?.then_some(queue))
    }

    fn completed(&self) -> MutexGuard<'_, Vec<FutureCompletion>> {
        self.completed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pushes a completion. Only the runtime's thread calls this: calls start, end and are dropped there.
    fn push(self: &Arc<Self>, completion: FutureCompletion) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let is_first = {
            let mut completed = self.completed();
            completed.push(completion);
            completed.len() == 1
        };
        if is_first {
            schedule_wake(Arc::clone(self));
        }
    }
}

impl CompletionQueue for LoopCompletionQueue {
    fn has_calls_in_flight(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
    }

    fn wake_consumer(self: Arc<Self>) {
        let queue = Arc::clone(&self);
        self.waker.wake(|py| Ok(Bound::new(py, DeliverCompletions(queue))?.into_any().unbind()));
    }
}

/// The callback that the event loop runs when it is woken.
#[pyclass(frozen)]
struct DeliverCompletions(Arc<LoopCompletionQueue>);

#[pymethods]
impl DeliverCompletions {
    fn __call__(&self, py: Python<'_>) {
        // The reset comes first, so that a completion that is pushed meanwhile wakes the loop again.
        self.0.waker.reset();
        let completed = mem::take(&mut *self.0.completed());
        for completion in completed {
            if let Err(error) = completion.deliver(py) {
                error.write_unraisable(py, None);
            }
        }
    }
}

/// The completion of a call in flight. It is pushed exactly once, even if the call is dropped.
pub(crate) struct PendingCompletion {
    queue: Arc<LoopCompletionQueue>,
    future: Option<DeferredDrop<Py<PyAny>>>,
}

impl PendingCompletion {
    pub(crate) fn new(queue: Arc<LoopCompletionQueue>, future: &Bound<'_, PyAny>) -> Self {
        queue.in_flight.fetch_add(1, Ordering::Relaxed);
        Self { queue, future: Some(DeferredDrop::new(future.clone().unbind())) }
    }

    pub(crate) fn complete(mut self, completion: Completion) {
        self.push(completion);
    }

    fn push(&mut self, completion: Completion) {
        if let Some(future) = self.future.take() {
            self.queue.push(FutureCompletion { future, completion });
        }
    }
}

impl Drop for PendingCompletion {
    fn drop(&mut self) {
        self.push(Completion::Aborted);
    }
}
