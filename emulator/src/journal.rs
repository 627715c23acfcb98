//! The requests that came, in order, without their secrets.

use std::collections::VecDeque;

use hyper::Version;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::redaction::Redaction;
use crate::service::{PresentedBearer, presented_bearer};
use crate::world::World;

/// How many requests the journal remembers.
const CAPACITY: usize = 10_000;

/// One request and what became of it. Secrets are replaced by `[redacted]`.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct JournalEntry {
    /// 1 for the first request since the start or the last reset.
    pub number: u64,
    /// Which TCP connection it came on, counted from 1 since the start.
    pub connection: u64,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_version: String,
    /// Its method.
    pub method: String,
    /// Its path, as it was on the wire.
    pub path: String,
    /// Its query, decoded: a string for each name, a list of strings for a name that came more than once.
    pub query: Map<String, Value>,
    /// Its headers, names in lower case; several of one name are joined by `, `.
    pub headers: Map<String, Value>,
    /// Whether it presented a bearer that the service accepts.
    pub authorized: bool,
    /// The project id in its bearer.
    pub project_id: Option<String>,
    /// Its body, if that was JSON or a form; null otherwise.
    pub body: Value,
    /// The length of its body in bytes.
    pub body_length: usize,
    /// The status that it was answered with; absent while it waits and when it was not answered.
    pub status: Option<u16>,
    /// The fault that was applied to it.
    pub fault: Option<String>,
}

impl JournalEntry {
    /// The entry of a request that has just been read.
    pub(crate) fn of(world: &World, call: &Call, connection: u64) -> Self {
        let redaction = Redaction { management_key: &world.settings.management_key };
        let bearer = presented_bearer(call);
        let mut query = Map::new();
        for (name, value) in &call.query {
            add(&mut query, redaction.text(name), Value::from(redaction.named(name, value)));
        }
        let mut headers = Map::new();
        for name in call.headers.keys() {
            let values = call.headers.get_all(name).iter();
            let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            let value = redaction.named(name.as_str(), &values.join(", "));
            headers.insert(name.to_string(), Value::from(value));
        }
        Self {
            number: 0,
            connection,
            http_version: if call.version == Version::HTTP_2 { "HTTP/2" } else { "HTTP/1.1" }.to_owned(),
            method: call.method.to_string(),
            path: redaction.text(&call.path),
            query,
            headers,
            authorized: bearer.as_ref().is_some_and(|bearer| bearer.is_accepted(world)),
            project_id: bearer
                .filter(|bearer| shows_project(world, call, bearer))
                .map(|bearer| redaction.text(bearer.project_id)),
            body: body(&redaction, call),
            body_length: call.body.len(),
            status: None,
            fault: None,
        }
    }
}

/// Whether the start of a bearer is a project id and not the start of somebody's token.
fn shows_project(world: &World, call: &Call, bearer: &PresentedBearer<'_>) -> bool {
    bearer.project_id == world.settings.project_id || (bearer.secret.is_some() && !call.is_for_provider())
}

fn body(redaction: &Redaction<'_>, call: &Call) -> Value {
    if let Some(json) = &call.json {
        // A body that is one string has no name that would tell whether it is secret.
        return if json.is_object() || json.is_array() { redaction.json(json) } else { Value::Null };
    }
    if !call.is_form() {
        return Value::Null;
    }
    let mut form = Map::new();
    for (name, value) in form_urlencoded::parse(&call.body) {
        add(&mut form, redaction.text(&name), Value::from(redaction.named(&name, &value)));
    }
    Value::Object(form)
}

/// Adds a value under a name that may be there already.
fn add(map: &mut Map<String, Value>, name: String, value: Value) {
    match map.get_mut(&name) {
        None => {
            map.insert(name, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::from(vec![first.take(), value]),
    }
}

/// The latest requests and how many there have been.
#[derive(Default)]
pub(crate) struct Journal {
    entries: VecDeque<JournalEntry>,
    total: u64,
    /// How many requests came before the last reset.
    before: u64,
}

/// Finds the entry of a request again, but never one from before a reset.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Journal {
    /// An empty journal in the place of this one.
    pub(crate) fn successor(&self) -> Self {
        Self { before: self.before + self.total, ..Self::default() }
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn record(&mut self, entry: JournalEntry) -> Ticket {
        self.total += 1;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(JournalEntry { number: self.total, ..entry });
        Ticket(self.before + self.total)
    }

    pub(crate) fn note_fault(&mut self, ticket: Ticket, fault: &str) {
        if let Some(entry) = self.entry(ticket) {
            entry.fault = Some(fault.to_owned());
        }
    }

    pub(crate) fn note_status(&mut self, ticket: Ticket, status: u16) {
        if let Some(entry) = self.entry(ticket) {
            entry.status = Some(status);
        }
    }

    fn entry(&mut self, ticket: Ticket) -> Option<&mut JournalEntry> {
        let number = ticket.0.checked_sub(self.before)?;
        let first = self.entries.front()?.number;
        self.entries.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }
}
