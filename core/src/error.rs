//! What can go wrong, told so that the reader knows what to do about it.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::headers::Headers;

/// What the caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or a setting has a value that cannot be used; nothing was sent. Fix the call.
    InvalidArgument,
    /// An argument is of the wrong type; nothing was sent. Fix the call.
    InvalidType,
    /// The operation needs a management key and the client has none; nothing was sent. Configure one.
    ManagementKeyMissing,
    /// The service has no such token: the user has not connected the app, or did so with other scopes or for
    /// another tenant, or there is no such app. Ask the user to connect.
    TokenNotFound,
    /// Too many requests. Wait for [`Error::retry_after`].
    RateLimited,
    /// Any other answer that is not a success. Its [`Error::status`] tells who is at fault.
    Http,
    /// The deadline passed before the answer was there. The request may have taken effect.
    DeadlineExceeded,
    /// No connection could be made, or it was lost before the answer was there.
    ConnectionFailed,
    /// The answer is a success that cannot be read: not JSON, not of the right shape, or too large.
    Decode,
}

impl ErrorKind {
    /// The word for it in every language.
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

/// An argument's name, as the languages with `snake_case` and those with `camelCase` write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentName {
    /// `app_id`
    pub snake: &'static str,
    /// `appId`
    pub camel: &'static str,
}

/// An answer that is not a success, bounded and with the secrets of the call masked.
#[derive(Clone, Debug)]
pub struct ErrorResponse {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: String,
    pub(crate) words: Words,
    pub(crate) retry_after: Option<Duration>,
}

/// The three fields of the service's error bodies; each empty where the body has none.
///
/// Shape from the error-handling guide: `{"errorCode", "errorDescription", "errorMessage"?}`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub(crate) code: String,
    pub(crate) description: String,
    pub(crate) message: String,
}

impl Words {
    /// What a body says of itself; nothing where it is no JSON object.
    pub(crate) fn of(body: &str) -> Self {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { code: text("errorCode"), description: text("errorDescription"), message: text("errorMessage") }
    }
}

impl ErrorResponse {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first 8 KiB of the body, as text.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The service's `errorDescription`, or an empty string.
    #[must_use]
    pub fn error_description(&self) -> &str {
        &self.words.description
    }

    /// The service's `errorMessage`, or an empty string.
    #[must_use]
    pub fn error_message(&self) -> &str {
        &self.words.message
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}

/// Why an operation did not do what was asked.
///
/// ```
/// use descope_outbound::{Client, ErrorKind};
///
/// let error = Client::builder().project_id("not an id").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert!(error.to_string().starts_with("project_id "));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    argument: Option<ArgumentName>,
    response: Option<ErrorResponse>,
    was_never_sent: bool,
}

impl Error {
    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner { kind, message, argument: None, response: None, was_never_sent: false }))
    }

    fn of_argument(kind: ErrorKind, argument: ArgumentName, problem: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message: problem,
            argument: Some(argument),
            response: None,
            was_never_sent: false,
        }))
    }

    pub(crate) fn invalid(argument: ArgumentName, problem: impl Into<String>) -> Self {
        Self::of_argument(ErrorKind::InvalidArgument, argument, problem.into())
    }

    pub(crate) fn wrong_type(argument: ArgumentName, problem: impl Into<String>) -> Self {
        Self::of_argument(ErrorKind::InvalidType, argument, problem.into())
    }

    pub(crate) fn invalid_setup(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, problem.into())
    }

    pub(crate) fn management_key_missing() -> Self {
        // The official SDK's words, so that whoever searches for them finds the same advice.
        let message = "Management key is required to access 'outbound_application' functionality";
        Self::new(ErrorKind::ManagementKeyMissing, message.to_owned())
    }

    pub(crate) fn deadline(message: String) -> Self {
        Self::new(ErrorKind::DeadlineExceeded, message)
    }

    pub(crate) fn connection(message: String) -> Self {
        Self::new(ErrorKind::ConnectionFailed, message)
    }

    /// No connection could be made at all.
    pub(crate) fn no_connection(message: String) -> Self {
        Self::connection(message).never_sent()
    }

    /// The same, where no attempt has reached the service.
    pub(crate) fn never_sent(mut self) -> Self {
        self.0.was_never_sent = true;
        self
    }

    pub(crate) fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, message.into())
    }

    pub(crate) fn response(kind: ErrorKind, response: ErrorResponse) -> Self {
        let message = explain(kind, &response);
        Self(Box::new(Inner {
            kind,
            message,
            argument: None,
            response: Some(response),
            was_never_sent: false,
        }))
    }

    /// Adds what is known of the answer that it is about; of its body nothing, since that may hold a token.
    pub(crate) fn with_answer(mut self, status: u16, headers: Headers) -> Self {
        let (body, words) = Default::default();
        self.0.response.get_or_insert(ErrorResponse { status, headers, body, words, retry_after: None });
        self
    }

    /// The same answer, for a call that was not sent because of it, when so much is left to wait. It does not read as if the
    /// service had answered this one.
    pub(crate) fn told_later(&self, left: Duration) -> Self {
        let Some(response) = &self.0.response else { return self.clone() };
        let mut response = ErrorResponse { retry_after: Some(left), ..response.clone() };
        response.words.description = format!(
            "this call was not sent: the service asked for a pause after an earlier one, and {} s of it are left",
            left.as_secs()
        );
        Self::response(self.0.kind, response)
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The argument at fault, for [`ErrorKind::InvalidArgument`] and [`ErrorKind::InvalidType`] where it is one.
    #[must_use]
    pub fn argument(&self) -> Option<ArgumentName> {
        self.0.argument
    }

    /// The text without the name of the argument, for a caller that writes the name in its own way.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The service's answer, where there was one.
    #[must_use]
    pub fn answer(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// The HTTP status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answer().map(ErrorResponse::status)
    }

    /// The service's code, such as `E111504`, where the answer has one.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.answer().map(|answer| answer.words.code.as_str()).filter(|code| !code.is_empty())
    }

    /// How long to wait, where a [`ErrorKind::RateLimited`] answer says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.answer().and_then(|answer| answer.retry_after)
    }

    /// Whether the last attempt of a [`ErrorKind::ConnectionFailed`] did not even reach the service, or a call that ended
    /// with [`ErrorKind::DeadlineExceeded`] has waited for its turn until then; otherwise the request may have taken
    /// effect.
    #[must_use]
    pub fn was_never_sent(&self) -> bool {
        self.0.was_never_sent
    }

    /// What to quote to Descope's support: `cf-ray`, else `x-request-id`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let answer = self.answer()?;
        answer.header("cf-ray").or_else(|| answer.header("x-request-id"))
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

impl std::error::Error for Error {}

/// One line for the person on call: what came, what it means, what to do.
fn explain(kind: ErrorKind, response: &ErrorResponse) -> String {
    let Words { code, description, message } = &response.words;
    let mut line = format!("HTTP {}", response.status);
    if !code.is_empty() {
        line.push(' ');
        line.push_str(code);
    }
    for said in [description, message] {
        if !said.is_empty() && !line.contains(said.as_str()) {
            line.push_str(": ");
            line.push_str(said);
        }
    }
    line.push_str("; ");
    line.push_str(&advice(kind, response));
    line
}

fn advice(kind: ErrorKind, response: &ErrorResponse) -> String {
    match (kind, response.status) {
        (ErrorKind::TokenNotFound, _) => {
            "ask the user to connect the app, unless the app id is wrong, or the token was made with other scopes or for \
             another tenant"
                .into()
        }
        (ErrorKind::RateLimited, _) => match response.retry_after {
            Some(wait) => format!("too many requests: try again after {} s", wait.as_secs()),
            None => "too many requests: try again later".into(),
        },
        (_, 300..=399) => "redirects are not followed: check the base URL".into(),
        (_, 401 | 403) => "the service refused the key: check the management key, its rights and the project id".into(),
        (_, 404) => "nothing is there: check the ids and the base URL".into(),
        (_, 400..=499) => "the service refused the request: check its arguments".into(),
        _ => "the service failed: try again later, then ask Descope".into(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::mask::Mask;

    fn response(status: u16, body: &str) -> ErrorResponse {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("r1"));
        headers.insert("cf-ray", HeaderValue::from_static("ray1"));
        ErrorResponse {
            status,
            headers: Headers::shown(&headers, &Mask::default()),
            body: body.into(),
            words: Words::of(body),
            retry_after: None,
        }
    }

    #[test]
    fn a_token_that_is_not_there_reads_as_a_user_to_be_asked() {
        let body = r#"{"errorCode":"E111504","errorDescription":"Token not found","errorMessage":null}"#;
        let error = Error::response(ErrorKind::TokenNotFound, response(404, body));
        assert_eq!(
            error.to_string(),
            "HTTP 404 E111504: Token not found; ask the user to connect the app, unless the app id is wrong, or the token \
             was made with other scopes or for another tenant (request ray1)"
        );
        assert_eq!(error.error_code(), Some("E111504"));
    }

    #[test]
    fn a_field_of_another_type_does_not_hide_its_neighbours() {
        let description = Words::of(r#"{"errorCode":"E1","errorDescription":7}"#);
        assert_eq!(description.code, "E1");
        assert_eq!(description.description, "");
    }

    #[test]
    fn a_body_that_is_no_object_describes_nothing() {
        for body in ["", "null", "[]", "<html>", "7", r#"["E111504"]"#] {
            assert_eq!(Words::of(body).code, "", "{body}");
        }
    }
}
