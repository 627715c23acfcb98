//! Keeping secrets out of the journal, which people print and paste.

use serde_json::{Map, Value};

const REDACTED: &str = "[redacted]";

/// Names, in any spelling, whose values are secret in a body, a query or a header.
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

/// How the emulator's own tokens begin, wherever they turn up.
const MADE_UP_TOKENS: [&str; 3] = ["emulated-access-", "emulated-refresh-", "emulated-inbound-"];

/// Takes the secrets out of what a request sent.
pub(crate) struct Redaction<'world> {
    pub(crate) management_key: &'world str,
}

impl Redaction<'_> {
    /// A value under a name, which may say that the value is secret.
    pub(crate) fn named(&self, name: &str, value: &str) -> String {
        if is_secret(name) { REDACTED.to_owned() } else { self.text(value) }
    }

    /// JSON, with the names it has inside.
    pub(crate) fn json(&self, value: &Value) -> Value {
        self.json_under(value, false)
    }

    /// Text under no name: what is recognisably secret goes.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        if !self.management_key.is_empty() {
            clean = clean.replace(self.management_key, REDACTED);
        }
        for start in MADE_UP_TOKENS {
            while let Some(position) = clean.find(start) {
                let begin = position + start.len();
                let is_behind =
                    |(place, letter): &(usize, char)| *place >= begin && !letter.is_ascii_alphanumeric();
                let end = clean.char_indices().find(is_behind).map_or(clean.len(), |(place, _)| place);
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
