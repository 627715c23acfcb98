//! The operations of the service, one row each.
//!
//! The methods of [`Client`](crate::Client) use them. [`Client::call`](crate::Client::call) performs any of them:
//!
//! ```no_run
//! # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
//! use descope_outbound::{Arguments, operation};
//!
//! let arguments = Arguments::default().with("id", "google-calendar");
//! let response = client.call(&operation::LOAD_APPLICATION, arguments, None).await?;
//! # Ok(())
//! # }
//! ```

// To add an operation, add a row here and a method in each language. No other code treats an operation in a special
// way.

use crate::request::argument::INBOUND_TOKEN_NAME;
use crate::request::idempotency::Idempotency;
use crate::request::parameter::{Parameter, ParameterKind, ParameterLocation};
use crate::response::ResponseShape;

/// One thing that the service can do, such as a fetch or a delete.
///
/// ```
/// use descope_outbound::operation;
///
/// assert_eq!(operation::FETCH_TOKEN.name, "fetch_token");
/// ```
#[derive(Debug)]
pub struct Operation {
    /// The name in Rust and Python. In Node it has the same words in camel case.
    pub name: &'static str,
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// The single member of the body that holds all others, if there is one.
    pub(crate) wrapper: Option<&'static str>,
    /// Whether the operation accepts unknown arguments, and sends them as members of the body.
    pub(crate) takes_more: bool,
    /// Whether at least one argument must be given, although none of them is required.
    pub(crate) needs_one_argument: bool,
    pub(crate) idempotency: Idempotency,
    pub(crate) response: ResponseShape,
    pub(crate) token_effect: TokenEffect,
}

/// The effect of an operation on the tokens that the service stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenEffect {
    /// The operation affects no token.
    Unrelated,
    /// The operation reads one token with the management key.
    Reads { of: TokenOwner, by_scopes: bool },
    /// The operation deletes or replaces the tokens of the app and of the user or tenant among its arguments.
    Invalidates,
    /// Like [`TokenEffect::Invalidates`], for each item of a batch.
    InvalidatesBatch,
    /// The operation deletes the token whose id is its argument.
    InvalidatesById,
    /// The operation may delete or change all tokens of the app whose id is its argument.
    InvalidatesApp,
}

/// The kind of owner of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenOwner {
    User,
    Tenant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

const APP_ID: Parameter = Parameter::body("app_id", "appId", ParameterKind::Id);
const USER_ID: Parameter = Parameter::body("user_id", "userId", ParameterKind::Id);
const TENANT_ID: Parameter = Parameter::body("tenant_id", "tenantId", ParameterKind::Narrowing);
const EXTERNAL_IDENTIFIER: Parameter =
    Parameter::body("external_identifier", "externalIdentifier", ParameterKind::Narrowing);
const SCOPES: Parameter = Parameter::body("scopes", "scopes", ParameterKind::Texts);
const OPTIONS: Parameter = Parameter::body("options", "options", ParameterKind::Object);
/// The service's id of a stored token.
const TOKEN_ID: Parameter = Parameter::new("token_id", "id", ParameterLocation::Query, ParameterKind::Id);
/// An inbound app's token, which replaces the management key.
const INBOUND_TOKEN: Parameter = Parameter::new(
    INBOUND_TOKEN_NAME.snake,
    INBOUND_TOKEN_NAME.camel,
    ParameterLocation::Bearer,
    ParameterKind::Secret,
);
const API_KEY: Parameter = Parameter::body("api_key", "apiKey", ParameterKind::Secret);
const ID: Parameter = Parameter::body("id", "id", ParameterKind::Id);
/// The service generates the id if it is not given.
const OPTIONAL_ID: Parameter = Parameter::body("id", "id", ParameterKind::Narrowing);
const NAME: Parameter = Parameter::body("name", "name", ParameterKind::Id);
const CLIENT_SECRET: Parameter = Parameter::body("client_secret", "clientSecret", ParameterKind::Secret);
const CLIENT_ID: Parameter = Parameter::body("client_id", "clientId", ParameterKind::Text);

/// The fields of an application, apart from its id and name.
macro_rules! with_application_fields {
    ($($first:expr),*) => {
        &[
            $($first,)*
            Parameter::body("description", "description", ParameterKind::Text),
            Parameter::body("logo", "logo", ParameterKind::Text),
            CLIENT_SECRET,
            CLIENT_ID,
            Parameter::body("discovery_url", "discoveryUrl", ParameterKind::Text),
            Parameter::body("authorization_url", "authorizationUrl", ParameterKind::Text),
            Parameter::body("authorization_url_params", "authorizationUrlParams", ParameterKind::List),
            Parameter::body("token_url", "tokenUrl", ParameterKind::Text),
            Parameter::body("token_url_params", "tokenUrlParams", ParameterKind::List),
            Parameter::body("revocation_url", "revocationUrl", ParameterKind::Text),
            Parameter::body("default_scopes", "defaultScopes", ParameterKind::Texts),
            Parameter::body("default_redirect_url", "defaultRedirectUrl", ParameterKind::Text),
            Parameter::body("callback_domain", "callbackDomain", ParameterKind::Text),
            Parameter::body("pkce", "pkce", ParameterKind::Flag),
            Parameter::body("access_type", "accessType", ParameterKind::Text),
            Parameter::body("prompt", "prompt", ParameterKind::Texts),
            Parameter::body("app_type", "appType", ParameterKind::Text),
            Parameter::body("use_dcr", "useDcr", ParameterKind::Flag),
            Parameter::body("dcr_url", "dcrUrl", ParameterKind::Text),
            TENANT_ID,
        ]
    };
}

/// The fields of an uploaded token, apart from its owner.
macro_rules! with_upload_fields {
    ($($first:expr),*) => {
        &[
            $($first,)*
            Parameter::body("refresh_token", "refreshToken", ParameterKind::Secret),
            Parameter::body("access_token", "accessToken", ParameterKind::Secret),
            Parameter::body("access_token_expiry", "accessTokenExpiry", ParameterKind::Integer),
            Parameter::body("access_token_type", "accessTokenType", ParameterKind::Text),
            SCOPES,
            Parameter::body("external_identifier", "externalIdentifier", ParameterKind::Text),
            Parameter::body("id_token", "idToken", ParameterKind::Secret),
            Parameter::body("verify_refresh", "verifyRefresh", ParameterKind::Flag),
            Parameter::body("granted_by", "grantedBy", ParameterKind::Text),
        ]
    };
}

/// The defaults of a row.
const POST: Operation = Operation {
    name: "",
    verb: Verb::Post,
    path: "",
    parameters: &[],
    wrapper: None,
    takes_more: false,
    needs_one_argument: false,
    idempotency: Idempotency::Idempotent,
    response: ResponseShape::Empty,
    token_effect: TokenEffect::Unrelated,
};
/// `forceRefresh` makes the service call the third party. Sent twice, it would use a rotating refresh token twice.
const FETCH: Operation = Operation {
    idempotency: Idempotency::IdempotentUnless("forceRefresh"),
    response: ResponseShape::Token,
    ..POST
};
/// `verifyRefresh` makes the service call the third party, as `forceRefresh` does.
const UPLOAD: Operation = Operation {
    idempotency: Idempotency::IdempotentUnless("verifyRefresh"),
    token_effect: TokenEffect::Invalidates,
    ..POST
};
const READ: Operation = Operation { verb: Verb::Get, response: ResponseShape::Object, ..POST };
const DELETE: Operation =
    Operation { verb: Verb::Delete, idempotency: Idempotency::IdempotentDelete, ..POST };

const USER_TOKEN: &str = "/v1/mgmt/outbound/app/user/token";
const LATEST_USER_TOKEN: &str = "/v1/mgmt/outbound/app/user/token/latest";
const TENANT_TOKEN: &str = "/v1/mgmt/outbound/app/tenant/token";
const LATEST_TENANT_TOKEN: &str = "/v1/mgmt/outbound/app/tenant/token/latest";

/// Defines each row, and the list of all rows.
macro_rules! operations {
    ($($(#[$documentation:meta])* $constant:ident = $row:expr;)*) => {
        $($(#[$documentation])* pub static $constant: Operation = $row;)*

        /// All operations. [`Operation::named`] finds one by its name.
        pub static OPERATIONS: &[&Operation] = &[$(&$constant),*];
    };
}

operations! {
    /// Fetches the newest token of a user for an app.
    FETCH_TOKEN = Operation {
        name: "fetch_token",
        path: LATEST_USER_TOKEN,
        parameters: &[APP_ID.required(), USER_ID.required(), TENANT_ID, OPTIONS, EXTERNAL_IDENTIFIER],
        token_effect: TokenEffect::Reads { of: TokenOwner::User, by_scopes: false },
        ..FETCH
    };
    /// Fetches a user's token for an app with exactly these scopes.
    FETCH_TOKEN_BY_SCOPES = Operation {
        name: "fetch_token_by_scopes",
        path: USER_TOKEN,
        parameters: &[APP_ID.required(), USER_ID.required(), SCOPES.required(), OPTIONS, TENANT_ID, EXTERNAL_IDENTIFIER],
        token_effect: TokenEffect::Reads { of: TokenOwner::User, by_scopes: true },
        ..FETCH
    };
    /// Fetches the newest token of a tenant for an app.
    FETCH_TENANT_TOKEN = Operation {
        name: "fetch_tenant_token",
        path: LATEST_TENANT_TOKEN,
        parameters: &[APP_ID.required(), TENANT_ID.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        token_effect: TokenEffect::Reads { of: TokenOwner::Tenant, by_scopes: false },
        ..FETCH
    };
    /// Fetches a tenant's token for an app with exactly these scopes.
    FETCH_TENANT_TOKEN_BY_SCOPES = Operation {
        name: "fetch_tenant_token_by_scopes",
        path: TENANT_TOKEN,
        parameters: &[APP_ID.required(), TENANT_ID.required(), SCOPES.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        token_effect: TokenEffect::Reads { of: TokenOwner::Tenant, by_scopes: true },
        ..FETCH
    };
    /// Does the same as [`FETCH_TOKEN`], with an inbound app's token.
    FETCH_TOKEN_BY_TOKEN = Operation {
        name: "fetch_token_by_token",
        path: LATEST_USER_TOKEN,
        parameters: &[
            INBOUND_TOKEN.required(), APP_ID.required(), USER_ID.required(), TENANT_ID, OPTIONS, EXTERNAL_IDENTIFIER,
        ],
        ..FETCH
    };
    /// Does the same as [`FETCH_TOKEN_BY_SCOPES`], with an inbound app's token.
    FETCH_TOKEN_BY_SCOPES_BY_TOKEN = Operation {
        name: "fetch_token_by_scopes_by_token",
        path: USER_TOKEN,
        parameters: &[
            INBOUND_TOKEN.required(), APP_ID.required(), USER_ID.required(), SCOPES.required(), OPTIONS, TENANT_ID,
            EXTERNAL_IDENTIFIER,
        ],
        ..FETCH
    };
    /// Does the same as [`FETCH_TENANT_TOKEN`], with an inbound app's token.
    FETCH_TENANT_TOKEN_BY_TOKEN = Operation {
        name: "fetch_tenant_token_by_token",
        path: LATEST_TENANT_TOKEN,
        parameters: &[INBOUND_TOKEN.required(), APP_ID.required(), TENANT_ID.required(), OPTIONS, EXTERNAL_IDENTIFIER],
        ..FETCH
    };
    /// Does the same as [`FETCH_TENANT_TOKEN_BY_SCOPES`], with an inbound app's token.
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
        token_effect: TokenEffect::InvalidatesById,
        ..DELETE
    };
    /// Deletes the tokens of a user, of an app, or of a user for an app.
    DELETE_USER_TOKENS = Operation {
        name: "delete_user_tokens",
        path: "/v1/mgmt/outbound/user/tokens",
        parameters: &[APP_ID.in_query(), USER_ID.in_query()],
        needs_one_argument: true,
        token_effect: TokenEffect::Invalidates,
        ..DELETE
    };
    /// Lists the ids of the apps for which a user has a token.
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
    /// Stores OAuth tokens of several users. If one fails, the service stores none of them.
    BATCH_UPLOAD_USER_TOKENS = Operation {
        name: "batch_upload_user_tokens",
        path: "/v1/mgmt/outbound/app/user/oauthtoken/batch/upload",
        parameters: &[
            Parameter::body("tokens", "tokens", ParameterKind::Uploads { ids: ["appId", "userId"], without: None }).required(),
        ],
        response: ResponseShape::Object,
        token_effect: TokenEffect::InvalidatesBatch,
        ..UPLOAD
    };
    /// Stores OAuth tokens of several tenants. If one fails, the service stores none of them.
    BATCH_UPLOAD_TENANT_TOKENS = Operation {
        name: "batch_upload_tenant_tokens",
        path: "/v1/mgmt/outbound/app/tenant/oauthtoken/batch/upload",
        parameters: &[
            Parameter::body("tokens", "tokens", ParameterKind::Uploads { ids: ["appId", "tenantId"], without: Some("userId") })
                .required(),
        ],
        response: ResponseShape::Object,
        token_effect: TokenEffect::InvalidatesBatch,
        ..UPLOAD
    };
    /// Creates an outbound app.
    CREATE_APPLICATION = Operation {
        name: "create_application",
        path: "/v1/mgmt/outbound/app/create",
        parameters: with_application_fields!(NAME.required(), OPTIONAL_ID),
        takes_more: true,
        idempotency: Idempotency::NonIdempotent,
        response: ResponseShape::Object,
        ..POST
    };
    /// Creates an outbound app from one of Descope's templates.
    CREATE_APPLICATION_BY_TEMPLATE = Operation {
        name: "create_application_by_template",
        path: "/v1/mgmt/outbound/app/create/bytemplate",
        parameters: &[
            Parameter::body("template_id", "templateId", ParameterKind::Id).required(),
            OPTIONAL_ID,
            CLIENT_ID,
            CLIENT_SECRET,
            TENANT_ID,
            Parameter::body("overrides", "overrides", ParameterKind::Object),
        ],
        takes_more: true,
        idempotency: Idempotency::NonIdempotent,
        response: ResponseShape::Object,
        ..POST
    };
    /// Replaces an outbound app as a whole. The service empties the fields that are left out.
    UPDATE_APPLICATION = Operation {
        name: "update_application",
        path: "/v1/mgmt/outbound/app/update",
        parameters: with_application_fields!(ID.required(), NAME.required()),
        wrapper: Some("app"),
        takes_more: true,
        response: ResponseShape::Object,
        token_effect: TokenEffect::InvalidatesApp,
        ..POST
    };
    /// Deletes an outbound app.
    DELETE_APPLICATION = Operation {
        name: "delete_application",
        path: "/v1/mgmt/outbound/app/delete",
        parameters: &[ID.required()],
        idempotency: Idempotency::IdempotentDelete,
        token_effect: TokenEffect::InvalidatesApp,
        ..POST
    };
    /// Loads one outbound app.
    LOAD_APPLICATION = Operation {
        name: "load_application",
        path: "/v1/mgmt/outbound/app",
        parameters: &[Parameter::new("id", "id", ParameterLocation::Path, ParameterKind::Id).required()],
        ..READ
    };
    /// Loads all outbound apps.
    LOAD_ALL_APPLICATIONS = Operation {
        name: "load_all_applications",
        path: "/v1/mgmt/outbound/apps",
        ..READ
    };
}

impl Operation {
    /// Finds an operation by its name in Rust and Python. `None` if the name is unknown.
    ///
    /// ```
    /// use descope_outbound::Operation;
    ///
    /// assert!(Operation::named("fetch_token").is_some());
    /// assert!(Operation::named("fetchToken").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().copied().find(|operation| operation.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name() {
        for &operation in OPERATIONS {
            assert!(std::ptr::eq(Operation::named(operation.name).unwrap(), operation));
        }
        assert!(Operation::named("no such").is_none());
    }
}
