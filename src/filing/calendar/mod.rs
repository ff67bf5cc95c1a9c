//! Working days: which days the offices work, and when a limit of N working days ends.
//!
//! The General Office of the State Council announces the holidays of a year, and the
//! weekend days worked in exchange (调休上班), the autumn before. Those schedules are data,
//! `src/data/calendar.toml`; a user's file of the same format takes the place of its years.
//! Where no schedule is known, Monday to Friday count as working and the result is
//! [provisional](Reckoned::provisional).

mod carried;
mod error;
mod file;

pub use error::{CalendarError, CalendarFault, Position, Shape};

use super::instant::Instant;
use crate::lang::Text;
use crate::text;
use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// Working days in a week without holidays.
const WORKING_DAYS_A_WEEK: u32 = 5;

static EMBEDDED: Calendar = Calendar {
    names: BTreeMap::new(),
    years: BTreeMap::new(),
    carried: true,
};

/// A result, and whether a year without a schedule had a part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Reckoned<T> {
    /// The result.
    pub value: T,
    /// Whether the days reckoned with reach into a year that the calendar does not know.
    pub provisional: bool,
}

impl<T> Reckoned<T> {
    /// Returns what is made of the result.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Reckoned<U> {
        Reckoned {
            value: make(self.value),
            provisional: self.provisional,
        }
    }
}

/// A holiday of one year: its days off and the weekend days worked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// What it is called.
    pub name: Text,
    /// The first day off.
    pub from: NaiveDate,
    /// The last day off.
    pub to: NaiveDate,
    /// The make-up workdays (调休上班), each a Saturday or Sunday.
    pub work: Vec<NaiveDate>,
}

/// The schedule of one year, as the State Council announced it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Number or title of each notice that makes the schedule; never empty.
    pub notices: Vec<String>,
    /// The holidays in the order of the file; never empty.
    pub holidays: Vec<Holiday>,
}

/// What a schedule says of a day.
enum Mark<'a> {
    Off(&'a Holiday),
    MakeUp(&'a Holiday),
}

impl Schedule {
    fn mark(&self, date: NaiveDate) -> Option<Mark<'_>> {
        self.holidays.iter().find_map(|holiday| {
            if (holiday.from..=holiday.to).contains(&date) {
                Some(Mark::Off(holiday))
            } else if holiday.work.contains(&date) {
                Some(Mark::MakeUp(holiday))
            } else {
                None
            }
        })
    }
}

/// The schedules of the years that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    names: BTreeMap<String, Text>,
    years: BTreeMap<i32, Schedule>,
    /// Whether the years that icpctl carries are beneath.
    carried: bool,
}

impl Calendar {
    /// Returns the calendar that icpctl carries, 2007 to 2026; a year of it is read when it is
    /// first asked for.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads a calendar file; its format is described at the top of `src/data/calendar.toml`.
    ///
    /// # Errors
    ///
    /// The first fault in the file, with its line and column.
    pub fn parse(toml_text: &str) -> Result<Self, CalendarError> {
        file::read(toml_text, Self::embedded())
    }

    /// Returns this calendar with the years of `user` in place of its own.
    #[must_use]
    pub fn overlay(mut self, user: Self) -> Self {
        self.names.extend(user.names);
        self.years.extend(user.years);
        self.carried |= user.carried;
        self
    }

    /// Returns the years that have a schedule, in order.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        let beneath = carried::years().filter(|_| self.carried);
        let all: BTreeSet<i32> = self.years.keys().copied().chain(beneath).collect();
        all.into_iter()
    }

    /// Returns what a holiday is called, by its key.
    fn name(&self, key: &str) -> Option<&Text> {
        let beneath = || carried::name(key).filter(|_| self.carried);
        self.names.get(key).or_else(beneath)
    }

    /// Returns the schedule of `year`, where there is one.
    pub fn schedule(&self, year: i32) -> Option<&Schedule> {
        let beneath = || carried::schedule(year).filter(|_| self.carried);
        self.years.get(&year).or_else(beneath)
    }

    /// Returns whether `year` has a schedule.
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains_key(&year) || self.carried && carried::years().any(|y| y == year)
    }

    /// Returns whether `date` is a working day; in an unknown year, whether it is one of
    /// Monday to Friday.
    pub fn is_workday(&self, date: NaiveDate) -> bool {
        match self.mark(date) {
            Some(Mark::Off(_)) => false,
            Some(Mark::MakeUp(_)) => true,
            None => !is_weekend(date),
        }
    }

    /// Returns what `date` is called, where it is a holiday or a make-up workday.
    pub fn day_name(&self, date: NaiveDate) -> Option<Text> {
        self.mark(date).map(|mark| match mark {
            Mark::Off(holiday) => holiday.name.clone(),
            Mark::MakeUp(Holiday { name, .. }) => {
                text!("{name}调休上班", "make-up workday for {name}", name)
            }
        })
    }

    /// Returns the `n`th working day after `date`, which is day 0 (TIM-03); saturates at
    /// the last date there is.
    pub fn add_working_days(&self, date: NaiveDate, n: u32) -> Reckoned<NaiveDate> {
        let mut day = date;
        let mut left = n;
        let last_year = self.last_year();
        while left > 0 {
            if left > WORKING_DAYS_A_WEEK && last_year < Some(day.year()) {
                let weeks = (left - 1) / WORKING_DAYS_A_WEEK;
                left -= weeks * WORKING_DAYS_A_WEEK;
                day = weeks_after(day, weeks);
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
            left -= u32::from(self.is_workday(day));
        }
        self.reckoned(day, date, day)
    }

    /// Returns `date` if it is a working day, else the first one after it; saturates at
    /// the last date there is.
    pub fn next_workday_on_or_after(&self, date: NaiveDate) -> Reckoned<NaiveDate> {
        let day = date
            .iter_days()
            .find(|day| self.is_workday(*day))
            .unwrap_or(NaiveDate::MAX);
        self.reckoned(day, date, day)
    }

    /// Returns how many working days lie after `from` up to and including `to`; 0 where
    /// `to` is not after `from`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Reckoned<u32> {
        let mut day = from;
        let mut count = 0;
        let last_year = self.last_year();
        while day < to {
            if last_year < Some(day.year()) {
                let weeks = u32::try_from((to - day).num_weeks()).unwrap_or(0);
                count += weeks * WORKING_DAYS_A_WEEK;
                day = weeks_after(day, weeks);
                if day == to {
                    break;
                }
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
            count += u32::from(self.is_workday(day));
        }
        self.reckoned(count, from, to)
    }

    /// Returns the end, 23:59:59+08:00, of the `n`th working day after the day on which
    /// `event` falls in China.
    pub fn end_of_nth_working_day(&self, event: Instant, n: u32) -> Reckoned<Instant> {
        let Reckoned { value, provisional } = self.add_working_days(event.day(), n);
        Reckoned {
            value: Instant::end_of(value),
            provisional,
        }
    }

    /// What the schedules say of `date`; one in December may stand in the next year's.
    fn mark(&self, date: NaiveDate) -> Option<Mark<'_>> {
        let next_year = (date.month() == 12).then(|| date.year() + 1);
        next_year
            .into_iter()
            .chain([date.year()])
            .find_map(|year| self.schedule(year)?.mark(date))
    }

    /// Returns the last year of which a schedule has something to say.
    fn last_year(&self) -> Option<i32> {
        let own = self.years.last_key_value().map(|(last, _)| *last);
        let beneath = carried::years().next_back().filter(|_| self.carried);
        own.max(beneath)
    }

    fn reckoned<T>(&self, value: T, from: NaiveDate, to: NaiveDate) -> Reckoned<T> {
        Reckoned {
            value,
            provisional: (from.year()..=to.year()).any(|year| !self.knows(year)),
        }
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn weeks_after(date: NaiveDate, weeks: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(weeks) * 7))
        .unwrap_or(NaiveDate::MAX)
}
