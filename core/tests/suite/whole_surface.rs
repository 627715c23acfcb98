//! The operations on apps, tenants' tokens, uploads and inbound tokens.

use descope_outbound::{Application, ErrorKind, Template, TokenUpload};
use descope_outbound_emulator::{Connection, InboundToken};

use crate::emulated::{builder, client, emulator};

#[tokio::test]
async fn an_application_is_created_loaded_updated_and_deleted() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let wanted = Application {
        id: Some("calendar".to_owned()),
        client_secret: Some("made-up-client-secret".into()),
        default_scopes: Some(vec!["read".to_owned()]),
        pkce: Some(true),
        ..Application::named("Calendar")
    };
    let made = client.create_application(&wanted).await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.id.as_deref(), made.pkce),
        ("Calendar", Some("calendar"), Some(true))
    );
    assert!(!format!("{wanted:?}{:?}", emulator.journal()).contains("made-up-client-secret"));

    let loaded = client.load_application("calendar").await.unwrap();
    assert_eq!(loaded.default_scopes.unwrap(), ["read"]);
    let renamed = Application { id: Some("calendar".to_owned()), ..Application::named("Renamed") };
    let replaced = client.update_application(&renamed).await.unwrap();
    assert_eq!(replaced.name, "Renamed");
    assert!(replaced.default_scopes.unwrap_or_default().is_empty(), "an update empties omitted fields");

    let ids = |apps: Vec<Application>| apps.into_iter().filter_map(|app| app.id).collect::<Vec<_>>();
    assert!(ids(client.load_all_applications().await.unwrap()).contains(&"calendar".to_owned()));
    client.delete_application("calendar").await.unwrap();
    assert_eq!(client.load_application("calendar").await.unwrap_err().status(), Some(404));
}

#[tokio::test]
async fn an_application_is_created_from_a_template() {
    let emulator = emulator().await;
    let template =
        Template { template_id: "google".to_owned(), id: Some("mail".to_owned()), ..Template::default() };
    let made = client(&emulator).create_application_by_template(&template).await.unwrap();
    assert_eq!(made.id.as_deref(), Some("mail"));
}

#[tokio::test]
async fn a_tenants_token_is_fetched_newest_or_by_scopes() {
    let emulator = emulator().await;
    emulator.connect(Connection::of_tenant("app", "tenant").scopes(["read"])).unwrap();
    let client = client(&emulator);
    let newest = client.fetch_tenant_token("app", "tenant").await.unwrap();
    let by_scopes = client.fetch_tenant_token_by_scopes("app", "tenant", ["read"]).await.unwrap();
    assert_eq!(newest.id, by_scopes.id);
    let error = client.fetch_tenant_token("app", "other").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn uploaded_tokens_are_fetched_and_listed() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let upload = TokenUpload {
        access_token: Some("made-up-uploaded-access".into()),
        scopes: Some(vec!["read".to_owned()]),
        ..TokenUpload::of_user("app", "uploader")
    };
    client.upload_user_token(&upload).await.unwrap();
    let token = client.fetch_token("app", "uploader").await.unwrap();
    assert_eq!(token.access_token.expose(), "made-up-uploaded-access");
    client.upload_user_api_key("app", "key-holder", "made-up-api-key", None).await.unwrap();
    let key = client.fetch_token("app", "key-holder").await.unwrap();
    assert_eq!((key.access_token.expose(), key.expires_at()), ("made-up-api-key", None));
    client.upload_tenant_api_key("app", "tenant", "made-up-tenant-key").await.unwrap();
    client
        .upload_tenant_token(&TokenUpload {
            access_token: Some("made-up-tenant-access".into()),
            ..TokenUpload::of_tenant("app", "other-tenant")
        })
        .await
        .unwrap();
    assert_eq!(client.list_apps_with_user_token("uploader", None).await.unwrap(), ["app"]);
    assert!(client.list_apps_with_user_token("unknown-user", None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_batch_is_stored_completely_or_not_at_all() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let upload = |app: &str, user: &str| TokenUpload {
        access_token: Some("made-up-access".into()),
        ..TokenUpload::of_user(app, user)
    };
    let failures =
        client.batch_upload_user_tokens(&[upload("app", "u1"), upload("no such app", "u2")]).await.unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].user_id, "u2");
    assert_eq!(client.fetch_token("app", "u1").await.unwrap_err().kind(), ErrorKind::TokenNotFound);
    assert!(
        client
            .batch_upload_user_tokens(&[upload("app", "u1"), upload("app", "u2")])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(client.fetch_token("app", "u1").await.is_ok());
    let error = client.batch_upload_user_tokens(&[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let tenants = [TokenUpload {
        access_token: Some("made-up-access".into()),
        ..TokenUpload::of_tenant("app", "tenant")
    }];
    assert!(client.batch_upload_tenant_tokens(&tenants).await.unwrap().is_empty());
    assert!(client.fetch_tenant_token("app", "tenant").await.is_ok());
}

#[tokio::test]
async fn a_fetch_with_an_inbound_token_needs_no_key_and_no_license() {
    let emulator = emulator().await;
    let token = emulator.issue_inbound_token(InboundToken::user("user"));
    let client = builder(&emulator)
        .management_key("")
        .license_handshake(descope_outbound::LicenseHandshake::Wait)
        .build()
        .unwrap();
    let fetched = client.fetch_token("app", "user").inbound_token(token.as_str()).await.unwrap();
    assert_eq!(fetched.id, "token-1");
    let scopes = ["read", "write"];
    assert!(client.fetch_token_by_scopes("app", "user", scopes).inbound_token(token.as_str()).await.is_ok());
    let journal = emulator.journal();
    assert!(journal.iter().all(|entry| entry.path != "/v1/mgmt/license"));
    assert!(journal.iter().all(|entry| !entry.headers.contains_key("x-descope-license")));
    for bad in ["made-up\ntoken", " made-up-token"] {
        let error = client.fetch_token("app", "user").inbound_token(bad).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(!error.to_string().contains("made-up"), "{error}");
    }
    let error = client.fetch_token("app", "user").inbound_token("").await.unwrap_err();
    assert_eq!(error.to_string(), "Inbound app token is required for perform this functionality");
}

#[tokio::test]
async fn an_external_identifier_selects_one_of_a_users_tokens() {
    let emulator = emulator().await;
    emulator.connect(Connection::user("app", "both").external_identifier("work").token_id("work")).unwrap();
    emulator.connect(Connection::user("app", "both").external_identifier("home").token_id("home")).unwrap();
    let client = client(&emulator);
    for identifier in ["work", "home"] {
        let token = client.fetch_token("app", "both").external_identifier(identifier).await.unwrap();
        assert_eq!(token.id, identifier);
    }
}
