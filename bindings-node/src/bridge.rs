//! The way from a call's end back to JavaScript.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Env, FnArgs, Function, Result, Unknown};
use napi_derive::napi;

use crate::calls_in_flight::CallsInFlight;
use crate::completion::Completion;
use crate::completion_queue::{BatchQueue, PendingCompletion};
use crate::runtime::runtime;

/// Delivers completions to one JavaScript environment: the main thread's, or a worker's.
#[napi]
#[derive(Clone)]
pub struct Bridge {
    calls: Rc<RefCell<CallsInFlight>>,
    queue: Arc<BatchQueue>,
}

#[napi]
impl Bridge {
    /// `receive` is called with each batch: the completions as JSON, and a text of headers that the JSON refers to.
    #[napi(constructor, catch_unwind)]
    pub fn new(receive: Function<'_, FnArgs<(String, String)>, Unknown<'static>>) -> Result<Self> {
        let calls = Rc::<RefCell<CallsInFlight>>::default();
        let queue = Arc::new(BatchQueue::new(&receive, Rc::clone(&calls))?);
        Ok(Self { calls, queue })
    }

    /// Drops the request of the call in this slot. A request that has been sent may still take effect.
    #[napi(catch_unwind)]
    pub fn abort(&self, slot: u32) {
        if let Some(call) = self.calls.borrow().get(slot) {
            call.abort();
        }
    }
}

impl Bridge {
    /// Starts a call, and returns its slot. The call keeps the process alive until its completion has been delivered.
    pub(crate) fn spawn(
        &self,
        env: Env,
        call: impl Future<Output = Completion> + Send + 'static,
    ) -> Result<u32> {
        // An early return after `PendingCompletion::new` would push from this thread, and no wake-up would follow.
        let runtime = runtime()?;
        let mut calls = self.calls.borrow_mut();
        if calls.is_empty() {
            self.queue.keep_environment_alive(env, true);
        }
        let slot = calls.next_slot();
        let pending = PendingCompletion::new(&self.queue, slot);
        calls.insert(slot, runtime.spawn(call, |completion| pending.complete(completion)));
        Ok(slot)
    }
}
