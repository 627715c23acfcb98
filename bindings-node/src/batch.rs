//! What several calls came to, as one text.

use std::fmt::{self, Write};
use std::mem;
use std::ops::Range;

use napi::bindgen_prelude::{Result, ToNapiValue};
use napi::sys;
use zeroize::Zeroizing;

use crate::outcome::Outcome;

/// In bytes. Whoever keeps an answer's `response` keeps the text of its batch: so much beside its own.
const LARGEST: usize = 64 * 1024;
/// More than what is written beside an outcome's own text.
const AROUND_AN_OUTCOME: usize = 128;

/// One list for all outcomes, so that JavaScript parses once. The answers' JSON stands in it as the service sent it, and
/// is told by its place as well, as are the headers: few callers want either as a text.
pub(crate) struct Batch {
    /// `[[id, status, source, begin and end of the headers, the JSON, begin and end of the JSON], [id, failure], …]`
    pub(crate) json: Text,
    pub(crate) headers: Text,
}

impl Batch {
    /// Takes as many as a batch holds, one at least.
    pub(crate) fn split_from(arrived: &mut Vec<(u32, Outcome)>) -> Vec<(u32, Outcome)> {
        let mut size = 0;
        let fits = |(_, outcome): &&(u32, Outcome)| {
            let is_first = size == 0;
            size += outcome.json().len() + outcome.headers().len() + AROUND_AN_OUTCOME;
            is_first || size <= LARGEST
        };
        let fitting = arrived.iter().take_while(fits).count();
        let later = arrived.split_off(fitting);
        mem::replace(arrived, later)
    }

    pub(crate) fn of(outcomes: &[(u32, Outcome)]) -> Self {
        let total = |size: fn(&Outcome) -> usize| outcomes.iter().map(|(_, outcome)| size(outcome)).sum();
        let around: usize = outcomes.len() * AROUND_AN_OUTCOME;
        let mut json =
            Text::with_capacity(AROUND_AN_OUTCOME + around + total(|outcome| outcome.json().len()));
        let mut headers = Text::with_capacity(total(|outcome| outcome.headers().len()));
        json.push("[");
        for (index, (id, outcome)) in outcomes.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            // Writing to a text cannot fail.
            let _ = write!(json, "{separator}[{id},");
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
        json.push("]");
        Self { json, headers }
    }
}

/// On its way into JavaScript's memory, and wiped from ours when it is there.
pub(crate) struct Text {
    text: Zeroizing<String>,
    /// In JavaScript's units.
    length: usize,
}

impl Text {
    /// Of all that will be written: a buffer that grows leaves copies behind that are not wiped.
    fn with_capacity(capacity: usize) -> Self {
        Self { text: Zeroizing::new(String::with_capacity(capacity)), length: 0 }
    }

    /// Where JavaScript finds this piece.
    fn push(&mut self, piece: &str) -> Range<usize> {
        debug_assert!(self.text.capacity() - self.text.len() >= piece.len(), "the text grows");
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

impl ToNapiValue for Text {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> Result<sys::napi_value> {
        // SAFETY: `env` is what the caller promises it to be.
        unsafe { <&str>::to_napi_value(env, text.text.as_str()) }
    }
}
