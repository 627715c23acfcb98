//! How what calls come to gets back to JavaScript: together, at one wake-up for all that are done by then.
//!
//! The thread that does the I/O writes each outcome down, into one text for many, and wakes JavaScript's thread for the
//! first of them. That one takes the text as it is. So an answer is let go of in the thread that it came to be in, at once:
//! the other would wait for the memory allocator, call by call.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use descope_outbound_runtime::{AbortHandle, Inbox as _, Runtime};
use napi::bindgen_prelude::{Env, FnArgs, Function, Result, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Status, sys};
use napi_derive::napi;

use crate::batch::{Batch, Text};
use crate::outcome::Outcome;
use crate::runtime::runtime;

/// The way back into one JavaScript environment: the main thread's, or a worker's.
#[napi]
#[derive(Clone)]
pub struct Bridge {
    under_way: Rc<UnderWay>,
    inbox: Arc<Inbox>,
}

/// What JavaScript waits for. Each call has a slot, which another has after it.
#[derive(Default)]
struct UnderWay(RefCell<Slots>);

#[derive(Default)]
struct Slots {
    calls: Vec<Option<AbortHandle>>,
    free: Vec<u32>,
}

struct Inbox {
    arrived: Mutex<VecDeque<Batch>>,
    /// How many outcomes are still to come.
    awaited: AtomicUsize,
    wake_up: WakeUp,
}

/// Weak: it keeps nothing alive by itself. Nor does what it carries, which is never dropped where an environment ends first.
type WakeUp = ThreadsafeFunction<Weak<Inbox>, Unknown<'static>, FnArgs<(Text, Text)>, Status, false, true>;

#[napi]
impl Bridge {
    /// `receive` is called with each batch: JSON that tells what the calls came to, and a text of headers that it refers
    /// to.
    #[napi(constructor, catch_unwind)]
    pub fn new(receive: Function<'_, FnArgs<(String, String)>, Unknown<'static>>) -> Result<Self> {
        let under_way = Rc::<UnderWay>::default();
        let waited_for = Rc::clone(&under_way);
        let wake_up = receive
            .build_threadsafe_function::<Weak<Inbox>>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |woken| {
                let taken = woken.value.upgrade().and_then(|inbox| inbox.take(woken.env, &waited_for));
                Ok(FnArgs::from(taken.unwrap_or_default().into_texts()))
            })?;
        Ok(Self {
            under_way,
            inbox: Arc::new(Inbox { arrived: Mutex::default(), awaited: AtomicUsize::default(), wake_up }),
        })
    }

    /// Drops the request of the call in this slot, wherever it is. One that has left may still take effect.
    #[napi(catch_unwind)]
    pub fn abort(&self, slot: u32) {
        if let Some(call) = self.under_way.0.borrow().call(slot) {
            call.abort();
        }
    }
}

impl Bridge {
    /// Begins a call, and gives it a slot. Until its outcome is handed over, under that, it keeps the process alive.
    pub(crate) fn begin(
        &self,
        env: Env,
        call: impl Future<Output = Outcome> + Send + 'static,
    ) -> Result<u32> {
        // First, since a delivery that is dropped in this thread would be left in the inbox, and wake nobody.
        let runtime = runtime()?;
        let mut under_way = self.under_way.0.borrow_mut();
        if under_way.are_all_free() {
            self.inbox.keep_alive(env, true);
        }
        self.inbox.awaited.fetch_add(1, Ordering::Relaxed);
        let slot = under_way.next();
        let delivery = Delivery { inbox: Arc::clone(&self.inbox), slot, outcome: Outcome::EndedEarly };
        under_way.fill(slot, runtime.begin(call, |outcome| delivery.make(outcome)));
        Ok(slot)
    }
}

impl Slots {
    fn are_all_free(&self) -> bool {
        self.calls.len() == self.free.len()
    }

    /// The one to fill next.
    fn next(&self) -> u32 {
        // More calls than that have no room in any memory.
        self.free.last().copied().unwrap_or_else(|| u32::try_from(self.calls.len()).unwrap_or(u32::MAX))
    }

    fn fill(&mut self, slot: u32, call: AbortHandle) {
        if self.free.pop().is_none() {
            self.calls.push(None);
        }
        if let Some(place) = self.calls.get_mut(slot as usize) {
            *place = Some(call);
        }
    }

    fn call(&self, slot: u32) -> Option<&AbortHandle> {
        self.calls.get(slot as usize)?.as_ref()
    }

    fn release(&mut self, slot: u32) {
        if self.calls.get_mut(slot as usize).and_then(Option::take).is_some() {
            self.free.push(slot);
        }
    }
}

/// With the environment, all who waited are gone.
impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.get_mut().calls.iter().flatten().for_each(AbortHandle::abort);
    }
}

impl descope_outbound_runtime::Inbox for Inbox {
    fn is_any_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed) > 0
    }

    /// Where the environment is gone, nobody is left to tell.
    fn wake(self: Arc<Self>) {
        self.wake_up.call(Arc::downgrade(&self), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

impl Inbox {
    fn arrived(&self) -> MutexGuard<'_, VecDeque<Batch>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In the runtime's thread: calls end, and are dropped, nowhere else.
    fn put(self: &Arc<Self>, slot: u32, outcome: &Outcome) {
        self.awaited.fetch_sub(1, Ordering::Relaxed);
        let is_first = {
            let mut arrived = self.arrived();
            let is_first = arrived.is_empty();
            if !arrived.back().is_some_and(|batch| batch.has_room_for(outcome)) {
                arrived.push_back(Batch::with_room_for(outcome));
            }
            if let Some(batch) = arrived.back_mut() {
                batch.add(slot, outcome);
            }
            is_first
        };
        if is_first {
            Runtime::wake_for(Arc::clone(self));
        }
    }

    /// In JavaScript's thread, which no longer waits for these.
    fn take(self: &Arc<Self>, env: Env, under_way: &UnderWay) -> Option<Batch> {
        let (taken, is_any_left) = {
            let mut arrived = self.arrived();
            (arrived.pop_front()?, !arrived.is_empty())
        };
        if is_any_left {
            Arc::clone(self).wake();
        }
        let mut under_way = under_way.0.borrow_mut();
        taken.slots().iter().for_each(|slot| under_way.release(*slot));
        if under_way.are_all_free() {
            self.keep_alive(env, false);
        }
        Some(taken)
    }

    /// Whether the environment's event loop, and with it the process, waits for being woken.
    fn keep_alive(&self, env: Env, keep: bool) {
        let handle = &self.wake_up.handle;
        handle.with_read_aborted(|is_gone| {
            if !is_gone {
                // SAFETY: in JavaScript's thread, which `env` shows, and before the function is gone, as has been asked.
                // It fails for neither of these alone.
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

/// Whatever happens to a call, JavaScript hears of it: nobody waits for good.
struct Delivery {
    inbox: Arc<Inbox>,
    slot: u32,
    outcome: Outcome,
}

impl Delivery {
    fn make(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let outcome = mem::replace(&mut self.outcome, Outcome::EndedEarly);
        self.inbox.put(self.slot, &outcome);
    }
}
