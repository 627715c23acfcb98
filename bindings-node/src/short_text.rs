//! Text that comes from JavaScript without an allocation.

use std::mem::MaybeUninit;
use std::ptr;

use napi::bindgen_prelude::{JsValue, Result, Unknown};
use napi::{check_status, sys};

/// In bytes, with the zero at the end.
const ROOM: usize = 256;

/// What V8 leaves free, at most, where the next character did not fit.
const SLACK: usize = 4;

/// A text, as far as it is short; empty unless it is read. Neither cleared before nor moved after, which takes as long as
/// to look it up.
pub(crate) struct ShortText {
    bytes: [MaybeUninit<u8>; ROOM],
    length: usize,
}

impl ShortText {
    pub(crate) const EMPTY: Self = Self { bytes: [MaybeUninit::uninit(); ROOM], length: 0 };

    /// None where it is too long, or nearly.
    pub(crate) fn as_str(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.length).filter(|bytes| bytes.len() < ROOM - SLACK)?;
        // SAFETY: so many have been written.
        let bytes = unsafe { bytes.assume_init_ref() };
        std::str::from_utf8(bytes).ok()
    }

    pub(crate) fn read(&mut self, value: &Unknown<'_>) -> Result<()> {
        let value = value.value();
        let (bytes, length) = (self.bytes.as_mut_ptr().cast(), ptr::from_mut(&mut self.length));
        // SAFETY: env and value come from Node; at most `ROOM` bytes are written where there are so many.
        let status = unsafe { sys::napi_get_value_string_utf8(value.env, value.value, bytes, ROOM, length) };
        check_status!(status)
    }
}
