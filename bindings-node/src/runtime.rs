//! The thread that calls run on.

use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::thread;

use napi::bindgen_prelude::{Error, Result};
use tokio::runtime::{Builder, Handle};

/// For names that are looked up: more would wait beside each other.
const BLOCKING_THREADS: usize = 8;

static RUNTIME: Mutex<Option<Handle>> = Mutex::new(None);

/// The runtime of all clients of the process, worker threads' too: started at the first call, since a program that only
/// imports the package should not pay for it, and never ended. (What makes a bridge keeps this code loaded for good.)
///
/// It has one thread. I/O takes microseconds a call: more threads would only pass work around. And beside each other on
/// one thread, a connection is back in the pool when its call ends; with more, the next call may come first and open
/// another.
pub(crate) fn runtime() -> Result<Handle> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*runtime {
        return Ok(handle.clone());
    }
    let handle = start().map_err(|error| Error::from_reason(format!("no thread can be started: {error}")))?;
    Ok(runtime.insert(handle).clone())
}

fn start() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("descope-outbound")
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("descope-outbound".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}
