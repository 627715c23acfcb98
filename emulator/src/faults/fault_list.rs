//! The faults of an emulator, and which of them applies to a request.

use super::fault::{Fault, FaultError};
use super::fault_target::FaultTarget;

/// The faults that tests added, in order.
#[derive(Default)]
pub(crate) struct FaultList {
    faults: Vec<AddedFault>,
    applied: u64,
}

/// A fault and its counts so far, as the control API lists it.
#[derive(serde::Serialize)]
pub(crate) struct AddedFault {
    #[serde(flatten)]
    fault: Fault,
    /// How many requests matched it.
    seen: u64,
    /// To how many of them it was applied.
    applied: u64,
    #[serde(skip)]
    random: fastrand::Rng,
}

impl FaultList {
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), FaultError> {
        fault.check()?;
        let random = fastrand::Rng::with_seed(fault.seed);
        self.faults.push(AddedFault { fault, seen: 0, applied: 0, random });
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    pub(crate) fn added(&self) -> &[AddedFault] {
        &self.faults
    }

    /// How many times a fault was applied, including faults that were cleared since.
    pub(crate) fn applied(&self) -> u64 {
        self.applied
    }

    /// Picks the fault for this request, if one is due, and counts it.
    pub(crate) fn apply_to(&mut self, target: &FaultTarget<'_>) -> Option<Fault> {
        let due = self.faults.iter_mut().find_map(|added| added.apply_to(target));
        self.applied += u64::from(due.is_some());
        due
    }
}

impl AddedFault {
    fn apply_to(&mut self, target: &FaultTarget<'_>) -> Option<Fault> {
        if !self.fault.matches(target) {
            return None;
        }
        self.seen += 1;
        if self.seen <= self.fault.after || self.fault.count.is_some_and(|count| self.applied >= count) {
            return None;
        }
        if self.fault.probability.is_some_and(|probability| self.random.f64() >= probability) {
            return None;
        }
        self.applied += 1;
        Some(self.fault.clone())
    }
}
