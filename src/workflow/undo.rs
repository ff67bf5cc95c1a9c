//! Taking back an operation: its reversal is appended, nothing is struck out.

use super::advance;
use super::doubt;
use super::edit::{Holders, rebuild};
use super::examine;
use super::mark;
use super::plan::{Caution, Plan, Stamp};
use super::resolve;
use super::world::World;
use crate::failure::Failure;
use crate::filing::event::{Command, Event};
use crate::filing::guard;
use crate::filing::order::{
    Entry, FieldChange, LABELS, MATERIALS, Material, OperationId, Order, OrderId, looks_like_id,
};
use crate::filing::record::{SubjectEntry, SubjectEvent, SubjectRecord};
use crate::filing::standing::{effective, fold};
use crate::filing::status::Status;
use crate::filing::tree;
use crate::lang::Text;
use crate::text;
use crate::workflow::assign::lay_out;
use std::collections::BTreeSet;

/// What was taken back.
#[derive(Debug)]
pub struct Undone {
    /// The operation.
    pub op: OperationId,
    /// What it had done: its events, each with how often.
    pub what: Text,
    /// The orders that it had moved.
    pub orders: Vec<OrderId>,
    /// The subjects that it had recorded something about.
    pub subjects: Vec<String>,
}

/// Takes back `op`, or where none is named the latest operation that stands.
///
/// # Errors
/// 3 where a file that cannot be read may hold a part of it; 4 where there is none; 5 where something
/// rests on it; 6 where a record of it has moved since.
pub fn undo(world: &World, stamp: &Stamp, op: Option<&str>) -> Result<Plan<Undone>, Failure> {
    let op = match op {
        Some(word) => named(world, word)?,
        None => latest(world)?,
    };
    doubt::heed_operation(&world.book, op.as_str())?;
    let mut plan = Plan::new(Undone {
        op: op.clone(),
        what: what(world, &op),
        orders: Vec::new(),
        subjects: Vec::new(),
    });
    let mut book = world.book.clone();
    for order in world.book.orders.values() {
        if order.history.iter().any(|e| e.op == op) {
            let reversed = reverse_order(world, stamp, order, &op)?;
            plan.answer.orders.push(order.id.clone());
            book.orders.insert(order.id.clone(), reversed.clone());
            plan.orders.push(reversed);
        }
    }
    for record in world.book.subjects.values() {
        if record.history.iter().any(|e| e.op == op) {
            let reversed = reverse_subject(world, stamp, record, &op)?;
            plan.answer.subjects.push(record.number.to_string());
            book.subjects.insert(record.number, reversed.clone());
            plan.subjects.push(reversed);
        }
    }
    let after = world.holding(book);
    rests_on_it(world, &after)?;
    plan.cautions
        .extend(examine::added(world, &after).map(Caution::from));
    Ok(plan)
}

/// Returns the events of an operation, each with how often.
fn what(world: &World, op: &OperationId) -> Text {
    let orders = world.book.orders.values().flat_map(|order| &order.history);
    let orders = orders.filter(|entry| entry.op == *op);
    let subjects = world.book.subjects.values().flat_map(|r| &r.history);
    let subjects = subjects.filter(|entry| entry.op == *op);
    let labels: Vec<Text> = orders
        .map(|entry| entry.event.label())
        .chain(subjects.map(|entry| entry.event.label()))
        .collect();
    Text::counted(&labels)
}

/// Lists the operations that stand: not undone, and no reversal themselves.
fn standing_ops(world: &World) -> BTreeSet<OperationId> {
    let orders = world
        .book
        .orders
        .values()
        .flat_map(|o| effective(&o.history))
        .map(|e| e.op.clone());
    let subjects = world
        .book
        .subjects
        .values()
        .flat_map(SubjectRecord::effective)
        .map(|e| e.op.clone());
    orders.chain(subjects).collect()
}

fn named(world: &World, word: &str) -> Result<OperationId, Failure> {
    let all = world.book.operations();
    let hits: Vec<&&OperationId> = all
        .iter()
        .filter(|op| looks_like_id(word) && op.as_str().starts_with(word))
        .collect();
    let op = match hits.as_slice() {
        [only] => (**only).clone(),
        [] => {
            if looks_like_id(word) {
                doubt::heed_operation(&world.book, word)?;
            }
            let failure = Failure::not_found(
                "not-found.operation",
                text!("没有操作 `{word}`", "there is no operation `{word}`"),
            );
            return Err(failure.hint(of_order(world, word).unwrap_or_else(see_log)));
        }
        [_, ..] => {
            return Err(Failure::not_found(
                "not-found.ambiguous",
                text!("`{word}` 对应多个操作", "`{word}` means several operations"),
            )
            .hint(text!(
                "多写几位；查看操作：icpctl log",
                "write more of its characters; see the operations: icpctl log"
            )));
        }
    };
    if standing_ops(world).contains(&op) {
        Ok(op)
    } else {
        Err(Failure::refused(
            "refused.already-undone",
            text!(
                "操作 {op} 已被撤消，或本身就是一次撤消",
                "the operation {op} was undone already, or is itself an undo"
            ),
        )
        .hint(see_log()))
    }
}

/// Names the latest operation of an order that was named in the place of one.
fn of_order(world: &World, word: &str) -> Option<Text> {
    let order = resolve::order(&world.book, word).ok()?;
    let (id, op) = (&order.id, &effective(&order.history).last()?.op);
    if moved_beside(world, order, op).is_some() {
        return Some(text!(
            "{id} 是订单；它的各次操作：icpctl log {id}",
            "{id} is an order; its operations: icpctl log {id}"
        ));
    }
    Some(text!(
        "{id} 是订单，它的最近一次操作：icpctl undo {op}；更早的见 icpctl log {id}",
        "{id} is an order; its latest operation: icpctl undo {op}, earlier ones: icpctl log {id}"
    ))
}

fn see_log() -> Text {
    text!("查看操作：icpctl log", "see the operations: icpctl log")
}

fn latest(world: &World) -> Result<OperationId, Failure> {
    let standing = standing_ops(world);
    let sequence = world.book.sequence();
    let latest = sequence
        .into_iter()
        .filter(|(op, _)| standing.contains(*op))
        .max_by_key(|(_, place)| *place);
    doubt::heed_latest(&world.book, latest.map(|(_, (at, _))| at))?;
    latest.map(|(op, _)| op.clone()).ok_or_else(|| {
        Failure::not_found(
            "not-found.operation",
            text!("没有可撤消的操作", "there is nothing to undo"),
        )
    })
}

fn moved_since(what: &str) -> Failure {
    Failure::conflict(
        "conflict.moved-since",
        text!(
            "{what} 在此操作之后又有改动，不能撤消",
            "{what} has moved since that operation, which cannot be undone any more"
        ),
    )
    .hint(text!(
        "先撤消更晚的操作：icpctl log 查看顺序",
        "undo what came later first: icpctl log lists it, the latest first"
    ))
}

fn reverse_order(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    op: &OperationId,
) -> Result<Order, Failure> {
    if !is_last(order, op) || later_record(world, order, op) {
        return Err(moved_since(order.id.as_str()));
    }
    let entries = effective(&order.history);
    let mut reversed = order.clone();
    let of_op: Vec<&Entry> = entries.into_iter().filter(|e| e.op == *op).collect();
    for entry in of_op.iter().rev() {
        put_back(world, &mut reversed, entry)?;
    }
    let kept: Vec<Entry> = order
        .history
        .iter()
        .filter(|e| e.op != *op)
        .cloned()
        .collect();
    let before = fold(&kept)
        .filter(|_| !effective(&kept).is_empty())
        .map_or(Status::Abandoned, |standing| standing.status);
    let now = order.standing();
    let mut entry = advance::entry(
        stamp,
        Event::Undo,
        world.now.max(now.since),
        Some(now.status),
        before,
    );
    entry.undoes = Some(op.clone());
    reversed.history.push(entry);
    Ok(reversed)
}

/// Whether nothing that counts came to an order after an operation.
fn is_last(order: &Order, op: &OperationId) -> bool {
    let entries = effective(&order.history);
    let first = entries.iter().position(|e| e.op == *op);
    first.is_some_and(|first| entries[first..].iter().all(|e| e.op == *op))
}

/// Says how an entry of an order is taken back that was a mistake: by undoing its operation, or where
/// something came to the order or its filing since, or an order rests on it, by undoing that first.
pub(super) fn way_back(world: &World, stamp: &Stamp, order: &Order, entry: &Entry) -> Text {
    let (id, op) = (&order.id, &entry.op);
    if !is_last(order, op) {
        text!(
            "此后的操作要先撤消：icpctl log {id} 查看顺序",
            "undo what came after it first: icpctl log {id} lists it, the latest first"
        )
    } else if later_record(world, order, op) {
        text!(
            "此后对备案信息的操作要先撤消：icpctl log 查看顺序",
            "undo what came to the filing after it first: icpctl log lists it, the latest first"
        )
    } else if let Some(other) = moved_beside(world, order, op) {
        let other = &other.id;
        text!(
            "同一操作也登记了订单 {other}，它此后的操作要先撤消：icpctl log {other} 查看顺序",
            "the same operation recorded the order {other} too: undo what came to that after it first: icpctl log {other} lists it, the latest first"
        )
    } else if let Some(first) = what_first(world, stamp, order, op) {
        first
    } else {
        text!(
            "icpctl undo {op}（先加 -n 看会撤消什么）",
            "icpctl undo {op}, first with -n to see what it takes back"
        )
    }
}

/// Among how many orders those of an operation are looked for: a hint is not worth going through more
/// of them for each row that fails.
const LOOKED_AT: usize = 2_000;

/// Returns an order beside this one that an operation moved too, and to which something came since.
fn moved_beside<'w>(world: &'w World, order: &Order, op: &OperationId) -> Option<&'w Order> {
    let orders = &world.book.orders;
    if orders.len() > LOOKED_AT {
        return None;
    }
    let is_of_op =
        |other: &&Order| other.id != order.id && other.history.iter().any(|entry| entry.op == *op);
    let has_moved = |other: &&Order| !is_last(other, op) || later_record(world, other, op);
    orders
        .values()
        .find(|other| is_of_op(other) && has_moved(other))
}

/// Says what comes before the undoing of an approval that another order rests on.
fn what_first(world: &World, stamp: &Stamp, order: &Order, op: &OperationId) -> Option<Text> {
    order.approval().filter(|entry| entry.op == *op)?;
    let beside = world.register().of_subject(&world.book, &order.subject()?);
    let mut others = beside.iter().filter(|other| other.id != order.id);
    // Without an open order nothing can rest on it, and all need not be gone through.
    others.find(|other| !other.standing().status.has_ended())?;
    let refusal = undo(world, stamp, Some(op.as_str())).err()?;
    let hint = refusal.hints.into_iter().next();
    hint.filter(|_| refusal.code == RESTS_ON_IT)
}

/// Whether the portfolio took a later record of the subject that this operation's approval changed.
fn later_record(world: &World, order: &Order, op: &OperationId) -> bool {
    let Some(entry) = order.approval().filter(|e| e.op == *op) else {
        return false;
    };
    let Some(approval) = &entry.approval else {
        return false;
    };
    let number = approval.subject.as_ref().or(order.target.subject.as_ref());
    number.is_some_and(|number| world.book.portfolio.next_sequence(number) > approval.sequence + 1)
}

/// Gives an order's data the values that an entry changed.
fn put_back(world: &World, order: &mut Order, entry: &Entry) -> Result<(), Failure> {
    match entry.event {
        Event::Command(Command::Edit) => {
            let (beside, data): (Vec<&FieldChange>, _) = (entry.edits.iter())
                .partition(|edit| is_of_material(edit) || label_key(edit).is_some());
            for edit in beside {
                put_material_back(order, edit);
                put_label_back(order, edit);
            }
            if data.is_empty() {
                return Ok(());
            }
            let mut tree = lay_out(order);
            for edit in data.into_iter().rev() {
                tree::put(&mut tree, &edit.field, edit.from.clone());
            }
            *order = rebuild(world, order, &tree, Holders::AsNamed)?;
        }
        Event::Attach => {
            for edit in &entry.edits {
                put_material_back(order, edit);
            }
        }
        Event::Label => {
            for edit in &entry.edits {
                put_label_back(order, edit);
            }
        }
        Event::Create | Event::Command(_) | Event::Report(_) | Event::Note | Event::Undo => {}
    }
    Ok(())
}

fn is_of_material(edit: &FieldChange) -> bool {
    edit.field == MATERIALS
}

/// Returns the key of the label that an edit is about.
fn label_key(edit: &FieldChange) -> Option<&str> {
    edit.field.strip_prefix(LABELS)?.strip_prefix('.')
}

fn put_label_back(order: &mut Order, edit: &FieldChange) {
    let Some(key) = label_key(edit) else {
        return;
    };
    match edit.from.as_ref().and_then(toml::Value::as_str) {
        Some(value) => order.labels.insert(key.to_owned(), value.to_owned()),
        None => order.labels.remove(key),
    };
}

/// Takes an attachment away that came, or puts one back that went.
fn put_material_back(order: &mut Order, edit: &FieldChange) {
    if !is_of_material(edit) {
        return;
    }
    let read = |side: &Option<toml::Value>| -> Option<Material> { side.clone()?.try_into().ok() };
    let came = read(&edit.to);
    order
        .materials
        .retain(|material| Some(material) != came.as_ref());
    order.materials.extend(read(&edit.from));
}

fn reverse_subject(
    world: &World,
    stamp: &Stamp,
    record: &SubjectRecord,
    op: &OperationId,
) -> Result<SubjectRecord, Failure> {
    let entries: Vec<&SubjectEntry> = record.effective().collect();
    let last = entries
        .iter()
        .filter(|e| e.op == *op)
        .map(|e| e.sequence)
        .max();
    let next = world.book.portfolio.next_sequence(&record.number);
    if last.is_some_and(|last| next > last + 1) {
        return Err(moved_since(&record.number.to_string()));
    }
    let mut entry = mark::subject_entry(world, stamp, &record.number, SubjectEvent::Undo);
    entry.undoes = Some(op.clone());
    let mut reversed = record.clone();
    reversed.history.push(entry);
    Ok(reversed)
}

/// The code of what is not undone because an order rests on it.
const RESTS_ON_IT: &str = "refused.rests-on-it";

/// Checks that no order under way loses what it is about.
fn rests_on_it(before: &World, after: &World) -> Result<(), Failure> {
    for order in after.book.orders.values() {
        // What waits for a reversed order stays blocked, as after an abandon.
        let lost_ahead = after.ahead_of(order).len() < before.ahead_of(order).len();
        if order.standing().status.has_ended() || lost_ahead {
            continue;
        }
        let fits = |world: &World| {
            let ahead = world.ahead_of(order);
            guard::drafting(order, &world.book.portfolio, &world.profiles, &ahead).is_ok()
        };
        if fits(before) && !fits(after) {
            let id = &order.id;
            return Err(Failure::refused(
                RESTS_ON_IT,
                text!(
                    "订单 {id} 建立在此操作之上，不能撤消",
                    "the order {id} rests on that operation, which cannot be undone"
                ),
            )
            .hint(text!(
                "先放弃或撤消订单 {id}",
                "abandon or undo the order {id} first"
            )));
        }
    }
    Ok(())
}
