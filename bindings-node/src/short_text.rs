//! Text that comes from JavaScript without an allocation.

use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, Result};
use napi::{check_status, sys};

/// In bytes, with the zero at the end.
const ROOM: usize = 256;

/// What V8 leaves free, at most, where the next character did not fit.
const SLACK: usize = 4;

/// A text, as far as it is short; empty unless it is read.
pub(crate) struct ShortText {
    bytes: [u8; ROOM],
    length: usize,
}

impl ShortText {
    /// None where it is too long, or nearly.
    pub(crate) fn as_str(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.length).filter(|bytes| bytes.len() < ROOM - SLACK)?;
        std::str::from_utf8(bytes).ok()
    }
}

impl Default for ShortText {
    fn default() -> Self {
        Self { bytes: [0; ROOM], length: 0 }
    }
}

impl FromNapiValue for ShortText {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut text = Self::default();
        let bytes = text.bytes.as_mut_ptr().cast();
        // SAFETY: env and value are the caller's to vouch for; at most `ROOM` bytes are written where there are so many.
        let status = unsafe {
            sys::napi_get_value_string_utf8(env, value, bytes, ROOM, ptr::from_mut(&mut text.length))
        };
        check_status!(status)?;
        Ok(text)
    }
}
