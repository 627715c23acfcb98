//! The endpoints under `/_emulator/`, for tests in other languages.

use descope_outbound_emulator::{Emulator, Options};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::test_client::{LATEST, LICENSE, TestClient};

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    // The control endpoints need no bearer, because only tests use them.
    let client = TestClient::at(emulator.address());
    (emulator, client)
}

#[tokio::test]
async fn a_user_is_connected_and_revoked_over_http() {
    let (emulator, control) = emulator().await;
    let client = TestClient::of(&emulator);
    let connection = json!({
        "app_id": "github", "user_id": "user-1", "tenant_id": "acme", "scopes": ["repo"], "lifetime_seconds": 60,
        "refresh_token": false, "external_identifier": "mine",
    });
    let response = control.post("/_emulator/connect", connection).await;
    assert_eq!(response.status, 200);
    let id = response.json()["token_id"].clone();

    let body = json!({ "appId": "github", "userId": "user-1", "tenantId": "acme" });
    let token = client.post(LATEST, body).await.json()["token"].clone();
    assert_eq!(token["id"], id);
    assert_eq!(token["externalIdentifier"], "mine");
    assert_eq!(token["hasRefreshToken"], false);

    let revoked = control.post("/_emulator/revoke", json!({ "user_id": "user-1" })).await;
    assert_eq!(revoked.json(), json!({ "revoked": 1 }));
    assert!(!client.is_accepted("github", &token["accessToken"]).await);
}

#[tokio::test]
async fn faults_are_added_listed_and_removed_over_http() {
    let (emulator, control) = emulator().await;
    let client = TestClient::of(&emulator);
    let fault = json!({
        "method": "GET", "path": LICENSE, "after": 1, "count": 2, "status": 429, "headers": { "Retry-After": "7" },
        "body": { "errorCode": "E130429" }, "latency_ms": 1,
    });
    assert_eq!(control.post("/_emulator/faults", fault).await.status, 200);
    let statuses = [client.get(LICENSE).await.status, client.get(LICENSE).await.status];
    assert_eq!(statuses, [200, 429]);

    let listed = control.get("/_emulator/faults").await.json();
    assert_eq!(listed["faults"][0]["seen"], 2);
    assert_eq!(listed["faults"][0]["applied"], 1);
    assert_eq!(listed["faults"][0]["status"], 429);

    let request = control.request("DELETE", "/_emulator/faults").body(Full::default()).unwrap();
    assert_eq!(control.send(request).await.unwrap().status, 200);
    assert_eq!(client.get(LICENSE).await.status, 200);
}

#[tokio::test]
async fn every_delivery_can_be_chosen_over_http() {
    let (_emulator, control) = emulator().await;
    for delivery in [
        json!("whole"),
        json!("hang"),
        json!({ "drip": { "every_ms": 10 } }),
        json!("reset"),
        json!("reset_in_body"),
        json!("close"),
        json!("cut"),
        json!("garbage"),
        json!("hold"),
    ] {
        let fault = json!({ "delivery": delivery, "commit": true, "probability": 0.5, "seed": 1 });
        assert_eq!(control.post("/_emulator/faults", fault).await.status, 200, "{delivery}");
    }
}

#[tokio::test]
async fn a_reset_clears_the_counters_and_the_journal() {
    let (emulator, control) = emulator().await;
    TestClient::of(&emulator).get(LICENSE).await;
    let counters = control.get("/_emulator/counters").await.json();
    assert_eq!(counters["requests"], 1);
    let names: Vec<&String> = counters.as_object().unwrap().keys().collect();
    let expected = "connections requests forbidden faults mints refreshes double_refreshes_refused refusals";
    assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "), expected);
    assert_eq!(control.post("/_emulator/reset", json!({})).await.status, 200);
    assert_eq!(control.get("/_emulator/journal").await.json(), json!({ "entries": [] }));
    assert_eq!(control.get("/_emulator/counters").await.json()["requests"], 0);
}

#[tokio::test]
async fn the_health_endpoint_returns_the_project_id() {
    let (emulator, control) = emulator().await;
    let health = control.get("/_emulator/health").await.json();
    assert_eq!(health, json!({ "ok": true, "project_id": emulator.project_id() }));
}

#[tokio::test]
async fn an_invalid_control_request_gets_an_error_that_names_the_problem() {
    let (_emulator, control) = emulator().await;
    for (path, body, expected) in [
        ("/_emulator/connect", r#"{"app_id":"a","user":"u"}"#, "unknown field `user`"),
        ("/_emulator/connect", r#"{"app_id":"a"}"#, "user_id is missing"),
        (
            "/_emulator/connect",
            r#"{"app_id":"a","user_id":"u","refresh_token":7}"#,
            "true, false or the refresh token",
        ),
        ("/_emulator/revoke", r#"{"app":"a"}"#, "unknown field `app`"),
        ("/_emulator/clock", "{}", "missing field `advance_seconds`"),
        ("/_emulator/clock", r#"{"advance_seconds":1,"freeze":true}"#, "unknown field `freeze`"),
        ("/_emulator/faults", r#"{"latency":5}"#, "unknown field `latency`"),
        ("/_emulator/faults", r#"{"delivery":"explode"}"#, "unknown variant `explode`"),
        ("/_emulator/faults", r#"{"status":42}"#, "status 42"),
        ("/_emulator/faults", "[]", "not a JSON object"),
        ("/_emulator/faults", "{", "/_emulator/faults"),
        ("/_emulator/reset", r#"{"hard":true}"#, "unknown field `hard`"),
    ] {
        let response = control.post_text(path, body).await;
        let error = response.json()["error"].as_str().unwrap_or_default().to_owned();
        assert_eq!(response.status, 400, "{path} {body}");
        assert!(error.contains(expected), "{path} {body}: {error}");
    }
    let response = control.get("/_emulator/nothing").await;
    assert_eq!((response.status, response.json()["error"].is_string()), (404, true));
    assert_eq!(control.get("/_emulator/journal").await.json()["entries"], Value::Array(Vec::new()));
}
