//! A small HTTP client that opens a connection for each request, unless a test keeps one.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use descope_outbound_emulator::Emulator;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const LATEST: &str = "/v1/mgmt/outbound/app/user/token/latest";
pub(crate) const BY_SCOPES: &str = "/v1/mgmt/outbound/app/user/token";
pub(crate) const TOKEN: &str = "/v1/mgmt/outbound/token";
pub(crate) const USER_TOKENS: &str = "/v1/mgmt/outbound/user/tokens";
pub(crate) const LICENSE: &str = "/v1/mgmt/license";

/// A test fails after this time, which is much longer than any step takes.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one emulator.
pub(crate) struct TestClient {
    address: SocketAddr,
    bearer: String,
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct ReceivedResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl TestClient {
    pub(crate) fn of(emulator: &Emulator) -> Self {
        Self {
            address: emulator.address(),
            bearer: format!("Bearer {}:{}", emulator.project_id(), emulator.management_key()),
        }
    }

    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { address, bearer: "Bearer unknown".to_owned() }
    }

    pub(crate) fn bearer(self, bearer: impl Into<String>) -> Self {
        Self { bearer: bearer.into(), ..self }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("authorization", &self.bearer)
    }

    pub(crate) async fn get(&self, path: &str) -> ReceivedResponse {
        self.send(self.request("GET", path).body(Full::default()).unwrap()).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> ReceivedResponse {
        self.send(self.request("DELETE", path).body(Full::default()).unwrap()).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> ReceivedResponse {
        self.try_post(path, body).await.unwrap()
    }

    pub(crate) async fn post_text(&self, path: &str, body: &'static str) -> ReceivedResponse {
        let request = self.request("POST", path).body(Full::from(body)).unwrap();
        self.send(request).await.unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Result<ReceivedResponse, hyper::Error> {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Fetches the latest token of a user, which must exist.
    pub(crate) async fn fetch(&self, app_id: &str, user_id: &str) -> Value {
        let response = self.post(LATEST, json!({ "appId": app_id, "userId": user_id })).await;
        assert_eq!(response.status, 200, "{response:?}");
        response.json()["token"].clone()
    }

    /// Whether the provider accepts this access token.
    pub(crate) async fn is_accepted(&self, app_id: &str, access_token: &Value) -> bool {
        let bearer = format!("Bearer {}", access_token.as_str().unwrap());
        let client = Self::at(self.address).bearer(bearer);
        client.get(&format!("/provider/{app_id}/me")).await.status == 200
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<ReceivedResponse, hyper::Error> {
        let response = async {
            let mut connection = self.connect().await;
            read(connection.send_request(request).await?).await
        };
        timeout(STEP_TIMEOUT, response).await.expect("the request ends within 30 seconds")
    }

    /// Opens a connection that the test can reuse.
    pub(crate) async fn connect(&self) -> SendRequest<Full<Bytes>> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    /// Fetches a token and returns all received bytes, and how the connection ended.
    pub(crate) async fn raw_fetch(&self, app_id: &str, user_id: &str) -> (Vec<u8>, std::io::Result<()>) {
        let body = json!({ "appId": app_id, "userId": user_id }).to_string();
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "POST {LATEST} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            self.bearer,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut received = Vec::new();
        let reading = timeout(STEP_TIMEOUT, stream.read_to_end(&mut received));
        let ending = reading.await.expect("the connection ends within 30 seconds");
        (received, ending.map(|_| ()))
    }
}

pub(crate) async fn read(response: Response<Incoming>) -> Result<ReceivedResponse, hyper::Error> {
    let (head, body) = response.into_parts();
    Ok(ReceivedResponse {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await?.to_bytes(),
    })
}

impl ReceivedResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn error_code(&self) -> String {
        self.json()["errorCode"].as_str().unwrap_or_default().to_owned()
    }
}
