//! The options of one call.

use std::time::Duration;

/// The options of one call. What is not set is the client's.
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::CallOptions;
///
/// let patient = CallOptions::default().timeout(Duration::from_secs(60));
/// # let _ = patient;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "options do nothing until a call is made with them"]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) min_validity: Duration,
}

impl CallOptions {
    /// Bounds the whole call, retries and waits included, instead of the client's timeout.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use descope_outbound::CallOptions;
    /// let options = CallOptions::default().timeout(Duration::from_secs(3));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Asks the service if the cached token would be served for less than this. The caller gets whatever token the service
    /// then has. Without a cache it changes nothing.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use descope_outbound::CallOptions;
    /// // A job that uses the token for ten minutes.
    /// let options = CallOptions::default().min_validity(Duration::from_secs(600));
    /// ```
    pub fn min_validity(mut self, min_validity: Duration) -> Self {
        self.min_validity = min_validity;
        self
    }
}

/// A timeout, or the client's if it is `None`.
impl From<Option<Duration>> for CallOptions {
    fn from(timeout: Option<Duration>) -> Self {
        Self { timeout, ..Self::default() }
    }
}
