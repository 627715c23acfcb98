//! The operations by their names.

use std::error::Error;
use std::fmt;

use descope_outbound::Operation;
use descope_outbound::operation::OPERATIONS;

/// A binding asked for an operation that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOperation(String);

/// Returns the operation with this name.
///
/// # Errors
/// There is no such operation.
pub fn operation_named(name: &str) -> Result<&'static Operation, UnknownOperation> {
    Operation::named(name).ok_or_else(|| UnknownOperation(name.to_owned()))
}

/// Returns the name of every operation.
#[must_use]
pub fn operation_names() -> Vec<&'static str> {
    OPERATIONS.iter().map(|operation| operation.name).collect()
}

impl fmt::Display for UnknownOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no operation called {}", self.0)
    }
}

impl Error for UnknownOperation {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name() {
        for name in operation_names() {
            assert_eq!(operation_named(name).unwrap().name, name);
        }
    }

    #[test]
    fn an_unknown_operation_is_named_in_the_error() {
        let error = operation_named("fetch_everything").unwrap_err();
        assert_eq!(error.to_string(), "there is no operation called fetch_everything");
    }
}
