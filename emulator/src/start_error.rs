//! Why an emulator did not start.

use std::{error, fmt, io};

use crate::options::Options;
use crate::seed::SeedError;

/// Why an emulator did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The port cannot be listened on.
    Bind {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The certificates could not be made or written.
    Certificate(Box<dyn error::Error + Send + Sync>),
    /// The seed makes no sense.
    Seed(SeedError),
    /// An option makes no sense.
    Option(&'static str),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind { port, source } => write!(formatter, "cannot listen on 127.0.0.1:{port}: {source}"),
            Self::Certificate(source) => write!(formatter, "cannot make the certificates: {source}"),
            Self::Seed(source) => source.fmt(formatter),
            Self::Option(message) => formatter.write_str(message),
        }
    }
}

impl error::Error for StartError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } => Some(source),
            Self::Certificate(source) => Some(&**source),
            Self::Seed(source) => Some(source),
            Self::Option(_) => None,
        }
    }
}

impl Options {
    /// What could never work is told at the start, not by a request that is refused.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let sendable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !sendable(&self.project_id) || self.project_id.contains(':') {
            return Err(StartError::Option(
                "the project id must be visible ASCII characters without a colon",
            ));
        }
        if !sendable(&self.management_key) {
            return Err(StartError::Option("the management key must be visible ASCII characters"));
        }
        self.seed.check().map_err(StartError::Seed)
    }
}
