//! The client: its settings, and the operations of the service as methods.

mod builder;
mod call_options;
mod fetch_token;
mod handle;
mod operations;
mod response;

pub use builder::ClientBuilder;
pub use call_options::CallOptions;
pub use fetch_token::FetchToken;
pub use handle::Client;
pub use response::{Response, WeakResponse};
