//! Fetching a token from the vault, which refreshes it at its provider when it has expired or when that is asked for.

use crate::call::{Answer, Call};
use crate::clock::Moment;
use crate::fault::Subject;
use crate::fault_list::FaultList;
use crate::provider::{Issued, Provider};
use crate::service::Refusal;
use crate::service::bearer::{Fetcher, require_fetcher};
use crate::service::request::{body_of, required};
use crate::service::token_body::{FetchBody, TokenBody};
use crate::state::State;
use crate::vault::{Holder, StoredToken};
use crate::world::World;

/// What the four endpoints are asked, each without the fields that it does not have.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct FetchRequest {
    app_id: Option<String>,
    user_id: Option<String>,
    tenant_id: Option<String>,
    scopes: Option<Vec<String>>,
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
    let fetcher = require_fetcher(world, call)?;
    let request: FetchRequest =
        body_of(call, &["appId", "userId", "tenantId", "options", "externalIdentifier"])?;
    request.of_user()?.answer(world, &fetcher)
}

pub(crate) fn of_user_by_scopes(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let fetcher = require_fetcher(world, call)?;
    let request: FetchRequest =
        body_of(call, &["appId", "userId", "scopes", "tenantId", "options", "externalIdentifier"])?;
    request.of_user()?.by_scopes().answer(world, &fetcher)
}

pub(crate) fn latest_of_tenant(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let fetcher = require_fetcher(world, call)?;
    let request: FetchRequest = body_of(call, &["appId", "tenantId", "options", "externalIdentifier"])?;
    request.of_tenant()?.answer(world, &fetcher)
}

pub(crate) fn of_tenant_by_scopes(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let fetcher = require_fetcher(world, call)?;
    let request: FetchRequest =
        body_of(call, &["appId", "tenantId", "scopes", "options", "externalIdentifier"])?;
    request.of_tenant()?.by_scopes().answer(world, &fetcher)
}

impl FetchRequest {
    fn of_user(self) -> Result<Fetch, Refusal> {
        let holder = Holder {
            app: required("appId", self.app_id)?,
            user: required("userId", self.user_id)?,
            tenant: self.tenant_id.unwrap_or_default(),
        };
        Ok(Fetch::new(holder, self.scopes, self.external_identifier, self.options))
    }

    fn of_tenant(self) -> Result<Fetch, Refusal> {
        let holder = Holder {
            app: required("appId", self.app_id)?,
            user: String::new(),
            tenant: required("tenantId", self.tenant_id)?,
        };
        Ok(Fetch::new(holder, self.scopes, self.external_identifier, self.options))
    }
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
    fn new(
        holder: Holder,
        scopes: Option<Vec<String>>,
        external_identifier: Option<String>,
        options: Option<FetchOptions>,
    ) -> Self {
        let external_identifier = external_identifier.filter(|given| !given.is_empty());
        Self { holder, scopes, external_identifier, options: options.unwrap_or_default() }
    }

    /// No scopes at all are an empty set of them.
    fn by_scopes(self) -> Self {
        Self { scopes: Some(self.scopes.unwrap_or_default()), ..self }
    }

    fn answer(&self, world: &World, fetcher: &Fetcher) -> Result<Answer, Refusal> {
        fetcher.require_covered(&self.holder)?;
        let mut state = world.state();
        let State { clock, vault, provider, faults, .. } = &mut *state;
        let now = clock.now();
        let token = vault
            .latest(&self.holder, self.scopes.as_deref(), self.external_identifier.as_deref())
            .ok_or_else(Refusal::token_not_found)?;
        if token.needs_refresh(now) || self.options.force_refresh == Some(true) {
            refresh(token, provider, faults, now);
        }
        let with_refresh_token = self.options.with_refresh_token == Some(true);
        let token = TokenBody::new(token, with_refresh_token, world.settings.expiry_format);
        Ok(Answer::ok(&FetchBody { token }))
    }
}

/// Gets a new access token from the provider. When that fails, the token stays as it was and says why.
fn refresh(token: &mut StoredToken, provider: &mut Provider, faults: &mut FaultList, now: Moment) {
    let Some(refresh_token) = token.refresh_token.as_deref() else {
        "there is no refresh token".clone_into(&mut token.last_refresh_error);
        return;
    };
    let outcome = refresh_at_provider(provider, faults, &token.holder, refresh_token, now);
    match outcome {
        Ok(issued) => token.accept(issued, now),
        Err(reason) => token.last_refresh_error = reason,
    }
}

/// Exchanges a refresh token, unless a fault at the provider's own endpoint stands in the way.
pub(crate) fn refresh_at_provider(
    provider: &mut Provider,
    faults: &mut FaultList,
    holder: &Holder,
    refresh_token: &str,
    now: Moment,
) -> Result<Issued, String> {
    let Holder { app, user, .. } = holder;
    let at_provider =
        Subject { method: "POST", path: &format!("/provider/{app}/token"), app: Some(app), user: Some(user) };
    match faults.strike(&at_provider) {
        Some(fault) if fault.is_failure() => Err(format!("the provider failed: {}", fault.name())),
        _ => provider.refresh(app, refresh_token, now).map_err(|refusal| refusal.description().to_owned()),
    }
}
