//! Which proxies are used.

use crate::emulated::{builder, emulator};
use descope_outbound::{Environment, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_proxy_is_asked_for_a_host_beyond_this_machine() {
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
async fn no_proxy_stands_before_this_machine() {
    let emulator = emulator().await;
    let nobody: Environment =
        ["http_proxy", "all_proxy"].into_iter().map(|name| (name, "http://127.0.0.1:9")).collect();
    let client = builder(&emulator).environment(nobody).build().unwrap();
    client.fetch_token("app", "user").await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_is_no_url_is_told_without_its_value() {
    let emulator = emulator().await;
    let environment = [("https_proxy", "http://user:made-up-password@[")].into_iter().collect();
    let client =
        builder(&emulator).environment(environment).base_url("https://outbound.invalid").build().unwrap();
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(!error.to_string().contains("made-up-password"), "{error}");
}
