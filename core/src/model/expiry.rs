//! The forms that an expiry may have.

use jiff::Timestamp;
use serde_json::Value;

/// A number at least this large counts milliseconds: as seconds it would lie beyond the year 5138.
const FEWEST_MILLISECONDS: i64 = 100_000_000_000;
/// A smaller number is no moment but perhaps a lifetime, and which it is cannot be told: it stays unknown.
const FEWEST_SECONDS: i64 = 100_000_000;

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
    use serde_json::json;

    use super::*;

    const NOON: i64 = 1_795_435_200_000;

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
}
