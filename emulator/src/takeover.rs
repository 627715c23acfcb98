//! What a fault does with a connection once it has taken it from the HTTP server.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::call::Answer;
use crate::line::Line;
use crate::raw_answer::{Ending, Piece, RawAnswer};

/// Small pieces that are repeated are sent so many bytes at a time.
const LUMP: usize = 64 * 1024;

/// The last that a client gets to see of a connection.
pub(crate) struct Takeover {
    parts: Vec<Part>,
    ending: Ending,
}

struct Part {
    bytes: Vec<u8>,
    times: u64,
    /// After each time.
    pause: Duration,
}

impl Part {
    fn once(bytes: Vec<u8>) -> Self {
        Self { bytes, times: 1, pause: Duration::ZERO }
    }
}

impl Takeover {
    /// Nothing more is sent.
    pub(crate) fn silent(ending: Ending) -> Self {
        Self { parts: Vec::new(), ending }
    }

    /// Bytes that no HTTP client can make sense of.
    pub(crate) fn garbage() -> Self {
        let bytes = b"\x00\xff\xfethis is not HTTP\r\n\r\n\x80\x81".to_vec();
        Self { parts: vec![Part::once(bytes)], ending: Ending::Close }
    }

    /// Exactly these bytes.
    pub(crate) fn raw(answer: &RawAnswer) -> Self {
        let part = |piece: &Piece| Part { bytes: piece.to_vec(), times: piece.times, pause: piece.pause() };
        Self { parts: answer.pieces.iter().map(part).collect(), ending: answer.ending }
    }

    /// The whole answer a byte at a time.
    pub(crate) fn drip(answer: &Answer, interval: Duration) -> Self {
        let mut bytes = http1_head(answer, answer.body.len());
        bytes.extend_from_slice(&answer.body);
        let part = |byte| Part { bytes: vec![byte], times: 1, pause: interval };
        Self { parts: bytes.into_iter().map(part).collect(), ending: Ending::Close }
    }

    /// The headers and half of the body that they announce.
    pub(crate) fn partial(answer: &Answer, ending: Ending) -> Self {
        let mut bytes = http1_head(answer, announced_length(answer));
        bytes.extend(answer.body.iter().take(answer.body.len() / 2));
        Self { parts: vec![Part::once(bytes)], ending }
    }

    pub(crate) async fn carry_out(self, mut line: Line) -> io::Result<()> {
        for part in self.parts {
            send(&mut line, part).await?;
        }
        match self.ending {
            Ending::Reset => return line.reset(),
            Ending::Close => line.shutdown().await?,
            Ending::Vanish => line.vanish()?,
            Ending::Hang => {}
        }
        // Bytes that nobody read would turn a close into a reset: read until the client hangs up too.
        let mut unwanted = [0; 1024];
        while line.read(&mut unwanted).await? > 0 {}
        Ok(())
    }
}

/// Fails as soon as the client has gone, however much is left.
async fn send(line: &mut Line, part: Part) -> io::Result<()> {
    let Part { bytes, times, pause } = part;
    if pause > Duration::ZERO {
        for _ in 0..times {
            line.write_all(&bytes).await?;
            line.flush().await?;
            tokio::time::sleep(pause).await;
        }
        return Ok(());
    }
    let at_once = (LUMP / bytes.len().max(1)).max(1);
    let lump = bytes.repeat(usize::try_from(times).unwrap_or(usize::MAX).min(at_once));
    let lumps = times / at_once as u64;
    for _ in 0..lumps {
        line.write_all(&lump).await?;
    }
    let rest = usize::try_from(times % at_once as u64).unwrap_or_default();
    line.write_all(&bytes.repeat(rest)).await?;
    line.flush().await
}

/// What a cut answer promises: more than it delivers, even if there is no body at all.
pub(crate) fn announced_length(answer: &Answer) -> usize {
    answer.body.len().max(1)
}

/// The start of an answer over HTTP/1.1, on a connection that ends with it.
fn http1_head(answer: &Answer, length: usize) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n",
        answer.status.as_str(),
        answer.status.canonical_reason().unwrap_or("Unknown")
    )
    .into_bytes();
    for (name, value) in &answer.headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(format!("content-length: {length}\r\nconnection: close\r\n\r\n").as_bytes());
    head
}
