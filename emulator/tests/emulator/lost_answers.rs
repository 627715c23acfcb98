//! Faults of the connection itself, seen at the socket.

use std::io::ErrorKind;
use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
use http_body_util::Full;
use serde_json::json;
use tokio::time::timeout;

use crate::client::{Client, LATEST, TOKEN};

/// How long an answer that must not come is waited for.
const A_MOMENT: Duration = Duration::from_millis(100);

async fn emulator_with(fault: Fault) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1").token_id("token-1")).unwrap();
    emulator.add_fault(fault).unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

/// The length that the headers announce, and the body that came.
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
async fn a_reset_in_the_body_comes_after_half_of_what_was_announced() {
    let (_emulator, client) = emulator_with(Fault::reset_in_body()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let (announced, came) = announced_and_received(&received);
    assert_eq!(came, announced / 2);
}

#[tokio::test]
async fn a_close_is_an_orderly_end_without_any_byte() {
    let (_emulator, client) = emulator_with(Fault::close()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert!(received.is_empty());
}

#[tokio::test]
async fn a_cut_answer_announces_more_than_it_delivers_and_ends_in_order() {
    let (emulator, client) = emulator_with(Fault::cut().once()).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    let (announced, came) = announced_and_received(&received);
    assert!(came < announced && came > 0);

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
async fn a_hanging_request_is_read_and_never_answered() {
    let (emulator, client) = emulator_with(Fault::hang()).await;
    assert!(timeout(A_MOMENT, client.raw_fetch("github", "user-1")).await.is_err());
    let journal = emulator.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!((journal[0].status, journal[0].fault.as_deref()), (None, Some("hang")));
    assert_eq!(journal[0].body, json!({ "appId": "github", "userId": "user-1" }));
}

#[tokio::test]
async fn other_connections_are_served_while_one_hangs() {
    let (emulator, client) = emulator_with(Fault::hang().once()).await;
    let hanging = Client::of(&emulator);
    let hanging = tokio::spawn(async move { hanging.raw_fetch("github", "user-1").await });
    emulator.wait_for_requests(1).await;
    client.fetch("github", "user-1").await;
    assert!(!hanging.is_finished());
    emulator.shutdown().await;
    let (received, _) = hanging.await.unwrap();
    assert!(received.is_empty(), "a shutdown ends what hangs");
}

#[tokio::test]
async fn the_headers_drip_as_well() {
    let (_emulator, client) = emulator_with(Fault::drip(A_MOMENT)).await;
    let answered =
        timeout(A_MOMENT * 3, client.try_post(LATEST, json!({ "appId": "github", "userId": "user-1" })));
    assert!(answered.await.is_err(), "a few bytes are no head");
}

#[tokio::test]
async fn a_lost_answer_leaves_the_work_undone_unless_it_is_asked_for() {
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
        let reply = client.post(LATEST, json!({ "appId": "github", "userId": "user-1" })).await;
        assert_eq!(reply.status == 404, deleted, "{fault:?}");
        drop(emulator);
    }
}
