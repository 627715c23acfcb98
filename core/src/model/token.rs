//! A third party's access token, as Rust sees it.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::model::expiry::expiry_milliseconds;
use crate::model::null_as_default::null_as_default;
use crate::response::{Content, Source};
use crate::secret::{Secret, optional_secret, secret};

///
/// The fields are those of the API reference; one that the service leaves out is empty or `None`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Token {
    /// The token's id, for [`Client::delete_token`](crate::Client::delete_token).
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The outbound app it belongs to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub app_id: String,
    /// The user it belongs to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_id: String,
    /// The tenant it is bound to, or an empty string.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tenant_id: String,
    /// What to send to the third party.
    #[serde(deserialize_with = "secret")]
    pub access_token: Secret,
    /// Mostly `Bearer`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub access_token_type: String,
    /// Present only when it was asked for.
    #[serde(default, deserialize_with = "optional_secret")]
    pub refresh_token: Option<Secret>,
    /// Whether the service holds a refresh token.
    #[serde(default, deserialize_with = "null_as_default")]
    pub has_refresh_token: bool,
    /// What the user has granted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<String>,
    /// Why the last refresh failed, or an empty string: then the access token may be dead already.
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

    /// Where this token comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// As [`Token::expires_at`], in milliseconds since 1970.
    pub(crate) fn expiry(&self) -> Option<i64> {
        expiry_milliseconds(&self.access_token_expiry)
    }

    /// When the access token ends, where the service knows.
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
    fn the_last_of_two_members_of_one_name_counts() {
        let body = br#"{"token":{"accessToken":"made-up-1"},"token":{"accessToken":"made-up-2","id":"1","accessToken":"made-up-3"}}"#;
        let content =
            Content::new(ResponseShape::Token, 200, Headers::default(), WipedBuffer::from(&body[..]));
        let token = Token::read(&content.unwrap()).unwrap();
        assert_eq!((token.access_token.expose(), token.id.as_str()), ("made-up-3", "1"));
    }

    #[test]
    fn a_token_is_read_and_never_shown() {
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
    fn an_answer_without_a_token_is_an_error_that_quotes_nothing() {
        for body in [json!({}), json!({"token": null}), json!({"token": "made-up-access"})] {
            let error = token(&body).unwrap_err();
            assert_eq!(error.to_string(), "the service's HTTP 200 response has no token");
        }
    }
}
