//! The line to one client: a socket, encrypted or not, that a fault can take away from the HTTP server.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// An open connection.
pub(crate) enum Line {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// Takes the connection as it is, or encrypts it first.
    pub(crate) async fn open(socket: TcpStream, encryption: Option<TlsAcceptor>) -> io::Result<Self> {
        // A dripped byte is to leave when it is written.
        socket.set_nodelay(true)?;
        Ok(match encryption {
            Some(encryption) => Self::Encrypted(Box::new(encryption.accept(socket).await?)),
            None => Self::Plain(socket),
        })
    }

    /// Ends the connection with a TCP RST. What was written before has left by then: the loopback device delivers at
    /// once.
    pub(crate) fn reset(self) -> io::Result<()> {
        // A close that does not linger discards what is unsent and resets.
        self.socket().set_zero_linger()
    }

    /// Lets nothing of what the client sends from now on arrive: it hears nothing, not even that it was heard.
    #[cfg(target_os = "linux")]
    pub(crate) fn vanish(&self) -> io::Result<()> {
        /// `BPF_RET | BPF_K`, of 0 bytes: a filter that keeps no packet.
        const KEEP_NOTHING: socket2::SockFilter = socket2::SockFilter::new(0x06, 0, 0, 0);
        socket2::SockRef::from(self.socket()).attach_filter(&[KEEP_NOTHING])
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn vanish(&self) -> io::Result<()> {
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

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
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

/// A line that is lent to the HTTP server and can be had back once the server is gone.
#[derive(Clone)]
pub(crate) struct LentLine(Arc<Mutex<Line>>);

impl LentLine {
    pub(crate) fn new(line: Line) -> Self {
        Self(Arc::new(Mutex::new(line)))
    }

    /// The line, if nobody else has it any more.
    pub(crate) fn take_back(self) -> Option<Line> {
        let line = Arc::into_inner(self.0)?;
        Some(line.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Held while one poll lasts; nobody else polls at the same time.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for LentLine {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.line()).poll_read(context, buffer)
    }
}

impl AsyncWrite for LentLine {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.line()).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.line()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.line()).poll_shutdown(context)
    }
}
