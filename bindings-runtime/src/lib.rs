//! The thread that the calls of a process run on, in both bindings: the core starts none.
#![forbid(unsafe_code)]

use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use futures_util::FutureExt;
pub use futures_util::future::AbortHandle;
use futures_util::future::abortable;
use tokio::runtime::{Builder, Handle};
use tokio::sync::Notify;

/// For names that are looked up: more threads would wait beside each other.
const BLOCKING_THREADS: usize = 8;

const NAME: &str = "descope-outbound";

/// A tokio runtime with one thread, which lives as long as the process.
///
/// I/O and parsing take microseconds a call: more threads would only pass work around. And beside each other on one
/// thread, a connection is back in the pool when its call ends; with more, the next call may come first and open another.
#[derive(Clone)]
pub struct Runtime {
    begun: Arc<Begun>,
}

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Calls that the thread has not taken up yet. It is woken for the first of them alone: with tokio's own `spawn` each
/// call is a system call, whether the thread is awake or not.
#[derive(Default)]
struct Begun {
    calls: Mutex<Vec<Call>>,
    is_any: Notify,
}

impl Runtime {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has none to give.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name(NAME)
            .enable_all()
            .build()?;
        let started = Self { begun: Arc::default() };
        let begun = Arc::clone(&started.begun);
        thread::Builder::new().name(NAME.to_owned()).spawn(move || runtime.block_on(begun.take_up()))?;
        Ok(started)
    }

    /// Begins a call, and hands over what it comes to; all in the runtime's thread. Once aborted it is dropped, there too.
    pub fn begin<Outcome: 'static>(
        &self,
        call: impl Future<Output = Outcome> + Send + 'static,
        hand_over: impl FnOnce(Outcome) + Send + 'static,
    ) -> AbortHandle {
        // Not with `async`, whose blocks hold what they await twice.
        let (call, abort) = abortable(call.map(hand_over));
        self.begun.add(Box::pin(call.map(drop)));
        abort
    }

    /// Does this behind what is ready now: from within a call alone, since nothing wakes the thread for it.
    pub fn after_what_is_ready(work: impl FnOnce() + Send + 'static) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async {
                tokio::task::yield_now().await;
                work();
            });
        }
    }
}

impl Begun {
    fn add(&self, call: Call) {
        let is_first = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call);
            calls.len() == 1
        };
        if is_first {
            self.is_any.notify_one();
        }
    }

    async fn take_up(&self) {
        loop {
            self.is_any.notified().await;
            let calls = mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
            for call in calls {
                drop(tokio::spawn(call));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn calls_from_many_threads_all_come_to_something_in_one_thread() {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for caller in 0..8 {
                let (runtime, sender) = (&runtime, &sender);
                scope.spawn(move || {
                    for call in 0..100 {
                        let sender = sender.clone();
                        let hand_over = move |number| sender.send((number, thread::current().id())).unwrap();
                        runtime.begin(ready(100 * caller + call), hand_over);
                    }
                });
            }
        });
        let mut outcomes: Vec<_> = (0..800).map(|_| receiver.recv_timeout(SOON).unwrap()).collect();
        let thread = outcomes[0].1;
        outcomes.sort_by_key(|(number, _)| *number);
        let expected: Vec<_> = (0..800).map(|number| (number, thread)).collect();
        assert_eq!(outcomes, expected);
    }

    /// Tells when it is dropped.
    struct Told(mpsc::Sender<()>);

    impl Drop for Told {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn an_aborted_call_is_dropped_with_what_it_holds_and_hands_nothing_over() {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        let held = Told(sender);
        let call = async move {
            let _held = held;
            pending::<()>().await;
        };
        let abort = runtime.begin(call, |()| unreachable!("it has no outcome"));
        assert!(receiver.recv_timeout(Duration::from_millis(20)).is_err());
        abort.abort();
        receiver.recv_timeout(SOON).unwrap();
    }

    #[test]
    fn what_comes_after_all_that_is_ready_comes_after_calls_begun_before_it() {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        let first = sender.clone();
        runtime.begin(
            async move {
                Runtime::after_what_is_ready(move || first.send("after").unwrap());
                for _ in 0..3 {
                    let sender = sender.clone();
                    tokio::spawn(async move { sender.send("ready").unwrap() });
                }
            },
            drop,
        );
        let order: Vec<_> = (0..4).map(|_| receiver.recv_timeout(SOON).unwrap()).collect();
        assert_eq!(order, ["ready", "ready", "ready", "after"]);
    }
}
