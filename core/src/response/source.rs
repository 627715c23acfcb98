//! Where a response comes from.

/// Where a response or a token comes from.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use descope_outbound_emulator::{Connection, Emulator};
/// # let emulator = Emulator::start(Default::default()).await?;
/// # emulator.connect(Connection::user("google-calendar", "user-id"))?;
/// use descope_outbound::{CacheOptions, Client, Source};
///
/// let client = Client::builder()
///     .cache(CacheOptions::default())
/// #   .project_id(emulator.project_id())
/// #   .management_key(emulator.management_key())
/// #   .base_url(emulator.base_url())
///     // …
///     .build()?;
/// let first = client.fetch_token("google-calendar", "user-id").await?;
/// let second = client.fetch_token("google-calendar", "user-id").await?;
/// assert_eq!((first.source(), second.source()), (Source::Network, Source::Cache));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// This call sent a request to the service.
    #[default]
    Network,
    /// The cache held the token.
    Cache,
    /// The cache held the token. It was due for a refresh, which has not succeeded yet.
    Stale,
    /// This call joined the in-flight request of another call.
    Joined,
}

impl Source {
    /// The source as a word, the same in every language: `network`.
    ///
    /// ```
    /// assert_eq!(descope_outbound::Source::Joined.as_str(), "joined");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Cache => "cache",
            Self::Stale => "stale",
            Self::Joined => "joined",
        }
    }
}
