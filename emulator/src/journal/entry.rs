//! One request, as the journal shows it.

use hyper::Version;
use serde_json::{Map, Value};

use super::redaction::Redaction;
use crate::http::ReceivedRequest;

/// One request and its outcome. `[redacted]` replaces each secret.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// 1 for the first request since the start or the last reset.
    pub number: u64,
    /// The number of its TCP connection, counted from 1 since the start.
    pub connection: u64,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_version: String,
    /// Its method.
    pub method: String,
    /// Its path, as the client sent it.
    pub path: String,
    /// Its decoded query: a string for each name, or a list of strings for a repeated name.
    pub query: Map<String, Value>,
    /// Its headers, with names in lower case. Repeated headers are joined with `, `.
    pub headers: Map<String, Value>,
    /// Whether the service accepts its bearer.
    pub authorized: bool,
    /// The project id in its bearer.
    pub project_id: Option<String>,
    /// Its body if that is JSON or a form; null otherwise.
    pub body: Value,
    /// The length of its body in bytes.
    pub body_length: usize,
    /// The status of the response; absent before the response, and if there is none.
    pub status: Option<u16>,
    /// The name of the fault that was applied.
    pub fault: Option<String>,
}

/// The facts about a request's bearer that an entry shows.
pub(crate) struct JournalBearer<'request> {
    pub(crate) authorized: bool,
    /// Absent if the bearer could be a provider's access token, which must stay secret.
    pub(crate) project_id: Option<&'request str>,
}

impl JournalEntry {
    /// Describes a request that has just been read.
    pub(crate) fn new(
        request: &ReceivedRequest,
        connection: u64,
        bearer: &JournalBearer<'_>,
        management_key: &str,
    ) -> Self {
        let redaction = Redaction { management_key };
        let mut query = Map::new();
        for (name, value) in &request.query {
            add(&mut query, redaction.text(name), Value::from(redaction.named(name, value)));
        }
        let mut headers = Map::new();
        for name in request.headers.keys() {
            let values = request.headers.get_all(name).iter();
            let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            let value = redaction.named(name.as_str(), &values.join(", "));
            headers.insert(name.to_string(), Value::from(value));
        }
        Self {
            number: 0,
            connection,
            http_version: if request.version == Version::HTTP_2 { "HTTP/2" } else { "HTTP/1.1" }.to_owned(),
            method: request.method.to_string(),
            path: redaction.text(&request.path),
            query,
            headers,
            authorized: bearer.authorized,
            project_id: bearer.project_id.map(|project_id| redaction.text(project_id)),
            body: body(&redaction, request),
            body_length: request.body.len(),
            status: None,
            fault: None,
        }
    }
}

fn body(redaction: &Redaction<'_>, request: &ReceivedRequest) -> Value {
    if let Some(json) = &request.json {
        // A bare string has no field name that could mark it as secret.
        return if json.is_object() || json.is_array() { redaction.json(json) } else { Value::Null };
    }
    if !request.is_form() {
        return Value::Null;
    }
    let mut form = Map::new();
    for (name, value) in form_urlencoded::parse(&request.body) {
        add(&mut form, redaction.text(&name), Value::from(redaction.named(&name, &value)));
    }
    Value::Object(form)
}

/// Adds a value under a name; a repeated name collects its values in a list.
fn add(map: &mut Map<String, Value>, name: String, value: Value) {
    match map.get_mut(&name) {
        None => {
            map.insert(name, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::from(vec![first.take(), value]),
    }
}
