//! The reason why a connection is rejected.

use std::fmt;

/// The reason why a connection is rejected.
#[derive(Debug)]
pub struct ConnectError(String);

impl ConnectError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "connect: {}", self.0)
    }
}

impl std::error::Error for ConnectError {}
