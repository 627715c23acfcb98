//! Third-party access tokens from [Descope Outbound Apps](https://docs.descope.com/outbound-apps), fetched on behalf of
//! a user.
//!
//! A backend asks for such a token before every call it makes to the third party, so this crate keeps its connections,
//! bounds every call by one deadline, repeats what may be repeated, and never shows a secret.
//!
//! ```
//! use descope_outbound::{Client, ErrorKind};
//! use descope_outbound_emulator::Emulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A stand-in for the service; leave `base_url` out to talk to Descope.
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
//! [`ClientBuilder::cache`] makes the second fetch of a token free: tokens are then kept, refreshed before anybody has to
//! wait for it, and dropped in time ([`CacheOptions`] says when).
//!
//! The crate starts no runtime: its futures run on the caller's tokio runtime, with I/O and time enabled.
#![forbid(unsafe_code)]
// What comes from outside is never an index that panics.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod answer;
mod application;
mod argument;
mod builder;
mod cache;
mod client;
mod config;
mod connector;
mod error;
mod exchange;
mod fetch;
mod headers;
#[cfg(any(test, fuzzing))]
pub mod invariants;
mod license;
mod mask;
pub mod operation;
mod retry;
mod secret;
mod tls;
mod token;
mod transport;
mod upload;
mod urls;
mod wiped;

pub use answer::{Answer, Source, WeakAnswer};
pub use application::{Application, MoreFields, Template, UrlParam};
pub use argument::Argument;
pub use builder::ClientBuilder;
pub use cache::{Cache, CacheClock, CacheOptions, CacheStats, Question, ScopeSet};
pub use client::{CallOptions, Client};
pub use config::{DEFAULT_TIMEOUT, Environment, span_from_seconds, timeout_from_seconds};
pub use error::{ArgumentName, Error, ErrorKind, ErrorResponse};
pub use fetch::FetchToken;
pub use headers::Headers;
pub use license::LicenseHandshake;
pub use operation::{Arguments, Operation};
pub use secret::{REDACTED, Secret, is_secret_field};
pub use token::{Token, expiry_milliseconds};
pub use upload::{BatchFailure, TokenUpload};
