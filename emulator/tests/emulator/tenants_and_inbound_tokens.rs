//! Tenant-level tokens, and fetches with an inbound token instead of the management key.

use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, InboundToken, Options};
use serde_json::{Value, json};

use crate::test_client::{BY_SCOPES, LATEST, LICENSE, TestClient};

const TENANT_LATEST: &str = "/v1/mgmt/outbound/app/tenant/token/latest";
const TENANT_BY_SCOPES: &str = "/v1/mgmt/outbound/app/tenant/token";

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").scopes(["repo"])).unwrap();
    emulator.connect(Connection::user("github", "user-2").scopes(["repo"])).unwrap();
    emulator.connect(Connection::of_tenant("github", "acme").scopes(["repo"])).unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

fn client_with_token(emulator: &Emulator, token: &str) -> TestClient {
    TestClient::of(emulator).bearer(format!("Bearer {}:{token}", emulator.project_id()))
}

/// The four fetches, for user-1 or acme.
fn fetches() -> [(&'static str, Value); 4] {
    [
        (LATEST, json!({ "appId": "github", "userId": "user-1" })),
        (BY_SCOPES, json!({ "appId": "github", "userId": "user-1", "scopes": ["repo"] })),
        (TENANT_LATEST, json!({ "appId": "github", "tenantId": "acme" })),
        (TENANT_BY_SCOPES, json!({ "appId": "github", "tenantId": "acme", "scopes": ["repo"] })),
    ]
}

#[tokio::test]
async fn a_tenant_level_token_belongs_to_its_tenant() {
    let (_emulator, client) = emulator().await;
    for (path, body) in &fetches()[2..] {
        let token = client.post(path, body.clone()).await.json()["token"].clone();
        assert_eq!((&token["tenantId"], &token["userId"]), (&json!("acme"), &json!("")), "{path}");
    }
    let body = json!({ "appId": "github", "tenantId": "acme", "scopes": ["gist"] });
    assert_eq!(client.post(TENANT_BY_SCOPES, body).await.error_code(), "E111504");
    assert_eq!(client.post(TENANT_LATEST, json!({ "appId": "github" })).await.error_code(), "E011002");
    let body = json!({ "appId": "github", "tenantId": "acme", "userId": "user-1" });
    assert_eq!(client.post(TENANT_LATEST, body).await.error_code(), "E011003");
}

#[tokio::test]
async fn an_inbound_token_can_only_fetch() {
    let (emulator, _client) = emulator().await;
    let client = client_with_token(&emulator, &emulator.issue_inbound_token(InboundToken::user("user-1")));
    for (path, body) in fetches() {
        assert_eq!(client.post(path, body).await.status, 200, "{path}");
    }
    assert!(emulator.journal().iter().all(|entry| entry.authorized));
    for response in [
        client.get(LICENSE).await,
        client.delete("/v1/mgmt/outbound/user/tokens?userId=user-1").await,
        client.get("/v1/mgmt/outbound/apps").await,
    ] {
        assert_eq!(response.status, 401);
    }
}

#[tokio::test]
async fn an_inbound_token_fetches_only_for_its_user_and_tenant() {
    let (emulator, _client) = emulator().await;
    let other_user = InboundToken::user("user-2");
    let other_tenant = InboundToken::user("user-1").tenant("other");
    let no_scope = InboundToken::user("user-1").scopes(["openid"]);
    for (request, expected) in
        [(other_user, [403, 403, 200, 200]), (other_tenant, [200, 200, 403, 403]), (no_scope, [403; 4])]
    {
        let client = client_with_token(&emulator, &emulator.issue_inbound_token(request.clone()));
        for ((path, body), expected) in fetches().into_iter().zip(expected) {
            assert_eq!(client.post(path, body).await.status, expected, "{request:?} {path}");
        }
    }
}

#[tokio::test]
async fn an_inbound_token_that_is_unknown_expired_or_without_a_project_is_rejected() {
    let (emulator, _client) = emulator().await;
    let token = emulator.issue_inbound_token(InboundToken::user("user-1"));
    let (path, body) = &fetches()[0];
    assert_eq!(client_with_token(&emulator, "invented").post(path, body.clone()).await.status, 401);
    let bare = TestClient::of(&emulator).bearer(format!("Bearer {token}"));
    assert_eq!(bare.post(path, body.clone()).await.status, 401);
    emulator.advance(Duration::from_hours(2));
    assert_eq!(client_with_token(&emulator, &token).post(path, body.clone()).await.status, 401);
    let journal = serde_json::to_string(&emulator.journal()).unwrap();
    assert!(!journal.contains(&token) && !journal.contains("invented"), "{journal}");
}

#[tokio::test]
async fn an_inbound_token_is_issued_over_http() {
    let (emulator, control) = emulator().await;
    let response =
        control.post("/_emulator/inbound_token", json!({ "user_id": "user-1", "token": "pinned" })).await;
    assert_eq!(response.json(), json!({ "token": "pinned" }));
    let (path, body) = &fetches()[0];
    assert_eq!(client_with_token(&emulator, "pinned").post(path, body.clone()).await.status, 200);
}
