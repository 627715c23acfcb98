//! A failure as JavaScript reads it.

use descope_outbound::Error;
use descope_outbound_bindings_core::Failure;
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
    /// What happened, and what to do about it.
    pub message: String,
    /// The core's word for what made the connection fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
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
        let failure = Failure::from(error);
        Self {
            ok: false,
            kind: failure.kind,
            message: failure.camel_text(),
            reason: failure.reason,
            status: failure.status,
            headers: failure.headers.map(|headers| headers.lines().to_owned()),
            body: failure.body,
            error_code: failure.error_code,
            error_description: failure.error_description,
            error_message: failure.error_message,
            retry_after_seconds: failure.retry_after.map(|wait| wait.as_secs_f64()),
            request_id: failure.request_id,
        }
    }
}
