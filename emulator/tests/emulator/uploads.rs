//! Uploads of tokens and API keys that were issued elsewhere.

use std::time::Duration;

use descope_outbound_emulator::{Emulator, Fault, Options, Revocation, Seed};
use serde_json::{Value, json};

use crate::test_client::{LATEST, TestClient};

const USER_KEY: &str = "/v1/mgmt/outbound/app/user/apikey/upload";
const TENANT_KEY: &str = "/v1/mgmt/outbound/app/tenant/apikey/upload";
const USER_TOKEN: &str = "/v1/mgmt/outbound/app/user/oauthtoken/upload";
const TENANT_TOKEN: &str = "/v1/mgmt/outbound/app/tenant/oauthtoken/upload";
const USER_BATCH: &str = "/v1/mgmt/outbound/app/user/oauthtoken/batch/upload";
const TENANT_BATCH: &str = "/v1/mgmt/outbound/app/tenant/oauthtoken/batch/upload";
const TENANT_LATEST: &str = "/v1/mgmt/outbound/app/tenant/token/latest";

async fn emulator() -> (Emulator, TestClient) {
    let seed = Seed::default().app("github");
    let emulator = Emulator::start(Options { seed, ..Options::default() }).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

async fn upload(client: &TestClient, path: &str, body: Value) {
    let response = client.post(path, body).await;
    assert_eq!((response.status, response.json()), (200, json!({})), "{path}");
}

async fn is_connected(client: &TestClient, user_id: &str) -> bool {
    client.post(LATEST, json!({ "appId": "github", "userId": user_id })).await.status == 200
}

#[tokio::test]
async fn an_api_key_is_an_access_token_without_an_expiry() {
    let (emulator, client) = emulator().await;
    upload(&client, USER_KEY, json!({ "appId": "github", "userId": "user-1", "apiKey": "key-1" })).await;
    upload(&client, TENANT_KEY, json!({ "appId": "github", "tenantId": "acme", "apiKey": "key-2" })).await;
    emulator.advance(Duration::from_hours(1000));
    let token = client.fetch("github", "user-1").await;
    assert_eq!((&token["accessToken"], &token["accessTokenExpiry"]), (&json!("key-1"), &json!("")));
    assert_eq!(token["hasRefreshToken"], false);
    assert!(client.is_accepted("github", &token["accessToken"]).await);
    let of_tenant = client.post(TENANT_LATEST, json!({ "appId": "github", "tenantId": "acme" })).await.json();
    assert_eq!(of_tenant["token"]["accessToken"], "key-2");
}

#[tokio::test]
async fn an_uploaded_token_is_fetched_unchanged_and_refreshed_after_its_expiry() {
    let (emulator, client) = emulator().await;
    let clock = client.get("/_emulator/clock").await.json();
    let expiry = clock["epoch_milliseconds"].as_u64().unwrap() / 1000 + 600;
    let body = json!({
        "appId": "github", "userId": "user-1", "tenantId": null, "accessToken": "access-1",
        "refreshToken": "refresh-1", "accessTokenExpiry": expiry, "accessTokenType": "token", "scopes": ["repo"],
        "externalIdentifier": "mine", "idToken": "id", "grantedBy": "admin", "verifyRefresh": false,
    });
    upload(&client, USER_TOKEN, body).await;

    let token = client.fetch("github", "user-1").await;
    assert_eq!(token["accessToken"], "access-1");
    assert_eq!(token["accessTokenType"], "token");
    assert_eq!(token["accessTokenExpiry"], expiry.to_string());
    assert_eq!((&token["scopes"], &token["grantedBy"]), (&json!(["repo"]), &json!("admin")));
    assert_eq!(token["externalIdentifier"], "mine");
    assert!(client.is_accepted("github", &token["accessToken"]).await);

    emulator.advance(Duration::from_mins(10));
    assert!(!client.is_accepted("github", &token["accessToken"]).await);
    let refreshed = client.fetch("github", "user-1").await;
    assert_ne!(refreshed["accessToken"], "access-1");
    assert!(client.is_accepted("github", &refreshed["accessToken"]).await);
}

#[tokio::test]
async fn an_uploaded_refresh_token_alone_yields_an_access_token_at_the_first_fetch() {
    let (_emulator, client) = emulator().await;
    let body = json!({ "appId": "github", "tenantId": "acme", "refreshToken": "refresh-1" });
    upload(&client, TENANT_TOKEN, body).await;
    let token = client.post(TENANT_LATEST, json!({ "appId": "github", "tenantId": "acme" })).await.json();
    assert!(client.is_accepted("github", &token["token"]["accessToken"]).await);
}

#[tokio::test]
async fn verifying_an_uploaded_refresh_token_uses_it_immediately() {
    let (emulator, client) = emulator().await;
    let body = json!({
        "appId": "github", "userId": "user-1", "refreshToken": "refresh-1", "verifyRefresh": true,
    });
    upload(&client, USER_TOKEN, body).await;
    assert_eq!(emulator.counters().refreshes, 1);
    let token = client.fetch("github", "user-1").await;
    assert!(client.is_accepted("github", &token["accessToken"]).await);
    assert_eq!(emulator.counters().refreshes, 1);
}

#[tokio::test]
async fn a_failed_verification_stores_nothing() {
    let (emulator, client) = emulator().await;
    let body = |user: &str| json!({ "appId": "github", "userId": user, "refreshToken": "refresh-1", "verifyRefresh": true });
    emulator.add_fault(Fault::response(500).path("/provider/github/token").once()).unwrap();
    assert_eq!(client.post(USER_TOKEN, body("user-1")).await.status, 400);
    assert!(!is_connected(&client, "user-1").await);

    upload(&client, USER_TOKEN, body("user-2")).await;
    let response = client.post(USER_TOKEN, body("user-3")).await;
    assert_eq!(response.status, 400, "the upload before has already used the refresh token");
    assert!(!is_connected(&client, "user-3").await);
}

#[tokio::test]
async fn an_uploaded_token_can_be_revoked() {
    let (emulator, client) = emulator().await;
    let body = json!({ "appId": "github", "userId": "user-1", "accessToken": "access-1" });
    upload(&client, USER_TOKEN, body).await;
    emulator.revoke(&Revocation::app("github"));
    assert!(!client.is_accepted("github", &json!("access-1")).await);
}

#[tokio::test]
async fn an_invalid_upload_gets_the_error_code_of_its_problem() {
    let (_emulator, client) = emulator().await;
    for (path, body, status, code) in [
        (USER_KEY, json!({ "appId": "github", "userId": "u" }), 400, "E011002"),
        (USER_KEY, json!({ "appId": "github", "apiKey": "k" }), 400, "E011002"),
        (TENANT_KEY, json!({ "appId": "github", "apiKey": "k" }), 400, "E011002"),
        (
            TENANT_KEY,
            json!({ "appId": "github", "tenantId": "t", "userId": "u", "apiKey": "k" }),
            400,
            "E011003",
        ),
        (USER_KEY, json!({ "appId": "unknown", "userId": "u", "apiKey": "k" }), 404, "E111502"),
        (USER_TOKEN, json!({ "appId": "github", "userId": "u" }), 400, "E011004"),
        (
            USER_TOKEN,
            json!({ "appId": "github", "userId": "u", "accessToken": "", "refreshToken": "" }),
            400,
            "E011004",
        ),
        (
            USER_TOKEN,
            json!({ "appId": "github", "userId": "u", "accessToken": "a", "verifyRefresh": true }),
            400,
            "E011004",
        ),
        (
            USER_TOKEN,
            json!({ "appId": "github", "userId": "u", "accessToken": "a", "accessTokenExpiry": -1 }),
            400,
            "E011004",
        ),
        (
            USER_TOKEN,
            json!({ "appId": "github", "userId": "u", "accessToken": "a", "accessTokenExpiry": 3_000_000_000_u64 }),
            400,
            "E011003",
        ),
        (
            TENANT_TOKEN,
            json!({ "appId": "github", "tenantId": "t", "userId": "u", "accessToken": "a" }),
            400,
            "E011003",
        ),
        (USER_BATCH, json!({ "tokens": [] }), 400, "E011004"),
        (USER_BATCH, json!({}), 400, "E011004"),
        (USER_BATCH, json!({ "tokens": ["a"] }), 400, "E011003"),
        (
            USER_BATCH,
            json!({ "tokens": [{ "appId": "github", "userId": "u", "accessToken": "a", "verifyRefresh": true }] }),
            400,
            "E011003",
        ),
        (
            TENANT_BATCH,
            json!({ "tokens": [{ "appId": "github", "userId": "u", "accessToken": "a" }] }),
            400,
            "E011003",
        ),
    ] {
        let response = client.post(path, body.clone()).await;
        assert_eq!((response.status, response.error_code().as_str()), (status, code), "{path} {body}");
    }
}

#[tokio::test]
async fn every_token_of_a_valid_batch_is_stored() {
    let (_emulator, client) = emulator().await;
    let item = |user: &str| json!({ "appId": "github", "userId": user, "accessToken": format!("of {user}") });
    let response = client.post(USER_BATCH, json!({ "tokens": [item("user-1"), item("user-2")] })).await;
    assert_eq!((response.status, response.json()), (200, json!({ "failures": [] })));
    assert_eq!(client.fetch("github", "user-2").await["accessToken"], "of user-2");
    let body = json!({ "tokens": [{ "appId": "github", "tenantId": "acme", "refreshToken": "r" }] });
    assert_eq!(client.post(TENANT_BATCH, body).await.json(), json!({ "failures": [] }));
}

#[tokio::test]
async fn a_batch_with_a_failure_stores_nothing_and_reports_each_failure() {
    let (_emulator, client) = emulator().await;
    let tokens = json!([
        { "appId": "github", "userId": "user-1", "accessToken": "a" },
        { "appId": "unknown", "userId": "user-2", "accessToken": "a" },
        { "appId": "github", "accessToken": "a" },
        { "appId": "github", "userId": "user-4" },
    ]);
    let response = client.post(USER_BATCH, json!({ "tokens": tokens })).await;
    assert_eq!(response.status, 200);
    let failures = response.json()["failures"].clone();
    let named: Vec<_> = failures
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| {
            let names: Vec<&str> = failure.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, ["appId", "userId", "errorCode", "reason"]);
            (failure["userId"].as_str().unwrap(), failure["errorCode"].as_str().unwrap())
        })
        .collect();
    assert_eq!(named, [("user-2", "E111502"), ("", "E011002"), ("user-4", "E011004")]);
    assert!(!is_connected(&client, "user-1").await);

    let body = json!({ "tokens": [{ "appId": "unknown", "tenantId": "acme", "accessToken": "a" }] });
    let failure = client.post(TENANT_BATCH, body).await.json()["failures"][0].clone();
    assert_eq!((&failure["tenantId"], failure.get("userId")), (&json!("acme"), None));
}
