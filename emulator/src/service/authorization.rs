//! Access checks: `Authorization: Bearer <project id>:<management key>`, or an inbound token for fetches.

use super::service_error::ServiceError;
use crate::http::{PresentedBearer, ReceivedRequest};
use crate::setup::{FETCH_SCOPE, InboundToken};
use crate::state::EmulatorContext;
use crate::vault::StoredTokenOwner;

/// Whether the service accepts this bearer for any endpoint.
pub(crate) fn is_accepted(context: &EmulatorContext, bearer: &PresentedBearer<'_>) -> bool {
    is_management_key(context, bearer)
        || (bearer.project_id == context.options.project_id
            && bearer.secret.is_some_and(|secret| context.state().valid_inbound_token(secret).is_some()))
}

/// Rejects a request without the management key.
pub(super) fn require_management_key(
    context: &EmulatorContext,
    request: &ReceivedRequest,
) -> Result<(), ServiceError> {
    let bearer = require_project(context, request)?;
    if is_management_key(context, &bearer) {
        Ok(())
    } else {
        Err(ServiceError::unauthorized("The management key is not valid"))
    }
}

/// The credential of a fetch, which decides which tokens it can fetch.
pub(super) enum FetchCredential {
    /// Can fetch every token.
    ManagementKey,
    /// Can fetch the tokens of its user and tenant.
    Inbound(InboundToken),
}

/// Rejects a fetch with neither the management key nor an inbound token that has the fetch scope.
pub(super) fn require_fetch_credential(
    context: &EmulatorContext,
    request: &ReceivedRequest,
) -> Result<FetchCredential, ServiceError> {
    let bearer = require_project(context, request)?;
    if is_management_key(context, &bearer) {
        return Ok(FetchCredential::ManagementKey);
    }
    let token = bearer.secret.and_then(|secret| context.state().valid_inbound_token(secret).cloned());
    let token = token
        .ok_or_else(|| ServiceError::unauthorized("The management key or inbound token is not valid"))?;
    if token.scopes.iter().any(|scope| scope == FETCH_SCOPE) {
        Ok(FetchCredential::Inbound(token))
    } else {
        Err(ServiceError::forbidden("The inbound token lacks the scope outbound.token.fetch"))
    }
}

impl FetchCredential {
    /// Rejects a fetch for a user or a tenant that the credential does not cover.
    pub(super) fn require_access_to(&self, owner: &StoredTokenOwner) -> Result<(), ServiceError> {
        let Self::Inbound(token) = self else {
            return Ok(());
        };
        let covers =
            |bound: &str, requested: &str| bound.is_empty() || requested.is_empty() || bound == requested;
        if covers(&token.user_id, &owner.user) && covers(&token.tenant_id, &owner.tenant) {
            Ok(())
        } else {
            Err(ServiceError::forbidden("The inbound token belongs to another user or tenant"))
        }
    }
}

fn is_management_key(context: &EmulatorContext, bearer: &PresentedBearer<'_>) -> bool {
    bearer.project_id == context.options.project_id
        && bearer.secret == Some(context.options.management_key.as_str())
}

fn require_project<'request>(
    context: &EmulatorContext,
    request: &'request ReceivedRequest,
) -> Result<PresentedBearer<'request>, ServiceError> {
    let bearer = PresentedBearer::of(request)
        .ok_or_else(|| ServiceError::unauthorized("The request has no bearer token"))?;
    if bearer.project_id == context.options.project_id {
        Ok(bearer)
    } else {
        Err(ServiceError::unauthorized("The project does not exist"))
    }
}
