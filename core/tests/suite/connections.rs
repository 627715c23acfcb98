//! How the client uses, loses and closes connections.

use std::time::Duration;

use crate::emulated::{builder, client, emulator, emulator_with, fail};
use descope_outbound::{Error, ErrorKind};
use descope_outbound_emulator::{Fault, Options, ResponseDelivery};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn sequential_calls_share_one_connection() {
    let emulator = emulator().await;
    let client = client(&emulator);
    for _ in 0..20 {
        client.fetch_token("app", "user").await.unwrap();
    }
    assert_eq!(emulator.counters().connections, 1);
}

/// Concurrent callers that each make sequential calls.
async fn connections_of(callers: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let emulator = emulator().await;
    let client = client(&emulator);
    let callers = (0..callers).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..4 {
                client.fetch_token("app", "user").await?;
            }
            Ok::<_, Error>(())
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await??;
    }
    Ok(emulator.counters().connections)
}

#[tokio::test]
async fn concurrent_callers_open_about_one_connection_each() {
    for callers in [2, 32] {
        let connections = connections_of(callers).await.unwrap();
        // A caller that waits for a new connection may get another caller's connection first.
        assert!(connections <= callers + callers / 8, "{connections} for {callers}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_callers_on_several_threads_open_about_one_connection_each() {
    let connections = connections_of(32).await.unwrap();
    assert!(connections <= 32 + 32 / 8, "{connections} for 32");
}

#[tokio::test]
async fn more_than_a_hundred_concurrent_callers_wait_for_a_permit() {
    let connections = connections_of(300).await.unwrap();
    // A caller that gets another caller's connection leaves its own to the next caller.
    assert!(connections <= 200, "{connections} for 300");
}

#[tokio::test]
async fn a_call_without_a_permit_reports_that_nothing_was_sent() {
    let emulator = emulator().await;
    fail(&emulator, Fault::hang().path("/v1/mgmt/outbound/*"));
    let client = client(&emulator);
    let hanging: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.fetch_token("app", "user").await })
        })
        .collect();
    while emulator.counters().requests < 100 {
        tokio::task::yield_now().await;
    }
    let error = client.fetch_token("app", "user").timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.was_never_sent()), (ErrorKind::DeadlineExceeded, true));
    let expected = "this call was not sent within 0.05 s: 100 other requests were in flight; send fewer calls at a time, or raise the \
                    timeout";
    assert_eq!(error.to_string(), expected);
    // An aborted call releases its permit to the next call.
    emulator.clear_faults();
    hanging[0].abort();
    client.fetch_token("app", "user").await.unwrap();
    assert_eq!(emulator.counters().requests, 101);
    hanging.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn the_client_opens_no_connection_before_the_first_call() {
    let emulator = emulator().await;
    let _client = client(&emulator);
    tokio::task::yield_now().await;
    assert_eq!(emulator.counters().connections, 0);
}

#[tokio::test]
async fn a_call_is_retried_when_its_connection_breaks_before_the_response() {
    for fault in [Fault::close(), Fault::reset(), Fault::cut(), Fault::reset_in_body()] {
        let emulator = emulator().await;
        fail(&emulator, fault.times(2));
        client(&emulator).fetch_token("app", "user").await.unwrap();
        assert_eq!(emulator.counters().requests, 3);
    }
}

#[tokio::test]
async fn a_call_fails_after_four_broken_connections() {
    let emulator = emulator().await;
    fail(&emulator, Fault::close());
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert_eq!(emulator.counters().requests, 4);
    assert!(error.to_string().contains("was lost"), "{error}");
}

#[tokio::test]
async fn a_force_refresh_is_not_retried_after_a_lost_response() {
    let emulator = emulator().await;
    let client = client(&emulator);
    client.fetch_token("app", "user").await.unwrap();
    fail(&emulator, Fault::reset().after_commit().path("/v1/*"));
    let error = client.fetch_token("app", "user").force_refresh().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert_eq!(emulator.counters().requests, 2);
    assert_eq!(emulator.counters().refreshes, 1);
}

#[tokio::test]
async fn a_delete_succeeds_when_the_retry_after_a_lost_response_gets_a_404() {
    let missing_delete = descope_outbound_emulator::MissingDelete::NotFound;
    let emulator = emulator_with(Options { missing_delete, ..Options::default() }).await;
    let client = client(&emulator);
    fail(&emulator, Fault::reset().after_commit().once());
    client.delete_token("token-1").await.unwrap();
    assert_eq!(emulator.counters().requests, 2);
    let error = client.delete_token("token-1").await.unwrap_err();
    assert_eq!(error.status(), Some(404), "a 404 on the first attempt is an error");
}

#[tokio::test]
async fn an_error_with_a_truncated_body_keeps_its_status() {
    let emulator = emulator().await;
    let client = client(&emulator);
    let cut =
        |status: u16| Fault { delivery: ResponseDelivery::Cut, ..Fault::response(status).body("0123456789") };
    fail(&emulator, cut(429).header("Retry-After", "7"));
    let error = client.fetch_token("app", "user").await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(7))));
    emulator.clear_faults();
    fail(&emulator, cut(404));
    assert_eq!(client.delete_token("no such token").await.unwrap_err().status(), Some(404));
    assert_eq!(emulator.counters().requests, 2, "neither request is retried");
}

#[tokio::test]
async fn a_refused_connection_is_reported_without_the_path() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let emulator = emulator().await;
    let client = builder(&emulator).base_url(format!("http://{address}")).build().unwrap();
    let error = client.delete_token("user-id-in-the-url").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && !text.contains("user-id-in-the-url"), "{text}");
}

#[tokio::test]
async fn a_response_that_is_not_http_is_not_retried() {
    let emulator = emulator().await;
    fail(&emulator, Fault::garbage());
    let error = client(&emulator).fetch_token("app", "user").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(emulator.counters().requests, 1);
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let emulator = emulator().await;
    let client =
        builder(&emulator).base_url(format!("http://{}", listener.local_addr().unwrap())).build().unwrap();
    let call = tokio::spawn(async move { client.fetch_token("app", "user").await });
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut buffer = [0; 16];
    connection.read_exact(&mut buffer).await.unwrap();
    call.abort();
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), connection.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "the connection is still open");
}
