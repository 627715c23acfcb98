//! Secrets: values that are never printed, buffers that are wiped, and the mask that hides secrets in text.

mod mask;
mod masked_headers;
mod value;
mod wiped_buffer;

pub(crate) use mask::Mask;
pub use masked_headers::Headers;
pub use value::{REDACTED, Secret, is_secret_field};
pub(crate) use value::{optional_secret, secret};
pub(crate) use wiped_buffer::WipedBuffer;
