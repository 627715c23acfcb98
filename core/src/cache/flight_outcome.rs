//! The result of a flight, and how waiting callers receive it.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::Error;
use crate::response::Content;

/// The receiving end: each caller that waits for a flight holds one.
pub(crate) type FlightReceiver = watch::Receiver<Option<FlightOutcome>>;

/// The sending end: the flight holds it.
pub(crate) type FlightSender = watch::Sender<Option<FlightOutcome>>;

/// The result of a flight.
#[derive(Clone, Debug)]
pub(crate) struct FlightOutcome {
    pub(crate) result: Result<Arc<Content>, Error>,
    /// Whether a caller should use its cached token instead, if it has one.
    pub(crate) has_failed: bool,
}

/// Waits for the result. `None` if the flight ended without one.
pub(crate) async fn receive(mut receiver: FlightReceiver) -> Option<FlightOutcome> {
    receiver.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
}
