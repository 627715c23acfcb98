//! The options of a call, as Python passes them.

use std::time::Duration;

use descope_outbound::Error;
use descope_outbound::bindings::MIN_VALIDITY;
use descope_outbound_bindings_core::{self as bindings_core, CallSettings, TIMEOUT};
use pyo3::prelude::*;

use crate::scalar::number;

/// Reads the options of one call. None means the default.
pub(crate) fn call_settings(
    timeout_seconds: &Bound<'_, PyAny>,
    min_validity_seconds: Option<&Bound<'_, PyAny>>,
) -> PyResult<CallSettings> {
    let timeout_seconds = if timeout_seconds.is_none() { None } else { Some(read_timeout(timeout_seconds)?) };
    let min_validity_seconds = min_validity_seconds.map(read_min_validity).transpose()?;
    Ok(CallSettings { timeout_seconds, min_validity_seconds })
}

/// Reads a timeout. None becomes a number that is refused: elsewhere it means that there is no limit, and here every call
/// has one.
pub(crate) fn read_timeout(seconds: &Bound<'_, PyAny>) -> PyResult<f64> {
    if seconds.is_none() { Ok(f64::NAN) } else { number(TIMEOUT.snake, seconds) }
}

fn read_min_validity(seconds: &Bound<'_, PyAny>) -> PyResult<f64> {
    if seconds.is_none() { Ok(0.0) } else { number(MIN_VALIDITY.snake, seconds) }
}

/// Whether a call accepts this timeout.
pub(crate) fn is_timeout(seconds: &Bound<'_, PyAny>) -> bool {
    seconds.is_none() || read_timeout(seconds).is_ok_and(|seconds| bindings_core::timeout(seconds).is_ok())
}

/// Reads how long a cached token must remain valid. None means zero.
pub(crate) fn min_validity(seconds: &Bound<'_, PyAny>) -> PyResult<Result<Duration, Error>> {
    Ok(bindings_core::min_validity(read_min_validity(seconds)?))
}
