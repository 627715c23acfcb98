//! An upstream without HTTP, for tests of the cache.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::cache::clock::CacheClock;
use crate::cache::lookup::CacheLookup;
use crate::error::{Error, ErrorBody, ErrorKind, ErrorResponse};
use crate::http::{Performing, Upstream, UpstreamRequest};
use crate::response::{Content, ResponseShape};
use crate::secret::{Headers, WipedBuffer};

/// A service whose users have tokens, and which fails or hangs on demand.
pub(crate) struct FakeUpstream {
    clock: CacheClock,
    /// The expiry of each user's token, in milliseconds since 1970.
    tokens: Mutex<HashMap<String, i64>>,
    behavior: watch::Sender<Behavior>,
    requests: AtomicUsize,
    /// The free connections. A request waits for one before its first attempt.
    connections: Semaphore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    Normal,
    /// Responds with this status.
    Fail(u16),
    /// Does not respond until the behavior changes.
    Hang,
}

impl FakeUpstream {
    pub(crate) fn new(clock: &CacheClock, connections: usize) -> Arc<Self> {
        Arc::new(Self {
            clock: clock.clone(),
            tokens: Mutex::default(),
            behavior: watch::Sender::new(Behavior::Normal),
            requests: AtomicUsize::new(0),
            connections: Semaphore::new(connections),
        })
    }

    /// Gives the user a token with this lifetime, from now on.
    pub(crate) fn connect(&self, user_id: &str, lifetime: Duration) {
        let expiry = self.clock.now().wall + i64::try_from(lifetime.as_millis()).unwrap();
        self.tokens().insert(user_id.to_owned(), expiry);
    }

    pub(crate) fn behave(&self, behavior: Behavior) {
        self.behavior.send_replace(behavior);
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Lets other tasks run until the service has received this many requests.
    pub(crate) async fn wait_for_requests(&self, count: usize) {
        while self.requests() < count {
            tokio::task::yield_now().await;
        }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn respond(&self, request: UpstreamRequest<'_>) -> Result<Arc<Content>, Error> {
        let _connection = self.connections.acquire().await.unwrap();
        (request.before_attempt)(1)?;
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut behavior = self.behavior.subscribe();
        let behavior = *behavior.wait_for(|behavior| *behavior != Behavior::Hang).await.unwrap();
        if let Behavior::Fail(status) = behavior {
            return Err(failure(status));
        }
        let lookup = CacheLookup::read(request.operation, &request.arguments).unwrap();
        let expiry = self.tokens().get(lookup.user_id).copied().ok_or_else(|| failure(404))?;
        let user_id = lookup.user_id;
        let body = format!(
            r#"{{"token":{{"id":"{user_id}","accessToken":"made-up-{user_id}","accessTokenExpiry":{expiry}}}}}"#
        );
        let body = WipedBuffer::from(body.as_bytes());
        Content::new(ResponseShape::Token, 200, Headers::default(), body).map(Arc::new)
    }
}

impl Upstream for FakeUpstream {
    fn perform<'call>(&'call self, request: UpstreamRequest<'call>) -> Performing<'call> {
        Box::pin(self.respond(request))
    }
}

fn failure(status: u16) -> Error {
    let kind = match status {
        404 => ErrorKind::TokenNotFound,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::Http,
    };
    let (headers, body, fields) = (Headers::default(), String::new(), ErrorBody::default());
    Error::from_response(kind, ErrorResponse { status, headers, body, fields, retry_after: None })
}
