//! How much of a body the client reads, and which parts it masks.

use crate::emulated::{builder, client, emulator, fail};
use descope_outbound::ErrorKind;
use descope_outbound_emulator::Fault;

#[tokio::test]
async fn an_error_that_echoes_the_request_shows_no_secret() {
    let emulator = emulator().await;
    let key = emulator.management_key().to_owned();
    let echo = format!(r#"{{"errorDescription":"Bearer P:{key}","headers":["{key}"]}}"#);
    fail(&emulator, Fault::response(400).header("x-echo", &key).body(echo));
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    let response = error.response().unwrap();
    assert_eq!(response.body(), r#"{"errorDescription":"Bearer P:[redacted]","headers":["[redacted]"]}"#);
    let everything = format!("{error} {error:?} {response:?}");
    assert!(!everything.contains(&key), "{everything}");
    assert!(everything.contains("[redacted]"));
}

#[tokio::test]
async fn an_error_that_echoes_an_escaped_secret_does_not_show_it() {
    let emulator = emulator().await;
    let builder = builder(&emulator).management_key("made-up-<k&y>/");
    // The escapes of Go, PHP and Python, and a truncated body.
    for echo in [
        r#"{"errorDescription":"key made-up-\u003ck\u0026y\u003e/"}"#,
        r#"{"errorDescription":"key made-up-<k&y>\/","errorMessage":"{\"key\":\"made-up-<k&y>\\/\"}"}"#,
        r#"{"errorDescription":"key \u006dade-up-<k&y>/"}"#,
        r#"{"errorCode":"E1","echo":"key made-up-<k&"#,
    ] {
        fail(&emulator, Fault::response(400).body(echo).once());
        let error = builder.clone().build().unwrap().fetch_token("app", "user").await.unwrap_err();
        let everything = format!("{error} {:?}", error.response());
        assert!(everything.contains("key [redacted]") && !everything.contains("k&"), "{everything}");
        assert!(!everything.contains("made-up-") && !everything.contains("u0026"), "{everything}");
    }
}

#[tokio::test]
async fn a_secret_header_is_masked_like_the_management_key() {
    let emulator = emulator().await;
    let client = builder(&emulator)
        .header("x-gateway-key", "made-up-gateway-key")
        .header("x-flag", "true")
        .build()
        .unwrap();
    fail(&emulator, Fault::response(400).body(r#"{"echo":"made-up-gateway-key","flag":true}"#));
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.response().unwrap().body(), r#"{"echo":"[redacted]","flag":true}"#);
}

#[tokio::test]
async fn an_error_keeps_8_kib_of_its_body_and_masks_a_secret_at_the_limit() {
    let emulator = emulator().await;
    let key = emulator.management_key().to_owned();
    let body = format!("{}{key}{}", "x".repeat(8 * 1024 - 5), "y".repeat(100_000));
    fail(&emulator, Fault::response(502).body(body));
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    let shown = error.response().unwrap().body();
    assert_eq!(shown.len(), 8 * 1024);
    assert!(shown.ends_with("x[reda"), "{}", &shown[shown.len() - 10..]);
}

#[tokio::test]
async fn a_token_response_may_have_at_most_1_mib() {
    let emulator = emulator().await;
    let body_of = |size: usize| format!(r#"{{"token":{{"accessToken":"{}"}}}}"#, "a".repeat(size - 28));
    fail(&emulator, Fault::response(200).body(body_of(1024 * 1024)).once());
    assert!(client(&emulator).fetch_token("app", "user").await.is_ok());
    fail(&emulator, Fault::response(200).body(body_of(1024 * 1024 + 1)).once());
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn the_client_accepts_long_headers_of_gateways() {
    let emulator = emulator().await;
    let body = r#"{"token":{"accessToken":"made-up"}}"#;
    let long = "default-src 'self'; ".repeat(1_000);
    fail(&emulator, Fault::response(200).header("content-security-policy", &long).body(body));
    let token = client(&emulator).fetch_token("app", "user").await.unwrap();
    assert_eq!(token.access_token.expose(), "made-up");
}

#[tokio::test]
async fn a_decode_error_does_not_quote_the_body() {
    let emulator = emulator().await;
    for body in ["made-up-access-token", r#"{"token":{"accessToken":["made-up-access-token"]}}"#] {
        fail(&emulator, Fault::response(200).body(body).once());
        let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let everything = format!("{error} {error:?} {:?}", error.response());
        assert!(!everything.contains("made-up-access-token"), "{everything}");
    }
}

#[tokio::test]
async fn a_decode_error_has_the_status_and_the_request_id() {
    let emulator = emulator().await;
    fail(&emulator, Fault::response(200).header("cf-ray", "ray1").body("<html>"));
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.request_id()),
        (ErrorKind::Decode, Some(200), Some("ray1"))
    );
    assert_eq!(error.response().unwrap().body(), "");
}
