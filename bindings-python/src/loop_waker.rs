//! Wakes an event loop from another thread.

#[cfg(target_os = "linux")]
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

#[cfg(target_os = "linux")]
use pyo3::exceptions::PyNotImplementedError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
#[cfg(target_os = "linux")]
use rustix::event::{EventfdFlags, eventfd};

use crate::deferred_drop::DeferredDrop;
use crate::waker_thread::{WakerThread, is_interpreter_ending};

/// Makes one event loop run its callback.
pub(crate) enum LoopWaker {
    /// A file descriptor that the loop watches. A wake-up is one system call, and takes no lock of the interpreter.
    #[cfg(target_os = "linux")]
    EventFd(OwnedFd),
    /// The loop's own `call_soon_threadsafe`. The reference is weak, since a call may outlive its loop.
    CallSoon(Arc<DeferredDrop<Py<PyWeakrefReference>>>),
}

impl LoopWaker {
    /// Makes a waker with a file descriptor, if the system has eventfd.
    pub(crate) fn event_fd() -> Option<Self> {
        #[cfg(target_os = "linux")]
        return eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).ok().map(Self::EventFd);
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Makes a waker that works with every event loop.
    pub(crate) fn call_soon(event_loop: &Bound<'_, PyAny>) -> PyResult<Self> {
        WakerThread::ensure_started(event_loop.py())?;
        Ok(Self::CallSoon(Arc::new(DeferredDrop::new(PyWeakrefReference::new(event_loop)?.unbind()))))
    }

    /// Makes the loop run `callback` at each wake-up. Returns false if the loop cannot watch file descriptors.
    pub(crate) fn install(
        &self,
        event_loop: &Bound<'_, PyAny>,
        callback: Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        match self {
            #[cfg(target_os = "linux")]
            Self::EventFd(descriptor) => {
                let py = event_loop.py();
                match event_loop.call_method1(intern!(py, "add_reader"), (descriptor.as_raw_fd(), callback)) {
                    Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => Ok(false),
                    other => other.map(|_| true),
                }
            }
            // Each wake-up passes the callback.
            Self::CallSoon(_) => Ok(true),
        }
    }

    /// Refuses a call that could not be completed, because the interpreter is about to end.
    pub(crate) fn check(&self) -> PyResult<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::EventFd(_) => Ok(()),
            Self::CallSoon(_) if is_interpreter_ending() => Err(PyRuntimeError::new_err(
                "the interpreter is ending: this event loop cannot be woken any more",
            )),
            Self::CallSoon(_) => Ok(()),
        }
    }

    /// Wakes the loop; from any thread. `callback` makes the object that the loop calls, if the loop does not have it yet.
    pub(crate) fn wake(&self, callback: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static) {
        match self {
            #[cfg(target_os = "linux")]
            Self::EventFd(descriptor) => {
                // The write fails only after 2^64 wake-ups that the loop has not read.
                let _ = rustix::io::write(descriptor, &1_u64.to_ne_bytes());
            }
            Self::CallSoon(event_loop) => {
                let event_loop = Arc::clone(event_loop);
                WakerThread::run(move |py| {
                    let event_loop = event_loop.get().and_then(|event_loop| event_loop.bind(py).upgrade());
                    let Some(event_loop) = event_loop else { return };
                    let called = callback(py).and_then(|callback| {
                        event_loop.call_method1(intern!(py, "call_soon_threadsafe"), (callback,))
                    });
                    // This fails if the loop is closed. Then its futures are gone too.
                    drop(called);
                });
            }
        }
    }

    /// Resets the waker. The callback does so before it empties the queue, so that a later completion wakes the loop again.
    pub(crate) fn reset(&self) {
        #[cfg(target_os = "linux")]
        if let Self::EventFd(descriptor) = self {
            let mut count = [0; size_of::<u64>()];
            // The read fails only if there was no wake-up.
            let _ = rustix::io::read(descriptor, &mut count);
        }
    }
}
