//! The four operations and the license, as the service responds to them.

use descope_outbound_emulator::{Connection, Emulator, ExpiryFormat, MissingDelete, Options};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::test_client::{BY_SCOPES, LATEST, LICENSE, TOKEN, TestClient, USER_TOKENS};

async fn emulator_with(options: Options) -> (Emulator, TestClient) {
    let emulator = Emulator::start(options).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

async fn emulator() -> (Emulator, TestClient) {
    emulator_with(Options::default()).await
}

#[tokio::test]
async fn a_fetched_token_has_the_documented_fields_in_order() {
    let (emulator, client) = emulator().await;
    let connection = Connection::user("github", "user-1").scopes(["repo"]).token_id("token-1");
    emulator.connect(connection.external_identifier("mine")).unwrap();

    let token = client.fetch("github", "user-1").await;

    let names: Vec<&str> = token.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = "id appId userId tokenSub accessToken accessTokenType accessTokenExpiry hasRefreshToken \
                      lastRefreshTime lastRefreshError scopes tenantId grantedBy externalIdentifier";
    assert_eq!(names.join(" "), documented);
    assert_eq!(token["id"], "token-1");
    assert_eq!(token["appId"], "github");
    assert_eq!(token["userId"], "user-1");
    assert_eq!(token["scopes"], json!(["repo"]));
    assert_eq!(token["hasRefreshToken"], true);
    assert_eq!(token["lastRefreshError"], "");
    assert_eq!(token["tenantId"], "");
    assert_eq!(token["externalIdentifier"], "mine");
    assert!(token["accessToken"].as_str().unwrap().starts_with("emulated-access-"));
}

#[tokio::test]
async fn the_refresh_token_is_returned_only_on_request() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let options = json!({ "withRefreshToken": true });
    let body = json!({ "appId": "github", "userId": "user-1", "options": options });

    let token = client.post(LATEST, body).await.json()["token"].clone();

    assert!(token["refreshToken"].as_str().unwrap().starts_with("emulated-refresh-"));
    assert_eq!(client.fetch("github", "user-1").await.get("refreshToken"), None);
}

#[tokio::test]
async fn nulls_are_accepted_as_the_python_sdk_sends_them() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let body = json!({ "appId": "github", "userId": "user-1", "tenantId": null, "options": null });
    assert_eq!(client.post(LATEST, body).await.status, 200);
}

#[tokio::test]
async fn the_latest_token_comes_from_the_latest_connection() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").scopes(["repo"]).token_id("first")).unwrap();
    emulator.connect(Connection::user("github", "user-1").scopes(["gist"]).token_id("second")).unwrap();
    assert_eq!(client.fetch("github", "user-1").await["id"], "second");
}

#[tokio::test]
async fn a_second_consent_to_the_same_scopes_replaces_the_first() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").scopes(["a", "b"]).token_id("first")).unwrap();
    emulator.connect(Connection::user("github", "user-1").scopes(["b", "a"]).token_id("second")).unwrap();
    client.delete(&format!("{TOKEN}?id=second")).await;
    let body = json!({ "appId": "github", "userId": "user-1" });
    assert_eq!(client.post(LATEST, body).await.status, 404);
}

#[tokio::test]
async fn scopes_must_match_as_a_set() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").scopes(["read", "write"])).unwrap();
    for (scopes, status) in [
        (json!(["read", "write"]), 200),
        (json!(["write", "read", "read"]), 200),
        (json!(["read"]), 404),
        (json!(["read", "write", "admin"]), 404),
        (json!([]), 404),
    ] {
        let body = json!({ "appId": "github", "userId": "user-1", "scopes": scopes });
        let response = client.post(BY_SCOPES, body).await;
        assert_eq!(response.status, status, "{scopes}");
        if status == 404 {
            assert_eq!(response.error_code(), "E111504");
        }
    }
}

#[tokio::test]
async fn a_tenant_bound_token_is_found_only_with_its_tenant() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").tenant("acme")).unwrap();
    for (tenant, status) in [(json!("acme"), 200), (json!("other"), 404), (Value::Null, 404)] {
        let body = json!({ "appId": "github", "userId": "user-1", "tenantId": tenant });
        assert_eq!(client.post(LATEST, body).await.status, status, "{tenant}");
    }
}

#[tokio::test]
async fn an_external_identifier_selects_among_the_tokens() {
    let (emulator, client) = emulator().await;
    for name in ["work", "home"] {
        let connection = Connection::user("github", "user-1").external_identifier(name);
        emulator.connect(connection.token_id(name)).unwrap();
    }
    let body = json!({ "appId": "github", "userId": "user-1", "externalIdentifier": "work" });
    assert_eq!(client.post(LATEST, body).await.json()["token"]["id"], "work");
    assert_eq!(client.fetch("github", "user-1").await["id"], "home");
}

#[tokio::test]
async fn a_fetch_for_a_user_without_a_connection_returns_404_and_its_code() {
    let (_emulator, client) = emulator().await;
    let response = client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await;
    assert_eq!(response.status, 404);
    let names: Vec<String> = response.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["errorCode", "errorDescription", "errorMessage"]);
    assert_eq!(response.error_code(), "E111504");
}

#[tokio::test]
async fn an_invalid_request_gets_the_error_code_of_its_problem() {
    let (_emulator, client) = emulator().await;
    for (body, code) in [
        (r#"{"userId":"u"}"#, "E011002"),
        (r#"{"appId":"","userId":"u"}"#, "E011002"),
        (r#"{"appId":"a","userId":null}"#, "E011002"),
        ("", "E011002"),
        (r#"{"appId":"a","userId":"u","scopes":["r"]}"#, "E011003"),
        (r#"{"appId":"a","userId":"u","options":{"refreshToken":true}}"#, "E011003"),
        (r#"{"appId":"a","userId":"u","tenantId":{"withRefreshToken":true}}"#, "E011003"),
        (r#"{"appId":7,"userId":"u"}"#, "E011003"),
        (r#"["a","u"]"#, "E011003"),
        ("null", "E011003"),
        ("appId=a&userId=u", "E011003"),
        (r#"{"appId":"a","#, "E011003"),
    ] {
        let response = client.post_text(LATEST, body).await;
        assert_eq!((response.status, response.error_code().as_str()), (400, code), "{body}");
    }
    let response = client.post_text(BY_SCOPES, r#"{"appId":"a","userId":"u","scopes":"read write"}"#).await;
    assert_eq!((response.status, response.error_code().as_str()), (400, "E011003"));
}

#[tokio::test]
async fn an_unknown_endpoint_returns_404_and_a_different_code() {
    let (_emulator, client) = emulator().await;
    for (method, path) in [
        ("GET", LATEST),
        ("POST", LICENSE),
        ("GET", "/"),
        ("GET", "//v1/mgmt/license"),
        ("GET", "/v1/mgmt/outbound/templates"),
    ] {
        let request = client.request(method, path).body(Full::default()).unwrap();
        let response = client.send(request).await.unwrap();
        assert_eq!((response.status, response.error_code().as_str()), (404, "E011006"), "{method} {path}");
    }
}

#[tokio::test]
async fn the_license_reports_a_tier() {
    let (_emulator, client) = emulator().await;
    assert_eq!(client.get(LICENSE).await.json(), json!({ "rateLimitTier": "tier3" }));
}

#[tokio::test]
async fn a_token_is_deleted_by_its_id_even_with_special_characters() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").token_id("id/ ?&=%+ü")).unwrap();
    for spelling in ["id%2F%20%3F%26%3D%25%2B%C3%BC", "id%2F+%3F%26%3D%25%2B%C3%BC"] {
        let response = client.delete(&format!("{TOKEN}?id={spelling}")).await;
        assert_eq!((response.status, response.json()), (200, json!({})));
    }
    let response = client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await;
    assert_eq!(response.status, 404);
}

#[tokio::test]
async fn tokens_are_deleted_by_app_by_user_or_by_both() {
    let (emulator, client) = emulator().await;
    let remaining_after = async |filter: &str| {
        emulator.reset();
        for (app, user) in [("github", "u1"), ("github", "u2"), ("google", "u1"), ("google", "u2")] {
            emulator.connect(Connection::user(app, user)).unwrap();
        }
        let response = client.delete(&format!("{USER_TOKENS}{filter}")).await;
        assert_eq!((response.status, response.json()), (200, json!({})), "{filter}");
        let mut remaining = Vec::new();
        for (app, user) in [("github", "u1"), ("github", "u2"), ("google", "u1"), ("google", "u2")] {
            let response = client.post(LATEST, json!({ "appId": app, "userId": user })).await;
            if response.status == 200 {
                remaining.push(format!("{app} {user}"));
            }
        }
        remaining.join(", ")
    };
    assert_eq!(remaining_after("?appId=github&userId=u1").await, "github u2, google u1, google u2");
    assert_eq!(remaining_after("?userId=u1").await, "github u2, google u2");
    assert_eq!(remaining_after("?appId=github&userId=").await, "google u1, google u2");
}

#[tokio::test]
async fn a_delete_without_a_filter_is_rejected() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let response = client.delete(USER_TOKENS).await;
    assert_eq!((response.status, response.error_code().as_str()), (400, "E011004"));
    let response = client.delete(TOKEN).await;
    assert_eq!((response.status, response.error_code().as_str()), (400, "E011002"));
    client.fetch("github", "user-1").await;
}

#[tokio::test]
async fn deleting_something_that_does_not_exist_succeeds_unless_the_option_says_otherwise() {
    for (missing_delete, status) in [(MissingDelete::Ok, 200), (MissingDelete::NotFound, 404)] {
        let (_emulator, client) = emulator_with(Options { missing_delete, ..Options::default() }).await;
        assert_eq!(client.delete(&format!("{TOKEN}?id=nothing")).await.status, status);
        assert_eq!(client.delete(&format!("{USER_TOKENS}?userId=nobody")).await.status, status);
    }
}

#[tokio::test]
async fn the_expiry_has_the_chosen_format() {
    let expiry_in = async |expiry_format| {
        let (emulator, client) = emulator_with(Options { expiry_format, ..Options::default() }).await;
        emulator.connect(Connection::user("github", "user-1")).unwrap();
        client.fetch("github", "user-1").await.get("accessTokenExpiry").cloned()
    };
    let seconds = expiry_in(ExpiryFormat::Seconds).await.unwrap();
    let seconds: u64 = seconds.as_str().unwrap().parse().unwrap();
    let number = expiry_in(ExpiryFormat::Number).await.unwrap().as_u64().unwrap();
    assert!(number.abs_diff(seconds) < 60, "{number} {seconds}");
    let date = expiry_in(ExpiryFormat::Rfc3339).await.unwrap();
    assert_eq!((date.as_str().unwrap().len(), &date.as_str().unwrap()[19..]), (20, "Z"));
    assert_eq!(expiry_in(ExpiryFormat::Empty).await.unwrap(), "");
    assert_eq!(expiry_in(ExpiryFormat::Absent).await, None);
}

#[tokio::test]
async fn a_shut_down_emulator_accepts_no_connections() {
    let (emulator, client) = emulator().await;
    let mut kept = client.connect().await;
    let address = emulator.address();
    emulator.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let request = client.request("GET", LICENSE).body(Full::default()).unwrap();
    assert!(kept.send_request(request).await.is_err(), "an open connection is closed");
}

#[tokio::test]
async fn emulators_in_one_process_are_independent() {
    let (one, client_of_one) = emulator().await;
    let (_other, client_of_other) = emulator().await;
    one.connect(Connection::user("github", "user-1")).unwrap();
    let body = json!({ "appId": "github", "userId": "user-1" });
    assert_eq!(client_of_one.post(LATEST, body.clone()).await.status, 200);
    assert_eq!(client_of_other.post(LATEST, body).await.status, 404);
}
