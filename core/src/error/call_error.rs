//! The one error type of the crate.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::error::advice::explain;
use crate::error::argument_name::ArgumentName;
use crate::error::error_body::ErrorResponse;
use crate::error::kind::ErrorKind;
use crate::error::transport_error::{TransportError, TransportReason};
use crate::secret::{Headers, Mask};

/// The reason why a call failed.
///
/// [`kind`](Error::kind) says what the caller can do. The text says what happened, then what to do, and holds no secret.
/// [`source`](std::error::Error::source) is the [`TransportError`] of a failed connection.
///
/// ```
/// use descope_outbound::{Client, ErrorKind};
///
/// let error = Client::builder().project_id("not an id").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert!(error.to_string().starts_with("project_id "));
/// ```
#[derive(Clone)]
pub struct Error(Box<ErrorParts>);

#[derive(Clone)]
struct ErrorParts {
    kind: ErrorKind,
    message: String,
    argument: Option<ArgumentName>,
    response: Option<ErrorResponse>,
    transport: Option<TransportError>,
    was_never_sent: bool,
}

impl Error {
    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(ErrorParts {
            kind,
            message,
            argument: None,
            response: None,
            transport: None,
            was_never_sent: false,
        }))
    }

    fn with_argument(mut self, argument: ArgumentName) -> Self {
        self.0.argument = Some(argument);
        self
    }

    pub(crate) fn invalid(argument: ArgumentName, problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, problem.into()).with_argument(argument)
    }

    pub(crate) fn wrong_type(argument: ArgumentName, problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidType, problem.into()).with_argument(argument)
    }

    /// A problem of the configuration that no single argument causes.
    pub(crate) fn invalid_setup(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, problem.into())
    }

    pub(crate) fn management_key_missing() -> Self {
        // The official SDKs use this text, so a search for it finds their advice too.
        let message = "Management key is required to access 'outbound_application' functionality";
        Self::new(ErrorKind::ManagementKeyMissing, message.to_owned())
    }

    pub(crate) fn deadline(message: String) -> Self {
        Self::new(ErrorKind::DeadlineExceeded, message)
    }

    /// The connection failed after the request may have been sent.
    pub(crate) fn connection(message: String) -> Self {
        Self::new(ErrorKind::ConnectionFailed, message)
    }

    /// The client could not connect, so nothing was sent.
    pub(crate) fn no_connection(message: String) -> Self {
        Self::connection(message).never_sent()
    }

    /// Marks that no attempt has reached the service.
    pub(crate) fn never_sent(mut self) -> Self {
        self.0.was_never_sent = true;
        self
    }

    /// Marks that an earlier attempt may have reached the service.
    pub(crate) fn maybe_sent(mut self) -> Self {
        self.0.was_never_sent = false;
        self
    }

    pub(crate) fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, message.into())
    }

    pub(crate) fn with_transport(mut self, reason: TransportReason, message: String) -> Self {
        self.0.transport = Some(TransportError::new(reason, message));
        self
    }

    /// Masks the secrets of the call in texts from a library or a peer.
    pub(crate) fn masked(mut self, mask: &Mask) -> Self {
        self.0.message = mask.apply(&self.0.message).into_owned();
        let masked = |transport: TransportError| transport.map_message(|text| mask.apply(text).into_owned());
        self.0.transport = self.0.transport.map(masked);
        self
    }

    pub(crate) fn from_response(kind: ErrorKind, response: ErrorResponse) -> Self {
        let mut error = Self::new(kind, explain(kind, &response));
        error.0.response = Some(response);
        error
    }

    /// Adds the status and headers of the response. Its body may hold a token, so it stays out.
    pub(crate) fn with_response_head(mut self, status: u16, headers: Headers) -> Self {
        let (body, fields) = Default::default();
        self.0.response.get_or_insert(ErrorResponse { status, headers, body, fields, retry_after: None });
        self
    }

    /// The same response, for a call that was not sent because of it. The text says that the service did not respond to
    /// this call, and how much of the pause remains.
    pub(crate) fn with_remaining_pause(&self, remaining: Duration) -> Self {
        let Some(response) = &self.0.response else { return self.clone() };
        let mut response = ErrorResponse { retry_after: Some(remaining), ..response.clone() };
        response.fields.description = format!(
            "this call was not sent: the service asked for a pause after an earlier call, and {} s remain",
            remaining.as_secs()
        );
        Self::from_response(self.0.kind, response).never_sent()
    }

    /// The kind of the error, which says what the caller can do about it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::ErrorKind;
    ///
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TokenNotFound);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The argument at fault, if an [`ErrorKind::InvalidArgument`] or [`ErrorKind::InvalidType`] concerns one argument.
    ///
    /// ```
    /// let error = descope_outbound::Client::builder().project_id("not an id").build().unwrap_err();
    /// assert_eq!(error.argument().map(|name| name.camel), Some("projectId"));
    /// ```
    #[must_use]
    pub fn argument(&self) -> Option<ArgumentName> {
        self.0.argument
    }

    /// The text without the argument's name and without the request id. A caller can add the name in its own spelling.
    ///
    /// ```
    /// let error = descope_outbound::Client::builder().project_id("not an id").build().unwrap_err();
    /// assert_eq!(error.to_string(), format!("project_id {}", error.message()));
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The service's response, if one arrived.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// let response = error.response().ok_or("no response arrived")?;
    /// assert!(response.body().contains("E111504"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// The HTTP status of the response, if one arrived.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.status(), Some(404));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    /// The service's code, such as `E111504`, if the response has one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.error_code(), Some("E111504"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.response().map(|response| response.fields.code.as_str()).filter(|code| !code.is_empty())
    }

    /// How long to wait before the next call, if the response says so. Mostly an [`ErrorKind::RateLimited`] response does.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound_emulator::Fault;
    /// use std::time::Duration;
    ///
    /// emulator.add_fault(Fault::response(429).header("Retry-After", "7"))?;
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.response().and_then(|response| response.retry_after)
    }

    /// Why the connection failed, if it failed. The same value is the error's `source()`.
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
    /// assert_eq!(error.transport_error().map(|cause| cause.reason()), Some(TransportReason::Refused));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn transport_error(&self) -> Option<&TransportError> {
        self.0.transport.as_ref()
    }

    /// Whether time ran out: the call's deadline passed, or a host did not accept the connection in time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound_emulator::Fault;
    /// use std::time::Duration;
    ///
    /// emulator.add_fault(Fault::hang())?;
    /// let fetch = client.fetch_token("google-calendar", "user-id").timeout(Duration::from_millis(50));
    /// assert!(fetch.await.unwrap_err().is_timeout());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        let reason = self.transport_error().map(TransportError::reason);
        self.0.kind == ErrorKind::DeadlineExceeded || reason == Some(TransportReason::ConnectTimeout)
    }

    /// Whether the client could not connect, so that the request was not sent.
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
    /// assert!(error.is_connect() && !error.is_timeout());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::ConnectionFailed && self.0.was_never_sent
    }

    /// Whether no attempt reached the service: the last one could not connect, or the call waited for a free connection until
    /// its deadline. Otherwise the request may have taken effect.
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
    /// let error = client.delete_token("token-id").await.unwrap_err();
    /// assert!(error.was_never_sent());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn was_never_sent(&self) -> bool {
        self.0.was_never_sent
    }

    /// The id of the request, for a question to Descope's support: the header `cf-ray`, or else `x-request-id`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound_emulator::Fault;
    ///
    /// emulator.add_fault(Fault::response(400).header("x-request-id", "request-1"))?;
    /// let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
    /// assert_eq!(error.request_id(), Some("request-1"));
    /// assert!(error.to_string().contains("request-1"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let headers = &self.response()?.headers;
        headers.get("cf-ray").or_else(|| headers.get("x-request-id"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(argument) = self.0.argument {
            write!(formatter, "{} ", argument.snake)?;
        }
        formatter.write_str(&self.0.message)?;
        match self.request_id() {
            Some(request_id) => write!(formatter, " (request {request_id})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Error({:?}: {self})", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.transport_error().map(|transport| transport as _)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::error::error_body::ErrorBody;
    use crate::secret::Secret;

    fn response(status: u16, body: &str) -> ErrorResponse {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("r1"));
        headers.insert("cf-ray", HeaderValue::from_static("ray1"));
        ErrorResponse {
            status,
            headers: Headers::masked(&headers, &Mask::default()),
            body: body.into(),
            fields: ErrorBody::parse(body),
            retry_after: None,
        }
    }

    #[test]
    fn the_text_of_token_not_found_says_to_ask_the_user_to_connect() {
        let body = r#"{"errorCode":"E111504","errorDescription":"Token not found","errorMessage":null}"#;
        let error = Error::from_response(ErrorKind::TokenNotFound, response(404, body));
        assert_eq!(
            error.to_string(),
            "HTTP 404 E111504: Token not found; ask the user to connect the app, or check the app id, the scopes and the \
             tenant (request ray1)"
        );
        assert_eq!(error.error_code(), Some("E111504"));
    }

    #[test]
    fn the_source_of_a_failed_connection_is_a_masked_transport_error() {
        let mut mask = Mask::default();
        mask.add(&Secret::from("made-up-key"));
        let error = Error::no_connection("could not connect to made-up-key".to_owned())
            .with_transport(TransportReason::ConnectTimeout, "no route for made-up-key".to_owned())
            .masked(&mask);
        assert_eq!(error.to_string(), "could not connect to [redacted]");
        let source = StdError::source(&error).and_then(|source| source.downcast_ref::<TransportError>());
        assert_eq!(source.map(ToString::to_string).as_deref(), Some("no route for [redacted]"));
        assert_eq!((error.is_timeout(), error.is_connect()), (true, true));
    }

    #[test]
    fn a_passed_deadline_is_a_timeout_and_an_interrupted_connection_is_not() {
        let late = Error::deadline("late".to_owned());
        assert_eq!((late.is_timeout(), late.is_connect()), (true, false));
        let lost =
            Error::connection("lost".to_owned()).with_transport(TransportReason::Reset, "reset".to_owned());
        assert_eq!((lost.is_timeout(), lost.is_connect()), (false, false));
    }
}
