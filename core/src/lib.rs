//! Third-party access tokens from
//! [Descope Outbound Apps](https://docs.descope.com/identity-federation/outbound-apps), fetched on behalf of a user.
//!
//! A backend needs such a token before every call to the third party. So this crate reuses its connections, limits every
//! call by one deadline, retries safely, caches tokens on request, and never shows a secret.
//!
//! The crate starts no runtime: its futures run on the caller's tokio runtime, with I/O and time enabled.
//!
//! # First call
//!
//! Build one [`Client`] and share it; it is cheap to clone. [`Client::from_env`] reads `DESCOPE_PROJECT_ID` and
//! `DESCOPE_MANAGEMENT_KEY`.
//!
//! ```
//! use descope_outbound::Client;
//! use descope_outbound_emulator::{Connection, Emulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The emulator replaces the service. Leave `base_url` out to call Descope.
//! let emulator = Emulator::start(Default::default()).await?;
//! emulator.connect(Connection::user("google-calendar", "user-id"))?;
//! let client = Client::builder()
//!     .project_id(emulator.project_id())
//!     .management_key(emulator.management_key())
//!     .base_url(emulator.base_url())
//!     .build()?;
//!
//! let token = client.fetch_token("google-calendar", "user-id").await?;
//! println!("Authorization: Bearer {}", token.access_token.expose());
//! # Ok(())
//! # }
//! ```
//!
//! The other operations are methods of [`Client`] too: [deletes](Client::delete_user_tokens),
//! [uploads](Client::upload_user_token) and the [outbound apps](Client::load_all_applications) themselves.
//! [`Client::call`] performs any [`operation`] and returns its JSON.
//!
//! # Errors
//!
//! Every call returns an [`Error`]. Its text says what happened, then what to do, and holds no secret. Its
//! [`kind`](Error::kind) is for the program:
//!
//! | [`ErrorKind`] | What the caller does |
//! |---|---|
//! | [`TokenNotFound`](ErrorKind::TokenNotFound) | Ask the user to connect the app. |
//! | [`RateLimited`](ErrorKind::RateLimited) | Wait for [`Error::retry_after`], then call again. |
//! | [`DeadlineExceeded`](ErrorKind::DeadlineExceeded), [`ConnectionFailed`](ErrorKind::ConnectionFailed) | Call again later. The request may have taken effect, unless [`Error::was_never_sent`]. |
//! | [`Http`](ErrorKind::Http) | With a [`status`](Error::status) of 500 or more, call again later. Otherwise fix the call, the key or the base URL. |
//! | [`Decode`](ErrorKind::Decode) | Check the base URL, then ask Descope. |
//! | [`InvalidArgument`](ErrorKind::InvalidArgument), [`InvalidType`](ErrorKind::InvalidType) | Fix the call: [`Error::argument`] names the argument. |
//! | [`ManagementKeyMissing`](ErrorKind::ManagementKeyMissing) | Configure a management key. |
//!
//! [`is_timeout`](Error::is_timeout) is true if time ran out, and [`is_connect`](Error::is_connect) if the client could
//! not connect. The [`source`](std::error::Error::source) of a failed connection is a [`TransportError`], which
//! distinguishes DNS, TLS, proxy and other failures. For a question to Descope, quote [`Error::request_id`].
//!
//! ```
//! use descope_outbound::{Client, Error, ErrorKind};
//!
//! # use descope_outbound_emulator::Emulator;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start(Default::default()).await?;
//! # let builder = Client::builder()
//! #     .project_id(emulator.project_id())
//! #     .management_key(emulator.management_key())
//! #     .base_url(emulator.base_url());
//! # let client = builder.build()?;
//! fn advice(error: &Error) -> &'static str {
//!     match error.kind() {
//!         ErrorKind::TokenNotFound => "please connect your calendar",
//!         ErrorKind::RateLimited => "please try again in a few seconds",
//!         _ if error.is_timeout() || error.is_connect() => "Descope is unreachable, please try again later",
//!         _ => "something is wrong with our settings",
//!     }
//! }
//!
//! let error = client.fetch_token("google-calendar", "user-id").await.unwrap_err();
//! assert_eq!(advice(&error), "please connect your calendar");
//!
//! // Nothing listens on port 1.
//! let unreachable = Client::builder()
//!     .base_url("http://127.0.0.1:1")
//!     .retry_delays([])
//! #     .project_id(emulator.project_id())
//! #     .management_key(emulator.management_key())
//!     // …
//!     .build()?;
//! let error = unreachable.fetch_token("google-calendar", "user-id").await.unwrap_err();
//! assert_eq!(advice(&error), "Descope is unreachable, please try again later");
//! assert!(std::error::Error::source(&error).is_some_and(|cause| cause.is::<descope_outbound::TransportError>()));
//! # Ok(())
//! # }
//! ```
//!
//! # Timeouts and retries
//!
//! One deadline limits a call as a whole, retries and waits included. The default is [`DEFAULT_TIMEOUT`], 20 s.
//! [`ClientBuilder::timeout`] sets another for the client, [`FetchToken::timeout`] or [`CallOptions::timeout`] for one call.
//!
//! The client retries up to three times within the deadline. It retries on the statuses 503, 520, 521, 522, 524 and
//! 530, on failed connection attempts, and on interrupted connections. It retries a call that the service may have
//! begun only if a second request does no harm. It waits at most 0.1, 1 and 5 s before the retries, or as long as a
//! `Retry-After` header says. [`ClientBuilder::retry_delays`] changes these waits. After 100 failed retries a client
//! has none left. Then five calls that succeed immediately earn one retry.
//!
//! ```
//! use std::time::Duration;
//! use descope_outbound::{Client, ErrorKind};
//! use descope_outbound_emulator::{Connection, Fault};
//!
//! # use descope_outbound_emulator::Emulator;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start(Default::default()).await?;
//! # let builder = Client::builder()
//! #     .project_id(emulator.project_id())
//! #     .management_key(emulator.management_key())
//! #     .base_url(emulator.base_url());
//! # emulator.connect(Connection::user("google-calendar", "user-id"))?;
//! let client = builder.timeout(Duration::from_secs(5)).build()?;
//!
//! // The client retries after a reset connection.
//! emulator.add_fault(Fault::reset().user("user-id").once())?;
//! client.fetch_token("google-calendar", "user-id").await?;
//!
//! // A service that does not respond ends in a passed deadline.
//! emulator.add_fault(Fault::hang())?;
//! let fetch = client.fetch_token("google-calendar", "user-id").timeout(Duration::from_millis(100));
//! assert_eq!(fetch.await.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
//! # Ok(())
//! # }
//! ```
//!
//! # The cache
//!
//! A client has a cache if it is [built](ClientBuilder::cache) with [`CacheOptions`]. The cache is in the memory of this
//! process, and wipes a token when it drops it. Concurrent fetches of the same token share one request.
//!
//! By default the cache refreshes a token in the background once it is 5 minutes old. It serves the token for at most
//! 15 minutes, and never after it expires. If a user is disconnected in the console or by another process, this client
//! may serve the old token for that long. [`Cache::forget`] drops a user's tokens, and [`Cache::reject`] drops a token
//! that the third party has rejected. The client's own deletes and uploads drop the tokens that they change.
//! [`Token::source`] says where a token comes from, and [`Cache::stats`] counts.
//!
//! ```
//! use descope_outbound::{CacheOptions, Client, Source};
//! # use descope_outbound_emulator::Connection;
//!
//! # use descope_outbound_emulator::Emulator;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start(Default::default()).await?;
//! # let builder = Client::builder()
//! #     .project_id(emulator.project_id())
//! #     .management_key(emulator.management_key())
//! #     .base_url(emulator.base_url());
//! # emulator.connect(Connection::user("google-calendar", "user-id"))?;
//! let client = builder.cache(CacheOptions::default()).build()?;
//!
//! let token = client.fetch_token("google-calendar", "user-id").await?;
//! assert_eq!(token.source(), Source::Network);
//! let token = client.fetch_token("google-calendar", "user-id").await?;
//! assert_eq!(token.source(), Source::Cache);
//!
//! // The third party returned 401: the next fetch reaches the service.
//! let cache = client.cache().ok_or("the client has no cache")?;
//! cache.reject(token.access_token.expose());
//! let token = client.fetch_token("google-calendar", "user-id").await?;
//! assert_eq!((token.source(), cache.stats().hits), (Source::Network, 1));
//! # Ok(())
//! # }
//! ```
//!
//! # Testing with the emulator
//!
//! The crate `descope-outbound-emulator` emulates the service and the third parties inside a test. It issues tokens,
//! refreshes them, injects failures, and records the requests. A [`CacheClock`] moves the time of the cache.
//!
//! ```
//! use std::time::Duration;
//! use descope_outbound::{CacheClock, CacheOptions, Client, LicenseHandshake, Source};
//! use descope_outbound_emulator::{Connection, Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start(Default::default()).await?;
//! emulator.connect(Connection::user("google-calendar", "user-id"))?;
//! let clock = CacheClock::adjustable();
//! let client = Client::builder()
//!     .project_id(emulator.project_id())
//!     .management_key(emulator.management_key())
//!     .base_url(emulator.base_url())
//!     .cache(CacheOptions::default().clock(clock.clone()))
//!     // Otherwise the emulator counts the handshake as one more request.
//!     .license_handshake(LicenseHandshake::Off)
//!     .build()?;
//!
//! // One failure and one retry are two requests.
//! emulator.add_fault(Fault::reset().once())?;
//! client.fetch_token("google-calendar", "user-id").await?;
//! assert_eq!(emulator.counters().requests, 2);
//!
//! // After 16 minutes the cache does not serve the token any more.
//! emulator.advance(Duration::from_secs(16 * 60));
//! clock.advance(Duration::from_secs(16 * 60));
//! let token = client.fetch_token("google-calendar", "user-id").await?;
//! assert_eq!(token.source(), Source::Network);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
// An index or slice of input from outside must not cause a panic.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

#[doc(hidden)]
pub mod bindings;
mod cache;
mod client;
mod config;
mod error;
mod http;
#[cfg(any(test, fuzzing))]
pub mod invariants;
mod model;
mod request;
mod response;
mod secret;

pub use self::http::LicenseHandshake;
pub use cache::{Cache, CacheClock, CacheOptions, CacheStats};
pub use client::{CallOptions, Client, ClientBuilder, FetchToken, Response};
pub use config::{DEFAULT_TIMEOUT, Environment};
pub use error::{ArgumentName, Error, ErrorKind, ErrorResponse, TransportError, TransportReason};
pub use model::{Application, BatchFailure, MoreFields, Template, Token, TokenUpload, UrlParam};
pub use request::operation;
pub use request::{Argument, Arguments, Operation};
pub use response::Source;
pub use secret::{Headers, Secret};
