//! Values that a forked child must not inherit: it gets its own.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::process::Process;

/// One value for each process id.
///
/// After a fork the threads of the parent are gone, so a lock that one of them held stays locked for good and a
/// runtime's workers never answer. Hence no lock here, and a child neither uses nor drops what its parent made.
pub(crate) struct PerProcess<Value> {
    current: ArcSwapOption<Owned<Value>>,
}

/// A value that is dropped only in the process that made it; a child lets it lie.
pub(crate) struct Owned<Value> {
    process: Process,
    value: ManuallyDrop<Value>,
}

impl<Value> PerProcess<Value> {
    pub(crate) const fn empty() -> Self {
        Self { current: ArcSwapOption::const_empty() }
    }

    /// This process's value. Threads that come first together may each make one; one of them is kept.
    pub(crate) fn get_or_make<Error>(
        &self,
        process: Process,
        make: impl FnOnce() -> Result<Value, Error>,
    ) -> Result<Arc<Owned<Value>>, Error> {
        let found = self.current.load();
        if let Some(owned) = found.as_ref().filter(|owned| owned.process == process) {
            return Ok(Arc::clone(owned));
        }
        let candidate = Arc::new(Owned { process, value: ManuallyDrop::new(make()?) });
        let previous = self.current.compare_and_swap(&*found, Some(Arc::clone(&candidate)));
        match previous.as_ref().filter(|owned| owned.process == process) {
            Some(earlier) => Ok(Arc::clone(earlier)),
            None => Ok(candidate),
        }
    }

    /// What comes of this process's value, if there is one yet.
    pub(crate) fn with<Result>(
        &self,
        process: Process,
        use_it: impl FnOnce(&Value) -> Result,
    ) -> Option<Result> {
        let current = self.current.load();
        current.as_ref().filter(|owned| owned.process == process).map(|owned| use_it(owned))
    }

    /// Lets go of the value; who still uses it keeps it until then.
    pub(crate) fn clear(&self) {
        self.current.store(None);
    }
}

impl<Value> Deref for Owned<Value> {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl<Value> Drop for Owned<Value> {
    fn drop(&mut self) {
        if self.process == Process::current() {
            // SAFETY: the value is dropped nowhere else, and not used after this.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}
