//! One argument of a call, before the operation has checked it.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use std::fmt;

use crate::error::ArgumentName;
use crate::secret::{Mask, Secret, is_secret_field};

/// The name of the argument that carries an inbound app's token.
pub(crate) const INBOUND_TOKEN_NAME: ArgumentName = ArgumentName { snake: "token", camel: "token" };

/// One argument, or a value inside of one: JSON whose strings may be secret.
///
/// ```
/// use descope_outbound::{Argument, Arguments, Secret};
///
/// let scopes: Argument = ["calendar.read", "calendar.write"].into_iter().collect();
/// let arguments = Arguments::default().with("scopes", scopes).with("token", Secret::from("made-up"));
/// assert!(!format!("{arguments:?}").contains("made-up"));
/// ```
#[derive(Clone, Debug)]
pub enum Argument {
    /// Not given. It has the same effect as leaving the argument out.
    Absent,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string.
    Text(String),
    /// A string that is never printed.
    Secret(Secret),
    /// A list.
    List(Vec<Argument>),
    /// An object, with its members in the caller's order.
    Object(Vec<(String, Argument)>),
    /// The type name of a value in the caller's language that JSON cannot hold. The operation refuses it, and names the
    /// argument.
    Foreign(String),
    /// The problem of a value that is not well formed. The operation refuses it, and names the argument.
    Malformed(&'static str),
}

impl Argument {
    /// Makes an argument from a string with this name. It is an [`Argument::Secret`] if the service or an operation has
    /// a secret with this name, and an [`Argument::Text`] otherwise.
    ///
    /// ```
    /// use descope_outbound::Argument;
    ///
    /// let secret = Argument::member_text("refreshToken", "made-up".to_owned());
    /// assert!(matches!(secret, Argument::Secret(_)));
    /// let text = Argument::member_text("appId", "google-calendar".to_owned());
    /// assert!(matches!(text, Argument::Text(_)));
    /// ```
    #[must_use]
    pub fn member_text(name: &str, text: String) -> Self {
        if is_secret_field(name) || name == INBOUND_TOKEN_NAME.snake {
            Self::Secret(Secret::from(text))
        } else {
            Self::Text(text)
        }
    }

    /// Returns the type in plain words, for the text of an error.
    ///
    /// ```
    /// use descope_outbound::Argument;
    ///
    /// assert_eq!(Argument::from("user-id").type_name(), "a string");
    /// ```
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Absent => "nothing",
            Self::Flag(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::Secret(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Foreign(name) => name,
            Self::Malformed(_) => "malformed",
        }
    }

    /// The first value, this or one inside of it, that cannot be sent.
    pub(crate) fn unusable(&self) -> Option<&Self> {
        match self {
            Self::Foreign(_) | Self::Malformed(_) => Some(self),
            Self::List(items) => items.iter().find_map(Self::unusable),
            Self::Object(members) => members.iter().find_map(|(_, value)| value.unusable()),
            Self::Absent | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Secret(_) => None,
        }
    }

    /// The named member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn add_secrets_to(&self, mask: &mut Mask) {
        match self {
            Self::Secret(secret) => mask.add(secret),
            Self::List(items) => items.iter().for_each(|item| item.add_secrets_to(mask)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.add_secrets_to(mask)),
            _ => {}
        }
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Argument {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Absent, Self::from)
    }
}

impl From<Secret> for Argument {
    fn from(secret: Secret) -> Self {
        Self::Secret(secret)
    }
}

impl From<f64> for Argument {
    fn from(number: f64) -> Self {
        serde_json::Number::from_f64(number)
            .map_or(Self::Malformed("must hold finite numbers only"), Self::Number)
    }
}

impl From<bool> for Argument {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<Item: Into<Argument>> FromIterator<Item> for Argument {
    fn from_iter<Items: IntoIterator<Item = Item>>(items: Items) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Argument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Secret(secret) => secret.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Foreign(_) | Self::Malformed(_) => Err(S::Error::custom("a value that cannot be sent")),
        }
    }
}

/// Reads JSON, for callers whose arguments are JSON text. It recognizes secrets by the names of their fields.
impl<'de> Deserialize<'de> for Argument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArgumentVisitor)
    }
}

struct ArgumentVisitor;

impl<'de> Visitor<'de> for ArgumentVisitor {
    type Value = Argument;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Argument, E> {
        Ok(Argument::Absent)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Argument, E> {
        Ok(Argument::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Argument, E> {
        Ok(Argument::Number(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Argument, E> {
        Ok(Argument::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Argument, E> {
        serde_json::Number::from_f64(number)
            .map(Argument::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Argument, E> {
        Ok(Argument::from(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Argument, E> {
        Ok(Argument::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Argument, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Argument::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Argument, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = entries.next_entry::<String, Argument>()? {
            let value = match value {
                Argument::Text(text) => Argument::member_text(&name, text),
                other => other,
            };
            members.push((name, value));
        }
        Ok(Argument::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_order_and_its_secrets_are_not_printed() {
        let text = r#"{"z":1,"refreshToken":"made-up-refresh","a":[{"apiKey":"made-up-api-key"}]}"#;
        let argument: Argument = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&argument).unwrap(), text);
        let shown = format!("{argument:?}");
        assert!(!shown.contains("made-up"), "{shown}");
    }
}
