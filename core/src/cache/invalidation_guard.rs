//! Operations that delete or replace tokens: the cache drops these tokens before the request and again after it.

use crate::cache::flight_outcome::FlightReceiver;
use crate::cache::invalidation::{Invalidation, InvalidationTag};
use crate::cache::state::CacheState;
use crate::request::{Argument, Arguments, Operation, TokenEffect};

/// An operation in progress that changes tokens. When it ends (by a response, an error, a deadline or a drop), the
/// cache drops the tokens that it has cached meanwhile.
#[must_use = "when this is dropped, the operation has ended"]
pub(crate) struct InvalidationGuard<'cache> {
    state: &'cache CacheState<FlightReceiver>,
    invalidation: Invalidation,
}

impl<'cache> InvalidationGuard<'cache> {
    /// Drops the tokens that the operation may change. `None` if it changes no tokens.
    pub(crate) fn new(
        state: &'cache CacheState<FlightReceiver>,
        operation: &Operation,
        arguments: &Arguments,
    ) -> Option<Self> {
        let invalidation = invalidation_of(state, operation, arguments)?;
        state.invalidate(&invalidation);
        Some(Self { state, invalidation })
    }
}

impl Drop for InvalidationGuard<'_> {
    fn drop(&mut self) {
        self.state.invalidate(&self.invalidation);
    }
}

fn invalidation_of(
    state: &CacheState<FlightReceiver>,
    operation: &Operation,
    arguments: &Arguments,
) -> Option<Invalidation> {
    match operation.token_effect {
        TokenEffect::Unrelated | TokenEffect::Reads { .. } => None,
        TokenEffect::InvalidatesById => {
            Some(state.invalidation_of_token_id(arguments.text("token_id", "id")?))
        }
        TokenEffect::InvalidatesApp => {
            Some(state.invalidation_of(&[InvalidationTag::App(arguments.text("id", "id")?)]))
        }
        TokenEffect::Invalidates => Some(state.invalidation_of(&[InvalidationTag::of(
            arguments.text("app_id", "appId"),
            arguments.text("user_id", "userId"),
            arguments.text("tenant_id", "tenantId"),
        )?])),
        TokenEffect::InvalidatesBatch => {
            let (_, uploads) = arguments.iter().find(|(name, _)| *name == "tokens")?;
            let Argument::List(uploads) = uploads else { return None };
            let tags: Vec<InvalidationTag<'_>> = uploads.iter().filter_map(tag_of_upload).collect();
            Some(state.invalidation_of(&tags))
        }
    }
}

fn tag_of_upload(upload: &Argument) -> Option<InvalidationTag<'_>> {
    let id = |name| match upload.member(name) {
        Some(Argument::Text(id)) if !id.is_empty() => Some(id.as_str()),
        _ => None,
    };
    InvalidationTag::of(id("appId"), id("userId"), id("tenantId"))
}
