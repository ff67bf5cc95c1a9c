//! What is worth telling people: windows that close, deadlines that come near, orders that came
//! back or ended, filings that vanished, registrations that end.

use crate::cli::documents::board::{self, about, awaited, holder, until};
use crate::cli::documents::order::{Desk, Manner};
use crate::filing::deadline::DeadlineKind;
use crate::filing::duty::NEAR_DAYS;
use crate::filing::evidence::course::{Ending, Vanished};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::limit::Due;
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::status::{Bucket, Status};
use crate::lang::Text;
use crate::render::mask::Privacy;
use crate::text;
use crate::workflow::notice;
use crate::workflow::owed::{Ledger, Matter, Owed};
use crate::workflow::seen::Seen;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// What sort of news it is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewsKind {
    /// An SMS window is open; once more when it is about to close.
    SmsWindow,
    /// What is filed is not shown any more by a source whose word counts.
    Vanished,
    /// An order came back and needs its filer.
    Returned,
    /// Another deadline is near, or has passed.
    Deadline,
    /// A rectification notice is open.
    Notice,
    /// The registration of a domain ends soon, or has ended.
    Domain,
    /// A duty after approval is due.
    Duty,
    /// An order has ended.
    Ended,
}

impl NewsKind {
    /// Every sort, by the name that a channel's `only` takes.
    pub const ALL: [(&'static str, Self); 8] = [
        ("sms-window", Self::SmsWindow),
        ("vanished", Self::Vanished),
        ("returned", Self::Returned),
        ("deadline", Self::Deadline),
        ("notice", Self::Notice),
        ("domain", Self::Domain),
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
/// How long it is remembered what was told of something that comes again each year.
const REMEMBERED: TimeDelta = TimeDelta::days(400);
/// How long before its end an SMS window is told of once more.
const LAST_CALL: TimeDelta = TimeDelta::hours(4);

/// Gathers what is worth telling now, deadlines within `within` included, the most urgent first;
/// `seen` is what the kept observations say.
pub fn gather(
    desk: &Desk<'_>,
    ledger: &Ledger<'_>,
    seen: &[Seen<'_>],
    within: TimeDelta,
    manner: Manner,
) -> Vec<News> {
    let mut news: Vec<News> = Vec::new();
    for order in desk.world.book.orders.values() {
        news.extend(of_order(desk, order, within, manner));
    }
    for subject in desk.world.book.portfolio.subjects.values() {
        let owed = ledger.of_subject(subject);
        news.extend(owed.iter().filter_map(|one| of_filed(desk, one, within)));
    }
    for seen in seen {
        let vanished = seen.vanished.iter();
        news.extend(vanished.map(|one| of_vanished(desk, seen, one)));
        let endings = seen.endings.iter();
        news.extend(endings.filter_map(|end| of_ending(desk, seen, end, within)));
    }
    news.sort_by(|one, two| {
        let key = |news: &News| (news.kind, news.due.is_none(), news.due, news.key.clone());
        key(one).cmp(&key(two))
    });
    news
}

/// Whether nothing more can come of what a piece of news was about, by its key and the time at which
/// it was told: its order or notice has been over for longer than that is news, or is not there.
///
/// What the clock alone presumes is not over: a report may still overturn it.
pub fn is_over(desk: &Desk<'_>, ledger: &Ledger<'_>, key: &str, told: Instant) -> bool {
    let now = desk.world.now;
    let head = key.split(':').next().unwrap_or_default();
    let Some(id) = OrderId::parse(head) else {
        // A duty comes again with another date, in its key; a registration is renewed for a year.
        return now - told > REMEMBERED;
    };
    if let Some(order) = desk.world.book.orders.get(&id) {
        let ended = order.standing().ended_at;
        return ended.is_some_and(|ended| now - ended > FRESH);
    }
    let found = notice::all(desk.world).find(|(_, notice)| notice.id.as_str() == head);
    found.is_none_or(|(subject, notice)| {
        let (state, _) = ledger.state(subject, notice);
        state.is_resolved() && now - told > FRESH
    })
}

/// Returns what is to be told of an order: that it ended or came back, and a limit that comes near.
fn of_order(desk: &Desk<'_>, order: &Order, within: TimeDelta, manner: Manner) -> Vec<News> {
    let view = desk.view(order);
    let status = view.status();
    let head = head(desk, order, manner);
    let entered = format!("{}:{}", status.name(), view.standing.since.timestamp());
    if status.has_ended() {
        // What the clock presumes has no instant of its own; its key is that of the entry before.
        let ended = view.standing.ended_at.unwrap_or(view.standing.since);
        if desk.world.now - ended > FRESH {
            return Vec::new();
        }
        return vec![Telling::new(NewsKind::Ended, entered, head).of(desk, order)];
    }
    let returned = status.is_against().then(|| {
        let why = desk.reasons(order, Privacy::Masked);
        let why = why.into_iter().map(Text::verbatim);
        let text = Text::joined([head.clone()].into_iter().chain(why), "；", "; ");
        Telling::new(NewsKind::Returned, entered, text)
    });
    let near = limit(desk, order, &head, within, manner);
    let told = returned.into_iter().chain(near);
    told.map(|telling| telling.of(desk, order)).collect()
}

/// Names an order and says where it stands.
fn head(desk: &Desk<'_>, order: &Order, manner: Manner) -> Text {
    let id = &order.id;
    let what = about(order);
    let who = holder(desk, order, manner);
    let (label, kind) = (board::status(&desk.view(order)), order.kind.label());
    text!(
        "{kind} {what}（{who}，{id}）：{label}",
        "{kind} {what} ({who}, {id}): {label}",
        kind,
        label
    )
}

/// One piece of news of an order.
struct Telling {
    kind: NewsKind,
    /// What tells it from others of the order.
    key: String,
    due: Option<Instant>,
    text: Text,
}

impl Telling {
    fn new(kind: NewsKind, key: String, text: Text) -> Self {
        Self {
            kind,
            key,
            due: None,
            text,
        }
    }

    fn of(self, desk: &Desk<'_>, order: &Order) -> News {
        let id = order.id.as_str();
        News {
            key: format!("{id}:{}", self.key),
            kind: self.kind,
            order: Some(id.to_owned()),
            number: None,
            labels: desk.labels(order),
            due: self.due,
            text: self.text,
        }
    }
}

/// Returns the limit that an order stands under, where it is to be told: a window that closes at
/// once; what waits for us before it is due; what waits for others when it is late.
fn limit(
    desk: &Desk<'_>,
    order: &Order,
    head: &Text,
    within: TimeDelta,
    manner: Manner,
) -> Option<Telling> {
    let now = desk.world.now;
    let view = desk.view(order);
    let status = view.status();
    let deadline = desk.deadline(order)?;
    let due = deadline.due.at();
    let at = due.timestamp();
    let limit = until(&deadline, now);
    let telling = match deadline.kind {
        DeadlineKind::SmsVerification if status == Status::SmsVerificationPending => {
            let persons = awaited(order, &view, manner).into_iter();
            let persons = Text::joined(persons.map(Text::verbatim), "；", "; ");
            let is_last = due - now <= LAST_CALL;
            let key = format!("sms-window:{at}{}", if is_last { ":last" } else { "" });
            let text = text!(
                "{head}，{limit}；{persons}",
                "{head}, {limit}; {persons}",
                limit,
                head,
                persons
            );
            Telling::new(NewsKind::SmsWindow, key, text)
        }
        // A window that has passed shows as an order that came back.
        DeadlineKind::SmsVerification => return None,
        DeadlineKind::ProviderReview
        | DeadlineKind::BureauSubmission
        | DeadlineKind::BureauReview
        | DeadlineKind::IdlePurge => {
            let is_ours = status.bucket() == Bucket::Action;
            let state = if deadline.due.overdue {
                "overdue"
            } else if is_ours && due - now <= within {
                "near"
            } else {
                return None;
            };
            let key = format!("{}:{at}:{state}", deadline.kind.name());
            let text = text!("{head}，{limit}", "{head}, {limit}", limit, head);
            Telling::new(NewsKind::Deadline, key, text)
        }
    };
    Some(Telling {
        due: Some(due),
        ..telling
    })
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
    let (kind, key, label, title) = match &owed.matter {
        Matter::Notice { notice, .. } => {
            let id = notice.id.as_str();
            let near = due.filter(|due| due.overdue || due.at() - now <= within);
            // Told when it comes, and again when its date is near or has passed.
            let key = near.map_or_else(
                || format!("{id}:open"),
                |due| format!("{id}:{}", state(due)),
            );
            let label = text!("整改通知", "rectification notice");
            (NewsKind::Notice, key, label, notice.title())
        }
        Matter::Duty { duty, .. } => {
            // One that was missed long ago is no news; `status` goes on showing it.
            let is_news =
                |due: &&Due| duty.presses_at(due) - now <= within && now - due.at() <= FRESH;
            let due = due.filter(is_news)?;
            let key = format!(
                "{number}:{}:{}:{}",
                duty.id,
                due.at().timestamp(),
                state(due)
            );
            let label = text!("备案后的事项", "duty after approval");
            (NewsKind::Duty, key, label, duty.title.clone())
        }
    };
    let what = owed
        .service
        .and_then(|s| s.domains().first().map(ToString::to_string));
    let what = what.map_or_else(|| number.clone(), |domain| format!("{domain} {number}"));
    let limit = due.map(|due| text!("，{left}", ", {left}", left = remaining_of(due, now)));
    Some(News {
        key,
        kind,
        order: None,
        number: Some(number),
        labels: labels(owed.subject, owed.service),
        due: due.map(Due::at),
        text: text!(
            "{label} {what}：{title}{limit}",
            "{label} {what}: {title}{limit}",
            title,
            label,
            limit = limit.unwrap_or_default()
        ),
    })
}

/// Returns the labels of a service and its subject.
fn labels(subject: &FiledSubject, service: Option<&FiledService>) -> BTreeMap<String, String> {
    let mut labels = subject.labels.clone();
    labels.extend(service.map(|s| s.labels.clone()).unwrap_or_default());
    labels
}

/// Tells of what is not shown any more, once for each time that it vanishes.
fn of_vanished(desk: &Desk<'_>, seen: &Seen<'_>, vanished: &Vanished) -> News {
    let number = seen.service.number;
    let (since, last) = (vanished.since.to_minute(), vanished.last_shown.to_minute());
    let what = shown(&number.to_string(), &vanished.about);
    let source = vanished.source.label();
    // Somebody here may have asked for just that.
    let orders = desk.orders_of(&number.subject());
    let cancels = orders.into_iter().find(|order| {
        order.kind.is_cancellation()
            && desk.view(order).status().is_live()
            && order.target.holds(&number)
    });
    let todo = match cancels {
        Some(order) => {
            let id = &order.id;
            text!(
                "订单 {id} 正在注销，可用 icpctl sync {id} 了结",
                "the order {id} cancels it: settle that with icpctl sync {id}"
            )
        }
        None => text!(
            "请核对：icpctl verify {number}；确已失效的登记：icpctl gone {number} --because bureau",
            "look with icpctl verify {number}; if it is gone, say so: icpctl gone {number} --because bureau"
        ),
    };
    let at = vanished.since.timestamp();
    let (about, name) = (&vanished.about, vanished.source.name());
    News {
        key: format!("{number}:{about}:vanished:{name}:{at}"),
        kind: NewsKind::Vanished,
        order: None,
        number: Some(number.to_string()),
        labels: labels(seen.subject, Some(seen.service)),
        due: None,
        text: text!(
            "{what}：{source}中已查不到，{since} 发现，{last} 还在；{todo}",
            "{what} is not shown any more by {source}, as found {since}; it was on {last}; {todo}",
            todo,
            source
        ),
    }
}

/// Tells of the registration of a domain that ends: a month before, within the channel's own time,
/// and when it has ended.
fn of_ending(desk: &Desk<'_>, seen: &Seen<'_>, ending: &Ending, within: TimeDelta) -> Option<News> {
    let Ending { domain, on, source } = ending;
    // The same date in the portfolio is a duty there, and told as one.
    let registrations = seen.service.facts.registrations.iter().flatten();
    let mut known = registrations.filter_map(|one| one.expires_on);
    if known.any(|day| day == *on) {
        return None;
    }
    let now = desk.world.now;
    let at = Instant::end_of(*on);
    let left = at - now;
    let state = if left < TimeDelta::zero() {
        "overdue"
    } else if left <= within {
        "near"
    } else if left <= TimeDelta::days(NEAR_DAYS.into()) {
        "soon"
    } else {
        return None;
    };
    let number = seen.service.number;
    let what = shown(&number.to_string(), domain);
    let source = source.label();
    let span = board::span(left.abs());
    let text = if state == "overdue" {
        text!(
            "{what}：域名已于 {on} 到期（{source}），超期 {span}；被他人注册后只能注销备案",
            "{what}: the domain's registration ended on {on} ({source}), {span} ago; once somebody else registers it, the filing must be cancelled",
            span,
            source
        )
    } else {
        text!(
            "{what}：域名 {on} 到期（{source}），剩余 {span}；请续费",
            "{what}: the domain's registration ends on {on} ({source}), {span} left; renew it",
            span,
            source
        )
    };
    Some(News {
        key: format!("{number}:{domain}:expires:{on}:{state}"),
        kind: NewsKind::Domain,
        order: None,
        number: Some(number.to_string()),
        labels: labels(seen.subject, Some(seen.service)),
        due: Some(at),
        text,
    })
}

/// Returns a domain as people read it with its number, or the number alone.
fn shown(number: &str, about: &str) -> String {
    if about == number {
        return number.to_owned();
    }
    let domain = Host::parse(about).map_or_else(|_| about.to_owned(), |h| h.as_str().to_owned());
    format!("{domain} {number}")
}

fn remaining_of(due: &Due, now: Instant) -> Text {
    let at = due.at().to_minute();
    let left = board::span((due.at() - now).abs());
    if due.overdue {
        text!("{at} 已超期 {left}", "due {at}, {left} overdue", left)
    } else {
        text!("{at} 前，剩余 {left}", "due {at}, {left} left", left)
    }
}
