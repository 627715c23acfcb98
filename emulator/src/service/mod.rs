//! The service's own endpoints: which method and path does what.

mod bearer;
mod delete;
mod fetch;
mod licence;
mod refusal;
mod request;

use crate::call::{Answer, Call};
use crate::world::World;

pub(crate) use bearer::presented_bearer;
pub(crate) use refusal::Refusal;

/// Does what a call to `/v1/mgmt/…` asks, if its bearer may.
pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let ["v1", "mgmt", rest @ ..] = segments.as_slice() else {
        return Refusal::unknown_endpoint().into_answer();
    };
    let outcome = match (call.method.as_str(), rest) {
        ("GET", ["license"]) => licence::tier(world, call),
        ("POST", ["outbound", "app", "user", "token", "latest"]) => fetch::latest_of_user(world, call),
        ("POST", ["outbound", "app", "user", "token"]) => fetch::of_user_by_scopes(world, call),
        ("DELETE", ["outbound", "token"]) => delete::by_id(world, call),
        ("DELETE", ["outbound", "user", "tokens"]) => delete::of_user(world, call),
        _ => Err(Refusal::unknown_endpoint()),
    };
    outcome.unwrap_or_else(Refusal::into_answer)
}
