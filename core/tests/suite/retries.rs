//! What is sent again, and what is not.

use std::time::Duration;

use crate::emulated::{client, emulator, fail};
use descope_outbound::ErrorKind;
use descope_outbound_emulator::Fault;

#[tokio::test]
async fn the_statuses_of_an_overloaded_edge_are_asked_again() {
    for status in [503, 520, 521, 522, 524, 530] {
        let emulator = emulator().await;
        fail(&emulator, Fault::answer(status).once());
        client(&emulator).fetch_token("app", "user").await.unwrap();
        assert_eq!(emulator.counters().requests, 2, "{status}");
    }
}

#[tokio::test]
async fn every_other_status_surfaces_at_once() {
    for status in
        [300, 301, 302, 307, 308, 400, 401, 403, 404, 408, 418, 425, 429, 500, 501, 502, 504, 529, 599]
    {
        let emulator = emulator().await;
        fail(&emulator, Fault::answer(status).header("Location", "/elsewhere"));
        let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(emulator.counters().requests, 1, "{status}");
    }
}

#[tokio::test]
async fn four_attempts_are_the_most() {
    let emulator = emulator().await;
    fail(&emulator, Fault::answer(503));
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(emulator.counters().requests, 4);
}

#[tokio::test]
async fn a_forced_refresh_is_sent_again_only_where_it_cannot_have_begun() {
    for (status, requests) in [(503, 2), (520, 1)] {
        let emulator = emulator().await;
        fail(&emulator, Fault::answer(status).once());
        let _ = client(&emulator).fetch_token("app", "user").force_refresh().await;
        assert_eq!(emulator.counters().requests, requests, "{status}");
    }
}

#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let emulator = emulator().await;
    fail(&emulator, Fault::answer(503));
    let client = client(&emulator);
    for _ in 0..100 {
        client.fetch_token("app", "user").await.unwrap_err();
    }
    // 100 first attempts, and the 100 repetitions that the budget pays for.
    assert_eq!(emulator.counters().requests, 200);
}

#[tokio::test]
async fn a_service_that_says_no_is_up_and_earns_repetitions_back() {
    let emulator = emulator().await;
    let client = client(&emulator);
    fail(&emulator, Fault::answer(503).app("app"));
    for _ in 0..40 {
        client.fetch_token("app", "user").await.unwrap_err();
    }
    for _ in 0..42 {
        client.fetch_token("other", "nobody").await.unwrap_err();
    }
    let before = emulator.counters().requests;
    client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(emulator.counters().requests - before, 4);
}

#[tokio::test]
async fn a_rate_limit_is_told_with_the_time_to_wait() {
    let emulator = emulator().await;
    let in_nine_seconds = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(9));
    for (value, low, high) in [("7", 7, 7), (in_nine_seconds.as_str(), 7, 9), ("-5", 0, 0)] {
        fail(&emulator, Fault::answer(429).header("Retry-After", value).once());
        let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        let seconds = error.retry_after().unwrap().as_secs();
        assert!((low..=high).contains(&seconds), "{value}: {seconds}");
    }
    fail(&emulator, Fault::answer(429).once());
    assert_eq!(client(&emulator).fetch_token("app", "user").await.unwrap_err().retry_after(), None);
}

#[tokio::test]
async fn only_the_services_own_word_says_that_a_token_is_not_there() {
    let emulator = emulator().await;
    let client = client(&emulator);
    for body in ["", "<html>not found</html>", r#"{"errorCode":"E011006"}"#, r#"["E111504"]"#] {
        fail(&emulator, Fault::answer(404).body(body).once());
        assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::Http, "{body}");
    }
    fail(&emulator, Fault::answer(404).body(r#"{"errorCode":"E111504"}"#).times(2));
    assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::TokenNotFound);
    assert_eq!(client.delete_token("token-1").await.unwrap_err().kind(), ErrorKind::Http);
}
