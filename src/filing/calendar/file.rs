//! Reads a calendar file, and says where it is wrong.

use super::error::{CalendarError, CalendarFault, Position, Shape};
use super::{Calendar, Holiday, Schedule, is_weekend};
use crate::lang::Text;
use chrono::format::ParseErrorKind;
use chrono::{Datelike as _, NaiveDate};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads the names of `text` and nothing else.
pub(super) fn read_names(text: &str) -> Result<BTreeMap<String, Text>, CalendarError> {
    let root = DeTable::parse(text).map_err(|error| not_toml(&error, text))?;
    let mut reader = Reader::new(text, &BARE);
    reader.read_names(root.get_ref())?;
    Ok(reader.names)
}

/// Reads `text`, which may use the holiday names of `base`.
pub(super) fn read(text: &str, base: &Calendar) -> Result<Calendar, CalendarError> {
    let root = DeTable::parse(text).map_err(|error| not_toml(&error, text))?;
    let mut reader = Reader::new(text, base);
    let years = reader.root(root.get_ref())?;
    Ok(Calendar {
        names: reader.names,
        years,
        carried: false,
    })
}

/// The parser also refuses impossible dates, in words of its own.
fn not_toml(error: &toml::de::Error, text: &str) -> CalendarError {
    let offset = error.span().map_or(0, |span| span.start);
    let impossible_date = text
        .get(offset..)
        .and_then(|rest| rest.get(.."YYYY-MM-DD".len()))
        .filter(|written| {
            written
                .parse::<NaiveDate>()
                .is_err_and(|error| error.kind() == ParseErrorKind::OutOfRange)
        });
    CalendarError {
        at: Position::of(offset, text),
        fault: match impossible_date {
            Some(written) => CalendarFault::BadDate {
                written: written.to_owned(),
            },
            None => CalendarFault::Syntax {
                problem: error.message().to_owned(),
            },
        },
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Off,
    Worked,
}

struct Reader<'a> {
    text: &'a str,
    base: &'a Calendar,
    names: BTreeMap<String, Text>,
    /// The days that the file has named so far.
    days: BTreeMap<NaiveDate, Use>,
}

/// A calendar that knows nothing.
static BARE: Calendar = Calendar {
    names: BTreeMap::new(),
    years: BTreeMap::new(),
    carried: false,
};

impl<'a> Reader<'a> {
    const fn new(text: &'a str, base: &'a Calendar) -> Self {
        Self {
            text,
            base,
            names: BTreeMap::new(),
            days: BTreeMap::new(),
        }
    }

    fn read_names(&mut self, root: &DeTable<'_>) -> Result<(), CalendarError> {
        if let Some(names) = root.get("names") {
            for (key, value) in self.table("names", names)? {
                let name = self.name(key.get_ref(), value)?;
                self.names.insert(key.get_ref().to_string(), name);
            }
        }
        Ok(())
    }

    fn root(&mut self, root: &DeTable<'_>) -> Result<BTreeMap<i32, Schedule>, CalendarError> {
        self.allow(root, &["names", "year"])?;
        self.read_names(root)?;
        let mut years = BTreeMap::new();
        if let Some(tables) = root.get("year") {
            for (key, value) in self.table("year", tables)? {
                let year = self.year(key)?;
                let schedule = self.schedule(year, key.get_ref(), value)?;
                years.insert(year, schedule);
            }
        }
        if years.is_empty() {
            return Err(self.fault(0..0, CalendarFault::NoYears));
        }
        Ok(years)
    }

    fn name(&self, key: &str, value: &Value<'_>) -> Result<Text, CalendarError> {
        let table = self.table(key, value)?;
        self.allow(table, &["zh", "en"])?;
        let wording = |lang: &'static str| {
            let words = self.words(lang, self.need(table, value, lang)?)?;
            Ok(Cow::Owned(words.to_owned()))
        };
        Ok(Text {
            zh: wording("zh")?,
            en: wording("en")?,
        })
    }

    fn year(&self, key: &Spanned<Cow<'_, str>>) -> Result<i32, CalendarError> {
        let written = key.get_ref();
        let four_digits = written.len() == 4 && written.bytes().all(|byte| byte.is_ascii_digit());
        written.parse().ok().filter(|_| four_digits).ok_or_else(|| {
            let written = written.to_string();
            self.fault(key.span(), CalendarFault::BadYear { written })
        })
    }

    fn schedule(
        &mut self,
        year: i32,
        key: &str,
        value: &Value<'_>,
    ) -> Result<Schedule, CalendarError> {
        let table = self.table(key, value)?;
        self.allow(table, &["notices", "holidays"])?;
        let notices = self
            .filled("notices", self.need(table, value, "notices")?)?
            .iter()
            .map(|notice| Ok(self.words("notices", notice)?.to_owned()))
            .collect::<Result<_, _>>()?;
        let holidays = self
            .filled("holidays", self.need(table, value, "holidays")?)?
            .iter()
            .map(|holiday| self.holiday(year, holiday))
            .collect::<Result<_, _>>()?;
        Ok(Schedule { notices, holidays })
    }

    fn holiday(&mut self, year: i32, value: &Value<'_>) -> Result<Holiday, CalendarError> {
        let table = self.table("holidays", value)?;
        self.allow(table, &["name", "from", "to", "work"])?;

        let key = self.need(table, value, "name")?;
        let name = self.words("name", key)?;
        let name = self
            .names
            .get(name)
            .or_else(|| self.base.name(name))
            .cloned()
            .ok_or_else(|| {
                let name = name.to_owned();
                self.fault(key.span(), CalendarFault::UnknownName { name })
            })?;

        let first = self.need(table, value, "from")?;
        let last = self.need(table, value, "to")?;
        let from = self.date("from", year, first)?;
        let to = self.date("to", year, last)?;
        if to < from {
            return Err(self.fault(last.span(), CalendarFault::Backwards { from, to }));
        }
        for day in from.iter_days().take_while(|day| *day <= to) {
            self.claim(day, Use::Off, first.span())?;
        }

        let mut work = Vec::new();
        if let Some(listed) = table.get("work") {
            for value in self.list("work", listed)? {
                let date = self.date("work", year, value)?;
                if !is_weekend(date) {
                    return Err(self.fault(value.span(), CalendarFault::MakeUpOnWeekday { date }));
                }
                self.claim(date, Use::Worked, value.span())?;
                work.push(date);
            }
        }
        Ok(Holiday {
            name,
            from,
            to,
            work,
        })
    }

    fn claim(
        &mut self,
        date: NaiveDate,
        usage: Use,
        span: Range<usize>,
    ) -> Result<(), CalendarError> {
        match self.days.insert(date, usage) {
            None => Ok(()),
            Some(before) if before == usage => {
                Err(self.fault(span, CalendarFault::Duplicate { date }))
            }
            Some(_) => Err(self.fault(span, CalendarFault::OffAndWorked { date })),
        }
    }

    fn date(&self, key: &str, year: i32, value: &Value<'_>) -> Result<NaiveDate, CalendarError> {
        let written = value
            .get_ref()
            .as_datetime()
            .filter(|written| written.time.is_none() && written.offset.is_none())
            .and_then(|written| written.date)
            .ok_or_else(|| self.wrong_shape(key, value, Shape::Date))?;
        let date = NaiveDate::from_ymd_opt(
            i32::from(written.year),
            u32::from(written.month),
            u32::from(written.day),
        )
        .ok_or_else(|| {
            let written = written.to_string();
            self.fault(value.span(), CalendarFault::BadDate { written })
        })?;
        if date.year() == year || (date.year() == year - 1 && date.month() == 12) {
            Ok(date)
        } else {
            Err(self.fault(value.span(), CalendarFault::OutsideYear { date, year }))
        }
    }

    fn allow(
        &self,
        table: &DeTable<'_>,
        expected: &'static [&'static str],
    ) -> Result<(), CalendarError> {
        match table
            .keys()
            .find(|key| !expected.contains(&key.get_ref().as_ref()))
        {
            None => Ok(()),
            Some(unknown) => {
                let key = unknown.get_ref().to_string();
                Err(self.fault(unknown.span(), CalendarFault::UnknownKey { key, expected }))
            }
        }
    }

    fn need<'v, 'i>(
        &self,
        table: &'v DeTable<'i>,
        whole: &Value<'_>,
        key: &'static str,
    ) -> Result<&'v Value<'i>, CalendarError> {
        table
            .get(key)
            .ok_or_else(|| self.fault(whole.span(), CalendarFault::MissingKey { key }))
    }

    fn table<'v, 'i>(
        &self,
        key: &str,
        value: &'v Value<'i>,
    ) -> Result<&'v DeTable<'i>, CalendarError> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.wrong_shape(key, value, Shape::Table))
    }

    fn list<'v, 'i>(
        &self,
        key: &str,
        value: &'v Value<'i>,
    ) -> Result<&'v [Value<'i>], CalendarError> {
        let list = value.get_ref().as_array();
        list.map(|list| &**list)
            .ok_or_else(|| self.wrong_shape(key, value, Shape::List))
    }

    fn filled<'v, 'i>(
        &self,
        key: &'static str,
        value: &'v Value<'i>,
    ) -> Result<&'v [Value<'i>], CalendarError> {
        let list = self.list(key, value)?;
        if list.is_empty() {
            return Err(self.fault(value.span(), CalendarFault::Empty { key }));
        }
        Ok(list)
    }

    fn words<'v>(&self, key: &str, value: &'v Value<'_>) -> Result<&'v str, CalendarError> {
        let words = value.get_ref().as_str();
        words
            .filter(|words| !words.trim().is_empty())
            .ok_or_else(|| self.wrong_shape(key, value, Shape::Words))
    }

    fn wrong_shape(&self, key: &str, value: &Value<'_>, expected: Shape) -> CalendarError {
        let key = key.to_owned();
        self.fault(value.span(), CalendarFault::WrongShape { key, expected })
    }

    fn fault(&self, span: Range<usize>, fault: CalendarFault) -> CalendarError {
        CalendarError {
            at: Position::of(span.start, self.text),
            fault,
        }
    }
}
