//! The runtime that all clients of a process share, worker threads' too.

use std::sync::{Mutex, PoisonError};

use descope_outbound_runtime::Runtime;
use napi::bindgen_prelude::{Error, Result};

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// Started at the first call, since a program that only imports the package should not pay for it, and never ended. (What
/// makes a bridge keeps this code loaded for good.)
pub(crate) fn runtime() -> Result<Runtime> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(started) = &*runtime {
        return Ok(started.clone());
    }
    let started =
        Runtime::start().map_err(|error| Error::from_reason(format!("no thread can be started: {error}")))?;
    Ok(runtime.insert(started).clone())
}
