//! The native half of the Python package. It converts values between Python and the core, and decides nothing.
// Indexing could panic on outside input.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod abort_on_drop;
mod argument;
mod blocking_call;
mod cache;
mod cache_settings;
mod call_settings;
mod client;
mod completion;
mod completion_queue;
mod copy_prototype;
mod deferred_drop;
mod dict_subclass;
mod event_loop;
mod failure;
mod loop_waker;
mod operation;
mod per_process;
#[cfg(unix)]
mod pollable_call;
mod process;
mod response;
mod runtime;
mod scalar;
mod shared_client;
mod waker_thread;

/// The module that `descope_outbound` is built on. It is not for direct use, and may change.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::abort_on_drop::AbortOnDrop;
    #[pymodule_export]
    use crate::argument::PySecret;
    #[pymodule_export]
    use crate::cache::{CachedTokenReader, PyCache};
    #[pymodule_export]
    use crate::cache_settings::{advance_cache_clock, step_cache_wall_clock};
    #[pymodule_export]
    use crate::client::PyClient;
    #[pymodule_export]
    use crate::failure::PyFailure;
    #[cfg(unix)]
    #[pymodule_export]
    use crate::pollable_call::PollableCall;
    #[pymodule_export]
    use crate::response::PyResponse;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    const REDACTED: &str = descope_outbound::bindings::REDACTED;

    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "the macro requires this signature")]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::process::Process::cache_id();
        Ok(())
    }

    /// Return the name of every operation.
    #[pyfunction]
    fn operation_names() -> Vec<&'static str> {
        descope_outbound_bindings_core::operation_names()
    }

    /// Return whether the service uses this field name for a secret.
    #[pyfunction]
    fn is_secret_field(name: &str) -> bool {
        descope_outbound::bindings::is_secret_field(name)
    }

    /// Return the moment that an expiry names, in milliseconds since 1970, or None if it names none.
    #[pyfunction]
    fn expiry_milliseconds(expiry: &Bound<'_, PyAny>) -> Option<i64> {
        crate::argument::expiry_milliseconds(expiry)
    }
}
