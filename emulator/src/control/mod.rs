//! The endpoints under `/_emulator/`. Through them, a test in any language uses the functions of `Emulator`.
//!
//! | request | body | response |
//! |---|---|---|
//! | `GET health` | | `{"ok", "project_id"}` |
//! | `POST connect` | a [`Connection`] | `{"token_id"}` |
//! | `POST inbound_token` | an [`InboundToken`] | `{"token"}` |
//! | `POST revoke` | a [`Revocation`] | `{"revoked"}` |
//! | `GET clock` | | `{"now", "epoch_milliseconds", "advanced_seconds"}` |
//! | `POST clock` | `{"advance_seconds"}` | as for `GET clock` |
//! | `GET faults` | | `{"faults", "held"}` |
//! | `POST faults` | a [`Fault`] | `{}` |
//! | `DELETE faults` | | `{}` |
//! | `POST faults/release` | | `{"released"}` |
//! | `GET journal` | | `{"entries"}`, a list of `JournalEntry` |
//! | `GET counters` | | `EmulatorCounters` |
//! | `POST restart` | `{"refuse_ms"}` | `{}`; then the emulator closes every connection and refuses new ones for this time |
//! | `POST reset` | | `{}` |
//!
//! For an invalid request, the response is `{"error"}` with 400, or with 404 if the table has no such row.

use std::time::Duration;

use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::setup::{Connection, InboundToken, Revocation};
use crate::state::EmulatorContext;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockAdvance {
    advance_seconds: f64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RestartRequest {
    refuse_ms: u64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NoParameters {}

/// The reason why a control request is rejected.
struct ControlError {
    status: StatusCode,
    message: String,
}

impl ControlError {
    fn new(message: &impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_string() }
    }
}

pub(crate) fn respond(context: &EmulatorContext, request: &ReceivedRequest) -> BufferedResponse {
    let segments: Vec<&str> = request.segments.iter().skip(1).map(String::as_str).collect();
    let outcome = match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => Ok(json!({ "ok": true, "project_id": context.options.project_id })),
        ("POST", ["connect"]) => connect(context, request),
        ("POST", ["inbound_token"]) => inbound_token(context, request),
        ("POST", ["revoke"]) => revoke(context, request),
        ("GET", ["clock"]) => Ok(clock(context)),
        ("POST", ["clock"]) => advance(context, request),
        ("GET", ["faults"]) => Ok(faults(context)),
        ("POST", ["faults"]) => add_fault(context, request),
        ("DELETE", ["faults"]) => {
            context.clear_faults();
            Ok(json!({}))
        }
        ("POST", ["faults", "release"]) => release(context, request),
        ("GET", ["journal"]) => Ok(json!({ "entries": context.state().journal.entries() })),
        ("GET", ["counters"]) => Ok(json!(context.state().counters())),
        ("POST", ["restart"]) => restart(context, request),
        ("POST", ["reset"]) => reset(context, request),
        _ => Err(ControlError {
            status: StatusCode::NOT_FOUND,
            message: format!(
                "{} {} does not exist; see the table of requests in the emulator's README",
                request.method, request.path
            ),
        }),
    };
    match outcome {
        Ok(body) => BufferedResponse::ok(&body),
        Err(error) => BufferedResponse::json(error.status, &json!({ "error": error.message })),
    }
}

fn connect(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let connection: Connection = parameters(request)?;
    let token_id =
        context.state().connect(&context.options, connection).map_err(|error| ControlError::new(&error))?;
    Ok(json!({ "token_id": token_id }))
}

fn inbound_token(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let request: InboundToken = parameters(request)?;
    Ok(json!({ "token": context.state().issue_inbound_token(&context.options, request) }))
}

fn revoke(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let revocation: Revocation = parameters(request)?;
    Ok(json!({ "revoked": context.state().provider.revoke(&revocation) }))
}

fn clock(context: &EmulatorContext) -> Value {
    let state = context.state();
    let now = state.clock.now();
    json!({
        "now": now.rfc3339(),
        "epoch_milliseconds": now.epoch_milliseconds(),
        "advanced_seconds": state.clock.advanced().as_secs_f64(),
    })
}

fn advance(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let clock_advance: ClockAdvance = parameters(request)?;
    let span = Duration::try_from_secs_f64(clock_advance.advance_seconds)
        .map_err(|error| ControlError::new(&format!("advance_seconds: {error}")))?;
    context.state().clock.advance(span);
    Ok(clock(context))
}

fn faults(context: &EmulatorContext) -> Value {
    json!({ "faults": context.state().faults.added(), "held": *context.held.borrow() })
}

fn add_fault(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let fault: Fault = parameters(request)?;
    context.state().faults.add(fault).map_err(|error| ControlError::new(&error))?;
    Ok(json!({}))
}

fn release(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let NoParameters {} = parameters(request)?;
    Ok(json!({ "released": context.release() }))
}

fn restart(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let RestartRequest { refuse_ms } = parameters(request)?;
    context.restarts.send_replace(Duration::from_millis(refuse_ms));
    Ok(json!({}))
}

fn reset(context: &EmulatorContext, request: &ReceivedRequest) -> Result<Value, ControlError> {
    let NoParameters {} = parameters(request)?;
    context.reset();
    Ok(json!({}))
}

fn parameters<Parameters: DeserializeOwned>(request: &ReceivedRequest) -> Result<Parameters, ControlError> {
    let text: &[u8] = if request.body.is_empty() { b"{}" } else { &request.body };
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(ControlError::new(&"the body is not a JSON object; send one, or no body"));
    }
    serde_json::from_slice(text)
        .map_err(|error| ControlError::new(&format!("{} {}: {error}", request.method, request.path)))
}
