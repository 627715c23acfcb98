//! The credentials that the service accepts.

use descope_outbound_emulator::{Connection, Emulator, Options};
use serde_json::json;

use crate::test_client::{BY_SCOPES, LATEST, LICENSE, TOKEN, TestClient, USER_TOKENS};

#[tokio::test]
async fn every_operation_rejects_a_bearer_that_is_not_project_and_key() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").token_id("token-1")).unwrap();
    let (project, key) = (emulator.project_id(), emulator.management_key());
    for bearer in [
        String::new(),
        key.to_owned(),
        format!("Bearer {project}"),
        format!("Bearer {project}:"),
        format!("Bearer {key}"),
        format!("Bearer {project}:{key}x"),
        format!("Bearer x{project}:{key}"),
        format!("Bearer {project}:something:{key}"),
        format!("Basic {project}:{key}"),
    ] {
        let client = TestClient::of(&emulator).bearer(&bearer);
        let body = json!({ "appId": "github", "userId": "user-1" });
        for response in [
            client.post(LATEST, body.clone()).await,
            client.post(BY_SCOPES, body).await,
            client.post_text(LATEST, "not JSON").await,
            client.delete(&format!("{TOKEN}?id=token-1")).await,
            client.delete(&format!("{USER_TOKENS}?userId=user-1")).await,
            client.get(LICENSE).await,
            client.get("/v1/mgmt/outbound/apps").await,
            client.get("/v1/mgmt/outbound/app/github").await,
            client.get("/v1/mgmt/outbound/apps-with-user-token?userId=user-1").await,
            client.post("/v1/mgmt/outbound/app/create", json!({ "name": "n" })).await,
            client.post("/v1/mgmt/outbound/app/create/bytemplate", json!({ "templateId": "t" })).await,
            client.post("/v1/mgmt/outbound/app/update", json!({ "app": { "id": "github" } })).await,
            client.post("/v1/mgmt/outbound/app/delete", json!({ "id": "github" })).await,
            client.post("/v1/mgmt/outbound/app/user/apikey/upload", json!({})).await,
            client.post("/v1/mgmt/outbound/app/user/oauthtoken/upload", json!({})).await,
            client.post("/v1/mgmt/outbound/app/tenant/oauthtoken/batch/upload", json!({})).await,
        ] {
            assert_eq!(response.status, 401, "{bearer}");
            let error = response.json();
            assert_eq!(error["errorDescription"], "Unauthorized");
            assert!(error["errorCode"].is_string() && error["errorMessage"].is_string());
            assert!(!error.to_string().contains(key), "{error}");
        }
    }
    TestClient::of(&emulator).fetch("github", "user-1").await;
}

#[tokio::test]
async fn the_options_set_the_project_and_the_key() {
    let emulator = Emulator::start(Options {
        project_id: "Pmine".to_owned(),
        management_key: "key:with:colons".to_owned(),
        ..Options::default()
    })
    .await
    .unwrap();
    let client = TestClient::of(&emulator).bearer("Bearer Pmine:key:with:colons");
    assert_eq!(client.get(LICENSE).await.status, 200);
}

#[tokio::test]
async fn the_start_fails_if_a_header_cannot_carry_the_project_or_the_key() {
    for (project_id, management_key) in
        [("P:1", "key"), ("", "key"), ("P1", ""), ("P1", "key\n"), ("P1", "ké")]
    {
        let started = Emulator::start(Options {
            project_id: project_id.to_owned(),
            management_key: management_key.to_owned(),
            ..Options::default()
        })
        .await;
        assert!(started.is_err(), "{project_id:?} {management_key:?}");
    }
}
