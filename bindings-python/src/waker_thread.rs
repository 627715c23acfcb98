//! The thread that calls `call_soon_threadsafe` on event loops.
//!
//! Another thread may hold the interpreter's lock for a long time. A thread of its own waits for that lock, so that the
//! runtime's thread does not: other calls depend on its I/O and its DNS lookups. One thread is enough for one lock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;
use std::{io, thread};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::per_process::PerProcess;
use crate::process::Process;
use crate::runtime::cannot_start_thread;

pub(crate) struct WakerThread(Sender<WakerTask>);

enum WakerTask {
    Wake(Wake),
    /// Reports that all earlier tasks are done. It does not need the interpreter.
    Acknowledge(Sender<()>),
}

type Wake = Box<dyn FnOnce(Python<'_>) + Send>;

static WAKER_THREAD: PerProcess<WakerThread> = PerProcess::empty();

/// Whether the interpreter is about to end. Then it ends each thread that waits for its lock. Rust does not allow a thread
/// to end so, and aborts the process.
static IS_INTERPRETER_ENDING: AtomicBool = AtomicBool::new(false);

/// The longest that a slow event loop delays the end of the program.
const EXIT_WAIT: Duration = Duration::from_secs(5);

pub(crate) fn is_interpreter_ending() -> bool {
    IS_INTERPRETER_ENDING.load(Ordering::Acquire)
}

impl WakerThread {
    /// Starts this process's thread. If that fails, the caller refuses its call, which would never be woken.
    pub(crate) fn ensure_started(py: Python<'_>) -> PyResult<()> {
        Self::stop_at_exit(py)?;
        WAKER_THREAD
            .get_or_make(Process::current(), Self::start)
            .map(drop)
            .map_err(|error| cannot_start_thread(&error))
    }

    /// Runs the function in the thread, which attaches to the interpreter first.
    pub(crate) fn run(wake: impl FnOnce(Python<'_>) + Send + 'static) {
        if let Ok(thread) = WAKER_THREAD.get_or_make(Process::current(), Self::start) {
            // The thread runs as long as the process, so it receives the task.
            let _ = thread.0.send(WakerTask::Wake(Box::new(wake)));
        }
    }

    fn start() -> io::Result<Self> {
        let (sender, tasks) = mpsc::channel();
        let name = "descope-outbound-waker".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            for task in tasks {
                match task {
                    WakerTask::Wake(_) if is_interpreter_ending() => {}
                    WakerTask::Wake(wake) => {
                        Python::try_attach(wake);
                    }
                    WakerTask::Acknowledge(sender) => {
                        // The receiver may have timed out.
                        let _ = sender.send(());
                    }
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Ensures that the thread does not wait for the interpreter's lock when the interpreter ends.
    fn stop_at_exit(py: Python<'_>) -> PyResult<()> {
        static IS_REGISTERED: PyOnceLock<()> = PyOnceLock::new();
        let register = || {
            let stop = wrap_pyfunction!(stop_waking, py)?;
            py.import(intern!(py, "atexit"))?.call_method1(intern!(py, "register"), (stop,)).map(drop)
        };
        IS_REGISTERED.get_or_try_init(py, register).copied()
    }
}

/// Runs before the interpreter ends, after all threads that it joins have ended.
#[pyfunction]
fn stop_waking(py: Python<'_>) {
    IS_INTERPRETER_ENDING.store(true, Ordering::Release);
    let (sender, acknowledged) = mpsc::channel();
    WAKER_THREAD.with(Process::current(), |thread| {
        if thread.0.send(WakerTask::Acknowledge(sender)).is_ok() {
            // The thread may be waiting for the interpreter's lock.
            py.detach(move || acknowledged.recv_timeout(EXIT_WAIT).ok());
        }
    });
}
