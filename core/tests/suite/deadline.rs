//! One deadline bounds the whole call.

use std::time::{Duration, Instant};

use crate::emulated::{builder, client, emulator, fail};
use descope_outbound::{ErrorKind, LicenseHandshake};
use descope_outbound_emulator::Fault;

const TIMEOUT: Duration = Duration::from_millis(300);
/// The delay that a busy machine may add.
const SLACK: Duration = Duration::from_secs(2);

#[tokio::test]
async fn neither_a_hang_nor_a_slow_body_outlasts_the_deadline() {
    for fault in [Fault::hang(), Fault::drip(Duration::from_millis(50))] {
        let emulator = emulator().await;
        fail(&emulator, fault);
        let client = client(&emulator);
        let start = Instant::now();
        let error = client.fetch_token("app", "user").timeout(TIMEOUT).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        assert!((TIMEOUT..TIMEOUT + SLACK).contains(&start.elapsed()), "{:?}", start.elapsed());
        assert_eq!(error.to_string(), "no response within 0.3 s; try again later, or raise the timeout");
    }
}

#[tokio::test]
async fn only_a_call_that_is_not_idempotent_may_have_taken_effect() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang());
    let client = client(&emulator);
    let fetch = || client.fetch_token("app", "user").timeout(TIMEOUT);
    let text = fetch().await.unwrap_err().to_string();
    assert!(!text.contains("may have taken effect"), "{text}");
    let text = fetch().force_refresh().await.unwrap_err().to_string();
    assert!(text.contains("the request may have taken effect: check before you repeat it"), "{text}");
}

#[tokio::test]
async fn the_clients_timeout_applies_to_calls_without_their_own() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang());
    let client = builder(&emulator).timeout(TIMEOUT).build().unwrap();
    assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn the_client_does_not_start_a_pause_that_exceeds_the_deadline() {
    let emulator = emulator().await;
    fail(&emulator, Fault::response(503).header("Retry-After", "60"));
    let start = Instant::now();
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(503)));
    assert_eq!(emulator.counters().requests, 1);
    assert!(start.elapsed() < SLACK);
}

#[tokio::test]
async fn the_license_handshake_uses_at_most_half_of_the_deadline() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang().path("/v1/mgmt/license"));
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    client.fetch_token("app", "user").timeout(Duration::from_secs(2)).await.unwrap();
}

#[tokio::test]
async fn the_deadline_bounds_the_wait_for_the_license() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang());
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    let error = client.fetch_token("app", "user").timeout(TIMEOUT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn the_error_names_the_failure_of_the_attempt_before() {
    let emulator = emulator().await;
    let client = client(&emulator);
    // Connect first, so that the deadline covers only the two attempts.
    client.fetch_token("app", "user").await.unwrap();
    fail(&emulator, Fault::response(503).once());
    fail(&emulator, Fault::hang());
    let error = client.fetch_token("app", "user").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert!(
        error.to_string().contains("attempt 2 was in flight; the previous attempt failed: HTTP 503"),
        "{error}"
    );
}

#[tokio::test]
async fn the_client_rejects_a_timeout_of_zero() {
    let emulator = emulator().await;
    let error = client(&emulator).fetch_token("app", "user").timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(builder(&emulator).timeout(Duration::ZERO).build().is_err());
}
