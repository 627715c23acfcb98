//! A token that is kept.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use crate::answer::Answer;
use crate::cache::policy::{Life, Standing};
use crate::secret::Secret;

/// A token with the answer that it came in. What is in it is wiped when the last who holds it lets go.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) answer: Answer,
    pub(crate) access_token: Secret,
    pub(crate) life: Life,
    not_before: AtomicI64,
    failures: AtomicU32,
    is_rejected: AtomicBool,
    /// When a refresh was last forced because of the rejection.
    forced: AtomicI64,
    /// What it is found by when it has to go: hashes of [`Scope`](crate::cache::key::Scope)s.
    pub(crate) places: Box<[u64]>,
}

impl Entry {
    pub(crate) fn new(answer: Answer, access_token: Secret, life: Life, places: Box<[u64]>) -> Self {
        Self {
            answer,
            access_token,
            life,
            not_before: AtomicI64::new(i64::MIN),
            failures: AtomicU32::new(0),
            is_rejected: AtomicBool::new(false),
            forced: AtomicI64::new(i64::MIN / 2),
            places,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing {
            not_before: self.not_before.load(Ordering::Relaxed),
            is_rejected: self.is_rejected.load(Ordering::Acquire),
        }
    }

    /// Of many who see that the service should be asked, one gets to do it: who moves the time before which nobody
    /// does from what it was.
    pub(crate) fn claim(&self, seen: Standing, until: i64) -> bool {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        self.not_before.compare_exchange(seen.not_before, until, order, failure).is_ok()
    }

    pub(crate) fn leave_alone_until(&self, moment: i64) {
        self.not_before.store(moment, Ordering::Relaxed);
    }

    /// Counts one more failure in a row, and tells how many there are.
    pub(crate) fn failed(&self) -> u32 {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn reject(&self) {
        self.is_rejected.store(true, Ordering::Release);
    }

    pub(crate) fn is_rejected(&self) -> bool {
        self.is_rejected.load(Ordering::Acquire)
    }

    /// Whether a refresh may be forced now; if so, not again for a while.
    pub(crate) fn may_force(&self, now: i64, pause: i64) -> bool {
        let last = self.forced.load(Ordering::Relaxed);
        now - last >= pause
            && self.forced.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// What it takes up, roughly: the answer, the token once more, and what surrounds them.
    pub(crate) fn bytes(&self) -> u64 {
        const AROUND: usize = 512;
        let bytes = self.answer.json().len()
            + self.answer.headers().lines().len()
            + self.access_token.expose().len()
            + AROUND;
        bytes as u64
    }
}
