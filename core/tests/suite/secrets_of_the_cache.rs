//! A cached token or a shared error shows no secret in any output.
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::time::Duration;

use descope_outbound::{CacheOptions, Error, FetchToken, Source, Token};
use descope_outbound_emulator::{Connection, Fault};
use tokio::join;

use crate::cached::CachedClient;
use crate::emulated::fail;

const KINDS: [usize; 4] = [0, 1, 2, 3];

/// A fetch of each kind that the emulator has a token for.
fn fetch(world: &CachedClient, kind: usize) -> FetchToken<'_> {
    let client = &world.client;
    match kind {
        0 => client.fetch_token("app", "user"),
        1 => client.fetch_token_by_scopes("app", "user", ["read"]),
        2 => client.fetch_tenant_token("app", "tenant"),
        _ => client.fetch_tenant_token_by_scopes("app", "tenant", ["read"]),
    }
}

/// Every text that a program may print of these outcomes.
fn shown(world: &CachedClient, outcomes: &[Result<Token, Error>]) -> String {
    let errors = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let texts: Vec<_> =
        errors.map(|error| format!("{error} {error:?} {error:#?} {:?}", error.response())).collect();
    let cache = world.client.cache().expect("it is there");
    format!(
        "{outcomes:?} {outcomes:#?} {cache:?} {cache:#?} {:?} {:?} {texts:?}",
        world.client,
        cache.stats()
    )
}

async fn two_at_once(world: &CachedClient, kind: usize) -> [Result<Token, Error>; 2] {
    join!(async { fetch(world, kind).await }, async { fetch(world, kind).await }).into()
}

async fn world() -> CachedClient {
    let world = CachedClient::with(CacheOptions::default().stale_if_error(Duration::from_mins(10))).await;
    for connection in [Connection::user("app", "user"), Connection::of_tenant("app", "tenant")] {
        world
            .emulator
            .connect(connection.scopes(["read"]).lifetime(Duration::from_hours(2)))
            .expect("a connection");
    }
    world
}

#[tokio::test]
async fn no_token_shows_its_value_from_any_source() {
    for kind in KINDS {
        let world = world().await;
        let mut outcomes = Vec::from(two_at_once(&world, kind).await);
        outcomes.push(fetch(&world, kind).await);
        world.advance(1_000);
        fail(&world.emulator, Fault::response(500));
        outcomes.push(fetch(&world, kind).await);
        let sources: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().unwrap().source()).collect();
        assert_eq!(sources, [Source::Network, Source::Joined, Source::Cache, Source::Stale]);
        let shown = shown(&world, &outcomes);
        for token in outcomes.iter().flatten() {
            assert!(!shown.contains(token.access_token.expose()), "{shown}");
        }
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}

#[tokio::test]
async fn no_shared_or_cached_error_shows_a_secret() {
    for kind in KINDS {
        let not_found = r#"{"errorCode": "E111504"}"#;
        for fault in [
            Fault::response(404).body(not_found),
            Fault::response(429).header("Retry-After", "7"),
            Fault::response(403),
            Fault::response(500),
            Fault::response(200).body(r#"{"token": "made-up-unreadable"#),
        ] {
            let world = world().await;
            let key = world.emulator.management_key().to_owned();
            fail(&world.emulator, fault);
            let mut outcomes = Vec::from(two_at_once(&world, kind).await);
            outcomes.push(fetch(&world, kind).await);
            assert!(outcomes.iter().all(Result::is_err));
            let shown = shown(&world, &outcomes);
            assert!(!shown.contains(&key) && !shown.contains("made-up-unreadable"), "{shown}");
        }
    }
}
