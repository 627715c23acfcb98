//! One exchange with the service: bytes out, bytes in. This file and `connector.rs` alone name the HTTP library.

use std::error::Error as StdError;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming as IncomingBody};
use hyper_util::client::legacy::{Client as Pool, Error as PoolError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use crate::config::{Config, Proxies, Trust};
use crate::connector::Connector;
use crate::error::Error;
use crate::headers::Headers;
use crate::tls;
use crate::wiped::WipedBuffer;

/// How many connections in a row may leave a request to another. Then it is repeated as others are, with pauses.
const MOST_REFUSALS: usize = 5;
/// How many requests of a client are under way at once, and so about how many connections it has over HTTP/1.1; the others
/// wait for their turn. More connections cost memory and handshakes, and bring no more answers. As many as aiohttp and
/// httpx have, and as streams that a server of HTTP/2 should allow (RFC 9113, section 6.5.2).
pub(crate) const MOST_AT_ONCE: usize = 100;

pub(crate) struct Transport {
    setup: Setup,
    /// Made at the first exchange: reading the system's certificates takes milliseconds, and the connections belong
    /// to the runtime that is current then.
    connections: OnceCell<Connections>,
    turns: Semaphore,
}

struct Connections {
    pool: Pool<Connector, Full<Bytes>>,
    proxy_credentials: Option<HeaderValue>,
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
    pub(crate) url: &'request Uri,
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
        Self { setup, connections: OnceCell::new(), turns: Semaphore::new(MOST_AT_ONCE) }
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
    async fn send(&self, outgoing: Outgoing<'_>) -> Result<Response<IncomingBody>, Broken> {
        let connections = self.connections.get_or_try_init(|| Box::pin(self.setup.clone().connect()));
        let connections = connections.await.map_err(Broken::Final)?;
        let mut refusals = 0;
        loop {
            let error = match connections.pool.request(connections.request(outgoing)).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if !was_not_taken(&error) {
                return Err(if error.is_connect() {
                    self.not_connected(&error)
                } else {
                    self.broken(&error)
                });
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
        response: &mut Response<IncomingBody>,
        limit: usize,
    ) -> Result<WipedBuffer, Broken> {
        let status = response.status().as_u16();
        let too_large = || {
            let error = Error::decode(format!("the service's answer is larger than {limit} bytes"));
            Broken::Final(error.with_answer(status, Headers::default()))
        };
        let declared = response.body().size_hint().lower();
        let declared = usize::try_from(declared).ok().filter(|size| *size <= limit).ok_or_else(too_large)?;
        let mut body = WipedBuffer::with_capacity(declared);
        while let Some(chunk) = next_chunk(response).await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.append(&chunk);
        }
        Ok(body)
    }

    fn not_connected(&self, error: &PoolError) -> Broken {
        let failed = format!("could not connect to {}: {}", self.setup.origin, innermost(error));
        let failed = Error::no_connection(failed);
        if find_cause::<rustls::Error>(error).is_some() {
            Broken::Final(failed)
        } else {
            Broken::NotConnected(failed)
        }
    }

    fn broken(&self, error: Cause<'_>) -> Broken {
        let (origin, cause) = (&self.setup.origin, innermost(error));
        if is_no_http(error) {
            return Broken::Final(Error::decode(format!("{origin} did not answer in HTTP: {cause}")));
        }
        let lost = format!("the connection to {origin} was lost before the answer was complete: {cause}");
        Broken::Lost(Error::connection(lost))
    }
}

impl Connections {
    fn request(&self, outgoing: Outgoing<'_>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::from(outgoing.body.cloned().unwrap_or_default()));
        *request.method_mut() = outgoing.method.clone();
        *request.uri_mut() = outgoing.url.clone();
        *request.headers_mut() = outgoing.headers.clone();
        if let Some(credentials) = &self.proxy_credentials {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, credentials.clone());
        }
        request
    }
}

async fn next_chunk(response: &mut Response<IncomingBody>) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = response.frame().await {
        // Anything else is a trailer.
        if let Ok(chunk) = frame?.into_data() {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

/// Over HTTP/2 a server that is about to close a connection says which requests it has not looked at, and will not
/// (RFC 9113, section 6.8; 8.7 for a single one).
fn was_not_taken(error: Cause<'_>) -> bool {
    find_cause::<h2::Error>(error).is_some_and(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)
                || error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Whether what came breaks the protocol: the next answer would not be better.
fn is_no_http(error: Cause<'_>) -> bool {
    let is_malformed =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    find_cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
        // Chunks are told in this way; so is what is no TLS.
        || (find_cause(error).is_some_and(is_malformed) && find_cause::<rustls::Error>(error).is_none())
}

/// Of an answer that is no success the status says the most: what is left of its body, if that breaks off, is enough.
async fn read_beginning(response: &mut Response<IncomingBody>, limit: usize) -> WipedBuffer {
    let mut body = WipedBuffer::default();
    while body.len() < limit {
        let Ok(Some(chunk)) = next_chunk(response).await else { break };
        let wanted = chunk.len().min(limit - body.len());
        body.append(chunk.get(..wanted).unwrap_or_default());
    }
    body
}

impl Setup {
    async fn connect(self) -> Result<Connections, Error> {
        tokio::task::spawn_blocking(move || self.build())
            .await
            .map_err(|_| Error::connection("the runtime ended before the client was set up".to_owned()))?
    }

    fn build(&self) -> Result<Connections, Error> {
        let origin = Uri::try_from(&self.origin)
            .map_err(|error| Error::invalid_setup(format!("the request could not be made: {error}")))?;
        let tls = tls::client_config(self.trust.as_ref())?;
        let connector = Connector::new(&origin, self.proxies.as_ref(), tls)?;
        let proxy_credentials = connector.proxy_credentials().cloned();
        // It repeats one thing by itself: a request that a kept connection never took, because it had just been closed,
        // is given to another.
        let pool = Pool::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Connections { pool, proxy_credentials })
    }
}

type Cause<'error> = &'error (dyn StdError + 'static);

/// The error itself, and what it comes from.
fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |cause| next_cause(*cause))
}

fn next_cause(cause: Cause<'_>) -> Option<Cause<'_>> {
    // An `io::Error` that wraps another error leaves it out of its own chain.
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

/// What it all comes down to: mostly the system's own words.
fn innermost(error: Cause<'_>) -> String {
    causes(error).last().map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}

fn find_cause<Sought: StdError + 'static>(error: Cause<'_>) -> Option<&Sought> {
    causes(error).find_map(<dyn StdError>::downcast_ref)
}
