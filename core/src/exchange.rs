//! A call from the first attempt to the last, within one deadline.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use tokio::time::{Instant, sleep, timeout_at};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::cache::Counter;
use crate::error::{Error, ErrorKind, ErrorResponse, Words};
use crate::headers::Headers;
use crate::mask::Mask;
use crate::operation::{AnswerShape, Prepared, Repeat};
use crate::retry::{self, Budget, Failure};

use crate::transport::{Broken, Incoming, Limits, MOST_AT_ONCE, Outgoing, Transport};
use crate::wiped::WipedBuffer;

/// A token's answer has about 500 bytes.
const LARGEST_TOKEN: usize = 1024 * 1024;
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Of an error's body: enough for any JSON the service writes, and for the title of any proxy's page.
const KEPT_OF_AN_ERROR: usize = 8 * 1024;

/// The service's code for a token that is not there, on a fetch (from the official SDKs' issue trackers).
const TOKEN_NOT_FOUND: &str = "E111504";

/// A request with all it needs to be sent and to be repeated.
pub(crate) struct Exchange<'call> {
    pub(crate) prepared: &'call Prepared,
    pub(crate) headers: Cow<'call, HeaderMap>,
    /// Every secret that went into the request.
    pub(crate) mask: Cow<'call, Mask>,
    pub(crate) transport: &'call Transport,
    pub(crate) budget: &'call Budget,
    pub(crate) retry_delays: &'call [Duration],
    /// Counts the requests.
    pub(crate) sent: Option<&'call Counter>,
}

impl Exchange<'_> {
    /// Sends, and sends again where that is right, until there is an answer or a reason to give up.
    pub(crate) async fn run(&self, timeout: Duration, deadline: Instant) -> Result<Answer, Error> {
        let mut failures = 0;
        let mut was_lost = false;
        let mut last_error: Option<Error> = None;
        loop {
            let Ok(turn) = timeout_at(deadline, self.transport.turn()).await else {
                return Err(no_turn(timeout, last_error.as_ref()));
            };
            if let Some(sent) = self.sent {
                sent.add();
            }
            let Ok(attempt) = timeout_at(deadline, self.transport.exchange(self.outgoing())).await else {
                return Err(deadline_exceeded(timeout, failures, last_error.as_ref()));
            };
            drop(turn);
            let (failure, error) = match attempt {
                Ok(incoming) if incoming.status.is_success() => {
                    self.budget.succeeded(failures);
                    return self.answer(incoming);
                }
                Ok(incoming) if was_lost && self.is_gone(&incoming) => {
                    return self.answer(incoming_nothing(&incoming));
                }
                Ok(incoming) => self.refused(&incoming),
                Err(Broken::NotConnected(error)) => (Failure::NotConnected, error),
                Err(Broken::Lost(error)) => (Failure::Lost, error),
                Err(Broken::Final(error)) => (Failure::Final, error),
            };
            failures += 1;
            if failure.shows_that_the_service_is_up() {
                self.budget.succeeded(failures - 1);
            }
            was_lost |= failure == Failure::Lost;
            let pause =
                retry::pause(self.retry_delays, failures, failure, self.prepared.repeat, fastrand::f64())
                    .filter(|pause| Instant::now() + *pause < deadline)
                    .filter(|_| self.budget.pay());
            let Some(pause) = pause else { return Err(error) };
            sleep(pause).await;
            last_error = Some(error);
        }
    }

    fn outgoing(&self) -> Outgoing<'_> {
        let success = match self.prepared.operation.answer {
            AnswerShape::Token => LARGEST_TOKEN,
            AnswerShape::Object | AnswerShape::Empty => LARGEST_ANSWER,
        };
        let failure = KEPT_OF_AN_ERROR;
        Outgoing {
            method: &self.prepared.method,
            url: &self.prepared.url,
            headers: &self.headers,
            body: self.prepared.body.as_ref(),
            limits: Limits { success, failure },
        }
    }

    fn answer(&self, incoming: Incoming) -> Result<Answer, Error> {
        let headers = Headers::shown(&incoming.headers, &self.mask);
        let status = incoming.status.as_u16();
        Answer::new(self.prepared.operation.answer, status, headers.clone(), incoming.body)
            .map_err(|error| error.with_answer(status, headers))
    }

    /// A delete that was lost, and whose repetition finds nothing, was carried out.
    fn is_gone(&self, incoming: &Incoming) -> bool {
        self.prepared.repeat == Repeat::UntilGone && incoming.status == StatusCode::NOT_FOUND
    }

    fn refused(&self, incoming: &Incoming) -> (Failure, Error) {
        let status = incoming.status.as_u16();
        let retry_after = incoming.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| retry::retry_after(value, SystemTime::now()));
        let text = text_of(&incoming.body);
        let mut body = self.mask.apply_to_beginning(&text).into_owned();
        body.truncate(body.floor_char_boundary(KEPT_OF_AN_ERROR));
        let response = ErrorResponse {
            status,
            headers: Headers::shown(&incoming.headers, &self.mask),
            words: Words::of(&body),
            body,
            retry_after,
        };
        let kind = match status {
            429 => ErrorKind::RateLimited,
            404 if self.is_about_a_token(&response) => ErrorKind::TokenNotFound,
            _ => ErrorKind::Http,
        };
        (Failure::Status { status, retry_after }, Error::response(kind, response))
    }

    fn is_about_a_token(&self, response: &ErrorResponse) -> bool {
        self.prepared.operation.answer == AnswerShape::Token && response.words.code == TOKEN_NOT_FOUND
    }
}

/// The bytes as text, without the half of a character at its end where they have been cut.
fn text_of(body: &[u8]) -> Zeroizing<String> {
    let half = body.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
    let whole = if body.len() < KEPT_OF_AN_ERROR { body.len() } else { body.len() - half };
    Zeroizing::new(String::from_utf8_lossy(body.get(..whole).unwrap_or_default()).into_owned())
}

/// The same answer as if it were the lost one: a success with nothing in it.
fn incoming_nothing(incoming: &Incoming) -> Incoming {
    Incoming { status: StatusCode::OK, headers: incoming.headers.clone(), body: WipedBuffer::default() }
}

fn no_turn(timeout: Duration, last_error: Option<&Error>) -> Error {
    let seconds = timeout.as_secs_f64();
    let crowd = format!("{MOST_AT_ONCE} requests of this client were under way");
    match last_error {
        Some(error) => {
            Error::deadline(format!("no answer within {seconds} s: {crowd} after this one failed: {error}"))
        }
        None => Error::deadline(format!("nothing was sent within {seconds} s: {crowd}")).never_sent(),
    }
}

pub(crate) fn deadline_exceeded(timeout: Duration, failures: usize, last_error: Option<&Error>) -> Error {
    let seconds = timeout.as_secs_f64();
    let mut message = format!("no answer within {seconds} s; the request may have taken effect");
    if let Some(error) = last_error {
        message = format!(
            "no answer within {seconds} s: attempt {} was under way, the one before failed: {error}",
            failures + 1
        );
    }
    Error::deadline(message)
}
