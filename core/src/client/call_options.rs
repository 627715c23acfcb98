//! The options of one call.

use std::time::Duration;

/// The options of one call. An option that is not set comes from the client.
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
    /// Limits the duration of the whole call, retries and waits included. The default is the client's timeout.
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

    /// Fetches from the service if the cached token would be served for less than this time. The default is zero.
    ///
    /// The call returns the token of the service, even if that expires earlier. Without a cache the option has no effect.
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

/// A timeout. `None` is the client's timeout.
impl From<Option<Duration>> for CallOptions {
    fn from(timeout: Option<Duration>) -> Self {
        Self { timeout, ..Self::default() }
    }
}
