//! The cache against the emulator: which fetches reach the service, and which do not.

use std::time::Duration;

use crate::cached::CachedClient;
use crate::emulated::{builder, emulator, fail};
use descope_outbound::bindings::{ClientExt as _, ResponseExt as _};
use descope_outbound::{CacheOptions, ErrorKind, Source, operation};
use descope_outbound_emulator::{Connection, Fault};
use tokio::task::JoinSet;

#[tokio::test]
async fn the_second_fetch_sends_no_request() {
    let world = CachedClient::new().await;
    let (first, source) = world.fetch().await.unwrap();
    assert_eq!(source, Source::Network);
    assert_eq!(world.fetch().await.unwrap(), (first, Source::Cache));
    assert_eq!(world.requests(), 1);
    let stats = world.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries, stats.upstream_requests), (1, 1, 1, 1));
    assert!(stats.bytes > 0);
}

#[tokio::test]
async fn a_thousand_concurrent_callers_share_one_request() {
    let world = CachedClient::new().await;
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
async fn a_fetch_after_a_delete_finds_no_token() {
    let world = CachedClient::new().await;
    world.fetch().await.unwrap();
    world.client.delete_user_tokens(Some("app"), Some("user")).await.unwrap();
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn a_missing_token_is_cached_until_the_application_forgets_it() {
    let world = CachedClient::new().await;
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
async fn an_old_token_is_served_while_a_refresh_runs() {
    let world = CachedClient::new().await;
    world.fetch().await.unwrap();
    world.advance(301);
    assert_eq!(world.source().await, Source::Cache);
    world.emulator.wait_for_requests(2).await;
    assert_eq!(world.source().await, Source::Cache);
}

#[tokio::test]
async fn a_token_is_never_served_past_its_maximum_age() {
    let world = CachedClient::new().await;
    world.fetch().await.unwrap();
    world.advance(901);
    assert_eq!(world.source().await, Source::Network);
}

#[tokio::test]
async fn a_lookup_of_a_cached_token_needs_no_runtime() {
    let world = CachedClient::new().await;
    world.fetch().await.unwrap();
    let client = world.client.clone();
    world.advance(301);
    let looked_up = std::thread::spawn(move || {
        let arguments = descope_outbound::Arguments::default().with("app_id", "app").with("user_id", "user");
        let response = client.cached(&operation::FETCH_TOKEN, &arguments, Duration::ZERO).unwrap();
        response.attach(7_u8);
        let again = client.cached(&operation::FETCH_TOKEN, &arguments, Duration::ZERO).unwrap();
        (again.generation() == response.generation(), again.attachment::<u8>().copied(), response.source())
    });
    assert_eq!(looked_up.join().unwrap(), (true, Some(7), Source::Cache));
    world.emulator.wait_for_requests(2).await;
}

#[tokio::test]
async fn a_rejected_token_is_replaced_by_a_force_refresh() {
    let world = CachedClient::new().await;
    let (first, _) = world.fetch().await.unwrap();
    assert!(world.client.cache().unwrap().reject(&first));
    let (second, source) = world.fetch().await.unwrap();
    assert_ne!(first, second);
    assert_eq!((source, world.requests()), (Source::Network, 3));
    assert!(!world.client.cache().unwrap().reject(&first));
    assert_eq!(world.fetch().await.unwrap(), (second, Source::Cache));
}

#[tokio::test]
async fn the_builder_rejects_invalid_cache_options() {
    let emulator = emulator().await;
    let error = builder(&emulator).cache(CacheOptions::default().max_entries(0)).build().unwrap_err();
    assert_eq!(error.argument().unwrap().camel, "maxEntries");
}

/// When the response to a fetch arrives, relative to a concurrent delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FetchArrival {
    /// Before the delete is sent.
    Before,
    /// While the delete is in flight.
    During,
    /// After the delete has ended.
    After,
}

#[tokio::test]
async fn a_delete_removes_tokens_from_earlier_fetches_whenever_they_arrive() {
    const FETCH: &str = "/v1/mgmt/outbound/app/user/token/latest";
    for by_id in [false, true] {
        for arrives in [FetchArrival::Before, FetchArrival::During, FetchArrival::After] {
            let world = CachedClient::new().await;
            // The service has read the token and holds the response.
            fail(&world.emulator, Fault::hold().path(FETCH).once());
            let client = world.client.clone();
            let early = tokio::spawn(async move { client.fetch_token("app", "user").await });
            world.emulator.wait_for_held(1).await;
            if arrives == FetchArrival::Before {
                world.emulator.release();
                early.await.unwrap().unwrap();
            } else {
                // The service has done the delete and holds that response too.
                fail(&world.emulator, Fault::hold().method("DELETE").once());
                let client = world.client.clone();
                let deleting = tokio::spawn(async move {
                    if by_id {
                        client.delete_token("token-1").await
                    } else {
                        client.delete_user_tokens(Some("app"), Some("user")).await
                    }
                });
                world.emulator.wait_for_held(2).await;
                if arrives == FetchArrival::After {
                    // A delete also ends when its caller stops waiting.
                    deleting.abort();
                    assert!(deleting.await.unwrap_err().is_cancelled());
                } else {
                    // A fetch during the delete does not join the earlier request.
                    assert_eq!(
                        world.fetch().await.unwrap_err(),
                        ErrorKind::TokenNotFound,
                        "{arrives:?} {by_id}"
                    );
                    world.emulator.release();
                    deleting.await.unwrap().unwrap();
                }
                assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound, "{arrives:?} {by_id}");
                world.emulator.release();
                // The caller that fetched before the delete gets the earlier token.
                early.await.unwrap().unwrap();
                assert_eq!(world.stats().suppressed_publishes, 1);
                assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound, "{arrives:?} {by_id}");
                continue;
            }
            if by_id {
                world.client.delete_token("token-1").await.unwrap();
            } else {
                world.client.delete_user_tokens(Some("app"), Some("user")).await.unwrap();
            }
            assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound, "{arrives:?} {by_id}");
            assert_eq!(world.stats().entries, 0);
        }
    }
}

#[tokio::test]
async fn a_delete_by_id_also_removes_cached_tokens_without_an_id() {
    let world = CachedClient::new().await;
    let token = r#"{"token":{"accessToken":"made-up-access"}}"#;
    fail(&world.emulator, Fault::response(200).body(token).once());
    world.fetch().await.unwrap();
    assert_eq!(world.source().await, Source::Cache);
    world.client.delete_token("token-1").await.unwrap();
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn a_cache_for_one_token_holds_one() {
    let world = CachedClient::with(CacheOptions::default().max_entries(1)).await;
    world.emulator.connect(Connection::user("app", "another")).unwrap();
    world.client.fetch_token("app", "another").await.unwrap();
    world.fetch().await.unwrap();
    assert_eq!((world.source().await, world.stats().entries), (Source::Cache, 1));
}

#[tokio::test]
async fn the_maximum_age_counts_from_the_start_of_the_request() {
    let world = CachedClient::new().await;
    fail(&world.emulator, Fault::hold().once());
    let client = world.client.clone();
    let slow = tokio::spawn(async move { client.fetch_token("app", "user").await });
    world.emulator.wait_for_held(1).await;
    world.advance(600);
    world.emulator.release();
    slow.await.unwrap().unwrap();
    world.advance(301);
    assert_eq!(world.source().await, Source::Network);
}

#[tokio::test]
async fn a_cancelled_caller_does_not_end_the_shared_request() {
    let world = CachedClient::new().await;
    fail(&world.emulator, Fault::hold());
    let fetch = |client: descope_outbound::Client| async move { client.fetch_token("app", "user").await };
    let leader = tokio::spawn(fetch(world.client.clone()));
    world.emulator.wait_for_held(1).await;
    let hasty = world.client.fetch_token("app", "user").timeout(Duration::from_millis(20)).await;
    assert_eq!(hasty.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    let follower = tokio::spawn(fetch(world.client.clone()));
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    world.emulator.release();
    assert_eq!(follower.await.unwrap().unwrap().source(), Source::Joined);
    assert_eq!(world.requests(), 1);
}

#[tokio::test]
async fn every_force_refresh_reaches_the_service_and_replaces_the_cached_token() {
    let world = CachedClient::new().await;
    let (first, _) = world.fetch().await.unwrap();
    let refreshed = world.client.fetch_token("app", "user").force_refresh().await.unwrap();
    assert_ne!(refreshed.access_token.expose(), first);
    assert_eq!(world.fetch().await.unwrap(), (refreshed.access_token.expose().to_owned(), Source::Cache));
    world.client.fetch_token("app", "user").force_refresh().await.unwrap();
    assert_eq!(world.requests(), 3);

    // Concurrent force-refreshes share one request, and plain fetches join it. A force-refresh never joins a plain
    // fetch.
    fail(&world.emulator, Fault::hold());
    world.client.cache().unwrap().clear();
    let fetch = |force_refresh: bool| {
        let client = world.client.clone();
        tokio::spawn(async move {
            let fetch = client.fetch_token("app", "user");
            if force_refresh { fetch.force_refresh().await } else { fetch.await }
        })
    };
    let mut fetches = vec![fetch(false)];
    world.emulator.wait_for_held(1).await;
    fetches.push(fetch(true));
    world.emulator.wait_for_held(2).await;
    for force_refresh in [true, false, true, false] {
        fetches.push(fetch(force_refresh));
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    world.emulator.release();
    for fetch in fetches {
        fetch.await.unwrap().unwrap();
    }
    assert_eq!(world.requests(), 5);
    assert_eq!(world.emulator.counters().double_refreshes_refused, 0);
}

#[tokio::test]
async fn refresh_tokens_and_fetches_with_an_inbound_token_are_never_cached() {
    let world = CachedClient::new().await;
    for _ in 0..2 {
        let token = world.client.fetch_token("app", "user").with_refresh_token().await.unwrap();
        assert_eq!((token.source(), token.refresh_token.is_some()), (Source::Network, true));
        let inbound = world.emulator.issue_inbound_token(descope_outbound_emulator::InboundToken::default());
        let token = world.client.fetch_token("app", "user").inbound_token(inbound).await;
        assert!(token.is_err() || token.unwrap().source() == Source::Network);
    }
    assert_eq!((world.requests(), world.stats().entries), (4, 0));
}

#[tokio::test]
async fn a_hundred_rejections_share_one_refresh() {
    let world = CachedClient::new().await;
    let (first, _) = world.fetch().await.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let (client, first) = (world.client.clone(), first.clone());
        callers.spawn(async move {
            client.cache().unwrap().reject(&first);
            client.fetch_token("app", "user").await.unwrap().access_token.expose().to_owned()
        });
    }
    for token in callers.join_all().await {
        assert_ne!(token, first);
    }
    // The first fetch, a fetch that got the same token, and the force-refresh.
    assert_eq!(world.requests(), 3);
    assert_eq!(world.emulator.counters().double_refreshes_refused, 0);
}

#[tokio::test]
async fn after_a_429_the_client_sends_no_fetch_until_the_pause_ends() {
    let world = CachedClient::new().await;
    world.fetch().await.unwrap();
    fail(&world.emulator, Fault::response(429).header("Retry-After", "60").once());
    let limited = world.client.fetch_token("app", "stranger").await.unwrap_err();
    assert_eq!(
        (limited.kind(), limited.retry_after()),
        (ErrorKind::RateLimited, Some(Duration::from_mins(1)))
    );
    world.advance(30);
    for force_refresh in [false, true] {
        let fetch = world.client.fetch_token("app", "another");
        let paused = if force_refresh { fetch.force_refresh().await } else { fetch.await }.unwrap_err();
        assert_eq!(paused.kind(), ErrorKind::RateLimited);
        let left = paused.retry_after().unwrap().as_secs();
        assert!((29..=37).contains(&left), "{paused}");
        let pause = format!(
            "this call was not sent: the service asked for a pause after an earlier call, and {left} s remain"
        );
        assert_eq!(paused.response().unwrap().error_description(), pause);
        assert!(paused.to_string().contains(&pause), "{paused}");
    }
    assert_eq!((world.source().await, world.requests()), (Source::Cache, 2));
    world.advance(37);
    assert_eq!(
        world.client.fetch_token("app", "another").await.unwrap_err().kind(),
        ErrorKind::TokenNotFound
    );
}

#[tokio::test]
async fn stale_tokens_are_served_while_the_service_fails_but_not_after_a_rejected_key() {
    let options = CacheOptions::default().stale_if_error(Duration::from_mins(10));
    let world = CachedClient::with(options).await;
    let (first, _) = world.fetch().await.unwrap();
    world.advance(901);
    fail(&world.emulator, Fault::response(500).times(1));
    assert_eq!(world.fetch().await.unwrap(), (first, Source::Stale));
    // During the pause after the failure, the client sends no request.
    assert_eq!((world.source().await, world.requests(), world.stats().stale_served), (Source::Stale, 2, 2));
    world.advance(60);
    fail(&world.emulator, Fault::response(403).times(1));
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::Http);
    assert_eq!(world.stats().entries, 0);
    assert_eq!(world.source().await, Source::Network, "a later fetch does not get the earlier error");
}

#[tokio::test]
async fn changes_of_the_date_cause_neither_expired_tokens_nor_extra_requests() {
    for step in [3_600_000, -3_600_000] {
        let world = CachedClient::new().await;
        world.fetch().await.unwrap();
        world.clock.step_wall(step);
        for _ in 0..5 {
            world.fetch().await.unwrap();
        }
        assert!(world.requests() <= 2, "{step}: {}", world.requests());
        // The expiry of the new token follows the service's date, not the machine's.
        world.advance(299);
        world.fetch().await.unwrap();
        world.advance(3_600);
        let (token, source) = world.fetch().await.unwrap();
        assert!(world.emulator.accepts("app", &token), "{step}: {source:?}");
        assert!(matches!(source, Source::Network | Source::Joined), "{step}: {source:?}");
    }
}
