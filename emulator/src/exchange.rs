//! One exchange: a request comes in, is written down, is struck by a fault or not, and is answered.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode, Version};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::answer_body::AnswerBody;
use crate::call::{Answer, Call};
use crate::fault::{Delivery, Fault};
use crate::journal::{JournalEntry, Ticket};
use crate::raw_answer::Ending;
use crate::service::Refusal;
use crate::takeover::{Takeover, announced_length};
use crate::world::World;
use crate::{control, gate, provider_endpoints, service};

const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// What an exchange knows about the connection it is on.
#[derive(Clone)]
pub(crate) struct ConnectionHandle {
    pub(crate) number: u64,
    /// Takes the connection away from the HTTP server.
    pub(crate) takeovers: mpsc::Sender<Takeover>,
}

/// Serves one request. Never fails: a client that gets no answer is part of the service.
pub(crate) async fn exchange(
    world: Arc<World>,
    connection: ConnectionHandle,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let (head, body) = request.into_parts();
    if let Some(reason) = gate::refusal(&head, world.settings.listen.as_deref()) {
        world.state().forbidden += 1;
        let answer = Answer::json(StatusCode::FORBIDDEN, &json!({ "error": reason }));
        let call = Call::new(head, Bytes::new());
        if !is_control(&call) {
            let ticket = record(&world, &call, &connection);
            world.state().journal.note_status(ticket, answer.status.as_u16());
        }
        return Ok(whole(answer));
    }
    let (body, too_large) = read(body).await;
    let call = Call::new(head, body);
    if is_control(&call) {
        return Ok(whole(if too_large { too_large_answer() } else { control::answer(&world, &call) }));
    }

    let ticket = record(&world, &call, &connection);
    let real_answer = || {
        if too_large { Refusal::body_too_large().into_answer() } else { answer(&world, &call) }
    };
    let fault = {
        let mut state = world.state();
        let fault = state.faults.strike(&call.subject());
        if let Some(fault) = &fault {
            state.journal.note_fault(ticket, fault.name());
        }
        fault
    };
    let Some(fault) = fault else {
        let answer = real_answer();
        world.state().journal.note_status(ticket, answer.status.as_u16());
        return Ok(whole(answer));
    };

    if fault.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.latency_ms)).await;
    }
    let answer = match fault.status {
        Some(status) => canned_answer(&fault, status),
        None if fault.loses_the_answer() && !fault.commit => Answer::empty(StatusCode::NO_CONTENT),
        None => with_headers(real_answer(), &fault),
    };
    if fault.delivery == Delivery::Hold {
        hold(&world).await;
    }
    if !fault.loses_the_answer() {
        world.state().journal.note_status(ticket, answer.status.as_u16());
    }
    if let Some(raw) = &fault.raw {
        return Ok(take_over(&connection.takeovers, Takeover::raw(raw)).await);
    }
    Ok(deliver(answer, fault.delivery, call.version, &connection.takeovers).await)
}

/// The body, and whether it was too large to be read.
async fn read(body: Incoming) -> (Bytes, bool) {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced > LARGEST_BODY) {
        return (Bytes::new(), true);
    }
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => (body.to_bytes(), false),
        // The client went away in the middle of its request, or sent more than it may: there is no body either way.
        Err(error) => (Bytes::new(), error.is::<LengthLimitError>()),
    }
}

fn is_control(call: &Call) -> bool {
    call.segments.first().is_some_and(|segment| segment == "_emulator")
}

fn record(world: &World, call: &Call, connection: &ConnectionHandle) -> Ticket {
    let entry = JournalEntry::of(world, call, connection.number);
    let mut state = world.state();
    let ticket = state.journal.record(entry);
    world.arrivals.send_replace(state.journal.total());
    ticket
}

fn too_large_answer() -> Answer {
    Refusal::body_too_large().into_answer()
}

/// What was done, with the date that the vault and the providers go by: a client may measure expiries with it.
fn answer(world: &World, call: &Call) -> Answer {
    let answer = answer_without_date(world, call);
    let date = world.state().clock.now().http_date();
    match HeaderValue::from_str(&date) {
        Ok(date) => answer.with(DATE, date),
        Err(_) => answer,
    }
}

fn answer_without_date(world: &World, call: &Call) -> Answer {
    if call.is_for_provider() {
        provider_endpoints::answer(world, call)
    } else {
        service::answer(world, call)
    }
}

fn canned_answer(fault: &Fault, status: u16) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = Answer::empty(status);
    match &fault.body {
        None => {}
        Some(Value::String(text)) => answer.body = Bytes::copy_from_slice(text.as_bytes()),
        Some(json) => {
            answer.body = json.to_string().into();
            answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
    }
    with_headers(answer, fault)
}

fn with_headers(mut answer: Answer, fault: &Fault) -> Answer {
    for (name, value) in &fault.headers {
        // Both were found good when the fault was added.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            answer.headers.insert(name, value);
        }
    }
    answer
}

/// Waits until the test releases what is held.
async fn hold(world: &World) {
    /// Counted for as long as it lives: a client that hangs up ends the wait as well.
    struct Held<'world>(&'world World);

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.held.send_modify(|held| *held -= 1);
        }
    }

    let mut releases = world.releases.subscribe();
    world.held.send_modify(|held| *held += 1);
    let held = Held(world);
    // The sender lives as long as the world: the wait ends by a release and in no other way.
    let _ = releases.changed().await;
    drop(held);
}

async fn deliver(
    answer: Answer,
    delivery: Delivery,
    version: Version,
    takeovers: &mpsc::Sender<Takeover>,
) -> Response<AnswerBody> {
    let over_http2 = version == Version::HTTP_2;
    let takeover = match delivery {
        Delivery::Whole | Delivery::Hold => return whole(answer),
        Delivery::Hang => return pending().await,
        Delivery::Reset => Takeover::silent(Ending::Reset),
        Delivery::Close => Takeover::silent(Ending::Close),
        Delivery::Garbage => Takeover::garbage(),
        Delivery::Drip { every_ms } => {
            let interval = Duration::from_millis(every_ms);
            if over_http2 {
                let body = AnswerBody::dripping(answer.body.clone(), interval);
                return response(answer, body);
            }
            Takeover::drip(&answer, interval)
        }
        Delivery::Cut if over_http2 => {
            let half = AnswerBody::whole(half_body(&answer));
            return response(announcing_the_whole(answer), half);
        }
        Delivery::ResetInBody if over_http2 => {
            let half = AnswerBody::without_end(half_body(&answer));
            let takeovers = takeovers.clone();
            tokio::spawn(async move {
                // The frames are sent by another task, which is given the time to do so.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let _ = takeovers.send(Takeover::silent(Ending::Reset)).await;
            });
            return response(announcing_the_whole(answer), half);
        }
        Delivery::Cut => Takeover::partial(&answer, Ending::Close),
        Delivery::ResetInBody => Takeover::partial(&answer, Ending::Reset),
    };
    take_over(takeovers, takeover).await
}

/// The answer that never comes: the connection is taken away under it.
async fn take_over(takeovers: &mpsc::Sender<Takeover>, takeover: Takeover) -> Response<AnswerBody> {
    // If this fails, the connection is gone already, and so is this exchange.
    let _ = takeovers.send(takeover).await;
    pending().await
}

fn half_body(answer: &Answer) -> Bytes {
    answer.body.slice(..answer.body.len() / 2)
}

fn announcing_the_whole(answer: Answer) -> Answer {
    let length = HeaderValue::from(announced_length(&answer));
    answer.with(CONTENT_LENGTH, length)
}

fn whole(answer: Answer) -> Response<AnswerBody> {
    let body = AnswerBody::whole(answer.body.clone());
    response(answer, body)
}

fn response(answer: Answer, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
