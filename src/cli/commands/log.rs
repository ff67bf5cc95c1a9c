//! `log`: what was done, operation by operation, the latest first.

use crate::cli::context::Context;
use crate::cli::documents::order::{time, told};
use crate::cli::documents::people;
use crate::cli::filters::nothing;
use crate::cli::parser::globals::count;
use crate::cli::parser::orders::one_order;
use crate::cli::reply::Reply;
use crate::cli::reply::list::printed_each;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{OperationId, Order, OrderId};
use crate::filing::portfolio::Portfolio;
use crate::lang::{Lang, Text};
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::store::book::Book;
use crate::text;
use crate::workflow::resolve;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The shape of the log.
pub const SCHEMA: &str = "icpctl.log/1";

/// The columns of a table.
const FIELDS: [&str; 12] = [
    "op",
    "recorded_at",
    "actor",
    "undoes",
    "undone_by",
    "records.order",
    "records.subject",
    "records.event",
    "records.from",
    "records.to",
    "records.at",
    "records.reason",
];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(one_order(lang)).arg(count(
        "limit",
        text!(
            "最多显示几次操作；0 为一次也不显示",
            "Show at most this many operations; 0 shows none"
        ),
        lang,
    ))
}

/// What an operation wrote to.
#[derive(Clone, Copy, Debug)]
enum Of<'a> {
    Order(&'a Order),
    Subject(&'a SubjectNumber),
}

/// One entry that an operation wrote.
struct Record<'a> {
    of: Of<'a>,
    event: &'static str,
    label: Text,
    from: Option<&'static str>,
    to: Option<&'static str>,
    at: Instant,
    reason: Option<&'a str>,
}

/// One run of a writing command.
struct Operation<'a> {
    op: &'a OperationId,
    recorded_at: Instant,
    actor: Option<&'a str>,
    undoes: Option<&'a OperationId>,
    undone_by: Option<&'a OperationId>,
    records: Vec<Record<'a>>,
}

/// Lists the operations, of everything or of one order.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let privacy = cx.globals.privacy;
    let named = matches.get_one::<String>("order");
    let world = match named {
        Some(_) => cx.world_of_orders(named)?,
        None => cx.world()?,
    };
    let only = named
        .map(|word| resolve::order(&world.book, word))
        .transpose()?
        .map(|order| &order.id);
    let limit = matches.get_one::<usize>("limit").copied();
    let operations = collect(&world.book, only, limit.unwrap_or(usize::MAX));
    let portfolio = &world.book.portfolio;
    let made = |operation: &Operation<'_>| document(operation, portfolio, privacy);
    if let Some(reply) = printed_each(cx, SCHEMA, &operations, made) {
        return Ok(reply);
    }
    let (data, human) = match cx.globals.format {
        Format::Human => {
            let table = table(&operations);
            (Vec::new(), table.render(cx.lang, cx.width(), cx.color()))
        }
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => {
            (operations.iter().map(made).collect(), String::new())
        }
        Format::Sarif | Format::Markdown | Format::Ics => (Vec::new(), String::new()),
    };
    let reply = Reply::list(SCHEMA, &FIELDS, data);
    if operations.is_empty() {
        let nothing_done = text!("还没有任何操作", "nothing has been done yet");
        return Ok(reply.say(nothing(cx, limit, nothing_done)));
    }
    Ok(reply.human(human))
}

/// Returns the latest operations, at most `limit`, of everything or of one order, the latest first.
fn latest<'b>(book: &'b Book, only: Option<&OrderId>, limit: usize) -> Vec<&'b OperationId> {
    let own: Option<BTreeSet<&OperationId>> = only.map(|id| {
        let order = book.orders.get(id).into_iter();
        order.flat_map(|o| &o.history).map(|e| &e.op).collect()
    });
    let mut operations: Vec<_> = book
        .sequence()
        .into_iter()
        .filter(|(op, _)| own.as_ref().is_none_or(|own| own.contains(op)))
        .collect();
    operations.sort_by_key(|(_, place)| Reverse(*place));
    operations.truncate(limit);
    operations.into_iter().map(|(op, _)| op).collect()
}

/// Collects those operations from the histories.
fn collect<'b>(book: &'b Book, only: Option<&OrderId>, limit: usize) -> Vec<Operation<'b>> {
    let latest = latest(book, only, limit);
    let wanted: BTreeSet<&OperationId> = latest.iter().copied().collect();
    let mut found: BTreeMap<&OperationId, Operation<'b>> = BTreeMap::new();
    let mut add = |op, recorded_at, actor, undoes, record| {
        let operation = found.entry(op).or_insert_with(|| Operation {
            op,
            recorded_at,
            actor,
            undoes: None,
            undone_by: None,
            records: Vec::new(),
        });
        operation.undoes = operation.undoes.or(undoes);
        operation.records.push(record);
    };
    for order in book.orders.values() {
        if only.is_some_and(|id| *id != order.id) {
            continue;
        }
        for entry in order.history.iter().filter(|e| wanted.contains(&e.op)) {
            let record = Record {
                of: Of::Order(order),
                event: entry.event.name(),
                label: entry.event.label(),
                from: entry.from.map(crate::filing::status::Status::name),
                to: Some(entry.to.name()),
                at: entry.at,
                reason: entry.reason.as_deref(),
            };
            let actor = entry.actor.as_deref();
            let undoes = entry.undoes.as_ref();
            add(&entry.op, entry.recorded_at, actor, undoes, record);
        }
    }
    for subject in book.subjects.values().filter(|_| only.is_none()) {
        for entry in subject.history.iter().filter(|e| wanted.contains(&e.op)) {
            let record = Record {
                of: Of::Subject(&subject.number),
                event: entry.event.name(),
                label: entry.event.label(),
                from: None,
                to: None,
                at: entry.at,
                reason: entry.reason.as_deref(),
            };
            let actor = entry.actor.as_deref();
            let undoes = entry.undoes.as_ref();
            add(&entry.op, entry.recorded_at, actor, undoes, record);
        }
    }
    let undone: Vec<(&OperationId, &OperationId)> = found
        .values()
        .filter_map(|operation| Some((operation.undoes?, operation.op)))
        .collect();
    for (op, by) in undone {
        if let Some(operation) = found.get_mut(op) {
            operation.undone_by = Some(by);
        }
    }
    latest.iter().filter_map(|op| found.remove(op)).collect()
}

fn document(operation: &Operation<'_>, portfolio: &Portfolio, privacy: Privacy) -> Value {
    let records: Vec<Value> = operation
        .records
        .iter()
        .map(|record| {
            let (order, subject) = match record.of {
                Of::Order(order) => (Some(&order.id), None),
                Of::Subject(number) => (None, Some(number)),
            };
            let reason = record.reason.map(|reason| match record.of {
                Of::Order(order) => told(reason, order, portfolio, privacy),
                Of::Subject(number) => portfolio
                    .subjects
                    .get(number)
                    .map(people::of_subject)
                    .unwrap_or_default()
                    .mask(reason, privacy),
            });
            json!({
                "order": order,
                "subject": subject,
                "event": record.event,
                "from": record.from,
                "to": record.to,
                "at": time(record.at),
                "reason": reason,
            })
        })
        .collect();
    json!({
        "op": operation.op,
        "recorded_at": time(operation.recorded_at),
        "actor": operation.actor,
        "undoes": operation.undoes,
        "undone_by": operation.undone_by,
        "records": records,
    })
}

fn table(operations: &[Operation<'_>]) -> Table {
    let mut table = Table::new(vec![
        text!("操作", "Operation"),
        text!("记录时间", "Recorded"),
        text!("操作人", "Actor"),
        text!("内容", "What"),
        text!("对象", "About"),
    ])
    .rooms(&[
        Room::Whole,
        Room::Whole,
        Room::Shortens,
        Room::Wraps,
        Room::Whole,
    ]);
    for operation in operations {
        table.row(vec![
            Cell::verbatim(operation.op.as_str()).tone(Tone::Name),
            Cell::verbatim(operation.recorded_at.to_minute()),
            Cell::verbatim(operation.actor.unwrap_or_default()),
            Cell::new(what(operation)),
            Cell::verbatim(touched(operation)),
        ]);
    }
    table
}

/// Returns the events of an operation, each with how often.
fn what(operation: &Operation<'_>) -> Text {
    let labels = operation.records.iter().map(|record| &record.label);
    let mut parts = vec![Text::counted(labels)];
    parts.extend(
        operation
            .undoes
            .map(|op| text!("（撤消 {op}）", " (undoes {op})")),
    );
    let undone_by = operation.undone_by;
    parts.extend(undone_by.map(|op| text!("（已由 {op} 撤消）", " (undone by {op})")));
    Text::joined(parts, "", "")
}

/// How many records a line of the log names.
const NAMED: usize = 3;

/// Returns the records that an operation touched, the first few by name.
fn touched(operation: &Operation<'_>) -> String {
    let mut seen = BTreeSet::new();
    let mut names: Vec<String> = Vec::new();
    for record in &operation.records {
        let name = match record.of {
            Of::Order(order) => order.id.to_string(),
            Of::Subject(number) => number.to_string(),
        };
        if seen.insert(name.clone()) && seen.len() <= NAMED {
            names.push(name);
        }
    }
    let others = seen.len().saturating_sub(NAMED);
    let mut list = names.join(", ");
    if others > 0 {
        let _ = write!(list, " +{others}");
    }
    list
}
