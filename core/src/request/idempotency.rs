//! Whether a request may be sent twice.

/// Whether sending a request twice has the same effect as sending it once. The retry policy decides the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// Twice has the same effect as once.
    Idempotent,
    /// Like [`Idempotency::Idempotent`]. A 404 to a retry means that the first attempt, whose response was lost, has
    /// succeeded.
    IdempotentDelete,
    /// Idempotent, unless this argument, or this member of an argument, is true.
    IdempotentUnless(&'static str),
    /// A second request has a further effect. The client retries only if the service cannot have begun the first.
    NonIdempotent,
}
