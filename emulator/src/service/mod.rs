//! The service's own endpoints: which method and path does what.

mod apps;
mod bearer;
mod delete;
mod fetch;
mod licence;
mod refusal;
mod request;
mod token_body;
mod upload;
mod upload_batch;

use crate::call::{Answer, Call};
use crate::world::World;
use upload::Owner;

pub(crate) use bearer::{PresentedBearer, presented_bearer};
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
        ("POST", ["outbound", "app", "tenant", "token", "latest"]) => fetch::latest_of_tenant(world, call),
        ("POST", ["outbound", "app", "tenant", "token"]) => fetch::of_tenant_by_scopes(world, call),
        ("DELETE", ["outbound", "token"]) => delete::by_id(world, call),
        ("DELETE", ["outbound", "user", "tokens"]) => delete::of_user(world, call),
        ("GET", ["outbound", "apps"]) => apps::all(world, call),
        ("GET", ["outbound", "apps-with-user-token"]) => apps::with_token_of_user(world, call),
        ("POST", ["outbound", "app", "create"]) => apps::create(world, call),
        ("POST", ["outbound", "app", "create", "bytemplate"]) => apps::create_by_template(world, call),
        ("POST", ["outbound", "app", "update"]) => apps::update(world, call),
        ("POST", ["outbound", "app", "delete"]) => apps::delete(world, call),
        ("GET", ["outbound", "app", id]) => apps::one(world, call, id),
        ("POST", ["outbound", "app", "user", "apikey", "upload"]) => {
            upload::api_key(world, call, Owner::User)
        }
        ("POST", ["outbound", "app", "tenant", "apikey", "upload"]) => {
            upload::api_key(world, call, Owner::Tenant)
        }
        ("POST", ["outbound", "app", "user", "oauthtoken", "upload"]) => {
            upload::token(world, call, Owner::User)
        }
        ("POST", ["outbound", "app", "tenant", "oauthtoken", "upload"]) => {
            upload::token(world, call, Owner::Tenant)
        }
        ("POST", ["outbound", "app", "user", "oauthtoken", "batch", "upload"]) => {
            upload_batch::tokens(world, call, Owner::User)
        }
        ("POST", ["outbound", "app", "tenant", "oauthtoken", "batch", "upload"]) => {
            upload_batch::tokens(world, call, Owner::Tenant)
        }
        _ => Err(Refusal::unknown_endpoint()),
    };
    outcome.unwrap_or_else(Refusal::into_answer)
}
