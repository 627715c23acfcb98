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

/// How often what is ready is done first, before another thread is woken for an outcome: an answer takes several turns from
/// the socket to the inbox. (Measured in Node: with fewer turns a call costs more, with more not less.)
const TURNS: usize = 8;

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

    /// Wakes whoever empties the inbox: with the outcomes that come in together, and at once where none is left to come.
    /// From within a call alone, since nothing else keeps the thread going.
    pub fn wake_for(inbox: Arc<impl Inbox>) {
        wake_after(inbox, TURNS);
    }
}

/// Where outcomes arrive, until the thread of another language takes them out.
pub trait Inbox: Send + Sync + 'static {
    /// Whether outcomes are still to come.
    fn is_any_awaited(&self) -> bool;

    /// Makes that thread take out what is there. From any thread.
    fn wake(self: Arc<Self>);
}

fn wake_after(inbox: Arc<impl Inbox>, turns: usize) {
    match Handle::try_current() {
        Ok(runtime) if turns > 0 && inbox.is_any_awaited() => {
            runtime.spawn(async move {
                tokio::task::yield_now().await;
                wake_after(inbox, turns - 1);
            });
        }
        _ => inbox.wake(),
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

    /// Tells when it is woken.
    struct Woken {
        is_any_awaited: bool,
        sender: mpsc::Sender<&'static str>,
    }

    impl Inbox for Woken {
        fn is_any_awaited(&self) -> bool {
            self.is_any_awaited
        }

        fn wake(self: Arc<Self>) {
            self.sender.send("woken").unwrap();
        }
    }

    /// The order in which an inbox is woken and other calls are done, that are ready when its first outcome arrives.
    fn order(is_any_awaited: bool) -> Vec<&'static str> {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        let inbox = Arc::new(Woken { is_any_awaited, sender: sender.clone() });
        let others = async move {
            for _ in 0..3 {
                let sender = sender.clone();
                tokio::spawn(async move { sender.send("ready").unwrap() });
            }
            Runtime::wake_for(inbox);
        };
        runtime.begin(others, drop);
        (0..4).map(|_| receiver.recv_timeout(SOON).unwrap()).collect()
    }

    #[test]
    fn an_inbox_is_woken_with_what_comes_in_together() {
        assert_eq!(order(true), ["ready", "ready", "ready", "woken"]);
    }

    #[test]
    fn an_inbox_is_woken_at_once_where_nothing_more_is_to_come() {
        assert_eq!(order(false), ["woken", "ready", "ready", "ready"]);
    }
}
