//! The license, which determines the rate limits of the project.

use serde_json::json;

use super::authorization::require_management_key;
use super::service_error::ServiceResult;
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::EmulatorContext;

pub(super) fn tier(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    require_management_key(context, request)?;
    Ok(BufferedResponse::ok(&json!({ "rateLimitTier": context.options.rate_limit_tier })))
}
