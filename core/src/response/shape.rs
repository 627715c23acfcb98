//! The shapes of a successful response.

/// The shape of an operation's successful response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseShape {
    /// `{"token": …}`, at most 1 MiB.
    Token,
    /// Any other object.
    Object,
    /// Any JSON, or nothing.
    Empty,
}
