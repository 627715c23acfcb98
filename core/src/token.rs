//! A third party's access token, as Rust sees it, and the forms its expiry may come in.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, Source, or_default};
use crate::error::Error;
use crate::secret::{Secret, optional_secret, secret};

/// A number at least this large counts milliseconds: as seconds it would lie beyond the year 5138.
const FEWEST_MILLISECONDS: i64 = 100_000_000_000;
/// A smaller number is no moment but perhaps a lifetime, and which it is cannot be told: it stays unknown.
const FEWEST_SECONDS: i64 = 100_000_000;

/// A third party's access token and what the service says about it.
///
/// The fields are those of the API reference; one that the service leaves out is empty or `None`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Token {
    /// The token's id, for [`Client::delete_token`](crate::Client::delete_token).
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    /// The outbound app it belongs to.
    #[serde(default, deserialize_with = "or_default")]
    pub app_id: String,
    /// The user it belongs to.
    #[serde(default, deserialize_with = "or_default")]
    pub user_id: String,
    /// The tenant it is bound to, or an empty string.
    #[serde(default, deserialize_with = "or_default")]
    pub tenant_id: String,
    /// What to send to the third party.
    #[serde(deserialize_with = "secret")]
    pub access_token: Secret,
    /// Mostly `Bearer`.
    #[serde(default, deserialize_with = "or_default")]
    pub access_token_type: String,
    /// Present only when it was asked for.
    #[serde(default, deserialize_with = "optional_secret")]
    pub refresh_token: Option<Secret>,
    /// Whether the service holds a refresh token.
    #[serde(default, deserialize_with = "or_default")]
    pub has_refresh_token: bool,
    /// What the user has granted.
    #[serde(default, deserialize_with = "or_default")]
    pub scopes: Vec<String>,
    /// Why the last refresh failed, or an empty string: then the access token may be dead already.
    #[serde(default, deserialize_with = "or_default")]
    pub last_refresh_error: String,
    #[serde(default)]
    access_token_expiry: Value,
    #[serde(skip)]
    source: Source,
}

impl Token {
    pub(crate) fn from_answer(answer: &Answer) -> Result<Self, Error> {
        let token = match answer.token() {
            Some(token) => token.clone(),
            None => answer.object("token")?,
        };
        Ok(Self { source: answer.source(), ..token })
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

/// The moment that an expiry names, in milliseconds since 1970, or `None` where it names none.
///
/// No source says which form the service uses (API reference: a string; the official SDKs: a string, a number or a
/// moment), so all are read: RFC 3339, and seconds or milliseconds since 1970 as a number or as digits. Nothing, an
/// empty string, 0 and less mean "unknown", as on upload; so does a small number, which may be a lifetime.
///
/// ```
/// use descope_outbound::expiry_milliseconds;
/// use serde_json::json;
///
/// assert_eq!(expiry_milliseconds(&json!("2026-11-23T12:00:00Z")), Some(1_795_435_200_000));
/// assert_eq!(expiry_milliseconds(&json!("1795435200")), Some(1_795_435_200_000));
/// assert_eq!(expiry_milliseconds(&json!(3600)), None);
/// ```
#[must_use]
pub fn expiry_milliseconds(expiry: &Value) -> Option<i64> {
    match expiry {
        Value::Number(number) => number.as_i64().and_then(from_number),
        Value::String(text) => {
            let text = text.trim();
            match text.parse() {
                Ok(number) => from_number(number),
                Err(_) => Some(text.parse::<Timestamp>().ok()?.as_millisecond()).filter(|moment| *moment > 0),
            }
        }
        _ => None,
    }
}

fn from_number(number: i64) -> Option<i64> {
    match number {
        FEWEST_MILLISECONDS.. => Some(number),
        FEWEST_SECONDS.. => Some(number * 1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::wiped::WipedBuffer;
    use serde_json::json;

    use super::*;
    use crate::headers::Headers;
    use crate::operation::AnswerShape;

    const NOON: i64 = 1_795_435_200_000;

    fn token(body: &Value) -> Result<Token, Error> {
        let body = WipedBuffer::from(body.to_string().as_bytes());
        Token::from_answer(&Answer::new(AnswerShape::Token, 200, Headers::default(), body).unwrap())
    }

    #[test]
    fn every_form_of_an_expiry_is_the_same_moment() {
        for expiry in [
            json!("2026-11-23T12:00:00Z"),
            json!("2026-11-23T14:00:00+02:00"),
            json!("2026-11-23t12:00:00.000z"),
            json!(1_795_435_200),
            json!("1795435200"),
            json!(" 1795435200 "),
            json!(1_795_435_200_000_i64),
            json!("1795435200000"),
        ] {
            assert_eq!(expiry_milliseconds(&expiry), Some(NOON), "{expiry}");
        }
    }

    #[test]
    fn what_names_no_moment_is_unknown() {
        for expiry in [
            json!(null),
            json!(""),
            json!("0"),
            json!(0),
            json!(-1),
            json!(3600),
            json!("3600"),
            json!(1.5),
            json!("soon"),
            json!("2026-13-45T00:00:00Z"),
            json!("0001-01-01T00:00:00Z"),
            json!({}),
            json!(true),
        ] {
            assert_eq!(expiry_milliseconds(&expiry), None, "{expiry}");
        }
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
            assert_eq!(error.to_string(), "the service answered HTTP 200 without token in it");
        }
    }
}
