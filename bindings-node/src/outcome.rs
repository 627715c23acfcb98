//! What a call comes to, as plain values.
//!
//! A failure is returned, not thrown: an error that crosses napi keeps nothing but its text.

use descope_outbound::{Answer, Error, ErrorResponse};
use napi::bindgen_prelude::{Env, Error as NativeError, Result};
use napi::{JsString, Status};
use napi_derive::napi;

/// The service did what it was asked to.
#[napi(object, object_from_js = false)]
pub struct Success<'env> {
    #[napi(ts_type = "true")]
    pub ok: bool,
    pub status: u16,
    /// `name: value` lines, names in lower case.
    pub headers: String,
    /// JSON, as the service sent it.
    pub body: JsString<'env>,
    pub source: &'static str,
}

/// The service did not do what it was asked to, or was not asked.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Failure {
    #[napi(ts_type = "false")]
    pub ok: bool,
    /// The core's word for what the caller can do about it, or `aborted`.
    pub kind: &'static str,
    /// Without the argument's name in front.
    pub message: String,
    /// The argument or setting at fault.
    pub argument: Option<&'static str>,
    pub status: Option<u16>,
    /// `name: value` lines, names in lower case.
    pub headers: Option<String>,
    /// As text, bounded, with this call's secrets masked.
    pub body: Option<String>,
    pub error_code: Option<String>,
    pub error_description: Option<String>,
    pub error_message: Option<String>,
    pub retry_after_seconds: Option<f64>,
    pub request_id: Option<String>,
}

impl<'env> Success<'env> {
    /// The body goes from the buffer that the core wipes into the engine's memory, with no copy in between.
    pub(crate) fn new(env: &'env Env, answer: &Answer) -> Result<Self> {
        // The core has read it as JSON, which is UTF-8.
        let body = std::str::from_utf8(answer.json())
            .map_err(|problem| NativeError::new(Status::GenericFailure, problem.to_string()))?;
        Ok(Self {
            ok: true,
            status: answer.status(),
            headers: answer.headers().lines().to_owned(),
            body: env.create_string(body)?,
            source: answer.source().as_str(),
        })
    }
}

/// Why there is no answer.
pub(crate) enum Problem {
    Aborted,
    Reported(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Reported(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Aborted => Self {
                kind: "aborted",
                message: "the call was aborted; the request may have taken effect".to_owned(),
                ..Self::default()
            },
            Problem::Reported(error) => error.into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let said = |text: fn(&ErrorResponse) -> &str| error.answer().map(|answer| text(answer).to_owned());
        Self {
            ok: false,
            kind: error.kind().as_str(),
            message: error.message().to_owned(),
            argument: error.argument().map(|argument| argument.camel),
            status: error.status(),
            headers: error.answer().map(|answer| answer.headers().lines().to_owned()),
            body: said(ErrorResponse::body),
            error_code: error.error_code().map(str::to_owned),
            error_description: said(ErrorResponse::error_description),
            error_message: said(ErrorResponse::error_message),
            retry_after_seconds: error.retry_after().map(|wait| wait.as_secs_f64()),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}
