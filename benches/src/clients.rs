//! The clients. Each is constructed once and fetches the token many times.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as PooledClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::wire;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) trait BenchClient: Send + Sync + Sized + 'static {
    fn open(origin: &str, authority: &Path) -> Result<Self, BoxError>;
    fn fetch_token(&self) -> impl Future<Output = Result<String, BoxError>> + Send;
}

fn access_token_of(body: &[u8]) -> Result<String, BoxError> {
    let body: Value = serde_json::from_slice(body)?;
    Ok(body["token"]["accessToken"].as_str().ok_or("no access token")?.to_owned())
}

pub(crate) struct PlainReqwest {
    client: reqwest::Client,
    url: String,
}

impl BenchClient for PlainReqwest {
    fn open(origin: &str, authority: &Path) -> Result<Self, BoxError> {
        let authority = reqwest::Certificate::from_pem(&std::fs::read(authority)?)?;
        let client = reqwest::Client::builder().tls_certs_only([authority]).timeout(wire::TIMEOUT).build()?;
        Ok(Self { client, url: format!("{origin}{}", wire::PATH) })
    }

    async fn fetch_token(&self) -> Result<String, BoxError> {
        let request = self
            .client
            .post(&self.url)
            .header(AUTHORIZATION, wire::AUTHORIZATION)
            .json(&json!({ "appId": wire::APP_ID, "userId": wire::USER_ID }));
        access_token_of(&request.send().await?.error_for_status()?.bytes().await?)
    }
}

pub(crate) struct Hyper {
    client: PooledClient<HttpsConnector<HttpConnector>, Full<bytes::Bytes>>,
    url: http::Uri,
}

impl BenchClient for Hyper {
    fn open(origin: &str, authority: &Path) -> Result<Self, BoxError> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority)?)?;
        let tls =
            rustls::ClientConfig::builder().with_root_certificates(Arc::new(roots)).with_no_client_auth();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = PooledClient::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, url: format!("{origin}{}", wire::PATH).parse()? })
    }

    async fn fetch_token(&self) -> Result<String, BoxError> {
        let request_body = serde_json::to_vec(&json!({ "appId": wire::APP_ID, "userId": wire::USER_ID }))?;
        let request = http::Request::post(self.url.clone())
            .header(AUTHORIZATION, wire::AUTHORIZATION)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(request_body))?;
        let body = async {
            let response = self.client.request(request).await?;
            if !response.status().is_success() {
                return Err(format!("status {}", response.status()).into());
            }
            Ok::<_, BoxError>(response.into_body().collect().await?.to_bytes())
        };
        access_token_of(&tokio::time::timeout(wire::TIMEOUT, body).await??)
    }
}

pub(crate) struct Ours(descope_outbound::Client);

impl BenchClient for Ours {
    fn open(origin: &str, _: &Path) -> Result<Self, BoxError> {
        // Its root certificates come from SSL_CERT_FILE, which the benchmark sets.
        let client = descope_outbound::Client::builder()
            .project_id(wire::PROJECT_ID)
            .management_key(wire::MANAGEMENT_KEY)
            .base_url(origin)
            .timeout(wire::TIMEOUT)
            .build()?;
        Ok(Self(client))
    }

    async fn fetch_token(&self) -> Result<String, BoxError> {
        Ok(self.0.fetch_token(wire::APP_ID, wire::USER_ID).await?.access_token.expose().to_owned())
    }
}
