//! One attempt: a request and its response. Only this file, `connector.rs` and `resolver.rs` name the HTTP library.

use std::error::Error as StdError;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming as IncomingBody};
use hyper_util::client::legacy::{Client as Pool, Error as PoolError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use crate::config::{Config, Proxies, Trust};
use crate::error::{Error, TransportReason};
use crate::http::connector::{Connector, RouteKind};
use crate::http::resolver::ResolveError;
use crate::http::tls;
use crate::secret::{Headers, WipedBuffer};

/// How many connections in a row may refuse a request. Then the retry loop takes over, with pauses.
const MAX_REFUSALS: usize = 5;
/// How many requests a client sends at a time, and so about how many connections it opens over HTTP/1.1. Further
/// requests wait for a permit. More connections cost memory and handshakes, and bring no more responses. aiohttp and
/// httpx allow as many, and so should an HTTP/2 server (streams: RFC 9113, section 6.5.2).
pub(crate) const MAX_CONCURRENT_REQUESTS: usize = 100;

pub(crate) struct Transport {
    setup: Setup,
    /// Set up at the first attempt: reading the system's certificates takes milliseconds, and the connections belong to
    /// the runtime of that call.
    connections: OnceCell<Connections>,
    permits: Semaphore,
}

/// How hyper-util words the 407 of a tunnel. Its error type is private; a test holds the text.
const PROXY_AUTHENTICATION: &str = "proxy authorization required";

struct Connections {
    pool: Pool<Connector, Full<Bytes>>,
    route: RouteKind,
    proxy_credentials: Option<HeaderValue>,
}

#[derive(Clone)]
struct Setup {
    /// `None` for a service on this machine that speaks plain http, which needs no trust.
    trust: Option<Trust>,
    /// `None` for a service on this machine, which no proxy could reach.
    proxies: Option<Proxies>,
    origin: String,
}

/// A request for one attempt. It is borrowed, since the client may send it again.
#[derive(Clone, Copy)]
pub(crate) struct OutgoingRequest<'request> {
    pub(crate) method: &'request Method,
    pub(crate) url: &'request Uri,
    pub(crate) headers: &'request HeaderMap,
    pub(crate) body: Option<&'request Bytes>,
    pub(crate) limits: Limits,
}

/// How many bytes of a body the transport reads.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// A larger success is an error.
    pub(crate) success: usize,
    /// The rest of any other body stays unread.
    pub(crate) failure: usize,
}

/// A response as it arrived: its secrets are not masked.
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: WipedBuffer,
}

/// Why an attempt has no response.
pub(crate) enum AttemptError {
    /// The client could not connect, so the request was not sent.
    Connect(Error),
    /// The connection failed before the response was complete.
    Interrupted(Error),
    /// A retry would fail in the same way.
    Permanent(Error),
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Self {
        let proxies = (!config.base_url.is_loopback()).then(|| config.proxies.clone());
        let trust = config.base_url.may_need_tls().then(|| config.trust.clone());
        let setup = Setup { trust, proxies, origin: config.base_url.origin() };
        Self { setup, connections: OnceCell::new(), permits: Semaphore::new(MAX_CONCURRENT_REQUESTS) }
    }

    /// Waits for a permit to send. The caller holds it until the attempt ends.
    pub(crate) async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        // This fails only if the semaphore is closed, and nothing closes it.
        self.permits.acquire().await.ok()
    }

    pub(crate) async fn send(&self, outgoing: OutgoingRequest<'_>) -> Result<RawResponse, AttemptError> {
        let mut response = self.response_to(outgoing).await?;
        let status = response.status();
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED && self.forwards_through_proxy() {
            return Err(self.proxy_authentication());
        }
        let headers = std::mem::take(response.headers_mut());
        let body = if status.is_success() {
            self.read_whole(&mut response, outgoing.limits.success).await?
        } else {
            read_beginning(&mut response, outgoing.limits.failure).await
        };
        // The connection returns to the pool first, so that the caller's next call finds it there.
        tokio::task::yield_now().await;
        Ok(RawResponse { status, headers, body })
    }

    /// Sends the request. Over HTTP/2, it sends a refused request on another connection. Over HTTP/1.1, the pool does
    /// that.
    async fn response_to(
        &self,
        outgoing: OutgoingRequest<'_>,
    ) -> Result<http::Response<IncomingBody>, AttemptError> {
        let connections = self.connections.get_or_try_init(|| Box::pin(self.setup.clone().connect()));
        let connections = connections.await.map_err(AttemptError::Permanent)?;
        let mut refusals = 0;
        loop {
            let error = match connections.pool.request(connections.request(outgoing)).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if !was_refused(&error) {
                return Err(if error.is_connect() {
                    self.connect_error(&error, connections.route != RouteKind::Direct)
                } else {
                    self.interrupted(&error)
                });
            }
            refusals += 1;
            if refusals > MAX_REFUSALS {
                let origin = &self.setup.origin;
                let refused = format!(
                    "{origin} closed {refusals} connections before it accepted the request; try again later"
                );
                let reason = TransportReason::Reset;
                let error = Error::no_connection(refused.clone()).with_transport(reason, refused);
                return Err(AttemptError::Connect(error));
            }
        }
    }

    async fn read_whole(
        &self,
        response: &mut http::Response<IncomingBody>,
        limit: usize,
    ) -> Result<WipedBuffer, AttemptError> {
        let status = response.status().as_u16();
        let too_large = || {
            let error = Error::decode(format!(
                "the service's response is larger than {limit} bytes; check the base URL, then ask Descope"
            ));
            AttemptError::Permanent(error.with_response_head(status, Headers::default()))
        };
        let declared = response.body().size_hint().lower();
        let declared = usize::try_from(declared).ok().filter(|size| *size <= limit).ok_or_else(too_large)?;
        let mut body = WipedBuffer::with_capacity(declared);
        while let Some(chunk) = next_chunk(response).await.map_err(|error| self.interrupted(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.append(&chunk);
        }
        Ok(body)
    }

    /// Whether requests go through a proxy that reads them, and may respond itself.
    fn forwards_through_proxy(&self) -> bool {
        self.connections.get().is_some_and(|connections| connections.route == RouteKind::Forwarded)
    }

    /// The proxy refused the request, so it did not reach the service. A retry has the same credentials.
    fn proxy_authentication(&self) -> AttemptError {
        let cause = "the proxy requires credentials (HTTP 407)".to_owned();
        let origin = &self.setup.origin;
        let message =
            format!("could not connect to {origin}: {cause}; check the user and password in the proxy's URL");
        let reason = TransportReason::ProxyAuthentication;
        AttemptError::Permanent(Error::no_connection(message).with_transport(reason, cause))
    }

    fn connect_error(&self, error: &PoolError, uses_proxy: bool) -> AttemptError {
        let cause = innermost(error);
        if uses_proxy && cause.ends_with(PROXY_AUTHENTICATION) {
            return self.proxy_authentication();
        }
        let reason = connect_reason(error, uses_proxy);
        let failed = Error::no_connection(format!(
            "could not connect to {}: {cause}; check the base URL and the network",
            self.setup.origin
        ));
        let failed = failed.with_transport(reason, cause);
        // A handshake that failed would fail again.
        if find_cause::<rustls::Error>(error).is_some() {
            AttemptError::Permanent(failed)
        } else {
            AttemptError::Connect(failed)
        }
    }

    fn interrupted(&self, error: Cause<'_>) -> AttemptError {
        let (origin, cause) = (&self.setup.origin, innermost(error));
        if is_not_http(error) {
            let failed =
                Error::decode(format!("{origin} did not respond in HTTP; check the base URL: {cause}"));
            return AttemptError::Permanent(failed.with_transport(TransportReason::Protocol, cause));
        }
        let lost = format!(
            "the connection to {origin} was lost before the response was complete: {cause}; try again later"
        );
        AttemptError::Interrupted(Error::connection(lost).with_transport(TransportReason::Reset, cause))
    }
}

/// Through a proxy, every failure is reported as the proxy's, except a timeout and a failed TLS handshake.
fn connect_reason(error: Cause<'_>, uses_proxy: bool) -> TransportReason {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, TimedOut, UnexpectedEof,
    };

    if find_cause::<rustls::Error>(error).is_some() {
        return TransportReason::Tls;
    }
    match find_cause::<io::Error>(error).map(io::Error::kind) {
        Some(TimedOut) => TransportReason::ConnectTimeout,
        _ if uses_proxy => TransportReason::Proxy,
        _ if find_cause::<ResolveError>(error).is_some() => TransportReason::Dns,
        Some(ConnectionRefused) => TransportReason::Refused,
        Some(ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof) => TransportReason::Reset,
        _ => TransportReason::Other,
    }
}

impl Connections {
    fn request(&self, outgoing: OutgoingRequest<'_>) -> http::Request<Full<Bytes>> {
        let mut request = http::Request::new(Full::from(outgoing.body.cloned().unwrap_or_default()));
        *request.method_mut() = outgoing.method.clone();
        *request.uri_mut() = outgoing.url.clone();
        *request.headers_mut() = outgoing.headers.clone();
        if let Some(credentials) = &self.proxy_credentials {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, credentials.clone());
        }
        request
    }
}

async fn next_chunk(response: &mut http::Response<IncomingBody>) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = response.frame().await {
        // Anything else is a trailer.
        if let Ok(chunk) = frame?.into_data() {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

/// Whether the server refused the request unprocessed. Over HTTP/2 it says so when it closes a connection (RFC 9113,
/// section 6.8), and for a single request (section 8.7).
fn was_refused(error: Cause<'_>) -> bool {
    find_cause::<h2::Error>(error).is_some_and(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)
                || error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Whether the peer broke the protocol. A retry would get the same response.
fn is_not_http(error: Cause<'_>) -> bool {
    let is_malformed =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    find_cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
        // Malformed chunks have this kind, and so does a peer that does not speak TLS.
        || (find_cause(error).is_some_and(is_malformed) && find_cause::<rustls::Error>(error).is_none())
}

/// The beginning of a body that is not a success. If the body breaks off, the part that arrived is enough, since the
/// status says the most.
async fn read_beginning(response: &mut http::Response<IncomingBody>, limit: usize) -> WipedBuffer {
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
        tokio::task::spawn_blocking(move || self.build()).await.map_err(|_| runtime_ended())?
    }

    fn build(&self) -> Result<Connections, Error> {
        let origin = Uri::try_from(&self.origin)
            .map_err(|error| Error::invalid_setup(format!("the base URL is not a valid URL: {error}")))?;
        let tls = tls::client_config(self.trust.as_ref())?;
        let connector = Connector::new(&origin, self.proxies.as_ref(), tls)?;
        let (route, proxy_credentials) = (connector.route(), connector.proxy_credentials().cloned());
        // The pool resends a request in one case: the peer had just closed an idle connection, which never accepted the
        // request.
        let pool = Pool::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Connections { pool, route, proxy_credentials })
    }
}

fn runtime_ended() -> Error {
    let cause = "the runtime ended before the client was set up".to_owned();
    let message = format!("{cause}; make the call in a running runtime");
    Error::no_connection(message).with_transport(TransportReason::Other, cause)
}

type Cause<'error> = &'error (dyn StdError + 'static);

/// The error itself, and its causes.
fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |cause| next_cause(*cause))
}

fn next_cause(cause: Cause<'_>) -> Option<Cause<'_>> {
    // `io::Error::source` skips the error that it wraps, so the wrapped error is read first.
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

/// The text of the last cause, which usually comes from the operating system.
fn innermost(error: Cause<'_>) -> String {
    causes(error).last().map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}

fn find_cause<Sought: StdError + 'static>(error: Cause<'_>) -> Option<&Sought> {
    causes(error).find_map(<dyn StdError>::downcast_ref)
}
