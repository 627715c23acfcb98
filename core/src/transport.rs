//! One exchange with the service: bytes out, bytes in. The only file that names the HTTP library.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{NoProxy, Proxy};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use url::Url;

use crate::config::{Config, Proxies, Trust};
use crate::error::Error;
use crate::headers::Headers;
use crate::tls;
use crate::wiped::WipedBuffer;

/// A host that does not answer by then is not going to.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long what was sent may stay unacknowledged: a connection that was dropped without a word is noticed by then,
/// while a slow service, whose system acknowledges, is waited for.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections in a row may leave a request to another. Then it is repeated as others are, with pauses.
const MOST_REFUSALS: usize = 5;
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// How many requests of a client are under way at once, and so how many connections it has over HTTP/1.1; the others
/// wait for their turn. More connections cost memory and handshakes, and bring no more answers. As many as aiohttp and
/// httpx have, and as streams that a server of HTTP/2 should allow (RFC 9113, section 6.5.2).
pub(crate) const MOST_AT_ONCE: usize = 100;

pub(crate) struct Transport {
    setup: Setup,
    /// Made at the first exchange: reading the system's certificates takes milliseconds, and the connections belong
    /// to the runtime that is current then.
    client: OnceCell<reqwest::Client>,
    turns: Semaphore,
}

#[derive(Clone)]
struct Setup {
    /// None for a service on this machine that speaks plain http: there is nobody to be trusted.
    trust: Option<Trust>,
    /// None for a service on this machine: no proxy could reach it.
    proxies: Option<Proxies>,
    origin: String,
}

/// What is sent; borrowed, since it may be sent again.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<'request> {
    pub(crate) method: &'request Method,
    pub(crate) url: &'request Url,
    pub(crate) headers: &'request HeaderMap,
    pub(crate) body: Option<&'request Bytes>,
    pub(crate) limits: Limits,
}

/// How many bytes of a body are taken.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// A larger success is an error.
    pub(crate) success: usize,
    /// Of anything else, the rest is left unread.
    pub(crate) failure: usize,
}

/// What came back.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: WipedBuffer,
}

/// Why nothing usable came back.
pub(crate) enum Broken {
    /// No connection: the request has not left.
    NotConnected(Error),
    /// The connection went before the answer was there.
    Lost(Error),
    /// The same would happen again.
    Final(Error),
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Self {
        let proxies = (!config.base_url.is_loopback()).then(|| config.proxies.clone());
        let trust = config.base_url.may_need_tls().then(|| config.trust.clone());
        let setup = Setup { trust, proxies, origin: config.base_url.origin() };
        Self { setup, client: OnceCell::new(), turns: Semaphore::new(MOST_AT_ONCE) }
    }

    /// Waits until there are few enough others under way; for as long as what this gives is held, there are.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It fails where the semaphore has been closed, which nobody does.
        self.turns.acquire().await.ok()
    }

    pub(crate) async fn exchange(&self, outgoing: Outgoing<'_>) -> Result<Incoming, Broken> {
        let mut response = self.send(outgoing).await?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = if status.is_success() {
            self.read_whole(&mut response, outgoing.limits.success).await?
        } else {
            read_beginning(&mut response, outgoing.limits.failure).await
        };
        // Lets the connection go back to the pool first, so that the caller's next call finds it there.
        tokio::task::yield_now().await;
        Ok(Incoming { status, headers, body })
    }

    /// A request that a connection over HTTP/2 has not taken is given to another, as the pool does by itself over
    /// HTTP/1.1.
    async fn send(&self, outgoing: Outgoing<'_>) -> Result<reqwest::Response, Broken> {
        let client =
            self.client.get_or_try_init(|| self.setup.clone().connect()).await.map_err(Broken::Final)?;
        let mut refusals = 0;
        loop {
            let mut request = reqwest::Request::new(outgoing.method.clone(), outgoing.url.clone());
            *request.headers_mut() = outgoing.headers.clone();
            *request.body_mut() = outgoing.body.cloned().map(reqwest::Body::from);
            let error = match client.execute(request).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if !was_not_taken(&error) {
                return Err(self.broken(&error));
            }
            refusals += 1;
            if refusals > MOST_REFUSALS {
                let origin = &self.setup.origin;
                let refused = format!("{origin} ended {refusals} connections without taking the request");
                return Err(Broken::NotConnected(Error::no_connection(refused)));
            }
        }
    }

    async fn read_whole(
        &self,
        response: &mut reqwest::Response,
        limit: usize,
    ) -> Result<WipedBuffer, Broken> {
        let status = response.status().as_u16();
        let too_large = || {
            let error = Error::decode(format!("the service's answer is larger than {limit} bytes"));
            Broken::Final(error.with_answer(status, Headers::default()))
        };
        let declared = response.content_length().unwrap_or(0);
        let declared = usize::try_from(declared).ok().filter(|size| *size <= limit).ok_or_else(too_large)?;
        let mut body = WipedBuffer::with_capacity(declared);
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.append(&chunk);
        }
        Ok(body)
    }

    fn broken(&self, error: &reqwest::Error) -> Broken {
        let origin = &self.setup.origin;
        // The library's own text names the URL, and so the user; its causes do not.
        let cause = innermost(error);
        if error.is_connect() {
            let failed = Error::no_connection(format!("could not connect to {origin}: {cause}"));
            return if find_cause::<rustls::Error>(error).is_some() {
                Broken::Final(failed)
            } else {
                Broken::NotConnected(failed)
            };
        }
        if error.is_builder() {
            return Broken::Final(Error::invalid_setup(format!("the request could not be made: {cause}")));
        }
        if is_no_http(error) {
            return Broken::Final(Error::decode(format!("{origin} did not answer in HTTP: {cause}")));
        }
        let lost = format!("the connection to {origin} was lost before the answer was complete: {cause}");
        Broken::Lost(Error::connection(lost))
    }
}

/// Over HTTP/2 a server that is about to close a connection says which requests it has not looked at, and will not
/// (RFC 9113, section 6.8; 8.7 for a single one).
fn was_not_taken(error: &reqwest::Error) -> bool {
    find_cause::<h2::Error>(error).is_some_and(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)
                || error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Whether what came breaks the protocol: the next answer would not be better.
fn is_no_http(error: &reqwest::Error) -> bool {
    let is_malformed = |error: &std::io::Error| {
        matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData)
    };
    find_cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
        // Chunks are told in this way; so is what is no TLS.
        || (find_cause(error).is_some_and(is_malformed) && find_cause::<rustls::Error>(error).is_none())
}

/// Of an answer that is no success the status says the most: what is left of its body, if that breaks off, is enough.
async fn read_beginning(response: &mut reqwest::Response, limit: usize) -> WipedBuffer {
    let mut body = WipedBuffer::default();
    while body.len() < limit {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        let wanted = chunk.len().min(limit - body.len());
        body.append(chunk.get(..wanted).unwrap_or_default());
    }
    body
}

impl Setup {
    async fn connect(self) -> Result<reqwest::Client, Error> {
        tokio::task::spawn_blocking(move || self.build())
            .await
            .map_err(|_| Error::connection("the runtime ended before the client was set up".to_owned()))?
    }

    fn build(&self) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(self.trust.as_ref())?)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(KEEP_ALIVE_INTERVAL)
            .redirect(Policy::none())
            // Repeating is decided in one place, and not here. (What remains is the pool's own: a request that a kept
            // connection never took, because it had just been closed, is given to another.)
            .retry(reqwest::retry::never())
            .no_proxy();
        #[cfg(target_os = "linux")]
        {
            builder = builder.tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
        }
        if let Some(proxies) = &self.proxies {
            let except = proxies.except.as_deref().and_then(NoProxy::from_string);
            let http = proxies.http.as_ref().map(|url| (Proxy::http(url.expose()), "http_proxy"));
            let https = proxies.https.as_ref().map(|url| (Proxy::https(url.expose()), "https_proxy"));
            for (proxy, variable) in http.into_iter().chain(https) {
                // Without the library's text: a proxy's URL may hold a password.
                let proxy =
                    proxy.map_err(|_| Error::invalid_setup(format!("{variable} or all_proxy is no URL")))?;
                builder = builder.proxy(proxy.no_proxy(except.clone()));
            }
        }
        builder.build().map_err(|error| {
            Error::invalid_setup(format!("the HTTP client cannot be set up: {}", innermost(&error)))
        })
    }
}

type Cause<'error> = &'error (dyn std::error::Error + 'static);

fn causes(error: &reqwest::Error) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(error.source(), |cause| next_cause(*cause))
}

fn next_cause(cause: Cause<'_>) -> Option<Cause<'_>> {
    // An `io::Error` that wraps another error leaves it out of its own chain.
    match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

/// What it all comes down to: mostly the system's own words.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}

fn find_cause<Sought: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&Sought> {
    causes(error).find_map(<dyn std::error::Error>::downcast_ref)
}
