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

    /// Of many who see that the service should be asked, one gets to do it: who comes while nobody is at it, and puts
    /// off all others until then.
    pub(crate) fn claim(&self, now: i64, until: i64) -> bool {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        let take = |not_before| (not_before <= now).then_some(until);
        self.not_before.fetch_update(order, failure, take).is_ok()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::clock::Moment;
    use crate::cache::options::CacheOptions;
    use crate::cache::policy::Rules;
    use crate::headers::Headers;
    use crate::operation::AnswerShape;
    use crate::wiped::WipedBuffer;

    #[test]
    fn of_two_who_saw_the_same_only_one_asks() {
        let body = WipedBuffer::from(&b"{}"[..]);
        let answer = Answer::new(AnswerShape::Token, 200, Headers::default(), body).unwrap();
        let life =
            Rules::new(&CacheOptions::default()).life(Moment { elapsed: 0, wall: 0 }, 0, None, [0.0; 2]);
        let entry = Entry::new(answer, Secret::from("made-up-access"), life.unwrap(), Box::default());
        assert_eq!([entry.claim(7, 20), entry.claim(7, 20)], [true, false]);
        assert_eq!([entry.claim(20, 40), entry.claim(20, 40)], [true, false]);
    }
}
