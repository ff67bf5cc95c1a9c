//! Rows to record: what happened to many orders.

use super::problem::{Position, Problem, nearest, settle, shown};
use super::rows::{Row, rows};
use super::schema::Table;
use super::source::{Encoding, Source};
use crate::filing::event::{Command, Event, Report};
use crate::lang::Text;
use crate::text;

/// One event to be recorded; its values are not resolved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The order: an id or a ref.
    pub order: String,
    /// The event's wire name.
    pub event: String,
    /// When it happened, as written; absent for now.
    pub at: Option<String>,
    /// The character at which that is written, from 1.
    pub at_column: usize,
    /// The persons it is about, as written.
    pub who: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The numbers that were issued, as written.
    pub numbers: Vec<String>,
}

impl RecordRow {
    /// Something wrong with its time.
    pub fn problem(&self, message: Text) -> Problem {
        let at = Position {
            line: self.line,
            column: self.at_column,
        };
        Problem::new("at", at, "not-a-time", message)
    }
}

/// Reads a CSV or JSON Lines with `order,event,at,who,reason,numbers`.
///
/// # Errors
/// All problems, with line, column and remedy.
pub fn read_record_rows(
    source: &Source<'_>,
    encoding: Encoding,
) -> Result<Vec<RecordRow>, Vec<Problem>> {
    let (given, mut problems) = rows(source, Table::Record, encoding)?;
    let read = given
        .iter()
        .map(|row| RecordRow {
            line: row.at.line,
            order: required(row, "order", &mut problems),
            event: event(row, &mut problems),
            at: row.text("at"),
            at_column: row.cells.get("at").map_or(1, |cell| cell.at.column),
            who: row.texts("who"),
            reason: row.text("reason"),
            numbers: row.texts("numbers"),
        })
        .collect();
    settle(read, problems)
}

/// Returns the text of a cell that must be there.
pub(super) fn required(row: &Row, column: &str, problems: &mut Vec<Problem>) -> String {
    let text = row.text(column);
    if text.is_none() && !row.is_flawed {
        problems.push(missing(column, row.at));
    }
    text.unwrap_or_default()
}

/// A row without a column that it needs.
pub(super) fn missing(column: &str, at: Position) -> Problem {
    let message = text!("缺少 {column}", "{column} is missing");
    Problem::new(column, at, "missing-field", message)
}

/// Lists the events that can be recorded: the operator's steps and the reports from outside.
fn recordable() -> impl Iterator<Item = Event> {
    let commands = [Command::Submit, Command::Withdraw, Command::Abandon];
    let reports = Report::ALL.iter().copied().map(Event::Report);
    commands.into_iter().map(Event::Command).chain(reports)
}

/// Returns the wire name of the event of a row, given by name or by Chinese label.
fn event(row: &Row, problems: &mut Vec<Problem>) -> String {
    let given = required(row, "event", problems);
    let found = recordable().find(|event| event.name() == given || event.label().zh == given);
    if let Some(event) = found {
        return event.name().to_owned();
    }
    if let Some(cell) = row.cells.get("event") {
        let near = nearest(&given, recordable().map(Event::name));
        let words = shown(&given);
        let message = text!("没有名为“{words}”的事件", "there is no event \"{words}\"");
        let problem = Problem::new(&cell.column, cell.at, "unknown-value", message).suggest(near);
        problems.push(problem);
    }
    given
}
