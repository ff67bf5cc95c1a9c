//! What an order asks of the operator now: the groups of the morning's screen.

use super::order::{Desk, Manner};
use crate::filing::duty::NEAR_DAYS;
use crate::filing::event::{Event, Report};
use crate::filing::guard::{self, Rival};
use crate::filing::obstacle::{Awaited, Obstacle};
use crate::filing::order::Order;
use crate::filing::pack;
use crate::filing::standing::{Presumption, effective};
use crate::filing::status::{Bucket, Status};
use crate::lang::Text;
use crate::text;
use chrono::Days;
use std::collections::BTreeMap;

/// A group of the screen, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Somebody on the filer's side must act.
    Action,
    /// The clock says what nobody has reported: a presumption, or an overdue answer.
    Settle,
    /// A draft that nothing holds back.
    Ready,
    /// A draft that another order holds back.
    Blocked,
    /// The provider or the bureau is at work.
    Waiting,
    /// Over.
    Ended,
}

impl Group {
    /// The groups that need the operator.
    pub const MINE: [Self; 3] = [Self::Action, Self::Settle, Self::Ready];

    /// The groups that can wait.
    pub const OTHERS: [Self; 3] = [Self::Blocked, Self::Waiting, Self::Ended];

    /// Returns where an order belongs.
    pub fn of(desk: &Desk<'_>, order: &Order) -> Self {
        let view = desk.view(order);
        if view.is_presumed() {
            return Self::Settle;
        }
        if view.status() == Status::Draft {
            return match desk.blocked_by(order) {
                None if desk.refused_by(order).is_some() => Self::Action,
                None => Self::Ready,
                Some(
                    Obstacle::LiveOrder { .. }
                    | Obstacle::DomainInFlight { .. }
                    | Obstacle::After {
                        awaited: Awaited::Pending,
                        ..
                    },
                ) => Self::Blocked,
                Some(_) => Self::Action,
            };
        }
        match view.status().bucket() {
            Bucket::Action => Self::Action,
            Bucket::Waiting if is_overdue(desk, order) => Self::Settle,
            Bucket::Waiting => Self::Waiting,
            Bucket::Approved | Bucket::Closed => Self::Ended,
        }
    }

    /// Returns the heading.
    pub const fn heading(self) -> Text {
        match self {
            Self::Action => Text::fixed("需要处理", "Needs you"),
            Self::Settle => Text::fixed(
                "待核实（按时间推定或已超期，请查明后记录）",
                "To be settled (presumed or overdue: find out and record)",
            ),
            Self::Ready => Text::fixed("可以提交的草稿", "Drafts that can be submitted"),
            Self::Blocked => Text::fixed("暂不能提交的草稿", "Drafts held back"),
            Self::Waiting => Text::fixed("等待中", "Waiting"),
            Self::Ended => Text::fixed("已完结", "Ended"),
        }
    }
}

/// Says that drafts which can be submitted keep each other back once one of them is sent, where two of
/// them do.
pub fn one_at_a_time(desk: &Desk<'_>, ready: &[&Order]) -> Option<Text> {
    let mut alike: BTreeMap<String, Vec<&Order>> = BTreeMap::new();
    for order in ready {
        let provider = order.provider.as_deref().unwrap_or_default();
        let account = order.account.as_ref();
        let keys = [
            order.target.subject.map(|number| number.to_string()),
            account.map(|account| format!("{provider} {account}")),
        ];
        let facts = order.filing.subject.as_deref();
        let certificate = facts.and_then(|facts| facts.certificate_number.clone());
        for key in keys.into_iter().chain([certificate]).flatten() {
            alike.entry(key).or_default().push(order);
        }
    }
    let (portfolio, profiles) = (&desk.world.book.portfolio, &desk.world.profiles);
    let excludes = |pair: &[&Order]| {
        let [one, other] = pair else {
            return false;
        };
        let sent = Rival {
            order: one,
            status: Status::AwaitingBureauReview,
        };
        let obstacles = guard::in_the_way(other, portfolio, profiles, &[sent]);
        let mut obstacles = obstacles.iter();
        obstacles.any(|obstacle| matches!(obstacle, Obstacle::LiveOrder { .. }))
    };
    let excluding = alike.values().any(|orders| orders.windows(2).any(excludes));
    excluding.then(|| text!(
        "同一主体（或账号）的草稿一次只能提交一个，等它结束后再提交下一个",
        "drafts of one subject or account go one at a time: send the next once the one before has ended"
    ))
}

/// For how many days a cancellation that lapsed is recalled: as long as duties are told ahead.
const RECALLED_DAYS: u64 = NEAR_DAYS as u64;

/// Whether an order is a cancellation that lapsed lately and has to be drafted again: it has ended, and
/// what it was to cancel is filed as before (SMS-03).
pub fn is_to_be_redrafted(desk: &Desk<'_>, order: &Order) -> bool {
    let view = desk.view(order);
    let is_recent = || {
        // From when it is known: it may have ended long before.
        let reported = effective(&order.history)
            .into_iter()
            .rfind(|entry| entry.event == Event::Report(Report::SmsExpired));
        let since = reported.map(|entry| entry.recorded_at.day());
        let until = since.and_then(|day| day.checked_add_days(Days::new(RECALLED_DAYS)));
        until.is_some_and(|until| desk.world.now.day() <= until)
    };
    view.status() == Status::Lapsed
        && !view.is_presumed()
        && is_recent()
        && desk.anew(order).is_some()
}

/// Lists why an order stands where it does: what was said of it, what holds it back, what
/// nobody has reported, or that papers are missing, which its guide lists.
pub fn why(desk: &Desk<'_>, order: &Order, manner: Manner) -> Vec<String> {
    let mut reasons = stands(desk, order, manner);
    reasons.extend(papers(desk, order).map(|Text { zh, en }| {
        let id = &order.id;
        let words = text!(
            "{zh}，详见 icpctl guide {id}",
            "{en}, see icpctl guide {id}"
        );
        words.get(manner.lang).to_owned()
    }));
    reasons
}

/// Lists the same for the guide itself.
pub fn why_in_guide(desk: &Desk<'_>, order: &Order, manner: Manner) -> Vec<String> {
    let mut reasons = stands(desk, order, manner);
    reasons.extend(papers(desk, order).map(|words| words.get(manner.lang).to_owned()));
    reasons
}

/// How many of the papers of a cancellation are there, where some are missing and can still come.
fn papers(desk: &Desk<'_>, order: &Order) -> Option<Text> {
    let list = pack::checklist(order, &desk.world.book.portfolio)?;
    if !desk.view(order).status().is_editable() || list.is_complete() {
        return None;
    }
    let all = list.items.len();
    let done = all - list.missing().count();
    Some(text!(
        "注销材料已备 {done}/{all}",
        "{done} of {all} papers are there"
    ))
}

fn stands(desk: &Desk<'_>, order: &Order, Manner { lang, privacy }: Manner) -> Vec<String> {
    let view = desk.view(order);
    let one = |text: &Text| vec![text.get(lang).to_owned()];
    match view.presumption {
        Presumption::Expired(_) => {
            return one(&text!(
                "核验时限已过，没有核验结果的记录",
                "the time to answer has passed, and no answer was recorded"
            ));
        }
        Presumption::Purged { .. } => {
            return one(&text!(
                "闲置过久，接入商控制台应已删除该订单",
                "it has been idle for so long that the provider's console must have deleted it"
            ));
        }
        Presumption::None => {}
    }
    match view.status() {
        Status::Draft => match desk.held_back(order) {
            Some(reason) => one(&reason),
            None => order
                .after
                .iter()
                .flat_map(|id| {
                    one(&text!(
                        "前置订单 {id} 已通过",
                        "its forerunner {id} has been approved"
                    ))
                })
                .collect(),
        },
        Status::ProviderRejected | Status::BureauRejected => desk.reasons(order, privacy),
        Status::ProviderReview | Status::AwaitingBureauSubmission if is_overdue(desk, order) => {
            one(&text!(
                "接入商超期未处理，请到其控制台查看",
                "the provider is late: look in its console"
            ))
        }
        Status::AwaitingBureauReview if is_overdue(desk, order) => one(&text!(
            "管局超期未处理，请向接入商或管局查询",
            "the bureau is late: ask the provider or the bureau"
        )),
        Status::ProviderReview
        | Status::AwaitingBureauSubmission
        | Status::SmsVerificationPending
        | Status::SmsVerificationExpired
        | Status::AwaitingBureauReview
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => Vec::new(),
    }
}

fn is_overdue(desk: &Desk<'_>, order: &Order) -> bool {
    desk.deadline(order).is_some_and(|d| d.due.overdue)
}

/// Counts what can wait, in one line; none where nothing does.
pub fn summary(desk: &Desk<'_>, orders: &[&Order]) -> Option<Text> {
    let count = |wanted: &dyn Fn(Group, Status) -> bool| {
        orders
            .iter()
            .filter(|order| wanted(Group::of(desk, order), desk.view(order).status()))
            .count()
    };
    let provider =
        count(&|group, status| group == Group::Waiting && status != Status::AwaitingBureauReview);
    let bureau =
        count(&|group, status| group == Group::Waiting && status == Status::AwaitingBureauReview);
    let blocked = count(&|group, _| group == Group::Blocked);
    let parts = [
        (
            provider,
            text!("接入商处理中 {provider}", "with the provider: {provider}"),
        ),
        (
            bureau,
            text!("管局审核中 {bureau}", "with the bureau: {bureau}"),
        ),
        (
            blocked,
            text!("暂不能提交的草稿 {blocked}", "drafts held back: {blocked}"),
        ),
    ];
    let shown: Vec<&Text> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, words)| words)
        .collect();
    if shown.is_empty() {
        return None;
    }
    let shown = Text::joined(shown, "，", ", ");
    Some(text!("其余：{shown}", "Others: {shown}", shown))
}
