//! Plumbing for the packages of other languages. It is exempt from semantic versioning: it may change in any release.
//!
//! Its items have examples like the rest of the crate, but the documentation of the crate hides them.

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

/// The settings of a client that only the package of another language needs.
///
/// ```
/// use descope_outbound::{Client, bindings::ClientBuilderExt};
///
/// # fn main() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder()
///     .project_id("P2made")
///     .sdk_name("python")
///     .runtime_version("python", "3.13.1")
///     .additional_roots_variable("REQUESTS_CA_BUNDLE")
///     .build()?;
/// # Ok(())
/// # }
/// ```
pub trait ClientBuilderExt: Sized {
    /// Sets the `x-descope-sdk-name` header: `python` or `nodejs`. The default is `rust`.
    ///
    /// ```
    /// use descope_outbound::{Client, bindings::ClientBuilderExt};
    ///
    /// let builder = Client::builder().sdk_name("nodejs");
    /// ```
    #[must_use]
    fn sdk_name(self, sdk_name: &'static str) -> Self;

    /// Sets the version of the calling language: the `x-descope-sdk-<language>-version` header. By default it is not sent.
    ///
    /// ```
    /// use descope_outbound::{Client, bindings::ClientBuilderExt};
    ///
    /// let builder = Client::builder().runtime_version("python", "3.13.1");
    /// ```
    #[must_use]
    fn runtime_version(self, language: &'static str, version: impl Into<String>) -> Self;

    /// Also trusts the certificates in the file that this variable names, like other software of the language.
    ///
    /// ```
    /// use descope_outbound::{Client, bindings::ClientBuilderExt};
    ///
    /// let builder = Client::builder().additional_roots_variable("NODE_EXTRA_CA_CERTS");
    /// ```
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

/// Lookups in the cache of a client. They send nothing and need no runtime.
///
/// ```
/// use descope_outbound::bindings::{CacheLookup, ClientExt};
/// use descope_outbound::{CacheOptions, Client, operation};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
/// let mut lookup = CacheLookup::new(&operation::FETCH_TOKEN);
/// lookup.app_id = "google-calendar";
/// lookup.user_id = "user-id";
/// assert!(client.look_up(&lookup, Duration::ZERO).is_none());
/// # Ok(())
/// # }
/// ```
pub trait ClientExt {
    /// Serves a fetch from the cache. After `None`, the caller continues with [`Client::call`] and the same arguments.
    ///
    /// If the token is due for a refresh, this serves it and starts the refresh in the background.
    ///
    /// ```
    /// use descope_outbound::bindings::ClientExt;
    /// use descope_outbound::{Arguments, CacheOptions, Client, operation};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
    /// let arguments = Arguments::default().with("app_id", "google-calendar").with("user_id", "user-id");
    /// assert!(client.cached(&operation::FETCH_TOKEN, &arguments, Duration::ZERO).is_none());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    fn cached(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        min_validity: Duration,
    ) -> Option<Response>;

    /// Like [`ClientExt::cached`], for a lookup that borrows its texts.
    ///
    /// ```
    /// use descope_outbound::bindings::{CacheLookup, ClientExt};
    /// use descope_outbound::{CacheOptions, Client, operation};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), descope_outbound::Error> {
    /// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
    /// let mut lookup = CacheLookup::new(&operation::FETCH_TOKEN);
    /// lookup.app_id = "google-calendar";
    /// lookup.user_id = "user-id";
    /// assert!(client.look_up(&lookup, Duration::ZERO).is_none());
    /// # Ok(())
    /// # }
    /// ```
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

/// Identifies a response, and attaches the binding's own data to it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
/// # let client = descope_outbound::Client::builder()
/// #     .project_id(emulator.project_id())
/// #     .management_key(emulator.management_key())
/// #     .base_url(emulator.base_url())
/// #     .build()?;
/// use descope_outbound::bindings::ResponseExt;
/// use descope_outbound::{Arguments, operation};
///
/// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
/// response.attach("parsed");
/// assert_eq!(response.attachment(), Some(&"parsed"));
/// # Ok(())
/// # }
/// ```
pub trait ResponseExt {
    /// The number of the content. All responses with the same content share it, and no other response of this process has
    /// it. The cache serves the same content until the next refresh.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::bindings::ResponseExt;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.clone().generation(), response.generation());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    fn generation(&self) -> u64;

    /// A weak reference. It does not keep a token alive that the cache has dropped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::bindings::ResponseExt;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// let weak = response.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    fn downgrade(&self) -> WeakResponse;

    /// The value that is attached to the content, if it has this type.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::bindings::ResponseExt;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// response.attach(7_u8);
    /// assert_eq!((response.attachment::<u8>(), response.attachment::<u16>()), (Some(&7), None));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    fn attachment<Attached: Any>(&self) -> Option<&Attached>;

    /// Attaches a value to the content, such as a parsed form for the next hit. It lives as long as the content. If a value
    /// is already attached, that one stays.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = descope_outbound_emulator::Emulator::start(Default::default()).await?;
    /// # let client = descope_outbound::Client::builder()
    /// #     .project_id(emulator.project_id())
    /// #     .management_key(emulator.management_key())
    /// #     .base_url(emulator.base_url())
    /// #     .build()?;
    /// use descope_outbound::bindings::ResponseExt;
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// response.attach(1_u8);
    /// response.attach(2_u8);
    /// assert_eq!(response.attachment(), Some(&1_u8));
    /// # Ok(())
    /// # }
    /// ```
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

/// The cache options that are numbers in other languages: counts, and durations in seconds.
///
/// ```
/// use descope_outbound::bindings::CACHE_NUMBERS;
///
/// assert!(CACHE_NUMBERS.iter().any(|name| name.camel == "maxAgeSeconds"));
/// ```
pub const CACHE_NUMBERS: [ArgumentName; 6] = CacheOptions::NUMBERS;

/// The name of [`CallOptions::min_validity`](crate::CallOptions::min_validity) in other languages: a number of seconds.
///
/// ```
/// assert_eq!(descope_outbound::bindings::MIN_VALIDITY.snake, "min_validity_seconds");
/// ```
pub const MIN_VALIDITY: ArgumentName =
    ArgumentName { snake: "min_validity_seconds", camel: "minValiditySeconds" };

/// Sets one of [`CACHE_NUMBERS`].
///
/// # Errors
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a negative or infinite number, for a fraction of
/// an entry or of a byte, and for another name.
///
/// ```
/// use descope_outbound::CacheOptions;
/// use descope_outbound::bindings::{CACHE_NUMBERS, set_cache_number};
///
/// for name in CACHE_NUMBERS {
///     assert!(set_cache_number(CacheOptions::default(), name, 60.0).is_ok());
///     assert!(set_cache_number(CacheOptions::default(), name, -1.0).is_err());
/// }
/// ```
pub fn set_cache_number(
    options: CacheOptions,
    name: ArgumentName,
    number: f64,
) -> Result<CacheOptions, Error> {
    options.number(name, number)
}

/// All statistics, with their names in other languages.
///
/// ```
/// use descope_outbound::bindings::cache_stats_numbers;
/// use descope_outbound::{CacheOptions, Client};
///
/// # fn main() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder().project_id("P2made").cache(CacheOptions::default()).build()?;
/// if let Some(cache) = client.cache() {
///     for (name, number) in cache_stats_numbers(&cache.stats()) {
///         assert_eq!(number, 0, "{}", name.snake);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn cache_stats_numbers(stats: &CacheStats) -> [(ArgumentName, u64); 11] {
    stats.numbers()
}
