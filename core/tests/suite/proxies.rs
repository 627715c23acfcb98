//! Which proxies the client uses.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use crate::emulated::{builder, emulator, emulator_with};
use descope_outbound::{ClientBuilder, Environment, Error, ErrorKind, Token};
use descope_outbound_emulator::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Read the head of a request, up to the empty line.
async fn head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A proxy on this machine, and an environment with its URL and credentials in this variable.
async fn proxy(variable: &str) -> (TcpListener, Vec<(String, String)>) {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:made-up-password@{}", proxy.local_addr().unwrap());
    (proxy, vec![(variable.to_owned(), url)])
}

/// A call through the proxy: its result, the connection to the proxy, and the head of the first request on it.
async fn call_through(
    proxy: &TcpListener,
    builder: ClientBuilder,
) -> (JoinHandle<Result<Token, Error>>, TcpStream, String) {
    let client = builder.build().unwrap();
    let call = tokio::spawn(async move { client.fetch_token("app", "user").await });
    let (mut connection, _) = proxy.accept().await.unwrap();
    let asked = head(&mut connection).await;
    (call, connection, asked)
}

/// `user:made-up-password`, encoded for a header.
const CREDENTIALS: &str = "proxy-authorization: Basic dXNlcjptYWRlLXVwLXBhc3N3b3Jk\r\n";

#[tokio::test]
async fn the_proxy_of_a_tunnel_gets_its_own_credentials_and_no_others() {
    let (proxy, environment) = proxy("https_proxy").await;
    let emulator = emulator_with(Options { tls: true, ..Options::default() }).await;
    let service = emulator.base_url().trim_start_matches("https://").to_owned();
    let builder = builder(&emulator)
        .environment(environment.into_iter().collect())
        .base_url("https://outbound.invalid")
        .skip_verify(true);
    let (call, mut connection, asked) = call_through(&proxy, builder).await;
    assert!(asked.starts_with("CONNECT outbound.invalid:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains(&CREDENTIALS.to_lowercase()), "{asked}");
    assert!(!asked.to_lowercase().contains("\r\nauthorization"), "{asked}");
    connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let mut service = TcpStream::connect(service).await.unwrap();
    tokio::spawn(async move { copy_bidirectional(&mut connection, &mut service).await });
    // The response comes through the tunnel: the emulator rejects requests with another host name.
    assert_eq!(call.await.unwrap().unwrap_err().status(), Some(403));
    assert_eq!(emulator.counters().connections, 1);
}

#[tokio::test]
async fn without_tls_the_proxy_gets_the_whole_url() {
    let (proxy, environment) = proxy("http_proxy").await;
    let builder = builder(&emulator().await)
        .environment(environment.into_iter().collect())
        .base_url("http://outbound.invalid")
        .allow_insecure_http(true);
    let (call, mut connection, asked) = call_through(&proxy, builder).await;
    let line = "POST http://outbound.invalid/v1/mgmt/outbound/app/user/token/latest HTTP/1.1\r\n";
    assert!(asked.starts_with(line), "{asked}");
    assert!(asked.contains("host: outbound.invalid\r\n") && asked.contains(CREDENTIALS), "{asked}");
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 35\r\n\r\n{\"token\":{\"accessToken\":\"made-up\"}}";
    connection.write_all(response).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().access_token.expose(), "made-up");
}

#[tokio::test]
async fn the_client_uses_no_proxy_for_hosts_in_no_proxy() {
    let (proxy, mut environment) = proxy("https_proxy").await;
    environment.push(("no_proxy".to_owned(), ".invalid".to_owned()));
    let client = builder(&emulator().await)
        .environment(environment.into_iter().collect())
        .base_url("https://outbound.invalid")
        .retry_delays([])
        .build()
        .unwrap();
    let error = tokio::select! {
        error = client.fetch_token("app", "user") => error.unwrap_err(),
        _ = proxy.accept() => unreachable!("the proxy was asked"),
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
}

#[tokio::test]
async fn a_proxy_password_may_contain_characters_that_a_url_must_escape() {
    let (proxy, _) = proxy("https_proxy").await;
    let url = format!(" http://user:made@up|p\u{e4}ss@{} ", proxy.local_addr().unwrap());
    let builder = builder(&emulator().await)
        .environment([("https_proxy", url.as_str())].into_iter().collect())
        .base_url("https://outbound.invalid");
    let (call, _, asked) = call_through(&proxy, builder).await;
    // user:made@up|päss
    assert!(asked.contains(": Basic dXNlcjptYWRlQHVwfHDDpHNz\r\n"), "{asked}");
    call.abort();
}

#[tokio::test]
async fn a_proxy_url_may_omit_its_scheme() {
    let (proxy, _) = proxy("https_proxy").await;
    let address = proxy.local_addr().unwrap().to_string();
    let builder = builder(&emulator().await)
        .environment([("https_proxy", address.as_str())].into_iter().collect())
        .base_url("https://outbound.invalid");
    let (call, _, asked) = call_through(&proxy, builder).await;
    assert!(asked.starts_with("CONNECT outbound.invalid:443 HTTP/1.1\r\n"));
    call.abort();
}

#[tokio::test]
async fn an_unused_proxy_may_be_of_any_kind() {
    let emulator = emulator().await;
    let environment = [("all_proxy", "socks5://127.0.0.1:9"), ("no_proxy", "outbound.invalid")];
    let client = builder(&emulator)
        .environment(environment.into_iter().collect())
        .base_url("https://outbound.invalid")
        .retry_delays([])
        .build()
        .unwrap();
    assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::ConnectionFailed);
}

#[tokio::test]
async fn the_client_rejects_a_proxy_of_an_unsupported_kind() {
    let emulator = emulator().await;
    let environment = [("all_proxy", "socks5://127.0.0.1:9")].into_iter().collect();
    let client =
        builder(&emulator).environment(environment).base_url("https://outbound.invalid").build().unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.to_string(), "https_proxy or all_proxy is not an http or https URL");
}

#[tokio::test]
async fn the_client_uses_the_proxy_for_hosts_beyond_this_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let emulator = emulator().await;
    let client = builder(&emulator)
        .environment([("https_proxy", url.as_str())].into_iter().collect())
        .base_url("https://outbound.invalid")
        .retry_delays([])
        .build()
        .unwrap();
    let call = tokio::spawn(async move { client.fetch_token("app", "user").await });
    let (mut connection, _) = proxy.accept().await.unwrap();
    let mut request = [0; 37];
    connection.read_exact(&mut request).await.unwrap();
    assert_eq!(&request, b"CONNECT outbound.invalid:443 HTTP/1.1");
    connection.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await.unwrap();
    drop(connection);
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::ConnectionFailed);
}

#[tokio::test]
async fn the_client_uses_no_proxy_for_loopback() {
    let emulator = emulator().await;
    let unreachable_proxies: Environment =
        ["http_proxy", "all_proxy"].into_iter().map(|name| (name, "http://127.0.0.1:9")).collect();
    let client = builder(&emulator).environment(unreachable_proxies).build().unwrap();
    client.fetch_token("app", "user").await.unwrap();
}

#[tokio::test]
async fn the_error_for_an_invalid_proxy_url_does_not_quote_it() {
    let emulator = emulator().await;
    let environment = [("https_proxy", "http://user:made-up-password@[")].into_iter().collect();
    let client =
        builder(&emulator).environment(environment).base_url("https://outbound.invalid").build().unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(!error.to_string().contains("made-up-password"), "{error}");
}
