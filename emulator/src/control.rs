//! The endpoints under `/_emulator/`, with which a test in any language does what a Rust test does with
//! [`Emulator`](crate::Emulator).
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET health` | | `{"ok", "project_id"}` |
//! | `POST connect` | a [`Connection`] | `{"token_id"}` |
//! | `POST inbound_token` | an [`InboundToken`] | `{"token"}` |
//! | `POST revoke` | a [`Revocation`] | `{"revoked"}` |
//! | `GET clock` | | `{"now", "epoch_milliseconds", "advanced_seconds"}` |
//! | `POST clock` | `{"advance_seconds"}` | as above |
//! | `GET faults` | | `{"faults", "held"}` |
//! | `POST faults` | a [`Fault`] | `{}` |
//! | `DELETE faults` | | `{}` |
//! | `POST faults/release` | | `{"released"}` |
//! | `GET journal` | | `{"entries"}`: [`JournalEntry`](crate::JournalEntry) |
//! | `GET counters` | | [`Counters`](crate::Counters) |
//! | `POST restart` | `{"refuse_ms"}` | `{}`; then every connection is cut, and new ones are refused for so long |
//! | `POST reset` | | `{}` |
//!
//! A mistake is answered with 400 (404 for what is not in the table) and `{"error"}`.

use std::time::Duration;

use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::connection::{Connection, Revocation};
use crate::fault::Fault;
use crate::inbound::InboundToken;
use crate::world::World;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: f64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Restart {
    refuse_ms: u64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NoParameters {}

/// What a control request was refused for.
struct Mistake {
    status: StatusCode,
    message: String,
}

impl Mistake {
    fn new(message: &impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_string() }
    }
}

pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let outcome = match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => Ok(json!({ "ok": true, "project_id": world.settings.project_id })),
        ("POST", ["connect"]) => connect(world, call),
        ("POST", ["inbound_token"]) => inbound_token(world, call),
        ("POST", ["revoke"]) => revoke(world, call),
        ("GET", ["clock"]) => Ok(clock(world)),
        ("POST", ["clock"]) => advance(world, call),
        ("GET", ["faults"]) => Ok(faults(world)),
        ("POST", ["faults"]) => add_fault(world, call),
        ("DELETE", ["faults"]) => {
            world.clear_faults();
            Ok(json!({}))
        }
        ("POST", ["faults", "release"]) => release(world, call),
        ("GET", ["journal"]) => Ok(json!({ "entries": world.state().journal.entries() })),
        ("GET", ["counters"]) => Ok(json!(world.state().counters())),
        ("POST", ["restart"]) => restart(world, call),
        ("POST", ["reset"]) => reset(world, call),
        _ => Err(Mistake {
            status: StatusCode::NOT_FOUND,
            message: format!("the emulator has no {} {}", call.method, call.path),
        }),
    };
    match outcome {
        Ok(content) => Answer::ok(&content),
        Err(mistake) => Answer::json(mistake.status, &json!({ "error": mistake.message })),
    }
}

fn connect(world: &World, call: &Call) -> Result<Value, Mistake> {
    let connection: Connection = parameters(call)?;
    let token_id =
        world.state().connect(&world.settings, connection).map_err(|error| Mistake::new(&error))?;
    Ok(json!({ "token_id": token_id }))
}

fn inbound_token(world: &World, call: &Call) -> Result<Value, Mistake> {
    let request: InboundToken = parameters(call)?;
    Ok(json!({ "token": world.state().issue_inbound_token(&world.settings, request) }))
}

fn revoke(world: &World, call: &Call) -> Result<Value, Mistake> {
    let revocation: Revocation = parameters(call)?;
    Ok(json!({ "revoked": world.state().provider.revoke(&revocation) }))
}

fn clock(world: &World) -> Value {
    let state = world.state();
    let now = state.clock.now();
    json!({
        "now": now.rfc3339(),
        "epoch_milliseconds": now.epoch_milliseconds(),
        "advanced_seconds": state.clock.advanced().as_secs_f64(),
    })
}

fn advance(world: &World, call: &Call) -> Result<Value, Mistake> {
    let change: ClockChange = parameters(call)?;
    let span = Duration::try_from_secs_f64(change.advance_seconds)
        .map_err(|error| Mistake::new(&format!("advance_seconds: {error}")))?;
    world.state().clock.advance(span);
    Ok(clock(world))
}

fn faults(world: &World) -> Value {
    json!({ "faults": world.state().faults.added(), "held": *world.held.borrow() })
}

fn add_fault(world: &World, call: &Call) -> Result<Value, Mistake> {
    let fault: Fault = parameters(call)?;
    world.state().faults.add(fault).map_err(|error| Mistake::new(&error))?;
    Ok(json!({}))
}

fn release(world: &World, call: &Call) -> Result<Value, Mistake> {
    let NoParameters {} = parameters(call)?;
    Ok(json!({ "released": world.release() }))
}

fn restart(world: &World, call: &Call) -> Result<Value, Mistake> {
    let Restart { refuse_ms } = parameters(call)?;
    world.restarts.send_replace(Duration::from_millis(refuse_ms));
    Ok(json!({}))
}

fn reset(world: &World, call: &Call) -> Result<Value, Mistake> {
    let NoParameters {} = parameters(call)?;
    world.reset();
    Ok(json!({}))
}

fn parameters<Parameters: DeserializeOwned>(call: &Call) -> Result<Parameters, Mistake> {
    let text: &[u8] = if call.body.is_empty() { b"{}" } else { &call.body };
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(Mistake::new(&"the body is not a JSON object"));
    }
    serde_json::from_slice(text)
        .map_err(|error| Mistake::new(&format!("{} {}: {error}", call.method, call.path)))
}
