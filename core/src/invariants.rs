//! Invariants for every input from outside. The tests below call them with generated input, and `fuzz/` with the input of
//! the fuzzers. Builds of users do not contain them.
//!
//! Each function accepts any input, and panics if its invariant does not hold.
#![expect(missing_docs, clippy::missing_panics_doc, reason = "the name of each function is its invariant")]

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::client::Client;
use crate::config::Environment;
use crate::error::{Error, ErrorBody};
use crate::http::{retry_after, tier_in};
use crate::model::{Application, BatchFailure, Token, expiry_milliseconds};
use crate::request::operation::OPERATIONS;
use crate::request::{Argument, Arguments, EncodedRequest, Operation, Urls};
use crate::response::{Content, ResponseShape};
use crate::secret::{Headers, Mask, Secret, WipedBuffer};

/// The beginning of every secret here, so that no text of the crate contains a secret by chance.
const PLANTED: &str = "made-up-";

/// The content of a success has the same bytes as the body, and every JSON parser can read it.
pub fn a_response_is_json_to_the_byte(body: &[u8]) {
    for shape in [ResponseShape::Token, ResponseShape::Object, ResponseShape::Empty] {
        let Ok(content) = Content::new(shape, 200, Headers::default(), WipedBuffer::from(body)) else {
            continue;
        };
        let without_mark = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        assert!(content.json() == without_mark || (shape == ResponseShape::Empty && content.json() == b"{}"));
        let value: Result<Value, _> = serde_json::from_slice(content.json());
        assert!(value.is_ok_and(|value| shape == ResponseShape::Empty || value.is_object()));
        if let Ok(token) = Token::read(&content) {
            let _ = token.expires_at();
            let shown = format!("{token:?}");
            // A short secret may equal a word of the text.
            assert!(token.access_token.expose().len() < 16 || !shown.contains(token.access_token.expose()));
        }
        let _: Result<Application, Error> = content.object("app");
        let _: Result<Vec<Application>, Error> = content.list("apps");
        let _: Result<Vec<BatchFailure>, Error> = content.list("failures");
    }
    if let Some(tier) = tier_in(body) {
        assert!(tier.to_str().is_ok_and(|tier| !tier.is_empty()));
    }
}

/// An expiry is unknown, or a time after 1970 that a clock can represent.
pub fn an_expiry_is_a_moment(text: &str) {
    let readings = [Some(Value::from(text)), serde_json::from_str(text).ok()];
    for moment in readings.into_iter().flatten().filter_map(|expiry| expiry_milliseconds(&expiry)) {
        assert!(moment > 0);
    }
}

/// A wait is a number of whole seconds, and at most a year.
pub fn a_wait_is_bounded(value: &str, now_seconds: u32) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now_seconds.into());
    if let Some(wait) = retry_after(value, now) {
        assert!(wait <= Duration::from_hours(365 * 24) && wait.subsec_nanos() == 0);
    }
}

/// The settings of a client.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientInput<'text> {
    pub project_id: &'text str,
    pub management_key: &'text str,
    pub base_url: &'text str,
    pub header: &'text str,
    pub proxy: &'text str,
}

/// The client sends its key only to the host of its settings, and no error contains the key.
pub fn a_configuration_is_safe_or_refused_without_its_secrets(settings: ClientInput<'_>) {
    let ClientInput { project_id, management_key, base_url, header, proxy } = settings;
    // Other settings must not look like a secret.
    if [project_id, base_url, header].iter().any(|text| text.contains(PLANTED)) {
        return;
    }
    let [key, password] = [management_key, proxy].map(|secret| format!("{PLANTED}{secret}"));
    let environment: Environment =
        [("https_proxy", format!("http://user:{password}@{proxy}")), ("DESCOPE_MANAGEMENT_KEY", key.clone())]
            .into_iter()
            .collect();
    let builder = Client::builder().environment(environment).project_id(project_id).base_url(base_url);
    let builder = builder.header(header, key);
    assert!(!format!("{builder:?}").contains(PLANTED));
    match builder.build() {
        Ok(client) => {
            let origin = client.base_url().origin();
            let host = origin.strip_prefix("https://");
            if base_url.is_empty() {
                let region = host.and_then(|host| host.strip_prefix("api.")?.strip_suffix("descope.com"));
                let of_region =
                    |region: &str| region.len() == 5 && region.ends_with('.') && !region.contains('/');
                assert!(region.is_some_and(|region| region.is_empty() || of_region(region)), "{origin}");
            } else {
                assert!(host.is_some() || client.base_url().is_loopback(), "{origin}");
            }
            assert!(!format!("{client:?}").contains(PLANTED));
        }
        Err(error) => assert!(!format!("{error} {error:?}").contains(PLANTED)),
    }
}

/// An error's body does not contain a secret, in any escape that the service uses.
pub fn an_echo_is_masked(secret: &str, body: &str) {
    // Otherwise the mask itself could contain the secret.
    if secret.contains(['[', ']']) {
        return;
    }
    let secret = format!("{PLANTED}{secret}");
    let mut mask = Mask::default();
    mask.add(&Secret::from(secret.as_str()));
    let hidden = mask.apply_to_beginning(body);
    assert!(!hidden.contains(&secret));
    if let Ok(value) = serde_json::from_str(&hidden) {
        assert!(!holds(&value, &secret, 0), "{hidden}");
    }
    let ErrorBody { code, description, message } = ErrorBody::parse(&hidden);
    assert!(![code, description, message].iter().any(|word| word.contains(&secret)));
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(body.as_bytes()) {
        headers.insert(HeaderName::from_static("x-echo"), value);
        let shown = Headers::masked(&headers, &mask);
        assert!(!shown.lines().contains(&secret) && shown.iter().count() == 1);
    }
}

/// Whether the value contains the text, directly or in a string that is JSON itself.
fn holds(value: &Value, text: &str, depth: usize) -> bool {
    match value {
        Value::String(string) => {
            string.contains(text)
                || (depth < 2
                    && serde_json::from_str(string).is_ok_and(|value| holds(&value, text, depth + 1)))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, text, depth)),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.contains(text) || holds(value, text, depth))
        }
        _ => false,
    }
}

/// For all arguments, the request goes to the URL of its operation, and its body is JSON.
pub fn a_request_stays_in_its_place(operation: usize, arguments: &[u8]) {
    let Some(operation) = OPERATIONS.get(operation % OPERATIONS.len()).copied() else { return };
    let Ok(Argument::Object(members)) = serde_json::from_slice(arguments) else { return };
    let arguments: Arguments = members.into_iter().collect();
    let Ok(request) = operation.encode(&Urls::new("https://host/base"), arguments) else { return };
    let (url, own) = (normalized_url(&request), format!("/base{}", operation.path));
    assert!(url.host_str() == Some("host") && url.fragment().is_none() && url.username().is_empty());
    let rest = url.path().strip_prefix(&own).unwrap_or("/elsewhere/entirely");
    assert!(rest.matches('/').count() <= 1 && !["/.", "/.."].contains(&rest), "{url}");
    if let Some(body) = request.body {
        assert!(serde_json::from_slice::<Value>(&body).is_ok_and(|body| body.is_object()));
    }
}

/// The URL after normalization, with `..` resolved.
fn normalized_url(request: &EncodedRequest) -> Url {
    let read = Url::parse(&request.url.to_string());
    read.unwrap_or_else(|error| unreachable!("{} is not a URL: {error}", request.url))
}

/// An id becomes one segment of a path or one value of a query.
pub fn an_id_arrives_as_it_is(operation: &'static Operation, name: &str, wire: &str, id: &str) {
    let urls = Urls::new("https://host");
    let Ok(request) = operation.encode(&urls, Arguments::default().with(name, id)) else {
        assert!(["", ".", ".."].contains(&id), "{id:?} is refused");
        return;
    };
    let url = normalized_url(&request);
    let query: Vec<_> = url.query_pairs().collect();
    match url.path().strip_prefix(operation.path) {
        Some("") => assert_eq!(query, [(wire.into(), id.into())]),
        Some(segment) => {
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8();
            assert!(decoded.is_ok_and(|decoded| decoded.strip_prefix('/') == Some(id)), "{url}");
            assert!(query.is_empty() && !segment.trim_start_matches('/').contains('/'), "{url}");
        }
        None => assert_eq!(url.path(), operation.path),
    }
    assert!(url.fragment().is_none());
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::request::operation::{
        DELETE_TOKEN, DELETE_USER_TOKENS, LIST_APPS_WITH_USER_TOKEN, LOAD_APPLICATION,
    };

    /// Any JSON, five levels deep.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                vec((name(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    /// A name, mostly a known one.
    fn name() -> impl Strategy<Value = String> {
        const KNOWN: [&str; 17] = [
            "token",
            "accessToken",
            "accessTokenExpiry",
            "refreshToken",
            "scopes",
            "app",
            "apps",
            "failures",
            "rateLimitTier",
            "id",
            "name",
            "appId",
            "userId",
            "tenantId",
            "options",
            "tokens",
            "apiKey",
        ];
        prop_oneof![3 => prop::sample::select(&KNOWN[..]).prop_map(str::to_owned), 1 => any::<String>()]
    }

    /// A secret in the form that services write into an error: each character is plain or escaped.
    fn echo(secret: &str, escapes: &[u8], levels: usize) -> String {
        let mut echo = String::from("Bearer P:");
        for (character, escape) in format!("{PLANTED}{secret}").chars().zip(escapes.iter().cycle()) {
            let mut units = [0; 2];
            match (escape % 3, character) {
                (0, '"' | '\\' | '\0'..='\x1f') | (1, _) => {
                    for unit in character.encode_utf16(&mut units) {
                        let _ = write!(echo, "\\u{unit:04x}");
                    }
                }
                (2, '/' | '"' | '\\') => echo.extend(['\\', character]),
                (2, '\0'..='\x1f') => drop(write!(echo, "\\u{:04X}", u32::from(character))),
                _ => echo.push(character),
            }
        }
        let mut quoted = format!("{{\"errorDescription\":\"{echo}\"}}");
        for _ in 1..levels {
            quoted = Value::from(quoted).to_string();
        }
        quoted
    }

    proptest! {
        #[test]
        fn any_response_is_accepted_unchanged_or_refused(value in json(), junk in vec(any::<u8>(), 0..200)) {
            a_response_is_json_to_the_byte(value.to_string().as_bytes());
            a_response_is_json_to_the_byte(&junk);
        }

        #[test]
        fn arguments_keep_their_json(value in json()) {
            let argument: Argument = serde_json::from_str(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::to_value(&argument).unwrap(), value);
        }

        #[test]
        fn any_expiry_is_a_moment_or_unknown(
            text in any::<String>(),
            number in any::<i64>(),
            moment in -99_999_999_999_i64..253_402_207_200,
        ) {
            an_expiry_is_a_moment(&text);
            an_expiry_is_a_moment(&number.to_string());
            let timestamp = jiff::Timestamp::from_second(moment).unwrap();
            let expected = (moment > 0).then_some(moment * 1000);
            prop_assert_eq!(expiry_milliseconds(&Value::from(timestamp.to_string())), expected);
        }

        #[test]
        fn any_wait_is_bounded(
            text in any::<String>(),
            number in any::<f64>(),
            seconds in 0..1_000_000_u64,
            now in any::<u32>(),
        ) {
            a_wait_is_bounded(&text, now);
            a_wait_is_bounded(&number.to_string(), now);
            let clock = SystemTime::UNIX_EPOCH + Duration::from_secs(now.into());
            let moment = httpdate::fmt_http_date(clock + Duration::from_secs(seconds));
            prop_assert_eq!(retry_after(&moment, clock), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn any_configuration_is_safe_or_refused(
            project_id in "P[a-z0-9_-]{0,40}|\\PC*", key in "[ -~]*|\\PC*", base in "|https?://[^ ]*|\\PC*",
            header in "[a-z-]*|\\PC*", proxy in "\\PC*",
        ) {
            a_configuration_is_safe_or_refused_without_its_secrets(ClientInput {
                project_id: &project_id, management_key: &key, base_url: &base, header: &header, proxy: &proxy,
            });
        }

        #[test]
        fn any_echo_of_a_secret_is_masked(
            secret in any::<String>(), escapes in vec(any::<u8>(), 1..40), levels in 1..4_usize, junk in any::<String>(),
        ) {
            let echo = echo(&secret, &escapes, levels);
            an_echo_is_masked(&secret, &echo);
            an_echo_is_masked(&secret, &format!("{junk}{echo}{junk}"));
            for length in 0..echo.len() {
                an_echo_is_masked(&secret, echo.get(..length).unwrap_or_default());
            }
        }

        #[test]
        fn any_arguments_stay_in_their_part_of_the_request(
            operation in any::<usize>(),
            arguments in vec((name(), json()), 0..9),
        ) {
            let arguments: Value = arguments.into_iter().collect();
            a_request_stays_in_its_place(operation, arguments.to_string().as_bytes());
        }

        #[test]
        fn any_id_arrives_unchanged(id in any::<String>(), tricky in "[./?#%&=+ \\\\é😀\t\n]*") {
            for id in [id, tricky] {
                an_id_arrives_as_it_is(&LOAD_APPLICATION, "id", "id", &id);
                an_id_arrives_as_it_is(&DELETE_TOKEN, "token_id", "id", &id);
                an_id_arrives_as_it_is(&DELETE_USER_TOKENS, "user_id", "userId", &id);
                an_id_arrives_as_it_is(&LIST_APPS_WITH_USER_TOKEN, "user_id", "userId", &id);
            }
        }
    }
}
