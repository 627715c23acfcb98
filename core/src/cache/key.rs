//! What a cached token is found by, and what may end it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;
use smallvec::SmallVec;

use crate::argument::Argument;
use crate::operation::{Arguments, Holder, Operation, Tokens};

/// A fetch, as no other one is. What is the same in a whole client (base URL, project, management key) is no part of
/// it, since a cache belongs to one client; a store that several share would need it in front.
pub(crate) type Key = Arc<Fetched>;

/// What is fetched; an id that is not given is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fetched {
    /// App, user, tenant and external identifier.
    ids: [Box<str>; 4],
    /// Sorted, each once; a newest token and one of no scopes at all are two things.
    scopes: Option<Box<[Box<str>]>>,
}

/// A fetch that may be answered from the cache, as its caller describes it: [`Arguments`] that are borrowed, and a
/// key that is looked up as it stands.
#[derive(Clone, Debug)]
pub struct Question<'call> {
    operation: &'static Operation,
    /// The outbound app's id.
    pub app_id: &'call str,
    /// The user's id; empty for a tenant's token.
    pub user_id: &'call str,
    /// The tenant's id, or empty.
    pub tenant_id: &'call str,
    /// The token's name of the caller's own, or empty.
    pub external_identifier: &'call str,
    /// Exactly these, where the token is fetched by its scopes.
    pub scopes: Option<ScopeSet<'call>>,
    /// Whether the service is to refresh the token at the third party.
    pub(crate) is_forced: bool,
}

/// Scopes in an order of their own: the service takes them as a set.
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

/// Which tokens something is about: what they are found by when they have to go.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Scope<'call> {
    App(&'call str),
    User(&'call str),
    UserOfApp {
        app_id: &'call str,
        user_id: &'call str,
    },
    TenantOfApp {
        app_id: &'call str,
        tenant_id: &'call str,
    },
    /// The vault's id of the token.
    TokenId(&'call str),
    AccessToken(&'call str),
}

impl<'call> Scope<'call> {
    /// The narrowest that takes in all of these; none where there is nothing to go by.
    pub(crate) fn of(
        app_id: Option<&'call str>,
        user_id: Option<&'call str>,
        tenant_id: Option<&'call str>,
    ) -> Option<Self> {
        match (app_id, user_id, tenant_id) {
            (Some(app_id), Some(user_id), _) => Some(Self::UserOfApp { app_id, user_id }),
            (None, Some(user_id), _) => Some(Self::User(user_id)),
            (Some(app_id), None, Some(tenant_id)) => Some(Self::TenantOfApp { app_id, tenant_id }),
            (Some(app_id), None, None) => Some(Self::App(app_id)),
            (None, None, _) => None,
        }
    }
}

impl<'call> Question<'call> {
    /// A fetch of nothing yet. Of operations that fetch no token, and of those by an inbound token, nothing is cached.
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

    /// Reads the arguments of a fetch; none where the call is not for the cache: another operation, an option that
    /// changes the answer, or arguments that will be refused.
    pub(crate) fn read(operation: &'static Operation, arguments: &'call Arguments) -> Option<Self> {
        let Tokens::Fetched { of, by_scopes } = operation.tokens else { return None };
        let mut question = Self::new(operation);
        for (name, argument) in arguments.iter() {
            let place = match (name, argument) {
                (_, Argument::Absent) => continue,
                ("options", options) => {
                    question.is_forced |= asks_for_refresh_alone(options)?;
                    continue;
                }
                ("scopes", Argument::List(items)) if by_scopes && question.scopes.is_none() => {
                    question.scopes = Some(as_set(items)?);
                    continue;
                }
                ("app_id" | "appId", _) => &mut question.app_id,
                ("user_id" | "userId", _) if of == Holder::User => &mut question.user_id,
                ("tenant_id" | "tenantId", _) => &mut question.tenant_id,
                ("external_identifier" | "externalIdentifier", _) => &mut question.external_identifier,
                _ => return None,
            };
            // In both spellings at once it is refused.
            let Argument::Text(text) = argument else { return None };
            if !place.is_empty() {
                return None;
            }
            *place = text;
        }
        question.is_for_the_cache().then_some(question)
    }

    /// Whether this is a fetch that the service would not refuse.
    pub(crate) fn is_for_the_cache(&self) -> bool {
        let Tokens::Fetched { of, by_scopes } = self.operation.tokens else { return false };
        let is_held = match of {
            Holder::User => !self.user_id.is_empty(),
            Holder::Tenant => !self.tenant_id.is_empty() && self.user_id.is_empty(),
        };
        is_held && !self.app_id.is_empty() && self.scopes.is_some() == by_scopes
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// What the service is asked for, without options.
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
        Arc::new(Fetched { ids: self.ids().map(Box::from), scopes: scopes.map(Iterator::collect) })
    }

    /// By what it may have to go, the narrowest first.
    pub(crate) fn scopes(&self) -> SmallVec<[Scope<'call>; 3]> {
        let &Self { app_id, user_id, tenant_id, .. } = self;
        if user_id.is_empty() {
            return SmallVec::from_iter([Scope::TenantOfApp { app_id, tenant_id }, Scope::App(app_id)]);
        }
        SmallVec::from_iter([Scope::UserOfApp { app_id, user_id }, Scope::App(app_id), Scope::User(user_id)])
    }
}

/// As a [`Question`] for the same is hashed.
impl Hash for Fetched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for text in self.ids.iter().chain(self.scopes.iter().flatten()) {
            feed(state, text);
        }
    }
}

impl Hash for Question<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One by one, and not as a list: an id whose place and length were written down just now is not read in one
        // piece, as a list is copied, without a wait for both.
        feed(state, self.app_id);
        feed(state, self.user_id);
        feed(state, self.tenant_id);
        feed(state, self.external_identifier);
        if let Some(ScopeSet(scopes)) = &self.scopes {
            scopes.iter().for_each(|scope| feed(state, scope));
        }
    }
}

/// What is empty, as most ids are, costs nothing: hashes may be alike where the keys are not.
fn feed(state: &mut impl Hasher, text: &str) {
    if !text.is_empty() {
        // Not its bytes alone: the fast hashers mix well only what ends in a number, as this does.
        text.hash(state);
    }
}

/// Two empty ones are not even looked at: they lie nowhere, and to look there, though nothing is read, costs some
/// processors more than all the rest of a lookup.
fn are_same(ours: &str, theirs: &str) -> bool {
    ours.len() == theirs.len() && (ours.is_empty() || ours == theirs)
}

impl Equivalent<Key> for Question<'_> {
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

/// Whether a refresh is asked for; none where anything else is, which makes another answer.
fn asks_for_refresh_alone(options: &Argument) -> Option<bool> {
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
    use crate::operation;

    fn key_of(operation: &'static Operation, arguments: &Arguments) -> Option<Key> {
        let question = Question::read(operation, arguments)?;
        let hasher = std::hash::RandomState::new();
        assert_eq!(hasher.hash_one(&question), hasher.hash_one(question.key()));
        assert!(question.equivalent(&question.key()));
        Some(question.key())
    }

    fn user() -> Arguments {
        Arguments::default().with("app_id", "a").with("user_id", "u")
    }

    fn scoped(scopes: &[&str]) -> Option<Key> {
        let arguments = user().with("scopes", scopes.iter().copied().collect::<Argument>());
        key_of(&operation::FETCH_TOKEN_BY_SCOPES, &arguments)
    }

    #[test]
    fn what_is_the_same_fetch_has_the_same_key() {
        let newest = key_of(&operation::FETCH_TOKEN, &user());
        let camel = Arguments::default().with("userId", "u").with("appId", "a").with("tenantId", "");
        assert!(newest.is_some());
        assert_eq!(key_of(&operation::FETCH_TOKEN, &camel), newest);
        let no_options = user().with("options", Argument::Object(vec![])).with("tenant_id", Argument::Absent);
        assert_eq!(key_of(&operation::FETCH_TOKEN, &no_options), newest);
        assert_eq!(scoped(&["w", "r", "w"]), scoped(&["r", "w"]));
    }

    #[test]
    fn what_is_another_fetch_has_another_key() {
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
    fn a_borrowed_question_is_the_one_that_its_arguments_ask() {
        let mut question = Question::new(&operation::FETCH_TOKEN_BY_SCOPES);
        assert!(!question.is_for_the_cache());
        (question.app_id, question.user_id, question.external_identifier) = ("a", "u", "x");
        assert!(!question.is_for_the_cache());
        question.scopes = Some(["w", "r", "w"].into_iter().collect());
        assert!(question.is_for_the_cache());
        let arguments = question.arguments();
        assert_eq!(key_of(&operation::FETCH_TOKEN_BY_SCOPES, &arguments), Some(question.key()));
        assert!(!Question::new(&operation::DELETE_TOKEN).is_for_the_cache());
    }

    #[test]
    fn what_is_not_for_the_cache_has_none() {
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
            !Question::read(&operation::FETCH_TOKEN, &option("withRefreshToken", false.into()))
                .unwrap()
                .is_forced
        );
        assert!(
            Question::read(&operation::FETCH_TOKEN, &option("forceRefresh", true.into())).unwrap().is_forced
        );
    }
}
