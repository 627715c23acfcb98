//! The upstream that speaks HTTP: credentials, headers, URLs, license and retries.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, header};
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::error::Error;
use crate::http::license::{self, License, LicenseHandshake};
use crate::http::retry_budget::Budget;
use crate::http::retry_loop::RetryLoop;
use crate::http::transport::Transport;
use crate::http::upstream::{Performing, Upstream, UpstreamRequest};
use crate::request::headers::{SharedHeaders, announcing_json, bearer};
use crate::request::{EncodedRequest, INBOUND_TOKEN_NAME, Urls};

/// Sends the calls of one client.
pub(crate) struct ApiClient {
    config: Config,
    /// The headers of calls with the management key; `None` without a key.
    signed_headers: Option<SharedHeaders>,
    urls: Urls,
    transport: Arc<Transport>,
    license: License,
    budget: Budget,
}

impl ApiClient {
    /// Does no I/O. `signed_headers` are those of calls with the management key, if there is a key.
    pub(crate) fn new(
        config: Config,
        signed_headers: Option<HeaderMap>,
        handshake: LicenseHandshake,
    ) -> Result<Self, Error> {
        let urls = Urls::new(config.base_url.as_str());
        let license_headers = signed_headers.clone().unwrap_or_else(|| config.headers.clone());
        let license = License::new(handshake, urls.at(license::PATH)?, license_headers);
        let transport = Arc::new(Transport::new(&config));
        let signed_headers = signed_headers.map(SharedHeaders::new);
        Ok(Self { config, signed_headers, urls, transport, license, budget: Budget::new() })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Waits for the license handshake, 5 s at most. Its failure is not an error of the call.
    pub(crate) async fn open(&self) -> Result<(), Error> {
        self.signed_headers()?;
        self.license.wait(&self.transport).await;
        Ok(())
    }

    /// The headers of calls with the management key, if the client has one.
    pub(crate) fn signed_headers(&self) -> Result<&SharedHeaders, Error> {
        self.signed_headers.as_ref().ok_or_else(Error::management_key_missing)
    }

    /// The headers of one call: with the inbound app's token if the call has one, otherwise with the management key.
    async fn headers_of(
        &self,
        request: &EncodedRequest,
        patience: Instant,
    ) -> Result<Cow<'_, HeaderMap>, Error> {
        if let Some(token) = &request.inbound_token {
            let mut headers = announcing_json(self.config.headers.clone());
            let authorization = bearer(self.config.project_id.as_str(), INBOUND_TOKEN_NAME, token)?;
            headers.insert(header::AUTHORIZATION, authorization);
            return Ok(Cow::Owned(headers));
        }
        let signed_headers = self.signed_headers()?;
        let tier = timeout_at(patience, self.license.tier(&self.transport)).await.unwrap_or_default();
        Ok(Cow::Borrowed(signed_headers.get(request.body.is_some(), tier)))
    }
}

impl Upstream for ApiClient {
    fn perform<'call>(&'call self, request: UpstreamRequest<'call>) -> Performing<'call> {
        Box::pin(async move {
            let UpstreamRequest { operation, arguments, timeout, before_attempt } = request;
            let started = Instant::now();
            let encoded = operation.encode(&self.urls, arguments)?;
            // The license may take half of the time. The other half is for the call itself.
            let headers = self.headers_of(&encoded, started + timeout / 2).await?;
            let retry_loop = RetryLoop {
                request: &encoded,
                headers,
                mask: encoded.mask.with(&self.config.mask),
                transport: &self.transport,
                budget: &self.budget,
                retry_delays: &self.config.retry_delays,
                before_attempt,
            };
            retry_loop.run(timeout, started + timeout).await.map(Arc::new)
        })
    }
}
