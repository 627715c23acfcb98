//! The body of a response, as the server sends it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

/// A body that is sent whole or one byte at a time, and that can lack an end.
pub(super) struct PacedBody {
    rest: Bytes,
    pace: Option<Pace>,
    ends: bool,
}

struct Pace {
    interval: Duration,
    pause: Pin<Box<Sleep>>,
}

impl PacedBody {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { rest: bytes, pace: None, ends: true }
    }

    pub(super) fn dripping(bytes: Bytes, interval: Duration) -> Self {
        let pace = Pace { interval, pause: Box::pin(tokio::time::sleep(interval)) };
        Self { rest: bytes, pace: Some(pace), ends: true }
    }

    pub(super) fn without_end(bytes: Bytes) -> Self {
        Self { rest: bytes, pace: None, ends: false }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return if self.ends { Poll::Ready(None) } else { Poll::Pending };
        }
        let Some(pace) = self.pace.as_mut() else {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        };
        ready!(pace.pause.as_mut().poll(context));
        pace.pause = Box::pin(tokio::time::sleep(pace.interval));
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(1)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.ends
    }

    fn size_hint(&self) -> SizeHint {
        if self.ends {
            SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
        } else {
            SizeHint::default()
        }
    }
}
