//! The emulator's clock: the machine's, plus whatever a test has advanced it by.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A point on the emulator's clock, counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Moment {
    pub(crate) fn from_epoch_seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub(crate) fn epoch_seconds(self) -> u64 {
        self.0.as_secs()
    }

    pub(crate) fn epoch_milliseconds(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// The moment `span` later; a span beyond the end of time stays at the end of time.
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
            // The year has more than four digits, which RFC 3339 cannot write.
            .unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
    }
}

impl Moment {
    /// As the `Date` header of RFC 9110 has it.
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

/// Runs at the machine's pace and never goes back, whatever happens to the machine's own date.
#[derive(Debug)]
pub(crate) struct Clock {
    started_at: Moment,
    started: Instant,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started_at: Moment(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
            started: Instant::now(),
            advanced: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.started_at.plus(self.started.elapsed()).plus(self.advanced)
    }

    pub(crate) fn advance(&mut self, span: Duration) {
        self.advanced = self.advanced.saturating_add(span);
    }

    pub(crate) fn advanced(&self) -> Duration {
        self.advanced
    }
}
