//! What an `AbortSignal` is on this side.

use napi_derive::napi;
use tokio_util::sync::CancellationToken;

/// Ends a call before its answer is there.
#[napi]
#[derive(Default)]
pub struct Abort {
    token: CancellationToken,
}

#[napi]
impl Abort {
    /// For one call.
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Drops the request, wherever it is. A request that has left may still take effect.
    #[napi(catch_unwind)]
    pub fn abort(&self) {
        self.token.cancel();
    }
}

impl Abort {
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }
}
