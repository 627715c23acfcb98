//! A client with a cache, its emulator, and the clock that both share.
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::time::Duration;

use crate::emulated::{builder, emulator};
use descope_outbound::{CacheClock, CacheOptions, CacheStats, Client, ErrorKind, Source};
use descope_outbound_emulator::Emulator;

pub(crate) struct CachedClient {
    pub(crate) emulator: Emulator,
    pub(crate) clock: CacheClock,
    pub(crate) client: Client,
}

impl CachedClient {
    pub(crate) async fn new() -> Self {
        Self::with(CacheOptions::default()).await
    }

    pub(crate) async fn with(options: CacheOptions) -> Self {
        let emulator = emulator().await;
        let clock = CacheClock::adjustable();
        let client = builder(&emulator).cache(options.clock(clock.clone())).build().expect("it is there");
        Self { emulator, clock, client }
    }

    /// Without retries, each fetch that reaches the service is one request.
    pub(crate) async fn without_retries(options: CacheOptions) -> Self {
        let world = Self::with(options.clone()).await;
        let options = options.clock(world.clock.clone());
        let builder = builder(&world.emulator).retry_delays([]).cache(options);
        let client = builder.build().expect("a client");
        Self { client, ..world }
    }

    /// Delete the tokens with another client, so that this client's cache does not know.
    pub(crate) async fn delete_behind_the_clients_back(&self) {
        let other = crate::emulated::client(&self.emulator);
        other.delete_user_tokens(Some("app"), Some("user")).await.expect("a delete");
    }

    /// Move the clock of the service, the providers and the cache.
    pub(crate) fn advance(&self, seconds: u64) {
        self.emulator.advance(Duration::from_secs(seconds));
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn requests(&self) -> u64 {
        self.emulator.counters().requests
    }

    pub(crate) fn stats(&self) -> CacheStats {
        self.client.cache().expect("it is there").stats()
    }

    pub(crate) async fn fetch(&self) -> Result<(String, Source), ErrorKind> {
        let token = self.client.fetch_token("app", "user").await.map_err(|error| error.kind())?;
        Ok((token.access_token.expose().to_owned(), token.source()))
    }

    pub(crate) async fn source(&self) -> Source {
        self.fetch().await.expect("it is there").1
    }
}
