//! The counts of token operations at the providers.

/// The counts of token operations at the providers since the start or the last reset.
#[derive(Clone, Copy, Default)]
pub(crate) struct ProviderCounters {
    pub(crate) mints: u64,
    pub(crate) refreshes: u64,
    pub(crate) double_refreshes_refused: u64,
    pub(crate) refusals: u64,
}
