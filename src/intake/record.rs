//! Rows to record: what happened to many orders.

use super::problem::{Problem, settle, shown};
use super::rows::{Cell, Row, RowPlace, rows};
use super::schema::Table;
use super::source::{Encoding, Source};
use crate::filing::approval::is_none;
use crate::filing::event::{Command, Report};
use crate::filing::instant::Instant;
use crate::filing::moment::{self, Moment};
use crate::filing::named::Named as _;
use crate::filing::number::{Number, ServiceNumber};
use crate::filing::signatory;
use crate::text;

/// One event to be recorded; its order and the persons are not resolved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Where it stands.
    pub place: RowPlace,
    /// The order: an id or a ref.
    pub order: String,
    /// What happened.
    pub event: Report,
    /// When it happened; absent for now.
    pub at: Option<Moment>,
    /// The persons it is about, as written.
    pub who: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The numbers that were issued, as written.
    pub numbers: Vec<String>,
}

/// Reads a CSV or JSON Lines with `order,event,at,who,reason,numbers`; `now` is what times are
/// counted back from, and none lies after it.
///
/// # Errors
/// All problems, with line, column and remedy.
pub fn read_record_rows(
    source: &Source<'_>,
    encoding: Encoding,
    now: Instant,
) -> Result<Vec<RecordRow>, Vec<Problem>> {
    let (given, mut problems) = rows(source, Table::Record, encoding)?;
    let read = given.iter().filter_map(|row| {
        let order = required(row, "order", &mut problems);
        let event = event(row, &mut problems);
        let at = at(row, now, &mut problems);
        if let Some(event) = event {
            fits(row, event, &mut problems);
        }
        who(row, &mut problems);
        numbers(row, &mut problems);
        Some(RecordRow {
            place: RowPlace::of(row),
            order,
            event: event?,
            at,
            who: persons(row),
            reason: row.text("reason"),
            numbers: row.texts("numbers"),
        })
    });
    let read = read.collect();
    settle(read, problems)
}

/// Returns the time of a row.
pub(super) fn at(row: &Row, now: Instant, problems: &mut Vec<Problem>) -> Option<Moment> {
    let cell = row.cells.get("at")?;
    let word = row.text("at")?;
    let told = |message| cell.problem("not-a-time", message);
    match moment::parse(&word, now) {
        Ok(at) if at.is_after(now) => {
            let message = text!("时间 {word} 还没有到", "{word} is in the future");
            problems.push(told(message));
            None
        }
        Ok(at) => Some(at),
        Err(error) => {
            problems.push(told(error.message()).fix(error.hint()));
            None
        }
    }
}

/// Refuses a cell that means nothing for what the row is about, which has this name.
pub(super) fn meaningless(cell: &Cell, name: &str, code: &'static str) -> Problem {
    let column = &cell.column;
    let message = text!(
        "{name} 不用 {column}，应为空",
        "{name} takes no {column}: leave it empty"
    );
    cell.problem(code, message)
}

/// Checks that a row says nothing that means nothing for its event.
fn fits(row: &Row, event: Report, problems: &mut Vec<Problem>) {
    let name = event.name();
    let columns = [
        ("who", !event.names_persons()),
        ("numbers", event != Report::BureauApproved),
    ];
    for (column, _) in columns.into_iter().filter(|(_, is_so)| *is_so) {
        if let Some(cell) = row.cells.get(column) {
            problems.push(meaningless(cell, name, "not-for-this-event"));
        }
    }
}

/// Returns the words for persons, as the command line has them.
fn persons(row: &Row) -> Vec<String> {
    let words = row.words("who").into_iter();
    words.map(|word| signatory::word(&word)).collect()
}

/// Checks that each word of `who` can name a person of some order.
fn who(row: &Row, problems: &mut Vec<Problem>) {
    let Some(cell) = row.cells.get("who") else {
        return;
    };
    let is_place = |word: &str| word.parse::<usize>().is_ok_and(|place| place > 0);
    for word in persons(row) {
        let is_known = match word.strip_prefix("service:") {
            Some(service) => is_place(service) || ServiceNumber::parse(service).is_ok(),
            None => matches!(word.as_str(), "all" | "subject" | "service"),
        };
        if !is_known {
            let words = shown(&word);
            let message = text!("“{words}”不是人员", "\"{words}\" is no person");
            problems.push(
                cell.problem("unknown-value", message)
                    .fix(signatory::words()),
            );
        }
    }
}

/// Checks that each word of `numbers` is a number of a subject or a service, or `none`.
fn numbers(row: &Row, problems: &mut Vec<Problem>) {
    let Some(cell) = row.cells.get("numbers") else {
        return;
    };
    for word in cell.texts().iter().filter(|word| !is_none(word)) {
        let message = match Number::parse(word).map(|parsed| parsed.number) {
            Ok(Number::Subject(_) | Number::Service(_)) => continue,
            Ok(Number::Security(number)) => text!(
                "{number} 是公安备案号，不是备案号",
                "{number} is a public-security number, no filing number"
            ),
            Err(error) => error.message(),
        };
        problems.push(cell.problem("NUM-01", message));
    }
}

/// Returns the text of a cell that must be there.
pub(super) fn required(row: &Row, column: &str, problems: &mut Vec<Problem>) -> String {
    if row.lacks(column) {
        problems.push(missing(row, column));
    }
    row.text(column).unwrap_or_default()
}

/// A row without a column that it needs.
pub(super) fn missing(row: &Row, column: &str) -> Problem {
    let at = row.place_of_blank(column).unwrap_or(row.at);
    let column = row.header.name(column);
    let message = text!("缺少 {column}", "{column} is missing");
    Problem::new(column, at, "missing-field", message)
}

/// Returns the event of a row, given by name or by Chinese label.
fn event(row: &Row, problems: &mut Vec<Problem>) -> Option<Report> {
    let given = required(row, "event", problems);
    let cell = row.cells.get("event")?;
    let found = Report::from_word(&given);
    if found.is_some() {
        return found;
    }
    let words = shown(&given);
    let step = match Command::from_word(&given) {
        Some(step @ (Command::Submit | Command::Withdraw | Command::Abandon)) => Some(step),
        Some(Command::Edit) | None => None,
    };
    let problem = |message| cell.problem("unknown-value", message);
    problems.push(if let Some(step) = step {
        let name = step.name();
        problem(text!(
            "“{words}”是命令，不是事件",
            "\"{words}\" is a command, no event"
        ))
        .fix(text!("请用 icpctl {name} ORDER", "use icpctl {name} ORDER"))
    } else {
        let problem = problem(text!(
            "没有名为“{words}”的事件",
            "there is no event \"{words}\""
        ));
        problem.suggest_or(Report::nearest(&given), || {
            let list = Report::listed();
            text!("可用的值：{list}", "the values are {list}", list)
        })
    });
    None
}
