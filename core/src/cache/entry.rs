//! A cached token.

use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use crate::cache::clock::Moment;
use crate::cache::freshness::{EntryState, Freshness, FreshnessWindow};
use crate::model::Token;
use crate::response::Content;

/// A token with its response. The token is wiped when the last reference is dropped.
///
/// The order is fixed: the fields that every hit reads come first, next to the reference count.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) window: FreshnessWindow,
    not_before: AtomicI64,
    is_rejected: AtomicBool,
    failures: AtomicU32,
    pub(crate) content: Arc<Content>,
    /// The token in the content, parsed once for all hits.
    pub(crate) token: Token,
    /// When a refresh was last forced because this token, or one before it, was rejected.
    last_forced: AtomicI64,
    /// The hashes of the entry's [`InvalidationTag`](crate::cache::invalidation::InvalidationTag)s.
    pub(crate) tags: Box<[u64]>,
}

// A hit reads these fields. They are adjacent, next to the counts of the `Arc`.
const _: () = assert!(offset_of!(Entry, window) == 0);
const _: () = assert!(offset_of!(Entry, not_before) == size_of::<FreshnessWindow>());
const _: () = assert!(offset_of!(Entry, is_rejected) == offset_of!(Entry, not_before) + size_of::<i64>());
const _: () = assert!(offset_of!(Entry, content) == offset_of!(Entry, is_rejected) + size_of::<u64>());

impl Entry {
    pub(crate) fn new(
        content: Arc<Content>,
        token: Token,
        window: FreshnessWindow,
        tags: Box<[u64]>,
    ) -> Self {
        Self {
            content,
            token,
            window,
            not_before: AtomicI64::new(i64::MIN),
            failures: AtomicU32::new(0),
            is_rejected: AtomicBool::new(false),
            last_forced: AtomicI64::new(i64::MIN / 2),
            tags,
        }
    }

    pub(crate) fn state(&self) -> EntryState {
        EntryState {
            not_before: self.not_before.load(Ordering::Relaxed),
            is_rejected: self.is_rejected.load(Ordering::Acquire),
        }
    }

    /// Atomically claims the refresh: returns true for one caller and blocks the others until `until`.
    pub(crate) fn claim(&self, now: i64, until: i64) -> bool {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        let take = |not_before| (not_before <= now).then_some(until);
        self.not_before.fetch_update(order, failure, take).is_ok()
    }

    /// Returns a claim that lasted until `claimed`: from `moment` on, another caller may claim the refresh.
    pub(crate) fn return_claim(&self, claimed: i64, moment: i64) {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        // Any other time was set later, and stays.
        let _ = self.not_before.compare_exchange(claimed, moment, order, failure);
    }

    /// Blocks refreshes until this time.
    pub(crate) fn block_refresh_until(&self, moment: i64) {
        self.not_before.store(moment, Ordering::Relaxed);
    }

    /// Counts one more failure in a row, and returns the count.
    pub(crate) fn count_failure(&self) -> u32 {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn reject(&self) {
        self.is_rejected.store(true, Ordering::Release);
    }

    pub(crate) fn is_rejected(&self) -> bool {
        self.is_rejected.load(Ordering::Acquire)
    }

    /// Whether the cache may serve the token if it cannot get a better one.
    pub(crate) fn is_usable(&self, now: Moment) -> bool {
        self.window.freshness(now) != Freshness::Expired && !self.is_rejected()
    }

    /// Claims a forced refresh. Returns true at most once in each `pause`.
    pub(crate) fn may_force(&self, now: i64, pause: i64) -> bool {
        let last = self.last_forced.load(Ordering::Relaxed);
        now - last >= pause
            && self.last_forced.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Copies the time of the last forced refresh from the replaced entry. Otherwise a third party that rejects every
    /// token would cause one forced refresh after another.
    pub(crate) fn inherit_forced(&self, replaced: &Self) {
        self.last_forced.store(replaced.last_forced.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The estimated size: the response, the parsed token, the object that another language attaches for the next hit,
    /// and an overhead.
    pub(crate) fn bytes(&self) -> u64 {
        const OVERHEAD: usize = 2_048;
        let bytes = 3 * self.content.json().len() + self.content.headers().lines().len() + OVERHEAD;
        bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::freshness::FreshnessPolicy;
    use crate::cache::options::CacheOptions;
    use crate::response::ResponseShape;
    use crate::secret::{Headers, WipedBuffer};

    impl Entry {
        /// An entry that arrived at time zero, with an unknown expiry.
        pub(crate) fn made_up(access_token: &str, tags: Box<[u64]>) -> Self {
            let body = format!(r#"{{"token":{{"accessToken":"{access_token}"}}}}"#);
            let body = WipedBuffer::from(body.as_bytes());
            let content = Content::new(ResponseShape::Token, 200, Headers::default(), body).unwrap();
            let token = Token::read(&content).unwrap();
            let policy = FreshnessPolicy::new(&CacheOptions::default());
            let window = policy.window(Moment { elapsed: 0, wall: 0 }, 0, None, [0.0; 2]).unwrap();
            Self::new(Arc::new(content), token, window, tags)
        }
    }

    #[test]
    fn one_of_two_callers_claims_the_refresh() {
        let entry = Entry::made_up("made-up-access", Box::default());
        assert_eq!([entry.claim(7, 20), entry.claim(7, 20)], [true, false]);
        assert_eq!([entry.claim(20, 40), entry.claim(20, 40)], [true, false]);
    }

    #[test]
    fn a_returned_claim_is_free_unless_refreshes_are_blocked() {
        let entry = Entry::made_up("made-up-access", Box::default());
        assert!(entry.claim(0, 20_000));
        entry.return_claim(20_000, 250);
        assert_eq!([entry.claim(249, 20_249), entry.claim(250, 20_250)], [false, true]);
        entry.block_refresh_until(60_000);
        entry.return_claim(20_250, 500);
        assert!(!entry.claim(59_999, 80_000));
    }
}
