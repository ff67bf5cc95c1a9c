//! How long something may take once it has begun, in days or working days.

use super::calendar::{Calendar, Reckoned};
use super::instant::Instant;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// A length of time, counted from a day that is day 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Days of the calendar.
    Days(u32),
    /// Working days (TIM-03).
    WorkingDays(u32),
}

/// The most days that a limit may count, some ten years: what counts more is no limit but a slip,
/// such as a date in the place of a number of days.
pub const MOST_DAYS: u32 = 3650;

impl Limit {
    /// Returns how many days or working days it counts.
    pub const fn count(self) -> u32 {
        match self {
            Self::Days(count) | Self::WorkingDays(count) => count,
        }
    }

    /// Returns the last instant of the limit that begins on `day`; none where it counts more than
    /// [`MOST_DAYS`], or ends after the last date there is.
    pub fn end(self, day: NaiveDate, calendar: &Calendar) -> Option<Reckoned<End>> {
        if self.count() > MOST_DAYS {
            return None;
        }
        let Reckoned { value, provisional } = match self {
            Self::Days(count) => Reckoned {
                value: day.checked_add_days(Days::new(u64::from(count)))?,
                provisional: false,
            },
            Self::WorkingDays(count) => calendar.add_working_days(day, count),
        };
        Some(Reckoned {
            value: End::Through(Instant::end_of(value)),
            provisional,
        })
    }
}

/// Where a limit ends, and whether it is too late at that very second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At this second it is too late, as at the end of a window of hours.
    Before(Instant),
    /// This is the last second that is not too late, as at the end of a day.
    Through(Instant),
}

impl End {
    /// Returns the second by which it is told.
    pub const fn at(self) -> Instant {
        match self {
            Self::Before(at) | Self::Through(at) => at,
        }
    }

    /// Whether it is too late at an instant.
    fn has_passed(self, now: Instant) -> bool {
        match self {
            Self::Before(at) => now >= at,
            Self::Through(at) => now.whole_second() > at,
        }
    }
}

/// Until when something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day from which on it can be done, or is looked at.
    pub opens: NaiveDate,
    /// Where it ends.
    pub end: End,
    /// Whether the date may still move: it reaches into a year whose holidays are not known, or
    /// is announced year by year.
    pub provisional: bool,
    /// Whether it has passed.
    pub overdue: bool,
}

impl Due {
    /// Puts an end beside the present.
    pub fn new(opens: NaiveDate, end: Reckoned<End>, now: Instant) -> Self {
        Self {
            opens,
            end: end.value,
            provisional: end.provisional,
            overdue: end.value.has_passed(now),
        }
    }

    /// Returns the second by which its end is told.
    pub const fn at(&self) -> Instant {
        self.end.at()
    }

    /// Whether it is overdue, or can be done already and ends within `days` of `now`.
    pub fn is_near(&self, now: Instant, days: u32) -> bool {
        let today = now.day();
        let horizon = today
            .checked_add_days(Days::new(u64::from(days)))
            .unwrap_or(NaiveDate::MAX);
        self.opens <= today && self.at().day() <= horizon
    }
}
