//! A lookup in the cache, borrowed from its caller.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;
use smallvec::SmallVec;

use crate::cache::invalidation::InvalidationTag;
use crate::cache::key::{Key, KeyParts, are_same, feed};
use crate::request::{Argument, Arguments, Operation, TokenEffect, TokenOwner};

/// A fetch that the cache may serve. It borrows its texts from the caller, so that a lookup copies nothing.
///
/// ```
/// use descope_outbound::bindings::CacheLookup;
/// use descope_outbound::operation::FETCH_TOKEN;
///
/// let mut lookup = CacheLookup::new(&FETCH_TOKEN);
/// (lookup.app_id, lookup.user_id) = ("google-calendar", "user-id");
/// ```
#[derive(Clone, Debug)]
pub struct CacheLookup<'call> {
    operation: &'static Operation,
    /// The outbound app's id.
    pub app_id: &'call str,
    /// The user's id; empty for a tenant's token.
    pub user_id: &'call str,
    /// The tenant's id, or empty.
    pub tenant_id: &'call str,
    /// The caller's own name for the token, or empty.
    pub external_identifier: &'call str,
    /// The exact scopes, if the token is fetched by its scopes.
    pub scopes: Option<ScopeSet<'call>>,
    /// Whether the caller wants the service to refresh the token at the third party.
    pub(crate) is_forced: bool,
}

/// A set of scopes. The service ignores their order, and so does the set.
///
/// ```
/// use descope_outbound::bindings::ScopeSet;
///
/// let one: ScopeSet<'_> = ["read", "write"].into_iter().collect();
/// let other: ScopeSet<'_> = ["write", "read"].into_iter().collect();
/// assert_eq!(one, other);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeSet<'call>(SmallVec<[&'call str; 2]>);

impl<'call> FromIterator<&'call str> for ScopeSet<'call> {
    fn from_iter<Scopes: IntoIterator<Item = &'call str>>(scopes: Scopes) -> Self {
        let mut scopes: SmallVec<[&'call str; 2]> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }
}

impl<'call> CacheLookup<'call> {
    /// Makes a lookup without ids. The cache holds nothing for operations that fetch no token, or fetch it with an
    /// inbound token.
    ///
    /// ```
    /// use descope_outbound::bindings::CacheLookup;
    /// use descope_outbound::operation::FETCH_TOKEN;
    ///
    /// assert_eq!(CacheLookup::new(&FETCH_TOKEN).app_id, "");
    /// ```
    #[must_use]
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            app_id: "",
            user_id: "",
            tenant_id: "",
            external_identifier: "",
            scopes: None,
            is_forced: false,
        }
    }

    /// Reads the arguments of a fetch. `None` if the cache cannot serve the call: for another operation, for an option
    /// that changes the response, and for invalid arguments.
    pub(crate) fn read(operation: &'static Operation, arguments: &'call Arguments) -> Option<Self> {
        let TokenEffect::Reads { of, by_scopes } = operation.token_effect else { return None };
        let mut lookup = Self::new(operation);
        for (name, argument) in arguments.iter() {
            let id = match (name, argument) {
                (_, Argument::Absent) => continue,
                ("options", options) => {
                    lookup.is_forced |= is_refresh_forced(options)?;
                    continue;
                }
                ("scopes", Argument::List(items)) if by_scopes && lookup.scopes.is_none() => {
                    lookup.scopes = Some(as_set(items)?);
                    continue;
                }
                ("app_id" | "appId", _) => &mut lookup.app_id,
                ("user_id" | "userId", _) if of == TokenOwner::User => &mut lookup.user_id,
                ("tenant_id" | "tenantId", _) => &mut lookup.tenant_id,
                ("external_identifier" | "externalIdentifier", _) => &mut lookup.external_identifier,
                _ => return None,
            };
            // An argument in both spellings will be refused.
            let Argument::Text(text) = argument else { return None };
            if !id.is_empty() {
                return None;
            }
            *id = text;
        }
        lookup.is_cacheable().then_some(lookup)
    }

    /// Whether the cache may serve this: it is a fetch with all its ids.
    pub(crate) fn is_cacheable(&self) -> bool {
        let TokenEffect::Reads { of, by_scopes } = self.operation.token_effect else { return false };
        let is_held = match of {
            TokenOwner::User => !self.user_id.is_empty(),
            TokenOwner::Tenant => !self.tenant_id.is_empty() && self.user_id.is_empty(),
        };
        is_held && !self.app_id.is_empty() && self.scopes.is_some() == by_scopes
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The arguments of the fetch, without options.
    pub(crate) fn arguments(&self) -> Arguments {
        let mut arguments = Arguments::default();
        for (name, text) in [
            ("app_id", self.app_id),
            ("user_id", self.user_id),
            ("tenant_id", self.tenant_id),
            ("external_identifier", self.external_identifier),
        ] {
            if !text.is_empty() {
                arguments = arguments.with(name, text);
            }
        }
        match &self.scopes {
            Some(ScopeSet(scopes)) => arguments.with("scopes", scopes.iter().copied().collect::<Argument>()),
            None => arguments,
        }
    }

    fn ids(&self) -> [&'call str; 4] {
        [self.app_id, self.user_id, self.tenant_id, self.external_identifier]
    }

    pub(crate) fn key(&self) -> Key {
        let scopes =
            self.scopes.as_ref().map(|ScopeSet(scopes)| scopes.iter().map(|scope| Box::from(*scope)));
        Arc::new(KeyParts { ids: self.ids().map(Box::from), scopes: scopes.map(Iterator::collect) })
    }

    /// The tags of the tokens that the fetch can return, the narrowest first.
    pub(crate) fn invalidation_tags(&self) -> SmallVec<[InvalidationTag<'call>; 3]> {
        let &Self { app_id, user_id, tenant_id, .. } = self;
        if user_id.is_empty() {
            return SmallVec::from_iter([
                InvalidationTag::TenantOfApp { app_id, tenant_id },
                InvalidationTag::App(app_id),
            ]);
        }
        SmallVec::from_iter([
            InvalidationTag::UserOfApp { app_id, user_id },
            InvalidationTag::App(app_id),
            InvalidationTag::User(user_id),
        ])
    }
}

impl Hash for CacheLookup<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One by one, and not as a list: copying pointers and lengths that were just written stalls the processor
        // (store forwarding).
        feed(state, self.app_id);
        feed(state, self.user_id);
        feed(state, self.tenant_id);
        feed(state, self.external_identifier);
        if let Some(ScopeSet(scopes)) = &self.scopes {
            scopes.iter().for_each(|scope| feed(state, scope));
        }
    }
}

impl Equivalent<Key> for CacheLookup<'_> {
    #[inline]
    fn equivalent(&self, key: &Key) -> bool {
        let has_same_scopes = match (&self.scopes, &key.scopes) {
            (None, None) => true,
            (Some(ScopeSet(ours)), Some(theirs)) => {
                ours.iter().copied().eq(theirs.iter().map(|scope| &**scope))
            }
            _ => false,
        };
        let [app_id, user_id, tenant_id, external_identifier] = &key.ids;
        has_same_scopes
            && are_same(self.user_id, user_id)
            && are_same(self.app_id, app_id)
            && are_same(self.tenant_id, tenant_id)
            && are_same(self.external_identifier, external_identifier)
    }
}

fn as_set(items: &[Argument]) -> Option<ScopeSet<'_>> {
    let texts = items.iter().map(|item| match item {
        Argument::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Whether the options force a refresh. `None` if they hold another option, which changes the response.
fn is_refresh_forced(options: &Argument) -> Option<bool> {
    let Argument::Object(members) = options else { return None };
    let mut is_forced = false;
    for (name, value) in members {
        match (name.as_str(), value) {
            (_, Argument::Absent) | ("withRefreshToken" | "forceRefresh", Argument::Flag(false)) => {}
            ("forceRefresh", Argument::Flag(true)) => is_forced = true,
            _ => return None,
        }
    }
    Some(is_forced)
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;
    use crate::request::operation;

    fn key_of(operation: &'static Operation, arguments: &Arguments) -> Option<Key> {
        let lookup = CacheLookup::read(operation, arguments)?;
        let hasher = std::hash::RandomState::new();
        assert_eq!(hasher.hash_one(&lookup), hasher.hash_one(lookup.key()));
        assert!(lookup.equivalent(&lookup.key()));
        Some(lookup.key())
    }

    fn user() -> Arguments {
        Arguments::default().with("app_id", "a").with("user_id", "u")
    }

    fn scoped(scopes: &[&str]) -> Option<Key> {
        let arguments = user().with("scopes", scopes.iter().copied().collect::<Argument>());
        key_of(&operation::FETCH_TOKEN_BY_SCOPES, &arguments)
    }

    #[test]
    fn equal_fetches_have_equal_keys() {
        let newest = key_of(&operation::FETCH_TOKEN, &user());
        let camel = Arguments::default().with("userId", "u").with("appId", "a").with("tenantId", "");
        assert!(newest.is_some());
        assert_eq!(key_of(&operation::FETCH_TOKEN, &camel), newest);
        let no_options = user().with("options", Argument::Object(vec![])).with("tenant_id", Argument::Absent);
        assert_eq!(key_of(&operation::FETCH_TOKEN, &no_options), newest);
        assert_eq!(scoped(&["w", "r", "w"]), scoped(&["r", "w"]));
    }

    #[test]
    fn different_fetches_have_different_keys() {
        let of = |app: &str, user: &str| {
            key_of(&operation::FETCH_TOKEN, &Arguments::default().with("app_id", app).with("user_id", user))
        };
        let tenant = Arguments::default().with("app_id", "a").with("tenant_id", "u");
        let keys = [
            of("a", "u"),
            of("a", "u2"),
            of("au", "x"),
            of("a", "ux"),
            key_of(&operation::FETCH_TOKEN, &user().with("tenant_id", "t")),
            key_of(&operation::FETCH_TOKEN, &user().with("external_identifier", "t")),
            key_of(&operation::FETCH_TENANT_TOKEN, &tenant),
            scoped(&[]),
            scoped(&["r"]),
            scoped(&["R"]),
            scoped(&["r", "w"]),
            scoped(&["rw"]),
        ];
        assert!(keys.iter().all(Option::is_some));
        let different: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn a_lookup_has_the_key_of_its_arguments() {
        let mut lookup = CacheLookup::new(&operation::FETCH_TOKEN_BY_SCOPES);
        assert!(!lookup.is_cacheable());
        (lookup.app_id, lookup.user_id, lookup.external_identifier) = ("a", "u", "x");
        assert!(!lookup.is_cacheable());
        lookup.scopes = Some(["w", "r", "w"].into_iter().collect());
        assert!(lookup.is_cacheable());
        let arguments = lookup.arguments();
        assert_eq!(key_of(&operation::FETCH_TOKEN_BY_SCOPES, &arguments), Some(lookup.key()));
        assert!(!CacheLookup::new(&operation::DELETE_TOKEN).is_cacheable());
    }

    #[test]
    fn a_call_that_the_cache_cannot_serve_has_no_key() {
        let option = |name: &str, value: Argument| {
            user().with("options", Argument::Object(vec![(name.to_owned(), value)]))
        };
        let by_token = user().with("token", "made-up-inbound-token");
        assert_eq!(key_of(&operation::FETCH_TOKEN_BY_TOKEN, &by_token), None);
        assert_eq!(key_of(&operation::DELETE_USER_TOKENS, &user()), None);
        for arguments in [
            option("withRefreshToken", true.into()),
            option("forceRefresh", "true".into()),
            option("somethingNew", true.into()),
            user().with("appId", "b"),
            user().with("more", "x"),
            user().with("scopes", Argument::List(vec![])),
            user().with("tenant_id", true),
            Arguments::default().with("app_id", "a"),
            Arguments::default().with("app_id", "").with("user_id", "u"),
        ] {
            assert_eq!(key_of(&operation::FETCH_TOKEN, &arguments), None, "{arguments:?}");
        }
        assert!(
            !CacheLookup::read(&operation::FETCH_TOKEN, &option("withRefreshToken", false.into()))
                .unwrap()
                .is_forced
        );
        assert!(
            CacheLookup::read(&operation::FETCH_TOKEN, &option("forceRefresh", true.into()))
                .unwrap()
                .is_forced
        );
    }
}
