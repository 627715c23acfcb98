//! Who may call.

use descope_outbound_emulator::{Connection, Emulator, Options};
use serde_json::json;

use crate::client::{BY_SCOPES, Client, LATEST, LICENCE, TOKEN, USER_TOKENS};

#[tokio::test]
async fn every_operation_refuses_a_bearer_that_is_not_project_and_key() {
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
        let client = Client::of(&emulator).bearer(&bearer);
        let body = json!({ "appId": "github", "userId": "user-1" });
        for reply in [
            client.post(LATEST, body.clone()).await,
            client.post(BY_SCOPES, body).await,
            client.post_text(LATEST, "no JSON").await,
            client.delete(&format!("{TOKEN}?id=token-1")).await,
            client.delete(&format!("{USER_TOKENS}?userId=user-1")).await,
            client.get(LICENCE).await,
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
            assert_eq!(reply.status, 401, "{bearer}");
            let error = reply.json();
            assert_eq!(error["errorDescription"], "Unauthorized");
            assert!(error["errorCode"].is_string() && error["errorMessage"].is_string());
            assert!(!error.to_string().contains(key), "{error}");
        }
    }
    Client::of(&emulator).fetch("github", "user-1").await;
}

#[tokio::test]
async fn the_project_and_the_key_can_be_chosen() {
    let emulator = Emulator::start(Options {
        project_id: "Pmine".to_owned(),
        management_key: "key:with:colons".to_owned(),
        ..Options::default()
    })
    .await
    .unwrap();
    let client = Client::of(&emulator).bearer("Bearer Pmine:key:with:colons");
    assert_eq!(client.get(LICENCE).await.status, 200);
}

#[tokio::test]
async fn a_project_or_key_that_no_header_could_carry_stops_the_start() {
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
