//! Plumbing for the packages of other languages. It is exempt from semantic versioning: it may change in any release.

use std::any::Any;
use std::time::Duration;

use crate::cache::{CacheOptions, CacheStats};
use crate::client::{Client, ClientBuilder, Response};
use crate::error::{ArgumentName, Error};
use crate::request::{Arguments, Operation};

pub use crate::cache::{CacheLookup, ScopeSet};
pub use crate::client::WeakResponse;
pub use crate::config::{span_from_seconds, timeout_from_seconds};
pub use crate::model::expiry_milliseconds;
pub use crate::secret::{REDACTED, is_secret_field};

/// The settings of a client that only a package for another language makes.
pub trait ClientBuilderExt: Sized {
    /// Sets the `x-descope-sdk-name` header: `python` or `nodejs`. It is `rust` unless set.
    #[must_use]
    fn sdk_name(self, sdk_name: &'static str) -> Self;

    /// Sets the version of the calling language: the `x-descope-sdk-<language>-version` header.
    #[must_use]
    fn runtime_version(self, language: &'static str, version: impl Into<String>) -> Self;

    /// Also trusts the certificates in the file that this variable names, as other software of the language does.
    #[must_use]
    fn additional_roots_variable(self, variable: impl Into<String>) -> Self;
}

impl ClientBuilderExt for ClientBuilder {
    fn sdk_name(mut self, sdk_name: &'static str) -> Self {
        self.sdk_name = sdk_name;
        self
    }

    fn runtime_version(mut self, language: &'static str, version: impl Into<String>) -> Self {
        self.runtime = Some((language, version.into()));
        self
    }

    fn additional_roots_variable(mut self, variable: impl Into<String>) -> Self {
        self.additional_roots_variables.push(variable.into());
        self
    }
}

/// Lookups in the cache of a client: nothing is sent, and no runtime is needed.
pub trait ClientExt {
    /// Serves a fetch from the cache. After `None`, [`Client::call`] with the same arguments is the next step.
    ///
    /// A token that is due for a refresh is served, and refreshed in the background.
    #[must_use]
    fn cached(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        min_validity: Duration,
    ) -> Option<Response>;

    /// Like [`ClientExt::cached`], for a lookup that borrows its texts.
    #[must_use]
    fn look_up(&self, lookup: &CacheLookup<'_>, min_validity: Duration) -> Option<Response>;
}

impl ClientExt for Client {
    fn cached(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        min_validity: Duration,
    ) -> Option<Response> {
        self.serve_cached(&CacheLookup::read(operation, arguments)?, min_validity)
    }

    fn look_up(&self, lookup: &CacheLookup<'_>, min_validity: Duration) -> Option<Response> {
        self.serve_cached(lookup, min_validity)
    }
}

/// What a binding stores with a response, and how it recognises one.
pub trait ResponseExt {
    /// A number that all responses with the same content share, and no other response of this process has. The cache serves
    /// the same content until the next refresh.
    #[must_use]
    fn generation(&self) -> u64;

    /// A weak reference. It does not keep a token alive that the cache has dropped.
    #[must_use]
    fn downgrade(&self) -> WeakResponse;

    /// The value that was attached to the content, if it has this type.
    #[must_use]
    fn attachment<Attached: Any>(&self) -> Option<&Attached>;

    /// Attaches a value to the content for as long as that lives, such as a parsed form for the next hit. The first value
    /// stays.
    fn attach(&self, attached: impl Any + Send + Sync);
}

impl ResponseExt for Response {
    fn generation(&self) -> u64 {
        self.0.content().generation()
    }

    fn downgrade(&self) -> WeakResponse {
        WeakResponse(self.0.downgrade())
    }

    fn attachment<Attached: Any>(&self) -> Option<&Attached> {
        self.0.content().attachment()
    }

    fn attach(&self, attached: impl Any + Send + Sync) {
        self.0.content().attach(attached);
    }
}

/// The cache options that are numbers in other languages: counts, and spans of time in seconds.
pub const CACHE_NUMBERS: [ArgumentName; 6] = CacheOptions::NUMBERS;

/// The name of a call's smallest remaining validity in other languages, a number of seconds.
pub const MIN_VALIDITY: ArgumentName =
    ArgumentName { snake: "min_validity_seconds", camel: "minValiditySeconds" };

/// Sets one of [`CACHE_NUMBERS`].
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a negative or infinite number, for a fraction of
/// an entry or of a byte, and for another name.
pub fn set_cache_number(
    options: CacheOptions,
    name: ArgumentName,
    number: f64,
) -> Result<CacheOptions, Error> {
    options.number(name, number)
}

/// All statistics, with their names in other languages.
#[must_use]
pub fn cache_stats_numbers(stats: &CacheStats) -> [(ArgumentName, u64); 11] {
    stats.numbers()
}
