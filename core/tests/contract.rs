//! The contract table (`tests/contract/`) against the crate's public API and a canned server.

mod canned;
mod expectation;
mod table;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use descope_outbound::bindings::timeout_from_seconds;
use descope_outbound::{
    Argument, ArgumentName, Arguments, Client, Environment, Error, ErrorResponse, LicenseHandshake,
    Operation, Response, Secret,
};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use canned::{CannedServer, CannedStep, RecordedRequest};
use expectation::is_met;
use table::{Case, CaseClient, ExpectedExchange, ExpectedRequest, RustCall, RustResult, Stage};

/// Every made-up secret contains this text, and no other text does.
const SECRET: &str = "made-up";
const TIMEOUT: ArgumentName = ArgumentName { snake: "timeout_seconds", camel: "timeout" };
/// Far longer than the longest case, which waits for five seconds.
const LONGEST_CASE: Duration = Duration::from_mins(1);
/// As in the other runners. With all cases at once, a slow machine would miss the short deadlines of some.
const CASES_AT_ONCE: usize = 32;

/// The result of a call, and the stage at which it appeared.
type StagedResult = (Stage, Result<Response, Error>);

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_contract_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/contract");
    // `CASE` holds the id or the title of the one case to run.
    let name = std::env::var("CASE").unwrap_or_default();
    let cases = table::chosen(table::read(&directory).unwrap(), &name).unwrap();
    let number = cases.len();
    let slots = Arc::new(Semaphore::new(CASES_AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let slots = Arc::clone(&slots);
        running.spawn(async move {
            let _slot = slots.acquire().await;
            let id = case.id.clone();
            let outcome = tokio::time::timeout(LONGEST_CASE, check(case)).await;
            (id, outcome.unwrap_or_else(|_| Err("does not end in time".to_owned())))
        });
    }
    let mut complaints = BTreeMap::new();
    while let Some(finished) = running.join_next().await {
        if let (id, Err(complaint)) = finished.unwrap() {
            complaints.insert(id, complaint);
        }
    }
    // The test harness hides the output of println if all tests pass.
    let passed = number - complaints.len();
    writeln!(std::io::stdout(), "contract: {number} cases, {passed} passed (rust)").unwrap();
    assert!(number > 0, "the table is empty");
    assert!(complaints.is_empty(), "{complaints:#?}");
}

async fn check(mut case: Case) -> Result<(), String> {
    let steps = case.exchanges.iter_mut().map(step).collect::<Result<_, String>>()?;
    let server = CannedServer::start(steps).await.map_err(|error| error.to_string())?;

    let started = Instant::now();
    match client(&case.client, &server.url())? {
        Err(error) => expect(&case.result, (Stage::Construction, Err(error)))?,
        Ok(client) => {
            for _ in 0..case.times {
                let result = call(&client, &case.call).await?;
                expect(&case.result, (Stage::Call, result))?;
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let (at_least, at_most) = (case.seconds.at_least, case.seconds.at_most);
    if at_least.is_some_and(|least| seconds < least) || at_most.is_some_and(|most| seconds > most) {
        return Err(format!("took {seconds} s"));
    }

    // A handshake in parallel with a call may still be in flight.
    let patience = Instant::now() + Duration::from_secs(2);
    while server.received().len() < case.exchanges.len() && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let received = server.received();
    if received.len() != case.exchanges.len() {
        return Err(format!("{} requests instead of {}", received.len(), case.exchanges.len()));
    }
    for received in received {
        let number = received.step.ok_or("an unexpected request")?;
        expect_request(&case.exchanges[number].request, &received)
            .map_err(|problem| format!("request {number}: {problem}"))?;
    }
    Ok(())
}

/// The canned server's step for an exchange. Dates in its headers count from now.
fn step(exchange: &mut ExpectedExchange) -> Result<CannedStep, String> {
    if let canned::Reaction::Respond(response) = &mut exchange.reaction {
        for (_, value) in &mut response.headers {
            if let Some(offset) = value.strip_prefix("$httpdate") {
                let offset: i64 = offset.parse().map_err(|_| format!("{value} is not a date"))?;
                let distance = Duration::from_secs(offset.unsigned_abs());
                let now = SystemTime::now();
                *value = httpdate::fmt_http_date(if offset < 0 { now - distance } else { now + distance });
            }
        }
    }
    Ok(CannedStep {
        beside: exchange.beside.then(|| exchange.request.path.clone()),
        reaction: exchange.reaction.clone(),
    })
}

fn client(settings: &CaseClient, server: &str) -> Result<Result<Client, Error>, String> {
    let placed = |text: &String| text.replace("$server", server);
    let environment: Environment =
        settings.environment.iter().map(|(name, value)| (name.clone(), placed(value))).collect();
    let mut builder = Client::builder().environment(environment);
    if let Some(project_id) = &settings.project_id {
        builder = builder.project_id(project_id);
    }
    if let Some(management_key) = &settings.management_key {
        builder = builder.management_key(Secret::from(management_key.as_str()));
    }
    if let Some(base_url) = &settings.base_url {
        builder = builder.base_url(placed(base_url));
    }
    if let Some(seconds) = &settings.timeout_seconds {
        match timeout_from_seconds(TIMEOUT, expectation::number(seconds)?) {
            Ok(timeout) => builder = builder.timeout(timeout),
            Err(error) => return Ok(Err(error)),
        }
    }
    if let Some(handshake) = &settings.license_handshake {
        builder = builder.license_handshake(match handshake.as_str() {
            "off" => LicenseHandshake::Off,
            "beside" => LicenseHandshake::Beside,
            "wait" => LicenseHandshake::Wait,
            other => return Err(format!("{other} is not a license handshake")),
        });
    }
    if let Some(allow) = settings.allow_insecure_http {
        builder = builder.allow_insecure_http(allow);
    }
    Ok(builder.build())
}

async fn call(client: &Client, call: &RustCall) -> Result<Result<Response, Error>, String> {
    let operation =
        Operation::named(&call.operation).ok_or(format!("there is no operation {}", call.operation))?;
    expect_no_marker(&call.arguments)?;
    let Argument::Object(arguments) = call.arguments.clone() else {
        return Err("the arguments are not an object".to_owned());
    };
    let arguments: Arguments = arguments.into_iter().collect();
    let timeout = match &call.timeout_seconds {
        None => None,
        Some(seconds) => match timeout_from_seconds(TIMEOUT, expectation::number(seconds)?) {
            Ok(timeout) => Some(timeout),
            Err(error) => return Ok(Err(error)),
        },
    };
    Ok(client.call(operation, arguments, timeout).await)
}

/// Reject markers: they are for other languages, and must not reach the service as plain JSON.
fn expect_no_marker(argument: &Argument) -> Result<(), String> {
    match argument {
        Argument::List(items) => items.iter().try_for_each(expect_no_marker),
        Argument::Object(members) => members.iter().try_for_each(|(name, value)| {
            if name.starts_with('$') {
                return Err(format!("{name} is not a valid marker here"));
            }
            expect_no_marker(value)
        }),
        _ => Ok(()),
    }
}

fn expect(expected: &RustResult, (at, outcome): StagedResult) -> Result<(), String> {
    match (outcome, &expected.error) {
        (Ok(response), None) => expect_response(expected, &response),
        (Ok(response), Some(kind)) => Err(format!("{response:?} instead of {kind}")),
        (Err(error), None) => Err(format!("{error:?} instead of a success")),
        (Err(error), Some(kind)) => {
            let actual = format!("{:?}", error.kind());
            if actual != *kind || at != expected.at {
                return Err(format!("{error:?} at {at:?} instead of {kind} at {:?}", expected.at));
            }
            expect_error(expected, &error)
        }
    }
}

fn expect_response(expected: &RustResult, response: &Response) -> Result<(), String> {
    let json = String::from_utf8_lossy(response.json());
    if format!("{response:?}").contains(SECRET) {
        return Err("the response shows a secret".to_owned());
    }
    let is_met = match (&expected.json, &expected.value) {
        (Some(expected), None) => *expected == json,
        (None, Some(expected)) => serde_json::from_str::<Value>(&json).is_ok_and(|json| json == *expected),
        _ => return Err("a success is either a value or json".to_owned()),
    };
    if is_met { Ok(()) } else { Err(format!("the response is {json}")) }
}

fn expect_error(expected: &RustResult, error: &Error) -> Result<(), String> {
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    let body = error.response().map(|response| format!("{response:?}")).unwrap_or_default();
    if [&text, &debug, &body].into_iter().any(|shown| shown.contains(SECRET)) {
        return Err(format!("the error shows a secret: {text} {debug} {body}"));
    }
    let properties = [
        ("status", &expected.status, Value::from(error.status())),
        ("error_code", &expected.error_code, error.error_code().into()),
        ("retry_after", &expected.retry_after, error.retry_after().map(|wait| wait.as_secs()).into()),
        ("request_id", &expected.request_id, error.request_id().into()),
        ("body", &expected.body, error.response().map(ErrorResponse::body).into()),
        ("argument", &expected.argument, error.argument().map(|argument| argument.snake).into()),
    ];
    for (name, expected, actual) in properties {
        if let Some(expected) = expected
            && !is_met(expected, &actual)?
        {
            return Err(format!("{name} is {actual} instead of {expected}; {debug}"));
        }
    }
    match expected.text.iter().find(|part| !text.contains(*part)) {
        Some(part) => Err(format!("{text:?} does not contain {part:?}")),
        None => Ok(()),
    }
}

fn expect_request(expected: &ExpectedRequest, received: &RecordedRequest) -> Result<(), String> {
    let line = (received.method.as_str(), received.path.as_str());
    if line != (expected.method.as_str(), expected.path.as_str()) {
        return Err(format!("is {} {}", received.method, received.path));
    }
    let query: Vec<_> = url::form_urlencoded::parse(received.query.as_bytes()).into_owned().collect();
    let as_map: BTreeMap<_, _> = query.iter().cloned().collect();
    if as_map != expected.query || as_map.len() != query.len() {
        return Err(format!("has the query {query:?}"));
    }
    for (name, expected) in &expected.headers {
        let expected = expected.get("rust").unwrap_or(expected);
        let actual = received.header(name);
        if !is_met(expected, &actual.into())? {
            return Err(format!("has {name} {actual:?} instead of {expected}"));
        }
    }
    if let Some(name) = expected.absent_headers.iter().find(|name| received.header(name).is_some()) {
        return Err(format!("has a header {name}"));
    }
    let body = String::from_utf8_lossy(&received.body);
    let is_met = match (&expected.body, &expected.body_text) {
        (None, None) => body.is_empty(),
        (None, Some(text)) => *text == body,
        (Some(expected), None) => serde_json::from_str(&body)
            .is_ok_and(|body| without_nulls(body) == without_nulls(expected.clone())),
        (Some(_), Some(_)) => return Err("has both body and body_text".to_owned()),
    };
    if is_met { Ok(()) } else { Err(format!("has the body {body}")) }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        other => other,
    }
}
