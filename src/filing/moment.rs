//! When something was: the TIME that `--at` and the filters take.

use super::instant::Instant;
use crate::lang::Text;
use crate::text;
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

/// A point in time as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// To the second.
    Exact(Instant),
    /// A bare date: any time of that day in China Standard Time.
    Day(NaiveDate),
}

/// Why a text is no TIME.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MomentError {
    /// None of the forms.
    #[error("`{text}` is no time")]
    Form {
        /// The text as given.
        text: String,
    },
    /// The form of a date or time, but the calendar or the clock has none such.
    #[error("`{text}` does not exist")]
    Nonexistent {
        /// The text as given.
        text: String,
    },
    /// RFC 3339 but for the zone, without which it is eight hours in doubt.
    #[error("`{text}` names no time zone")]
    Zoneless {
        /// The text as given.
        text: String,
    },
    /// A relative time that leads before all that can be counted.
    #[error("`{text}` is too long ago")]
    TooFar {
        /// The text as given.
        text: String,
    },
}

impl MomentError {
    /// Returns what was wrong.
    pub fn message(&self) -> Text {
        match self {
            Self::Form { text } => text!("`{text}` 不是时间", "`{text}` is no time"),
            Self::Nonexistent { text } => text!(
                "`{text}` 不是存在的日期或时间",
                "`{text}` is no date or time that exists"
            ),
            Self::Zoneless { text } => {
                text!("`{text}` 没有写时区", "`{text}` names no time zone")
            }
            Self::TooFar { text } => text!("`{text}` 太久远", "`{text}` is too long ago"),
        }
    }

    /// Returns which forms are taken.
    pub fn hint(&self) -> Text {
        Text::fixed(
            "写成 2026-11-22、2026-11-22 10:30（北京时间）、2026-11-22T10:30:00+08:00，或 -2h、-3d 表示多久以前",
            "write 2026-11-22, 2026-11-22 10:30 (China Standard Time), 2026-11-22T10:30:00+08:00, or -2h, -3d for how long ago",
        )
    }
}

/// Why nothing can have happened at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Untimely {
    /// It has not come yet.
    #[error("{at} is in the future")]
    Future {
        /// The time.
        at: Instant,
    },
    /// What it is about did not exist yet.
    #[error("{at} is before {since}")]
    Early {
        /// The time.
        at: Instant,
        /// Since when it could happen.
        since: Instant,
    },
}

impl Moment {
    /// Returns the instant that it means of something that has happened, no earlier than `since`: of
    /// the day on which `since` lies, that instant.
    ///
    /// # Errors
    /// In the future, or before `since`.
    pub fn past(self, since: Option<Instant>, now: Instant) -> Result<Instant, Untimely> {
        let at = match (self, since) {
            (Self::Day(day), Some(since)) if since.day() == day => since,
            (Self::Day(_) | Self::Exact(_), _) => self.start(),
        };
        match since {
            _ if at > now => Err(Untimely::Future { at }),
            Some(since) if at < since => Err(Untimely::Early { at, since }),
            Some(_) | None => Ok(at),
        }
    }

    /// Returns the first instant of it.
    pub fn start(self) -> Instant {
        match self {
            Self::Exact(at) => at,
            Self::Day(date) => Instant::start_of(date),
        }
    }

    /// Whether all of it lies after an instant: none of a day that has begun.
    pub fn is_after(self, now: Instant) -> bool {
        match self {
            Self::Exact(at) => at > now,
            Self::Day(day) => day > now.day(),
        }
    }

    /// Returns the first instant after it, to the second.
    pub fn end(self) -> Instant {
        let (start, length) = match self {
            Self::Exact(at) => (at, TimeDelta::seconds(1)),
            Self::Day(date) => (Instant::start_of(date), TimeDelta::days(1)),
        };
        start + length
    }
}

/// Reads a TIME: RFC 3339, a [`day`], one with `HH:MM` in China Standard Time, or `-2h` before `now`; in
/// full width as well.
///
/// # Errors
/// When the text is none of these, or names a time that does not exist.
pub fn parse(text: &str, now: Instant) -> Result<Moment, MomentError> {
    let folded: String = text.nfkc().collect();
    let given = folded.trim();
    if let Some(length) = given.strip_prefix('-') {
        return ago(text, length, now).map(Moment::Exact);
    }
    if let Ok(at) = given.parse::<Instant>() {
        // The year is that of the day in China: eight hours may lie between it and the one given.
        in_range(text, at.day())?;
        return exact(text, at);
    }
    let (date, clock) = given.split_once(' ').unwrap_or((given, ""));
    match (day(date), clock.trim()) {
        (Some(date), "") => return in_range(text, date).map(Moment::Day),
        (Some(date), clock) => {
            if let Some(clock) = time_of_day(clock) {
                let local = in_range(text, date)?.and_time(clock);
                return exact(text, Instant::local(local));
            }
        }
        (None, _) => {}
    }
    if let Some((date, clock)) = given.split_once(['T', 't'])
        && day(date).is_some()
        && time_of_day(clock).is_some()
    {
        return Err(MomentError::Zoneless {
            text: text.to_owned(),
        });
    }
    if looks_like_a_date(given) {
        return Err(nonexistent(text));
    }
    Err(MomentError::Form {
        text: text.to_owned(),
    })
}

/// Reads a day: `2021-03-01`, `2021/3/1`, `2021.3.1`, `20210301`, `2021年3月1日`.
pub fn day(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let bare = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = bare.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| digits)
    };
    let year = i32::try_from(number(year).filter(|_| year.len() == 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
}

/// Reads `HH:MM` or `HH:MM:SS`.
fn time_of_day(clock: &str) -> Option<NaiveTime> {
    let read = |form| NaiveTime::parse_from_str(clock, form).ok();
    read("%H:%M").or_else(|| read("%H:%M:%S"))
}

/// Returns the instant that lies `length` before `now`.
fn ago(text: &str, length: &str, now: Instant) -> Result<Instant, MomentError> {
    let length = humantime::parse_duration(length).map_err(|_| MomentError::Form {
        text: text.to_owned(),
    })?;
    TimeDelta::from_std(length)
        .ok()
        .and_then(|length| now.checked_sub(length))
        .filter(|at| is_in_range(at.day()))
        .map(Instant::whole_second)
        .ok_or_else(|| MomentError::TooFar {
            text: text.to_owned(),
        })
}

/// Takes an instant to the second; the 60th, which no limit counts, is refused.
fn exact(text: &str, at: Instant) -> Result<Moment, MomentError> {
    if at.is_leap_second() {
        return Err(nonexistent(text));
    }
    Ok(Moment::Exact(at.whole_second()))
}

/// Refuses years that no filing can lie in and that RFC 3339 cannot print.
fn in_range(text: &str, date: NaiveDate) -> Result<NaiveDate, MomentError> {
    if is_in_range(date) {
        Ok(date)
    } else {
        Err(nonexistent(text))
    }
}

fn is_in_range(date: NaiveDate) -> bool {
    (1..=9998).contains(&date.year())
}

fn nonexistent(text: &str) -> MomentError {
    MomentError::Nonexistent {
        text: text.to_owned(),
    }
}

/// Whether a text has the form of a date, perhaps followed by a time, whatever its numbers.
fn looks_like_a_date(text: &str) -> bool {
    let mut parts = text.splitn(3, ['-', '/']);
    let digits = |part: Option<&str>, count: usize| {
        part.is_some_and(|p| p.len() == count && p.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next(), 4)
        && digits(parts.next(), 2)
        && parts.next().is_some_and(|rest| {
            let (day, time) = rest.split_at_checked(2).unwrap_or((rest, ""));
            let is_time = time.is_empty()
                || time
                    .strip_prefix([' ', 'T'])
                    .is_some_and(|t| t.contains(':'));
            digits(Some(day), 2) && is_time
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn now() -> Instant {
        at("2026-11-22T10:00:00+08:00")
    }

    #[test]
    fn every_form_is_read_in_china_standard_time() {
        let exact = |text| Moment::Exact(at(text));
        for (text, expected) in [
            (
                "2026-11-20T09:30:00+08:00",
                exact("2026-11-20T09:30:00+08:00"),
            ),
            ("2026-11-20T01:30:00Z", exact("2026-11-20T09:30:00+08:00")),
            (
                "2026-11-20T09:30:00.75+08:00",
                exact("2026-11-20T09:30:00+08:00"),
            ),
            ("2026-11-20 09:30", exact("2026-11-20T09:30:00+08:00")),
            ("2026-11-20 00:00", exact("2026-11-20T00:00:00+08:00")),
            // As a spreadsheet shows and saves it.
            ("2026/11/20 9:30", exact("2026-11-20T09:30:00+08:00")),
            ("2026/11/20 09:30:00", exact("2026-11-20T09:30:00+08:00")),
            ("2026年11月20日 9:30", exact("2026-11-20T09:30:00+08:00")),
            ("2026/11/20 0:00", exact("2026-11-20T00:00:00+08:00")),
            (
                "2026/11/20",
                Moment::Day(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()),
            ),
            ("-2h", exact("2026-11-22T08:00:00+08:00")),
            ("-3d", exact("2026-11-19T10:00:00+08:00")),
            ("-1h30m", exact("2026-11-22T08:30:00+08:00")),
            (
                "2026-11-20",
                Moment::Day(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()),
            ),
        ] {
            let read = parse(text, now()).unwrap();
            assert_eq!(read, expected, "{text}");
            assert!(read.start().to_rfc3339().ends_with("+08:00"), "{text}");
        }
    }

    #[test]
    fn a_day_runs_from_midnight_to_midnight() {
        let day = parse("2026-11-20", now()).unwrap();
        assert_eq!(day.start(), at("2026-11-20T00:00:00+08:00"));
        assert_eq!(day.end(), at("2026-11-21T00:00:00+08:00"));
        let exact = parse("2026-11-20 09:30", now()).unwrap();
        assert_eq!(exact.end(), at("2026-11-20T09:30:01+08:00"));
    }

    #[test]
    fn what_has_happened_lies_between_its_beginning_and_now() {
        let since = at("2026-11-20T09:30:00+08:00");
        let past = |text| parse(text, now()).unwrap().past(Some(since), now());
        assert_eq!(past("2026-11-20"), Ok(since));
        assert_eq!(past("2026-11-20 09:30"), Ok(since));
        assert_eq!(past("2026-11-21"), Ok(at("2026-11-21T00:00:00+08:00")));
        assert_eq!(past("-0s"), Ok(now()));
        let (early, late) = (
            at("2026-11-20T09:29:00+08:00"),
            at("2026-11-22T10:01:00+08:00"),
        );
        assert_eq!(
            past("2026-11-20 09:29"),
            Err(Untimely::Early { at: early, since })
        );
        assert_eq!(past("2026-11-22 10:01"), Err(Untimely::Future { at: late }));
        let day = parse("2026-11-20", now()).unwrap();
        assert_eq!(day.past(None, now()), Ok(day.start()));
    }

    #[test]
    fn what_does_not_exist_is_told_apart_from_what_is_no_time() {
        for text in [
            "2026-02-30",
            "2026/02/30",
            "2026-13-01 10:00",
            "2026-11-22 25:00",
            "2026-11-22T24:01:00Z",
            "2026-11-22 09:30:60",
            "2026-11-22T09:30:60+08:00",
        ] {
            let error = parse(text, now()).unwrap_err();
            assert!(
                matches!(error, MomentError::Nonexistent { .. }),
                "{text}: {error:?}"
            );
        }
        for text in [
            "",
            "-",
            "2h",
            "yesterday",
            "22/11/2026",
            "-2parsecs",
            "2026-11-22 noon",
        ] {
            let error = parse(text, now()).unwrap_err();
            assert!(
                matches!(error, MomentError::Form { .. }),
                "{text}: {error:?}"
            );
        }
        for text in [
            "2026-11-22T09:30:00",
            "2026-11-22T09:30",
            "２０２６-11-22t09:30",
        ] {
            let error = parse(text, now()).unwrap_err();
            assert!(
                matches!(error, MomentError::Zoneless { .. }),
                "{text}: {error:?}"
            );
        }
        let error = parse("-400000000000d", now()).unwrap_err();
        assert!(
            matches!(error, MomentError::TooFar { .. } | MomentError::Form { .. }),
            "{error:?}"
        );
    }

    #[test]
    fn a_year_is_that_of_the_day_in_china() {
        for text in [
            "9998-12-31T16:00:00Z",
            "9999-12-31T23:59:59Z",
            "0000-12-31T15:59:59Z",
            "0000-06-01",
        ] {
            let error = parse(text, now()).unwrap_err();
            let expected = MomentError::Nonexistent {
                text: text.to_owned(),
            };
            assert_eq!(error, expected);
        }
        for text in ["9998-12-31T15:59:59Z", "0000-12-31T16:00:00Z"] {
            assert!(parse(text, now()).is_ok(), "{text}");
        }
        let error = parse("-3000y", now()).unwrap_err();
        assert!(matches!(error, MomentError::TooFar { .. }), "{error:?}");
    }

    #[test]
    fn the_error_says_what_is_taken_in_both_languages() {
        let error = parse("soon", now()).unwrap_err();
        assert_eq!(error.message().en, "`soon` is no time");
        assert_eq!(error.message().zh, "`soon` 不是时间");
        assert!(error.hint().zh.contains("2026-11-22 10:30") && error.hint().en.contains("-2h"));
    }
}
