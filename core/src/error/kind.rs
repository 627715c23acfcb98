//! The kinds of errors.

/// The kinds of an [`Error`](crate::Error), one for each thing that the caller can do.
///
/// ```
/// use descope_outbound::{Error, ErrorKind};
///
/// fn status_for_the_browser(error: &Error) -> u16 {
///     match error.kind() {
///         ErrorKind::TokenNotFound => 409,
///         ErrorKind::RateLimited | ErrorKind::DeadlineExceeded | ErrorKind::ConnectionFailed => 503,
///         _ => 500,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The value of an argument or a setting cannot be used. Nothing was sent. Fix the call.
    InvalidArgument,
    /// An argument has the wrong type. Nothing was sent. Fix the call.
    InvalidType,
    /// The operation needs a management key, and the client has none. Nothing was sent. Configure a key.
    ManagementKeyMissing,
    /// The service has no such token. The user has not connected the app, or connected it with other scopes or for
    /// another tenant, or the app id is wrong. Ask the user to connect.
    TokenNotFound,
    /// The service received too many requests. Wait for [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// Any other response that is not a success. If the
    /// [`status`](crate::Error::status) is below 500, fix the call or a setting; otherwise try again later.
    Http,
    /// The deadline passed before the response arrived. The request may have taken effect. Try again later, or set a longer
    /// timeout.
    DeadlineExceeded,
    /// The client could not connect, or the connection failed before the response was complete. Try again later.
    /// [`Error::transport_error`](crate::Error::transport_error) names the reason.
    ConnectionFailed,
    /// The client cannot read a success: it is not JSON, has the wrong shape, or is too large. Check the
    /// base URL, then ask Descope.
    Decode,
}

impl ErrorKind {
    /// The kind as a word, the same in every language: `token_not_found`.
    ///
    /// ```
    /// use descope_outbound::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::TokenNotFound.as_str(), "token_not_found");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::InvalidType => "invalid_type",
            Self::ManagementKeyMissing => "management_key_missing",
            Self::TokenNotFound => "token_not_found",
            Self::RateLimited => "rate_limited",
            Self::Http => "http",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::ConnectionFailed => "connection_failed",
            Self::Decode => "decode",
        }
    }
}
