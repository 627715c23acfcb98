//! Fetches a token from the vault, and refreshes it if it has expired or if the request forces a refresh.

use super::authorization::{FetchCredential, require_fetch_credential};
use super::refresh::refresh;
use super::request_body::{read_known_fields, required};
use super::service_error::{ServiceError, ServiceResult};
use super::token_body::{FetchBody, TokenBody};
use crate::http::{BufferedResponse, ReceivedRequest};
use crate::state::{EmulatorContext, EmulatorState};
use crate::vault::StoredTokenOwner;

/// The fields of the four endpoints. Each endpoint accepts a subset of them.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct FetchRequest {
    app_id: Option<String>,
    user_id: Option<String>,
    tenant_id: Option<String>,
    scopes: Option<Vec<String>>,
    options: Option<FetchRequestOptions>,
    external_identifier: Option<String>,
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FetchRequestOptions {
    with_refresh_token: Option<bool>,
    force_refresh: Option<bool>,
}

pub(super) fn user_latest(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    let credential = require_fetch_credential(context, request)?;
    let fetch: FetchRequest =
        read_known_fields(request, &["appId", "userId", "tenantId", "options", "externalIdentifier"])?;
    fetch.for_user()?.run(context, &credential)
}

pub(super) fn user_by_scopes(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    let credential = require_fetch_credential(context, request)?;
    let fetch: FetchRequest = read_known_fields(
        request,
        &["appId", "userId", "scopes", "tenantId", "options", "externalIdentifier"],
    )?;
    fetch.for_user()?.by_scopes().run(context, &credential)
}

pub(super) fn tenant_latest(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    let credential = require_fetch_credential(context, request)?;
    let fetch: FetchRequest =
        read_known_fields(request, &["appId", "tenantId", "options", "externalIdentifier"])?;
    fetch.for_tenant()?.run(context, &credential)
}

pub(super) fn tenant_by_scopes(context: &EmulatorContext, request: &ReceivedRequest) -> ServiceResult {
    let credential = require_fetch_credential(context, request)?;
    let fetch: FetchRequest =
        read_known_fields(request, &["appId", "tenantId", "scopes", "options", "externalIdentifier"])?;
    fetch.for_tenant()?.by_scopes().run(context, &credential)
}

impl FetchRequest {
    fn for_user(self) -> Result<TokenQuery, ServiceError> {
        let owner = StoredTokenOwner {
            app: required("appId", self.app_id)?,
            user: required("userId", self.user_id)?,
            tenant: self.tenant_id.unwrap_or_default(),
        };
        Ok(TokenQuery::new(owner, self.scopes, self.external_identifier, self.options))
    }

    fn for_tenant(self) -> Result<TokenQuery, ServiceError> {
        let owner = StoredTokenOwner {
            app: required("appId", self.app_id)?,
            user: String::new(),
            tenant: required("tenantId", self.tenant_id)?,
        };
        Ok(TokenQuery::new(owner, self.scopes, self.external_identifier, self.options))
    }
}

/// A validated fetch, the same for all four endpoints.
struct TokenQuery {
    owner: StoredTokenOwner,
    /// The exact scopes; any scopes if absent.
    scopes: Option<Vec<String>>,
    external_identifier: Option<String>,
    options: FetchRequestOptions,
}

impl TokenQuery {
    fn new(
        owner: StoredTokenOwner,
        scopes: Option<Vec<String>>,
        external_identifier: Option<String>,
        options: Option<FetchRequestOptions>,
    ) -> Self {
        let external_identifier = external_identifier.filter(|given| !given.is_empty());
        Self { owner, scopes, external_identifier, options: options.unwrap_or_default() }
    }

    /// Treats absent scopes as an empty set.
    fn by_scopes(self) -> Self {
        Self { scopes: Some(self.scopes.unwrap_or_default()), ..self }
    }

    fn run(&self, context: &EmulatorContext, credential: &FetchCredential) -> ServiceResult {
        credential.require_access_to(&self.owner)?;
        let mut state = context.state();
        let EmulatorState { clock, vault, provider, faults, .. } = &mut *state;
        let now = clock.now();
        let token = vault
            .latest(&self.owner, self.scopes.as_deref(), self.external_identifier.as_deref())
            .ok_or_else(ServiceError::token_not_found)?;
        if token.needs_refresh(now) || self.options.force_refresh == Some(true) {
            refresh(token, provider, faults, now);
        }
        let with_refresh_token = self.options.with_refresh_token == Some(true);
        let token = TokenBody::new(token, with_refresh_token, context.options.expiry_format);
        Ok(BufferedResponse::ok(&FetchBody { token }))
    }
}
