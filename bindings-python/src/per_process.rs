//! Values that a forked child does not inherit: each process makes its own.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::process::Process;

/// One value for each process id.
///
/// After a fork the threads of the parent do not exist in the child. A lock that one of them held stays locked forever,
/// and a runtime's workers never respond. So this type has no lock, and a child neither uses nor drops its parent's value.
pub(crate) struct PerProcess<Value> {
    current: ArcSwapOption<ProcessOwned<Value>>,
}

/// A value that only the process that made it drops. A forked child leaks its copy.
pub(crate) struct ProcessOwned<Value> {
    process: Process,
    value: ManuallyDrop<Value>,
}

impl<Value> PerProcess<Value> {
    pub(crate) const fn empty() -> Self {
        Self { current: ArcSwapOption::const_empty() }
    }

    /// Returns this process's value, and makes it first if there is none. Threads that race here may each make one;
    /// all of them get the same one.
    pub(crate) fn get_or_make<Error>(
        &self,
        process: Process,
        make: impl FnOnce() -> Result<Value, Error>,
    ) -> Result<Arc<ProcessOwned<Value>>, Error> {
        let found = self.current.load();
        if let Some(owned) = found.as_ref().filter(|owned| owned.process == process) {
            return Ok(Arc::clone(owned));
        }
        let candidate = Arc::new(ProcessOwned { process, value: ManuallyDrop::new(make()?) });
        let previous = self.current.compare_and_swap(&*found, Some(Arc::clone(&candidate)));
        match previous.as_ref().filter(|owned| owned.process == process) {
            Some(earlier) => Ok(Arc::clone(earlier)),
            None => Ok(candidate),
        }
    }

    /// Calls the function with this process's value; returns None if this process has not made one yet.
    pub(crate) fn with<Result>(
        &self,
        process: Process,
        use_value: impl FnOnce(&Value) -> Result,
    ) -> Option<Result> {
        let current = self.current.load();
        current.as_ref().filter(|owned| owned.process == process).map(|owned| use_value(owned))
    }

    /// Removes the value. It is dropped when the last of its users has finished.
    pub(crate) fn clear(&self) {
        self.current.store(None);
    }
}

impl<Value> Deref for ProcessOwned<Value> {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl<Value> Drop for ProcessOwned<Value> {
    fn drop(&mut self) {
        if self.process == Process::current() {
            // SAFETY: the value is dropped only here, and it is not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
