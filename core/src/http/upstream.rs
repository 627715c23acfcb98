//! The interface between callers and HTTP.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::request::{Arguments, Operation};
use crate::response::Content;

/// The service, as the client and the cache see it. Tests of the cache use a fake.
pub(crate) trait Upstream: Send + Sync {
    /// Sends the request, retries it within its timeout, and returns the response.
    fn perform<'call>(&'call self, request: UpstreamRequest<'call>) -> Performing<'call>;
}

/// A call in progress. It is on the heap, so that the futures that await it stay small and cheap to move.
pub(crate) type Performing<'call> = Pin<Box<dyn Future<Output = Result<Arc<Content>, Error>> + Send + 'call>>;

/// One call, as the client or the cache describes it.
pub(crate) struct UpstreamRequest<'call> {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: Arguments,
    /// Bounds the whole call, retries and waits included.
    pub(crate) timeout: Duration,
    /// Runs before each attempt, after the wait for a free connection. An error ends the call.
    pub(crate) before_attempt: &'call BeforeAttempt<'call>,
}

/// Receives the number of the attempt, from 1 on.
pub(crate) type BeforeAttempt<'call> = dyn Fn(u32) -> Result<(), Error> + Send + Sync + 'call;
