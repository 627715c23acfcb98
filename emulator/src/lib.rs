//! A local stand-in for Descope's outbound-application service and for the third-party providers behind it.
//!
//! It keeps tokens as the service does, mints and refreshes them as a provider does, and on request it misbehaves as
//! networks do. It runs inside a test:
//!
//! ```
//! use descope_outbound_emulator::{Connection, Emulator, Fault, Options};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start(Options::default()).await?;
//! emulator.connect(Connection::user("github", "user-1").scopes(["repo"]))?;
//! emulator.add_fault(Fault::answer(503).once())?;
//!
//! // Point the client under test at `emulator.base_url()`, with `emulator.project_id()` and
//! // `emulator.management_key()`. Then look at what it sent:
//! assert!(emulator.journal().is_empty());
//! assert_eq!(emulator.counters().refreshes, 0);
//! # Ok(())
//! # }
//! ```
//!
//! or as a program of its own, `descope-outbound-emulator`, which does the same for tests in other languages through
//! the endpoints under `/_emulator/`.
//!
//! It listens on 127.0.0.1 only, and refuses requests that a web page could have sent.
#![forbid(unsafe_code)]
// What comes from outside is never an index that panics.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod answer_body;
mod app;
mod call;
mod certificates;
mod clock;
mod connection;
mod control;
mod counters;
mod emulator;
mod exchange;
mod fault;
mod fault_list;
mod gate;
mod inbound;
mod journal;
mod line;
mod listener;
mod options;
mod provider;
mod provider_endpoints;
mod raw_answer;
mod redaction;
mod seed;
mod service;
mod start_error;
mod state;
mod takeover;
mod vault;
mod world;

pub use connection::{Connection, RefreshToken, Revocation};
pub use counters::Counters;
pub use emulator::Emulator;
pub use fault::{Delivery, Fault, FaultError};
pub use inbound::InboundToken;
pub use journal::JournalEntry;
pub use options::{
    Certificate, DEFAULT_MANAGEMENT_KEY, DEFAULT_PROJECT_ID, ExpiryFormat, MissingDelete, Options,
};
pub use raw_answer::{Ending, Piece, RawAnswer};
pub use seed::{Seed, SeedApp, SeedError};
pub use start_error::StartError;
pub use state::ConnectError;
