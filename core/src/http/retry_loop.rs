//! One call, from its first attempt to its last, within one deadline.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use tokio::time::{Instant, sleep, timeout_at};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorBody, ErrorKind, ErrorResponse};
use crate::http::retry_budget::Budget;
use crate::http::retry_policy::{self, AttemptOutcome};
use crate::http::transport::{
    AttemptError, Limits, MAX_CONCURRENT_REQUESTS, OutgoingRequest, RawResponse, Transport,
};
use crate::http::upstream::BeforeAttempt;
use crate::request::{EncodedRequest, Idempotency};
use crate::response::{Content, ResponseShape};
use crate::secret::{Headers, Mask, WipedBuffer};

/// The response to a fetch has about 500 bytes.
const LARGEST_TOKEN: usize = 1024 * 1024;
const LARGEST_RESPONSE: usize = 16 * 1024 * 1024;
/// Enough for any JSON that the service writes, and for the title of any proxy's page.
const LARGEST_ERROR_BODY: usize = 8 * 1024;

/// The service's error code when a fetch finds no token (from the official SDKs' issue trackers).
const TOKEN_NOT_FOUND: &str = "E111504";

/// Sends one request, and retries it.
pub(crate) struct RetryLoop<'call> {
    pub(crate) request: &'call EncodedRequest,
    pub(crate) headers: Cow<'call, HeaderMap>,
    /// Every secret in the request.
    pub(crate) mask: Cow<'call, Mask>,
    pub(crate) transport: &'call Transport,
    pub(crate) budget: &'call Budget,
    pub(crate) retry_delays: &'call [Duration],
    /// The caller's check before each attempt.
    pub(crate) before_attempt: &'call BeforeAttempt<'call>,
}

impl RetryLoop<'_> {
    /// Sends the request until it succeeds, or until the policy, the budget or the deadline forbids a retry.
    pub(crate) async fn run(&self, timeout: Duration, deadline: Instant) -> Result<Content, Error> {
        let mut failures = 0;
        let mut was_interrupted = false;
        let mut last_error: Option<Error> = None;
        let mut attempt_number = 0;
        loop {
            let Ok(permit) = timeout_at(deadline, self.transport.permit()).await else {
                return Err(no_permit(timeout, last_error.as_ref()));
            };
            attempt_number += 1;
            (self.before_attempt)(attempt_number)?;
            let Ok(attempt) = timeout_at(deadline, self.transport.send(self.outgoing())).await else {
                return Err(deadline_exceeded(
                    timeout,
                    self.request.idempotency,
                    failures,
                    last_error.as_ref(),
                ));
            };
            drop(permit);
            let (outcome, error) = match attempt {
                Ok(response) if response.status.is_success() => {
                    self.budget.succeeded(failures);
                    return self.content(response);
                }
                Ok(response) if was_interrupted && self.is_deleted(&response) => {
                    return self.content(as_empty_success(&response));
                }
                Ok(response) => self.refused(&response),
                Err(AttemptError::Connect(error)) => {
                    (AttemptOutcome::ConnectFailed, error.masked(&self.mask))
                }
                Err(AttemptError::Interrupted(error)) => {
                    (AttemptOutcome::Interrupted, error.masked(&self.mask))
                }
                Err(AttemptError::Permanent(error)) => (AttemptOutcome::Permanent, error.masked(&self.mask)),
            };
            failures += 1;
            if outcome.shows_that_the_service_is_up() {
                self.budget.succeeded(failures - 1);
            }
            was_interrupted |= outcome == AttemptOutcome::Interrupted;
            let idempotency = self.request.idempotency;
            let pause =
                retry_policy::pause(self.retry_delays, failures, outcome, idempotency, fastrand::f64())
                    .filter(|pause| Instant::now() + *pause < deadline)
                    .filter(|_| self.budget.pay());
            let Some(pause) = pause else {
                return Err(if was_interrupted { error.maybe_sent() } else { error });
            };
            sleep(pause).await;
            last_error = Some(error);
        }
    }

    fn outgoing(&self) -> OutgoingRequest<'_> {
        let success = match self.request.operation.response {
            ResponseShape::Token => LARGEST_TOKEN,
            ResponseShape::Object | ResponseShape::Empty => LARGEST_RESPONSE,
        };
        OutgoingRequest {
            method: &self.request.method,
            url: &self.request.url,
            headers: &self.headers,
            body: self.request.body.as_ref(),
            limits: Limits { success, failure: LARGEST_ERROR_BODY },
        }
    }

    fn content(&self, response: RawResponse) -> Result<Content, Error> {
        let headers = Headers::masked(&response.headers, &self.mask);
        let status = response.status.as_u16();
        Content::new(self.request.operation.response, status, headers.clone(), response.body)
            .map_err(|error| error.with_response_head(status, headers))
    }

    /// A delete was interrupted, and its retry finds nothing: the first attempt has succeeded.
    fn is_deleted(&self, response: &RawResponse) -> bool {
        self.request.idempotency == Idempotency::IdempotentDelete && response.status == StatusCode::NOT_FOUND
    }

    fn refused(&self, response: &RawResponse) -> (AttemptOutcome, Error) {
        let status = response.status.as_u16();
        let retry_after = response.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| retry_policy::retry_after(value, SystemTime::now()));
        let text = text_of(&response.body);
        let mut body = self.mask.apply_to_beginning(&text).into_owned();
        body.truncate(body.floor_char_boundary(LARGEST_ERROR_BODY));
        let response = ErrorResponse {
            status,
            headers: Headers::masked(&response.headers, &self.mask),
            fields: ErrorBody::parse(&body),
            body,
            retry_after,
        };
        let kind = match status {
            429 => ErrorKind::RateLimited,
            404 if self.says_not_connected(&response) => ErrorKind::TokenNotFound,
            _ => ErrorKind::Http,
        };
        (AttemptOutcome::Status { status, retry_after }, Error::from_response(kind, response))
    }

    fn says_not_connected(&self, response: &ErrorResponse) -> bool {
        self.request.operation.response == ResponseShape::Token && response.fields.code == TOKEN_NOT_FOUND
    }
}

/// The bytes as text, without the incomplete character at the end of a body that was cut.
fn text_of(body: &[u8]) -> Zeroizing<String> {
    let incomplete = body.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
    let complete = if body.len() < LARGEST_ERROR_BODY { body.len() } else { body.len() - incomplete };
    Zeroizing::new(String::from_utf8_lossy(body.get(..complete).unwrap_or_default()).into_owned())
}

/// The lost response must have been a success without content.
fn as_empty_success(response: &RawResponse) -> RawResponse {
    RawResponse { status: StatusCode::OK, headers: response.headers.clone(), body: WipedBuffer::default() }
}

fn no_permit(timeout: Duration, last_error: Option<&Error>) -> Error {
    let seconds = seconds(timeout);
    let advice = "send fewer calls at a time, or raise the timeout";
    match last_error {
        Some(error) => Error::deadline(format!(
            "no response within {seconds} s: the retry waited while {MAX_CONCURRENT_REQUESTS} other requests were in \
             flight; {advice}. The previous attempt failed: {error}"
        )),
        None => Error::deadline(format!(
            "this call was not sent within {seconds} s: {MAX_CONCURRENT_REQUESTS} other requests were in flight; {advice}"
        ))
        .never_sent(),
    }
}

pub(crate) fn deadline_exceeded(
    timeout: Duration,
    idempotency: Idempotency,
    failures: usize,
    last_error: Option<&Error>,
) -> Error {
    let seconds = seconds(timeout);
    let mut message = format!("no response within {seconds} s");
    if let Some(error) = last_error {
        let number = failures + 1;
        let attempt = format!(": attempt {number} was in flight; the previous attempt failed: {error}");
        message.push_str(&attempt);
    } else if idempotency == Idempotency::NonIdempotent {
        message.push_str("; the request may have taken effect: check before you repeat it");
    } else {
        message.push_str("; try again later, or raise the timeout");
    }
    Error::deadline(message)
}

/// In seconds, to the millisecond: a flight passes on what is left of its time.
fn seconds(timeout: Duration) -> f64 {
    (timeout.as_secs_f64() * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_time_to_the_millisecond() {
        let error = deadline_exceeded(Duration::from_nanos(19_999_998_778), Idempotency::Idempotent, 0, None);
        assert!(error.to_string().starts_with("no response within 20 s;"), "{error}");
        let error = no_permit(Duration::from_millis(50), None);
        assert!(error.to_string().starts_with("this call was not sent within 0.05 s:"), "{error}");
    }
}
