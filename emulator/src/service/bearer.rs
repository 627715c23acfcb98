//! Who may call: `Authorization: Bearer <project id>:<management key>`.

use crate::call::Call;
use crate::service::Refusal;
use crate::world::World;

/// What a request presented in its authorization header.
pub(crate) struct PresentedBearer<'call> {
    pub(crate) project_id: &'call str,
    secret: Option<&'call str>,
}

/// The bearer of a request, if it has one at all.
pub(crate) fn presented_bearer(call: &Call) -> Option<PresentedBearer<'_>> {
    let (scheme, credentials) = call.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(match credentials.split_once(':') {
        Some((project_id, secret)) => PresentedBearer {
            project_id,
            secret: Some(secret),
        },
        None => PresentedBearer {
            project_id: credentials,
            secret: None,
        },
    })
}

impl PresentedBearer<'_> {
    /// Whether it is this project's management key.
    pub(crate) fn is_management_key(&self, world: &World) -> bool {
        self.project_id == world.settings.project_id
            && self.secret == Some(world.settings.management_key.as_str())
    }
}

/// Refuses a call without the management key.
pub(crate) fn require_management_key(world: &World, call: &Call) -> Result<(), Refusal> {
    let Some(bearer) = presented_bearer(call) else {
        return Err(Refusal::unauthorized("The request has no bearer token"));
    };
    if bearer.is_management_key(world) {
        return Ok(());
    }
    Err(Refusal::unauthorized(
        if bearer.project_id == world.settings.project_id {
            "The management key is not valid"
        } else {
            "The project is not known"
        },
    ))
}
