//! The contract table as data, in exactly the form that `tests/contract/README.md` describes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use descope_outbound::Argument;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};
use serde_json::{Map, Value};

use crate::{canned, expectation};

const LANGUAGES: [&str; 3] = ["python", "node", "rust"];

/// A case that applies to Rust, with every name resolved.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) client: CaseClient,
    pub(crate) call: RustCall,
    pub(crate) times: usize,
    pub(crate) exchanges: Vec<ExpectedExchange>,
    pub(crate) seconds: Seconds,
    pub(crate) result: RustResult,
}

/// One expected request and the server's reaction to it.
pub(crate) struct ExpectedExchange {
    pub(crate) request: ExpectedRequest,
    pub(crate) beside: bool,
    pub(crate) reaction: canned::Reaction,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseClient {
    pub(crate) project_id: Option<String>,
    pub(crate) management_key: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) timeout_seconds: Option<Value>,
    pub(crate) license_handshake: Option<String>,
    pub(crate) allow_insecure_http: Option<bool>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default, rename = "python")]
    _python: IgnoredAny,
    #[serde(default, rename = "node")]
    _node: IgnoredAny,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RustCall {
    pub(crate) operation: String,
    pub(crate) arguments: Argument,
    pub(crate) timeout_seconds: Option<Value>,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Option<Value>,
    pub(crate) body_text: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) absent_headers: Vec<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seconds {
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RustResult {
    pub(crate) value: Option<Value>,
    pub(crate) json: Option<String>,
    pub(crate) error: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) status: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) error_code: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) retry_after: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) request_id: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) body: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) argument: Option<Value>,
    #[serde(default)]
    pub(crate) text: Vec<String>,
    #[serde(default)]
    pub(crate) at: Stage,
}

/// The stage at which a failure appears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    Construction,
    #[default]
    Call,
}

/// An explicit `null` is an expectation; an absent member is not.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedDefinitions {
    client: Map<String, Value>,
    headers: BTreeMap<String, Value>,
    absent_headers: Vec<String>,
    calls: BTreeMap<String, WrittenCall>,
    responses: BTreeMap<String, WrittenResponse>,
    results: BTreeMap<String, WrittenResult>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "topic")]
    _topic: String,
    cases: Vec<WrittenCase>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    id: String,
    title: String,
    #[serde(default)]
    client: Map<String, Value>,
    call: NamedOr<WrittenCall>,
    #[serde(default = "once")]
    times: usize,
    #[serde(default)]
    exchanges: Vec<WrittenExchange>,
    #[serde(default)]
    seconds: Seconds,
    result: NamedOr<WrittenResult>,
    #[serde(default)]
    except: BTreeMap<String, String>,
    #[serde(default, rename = "departs")]
    _departs: BTreeMap<String, String>,
}

fn once() -> usize {
    1
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum NamedOr<Written> {
    Named(String),
    Written(Written),
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCall {
    python: Option<IgnoredAny>,
    node: Option<IgnoredAny>,
    rust: Option<RustCall>,
    request: Option<ExpectedRequest>,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResult {
    python: Option<IgnoredAny>,
    node: Option<IgnoredAny>,
    rust: Option<RustResult>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExchange {
    request: Option<ExpectedRequest>,
    response: NamedOr<WrittenResponse>,
    #[serde(default)]
    beside: bool,
}

#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResponse {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "given")]
    json: Option<Value>,
    text: Option<Value>,
    #[serde(default)]
    delay_ms: u64,
    drip_ms: Option<u64>,
}

/// Read every case that applies to Rust.
pub(crate) fn read(directory: &Path) -> Result<Vec<Case>, String> {
    let shared: SharedDefinitions = read_file(&directory.join("shared.json"))?;
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| error.to_string())? {
        paths.push(entry.map_err(|error| error.to_string())?.path());
    }
    paths.sort();
    let mut ids = BTreeSet::new();
    let mut cases = Vec::new();
    for path in paths {
        let is_of_cases = path.extension().is_some_and(|extension| extension == "json")
            && path.file_name().is_some_and(|name| name != "shared.json");
        if !is_of_cases {
            continue;
        }
        let CaseFile { cases: written, .. } = read_file(&path)?;
        for case in written {
            let id = case.id.clone();
            if case.title.is_empty() || !ids.insert(id.clone()) {
                return Err(format!("{id}: has no title, or another case has the same id"));
            }
            let case = shared.resolve(case).map_err(|problem| format!("{id}: {problem}"))?;
            cases.extend(case);
        }
    }
    Ok(cases)
}

/// The case with this id or title, or every case if the name is empty. A name that matches no case is an error.
pub(crate) fn chosen(mut cases: Vec<Case>, name: &str) -> Result<Vec<Case>, String> {
    cases.retain(|case| name.is_empty() || name == case.id || name == case.title);
    if cases.is_empty() {
        return Err(format!("CASE={name}: no case for Rust has this id or title"));
    }
    Ok(cases)
}

fn read_file<Content: DeserializeOwned>(path: &Path) -> Result<Content, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

impl SharedDefinitions {
    /// Resolve the names of a case. Return `None` if the case does not apply to Rust.
    fn resolve(&self, case: WrittenCase) -> Result<Option<Case>, String> {
        let call = look_up(&self.calls, case.call)?;
        let result = look_up(&self.results, case.result)?;
        for language in LANGUAGES {
            let has_both = match language {
                "python" => call.python.is_some() && result.python.is_some(),
                "node" => call.node.is_some() && result.node.is_some(),
                _ => call.rust.is_some() && result.rust.is_some(),
            };
            if !has_both && !case.except.contains_key(language) {
                return Err(format!("has neither a call and a result nor an exception for {language}"));
            }
        }
        if let Some(stranger) = case.except.keys().find(|language| !LANGUAGES.contains(&language.as_str())) {
            return Err(format!("has an exception for {stranger}, which is not a language of the table"));
        }
        let mut exchanges = Vec::new();
        for exchange in case.exchanges {
            exchanges.push(self.exchange(exchange, call.request.as_ref())?);
        }
        let mut client = self.client.clone();
        client.extend(case.client);
        let client = serde_json::from_value(client.into()).map_err(|error| error.to_string())?;
        let (false, Some(call), Some(result)) = (case.except.contains_key("rust"), call.rust, result.rust)
        else {
            return Ok(None);
        };
        Ok(Some(Case {
            id: case.id,
            title: case.title,
            client,
            call,
            times: case.times,
            exchanges,
            seconds: case.seconds,
            result,
        }))
    }

    fn exchange(
        &self,
        written: WrittenExchange,
        of_the_call: Option<&ExpectedRequest>,
    ) -> Result<ExpectedExchange, String> {
        let mut request =
            written.request.or_else(|| of_the_call.cloned()).ok_or("an exchange has no request")?;
        for name in &self.absent_headers {
            if !request.headers.contains_key(name) {
                request.absent_headers.push(name.clone());
            }
        }
        for (name, value) in &self.headers {
            request.headers.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let reaction = match written.response {
            NamedOr::Named(word) if word == "close" => canned::Reaction::Close,
            NamedOr::Named(word) if word == "hang" => canned::Reaction::Hang,
            response => canned::Reaction::Respond(look_up(&self.responses, response)?.into_canned()?),
        };
        Ok(ExpectedExchange { request, beside: written.beside, reaction })
    }
}

fn look_up<Written: Clone>(
    known: &BTreeMap<String, Written>,
    written: NamedOr<Written>,
) -> Result<Written, String> {
    match written {
        NamedOr::Written(written) => Ok(written),
        NamedOr::Named(name) => known.get(&name).cloned().ok_or(format!("shared.json has no {name:?}")),
    }
}

impl WrittenResponse {
    fn into_canned(self) -> Result<canned::CannedResponse, String> {
        let body = match (self.json, self.text) {
            (Some(_), Some(_)) => return Err("a response has both json and text".to_owned()),
            (Some(json), None) => json.to_string(),
            (None, Some(text)) => expectation::text(&text)?,
            (None, None) => String::new(),
        };
        Ok(canned::CannedResponse {
            status: self.status,
            headers: self.headers.into_iter().collect(),
            body: body.into_bytes(),
            delay: Duration::from_millis(self.delay_ms),
            drip: self.drip_ms.map(Duration::from_millis),
        })
    }
}
