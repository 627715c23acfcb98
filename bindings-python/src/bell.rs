//! How an event loop is woken from another thread.

#[cfg(target_os = "linux")]
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;
use std::{io, thread};

#[cfg(target_os = "linux")]
use pyo3::exceptions::PyNotImplementedError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
#[cfg(target_os = "linux")]
use rustix::event::{EventfdFlags, eventfd};

use crate::held::Held;
use crate::per_process::PerProcess;
use crate::process::Process;
use crate::runtime::no_thread;

/// In a thread of its own: the interpreter's lock may be held for long, and who waits for it must keep neither the I/O of
/// other calls waiting nor the look-up of their hosts. One is enough, since it is one lock.
struct Ringer(Sender<Order>);

enum Order {
    Ring(Ring),
    /// To say, without the interpreter, that all before it is done.
    Answer(Sender<()>),
}

type Ring = Box<dyn FnOnce(Python<'_>) + Send>;

static RINGER: PerProcess<Ringer> = PerProcess::empty();

/// The interpreter is about to end. It ends a thread that waits for its lock then, and the process with it, since Rust
/// lets no thread end so.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// A loop of somebody's that takes longer to be told something keeps no program from ending.
const LONGEST_RINGING: Duration = Duration::from_secs(5);

impl Ringer {
    fn start() -> io::Result<Self> {
        let (sender, orders) = mpsc::channel();
        let name = "descope-outbound-ringer".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            for order in orders {
                match order {
                    Order::Ring(_) if IS_OVER.load(Ordering::Acquire) => {}
                    Order::Ring(ring) => {
                        Python::try_attach(ring);
                    }
                    Order::Answer(answer) => {
                        // Who asked may have given up.
                        let _ = answer.send(());
                    }
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Sees that nobody is ringing when the interpreter ends.
    fn stop_at_exit(py: Python<'_>) -> PyResult<()> {
        static IS_REGISTERED: PyOnceLock<()> = PyOnceLock::new();
        let register = || {
            let stop = wrap_pyfunction!(stop_ringing, py)?;
            py.import(intern!(py, "atexit"))?.call_method1(intern!(py, "register"), (stop,)).map(drop)
        };
        IS_REGISTERED.get_or_try_init(py, register).copied()
    }
}

/// Called before the interpreter ends, when all threads that it waits for have ended.
#[pyfunction]
fn stop_ringing(py: Python<'_>) {
    IS_OVER.store(true, Ordering::Release);
    let (answer, answered) = mpsc::channel();
    RINGER.with(Process::current(), |ringer| {
        if ringer.0.send(Order::Answer(answer)).is_ok() {
            // It may be waiting for the interpreter's lock.
            py.detach(move || answered.recv_timeout(LONGEST_RINGING).ok());
        }
    });
}

/// What is rung to make an event loop call back.
pub(crate) enum Bell {
    /// A descriptor that the loop watches: ringing is one system call, and takes no lock of the interpreter's.
    #[cfg(target_os = "linux")]
    Watched(OwnedFd),
    /// The loop's own `call_soon_threadsafe`. Weak, since a call may outlast its loop.
    CallSoon(Arc<Held<Py<PyWeakrefReference>>>),
}

impl Bell {
    /// One with a descriptor, where the system has such a thing.
    pub(crate) fn watched() -> Option<Self> {
        #[cfg(target_os = "linux")]
        return eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).ok().map(Self::Watched);
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// One for every loop.
    pub(crate) fn call_soon(event_loop: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ringer::stop_at_exit(event_loop.py())?;
        // Where it cannot be started a call is refused, and nobody waits for a bell that never rings.
        RINGER.get_or_make(Process::current(), Ringer::start).map_err(|error| no_thread(&error))?;
        Ok(Self::CallSoon(Arc::new(Held::new(PyWeakrefReference::new(event_loop)?.unbind()))))
    }

    /// Makes the loop call `callback` at each ring; or tells that it watches no descriptors.
    pub(crate) fn install(
        &self,
        event_loop: &Bound<'_, PyAny>,
        callback: Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Watched(descriptor) => {
                let py = event_loop.py();
                match event_loop.call_method1(intern!(py, "add_reader"), (descriptor.as_raw_fd(), callback)) {
                    Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => Ok(false),
                    other => other.map(|_| true),
                }
            }
            // It is told what to call when it is rung.
            Self::CallSoon(_) => Ok(true),
        }
    }

    /// Refuses a call that would never hear of its outcome: one that begins when the interpreter is about to end.
    pub(crate) fn check(&self) -> PyResult<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Watched(_) => Ok(()),
            Self::CallSoon(_) if IS_OVER.load(Ordering::Acquire) => Err(PyRuntimeError::new_err(
                "the interpreter is ending: this event loop cannot be woken any more",
            )),
            Self::CallSoon(_) => Ok(()),
        }
    }

    /// From any thread. `callback` makes what the loop is to call, where it does not know it already.
    pub(crate) fn ring(&self, callback: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send + 'static) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Watched(descriptor) => {
                // It fails only where it has rung 2^64 times unheard.
                let _ = rustix::io::write(descriptor, &1_u64.to_ne_bytes());
            }
            Self::CallSoon(event_loop) => {
                let event_loop = Arc::clone(event_loop);
                let ring = move |py: Python<'_>| {
                    let event_loop = event_loop.get().and_then(|event_loop| event_loop.bind(py).upgrade());
                    let Some(event_loop) = event_loop else { return };
                    let called = callback(py).and_then(|callback| {
                        event_loop.call_method1(intern!(py, "call_soon_threadsafe"), (callback,))
                    });
                    // A loop that has been closed has nobody left to tell.
                    drop(called);
                };
                if let Ok(ringer) = RINGER.get_or_make(Process::current(), Ringer::start) {
                    // It goes on for as long as the process.
                    let _ = ringer.0.send(Order::Ring(Box::new(ring)));
                }
            }
        }
    }

    /// Ends the ringing; before the inbox is looked into, so that what comes later rings again.
    pub(crate) fn quieten(&self) {
        #[cfg(target_os = "linux")]
        if let Self::Watched(descriptor) = self {
            let mut count = [0; size_of::<u64>()];
            // It fails only where it has not rung.
            let _ = rustix::io::read(descriptor, &mut count);
        }
    }
}
