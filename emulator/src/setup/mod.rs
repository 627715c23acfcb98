//! The options, seeds, connections and inbound tokens that a test chooses before and while an emulator runs.

mod connection;
mod inbound_token;
mod options;
mod seed;
mod start_error;

pub use connection::{Connection, RefreshToken, Revocation};
pub use inbound_token::InboundToken;
pub use options::{
    Certificate, DEFAULT_MANAGEMENT_KEY, DEFAULT_PROJECT_ID, ExpiryFormat, MissingDelete, Options,
};
pub use seed::{Seed, SeedApp, SeedError};
pub use start_error::StartError;

pub(crate) use inbound_token::FETCH_SCOPE;
