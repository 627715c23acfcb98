//! When the threads start that calls run on.
//!
//! napi's own tokio runtime starts its threads while the module is being loaded; a program that only imports the
//! package, or only makes a client, should not pay for them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Once;

use napi::bindgen_prelude::{
    AsyncRuntime, AsyncRuntimeRejection, AsyncRuntimeTask, Result, block_on, create_custom_tokio_runtime,
    register_async_runtime, spawn,
};

/// I/O takes microseconds a call: more threads would only pass work around. And beside each other on one thread, a
/// connection is back in the pool when its call ends; with more, the next call may come first and open another.
const WORKERS: usize = 1;

/// napi's tokio runtime, left alone until the first call.
struct AtFirstCall;

static RUNTIME_IS_CHOSEN: Once = Once::new();

fn choose_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("descope-outbound")
        .enable_all()
        .build();
    // Where no thread can be started, napi's own attempt is the one to say so.
    if let Ok(runtime) = runtime {
        create_custom_tokio_runtime(runtime);
    }
}

// SAFETY: nothing runs on this type itself. napi makes the runtime behind `spawn` when that is first called, keeps the
// module's image loaded from then on, and ends the runtime itself after `shutdown`.
unsafe impl AsyncRuntime for AtFirstCall {
    fn spawn(
        &self,
        task: AsyncRuntimeTask,
    ) -> std::result::Result<(), AsyncRuntimeRejection<AsyncRuntimeTask>> {
        RUNTIME_IS_CHOSEN.call_once(choose_runtime);
        // The task settles its own promise.
        drop(spawn(task));
        Ok(())
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) -> Result<()> {
        block_on(future);
        Ok(())
    }

    fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

#[napi_derive::module_init]
fn use_it() {
    register_async_runtime(AtFirstCall);
}
