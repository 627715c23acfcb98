//! A text that is wiped after it has been copied into JavaScript's memory.

use std::fmt::{self, Write};
use std::ops::Range;
use std::ptr;

use napi::bindgen_prelude::{Result, ToNapiValue};
use napi::{check_status, sys};
use zeroize::Zeroize;

pub(crate) struct WipedText {
    text: String,
    /// In UTF-16 units, as JavaScript counts. It equals the number of bytes if the text is ASCII, and is less otherwise.
    length: usize,
}

impl WipedText {
    /// Makes a text with room for all that will be pushed. A buffer that grows would leave unwiped copies behind.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), length: 0 }
    }

    /// The number of bytes that can still be pushed.
    pub(crate) fn room(&self) -> usize {
        self.text.capacity() - self.text.len()
    }

    /// Appends the piece, and returns its position in UTF-16 units.
    pub(crate) fn push(&mut self, piece: &str) -> Range<usize> {
        debug_assert!(self.room() >= piece.len(), "the text grows");
        let start = self.length;
        self.text.push_str(piece);
        self.length += if piece.is_ascii() { piece.len() } else { piece.encode_utf16().count() };
        start..self.length
    }
}

impl Write for WipedText {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.push(piece);
        Ok(())
    }
}

/// Only the written part of the buffer can hold secrets.
impl Drop for WipedText {
    fn drop(&mut self) {
        self.text.as_mut_str().zeroize();
    }
}

impl ToNapiValue for WipedText {
    unsafe fn to_napi_value(env: sys::napi_env, text: Self) -> Result<sys::napi_value> {
        if text.length < text.text.len() {
            // SAFETY: the caller promises that `env` is valid.
            return unsafe { <&str>::to_napi_value(env, text.text.as_str()) };
        }
        // ASCII is also Latin-1, which Node copies without validation.
        let mut value = ptr::null_mut();
        let length = text.text.len().cast_signed();
        // SAFETY: the caller promises that `env` is valid, and the text has `length` bytes.
        check_status!(unsafe {
            sys::napi_create_string_latin1(env, text.text.as_ptr().cast(), length, &raw mut value)
        })?;
        Ok(value)
    }
}
