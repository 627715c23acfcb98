//! The counts of events since the start or the last reset.

/// Counts that a test can assert, for example that a hundred callers caused one refresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct EmulatorCounters {
    /// TCP connections accepted.
    pub connections: u64,
    /// Requests received, except those to `/_emulator/`.
    pub requests: u64,
    /// Requests rejected because a web page could have sent them.
    pub forbidden: u64,
    /// Faults applied.
    pub faults: u64,
    /// Access tokens that the providers issued.
    pub mints: u64,
    /// Refresh tokens that the providers exchanged.
    pub refreshes: u64,
    /// Refresh tokens that the providers rejected because they were used before.
    pub double_refreshes_refused: u64,
    /// Access and refresh tokens that the providers rejected, for any reason.
    pub refusals: u64,
}
