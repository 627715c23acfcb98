//! What a call comes to, as plain values.
//!
//! A failure is returned, not thrown: an error that crosses napi keeps nothing but its text.

use descope_outbound::{Answer, Error, ErrorResponse};
use napi_derive::napi;
use serde::Serialize;

/// What a call came to.
pub(crate) enum Outcome {
    Answered(Answer),
    /// A [`Failure`] as JSON.
    Failed(String),
    /// By its signal, or with everything else.
    EndedEarly,
}

/// The JSON of a failure that has nothing more to say.
const ENDED_EARLY: &str =
    r#"{"ok":false,"kind":"aborted","message":"the call was aborted; the request may have taken effect"}"#;

impl Outcome {
    /// The service's, or that of a failure.
    pub(crate) fn json(&self) -> &str {
        match self {
            // The core has read it as JSON, which is UTF-8.
            Self::Answered(answer) => std::str::from_utf8(answer.json()).unwrap_or("null"),
            Self::Failed(failure) => failure,
            Self::EndedEarly => ENDED_EARLY,
        }
    }

    /// `name: value` lines, names in lower case; those of a failure are among its JSON.
    pub(crate) fn headers(&self) -> &str {
        match self {
            Self::Answered(answer) => answer.headers().lines(),
            Self::Failed(_) | Self::EndedEarly => "",
        }
    }
}

impl From<Result<Answer, Error>> for Outcome {
    fn from(result: Result<Answer, Error>) -> Self {
        match result {
            Ok(answer) => Self::Answered(answer),
            // Strings and numbers are always JSON.
            Err(error) => serde_json::to_string(&Failure::from(error)).map_or(Self::EndedEarly, Self::Failed),
        }
    }
}

/// The service did not do what it was asked to, or was not asked.
#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    #[napi(ts_type = "false")]
    pub ok: bool,
    /// The core's word for what the caller can do about it, or `aborted`.
    pub kind: &'static str,
    /// Without the argument's name in front.
    pub message: String,
    /// The argument or setting at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `name: value` lines, names in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<String>,
    /// As text, bounded, with this call's secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
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
