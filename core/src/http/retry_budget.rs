//! The retry budget: a client whose calls mostly fail stops retrying.

use std::sync::atomic::{AtomicU32, Ordering};

/// Limits the retries of a client, so that they do not make an outage worse.
///
/// The numbers are those of the AWS SDKs' standard retry mode. The budget starts at 500. A retry costs 5, which the
/// budget gets back when the call succeeds. A call that succeeds at its first attempt earns 1. So a hundred calls that
/// lose their connections together, as in a restart of the service, are all retried. The budget never delays a first
/// attempt.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const PRICE: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Pays for one retry. Returns false if too little is left.
    pub(crate) fn pay(&self) -> bool {
        self.change(|left| left.checked_sub(Self::PRICE))
    }

    /// Earns for a call that succeeded after this many retries.
    pub(crate) fn succeeded(&self, retries: usize) {
        let earned = if retries == 0 { 1 } else { Self::PRICE * u32::try_from(retries).unwrap_or(u32::MAX) };
        self.change(|left| Some(left.saturating_add(earned).min(Self::FULL)));
    }

    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        // No other memory depends on this number, so the ordering is relaxed.
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_spends_the_budget_and_successes_earn_it_back() {
        let budget = Budget::new();
        let granted = (0..1000).filter(|_| budget.pay()).count();
        assert_eq!(granted, 100);
        for _ in 0..4 {
            budget.succeeded(0);
        }
        assert!(!budget.pay());
        budget.succeeded(0);
        assert!(budget.pay());
        budget.succeeded(1);
        assert!(budget.pay());
        for _ in 0..10_000 {
            budget.succeeded(0);
        }
        assert_eq!((0..1000).filter(|_| budget.pay()).count(), 100);
    }
}
