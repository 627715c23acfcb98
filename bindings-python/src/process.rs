//! The identity of the current process: a forked child has another one.

use std::sync::atomic::{AtomicU32, Ordering};

/// The id of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

/// The cached id; zero means that each caller has to ask the system, which costs as much as a whole cached token.
static CACHED_ID: AtomicU32 = AtomicU32::new(0);

impl Process {
    pub(crate) fn current() -> Self {
        match CACHED_ID.load(Ordering::Relaxed) {
            0 => Self(std::process::id()),
            id => Self(id),
        }
    }

    /// Caches the id when the module is imported. A forked child replaces it with its own.
    pub(crate) fn cache_id() {
        if register_fork_hook() {
            CACHED_ID.store(std::process::id(), Ordering::Relaxed);
        }
    }
}

/// Returns whether a forked child will update the cached id. If not, the id is not cached.
#[cfg(unix)]
fn register_fork_hook() -> bool {
    // SAFETY: the hook stores a number, and only async-signal-safe work is allowed in a child at that moment.
    unsafe { libc::pthread_atfork(None, None, Some(update_id_in_child)) == 0 }
}

#[cfg(unix)]
extern "C" fn update_id_in_child() {
    CACHED_ID.store(std::process::id(), Ordering::Relaxed);
}

/// Processes do not fork on this system.
#[cfg(not(unix))]
fn register_fork_hook() -> bool {
    true
}
