//! Errors: what happened, and what the caller can do about it.

mod advice;
mod argument_name;
mod call_error;
mod error_body;
mod kind;
mod transport_error;

pub use argument_name::ArgumentName;
pub use call_error::Error;
pub(crate) use error_body::ErrorBody;
pub use error_body::ErrorResponse;
pub use kind::ErrorKind;
pub use transport_error::{TransportError, TransportReason};
