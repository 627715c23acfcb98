//! The URLs of the operations. Those that are the same in every call are parsed once for each client.

use std::ptr;
use std::sync::OnceLock;

use http::Uri;

use crate::error::Error;
use crate::request::operation::{OPERATIONS, Operation};

pub(crate) struct Urls {
    base: String,
    /// One parsed URL for each operation, in the order of [`OPERATIONS`].
    parsed: Box<[OnceLock<Uri>]>,
}

impl Urls {
    /// `base` ends without a slash.
    pub(crate) fn new(base: &str) -> Self {
        Self { base: base.to_owned(), parsed: OPERATIONS.iter().map(|_| OnceLock::new()).collect() }
    }

    /// The operation's URL. `rest` is the part of the path and the query that the arguments add, already encoded.
    pub(crate) fn of(&self, operation: &'static Operation, rest: &str) -> Result<Uri, Error> {
        let urls = OPERATIONS.iter().zip(&self.parsed);
        let slot = urls.filter(|_| rest.is_empty()).find(|(known, _)| ptr::eq(**known, operation));
        let Some((_, slot)) = slot else { return self.at(&format!("{}{rest}", operation.path)) };
        if let Some(url) = slot.get() {
            return Ok(url.clone());
        }
        let url = self.at(operation.path)?;
        Ok(slot.get_or_init(|| url).clone())
    }

    /// The URL of this path, which is already encoded.
    pub(crate) fn at(&self, path: &str) -> Result<Uri, Error> {
        Uri::try_from(format!("{}{path}", self.base)).map_err(|error| {
            Error::invalid_setup(format!(
                "the base URL and the path do not form a URL; check the base URL: {error}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::operation::{DELETE_TOKEN, FETCH_TENANT_TOKEN, FETCH_TOKEN};

    #[test]
    fn each_operation_has_its_own_url_in_the_first_call_and_later() {
        let urls = Urls::new("https://h/base");
        for _ in 0..2 {
            let url = |operation, rest| urls.of(operation, rest).unwrap().to_string();
            assert_eq!(url(&FETCH_TOKEN, ""), "https://h/base/v1/mgmt/outbound/app/user/token/latest");
            assert_eq!(
                url(&FETCH_TENANT_TOKEN, ""),
                "https://h/base/v1/mgmt/outbound/app/tenant/token/latest"
            );
            assert_eq!(url(&DELETE_TOKEN, "?id=a%2Fb"), "https://h/base/v1/mgmt/outbound/token?id=a%2Fb");
            assert_eq!(url(&DELETE_TOKEN, ""), "https://h/base/v1/mgmt/outbound/token");
        }
    }
}
