//! The result of a fetch: a response, and its source.

use std::sync::{Arc, Weak};

use crate::cache::entry::Entry;
use crate::error::Error;
use crate::model::Token;
use crate::response::{Content, Source};

/// A response by its [`Source`]. It is two words, so it is passed in registers. A hit clones one `Arc`, that of its
/// entry. With a separate source, responses went through memory, which cost a quarter of a hit.
#[derive(Clone, Debug)]
pub(crate) enum Served {
    Network(Arc<Content>),
    Joined(Arc<Content>),
    Cached(Arc<Entry>),
    Stale(Arc<Entry>),
}

const _: () = assert!(size_of::<Option<Served>>() == 2 * size_of::<usize>());

impl Served {
    pub(crate) fn content(&self) -> &Content {
        match self {
            Self::Network(content) | Self::Joined(content) => content,
            Self::Cached(entry) | Self::Stale(entry) => &entry.content,
        }
    }

    pub(crate) fn source(&self) -> Source {
        match self {
            Self::Network(_) => Source::Network,
            Self::Joined(_) => Source::Joined,
            Self::Cached(_) => Source::Cache,
            Self::Stale(_) => Source::Stale,
        }
    }

    /// The token in the response. An entry holds it parsed.
    pub(crate) fn token(&self) -> Result<Token, Error> {
        let token = match self {
            Self::Network(content) | Self::Joined(content) => Token::read(content)?,
            Self::Cached(entry) | Self::Stale(entry) => entry.token.clone(),
        };
        Ok(token.with_source(self.source()))
    }

    pub(crate) fn downgrade(&self) -> WeakServed {
        match self {
            Self::Network(content) => WeakServed::Network(Arc::downgrade(content)),
            Self::Joined(content) => WeakServed::Joined(Arc::downgrade(content)),
            Self::Cached(entry) => WeakServed::Cached(Arc::downgrade(entry)),
            Self::Stale(entry) => WeakServed::Stale(Arc::downgrade(entry)),
        }
    }
}

/// A [`Served`] that does not keep its content alive.
#[derive(Clone, Debug)]
pub(crate) enum WeakServed {
    Network(Weak<Content>),
    Joined(Weak<Content>),
    Cached(Weak<Entry>),
    Stale(Weak<Entry>),
}

impl WeakServed {
    pub(crate) fn upgrade(&self) -> Option<Served> {
        Some(match self {
            Self::Network(content) => Served::Network(content.upgrade()?),
            Self::Joined(content) => Served::Joined(content.upgrade()?),
            Self::Cached(entry) => Served::Cached(entry.upgrade()?),
            Self::Stale(entry) => Served::Stale(entry.upgrade()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::ResponseShape;
    use crate::secret::{Headers, WipedBuffer};

    fn content() -> Arc<Content> {
        let body = WipedBuffer::from(&b"{}"[..]);
        Arc::new(Content::new(ResponseShape::Token, 200, Headers::default(), body).unwrap())
    }

    #[test]
    fn a_weak_response_ends_with_the_last_strong_one() {
        let strong = Served::Network(content());
        let weak = strong.downgrade();
        assert_eq!(weak.upgrade().unwrap().content().generation(), strong.content().generation());
        drop(strong);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn a_weak_response_keeps_its_source() {
        let entry = Arc::new(Entry::made_up("made-up-access", Box::default()));
        let cases = [
            (Served::Network(content()), Source::Network),
            (Served::Joined(content()), Source::Joined),
            (Served::Cached(Arc::clone(&entry)), Source::Cache),
            (Served::Stale(entry), Source::Stale),
        ];
        for (served, source) in cases {
            assert_eq!(served.source(), source);
            assert_eq!(served.downgrade().upgrade().unwrap().source(), source);
        }
    }
}
