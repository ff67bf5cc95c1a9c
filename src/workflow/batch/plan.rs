//! The plan of a batch: what each row will do, and the revisions that this was worked out from.

use super::follow::times_led_over;
use super::{Decided, Outcome, Wish, is_unsent};
use crate::failure::Failure;
use crate::filing::event::{Command, Event};
use crate::filing::guard;
use crate::filing::impact::{self, Code, Impact};
use crate::filing::instant::Instant;
use crate::filing::named::named;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::filing::record::SubjectEvent;
use crate::filing::together::{Joint, together};
use crate::intake::BatchRow;
use crate::lang::Text;
use crate::text;
use crate::workflow::overtaken;
use crate::workflow::register::Register;
use crate::workflow::world::World;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan's file names itself.
pub const PLAN_SCHEMA: &str = "icpctl.batch-plan/1";

/// A plan, as its file holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPlan {
    /// [`PLAN_SCHEMA`].
    pub schema: String,
    /// When it was made.
    pub made_at: Instant,
    /// What the batch file is called.
    pub file: String,
    /// The folder that the rows' dossiers are relative to.
    pub folder: String,
    /// What all rows do together.
    pub impact: Vec<Consequence>,
    /// The services of the subjects that keep some: what [`Code::OtherServicesUnaffected`] says of a
    /// row are these without its own, which it does not list once more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<SubjectNumber, Vec<ServiceNumber>>,
    /// The rows, in the order of the file.
    pub rows: Vec<PlannedRow>,
}

named! {
    /// What a row will do.
    pub enum Action {
        /// An order is drafted.
        Draft = "draft",
        /// The order is there as a draft: only `--submit` does something.
        Send = "send",
        /// Nothing is left to do.
        None = "none",
        /// It will be refused.
        Fail = "fail",
    }
}

/// One row of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRow {
    /// The row itself.
    pub row: BatchRow,
    /// What it will do.
    pub action: Action,
    /// Its order, where there is one already.
    pub order: Option<OrderId>,
    /// The ended order of its ref that it takes up again, as `--retry` asked when it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<OrderId>,
    /// The subject that it came down to.
    pub subject: Option<SubjectNumber>,
    /// The services that it came down to.
    pub services: Vec<ServiceNumber>,
    /// The provider that it goes through.
    pub provider: Option<String>,
    /// What its approval does.
    pub impact: Vec<Consequence>,
    /// Why it will be refused.
    pub error: Option<Said>,
    /// What would refuse it or hold it back if it were sent now.
    pub held_by: Option<Said>,
    /// A digest of what was given, its dossier's content included.
    pub given: String,
    /// The records that this rests on.
    pub based_on: Vec<Based>,
}

/// A record, and how many entries its history held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Based {
    /// An order's id or a subject's number.
    pub record: String,
    /// The length of its history.
    pub revision: usize,
}

/// One consequence, of a row or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consequence {
    /// Which.
    pub code: Code,
    /// The subjects it touches; only where it is of all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// The services it touches.
    pub services: Vec<String>,
    /// The domains it touches.
    pub domains: Vec<String>,
    /// The providers it touches.
    pub providers: Vec<String>,
    /// In words, in both languages.
    pub message: Words,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A failure as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The stable code.
    pub code: String,
    /// The exit that the same refusal leads to.
    pub exit: u8,
    /// What is wrong.
    pub message: Words,
    /// What to do.
    pub hints: Vec<Words>,
    /// Whether waiting cures it.
    #[serde(default)]
    pub retryable: bool,
    /// The rule behind it.
    pub rule: Option<String>,
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone().into_owned(),
            en: text.en.clone().into_owned(),
        }
    }
}

impl From<&Words> for Text {
    fn from(words: &Words) -> Self {
        Self {
            zh: words.zh.clone().into(),
            en: words.en.clone().into(),
        }
    }
}

impl From<&Failure> for Said {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.clone().into_owned(),
            exit: failure.exit.code(),
            message: (&failure.message).into(),
            hints: failure.hints.iter().map(Words::from).collect(),
            retryable: failure.is_retryable(),
            rule: failure.rule.clone(),
        }
    }
}

fn names<T: ToString>(list: impl IntoIterator<Item = T>) -> Vec<String> {
    list.into_iter().map(|one| one.to_string()).collect()
}

impl From<Impact> for Consequence {
    fn from(impact: Impact) -> Self {
        Self {
            code: impact.code,
            message: (&impact.message()).into(),
            subjects: Vec::new(),
            services: if impact.code == Code::OtherServicesUnaffected {
                Vec::new()
            } else {
                names(impact.services)
            },
            domains: names(impact.domains),
            providers: impact.providers,
        }
    }
}

impl From<Joint> for Consequence {
    fn from(joint: Joint) -> Self {
        Self {
            code: joint.code,
            message: (&joint.message()).into(),
            subjects: names(joint.subjects),
            services: names(joint.services),
            domains: names(joint.domains),
            providers: joint.providers.into_iter().collect(),
        }
    }
}

impl BatchPlan {
    /// Writes down what was decided: `drafted` once the rows were only drafted, as `world` is then,
    /// `sent` once they were taken as `--submit` takes them.
    pub fn of(
        world: &World,
        rows: Vec<BatchRow>,
        wishes: &[Wish],
        drafted: &[Decided],
        sent: &[Decided],
        file: &str,
        folder: &str,
    ) -> Self {
        let others = others(world, wishes);
        let by_row = |decided| -> BTreeMap<usize, &Decided> {
            let decided: &[Decided] = decided;
            decided.iter().map(|d| (d.row, d)).collect()
        };
        let (mut drafted, mut sent) = (by_row(drafted), by_row(sent));
        let mut orders: Vec<&Order> = Vec::new();
        let mut planned: Vec<PlannedRow> = Vec::with_capacity(rows.len());
        let mut services: BTreeMap<SubjectNumber, Vec<ServiceNumber>> = BTreeMap::new();
        for (place, row) in rows.into_iter().enumerate() {
            let (Some(decided), Some(wish)) = (drafted.remove(&place), wishes.get(place)) else {
                continue;
            };
            let refused = sent.remove(&place).and_then(|sent| sent.failure.as_ref());
            let order = decided
                .order
                .as_ref()
                .and_then(|id| world.book.orders.get(id));
            let action = action(decided, order);
            if matches!(action, Action::Draft | Action::Send) {
                orders.extend(order);
            }
            let mut planned_row = planned_row(world, row, wish, decided, order, action, &others);
            planned_row.held_by = refused.filter(|_| action != Action::Fail).map(Said::from);
            planned.push(planned_row);
            let keeps = |c: &Consequence| c.code == Code::OtherServicesUnaffected;
            if let Some(row) = planned.last().filter(|row| row.impact.iter().any(keeps))
                && let Some(subject) = row.subject.and_then(|n| world.book.portfolio.subject(&n))
            {
                services
                    .entry(subject.number)
                    .or_insert_with(|| subject.services.keys().copied().collect());
            }
        }
        let day = world.now.day();
        let ahead = |order| world.ahead_of(order);
        let joint = together(&orders, ahead, &world.book.portfolio, &world.profiles, day);
        Self {
            schema: PLAN_SCHEMA.to_owned(),
            made_at: world.now,
            file: file.to_owned(),
            folder: folder.to_owned(),
            impact: joint.into_iter().map(Consequence::from).collect(),
            services,
            rows: planned,
        }
    }

    /// Lists the services that the subject of a row keeps, where the row ends or leaves some.
    pub fn kept<'a>(&'a self, row: &'a PlannedRow) -> impl Iterator<Item = &'a ServiceNumber> {
        let all = row.subject.and_then(|number| self.services.get(&number));
        let all = all.into_iter().flatten();
        all.filter(|number| !row.services.contains(number))
    }

    /// Returns how many rows do what.
    pub fn count(&self, action: Action) -> usize {
        self.rows.iter().filter(|row| row.action == action).count()
    }
}

/// Enters the orders that are of no row of the batch.
///
/// What a plan wrote does not make it stale.
fn others(world: &World, wishes: &[Wish]) -> Register {
    let refs: BTreeSet<&str> = wishes.iter().map(|w| w.reference.as_str()).collect();
    let is_own = |order: &&Order| {
        let key = order.reference.as_deref();
        key.is_some_and(|key| refs.contains(key))
    };
    world.register_of(world.book.orders.values().filter(|order| !is_own(order)))
}

/// What a row does, by what came of it when it was only drafted.
fn action(decided: &Decided, order: Option<&Order>) -> Action {
    match (decided.outcome, decided.was_there) {
        (Outcome::Failed, _) => Action::Fail,
        (Outcome::Ok | Outcome::Skipped | Outcome::Unchanged, true) => {
            if order.is_some_and(is_unsent) {
                Action::Send
            } else {
                Action::None
            }
        }
        (Outcome::Ok | Outcome::Skipped | Outcome::Unchanged, false) => Action::Draft,
    }
}

fn planned_row(
    world: &World,
    row: BatchRow,
    wish: &Wish,
    decided: &Decided,
    order: Option<&Order>,
    action: Action,
    others: &Register,
) -> PlannedRow {
    let acts = matches!(action, Action::Draft | Action::Send);
    let impacts = order.filter(|_| acts).map(|order| {
        let ahead = world.ahead_of(order);
        impact::impact(order, &world.book.portfolio, &ahead, &world.profiles)
    });
    PlannedRow {
        row,
        action,
        order: decided.order.clone().filter(|_| decided.was_there),
        retries: decided.retries.clone(),
        subject: order.and_then(|order| order.target.subject),
        services: order
            .map(|order| order.target.services.iter().map(|s| s.number).collect())
            .unwrap_or_default(),
        provider: order.and_then(|order| order.provider.clone()),
        impact: impacts
            .into_iter()
            .flatten()
            .map(Consequence::from)
            .collect(),
        error: decided.failure.as_ref().map(Said::from),
        held_by: None,
        given: wish.ask.given().unwrap_or_default(),
        based_on: order
            .map(|order| basis(world, order, decided, others))
            .unwrap_or_default(),
    }
}

/// Lists the records that a row rests on: what its subject's file says, the other orders of that
/// subject, and its own order where that was there before.
///
/// Orders of the batch's own rows are none of them, nor is the order that the row waits for, whose
/// approval is what is expected of it.
fn basis(world: &World, order: &Order, decided: &Decided, others: &Register) -> Vec<Based> {
    let mut based = Vec::new();
    if let Some(number) = order.target.subject.or_else(|| adopted(world, order)) {
        based.push(Based {
            record: number.to_string(),
            revision: revision_of_subject(world, &number),
        });
    }
    let near = others.near(&world.book, order).into_iter();
    let others = near.filter(|other| {
        let is_awaited = order.after.as_ref() == Some(&other.id);
        other.id != order.id
            && !is_awaited
            && guard::is_same_subject(order, other, &world.book.portfolio)
    });
    based.extend(others.map(|other| Based {
        record: other.id.to_string(),
        revision: other.revision(),
    }));
    if decided.was_there {
        let added = usize::from(decided.writes);
        based.push(Based {
            record: order.id.to_string(),
            revision: order.revision() - added,
        });
    }
    based.sort();
    based
}

/// Returns the subject of a first filing that was brought in since it was drafted, so that the filing
/// is sent as services added to that one.
fn adopted(world: &World, order: &Order) -> Option<SubjectNumber> {
    let number = overtaken::holder(world, order)?.number;
    let mut entries = world.book.subjects.get(&number)?.effective();
    let is_adopted = entries.any(|entry| entry.event == SubjectEvent::Adopt);
    is_adopted.then_some(number)
}

fn revision_of_subject(world: &World, number: &SubjectNumber) -> usize {
    let record = world.book.subjects.get(number);
    record.map_or(0, |record| record.history.len())
}

fn revision(world: &World, record: &str) -> usize {
    if let Some(order) = OrderId::parse(record).and_then(|id| world.book.orders.get(&id)) {
        return order.revision();
    }
    SubjectNumber::parse(record).map_or(0, |parsed| revision_of_subject(world, &parsed.number))
}

/// Returns why a plan does not hold any more; `decided` is what came of the rows when they were only
/// drafted, and `world` is as they left it.
///
/// Only rows that are not done yet count: where `submits`, those that are there and unsent among them.
/// What submission says of a row makes no plan stale.
pub fn stale(
    plan: &BatchPlan,
    world: &World,
    wishes: &[Wish],
    decided: &[Decided],
    submits: bool,
) -> Option<Failure> {
    let others = others(world, wishes);
    decided.iter().find_map(|decided| {
        let planned = plan.rows.get(decided.row)?;
        let wish = wishes.get(decided.row)?;
        let moved = moved(planned, world, wish, decided, &others, submits)?;
        let (line, key) = (planned.row.line, &planned.row.reference);
        Some(
            Failure::conflict(
                "conflict.stale-plan",
                text!(
                    "计划已过期：第 {line} 行（{key}）{moved}",
                    "the plan is stale: line {line} ({key}): {moved}",
                    moved
                ),
            )
            .hint(text!(
                "重新计划：icpctl batch plan FILE --out PLAN",
                "plan again: icpctl batch plan FILE --out PLAN"
            )),
        )
    })
}

/// Whether the order that a row was to send ended before anybody sent it.
fn is_ended_unsent(planned: &PlannedRow, order: Option<&Order>) -> bool {
    let own = |id: &OrderId| planned.based_on.iter().find(|b| b.record == id.as_str());
    order
        .filter(|order| planned.order.as_ref() == Some(&order.id))
        .and_then(|order| Some((own(&order.id)?.revision, order)))
        .and_then(|(revision, order)| order.history.get(revision))
        .is_some_and(|next| next.event != Event::Command(Command::Submit))
}

/// Returns what has moved under a row since it was planned.
fn moved(
    planned: &PlannedRow,
    world: &World,
    wish: &Wish,
    decided: &Decided,
    others: &Register,
    submits: bool,
) -> Option<Text> {
    if wish.ask.given().ok().as_ref() != Some(&planned.given) {
        return Some(text!("的资料文件已变", "its dossier has changed"));
    }
    let order = decided
        .order
        .as_ref()
        .and_then(|id| world.book.orders.get(id));
    // What is done, or was and has ended since, is not looked at again.
    let is_done = match decided.outcome {
        Outcome::Unchanged => !(submits && order.is_some_and(is_unsent)),
        Outcome::Failed => decided.was_there && !is_ended_unsent(planned, order),
        Outcome::Ok | Outcome::Skipped => false,
    };
    // What was asked for then can be given now: a number, an acceptance, another try.
    let is_cured = planned.error.as_ref().is_some_and(|said| {
        matches!(
            said.code.as_str(),
            "usage.confirm" | "usage.accept" | "refused.ref-ended"
        )
    });
    if is_done || is_cured {
        return None;
    }
    if (planned.action == Action::Fail) != (decided.outcome == Outcome::Failed)
        || (planned.action == Action::None && planned.order.is_some())
    {
        return Some(text!(
            "的情况已与计划时不同",
            "it would come out otherwise than planned"
        ));
    }
    let order = order?;
    if order.target.subject != planned.subject {
        return Some(text!("指向了另一个主体", "it means another subject now"));
    }
    let own = order.id.as_str();
    let now = basis(world, order, decided, others);
    let then: BTreeSet<&Based> = planned.based_on.iter().collect();
    // That its forerunner's ref has a new order is the plan's own doing.
    let led_over = |based: &Based| {
        if based.record == own {
            times_led_over(world, order, wish, based.revision)
        } else {
            0
        }
    };
    let changed = planned
        .based_on
        .iter()
        .find(|based| revision(world, &based.record) - led_over(based) != based.revision)
        .map(|based| &based.record);
    let added = now
        .iter()
        .find(|based| based.record != own && !then.contains(based))
        .map(|based| &based.record);
    let record = changed.or(added)?;
    Some(text!(
        "所依据的 {record} 已变",
        "{record}, which it rests on, has moved"
    ))
}
