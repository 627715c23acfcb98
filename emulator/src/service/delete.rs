//! Deleting tokens from the vault. The provider is not told: what it issued stays good there.

use serde_json::json;

use crate::call::{Answer, Call};
use crate::options::MissingDelete;
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::world::World;

pub(crate) fn by_id(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let id = call.query_value("id").ok_or_else(|| Refusal::missing_argument("id"))?;
    let deleted = world.state().vault.delete(|token| token.id == id);
    deletion_answer(world, deleted)
}

pub(crate) fn of_user(world: &World, call: &Call) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let app_id = call.query_value("appId");
    let user_id = call.query_value("userId");
    if app_id.is_none() && user_id.is_none() {
        return Err(Refusal::invalid_arguments("At least one of appId and userId is required"));
    }
    let deleted = world.state().vault.delete(|token| {
        app_id.is_none_or(|app_id| token.holder.app == app_id)
            && user_id.is_none_or(|user_id| token.holder.user == user_id)
    });
    deletion_answer(world, deleted)
}

fn deletion_answer(world: &World, deleted: usize) -> Result<Answer, Refusal> {
    if deleted == 0 && world.settings.missing_delete == MissingDelete::NotFound {
        return Err(Refusal::token_not_found());
    }
    Ok(Answer::ok(&json!({})))
}
