//! Values that are never printed.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The text that replaces a secret in every output.
///
/// ```
/// assert_eq!(descope_outbound::bindings::REDACTED, "[redacted]");
/// ```
pub const REDACTED: &str = "[redacted]";

/// The fields that hold secrets, in requests and in responses.
///
/// The names are those of the API reference of the outbound-application endpoints.
const SECRET_FIELDS: [&str; 5] = ["accessToken", "apiKey", "clientSecret", "idToken", "refreshToken"];

/// A key or token. `Debug` shows `[redacted]`, there is no `Display`, and the value is wiped from memory when it is
/// dropped.
///
/// It serializes as the value itself, since request bodies need that.
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
    /// The value itself. The caller must not print or log it.
    ///
    /// ```
    /// use descope_outbound::Secret;
    ///
    /// let access_token = Secret::from("made-up-access");
    /// let header = Secret::from(format!("Bearer {}", access_token.expose()));
    /// assert_eq!(header.expose(), "Bearer made-up-access");
    /// ```
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

/// Only request bodies serialize a secret. No type that is written anywhere else holds one.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

pub(crate) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}

/// Reads an empty secret like an absent one.
pub(crate) fn optional_secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(Secret::from).filter(|secret| !secret.is_empty()))
}

/// Whether the service uses this field name for a secret.
///
/// ```
/// use descope_outbound::bindings::is_secret_field;
///
/// assert!(is_secret_field("accessToken") && !is_secret_field("appId"));
/// ```
#[must_use]
pub fn is_secret_field(name: &str) -> bool {
    SECRET_FIELDS.contains(&name)
}
