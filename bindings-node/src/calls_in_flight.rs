//! The calls that JavaScript waits for.

use descope_outbound_bindings_core::AbortHandle;

/// Each call has a slot. The slot is reused after the call has completed.
#[derive(Default)]
pub(crate) struct CallsInFlight {
    calls: Vec<Option<AbortHandle>>,
    free_slots: Vec<u32>,
}

impl CallsInFlight {
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.len() == self.free_slots.len()
    }

    /// Returns the slot that the next call gets.
    pub(crate) fn next_slot(&self) -> u32 {
        // The memory of a process cannot hold more calls than a u32 counts.
        self.free_slots.last().copied().unwrap_or_else(|| u32::try_from(self.calls.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn insert(&mut self, slot: u32, call: AbortHandle) {
        if self.free_slots.pop().is_none() {
            self.calls.push(None);
        }
        if let Some(place) = self.calls.get_mut(slot as usize) {
            *place = Some(call);
        }
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&AbortHandle> {
        self.calls.get(slot as usize)?.as_ref()
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        if self.calls.get_mut(slot as usize).and_then(Option::take).is_some() {
            self.free_slots.push(slot);
        }
    }
}

/// When the environment ends, no code is left that waits for its calls.
impl Drop for CallsInFlight {
    fn drop(&mut self) {
        self.calls.iter().flatten().for_each(AbortHandle::abort);
    }
}
