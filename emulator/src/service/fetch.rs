//! Fetching a token from the vault, which refreshes it at its provider when it has expired or when that is asked for.

use serde::Serialize;

use crate::call::{Answer, Call};
use crate::clock::Moment;
use crate::fault::{FaultList, Subject};
use crate::options::ExpiryFormat;
use crate::provider::Provider;
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::service::request::{body, required};
use crate::state::State;
use crate::vault::{Holder, StoredToken};
use crate::world::World;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LatestOfUser {
    app_id: Option<String>,
    user_id: Option<String>,
    tenant_id: Option<String>,
    options: Option<FetchOptions>,
    external_identifier: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfUserByScopes {
    app_id: Option<String>,
    user_id: Option<String>,
    scopes: Option<Vec<String>>,
    tenant_id: Option<String>,
    options: Option<FetchOptions>,
    external_identifier: Option<String>,
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FetchOptions {
    with_refresh_token: Option<bool>,
    force_refresh: Option<bool>,
}

pub(crate) fn latest_of_user(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: LatestOfUser = body(call)?;
    let fetch = Fetch {
        holder: Holder {
            app: required("appId", request.app_id)?,
            user: required("userId", request.user_id)?,
            tenant: request.tenant_id.unwrap_or_default(),
        },
        scopes: None,
        external_identifier: request.external_identifier,
        options: request.options.unwrap_or_default(),
    };
    fetch.answer(world)
}

pub(crate) fn of_user_by_scopes(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let request: OfUserByScopes = body(call)?;
    let fetch = Fetch {
        holder: Holder {
            app: required("appId", request.app_id)?,
            user: required("userId", request.user_id)?,
            tenant: request.tenant_id.unwrap_or_default(),
        },
        scopes: Some(request.scopes.unwrap_or_default()),
        external_identifier: request.external_identifier,
        options: request.options.unwrap_or_default(),
    };
    fetch.answer(world)
}

/// What every fetch comes down to.
struct Fetch {
    holder: Holder,
    /// Exactly these scopes; any when absent.
    scopes: Option<Vec<String>>,
    external_identifier: Option<String>,
    options: FetchOptions,
}

impl Fetch {
    fn answer(&self, world: &World) -> Result<Answer, Refusal> {
        let mut state = world.state();
        let State {
            clock,
            vault,
            provider,
            faults,
            ..
        } = &mut *state;
        let now = clock.now();
        let external_identifier = self
            .external_identifier
            .as_deref()
            .filter(|given| !given.is_empty());
        let token = vault
            .latest(&self.holder, self.scopes.as_deref(), external_identifier)
            .ok_or_else(Refusal::token_not_found)?;
        let expired = token.expires.is_some_and(|expires| expires <= now);
        if expired || self.options.force_refresh == Some(true) {
            refresh(token, provider, faults, now);
        }
        let with_refresh_token = self.options.with_refresh_token == Some(true);
        let token = TokenBody::new(token, with_refresh_token, world.settings.expiry_format);
        Ok(Answer::ok(&FetchBody { token }))
    }
}

/// Gets a new access token from the provider. When that fails, the token stays as it was and says why.
fn refresh(token: &mut StoredToken, provider: &mut Provider, faults: &mut FaultList, now: Moment) {
    let Holder { app, user, .. } = &token.holder;
    let Some(refresh_token) = token.refresh_token.as_deref() else {
        "there is no refresh token".clone_into(&mut token.last_refresh_error);
        return;
    };
    let at_provider = Subject {
        method: "POST",
        path: &format!("/provider/{app}/token"),
        app: Some(app),
        user: Some(user),
    };
    let outcome = match faults.strike(&at_provider) {
        Some(fault) if fault.is_failure() => Err(format!("the provider failed: {}", fault.name())),
        _ => provider
            .refresh(app, refresh_token, now)
            .map_err(|refusal| refusal.description().to_owned()),
    };
    match outcome {
        Ok(issued) => {
            token.access_token = issued.access_token;
            token.expires = issued.expires;
            token.refresh_token = issued.refresh_token;
            token.last_refresh = Some(now);
            token.last_refresh_error.clear();
        }
        Err(reason) => token.last_refresh_error = reason,
    }
}

#[derive(Serialize)]
struct FetchBody<'token> {
    token: TokenBody<'token>,
}

/// A token on the wire, with the fields in the documented order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody<'token> {
    id: &'token str,
    app_id: &'token str,
    user_id: &'token str,
    token_sub: &'token str,
    access_token: &'token str,
    access_token_type: &'token str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_expiry: Option<WireTime>,
    has_refresh_token: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'token str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_refresh_time: Option<WireTime>,
    last_refresh_error: &'token str,
    scopes: &'token [String],
    tenant_id: &'token str,
    granted_by: &'token str,
    external_identifier: &'token str,
}

impl<'token> TokenBody<'token> {
    fn new(token: &'token StoredToken, with_refresh_token: bool, format: ExpiryFormat) -> Self {
        Self {
            id: &token.id,
            app_id: &token.holder.app,
            user_id: &token.holder.user,
            token_sub: &token.subject,
            access_token: &token.access_token,
            access_token_type: &token.access_token_type,
            access_token_expiry: WireTime::new(token.expires, format),
            has_refresh_token: token.refresh_token.is_some(),
            refresh_token: token.refresh_token.as_deref().filter(|_| with_refresh_token),
            last_refresh_time: WireTime::new(token.last_refresh, format),
            last_refresh_error: &token.last_refresh_error,
            scopes: &token.scopes,
            tenant_id: &token.holder.tenant,
            granted_by: &token.granted_by,
            external_identifier: &token.external_identifier,
        }
    }
}

/// A time as the service writes it. What form that is, no source says for certain: see [`ExpiryFormat`].
#[derive(Serialize)]
#[serde(untagged)]
enum WireTime {
    Text(String),
    Number(u64),
}

impl WireTime {
    fn new(moment: Option<Moment>, format: ExpiryFormat) -> Option<Self> {
        match (format, moment) {
            (ExpiryFormat::Absent, _) => None,
            (ExpiryFormat::Number, moment) => Some(Self::Number(moment.map_or(0, Moment::epoch_seconds))),
            (ExpiryFormat::Empty, _) | (_, None) => Some(Self::Text(String::new())),
            (ExpiryFormat::Seconds, Some(moment)) => Some(Self::Text(moment.epoch_seconds().to_string())),
            (ExpiryFormat::Rfc3339, Some(moment)) => Some(Self::Text(moment.rfc3339())),
        }
    }
}
