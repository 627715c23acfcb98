//! Answers as bytes, and what a restart does: seen at the socket.

use std::io::ErrorKind;
use std::time::Duration;

use descope_outbound_emulator::{Connection, Emulator, Ending, Fault, Options, Piece, RawAnswer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Client;

/// How long an answer that must not come is waited for.
const A_MOMENT: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(10);

async fn emulator_with(pieces: Vec<Piece>, ending: Ending) -> (Emulator, Client) {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator
        .add_fault(Fault { raw: Some(RawAnswer { pieces, ending }), count: Some(1), ..Fault::default() })
        .unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

/// A connection on which the one raw answer, `sent`, has been read.
async fn after_the_answer(emulator: &Emulator, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    ask(&mut stream).await.unwrap();
    let mut received = vec![0; sent.len()];
    timeout(PATIENCE, stream.read_exact(&mut received)).await.unwrap().unwrap();
    assert_eq!(received, sent);
    stream
}

async fn ask(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"GET /v1/mgmt/license HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await
}

#[tokio::test]
async fn bytes_are_sent_as_they_are_and_as_often_as_said() {
    let pieces = vec![Piece::new("a\u{ff}\r\n"), Piece { times: 100_000, ..Piece::new("xyz") }];
    let (_emulator, client) = emulator_with(pieces, Ending::Close).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    ending.unwrap();
    assert_eq!(received, [b"a\xff\r\n".to_vec(), b"xyz".repeat(100_000)].concat());
}

#[tokio::test]
async fn a_raw_answer_may_end_in_a_reset() {
    let (_emulator, client) = emulator_with(vec![Piece::new("HTTP/1.1 2")], Ending::Reset).await;
    let (received, ending) = client.raw_fetch("github", "user-1").await;
    assert_eq!(received, b"HTTP/1.1 2");
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn pieces_without_end_stop_when_the_client_goes() {
    let endless = vec![Piece { times: u64::MAX, ..Piece::new("x-more: yes\r\n") }];
    let (emulator, _client) = emulator_with(endless, Ending::Hang).await;
    drop(after_the_answer(&emulator, b"x-more: yes\r\n").await);
    timeout(PATIENCE, emulator.shutdown()).await.unwrap();
}

#[tokio::test]
async fn what_hangs_hears_the_client_and_never_answers() {
    let (emulator, _client) = emulator_with(vec![Piece::new("x")], Ending::Hang).await;
    let mut stream = after_the_answer(&emulator, b"x").await;
    ask(&mut stream).await.unwrap();
    assert!(timeout(A_MOMENT, stream.read_u8()).await.is_err());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_vanishes_does_not_even_acknowledge() {
    let (emulator, _client) = emulator_with(vec![Piece::new("x")], Ending::Vanish).await;
    let mut stream = after_the_answer(&emulator, b"x").await;
    // The filter is in place a moment after the byte has left.
    tokio::time::sleep(A_MOMENT).await;
    socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(A_MOMENT)).unwrap();
    ask(&mut stream).await.unwrap();
    let ending = timeout(PATIENCE, stream.read_u8()).await.expect("the system gives the connection up");
    assert_eq!(ending.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_raw_answer_is_refused_where_it_could_not_be_sent() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let raw = |bytes: &str| RawAnswer { pieces: vec![Piece::new(bytes)], ending: Ending::Close };
    let no_byte = Fault { raw: Some(raw("\u{100}")), ..Fault::default() };
    assert!(emulator.add_fault(no_byte).unwrap_err().to_string().contains("U+00FF"));
    assert!(emulator.add_fault(Fault { raw: Some(raw("x")), ..Fault::answer(200) }).is_err());
}

#[tokio::test]
async fn a_restart_cuts_refuses_and_comes_back_with_what_was_known() {
    let (emulator, client) = emulator_with(vec![Piece::new("x")], Ending::Hang).await;
    let mut stream = after_the_answer(&emulator, b"x").await;
    emulator.restart(Duration::from_millis(300));
    // The end of the open connection, in whatever way.
    timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap_err();
    let refused = TcpStream::connect(emulator.address()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let back = async {
        while TcpStream::connect(emulator.address()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, back).await.unwrap();
    client.fetch("github", "user-1").await;
}
