//! A token of a third party.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::model::expiry::expiry_milliseconds;
use crate::model::null_as_default::null_as_default;
use crate::response::{Content, Source};
use crate::secret::{Secret, optional_secret, secret};

/// A third party's access token. The fields are those of the API reference.
///
/// A field that the service leaves out is empty, `false` or `None`. `Debug` shows no secret.
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
/// # emulator.connect(descope_outbound_emulator::Connection::user("google-calendar", "user-id"))?;
/// let token = client.fetch_token("google-calendar", "user-id").await?;
/// let authorization = format!("{} {}", token.access_token_type, token.access_token.expose());
/// assert_eq!((token.app_id.as_str(), token.user_id.as_str()), ("google-calendar", "user-id"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Token {
    /// The token's id, for [`Client::delete_token`](crate::Client::delete_token).
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The id of the outbound app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub app_id: String,
    /// The id of the user that owns the token. It is empty for a tenant's token.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_id: String,
    /// The id of the tenant that the token is bound to, or an empty string.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tenant_id: String,
    /// The access token, for the `Authorization` header of a request to the third party.
    #[serde(deserialize_with = "secret")]
    pub access_token: Secret,
    /// The type of the access token, mostly `Bearer`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub access_token_type: String,
    /// The refresh token, if the fetch requested it: see
    /// [`FetchToken::with_refresh_token`](crate::FetchToken::with_refresh_token).
    #[serde(default, deserialize_with = "optional_secret")]
    pub refresh_token: Option<Secret>,
    /// Whether the service has a refresh token.
    #[serde(default, deserialize_with = "null_as_default")]
    pub has_refresh_token: bool,
    /// The scopes that the user granted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<String>,
    /// Why the last refresh failed, or an empty string. After a failed refresh, the access token may have expired.
    #[serde(default, deserialize_with = "null_as_default")]
    pub last_refresh_error: String,
    #[serde(default)]
    access_token_expiry: Value,
    #[serde(skip)]
    source: Source,
}

impl Token {
    /// Reads the token of a fetch.
    pub(crate) fn read(content: &Content) -> Result<Self, Error> {
        content.object("token")
    }

    pub(crate) fn with_source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// Where this token comes from: the service, the cache, or the request of another call.
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
    /// # emulator.connect(descope_outbound_emulator::Connection::user("google-calendar", "user-id"))?;
    /// use descope_outbound::Source;
    ///
    /// let token = client.fetch_token("google-calendar", "user-id").await?;
    /// assert_eq!(token.source(), Source::Network);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Like [`Token::expires_at`], in milliseconds since 1970.
    pub(crate) fn expiry(&self) -> Option<i64> {
        expiry_milliseconds(&self.access_token_expiry)
    }

    /// When the access token expires, or `None` if the service does not say.
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
    /// # emulator.connect(descope_outbound_emulator::Connection::user("google-calendar", "user-id"))?;
    /// use std::time::SystemTime;
    ///
    /// let token = client.fetch_token("google-calendar", "user-id").await?;
    /// assert!(token.expires_at().is_some_and(|expiry| expiry > SystemTime::now()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        let milliseconds = self.expiry()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(milliseconds).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::response::ResponseShape;
    use crate::secret::{Headers, WipedBuffer};

    fn token(body: &Value) -> Result<Token, Error> {
        let body = WipedBuffer::from(body.to_string().as_bytes());
        Token::read(&Content::new(ResponseShape::Token, 200, Headers::default(), body).unwrap())
    }

    #[test]
    fn the_last_of_two_members_with_the_same_name_counts() {
        let body = br#"{"token":{"accessToken":"made-up-1"},"token":{"accessToken":"made-up-2","id":"1","accessToken":"made-up-3"}}"#;
        let content =
            Content::new(ResponseShape::Token, 200, Headers::default(), WipedBuffer::from(&body[..]));
        let token = Token::read(&content.unwrap()).unwrap();
        assert_eq!((token.access_token.expose(), token.id.as_str()), ("made-up-3", "1"));
    }

    #[test]
    fn the_debug_text_of_a_token_holds_no_secret() {
        let token = token(&json!({"token": {
            "id": "t1", "accessToken": "made-up-access", "refreshToken": "made-up-refresh", "scopes": ["r"],
            "accessTokenExpiry": "1795435200", "unknownToUs": 1, "tenantId": null, "hasRefreshToken": null,
        }}))
        .unwrap();
        assert_eq!(token.access_token.expose(), "made-up-access");
        assert_eq!(token.scopes, ["r"]);
        let expiry = token.expires_at().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(expiry.as_secs(), 1_795_435_200);
        let shown = format!("{token:?}");
        assert!(!shown.contains("made-up"), "{shown}");
    }

    #[test]
    fn a_response_without_a_token_is_an_error_that_does_not_quote_the_body() {
        for body in [json!({}), json!({"token": null}), json!({"token": "made-up-access"})] {
            let error = token(&body).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the service's HTTP 200 response has no token; check the base URL, then ask Descope"
            );
        }
    }
}
