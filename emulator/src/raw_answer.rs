//! An answer as bytes, for what HTTP cannot say.

use std::time::Duration;

/// What is sent in the place of an answer, byte for byte (over HTTP/1.1), and how the connection ends then.
///
/// ```
/// use descope_outbound_emulator::{Ending, Fault, Piece, RawAnswer};
///
/// let never_ending_headers = RawAnswer {
///     pieces: vec![Piece::new("HTTP/1.1 200 OK\r\n"), Piece { times: u64::MAX, ..Piece::new("x-more: yes\r\n") }],
///     ending: Ending::Hang,
/// };
/// let fault = Fault { raw: Some(never_ending_headers), ..Fault::default() };
/// # let _ = fault;
/// ```
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawAnswer {
    /// One after the other.
    pub pieces: Vec<Piece>,
    /// What happens when all are sent.
    pub ending: Ending,
}

/// A part of a [`RawAnswer`].
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Piece {
    /// Each letter is a byte, U+0000 to U+00FF.
    pub bytes: String,
    /// How often it is sent; once unless said.
    pub times: u64,
    /// How long it pauses after each time, in real milliseconds.
    pub every_ms: u64,
}

/// What happens to a connection after the last byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It is closed for sending (TCP FIN); what the client sends is still read, and never answered.
    #[default]
    Close,
    /// It is reset (TCP RST).
    Reset,
    /// It stays open; what the client sends is read, and never answered.
    Hang,
    /// It is gone without a word, as when a NAT forgets it: nothing is acknowledged any more. On Linux only.
    Vanish,
}

impl Default for Piece {
    fn default() -> Self {
        Self::new("")
    }
}

impl Piece {
    /// Sent once.
    #[must_use]
    pub fn new(bytes: impl Into<String>) -> Self {
        Self { bytes: bytes.into(), times: 1, every_ms: 0 }
    }

    pub(crate) fn is_bytes(&self) -> bool {
        self.bytes.chars().all(|letter| u8::try_from(letter).is_ok())
    }

    pub(crate) fn to_vec(&self) -> Vec<u8> {
        self.bytes.chars().filter_map(|letter| u8::try_from(letter).ok()).collect()
    }

    pub(crate) fn pause(&self) -> Duration {
        Duration::from_millis(self.every_ms)
    }
}
