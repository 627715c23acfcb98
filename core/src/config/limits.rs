//! How long a call may take.

use std::time::Duration;

use crate::error::{ArgumentName, Error};

/// The timeout of a call, unless the client or the call sets another: 20 s.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };

/// Longer than any deadline that a caller can mean, and short enough to be added to any clock.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_hours(365 * 24);

/// Turns a number of seconds, as other languages pass it, into a timeout.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but a finite number above 0.
pub fn timeout_from_seconds(name: ArgumentName, seconds: f64) -> Result<Duration, Error> {
    if seconds.is_nan() || seconds.is_infinite() || seconds <= 0.0 {
        return Err(Error::invalid(name, "must be a finite number above 0"));
    }
    check_timeout(name, Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT))
}

/// A span of time as the languages give it, in seconds, which may be none at all.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for anything but a finite number of at least 0.
pub fn span_from_seconds(name: ArgumentName, seconds: f64) -> Result<Duration, Error> {
    if !seconds.is_finite() || seconds < 0.0 {
        return Err(Error::invalid(name, "must be a finite number of at least 0"));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

pub(crate) fn check_timeout(name: ArgumentName, timeout: Duration) -> Result<Duration, Error> {
    if timeout.is_zero() {
        return Err(Error::invalid(name, "must be a finite number above 0"));
    }
    Ok(timeout.min(LONGEST_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_finite_number_above_zero() {
        for seconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
            assert!(timeout_from_seconds(TIMEOUT, seconds).is_err(), "{seconds}");
        }
        assert_eq!(timeout_from_seconds(TIMEOUT, 0.5).unwrap(), Duration::from_millis(500));
        assert_eq!(timeout_from_seconds(TIMEOUT, 1e300).unwrap(), LONGEST_TIMEOUT);
    }
}
