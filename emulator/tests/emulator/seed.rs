//! Seeds: the apps and connections at the start, and the errors of an invalid seed.

use descope_outbound_emulator::{Connection, Emulator, Options, Seed};
use serde_json::json;

use crate::test_client::{BY_SCOPES, TestClient};

const SEED: &str = r#"{
    "apps": [{ "id": "github" }, { "id": "google", "lifetime_seconds": 60 }],
    "connections": [
        {
            "app_id": "github", "user_id": "user-1", "scopes": ["repo"], "token_id": "token-1",
            "access_token": "pinned-access", "refresh_token": "pinned-refresh"
        },
        { "app_id": "google", "user_id": "user-1", "tenant_id": "acme", "refresh_token": false }
    ]
}"#;

async fn seeded(seed: Seed) -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options { seed, ..Options::default() }).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn the_pinned_tokens_of_a_seed_are_served() {
    let (_emulator, client) = seeded(Seed::from_json(SEED).unwrap()).await;
    let body = json!({
        "appId": "github", "userId": "user-1", "scopes": ["repo"], "options": { "withRefreshToken": true }
    });
    let token = client.post(BY_SCOPES, body).await.json()["token"].clone();
    assert_eq!(token["id"], "token-1");
    assert_eq!(token["accessToken"], "pinned-access");
    assert_eq!(token["refreshToken"], "pinned-refresh");
    assert!(client.is_accepted("github", &token["accessToken"]).await);
}

#[tokio::test]
async fn a_reset_restores_only_the_seed() {
    let (emulator, client) = seeded(Seed::from_json(SEED).unwrap()).await;
    emulator.connect(Connection::user("github", "user-2")).unwrap();
    client.delete("/v1/mgmt/outbound/token?id=token-1").await;
    emulator.reset();
    assert_eq!(client.fetch("github", "user-1").await["id"], "token-1");
    let body = json!({ "appId": "github", "userId": "user-2" });
    assert_eq!(client.post("/v1/mgmt/outbound/app/user/token/latest", body).await.status, 404);
    assert_eq!(emulator.counters().requests, 2);
}

#[tokio::test]
async fn a_seed_with_apps_rejects_connections_to_other_apps() {
    let (emulator, _client) = seeded(Seed::default().app("github")).await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let error = emulator.connect(Connection::user("gitlab", "user-1")).unwrap_err();
    assert!(error.to_string().contains("gitlab"), "{error}");
}

#[tokio::test]
async fn a_connection_creates_its_app_if_the_seed_lists_none() {
    let (emulator, client) = seeded(Seed::default()).await;
    emulator.connect(Connection::user("anything", "user-1")).unwrap();
    client.fetch("anything", "user-1").await;
}

#[tokio::test]
async fn connecting_with_an_id_or_token_that_exists_fails() {
    let (emulator, _client) = seeded(Seed::from_json(SEED).unwrap()).await;
    let connection = || Connection::user("github", "user-9");
    assert!(emulator.connect(connection().token_id("token-1")).is_err());
    assert!(emulator.connect(connection().access_token("pinned-access")).is_err());
    assert!(emulator.connect(connection().refresh_token("pinned-refresh")).is_err());
    assert!(emulator.connect(Connection::default()).is_err());
}

#[test]
fn an_invalid_seed_gets_an_error_that_names_the_entry() {
    for (seed, expected) in [
        (r#"{"apps":[{"id":"a"},{"id":"a"}]}"#, "apps[1]: another app has the id \"a\""),
        (r#"{"apps":[{"id":""}]}"#, "apps[0]: id is missing"),
        (r#"{"apps":[{"title":"a"}]}"#, "apps[0]: unknown field `title`"),
        (
            r#"{"apps":[{"id":"a"}],"connections":[{"app_id":"b","user_id":"u"}]}"#,
            "connections[0]: app \"b\" is not in apps",
        ),
        (
            r#"{"connections":[{"app_id":"a","user_id":"u"},{"app_id":"a"}]}"#,
            "connections[1]: user_id is missing",
        ),
        (r#"{"connections":[{"user_id":"u"}]}"#, "connections[0]: app_id is missing"),
        (r#"{"connections":[{"app_id":"a","user":"u"}]}"#, "connections[0]: unknown field `user`"),
        (r#"{"connections":[{"app_id":"a","user_id":7}]}"#, "connections[0]: invalid type"),
        (
            r#"{"connections":[{"app_id":"a","user_id":"u","token_id":"t"},{"app_id":"a","user_id":"v","token_id":"t"}]}"#,
            "connections[1]: another connection has the same token_id",
        ),
        (r#"{"users":[]}"#, "unknown field `users`"),
        ("{", "not JSON"),
    ] {
        let error = Seed::from_json(seed).unwrap_err().to_string();
        assert!(error.contains(expected), "{seed}: {error}");
    }
}

#[tokio::test]
async fn a_seed_built_in_code_is_validated_at_the_start() {
    let seed = Seed::default().app("github").connection(Connection::user("gitlab", "user-1"));
    let error = Emulator::start(Options { seed, ..Options::default() }).await.unwrap_err();
    assert!(error.to_string().contains("connections[0]"), "{error}");
}

#[test]
fn the_error_for_an_unreadable_seed_file_names_the_file() {
    let error = Seed::from_file("/nowhere/seed.json").unwrap_err().to_string();
    assert!(error.contains("/nowhere/seed.json"), "{error}");
}
