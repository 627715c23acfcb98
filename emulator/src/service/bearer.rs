//! Who may call: `Authorization: Bearer <project id>:<management key>`, and for fetches an inbound token in its place.

use crate::call::Call;
use crate::inbound::{FETCH_SCOPE, InboundToken};
use crate::service::Refusal;
use crate::vault::Holder;
use crate::world::World;

/// What a request presented in its authorization header.
pub(crate) struct PresentedBearer<'call> {
    pub(crate) project_id: &'call str,
    /// The management key or the inbound token; absent when there is no colon.
    pub(crate) secret: Option<&'call str>,
}

/// The bearer of a request, if it has one at all.
pub(crate) fn presented_bearer(call: &Call) -> Option<PresentedBearer<'_>> {
    let (scheme, credentials) = call.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(match credentials.split_once(':') {
        Some((project_id, secret)) => PresentedBearer { project_id, secret: Some(secret) },
        None => PresentedBearer { project_id: credentials, secret: None },
    })
}

impl PresentedBearer<'_> {
    /// Whether the service accepts it for anything at all.
    pub(crate) fn is_accepted(&self, world: &World) -> bool {
        self.is_management_key(world)
            || (self.project_id == world.settings.project_id
                && self.secret.is_some_and(|secret| world.state().live_inbound_token(secret).is_some()))
    }

    fn is_management_key(&self, world: &World) -> bool {
        self.project_id == world.settings.project_id
            && self.secret == Some(world.settings.management_key.as_str())
    }
}

/// Refuses a call without the management key.
pub(crate) fn require_management_key(world: &World, call: &Call) -> Result<(), Refusal> {
    let bearer = require_project(world, call)?;
    if bearer.is_management_key(world) {
        Ok(())
    } else {
        Err(Refusal::unauthorized("The management key is not valid"))
    }
}

/// Who fetches.
pub(crate) enum Fetcher {
    /// Whoever has the management key may fetch everything.
    Management,
    /// Whoever has an inbound token may fetch what it covers.
    Inbound(InboundToken),
}

/// Refuses a fetch with neither the management key nor an inbound token that may fetch at all.
pub(crate) fn require_fetcher(world: &World, call: &Call) -> Result<Fetcher, Refusal> {
    let bearer = require_project(world, call)?;
    if bearer.is_management_key(world) {
        return Ok(Fetcher::Management);
    }
    let token = bearer.secret.and_then(|secret| world.state().live_inbound_token(secret).cloned());
    let token =
        token.ok_or_else(|| Refusal::unauthorized("The management key or inbound token is not valid"))?;
    if token.scopes.iter().any(|scope| scope == FETCH_SCOPE) {
        Ok(Fetcher::Inbound(token))
    } else {
        Err(Refusal::forbidden("The inbound token lacks the scope outbound.token.fetch"))
    }
}

impl Fetcher {
    /// Refuses to fetch for somebody else.
    pub(crate) fn require_covered(&self, holder: &Holder) -> Result<(), Refusal> {
        let Self::Inbound(token) = self else {
            return Ok(());
        };
        let covers = |bound: &str, wanted: &str| bound.is_empty() || wanted.is_empty() || bound == wanted;
        if covers(&token.user_id, &holder.user) && covers(&token.tenant_id, &holder.tenant) {
            Ok(())
        } else {
            Err(Refusal::forbidden("The inbound token is another user's or another tenant's"))
        }
    }
}

fn require_project<'call>(world: &World, call: &'call Call) -> Result<PresentedBearer<'call>, Refusal> {
    let bearer =
        presented_bearer(call).ok_or_else(|| Refusal::unauthorized("The request has no bearer token"))?;
    if bearer.project_id == world.settings.project_id {
        Ok(bearer)
    } else {
        Err(Refusal::unauthorized("The project is not known"))
    }
}
