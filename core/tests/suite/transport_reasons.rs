//! The reason of a failed connection: a caller can distinguish DNS, TLS, a refusal, a reset and a proxy.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use descope_outbound::{
    Client, ClientBuilder, Environment, Error, ErrorKind, LicenseHandshake, TransportReason,
};
use descope_outbound_emulator::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::emulated::{builder, emulator_with};

/// A client of this base URL that does not retry.
fn client_of(base_url: &str) -> ClientBuilder {
    Client::builder()
        .environment(Environment::default())
        .project_id("Pmadeup")
        .management_key("made-up-key")
        .base_url(base_url)
        .license_handshake(LicenseHandshake::Off)
        .retry_delays([])
}

async fn failure(builder: ClientBuilder) -> Error {
    let error = builder.build().unwrap().fetch_token("app", "user").await.unwrap_err();
    let transport = error.transport_error().unwrap();
    assert_eq!(error.source().unwrap().to_string(), transport.to_string());
    assert!(error.to_string().contains(transport.message()), "{error}: {transport}");
    error
}

async fn reason(builder: ClientBuilder) -> TransportReason {
    let error = failure(builder).await;
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    error.transport_error().unwrap().reason()
}

/// The address of a port on which nothing listens.
async fn closed_port() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

/// The next connection, after its first request has arrived.
async fn receive_request(listener: &TcpListener) -> TcpStream {
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut request = [0; 4096];
    let _ = connection.read(&mut request).await.unwrap();
    connection
}

/// The base URL of a server that sends these bytes to the first request, and closes the connection.
async fn server_that_sends(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut connection = receive_request(&listener).await;
        connection.write_all(bytes).await.unwrap();
    });
    url
}

#[tokio::test]
async fn a_host_that_cannot_be_resolved_is_a_dns_failure() {
    // The system asks no name server for a label of more than 63 characters.
    let host = format!("{}.localhost", "a".repeat(64));
    let error = failure(client_of(&format!("http://{host}:1"))).await;
    assert_eq!(error.transport_error().unwrap().reason(), TransportReason::Dns);
    assert!(error.is_connect() && !error.is_timeout());
}

#[tokio::test]
async fn a_port_on_which_nothing_listens_refuses_the_connection() {
    let error = failure(client_of(&format!("http://{}", closed_port().await))).await;
    assert_eq!(error.transport_error().unwrap().reason(), TransportReason::Refused);
    assert!(error.is_connect() && error.was_never_sent());
}

#[tokio::test]
async fn a_host_that_does_not_accept_in_time_is_a_connect_timeout() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // The system accepts as many as the queue holds, and ignores the others.
    let mut queued = Vec::new();
    while let Ok(connection) =
        tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
    {
        queued.push(connection.unwrap());
    }
    let error = failure(client_of(&format!("http://{address}"))).await;
    assert_eq!(error.transport_error().unwrap().reason(), TransportReason::ConnectTimeout);
    assert!(error.is_connect() && error.is_timeout());
}

#[tokio::test]
async fn an_untrusted_certificate_is_a_tls_failure() {
    let emulator = emulator_with(Options { tls: true, ..Options::default() }).await;
    assert_eq!(reason(builder(&emulator).retry_delays([])).await, TransportReason::Tls);
}

#[tokio::test]
async fn a_connection_that_closes_before_the_response_is_complete_is_a_reset() {
    let partial = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"token\":";
    for bytes in [&b""[..], &partial[..]] {
        let error = failure(client_of(&server_that_sends(bytes).await)).await;
        assert_eq!(error.transport_error().unwrap().reason(), TransportReason::Reset);
        assert!(!error.is_connect() && !error.was_never_sent() && !error.is_timeout());
    }
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_or_refuses_is_a_proxy_failure() {
    let closed = format!("http://{}", closed_port().await);
    let refusing = server_that_sends(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    for proxy in [closed, refusing] {
        let environment: Environment = [("https_proxy", proxy)].into_iter().collect();
        let builder = client_of("https://outbound.invalid").environment(environment);
        assert_eq!(reason(builder).await, TransportReason::Proxy);
    }
}

#[tokio::test]
async fn a_peer_that_does_not_speak_http_is_a_protocol_failure() {
    let error = failure(client_of(&server_that_sends(b"220 made-up.example ESMTP\r\n").await)).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.transport_error().unwrap().reason(), TransportReason::Protocol);
}

#[tokio::test]
async fn a_call_whose_first_attempt_was_interrupted_may_have_been_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let connection = receive_request(&listener).await;
        // Nothing listens any more when the client retries.
        drop((listener, connection));
    });
    let error = failure(client_of(&url).retry_delays([Duration::from_millis(20)])).await;
    assert_eq!(error.transport_error().unwrap().reason(), TransportReason::Refused);
    assert!(!error.was_never_sent() && !error.is_connect());
}

/// A proxy that responds 407 to each request, and counts them.
async fn proxy_without_access() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:made-up-password@{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let mut connection = receive_request(&listener).await;
            counter.fetch_add(1, Ordering::SeqCst);
            let response = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            connection.write_all(response).await.unwrap();
        }
    });
    (url, requests)
}

#[tokio::test]
async fn a_proxy_that_requires_credentials_is_named_and_not_retried() {
    for (variable, base_url) in
        [("https_proxy", "https://outbound.invalid"), ("http_proxy", "http://outbound.invalid")]
    {
        let (proxy, requests) = proxy_without_access().await;
        let environment: Environment = [(variable, proxy)].into_iter().collect();
        let builder = client_of(base_url).environment(environment).allow_insecure_http(true);
        let error = failure(builder.retry_delays([Duration::from_millis(1); 3])).await;
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{variable}");
        let reason = error.transport_error().unwrap().reason();
        assert_eq!(reason, TransportReason::ProxyAuthentication, "{variable}");
        assert_eq!(reason.as_str(), "proxy_authentication");
        assert!(error.to_string().contains("check the user and password in the proxy's URL"), "{error}");
        assert!(error.was_never_sent() && !error.to_string().contains("made-up-password"));
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{variable}");
    }
}
