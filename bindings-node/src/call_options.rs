//! The options of a call, as JavaScript passes them.

use std::time::Duration;

use descope_outbound::bindings::{MIN_VALIDITY, span_from_seconds, timeout_from_seconds};
use descope_outbound::{ArgumentName, CallOptions, Error};

const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };

/// Reads the options of one call.
pub(crate) fn call_options(
    timeout_milliseconds: Option<f64>,
    min_validity_seconds: Option<f64>,
) -> Result<CallOptions, Error> {
    let options = CallOptions::from(timeout(timeout_milliseconds)?);
    match min_validity_seconds {
        Some(seconds) => Ok(options.min_validity(min_validity(seconds)?)),
        None => Ok(options),
    }
}

pub(crate) fn timeout(milliseconds: Option<f64>) -> Result<Option<Duration>, Error> {
    milliseconds.map(|milliseconds| timeout_from_seconds(TIMEOUT, milliseconds / 1000.0)).transpose()
}

/// Reads how long a token must remain valid.
pub(crate) fn min_validity(seconds: f64) -> Result<Duration, Error> {
    const NAME: ArgumentName = MIN_VALIDITY;
    span_from_seconds(NAME, seconds)
}
