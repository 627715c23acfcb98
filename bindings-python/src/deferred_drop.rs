//! Python values that are dropped in a thread without the interpreter's lock.

use std::any::Any;
use std::convert::Infallible;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::Python;

use crate::per_process::PerProcess;
use crate::process::Process;

/// A value that holds Python objects and may be dropped in any thread.
///
/// Its drop moves the value into a list. The next thread that holds the interpreter's lock empties that list. pyo3 has
/// such a list for the whole process, behind a lock: a child that is forked in that instant finds it locked forever.
pub(crate) struct DeferredDrop<Value: Send + 'static>(Option<Value>);

type DeferredDrops = Mutex<Vec<Box<dyn Any + Send>>>;

static DEFERRED_DROPS: PerProcess<DeferredDrops> = PerProcess::empty();

impl<Value: Send + 'static> DeferredDrop<Value> {
    pub(crate) fn new(value: Value) -> Self {
        Self(Some(value))
    }

    /// Returns the value, which is there until the drop.
    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// Takes the value out. Only an attached thread may call this: it drops the value itself.
    pub(crate) fn take(mut self) -> Option<Value> {
        self.0.take()
    }
}

impl<Value: Send + 'static> Drop for DeferredDrop<Value> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            let made = DEFERRED_DROPS
                .get_or_make(Process::current(), || Ok::<_, Infallible>(DeferredDrops::default()));
            let Ok(list) = made;
            lock(&list).push(Box::new(value));
        }
    }
}

/// Drops the deferred values. The caller holds the interpreter's lock.
pub(crate) fn drain_deferred_drops(_attached: Python<'_>) {
    // The drops happen after the lock is released, since they may run any code.
    drop(DEFERRED_DROPS.with(Process::current(), |list| mem::take(&mut *lock(list))));
}

fn lock(list: &DeferredDrops) -> MutexGuard<'_, Vec<Box<dyn Any + Send>>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
