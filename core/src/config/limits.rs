//! The limits of a call's duration.

use std::time::Duration;

use crate::error::{ArgumentName, Error};

/// The default timeout of a call: 20 s. [`ClientBuilder::timeout`](crate::ClientBuilder::timeout) and
/// [`CallOptions::timeout`](crate::CallOptions::timeout) set another.
///
/// ```
/// assert_eq!(descope_outbound::DEFAULT_TIMEOUT, std::time::Duration::from_secs(20));
/// ```
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout", camel: "timeout" };

/// A year. Longer timeouts are of no use, and adding them to a clock could overflow.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_hours(365 * 24);

/// Converts a number of seconds into a timeout of at most a year.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) unless the number is finite and above 0.
///
/// ```
/// use descope_outbound::{ArgumentName, bindings::timeout_from_seconds};
///
/// let name = ArgumentName { snake: "timeout", camel: "timeout" };
/// assert!(timeout_from_seconds(name, 0.5).is_ok_and(|timeout| timeout.as_millis() == 500));
/// assert!(timeout_from_seconds(name, 0.0).is_err());
/// ```
pub fn timeout_from_seconds(name: ArgumentName, seconds: f64) -> Result<Duration, Error> {
    if seconds.is_nan() || seconds.is_infinite() || seconds <= 0.0 {
        return Err(Error::invalid(name, "must be a finite number above 0"));
    }
    check_timeout(name, Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT))
}

/// Converts a number of seconds into a duration, which may be zero.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) unless the number is finite and at least 0.
///
/// ```
/// use descope_outbound::bindings::{MIN_VALIDITY, span_from_seconds};
///
/// assert!(span_from_seconds(MIN_VALIDITY, 0.0).is_ok_and(|span| span.is_zero()));
/// assert!(span_from_seconds(MIN_VALIDITY, -1.0).is_err());
/// ```
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
