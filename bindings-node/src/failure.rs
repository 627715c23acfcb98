//! A failure as JavaScript reads it.

use descope_outbound::{Error, ErrorResponse};
use napi_derive::napi;
use serde::Serialize;

/// A failed call as data.
#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeFailure {
    #[napi(ts_type = "false")]
    pub ok: bool,
    /// The core's error kind, or `aborted`.
    pub kind: &'static str,
    /// The text without the argument's name in front.
    pub message: String,
    /// The argument or setting at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Lines of `name: value`, names in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<String>,
    /// The body as text, of bounded length, with this call's secrets masked.
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

impl From<Error> for NativeFailure {
    fn from(error: Error) -> Self {
        let text =
            |read: fn(&ErrorResponse) -> &str| error.response().map(|response| read(response).to_owned());
        Self {
            ok: false,
            kind: error.kind().as_str(),
            message: error.message().to_owned(),
            argument: error.argument().map(|argument| argument.camel),
            status: error.status(),
            headers: error.response().map(|response| response.headers().lines().to_owned()),
            body: text(ErrorResponse::body),
            error_code: error.error_code().map(str::to_owned),
            error_description: text(ErrorResponse::error_description),
            error_message: text(ErrorResponse::error_message),
            retry_after_seconds: error.retry_after().map(|wait| wait.as_secs_f64()),
            request_id: error.request_id().map(str::to_owned),
        }
    }
}
