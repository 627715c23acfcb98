//! A token that is kept.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use crate::answer::Answer;
use crate::cache::clock::Moment;
use crate::cache::policy::{Life, Standing, State};
use crate::token::Token;

/// A token with the answer that it came in. What is in it is wiped when the last who holds it lets go.
///
/// In this order, so that what every hit reads lies in one piece beside the count of references.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) life: Life,
    not_before: AtomicI64,
    is_rejected: AtomicBool,
    failures: AtomicU32,
    pub(crate) answer: Answer,
    /// What the answer says, read once for all hits.
    pub(crate) token: Token,
    /// When a refresh was last forced because this token, or one before it, was rejected.
    forced: AtomicI64,
    /// What it is found by when it has to go: hashes of [`Scope`](crate::cache::key::Scope)s.
    pub(crate) places: Box<[u64]>,
}

impl Entry {
    pub(crate) fn new(answer: Answer, token: Token, life: Life, places: Box<[u64]>) -> Self {
        Self {
            answer,
            token,
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

    /// Leaves to others what has been claimed until `claimed`, from `moment` on; what anybody has learnt meanwhile holds.
    pub(crate) fn give_back(&self, claimed: i64, moment: i64) {
        let (order, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        // Whoever has written another moment knows better.
        let _ = self.not_before.compare_exchange(claimed, moment, order, failure);
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

    /// Whether it may be given out, for want of a better one.
    pub(crate) fn is_usable(&self, now: Moment) -> bool {
        self.life.state(now) != State::Expired && !self.is_rejected()
    }

    /// Whether a refresh may be forced now; if so, not again for a while.
    pub(crate) fn may_force(&self, now: i64, pause: i64) -> bool {
        let last = self.forced.load(Ordering::Relaxed);
        now - last >= pause
            && self.forced.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Remembers when a refresh was last forced for the token that this one replaces: whoever refuses all of them is no reason
    /// to force one after the other.
    pub(crate) fn follow(&self, replaced: &Self) {
        self.forced.store(replaced.forced.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// What it takes up, roughly: the answer, the token as it has been read, the form in which a package for another
    /// language keeps it for the next hit, and what surrounds them.
    pub(crate) fn bytes(&self) -> u64 {
        const AROUND: usize = 2_048;
        let bytes = 3 * self.answer.json().len() + self.answer.headers().lines().len() + AROUND;
        bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::options::CacheOptions;
    use crate::cache::policy::Rules;
    use crate::headers::Headers;
    use crate::operation::AnswerShape;
    use crate::wiped::WipedBuffer;

    impl Entry {
        /// One that arrived at zero, with an expiry that nobody knows.
        pub(crate) fn made_up(access_token: &str, places: Box<[u64]>) -> Self {
            let body = format!(r#"{{"token":{{"accessToken":"{access_token}"}}}}"#);
            let body = WipedBuffer::from(body.as_bytes());
            let answer = Answer::new(AnswerShape::Token, 200, Headers::default(), body).unwrap();
            let token = Token::from_answer(&answer).unwrap();
            let rules = Rules::new(&CacheOptions::default());
            let life = rules.life(Moment { elapsed: 0, wall: 0 }, 0, None, [0.0; 2]).unwrap();
            Self::new(answer, token, life, places)
        }
    }

    #[test]
    fn of_two_who_saw_the_same_only_one_asks() {
        let entry = Entry::made_up("made-up-access", Box::default());
        assert_eq!([entry.claim(7, 20), entry.claim(7, 20)], [true, false]);
        assert_eq!([entry.claim(20, 40), entry.claim(20, 40)], [true, false]);
    }

    #[test]
    fn what_is_given_back_is_there_for_others_unless_somebody_knows_better() {
        let entry = Entry::made_up("made-up-access", Box::default());
        assert!(entry.claim(0, 20_000));
        entry.give_back(20_000, 250);
        assert_eq!([entry.claim(249, 20_249), entry.claim(250, 20_250)], [false, true]);
        entry.leave_alone_until(60_000);
        entry.give_back(20_250, 500);
        assert!(!entry.claim(59_999, 80_000));
    }
}
