//! The received requests, in order, without their secrets.

mod entry;
mod redaction;

use std::collections::VecDeque;

pub use entry::JournalEntry;

pub(crate) use entry::JournalBearer;

/// How many requests the journal keeps.
const CAPACITY: usize = 10_000;

/// The latest requests and the count of all requests.
#[derive(Default)]
pub(crate) struct Journal {
    entries: VecDeque<JournalEntry>,
    total: u64,
    /// How many requests arrived before the last reset.
    before: u64,
}

/// Identifies a request's entry. It never matches an entry from after a reset.
#[derive(Clone, Copy)]
pub(crate) struct EntryId(u64);

impl Journal {
    /// Creates the empty journal that replaces this one at a reset.
    pub(crate) fn successor(&self) -> Self {
        Self { before: self.before + self.total, ..Self::default() }
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn record(&mut self, entry: JournalEntry) -> EntryId {
        self.total += 1;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(JournalEntry { number: self.total, ..entry });
        EntryId(self.before + self.total)
    }

    pub(crate) fn note_fault(&mut self, id: EntryId, fault: &str) {
        if let Some(entry) = self.entry(id) {
            entry.fault = Some(fault.to_owned());
        }
    }

    pub(crate) fn note_status(&mut self, id: EntryId, status: u16) {
        if let Some(entry) = self.entry(id) {
            entry.status = Some(status);
        }
    }

    fn entry(&mut self, id: EntryId) -> Option<&mut JournalEntry> {
        let number = id.0.checked_sub(self.before)?;
        let first = self.entries.front()?.number;
        self.entries.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }
}
