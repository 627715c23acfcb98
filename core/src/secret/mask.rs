//! Hides the secrets of one call in texts that come back from the service.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Chars;

use zeroize::Zeroizing;

use crate::secret::value::{REDACTED, Secret};

/// Shorter values are not credentials, and masking them would hide ordinary words.
const SHORTEST_MASKED: usize = 4;

/// A service quotes a request as JSON, and a gateway may quote that again. Deeper quotes do not occur.
const DEEPEST_QUOTE: usize = 3;

/// The number of hexadecimal digits in `\uXXXX`.
const DIGITS: usize = 4;

/// The secrets of one call, and the search for them in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    secrets: Vec<Secret>,
}

impl Mask {
    /// Both masks together. It borrows `other` if this mask is empty, as in most calls.
    pub(crate) fn with<'mask>(&self, other: &'mask Self) -> Cow<'mask, Self> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(other);
        }
        let mut both = self.clone();
        both.secrets.extend_from_slice(&other.secrets);
        Cow::Owned(both)
    }

    pub(crate) fn add(&mut self, secret: &Secret) {
        if secret.expose().len() >= SHORTEST_MASKED {
            self.secrets.push(secret.clone());
        }
    }

    /// Hides every secret in the text, plain or escaped in any of JSON's ways.
    pub(crate) fn apply<'text>(&self, text: &'text str) -> Cow<'text, str> {
        hide(text, self.find(text, |_| None))
    }

    /// Like [`Mask::apply`], for a text that may be cut off anywhere: its end may be the beginning of a secret.
    pub(crate) fn apply_to_beginning<'text>(&self, text: &'text str) -> Cow<'text, str> {
        hide(text, self.find(text, |reading| self.cut_secret(reading)))
    }

    /// The ranges of the secrets in the text, and of what `more` finds in each unquoted form of it.
    fn find(&self, text: &str, more: impl Fn(&str) -> Option<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut find_in = |reading: &str, origin: &dyn Fn(usize) -> usize| {
            for secret in &self.secrets {
                let length = secret.expose().len();
                // Most headers are shorter, and preparing the search takes longer than the search itself.
                if reading.len() < length {
                    continue;
                }
                let places = reading.match_indices(secret.expose());
                found.extend(places.map(|(start, _)| origin(start)..origin(start + length)));
            }
            found.extend(more(reading).map(|start| origin(start)..text.len()));
        };
        find_in(text, &|place| place);
        let mut quoted = text.contains('\\').then(|| Unquoted::of(text, &|place| place));
        for _ in 0..DEEPEST_QUOTE {
            let Some(reading) = quoted else { break };
            find_in(&reading.text, &|place| reading.origin(place));
            let goes_on = reading.text.contains('\\');
            quoted = goes_on.then(|| Unquoted::of(&reading.text, &|place| reading.origin(place)));
        }
        found
    }

    /// The position of a secret that is cut off by the text's end.
    fn cut_secret(&self, text: &str) -> Option<usize> {
        let of = |secret: &Secret| {
            let secret = secret.expose();
            let lengths = (SHORTEST_MASKED..secret.len()).rev();
            let is_cut_there =
                |length: &usize| secret.get(..*length).is_some_and(|half| text.ends_with(half));
            lengths.into_iter().find(is_cut_there).map(|length| text.len() - length)
        };
        self.secrets.iter().filter_map(of).min()
    }
}

/// Replaces each range by the mask. Ranges that overlap get one mask together.
fn hide(text: &str, mut found: Vec<Range<usize>>) -> Cow<'_, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_by_key(|range| range.start);
    let mut hidden = String::with_capacity(text.len());
    let mut end = 0;
    for range in found {
        if range.start >= end {
            hidden.push_str(text.get(end..range.start).unwrap_or_default());
            hidden.push_str(REDACTED);
        }
        end = end.max(range.end);
    }
    hidden.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(hidden)
}

/// A text with its JSON escapes decoded. `origins` maps each of its bytes to its place in the original.
struct Unquoted {
    text: Zeroizing<String>,
    origins: Vec<usize>,
}

impl Unquoted {
    /// `origin` maps a position in `text` to the position in the original text.
    fn of(text: &str, origin: &dyn Fn(usize) -> usize) -> Self {
        // A decoded text is never longer than its escapes, so this buffer never grows and leaves no copy in memory.
        let mut unquoted = Self {
            text: Zeroizing::new(String::with_capacity(text.len())),
            origins: Vec::with_capacity(text.len() + 1),
        };
        let mut left = text.chars();
        let place = |left: &Chars<'_>| text.len() - left.as_str().len();
        let mut begin = 0;
        while let Some(character) = left.next() {
            let read = if character == '\\' { escaped(&mut left) } else { Some(character) };
            // The text ends inside of an escape.
            let Some(read) = read else { break };
            unquoted.text.push(read);
            unquoted.origins.extend([origin(begin)].repeat(read.len_utf8()));
            begin = place(&left);
        }
        unquoted.origins.push(origin(begin));
        unquoted
    }

    fn origin(&self, place: usize) -> usize {
        self.origins.get(place).copied().unwrap_or_default()
    }
}

/// Decodes an escape, after its backslash.
fn escaped(left: &mut Chars<'_>) -> Option<char> {
    Some(match left.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(left),
        // A quote, a slash or a backslash. Any other character is not an escape and remains as it is.
        other => other,
    })
}

/// Decodes `\uXXXX`, or a surrogate pair of two. A `u` without digits remains a `u`.
fn unicode(left: &mut Chars<'_>) -> Option<char> {
    let is_cut = |left: &Chars<'_>, length| left.as_str().len() < length;
    let Some(first) = code_unit(left) else {
        let all_digits = left.as_str().bytes().all(|digit| digit.is_ascii_hexdigit());
        return (!is_cut(left, DIGITS) || !all_digits).then_some('u');
    };
    match char::decode_utf16([first]).next() {
        Some(Ok(character)) => return Some(character),
        _ if is_cut(left, DIGITS + 2) => return None,
        _ => {}
    }
    let mut after = left.clone();
    let second =
        if after.next() == Some('\\') && after.next() == Some('u') { code_unit(&mut after) } else { None };
    match second.and_then(|second| char::decode_utf16([first, second]).next()) {
        Some(Ok(character)) => {
            *left = after;
            Some(character)
        }
        _ => Some(char::REPLACEMENT_CHARACTER),
    }
}

/// Reads the four hexadecimal digits of a code unit, if they come next.
fn code_unit(left: &mut Chars<'_>) -> Option<u16> {
    let (digits, rest) = left.as_str().split_at_checked(DIGITS)?;
    // `from_str_radix` also accepts a sign.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let unit = u16::from_str_radix(digits, 16).ok()?;
    *left = rest.chars();
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask_of(secrets: &[&str]) -> Mask {
        let mut mask = Mask::default();
        for secret in secrets {
            mask.add(&Secret::from(*secret));
        }
        mask
    }

    #[test]
    fn a_secret_is_hidden_everywhere_in_a_text() {
        let mask = mask_of(&["made-up-key"]);
        assert_eq!(mask.apply("Bearer P:made-up-key, made-up-key"), "Bearer P:[redacted], [redacted]");
        assert_eq!(mask.apply("made-up-keymade-up-key"), "[redacted][redacted]");
        assert!(matches!(mask.apply(r"nothing of it \ here"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_secret_that_contains_another_secret_is_hidden_completely() {
        let mask = mask_of(&["made-up", "made-up-and-longer", "longer-still"]);
        assert_eq!(mask.apply("made-up-and-longer made-up"), "[redacted] [redacted]");
        assert_eq!(mask.apply("made-up-and-longer-still, made-up"), "[redacted], [redacted]");
    }

    #[test]
    fn a_secret_is_hidden_in_every_json_escape() {
        let mask = mask_of(&["made\"up€k/e<y😀"]);
        for echo in [
            r#"{"k":"made\"up€k/e<y😀"}"#,
            // The escapes of Python, Go and PHP, and an escape of every character.
            r#"{"k":"made\"up\u20ack/e<y\ud83d\ude00"}"#,
            r#"{"k":"made\"up€k/e\u003cy😀"}"#,
            r#"{"k":"made\"up\u20ACk\/e<y\uD83D\uDE00"}"#,
            r#"{"k":"\u006d\u0061\u0064\u0065\u0022\u0075\u0070\u20ac\u006b\u002f\u0065\u003c\u0079\ud83d\ude00"}"#,
        ] {
            assert_eq!(mask.apply(echo), r#"{"k":"[redacted]"}"#, "{echo}");
            let mut quoted = echo.to_owned();
            for _ in 1..DEEPEST_QUOTE {
                quoted = serde_json::Value::from(quoted).to_string();
                let hidden = mask.apply(&quoted);
                assert!(!hidden.contains("up") && hidden.contains("[redacted]"), "{hidden}");
            }
        }
    }

    #[test]
    fn an_invalid_escape_does_not_hide_other_text() {
        let mask = mask_of(&["made-up-key"]);
        for (text, hidden) in [
            (r"\u \uZZ \u12 made-up-key", r"\u \uZZ \u12 [redacted]"),
            (r"\ud83d made-up-key \ude00", r"\ud83d [redacted] \ude00"),
            (r"\ud83d\u0041 \made-up-key\", r"\ud83d\u0041 [redacted]\"),
            (r"é\q😀made-up-key", r"é\q😀[redacted]"),
        ] {
            assert_eq!(mask.apply(text), hidden);
        }
    }

    #[test]
    fn the_beginning_of_a_secret_is_hidden_at_the_end_of_a_cut_text() {
        let mask = mask_of(&["made-up-and-longer", "end\"quoted\"😀end"]);
        for (text, hidden) in [
            ("..made-up", "..[redacted]"),
            ("..made", "..[redacted]"),
            ("..mad", "..mad"),
            ("made-up-and-longer made-up-and-longe", "[redacted] [redacted]"),
            (r#"..end\"quo"#, "..[redacted]"),
            (r"..end\", "..end\\"),
            (r#"..end\"quoted\"#, "..[redacted]"),
            (r#"..end\"quoted\"\ud8"#, "..[redacted]"),
            (r#"..end\"quoted\"\ud83d\ud"#, "..[redacted]"),
            ("ends", "ends"),
        ] {
            assert_eq!(mask.apply_to_beginning(text), hidden, "{text}");
            assert!(!mask.apply(text).contains("..[redacted]"), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_too_short_for_a_credential_is_not_hidden() {
        assert_eq!(mask_of(&["a"]).apply("a man"), "a man");
    }
}
