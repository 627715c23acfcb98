//! Scripted responses and restarts, observed at the socket.

use std::io::ErrorKind;
use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Ending, Fault, Options, Piece, ScriptedResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::test_client::TestClient;

/// How long a test waits for a response that must not arrive.
const SHORT_WAIT: Duration = Duration::from_millis(100);
/// A test fails after this time.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);

async fn emulator_with(pieces: Vec<Piece>, ending: Ending) -> (Emulator, TestClient) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator
        .add_fault(Fault {
            raw: Some(ScriptedResponse { pieces, ending }),
            count: Some(1),
            ..Fault::default()
        })
        .unwrap();
    let client = TestClient::of(&emulator);
    (emulator, client)
}

/// Opens a connection and reads the scripted response, which must be `sent`.
async fn connection_after_response(emulator: &Emulator, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    send_request(&mut stream).await.unwrap();
    let mut received = vec![0; sent.len()];
    timeout(STEP_TIMEOUT, stream.read_exact(&mut received)).await.unwrap().unwrap();
    assert_eq!(received, sent);
    stream
}

async fn send_request(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"GET /v1/mgmt/license HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await
}

#[tokio::test]
async fn pieces_are_sent_unchanged_and_repeated() {
    let pieces = vec![Piece::new("a\u{ff}\r\n"), Piece { times: 100_000, ..Piece::new("xyz") }];
    let (_emulator, client) = emulator_with(pieces, Ending::Close).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert_eq!(received, [b"a\xff\r\n".to_vec(), b"xyz".repeat(100_000)].concat());
}

#[tokio::test]
async fn a_scripted_response_can_end_with_a_reset() {
    let (_emulator, client) = emulator_with(vec![Piece::new("HTTP/1.1 2")], Ending::Reset).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    assert_eq!(received, b"HTTP/1.1 2");
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn endless_pieces_stop_after_the_client_disconnects() {
    let endless = vec![Piece { times: u64::MAX, ..Piece::new("x-more: yes\r\n") }];
    let (emulator, _client) = emulator_with(endless, Ending::Hang).await;
    drop(connection_after_response(&emulator, b"x-more: yes\r\n").await);
    timeout(STEP_TIMEOUT, emulator.shutdown()).await.unwrap();
}

#[tokio::test]
async fn a_hanging_connection_reads_from_the_client_and_never_responds() {
    let (emulator, _client) = emulator_with(vec![Piece::new("x")], Ending::Hang).await;
    let mut stream = connection_after_response(&emulator, b"x").await;
    send_request(&mut stream).await.unwrap();
    assert!(timeout(SHORT_WAIT, stream.read_u8()).await.is_err());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_vanished_connection_acknowledges_nothing() {
    let (emulator, _client) = emulator_with(vec![Piece::new("x")], Ending::Vanish).await;
    let mut stream = connection_after_response(&emulator, b"x").await;
    // The emulator installs the filter just after it sends the byte.
    tokio::time::sleep(SHORT_WAIT).await;
    socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(SHORT_WAIT)).unwrap();
    send_request(&mut stream).await.unwrap();
    let ending = timeout(STEP_TIMEOUT, stream.read_u8()).await.expect("the system gives up the connection");
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_scripted_response_that_cannot_be_sent_is_rejected() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let raw = |bytes: &str| ScriptedResponse { pieces: vec![Piece::new(bytes)], ending: Ending::Close };
    let not_bytes = Fault { raw: Some(raw("\u{100}")), ..Fault::default() };
    assert!(emulator.add_fault(not_bytes).unwrap_err().to_string().contains("U+00FF"));
    assert!(emulator.add_fault(Fault { raw: Some(raw("x")), ..Fault::response(200) }).is_err());
}

#[tokio::test]
async fn a_restart_closes_connections_refuses_new_ones_and_keeps_the_state() {
    let (emulator, client) = emulator_with(vec![Piece::new("x")], Ending::Hang).await;
    let mut stream = connection_after_response(&emulator, b"x").await;
    emulator.restart(Duration::from_millis(300));
    // The open connection ends, in any way.
    timeout(STEP_TIMEOUT, stream.read_u8()).await.unwrap().unwrap_err();
    let refused = TcpStream::connect(emulator.address()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let reachable = async {
        while TcpStream::connect(emulator.address()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(STEP_TIMEOUT, reachable).await.unwrap();
    client.fetch("github", "user-1").await;
}
