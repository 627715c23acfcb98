//! A dropped secret leaves no copy in memory: the tests inspect each heap block when it is freed. Only these tests of
//! the crate contain unsafe code, because an allocator needs it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod inspecting_allocator;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use descope_outbound::{
    Argument, Arguments, Client, Environment, Error, ErrorKind, LicenseHandshake, Operation, Secret, Token,
    TokenUpload, operation,
};

use inspecting_allocator::{InspectingAllocator, PLANTED, left_behind_by};

#[global_allocator]
static ALLOCATOR: InspectingAllocator = InspectingAllocator;

/// A secret as long as real ones, because long values use other buffers than short ones.
fn planted() -> Secret {
    let mut value = String::with_capacity(PLANTED.len() + 2000);
    value.extend(PLANTED.iter().copied().map(char::from));
    value.extend(std::iter::repeat_n('x', 2000));
    Secret::from(value)
}

fn client() -> Client {
    Client::builder()
        .environment(Environment::default())
        .project_id("Pmadeup")
        .management_key(planted())
        .header("x-gateway-key", planted())
        // No server listens there. HTTP's own buffers are not part of the promise.
        .base_url("http://127.0.0.1:1")
        .license_handshake(LicenseHandshake::Off)
        .retry_delays([])
        .build()
        .unwrap()
}

fn call(operation: &'static Operation, arguments: Arguments) -> Error {
    on_this_thread(client().call(operation, arguments, Some(Duration::from_secs(5)))).unwrap_err()
}

fn on_this_thread<Output>(future: impl Future<Output = Output>) -> Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn the_allocator_finds_a_value_that_is_not_wiped() {
    assert_eq!(left_behind_by(|| planted().expose().to_owned()), 1);
    let mut growing = planted().expose().to_owned();
    assert_eq!(left_behind_by(|| growing.reserve(100_000)), 1);
    std::mem::forget(growing);
}

#[test]
fn a_secret_is_wiped_when_it_is_dropped() {
    assert_eq!(left_behind_by(planted), 0);
    assert_eq!(left_behind_by(|| planted().clone()), 0);
    assert_eq!(left_behind_by(|| format!("{:?}", planted())), 0);
    let borrowed = planted();
    assert_eq!(left_behind_by(|| Secret::from(borrowed.expose())), 0);
}

#[test]
fn a_secret_is_wiped_when_a_panic_drops_it() {
    let left = left_behind_by(|| {
        catch_unwind(|| {
            let secret = planted();
            panic!("with {secret:?} at hand");
        })
    });
    assert_eq!(left, 0);
    let task = async {
        let secret = planted();
        tokio::task::yield_now().await;
        panic!("with {secret:?} at hand");
    };
    assert_eq!(left_behind_by(|| catch_unwind(AssertUnwindSafe(|| on_this_thread(task)))), 0);
}

#[test]
fn a_client_wipes_its_key_and_the_values_derived_from_it() {
    assert_eq!(left_behind_by(client), 0);
    assert_eq!(left_behind_by(|| client().clone()), 0);
    let environment = || [("DESCOPE_MANAGEMENT_KEY", planted()), ("https_proxy", planted())];
    assert_eq!(
        left_behind_by(|| {
            let environment: Environment = environment().into_iter().collect();
            Client::builder().environment(environment).project_id("Pmadeup").build()
        }),
        0
    );
}

#[test]
fn a_rejected_setting_leaves_no_copy() {
    let bad = || Secret::from(format!("{}\n", planted().expose()));
    // The test's own text, from which it builds the bad key.
    let own = left_behind_by(bad);
    assert_eq!(left_behind_by(|| Client::builder().project_id("P").management_key(bad()).build()), own);
    assert_eq!(left_behind_by(|| Client::builder().project_id("P").header("x-key", bad()).build()), own);
    assert_eq!(left_behind_by(|| Client::builder().project_id("").management_key(planted()).build()), 0);
}

#[test]
fn a_call_that_sends_nothing_wipes_its_secrets() {
    let ids = || Arguments::default().with("app_id", "a").with("user_id", "u");
    let upload =
        || ids().with("refresh_token", planted()).with("access_token", planted()).with("id_token", planted());
    let batch = || {
        let token = |secret| {
            Argument::Object(vec![
                ("appId".to_owned(), "a".into()),
                ("userId".to_owned(), "u".into()),
                ("refreshToken".to_owned(), Argument::Secret(secret)),
            ])
        };
        Arguments::default().with("tokens", Argument::List(vec![token(planted()), token(planted())]))
    };
    let application = || Arguments::default().with("name", "n").with("client_secret", planted());
    let calls: [(&'static Operation, &dyn Fn() -> Arguments); 6] = [
        (&operation::FETCH_TOKEN, &ids),
        (&operation::FETCH_TOKEN_BY_TOKEN, &|| ids().with("token", planted())),
        (&operation::UPLOAD_USER_API_KEY, &|| ids().with("api_key", planted())),
        (&operation::UPLOAD_USER_TOKEN, &upload),
        (&operation::BATCH_UPLOAD_USER_TOKENS, &batch),
        (&operation::CREATE_APPLICATION, &application),
    ];
    for (operation, arguments) in calls {
        let left = left_behind_by(|| {
            let error = call(operation, arguments());
            assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
        });
        assert_eq!(left, 0, "{}", operation.name);
        // The client rejects these arguments before it encodes them.
        assert_eq!(left_behind_by(|| call(operation, arguments().with("user_id", "v").with("x", 0.0))), 0);
    }
}

#[test]
fn an_upload_of_the_rust_client_is_wiped() {
    let left = left_behind_by(|| {
        let mut upload = TokenUpload::of_user("a", "u");
        upload.refresh_token = Some(planted());
        upload.id_token = Some(planted());
        on_this_thread(client().upload_user_token(&upload)).unwrap_err()
    });
    assert_eq!(left, 0);
}

#[test]
fn a_token_is_wiped_when_it_is_dropped() {
    let value = planted();
    let json = Secret::from(
        ["{\"accessToken\":\"", value.expose(), "\",\"refreshToken\":\"", value.expose(), "\"}"].concat(),
    );
    assert_eq!(left_behind_by(|| serde_json::from_str::<Token>(json.expose()).unwrap()), 0);
    // Arguments that arrive as JSON, as from Node.
    assert_eq!(left_behind_by(|| serde_json::from_str::<Argument>(json.expose()).unwrap()), 0);
    let inbound = Secret::from(["{\"token\":\"", value.expose(), "\"}"].concat());
    assert_eq!(left_behind_by(|| serde_json::from_str::<Argument>(inbound.expose()).unwrap()), 0);
}
