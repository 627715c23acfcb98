//! A local emulator of Descope's outbound-application service and of the third-party providers behind it.
//!
//! It stores tokens like the service, issues and refreshes them like a provider, and injects network failures on
//! request. It runs inside a test:
//!
//! ```
//! use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start(Options::default()).await?;
//! emulator.connect(Connection::user("github", "user-1").scopes(["repo"]))?;
//! emulator.add_fault(Fault::response(503).once())?;
//!
//! // Point the client under test at `emulator.base_url()`, with `emulator.project_id()` and
//! // `emulator.management_key()`. Then check the requests that it sent:
//! assert!(emulator.journal().is_empty());
//! assert_eq!(emulator.counters().refreshes, 0);
//! # Ok(())
//! # }
//! ```
//!
//! It also runs as a separate program, `descope-outbound-emulator`. Tests in other languages control that program
//! through the endpoints under `/_emulator/`.
//!
//! The emulator listens on 127.0.0.1 only, and rejects requests that a web page could have sent.
#![forbid(unsafe_code)]
// Input from outside must never cause a panic through an index.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod clock;
mod control;
mod emulator;
mod faults;
mod http;
mod journal;
mod provider;
mod provider_api;
mod server;
mod service;
mod setup;
mod state;
mod vault;

pub use emulator::Emulator;
pub use faults::{Ending, Fault, FaultError, Piece, ResponseDelivery, ScriptedResponse};
pub use journal::JournalEntry;
pub use setup::{
    Certificate, Connection, DEFAULT_MANAGEMENT_KEY, DEFAULT_PROJECT_ID, ExpiryFormat, InboundToken,
    MissingDelete, Options, RefreshToken, Revocation, Seed, SeedApp, SeedError, StartError,
};
pub use state::{ConnectError, EmulatorCounters};
