//! The journal of requests, and the secrets that it hides.

use bytes::Bytes;
use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::test_client::{LATEST, LICENSE, TOKEN, TestClient, read};

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn requests_are_listed_in_order_with_their_outcome() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator.add_fault(Fault::response(503).path(LICENSE)).unwrap();
    client.fetch("github", "user-1").await;
    client.get(LICENSE).await;
    client.delete(&format!("{TOKEN}?id=a%2Fb+c&other=1&other=2")).await;
    client.get("/_emulator/counters").await;

    let journal = emulator.journal();

    assert_eq!(journal.len(), 3, "the journal does not list control requests");
    let fetch = &journal[0];
    assert_eq!((fetch.number, fetch.method.as_str(), fetch.path.as_str()), (1, "POST", LATEST));
    assert_eq!((fetch.status, fetch.fault.as_deref()), (Some(200), None));
    assert_eq!(fetch.http_version, "HTTP/1.1");
    assert_eq!(fetch.body, json!({ "appId": "github", "userId": "user-1" }));
    assert_eq!(fetch.headers["content-type"], "application/json");
    let license = &journal[1];
    assert_eq!((license.status, license.fault.as_deref()), (Some(503), Some("status")));
    assert_eq!(license.body, Value::Null);
    let delete = &journal[2];
    assert_eq!(Value::from(delete.query.clone()), json!({ "id": "a/b c", "other": ["1", "2"] }));
    assert_eq!(emulator.counters().requests, 3);
    let over_http = client.get("/_emulator/journal").await.json();
    assert_eq!(over_http["entries"], serde_json::to_value(&journal).unwrap());
}

#[tokio::test]
async fn the_journal_hides_a_bearer_but_shows_its_project() {
    let (emulator, client) = emulator().await;
    client.get(LICENSE).await;
    TestClient::of(&emulator).bearer("Bearer Pother:stolen").get(LICENSE).await;
    TestClient::of(&emulator).bearer("").get(LICENSE).await;

    let journal = emulator.journal();

    let seen: Vec<_> = journal.iter().map(|entry| (entry.authorized, entry.project_id.as_deref())).collect();
    assert_eq!(seen, [(true, Some(emulator.project_id())), (false, Some("Pother")), (false, None)]);
    let text = serde_json::to_string(&journal).unwrap();
    assert!(!text.contains(emulator.management_key()) && !text.contains("stolen"), "{text}");
    assert_eq!(journal[0].headers["authorization"], "[redacted]");
}

#[tokio::test]
async fn secrets_are_redacted_everywhere_in_the_journal() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let access_token = client.fetch("github", "user-1").await["accessToken"].as_str().unwrap().to_owned();
    let secrets = json!({
        "accessToken": "hidden-1", "refreshToken": "hidden-2", "apiKey": "hidden-3", "clientSecret": "hidden-4",
        "idToken": "hidden-5", "refresh_token": "hidden-6", "token": "hidden-7",
        "tokens": [{ "accessToken": "hidden-8", "userId": "shown" }],
        "note": format!("a copy of {access_token}."),
    });
    client.post("/v1/mgmt/outbound/app/user/oauthtoken/upload", secrets).await;
    let form = "grant_type=refresh_token&refresh_token=hidden-9";
    let request = client
        .request("POST", "/provider/github/token?access_token=hidden-10")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", "session=hidden-11")
        .header("x-api-key", "hidden-12")
        .header("x-copy", emulator.management_key());
    client.send(request.body(Full::from(form)).unwrap()).await.unwrap();
    client.post_text(LATEST, "\"hidden-13\"").await;
    client.post_text(LATEST, "hidden-14").await;
    client.bearer(format!("Bearer {access_token}")).get(&format!("/provider/{access_token}/me")).await;

    for pinned in ["hidden-15", "hidden:16"] {
        TestClient::of(&emulator).bearer(format!("Bearer {pinned}")).get("/provider/github/me").await;
    }

    let journal = emulator.journal();

    let text = serde_json::to_string(&journal).unwrap();
    for secret in ["hidden", &access_token, emulator.management_key()] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert_eq!(journal[1].body["tokens"][0], json!({ "accessToken": "[redacted]", "userId": "shown" }));
    assert_eq!(journal[2].body, json!({ "grant_type": "refresh_token", "refresh_token": "[redacted]" }));
}

#[tokio::test]
async fn the_journal_shows_which_requests_share_a_connection() {
    let (emulator, client) = emulator().await;
    let mut kept = client.connect().await;
    for _ in 0..2 {
        let request = client.request("GET", LICENSE).body(Full::<Bytes>::default()).unwrap();
        read(kept.send_request(request).await.unwrap()).await.unwrap();
    }
    client.get(LICENSE).await;
    let connections: Vec<u64> = emulator.journal().iter().map(|entry| entry.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
    assert_eq!(emulator.counters().connections, 2);
}

#[tokio::test]
async fn the_journal_keeps_the_latest_ten_thousand_requests() {
    let (emulator, client) = emulator().await;
    let mut kept = client.connect().await;
    for _ in 0..10_001 {
        let request = client.request("GET", "/").body(Full::<Bytes>::default()).unwrap();
        read(kept.send_request(request).await.unwrap()).await.unwrap();
    }
    let journal = emulator.journal();
    assert_eq!(journal.len(), 10_000);
    assert_eq!((journal[0].number, journal[9_999].number), (2, 10_001));
    assert_eq!(journal[9_999].status, Some(404));
}

#[tokio::test]
async fn debug_output_shows_no_token() {
    let connection = Connection::user("github", "user-1").access_token("hidden-1").refresh_token("hidden-2");
    let options = Options {
        management_key: "hidden-3".to_owned(),
        seed: descope_outbound_emulator::Seed::default().connection(connection.clone()),
        ..Options::default()
    };
    let text = format!("{connection:?} {options:?}");
    assert!(!text.contains("hidden"), "{text}");
    let emulator = Emulator::start(options).await.unwrap();
    assert!(!format!("{emulator:?}").contains("hidden"));
}
