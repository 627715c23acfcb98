//! The license handshake, which never delays, fails or retries a call.

use std::time::{Duration, Instant};

use crate::emulated::{builder, emulator, fail};
use descope_outbound::LicenseHandshake;
use descope_outbound_emulator::{Emulator, Fault};

const LICENSE: &str = "/v1/mgmt/license";
const FETCH: &str = "/v1/mgmt/outbound/app/user/token/latest";

/// The tier of each fetch in the journal.
fn tiers(emulator: &Emulator) -> Vec<Option<String>> {
    let journal = emulator.journal();
    let fetches = journal.iter().filter(|entry| entry.path == FETCH);
    fetches.map(|entry| Some(entry.headers.get("x-descope-license")?.as_str()?.to_owned())).collect()
}

fn handshakes(emulator: &Emulator) -> usize {
    emulator.journal().iter().filter(|entry| entry.path == LICENSE).count()
}

#[tokio::test]
async fn a_handshake_beside_the_first_call_does_not_delay_it_and_later_calls_carry_the_tier() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hold().path(LICENSE));
    let client = builder(&emulator).license_handshake(LicenseHandshake::Beside).build().unwrap();
    client.fetch_token("app", "user").await.unwrap();
    client.fetch_token("app", "user").await.unwrap();
    emulator.wait_for_held(1).await;
    emulator.release();
    client.open().await.unwrap();
    client.fetch_token("app", "user").await.unwrap();
    assert_eq!(tiers(&emulator), [None, None, Some("tier3".to_owned())]);
    assert_eq!(handshakes(&emulator), 1);
}

#[tokio::test]
async fn a_client_that_waits_for_the_handshake_sends_the_tier_with_its_first_call() {
    let emulator = emulator().await;
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    client.fetch_token("app", "user").await.unwrap();
    assert_eq!(tiers(&emulator), [Some("tier3".to_owned())]);
}

#[tokio::test]
async fn a_client_with_the_handshake_off_never_asks_for_the_tier() {
    let emulator = emulator().await;
    let client = builder(&emulator).license_handshake(LicenseHandshake::Off).build().unwrap();
    client.open().await.unwrap();
    client.fetch_token("app", "user").await.unwrap();
    assert_eq!((tiers(&emulator), handshakes(&emulator)), (vec![None], 0));
}

#[tokio::test]
async fn a_failed_handshake_fails_no_call_and_is_not_retried() {
    for fault in [Fault::response(500), Fault::response(200).body("<html>"), Fault::close(), Fault::garbage()]
    {
        let emulator = emulator().await;
        fail(&emulator, fault.path(LICENSE));
        let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
        client.fetch_token("app", "user").await.unwrap();
        client.fetch_token("app", "user").await.unwrap();
        assert_eq!((tiers(&emulator), handshakes(&emulator)), (vec![None, None], 1));
    }
}

#[tokio::test]
async fn a_call_waits_at_most_five_seconds_for_the_handshake() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang().path(LICENSE));
    let client = builder(&emulator).license_handshake(LicenseHandshake::Wait).build().unwrap();
    let start = Instant::now();
    client.fetch_token("app", "user").await.unwrap();
    assert!(
        (Duration::from_secs(5)..Duration::from_secs(9)).contains(&start.elapsed()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn calls_with_short_deadlines_go_without_the_tier_and_share_one_handshake() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang().path(LICENSE));
    let client = builder(&emulator)
        .license_handshake(LicenseHandshake::Wait)
        .timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    for _ in 0..3 {
        client.fetch_token("app", "user").await.unwrap();
    }
    assert_eq!((tiers(&emulator), handshakes(&emulator)), (vec![None, None, None], 1));
}
