//! A point in time and the formats in which responses write it.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A point in time, counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EpochTime(Duration);

impl EpochTime {
    pub(crate) fn since_epoch(span: Duration) -> Self {
        Self(span)
    }

    pub(crate) fn from_epoch_seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub(crate) fn epoch_seconds(self) -> u64 {
        self.0.as_secs()
    }

    pub(crate) fn epoch_milliseconds(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// Adds `span`; saturates instead of overflowing.
    pub(crate) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }

    pub(crate) fn until(self, later: Self) -> Duration {
        later.0.saturating_sub(self.0)
    }

    pub(crate) fn rfc3339(self) -> String {
        i64::try_from(self.epoch_seconds())
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|date| date.format(&Rfc3339).ok())
            // RFC 3339 cannot write a year with more than four digits.
            .unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
    }

    /// The format of the `Date` header (RFC 9110).
    pub(crate) fn http_date(self) -> String {
        const FORM: &[BorrowedFormatItem<'_>] = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        i64::try_from(self.epoch_seconds())
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|date| date.format(FORM).ok())
            .unwrap_or_else(|| "Fri, 31 Dec 9999 23:59:59 GMT".to_owned())
    }
}
