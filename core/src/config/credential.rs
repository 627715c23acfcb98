//! The check of credentials that the client sends in a header.

use crate::config::environment::Environment;
use crate::error::{ArgumentName, Error};
use crate::secret::Secret;

pub(crate) const MANAGEMENT_KEY: ArgumentName =
    ArgumentName { snake: "management_key", camel: "managementKey" };

/// Checks that a header can carry a management key or inbound token. The error of the HTTP library would quote the
/// value, so the check comes first.
pub(crate) fn check_credential(name: ArgumentName, credential: &Secret) -> Result<(), Error> {
    let value = credential.expose();
    if value.contains(['\r', '\n']) {
        return Err(Error::invalid(name, "must not hold a line break"));
    }
    if value.trim() != value {
        return Err(Error::invalid(name, "must not begin or end with a space"));
    }
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Error::invalid(name, "must hold printable ASCII characters only"));
    }
    Ok(())
}

pub(crate) fn resolve_management_key(
    given: Option<Secret>,
    environment: &Environment,
) -> Result<Option<Secret>, Error> {
    let key = given
        .filter(|key| !key.is_empty())
        .or_else(|| environment.get("DESCOPE_MANAGEMENT_KEY").map(Secret::from));
    if let Some(key) = &key {
        check_credential(MANAGEMENT_KEY, key)?;
    }
    Ok(key)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_credential_that_a_header_cannot_carry_does_not_quote_it() {
        for key in [
            "made-up\nkey",
            "made-up-key ",
            " made-up-key",
            "made-up-këy",
            "made-up\tkey",
            "made-up\u{7f}key",
        ] {
            let error = check_credential(MANAGEMENT_KEY, &Secret::from(key)).unwrap_err();
            assert!(!error.to_string().contains("made-up"), "{error}");
        }
        assert!(check_credential(MANAGEMENT_KEY, &Secret::from("made-up key~")).is_ok());
    }
}
