//! The calendar that icpctl carries: cut into years, each read when it is first asked for.

use super::{Calendar, Schedule, file};
use crate::lang::Text;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

const TEXT: &str = include_str!("../../data/calendar.toml");

/// What a section of a year begins with; the year and `]` follow.
const HEADING: &str = "\n[year.";

struct Year {
    text: &'static str,
    schedule: OnceLock<Option<Schedule>>,
}

static YEARS: LazyLock<BTreeMap<i32, Year>> = LazyLock::new(|| {
    let mut starts: Vec<usize> = TEXT.match_indices(HEADING).map(|(at, _)| at + 1).collect();
    starts.push(TEXT.len());
    starts
        .windows(2)
        .filter_map(|ends| {
            let text = TEXT.get(ends[0]..ends[1])?;
            let year = text.get(HEADING.len() - 1..)?.split(']').next()?;
            let schedule = OnceLock::new();
            Some((year.parse().ok()?, Year { text, schedule }))
        })
        .collect()
});

static NAMES: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    let end = TEXT.find(HEADING).unwrap_or(TEXT.len());
    file::read_names(TEXT.get(..end).unwrap_or_default()).unwrap_or_default()
});

/// Lists the years, in order.
pub(super) fn years() -> impl DoubleEndedIterator<Item = i32> {
    YEARS.keys().copied()
}

/// Returns what a holiday is called.
pub(super) fn name(key: &str) -> Option<&'static Text> {
    NAMES.get(key)
}

/// Returns the schedule of a year. One that cannot be read is unknown, which makes every result
/// provisional; a test reads the whole file.
pub(super) fn schedule(year: i32) -> Option<&'static Schedule> {
    let year = YEARS.get(&year)?;
    let read = || {
        let Calendar { years, .. } = file::read(year.text, Calendar::embedded()).ok()?;
        years.into_values().next()
    };
    year.schedule.get_or_init(read).as_ref()
}
