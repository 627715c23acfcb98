//! The service that every client is measured against: one fixed answer, given away as fast as a socket takes it.
//!
//! `bench-service DIRECTORY` writes `authority.pem` there, prints where it listens, and ends when its input does. What
//! does not ask for a token as every client should gets 404, which the benchmark takes for a failure.

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

const LICENCE_PATH: &str = "/v1/mgmt/license";
const LICENCE: &str = r#"{"rateLimitTier":"made-up"}"#;
/// A token as the service writes it.
const TOKEN: &str = concat!(
    r#"{"token":{"id":"OT2made-up-token-012345","appId":"google-calendar","userId":"U2made-up-user-0123456789abc","#,
    r#""tokenSub":"made-up-subject-012345","accessToken":"made-up-access-token-0123456789-0123456789-0123456789-0123456789"#,
    r#"-0123456789","accessTokenType":"Bearer","accessTokenExpiry":"4102444800","hasRefreshToken":true,"lastRefreshTime":"#,
    r#""1764000000","lastRefreshError":"","scopes":["https://www.googleapis.com/auth/calendar.events"],"tenantId":"","#,
    r#""grantedBy":"U2made-up-user-0123456789abc","externalIdentifier":""}}"#,
);
const _: () = assert!(TOKEN.len() == 514, "the size of a usual answer");

const LARGEST_REQUEST: usize = 64 * 1024;
const MOST_HEADERS: usize = 64;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
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
        // Whatever comes, and also its end: whoever started this has gone or wants it gone.
        let _ = io::stdin().read_line(&mut String::new());
        notify.notify_one();
    });
    tokio::select! {
        () = ended.notified() => Ok(()),
        result = accept(plain, None) => result,
        result = accept(encrypted, Some(acceptor)) => result,
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Result<(), Failure> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, acceptor.clone()));
    }
}

/// A connection that breaks is its client's affair.
async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>) -> Result<(), Failure> {
    match acceptor {
        Some(acceptor) => answer_all(acceptor.accept(stream).await?).await,
        None => answer_all(stream).await,
    }
}

async fn answer_all(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Failure> {
    let answers = Answers::new();
    let mut received = BytesMut::with_capacity(4096);
    loop {
        while let Some((length, answer)) = answers.to(&received)? {
            received.advance(length);
            stream.write_all(answer.as_bytes()).await?;
            stream.flush().await?;
        }
        if received.len() > LARGEST_REQUEST || stream.read_buf(&mut received).await? == 0 {
            return Ok(stream.shutdown().await?);
        }
    }
}

struct Answers {
    token: String,
    licence: String,
    refusal: String,
}

impl Answers {
    fn new() -> Self {
        let answer = |status: &str, body: &str| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        };
        Self {
            token: answer("200 OK", TOKEN),
            licence: answer("200 OK", LICENCE),
            refusal: answer("404 Not Found", r#"{"errorCode":"E000000"}"#),
        }
    }

    /// The length of the first request and what it gets, once it is there with its body.
    fn to(&self, received: &[u8]) -> Result<Option<(usize, &str)>, Failure> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
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
        let answer = match (request.method, request.path) {
            (Some("POST"), Some(wire::PATH)) if is_authorized && body > 0 => &self.token,
            (Some("GET"), Some(LICENCE_PATH)) if is_authorized => &self.licence,
            _ => &self.refusal,
        };
        Ok(Some((head + body, answer)))
    }
}

/// An authority of its own, whose key is dropped once it has signed the service's certificate.
fn certify(directory: &Path) -> Result<TlsAcceptor, Failure> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "bench-service (made up, trust it nowhere else)");
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let mut own = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // OpenSSL in its strict mode, which Python uses, wants it.
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
