//! A success, as the service sent it.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use serde::de::value::MapDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::cache::Entry;
use crate::error::Error;
use crate::headers::Headers;
use crate::operation::AnswerShape;
use crate::token::Token;
use crate::wiped::WipedBuffer;

/// Some servers put it before their JSON; it means nothing in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The known ones are shorter.
const LONGEST_ENCODING: usize = 20;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The service was asked for this call.
    #[default]
    Network,
    /// The cache had it.
    Cache,
    /// The cache had it, and it should have been refreshed by now, which has not worked out yet.
    Stale,
    /// The service was asked by another call, for the same, which this one joined.
    Joined,
}

impl Source {
    /// The word for it in every language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Cache => "cache",
            Self::Stale => "stale",
            Self::Joined => "joined",
        }
    }
}

/// A success: status, headers and JSON, the JSON wiped from memory when the last who holds it lets go. Cheap to clone.
#[derive(Clone)]
pub struct Answer(Held);

/// What an answer holds on to, by its [`Source`]. A hit hands its entry on: no count of references but that one goes up.
/// A word for which and a word for what go from function to function in registers; with a source beside them they went
/// through memory, piece by piece, which took a quarter of a hit.
#[derive(Clone)]
enum Held {
    Network(Arc<Content>),
    Joined(Arc<Content>),
    Cache(Arc<Entry>),
    Stale(Arc<Entry>),
}

struct Content {
    status: u16,
    headers: Headers,
    json: WipedBuffer,
    generation: u64,
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

static LAST_GENERATION: AtomicU64 = AtomicU64::new(0);

impl Answer {
    /// Checks that the body is JSON of the right shape.
    pub(crate) fn new(
        shape: AnswerShape,
        status: u16,
        headers: Headers,
        mut body: WipedBuffer,
    ) -> Result<Self, Error> {
        if body.starts_with(BYTE_ORDER_MARK) {
            body.skip(BYTE_ORDER_MARK.len());
        }
        if body.trim_ascii().is_empty() && shape == AnswerShape::Empty {
            body = WipedBuffer::from(&b"{}"[..]);
        }
        let is_object = match serde_json::from_slice(&body) {
            Ok(WellFormed { is_object }) => is_object,
            // The library's text names a line and a column, and never quotes the input.
            Err(problem) => {
                let encoding = headers.get("content-encoding").filter(|name| name.len() <= LONGEST_ENCODING);
                let encoding =
                    encoding.map(|name| format!(" (encoded as {name}, unasked)")).unwrap_or_default();
                return Err(Error::decode(format!(
                    "the service answered HTTP {status} with something that is no JSON{encoding}: {problem}"
                )));
            }
        };
        if shape != AnswerShape::Empty && !is_object {
            return Err(Error::decode(format!(
                "the service answered HTTP {status} with JSON that is no object"
            )));
        }
        let generation = LAST_GENERATION.fetch_add(1, Ordering::Relaxed) + 1;
        let content = Content { status, headers, json: body, generation, kept: OnceLock::new() };
        Ok(Self(Held::Network(Arc::new(content))))
    }

    /// The answer that is kept in the cache.
    pub(crate) fn cached(entry: Arc<Entry>) -> Self {
        Self(Held::Cache(entry))
    }

    /// The answer that is kept in the cache, and that should have been refreshed.
    pub(crate) fn stale(entry: Arc<Entry>) -> Self {
        Self(Held::Stale(entry))
    }

    /// The same for a call that has waited for another one's request.
    pub(crate) fn joined(self) -> Self {
        match self.0 {
            Held::Network(content) => Self(Held::Joined(content)),
            held => Self(held),
        }
    }

    fn content(&self) -> &Content {
        match &self.0 {
            Held::Network(content) | Held::Joined(content) => content,
            Held::Cache(entry) | Held::Stale(entry) => entry.answer.content(),
        }
    }

    /// The token in it, where it has been read already.
    pub(crate) fn token(&self) -> Option<&Token> {
        match &self.0 {
            Held::Network(_) | Held::Joined(_) => None,
            Held::Cache(entry) | Held::Stale(entry) => Some(&entry.token),
        }
    }

    /// The HTTP status, 200 to 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.content().status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.content().headers
    }

    /// The body: JSON that has been checked, `{}` where the service sent nothing and nothing was expected.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        &self.content().json
    }

    /// A member that is an object, as what it stands for.
    pub(crate) fn object<Object: DeserializeOwned>(&self, name: &str) -> Result<Object, Error> {
        let no_such =
            || Error::decode(format!("the service answered HTTP {} without {name} in it", self.status()));
        // The library would take a list for the fields in their order.
        let raw =
            self.members()?.remove(name).filter(|raw| raw.get().starts_with('{')).ok_or_else(no_such)?;
        // Its text may quote a value, and the value may be a token.
        let members: HashMap<String, &RawValue> = serde_json::from_str(raw.get()).map_err(|_| no_such())?;
        // Through a map, since of a name that comes twice the last one counts, as in Python and Node.
        Object::deserialize(MapDeserializer::<_, serde_json::Error>::new(members.into_iter()))
            .map_err(|_| no_such())
    }

    /// A member that is a list; an empty one where the service sent none.
    pub(crate) fn list<Item: DeserializeOwned>(&self, name: &str) -> Result<Vec<Item>, Error> {
        let Some(raw) = self.members()?.remove(name).filter(|raw| raw.get() != "null") else {
            return Ok(Vec::new());
        };
        serde_json::from_str(raw.get()).map_err(|_| {
            Error::decode(format!("the service answered HTTP {} with {name} of another shape", self.status()))
        })
    }

    fn members(&self) -> Result<HashMap<String, &RawValue>, Error> {
        serde_json::from_slice(self.json()).map_err(|_| {
            Error::decode(format!("the service answered HTTP {} with JSON that is no object", self.status()))
        })
    }

    /// Where this answer comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        match &self.0 {
            Held::Network(_) => Source::Network,
            Held::Joined(_) => Source::Joined,
            Held::Cache(_) => Source::Cache,
            Held::Stale(_) => Source::Stale,
        }
    }

    /// A number that all answers with the same content share, and no others of this process do: those that the cache
    /// gives out for one fetch, until it is fetched anew.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.content().generation
    }

    /// The same without holding on to it: what the cache lets go of is gone then.
    #[must_use]
    pub fn downgrade(&self) -> WeakAnswer {
        WeakAnswer(match &self.0 {
            Held::Network(content) => WeaklyHeld::Network(Arc::downgrade(content)),
            Held::Joined(content) => WeaklyHeld::Joined(Arc::downgrade(content)),
            Held::Cache(entry) => WeaklyHeld::Cache(Arc::downgrade(entry)),
            Held::Stale(entry) => WeaklyHeld::Stale(Arc::downgrade(entry)),
        })
    }

    /// What was [kept](Answer::keep) with this content, if it is of this type.
    #[must_use]
    pub fn kept<Kept: Any>(&self) -> Option<&Kept> {
        self.content().kept.get()?.downcast_ref()
    }

    /// Keeps something with the content for as long as that lives, such as a parsed form of it for the next hit: the
    /// first to come stays.
    pub fn keep(&self, kept: impl Any + Send + Sync) {
        // Who comes second has lost nothing: it made the same.
        let _ = self.content().kept.set(Box::new(kept));
    }
}

/// An [`Answer`] for as long as somebody else holds it.
#[derive(Clone)]
pub struct WeakAnswer(WeaklyHeld);

#[derive(Clone)]
enum WeaklyHeld {
    Network(Weak<Content>),
    Joined(Weak<Content>),
    Cache(Weak<Entry>),
    Stale(Weak<Entry>),
}

impl WeakAnswer {
    /// The answer, if somebody still holds it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Answer> {
        Some(Answer(match &self.0 {
            WeaklyHeld::Network(content) => Held::Network(content.upgrade()?),
            WeaklyHeld::Joined(content) => Held::Joined(content.upgrade()?),
            WeaklyHeld::Cache(entry) => Held::Cache(entry.upgrade()?),
            WeaklyHeld::Stale(entry) => Held::Stale(entry.upgrade()?),
        }))
    }
}

impl fmt::Debug for WeakAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WeakAnswer").finish_non_exhaustive()
    }
}

/// Reads `null` as what an absent field is read as.
pub(crate) fn or_default<'de, D: Deserializer<'de>, Field: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<Field, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The body may hold tokens.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status())
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

/// Reads JSON for its form alone, keeping nothing. `serde_json`'s own "ignore" neither bounds the depth nor looks at
/// the strings, and what a face parses later must not surprise it.
struct WellFormed {
    is_object: bool,
}

impl<'de> Deserialize<'de> for WellFormed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WellFormedVisitor)
    }
}

struct WellFormedVisitor;

impl WellFormedVisitor {
    #[expect(clippy::unnecessary_wraps, reason = "every visitor method returns a Result")]
    fn scalar<E>() -> Result<WellFormed, E> {
        Ok(WellFormed { is_object: false })
    }
}

impl<'de> Visitor<'de> for WellFormedVisitor {
    type Value = WellFormed;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<WellFormed, E> {
        Self::scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<WellFormed, A::Error> {
        while items.next_element::<WellFormed>()?.is_some() {}
        Self::scalar()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<WellFormed, A::Error> {
        while members.next_entry::<WellFormed, WellFormed>()?.is_some() {}
        Ok(WellFormed { is_object: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, Token};

    fn answer(shape: AnswerShape, body: &[u8]) -> Result<Answer, Error> {
        Answer::new(shape, 200, Headers::default(), WipedBuffer::from(body))
    }

    #[test]
    fn json_objects_are_kept_to_the_byte() {
        let body = br#" {"token":{"b":1,"a":12345678901234567890123},"token":null} "#;
        assert_eq!(answer(AnswerShape::Token, body).unwrap().json(), body);
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_one_counts() {
        let body = br#"{"token":{"accessToken":"made-up-1"},"token":{"accessToken":"made-up-2","id":"1","accessToken":"made-up-3"}}"#;
        let token = Token::from_answer(&answer(AnswerShape::Token, body).unwrap()).unwrap();
        assert_eq!((token.access_token.expose(), token.id.as_str()), ("made-up-3", "1"));
    }

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(answer(AnswerShape::Token, b"\xef\xbb\xbf{}").unwrap().json(), b"{}");
    }

    #[test]
    fn what_is_no_json_is_refused_without_quoting_it() {
        let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
        let bodies: [&[u8]; 8] = [
            b"",
            b"<html>made-up-token",
            b"{\"made-up-token\":",
            b"NaN",
            b"{\"a\":NaN}",
            b"{\"a\":\"\xff\"}",
            b"{} {}",
            &deep,
        ];
        for body in bodies {
            let error = answer(AnswerShape::Token, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!error.to_string().contains("made-up-token"), "{error}");
        }
    }

    #[test]
    fn an_answer_that_is_held_weakly_goes_with_the_last_who_holds_it() {
        let held = answer(AnswerShape::Token, b"{}").unwrap();
        let weak = held.downgrade();
        assert_eq!(weak.upgrade().unwrap().generation(), held.generation());
        drop(held);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn an_answer_that_is_held_weakly_comes_from_where_it_came_from() {
        let brought = answer(AnswerShape::Token, b"{}").unwrap();
        let kept = Arc::new(Entry::made_up("made-up-access", Box::default()));
        let cases = [
            (brought.clone(), Source::Network),
            (brought.joined(), Source::Joined),
            (Answer::cached(Arc::clone(&kept)), Source::Cache),
            (Answer::stale(Arc::clone(&kept)), Source::Stale),
        ];
        for (answer, source) in cases {
            assert_eq!(answer.source(), source);
            assert_eq!(answer.downgrade().upgrade().unwrap().source(), source);
        }
    }

    #[test]
    fn a_token_comes_in_an_object() {
        for body in ["null", "[]", "7", "\"x\""] {
            assert_eq!(answer(AnswerShape::Token, body.as_bytes()).unwrap_err().kind(), ErrorKind::Decode);
        }
    }

    #[test]
    fn a_delete_may_be_answered_with_nothing_but_not_with_a_web_page() {
        assert_eq!(answer(AnswerShape::Empty, b"").unwrap().json(), b"{}");
        assert_eq!(answer(AnswerShape::Empty, b" \n").unwrap().json(), b"{}");
        assert!(answer(AnswerShape::Empty, b"<html>").is_err());
    }
}
