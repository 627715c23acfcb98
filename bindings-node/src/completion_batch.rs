//! Several completions, written into one text.

use std::fmt::Write;
use std::ops::Range;

use crate::completion::Completion;
use crate::wiped_text::WipedText;

/// In bytes. A larger completion has a batch of its own. A caller that keeps the `response` of a result keeps the texts of
/// the whole batch, so these numbers bound that memory.
const JSON_CAPACITY: usize = 32 * 1024;
const HEADERS_CAPACITY: usize = 16 * 1024;
/// More than the batch writes around a completion's own text.
const COMPLETION_OVERHEAD: usize = 128;

/// A JSON list of completions, which JavaScript parses once.
///
/// The list contains each response's JSON as the service sent it. It also gives the positions of that JSON and of the
/// headers, since few callers read either as text.
pub(crate) struct CompletionBatch {
    /// `[[slot, status, source, start and end of the headers, the JSON, start and end of the JSON], [slot, failure], …`
    json: WipedText,
    headers: WipedText,
    slots: Vec<u32>,
}

impl CompletionBatch {
    /// Makes a batch with room for this completion, and for others of ordinary size.
    pub(crate) fn with_room_for(completion: &Completion) -> Self {
        let json = JSON_CAPACITY.max(completion.json().len() + COMPLETION_OVERHEAD);
        Self::with_capacities(json, HEADERS_CAPACITY.max(completion.headers().len()))
    }

    fn with_capacities(json: usize, headers: usize) -> Self {
        Self {
            json: WipedText::with_capacity(json),
            headers: WipedText::with_capacity(headers),
            slots: Vec::new(),
        }
    }

    pub(crate) fn has_room_for(&self, completion: &Completion) -> bool {
        self.json.room() >= completion.json().len() + COMPLETION_OVERHEAD
            && self.headers.room() >= completion.headers().len()
    }

    /// The slots of the completed calls.
    pub(crate) fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub(crate) fn push(&mut self, slot: u32, completion: &Completion) {
        let separator = if self.slots.is_empty() { '[' } else { ',' };
        self.slots.push(slot);
        let Self { json, headers, .. } = self;
        // A write to a text cannot fail.
        let _ = write!(json, "{separator}[{slot},");
        if let Completion::Success(response) = completion {
            let Range { start, end } = headers.push(completion.headers());
            let (status, source) = (response.status(), response.source().as_str());
            let _ = write!(json, "{status},\"{source}\",{start},{end},");
            let Range { start, end } = json.push(completion.json());
            let _ = write!(json, ",{start},{end}]");
        } else {
            json.push(completion.json());
            json.push("]");
        }
    }

    /// Returns the JSON, and the headers that it refers to.
    pub(crate) fn into_texts(mut self) -> (WipedText, WipedText) {
        self.json.push(if self.slots.is_empty() { "[]" } else { "]" });
        (self.json, self.headers)
    }
}

/// An empty batch.
impl Default for CompletionBatch {
    fn default() -> Self {
        Self::with_capacities(2, 0)
    }
}
