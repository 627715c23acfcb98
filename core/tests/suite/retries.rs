//! Which requests the client retries, and which it does not.

use std::time::Duration;

use crate::emulated::{client, emulator, fail};
use descope_outbound::ErrorKind;
use descope_outbound_emulator::Fault;

#[tokio::test]
async fn the_client_retries_the_statuses_of_an_overloaded_edge() {
    for status in [503, 520, 521, 522, 524, 530] {
        let emulator = emulator().await;
        fail(&emulator, Fault::response(status).once());
        client(&emulator).fetch_token("app", "user").await.unwrap();
        assert_eq!(emulator.counters().requests, 2, "{status}");
    }
}

#[tokio::test]
async fn the_client_does_not_retry_other_statuses() {
    for status in
        [300, 301, 302, 307, 308, 400, 401, 403, 404, 408, 418, 425, 429, 500, 501, 502, 504, 529, 599]
    {
        let emulator = emulator().await;
        fail(&emulator, Fault::response(status).header("Location", "/elsewhere"));
        let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(emulator.counters().requests, 1, "{status}");
    }
}

#[tokio::test]
async fn the_client_makes_at_most_four_attempts() {
    let emulator = emulator().await;
    fail(&emulator, Fault::response(503));
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(emulator.counters().requests, 4);
}

#[tokio::test]
async fn a_force_refresh_is_retried_only_if_the_service_has_not_started_it() {
    for (status, requests) in [(503, 2), (520, 1)] {
        let emulator = emulator().await;
        fail(&emulator, Fault::response(status).once());
        let _ = client(&emulator).fetch_token("app", "user").force_refresh().await;
        assert_eq!(emulator.counters().requests, requests, "{status}");
    }
}

#[tokio::test]
async fn the_retry_budget_limits_retries_during_an_outage() {
    let emulator = emulator().await;
    fail(&emulator, Fault::response(503));
    let client = client(&emulator);
    for _ in 0..100 {
        client.fetch_token("app", "user").await.unwrap_err();
    }
    // 100 first attempts, and the 100 retries that the budget allows.
    assert_eq!(emulator.counters().requests, 200);
}

#[tokio::test]
async fn error_responses_refill_the_retry_budget() {
    let emulator = emulator().await;
    let client = client(&emulator);
    fail(&emulator, Fault::response(503).app("app"));
    for _ in 0..40 {
        client.fetch_token("app", "user").await.unwrap_err();
    }
    for _ in 0..42 {
        client.fetch_token("other", "unknown-user").await.unwrap_err();
    }
    let before = emulator.counters().requests;
    client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!(emulator.counters().requests - before, 4);
}

#[tokio::test]
async fn a_rate_limit_reports_the_time_to_wait() {
    let emulator = emulator().await;
    let in_nine_seconds = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(9));
    for (value, low, high) in [("7", 7, 7), (in_nine_seconds.as_str(), 7, 9), ("-5", 0, 0)] {
        fail(&emulator, Fault::response(429).header("Retry-After", value).once());
        let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        let seconds = error.retry_after().unwrap().as_secs();
        assert!((low..=high).contains(&seconds), "{value}: {seconds}");
    }
    fail(&emulator, Fault::response(429).once());
    assert_eq!(client(&emulator).fetch_token("app", "user").await.unwrap_err().retry_after(), None);
}

#[tokio::test]
async fn only_the_services_error_code_means_that_a_token_is_missing() {
    let emulator = emulator().await;
    let client = client(&emulator);
    for body in ["", "<html>not found</html>", r#"{"errorCode":"E011006"}"#, r#"["E111504"]"#] {
        fail(&emulator, Fault::response(404).body(body).once());
        assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::Http, "{body}");
    }
    fail(&emulator, Fault::response(404).body(r#"{"errorCode":"E111504"}"#).times(2));
    assert_eq!(client.fetch_token("app", "user").await.unwrap_err().kind(), ErrorKind::TokenNotFound);
    assert_eq!(client.delete_token("token-1").await.unwrap_err().kind(), ErrorKind::Http);
}
