//! The socket to one client, with or without TLS. A fault can take it away from the HTTP server.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// An open connection.
pub(super) enum ClientSocket {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl ClientSocket {
    /// Wraps a socket, after the TLS handshake if TLS is on.
    pub(super) async fn open(socket: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        // The system must send each byte of a dripped response immediately.
        socket.set_nodelay(true)?;
        Ok(match tls {
            Some(tls) => Self::Encrypted(Box::new(tls.accept(socket).await?)),
            None => Self::Plain(socket),
        })
    }

    /// Resets the connection (TCP RST). Bytes that were written before still arrive, because the loopback device
    /// delivers immediately.
    pub(super) fn reset(self) -> io::Result<()> {
        // Without lingering, a close discards unsent bytes and resets the connection.
        self.socket().set_zero_linger()
    }

    /// Drops every packet that the client sends from now on, without an acknowledgement.
    #[cfg(target_os = "linux")]
    pub(super) fn vanish(&self) -> io::Result<()> {
        /// `BPF_RET | BPF_K` with 0 bytes: a filter that drops every packet.
        const DROP_ALL: socket2::SockFilter = socket2::SockFilter::new(0x06, 0, 0, 0);
        socket2::SockRef::from(self.socket()).attach_filter(&[DROP_ALL])
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn vanish(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Encrypted(stream) => stream.get_ref().0,
        }
    }

    fn stream(&mut self) -> Pin<&mut dyn ReadWrite> {
        match self {
            Self::Plain(socket) => Pin::new(socket),
            Self::Encrypted(stream) => Pin::new(&mut **stream),
        }
    }
}

trait ReadWrite: AsyncRead + AsyncWrite + Unpin {}

impl<Stream: AsyncRead + AsyncWrite + Unpin> ReadWrite for Stream {}

impl AsyncRead for ClientSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for ClientSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}

/// A socket that the HTTP server uses, and that a fault reclaims after the server ends.
#[derive(Clone)]
pub(super) struct SharedSocket(Arc<Mutex<ClientSocket>>);

impl SharedSocket {
    pub(super) fn new(socket: ClientSocket) -> Self {
        Self(Arc::new(Mutex::new(socket)))
    }

    /// Returns the socket if no other clone exists.
    pub(super) fn reclaim(self) -> Option<ClientSocket> {
        let socket = Arc::into_inner(self.0)?;
        Some(socket.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Locks the socket for one poll. Polls never overlap.
    fn lock(&self) -> MutexGuard<'_, ClientSocket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for SharedSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_read(context, buffer)
    }
}

impl AsyncWrite for SharedSocket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_shutdown(context)
    }
}
