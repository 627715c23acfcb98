//! The reasons why an emulator cannot start.

use std::{error, fmt, io};

use super::seed::SeedError;

/// The reason why an emulator cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The emulator cannot listen on the port.
    Bind {
        /// The requested port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The certificates cannot be generated or written.
    Certificate(Box<dyn error::Error + Send + Sync>),
    /// The seed is not valid.
    Seed(SeedError),
    /// An option is not valid.
    Option(&'static str),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind { port, source } => write!(
                formatter,
                "cannot listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for a free one"
            ),
            Self::Certificate(source) => write!(formatter, "cannot create the certificates: {source}"),
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
