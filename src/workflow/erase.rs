//! Personal data removed for good: an order's file, or everything about a subject.

use super::doubt;
use super::mark;
use super::plan::{Consent, Plan};
use super::resolve;
use super::world::World;
use crate::evidence::keep::Holder;
use crate::failure::Failure;
use crate::filing::facts::SubjectFacts;
use crate::filing::host::Host;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::lang::{Text, commas};
use crate::store::StorePath;
use crate::store::book::{attachment_path, order_path, subject_path};
use crate::text;
use std::collections::BTreeSet;

/// What is erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// The subject, where one was named.
    pub subject: Option<SubjectNumber>,
    /// The orders whose files go.
    pub orders: Vec<OrderId>,
    /// The attachments that no other order names, by hash.
    pub attachments: Vec<String>,
}

/// Returns what erasing never reaches.
pub fn remains() -> [(&'static str, Text); 5] {
    [
        (
            "git-history",
            text!(
                "git 历史中的旧版本：需要另行改写历史并强制推送",
                "older versions in git: the history has to be rewritten and force-pushed"
            ),
        ),
        (
            "backups",
            text!(
                "备份、快照和导出的文件",
                "backups, snapshots and files that were exported"
            ),
        ),
        (
            "elsewhere",
            text!(
                "接入商和管局处的数据：这里删除不等于注销备案",
                "what providers and the bureau hold: erasing here cancels no filing"
            ),
        ),
        (
            "disk",
            text!(
                "磁盘上尚未被覆盖的数据块：只有整盘加密才能保护",
                "blocks that the disk has not overwritten yet: only an encrypted disk protects those"
            ),
        ),
        (
            "shell",
            text!(
                "终端回滚和 shell 的历史记录",
                "what the terminal and the shell's history remember"
            ),
        ),
    ]
}

/// Decides which files go.
///
/// # Errors
/// Nothing of that name (4), a damaged file (3). What stands in the way of an order that is live,
/// that the portfolio rests on, or that another order waits for, is in the plan.
pub fn decide(world: &World, typed: &str) -> Result<Plan<Erased>, Failure> {
    let mut erased = Erased::default();
    let mut removed: Vec<StorePath> = Vec::new();
    let mut forgotten: Vec<Holder> = Vec::new();
    let mut refusal = None;
    match Number::parse(typed).map(|parsed| parsed.number) {
        Ok(Number::Subject(number)) => {
            let orders = orders_of(world, number);
            if orders.is_empty() && !world.book.portfolio.subjects.contains_key(&number) {
                mark::target(&world.book, typed)?;
            }
            doubt::heed_traces(&world.book, &number)?;
            removed.push(subject_path(&number));
            forgotten.push(Holder::Subject(number));
            erased.subject = Some(number);
            erased.orders = orders.into_iter().map(|order| order.id.clone()).collect();
        }
        Ok(Number::Service(number)) => {
            let subject = number.subject();
            return Err(Failure::usage(text!(
                "{number} 是服务备案号，只能按订单或整个主体删除",
                "{number} is a service: only orders and whole subjects can be erased"
            ))
            .hint(text!(
                "删除整个主体：icpctl erase {subject}",
                "to erase the whole subject: icpctl erase {subject}"
            )));
        }
        Ok(Number::Security(_)) | Err(_) => {
            let order = resolve::order(&world.book, typed)
                .map_err(|error| of_whole_subjects(world, typed, error.into()))?;
            let approval = order.brought();
            refusal = approval.map(|_| rests_on(order));
            erased.orders.push(order.id.clone());
        }
    }
    for id in &erased.orders {
        let order = world.order(id)?;
        refusal = refusal.or_else(|| may_not_go(world, order, &erased.orders));
        removed.push(order_path(id));
        forgotten.push(Holder::Order(id.clone()));
    }
    erased.attachments = attachments(world, &erased.orders);
    for hash in &erased.attachments {
        removed.push(attachment_path(hash)?);
    }
    let mut plan = Plan::new(erased);
    plan.consent = Some(consent(&plan.answer));
    plan.removed = removed;
    plan.forgotten = forgotten;
    plan.refusal = refusal;
    Ok(plan)
}

/// Adds how the subjects are erased that a domain belongs to.
fn of_whole_subjects(world: &World, typed: &str, failure: Failure) -> Failure {
    let Ok(host) = Host::parse(typed) else {
        return failure;
    };
    let holders = world.book.portfolio.holders(&host).into_iter();
    let subjects: BTreeSet<SubjectNumber> = holders.map(|(subject, _)| subject.number).collect();
    subjects.into_iter().fold(failure, |failure, subject| {
        failure.hint(text!(
            "删除整个主体：icpctl erase {subject}",
            "to erase the whole subject: icpctl erase {subject}"
        ))
    })
}

/// Lists a subject's orders: those about its number, and those of its certificate before it had one.
fn orders_of(world: &World, number: SubjectNumber) -> Vec<&Order> {
    let book = &world.book;
    let certificate = book
        .portfolio
        .subjects
        .get(&number)
        .and_then(|subject| subject.facts.certificate());
    book.orders
        .values()
        .filter(|order| {
            let approval = order.brought();
            let issued = approval.and_then(|approval| approval.subject);
            if let Some(known) = order.target.subject.or(issued) {
                return known == number;
            }
            let own = order.filing.subject.as_deref();
            match (own.and_then(SubjectFacts::certificate), &certificate) {
                (Some(own), Some(filed)) => own.is_same(filed),
                (None, _) | (_, None) => false,
            }
        })
        .collect()
}

/// Returns why an order cannot be erased: it is live, or one which stays waits for it.
fn may_not_go(world: &World, order: &Order, going: &[OrderId]) -> Option<Failure> {
    let id = &order.id;
    let status = world.status(order);
    if status.is_live() {
        let failure = Failure::refused(
            "refused.live-order",
            text!(
                "订单 {id} 仍在办理中（{label}），不能删除",
                "the order {id} is live ({label}) and cannot be erased",
                label = status.label()
            ),
        );
        return Some(failure.hint(text!(
            "先撤回并放弃，或登记它的结果",
            "withdraw and abandon it, or record how it ended, first"
        )));
    }
    let waiting = world.book.orders.values().find(|other| {
        other.after.as_ref() == Some(id)
            && !other.standing().status.has_ended()
            && !going.contains(&other.id)
    });
    let other = &waiting?.id;
    let failure = Failure::refused(
        "refused.awaited",
        text!(
            "订单 {other} 要等 {id} 通过，不能删除 {id}",
            "the order {other} waits for {id}, which cannot be erased"
        ),
    );
    Some(failure.hint(text!(
        "先解除：icpctl edit {other} --unset after",
        "release it first: icpctl edit {other} --unset after"
    )))
}

fn rests_on(order: &Order) -> Failure {
    let id = &order.id;
    let approval = order.brought();
    let subject = order
        .target
        .subject
        .or_else(|| approval.and_then(|approval| approval.subject));
    let failure = Failure::refused(
        "refused.portfolio-rests-on-it",
        text!(
            "订单 {id} 已通过，现有备案由它而来，不能单独删除",
            "the order {id} was approved and what is filed rests on it: it cannot be erased alone"
        ),
    );
    match subject {
        None => failure,
        Some(number) => failure.hint(text!(
            "连同主体一起删除：icpctl erase {number}",
            "to erase it with its subject: icpctl erase {number}"
        )),
    }
}

/// Lists the attachments of `going`, once attached ones too, that no other order names.
fn attachments(world: &World, going: &[OrderId]) -> Vec<String> {
    let going = &going.iter().collect::<BTreeSet<_>>();
    let hashes = |is_going: bool| {
        world
            .book
            .orders
            .values()
            .filter(move |order| going.contains(&order.id) == is_going)
            .flat_map(Order::attachments)
    };
    let kept: BTreeSet<&str> = hashes(false).collect();
    let lost: BTreeSet<&str> = hashes(true).filter(|hash| !kept.contains(hash)).collect();
    lost.into_iter().map(str::to_owned).collect()
}

fn consent(erased: &Erased) -> Consent {
    let mut shown = Vec::new();
    if let Some(number) = erased.subject {
        shown.push(text!(
            "将删除主体 {number} 的全部记录：导入、失效、标签、备注和观察结果",
            "everything written down about {number} goes: adoptions, what is gone, labels, notes, observations"
        ));
    }
    if !erased.orders.is_empty() {
        let list = commas(&erased.orders);
        shown.push(text!("将删除订单：{list}", "orders that go: {list}"));
    }
    if !erased.attachments.is_empty() {
        let count = erased.attachments.len();
        shown.push(text!(
            "将删除附件 {count} 个",
            "attachments that go: {count}"
        ));
    }
    shown.push(text!(
        "此操作不能撤消；以下内容不会被删除：",
        "this cannot be undone, and it does not reach:"
    ));
    for (_, what) in remains() {
        shown.push(text!("  {what}", "  {what}", what));
    }
    Consent {
        shown,
        question: Some(text!("删除吗？", "Erase?")),
        explicit: true,
        ..Consent::default()
    }
}
