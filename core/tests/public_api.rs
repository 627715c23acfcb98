//! Every public item of the crate, by its name. The compiler checks that each listed item exists, and the tests check
//! that the source has no public item that is missing in the lists.
#![expect(clippy::expect_used, reason = "a source file that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Lists the items of the crate's root.
macro_rules! roots {
    ($($name:ident)*) => {
        const ROOTS: &[&str] = &[$(stringify!($name)),*];
        mod roots {
            $(pub(crate) use descope_outbound::$name;)*
        }
    };
}

/// Lists the public fields of each struct.
macro_rules! fields {
    ($($owner:ident { $($field:tt)* })*) => {
        const FIELDS: &[&str] = &[$($(concat!(stringify!($owner), "::", stringify!($field)),)*)*];
        const _: () = {
            $(let _ = |value: &$owner| { $(let _ = &value.$field;)* };)*
        };
    };
}

/// Lists the variants of each enum.
macro_rules! variants {
    ($($owner:ident { $($variant:ident)* })*) => {
        const VARIANTS: &[&str] = &[$($(concat!(stringify!($owner), "::", stringify!($variant)),)*)*];
        const _: () = {
            $(let _ = |value: &$owner| matches!(value, $($owner::$variant { .. })|*);)*
        };
    };
}

/// Lists the constants of each type.
macro_rules! constants {
    ($($owner:ident { $($constant:ident)* })*) => {
        const CONSTANTS: &[&str] = &[$($(concat!(stringify!($owner), "::", stringify!($constant)),)*)*];
        const _: () = {
            $($(let _ = $owner::$constant;)*)*
        };
    };
}

/// Lists the statics of the module `operation`.
macro_rules! operations {
    ($($operation:ident)*) => {
        const OPERATIONS: &[&str] = &[$(stringify!($operation)),*];
        const _: &[&Operation] = &[$(&operation::$operation),*];
    };
}

/// Lists the methods of each type, with their signatures.
macro_rules! methods {
    ($($owner:ident { $($method:ident: $signature:ty;)* })*) => {
        const METHODS: &[&str] = &[$($(concat!(stringify!($owner), "::", stringify!($method)),)*)*];
        #[test]
        fn every_listed_method_has_its_signature() {
            $($(let _: $signature = $owner::$method;)*)*
        }
    };
}

roots! {
    Application ArgumentName Argument Arguments BatchFailure Cache CacheClock CacheOptions CacheStats CallOptions Client
    ClientBuilder DEFAULT_TIMEOUT Environment Error ErrorKind ErrorResponse FetchToken Headers LicenseHandshake MoreFields
    Operation Response Secret Source Template Token TokenUpload TransportError TransportReason UrlParam operation
}

/// `bindings` is plumbing for other languages and exempt from semantic versioning. `invariants` is in builds for tests only.
const EXEMPT: [&str; 2] = ["bindings", "invariants"];

use roots::*;

fields! {
    Application {
        name id description logo client_id client_secret discovery_url authorization_url authorization_url_params token_url
        token_url_params revocation_url default_scopes default_redirect_url callback_domain pkce access_type prompt app_type
        use_dcr dcr_url tenant_id more
    }
    ArgumentName { snake camel }
    BatchFailure { app_id user_id tenant_id error_code reason }
    CacheStats {
        hits misses joined refreshed_ahead stale_served negative_hits suppressed_publishes evictions entries bytes
        upstream_requests
    }
    MoreFields { 0 }
    Operation { name }
    Template { template_id id client_id client_secret tenant_id overrides }
    Token {
        id app_id user_id tenant_id access_token access_token_type refresh_token has_refresh_token scopes last_refresh_error
    }
    TokenUpload {
        app_id user_id tenant_id refresh_token access_token access_token_expiry access_token_type scopes external_identifier
        id_token verify_refresh granted_by
    }
    UrlParam { key value }
}

variants! {
    Argument { Absent Flag Number Text Secret List Object Foreign Malformed }
    ErrorKind {
        InvalidArgument InvalidType ManagementKeyMissing TokenNotFound RateLimited Http DeadlineExceeded ConnectionFailed
        Decode
    }
    LicenseHandshake { Beside Wait Off }
    Source { Network Cache Stale Joined }
    TransportReason { Dns Refused ConnectTimeout Tls Reset Proxy ProxyAuthentication Protocol Other }
}

constants! {
    Environment { NAMES }
}

operations! {
    FETCH_TOKEN FETCH_TOKEN_BY_SCOPES FETCH_TENANT_TOKEN FETCH_TENANT_TOKEN_BY_SCOPES FETCH_TOKEN_BY_TOKEN
    FETCH_TOKEN_BY_SCOPES_BY_TOKEN FETCH_TENANT_TOKEN_BY_TOKEN FETCH_TENANT_TOKEN_BY_SCOPES_BY_TOKEN DELETE_TOKEN
    DELETE_USER_TOKENS LIST_APPS_WITH_USER_TOKEN UPLOAD_USER_API_KEY UPLOAD_TENANT_API_KEY UPLOAD_USER_TOKEN
    UPLOAD_TENANT_TOKEN BATCH_UPLOAD_USER_TOKENS BATCH_UPLOAD_TENANT_TOKENS CREATE_APPLICATION
    CREATE_APPLICATION_BY_TEMPLATE UPDATE_APPLICATION DELETE_APPLICATION LOAD_APPLICATION LOAD_ALL_APPLICATIONS
}

type Text = &'static str;
type ClientRef = &'static Client;
type Fetch = FetchToken<'static>;
type EmptyResult = Result<(), Error>;

methods! {
    Application { named: fn(Text) -> Application; }
    Argument {
        member_text: fn(&str, String) -> Argument;
        type_name: fn(&Argument) -> &str;
    }
    Arguments { with: fn(Arguments, Text, Text) -> Arguments; }
    Cache {
        stats: fn(&Cache) -> CacheStats;
        clear: fn(&Cache);
        forget: fn(&Cache, Option<Text>, Option<Text>) -> EmptyResult;
        reject: fn(&Cache, &str) -> bool;
        in_flight: fn(&Cache) -> usize;
    }
    CacheClock {
        adjustable: fn() -> CacheClock;
        advance: fn(&CacheClock, Duration);
        step_wall: fn(&CacheClock, i64);
    }
    CacheOptions {
        max_entries: fn(CacheOptions, usize) -> CacheOptions;
        max_bytes: fn(CacheOptions, u64) -> CacheOptions;
        refresh_after: fn(CacheOptions, Duration) -> CacheOptions;
        max_age: fn(CacheOptions, Duration) -> CacheOptions;
        stale_if_error: fn(CacheOptions, Duration) -> CacheOptions;
        negative: fn(CacheOptions, Duration) -> CacheOptions;
        background: fn(CacheOptions, bool) -> CacheOptions;
        clock: fn(CacheOptions, CacheClock) -> CacheOptions;
    }
    CallOptions {
        timeout: fn(CallOptions, Duration) -> CallOptions;
        min_validity: fn(CallOptions, Duration) -> CallOptions;
    }
    Client {
        from_env: fn() -> Result<Client, Error>;
        builder: fn() -> ClientBuilder;
        cache: fn(&Client) -> Option<&Cache>;
        call: fn(ClientRef, &'static Operation, Arguments, Option<Duration>) -> _;
        open: fn(ClientRef) -> _;
        require_management_key: fn(&Client) -> EmptyResult;
        fetch_token: fn(ClientRef, Text, Text) -> Fetch;
        fetch_token_by_scopes: fn(ClientRef, Text, Text, [Text; 1]) -> Fetch;
        fetch_tenant_token: fn(ClientRef, Text, Text) -> Fetch;
        fetch_tenant_token_by_scopes: fn(ClientRef, Text, Text, [Text; 1]) -> Fetch;
        delete_token: fn(ClientRef, Text) -> _;
        delete_user_tokens: fn(ClientRef, Option<Text>, Option<Text>) -> _;
        list_apps_with_user_token: fn(ClientRef, Text, Option<Text>) -> _;
        upload_user_api_key: fn(ClientRef, Text, Text, Text, Option<Text>) -> _;
        upload_tenant_api_key: fn(ClientRef, Text, Text, Text) -> _;
        upload_user_token: fn(ClientRef, &'static TokenUpload) -> _;
        upload_tenant_token: fn(ClientRef, &'static TokenUpload) -> _;
        batch_upload_user_tokens: fn(ClientRef, &'static [TokenUpload]) -> _;
        batch_upload_tenant_tokens: fn(ClientRef, &'static [TokenUpload]) -> _;
        create_application: fn(ClientRef, &'static Application) -> _;
        create_application_by_template: fn(ClientRef, &'static Template) -> _;
        update_application: fn(ClientRef, &'static Application) -> _;
        delete_application: fn(ClientRef, Text) -> _;
        load_application: fn(ClientRef, Text) -> _;
        load_all_applications: fn(ClientRef) -> _;
    }
    ClientBuilder {
        project_id: fn(ClientBuilder, Text) -> ClientBuilder;
        management_key: fn(ClientBuilder, Text) -> ClientBuilder;
        base_url: fn(ClientBuilder, Text) -> ClientBuilder;
        timeout: fn(ClientBuilder, Duration) -> ClientBuilder;
        environment: fn(ClientBuilder, Environment) -> ClientBuilder;
        license_handshake: fn(ClientBuilder, LicenseHandshake) -> ClientBuilder;
        allow_insecure_http: fn(ClientBuilder, bool) -> ClientBuilder;
        skip_verify: fn(ClientBuilder, bool) -> ClientBuilder;
        header: fn(ClientBuilder, Text, Text) -> ClientBuilder;
        retry_delays: fn(ClientBuilder, [Duration; 2]) -> ClientBuilder;
        cache: fn(ClientBuilder, CacheOptions) -> ClientBuilder;
        build: fn(ClientBuilder) -> Result<Client, Error>;
    }
    Environment { process: fn() -> Environment; }
    Error {
        kind: fn(&Error) -> ErrorKind;
        argument: fn(&Error) -> Option<ArgumentName>;
        message: fn(&Error) -> &str;
        response: fn(&Error) -> Option<&ErrorResponse>;
        status: fn(&Error) -> Option<u16>;
        error_code: fn(&Error) -> Option<&str>;
        retry_after: fn(&Error) -> Option<Duration>;
        transport_error: fn(&Error) -> Option<&TransportError>;
        is_timeout: fn(&Error) -> bool;
        is_connect: fn(&Error) -> bool;
        was_never_sent: fn(&Error) -> bool;
        request_id: fn(&Error) -> Option<&str>;
    }
    ErrorKind { as_str: fn(ErrorKind) -> Text; }
    ErrorResponse {
        status: fn(&ErrorResponse) -> u16;
        headers: fn(&ErrorResponse) -> &Headers;
        body: fn(&ErrorResponse) -> &str;
        error_description: fn(&ErrorResponse) -> &str;
        error_message: fn(&ErrorResponse) -> &str;
    }
    FetchToken {
        inbound_token: fn(Fetch, Text) -> Fetch;
        external_identifier: fn(Fetch, Text) -> Fetch;
        tenant_id: fn(Fetch, Text) -> Fetch;
        force_refresh: fn(Fetch) -> Fetch;
        with_refresh_token: fn(Fetch) -> Fetch;
        timeout: fn(Fetch, Duration) -> Fetch;
        min_validity: fn(Fetch, Duration) -> Fetch;
    }
    Headers {
        iter: fn(&'static Headers) -> _;
        get: for<'headers> fn(&'headers Headers, &str) -> Option<&'headers str>;
        lines: fn(&Headers) -> &str;
    }
    Operation { named: fn(&str) -> Option<&'static Operation>; }
    Response {
        status: fn(&Response) -> u16;
        headers: fn(&Response) -> &Headers;
        json: fn(&Response) -> &[u8];
        source: fn(&Response) -> Source;
    }
    Secret { expose: fn(&Secret) -> &str; }
    Source { as_str: fn(Source) -> Text; }
    Token {
        source: fn(&Token) -> Source;
        expires_at: fn(&Token) -> Option<SystemTime>;
    }
    TokenUpload {
        of_user: fn(Text, Text) -> TokenUpload;
        of_tenant: fn(Text, Text) -> TokenUpload;
    }
    TransportError {
        reason: fn(&TransportError) -> TransportReason;
        message: fn(&TransportError) -> &str;
    }
    TransportReason { as_str: fn(TransportReason) -> Text; }
}

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The files of the crate's source, without the builds for tests only.
fn source_files() -> Vec<String> {
    fn collect(folder: &Path, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder of the source") {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() {
                collect(&path, files);
            } else if !EXEMPT.iter().any(|exempt| path.ends_with(format!("{exempt}.rs"))) {
                files.push(fs::read_to_string(path).expect("a source file"));
            }
        }
    }
    let mut files = Vec::new();
    collect(Path::new(SOURCE), &mut files);
    files
}

/// The identifier at the beginning of a text.
fn identifier(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The names that `lib.rs` exports, public modules included.
fn exported_names() -> BTreeSet<String> {
    let source = fs::read_to_string(Path::new(SOURCE).join("lib.rs")).expect("lib.rs");
    let code: String = source.lines().filter(|line| !line.starts_with("//")).collect();
    let mut names = BTreeSet::new();
    for statement in code.split(';') {
        if let Some((_, module)) = statement.rsplit_once("pub mod ") {
            names.insert(module.to_owned());
        }
        let Some((_, path)) = statement.split_once("pub use ") else { continue };
        assert!(!path.contains('*') && !path.contains(" as "), "export each item by its own name: {path}");
        let list = path.split_once('{').map_or_else(|| path.rsplit("::").next(), |(_, list)| Some(list));
        let list = list.unwrap_or_default().trim_end_matches('}');
        names.extend(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
    }
    names
}

/// The public members of the exported types, as `Type::member`. rustfmt gives every declaration its indentation.
fn public_members() -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for file in source_files() {
        let mut owner = "";
        let mut is_enum = false;
        for line in file.lines() {
            if let Some(rest) = line.strip_prefix("pub struct ") {
                (owner, is_enum) = (identifier(rest), false);
                if let Some((_, field)) = rest.split_once('(')
                    && field.starts_with("pub ")
                {
                    members.insert(format!("{owner}::0"));
                }
            } else if let Some(rest) = line.strip_prefix("pub enum ") {
                (owner, is_enum) = (identifier(rest), true);
            } else if let Some(rest) = line.strip_prefix("impl") {
                let rest = rest
                    .split_once("> ")
                    .map_or(rest, |(generics, rest)| if generics.starts_with('<') { rest } else { generics });
                (owner, is_enum) =
                    (if line.contains(" for ") { "" } else { identifier(rest.trim_start()) }, false);
            } else if !line.starts_with(' ') && !line.is_empty() && !line.starts_with("//") {
                owner = "";
            }
            let Some(declaration) = line.strip_prefix("    ") else { continue };
            let is_variant = is_enum && declaration.starts_with(|first: char| first.is_ascii_uppercase());
            let name = if is_variant { Some(declaration) } else { declaration.strip_prefix("pub ") };
            if let Some(name) = name
                && ROOTS.contains(&owner)
            {
                let words = ["async ", "const ", "unsafe ", "fn "];
                let name = words.iter().fold(name, |name, word| name.strip_prefix(word).unwrap_or(name));
                members.insert(format!("{owner}::{}", identifier(name)));
            }
        }
    }
    members
}

/// Checks that the lists name all public items, and shows only the difference.
fn check(public: &BTreeSet<String>, lists: &[&[&str]]) {
    let listed = lists.concat().into_iter().map(str::to_owned).collect();
    let unlisted: Vec<_> = public.difference(&listed).collect();
    assert!(unlisted.is_empty(), "public but not listed here: {unlisted:?}");
    let missing: Vec<_> = listed.difference(public).collect();
    assert!(missing.is_empty(), "listed here but not found in the source: {missing:?}");
}

#[test]
fn the_lists_name_every_export_of_the_crate() {
    check(&exported_names(), &[ROOTS, &EXEMPT]);
}

#[test]
fn the_lists_name_every_public_member_of_the_exported_types() {
    check(&public_members(), &[FIELDS, VARIANTS, CONSTANTS, METHODS]);
}

#[test]
fn the_list_of_operations_names_every_row() {
    assert_eq!(operation::OPERATIONS.len(), OPERATIONS.len());
}

#[test]
fn the_plumbing_for_other_languages_is_hidden_in_the_documentation() {
    let source = fs::read_to_string(Path::new(SOURCE).join("lib.rs")).expect("lib.rs");
    assert!(source.contains("#[doc(hidden)]\npub mod bindings;"));
}

#[test]
fn every_exported_type_can_move_to_another_thread() {
    fn is_thread_safe<Type: Send + Sync>() {}
    is_thread_safe::<(
        Application,
        Argument,
        ArgumentName,
        Arguments,
        BatchFailure,
        Cache,
        CacheClock,
        CacheOptions,
    )>();
    is_thread_safe::<(
        CacheStats,
        CallOptions,
        Client,
        ClientBuilder,
        Environment,
        Error,
        ErrorKind,
        ErrorResponse,
    )>();
    is_thread_safe::<(Fetch, Headers, LicenseHandshake, MoreFields, &Operation, Response, Secret, Source)>();
    is_thread_safe::<(Template, Token, TokenUpload, TransportError, TransportReason, UrlParam)>();
    assert_eq!(DEFAULT_TIMEOUT, Duration::from_secs(20));
}
