//! Handles one request: records it, applies a fault if one is due, and responds.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::connection_takeover::ConnectionTakeover;
use super::paced_body::PacedBody;
use super::response_sender::{ConnectionHandle, deliver, take_over, whole};
use super::web_page_guard;
use crate::faults::{Fault, FaultTarget, ResponseDelivery};
use crate::http::{BufferedResponse, PresentedBearer, ReceivedRequest};
use crate::journal::{EntryId, JournalBearer, JournalEntry};
use crate::service::ServiceError;
use crate::state::EmulatorContext;
use crate::{control, provider_api, service};

const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Handles one request. It never fails, because a fault that sends no response is part of the emulation.
pub(super) async fn handle(
    context: Arc<EmulatorContext>,
    connection: ConnectionHandle,
    request: Request<Incoming>,
) -> Result<Response<PacedBody>, Infallible> {
    let (head, body) = request.into_parts();
    if let Some(reason) = web_page_guard::rejection(&head, context.options.listen.as_deref()) {
        context.state().forbidden += 1;
        let response = BufferedResponse::json(StatusCode::FORBIDDEN, &json!({ "error": reason }));
        let request = ReceivedRequest::new(head, Bytes::new());
        if !request.is_for_control() {
            let entry = record(&context, &request, &connection);
            context.state().journal.note_status(entry, response.status.as_u16());
        }
        return Ok(whole(response));
    }
    let (body, too_large) = read(body).await;
    let request = ReceivedRequest::new(head, body);
    if request.is_for_control() {
        let response = if too_large { too_large_response() } else { control::respond(&context, &request) };
        return Ok(whole(response));
    }

    let entry = record(&context, &request, &connection);
    let real_response = || if too_large { too_large_response() } else { respond(&context, &request) };
    let fault = {
        let mut state = context.state();
        let fault = state.faults.apply_to(&FaultTarget::of(&request));
        if let Some(fault) = &fault {
            state.journal.note_fault(entry, fault.name());
        }
        fault
    };
    let Some(fault) = fault else {
        let response = real_response();
        context.state().journal.note_status(entry, response.status.as_u16());
        return Ok(whole(response));
    };

    if fault.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.latency_ms)).await;
    }
    let response = match fault.status {
        Some(status) => status_response(&fault, status),
        None if fault.loses_the_response() && !fault.commit => {
            BufferedResponse::empty(StatusCode::NO_CONTENT)
        }
        None => with_headers(real_response(), &fault),
    };
    if fault.delivery == ResponseDelivery::Hold {
        hold(&context).await;
    }
    if !fault.loses_the_response() {
        context.state().journal.note_status(entry, response.status.as_u16());
    }
    if let Some(script) = &fault.raw {
        return Ok(take_over(&connection.takeovers, ConnectionTakeover::scripted(script)).await);
    }
    Ok(deliver(response, fault.delivery, request.version, &connection.takeovers).await)
}

/// Reads the body; also returns whether it is too large.
async fn read(body: Incoming) -> (Bytes, bool) {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced > LARGEST_BODY) {
        return (Bytes::new(), true);
    }
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => (body.to_bytes(), false),
        // The client disconnected or sent too much. In both cases there is no body to process.
        Err(error) => (Bytes::new(), error.is::<LengthLimitError>()),
    }
}

fn record(context: &EmulatorContext, request: &ReceivedRequest, connection: &ConnectionHandle) -> EntryId {
    let presented = PresentedBearer::of(request);
    let authorized = presented.as_ref().is_some_and(|bearer| service::is_accepted(context, bearer));
    // A provider's access token has no project id. It may contain a colon, and its beginning must not be shown.
    let project_id = presented
        .filter(|bearer| {
            bearer.project_id == context.options.project_id
                || (bearer.secret.is_some() && !request.is_for_provider())
        })
        .map(|bearer| bearer.project_id);
    let bearer = JournalBearer { authorized, project_id };
    let entry = JournalEntry::new(request, connection.number, &bearer, &context.options.management_key);
    let mut state = context.state();
    let id = state.journal.record(entry);
    context.arrivals.send_replace(state.journal.total());
    id
}

fn too_large_response() -> BufferedResponse {
    ServiceError::body_too_large().into_response()
}

/// Performs the request. The `Date` header shows the emulator's clock, because a client may compare expiries with it.
fn respond(context: &EmulatorContext, request: &ReceivedRequest) -> BufferedResponse {
    let response = if request.is_for_provider() {
        provider_api::respond(context, request)
    } else {
        service::respond(context, request)
    };
    let date = context.state().clock.now().http_date();
    match HeaderValue::from_str(&date) {
        Ok(date) => response.with(DATE, date),
        Err(_) => response,
    }
}

fn status_response(fault: &Fault, status: u16) -> BufferedResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = BufferedResponse::empty(status);
    match &fault.body {
        None => {}
        Some(Value::String(text)) => response.body = Bytes::copy_from_slice(text.as_bytes()),
        Some(json) => {
            response.body = json.to_string().into();
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
    }
    with_headers(response, fault)
}

fn with_headers(mut response: BufferedResponse, fault: &Fault) -> BufferedResponse {
    for (name, value) in &fault.headers {
        // Adding the fault has already validated both.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            response.headers.insert(name, value);
        }
    }
    response
}

/// Waits until the test releases the held responses.
async fn hold(context: &EmulatorContext) {
    /// Counts one held response until it is dropped, which also happens if the client disconnects.
    struct HoldGuard<'context>(&'context EmulatorContext);

    impl Drop for HoldGuard<'_> {
        fn drop(&mut self) {
            self.0.held.send_modify(|held| *held -= 1);
        }
    }

    let mut releases = context.releases.subscribe();
    context.held.send_modify(|held| *held += 1);
    let guard = HoldGuard(context);
    // The context owns the sender, so the wait ends only with a release.
    let _ = releases.changed().await;
    drop(guard);
}
