//! Labels and notes, and the records that they and all else about a subject are written into.

use super::advance;
use super::doubt;
use super::plan::{Plan, Stamp};
use super::resolve::{self, Target};
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Entry, FieldChange, ID_ALPHABET, ID_LENGTH, Order, OrderId};
use crate::filing::record::{SubjectEntry, SubjectEvent, SubjectRecord};
use crate::store::book::{Book, subject_path};
use crate::text;
use std::collections::BTreeMap;

/// What labels and notes are put on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marked {
    /// An order, in whatever status.
    Order(OrderId),
    /// A filed subject, or one of its services.
    Filed {
        /// The subject.
        subject: SubjectNumber,
        /// The service; absent for the subject itself.
        service: Option<ServiceNumber>,
    },
}

/// Labels to be put on and taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Those to be put on.
    pub set: BTreeMap<String, String>,
    /// The keys of those to be taken off.
    pub remove: Vec<String>,
}

/// Finds what a typed names: an order by its id or `ref:KEY`, else something filed, else the order
/// that a number or domain means.
///
/// # Errors
/// Nothing of that name (4), or a domain that is not one whole service (5).
pub fn find(world: &World, typed: &str) -> Result<Marked, Failure> {
    let book = &world.book;
    let order = || Ok(Marked::Order(resolve::order(book, typed)?.id.clone()));
    if names_an_order(typed) {
        return order();
    }
    doubt::heed_target(book, typed)?;
    match resolve::target(&book.portfolio, typed) {
        Ok(Target::Subject(subject)) => Ok(Marked::Filed {
            subject,
            service: None,
        }),
        Ok(Target::Service(number)) => Ok(service(number)),
        Ok(Target::Domain { domain, services }) => {
            let whole = resolve::whole_service(&book.portfolio, &domain, &services)?;
            Ok(service(whole.number))
        }
        Err(unfiled) => order().or_else(|other: Failure| {
            if other.exit == Exit::Invalid {
                return Err(other);
            }
            doubt::heed_absence(book, &unfiled)?;
            Err(unfiled.into())
        }),
    }
}

/// Finds what a typed means in the portfolio, as [`resolve::target`] does.
///
/// # Errors
/// As there; 3 where a file that tells of what is meant cannot be read.
pub fn target(book: &Book, typed: &str) -> Result<Target, Failure> {
    doubt::heed_target(book, typed)?;
    let found = resolve::target(&book.portfolio, typed);
    if let Err(unfiled) = &found {
        doubt::heed_absence(book, unfiled)?;
    }
    Ok(found?)
}

fn service(number: ServiceNumber) -> Marked {
    Marked::Filed {
        subject: number.subject(),
        service: Some(number),
    }
}

/// Whether a typed has the form by which only orders are named.
fn names_an_order(typed: &str) -> bool {
    typed.starts_with("ref:")
        || (typed.len() <= ID_LENGTH && typed.bytes().all(|b| ID_ALPHABET.contains(&b)))
}

/// Puts labels on and takes them off; what is so already is not written again.
///
/// # Errors
/// When `typed` names nothing (4), or its file is damaged (3).
pub fn label(
    world: &World,
    stamp: &Stamp,
    typed: &str,
    labels: &Labels,
) -> Result<Plan<Marked>, Failure> {
    let marked = find(world, typed)?;
    let changes = |current: &BTreeMap<String, String>| Labels {
        set: labels
            .set
            .iter()
            .filter(|(key, value)| current.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        remove: labels
            .remove
            .iter()
            .filter(|key| current.contains_key(*key))
            .cloned()
            .collect(),
    };
    let mut plan = Plan::new(marked.clone());
    match marked {
        Marked::Order(id) => {
            let mut order = world.order(&id)?.clone();
            let Labels { set, remove } = changes(&order.labels);
            let mut entry = order_entry(&order, stamp, Event::Label);
            for (key, value) in set {
                let from = order.labels.insert(key.clone(), value.clone());
                entry.edits.push(edit(&key, from, Some(value)));
            }
            for key in remove {
                let from = order.labels.remove(&key);
                entry.edits.push(edit(&key, from, None));
            }
            if !entry.edits.is_empty() {
                order.history.push(entry);
                plan.orders.push(order);
            }
        }
        Marked::Filed { subject, service } => {
            let filed = world.book.portfolio.subject(&subject);
            let current = filed.map(|filed| match &service {
                Some(number) => filed.services.get(number).map(|s| &s.labels),
                None => Some(&filed.labels),
            });
            let Labels { set, remove } = changes(current.flatten().unwrap_or(&BTreeMap::new()));
            if !set.is_empty() || !remove.is_empty() {
                let mut entry = subject_entry(world, stamp, &subject, SubjectEvent::Label);
                entry.service = service;
                entry.labels = set;
                entry.unlabelled = remove;
                plan.subjects.push(with(&world.book, subject, entry)?);
            }
        }
    }
    Ok(plan)
}

fn edit(key: &str, from: Option<String>, to: Option<String>) -> FieldChange {
    FieldChange::of(
        format!("labels.{key}"),
        from.map(toml::Value::String),
        to.map(toml::Value::String),
    )
}

/// Writes a note.
///
/// # Errors
/// When `typed` names nothing (4), or its file is damaged (3).
pub fn note(
    world: &World,
    stamp: &Stamp,
    typed: &str,
    words: &str,
) -> Result<Plan<Marked>, Failure> {
    let marked = find(world, typed)?;
    let mut plan = Plan::new(marked.clone());
    match marked {
        Marked::Order(id) => {
            let mut order = world.order(&id)?.clone();
            let mut entry = order_entry(&order, stamp, Event::Note);
            entry.reason = Some(words.to_owned());
            order.history.push(entry);
            plan.orders.push(order);
        }
        Marked::Filed { subject, service } => {
            let mut entry = subject_entry(world, stamp, &subject, SubjectEvent::Note);
            entry.service = service;
            entry.reason = Some(words.to_owned());
            plan.subjects.push(with(&world.book, subject, entry)?);
        }
    }
    Ok(plan)
}

/// Returns an entry that leaves an order's status as it is.
fn order_entry(order: &Order, stamp: &Stamp, event: Event) -> Entry {
    let status = order.standing().status;
    advance::entry(stamp, event, stamp.now, Some(status), status)
}

/// Returns an entry of a subject's history that says nothing yet beside its event.
pub fn subject_entry(
    world: &World,
    stamp: &Stamp,
    number: &SubjectNumber,
    event: SubjectEvent,
) -> SubjectEntry {
    SubjectEntry {
        event,
        sequence: world.book.portfolio.next_sequence(number),
        at: stamp.now,
        recorded_at: stamp.now,
        actor: stamp.actor.clone(),
        op: stamp.op.clone(),
        reason: None,
        service: None,
        provider: None,
        because: None,
        replace: false,
        undoes: None,
        labels: BTreeMap::new(),
        unlabelled: Vec::new(),
        notice: None,
        duty: None,
        filing: None,
        extra: toml::Table::new(),
        turn: stamp.turn,
    }
}

/// Returns a subject's record as it is; an empty one where nothing was written down about it.
///
/// # Errors
/// When its file cannot be read (3): nothing may be written over it.
pub fn record(book: &Book, number: &SubjectNumber) -> Result<SubjectRecord, Failure> {
    if let Some(record) = book.subjects.get(number) {
        return Ok(record.clone());
    }
    match book.damaged.get(subject_path(number).as_str()) {
        None => Ok(SubjectRecord::new(*number)),
        Some(damage) => Err(
            Failure::invalid("invalid.record", damage.message()).hint(text!(
                "修正该文件，或从备份恢复；其他备案不受影响",
                "mend that file or restore it from a backup; the other filings are not affected"
            )),
        ),
    }
}

/// Returns a subject's record with one more entry.
///
/// # Errors
/// When its file cannot be read (3).
pub fn with(
    book: &Book,
    number: SubjectNumber,
    entry: SubjectEntry,
) -> Result<SubjectRecord, Failure> {
    let mut record = record(book, &number)?;
    record.history.reserve_exact(1);
    record.history.push(entry);
    Ok(record)
}
