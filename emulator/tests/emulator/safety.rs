//! Requests that the emulator rejects: from web pages, to other host names, or with too large bodies.

use std::time::Duration;

use descope_outbound_emulator::{Emulator, Options};
use http_body_util::Full;
use hyper::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::test_client::{LATEST, LICENSE, TestClient};

/// Sends a request with these header lines, and returns the status.
async fn status(emulator: &Emulator, target: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    let bearer = format!("Authorization: Bearer {}:{}", emulator.project_id(), emulator.management_key());
    let request = format!("GET {target} HTTP/1.1\r\n{headers}{bearer}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_emulator_listens_on_the_loopback_address_only() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    assert_eq!(emulator.address().ip().to_string(), "127.0.0.1");
}

#[tokio::test]
async fn a_request_with_an_origin_is_rejected_on_every_path() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    for path in [LICENSE, "/_emulator/health", "/provider/github/me", "/"] {
        for origin in ["https://example.com", "null", "http://localhost:8787"] {
            let headers = format!("Host: localhost\r\nOrigin: {origin}\r\n");
            assert_eq!(status(&emulator, path, &headers).await, "403", "{path} {origin}");
        }
    }
    assert_eq!(emulator.counters().forbidden, 12);
}

#[tokio::test]
async fn a_request_must_use_a_loopback_name() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    for path in [LICENSE, "/_emulator/health"] {
        for host in ["localhost", "LocalHost:80", "127.0.0.1", "127.8.9.1:1", "[::1]", "[::1]:8787"] {
            assert_eq!(status(&emulator, path, &format!("Host: {host}\r\n")).await, "200", "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "localhost@example.com",
            "example.com@localhost",
            "128.0.0.1",
            "0.0.0.0",
            "[::2]",
            "emulator",
            "",
        ] {
            assert_eq!(status(&emulator, path, &format!("Host: {host}\r\n")).await, "403", "{host}");
        }
        assert_eq!(status(&emulator, path, "").await, "403", "without a host");
        assert_eq!(status(&emulator, path, "Host: localhost\r\nHost: example.com\r\n").await, "403");
        assert_eq!(
            status(&emulator, &format!("http://example.com{path}"), "Host: localhost\r\n").await,
            "403"
        );
    }
}

#[tokio::test]
async fn a_request_can_use_the_listen_name() {
    let emulator =
        Emulator::start(Options { listen: Some("emulator".to_owned()), ..Options::default() }).await.unwrap();
    assert_eq!(status(&emulator, LICENSE, "Host: Emulator:8787\r\n").await, "200");
    assert_eq!(status(&emulator, LICENSE, "Host: emulator.example.com\r\n").await, "403");
}

#[tokio::test]
async fn the_authority_of_an_http2_request_must_be_a_loopback_name() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    for (authority, expected) in [("localhost", 200), ("example.com", 403)] {
        let stream = TcpStream::connect(emulator.address()).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get(format!("http://{authority}/_emulator/health"));
        let response =
            sender.send_request(request.body(Full::<bytes::Bytes>::default()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{authority}");
    }
}

#[tokio::test]
async fn the_journal_lists_a_rejected_request() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    status(&emulator, LICENSE, "Host: example.com\r\n").await;
    let journal = emulator.journal();
    assert_eq!((journal.len(), journal[0].status), (1, Some(403)));
}

#[tokio::test]
async fn a_body_over_sixteen_mebibytes_is_rejected() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let client = TestClient::of(&emulator);
    let body = vec![b' '; 16 * 1024 * 1024];
    let request = client.request("POST", LATEST).body(Full::from(body.clone())).unwrap();
    assert_eq!(
        client.send(request).await.unwrap().status,
        400,
        "the emulator reads a body of exactly 16 MiB"
    );

    for path in [LATEST, "/_emulator/connect"] {
        let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len() + 1);
        stream.write_all(head.as_bytes()).await.unwrap();
        // The test sends no body: the announced length alone is enough for the rejection.
        let mut response = [0; 12];
        let reading = timeout(Duration::from_secs(30), stream.read_exact(&mut response));
        reading.await.expect("a response within 30 seconds").unwrap();
        assert_eq!(&response, b"HTTP/1.1 413", "{path}");
    }
}
