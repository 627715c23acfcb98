//! The settings of a cache, checked once, when the client is built.

use std::time::Duration;

use crate::cache::clock::CacheClock;
use crate::config::span_from_seconds;
use crate::error::{ArgumentName, Error};

/// The settings of a cache; see [`ClientBuilder::cache`](crate::ClientBuilder::cache). Each has a default that suits
/// most backends.
///
/// [`ClientBuilder::build`](crate::ClientBuilder::build) checks them. A setting out of range is an
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), and no duration may be longer than a year.
///
/// ```
/// use std::time::Duration;
/// use descope_outbound::{CacheOptions, Client};
///
/// # fn example() -> Result<(), descope_outbound::Error> {
/// let client = Client::builder()
///     .project_id("P2made")
///     .management_key("made-up-key")
///     .cache(CacheOptions::default().max_age(Duration::from_secs(600)))
///     .build()?;
/// assert_eq!(client.cache().map(|cache| cache.stats().entries), Some(0));
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until a client is built with them"]
pub struct CacheOptions {
    pub(crate) max_entries: usize,
    pub(crate) max_bytes: u64,
    pub(crate) refresh_after: Duration,
    pub(crate) max_age: Duration,
    pub(crate) stale_if_error: Duration,
    pub(crate) negative: Duration,
    pub(crate) background: bool,
    pub(crate) clock: CacheClock,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            max_entries: 10_000,
            max_bytes: 64 * 1024 * 1024,
            refresh_after: Duration::from_mins(5),
            max_age: Duration::from_mins(15),
            stale_if_error: Duration::ZERO,
            negative: Duration::from_secs(10),
            background: true,
            clock: CacheClock::default(),
        }
    }
}

/// Longer than any token is cached, and short enough to be added to any clock.
const LONGEST: Duration = Duration::from_hours(365 * 24);

impl CacheOptions {
    /// The name of [`CacheOptions::max_entries`] in other languages.
    pub(crate) const MAX_ENTRIES: ArgumentName = ArgumentName { snake: "max_entries", camel: "maxEntries" };
    /// The name of [`CacheOptions::max_bytes`] in other languages.
    pub(crate) const MAX_BYTES: ArgumentName = ArgumentName { snake: "max_bytes", camel: "maxBytes" };
    /// The name of [`CacheOptions::refresh_after`] in other languages, in seconds.
    pub(crate) const REFRESH_AFTER: ArgumentName =
        ArgumentName { snake: "refresh_after_seconds", camel: "refreshAfterSeconds" };
    /// The name of [`CacheOptions::max_age`] in other languages, in seconds.
    pub(crate) const MAX_AGE: ArgumentName =
        ArgumentName { snake: "max_age_seconds", camel: "maxAgeSeconds" };
    /// The name of [`CacheOptions::stale_if_error`] in other languages, in seconds.
    pub(crate) const STALE_IF_ERROR: ArgumentName =
        ArgumentName { snake: "stale_if_error_seconds", camel: "staleIfErrorSeconds" };
    /// The name of [`CacheOptions::negative`] in other languages, in seconds.
    pub(crate) const NEGATIVE: ArgumentName =
        ArgumentName { snake: "negative_seconds", camel: "negativeSeconds" };

    /// The settings that are numbers in other languages: counts, and durations in seconds.
    pub(crate) const NUMBERS: [ArgumentName; 6] = [
        Self::MAX_ENTRIES,
        Self::MAX_BYTES,
        Self::REFRESH_AFTER,
        Self::MAX_AGE,
        Self::STALE_IF_ERROR,
        Self::NEGATIVE,
    ];

    /// Sets one of [`CacheOptions::NUMBERS`] to a number from another language.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a number that is negative or not finite,
    /// for a count that is not whole, and for a name that is not in the list.
    pub(crate) fn number(self, name: ArgumentName, number: f64) -> Result<Self, Error> {
        let count = || whole(name, number);
        let span = || span_from_seconds(name, number);
        Ok(match name {
            Self::MAX_ENTRIES => self.max_entries(usize::try_from(count()?).unwrap_or(usize::MAX)),
            Self::MAX_BYTES => self.max_bytes(count()?),
            Self::REFRESH_AFTER => self.refresh_after(span()?),
            Self::MAX_AGE => self.max_age(span()?),
            Self::STALE_IF_ERROR => self.stale_if_error(span()?),
            Self::NEGATIVE => self.negative(span()?),
            _ => return Err(Error::invalid(name, "is not a cache option")),
        })
    }

    /// Sets the largest number of cached tokens, at least 1: 10,000 by default. A full cache evicts the tokens that are
    /// fetched least.
    ///
    /// A cache of more than a thousand tokens has several shards, which do not fill evenly. So it evicts tokens from
    /// about nine tenths of this number on.
    ///
    /// ```
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().max_entries(1_000);
    /// ```
    pub fn max_entries(mut self, max_entries: usize) -> Self {
        self.max_entries = max_entries;
        self
    }

    /// Sets the largest size of the cache in bytes, at least 1, as [`CacheStats::bytes`](crate::CacheStats::bytes)
    /// estimates it: 64 MiB by default.
    ///
    /// A token that needs more than 97 % of this is not cached. The largest response needs little more than 3 MiB.
    ///
    /// ```
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().max_bytes(16 * 1024 * 1024);
    /// ```
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets the age at which the cache refreshes a token, more than 0: 5 minutes by default. The cache serves the old
    /// token meanwhile.
    ///
    /// With [`CacheOptions::max_age`], this bounds how long the cache serves the token of a user whose access was
    /// revoked.
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().refresh_after(Duration::from_secs(60));
    /// ```
    pub fn refresh_after(mut self, refresh_after: Duration) -> Self {
        self.refresh_after = refresh_after;
        self
    }

    /// Sets the age from which the cache does not serve a token: 15 minutes by default. It must not be less than
    /// [`CacheOptions::refresh_after`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().max_age(Duration::from_secs(600));
    /// ```
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Sets how much longer than [`CacheOptions::max_age`] the cache serves a token while the service fails or cannot
    /// be reached: 0 by default. The cache never serves an expired token.
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().stale_if_error(Duration::from_secs(600));
    /// ```
    pub fn stale_if_error(mut self, stale_if_error: Duration) -> Self {
        self.stale_if_error = stale_if_error;
        self
    }

    /// Sets how long the cache remembers, on average, that a user has not connected: 10 seconds by default. With 0 it
    /// does not remember that.
    ///
    /// ```
    /// use std::time::Duration;
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().negative(Duration::ZERO);
    /// ```
    pub fn negative(mut self, negative: Duration) -> Self {
        self.negative = negative;
        self
    }

    /// Sets whether the cache refreshes tokens in the background: `true` by default. With `false`, a caller waits for
    /// the refresh, half a second at most.
    ///
    /// Set `false` in a process that is frozen between requests, such as a serverless function.
    ///
    /// ```
    /// use descope_outbound::CacheOptions;
    ///
    /// let options = CacheOptions::default().background(false);
    /// ```
    pub fn background(mut self, background: bool) -> Self {
        self.background = background;
        self
    }

    /// Sets the clock, for tests: the machine's clock by default.
    ///
    /// ```
    /// use descope_outbound::{CacheClock, CacheOptions};
    ///
    /// let options = CacheOptions::default().clock(CacheClock::adjustable());
    /// ```
    pub fn clock(mut self, clock: CacheClock) -> Self {
        self.clock = clock;
        self
    }

    /// Checks all settings. The error names the one that is out of range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let zero = "must be at least 1: to turn the cache off, leave out the cache option";
        if self.max_entries == 0 {
            return Err(Error::invalid(Self::MAX_ENTRIES, zero));
        }
        if self.max_bytes == 0 {
            return Err(Error::invalid(Self::MAX_BYTES, zero));
        }
        for (name, span) in [
            (Self::REFRESH_AFTER, self.refresh_after),
            (Self::MAX_AGE, self.max_age),
            (Self::STALE_IF_ERROR, self.stale_if_error),
            (Self::NEGATIVE, self.negative),
        ] {
            if span > LONGEST {
                return Err(Error::invalid(name, "must be at most a year"));
            }
        }
        if self.refresh_after.is_zero() {
            return Err(Error::invalid(Self::REFRESH_AFTER, "must be more than 0"));
        }
        if self.max_age < self.refresh_after {
            let problem = "must not be less than the age at which the cache refreshes a token";
            return Err(Error::invalid(Self::MAX_AGE, problem));
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and not below zero")]
fn whole(name: ArgumentName, number: f64) -> Result<u64, Error> {
    if !number.is_finite() || number.fract() != 0.0 || number.is_sign_negative() {
        return Err(Error::invalid(name, "must be a whole number of at least 1"));
    }
    Ok(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_from_other_languages_are_checked_and_set_by_name() {
        let options = CacheOptions::NUMBERS.into_iter().try_fold(CacheOptions::default(), |options, name| {
            options.number(name, if name == CacheOptions::REFRESH_AFTER { 1.5 } else { 60.0 })
        });
        let options = options.unwrap();
        assert_eq!((options.max_entries, options.max_bytes), (60, 60));
        assert_eq!(options.refresh_after, Duration::from_millis(1_500));
        let minute = Duration::from_mins(1);
        assert_eq!([options.max_age, options.stale_if_error, options.negative], [minute; 3]);
        for name in CacheOptions::NUMBERS {
            for number in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let error = CacheOptions::default().number(name, number).unwrap_err();
                assert!(error.to_string().starts_with(name.snake), "{error}");
            }
        }
        for name in [CacheOptions::MAX_ENTRIES, CacheOptions::MAX_BYTES] {
            assert!(CacheOptions::default().number(name, 1.5).is_err(), "{}", name.snake);
        }
        let forever = CacheOptions::default().number(CacheOptions::MAX_AGE, 1e300).unwrap();
        assert!(forever.check().unwrap_err().to_string().starts_with("max_age_seconds"));
    }

    #[test]
    fn a_setting_out_of_range_is_an_error_with_its_name() {
        let options = CacheOptions::default;
        let cases = [
            (options().max_entries(0), "max_entries must be at least 1"),
            (options().max_bytes(0), "max_bytes must be at least 1"),
            (options().refresh_after(Duration::ZERO), "refresh_after_seconds must be more than 0"),
            (
                options().refresh_after(Duration::from_mins(16)),
                "max_age_seconds must not be less than the age",
            ),
            (options().negative(Duration::MAX), "negative_seconds must be at most a year"),
        ];
        for (options, text) in cases {
            let error = options.check().unwrap_err();
            assert!(error.to_string().starts_with(text), "{error}");
        }
        options().check().unwrap();
        options().negative(Duration::ZERO).stale_if_error(Duration::from_mins(15)).check().unwrap();
    }
}
