//! `calendar update`: more years for the store's own calendar.

use super::{SCHEMA, document, schedules};
use crate::cli::context::Context;
use crate::cli::context::measures::CALENDAR;
use crate::cli::input::unreadable;
use crate::cli::reply::Reply;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::calendar::{Calendar, CalendarError, Schedule};
use crate::lang::parser::position;
use crate::lang::{Text, parser};
use crate::reading::{DOCUMENT_LIMIT, Unread};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::store::{Change, Digest, Files, RECORD_LIMIT, StoreLock, StorePath, if_there};
use crate::text;
use crate::workflow::assign::called;

/// What an update does to a year.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    New,
    Changed,
    Unchanged,
}

impl Outcome {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }

    const fn label(self) -> Text {
        match self {
            Self::New => Text::fixed("新增", "new"),
            Self::Changed => Text::fixed("已变更", "changed"),
            Self::Unchanged => Text::fixed("未变", "unchanged"),
        }
    }
}

/// What an update comes to.
struct Plan {
    years: Vec<(i32, Schedule, Outcome)>,
    change: Option<Change>,
}

/// Keeps the years of a file in the store, beside those that are there.
pub(super) fn keep(cx: &mut Context<'_>, name: &str) -> Result<Reply, Failure> {
    let bytes = cx.read_input(name)?;
    let name = called(name);
    if bytes.len() as u64 > DOCUMENT_LIMIT {
        return Err(unreadable(name, &Unread::TooLarge(DOCUMENT_LIMIT)));
    }
    let given = text_of(bytes, name)?;
    let update = Calendar::parse(&given).map_err(|error| refused(name, &error))?;
    let disk = cx.open()?;
    let mut plan = planned(
        disk.as_ref().map(|disk| disk as &dyn Files),
        &given,
        &update,
    )?;
    if plan.change.is_some() && !cx.globals.dry_run {
        let disk = cx.open_to_write()?;
        let lock = StoreLock::acquire(&disk, &cx.holder(), cx.globals.lock_timeout)?;
        plan = planned(Some(&disk), &given, &update)?;
        if let Some(change) = &plan.change {
            lock.commit(std::slice::from_ref(change))?;
        }
    }
    let lang = cx.lang;
    let mut table = Table::new(vec![
        text!("年份", "Year"),
        text!("结果", "Outcome"),
        text!("依据", "Notices"),
    ]);
    let mut data = Vec::new();
    for (year, schedule, outcome) in &plan.years {
        table.row(vec![
            Cell::verbatim(year.to_string()).tone(Tone::Name),
            Cell::new(outcome.label()),
            Cell::verbatim(schedule.notices.join("；")),
        ]);
        data.push(document(*year, schedule, Some(*outcome), lang));
    }
    let changed = plan.change.is_some();
    Ok(Reply::new(SCHEMA, data.into())
        .human(table.render(lang, cx.width(), cx.color()))
        .changed(changed)
        .say(match (changed, cx.globals.dry_run) {
            (true, true) => text!(
                "试运行：将存入备案库的 {CALENDAR}",
                "dry run: would be kept in the store's {CALENDAR}"
            ),
            (true, false) => text!(
                "已存入备案库的 {CALENDAR}",
                "kept in the store's {CALENDAR}"
            ),
            (false, _) => text!("没有变化", "nothing changed"),
        }))
}

/// Compares an update with the calendar in force, and says what is to be written.
fn planned(files: Option<&dyn Files>, given: &str, update: &Calendar) -> Result<Plan, Failure> {
    let path = StorePath::parse(CALENDAR)?;
    let present = match files {
        Some(files) => if_there(files.read(&path, RECORD_LIMIT))?,
        None => None,
    };
    let own = match &present {
        None => None,
        Some(bytes) => {
            let text = text_of(bytes.clone(), CALENDAR)?;
            let calendar = Calendar::parse(&text).map_err(|error| {
                refused(CALENDAR, &error).hint(text!(
                    "先改正备案库中的这个文件，再更新",
                    "correct this file in the store first, then update"
                ))
            })?;
            Some((text, calendar))
        }
    };
    let embedded = Calendar::embedded().clone();
    let in_force = match &own {
        Some((_, calendar)) => embedded.overlay(calendar.clone()),
        None => embedded,
    };
    let years: Vec<_> = schedules(update)
        .map(|(year, schedule)| {
            let outcome = match in_force.schedule(year) {
                None => Outcome::New,
                Some(known) if known == schedule => Outcome::Unchanged,
                Some(_) => Outcome::Changed,
            };
            (year, schedule.clone(), outcome)
        })
        .collect();
    if years
        .iter()
        .all(|(_, _, outcome)| *outcome == Outcome::Unchanged)
    {
        return Ok(Plan {
            years,
            change: None,
        });
    }
    let bytes = match &own {
        Some((text, _)) => merged(text, given)?.into_bytes(),
        None => given.as_bytes().to_vec(),
    };
    if bytes.len() as u64 > RECORD_LIMIT {
        return Err(Failure::invalid(
            "invalid.too-large",
            text!("日历文件超过 1 MiB", "the calendar is larger than 1 MiB"),
        ));
    }
    let change = match present {
        Some(was) => Change::Replace {
            path,
            bytes,
            was: Digest::of(&was),
        },
        None => Change::Create { path, bytes },
    };
    Ok(Plan {
        years,
        change: Some(change),
    })
}

/// Returns the store's calendar with the years and names of the update in place of its own.
fn merged(own: &str, update: &str) -> Result<String, Failure> {
    let broken = |words: &Text| {
        Failure::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "日历无法合并：{words}",
                "the calendars cannot be merged: {words}",
                words
            ),
        )
    };
    let read = |text: &str| {
        toml::from_str::<toml::Table>(text).map_err(|error| broken(&parser::said(error.message())))
    };
    let mut table = read(own)?;
    for (key, value) in read(update)? {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(kept)), toml::Value::Table(added)) => kept.extend(added),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
    toml::to_string(&table).map_err(|error| broken(&parser::said(&error.to_string())))
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(error.as_bytes(), error.utf8_error().valid_up_to());
        Failure::invalid(
            "invalid.encoding",
            text!(
                "{name} 第 {line} 行第 {column} 列不是 UTF-8 文本",
                "{name}:{line}:{column}: not UTF-8 text"
            ),
        )
        .hint(text!(
            "先转换为 UTF-8，例如 iconv -f gb18030 -t utf-8",
            "convert it to UTF-8 first, for example with iconv -f gb18030 -t utf-8"
        ))
    })
}

fn refused(name: &str, error: &CalendarError) -> Failure {
    let message = error.message();
    Failure::invalid(
        "invalid.calendar",
        text!("日历文件 {name} {message}", "{name}: {message}", message),
    )
    .hint(text!(
        "格式：[year.2027] 下写 notices = [\"…\"] 和 holidays = [{{ name = \"new-year\", from = 2027-01-01, to = 2027-01-03, work = [] }}]",
        "its form: under [year.2027] write notices = [\"…\"] and holidays = [{{ name = \"new-year\", from = 2027-01-01, to = 2027-01-03, work = [] }}]"
    ))
}
