//! What was exported, brought into a store again: records as they were, histories and all.

use super::examine::{added, examine};
use super::plan::{Caution, Plan};
use super::world::World;
use crate::failure::Failure;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::filing::record::SubjectRecord;
use crate::intake::{Element, Located};
use crate::lang::Text;
use crate::store::book::{Book, FILES, attachment_path, order_path, subject_path};
use crate::store::{Digest, order_file, subject_file};
use crate::text;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A record or attachment that was exported, and understood.
#[derive(Clone, Debug)]
pub enum Given {
    /// An order.
    Order(Box<Order>),
    /// What was written down about a subject.
    Subject(SubjectRecord),
    /// An attachment.
    File(Digest, Vec<u8>),
}

/// How much was brought in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Orders that were not there.
    pub orders: usize,
    /// Subject records that were not there.
    pub subjects: usize,
    /// Attachments that were not there.
    pub files: usize,
    /// What was there already, the same.
    pub unchanged: usize,
}

/// Understands what was exported.
///
/// # Errors
/// All elements that are no sound records (3), each with its place.
pub fn understand(elements: Vec<Element>) -> Result<Vec<Given>, Failure> {
    let mut given = Vec::with_capacity(elements.len());
    let mut wrong = Vec::new();
    for element in elements {
        match record(element) {
            Ok(record) => given.push(record),
            Err(message) => wrong.push(message),
        }
    }
    if wrong.is_empty() {
        return Ok(given);
    }
    let count = wrong.len();
    let mut failure = Failure::invalid(
        "invalid.record",
        text!(
            "有 {count} 条记录不正确，什么都没有导入",
            "{count} record(s) are not sound; nothing was brought in"
        ),
    );
    failure.hints = wrong;
    Err(failure)
}

fn record(element: Element) -> Result<Given, Text> {
    match element {
        Element::Order { id, record } => {
            let Located { value: word, at } = id;
            let id = OrderId::parse(&word).ok_or_else(|| {
                let word = short(&word);
                at.says(&text!("“{word}”不是订单 id", "\"{word}\" is no order id"))
            })?;
            order_file::from_toml(order_path(&id).as_str(), record.value.as_bytes())
                .map(|order| Given::Order(Box::new(order)))
                .map_err(|error| record.at.says(&error.message()))
        }
        Element::Subject { number, record } => {
            let Located { value: word, at } = number;
            let number = subject(&word).ok_or_else(|| {
                let word = short(&word);
                at.says(&text!(
                    "“{word}”不是主体备案号",
                    "\"{word}\" is no subject number"
                ))
            })?;
            subject_file::from_toml(subject_path(&number).as_str(), record.value.as_bytes())
                .map(Given::Subject)
                .map_err(|error| record.at.says(&error.message()))
        }
        Element::File { hash, content } => {
            let digest = Digest::of(&content);
            if digest.as_str() == hash.value {
                return Ok(Given::File(digest, content));
            }
            let word = short(&hash.value);
            Err(hash.at.says(&text!(
                "附件内容与哈希 {word} 不符",
                "the attachment's content is not that of the hash {word}"
            )))
        }
    }
}

fn subject(text: &str) -> Option<SubjectNumber> {
    match Number::parse(text).ok()?.number {
        Number::Subject(number) => Some(number),
        Number::Service(_) | Number::Security(_) => None,
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Decides what is written: all of it, or nothing.
///
/// # Errors
/// A record that is there but differs, or records that contradict those that are there (6). What
/// contradicts only itself was so where it comes from, and is brought in with cautions.
pub fn decide(world: &World, given: &[Given]) -> Result<Plan<Imported>, Failure> {
    let mut orders: BTreeMap<&OrderId, &Order> = BTreeMap::new();
    let mut subjects: BTreeMap<SubjectNumber, &SubjectRecord> = BTreeMap::new();
    let mut files: BTreeMap<&str, &[u8]> = BTreeMap::new();
    let mut conflicts: Vec<Text> = Vec::new();
    let mut unchanged = 0;
    for one in given {
        match one {
            Given::Order(order) => {
                let there = world.book.orders.get(&order.id);
                let there = there.map(|there| world.stored(there));
                let there = there.or_else(|| orders.get(&order.id).map(|o| Cow::Borrowed(*o)));
                if world.book.is_damaged(&order.id)
                    || there.as_ref().is_some_and(|t| **t != **order)
                {
                    conflicts.push(differs(order_path(&order.id).as_str()));
                } else if there.is_some() {
                    unchanged += 1;
                } else {
                    orders.insert(&order.id, order);
                }
            }
            Given::Subject(record) => {
                let path = subject_path(&record.number);
                let there = world.book.subjects.get(&record.number);
                let there = there.or_else(|| subjects.get(&record.number).copied());
                // Where everything was undone there is nothing to bring into another record.
                let is_same =
                    |there: &SubjectRecord| there == record || record.effective().next().is_none();
                if world.book.damaged.contains_key(path.as_str())
                    || there.is_some_and(|there| !is_same(there))
                {
                    conflicts.push(differs(path.as_str()));
                } else if there.is_some() {
                    unchanged += 1;
                } else {
                    subjects.insert(record.number, record);
                }
            }
            Given::File(digest, content) => {
                let hash = digest.as_str();
                if world.book.holds_file(hash) || files.insert(hash, content).is_some() {
                    unchanged += 1;
                }
            }
        }
    }
    let mut found = AtOdds::default();
    if conflicts.is_empty() {
        found = at_odds(world, given, &orders, &subjects);
        conflicts.append(&mut found.conflicts);
    }
    if !conflicts.is_empty() {
        return Err(refused(conflicts));
    }
    let mut plan = Plan::new(Imported {
        orders: orders.len(),
        subjects: subjects.len(),
        files: files.len(),
        unchanged,
    });
    plan.cautions = incomplete(world, &orders, &files);
    plan.cautions.append(&mut found.cautions);
    plan.orders = orders.into_values().cloned().collect();
    plan.subjects = subjects.into_values().cloned().collect();
    for (hash, content) in files {
        let path = attachment_path(hash)?;
        plan.files.push((path, content.to_vec()));
    }
    Ok(plan)
}

fn differs(path: &str) -> Text {
    text!(
        "{path} 已存在，内容不同",
        "{path} is there already and differs"
    )
}

/// What records would leave at odds with one another.
#[derive(Default)]
struct AtOdds {
    /// With what the store holds.
    conflicts: Vec<Text>,
    /// With one another alone: they come from a store in which it was so.
    cautions: Vec<Caution>,
}

/// Lists what the store would hold against itself with these records in it, and did not before.
fn at_odds(
    world: &World,
    given: &[Given],
    orders: &BTreeMap<&OrderId, &Order>,
    subjects: &BTreeMap<SubjectNumber, &SubjectRecord>,
) -> AtOdds {
    let mut book = Book::default();
    for one in given {
        match one {
            Given::Order(order) => {
                book.orders.insert(order.id.clone(), (**order).clone());
            }
            Given::Subject(record) => {
                book.put_subject(record.clone());
            }
            Given::File(..) => {}
        }
    }
    let alone: HashSet<_> = examine(&world.holding(book)).into_iter().collect();
    let mut book = world.book.clone();
    for order in orders.values() {
        book.orders.insert(order.id.clone(), (*order).clone());
    }
    for record in subjects.values() {
        book.put_subject((*record).clone());
    }
    let mut found = AtOdds::default();
    for finding in added(world, &world.holding(book)) {
        // What is only missing may follow; other cautions tell it.
        if matches!(finding.code, "missing-attachment" | "missing-forerunner") {
            continue;
        }
        if alone.contains(&finding) {
            found.cautions.push(finding.into());
        } else {
            found.conflicts.push(finding.message);
        }
    }
    found
}

/// Tells which attachments and forerunners the records name that are nowhere.
fn incomplete(
    world: &World,
    orders: &BTreeMap<&OrderId, &Order>,
    files: &BTreeMap<&str, &[u8]>,
) -> Vec<Caution> {
    let mut cautions = Vec::new();
    for order in orders.values() {
        let id = &order.id;
        let named: BTreeSet<&str> = order.attachments().collect();
        for hash in named {
            if !world.book.holds_file(hash) && !files.contains_key(hash) {
                cautions.push(Caution {
                    code: "missing-attachment",
                    message: text!(
                        "订单 {id} 的附件 {hash} 不在导出中，也不在库中",
                        "the attachment {hash} of the order {id} is neither in the export nor in the store"
                    ),
                    path: Some(format!("{FILES}/{hash}")),
                });
            }
        }
        if let Some(after) = &order.after
            && !world.book.orders.contains_key(after)
            && !orders.contains_key(after)
        {
            cautions.push(Caution {
                code: "missing-forerunner",
                message: text!(
                    "订单 {id} 等待的 {after} 不在导出中，也不在库中",
                    "the order {id} waits for {after}, which is neither in the export nor in the store"
                ),
                path: Some(order_path(id).as_str().to_owned()),
            });
        }
    }
    cautions
}

fn refused(conflicts: Vec<Text>) -> Failure {
    let count = conflicts.len();
    let mut failure = Failure::conflict(
        "conflict.import",
        text!(
            "与库中已有内容有 {count} 处冲突，什么都没有导入",
            "{count} conflict(s) with what the store holds; nothing was brought in"
        ),
    );
    failure.hints = conflicts;
    failure.hint(text!(
        "导入到新的备案库（icpctl init DIR），或先核对上述记录",
        "import into a store of its own (icpctl init DIR), or settle these records first"
    ))
}
