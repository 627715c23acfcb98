//! What several calls came to, as one text.

use std::fmt::{self, Write};
use std::ops::Range;
use std::ptr;

use napi::bindgen_prelude::{Result, ToNapiValue};
use napi::{check_status, sys};
use zeroize::Zeroize;

use crate::outcome::Outcome;

/// In bytes; of more, an outcome is alone in its batch. Whoever keeps an answer's `response` keeps the texts of its batch: so
/// much beside its own.
const ROOM_FOR_JSON: usize = 32 * 1024;
const ROOM_FOR_HEADERS: usize = 16 * 1024;
/// More than what is written beside an outcome's own text.
const AROUND_AN_OUTCOME: usize = 128;

/// One list for all outcomes, so that JavaScript parses once. The answers' JSON stands in it as the service sent it, and
/// is told by its place as well, as are the headers: few callers want either as a text.
pub(crate) struct Batch {
    /// `[[slot, status, source, begin and end of the headers, the JSON, begin and end of the JSON], [slot, failure], …`
    json: Text,
    headers: Text,
    slots: Vec<u32>,
}

impl Batch {
    /// With room for this outcome, and others of the ordinary size.
    pub(crate) fn with_room_for(outcome: &Outcome) -> Self {
        let json = ROOM_FOR_JSON.max(outcome.json().len() + AROUND_AN_OUTCOME);
        Self::with_capacities(json, ROOM_FOR_HEADERS.max(outcome.headers().len()))
    }

    fn with_capacities(json: usize, headers: usize) -> Self {
        Self { json: Text::with_capacity(json), headers: Text::with_capacity(headers), slots: Vec::new() }
    }

    pub(crate) fn has_room_for(&self, outcome: &Outcome) -> bool {
        self.json.room() >= outcome.json().len() + AROUND_AN_OUTCOME
            && self.headers.room() >= outcome.headers().len()
    }

    /// For whom there is an outcome in it.
    pub(crate) fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub(crate) fn add(&mut self, slot: u32, outcome: &Outcome) {
        let separator = if self.slots.is_empty() { '[' } else { ',' };
        self.slots.push(slot);
        let Self { json, headers, .. } = self;
        // Writing to a text cannot fail.
        let _ = write!(json, "{separator}[{slot},");
        if let Outcome::Answered(answer) = outcome {
            let Range { start, end } = headers.push(outcome.headers());
            let (status, source) = (answer.status(), answer.source().as_str());
            let _ = write!(json, "{status},\"{source}\",{start},{end},");
            let Range { start, end } = json.push(outcome.json());
            let _ = write!(json, ",{start},{end}]");
        } else {
            json.push(outcome.json());
            json.push("]");
        }
    }

    /// The JSON, and the headers that it refers to.
    pub(crate) fn into_texts(mut self) -> (Text, Text) {
        self.json.push(if self.slots.is_empty() { "[]" } else { "]" });
        (self.json, self.headers)
    }
}

/// Of no outcome.
impl Default for Batch {
    fn default() -> Self {
        Self::with_capacities(2, 0)
    }
}

/// On its way into JavaScript's memory, and wiped from ours when it is there.
pub(crate) struct Text {
    text: String,
    /// In JavaScript's units: that of the bytes where all is ASCII, and less where not.
    length: usize,
}

impl Text {
    /// Of all that will be written: a buffer that grows leaves copies behind that are not wiped.
    fn with_capacity(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), length: 0 }
    }

    fn room(&self) -> usize {
        self.text.capacity() - self.text.len()
    }

    /// Where JavaScript finds this piece.
    fn push(&mut self, piece: &str) -> Range<usize> {
        debug_assert!(self.room() >= piece.len(), "the text grows");
        let start = self.length;
        self.text.push_str(piece);
        self.length += if piece.is_ascii() { piece.len() } else { piece.encode_utf16().count() };
        start..self.length
    }
}

impl Write for Text {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.push(piece);
        Ok(())
    }
}

/// What has been written alone: the rest of the buffer holds nothing of ours.
impl Drop for Text {
    fn drop(&mut self) {
        self.text.as_mut_str().zeroize();
    }
}

impl ToNapiValue for Text {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> Result<sys::napi_value> {
        if text.length < text.text.len() {
            // SAFETY: `env` is what the caller promises it to be.
            return unsafe { <&str>::to_napi_value(env, text.text.as_str()) };
        }
        // ASCII, which is Latin-1 too, and copied without being looked at.
        let mut value = ptr::null_mut();
        let length = text.text.len().cast_signed();
        // SAFETY: the same, and as many bytes are there.
        check_status!(unsafe {
            sys::napi_create_string_latin1(env, text.text.as_ptr().cast(), length, &raw mut value)
        })?;
        Ok(value)
    }
}
