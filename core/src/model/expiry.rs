//! The formats of an expiry.

use jiff::Timestamp;
use serde_json::Value;

/// Numbers from here on are milliseconds. As seconds they would be later than the year 5138.
const FEWEST_MILLISECONDS: i64 = 100_000_000_000;
/// Numbers from here on are seconds. A smaller number may be a lifetime instead of a time, so it counts as unknown.
const FEWEST_SECONDS: i64 = 100_000_000;

/// Reads an expiry as milliseconds since 1970. `None` means that the expiry is unknown.
///
/// The sources disagree about the format: a string in the API reference; a string, a number or a time in the official
/// SDKs. So the function reads all of them: RFC 3339, and seconds or milliseconds since 1970 as a number or as digits.
/// An absent value, an empty string, 0 and negative numbers mean "unknown", as on upload. A small number also means
/// "unknown", since it may be a lifetime.
///
/// ```
/// use descope_outbound::bindings::expiry_milliseconds;
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
    fn every_format_of_an_expiry_gives_the_same_time() {
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
    fn a_value_that_is_not_a_time_is_unknown() {
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
