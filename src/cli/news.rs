//! What is worth telling people: windows that close, deadlines that come near, orders that came
//! back or ended.

use super::board::{self, about, awaited, holder, until};
use super::order_doc::{Desk, Manner, reasons};
use crate::filing::deadline::DeadlineKind;
use crate::filing::limit::Due;
use crate::filing::order::{Instant, Order};
use crate::filing::status::{Bucket, Status};
use crate::lang::Text;
use crate::text;
use crate::workflow::owed::{Ledger, Matter, Owed};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// What sort of news it is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewsKind {
    /// An SMS window is open; once more when it is about to close.
    SmsWindow,
    /// An order came back and needs its filer.
    Returned,
    /// Another deadline is near, or has passed.
    Deadline,
    /// A rectification notice is open.
    Notice,
    /// A duty after approval is due.
    Duty,
    /// An order has ended.
    Ended,
}

impl NewsKind {
    /// Every sort, by the name that a channel's `only` takes.
    pub const ALL: [(&'static str, Self); 6] = [
        ("sms-window", Self::SmsWindow),
        ("returned", Self::Returned),
        ("deadline", Self::Deadline),
        ("notice", Self::Notice),
        ("duty", Self::Duty),
        ("ended", Self::Ended),
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, kind)| *kind == self);
        found.map_or("", |(name, _)| name)
    }
}

/// One thing worth telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What tells it apart from all other news, for ever.
    pub key: String,
    /// Its sort.
    pub kind: NewsKind,
    /// The order, where it is about one.
    pub order: Option<String>,
    /// What is filed, where it is about that: a subject or service number.
    pub number: Option<String>,
    /// The labels of the order and its subject.
    pub labels: BTreeMap<String, String>,
    /// The deadline, where there is one.
    pub due: Option<Instant>,
    /// What it says; personal data is masked.
    pub text: Text,
}

/// How long after its end an order is news, and after its date a duty.
const FRESH: TimeDelta = TimeDelta::days(30);
/// How long before its end an SMS window is told of once more.
const LAST_CALL: TimeDelta = TimeDelta::hours(4);

/// Gathers what is worth telling now, deadlines within `within` included, the most urgent first.
pub fn gather(desk: &Desk<'_>, within: TimeDelta, manner: Manner) -> Vec<News> {
    let mut news: Vec<News> = Vec::new();
    for order in desk.world.book.orders.values() {
        news.extend(of_order(desk, order, within, manner));
    }
    let ledger = Ledger::new(desk.world);
    for subject in desk.world.book.portfolio.subjects.values() {
        let owed = ledger.of_subject(subject);
        news.extend(owed.iter().filter_map(|one| of_filed(desk, one, within)));
    }
    news.sort_by(|one, two| {
        let key = |news: &News| (news.kind, news.due.is_none(), news.due, news.key.clone());
        key(one).cmp(&key(two))
    });
    news
}

fn of_order(desk: &Desk<'_>, order: &Order, within: TimeDelta, manner: Manner) -> Vec<News> {
    let now = desk.world.now;
    let view = desk.view(order);
    let status = view.status();
    let id = order.id.as_str();
    let what = about(order);
    let who = holder(desk, order, manner);
    let label = board::status(&view);
    let (zh_label, en_label) = (label.zh, label.en);
    let kind = order.kind.label();
    let (zh_kind, en_kind) = (kind.zh, kind.en);
    let head = text!(
        "{zh_kind} {what}（{who}，{id}）：{zh_label}",
        "{en_kind} {what} ({who}, {id}): {en_label}"
    );
    let (zh_head, en_head) = (head.zh, head.en);
    let make = |kind: NewsKind, key: String, due: Option<Instant>, text: Text| News {
        key: format!("{id}:{key}"),
        kind,
        order: Some(id.to_owned()),
        number: None,
        labels: desk.labels(order),
        due,
        text,
    };
    let entered = view.standing.since.timestamp();
    if status.has_ended() {
        // What the clock presumes has no instant of its own; its key is that of the entry before.
        let ended = view.standing.ended_at.unwrap_or(view.standing.since);
        let text = text!("{zh_head}", "{en_head}");
        let is_fresh = now - ended <= FRESH;
        let key = format!("{}:{entered}", status.name());
        return Vec::from_iter(is_fresh.then(|| make(NewsKind::Ended, key, None, text)));
    }
    let mut news = Vec::new();
    if status.is_against() {
        let why = reasons(order).join("; ");
        let (zh_why, en_why) = if why.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("；{why}"), format!("; {why}"))
        };
        let text = text!("{zh_head}{zh_why}", "{en_head}{en_why}");
        let key = format!("{}:{entered}", status.name());
        news.push(make(NewsKind::Returned, key, None, text));
    }
    let Some(deadline) = desk.deadline(order) else {
        return news;
    };
    let at = deadline.at.timestamp();
    let limit = until(&deadline, now);
    let (zh_limit, en_limit) = (limit.zh, limit.en);
    match deadline.kind {
        DeadlineKind::SmsVerification if status == Status::SmsVerificationPending => {
            let persons = awaited(order, &view, manner).join("; ");
            let is_last = deadline.at - now <= LAST_CALL;
            let key = format!("sms-window:{at}{}", if is_last { ":last" } else { "" });
            let text = text!(
                "{zh_head}，{zh_limit}；{persons}",
                "{en_head}, {en_limit}; {persons}"
            );
            news.push(make(NewsKind::SmsWindow, key, Some(deadline.at), text));
        }
        // A window that has passed shows as an order that came back.
        DeadlineKind::SmsVerification => {}
        DeadlineKind::ProviderReview
        | DeadlineKind::BureauSubmission
        | DeadlineKind::BureauReview
        | DeadlineKind::IdlePurge => {
            // What waits for others is told when it is late; what waits for us, before.
            let is_ours = status.bucket() == Bucket::Action;
            if deadline.overdue || (is_ours && deadline.at - now <= within) {
                let state = if deadline.overdue { "overdue" } else { "near" };
                let key = format!("{}:{at}:{state}", deadline.kind.name());
                let text = text!("{zh_head}，{zh_limit}", "{en_head}, {en_limit}");
                news.push(make(NewsKind::Deadline, key, Some(deadline.at), text));
            }
        }
    }
    news
}

/// Returns what is owed for what is filed, once it is near; a notice from the day it is known.
fn of_filed(desk: &Desk<'_>, owed: &Owed<'_>, within: TimeDelta) -> Option<News> {
    if owed.is_settled() {
        return None;
    }
    let now = desk.world.now;
    let due = owed.due();
    let number = owed.number();
    let state = |due: &Due| if due.overdue { "overdue" } else { "near" };
    let (kind, key, title) = match &owed.matter {
        Matter::Notice { notice, .. } => {
            let id = notice.id.as_str();
            let near = due.filter(|due| due.overdue || due.at - now <= within);
            // Told when it comes, and again when its date is near or has passed.
            let key = near.map_or_else(
                || format!("{id}:open"),
                |due| format!("{id}:{}", state(due)),
            );
            (NewsKind::Notice, key, notice.title())
        }
        Matter::Duty { duty, .. } => {
            // One that was missed long ago is no news; `status` goes on showing it.
            let due = due.filter(|due| due.at - now <= within && now - due.at <= FRESH)?;
            let key = format!("{number}:{}:{}:{}", duty.id, due.at.timestamp(), state(due));
            (NewsKind::Duty, key, duty.title.clone())
        }
    };
    let label = match kind {
        NewsKind::Notice => text!("整改通知", "rectification notice"),
        NewsKind::Duty
        | NewsKind::SmsWindow
        | NewsKind::Deadline
        | NewsKind::Returned
        | NewsKind::Ended => text!("备案后的义务", "duty after approval"),
    };
    let what = owed
        .service
        .and_then(|s| s.domains().first().map(ToString::to_string));
    let what = what.map_or_else(|| number.clone(), |domain| format!("{domain} {number}"));
    let limit = due.map(|due| remaining_of(due, now));
    let (zh_limit, en_limit) = limit.map_or_else(Default::default, |limit| {
        (format!("，{}", limit.zh), format!(", {}", limit.en))
    });
    let (zh_label, en_label) = (label.zh, label.en);
    let (zh_title, en_title) = (title.zh, title.en);
    let mut labels = owed.subject.labels.clone();
    labels.extend(owed.service.map(|s| s.labels.clone()).unwrap_or_default());
    Some(News {
        key,
        kind,
        order: None,
        number: Some(number),
        labels,
        due: due.map(|due| due.at),
        text: text!(
            "{zh_label} {what}：{zh_title}{zh_limit}",
            "{en_label} {what}: {en_title}{en_limit}"
        ),
    })
}

fn remaining_of(due: &Due, now: Instant) -> Text {
    let at = board::minute(due.at);
    let left = board::span((due.at - now).abs());
    let (zh, en) = (left.zh, left.en);
    if due.overdue {
        text!("{at} 已超期 {zh}", "due {at}, {en} overdue")
    } else {
        text!("{at} 前，剩余 {zh}", "due {at}, {en} left")
    }
}
