//! The content of a successful response.

mod content;
mod shape;
mod source;
mod well_formed;

pub(crate) use content::Content;
pub(crate) use shape::ResponseShape;
pub use source::Source;
