//! The service's own endpoints: the function for each method and path.

mod apps;
mod authorization;
mod batch_upload;
mod delete;
mod fetch;
mod license;
mod owner_kind;
mod refresh;
mod request_body;
mod service_error;
mod token_body;
mod token_upload;
mod upload;

use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::EmulatorContext;
use owner_kind::OwnerKind::{Tenant, User};

pub(crate) use authorization::is_accepted;
pub(crate) use service_error::ServiceError;

/// Performs a request to `/v1/mgmt/…` if its bearer allows it.
pub(crate) fn respond(context: &EmulatorContext, request: &ReceivedRequest) -> BufferedResponse {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let ["v1", "mgmt", rest @ ..] = segments.as_slice() else {
        return ServiceError::unknown_endpoint().into_response();
    };
    let outcome = match (request.method.as_str(), rest) {
        ("GET", ["license"]) => license::tier(context, request),
        ("POST", ["outbound", "app", "user", "token", "latest"]) => fetch::user_latest(context, request),
        ("POST", ["outbound", "app", "user", "token"]) => fetch::user_by_scopes(context, request),
        ("POST", ["outbound", "app", "tenant", "token", "latest"]) => fetch::tenant_latest(context, request),
        ("POST", ["outbound", "app", "tenant", "token"]) => fetch::tenant_by_scopes(context, request),
        ("DELETE", ["outbound", "token"]) => delete::by_id(context, request),
        ("DELETE", ["outbound", "user", "tokens"]) => delete::by_app_and_user(context, request),
        ("GET", ["outbound", "apps"]) => apps::list(context, request),
        ("GET", ["outbound", "apps-with-user-token"]) => apps::list_with_user_token(context, request),
        ("POST", ["outbound", "app", "create"]) => apps::create(context, request),
        ("POST", ["outbound", "app", "create", "bytemplate"]) => apps::create_by_template(context, request),
        ("POST", ["outbound", "app", "update"]) => apps::update(context, request),
        ("POST", ["outbound", "app", "delete"]) => apps::delete(context, request),
        ("GET", ["outbound", "app", id]) => apps::load(context, request, id),
        ("POST", ["outbound", "app", "user", "apikey", "upload"]) => upload::api_key(context, request, User),
        ("POST", ["outbound", "app", "tenant", "apikey", "upload"]) => {
            upload::api_key(context, request, Tenant)
        }
        ("POST", ["outbound", "app", "user", "oauthtoken", "upload"]) => {
            upload::token(context, request, User)
        }
        ("POST", ["outbound", "app", "tenant", "oauthtoken", "upload"]) => {
            upload::token(context, request, Tenant)
        }
        ("POST", ["outbound", "app", "user", "oauthtoken", "batch", "upload"]) => {
            batch_upload::tokens(context, request, User)
        }
        ("POST", ["outbound", "app", "tenant", "oauthtoken", "batch", "upload"]) => {
            batch_upload::tokens(context, request, Tenant)
        }
        _ => Err(ServiceError::unknown_endpoint()),
    };
    outcome.unwrap_or_else(ServiceError::into_response)
}
