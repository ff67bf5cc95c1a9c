//! `duty done --from`: many duties that are done, a row each.

use super::SCHEMA;
use crate::cli::context::{Caution, Context, World};
use crate::cli::reply::Reply;
use crate::cli::reply::stream::{DUTIES, Stream};
use crate::cli::rows::{self, Chunk};
use crate::cli::signals::Signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intake::{DutyRow, Problem, read_duty_rows};
use crate::lang::Text;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::assign::valid;
use crate::workflow::batch::Outcome;
use crate::workflow::duty::{Said, done, of_targets};
use crate::workflow::mark;
use crate::workflow::owed::Ledger;
use crate::workflow::plan::Stamp;
use crate::workflow::resolve::Target;
use clap::ArgMatches;

/// Takes many duties that are done: one operation, chunk after chunk; a refused row leaves the others
/// alone.
pub(super) fn settle(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    from: &str,
) -> Result<Reply, Failure> {
    let signals = Signals::listen()?;
    let Some(rows) = rows::read(cx, matches, from, &signals, read_duty_rows)? else {
        return Ok(Stream::unbegun(cx, SCHEMA, &DUTIES, from, &signals));
    };
    let writes = !cx.globals.dry_run && cx.has_store();
    let wanted = Wanted::of(rows.iter().map(|row| &row.target));
    cx.alone(writes, |cx, lock| {
        let decide = |_: &mut Context<'_>, world: &mut World| {
            let is_found = |row: &DutyRow| mark::target(&world.book, &row.target).is_ok();
            Ok(((), rows.iter().all(is_found)))
        };
        let mut world = cx.decide_near(&wanted, lock.is_some(), decide)?.0;
        let mut ids = cx.ids.for_operation();
        let stamp = cx.stamp(&world, &mut ids);
        // What orders tell of duties is the same before and after: no row changes an order.
        let before = world.clone();
        let ledger = Ledger::new(&before);
        let take = |world: &mut World, rows: &[DutyRow]| take_rows(world, &stamp, &ledger, rows);
        valid(from, &problems(&world, &rows, take))?;
        let stream = Stream::start(cx, SCHEMA, &DUTIES, from, rows.len());
        Ok(rows::take(
            cx, lock, &mut world, stream, &rows, &signals, take,
        ))
    })
}

/// Takes all rows on trial, and tells what is wrong with those that do not validate: a time before the
/// approval, or a number for several services.
fn problems(
    world: &World,
    rows: &[DutyRow],
    take: impl Fn(&mut World, &[DutyRow]) -> Chunk,
) -> Vec<Problem> {
    if rows
        .iter()
        .all(|row| row.at.is_none() && row.number.is_none())
    {
        return Vec::new();
    }
    let taken = take(&mut world.clone(), rows).rows;
    let problems = rows.iter().zip(taken).filter_map(|(row, told)| {
        let failure = told.failure?;
        let (column, message) = match (failure.exit, failure.code.as_ref()) {
            (Exit::Usage, _) => ("number", one_service()),
            (_, "invalid.time") => ("at", failure.message),
            (_, _) => return None,
        };
        let fix = failure.hints.into_iter().next();
        Some(row.place.problem(column, message, fix))
    });
    problems.collect()
}

fn one_service() -> Text {
    text!(
        "公安备案号只能用于一个服务",
        "a public-security number goes with one service"
    )
}

fn take_rows(world: &mut World, stamp: &Stamp, ledger: &Ledger<'_>, rows: &[DutyRow]) -> Chunk {
    let mut chunk = Chunk::default();
    for row in rows {
        let number = named(world, &row.target);
        let taken = take_row(world, stamp, ledger, row, &mut chunk);
        chunk.tell(row.place.line, [number, Some(row.duty.id.clone())], taken);
    }
    chunk
}

/// Returns the number that a row names, itself or by a domain.
fn named(world: &World, target: &str) -> Option<String> {
    match mark::target(&world.book, target).ok()? {
        Target::Subject(number) => Some(number.to_string()),
        Target::Service(number) => Some(number.to_string()),
        Target::Domain { services, .. } => match services.as_slice() {
            [only] => Some(only.to_string()),
            [] | [_, ..] => None,
        },
    }
}

fn take_row(
    world: &mut World,
    stamp: &Stamp,
    ledger: &Ledger<'_>,
    row: &DutyRow,
    chunk: &mut Chunk,
) -> Result<Outcome, Failure> {
    let owed = of_targets(
        world,
        ledger,
        std::slice::from_ref(&row.target),
        &[row.duty],
    )?;
    let parsed = row.number.as_ref();
    let said = Said {
        at: row.at.as_deref(),
        number: parsed.map(|parsed| parsed.number),
    };
    let plan = done(world, stamp, &owed, said)?;
    if plan.subjects.is_empty() {
        return Ok(Outcome::Unchanged);
    }
    let warnings = parsed.into_iter().flat_map(|parsed| &parsed.warnings);
    chunk.cautions.extend(warnings.map(|warning| Caution {
        code: warning.code(),
        message: warning.message(),
        path: Some(row.target.clone()),
    }));
    for record in plan.subjects {
        chunk.subjects.insert(record.number);
        world.put_subject(record);
    }
    Ok(Outcome::Ok)
}
