//! Turns an operation and its arguments into a request.

use std::fmt::Write;

use bytes::Bytes;
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::request::argument::Argument;
use crate::request::arguments::Arguments;
use crate::request::idempotency::Idempotency;
use crate::request::operation::{Operation, Verb};
use crate::request::parameter::ParameterLocation;
use crate::request::urls::Urls;
use crate::secret::{Mask, Secret, WipedBuffer};

const NO_FILTER: &str =
    "must not be empty when nothing else is given: without a filter this would delete everything";

/// All characters but the unreserved ones of RFC 3986, in paths and queries: an id cannot change the rest of the URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request that is ready to be sent, any number of times.
#[derive(Debug)]
pub(crate) struct EncodedRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) body: Option<Bytes>,
    pub(crate) idempotency: Idempotency,
    /// The inbound app's token, which replaces the management key, if the operation takes one.
    pub(crate) inbound_token: Option<Secret>,
    /// The secrets among the arguments.
    pub(crate) mask: Mask,
}

impl Operation {
    /// Checks the arguments, and puts each into its part of the request.
    pub(crate) fn encode(
        &'static self,
        urls: &Urls,
        mut arguments: Arguments,
    ) -> Result<EncodedRequest, Error> {
        let mut rest_of_url = String::new();
        let mut query_separator = '?';
        let mut body = Vec::new();
        let mut inbound_token = None;
        let mut mask = Mask::default();
        let mut idempotency = self.idempotency;
        let mut is_any_given = false;
        for parameter in self.parameters {
            let argument = parameter.check(arguments.take(parameter.name)?)?;
            let Some(argument) = argument else { continue };
            is_any_given = true;
            argument.add_secrets_to(&mut mask);
            if matches!(self.idempotency, Idempotency::IdempotentUnless(what) if argument.enables(parameter.wire, what))
            {
                idempotency = Idempotency::NonIdempotent;
            }
            // Writing to a String cannot fail.
            match (parameter.location, argument) {
                (ParameterLocation::Path, Argument::Text(text)) => {
                    let _ = write!(rest_of_url, "/{}", utf8_percent_encode(&text, RESERVED));
                }
                (ParameterLocation::Query, Argument::Text(text)) => {
                    let encoded = utf8_percent_encode(&text, RESERVED);
                    let _ = write!(rest_of_url, "{query_separator}{}={encoded}", parameter.wire);
                    query_separator = '&';
                }
                (ParameterLocation::Bearer, Argument::Secret(secret)) => inbound_token = Some(secret),
                (_, argument) => body.push((parameter.wire.to_owned(), argument)),
            }
        }
        for (name, argument) in arguments {
            if matches!(argument, Argument::Absent) {
                continue;
            }
            if !self.takes_more {
                return Err(Error::invalid_setup(format!("{} takes no argument called {name}", self.name)));
            }
            argument.refuse_unusable(None)?;
            argument.add_secrets_to(&mut mask);
            body.push((name, argument));
        }
        if let (true, false, [first, ..]) = (self.needs_one_argument, is_any_given, self.parameters) {
            return Err(Error::invalid(first.name, NO_FILTER));
        }
        let body = match (self.verb, self.wrapper) {
            (Verb::Post, None) => Some(encode_json(&Argument::Object(body))?),
            (Verb::Post, Some(wrapper)) => {
                Some(encode_json(&Argument::Object(vec![(wrapper.to_owned(), Argument::Object(body))]))?)
            }
            (Verb::Get | Verb::Delete, _) => None,
        };
        let method = match self.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
        };
        let url = urls.of(self, &rest_of_url)?;
        Ok(EncodedRequest { operation: self, method, url, body, idempotency, inbound_token, mask })
    }
}

/// The JSON of a body, in memory that is wiped when the last reference is dropped.
fn encode_json(body: &Argument) -> Result<Bytes, Error> {
    let mut buffer = WipedBuffer::with_capacity(256);
    serde_json::to_writer(&mut buffer, body)
        .map_err(|error| Error::invalid_setup(format!("the arguments are not valid JSON: {error}")))?;
    Ok(Bytes::from_owner(buffer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::request::operation::{
        BATCH_UPLOAD_TENANT_TOKENS, BATCH_UPLOAD_USER_TOKENS, CREATE_APPLICATION, DELETE_TOKEN,
        DELETE_USER_TOKENS, FETCH_TOKEN, FETCH_TOKEN_BY_SCOPES, FETCH_TOKEN_BY_TOKEN, LOAD_APPLICATION,
        UPDATE_APPLICATION, UPLOAD_USER_TOKEN,
    };

    fn user() -> Arguments {
        Arguments::default().with("app_id", "a").with("user_id", "u")
    }

    fn body_of(operation: &'static Operation, arguments: Arguments) -> String {
        let request = operation.encode(&Urls::new("https://h"), arguments).unwrap();
        String::from_utf8(request.body.unwrap().to_vec()).unwrap()
    }

    #[test]
    fn absent_arguments_are_left_out() {
        assert_eq!(body_of(&FETCH_TOKEN, user()), r#"{"appId":"a","userId":"u"}"#);
        let blank = user().with("tenant_id", "").with("options", Argument::Absent);
        assert_eq!(body_of(&FETCH_TOKEN, blank), r#"{"appId":"a","userId":"u"}"#);
    }

    #[test]
    fn both_spellings_of_a_name_are_the_same_argument() {
        let camel = Arguments::default().with("appId", "a").with("userId", "u").with("tenantId", "t");
        assert_eq!(body_of(&FETCH_TOKEN, camel), r#"{"appId":"a","userId":"u","tenantId":"t"}"#);
    }

    #[test]
    fn scopes_keep_their_order_and_may_be_empty() {
        let scopes: Argument = ["w", "r", "w"].into_iter().collect();
        let with_scopes = body_of(&FETCH_TOKEN_BY_SCOPES, user().with("scopes", scopes));
        assert_eq!(with_scopes, r#"{"appId":"a","userId":"u","scopes":["w","r","w"]}"#);
        let empty = body_of(&FETCH_TOKEN_BY_SCOPES, user().with("scopes", Argument::List(vec![])));
        assert_eq!(empty, r#"{"appId":"a","userId":"u","scopes":[]}"#);
    }

    #[test]
    fn an_id_in_a_query_cannot_leave_it() {
        let request = DELETE_TOKEN
            .encode(&Urls::new("https://h"), Arguments::default().with("token_id", "a/ ?&=%+ü#."))
            .unwrap();
        assert_eq!(
            request.url.to_string(),
            "https://h/v1/mgmt/outbound/token?id=a%2F%20%3F%26%3D%25%2B%C3%BC%23."
        );
        assert!(request.body.is_none());
    }

    #[test]
    fn an_error_names_the_argument_that_is_missing() {
        let malformed = Argument::Malformed("must not hold a lone surrogate");
        let cases: [(&'static Operation, Arguments, &str); 7] = [
            (
                &DELETE_USER_TOKENS,
                Arguments::default().with("app_id", "").with("user_id", "u"),
                "app_id must not be empty",
            ),
            (&FETCH_TOKEN, user().with("tenant_id", malformed), "tenant_id must not hold a lone surrogate"),
            (&FETCH_TOKEN, Arguments::default().with("user_id", "u"), "app_id must not be empty"),
            (
                &FETCH_TOKEN,
                Arguments::default().with("app_id", "a").with("user_id", ""),
                "user_id must not be empty",
            ),
            (&FETCH_TOKEN_BY_SCOPES, user(), "scopes must not be empty"),
            (&DELETE_TOKEN, Arguments::default(), "token_id must not be empty"),
            (
                &DELETE_USER_TOKENS,
                Arguments::default(),
                "app_id must not be empty when nothing else is given: without a filter this would delete everything",
            ),
        ];
        for (operation, arguments, text) in cases {
            let error = operation.encode(&Urls::new("https://h"), arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn an_error_names_the_argument_of_the_wrong_type() {
        let mixed = Argument::List(vec![Argument::from("r"), Argument::from(true)]);
        let date = || Argument::Foreign("a date".to_owned());
        let cases: [(&'static Operation, Arguments, &str); 6] = [
            (&FETCH_TOKEN, user().with("tenant_id", date()), "tenant_id must be a string, not a date"),
            (
                &FETCH_TOKEN,
                user().with("options", Argument::Object(vec![("since".to_owned(), date())])),
                "options must be JSON, and a date is not",
            ),
            (
                &FETCH_TOKEN,
                user().with("tenant_id", Argument::Object(vec![])),
                "tenant_id must be a string, not an object",
            ),
            (&FETCH_TOKEN, user().with("options", "x"), "options must be an object, not a string"),
            (
                &FETCH_TOKEN_BY_SCOPES,
                user().with("scopes", "r w"),
                "scopes must be a list of strings, not a string",
            ),
            (
                &FETCH_TOKEN_BY_SCOPES,
                user().with("scopes", mixed),
                "scopes must be a list of strings, and one item is a boolean",
            ),
        ];
        for (operation, arguments, text) in cases {
            let error = operation.encode(&Urls::new("https://h"), arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidType, "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn an_argument_that_the_operation_does_not_know_is_refused() {
        let error = DELETE_TOKEN.encode(&Urls::new("https://h"), user()).unwrap_err();
        assert_eq!(error.to_string(), "token_id must not be empty");
        let error = FETCH_TOKEN
            .encode(&Urls::new("https://h"), user().with("scopes", Argument::List(vec![])))
            .unwrap_err();
        assert_eq!(error.to_string(), "fetch_token takes no argument called scopes");
    }

    #[test]
    fn a_forced_refresh_is_not_idempotent() {
        let forced = |value: Argument| {
            let options = Argument::Object(vec![("forceRefresh".to_owned(), value)]);
            FETCH_TOKEN.encode(&Urls::new("https://h"), user().with("options", options)).unwrap().idempotency
        };
        assert_eq!(forced(Argument::from(true)), Idempotency::NonIdempotent);
        assert_eq!(forced(Argument::from("true")), Idempotency::NonIdempotent);
        assert_eq!(forced(Argument::from(false)), Idempotency::IdempotentUnless("forceRefresh"));
    }

    #[test]
    fn an_inbound_token_replaces_the_key_and_is_not_in_the_body() {
        let arguments = user().with("token", "made-up-inbound-token");
        let request = FETCH_TOKEN_BY_TOKEN.encode(&Urls::new("https://h"), arguments).unwrap();
        assert_eq!(request.inbound_token.unwrap().expose(), "made-up-inbound-token");
        assert_eq!(request.body.unwrap(), r#"{"appId":"a","userId":"u"}"#.as_bytes());
        assert_eq!(request.mask.apply("made-up-inbound-token"), "[redacted]");
        for token in [Argument::Absent, Argument::from(""), Argument::from(Secret::from(""))] {
            let error = FETCH_TOKEN_BY_TOKEN
                .encode(&Urls::new("https://h"), user().with("token", token))
                .unwrap_err();
            assert_eq!(error.to_string(), "Inbound app token is required for perform this functionality");
        }
    }

    #[test]
    fn an_id_in_a_path_cannot_leave_it() {
        let url = |id| {
            LOAD_APPLICATION
                .encode(&Urls::new("https://h"), Arguments::default().with("id", id))
                .map(|made| made.url.to_string())
        };
        assert_eq!(
            url("../../user?x=1#f").unwrap(),
            "https://h/v1/mgmt/outbound/app/..%2F..%2Fuser%3Fx%3D1%23f"
        );
        assert_eq!(url("%2e%2e").unwrap(), "https://h/v1/mgmt/outbound/app/%252e%252e");
        for id in [".", ".."] {
            let text = "id must not be '.' or '..': it would change the path";
            assert_eq!(url(id).unwrap_err().to_string(), text);
        }
        assert_eq!(url("").unwrap_err().to_string(), "id must not be empty");
    }

    #[test]
    fn an_application_is_sent_with_its_false_empty_and_unknown_fields() {
        let application = || {
            Arguments::default()
                .with("id", "i")
                .with("name", "n")
                .with("description", "")
                .with("pkce", false)
                .with("default_scopes", Argument::List(vec![]))
                .with("client_secret", "made-up-secret")
                .with("newField", 1.5)
        };
        let fields =
            r#""name":"n","description":"","clientSecret":"made-up-secret","defaultScopes":[],"pkce":false"#;
        let created = body_of(&CREATE_APPLICATION, application());
        assert!(created.contains(r#""newField":1.5"#) && created.contains(r#""pkce":false"#), "{created}");
        let updated = body_of(&UPDATE_APPLICATION, application());
        assert_eq!(updated, format!(r#"{{"app":{{"id":"i",{fields},"newField":1.5}}}}"#));
        let request = UPDATE_APPLICATION.encode(&Urls::new("https://h"), application()).unwrap();
        assert_eq!(request.mask.apply("made-up-secret"), "[redacted]");
    }

    #[test]
    fn an_argument_in_both_spellings_is_refused_unless_one_is_absent() {
        let both = |second: Argument| {
            let arguments =
                Arguments::default().with("name", "n").with("client_id", second).with("clientId", "b");
            CREATE_APPLICATION.encode(&Urls::new("https://h"), arguments)
        };
        assert_eq!(
            both(Argument::from("a")).unwrap_err().to_string(),
            "client_id must not be given twice: pass client_id or clientId"
        );
        assert_eq!(
            both(Argument::Absent).unwrap().body.unwrap(),
            r#"{"name":"n","clientId":"b"}"#.as_bytes()
        );
    }

    #[test]
    fn a_verified_upload_is_not_idempotent() {
        let upload = |verify: bool| {
            let arguments = user().with("refresh_token", "made-up-refresh").with("verify_refresh", verify);
            UPLOAD_USER_TOKEN.encode(&Urls::new("https://h"), arguments).unwrap()
        };
        assert_eq!(upload(true).idempotency, Idempotency::NonIdempotent);
        assert_eq!(upload(false).idempotency, Idempotency::IdempotentUnless("verifyRefresh"));
        let body = upload(false).body.unwrap();
        let sent = r#"{"appId":"a","userId":"u","refreshToken":"made-up-refresh","verifyRefresh":false}"#;
        assert_eq!(body, sent.as_bytes());
    }

    #[test]
    fn an_error_names_the_index_of_a_bad_item_in_a_batch() {
        let item = |members: &[(&str, &str)]| {
            let members = members.iter().map(|(name, text)| ((*name).to_owned(), Argument::from(*text)));
            Argument::Object(members.collect())
        };
        let good = || item(&[("appId", "a"), ("userId", "u"), ("refreshToken", "made-up")]);
        let tokens = |items: Vec<Argument>| Arguments::default().with("tokens", Argument::List(items));
        assert!(
            BATCH_UPLOAD_USER_TOKENS.encode(&Urls::new("https://h"), tokens(vec![good(), good()])).is_ok()
        );
        let cases = [
            (&BATCH_UPLOAD_USER_TOKENS, vec![], "tokens must not be empty"),
            (
                &BATCH_UPLOAD_USER_TOKENS,
                vec![good(), Argument::from("x")],
                "tokens must be a list of objects, and item 1 is a string",
            ),
            (
                &BATCH_UPLOAD_USER_TOKENS,
                vec![good(), item(&[("appId", "a"), ("userId", "")])],
                "tokens must hold userId in each item, and item 1 does not",
            ),
            (
                &BATCH_UPLOAD_TENANT_TOKENS,
                vec![item(&[("appId", "a"), ("tenantId", "t"), ("userId", "u")])],
                "tokens must not hold userId in this batch, and item 0 does",
            ),
        ];
        for (operation, items, text) in cases {
            assert_eq!(
                operation.encode(&Urls::new("https://h"), tokens(items)).unwrap_err().to_string(),
                text
            );
        }
    }
}
