//! The licence: which rate limits the project has.

use serde_json::json;

use crate::call::{Answer, Call};
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::world::World;

pub(crate) fn tier(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    Ok(Answer::ok(&json!({ "rateLimitTier": world.settings.rate_limit_tier })))
}
