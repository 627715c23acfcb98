//! The runtime that all clients of a process share, including those of worker threads.

use std::sync::{Mutex, PoisonError};

use descope_outbound_bindings_core::Runtime;
use napi::bindgen_prelude::{Error, Result};

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Returns the runtime. The first call starts it, so that an import alone costs nothing. It never stops; a bridge keeps this
/// library loaded until the process ends.
pub(crate) fn runtime() -> Result<Runtime> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(started) = &*runtime {
        return Ok(started.clone());
    }
    let started =
        Runtime::start().map_err(|error| Error::from_reason(format!("cannot start a thread: {error}")))?;
    Ok(runtime.insert(started).clone())
}
