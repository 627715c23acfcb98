//! Third-party access tokens from [Descope Outbound Apps](https://docs.descope.com/outbound-apps), fetched on behalf of
//! a user.
//!
//! A backend needs such a token before every call to the third party. So this crate keeps its connections, bounds every
//! call by one deadline, retries safely, and never shows a secret.
//!
//! ```
//! use descope_outbound::{Client, ErrorKind};
//! use descope_outbound_emulator::Emulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The emulator replaces the service. Leave `base_url` out to call Descope.
//! let emulator = Emulator::start(Default::default()).await?;
//! let client = Client::builder()
//!     .project_id(emulator.project_id())
//!     .management_key(emulator.management_key())
//!     .base_url(emulator.base_url())
//!     .build()?;
//!
//! match client.fetch_token("google-calendar", "user-id").await {
//!     Ok(token) => println!("Authorization: Bearer {}", token.access_token.expose()),
//!     Err(error) if error.kind() == ErrorKind::TokenNotFound => println!("please connect your calendar"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The crate starts no runtime: its futures run on the caller's tokio runtime, with I/O and time enabled.
#![forbid(unsafe_code)]
// Input from outside must not cause a panic by an index.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

#[doc(hidden)]
pub mod bindings;
mod cache;
mod client;
mod config;
mod error;
mod http;
#[cfg(any(test, fuzzing))]
pub mod invariants;
mod model;
mod request;
mod response;
mod secret;

pub use self::http::LicenseHandshake;
pub use cache::{Cache, CacheClock, CacheOptions, CacheStats};
pub use client::{CallOptions, Client, ClientBuilder, FetchToken, Response};
pub use config::{DEFAULT_TIMEOUT, Environment};
pub use error::{ArgumentName, Error, ErrorKind, ErrorResponse, TransportError, TransportReason};
pub use model::{Application, BatchFailure, MoreFields, Template, Token, TokenUpload, UrlParam};
pub use request::operation;
pub use request::{Argument, Arguments, Operation};
pub use response::Source;
pub use secret::{Headers, Secret};
