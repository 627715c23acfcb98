//! The options of a call, as Python passes them.

use std::time::Duration;

use descope_outbound::bindings::{MIN_VALIDITY, span_from_seconds, timeout_from_seconds};
use descope_outbound::{ArgumentName, CallOptions, Error};
use pyo3::prelude::*;

use crate::scalar::number;

const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout_seconds", camel: "timeout" };

/// Reads the options of one call. None stands for the default.
pub(crate) fn call_options(
    timeout_seconds: &Bound<'_, PyAny>,
    min_validity_seconds: Option<&Bound<'_, PyAny>>,
) -> PyResult<Result<CallOptions, Error>> {
    let mut options = Ok(CallOptions::default());
    if !timeout_seconds.is_none() {
        options = timeout(timeout_seconds)?.map(|timeout| CallOptions::default().timeout(timeout));
    }
    if let Some(seconds) = min_validity_seconds {
        let min_validity = min_validity(seconds)?;
        options = options.and_then(|options| Ok(options.min_validity(min_validity?)));
    }
    Ok(options)
}

/// Reads a timeout. None is refused: elsewhere it means that there is no limit, and here every call has one.
pub(crate) fn timeout(seconds: &Bound<'_, PyAny>) -> PyResult<Result<Duration, Error>> {
    let seconds = if seconds.is_none() { f64::NAN } else { number(TIMEOUT.snake, seconds)? };
    Ok(timeout_from_seconds(TIMEOUT, seconds))
}

/// Reads how long a token must remain valid. None stands for zero.
pub(crate) fn min_validity(seconds: &Bound<'_, PyAny>) -> PyResult<Result<Duration, Error>> {
    if seconds.is_none() {
        return Ok(Ok(Duration::ZERO));
    }
    let name = MIN_VALIDITY;
    Ok(span_from_seconds(name, number(name.snake, seconds)?))
}
