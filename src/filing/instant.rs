//! Instants, told in China Standard Time.

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, ParseError, SecondsFormat,
    SubsecRound as _, TimeDelta, TimeZone, Timelike as _, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// China Standard Time, UTC+8 the whole year; all limits are reckoned in it.
const CST: FixedOffset = match FixedOffset::east_opt(8 * 60 * 60) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The last second of a day.
const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => unreachable!(),
};

/// An instant. Whatever the offset that it was written with, its day, its clock and what is written
/// of it are those of China Standard Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<FixedOffset>);

impl Instant {
    /// Returns 00:00:00 of a day.
    pub fn start_of(day: NaiveDate) -> Self {
        Self::local(day.and_time(NaiveTime::MIN))
    }

    /// Returns 23:59:59 of a day.
    pub fn end_of(day: NaiveDate) -> Self {
        Self::local(day.and_time(LAST_SECOND))
    }

    /// Returns the instant at which clocks in China show a time; saturates at the first there is.
    pub fn local(clock: NaiveDateTime) -> Self {
        let utc = clock.checked_sub_offset(CST).unwrap_or(NaiveDateTime::MIN);
        Self(DateTime::from_naive_utc_and_offset(utc, CST))
    }

    /// Returns the instant so many seconds after 1970-01-01T00:00:00Z, where there is one.
    pub fn from_timestamp(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(Self::from)
    }

    /// Returns how many whole seconds it lies after 1970-01-01T00:00:00Z.
    pub fn timestamp(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns it in UTC, as other programs and formats take it.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.to_utc()
    }

    /// Returns the day on which it lies in China.
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place where the offset is known"
    )]
    pub fn day(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// Whether it was written with a 60th second.
    pub fn is_leap_second(self) -> bool {
        self.0.nanosecond() >= 1_000_000_000
    }

    /// Returns its second, what lies within it left out.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0.trunc_subsecs(0))
    }

    /// Returns the instant so much later, where there is one.
    pub fn checked_add(self, length: TimeDelta) -> Option<Self> {
        self.0.checked_add_signed(length).map(Self::from)
    }

    /// Returns the instant so much earlier, where there is one.
    pub fn checked_sub(self, length: TimeDelta) -> Option<Self> {
        self.0.checked_sub_signed(length).map(Self::from)
    }

    /// Prints it to the second for names of files: `20261122T103000`.
    pub fn to_stamp(self) -> String {
        self.0.format("%Y%m%dT%H%M%S").to_string()
    }

    /// Prints it to the second for machines: `2026-11-22T10:30:00+08:00`.
    pub fn to_rfc3339(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// Prints it to the minute for people: `2026-11-22 10:30`.
    pub fn to_minute(self) -> String {
        self.0.format("%Y-%m-%d %H:%M").to_string()
    }

    /// Prints it to the second for people: `2026-11-22 10:30:00`.
    pub fn to_second(self) -> String {
        self.0.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// 1970-01-01T00:00:00Z.
impl Default for Instant {
    fn default() -> Self {
        DateTime::UNIX_EPOCH.into()
    }
}

/// Takes an instant of any offset; one that has no day in China becomes the last that has.
impl<Tz: TimeZone> From<DateTime<Tz>> for Instant {
    fn from(at: DateTime<Tz>) -> Self {
        let clock = at.naive_utc().checked_add_offset(CST);
        Self::local(clock.unwrap_or(NaiveDateTime::MAX))
    }
}

/// Reads RFC 3339 of any offset.
impl FromStr for Instant {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        DateTime::parse_from_rfc3339(text).map(Self::from)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DateTime::<FixedOffset>::deserialize(deserializer).map(Self::from)
    }
}

impl Sub for Instant {
    type Output = TimeDelta;

    fn sub(self, earlier: Self) -> TimeDelta {
        self.0 - earlier.0
    }
}

/// Saturates at the first and the last instant there is.
impl Add<TimeDelta> for Instant {
    type Output = Self;

    fn add(self, length: TimeDelta) -> Self {
        self.checked_add(length).unwrap_or_else(|| {
            Self::local(if length < TimeDelta::zero() {
                NaiveDateTime::MIN
            } else {
                NaiveDateTime::MAX
            })
        })
    }
}

/// Saturates at the first and the last instant there is.
impl Sub<TimeDelta> for Instant {
    type Output = Self;

    fn sub(self, length: TimeDelta) -> Self {
        self + -length
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_instant_is_told_in_china_whatever_its_offset() {
        for text in [
            "2026-06-02T00:30:00+08:00",
            "2026-06-01T16:30:00Z",
            "2026-06-01T11:30:00-05:00",
        ] {
            let at: Instant = text.parse().unwrap();
            let stored: Instant = serde_json::from_value(text.into()).unwrap();
            assert_eq!(
                (at, at.day().to_string()),
                (stored, "2026-06-02".to_owned())
            );
            assert_eq!(at.to_rfc3339(), "2026-06-02T00:30:00+08:00");
            assert_eq!(at.to_minute(), "2026-06-02 00:30");
            let written = serde_json::to_value(at).unwrap();
            assert_eq!(written, "2026-06-02T00:30:00+08:00");
        }
    }

    #[test]
    fn the_first_and_the_last_instant_have_a_day() {
        let first = Instant::from(DateTime::<Utc>::MIN_UTC);
        let last = Instant::from(DateTime::<Utc>::MAX_UTC);
        assert_eq!(last.day(), NaiveDate::MAX);
        assert_eq!(first.day(), NaiveDate::MIN);
        assert_eq!(last + TimeDelta::MAX, last);
        assert!(first - TimeDelta::MAX <= first);
        assert!(Instant::start_of(NaiveDate::MIN).day() >= NaiveDate::MIN);
        assert_eq!(Instant::end_of(NaiveDate::MAX).day(), NaiveDate::MAX);
    }

    #[test]
    fn what_lies_within_a_second_is_kept_in_files() {
        let text = "2026-06-02T00:30:00.250+08:00";
        let at: Instant = text.parse().unwrap();
        assert_eq!(serde_json::to_value(at).unwrap(), text);
        assert_eq!(at.whole_second() + TimeDelta::milliseconds(250), at);
    }
}
