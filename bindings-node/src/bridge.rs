//! How what calls come to gets back to JavaScript: together, at one wake-up for all that are done by then.
//!
//! The thread that does the I/O puts each outcome into an inbox, and wakes JavaScript's thread for the first of a batch.
//! That one empties the inbox into one JavaScript function.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use descope_outbound_runtime::{AbortHandle, Runtime};
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

/// What JavaScript waits for, by the ids that it gave.
#[derive(Default)]
struct UnderWay(RefCell<HashMap<u32, AbortHandle>>);

struct Inbox {
    arrived: Mutex<Vec<(u32, Outcome)>>,
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
                let inbox = woken.value.upgrade();
                let batch = inbox.map_or_else(|| Batch::of(&[]), |inbox| inbox.take(woken.env, &waited_for));
                Ok(FnArgs::from((batch.json, batch.headers)))
            })?;
        Ok(Self { under_way, inbox: Arc::new(Inbox { arrived: Mutex::default(), wake_up }) })
    }

    /// Drops the request of the call with this id, wherever it is. One that has left may still take effect.
    #[napi(catch_unwind)]
    pub fn abort(&self, id: u32) {
        if let Some(call) = self.under_way.0.borrow().get(&id) {
            call.abort();
        }
    }
}

impl Bridge {
    /// Begins a call. Until its outcome is handed over, under this id, it keeps the process alive.
    pub(crate) fn begin(
        &self,
        env: Env,
        id: u32,
        call: impl Future<Output = Outcome> + Send + 'static,
    ) -> Result<()> {
        // First, since a delivery that is dropped in this thread would be left in the inbox, and wake nobody.
        let runtime = runtime()?;
        let delivery = Delivery { inbox: Arc::clone(&self.inbox), id, outcome: Outcome::EndedEarly };
        let call = runtime.begin(call, |outcome| delivery.make(outcome));
        let mut under_way = self.under_way.0.borrow_mut();
        if under_way.is_empty() {
            self.inbox.keep_alive(env, true);
        }
        under_way.insert(id, call);
        Ok(())
    }
}

/// With the environment, all who waited are gone.
impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.get_mut().values().for_each(AbortHandle::abort);
    }
}

impl Inbox {
    fn arrived(&self) -> MutexGuard<'_, Vec<(u32, Outcome)>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In the runtime's thread: calls end, and are dropped, nowhere else.
    fn put(self: &Arc<Self>, id: u32, outcome: Outcome) {
        let is_first = {
            let mut arrived = self.arrived();
            arrived.push((id, outcome));
            arrived.len() == 1
        };
        if is_first {
            let inbox = Arc::clone(self);
            // With the other calls whose answers came in together with this one's.
            Runtime::after_what_is_ready(move || inbox.wake());
        }
    }

    /// From any thread. Where the environment is gone, nobody is left to tell.
    fn wake(self: &Arc<Self>) {
        self.wake_up.call(Arc::downgrade(self), ThreadsafeFunctionCallMode::NonBlocking);
    }

    /// In JavaScript's thread, which no longer waits for these.
    fn take(self: &Arc<Self>, env: Env, under_way: &UnderWay) -> Batch {
        let (taken, is_any_left) = {
            let mut arrived = self.arrived();
            (Batch::split_from(&mut arrived), !arrived.is_empty())
        };
        if is_any_left {
            self.wake();
        }
        let mut under_way = under_way.0.borrow_mut();
        for (id, _) in &taken {
            under_way.remove(id);
        }
        if under_way.is_empty() {
            self.keep_alive(env, false);
        }
        Batch::of(&taken)
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
    id: u32,
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
        self.inbox.put(self.id, outcome);
    }
}
