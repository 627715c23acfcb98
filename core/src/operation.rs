//! Each operation of the service as data, and how a row turns a caller's arguments into a request.
//!
//! To add an operation, add a row here and a method to each face; nothing else knows one operation from another.

use std::fmt::Write;

use crate::argument::Argument;
use crate::config::check_credential;
use crate::error::{ArgumentName, Error};
use crate::headers::secret_header;
use crate::mask::Mask;
use crate::secret::Secret;
use crate::urls::Urls;
use crate::wiped::WipedBuffer;
use bytes::Bytes;
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const EMPTY: &str = "must not be empty";
const NO_FILTER: &str =
    "must not be empty when nothing else is given: without a filter this would delete everything";

/// Everything but RFC 3986's unreserved characters, in paths and queries alike: an id cannot leave its place.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the service can be asked to do.
#[derive(Debug)]
pub struct Operation {
    /// The name in Rust and Python; in Node the same words in camel case.
    pub name: &'static str,
    verb: Verb,
    pub(crate) path: &'static str,
    parameters: &'static [Parameter],
    /// The one member of the body that holds all others, where there is one.
    wrapper: Option<&'static str>,
    /// Whether arguments that no parameter is for are sent as members of the body, as they are.
    takes_more: bool,
    at_least_one_is_needed: bool,
    pub(crate) repeat: Repeat,
    pub(crate) answer: AnswerShape,
    pub(crate) tokens: Tokens,
}

/// What an operation has to do with the tokens that may be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// Nothing.
    Untouched,
    /// It fetches one with the management key.
    Fetched { of: Holder, by_scopes: bool },
    /// It ends or replaces those of the app and the user or tenant among its arguments.
    Changed,
    /// As [`Tokens::Changed`], for each item of a batch.
    ChangedByBatch,
    /// It ends the one whose id is its argument.
    EndedById,
    /// It may end or change all of the app whose id is its argument.
    ChangedOfApp,
}

/// Whose a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    User,
    Tenant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Delete,
}

/// One argument of an operation and where it goes.
#[derive(Clone, Copy, Debug)]
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
    /// Behind the operation's own path.
    Path,
    Query,
    Body,
    /// In the place of the management key.
    Bearer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A string that names something; an empty one is refused, since it is mostly a variable that was never set.
    Id,
    /// A string that narrows a call down; an empty one does not, and counts as absent.
    Narrowing,
    /// A string; an empty one is sent as it is.
    Text,
    /// A string that must never be shown.
    Secret,
    /// A list of strings; an empty one is sent as it is.
    Texts,
    /// A whole number.
    Integer,
    /// A boolean.
    Flag,
    /// A JSON object, passed on as given.
    Object,
    /// A list of JSON values, passed on as given.
    List,
    /// Uploads, one at least, each with these ids and without that one.
    Uploads { ids: [&'static str; 2], without: Option<&'static str> },
}

/// When a request that failed may be sent again. (What failed, and how often, is [`crate::retry`]'s to say.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is the same as doing it once.
    Always,
    /// As [`Repeat::Always`], and a 404 to a repetition means that the first one, whose answer was lost, was carried out.
    UntilGone,
    /// As [`Repeat::Always`], unless this argument, or this member of one, is true; then as [`Repeat::WhileUnstarted`].
    UnlessAsked(&'static str),
    /// Only while the service cannot have begun.
    WhileUnstarted,
}

/// What a success looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerShape {
    /// `{"token": …}`, at most 1 MiB.
    Token,
    /// Any other object.
    Object,
    /// Nothing that matters.
    Empty,
}

impl Parameter {
    const fn new(snake: &'static str, camel: &'static str, place: Place, kind: Kind) -> Self {
        Self { name: ArgumentName { snake, camel }, wire: camel, place, kind, required: false }
    }

    const fn body(snake: &'static str, camel: &'static str, kind: Kind) -> Self {
        Self::new(snake, camel, Place::Body, kind)
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn in_query(self) -> Self {
        Self { place: Place::Query, ..self }
    }
}

const APP_ID: Parameter = Parameter::body("app_id", "appId", Kind::Id);
const USER_ID: Parameter = Parameter::body("user_id", "userId", Kind::Id);
const TENANT_ID: Parameter = Parameter::body("tenant_id", "tenantId", Kind::Narrowing);
const EXTERNAL_IDENTIFIER: Parameter =
    Parameter::body("external_identifier", "externalIdentifier", Kind::Narrowing);
const SCOPES: Parameter = Parameter::body("scopes", "scopes", Kind::Texts);
const OPTIONS: Parameter = Parameter::body("options", "options", Kind::Object);
/// A token of the third party's, by the vault's id.
const TOKEN_ID: Parameter = Parameter::new("token_id", "id", Place::Query, Kind::Id);
/// An inbound app's token, which fetches in the place of the management key.
const INBOUND_TOKEN: Parameter = Parameter::new("token", "token", Place::Bearer, Kind::Secret);
const API_KEY: Parameter = Parameter::body("api_key", "apiKey", Kind::Secret);
const ID: Parameter = Parameter::body("id", "id", Kind::Id);
/// Made up by the service where it is not given.
const OPTIONAL_ID: Parameter = Parameter::body("id", "id", Kind::Narrowing);
const NAME: Parameter = Parameter::body("name", "name", Kind::Id);
const CLIENT_SECRET: Parameter = Parameter::body("client_secret", "clientSecret", Kind::Secret);
const CLIENT_ID: Parameter = Parameter::body("client_id", "clientId", Kind::Text);

/// What an application is made of, beside its id and name.
macro_rules! with_application_fields {
    ($($first:expr),*) => {
        &[
            $($first,)*
            Parameter::body("description", "description", Kind::Text),
            Parameter::body("logo", "logo", Kind::Text),
            CLIENT_SECRET,
            CLIENT_ID,
            Parameter::body("discovery_url", "discoveryUrl", Kind::Text),
            Parameter::body("authorization_url", "authorizationUrl", Kind::Text),
            Parameter::body("authorization_url_params", "authorizationUrlParams", Kind::List),
            Parameter::body("token_url", "tokenUrl", Kind::Text),
            Parameter::body("token_url_params", "tokenUrlParams", Kind::List),
            Parameter::body("revocation_url", "revocationUrl", Kind::Text),
            Parameter::body("default_scopes", "defaultScopes", Kind::Texts),
            Parameter::body("default_redirect_url", "defaultRedirectUrl", Kind::Text),
            Parameter::body("callback_domain", "callbackDomain", Kind::Text),
            Parameter::body("pkce", "pkce", Kind::Flag),
            Parameter::body("access_type", "accessType", Kind::Text),
            Parameter::body("prompt", "prompt", Kind::Texts),
            Parameter::body("app_type", "appType", Kind::Text),
            Parameter::body("use_dcr", "useDcr", Kind::Flag),
            Parameter::body("dcr_url", "dcrUrl", Kind::Text),
            TENANT_ID,
        ]
    };
}

/// What an uploaded token is made of, beside whose it is.
macro_rules! with_upload_fields {
    ($($first:expr),*) => {
        &[
            $($first,)*
            Parameter::body("refresh_token", "refreshToken", Kind::Secret),
            Parameter::body("access_token", "accessToken", Kind::Secret),
            Parameter::body("access_token_expiry", "accessTokenExpiry", Kind::Integer),
            Parameter::body("access_token_type", "accessTokenType", Kind::Text),
            SCOPES,
            Parameter::body("external_identifier", "externalIdentifier", Kind::Text),
            Parameter::body("id_token", "idToken", Kind::Secret),
            Parameter::body("verify_refresh", "verifyRefresh", Kind::Flag),
            Parameter::body("granted_by", "grantedBy", Kind::Text),
        ]
    };
}

/// What a row does not say otherwise.
const POST: Operation = Operation {
    name: "",
    verb: Verb::Post,
    path: "",
    parameters: &[],
    wrapper: None,
    takes_more: false,
    at_least_one_is_needed: false,
    repeat: Repeat::Always,
    answer: AnswerShape::Empty,
    tokens: Tokens::Untouched,
};
/// `forceRefresh` makes the service go to the provider: twice would use a rotating refresh token twice.
const FETCH: Operation =
    Operation { repeat: Repeat::UnlessAsked("forceRefresh"), answer: AnswerShape::Token, ..POST };
/// `verifyRefresh` makes the service go to the provider, as `forceRefresh` does.
const UPLOAD: Operation =
    Operation { repeat: Repeat::UnlessAsked("verifyRefresh"), tokens: Tokens::Changed, ..POST };
const READ: Operation = Operation { verb: Verb::Get, answer: AnswerShape::Object, ..POST };
const DELETE: Operation = Operation { verb: Verb::Delete, repeat: Repeat::UntilGone, ..POST };

const USER_TOKEN: &str = "/v1/mgmt/outbound/app/user/token";
const LATEST_USER_TOKEN: &str = "/v1/mgmt/outbound/app/user/token/latest";
const TENANT_TOKEN: &str = "/v1/mgmt/outbound/app/tenant/token";
const LATEST_TENANT_TOKEN: &str = "/v1/mgmt/outbound/app/tenant/token/latest";

/// Defines each row, and the list of all rows.
macro_rules! operations {
    ($($(#[$documentation:meta])* $constant:ident = $row:expr;)*) => {
        $($(#[$documentation])* pub static $constant: Operation = $row;)*

        /// Every operation, for whoever looks one up by name.
        pub static OPERATIONS: &[&Operation] = &[$(&$constant),*];
    };
}

operations! {
    /// The newest token of a user for an app.
    FETCH_TOKEN = Operation {
        name: "fetch_token",
        path: LATEST_USER_TOKEN,
        parameters: &[APP_ID.required(), USER_ID.required(), TENANT_ID, OPTIONS, EXTERNAL_IDENTIFIER],
        tokens: Tokens::Fetched { of: Holder::User, by_scopes: false },
        ..FETCH
    };
    /// A user's token for an app with exactly these scopes.
    FETCH_TOKEN_BY_SCOPES = Operation {
        name: "fetch_token_by_scopes",
        path: USER_TOKEN,
        parameters: &[APP_ID.required(), USER_ID.required(), SCOPES.required(), OPTIONS, TENANT_ID, EXTERNAL_IDENTIFIER],
        tokens: Tokens::Fetched { of: Holder::User, by_scopes: true },
        ..FETCH
    };
    /// The newest token of a tenant for an app.
    FETCH_TENANT_TOKEN = Operation {
        name: "fetch_tenant_token",
        path: LATEST_TENANT_TOKEN,
        parameters: &[APP_ID.required(), TENANT_ID.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        tokens: Tokens::Fetched { of: Holder::Tenant, by_scopes: false },
        ..FETCH
    };
    /// A tenant's token for an app with exactly these scopes.
    FETCH_TENANT_TOKEN_BY_SCOPES = Operation {
        name: "fetch_tenant_token_by_scopes",
        path: TENANT_TOKEN,
        parameters: &[APP_ID.required(), TENANT_ID.required(), SCOPES.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        tokens: Tokens::Fetched { of: Holder::Tenant, by_scopes: true },
        ..FETCH
    };
    /// As [`FETCH_TOKEN`], with an inbound app's token.
    FETCH_TOKEN_BY_TOKEN = Operation {
        name: "fetch_token_by_token",
        path: LATEST_USER_TOKEN,
        parameters: &[
            INBOUND_TOKEN.required(), APP_ID.required(), USER_ID.required(), TENANT_ID, OPTIONS, EXTERNAL_IDENTIFIER,
        ],
        ..FETCH
    };
    /// As [`FETCH_TOKEN_BY_SCOPES`], with an inbound app's token.
    FETCH_TOKEN_BY_SCOPES_BY_TOKEN = Operation {
        name: "fetch_token_by_scopes_by_token",
        path: USER_TOKEN,
        parameters: &[
            INBOUND_TOKEN.required(), APP_ID.required(), USER_ID.required(), SCOPES.required(), OPTIONS, TENANT_ID,
            EXTERNAL_IDENTIFIER,
        ],
        ..FETCH
    };
    /// As [`FETCH_TENANT_TOKEN`], with an inbound app's token.
    FETCH_TENANT_TOKEN_BY_TOKEN = Operation {
        name: "fetch_tenant_token_by_token",
        path: LATEST_TENANT_TOKEN,
        parameters: &[INBOUND_TOKEN.required(), APP_ID.required(), TENANT_ID.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        ..FETCH
    };
    /// As [`FETCH_TENANT_TOKEN_BY_SCOPES`], with an inbound app's token.
    FETCH_TENANT_TOKEN_BY_SCOPES_BY_TOKEN = Operation {
        name: "fetch_tenant_token_by_scopes_by_token",
        path: TENANT_TOKEN,
        parameters: &[
            INBOUND_TOKEN.required(), APP_ID.required(), TENANT_ID.required(), SCOPES.required(), OPTIONS,
            EXTERNAL_IDENTIFIER,
        ],
        ..FETCH
    };
    /// Deletes one token.
    DELETE_TOKEN = Operation {
        name: "delete_token",
        path: "/v1/mgmt/outbound/token",
        parameters: &[TOKEN_ID.required()],
        tokens: Tokens::EndedById,
        ..DELETE
    };
    /// Deletes the tokens of a user, of an app, or of a user for an app.
    DELETE_USER_TOKENS = Operation {
        name: "delete_user_tokens",
        path: "/v1/mgmt/outbound/user/tokens",
        parameters: &[APP_ID.in_query(), USER_ID.in_query()],
        at_least_one_is_needed: true,
        tokens: Tokens::Changed,
        ..DELETE
    };
    /// The ids of the apps that a user has a token for.
    LIST_APPS_WITH_USER_TOKEN = Operation {
        name: "list_apps_with_user_token",
        path: "/v1/mgmt/outbound/apps-with-user-token",
        parameters: &[USER_ID.required().in_query(), TENANT_ID.in_query()],
        ..READ
    };
    /// Stores a user's API key for an app.
    UPLOAD_USER_API_KEY = Operation {
        name: "upload_user_api_key",
        path: "/v1/mgmt/outbound/app/user/apikey/upload",
        parameters: &[APP_ID.required(), USER_ID.required(), API_KEY.required(), TENANT_ID],
        ..UPLOAD
    };
    /// Stores a tenant's API key for an app.
    UPLOAD_TENANT_API_KEY = Operation {
        name: "upload_tenant_api_key",
        path: "/v1/mgmt/outbound/app/tenant/apikey/upload",
        parameters: &[APP_ID.required(), TENANT_ID.required(), API_KEY.required()],
        ..UPLOAD
    };
    /// Stores a user's OAuth token for an app.
    UPLOAD_USER_TOKEN = Operation {
        name: "upload_user_token",
        path: "/v1/mgmt/outbound/app/user/oauthtoken/upload",
        parameters: with_upload_fields!(APP_ID.required(), USER_ID.required(), TENANT_ID),
        takes_more: true,
        ..UPLOAD
    };
    /// Stores a tenant's OAuth token for an app.
    UPLOAD_TENANT_TOKEN = Operation {
        name: "upload_tenant_token",
        path: "/v1/mgmt/outbound/app/tenant/oauthtoken/upload",
        parameters: with_upload_fields!(APP_ID.required(), TENANT_ID.required()),
        takes_more: true,
        ..UPLOAD
    };
    /// Stores OAuth tokens of several users: all of them or, where one fails, none.
    BATCH_UPLOAD_USER_TOKENS = Operation {
        name: "batch_upload_user_tokens",
        path: "/v1/mgmt/outbound/app/user/oauthtoken/batch/upload",
        parameters: &[
            Parameter::body("tokens", "tokens", Kind::Uploads { ids: ["appId", "userId"], without: None }).required(),
        ],
        answer: AnswerShape::Object,
        tokens: Tokens::ChangedByBatch,
        ..UPLOAD
    };
    /// Stores OAuth tokens of several tenants: all of them or, where one fails, none.
    BATCH_UPLOAD_TENANT_TOKENS = Operation {
        name: "batch_upload_tenant_tokens",
        path: "/v1/mgmt/outbound/app/tenant/oauthtoken/batch/upload",
        parameters: &[
            Parameter::body("tokens", "tokens", Kind::Uploads { ids: ["appId", "tenantId"], without: Some("userId") })
                .required(),
        ],
        answer: AnswerShape::Object,
        tokens: Tokens::ChangedByBatch,
        ..UPLOAD
    };
    /// Makes an outbound app.
    CREATE_APPLICATION = Operation {
        name: "create_application",
        path: "/v1/mgmt/outbound/app/create",
        parameters: with_application_fields!(NAME.required(), OPTIONAL_ID),
        takes_more: true,
        repeat: Repeat::WhileUnstarted,
        answer: AnswerShape::Object,
        ..POST
    };
    /// Makes an outbound app from one of Descope's templates.
    CREATE_APPLICATION_BY_TEMPLATE = Operation {
        name: "create_application_by_template",
        path: "/v1/mgmt/outbound/app/create/bytemplate",
        parameters: &[
            Parameter::body("template_id", "templateId", Kind::Id).required(),
            OPTIONAL_ID,
            CLIENT_ID,
            CLIENT_SECRET,
            TENANT_ID,
            Parameter::body("overrides", "overrides", Kind::Object),
        ],
        takes_more: true,
        repeat: Repeat::WhileUnstarted,
        answer: AnswerShape::Object,
        ..POST
    };
    /// Replaces an outbound app as a whole: what is left out is emptied.
    UPDATE_APPLICATION = Operation {
        name: "update_application",
        path: "/v1/mgmt/outbound/app/update",
        parameters: with_application_fields!(ID.required(), NAME.required()),
        wrapper: Some("app"),
        takes_more: true,
        answer: AnswerShape::Object,
        tokens: Tokens::ChangedOfApp,
        ..POST
    };
    /// Deletes an outbound app.
    DELETE_APPLICATION = Operation {
        name: "delete_application",
        path: "/v1/mgmt/outbound/app/delete",
        parameters: &[ID.required()],
        repeat: Repeat::UntilGone,
        tokens: Tokens::ChangedOfApp,
        ..POST
    };
    /// One outbound app.
    LOAD_APPLICATION = Operation {
        name: "load_application",
        path: "/v1/mgmt/outbound/app",
        parameters: &[Parameter::new("id", "id", Place::Path, Kind::Id).required()],
        ..READ
    };
    /// Every outbound app.
    LOAD_ALL_APPLICATIONS = Operation {
        name: "load_all_applications",
        path: "/v1/mgmt/outbound/apps",
        ..READ
    };
}

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

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.0.iter().map(|(name, argument)| (name.as_str(), argument))
    }

    /// The text of this name, in whichever spelling; an empty one is none.
    pub(crate) fn text(&self, snake: &str, camel: &str) -> Option<&str> {
        self.iter().find_map(|(name, argument)| match argument {
            Argument::Text(text) if (name == snake || name == camel) && !text.is_empty() => {
                Some(text.as_str())
            }
            _ => None,
        })
    }

    /// The same with these options, and no others.
    pub(crate) fn with_options(mut self, options: Argument) -> Self {
        self.0.retain(|(name, _)| name != "options");
        self.with("options", options)
    }

    /// The argument of this name, in whichever spelling; in both at once it could not be told which is meant.
    fn take(&mut self, parameter: &Parameter) -> Result<Option<Argument>, Error> {
        let ArgumentName { snake, camel } = parameter.name;
        let is_its = |(name, _): &(String, Argument)| name == snake || name == camel;
        let mut found = None;
        while let Some(position) = self.0.iter().position(is_its) {
            let argument = self.0.remove(position).1;
            if matches!(argument, Argument::Absent) {
                continue;
            }
            if found.replace(argument).is_some() {
                return Err(Error::invalid(parameter.name, "must not be given twice"));
            }
        }
        Ok(found)
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
    pub(crate) url: Uri,
    pub(crate) body: Option<Bytes>,
    pub(crate) repeat: Repeat,
    /// What goes in the place of the management key, where the operation takes it.
    pub(crate) inbound_token: Option<Secret>,
    /// The secrets among the arguments.
    pub(crate) mask: Mask,
}

impl Operation {
    /// The operation of this name in Rust and Python.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().copied().find(|operation| operation.name == name)
    }

    /// Checks the arguments and puts each in its place.
    pub(crate) fn prepare(&'static self, urls: &Urls, mut arguments: Arguments) -> Result<Prepared, Error> {
        let mut rest_of_url = String::new();
        let mut query_separator = '?';
        let mut body = Vec::new();
        let mut inbound_token = None;
        let mut mask = Mask::default();
        let mut repeat = self.repeat;
        let mut is_any_given = false;
        for parameter in self.parameters {
            let argument = parameter.check(arguments.take(parameter)?)?;
            let Some(argument) = argument else { continue };
            is_any_given = true;
            argument.add_secrets_to(&mut mask);
            if matches!(self.repeat, Repeat::UnlessAsked(what) if argument.asks_for(parameter.wire, what)) {
                repeat = Repeat::WhileUnstarted;
            }
            // Writing to a String cannot fail.
            match (parameter.place, argument) {
                (Place::Path, Argument::Text(text)) => {
                    let _ = write!(rest_of_url, "/{}", utf8_percent_encode(&text, RESERVED));
                }
                (Place::Query, Argument::Text(text)) => {
                    let encoded = utf8_percent_encode(&text, RESERVED);
                    let _ = write!(rest_of_url, "{query_separator}{}={encoded}", parameter.wire);
                    query_separator = '&';
                }
                (Place::Bearer, Argument::Secret(secret)) => inbound_token = Some(secret),
                (_, argument) => body.push((parameter.wire.to_owned(), argument)),
            }
        }
        for (name, argument) in arguments.0 {
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
        if let (true, false, [first, ..]) = (self.at_least_one_is_needed, is_any_given, self.parameters) {
            return Err(Error::invalid(first.name, NO_FILTER));
        }
        let body = match (self.verb, self.wrapper) {
            (Verb::Post, None) => Some(encode(&Argument::Object(body))?),
            (Verb::Post, Some(wrapper)) => {
                Some(encode(&Argument::Object(vec![(wrapper.to_owned(), Argument::Object(body))]))?)
            }
            (Verb::Get | Verb::Delete, _) => None,
        };
        let method = match self.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
        };
        let url = urls.of(self, &rest_of_url)?;
        Ok(Prepared { operation: self, method, url, body, repeat, inbound_token, mask })
    }
}

impl Parameter {
    fn check(&self, argument: Option<Argument>) -> Result<Option<Argument>, Error> {
        let Some(argument) = argument else {
            return match (self.required, self.place) {
                (false, _) => Ok(None),
                // The official SDK's words.
                (true, Place::Bearer) => {
                    Err(Error::invalid_setup("Inbound app token is required for perform this functionality"))
                }
                (true, _) => Err(Error::invalid(self.name, EMPTY)),
            };
        };
        argument.refuse_unusable(Some(self))?;
        match (self.kind, argument) {
            (Kind::Id, Argument::Text(text)) if text.is_empty() => Err(Error::invalid(self.name, EMPTY)),
            (Kind::Narrowing, Argument::Text(text)) if text.is_empty() => self.check(None),
            (Kind::Id, Argument::Text(text))
                if self.place == Place::Path && (text == "." || text == "..") =>
            {
                Err(Error::invalid(self.name, "must not be '.' or '..': it would change the path"))
            }
            (Kind::Secret, Argument::Secret(secret)) if secret.is_empty() && self.required => {
                self.check(None)
            }
            (Kind::Secret, Argument::Text(text)) => self.check(Some(Argument::Secret(text.into()))),
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
            (Kind::Uploads { ids, without }, Argument::List(items)) => {
                self.check_uploads(ids, without, items)
            }
            (Kind::Id | Kind::Narrowing | Kind::Text, argument @ Argument::Text(_))
            | (Kind::Secret, argument @ Argument::Secret(_))
            | (Kind::Flag, argument @ Argument::Flag(_))
            | (Kind::Object, argument @ Argument::Object(_))
            | (Kind::List, argument @ Argument::List(_)) => Ok(Some(argument)),
            (Kind::Integer, Argument::Number(number)) if number.is_i64() => {
                Ok(Some(Argument::Number(number)))
            }
            (kind, other) => {
                let problem = format!("must be {}, not {}", kind.expected(), other.type_name());
                Err(Error::wrong_type(self.name, problem))
            }
        }
    }

    /// The service takes all of a batch or nothing, so one bad item is told before it is sent, by its index.
    fn check_uploads(
        &self,
        ids: [&str; 2],
        without: Option<&str>,
        items: Vec<Argument>,
    ) -> Result<Option<Argument>, Error> {
        if items.is_empty() {
            return Err(Error::invalid(self.name, "must not be empty"));
        }
        for (index, item) in items.iter().enumerate() {
            if !matches!(item, Argument::Object(_)) {
                let problem = format!("must be a list of objects, and item {index} is {}", item.type_name());
                return Err(Error::wrong_type(self.name, problem));
            }
            for id in ids {
                if !matches!(item.member(id), Some(Argument::Text(text)) if !text.is_empty()) {
                    return Err(Error::invalid(
                        self.name,
                        format!("must hold {id} in each item, and item {index} does not"),
                    ));
                }
            }
            if let Some(other) =
                without.filter(|other| !matches!(item.member(other), None | Some(Argument::Absent)))
            {
                let problem =
                    format!("must be alike, and item {index} holds {other}, which is not for this batch");
                return Err(Error::invalid(self.name, problem));
            }
        }
        Ok(Some(Argument::List(items)))
    }
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Self::Id | Self::Narrowing | Self::Text | Self::Secret => "a string",
            Self::Texts => "a list of strings",
            Self::Integer => "a whole number",
            Self::Flag => "a boolean",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Uploads { .. } => "a list of objects",
        }
    }
}

impl Argument {
    /// Whether this argument, or a member of it, is called that and is true.
    fn asks_for(&self, own_name: &str, what: &str) -> bool {
        let asking = if own_name == what { Some(self) } else { self.member(what) };
        // Anything but a plain "no" may be a "yes" to the service.
        !matches!(asking, None | Some(Self::Absent | Self::Flag(false)))
    }

    fn refuse_unusable(&self, parameter: Option<&Parameter>) -> Result<(), Error> {
        const MORE: ArgumentName = ArgumentName { snake: "more", camel: "more" };
        let name = parameter.map_or(MORE, |parameter| parameter.name);
        match self.unusable() {
            Some(Self::Malformed(problem)) => Err(Error::invalid(name, *problem)),
            Some(foreign) if parameter.is_none() || matches!(self, Self::List(_) | Self::Object(_)) => {
                let problem = format!("must be JSON throughout, and {} is not", foreign.type_name());
                Err(Error::wrong_type(name, problem))
            }
            _ => Ok(()),
        }
    }
}

/// The JSON of a body, in memory that is wiped when the last holder lets go of it.
fn encode(body: &Argument) -> Result<Bytes, Error> {
    let mut buffer = WipedBuffer::with_capacity(256);
    serde_json::to_writer(&mut buffer, body)
        .map_err(|error| Error::invalid_setup(format!("the arguments are no JSON: {error}")))?;
    Ok(Bytes::from_owner(buffer))
}

/// The name of an inbound app's token, for the error that says what is wrong with it.
pub(crate) const INBOUND_TOKEN_NAME: ArgumentName = INBOUND_TOKEN.name;

/// A header's value of `Bearer <project>:<credential>`.
pub(crate) fn bearer(
    project_id: &str,
    name: ArgumentName,
    credential: &Secret,
) -> Result<http::HeaderValue, Error> {
    check_credential(name, credential)?;
    secret_header(&["Bearer ", project_id, ":", credential.expose()])
        .ok_or_else(|| Error::invalid(name, "cannot stand in a header"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn user() -> Arguments {
        Arguments::default().with("app_id", "a").with("user_id", "u")
    }

    fn body_of(operation: &'static Operation, arguments: Arguments) -> String {
        let prepared = operation.prepare(&Urls::new("https://h"), arguments).unwrap();
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
        let prepared = DELETE_TOKEN
            .prepare(&Urls::new("https://h"), Arguments::default().with("token_id", "a/ ?&=%+ü#."))
            .unwrap();
        assert_eq!(
            prepared.url.to_string(),
            "https://h/v1/mgmt/outbound/token?id=a%2F%20%3F%26%3D%25%2B%C3%BC%23."
        );
        assert!(prepared.body.is_none());
    }

    #[test]
    fn what_is_missing_is_named() {
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
            let error = operation.prepare(&Urls::new("https://h"), arguments).unwrap_err();
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
            let error = operation.prepare(&Urls::new("https://h"), arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidType, "{text}");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn an_argument_that_the_operation_does_not_know_is_refused() {
        let error = DELETE_TOKEN.prepare(&Urls::new("https://h"), user()).unwrap_err();
        assert_eq!(error.to_string(), "token_id must not be empty");
        let error = FETCH_TOKEN
            .prepare(&Urls::new("https://h"), user().with("scopes", Argument::List(vec![])))
            .unwrap_err();
        assert_eq!(error.to_string(), "fetch_token takes no argument called scopes");
    }

    #[test]
    fn a_forced_refresh_is_not_repeated_once_it_may_have_begun() {
        let forced = |value: Argument| {
            let options = Argument::Object(vec![("forceRefresh".to_owned(), value)]);
            FETCH_TOKEN.prepare(&Urls::new("https://h"), user().with("options", options)).unwrap().repeat
        };
        assert_eq!(forced(Argument::from(true)), Repeat::WhileUnstarted);
        assert_eq!(forced(Argument::from("true")), Repeat::WhileUnstarted);
        assert_eq!(forced(Argument::from(false)), Repeat::UnlessAsked("forceRefresh"));
    }

    #[test]
    fn an_inbound_token_takes_the_place_of_the_key_and_is_no_part_of_the_body() {
        let arguments = user().with("token", "made-up-inbound-token");
        let prepared = FETCH_TOKEN_BY_TOKEN.prepare(&Urls::new("https://h"), arguments).unwrap();
        assert_eq!(prepared.inbound_token.unwrap().expose(), "made-up-inbound-token");
        assert_eq!(prepared.body.unwrap(), r#"{"appId":"a","userId":"u"}"#.as_bytes());
        assert_eq!(prepared.mask.apply("made-up-inbound-token"), "[redacted]");
        for token in [Argument::Absent, Argument::from(""), Argument::from(Secret::from(""))] {
            let error = FETCH_TOKEN_BY_TOKEN
                .prepare(&Urls::new("https://h"), user().with("token", token))
                .unwrap_err();
            assert_eq!(error.to_string(), "Inbound app token is required for perform this functionality");
        }
    }

    #[test]
    fn an_id_in_a_path_cannot_leave_it() {
        let url = |id| {
            LOAD_APPLICATION
                .prepare(&Urls::new("https://h"), Arguments::default().with("id", id))
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
    fn an_application_is_sent_with_what_is_false_or_empty_or_unknown() {
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
        let prepared = UPDATE_APPLICATION.prepare(&Urls::new("https://h"), application()).unwrap();
        assert_eq!(prepared.mask.apply("made-up-secret"), "[redacted]");
    }

    #[test]
    fn an_argument_in_both_spellings_is_refused_unless_one_is_absent() {
        let both = |second: Argument| {
            let arguments =
                Arguments::default().with("name", "n").with("client_id", second).with("clientId", "b");
            CREATE_APPLICATION.prepare(&Urls::new("https://h"), arguments)
        };
        assert_eq!(both(Argument::from("a")).unwrap_err().to_string(), "client_id must not be given twice");
        assert_eq!(
            both(Argument::Absent).unwrap().body.unwrap(),
            r#"{"name":"n","clientId":"b"}"#.as_bytes()
        );
    }

    #[test]
    fn an_upload_that_is_verified_is_not_repeated_once_it_may_have_begun() {
        let upload = |verify: bool| {
            let arguments = user().with("refresh_token", "made-up-refresh").with("verify_refresh", verify);
            UPLOAD_USER_TOKEN.prepare(&Urls::new("https://h"), arguments).unwrap()
        };
        assert_eq!(upload(true).repeat, Repeat::WhileUnstarted);
        assert_eq!(upload(false).repeat, Repeat::UnlessAsked("verifyRefresh"));
        let body = upload(false).body.unwrap();
        let sent = r#"{"appId":"a","userId":"u","refreshToken":"made-up-refresh","verifyRefresh":false}"#;
        assert_eq!(body, sent.as_bytes());
    }

    #[test]
    fn a_bad_item_of_a_batch_is_told_by_its_index() {
        let item = |members: &[(&str, &str)]| {
            let members = members.iter().map(|(name, text)| ((*name).to_owned(), Argument::from(*text)));
            Argument::Object(members.collect())
        };
        let good = || item(&[("appId", "a"), ("userId", "u"), ("refreshToken", "made-up")]);
        let tokens = |items: Vec<Argument>| Arguments::default().with("tokens", Argument::List(items));
        assert!(
            BATCH_UPLOAD_USER_TOKENS.prepare(&Urls::new("https://h"), tokens(vec![good(), good()])).is_ok()
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
                "tokens must be alike, and item 0 holds userId, which is not for this batch",
            ),
        ];
        for (operation, items, text) in cases {
            assert_eq!(
                operation.prepare(&Urls::new("https://h"), tokens(items)).unwrap_err().to_string(),
                text
            );
        }
    }

    #[test]
    fn every_operation_is_found_by_its_name() {
        for &operation in OPERATIONS {
            assert!(std::ptr::eq(Operation::named(operation.name).unwrap(), operation));
        }
        assert!(Operation::named("no such").is_none());
    }
}
