//! Why a connection failed, without the types of any HTTP library.

use std::error::Error as StdError;
use std::fmt;

/// The cause of a failed connection: the [`source`](std::error::Error::source) of an [`Error`](crate::Error).
///
/// The secrets of the call are masked in its message.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use descope_outbound::{Client, TransportReason};
///
/// let client = Client::builder()
///     .project_id("P2made")
///     .management_key("made-up-key")
///     // Nothing listens on port 1.
///     .base_url("http://127.0.0.1:1")
///     .retry_delays([])
///     .build()?;
/// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
/// assert!(error.is_connect());
/// assert_eq!(error.transport_error().map(|cause| cause.reason()), Some(TransportReason::Refused));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    reason: TransportReason,
    message: String,
}

/// The reason why a connection failed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = descope_outbound::Client::builder()
/// #     .project_id("P2made")
/// #     .management_key("made-up-key")
/// #     .base_url("http://127.0.0.1:1")
/// #     .retry_delays([])
/// #     .build()?;
/// use descope_outbound::TransportReason;
///
/// // Nothing listens on port 1.
/// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
/// match error.transport_error().map(|cause| cause.reason()) {
///     Some(TransportReason::Dns | TransportReason::Proxy) => eprintln!("check the base URL and the proxy"),
///     Some(TransportReason::Tls) => eprintln!("check the certificates"),
///     other => assert_eq!(other, Some(TransportReason::Refused)),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportReason {
    /// The name of the host could not be resolved.
    Dns,
    /// The host refused the connection: nothing listens on the port.
    Refused,
    /// The host did not accept the connection in time.
    ConnectTimeout,
    /// The TLS handshake failed, for example because the certificate is not trusted.
    Tls,
    /// The connection was reset, was closed or went silent before the response was complete.
    Reset,
    /// The proxy could not be reached, or it refused the connection.
    Proxy,
    /// The proxy requires other credentials (HTTP 407).
    ProxyAuthentication,
    /// The peer does not speak HTTP, or breaks its rules.
    Protocol,
    /// Another reason, which the message names.
    Other,
}

impl TransportReason {
    /// The reason as a word, the same in every language: `connect_timeout`.
    ///
    /// ```
    /// use descope_outbound::TransportReason;
    ///
    /// assert_eq!(TransportReason::Dns.as_str(), "dns");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::ConnectTimeout => "connect_timeout",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Proxy => "proxy",
            Self::ProxyAuthentication => "proxy_authentication",
            Self::Protocol => "protocol",
            Self::Other => "other",
        }
    }
}

impl TransportError {
    pub(crate) fn new(reason: TransportReason, message: String) -> Self {
        Self { reason, message }
    }

    /// The reason of the failure.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id("P2made")
    /// #     .management_key("made-up-key")
    /// #     .base_url("http://127.0.0.1:1")
    /// #     .retry_delays([])
    /// #     .build()?;
    /// use descope_outbound::TransportReason;
    ///
    /// // Nothing listens on port 1.
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert!(error.transport_error().is_some_and(|cause| cause.reason() == TransportReason::Refused));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reason(&self) -> TransportReason {
        self.reason
    }

    /// The cause in words, mostly the text of the operating system. The secrets of the call are masked.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id("P2made")
    /// #     .management_key("made-up-key")
    /// #     .base_url("http://127.0.0.1:1")
    /// #     .retry_delays([])
    /// #     .build()?;
    /// // Nothing listens on port 1.
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert!(error.transport_error().is_some_and(|cause| cause.message().contains("refused")));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn map_message(self, map: impl FnOnce(&str) -> String) -> Self {
        Self { message: map(&self.message), ..self }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for TransportError {}
