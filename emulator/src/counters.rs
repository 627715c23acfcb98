//! What has happened since the start or the last reset, in numbers.

/// Counts that a test can assert on, for example that a hundred callers caused one refresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// Requests received, those to `/_emulator/` apart.
    pub requests: u64,
    /// Requests refused because they could come from a web page.
    pub forbidden: u64,
    /// Faults applied.
    pub faults: u64,
    /// Access tokens that the providers have issued.
    pub mints: u64,
    /// Refresh tokens that the providers have exchanged.
    pub refreshes: u64,
    /// Refresh tokens that the providers have refused because they had been used before.
    pub double_refreshes_refused: u64,
    /// Access and refresh tokens that the providers have refused, for whatever reason.
    pub refusals: u64,
}
