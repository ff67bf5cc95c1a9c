//! Rows that say that duties are done: whose, which, and the number that came of it.

use super::problem::{Problem, nearest, settle, shown};
use super::record::{at, meaningless, required};
use super::rows::{Row, RowPlace, rows};
use super::schema::Table;
use super::source::{Encoding, Source};
use crate::filing::duty::Duty;
use crate::filing::instant::Instant;
use crate::filing::number::{Parsed, SecurityNumber};
use crate::lang::commas;
use crate::text;

/// A duty that is done; whose it is, is not resolved yet.
#[derive(Clone, Debug)]
pub struct DutyRow {
    /// Where it stands.
    pub place: RowPlace,
    /// Whose duty: a number or a domain.
    pub target: String,
    /// Which duty.
    pub duty: &'static Duty,
    /// The TIME at which it was done, as written; absent for now.
    pub at: Option<String>,
    /// The public-security number that came of it.
    pub number: Option<Parsed<SecurityNumber>>,
}

/// Reads a CSV or JSON Lines with `target,duty,at,number`; `now` is what times are counted back from,
/// and none lies after it.
///
/// # Errors
/// All problems, with line, column and remedy.
pub fn read_duty_rows(
    source: &Source<'_>,
    encoding: Encoding,
    now: Instant,
) -> Result<Vec<DutyRow>, Vec<Problem>> {
    let (given, mut problems) = rows(source, Table::Duty, encoding)?;
    let read = given.iter().filter_map(|row| {
        let target = required(row, "target", &mut problems);
        let duty = duty(row, &mut problems);
        let is_timely = at(row, now, &mut problems).is_some();
        let number = number(row, duty, &mut problems);
        Some(DutyRow {
            place: RowPlace::of(row),
            target,
            duty: duty?,
            at: row.text("at").filter(|_| is_timely),
            number,
        })
    });
    let read = read.collect();
    settle(read, problems)
}

/// Returns the duty of a row, given by its id or its title.
fn duty(row: &Row, problems: &mut Vec<Problem>) -> Option<&'static Duty> {
    let given = required(row, "duty", problems);
    let cell = row.cells.get("duty")?;
    let found = Duty::from_word(&given);
    if found.is_none() {
        let words = shown(&given);
        let message = text!("没有名为“{words}”的事项", "there is no duty \"{words}\"");
        let known = Duty::all().iter().flat_map(Duty::words);
        let near = nearest(&given, known);
        let problem = cell.problem("unknown-value", message);
        problems.push(problem.suggest_or(near, || {
            let ids = commas(Duty::all().iter().map(|duty| &duty.id));
            text!("事项：{ids}", "duties: {ids}")
        }));
    }
    found
}

/// Returns the number of a row, which its duty must bring.
fn number(
    row: &Row,
    duty: Option<&Duty>,
    problems: &mut Vec<Problem>,
) -> Option<Parsed<SecurityNumber>> {
    let cell = row.cells.get("number")?;
    if let Some(duty) = duty.filter(|duty| !duty.number) {
        problems.push(meaningless(cell, &duty.id, "not-for-this-duty"));
    }
    match SecurityNumber::parse(&row.text("number")?) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            problems.push(cell.problem("not-a-number", error.message()));
            None
        }
    }
}
