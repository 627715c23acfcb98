//! Values of the interpreter's that other threads may let go of.

use std::any::Any;
use std::convert::Infallible;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::Python;

use crate::per_process::PerProcess;
use crate::process::Process;

/// A value with Python objects in it that may be dropped in any thread.
///
/// What is dropped without the interpreter's lock goes into a list, for the next thread that holds that lock. pyo3 has such
/// a list too, for the whole process, behind a lock that a child forked in that instant would find locked for good.
pub(crate) struct Held<Value: Send + 'static>(Option<Value>);

type LetGo = Mutex<Vec<Box<dyn Any + Send>>>;

static LET_GO: PerProcess<LetGo> = PerProcess::empty();

impl<Value: Send + 'static> Held<Value> {
    pub(crate) fn new(value: Value) -> Self {
        Self(Some(value))
    }

    /// There is one until it is dropped.
    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// For who is attached, and drops it as usual.
    pub(crate) fn take(mut self) -> Option<Value> {
        self.0.take()
    }
}

impl<Value: Send + 'static> Drop for Held<Value> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            let made = LET_GO.get_or_make(Process::current(), || Ok::<_, Infallible>(LetGo::default()));
            let Ok(list) = made;
            lock(&list).push(Box::new(value));
        }
    }
}

/// Drops what has been let go of, in a thread that may.
pub(crate) fn drop_what_was_let_go(_attached: Python<'_>) {
    // Outside of the lock: what is dropped here may run any code.
    drop(LET_GO.with(Process::current(), |list| mem::take(&mut *lock(list))));
}

fn lock(list: &LetGo) -> MutexGuard<'_, Vec<Box<dyn Any + Send>>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
