//! From an operation and a caller's arguments to a request.

mod argument;
mod arguments;
mod encode;
pub(crate) mod headers;
mod idempotency;
pub mod operation;
mod parameter;
mod urls;

pub use argument::Argument;
pub(crate) use argument::INBOUND_TOKEN_NAME;
pub use arguments::Arguments;
pub(crate) use encode::EncodedRequest;
pub(crate) use idempotency::Idempotency;
pub use operation::Operation;
pub(crate) use operation::{TokenEffect, TokenOwner};
pub(crate) use urls::Urls;
