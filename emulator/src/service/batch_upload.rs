//! Stores many tokens in one request. The vault stores either all of them, or none and reports each failure.

use serde_json::{Value, json};

use super::authorization::require_management_key;
use super::owner_kind::OwnerKind;
use super::request_body::{read, read_message};
use super::service_error::{ServiceError, ServiceResult};
use super::token_upload::TokenUploadRequest;
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::EmulatorContext;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchUploadRequest {
    tokens: Option<Vec<Value>>,
}

pub(super) fn tokens(context: &EmulatorContext, request: &ReceivedRequest, kind: OwnerKind) -> ServiceResult {
    require_management_key(context, request)?;
    let batch: BatchUploadRequest = read(request)?;
    let items = batch.tokens.filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| ServiceError::invalid_arguments("At least one token is required"))?;
    // A malformed item makes the whole request invalid; an invalid token is only a failure of that token.
    let fields = TokenUploadRequest::item_fields(kind);
    let uploads: Vec<TokenUploadRequest> =
        items.iter().map(|item| read_message(item, &fields)).collect::<Result<_, _>>()?;

    let mut state = context.state();
    let mut validated = Vec::new();
    let mut failures = Vec::new();
    for upload in uploads {
        let app_id = upload.app_id.clone().unwrap_or_default();
        let owner_id = match kind {
            OwnerKind::User => upload.user_id.clone(),
            OwnerKind::Tenant => upload.tenant_id.clone(),
        };
        match upload.validate(kind, &state.vault) {
            Ok(upload) => validated.push(upload),
            Err(error) => failures.push(json!({
                "appId": app_id,
                (kind.field()): owner_id.unwrap_or_default(),
                "errorCode": error.code(),
                "reason": error.message(),
            })),
        }
    }
    if failures.is_empty() {
        for upload in validated {
            upload.store(context, &mut state)?;
        }
    }
    Ok(BufferedResponse::ok(&json!({ "failures": failures })))
}
