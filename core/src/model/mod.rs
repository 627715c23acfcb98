//! The data of the service: tokens, apps and uploads.

mod application;
mod expiry;
mod null_as_default;
mod token;
mod upload;

pub use application::{Application, MoreFields, Template, UrlParam};
pub use expiry::expiry_milliseconds;
pub use token::Token;
pub use upload::{BatchFailure, TokenUpload};
