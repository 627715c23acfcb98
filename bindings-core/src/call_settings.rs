//! The options of a call as raw values.

use std::time::Duration;

use descope_outbound::bindings::{MIN_VALIDITY, span_from_seconds, timeout_from_seconds};
use descope_outbound::{ArgumentName, CallOptions, Error};

/// The name of a timeout: of a client's, and of a call's.
pub const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout_seconds", camel: "timeout" };

/// The options of one call, as a language passes them.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallSettings {
    /// Bounds the whole call; the client's timeout if absent.
    pub timeout_seconds: Option<f64>,
    /// How long a cached token must remain valid; zero if absent.
    pub min_validity_seconds: Option<f64>,
}

impl CallSettings {
    /// Converts the raw values.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](descope_outbound::ErrorKind::InvalidArgument), which names the wrong option.
    pub fn into_options(self) -> Result<CallOptions, Error> {
        let options = CallOptions::from(self.timeout_seconds.map(timeout).transpose()?);
        match self.min_validity_seconds {
            Some(seconds) => Ok(options.min_validity(min_validity(seconds)?)),
            None => Ok(options),
        }
    }
}

/// Converts a timeout.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](descope_outbound::ErrorKind::InvalidArgument) unless the number is finite and above 0.
pub fn timeout(seconds: f64) -> Result<Duration, Error> {
    timeout_from_seconds(TIMEOUT, seconds)
}

/// Converts the time that a cached token must remain valid.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](descope_outbound::ErrorKind::InvalidArgument) unless the number is finite and at least 0.
pub fn min_validity(seconds: f64) -> Result<Duration, Error> {
    span_from_seconds(MIN_VALIDITY, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(timeout_seconds: Option<f64>, min_validity_seconds: Option<f64>) -> Option<String> {
        let settings = CallSettings { timeout_seconds, min_validity_seconds };
        settings.into_options().err().map(|error| error.to_string())
    }

    #[test]
    fn a_timeout_is_finite_and_above_zero() {
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let expected = "timeout_seconds must be a finite number above 0";
            assert_eq!(problem(Some(seconds), None).as_deref(), Some(expected), "{seconds}");
        }
        assert_eq!(timeout(1.5).unwrap(), Duration::from_millis(1500));
    }

    #[test]
    fn a_min_validity_is_finite_and_at_least_zero() {
        for seconds in [-1.0, f64::NAN, f64::INFINITY] {
            let expected = "min_validity_seconds must be a finite number of at least 0";
            assert_eq!(problem(None, Some(seconds)).as_deref(), Some(expected), "{seconds}");
        }
        assert_eq!(min_validity(0.0).unwrap(), Duration::ZERO);
    }

    #[test]
    fn absent_options_are_no_problem() {
        assert_eq!(problem(None, None), None);
        assert_eq!(problem(Some(1.0), Some(60.0)), None);
    }
}
