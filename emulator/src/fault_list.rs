//! The faults of an emulator: which of them happens to a request.

use crate::fault::{Fault, FaultError, Subject};

/// The faults that have been added, in order.
#[derive(Default)]
pub(crate) struct FaultList {
    faults: Vec<AddedFault>,
    applied: u64,
}

/// A fault and what it has done so far, as the control API lists it.
#[derive(serde::Serialize)]
pub(crate) struct AddedFault {
    #[serde(flatten)]
    fault: Fault,
    /// How many matching requests came by.
    seen: u64,
    /// How many of them it was applied to.
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

    /// How many faults have been applied, those cleared since included.
    pub(crate) fn applied(&self) -> u64 {
        self.applied
    }

    /// The fault that happens to this request, if one does.
    pub(crate) fn strike(&mut self, subject: &Subject<'_>) -> Option<Fault> {
        let struck = self.faults.iter_mut().find_map(|added| added.strike(subject));
        self.applied += u64::from(struck.is_some());
        struck
    }
}

impl AddedFault {
    fn strike(&mut self, subject: &Subject<'_>) -> Option<Fault> {
        if !self.fault.matches(subject) {
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
