//! A response as bytes, for responses that HTTP cannot express.

use std::time::Duration;

/// The exact bytes that replace a response (over HTTP/1.1), and how the connection ends afterwards.
///
/// ```
/// use descope_outbound_emulator::{Ending, Fault, Piece, ScriptedResponse};
///
/// let never_ending_headers = ScriptedResponse {
///     pieces: vec![Piece::new("HTTP/1.1 200 OK\r\n"), Piece { times: u64::MAX, ..Piece::new("x-more: yes\r\n") }],
///     ending: Ending::Hang,
/// };
/// let fault = Fault { raw: Some(never_ending_headers), ..Fault::default() };
/// # let _ = fault;
/// ```
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScriptedResponse {
    /// The pieces, in the order in which they are sent.
    pub pieces: Vec<Piece>,
    /// How the connection ends after the last piece.
    pub ending: Ending,
}

/// A part of a [`ScriptedResponse`].
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Piece {
    /// The bytes, one for each letter from U+0000 to U+00FF.
    pub bytes: String,
    /// How many times the piece is sent; once by default.
    pub times: u64,
    /// The pause after each time, in real milliseconds.
    pub every_ms: u64,
}

/// How a connection ends after the last byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The emulator closes its sending side (TCP FIN). It still reads from the client, but never responds.
    #[default]
    Close,
    /// The emulator resets the connection (TCP RST).
    Reset,
    /// The connection stays open. The emulator reads from the client, but never responds.
    Hang,
    /// The emulator acknowledges no further packet, as when a NAT forgets the connection. Linux only.
    Vanish,
}

impl Default for Piece {
    fn default() -> Self {
        Self::new("")
    }
}

impl Piece {
    /// A piece that is sent once.
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
