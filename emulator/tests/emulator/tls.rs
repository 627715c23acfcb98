//! HTTPS with the emulator's own certificate authority.

use std::sync::Arc;

use bytes::Bytes;
use descope_outbound_emulator::{Certificate, Connection, Emulator, Fault, Options};
use http_body_util::Full;
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::test_client::{ReceivedResponse, read};

async fn emulator() -> Emulator {
    let options = Options { tls: true, listen: Some("emulator.test".to_owned()), ..Options::default() };
    let emulator = Emulator::start(options).await.unwrap();
    emulator.connect(Connection::user("github", "user-1")).unwrap();
    emulator
}

async fn connect(
    emulator: &Emulator,
    ca_pem: &str,
    name: &str,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect(emulator.address()).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await
}

async fn license_over_http2(emulator: &Emulator) -> Result<ReceivedResponse, hyper::Error> {
    let stream = connect(emulator, emulator.ca_pem().unwrap(), "localhost", b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let io = TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await?;
    tokio::spawn(connection);
    let request = Request::get("https://localhost/v1/mgmt/license")
        .header("authorization", format!("Bearer {}:{}", emulator.project_id(), emulator.management_key()));
    read(sender.send_request(request.body(Full::<Bytes>::default()).unwrap()).await?).await
}

async fn license_over_http1(emulator: &Emulator, name: &str) -> Result<ReceivedResponse, hyper::Error> {
    let stream = connect(emulator, emulator.ca_pem().unwrap(), name, b"http/1.1").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/v1/mgmt/license")
        .header("host", if name.contains(':') { format!("[{name}]") } else { name.to_owned() })
        .header("authorization", format!("Bearer {}:{}", emulator.project_id(), emulator.management_key()));
    read(sender.send_request(request.body(Full::<Bytes>::default()).unwrap()).await?).await
}

#[tokio::test]
async fn the_certificate_covers_the_loopback_names_and_the_listen_name() {
    let emulator = emulator().await;
    assert!(emulator.base_url().starts_with("https://127.0.0.1:"));
    for name in ["localhost", "127.0.0.1", "::1", "emulator.test"] {
        assert_eq!(license_over_http1(&emulator, name).await.unwrap().status, 200, "{name}");
    }
    let ca = emulator.ca_pem().unwrap();
    assert!(connect(&emulator, ca, "example.com", b"h2").await.is_err());
}

#[tokio::test]
async fn each_emulator_has_its_own_authority() {
    let (one, other) = (emulator().await, emulator().await);
    assert_ne!(one.ca_pem(), other.ca_pem());
    assert!(connect(&one, other.ca_pem().unwrap(), "localhost", b"h2").await.is_err());
}

#[tokio::test]
async fn a_tls_client_that_offers_http2_gets_http2() {
    let emulator = emulator().await;
    assert_eq!(license_over_http2(&emulator).await.unwrap().status, 200);
    assert_eq!(emulator.journal()[0].http_version, "HTTP/2");
}

#[tokio::test]
async fn dropping_the_emulator_removes_the_certificate_file_which_has_no_key() {
    let emulator = emulator().await;
    let path = emulator.ca_file().unwrap().to_owned();
    let pem = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Some(pem.as_str()), emulator.ca_pem());
    assert!(pem.contains("BEGIN CERTIFICATE") && !pem.contains("PRIVATE KEY"));
    drop(emulator);
    assert!(!path.exists());
}

#[tokio::test]
async fn an_emulator_without_tls_has_no_authority() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    assert_eq!((emulator.ca_pem(), emulator.ca_file()), (None, None));
}

#[tokio::test]
async fn connection_faults_also_apply_over_tls() {
    let emulator = emulator().await;
    for fault in [Fault::reset(), Fault::close(), Fault::garbage(), Fault::cut(), Fault::reset_in_body()] {
        emulator.clear_faults();
        emulator.add_fault(fault.clone()).unwrap();
        assert!(license_over_http1(&emulator, "localhost").await.is_err(), "HTTP/1.1 {fault:?}");
        assert!(license_over_http2(&emulator).await.is_err(), "HTTP/2 {fault:?}");
    }
    emulator.clear_faults();
    emulator.add_fault(Fault::drip(std::time::Duration::from_millis(1))).unwrap();
    for response in [license_over_http1(&emulator, "localhost").await, license_over_http2(&emulator).await] {
        assert_eq!(response.unwrap().json()["rateLimitTier"], "tier3");
    }
}

#[tokio::test]
async fn a_plain_text_connection_to_a_tls_port_is_closed() {
    let emulator = emulator().await;
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut socket, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut received = Vec::new();
    // The connection may end in any way.
    let _ = socket.read_to_end(&mut received).await;
    assert!(!received.starts_with(b"HTTP/"));
    assert_eq!(
        license_over_http2(&emulator).await.unwrap().status,
        200,
        "other connections are still served"
    );
}

#[tokio::test]
async fn the_certificate_can_be_expired_or_for_another_host() {
    for (certificate, error) in
        [(Certificate::Expired, "expired"), (Certificate::OtherHost, "not valid for name")]
    {
        let options = Options { tls: true, certificate, ..Options::default() };
        let emulator = Emulator::start(options).await.unwrap();
        let refusal = connect(&emulator, emulator.ca_pem().unwrap(), "localhost", b"h2").await.err().unwrap();
        assert!(refusal.to_string().contains(error), "{refusal}");
    }
}
