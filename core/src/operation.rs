//! Each operation of the service as data, and how a row turns a caller's arguments into a request.
//!
//! To add an operation, add a row here and a method to each face; nothing else knows one operation from another.

use std::fmt::Write;

use bytes::Bytes;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::argument::Argument;
use crate::config::check_credential;
use crate::error::{ArgumentName, Error};
use crate::secret::{Mask, Secret};

const NO_FILTER: &str =
    "must not be empty when nothing else is given: without a filter this would delete everything";

/// Everything but RFC 3986's unreserved characters, in paths and queries alike: an id cannot leave its place.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the service can be asked to do.
#[derive(Debug)]
pub struct Operation {
    /// The name in Rust and Python; in Node the same words in camel case.
    pub name: &'static str,
    method: Method,
    path: &'static str,
    parameters: &'static [Parameter],
    at_least_one_is_needed: bool,
    pub(crate) repeat: Repeat,
    pub(crate) answer: AnswerShape,
}

/// One argument of an operation and where it goes.
#[derive(Debug)]
struct Parameter {
    name: ArgumentName,
    /// The service's name for it.
    wire: &'static str,
    place: Place,
    kind: Kind,
    required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Query,
    Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A string that names something; an empty one names nothing, and counts as absent where it may be.
    Id,
    /// A list of strings; an empty one is sent as it is.
    Texts,
    /// A JSON object, passed on as given.
    Object,
}

/// When a request that failed may be sent again. (What failed, and how often, is [`crate::retry`]'s to say.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is the same as doing it once, and a 404 to a repetition means that the first one, whose answer
    /// was lost, was carried out.
    UntilGone,
    /// Doing it twice is the same as doing it once, unless this member of `options` is true; then as
    /// [`Repeat::WhileUnstarted`].
    UnlessOption(&'static str),
    /// Only while the service cannot have begun.
    WhileUnstarted,
}

/// What a success looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerShape {
    /// `{"token": …}`, at most 1 MiB; its absence is an error of its own.
    Token,
    /// Nothing that matters.
    Empty,
}

impl Parameter {
    const fn new(snake: &'static str, camel: &'static str, place: Place, kind: Kind) -> Self {
        Self { name: ArgumentName { snake, camel }, wire: camel, place, kind, required: false }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn in_query(self) -> Self {
        Self { place: Place::Query, ..self }
    }

    const fn sent_as(self, wire: &'static str) -> Self {
        Self { wire, ..self }
    }
}

const APP_ID: Parameter = Parameter::new("app_id", "appId", Place::Body, Kind::Id);
const USER_ID: Parameter = Parameter::new("user_id", "userId", Place::Body, Kind::Id);
const TENANT_ID: Parameter = Parameter::new("tenant_id", "tenantId", Place::Body, Kind::Id);
const TOKEN_ID: Parameter = Parameter::new("token_id", "id", Place::Query, Kind::Id).sent_as("id");
const SCOPES: Parameter = Parameter::new("scopes", "scopes", Place::Body, Kind::Texts);
const OPTIONS: Parameter = Parameter::new("options", "options", Place::Body, Kind::Object);

/// The member of `options` that makes the service go to the provider: twice would use a rotating refresh token twice.
const FORCE_REFRESH: &str = "forceRefresh";

/// The newest token of a user for an app.
pub static FETCH_TOKEN: Operation = Operation {
    name: "fetch_token",
    method: Method::POST,
    path: "/v1/mgmt/outbound/app/user/token/latest",
    parameters: &[APP_ID.required(), USER_ID.required(), TENANT_ID, OPTIONS],
    at_least_one_is_needed: false,
    repeat: Repeat::UnlessOption(FORCE_REFRESH),
    answer: AnswerShape::Token,
};

/// A user's token for an app with exactly these scopes.
pub static FETCH_TOKEN_BY_SCOPES: Operation = Operation {
    name: "fetch_token_by_scopes",
    method: Method::POST,
    path: "/v1/mgmt/outbound/app/user/token",
    parameters: &[APP_ID.required(), USER_ID.required(), SCOPES.required(), OPTIONS, TENANT_ID],
    at_least_one_is_needed: false,
    repeat: Repeat::UnlessOption(FORCE_REFRESH),
    answer: AnswerShape::Token,
};

/// Deletes one token.
pub static DELETE_TOKEN: Operation = Operation {
    name: "delete_token",
    method: Method::DELETE,
    path: "/v1/mgmt/outbound/token",
    parameters: &[TOKEN_ID.required()],
    at_least_one_is_needed: false,
    repeat: Repeat::UntilGone,
    answer: AnswerShape::Empty,
};

/// Deletes the tokens of a user, of an app, or of a user for an app.
pub static DELETE_USER_TOKENS: Operation = Operation {
    name: "delete_user_tokens",
    method: Method::DELETE,
    path: "/v1/mgmt/outbound/user/tokens",
    parameters: &[APP_ID.in_query(), USER_ID.in_query()],
    at_least_one_is_needed: true,
    repeat: Repeat::UntilGone,
    answer: AnswerShape::Empty,
};

/// Every operation, for whoever looks one up by name.
pub static OPERATIONS: [&Operation; 4] =
    [&FETCH_TOKEN, &FETCH_TOKEN_BY_SCOPES, &DELETE_TOKEN, &DELETE_USER_TOKENS];

/// What a caller passes to an operation: its arguments by name, in either spelling.
#[derive(Clone, Debug, Default)]
pub struct Arguments(Vec<(String, Argument)>);

impl Arguments {
    /// Passes this argument too.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, argument: impl Into<Argument>) -> Self {
        self.0.push((name.into(), argument.into()));
        self
    }

    fn take(&mut self, parameter: &Parameter) -> Option<Argument> {
        let ArgumentName { snake, camel } = parameter.name;
        let position = self.0.iter().position(|(name, _)| name == snake || name == camel)?;
        match self.0.swap_remove(position).1 {
            Argument::Absent => None,
            argument => Some(argument),
        }
    }
}

impl FromIterator<(String, Argument)> for Arguments {
    fn from_iter<Items: IntoIterator<Item = (String, Argument)>>(items: Items) -> Self {
        Self(items.into_iter().collect())
    }
}

/// A request that is ready to be sent, any number of times.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) body: Option<Bytes>,
    pub(crate) repeat: Repeat,
    /// The secrets among the arguments.
    pub(crate) mask: Mask,
}

impl Operation {
    /// The operation of this name in Rust and Python.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS.into_iter().find(|operation| operation.name == name)
    }

    /// Checks the arguments and puts each in its place.
    pub(crate) fn prepare(
        &'static self,
        base_url: &str,
        mut arguments: Arguments,
    ) -> Result<Prepared, Error> {
        let mut url = format!("{base_url}{}", self.path);
        let mut query_separator = '?';
        let mut body = Vec::new();
        let mut mask = Mask::default();
        let mut repeat = self.repeat;
        let mut is_any_given = false;
        for parameter in self.parameters {
            let argument = parameter.check(arguments.take(parameter))?;
            let Some(argument) = argument else { continue };
            is_any_given = true;
            argument.add_secrets_to(&mut mask);
            if matches!(self.repeat, Repeat::UnlessOption(option) if argument.asks_for(option)) {
                repeat = Repeat::WhileUnstarted;
            }
            match (parameter.place, argument) {
                (Place::Query, Argument::Text(text)) => {
                    let encoded = utf8_percent_encode(&text, RESERVED);
                    // Writing to a String cannot fail.
                    let _ = write!(url, "{query_separator}{}={encoded}", parameter.wire);
                    query_separator = '&';
                }
                (_, argument) => body.push((parameter.wire.to_owned(), argument)),
            }
        }
        if let Some((name, _)) = arguments.0.first() {
            return Err(Error::invalid_setup(format!("{} takes no argument called {name}", self.name)));
        }
        if self.at_least_one_is_needed && !is_any_given {
            return Err(Error::invalid(self.parameters[0].name, NO_FILTER));
        }
        let body = match self.method {
            Method::POST => Some(encode(&Argument::Object(body))?),
            _ => None,
        };
        Ok(Prepared { operation: self, method: self.method.clone(), url, body, repeat, mask })
    }
}

impl Parameter {
    fn check(&self, argument: Option<Argument>) -> Result<Option<Argument>, Error> {
        let Some(argument) = argument else {
            return if self.required {
                Err(Error::invalid(self.name, "must not be empty"))
            } else {
                Ok(None)
            };
        };
        match argument.unusable() {
            Some(Argument::Malformed(problem)) => return Err(Error::invalid(self.name, *problem)),
            Some(foreign) if matches!(argument, Argument::List(_) | Argument::Object(_)) => {
                let problem = format!("must be JSON throughout, and {} is not", foreign.type_name());
                return Err(Error::wrong_type(self.name, problem));
            }
            _ => {}
        }
        match (self.kind, argument) {
            (Kind::Id, Argument::Text(text)) if text.is_empty() => self.check(None),
            (Kind::Id, argument @ Argument::Text(_)) | (Kind::Object, argument @ Argument::Object(_)) => {
                Ok(Some(argument))
            }
            (Kind::Texts, Argument::List(items)) => {
                match items.iter().find(|item| !matches!(item, Argument::Text(_))) {
                    Some(other) => {
                        let problem =
                            format!("must be a list of strings, and one item is {}", other.type_name());
                        Err(Error::wrong_type(self.name, problem))
                    }
                    None => Ok(Some(Argument::List(items))),
                }
            }
            (kind, other) => {
                let problem = format!("must be {}, not {}", kind.expected(), other.type_name());
                Err(Error::wrong_type(self.name, problem))
            }
        }
    }
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Self::Id => "a string",
            Self::Texts => "a list of strings",
            Self::Object => "an object",
        }
    }
}

impl Argument {
    fn asks_for(&self, option: &str) -> bool {
        // Anything but a plain "no" may be a "yes" to the service.
        !matches!(self.member(option), None | Some(Argument::Absent | Argument::Flag(false)))
    }
}

/// The JSON of a body, in memory that is wiped when the last holder lets go of it.
fn encode(body: &Argument) -> Result<Bytes, Error> {
    let mut buffer = Zeroizing::new(Vec::with_capacity(256));
    serde_json::to_writer(&mut *buffer, body)
        .map_err(|error| Error::invalid_setup(format!("the arguments are no JSON: {error}")))?;
    Ok(Bytes::from_owner(WipedBuffer(buffer)))
}

struct WipedBuffer(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for WipedBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A header's value of `Bearer <project>:<credential>`, marked so that nothing prints it.
pub(crate) fn bearer(
    project_id: &str,
    name: ArgumentName,
    credential: &Secret,
) -> Result<http::HeaderValue, Error> {
    check_credential(name, credential)?;
    let text = Zeroizing::new(format!("Bearer {project_id}:{}", credential.expose()).into_bytes());
    let mut value = http::HeaderValue::from_maybe_shared(Bytes::from_owner(WipedBuffer(text)))
        .map_err(|_| Error::invalid(name, "cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn user() -> Arguments {
        Arguments::default().with("app_id", "a").with("user_id", "u")
    }

    fn body_of(operation: &'static Operation, arguments: Arguments) -> String {
        let prepared = operation.prepare("https://h", arguments).unwrap();
        String::from_utf8(prepared.body.unwrap().to_vec()).unwrap()
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
    fn scopes_keep_their_order_and_may_be_none_at_all() {
        let scopes: Argument = ["w", "r", "w"].into_iter().collect();
        let with_scopes = body_of(&FETCH_TOKEN_BY_SCOPES, user().with("scopes", scopes));
        assert_eq!(with_scopes, r#"{"appId":"a","userId":"u","scopes":["w","r","w"]}"#);
        let empty = body_of(&FETCH_TOKEN_BY_SCOPES, user().with("scopes", Argument::List(vec![])));
        assert_eq!(empty, r#"{"appId":"a","userId":"u","scopes":[]}"#);
    }

    #[test]
    fn an_id_stays_in_its_place() {
        let prepared =
            DELETE_TOKEN.prepare("https://h", Arguments::default().with("token_id", "a/ ?&=%+ü#.")).unwrap();
        assert_eq!(prepared.url, "https://h/v1/mgmt/outbound/token?id=a%2F%20%3F%26%3D%25%2B%C3%BC%23.");
        assert!(prepared.body.is_none());
    }

    #[test]
    fn what_is_missing_is_named() {
        let malformed = Argument::Malformed("must not hold a lone surrogate");
        let cases: [(&'static Operation, Arguments, &str); 6] = [
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
                Arguments::default().with("app_id", ""),
                "app_id must not be empty when nothing else is given: without a filter this would delete everything",
            ),
        ];
        for (operation, arguments, text) in cases {
            let error = operation.prepare("https://h", arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn what_is_of_the_wrong_type_is_named() {
        let mixed = Argument::List(vec![Argument::from("r"), Argument::from(true)]);
        let date = || Argument::Foreign("a date".to_owned());
        let cases: [(&'static Operation, Arguments, &str); 6] = [
            (&FETCH_TOKEN, user().with("tenant_id", date()), "tenant_id must be a string, not a date"),
            (
                &FETCH_TOKEN,
                user().with("options", Argument::Object(vec![("since".to_owned(), date())])),
                "options must be JSON throughout, and a date is not",
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
            let error = operation.prepare("https://h", arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidType, "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn an_argument_that_the_operation_does_not_know_is_refused() {
        let error = DELETE_TOKEN.prepare("https://h", user()).unwrap_err();
        assert_eq!(error.to_string(), "token_id must not be empty");
        let error =
            FETCH_TOKEN.prepare("https://h", user().with("scopes", Argument::List(vec![]))).unwrap_err();
        assert_eq!(error.to_string(), "fetch_token takes no argument called scopes");
    }

    #[test]
    fn a_forced_refresh_is_not_repeated_once_it_may_have_begun() {
        let forced = |value: Argument| {
            let options = Argument::Object(vec![("forceRefresh".to_owned(), value)]);
            FETCH_TOKEN.prepare("https://h", user().with("options", options)).unwrap().repeat
        };
        assert_eq!(forced(Argument::from(true)), Repeat::WhileUnstarted);
        assert_eq!(forced(Argument::from("true")), Repeat::WhileUnstarted);
        assert_eq!(forced(Argument::from(false)), Repeat::UnlessOption("forceRefresh"));
    }

    #[test]
    fn every_operation_is_found_by_its_name() {
        for operation in OPERATIONS {
            assert!(std::ptr::eq(Operation::named(operation.name).unwrap(), operation));
        }
        assert!(Operation::named("no such").is_none());
    }
}
