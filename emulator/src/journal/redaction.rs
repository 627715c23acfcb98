//! Removes secrets from the journal, because people print and paste it.

use serde_json::{Map, Value};

const REDACTED: &str = "[redacted]";

/// The names of secret values in a body, a query or a header, without punctuation and in lower case.
const SECRET_NAMES: [&str; 16] = [
    "accesstoken",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "cookie",
    "idtoken",
    "managementkey",
    "password",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "subjecttoken",
    "token",
    "xapikey",
];

/// The prefixes of the tokens that the emulator generates.
const GENERATED_TOKEN_PREFIXES: [&str; 3] = ["emulated-access-", "emulated-refresh-", "emulated-inbound-"];

/// Replaces the secrets of a request.
pub(crate) struct Redaction<'key> {
    pub(crate) management_key: &'key str,
}

impl Redaction<'_> {
    /// Redacts a value whose name can mark it as secret.
    pub(crate) fn named(&self, name: &str, value: &str) -> String {
        if is_secret(name) { REDACTED.to_owned() } else { self.text(value) }
    }

    /// Redacts JSON by its field names.
    pub(crate) fn json(&self, value: &Value) -> Value {
        self.json_under(value, false)
    }

    /// Redacts the secrets that are recognizable without a name.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        if !self.management_key.is_empty() {
            clean = clean.replace(self.management_key, REDACTED);
        }
        for prefix in GENERATED_TOKEN_PREFIXES {
            while let Some(position) = clean.find(prefix) {
                let begin = position + prefix.len();
                let ends_token =
                    |(place, letter): &(usize, char)| *place >= begin && !letter.is_ascii_alphanumeric();
                let end = clean.char_indices().find(ends_token).map_or(clean.len(), |(place, _)| place);
                clean.replace_range(position..end, REDACTED);
            }
        }
        clean
    }

    fn json_under(&self, value: &Value, secret: bool) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Object(fields) => {
                let clean = |(name, value): (&String, &Value)| {
                    (self.text(name), self.json_under(value, is_secret(name)))
                };
                Value::Object(fields.iter().map(clean).collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| self.json_under(item, secret)).collect(),
            _ if secret => Value::from(REDACTED),
            Value::String(text) => Value::from(self.text(text)),
            Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET_NAMES.contains(&plain.to_ascii_lowercase().as_str())
}
