//! Responses that are ready, and that the test releases. Tests of races use them.

use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
use serde_json::json;
use tokio::time::timeout;

use crate::test_client::{LATEST, TOKEN, TestClient};

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").token_id("token-1")).unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn a_held_fetch_returns_the_state_at_its_arrival() {
    let (emulator, client) = emulator().await;
    emulator.add_fault(Fault::hold().path(LATEST).once()).unwrap();
    let fetch = TestClient::of(&emulator);
    let fetch = tokio::spawn(async move { fetch.fetch("github", "user-1").await });
    emulator.wait_for_held(1).await;

    client.delete(&format!("{TOKEN}?id=token-1")).await;
    assert!(!fetch.is_finished());
    assert_eq!(emulator.release(), 1);

    assert_eq!(fetch.await.unwrap()["id"], "token-1");
    assert_eq!(client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await.status, 404);
}

#[tokio::test]
async fn many_responses_are_held_and_released_together_over_http() {
    let (emulator, client) = emulator().await;
    client.post("/_emulator/faults", json!({ "delivery": "hold", "count": 5 })).await;
    let fetches: Vec<_> = (0..5)
        .map(|_| {
            let client = TestClient::of(&emulator);
            tokio::spawn(async move { client.fetch("github", "user-1").await })
        })
        .collect();
    emulator.wait_for_held(5).await;
    assert_eq!(client.get("/_emulator/faults").await.json()["held"], 5);
    assert_eq!(client.post("/_emulator/faults/release", json!({})).await.json(), json!({ "released": 5 }));
    for fetch in fetches {
        fetch.await.unwrap();
    }
    assert_eq!(client.get("/_emulator/faults").await.json()["held"], 0);
}

#[tokio::test]
async fn the_response_to_a_disconnected_client_is_no_longer_held() {
    let (emulator, client) = emulator().await;
    emulator.add_fault(Fault::hold()).unwrap();
    let given_up = timeout(Duration::from_millis(50), client.raw_fetch("github", "user-1")).await;
    assert!(given_up.is_err());
    while client.get("/_emulator/faults").await.json()["held"] != 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn clearing_the_faults_or_resetting_sends_the_held_responses() {
    for reset in [false, true] {
        let (emulator, _client) = emulator().await;
        emulator.add_fault(Fault::hold()).unwrap();
        let fetch = TestClient::of(&emulator);
        let fetch = tokio::spawn(async move { fetch.fetch("github", "user-1").await });
        emulator.wait_for_held(1).await;
        if reset {
            emulator.reset();
        } else {
            emulator.clear_faults();
        }
        fetch.await.unwrap();
        let journal = emulator.journal();
        assert_eq!(
            journal.len(),
            usize::from(!reset),
            "the journal does not list a request from before a reset"
        );
    }
}
