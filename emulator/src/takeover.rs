//! What a fault does with a connection once it has taken it from the HTTP server.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::call::Answer;
use crate::line::Line;

/// The last that a client gets to see of a connection.
pub(crate) struct Takeover {
    bytes: Vec<u8>,
    /// Between two bytes; all at once when absent.
    interval: Option<Duration>,
    ending: Ending,
}

#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// TCP FIN.
    Close,
    /// TCP RST.
    Reset,
}

impl Takeover {
    /// Nothing more is sent.
    pub(crate) fn silent(ending: Ending) -> Self {
        Self { bytes: Vec::new(), interval: None, ending }
    }

    /// Bytes that no HTTP client can make sense of.
    pub(crate) fn garbage() -> Self {
        Self {
            bytes: b"\x00\xff\xfethis is not HTTP\r\n\r\n\x80\x81".to_vec(),
            interval: None,
            ending: Ending::Close,
        }
    }

    /// The whole answer a byte at a time.
    pub(crate) fn drip(answer: &Answer, interval: Duration) -> Self {
        let mut bytes = http1_head(answer, answer.body.len());
        bytes.extend_from_slice(&answer.body);
        Self { bytes, interval: Some(interval), ending: Ending::Close }
    }

    /// The headers and half of the body that they announce.
    pub(crate) fn partial(answer: &Answer, ending: Ending) -> Self {
        let mut bytes = http1_head(answer, announced_length(answer));
        bytes.extend(answer.body.iter().take(answer.body.len() / 2));
        Self { bytes, interval: None, ending }
    }

    pub(crate) async fn carry_out(self, mut line: Line) -> io::Result<()> {
        match self.interval {
            None => line.write_all(&self.bytes).await?,
            Some(interval) => {
                for (position, byte) in self.bytes.iter().enumerate() {
                    if position > 0 {
                        tokio::time::sleep(interval).await;
                    }
                    line.write_all(&[*byte]).await?;
                    line.flush().await?;
                }
            }
        }
        line.flush().await?;
        match self.ending {
            Ending::Reset => line.reset(),
            Ending::Close => {
                line.shutdown().await?;
                // Bytes that nobody read would turn the close into a reset: read until the client hangs up too.
                let mut unwanted = [0; 1024];
                while line.read(&mut unwanted).await? > 0 {}
                Ok(())
            }
        }
    }
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
