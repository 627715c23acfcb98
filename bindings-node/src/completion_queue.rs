//! The completed calls of a JavaScript environment, which one wake-up delivers together.
//!
//! The runtime's thread does the I/O. It writes each completion into a batch, and wakes JavaScript's thread for the first
//! one. That thread takes the batch's text as it is. So a response is dropped immediately, in the thread that made it; a drop
//! in the other thread would wait for the memory allocator, call by call.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use descope_outbound_bindings_core::{CompletionQueue, schedule_wake};
use napi::bindgen_prelude::{Env, FnArgs, Function, Result, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Status, sys};

use crate::calls_in_flight::CallsInFlight;
use crate::completion::Completion;
use crate::completion_batch::CompletionBatch;
use crate::wiped_text::WipedText;

/// The batches of one environment that JavaScript has not taken yet.
pub(crate) struct BatchQueue {
    completed: Mutex<VecDeque<CompletionBatch>>,
    /// The number of calls that have not completed yet.
    in_flight: AtomicUsize,
    waker: Waker,
}

/// Calls JavaScript's function in its own thread. It is weak, so it does not keep the environment alive. Its argument is
/// weak too: Node never drops the argument if the environment ends first.
type Waker = ThreadsafeFunction<
    Weak<BatchQueue>,
    Unknown<'static>,
    FnArgs<(WipedText, WipedText)>,
    Status,
    false,
    true,
>;

impl BatchQueue {
    /// Makes a queue whose wake-ups call `receive` with the texts of a batch.
    pub(crate) fn new(
        receive: &Function<'_, FnArgs<(String, String)>, Unknown<'static>>,
        calls: Rc<RefCell<CallsInFlight>>,
    ) -> Result<Self> {
        let waker = receive
            .build_threadsafe_function::<Weak<Self>>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |woken| {
                let taken = woken.value.upgrade().and_then(|queue| queue.take(woken.env, &calls));
                Ok(FnArgs::from(taken.unwrap_or_default().into_texts()))
            })?;
        Ok(Self { completed: Mutex::default(), in_flight: AtomicUsize::default(), waker })
    }

    fn completed(&self) -> MutexGuard<'_, VecDeque<CompletionBatch>> {
        self.completed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pushes a completion. Only the runtime's thread calls this: calls end and are dropped there.
    fn push(self: &Arc<Self>, slot: u32, completion: &Completion) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let is_first = {
            let mut completed = self.completed();
            let is_first = completed.is_empty();
            if !completed.back().is_some_and(|batch| batch.has_room_for(completion)) {
                completed.push_back(CompletionBatch::with_room_for(completion));
            }
            if let Some(batch) = completed.back_mut() {
                batch.push(slot, completion);
            }
            is_first
        };
        if is_first {
            schedule_wake(Arc::clone(self));
        }
    }

    /// Takes the first batch, in JavaScript's thread. Its calls are no longer in flight.
    fn take(self: &Arc<Self>, env: Env, calls: &RefCell<CallsInFlight>) -> Option<CompletionBatch> {
        let (taken, is_any_left) = {
            let mut completed = self.completed();
            (completed.pop_front()?, !completed.is_empty())
        };
        if is_any_left {
            Arc::clone(self).wake_consumer();
        }
        let mut calls = calls.borrow_mut();
        taken.slots().iter().for_each(|slot| calls.remove(*slot));
        if calls.is_empty() {
            self.keep_environment_alive(env, false);
        }
        Some(taken)
    }

    /// Sets whether the event loop, and with it the process, keeps running until the next wake-up.
    pub(crate) fn keep_environment_alive(&self, env: Env, keep: bool) {
        let handle = &self.waker.handle;
        handle.with_read_aborted(|is_aborted| {
            if !is_aborted {
                // SAFETY: `env` shows that this is JavaScript's thread, and the function has not been released, as just
                // checked. The two calls fail only otherwise.
                unsafe {
                    if keep {
                        sys::napi_ref_threadsafe_function(env.raw(), handle.get_raw());
                    } else {
                        sys::napi_unref_threadsafe_function(env.raw(), handle.get_raw());
                    }
                }
            }
        });
    }
}

impl CompletionQueue for BatchQueue {
    fn has_calls_in_flight(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
    }

    /// This does nothing if the environment has ended.
    fn wake_consumer(self: Arc<Self>) {
        self.waker.call(Arc::downgrade(&self), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

/// The completion of a call in flight. It is pushed exactly once, even if the call is dropped.
pub(crate) struct PendingCompletion {
    queue: Arc<BatchQueue>,
    slot: u32,
    completion: Completion,
}

impl PendingCompletion {
    pub(crate) fn new(queue: &Arc<BatchQueue>, slot: u32) -> Self {
        queue.in_flight.fetch_add(1, Ordering::Relaxed);
        Self { queue: Arc::clone(queue), slot, completion: Completion::Aborted }
    }

    pub(crate) fn complete(mut self, completion: Completion) {
        self.completion = completion;
    }
}

impl Drop for PendingCompletion {
    fn drop(&mut self) {
        let completion = mem::replace(&mut self.completion, Completion::Aborted);
        self.queue.push(self.slot, &completion);
    }
}
