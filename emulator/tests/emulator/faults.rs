//! Faults that still send a response: the requests that they match, and their effects.

use std::time::{Duration, Instant};

use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
use serde_json::json;

use crate::test_client::{LATEST, LICENSE, TOKEN, TestClient};

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").token_id("token-1")).unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

async fn statuses(client: &TestClient, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(client.get(LICENSE).await.status);
    }
    statuses
}

#[tokio::test]
async fn a_status_fault_sends_its_headers_and_its_body() {
    let (emulator, client) = emulator().await;
    let fault = Fault::response(429).header("Retry-After", "7").body(json!({ "errorCode": "E130429" }));
    emulator.add_fault(fault.once()).unwrap();
    let response = client.get(LICENSE).await;
    assert_eq!((response.status, response.error_code().as_str()), (429, "E130429"));
    assert_eq!(response.headers["retry-after"], "7");
    assert_eq!(response.headers["content-type"], "application/json");

    let page = Fault::response(502).header("content-type", "text/html").body("<h1>Bad gateway</h1>");
    emulator.add_fault(page.once()).unwrap();
    let response = client.get(LICENSE).await;
    assert_eq!((response.status, &response.body[..]), (502, &b"<h1>Bad gateway</h1>"[..]));
    assert_eq!(response.headers["content-type"], "text/html");

    emulator.add_fault(Fault::response(200).once()).unwrap();
    assert!(client.get(LICENSE).await.body.is_empty());
    assert_eq!(client.get(LICENSE).await.status, 200);
}

#[tokio::test]
async fn a_status_fault_prevents_the_request_from_being_performed() {
    let (emulator, client) = emulator().await;
    emulator.add_fault(Fault::response(503).method("DELETE").once()).unwrap();
    assert_eq!(client.delete(&format!("{TOKEN}?id=token-1")).await.status, 503);
    client.fetch("github", "user-1").await;
}

#[tokio::test]
async fn a_fault_applies_only_to_requests_that_match_all_its_filters() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("google", "user-1")).unwrap();
    let body = |app: &str, user: &str| json!({ "appId": app, "userId": user });

    emulator
        .add_fault(Fault::response(500).app("github").user("user-1").path(LATEST).method("post"))
        .unwrap();
    assert_eq!(client.post(LATEST, body("github", "user-1")).await.status, 500);
    assert_eq!(client.post(LATEST, body("google", "user-1")).await.status, 200);
    assert_eq!(client.post(LATEST, body("github", "user-2")).await.status, 404);
    assert_eq!(client.get(LICENSE).await.status, 200);

    emulator.clear_faults();
    emulator.add_fault(Fault::response(500).path("/v1/mgmt/outbound/*")).unwrap();
    assert_eq!(client.post(LATEST, body("google", "user-1")).await.status, 500);
    assert_eq!(client.get(LICENSE).await.status, 200);

    emulator.clear_faults();
    emulator.add_fault(Fault::response(500).app("github")).unwrap();
    assert_eq!(client.delete("/v1/mgmt/outbound/user/tokens?appId=github").await.status, 500);
    assert_eq!(client.get("/provider/github/me").await.status, 500);
    assert_eq!(client.get("/provider/google/me").await.status, 401);
}

#[tokio::test]
async fn a_fault_skips_some_requests_and_applies_to_a_limited_number() {
    let (emulator, client) = emulator().await;
    emulator.add_fault(Fault::response(503).path(LICENSE).after(1).times(2)).unwrap();
    assert_eq!(statuses(&client, 5).await, [200, 503, 503, 200, 200]);
    assert_eq!(emulator.counters().faults, 2);
}

#[tokio::test]
async fn the_first_fault_that_is_due_applies() {
    let (emulator, client) = emulator().await;
    for status in [503, 500, 429] {
        emulator.add_fault(Fault::response(status).once()).unwrap();
    }
    assert_eq!(statuses(&client, 4).await, [503, 500, 429, 200]);
}

#[tokio::test]
async fn the_same_random_seed_selects_the_same_requests() {
    let (emulator, client) = emulator().await;
    let statuses_with = async |seed| {
        emulator.clear_faults();
        emulator.add_fault(Fault::response(503).probability(0.5, seed)).unwrap();
        statuses(&client, 32).await
    };
    let once = statuses_with(7).await;
    assert_eq!(once, statuses_with(7).await);
    assert_ne!(once, statuses_with(8).await);
    assert!(once.contains(&200) && once.contains(&503), "{once:?}");
    emulator.clear_faults();
    emulator.add_fault(Fault::response(503).probability(0.0, 1)).unwrap();
    assert_eq!(statuses(&client, 3).await, [200, 200, 200]);
}

#[tokio::test]
async fn latency_delays_the_real_response_or_a_status() {
    let (emulator, client) = emulator().await;
    let latency = Duration::from_millis(60);
    emulator.add_fault(Fault::latency(latency).once()).unwrap();
    emulator.add_fault(Fault::response(503).with_latency(latency).once()).unwrap();
    for expected in [200, 503] {
        let started = Instant::now();
        assert_eq!(client.get(LICENSE).await.status, expected);
        assert!(started.elapsed() >= latency, "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_fault_with_headers_alone_adds_them_to_the_real_response() {
    let (emulator, client) = emulator().await;
    let mut fault = Fault::default();
    fault = fault.header("cf-ray", "made-up-ray");
    emulator.add_fault(fault).unwrap();
    let response = client.get(LICENSE).await;
    assert_eq!((response.status, response.json()), (200, json!({ "rateLimitTier": "tier3" })));
    assert_eq!(response.headers["cf-ray"], "made-up-ray");
}

#[tokio::test]
async fn a_dripped_response_arrives_slowly_and_complete() {
    let (emulator, client) = emulator().await;
    emulator.add_fault(Fault::drip(Duration::from_millis(1)).once()).unwrap();
    let started = Instant::now();
    let response = client.get(LICENSE).await;
    assert_eq!((response.status, response.json()), (200, json!({ "rateLimitTier": "tier3" })));
    assert!(started.elapsed() >= Duration::from_millis(100), "{:?}", started.elapsed());
}

#[tokio::test]
async fn adding_a_fault_that_cannot_be_applied_fails() {
    let (emulator, _client) = emulator().await;
    for fault in [
        Fault::response(99),
        Fault::response(101),
        Fault::response(1000),
        Fault::response(200).header("a b", "c"),
        Fault::response(200).header("a", "b\r\nc"),
        Fault::hang().probability(1.5, 0),
        Fault::hang().probability(f64::NAN, 0),
        Fault::hang().body("never sent"),
    ] {
        assert!(emulator.add_fault(fault.clone()).is_err(), "{fault:?}");
    }
}
