//! From an operation and a caller's arguments to a request.
//!
//! [`operation`] is the table of operations. [`parameter`] checks one argument, [`encode`] puts all of them into the
//! URL, headers and body, and [`idempotency`] says whether the request may be sent twice.
//!
//! This folder knows the service's paths and field names. It sends nothing, and does not know retries, connections or
//! the cache.

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
