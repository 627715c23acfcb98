//! The error says whether a malformed response is invalid HTTP or invalid JSON.

use descope_outbound::{Error, ErrorKind, Token};
use descope_outbound_emulator::{Emulator, Ending, Fault, Piece, ScriptedResponse};

use crate::emulated::{client, emulator, fail};

async fn fetch(bytes: &str) -> (Result<Token, Error>, Emulator) {
    let emulator = emulator().await;
    let raw = ScriptedResponse { pieces: vec![Piece::new(bytes)], ending: Ending::Close };
    fail(&emulator, Fault { raw: Some(raw), ..Fault::default() });
    let outcome = client(&emulator).fetch_token("app", "user").await;
    (outcome, emulator)
}

#[tokio::test]
async fn invalid_chunks_are_a_decode_error_and_are_not_retried() {
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"tok\r\nzz\r\nen\": 1}\r\n0\r\n\r\n";
    let (outcome, emulator) = fetch(chunked).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.to_string().contains("did not respond in HTTP"), "{error}");
    assert_eq!(emulator.journal().len(), 1);
}

#[tokio::test]
async fn truncated_chunks_are_a_lost_connection() {
    let (outcome, emulator) =
        fetch("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"tok\r\n").await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
    assert_eq!(emulator.journal().len(), 4);
}

#[tokio::test]
async fn the_error_names_an_unrequested_content_encoding() {
    let (outcome, _emulator) =
        fetch("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u{1f}\u{8b}\u{8}\u{0}")
            .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("encoded as gzip"), "{error}");
}
