//! Deletes tokens from the vault. They stay valid at the provider, which receives no request.

use serde_json::json;

use super::authorization::require_management_key;
use super::service_error::{ServiceError, ServiceResult};
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::setup::MissingDelete;
use crate::state::EmulatorContext;

pub(super) fn by_id(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let id = request.query_value("id").ok_or_else(|| ServiceError::missing_argument("id"))?;
    let deleted = context.state().vault.delete(|token| token.id == id);
    deletion_response(context, deleted)
}

pub(super) fn by_app_and_user(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    let app_id = request.query_value("appId");
    let user_id = request.query_value("userId");
    if app_id.is_none() && user_id.is_none() {
        return Err(ServiceError::invalid_arguments("At least one of appId and userId is required"));
    }
    let deleted = context.state().vault.delete(|token| {
        app_id.is_none_or(|app_id| token.owner.app == app_id)
            && user_id.is_none_or(|user_id| token.owner.user == user_id)
    });
    deletion_response(context, deleted)
}

fn deletion_response(context: &EmulatorContext, deleted: usize) -> ServiceResult {
    if deleted == 0 && context.options.missing_delete == MissingDelete::NotFound {
        return Err(ServiceError::token_not_found());
    }
    Ok(BufferedResponse::ok(&json!({})))
}
