//! Seeds: what exists from the start, and what is told about a seed that makes no sense.

use descope_outbound_emulator::{Connection, Emulator, Options, Seed};
use serde_json::json;

use crate::client::{BY_SCOPES, Client};

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

async fn seeded(seed: Seed) -> (Emulator, Client) {
    let emulator = Emulator::start(Options { seed, ..Options::default() }).await.unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn what_is_pinned_in_a_seed_is_what_is_served() {
    let (_emulator, client) = seeded(Seed::from_json(SEED).unwrap()).await;
    let body = json!({
        "appId": "github", "userId": "user-1", "scopes": ["repo"], "options": { "withRefreshToken": true }
    });
    let token = client.post(BY_SCOPES, body).await.json()["token"].clone();
    assert_eq!(token["id"], "token-1");
    assert_eq!(token["accessToken"], "pinned-access");
    assert_eq!(token["refreshToken"], "pinned-refresh");
    assert!(client.is_good("github", &token["accessToken"]).await);
}

#[tokio::test]
async fn a_reset_brings_the_seed_back_and_nothing_else() {
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
async fn a_seed_that_lists_apps_lists_them_all() {
    let (emulator, _client) = seeded(Seed::default().app("github")).await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let error = emulator.connect(Connection::user("gitlab", "user-1")).unwrap_err();
    assert!(error.to_string().contains("gitlab"), "{error}");
}

#[tokio::test]
async fn without_a_list_an_app_exists_as_soon_as_somebody_connects_to_it() {
    let (emulator, client) = seeded(Seed::default()).await;
    emulator.connect(Connection::user("anything", "user-1")).unwrap();
    client.fetch("anything", "user-1").await;
}

#[tokio::test]
async fn what_is_pinned_twice_is_refused_when_connecting() {
    let (emulator, _client) = seeded(Seed::from_json(SEED).unwrap()).await;
    let connection = || Connection::user("github", "user-9");
    assert!(emulator.connect(connection().token_id("token-1")).is_err());
    assert!(emulator.connect(connection().access_token("pinned-access")).is_err());
    assert!(emulator.connect(connection().refresh_token("pinned-refresh")).is_err());
    assert!(emulator.connect(Connection::default()).is_err());
}

#[test]
fn what_is_wrong_with_a_seed_is_told_with_the_name_of_the_entry() {
    for (seed, expected) in [
        (r#"{"apps":[{"id":"a"},{"id":"a"}]}"#, "apps[1]: there are two apps with the id \"a\""),
        (r#"{"apps":[{"id":""}]}"#, "apps[0]: id is missing"),
        (r#"{"apps":[{"title":"a"}]}"#, "apps[0]: unknown field `title`"),
        (
            r#"{"apps":[{"id":"a"}],"connections":[{"app_id":"b","user_id":"u"}]}"#,
            "connections[0]: there is no app \"b\"",
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
async fn a_seed_made_in_code_is_checked_at_the_start() {
    let seed = Seed::default().app("github").connection(Connection::user("gitlab", "user-1"));
    let error = Emulator::start(Options { seed, ..Options::default() }).await.unwrap_err();
    assert!(error.to_string().contains("connections[0]"), "{error}");
}

#[test]
fn a_seed_file_that_cannot_be_read_is_named() {
    let error = Seed::from_file("/nowhere/seed.json").unwrap_err().to_string();
    assert!(error.contains("/nowhere/seed.json"), "{error}");
}
