//! The thread that the calls of a process run on, and the wake-ups of the threads that wait for them. Both bindings use it:
//! the core itself starts no thread.
#![forbid(unsafe_code)]

mod completion_queue;
mod runtime;

pub use completion_queue::{CompletionQueue, schedule_wake};
pub use futures_util::future::AbortHandle;
pub use runtime::Runtime;
