//! The native half of the Python package: what crosses the border, and nothing that is decided.
// What comes from outside is never an index that panics.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod argument;
mod bell;
mod cache;
mod client;
mod event_loop;
mod held;
mod outcome;
mod pattern;
#[cfg(unix)]
mod pending;
mod per_process;
mod process;
mod runtime;
mod secret;

/// The module that `descope_outbound` is built on; not for direct use, and free to change.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use descope_outbound::operation::OPERATIONS;
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::cache::{Cache, CachedTokens, advance_cache_clock, step_cache_wall_clock};
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::event_loop::Abort;
    #[pymodule_export]
    use crate::outcome::{Answer, Failure};
    #[cfg(unix)]
    #[pymodule_export]
    use crate::pending::Pending;
    #[pymodule_export]
    use crate::secret::Secret;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    const REDACTED: &str = descope_outbound::REDACTED;

    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "the macro wants it so")]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::process::Process::remember();
        Ok(())
    }

    /// The name of every operation.
    #[pyfunction]
    fn operation_names() -> Vec<&'static str> {
        OPERATIONS.iter().map(|operation| operation.name).collect()
    }

    /// Whether the service uses this field name for a secret.
    #[pyfunction]
    fn is_secret_field(name: &str) -> bool {
        descope_outbound::is_secret_field(name)
    }

    /// The moment that an expiry names, in milliseconds since 1970, or None where it names none.
    #[pyfunction]
    fn expiry_milliseconds(expiry: &Bound<'_, PyAny>) -> Option<i64> {
        crate::argument::expiry_milliseconds(expiry)
    }
}
