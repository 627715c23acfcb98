//! The result of a flight, and how waiting callers receive it.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::Error;
use crate::response::Content;

/// What a caller holds that waits for a flight.
pub(crate) type FlightReceiver = watch::Receiver<Option<FlightOutcome>>;

/// The other end, which the flight holds.
pub(crate) type FlightSender = watch::Sender<Option<FlightOutcome>>;

/// The result of a flight.
#[derive(Clone, Debug)]
pub(crate) struct FlightOutcome {
    pub(crate) result: Result<Arc<Content>, Error>,
    /// Whether a caller with a usable token does better to serve that.
    pub(crate) has_failed: bool,
}

/// Waits for the result. `None` if the flight ended without one.
pub(crate) async fn receive(mut receiver: FlightReceiver) -> Option<FlightOutcome> {
    receiver.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
}
