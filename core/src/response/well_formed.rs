//! Checks that a body is JSON, and reads nothing else from it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON that any parser can read. `serde_json`'s own `IgnoredAny` neither bounds the depth nor checks the strings, and a
/// binding that parses the body later must not fail.
pub(crate) struct WellFormed {
    pub(crate) is_object: bool,
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
