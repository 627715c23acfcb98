//! Which process this is: a forked child is another one.

use std::sync::atomic::{AtomicU32, Ordering};

/// The process that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

/// The id that the system gave last; zero where it has to be asked. Asking costs as much as a whole cached token.
static KNOWN: AtomicU32 = AtomicU32::new(0);

impl Process {
    pub(crate) fn current() -> Self {
        match KNOWN.load(Ordering::Relaxed) {
            0 => Self(std::process::id()),
            id => Self(id),
        }
    }

    /// Once, when the module is imported: from here on the id is known, and a forked child learns its own.
    pub(crate) fn remember() {
        if tells_children_apart() {
            KNOWN.store(std::process::id(), Ordering::Relaxed);
        }
    }
}

/// Whether a child will hear that it is one. Where that cannot be arranged, everybody goes on asking the system.
#[cfg(unix)]
fn tells_children_apart() -> bool {
    // SAFETY: the hook stores a number, which is all that a child may safely do at that moment.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
}

#[cfg(unix)]
extern "C" fn in_child() {
    KNOWN.store(std::process::id(), Ordering::Relaxed);
}

/// Nobody forks.
#[cfg(not(unix))]
fn tells_children_apart() -> bool {
    true
}
