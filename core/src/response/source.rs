//! Where a response comes from.

/// Where a response comes from.
///
/// ```no_run
/// # async fn example(client: descope_outbound::Client) -> Result<(), descope_outbound::Error> {
/// use descope_outbound::Source;
///
/// let token = client.fetch_token("google-calendar", "user-id").await?;
/// let was_cached = token.source() == Source::Cache;
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
