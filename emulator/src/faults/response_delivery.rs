//! How a response reaches the client.

/// How a response reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ResponseDelivery {
    /// Normally.
    #[default]
    Whole,
    /// Never. The emulator reads the request and leaves the connection open.
    Hang,
    /// One byte at a time, including the headers (over HTTP/2, only the body).
    Drip {
        /// Real milliseconds between two bytes.
        every_ms: u64,
    },
    /// Never. The emulator resets the connection (TCP RST).
    Reset,
    /// The headers and half of the body. Then the emulator resets the connection.
    ResetInBody,
    /// Never. The emulator closes the connection cleanly (TCP FIN).
    Close,
    /// The headers, which announce the whole body, and half of that body. Then the emulator closes the connection.
    Cut,
    /// Bytes that are not HTTP. Then the emulator closes the connection.
    Garbage,
    /// When the test releases it. The work is done and the response is ready before the wait.
    Hold,
}
