//! One deadline bounds the whole call.

use std::time::{Duration, Instant};

use crate::emulated::{builder, client, emulator, fail};
use descope_outbound::{ErrorKind, LicenseHandshake};
use descope_outbound_emulator::Fault;

const TIMEOUT: Duration = Duration::from_millis(300);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(2);

#[tokio::test]
async fn neither_silence_nor_a_trickle_outlasts_it() {
    for fault in [Fault::hang(), Fault::drip(Duration::from_millis(50))] {
        let emulator = emulator().await;
        fail(&emulator, fault);
        let client = client(&emulator);
        let start = Instant::now();
        let error = client.fetch_token("app", "user").timeout(TIMEOUT).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        assert!((TIMEOUT..TIMEOUT + SLACK).contains(&start.elapsed()), "{:?}", start.elapsed());
        assert_eq!(error.to_string(), "no answer within 0.3 s; the request may have taken effect");
    }
}

#[tokio::test]
async fn the_clients_own_holds_where_the_call_has_none() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang());
    let client = builder(&emulator).timeout(TIMEOUT).build().unwrap();
    assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn a_wait_that_would_pass_it_is_not_begun() {
    let emulator = emulator().await;
    fail(&emulator, Fault::answer(503).header("Retry-After", "60"));
    let start = Instant::now();
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(503)));
    assert_eq!(emulator.counters().requests, 1);
    assert!(start.elapsed() < SLACK);
}

#[tokio::test]
async fn half_of_it_is_the_calls_own_however_long_the_licence_takes() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang().path("/v1/mgmt/license"));
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    client.fetch_token("app", "user").timeout(Duration::from_secs(2)).await.unwrap();
}

#[tokio::test]
async fn it_bounds_the_wait_for_the_licence_too() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang());
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    let error = client.fetch_token("app", "user").timeout(TIMEOUT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn what_failed_before_is_told() {
    let emulator = emulator().await;
    let client = client(&emulator);
    // Set up beforehand, so that the time is spent on the two attempts alone.
    client.fetch_token("app", "user").await.unwrap();
    fail(&emulator, Fault::answer(503).once());
    fail(&emulator, Fault::hang());
    let error = client.fetch_token("app", "user").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert!(
        error.to_string().contains("attempt 2 was under way, the one before failed: HTTP 503"),
        "{error}"
    );
}

#[tokio::test]
async fn no_time_at_all_is_refused() {
    let emulator = emulator().await;
    let error = client(&emulator).fetch_token("app", "user").timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(builder(&emulator).timeout(Duration::ZERO).build().is_err());
}
