//! Operations that end or replace tokens: what was cached of them goes, before and after.

use crate::argument::Argument;
use crate::cache::Cache;
use crate::cache::key::Scope;
use crate::cache::ledger::Change;
use crate::operation::{Arguments, Operation, Tokens};

/// An operation that changes tokens, while it is under way. However it ends, by an answer, an error, a deadline or by
/// being dropped, what may have been cached meanwhile goes too.
#[must_use = "when this is dropped, the operation is over"]
pub(crate) struct Changing<'cache> {
    cache: &'cache Cache,
    change: Change,
}

impl<'cache> Changing<'cache> {
    /// Takes what the operation may change out of the cache; none where it changes no tokens.
    pub(crate) fn begin(cache: &'cache Cache, operation: &Operation, arguments: &Arguments) -> Option<Self> {
        let change = change(cache, operation, arguments)?;
        cache.ledger.apply(&change);
        Some(Self { cache, change })
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.cache.ledger.apply(&self.change);
    }
}

fn change(cache: &Cache, operation: &Operation, arguments: &Arguments) -> Option<Change> {
    let ledger = &cache.ledger;
    match operation.tokens {
        Tokens::Untouched | Tokens::Fetched { .. } => None,
        Tokens::EndedById => Some(ledger.change_of_token(arguments.text("token_id", "id")?)),
        Tokens::ChangedOfApp => Some(ledger.change_at(&[Scope::App(arguments.text("id", "id")?)])),
        Tokens::Changed => Some(ledger.change_at(&[Scope::of(
            arguments.text("app_id", "appId"),
            arguments.text("user_id", "userId"),
            arguments.text("tenant_id", "tenantId"),
        )?])),
        Tokens::ChangedByBatch => {
            let (_, uploads) = arguments.iter().find(|(name, _)| *name == "tokens")?;
            let Argument::List(uploads) = uploads else { return None };
            let scopes: Vec<Scope<'_>> = uploads.iter().filter_map(scope_of_upload).collect();
            Some(ledger.change_at(&scopes))
        }
    }
}

fn scope_of_upload(upload: &Argument) -> Option<Scope<'_>> {
    let id = |name| match upload.member(name) {
        Some(Argument::Text(id)) if !id.is_empty() => Some(id.as_str()),
        _ => None,
    };
    Scope::of(id("appId"), id("userId"), id("tenantId"))
}
