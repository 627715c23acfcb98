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

/// When the answer to a fetch is read at the service, and when it arrives, beside a delete that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrives {
    /// Before the delete is sent.
    Before,
    /// While it is under way.
    During,
    /// When it is over.
    After,
}

#[tokio::test]
async fn nothing_from_before_a_delete_is_found_after_it_whenever_the_fetch_arrives() {
    const FETCH: &str = "/v1/mgmt/outbound/app/user/token/latest";
    for by_id in [false, true] {
        for arrives in [Arrives::Before, Arrives::During, Arrives::After] {
            let world = World::new().await;
            // The fetch has read the token; its answer is kept back.
            fail(&world.emulator, Fault::hold().path(FETCH).once());
            let client = world.client.clone();
            let early = tokio::spawn(async move { client.fetch_token("app", "user").await });
            world.emulator.wait_for_held(1).await;
            if arrives == Arrives::Before {
                world.emulator.release();
                early.await.unwrap().unwrap();
            } else {
                // The delete is done, and its answer is kept back too.
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
                if arrives == Arrives::After {
                    // A delete that nobody waits for any more has ended too.
                    deleting.abort();
                    assert!(deleting.await.unwrap_err().is_cancelled());
                } else {
                    // Those who ask meanwhile do not join the request from before.
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
                // Who asked before the delete gets what there was then.
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
async fn a_delete_by_id_ends_tokens_too_whose_ids_the_service_left_out() {
    let world = World::new().await;
    let token = r#"{"token":{"accessToken":"made-up-access"}}"#;
    fail(&world.emulator, Fault::answer(200).body(token).once());
    world.fetch().await.unwrap();
    assert_eq!(world.source().await, Source::Cache);
    world.client.delete_token("token-1").await.unwrap();
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::TokenNotFound);
}

#[tokio::test]
async fn a_cache_of_one_token_keeps_one() {
    let world = World::with(CacheOptions::default().max_entries(1)).await;
    world.emulator.connect(Connection::user("app", "another")).unwrap();
    world.client.fetch_token("app", "another").await.unwrap();
    world.fetch().await.unwrap();
    assert_eq!((world.source().await, world.stats().entries), (Source::Cache, 1));
}

#[tokio::test]
async fn the_largest_age_counts_from_the_asking() {
    let world = World::new().await;
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
async fn a_caller_that_leaves_ends_nothing_for_the_others() {
    let world = World::new().await;
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
async fn every_forced_refresh_reaches_the_service_and_replaces_what_was_there() {
    let world = World::new().await;
    let (first, _) = world.fetch().await.unwrap();
    let forced = world.client.fetch_token("app", "user").force_refresh().await.unwrap();
    assert_ne!(forced.access_token.expose(), first);
    assert_eq!(world.fetch().await.unwrap(), (forced.access_token.expose().to_owned(), Source::Cache));
    world.client.fetch_token("app", "user").force_refresh().await.unwrap();
    assert_eq!(world.requests(), 3);

    // One beside another is one request, and so is a plain one beside it; one beside a plain one is its own.
    fail(&world.emulator, Fault::hold());
    world.client.cache().unwrap().clear();
    let fetch = |forced: bool| {
        let client = world.client.clone();
        tokio::spawn(async move {
            let fetch = client.fetch_token("app", "user");
            if forced { fetch.force_refresh().await } else { fetch.await }
        })
    };
    let mut fetches = vec![fetch(false)];
    world.emulator.wait_for_held(1).await;
    fetches.push(fetch(true));
    world.emulator.wait_for_held(2).await;
    for forced in [true, false, true, false] {
        fetches.push(fetch(forced));
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
async fn the_refresh_token_is_never_cached_and_by_token_calls_never_are() {
    let world = World::new().await;
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
async fn a_hundred_rejections_are_one_fetch() {
    let world = World::new().await;
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
    // The one before, the one that brought the same token, and the forced one.
    assert_eq!(world.requests(), 3);
    assert_eq!(world.emulator.counters().double_refreshes_refused, 0);
}

#[tokio::test]
async fn a_429_keeps_the_service_from_being_asked_until_it_may_be() {
    let world = World::new().await;
    world.fetch().await.unwrap();
    fail(&world.emulator, Fault::answer(429).header("Retry-After", "60").once());
    let limited = world.client.fetch_token("app", "stranger").await.unwrap_err();
    assert_eq!(
        (limited.kind(), limited.retry_after()),
        (ErrorKind::RateLimited, Some(Duration::from_mins(1)))
    );
    world.advance(30);
    for forced in [false, true] {
        let fetch = world.client.fetch_token("app", "another");
        let gated = if forced { fetch.force_refresh().await } else { fetch.await }.unwrap_err();
        assert_eq!(gated.kind(), ErrorKind::RateLimited);
        let left = gated.retry_after().unwrap().as_secs();
        assert!((29..=37).contains(&left), "{gated}");
        let told = format!(
            "this call was not sent: the service asked for a pause after an earlier one, and {left} s of it are left"
        );
        assert_eq!(gated.answer().unwrap().error_description(), told);
        assert!(gated.to_string().contains(&told), "{gated}");
    }
    assert_eq!((world.source().await, world.requests()), (Source::Cache, 2));
    world.advance(37);
    assert_eq!(
        world.client.fetch_token("app", "another").await.unwrap_err().kind(),
        ErrorKind::TokenNotFound
    );
}

#[tokio::test]
async fn while_the_service_fails_a_good_token_is_given_out_and_a_refused_key_ends_that() {
    let options = CacheOptions::default().stale_if_error(Duration::from_mins(10));
    let world = World::with(options).await;
    let (first, _) = world.fetch().await.unwrap();
    world.advance(901);
    fail(&world.emulator, Fault::answer(500).times(1));
    assert_eq!(world.fetch().await.unwrap(), (first, Source::Stale));
    // Within the pause after it nobody asks.
    assert_eq!((world.source().await, world.requests(), world.stats().stale_served), (Source::Stale, 2, 2));
    world.advance(60);
    fail(&world.emulator, Fault::answer(403).times(1));
    assert_eq!(world.fetch().await.unwrap_err(), ErrorKind::Http);
    assert_eq!(world.stats().entries, 0);
    assert_eq!(world.source().await, Source::Network, "an error is shared with nobody later");
}

#[tokio::test]
async fn a_clock_that_is_set_or_a_machine_that_sleeps_gives_no_expired_token_and_no_storm() {
    for step in [3_600_000, -3_600_000] {
        let world = World::new().await;
        world.fetch().await.unwrap();
        world.clock.step_wall(step);
        for _ in 0..5 {
            world.fetch().await.unwrap();
        }
        assert!(world.requests() <= 2, "{step}: {}", world.requests());
        // The service's date says what ours does not: the new token lives as long as it lives.
        world.advance(299);
        world.fetch().await.unwrap();
        world.advance(3_600);
        let (token, source) = world.fetch().await.unwrap();
        assert!(world.emulator.accepts("app", &token), "{step}: {source:?}");
        assert!(matches!(source, Source::Network | Source::Joined), "{step}: {source:?}");
    }
}
