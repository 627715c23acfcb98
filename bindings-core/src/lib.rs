//! The parts that every language binding of descope-outbound needs. It knows the core, and no host language.
//!
//! A binding converts the values of its language, and stores completed calls in a way that suits that language. The rest is
//! here:
//!
//! * [`ClientSettings`] and [`CallSettings`] turn raw values into a client and into the options of a call.
//! * [`Runtime`] runs the calls, since the core itself starts no thread.
//! * [`CompletionQueue`] and [`schedule_wake`] decide when the consumer of completed calls is woken.
//! * [`Failure`] is an error as a plain struct.
//! * [`advance_cache_clock`] and [`step_cache_wall_clock`] move the clock of all caches, for tests.
#![forbid(unsafe_code)]
// Indexing could panic on outside input.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod cache_clock;
mod call_settings;
mod client_settings;
mod completion_queue;
mod failure;
mod operation;
mod runtime;

pub use cache_clock::{advance_cache_clock, step_cache_wall_clock};
pub use call_settings::{CallSettings, TIMEOUT, min_validity, timeout};
pub use client_settings::{CacheSettings, ClientSettings, HostLanguage};
pub use completion_queue::{CompletionQueue, schedule_wake};
pub use failure::Failure;
pub use futures_util::future::AbortHandle;
pub use operation::{UnknownOperation, operation_named, operation_names};
pub use runtime::Runtime;
