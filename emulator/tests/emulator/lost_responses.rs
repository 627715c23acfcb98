//! Faults of the connection itself, observed at the socket.

use std::io::ErrorKind;
use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
use http_body_util::Full;
use serde_json::json;
use tokio::time::timeout;

use crate::test_client::{LATEST, TOKEN, TestClient};

/// How long a test waits for a response that must not arrive.
const SHORT_WAIT: Duration = Duration::from_millis(100);

async fn emulator_with(fault: Fault) -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").token_id("token-1")).unwrap();
    emulator.add_fault(fault).unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

/// The length that the headers announce, and the length of the received body.
fn announced_and_received(bytes: &[u8]) -> (usize, usize) {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    (length.parse().unwrap(), body.len())
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_before_any_byte() {
    let (_emulator, client) = emulator_with(Fault::reset()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    assert!(received.is_empty());
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_reset_in_the_body_happens_after_half_of_the_announced_length() {
    let (_emulator, client) = emulator_with(Fault::reset_in_body()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let (announced, received) = announced_and_received(&received);
    assert_eq!(received, announced / 2);
}

#[tokio::test]
async fn a_close_ends_the_connection_cleanly_without_any_byte() {
    let (_emulator, client) = emulator_with(Fault::close()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert!(received.is_empty());
}

#[tokio::test]
async fn a_cut_response_announces_more_than_it_delivers_and_ends_cleanly() {
    let (emulator, client) = emulator_with(Fault::cut().once()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    let (announced, received) = announced_and_received(&received);
    assert!(received < announced && received > 0);

    emulator.add_fault(Fault { status: Some(200), ..Fault::cut() }).unwrap();
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert_eq!(announced_and_received(&received), (1, 0), "even without a body");
}

#[tokio::test]
async fn garbage_is_not_http() {
    let (_emulator, client) = emulator_with(Fault::garbage()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert!(!received.is_empty() && !received.starts_with(b"HTTP/"));
}

#[tokio::test]
async fn a_hanging_request_is_read_and_gets_no_response() {
    let (emulator, client) = emulator_with(Fault::hang()).await;
    assert!(timeout(SHORT_WAIT, client.raw_fetch("github", "user-1")).await.is_err());
    let journal = emulator.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!((journal[0].status, journal[0].fault.as_deref()), (None, Some("hang")));
    assert_eq!(journal[0].body, json!({ "appId": "github", "userId": "user-1" }));
}

#[tokio::test]
async fn other_connections_are_served_while_one_hangs() {
    let (emulator, client) = emulator_with(Fault::hang().once()).await;
    let hanging = TestClient::of(&emulator);
    let hanging = tokio::spawn(async move { hanging.raw_fetch("github", "user-1").await });
    emulator.wait_for_requests(1).await;
    client.fetch("github", "user-1").await;
    assert!(!hanging.is_finished());
    emulator.shutdown().await;
    let (received, _) = hanging.await.unwrap();
    assert!(received.is_empty(), "a shutdown ends a hanging request");
}

#[tokio::test]
async fn a_drip_also_slows_the_headers() {
    let (_emulator, client) = emulator_with(Fault::drip(SHORT_WAIT)).await;
    let response =
        timeout(SHORT_WAIT * 3, client.try_post(LATEST, json!({ "appId": "github", "userId": "user-1" })));
    assert!(response.await.is_err(), "a few bytes are not a complete head");
}

#[tokio::test]
async fn a_lost_response_leaves_the_request_undone_unless_the_fault_commits_it() {
    for (fault, deleted) in [
        (Fault::reset(), false),
        (Fault::close(), false),
        (Fault::garbage(), false),
        (Fault::reset().after_commit(), true),
        (Fault::close().after_commit(), true),
        (Fault::garbage().after_commit(), true),
        (Fault::reset_in_body(), true),
        (Fault::cut(), true),
    ] {
        let (emulator, client) = emulator_with(fault.clone().method("DELETE")).await;
        let request = client.request("DELETE", &format!("{TOKEN}?id=token-1"));
        client.send(request.body(Full::default()).unwrap()).await.unwrap_err();
        let response = client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await;
        assert_eq!(response.status == 404, deleted, "{fault:?}");
        drop(emulator);
    }
}
