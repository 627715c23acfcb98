//! How a client connects to the service: directly, or through a proxy.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderValue;
use http::uri::{Scheme, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;
use url::Url;

use crate::config::Proxies;
use crate::error::Error;
use crate::http::resolver::Resolver;
use crate::secret::Secret;

/// A host that accepts no connection within this time is unlikely to accept one later.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long sent bytes may stay unacknowledged. So the client notices a connection that was dropped silently, and still
/// waits for a slow service, whose system acknowledges the bytes.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(5);
/// TCP keep-alive: the silence before the first probe, the interval between probes, and how many may get no reply.
const KEEP_ALIVE_TIME: Duration = Duration::from_secs(30);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

type BoxedError = Box<dyn StdError + Send + Sync>;
type Direct = HttpsConnector<HttpConnector<Resolver>>;

/// Opens the connections of one client, all to the same origin.
#[derive(Clone)]
pub(crate) struct Connector(Route);

/// The kind of a route, without its connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteKind {
    Direct,
    Forwarded,
    Tunneled,
}

#[derive(Clone)]
enum Route {
    Direct(Direct),
    /// Over plain http, the proxy receives the request that the service would receive.
    Forwarded {
        proxy: Intercept,
        direct: Direct,
    },
    /// Through the proxy, which sees only the origin.
    Tunneled(HttpsConnector<Tunnel<Direct>>),
}

impl Connector {
    /// Connects to a service at `origin`. `proxies` is `None` if no proxy could reach it.
    pub(crate) fn new(origin: &Uri, proxies: Option<&Proxies>, tls: ClientConfig) -> Result<Self, Error> {
        let proxy = proxies.map(|proxies| proxy_for(origin, proxies)).transpose()?.flatten();
        let Some(proxy) = proxy else { return Ok(Self(Route::Direct(direct(tls)))) };
        // The client speaks HTTP/1.1 to a proxy.
        let mut to_proxy = tls.clone();
        to_proxy.alpn_protocols = vec![b"http/1.1".to_vec()];
        let direct = direct(to_proxy);
        if origin.scheme() == Some(&Scheme::HTTP) {
            return Ok(Self(Route::Forwarded { proxy, direct }));
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Ok(Self(Route::Tunneled(HttpsConnector::from((tunnel, tls)))))
    }

    pub(crate) fn route(&self) -> RouteKind {
        match self.0 {
            Route::Direct(_) => RouteKind::Direct,
            Route::Forwarded { .. } => RouteKind::Forwarded,
            Route::Tunneled(_) => RouteKind::Tunneled,
        }
    }

    /// The credentials that every request must carry, since the proxy reads its headers.
    pub(crate) fn proxy_credentials(&self) -> Option<&HeaderValue> {
        match &self.0 {
            Route::Forwarded { proxy, .. } => proxy.basic_auth(),
            Route::Direct(_) | Route::Tunneled(_) => None,
        }
    }
}

fn direct(tls: ClientConfig) -> Direct {
    let mut connector = HttpConnector::new_with_resolver(Resolver::new());
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(KEEP_ALIVE_TIME));
    connector.set_keepalive_interval(Some(KEEP_ALIVE_INTERVAL));
    connector.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
    // Shared among the addresses of a host.
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    #[cfg(target_os = "linux")]
    connector.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIMEOUT));
    HttpsConnector::from((connector, tls))
}

fn proxy_for(origin: &Uri, proxies: &Proxies) -> Result<Option<Intercept>, Error> {
    let (proxy, variable) = if origin.scheme() == Some(&Scheme::HTTP) {
        (&proxies.http, "http_proxy")
    } else {
        (&proxies.https, "https_proxy")
    };
    let Some(proxy) = proxy else { return Ok(None) };
    // The value stays out of the error: a proxy's URL may hold a password.
    let unusable = || Error::invalid_setup(format!("{variable} or all_proxy is not an http or https URL"));
    let proxy = as_url(proxy).ok_or_else(unusable)?;
    let proxy = Matcher::builder().all(proxy.expose()).build().intercept(origin).ok_or_else(unusable)?;
    if proxies.except.matches(origin.host().unwrap_or_default(), port_of(origin)) {
        return Ok(None);
    }
    match proxy.uri().scheme_str() {
        Some("http" | "https") => Ok(Some(proxy)),
        _ => Err(unusable()),
    }
}

fn port_of(origin: &Uri) -> u16 {
    let default = if origin.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 };
    origin.port_u16().unwrap_or(default)
}

/// Parses the URL as a browser does, so that a password may hold characters that a URL must escape. The default scheme
/// is http.
fn as_url(proxy: &Secret) -> Option<Secret> {
    let text = proxy.expose();
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(Secret::from(format!("http://{text}")).expose())
    };
    Some(Secret::from(String::from(url.ok()?)))
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxedError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxedError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxedError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, origin: Uri) -> Self::Future {
        match &mut self.0 {
            Route::Direct(direct) => connecting(direct.call(origin), false),
            Route::Forwarded { proxy, direct } => connecting(direct.call(proxy.uri().clone()), true),
            Route::Tunneled(tunnel) => connecting(tunnel.call(origin), false),
        }
    }
}

fn connecting<Made: Socket + 'static>(
    made: impl Future<Output = Result<Made, BoxedError>> + Send + 'static,
    is_forwarded: bool,
) -> <Connector as Service<Uri>>::Future {
    Box::pin(async move {
        match timeout(CONNECT_TIMEOUT, made).await {
            Ok(made) => Ok(Stream { socket: Box::new(made?), is_forwarded }),
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
        }
    })
}

/// A connection by any route.
pub(crate) struct Stream {
    socket: Box<dyn Socket>,
    /// If true, each request names the whole URL.
    is_forwarded: bool,
}

trait Socket: Read + Write + Connection + Send + Unpin {}

impl<S: Read + Write + Connection + Send + Unpin> Socket for S {}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.socket.connected().proxy(self.is_forwarded)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, buffers)
    }
}
