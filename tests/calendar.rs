//! The working-day calendar: its data against an independent package, and reckoning with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail"
)]

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate};
use icpctl::filing::calendar::{Calendar, CalendarFault, Position, Reckoned, Shape};
use icpctl::filing::instant::Instant;
use icpctl::lang::Lang;
use proptest::prelude::*;

fn day(written: &str) -> NaiveDate {
    written.parse().unwrap()
}

fn at(written: &str) -> Instant {
    written.parse().unwrap()
}

fn sure<T>(value: T) -> Reckoned<T> {
    Reckoned {
        value,
        provisional: false,
    }
}

fn provisional<T>(value: T) -> Reckoned<T> {
    Reckoned {
        value,
        provisional: true,
    }
}

/// The recorded answers of the independent package: each day, and whether it is worked.
fn recorded() -> Vec<(NaiveDate, bool)> {
    let rows = include_str!("data/calendar-2007-2026.tsv");
    let mut days = Vec::new();
    for row in rows.lines().filter(|row| !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [year, length, working, bits] = cells[..] else {
            panic!("four cells expected: {row}");
        };
        let bits: Vec<bool> = bits
            .chars()
            .flat_map(|digit| {
                let digit = digit.to_digit(16).unwrap();
                (0..4).rev().map(move |bit| digit >> bit & 1 == 1)
            })
            .collect();
        let length: usize = length.parse().unwrap();
        assert_eq!(
            bits.iter().filter(|bit| **bit).count(),
            working.parse::<usize>().unwrap()
        );
        let first = NaiveDate::from_ymd_opt(year.parse().unwrap(), 1, 1).unwrap();
        days.extend(first.iter_days().zip(bits).take(length));
    }
    days
}

#[test]
fn every_day_of_twenty_years_agrees_with_an_independent_package() {
    let recorded = recorded();
    assert_eq!(recorded.len(), 7305);
    assert_eq!(recorded[0].0, day("2007-01-01"));
    assert_eq!(recorded[7304].0, day("2026-12-31"));
    let calendar = Calendar::embedded();
    let differing: Vec<_> = recorded
        .into_iter()
        .filter(|(date, worked)| calendar.is_workday(*date) != *worked)
        .collect();
    assert_eq!(differing, []);
}

#[test]
fn the_embedded_calendar_knows_2007_to_2026() {
    let calendar = Calendar::embedded();
    assert!(calendar.years().eq(2007..=2026));
    assert!(!calendar.knows(2006));
    assert!(!calendar.knows(2027));
    assert_eq!(
        calendar.schedule(2026).unwrap().notices,
        ["国办发明电〔2025〕7号"]
    );
}

#[test]
fn every_embedded_make_up_workday_is_a_named_weekend_day() {
    let calendar = Calendar::embedded();
    let mut count = 0;
    for year in calendar.years() {
        for holiday in &calendar.schedule(year).unwrap().holidays {
            for date in &holiday.work {
                assert!(date.weekday().number_from_monday() > 5, "{date}");
                assert!(calendar.is_workday(*date), "{date}");
                let name = calendar.day_name(*date).unwrap();
                assert_eq!(name.zh, format!("{}调休上班", holiday.name.zh));
                count += 1;
            }
        }
    }
    assert_eq!(count, 132);
}

#[test]
fn days_off_and_make_up_workdays_are_named() {
    let calendar = Calendar::embedded();
    let name = |date, lang| calendar.day_name(day(date)).map(|n| n.get(lang).to_owned());
    let zh = |date| name(date, Lang::Zh);
    let en = |date| name(date, Lang::En);
    assert_eq!(zh("2026-02-17").as_deref(), Some("春节"));
    assert_eq!(zh("2026-02-14").as_deref(), Some("春节调休上班"));
    assert_eq!(
        en("2026-02-14").as_deref(),
        Some("make-up workday for Spring Festival")
    );
    assert_eq!(
        en("2025-10-06").as_deref(),
        Some("National Day and Mid-Autumn Festival")
    );
    assert_eq!(zh("2017-12-30").as_deref(), Some("元旦"));
    assert_eq!(zh("2018-12-29").as_deref(), Some("元旦调休上班"));
    assert_eq!(zh("2026-03-14"), None);
    assert_eq!(zh("2026-03-16"), None);
}

#[test]
fn one_off_notices_are_in() {
    let calendar = Calendar::embedded();
    // The 70th anniversary of the victory, 2015.
    assert!(!calendar.is_workday(day("2015-09-03")));
    assert!(!calendar.is_workday(day("2015-09-04")));
    assert!(calendar.is_workday(day("2015-09-06")));
    // Labour Day 2019, made longer in March of that year.
    assert!(!calendar.is_workday(day("2019-05-03")));
    assert!(calendar.is_workday(day("2019-05-05")));
    // Spring Festival 2020: the make-up Saturday, 1 February, was taken back.
    assert!(!calendar.is_workday(day("2020-01-31")));
    assert!(!calendar.is_workday(day("2020-02-01")));
    assert!(calendar.is_workday(day("2020-02-03")));
}

#[test]
fn limits_skip_holidays_and_count_make_up_workdays() {
    let calendar = Calendar::embedded();
    let add = |date, n| calendar.add_working_days(day(date), n);
    // Saturday 14 February 2026 is worked; 15 to 23 February are off.
    assert_eq!(add("2026-02-13", 1), sure(day("2026-02-14")));
    assert_eq!(add("2026-02-13", 2), sure(day("2026-02-24")));
    assert_eq!(add("2026-02-24", 4), sure(day("2026-02-28")));
    // Sunday 28 September and Saturday 11 October 2025 are worked; 1 to 8 October are off.
    assert_eq!(add("2025-09-26", 1), sure(day("2025-09-28")));
    assert_eq!(add("2025-09-30", 1), sure(day("2025-10-09")));
    assert_eq!(add("2025-09-30", 3), sure(day("2025-10-11")));
    assert_eq!(add("2025-09-30", 4), sure(day("2025-10-13")));
    // Day 0 itself counts for nothing, be it a working day or not.
    assert_eq!(add("2026-02-20", 0), sure(day("2026-02-20")));
    assert_eq!(add("2026-02-20", 1), sure(day("2026-02-24")));
    // The bureau's twenty working days.
    assert_eq!(add("2026-01-30", 20), sure(day("2026-03-05")));

    let next = |date| calendar.next_workday_on_or_after(day(date));
    assert_eq!(next("2026-02-14"), sure(day("2026-02-14")));
    assert_eq!(next("2026-02-15"), sure(day("2026-02-24")));

    let between = |from, to| calendar.working_days_between(day(from), day(to));
    assert_eq!(between("2026-02-13", "2026-02-24"), sure(2));
    assert_eq!(between("2026-02-15", "2026-02-23"), sure(0));
    assert_eq!(between("2026-02-24", "2026-02-24"), sure(0));
    assert_eq!(between("2026-02-24", "2026-02-13"), sure(0));
}

#[test]
fn the_day_of_an_event_is_the_day_in_china() {
    let calendar = Calendar::embedded();
    let end = |event, n| calendar.end_of_nth_working_day(at(event), n);
    let tuesday = sure(at("2026-03-17T23:59:59+08:00"));
    assert_eq!(end("2026-03-16T00:00:00+08:00", 1), tuesday);
    assert_eq!(end("2026-03-16T23:59:59+08:00", 1), tuesday);
    assert_eq!(end("2026-03-15T16:00:00Z", 1), tuesday);
    assert_eq!(end("2026-03-15T12:30:00-05:00", 1), tuesday);
    // A second earlier it is still Sunday in China, and Monday is the first working day.
    assert_eq!(
        end("2026-03-15T15:59:59Z", 1),
        sure(at("2026-03-16T23:59:59+08:00"))
    );
    assert_eq!(
        end("2026-03-15T16:00:00Z", 1).value.to_rfc3339(),
        "2026-03-17T23:59:59+08:00"
    );
}

#[test]
fn what_reaches_into_an_unknown_year_is_provisional() {
    let calendar = Calendar::embedded();
    let add = |date, n| calendar.add_working_days(day(date), n);
    assert_eq!(add("2026-12-03", 20), sure(day("2026-12-31")));
    // Weekdays alone: 1 January 2027 is surely a holiday, but no schedule says so yet.
    assert_eq!(add("2026-12-04", 20), provisional(day("2027-01-01")));
    assert_eq!(add("2026-12-31", 1), provisional(day("2027-01-01")));
    assert_eq!(
        calendar.next_workday_on_or_after(day("2027-01-02")),
        provisional(day("2027-01-04"))
    );
    assert_eq!(
        calendar.working_days_between(day("2026-12-31"), day("2027-01-04")),
        provisional(2)
    );
    assert_eq!(
        calendar.end_of_nth_working_day(at("2026-12-31T16:00:00Z"), 0),
        provisional(at("2027-01-01T23:59:59+08:00"))
    );
    assert!(add("2006-12-29", 1).provisional);
    assert_eq!(add("2006-12-29", 1).value, day("2006-12-30"));
}

#[test]
fn dates_saturate() {
    let calendar = Calendar::embedded();
    let last = NaiveDate::MAX;
    assert_eq!(
        calendar.add_working_days(day("2026-01-01"), u32::MAX),
        provisional(last)
    );
    assert_eq!(calendar.add_working_days(last, 3), provisional(last));
    assert_eq!(calendar.next_workday_on_or_after(last).value, last);
    assert_eq!(
        calendar.working_days_between(day("2026-12-31"), last).value,
        calendar.working_days_between(day("2027-01-01"), last).value + 1
    );
    let latest = Instant::from(DateTime::<chrono::Utc>::MAX_UTC);
    assert_eq!(
        calendar.end_of_nth_working_day(latest, 1).value,
        Instant::end_of(last)
    );
}

const UPDATE: &str = r#"
[names]
moon-landing = { zh = "登月纪念日", en = "Moon Landing Day" }

[year.2027]
notices = ["test"]
holidays = [
  { name = "new-year", from = 2026-12-31, to = 2027-01-01, work = [2026-12-26] },
  { name = "moon-landing", from = 2027-07-20, to = 2027-07-20 },
]
"#;

#[test]
fn a_user_file_replaces_the_years_it_has() {
    let embedded = Calendar::embedded();
    let calendar = embedded.clone().overlay(Calendar::parse(UPDATE).unwrap());
    assert!(calendar.years().eq(2007..=2027));
    assert_eq!(
        calendar.add_working_days(day("2026-12-30"), 1),
        sure(day("2027-01-04"))
    );
    assert!(calendar.is_workday(day("2026-12-26")));
    assert_eq!(calendar.day_name(day("2026-12-31")).unwrap().zh, "元旦");
    assert_eq!(
        calendar.day_name(day("2027-07-20")).unwrap().zh,
        "登月纪念日"
    );
    assert!(!calendar.is_workday(day("2026-02-17")));

    let shorter = UPDATE
        .replace("2027", "2026")
        .replace("2026-12-31", "2026-01-01")
        .replace("2026-12-26", "2025-12-27");
    let replaced = embedded.clone().overlay(Calendar::parse(&shorter).unwrap());
    assert!(replaced.is_workday(day("2026-02-17")));
    assert!(replaced.is_workday(day("2025-12-27")));
    assert!(!replaced.is_workday(day("2026-07-20")));
}

/// The fault of a schedule of 2027 whose holidays are `holidays`, from line 4 on.
fn fault_of(holidays: &str) -> (CalendarFault, Position) {
    fault_in(&format!(
        "[year.2027]\nnotices = [\"test\"]\nholidays = [\n{holidays}\n]\n"
    ))
}

fn fault_in(file: &str) -> (CalendarFault, Position) {
    let error = Calendar::parse(file).unwrap_err();
    let message = error.message();
    let Position { line, column } = error.at;
    assert!(
        message
            .zh
            .starts_with(&format!("第 {line} 行第 {column} 列：")),
        "{message:?}"
    );
    assert!(
        message
            .en
            .starts_with(&format!("line {line}, column {column}: ")),
        "{message:?}"
    );
    assert_eq!(error.to_string(), message.en);
    (error.fault, error.at)
}

fn place(line: usize, column: usize) -> Position {
    Position { line, column }
}

#[test]
fn wrong_dates_are_refused_where_they_stand() {
    let date = |written| day(written);
    assert_eq!(
        fault_of(r#"{ name = "new-year", from = 2027-01-01, to = 2028-01-03 }"#),
        (
            CalendarFault::OutsideYear {
                date: date("2028-01-03"),
                year: 2027
            },
            place(4, 46)
        )
    );
    assert_eq!(
        fault_of(r#"{ name = "new-year", from = 2026-11-30, to = 2027-01-03 }"#).0,
        CalendarFault::OutsideYear {
            date: date("2026-11-30"),
            year: 2027
        }
    );
    assert_eq!(
        fault_of(r#"{ name = "new-year", from = 2027-01-03, to = 2027-01-01 }"#),
        (
            CalendarFault::Backwards {
                from: date("2027-01-03"),
                to: date("2027-01-01")
            },
            place(4, 46)
        )
    );
    assert_eq!(
        fault_of(
            r#"{ name = "new-year", from = 2027-01-01, to = 2027-01-03, work = [2027-01-04] }"#
        ),
        (
            CalendarFault::MakeUpOnWeekday {
                date: date("2027-01-04")
            },
            place(4, 66)
        )
    );
    assert_eq!(
        fault_of(
            r#"{ name = "new-year", from = 2027-01-01, to = 2027-01-03, work = [2027-01-02] }"#
        ),
        (
            CalendarFault::OffAndWorked {
                date: date("2027-01-02")
            },
            place(4, 66)
        )
    );
    assert_eq!(
        fault_of(
            "{ name = \"new-year\", from = 2027-01-01, to = 2027-01-03 },\n\
             { name = \"qingming\", from = 2027-01-03, to = 2027-01-04 }"
        ),
        (
            CalendarFault::Duplicate {
                date: date("2027-01-03")
            },
            place(5, 29)
        )
    );
    assert_eq!(
        fault_of(
            r#"{ name = "new-year", from = 2027-01-01, to = 2027-01-01, work = [2027-01-09, 2027-01-09] }"#
        )
        .0,
        CalendarFault::Duplicate {
            date: date("2027-01-09")
        }
    );
    for written in ["2027-02-29", "2027-13-01", "2027-04-31"] {
        let holiday = format!("{{ name = \"new-year\", from = {written}, to = 2027-12-31 }}");
        let written = written.to_owned();
        assert_eq!(
            fault_of(&holiday),
            (CalendarFault::BadDate { written }, place(4, 29))
        );
    }
    for written in [
        "\"2027-01-01\"",
        "2027-01-01T00:00:00",
        "20270101",
        "00:00:00",
    ] {
        let holiday = format!("{{ name = \"new-year\", from = {written}, to = 2027-01-03 }}");
        assert_eq!(
            fault_of(&holiday).0,
            CalendarFault::WrongShape {
                key: "from".to_owned(),
                expected: Shape::Date
            }
        );
    }
}

#[test]
fn wrong_keys_and_shapes_are_refused_where_they_stand() {
    assert_eq!(
        fault_of(r#"{ name = "new-year", form = 2027-01-01, to = 2027-01-03 }"#),
        (
            CalendarFault::UnknownKey {
                key: "form".to_owned(),
                expected: &["name", "from", "to", "work"]
            },
            place(4, 22)
        )
    );
    assert_eq!(
        fault_of(r#"{ name = "new-year", from = 2027-01-01 }"#),
        (CalendarFault::MissingKey { key: "to" }, place(4, 1))
    );
    assert_eq!(
        fault_of(r#"{ name = "元旦", from = 2027-01-01, to = 2027-01-03 }"#),
        (
            CalendarFault::UnknownName {
                name: "元旦".to_owned()
            },
            place(4, 10)
        )
    );
    // Columns count characters, not bytes.
    assert_eq!(
        fault_in("[names]\nx = { zh = \"元旦\", en = \" \" }\n"),
        (
            CalendarFault::WrongShape {
                key: "en".to_owned(),
                expected: Shape::Words
            },
            place(2, 23)
        )
    );
    assert_eq!(
        fault_in("[names]\nx = { zh = \"元旦\" }\n").0,
        CalendarFault::MissingKey { key: "en" }
    );
    assert_eq!(
        fault_in("[year.27]\nnotices = [\"test\"]\nholidays = []\n"),
        (
            CalendarFault::BadYear {
                written: "27".to_owned()
            },
            place(1, 7)
        )
    );
    assert_eq!(
        fault_in("[2027]\n").0,
        CalendarFault::UnknownKey {
            key: "2027".to_owned(),
            expected: &["names", "year"]
        }
    );
    assert_eq!(fault_in("").0, CalendarFault::NoYears);
    assert_eq!(
        fault_in("year = 2027\n").0,
        CalendarFault::WrongShape {
            key: "year".to_owned(),
            expected: Shape::Table
        }
    );
    assert!(matches!(
        fault_in("[year.2027]\n[year.2027]\n"),
        (CalendarFault::Syntax { .. }, Position { line: 2, .. })
    ));
}

#[test]
fn a_year_that_has_not_been_announced_is_no_schedule() {
    assert_eq!(fault_of("").0, CalendarFault::Empty { key: "holidays" });
    assert_eq!(
        fault_in("[year.2027]\nnotices = []\nholidays = []\n").0,
        CalendarFault::Empty { key: "notices" }
    );
}

prop_compose! {
    /// A date from 2005 to 2031: unknown, known and unknown years.
    fn any_day()(offset in 0_u64..9_860) -> NaiveDate {
        day("2005-01-01") + Days::new(offset)
    }
}

/// The `n`th working day after `date`, counted one day at a time.
fn counted(date: NaiveDate, n: u32) -> NaiveDate {
    let mut left = n;
    let mut day = date;
    while left > 0 {
        day = day.succ_opt().unwrap();
        if Calendar::embedded().is_workday(day) {
            left -= 1;
        }
    }
    day
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_counts_one_day_at_a_time(date in any_day(), n in 0_u32..600) {
        let Reckoned { value, provisional } = Calendar::embedded().add_working_days(date, n);
        prop_assert_eq!(value, counted(date, n));
        let known = (date.year()..=value.year()).all(|year| (2007..=2026).contains(&year));
        prop_assert_eq!(provisional, !known);
    }

    #[test]
    fn the_nth_working_day_is_a_working_day(date in any_day(), n in 1_u32..600) {
        let calendar = Calendar::embedded();
        prop_assert!(calendar.is_workday(calendar.add_working_days(date, n).value));
    }

    #[test]
    fn adding_is_monotone(date in any_day(), later in 0_u64..40, n in 0_u32..300, more in 0_u32..40) {
        let add = |date, n| Calendar::embedded().add_working_days(date, n).value;
        prop_assert!(add(date, n) <= add(date + Days::new(later), n));
        prop_assert!(add(date, n) <= add(date, n + more));
        prop_assert!(more == 0 || add(date, n) < add(date, n + more));
    }

    #[test]
    fn counting_inverts_adding(date in any_day(), n in 0_u32..600) {
        let calendar = Calendar::embedded();
        let end = calendar.add_working_days(date, n);
        let count = calendar.working_days_between(date, end.value);
        prop_assert_eq!(count.value, n);
        prop_assert_eq!(count.provisional, end.provisional);
    }

    #[test]
    fn the_next_working_day_leaves_none_out(date in any_day()) {
        let calendar = Calendar::embedded();
        let next = calendar.next_workday_on_or_after(date).value;
        prop_assert!(calendar.is_workday(next));
        prop_assert!(date.iter_days().take_while(|day| *day < next).all(|day| !calendar.is_workday(day)));
    }

    #[test]
    fn the_offset_of_an_event_does_not_matter(
        seconds in 1_104_537_600_i64..1_956_528_000,
        east in -43_200_i32..50_400,
        n in 0_u32..60,
    ) {
        let utc = DateTime::from_timestamp(seconds, 0).unwrap();
        let elsewhere = Instant::from(utc.with_timezone(&FixedOffset::east_opt(east).unwrap()));
        let calendar = Calendar::embedded();
        let end = calendar.end_of_nth_working_day(elsewhere, n);
        prop_assert_eq!(end, calendar.end_of_nth_working_day(utc.into(), n));
        prop_assert!(end.value >= elsewhere);
    }
}
