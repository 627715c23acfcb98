//! The service for all measured clients: one fixed response, sent as fast as the socket accepts it.
//!
//! `bench-service DIRECTORY` writes `authority.pem` there, prints its addresses, and ends when its input ends. A
//! request that differs from the expected one gets a 404, which fails the benchmark.

#![expect(dead_code, reason = "wire.rs also has what only the clients send")]

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use bytes::{Buf as _, BytesMut};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

mod wire;

const LICENSE_PATH: &str = "/v1/mgmt/license";
const LICENSE: &str = r#"{"rateLimitTier":"made-up"}"#;
/// A token in the service's form.
const TOKEN: &str = concat!(
    r#"{"token":{"id":"OT2made-up-token-012345","appId":"google-calendar","userId":"U2made-up-user-0123456789abc","#,
    r#""tokenSub":"made-up-subject-012345","accessToken":"made-up-access-token-0123456789-0123456789-0123456789-0123456789"#,
    r#"-0123456789","accessTokenType":"Bearer","accessTokenExpiry":"4102444800","hasRefreshToken":true,"lastRefreshTime":"#,
    r#""1764000000","lastRefreshError":"","scopes":["https://www.googleapis.com/auth/calendar.events"],"tenantId":"","#,
    r#""grantedBy":"U2made-up-user-0123456789abc","externalIdentifier":""}}"#,
);
const _: () = assert!(TOKEN.len() == 514, "the size of a usual response");

const LARGEST_REQUEST: usize = 64 * 1024;
const MAX_HEADERS: usize = 64;

type BoxError = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let directory = std::env::args_os().nth(1).ok_or("bench-service DIRECTORY")?;
    let acceptor = certify(Path::new(&directory))?;
    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let encrypted = TcpListener::bind("127.0.0.1:0").await?;
    let origins = serde_json::json!({
        "plain": format!("http://{}", plain.local_addr()?),
        "tls": format!("https://{}", encrypted.local_addr()?),
    });
    writeln!(io::stdout(), "{origins}")?;
    let ended = Arc::new(tokio::sync::Notify::new());
    let notify = Arc::clone(&ended);
    std::thread::spawn(move || {
        // Input or its end means that the parent process wants this one to end.
        let _ = io::stdin().read_line(&mut String::new());
        notify.notify_one();
    });
    tokio::select! {
        () = ended.notified() => Ok(()),
        result = accept(plain, None) => result,
        result = accept(encrypted, Some(acceptor)) => result,
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Result<(), BoxError> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, acceptor.clone()));
    }
}

/// Serve one connection. A broken connection does not end the service.
async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>) -> Result<(), BoxError> {
    match acceptor {
        Some(acceptor) => respond_all(acceptor.accept(stream).await?).await,
        None => respond_all(stream).await,
    }
}

async fn respond_all(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), BoxError> {
    let responses = FixedResponses::new();
    let mut received = BytesMut::with_capacity(4096);
    loop {
        while let Some((length, response)) = responses.to(&received)? {
            received.advance(length);
            stream.write_all(response.as_bytes()).await?;
            stream.flush().await?;
        }
        if received.len() > LARGEST_REQUEST || stream.read_buf(&mut received).await? == 0 {
            return Ok(stream.shutdown().await?);
        }
    }
}

struct FixedResponses {
    token: String,
    license: String,
    not_found: String,
}

impl FixedResponses {
    fn new() -> Self {
        let response = |status: &str, body: &str| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        };
        Self {
            token: response("200 OK", TOKEN),
            license: response("200 OK", LICENSE),
            not_found: response("404 Not Found", r#"{"errorCode":"E000000"}"#),
        }
    }

    /// Return the length of the first request and its response, or none if the request is incomplete.
    fn to(&self, received: &[u8]) -> Result<Option<(usize, &str)>, BoxError> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(received)? else { return Ok(None) };
        let header = |name: &str| {
            let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(found.value).ok()
        };
        let body = header("content-length").map_or(Ok(0), str::parse::<usize>)?;
        if received.len() < head + body {
            return Ok(None);
        }
        let is_authorized = header("authorization") == Some(wire::AUTHORIZATION);
        let response = match (request.method, request.path) {
            (Some("POST"), Some(wire::PATH)) if is_authorized && body > 0 => &self.token,
            (Some("GET"), Some(LICENSE_PATH)) if is_authorized => &self.license,
            _ => &self.not_found,
        };
        Ok(Some((head + body, response)))
    }
}

/// Create an authority and the service's certificate. The authority's key is dropped after it has signed.
fn certify(directory: &Path) -> Result<TlsAcceptor, BoxError> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "bench-service (made up, trust it nowhere else)");
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let mut own = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Python uses OpenSSL's strict mode, which requires it.
    own.use_authority_key_identifier_extension = true;
    let own_key = KeyPair::generate()?;
    let own_certificate = own.signed_by(&own_key, &Issuer::new(authority, authority_key))?;

    std::fs::write(directory.join("authority.pem"), authority_certificate.pem())?;
    let own_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![own_certificate.der().clone()], own_key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
