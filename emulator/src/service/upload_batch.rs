//! Many tokens at once: all of them are stored, or none is and each failure is told.

use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::service::Refusal;
use crate::service::bearer::require_management_key;
use crate::service::request::{body, message_of};
use crate::service::upload::{Owner, TokenUpload, item_fields};
use crate::world::World;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    tokens: Option<Vec<Value>>,
}

pub(crate) fn tokens(world: &World, call: &Call, owner: Owner) -> Result<Answer, Refusal> {
    require_management_key(world, call)?;
    let batch: Batch = body(call)?;
    let items = batch.tokens.filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| Refusal::invalid_arguments("At least one token is required"))?;
    // What is no token at all makes the request a bad one; what is wrong with a token is a failure of that token.
    let fields = item_fields(owner);
    let uploads: Vec<TokenUpload> =
        items.iter().map(|item| message_of(item, &fields)).collect::<Result<_, _>>()?;

    let mut state = world.state();
    let mut checked = Vec::new();
    let mut failures = Vec::new();
    for upload in uploads {
        let app_id = upload.app_id.clone().unwrap_or_default();
        let owner_id = match owner {
            Owner::User => upload.user_id.clone(),
            Owner::Tenant => upload.tenant_id.clone(),
        };
        match upload.checked(owner, &state.vault) {
            Ok(upload) => checked.push(upload),
            Err(refusal) => failures.push(json!({
                "appId": app_id,
                (owner.field()): owner_id.unwrap_or_default(),
                "errorCode": refusal.code(),
                "reason": refusal.message(),
            })),
        }
    }
    if failures.is_empty() {
        for upload in checked {
            upload.store(world, &mut state)?;
        }
    }
    Ok(Answer::ok(&json!({ "failures": failures })))
}
