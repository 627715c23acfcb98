//! Values that must never be printed, and the mask that hides them in text that comes back.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// What stands in the place of a secret wherever one would have been shown.
pub const REDACTED: &str = "[redacted]";

/// The service's names for fields that hold secrets, in requests and in answers.
///
/// From the API reference of the outbound-application endpoints.
const SECRET_FIELDS: [&str; 5] = ["accessToken", "apiKey", "clientSecret", "idToken", "refreshToken"];

/// Below this length a mask would black out ordinary words, and nothing so short is a credential.
const SHORTEST_MASKED: usize = 4;

/// A key or token: never displayed, redacted in `Debug`, and wiped from memory when dropped.
///
/// ```
/// use descope_outbound::Secret;
///
/// let key = Secret::from("K2-made-up");
/// assert_eq!(format!("{key:?}"), "[redacted]");
/// assert_eq!(key.expose(), "K2-made-up");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The value itself. Whoever calls this takes over the duty not to print it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

/// Only for the body of a request: everything else that serializes is refused a `Secret` by its own type.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

pub(crate) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}

/// An empty secret is none.
pub(crate) fn optional_secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(Secret::from).filter(|secret| !secret.is_empty()))
}

/// Whether the service uses this field name for a secret.
#[must_use]
pub fn is_secret_field(name: &str) -> bool {
    SECRET_FIELDS.contains(&name)
}

/// The secrets of one call, hidden in any text the service sends back about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    secrets: Vec<Secret>,
}

impl Mask {
    /// Both together; `other` itself where there is nothing else, as in most calls.
    pub(crate) fn with<'mask>(&self, other: &'mask Self) -> Cow<'mask, Self> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(other);
        }
        let mut both = self.clone();
        both.secrets.extend_from_slice(&other.secrets);
        both.put_longest_first();
        Cow::Owned(both)
    }

    pub(crate) fn add(&mut self, secret: &Secret) {
        let value = secret.expose();
        if value.len() < SHORTEST_MASKED {
            return;
        }
        self.secrets.push(secret.clone());
        // A service that echoes the request does so in JSON, where quotes and non-ASCII may be escaped.
        for escaped in [json_escaped(value), ascii_escaped(value)] {
            if escaped != value {
                self.secrets.push(Secret::from(escaped));
            }
        }
        self.put_longest_first();
    }

    /// So that a secret which is part of another never leaves the rest of it behind.
    fn put_longest_first(&mut self) {
        self.secrets.sort_by_key(|known| std::cmp::Reverse(known.expose().len()));
    }

    /// How far beyond a cut the text must be read, so that no secret is cut in half and thereby missed.
    pub(crate) fn longest(&self) -> usize {
        self.secrets.first().map_or(0, |secret| secret.expose().len())
    }

    /// Where to cut a text of at least [`Mask::longest`] more than `limit`: there, or behind the secret that stands
    /// across it. Beyond may be the first half of one whose rest was not read, and no mask finds that.
    pub(crate) fn cut(&self, text: &str, limit: usize) -> usize {
        let limit = text.floor_char_boundary(limit);
        let ends = self.secrets.iter().filter_map(|secret| {
            let secret = secret.expose();
            let first = (limit + 1).saturating_sub(secret.len());
            let start =
                (first..limit).find(|start| text.as_bytes()[*start..].starts_with(secret.as_bytes()))?;
            Some(start + secret.len())
        });
        ends.max().unwrap_or(limit)
    }

    pub(crate) fn apply<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in &self.secrets {
            if masked.contains(secret.expose()) {
                masked = Cow::Owned(masked.replace(secret.expose(), REDACTED));
            }
        }
        masked
    }
}

fn json_escaped(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As Python's `json.dumps` writes it: everything outside ASCII as `\uXXXX`.
fn ascii_escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut units = [0; 2];
    for character in json_escaped(value).chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask_of(secrets: &[&str]) -> Mask {
        let mut mask = Mask::default();
        for secret in secrets {
            mask.add(&Secret::from(*secret));
        }
        mask
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let mask = mask_of(&["made-up-key"]);
        assert_eq!(mask.apply("Bearer P:made-up-key, made-up-key"), "Bearer P:[redacted], [redacted]");
    }

    #[test]
    fn a_secret_that_holds_another_is_hidden_whole() {
        let mask = mask_of(&["made-up", "made-up-and-longer"]);
        assert_eq!(mask.apply("made-up-and-longer made-up"), "[redacted] [redacted]");
    }

    #[test]
    fn escaped_forms_are_hidden_too() {
        let mask = mask_of(&["made\"up€key"]);
        assert_eq!(
            mask.apply(r#"{"k":"made\"up€key"} {"k":"made\"up\u20ackey"}"#),
            r#"{"k":"[redacted]"} {"k":"[redacted]"}"#
        );
    }

    #[test]
    fn a_text_is_cut_before_or_behind_a_secret_and_never_inside() {
        let mask = mask_of(&["made-up", "made-up-and-longer"]);
        for (text, limit, cut) in [
            ("..made-up.......", 2, 2),
            ("..made-up.......", 3, 9),
            ("..made-up.......", 8, 9),
            ("..made-up.......", 9, 9),
            ("..made-up-and-longer", 5, 20),
            ("made-upmade-upmade-", 10, 14),
            ("..é.", 3, 2),
            ("short", 9, 5),
        ] {
            assert_eq!(mask.cut(text, limit), cut, "{text} {limit}");
        }
    }

    #[test]
    fn a_value_too_short_to_be_a_credential_does_not_black_out_words() {
        assert_eq!(mask_of(&["a"]).apply("a man"), "a man");
    }
}
