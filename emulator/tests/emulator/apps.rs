//! The endpoints for outbound apps.

use descope_outbound_emulator::{Connection, Emulator, MissingDelete, Options, Seed};
use serde_json::{Value, json};

use crate::test_client::{LATEST, TestClient};

const CREATE: &str = "/v1/mgmt/outbound/app/create";
const BY_TEMPLATE: &str = "/v1/mgmt/outbound/app/create/bytemplate";
const UPDATE: &str = "/v1/mgmt/outbound/app/update";
const DELETE: &str = "/v1/mgmt/outbound/app/delete";
const APPS: &str = "/v1/mgmt/outbound/apps";
const WITH_TOKEN: &str = "/v1/mgmt/outbound/apps-with-user-token";

async fn emulator() -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

#[tokio::test]
async fn a_created_app_has_all_documented_fields_in_order_without_the_secret() {
    let (_emulator, client) = emulator().await;
    let body = json!({
        "name": "GitHub", "id": "github", "description": null, "logo": null, "clientSecret": "hidden",
        "tokenUrlParams": [{ "key": "a", "value": "b" }], "pkce": true, "prompt": ["login"],
    });
    let response = client.post(CREATE, body).await;
    assert_eq!(response.status, 200, "{response:?}");
    let app = response.json()["app"].clone();
    let names: Vec<&str> = app.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = "id name description clientId logo discoveryUrl authorizationUrl authorizationUrlParams \
                      tokenUrl tokenUrlParams revocationUrl defaultScopes defaultRedirectUrl callbackDomain pkce \
                      accessType prompt appType useDcr dcrUrl tenantId";
    assert_eq!(names.join(" "), documented);
    assert_eq!(
        (&app["id"], &app["name"], &app["description"]),
        (&json!("github"), &json!("GitHub"), &json!(""))
    );
    assert_eq!(app["tokenUrlParams"], json!([{ "key": "a", "value": "b" }]));
    assert_eq!(client.get("/v1/mgmt/outbound/app/github").await.json()["app"], app);
    assert_eq!(client.get(APPS).await.json(), json!({ "apps": [app] }));
}

#[tokio::test]
async fn an_app_without_an_id_gets_a_unique_one() {
    let (_emulator, client) = emulator().await;
    let first = client.post(CREATE, json!({ "name": "a" })).await.json()["app"]["id"].clone();
    let second = client.post(CREATE, json!({ "name": "a", "id": null })).await.json()["app"]["id"].clone();
    assert!(first.is_string() && first != second);
    assert_eq!(client.post(CREATE, json!({ "name": "b", "id": first })).await.error_code(), "E011004");
}

#[tokio::test]
async fn an_app_from_a_template_has_the_overrides() {
    let (_emulator, client) = emulator().await;
    let overrides = json!({ "name": "Mine", "defaultScopes": ["repo"] });
    let body = json!({ "templateId": "github", "id": "mine", "clientId": "c", "overrides": overrides });
    let app = client.post(BY_TEMPLATE, body).await.json()["app"].clone();
    assert_eq!((&app["id"], &app["name"], &app["clientId"]), (&json!("mine"), &json!("Mine"), &json!("c")));
    assert_eq!(app["defaultScopes"], json!(["repo"]));
    assert_eq!(client.post(BY_TEMPLATE, json!({ "id": "x" })).await.error_code(), "E011002");
}

#[tokio::test]
async fn an_update_replaces_the_whole_app_and_keeps_its_tokens() {
    let (emulator, client) = emulator().await;
    client.post(CREATE, json!({ "name": "GitHub", "id": "github", "description": "old" })).await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let body = json!({ "app": { "id": "github", "name": "New", "templateId": "" } });
    let app = client.post(UPDATE, body).await.json()["app"].clone();
    assert_eq!((&app["name"], &app["description"]), (&json!("New"), &json!("")));
    client.fetch("github", "user-1").await;
    for (body, status) in [
        (json!({ "app": { "id": "nothing", "name": "n" } }), 404),
        (json!({ "app": { "name": "n" } }), 400),
        (json!({ "id": "github", "name": "n" }), 400),
        (json!({}), 400),
    ] {
        assert_eq!(client.post(UPDATE, body.clone()).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn deleting_an_app_deletes_its_tokens() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    let response = client.post(DELETE, json!({ "id": "github" })).await;
    assert_eq!((response.status, response.json()), (200, json!({})));
    assert_eq!(client.get("/v1/mgmt/outbound/app/github").await.status, 404);
    assert_eq!(client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await.status, 404);
    assert_eq!(client.post(DELETE, json!({ "id": "github" })).await.status, 200);
    assert_eq!(client.post(DELETE, json!({})).await.status, 400);

    let options = Options { missing_delete: MissingDelete::NotFound, ..Options::default() };
    let strict = Emulator::start(options).await.unwrap();
    assert_eq!(TestClient::of(&strict).post(DELETE, json!({ "id": "nothing" })).await.status, 404);
}

#[tokio::test]
async fn an_app_is_found_by_an_id_with_a_slash() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("a/b c", "user-1")).unwrap();
    let response = client.get("/v1/mgmt/outbound/app/a%2Fb%20c").await;
    assert_eq!(response.json()["app"]["id"], "a/b c");
    assert_eq!(client.get("/v1/mgmt/outbound/app/a/b%20c").await.error_code(), "E011006");
}

#[tokio::test]
async fn the_apps_of_a_seed_are_listed_by_id() {
    let seed = Seed::from_json(r#"{"apps":[{"id":"z"},{"id":"a","name":"First"}]}"#).unwrap();
    let emulator = Emulator::start(Options { seed, ..Options::default() }).await.unwrap();
    let apps = TestClient::of(&emulator).get(APPS).await.json()["apps"].clone();
    let names: Vec<(&Value, &Value)> =
        apps.as_array().unwrap().iter().map(|app| (&app["id"], &app["name"])).collect();
    assert_eq!(names, [(&json!("a"), &json!("First")), (&json!("z"), &json!("z"))]);
}

#[tokio::test]
async fn the_apps_with_a_users_token_are_listed_for_each_tenant() {
    let (emulator, client) = emulator().await;
    emulator.connect(Connection::user("google", "user-1")).unwrap();
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator.connect(Connection::user("slack", "user-1").tenant("acme")).unwrap();
    emulator.connect(Connection::user("jira", "user-2")).unwrap();
    let listed =
        async |query: &str| client.get(&format!("{WITH_TOKEN}{query}")).await.json()["appIds"].clone();
    assert_eq!(listed("?userId=user-1").await, json!(["github", "google"]));
    assert_eq!(listed("?userId=user-1&tenantId=acme").await, json!(["slack"]));
    assert_eq!(listed("?userId=nobody").await, json!([]));
    assert_eq!(client.get(WITH_TOKEN).await.error_code(), "E011002");
}

#[tokio::test]
async fn an_unknown_or_malformed_field_of_an_app_is_rejected() {
    let (_emulator, client) = emulator().await;
    for body in [
        json!({ "name": "a", "scopes": [] }),
        json!({ "name": "a", "tokenUrlParams": [{ "name": "a", "value": "b" }] }),
        json!({ "name": "a", "pkce": "yes" }),
    ] {
        let response = client.post(CREATE, body.clone()).await;
        assert_eq!((response.status, response.error_code().as_str()), (400, "E011003"), "{body}");
    }
    assert_eq!(client.post(CREATE, json!({ "id": "a" })).await.error_code(), "E011002");
}
