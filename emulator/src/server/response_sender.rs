//! Sends a response to the client, in the way that a fault chooses.

use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use hyper::{Response, Version};
use tokio::sync::mpsc;

use super::connection_takeover::{ConnectionTakeover, announced_length};
use super::paced_body::PacedBody;
use crate::faults::{Ending, ResponseDelivery};
use crate::http::BufferedResponse;

/// The connection of a request.
#[derive(Clone)]
pub(super) struct ConnectionHandle {
    pub(super) number: u64,
    /// Takes the connection away from the HTTP server.
    pub(super) takeovers: mpsc::Sender<ConnectionTakeover>,
}

pub(super) async fn deliver(
    response: BufferedResponse,
    delivery: ResponseDelivery,
    version: Version,
    takeovers: &mpsc::Sender<ConnectionTakeover>,
) -> Response<PacedBody> {
    let over_http2 = version == Version::HTTP_2;
    let takeover = match delivery {
        ResponseDelivery::Whole | ResponseDelivery::Hold => return whole(response),
        ResponseDelivery::Hang => return pending().await,
        ResponseDelivery::Reset => ConnectionTakeover::silent(Ending::Reset),
        ResponseDelivery::Close => ConnectionTakeover::silent(Ending::Close),
        ResponseDelivery::Garbage => ConnectionTakeover::garbage(),
        ResponseDelivery::Drip { every_ms } => {
            let interval = Duration::from_millis(every_ms);
            if over_http2 {
                let body = PacedBody::dripping(response.body.clone(), interval);
                return with_body(response, body);
            }
            ConnectionTakeover::drip(&response, interval)
        }
        ResponseDelivery::Cut if over_http2 => {
            let half = PacedBody::whole(half_body(&response));
            return with_body(with_announced_length(response), half);
        }
        ResponseDelivery::ResetInBody if over_http2 => {
            let half = PacedBody::without_end(half_body(&response));
            let takeovers = takeovers.clone();
            tokio::spawn(async move {
                // Another task sends the frames; give it time before the reset.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let _ = takeovers.send(ConnectionTakeover::silent(Ending::Reset)).await;
            });
            return with_body(with_announced_length(response), half);
        }
        ResponseDelivery::Cut => ConnectionTakeover::partial(&response, Ending::Close),
        ResponseDelivery::ResetInBody => ConnectionTakeover::partial(&response, Ending::Reset),
    };
    take_over(takeovers, takeover).await
}

/// Takes the connection over and never returns a response.
pub(super) async fn take_over(
    takeovers: &mpsc::Sender<ConnectionTakeover>,
    takeover: ConnectionTakeover,
) -> Response<PacedBody> {
    // This fails only if the connection is already closed. Then the server drops this future.
    let _ = takeovers.send(takeover).await;
    pending().await
}

pub(super) fn whole(response: BufferedResponse) -> Response<PacedBody> {
    let body = PacedBody::whole(response.body.clone());
    with_body(response, body)
}

fn half_body(response: &BufferedResponse) -> Bytes {
    response.body.slice(..response.body.len() / 2)
}

fn with_announced_length(response: BufferedResponse) -> BufferedResponse {
    let length = HeaderValue::from(announced_length(&response));
    response.with(CONTENT_LENGTH, length)
}

fn with_body(buffered: BufferedResponse, body: PacedBody) -> Response<PacedBody> {
    let mut response = Response::new(body);
    *response.status_mut() = buffered.status;
    *response.headers_mut() = buffered.headers;
    response
}
