//! The tokio runtime that all clients of a process share, and its face towards asyncio.

use std::any::Any;
use std::cell::OnceCell;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3_async_runtimes::TaskLocals;
use pyo3_async_runtimes::generic::{ContextExt, JoinError, Runtime};
use tokio::task::JoinHandle;

use crate::per_process::{Owned, PerProcess};

/// I/O and parsing take microseconds a call: more threads would only pass work around. And beside each other on one
/// thread, a connection is back in the pool when its call ends; with more, the next call may come first and open another.
const WORKERS: usize = 1;

/// For names that are looked up, and for answers on their way to an event loop, which wait for the interpreter's lock: more
/// threads would wait beside each other.
const BLOCKING_THREADS: usize = 8;

static RUNTIME: PerProcess<tokio::runtime::Runtime> = PerProcess::empty();

/// This process's runtime, started at its first use.
pub(crate) fn runtime() -> PyResult<Arc<Owned<tokio::runtime::Runtime>>> {
    RUNTIME.get_or_make(|| {
        // Where the system refuses a thread, tokio's builder panics.
        catch_unwind(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(WORKERS)
                .max_blocking_threads(BLOCKING_THREADS)
                .thread_name("descope-outbound")
                .enable_all()
                .build()
        })
        .map_err(|_| PyRuntimeError::new_err("no threads can be started"))?
        .map_err(|error| PyRuntimeError::new_err(format!("no threads can be started: {error}")))
    })
}

tokio::task_local! {
    static TASK_LOCALS: OnceCell<TaskLocals>;
}

/// Our runtime as pyo3-async-runtimes wants it; that crate's own one is made once and for all, forks notwithstanding.
pub(crate) struct Asyncio;

/// Why a task ended early. No runtime counts as a task that was cancelled.
pub(crate) struct TaskFailed(Option<tokio::task::JoinError>);

impl JoinError for TaskFailed {
    fn is_panic(&self) -> bool {
        self.0.as_ref().is_some_and(tokio::task::JoinError::is_panic)
    }

    fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.0 {
            Some(error) if error.is_panic() => error.into_panic(),
            _ => Box::new("the task was cancelled"),
        }
    }
}

/// A task that was spawned, unless there was no runtime to spawn it on.
pub(crate) struct Spawned(Option<JoinHandle<()>>);

impl Future for Spawned {
    type Output = Result<(), TaskFailed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        match &mut self.0 {
            Some(handle) => Pin::new(handle).poll(context).map_err(|error| TaskFailed(Some(error))),
            None => std::task::Poll::Ready(Err(TaskFailed(None))),
        }
    }
}

impl Runtime for Asyncio {
    type JoinError = TaskFailed;
    type JoinHandle = Spawned;

    fn spawn<Task: Future<Output = ()> + Send + 'static>(task: Task) -> Spawned {
        Spawned(runtime().ok().map(|runtime| runtime.spawn(task)))
    }

    fn spawn_blocking<Task: FnOnce() + Send + 'static>(task: Task) -> Spawned {
        // These tasks attach to the interpreter, which panics once it is gone; with the attachment already made it does
        // not, and where none can be made there is nobody left to tell.
        let attached = || {
            Python::try_attach(|_| task());
        };
        Spawned(runtime().ok().map(|runtime| runtime.spawn_blocking(attached)))
    }
}

impl ContextExt for Asyncio {
    fn scope<Task, Output>(locals: TaskLocals, task: Task) -> Pin<Box<dyn Future<Output = Output> + Send>>
    where
        Task: Future<Output = Output> + Send + 'static,
    {
        Box::pin(TASK_LOCALS.scope(OnceCell::from(locals), task))
    }

    fn get_task_locals() -> Option<TaskLocals> {
        TASK_LOCALS.try_with(|locals| locals.get().cloned()).ok().flatten()
    }
}
