//! The response of a call.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::cache::{Served, WeakServed};
use crate::error::Error;
use crate::model::Token;
use crate::response::Source;
use crate::secret::Headers;

/// A successful response: status, headers and JSON. It is cheap to clone.
///
/// The JSON is wiped from memory when the last clone is dropped.
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
/// use descope_outbound::{Arguments, operation};
///
/// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
/// assert_eq!(response.json(), br#"{"apps":[]}"#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response(pub(crate) Served);

// Two words, so that a response is passed in registers.
const _: () = assert!(size_of::<Option<Response>>() == 16 || size_of::<usize>() != 8);

impl Response {
    /// The HTTP status, 200 to 299.
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
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.content().status()
    }

    /// The headers of the response.
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
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.headers().get("content-type"), Some("application/json"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn headers(&self) -> &Headers {
        self.0.content().headers()
    }

    /// The body, which is valid JSON. It is `{}` if the service sent an empty body and the operation allows that.
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
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.json(), br#"{"apps":[]}"#);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn json(&self) -> &[u8] {
        self.0.content().json()
    }

    /// Where this response comes from: the service, the cache, or the request of another call.
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
    /// use descope_outbound::{Arguments, operation};
    ///
    /// let response = client.call(&operation::LOAD_ALL_APPLICATIONS, Arguments::default(), None).await?;
    /// assert_eq!(response.source(), descope_outbound::Source::Network);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn source(&self) -> Source {
        self.0.source()
    }

    /// Reads the token of a fetch.
    pub(crate) fn token(&self) -> Result<Token, Error> {
        self.0.token()
    }

    pub(crate) fn object<Object: DeserializeOwned>(&self, name: &str) -> Result<Object, Error> {
        self.0.content().object(name)
    }

    pub(crate) fn list<Item: DeserializeOwned>(&self, name: &str) -> Result<Vec<Item>, Error> {
        self.0.content().list(name)
    }
}

/// Leaves the body out, since it may hold tokens.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status())
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

/// A [`Response`] that does not keep its content alive.
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
/// drop(response);
/// assert!(weak.upgrade().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WeakResponse(pub(crate) WeakServed);

impl WeakResponse {
    /// The response, if its content is still alive.
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
    /// assert_eq!(weak.upgrade().map(|same| same.generation()), Some(response.generation()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Response> {
        self.0.upgrade().map(Response)
    }
}

impl fmt::Debug for WeakResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WeakResponse").finish_non_exhaustive()
    }
}
