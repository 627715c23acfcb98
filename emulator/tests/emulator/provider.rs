//! The providers: valid and invalid access tokens, and refresh tokens that rotate.

use std::time::Duration;

use bytes::Bytes;
use descope_outbound_emulator::{Connection, Emulator, Fault, Options, Revocation};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::test_client::{LATEST, ReceivedResponse, TOKEN, TestClient};

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

async fn fetch_with(client: &TestClient, options: Value) -> Value {
    let body = json!({ "appId": "github", "userId": "user-1", "options": options });
    client.post(LATEST, body).await.json()["token"].clone()
}

async fn exchange_refresh_token(
    client: &TestClient,
    app_id: &str,
    refresh_token: &Value,
) -> ReceivedResponse {
    let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token });
    client.post(&format!("/provider/{app_id}/token"), body).await
}

#[tokio::test]
async fn a_valid_access_token_identifies_its_user() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").scopes(["repo"]).tenant("acme")).unwrap();
    let body = json!({ "appId": "github", "userId": "user-1", "tenantId": "acme" });
    let token = client.post(LATEST, body).await.json()["token"].clone();
    let client = client.bearer(format!("Bearer {}", token["accessToken"].as_str().unwrap()));

    let response = client.get("/provider/github/me").await;

    let expected = json!({ "app": "github", "user": "user-1", "tenant": "acme", "scopes": ["repo"] });
    assert_eq!((response.status, response.json()), (200, expected));
    assert_eq!(client.get("/provider/google/me").await.status, 401, "another provider's token");
}

#[tokio::test]
async fn an_unknown_access_token_is_rejected_with_a_challenge() {
    let (emulator, client) = emulator().await;
    let response = client.bearer("Bearer invented").get("/provider/github/me").await;
    assert_eq!(response.status, 401);
    assert_eq!(response.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    assert_eq!(response.json()["error"], "invalid_token");
    assert_eq!(emulator.counters().refusals, 1);
}

#[tokio::test]
async fn deleting_a_token_from_the_vault_does_not_revoke_it_at_the_provider() {
    let (emulator, client) = emulator().await;
    let id = emulator.connect(Connection::user("github", "user-1")).unwrap();
    let token = client.fetch("github", "user-1").await;
    client.delete(&format!("{TOKEN}?id={id}")).await;
    assert!(client.is_accepted("github", &token["accessToken"]).await);
}

#[tokio::test]
async fn a_forced_refresh_returns_new_tokens_and_the_old_access_token_stays_valid() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let before = fetch_with(&client, json!({ "withRefreshToken": true })).await;

    let after = fetch_with(&client, json!({ "withRefreshToken": true, "forceRefresh": true })).await;

    assert_ne!(before["accessToken"], after["accessToken"]);
    assert_ne!(before["refreshToken"], after["refreshToken"]);
    assert_eq!(before["id"], after["id"]);
    assert_eq!(before["lastRefreshTime"], "");
    assert_ne!(after["lastRefreshTime"], "");
    assert!(client.is_accepted("github", &before["accessToken"]).await);
    assert!(client.is_accepted("github", &after["accessToken"]).await);
    let counters = emulator.counters();
    assert_eq!((counters.mints, counters.refreshes), (2, 1));
}

#[tokio::test]
async fn concurrent_fetches_refresh_an_expired_token_once() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").lifetime(Duration::from_mins(1))).unwrap();
    let before = client.fetch("github", "user-1").await;
    emulator.advance(Duration::from_mins(2));
    assert!(!client.is_accepted("github", &before["accessToken"]).await);

    let fetches: Vec<_> = (0..8)
        .map(|_| {
            let client = TestClient::of(&emulator);
            tokio::spawn(async move { client.fetch("github", "user-1").await })
        })
        .collect();
    for fetch in fetches {
        let token = fetch.await.unwrap();
        assert_ne!(token["accessToken"], before["accessToken"]);
        assert!(client.is_accepted("github", &token["accessToken"]).await);
    }
    assert_eq!(emulator.counters().refreshes, 1);
    assert_eq!(emulator.counters().double_refreshes_refused, 0);
}

#[tokio::test]
async fn an_expired_token_without_a_refresh_token_stays_expired_and_gives_the_reason() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").without_refresh_token()).unwrap();
    let before = client.fetch("github", "user-1").await;
    emulator.advance(Duration::from_hours(2));
    let after = client.fetch("github", "user-1").await;
    assert_eq!(after["hasRefreshToken"], false);
    assert_eq!(after["accessToken"], before["accessToken"]);
    assert_eq!(after["lastRefreshError"], "there is no refresh token");
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").scopes(["repo", "gist"])).unwrap();
    let token = fetch_with(&client, json!({ "withRefreshToken": true })).await;

    let first = exchange_refresh_token(&client, "github", &token["refreshToken"]).await;
    assert_eq!(first.status, 200);
    let pair = first.json();
    assert_eq!(pair["token_type"], "Bearer");
    assert_eq!(pair["expires_in"], 3600);
    assert_eq!(pair["scope"], "repo gist");
    assert!(client.is_accepted("github", &pair["access_token"]).await);

    let second = exchange_refresh_token(&client, "github", &token["refreshToken"]).await;
    assert_eq!((second.status, second.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(emulator.counters().double_refreshes_refused, 1);

    let next = exchange_refresh_token(&client, "github", &pair["refresh_token"]).await;
    assert_eq!(next.status, 200);
}

#[tokio::test]
async fn a_refresh_fails_in_the_vault_after_another_client_used_the_refresh_token() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let token = fetch_with(&client, json!({ "withRefreshToken": true })).await;
    exchange_refresh_token(&client, "github", &token["refreshToken"]).await;

    let after = fetch_with(&client, json!({ "forceRefresh": true })).await;

    assert_eq!(after["accessToken"], token["accessToken"]);
    assert_eq!(after["lastRefreshError"], "the refresh token has already been used");
}

#[tokio::test]
async fn the_token_endpoint_accepts_forms_and_rejects_invalid_ones() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1").refresh_token("pinned +1")).unwrap();
    let form = async |body: &'static str| {
        let request = client
            .request("POST", "/provider/github/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(Bytes::from_static(body.as_bytes())))
            .unwrap();
        let response = client.send(request).await.unwrap();
        (response.status, response.json()["error"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |error: &str| (400, error.to_owned());
    assert_eq!(form("").await, refused("invalid_request"));
    assert_eq!(form("grant_type=refresh_token").await, refused("invalid_request"));
    assert_eq!(form("grant_type=password&refresh_token=x").await, refused("unsupported_grant_type"));
    assert_eq!(form("grant_type=refresh_token&refresh_token=x").await, refused("invalid_grant"));
    assert_eq!(form("grant_type=refresh_token&refresh_token=pinned+%2B1").await, (200, String::new()));
}

#[tokio::test]
async fn revoking_a_consent_invalidates_its_access_tokens_and_its_refreshes() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator.connect(Connection::user("github", "user-2")).unwrap();
    let revoked = client.fetch("github", "user-1").await;
    let untouched = client.fetch("github", "user-2").await;

    assert_eq!(emulator.revoke(&Revocation::user("github", "user-1")), 1);

    assert!(!client.is_accepted("github", &revoked["accessToken"]).await);
    assert!(client.is_accepted("github", &untouched["accessToken"]).await);
    let after = fetch_with(&client, json!({ "forceRefresh": true })).await;
    assert_eq!(after["accessToken"], revoked["accessToken"]);
    assert_eq!(after["lastRefreshError"], "the user has revoked the consent");
    assert_eq!(emulator.revoke(&Revocation::user("github", "user-1")), 0, "no consent is left to revoke");

    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let again = client.fetch("github", "user-1").await;
    assert!(client.is_accepted("github", &again["accessToken"]).await, "a new consent yields new tokens");
}

#[tokio::test]
async fn a_fault_at_the_provider_affects_the_vaults_refreshes() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let before = client.fetch("github", "user-1").await;
    emulator.add_fault(Fault::response(503).path("/provider/github/token").once()).unwrap();
    let failed = fetch_with(&client, json!({ "forceRefresh": true })).await;
    assert_eq!(failed["accessToken"], before["accessToken"]);
    assert_ne!(failed["lastRefreshError"], "");
    let refreshed = fetch_with(&client, json!({ "forceRefresh": true })).await;
    assert_ne!(refreshed["accessToken"], before["accessToken"]);
    assert_eq!(refreshed["lastRefreshError"], "");
}
