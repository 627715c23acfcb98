//! The cache against the emulator: what is asked of the service, and what is not.

use std::time::Duration;

use crate::cached::World;
use crate::emulated::{builder, emulator, fail};
use descope_outbound::{CacheOptions, ErrorKind, Source, operation};
use descope_outbound_emulator::{Connection, Fault};
use tokio::task::JoinSet;

#[tokio::test]
async fn the_second_fetch_is_free() {
    let world = World::new().await;
    let (first, source) = world.fetch().await.unwrap();
    assert_eq!(source, Source::Network);
    assert_eq!(world.fetch().await.unwrap(), (first, Source::Cache));
    assert_eq!(world.requests(), 1);
    let stats = world.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries, stats.upstream_requests), (1, 1, 1, 1));
    assert!(stats.bytes > 0);
}

#[tokio::test]
async fn a_thousand_callers_are_one_request() {
    let world = World::new().await;
    fail(&world.emulator, Fault::hold());
    let mut callers = JoinSet::new();
    for _ in 0..1_000 {
        let client = world.client.clone();
        callers.spawn(async move { client.fetch_token("app", "user").await.unwrap().source() });
    }
    world.emulator.wait_for_held(1).await;
    world.emulator.release();
    let sources = callers.join_all().await;
    assert_eq!(world.requests(), 1);
    assert_eq!(sources.iter().filter(|source| **source == Source::Network).count(), 1);
}

#[tokio::test]
async fn a_delete_ends_what_was_cached_and_what_is_on_its_way() {
    let world = World::new().await;
    world.fetch().await.unwrap();
    world.client.delete_user_tokens(Some("app"), Some("user")).await.unwrap();
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn that_there_is_no_token_is_remembered_until_the_user_connects() {
    let world = World::new().await;
    for _ in 0..3 {
        let error = world.client.fetch_token("app", "stranger").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenNotFound);
    }
    assert_eq!((world.requests(), world.stats().negative_hits), (1, 2));
    world.emulator.connect(Connection::user("app", "stranger")).unwrap();
    world.client.cache().unwrap().forget(None, Some("stranger")).unwrap();
    world.client.fetch_token("app", "stranger").await.unwrap();
}

#[tokio::test]
async fn an_old_token_is_refreshed_while_it_is_given_out() {
    let world = World::new().await;
    world.fetch().await.unwrap();
    world.advance(301);
    assert_eq!(world.source().await, Source::Cache);
    world.emulator.wait_for_requests(2).await;
    assert_eq!(world.source().await, Source::Cache);
}

#[tokio::test]
async fn a_token_is_never_given_out_past_its_largest_age() {
    let world = World::new().await;
    world.fetch().await.unwrap();
    world.advance(901);
    assert_eq!(world.source().await, Source::Network);
}

#[tokio::test]
async fn a_lookup_needs_no_runtime_once_there_is_something() {
    let world = World::new().await;
    world.fetch().await.unwrap();
    let client = world.client.clone();
    world.advance(301);
    let looked_up = std::thread::spawn(move || {
        let arguments = descope_outbound::Arguments::default().with("app_id", "app").with("user_id", "user");
        let answer = client.cached(&operation::FETCH_TOKEN, &arguments, Duration::ZERO).unwrap();
        answer.keep(7_u8);
        let again = client.cached(&operation::FETCH_TOKEN, &arguments, Duration::ZERO).unwrap();
        (again.generation() == answer.generation(), again.kept::<u8>().copied(), answer.source())
    });
    assert_eq!(looked_up.join().unwrap(), (true, Some(7), Source::Cache));
    world.emulator.wait_for_requests(2).await;
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_a_forced_refresh() {
    let world = World::new().await;
    let (first, _) = world.fetch().await.unwrap();
    assert!(world.client.cache().unwrap().reject(&first));
    let (second, source) = world.fetch().await.unwrap();
    assert_ne!(first, second);
    assert_eq!((source, world.requests()), (Source::Network, 3));
    assert!(!world.client.cache().unwrap().reject(&first));
    assert_eq!(world.fetch().await.unwrap(), (second, Source::Cache));
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused_when_the_client_is_made() {
    let emulator = emulator().await;
    let error = builder(&emulator).cache(CacheOptions::default().max_entries(0)).build().unwrap_err();
    assert_eq!(error.argument().unwrap().camel, "maxEntries");
}
