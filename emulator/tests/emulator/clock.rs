//! The clock, which a test can advance without waiting.

use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Options, Seed};
use serde_json::{Value, json};

use crate::test_client::TestClient;

fn expiry(token: &Value) -> u64 {
    token["accessTokenExpiry"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_token_is_valid_for_exactly_its_lifetime() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    let connection = Connection::user("github", "user-1").lifetime(Duration::from_mins(10));
    emulator.connect(connection.without_refresh_token()).unwrap();
    let token = client.fetch("github", "user-1").await;
    emulator.advance(Duration::from_mins(9));
    assert!(client.is_accepted("github", &token["accessToken"]).await);
    emulator.advance(Duration::from_mins(1));
    assert!(!client.is_accepted("github", &token["accessToken"]).await);
}

#[tokio::test]
async fn a_lifetime_comes_from_the_connection_then_the_app_then_the_options() {
    let seed = Seed::default().app("plain").app_with_lifetime("brief", Duration::from_mins(5));
    let emulator = Emulator::start(Options { lifetime: Duration::from_hours(2), seed, ..Options::default() })
        .await
        .unwrap();
    let client = TestClient::of(&emulator);
    let now = client.get("/_emulator/clock").await.json()["epoch_milliseconds"].as_u64().unwrap() / 1000;
    emulator.connect(Connection::user("plain", "user-1")).unwrap();
    emulator.connect(Connection::user("brief", "user-1")).unwrap();
    emulator.connect(Connection::user("brief", "user-2").lifetime(Duration::from_mins(1))).unwrap();
    for (app, user, lifetime) in
        [("plain", "user-1", 7200), ("brief", "user-1", 300), ("brief", "user-2", 60)]
    {
        let expiry = expiry(&client.fetch(app, user).await);
        assert!((now + lifetime..now + lifetime + 30).contains(&expiry), "{app} {user}: {expiry} at {now}");
    }
}

#[tokio::test]
async fn an_advanced_clock_keeps_running_until_a_reset() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    let milliseconds =
        async || client.get("/_emulator/clock").await.json()["epoch_milliseconds"].as_u64().unwrap();
    let before = milliseconds().await;
    let response = client.post("/_emulator/clock", json!({ "advance_seconds": 90.5 })).await;
    assert_eq!(response.json()["advanced_seconds"], 90.5);
    assert!(milliseconds().await >= before + 90_500);
    emulator.advance(Duration::from_secs(10));
    assert!(milliseconds().await >= before + 100_500);
    emulator.reset();
    assert!(milliseconds().await < before + 60_000);
}

#[tokio::test]
async fn the_clock_accepts_any_advance_and_never_goes_back() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    for advance in [json!(-1), json!(1e300), json!("10"), Value::Null] {
        let response = client.post("/_emulator/clock", json!({ "advance_seconds": advance })).await;
        assert_eq!(response.status, 400, "{advance}");
    }
    emulator.advance(Duration::MAX);
    client.fetch("github", "user-1").await;
    assert_eq!(client.get("/_emulator/clock").await.status, 200);
}
