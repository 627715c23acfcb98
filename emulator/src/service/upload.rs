//! Stores one API key or token that was issued outside the vault, for example during a migration.

use serde_json::json;

use super::authorization::require_management_key;
use super::owner_kind::OwnerKind;
use super::request_body::{read_known_fields, required};
use super::service_error::ServiceResult;
use super::token_upload::TokenUploadRequest;
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::EmulatorContext;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyUploadRequest {
    app_id: Option<String>,
    user_id: Option<String>,
    tenant_id: Option<String>,
    api_key: Option<String>,
}

/// Stores an API key as an access token that never expires.
pub(super) fn api_key(
    context: &EmulatorContext,
    request: &ReceivedRequest,
    kind: OwnerKind,
) -> ServiceResult {
    require_management_key(context, request)?;
    let key: ApiKeyUploadRequest = read_known_fields(request, &kind.fields(&["apiKey"]))?;
    let upload = TokenUploadRequest {
        app_id: key.app_id,
        user_id: key.user_id,
        tenant_id: key.tenant_id,
        access_token: Some(required("apiKey", key.api_key)?),
        access_token_type: Some("apikey".to_owned()),
        ..TokenUploadRequest::default()
    };
    store(context, upload, kind)
}

pub(super) fn token(context: &EmulatorContext, request: &ReceivedRequest, kind: OwnerKind) -> ServiceResult {
    require_management_key(context, request)?;
    let mut fields = TokenUploadRequest::item_fields(kind);
    fields.push("verifyRefresh");
    store(context, read_known_fields(request, &fields)?, kind)
}

fn store(context: &EmulatorContext, upload: TokenUploadRequest, kind: OwnerKind) -> ServiceResult {
    let mut state = context.state();
    upload.validate(kind, &state.vault)?.store(context, &mut state)?;
    Ok(BufferedResponse::ok(&json!({})))
}
