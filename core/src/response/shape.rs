//! The shapes that a success can have.

/// The shape of an operation's success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseShape {
    /// `{"token": …}`, at most 1 MiB.
    Token,
    /// Any other object.
    Object,
    /// Any JSON, or nothing.
    Empty,
}
