//! The four basic operations through the Rust API.

use crate::emulated::{builder, client, emulator};
use descope_outbound::ErrorKind;
use descope_outbound_emulator::Connection;

#[tokio::test]
async fn a_fetch_returns_a_valid_token() {
    let emulator = emulator().await;
    let token = client(&emulator).fetch_token("app", "user").await.unwrap();
    assert_eq!(token.id, "token-1");
    assert_eq!(token.scopes, ["read", "write"]);
    assert!(!token.access_token.expose().is_empty());
    assert!(token.refresh_token.is_none());
    assert!(token.expires_at().unwrap() > std::time::SystemTime::now());
}

#[tokio::test]
async fn a_fetch_by_scopes_needs_exactly_the_scopes_of_the_token() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let token = client.fetch_token_by_scopes("app", "user", ["write", "read"]).await.unwrap();
    assert_eq!(token.id, "token-1");
    let error = client.fetch_token_by_scopes("app", "user", ["read"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn a_users_token_of_a_tenant_needs_the_tenant_id() {
    let emulator = emulator().await;
    emulator.connect(Connection::user("app", "other").tenant("tenant")).unwrap();
    let client = client(&emulator);
    assert_eq!(client.fetch_token("app", "other").await.unwrap_err().kind(), ErrorKind::TokenNotFound);
    assert_eq!(client.fetch_token("app", "other").tenant_id("tenant").await.unwrap().tenant_id, "tenant");
}

#[tokio::test]
async fn options_reach_the_service() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let before = client.fetch_token("app", "user").await.unwrap();
    let after = client.fetch_token("app", "user").force_refresh().with_refresh_token().await.unwrap();
    assert_ne!(before.access_token.expose(), after.access_token.expose());
    assert!(after.refresh_token.is_some());
    assert_eq!(emulator.counters().refreshes, 1);
}

#[tokio::test]
async fn a_deleted_token_is_not_found() {
    let emulator = emulator().await;
    let client = client(&emulator);
    client.delete_token("token-1").await.unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenNotFound);
    assert_eq!(error.error_code(), Some("E111504"));
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn tokens_are_deleted_by_user_and_by_app() {
    let emulator = emulator().await;
    emulator.connect(Connection::user("app", "other")).unwrap();
    emulator.connect(Connection::user("second", "other")).unwrap();
    let client = client(&emulator);
    client.delete_user_tokens(Some("app"), Some("user")).await.unwrap();
    assert!(client.fetch_token("app", "user").await.is_err());
    assert!(client.fetch_token("app", "other").await.is_ok());
    client.delete_user_tokens(Some("app"), None).await.unwrap();
    assert!(client.fetch_token("app", "other").await.is_err());
    client.delete_user_tokens(None, Some("other")).await.unwrap();
    assert!(client.fetch_token("second", "other").await.is_err());
}

#[tokio::test]
async fn a_delete_without_a_filter_sends_nothing() {
    let emulator = emulator().await;
    let error = client(&emulator).delete_user_tokens(None, Some("")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(emulator.counters().requests, 0);
}

#[tokio::test]
async fn a_client_without_a_key_sends_nothing() {
    let emulator = emulator().await;
    let builder = builder(&emulator).management_key("");
    let error = builder.build().unwrap().fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ManagementKeyMissing);
    assert_eq!(emulator.counters().requests, 0);
}

#[tokio::test]
async fn the_error_for_a_wrong_key_says_to_check_the_key() {
    let emulator = emulator().await;
    let client = builder(&emulator).management_key("made-up-wrong-key").build().unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(401)));
    assert!(error.to_string().contains("check the management key"), "{error}");
}
