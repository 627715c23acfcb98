//! The bytes that the emulator sends on a connection after a fault takes it from the HTTP server.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::client_socket::ClientSocket;
use crate::faults::{Ending, Piece, ScriptedResponse};
use crate::http::BufferedResponse;

/// How many bytes of repeated small pieces are sent at a time.
const CHUNK_SIZE: usize = 64 * 1024;

/// The last bytes that a client receives on a connection, and how it ends.
pub(super) struct ConnectionTakeover {
    parts: Vec<RepeatedBytes>,
    ending: Ending,
}

struct RepeatedBytes {
    bytes: Vec<u8>,
    times: u64,
    /// The pause after each time.
    pause: Duration,
}

impl RepeatedBytes {
    fn once(bytes: Vec<u8>) -> Self {
        Self { bytes, times: 1, pause: Duration::ZERO }
    }
}

impl ConnectionTakeover {
    /// Sends nothing more.
    pub(super) fn silent(ending: Ending) -> Self {
        Self { parts: Vec::new(), ending }
    }

    /// Sends bytes that are not HTTP.
    pub(super) fn garbage() -> Self {
        let bytes = b"\x00\xff\xfethis is not HTTP\r\n\r\n\x80\x81".to_vec();
        Self { parts: vec![RepeatedBytes::once(bytes)], ending: Ending::Close }
    }

    /// Sends exactly these bytes.
    pub(super) fn scripted(response: &ScriptedResponse) -> Self {
        let part =
            |piece: &Piece| RepeatedBytes { bytes: piece.to_vec(), times: piece.times, pause: piece.pause() };
        Self { parts: response.pieces.iter().map(part).collect(), ending: response.ending }
    }

    /// Sends the whole response, one byte at a time.
    pub(super) fn drip(response: &BufferedResponse, interval: Duration) -> Self {
        let mut bytes = http1_head(response, response.body.len());
        bytes.extend_from_slice(&response.body);
        let part = |byte| RepeatedBytes { bytes: vec![byte], times: 1, pause: interval };
        Self { parts: bytes.into_iter().map(part).collect(), ending: Ending::Close }
    }

    /// Sends the headers, which announce the whole body, and half of that body.
    pub(super) fn partial(response: &BufferedResponse, ending: Ending) -> Self {
        let mut bytes = http1_head(response, announced_length(response));
        bytes.extend(response.body.iter().take(response.body.len() / 2));
        Self { parts: vec![RepeatedBytes::once(bytes)], ending }
    }

    pub(super) async fn run(self, mut socket: ClientSocket) -> io::Result<()> {
        for part in self.parts {
            send(&mut socket, part).await?;
        }
        match self.ending {
            Ending::Reset => return socket.reset(),
            Ending::Close => socket.shutdown().await?,
            Ending::Vanish => socket.vanish()?,
            Ending::Hang => {}
        }
        // A close with unread bytes becomes a reset, so read until the client closes too.
        let mut discarded = [0; 1024];
        while socket.read(&mut discarded).await? > 0 {}
        Ok(())
    }
}

/// Sends the bytes; fails once the client has closed the connection.
async fn send(socket: &mut ClientSocket, part: RepeatedBytes) -> io::Result<()> {
    let RepeatedBytes { bytes, times, pause } = part;
    if pause > Duration::ZERO {
        for _ in 0..times {
            socket.write_all(&bytes).await?;
            socket.flush().await?;
            tokio::time::sleep(pause).await;
        }
        return Ok(());
    }
    let repeats_per_chunk = (CHUNK_SIZE / bytes.len().max(1)).max(1);
    let chunk = bytes.repeat(usize::try_from(times).unwrap_or(usize::MAX).min(repeats_per_chunk));
    let chunks = times / repeats_per_chunk as u64;
    for _ in 0..chunks {
        socket.write_all(&chunk).await?;
    }
    let rest = usize::try_from(times % repeats_per_chunk as u64).unwrap_or_default();
    socket.write_all(&bytes.repeat(rest)).await?;
    socket.flush().await
}

/// The length that a truncated response announces. It is always more than the response delivers.
pub(super) fn announced_length(response: &BufferedResponse) -> usize {
    response.body.len().max(1)
}

/// The head of an HTTP/1.1 response that ends the connection.
fn http1_head(response: &BufferedResponse, length: usize) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n",
        response.status.as_str(),
        response.status.canonical_reason().unwrap_or("Unknown")
    )
    .into_bytes();
    for (name, value) in &response.headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(format!("content-length: {length}\r\nconnection: close\r\n\r\n").as_bytes());
    head
}
