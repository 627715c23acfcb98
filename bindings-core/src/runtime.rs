//! The thread that calls run on.

use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, abortable};
use tokio::runtime::Builder;
use tokio::sync::Notify;

/// For DNS lookups. More threads would only wait at the same time.
const MAX_BLOCKING_THREADS: usize = 8;

const THREAD_NAME: &str = "descope-outbound";

/// A tokio runtime with one thread, which runs until the process ends.
///
/// I/O and parsing take microseconds a call, so more threads would only pass work around. On one thread, a connection is
/// back in the pool before the next call looks for one. On several, that call may come first and open another connection.
#[derive(Clone)]
pub struct Runtime {
    spawned: Arc<SpawnQueue>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The tasks that the thread has not started yet.
///
/// Only the first of them wakes the thread. tokio's own `spawn` makes a system call each time, even if the thread is awake.
#[derive(Default)]
struct SpawnQueue {
    tasks: Mutex<Vec<Task>>,
    is_filled: Notify,
}

impl Runtime {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system cannot start another thread.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(MAX_BLOCKING_THREADS)
            .thread_name(THREAD_NAME)
            .enable_all()
            .build()?;
        let started = Self { spawned: Arc::default() };
        let spawned = Arc::clone(&started.spawned);
        thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(move || runtime.block_on(spawned.run()))?;
        Ok(started)
    }

    /// Starts a call. The runtime's thread runs it, and passes its output to `on_complete`.
    ///
    /// An aborted call is dropped, in the runtime's thread too.
    pub fn spawn<Output: 'static>(
        &self,
        call: impl Future<Output = Output> + Send + 'static,
        on_complete: impl FnOnce(Output) + Send + 'static,
    ) -> AbortHandle {
        // An `async` block would store two copies of the future.
        let (call, abort) = abortable(call.map(on_complete));
        self.spawned.push(Box::pin(call.map(drop)));
        abort
    }
}

impl SpawnQueue {
    fn push(&self, task: Task) {
        let is_first = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.push(task);
            tasks.len() == 1
        };
        if is_first {
            self.is_filled.notify_one();
        }
    }

    async fn run(&self) {
        loop {
            self.is_filled.notified().await;
            let tasks = mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
            for task in tasks {
                drop(tokio::spawn(task));
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

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn calls_from_many_threads_all_complete_in_one_thread() {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for caller in 0..8 {
                let (runtime, sender) = (&runtime, &sender);
                scope.spawn(move || {
                    for call in 0..100 {
                        let sender = sender.clone();
                        let on_complete =
                            move |number| sender.send((number, thread::current().id())).unwrap();
                        runtime.spawn(ready(100 * caller + call), on_complete);
                    }
                });
            }
        });
        let mut completed: Vec<_> = (0..800).map(|_| receiver.recv_timeout(LIMIT).unwrap()).collect();
        let thread = completed[0].1;
        completed.sort_by_key(|(number, _)| *number);
        let expected: Vec<_> = (0..800).map(|number| (number, thread)).collect();
        assert_eq!(completed, expected);
    }

    /// Sends a message when it is dropped.
    struct ReportDrop(mpsc::Sender<()>);

    impl Drop for ReportDrop {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn an_aborted_call_is_dropped_with_its_values_and_never_completes() {
        let runtime = Runtime::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        let value = ReportDrop(sender);
        let call = async move {
            let _value = value;
            pending::<()>().await;
        };
        let abort = runtime.spawn(call, |()| unreachable!("the call never completes"));
        assert!(receiver.recv_timeout(Duration::from_millis(20)).is_err());
        abort.abort();
        receiver.recv_timeout(LIMIT).unwrap();
    }
}
