//! A short text from JavaScript, read without an allocation.

use std::mem::MaybeUninit;
use std::ptr;

use napi::bindgen_prelude::{JsValue, Result, Unknown};
use napi::{check_status, sys};

/// In bytes, including the terminating zero.
const CAPACITY: usize = 256;

/// The most bytes that V8 leaves unused because the next character does not fit.
const SLACK: usize = 4;

/// A buffer for one text. It is empty until `read`.
///
/// It is neither zeroed before nor moved afterwards: either would take as long as the lookup itself.
pub(crate) struct ShortText {
    bytes: [MaybeUninit<u8>; CAPACITY],
    length: usize,
}

impl ShortText {
    pub(crate) const EMPTY: Self = Self { bytes: [MaybeUninit::uninit(); CAPACITY], length: 0 };

    /// Returns the text, or None if it may be longer than the buffer.
    pub(crate) fn as_str(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.length).filter(|bytes| bytes.len() < CAPACITY - SLACK)?;
        // SAFETY: `read` has initialized the first `length` bytes.
        let bytes = unsafe { bytes.assume_init_ref() };
        std::str::from_utf8(bytes).ok()
    }

    pub(crate) fn read(&mut self, value: &Unknown<'_>) -> Result<()> {
        let value = value.value();
        let (bytes, length) = (self.bytes.as_mut_ptr().cast(), ptr::from_mut(&mut self.length));
        // SAFETY: env and value come from Node, and the buffer has `CAPACITY` bytes.
        let status =
            unsafe { sys::napi_get_value_string_utf8(value.env, value.value, bytes, CAPACITY, length) };
        check_status!(status)
    }
}
