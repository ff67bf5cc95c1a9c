//! What is owed for what is filed, as scripts and people see it: notices and duties.

use super::order::{Desk, Manner, time};
use super::{board, people};
use crate::cli::filters::Filters;
use crate::filing::duty;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::limit::Due;
use crate::filing::notice::{self, Class, Notice};
use crate::filing::order::Order;
use crate::filing::portfolio::FiledSubject;
use crate::filing::spoken::spoken;
use crate::lang::{Lang, Text};
use crate::render::clean::clean;
use crate::render::style::{Color, Tone};
use crate::text;
use crate::workflow::duty::not_open;
use crate::workflow::notice::way;
use crate::workflow::owed::{Ledger, Matter, Owed, nearest_first};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many lines of a kind a screen shows.
const LINES: usize = 10;

/// How many overdue duties of one kind stand on lines of their own.
pub const ALIKE: usize = 3;

/// How many warnings of what is owed a document holds.
const WARNINGS: usize = 20;

/// Lists everything that the filters ask for, nearest date first, settled things included.
///
/// Flags that only an order can answer leave nothing.
pub fn gather<'l>(ledger: &'l Ledger<'l>, desk: &'l Desk<'_>, filters: &Filters) -> Vec<Owed<'l>> {
    let Some(about) = filters.about_filed() else {
        return Vec::new();
    };
    let mut all: Vec<Owed<'l>> = desk
        .world
        .book
        .portfolio
        .subjects
        .values()
        .flat_map(|subject| ledger.of_subject(subject))
        .filter(|owed| match owed.service {
            Some(service) => about.matches_service(desk, owed.subject, service),
            None => about.matches_subject(desk, owed.subject),
        })
        .filter(|owed| filters.takes_due(owed.due()))
        .collect();
    nearest_first(&mut all);
    all
}

/// Leaves no more of what the morning's screen lists than are wanted at most, the nearest; the rest is
/// only counted there.
pub fn cut(all: &mut Vec<Owed<'_>>, filters: &Filters, now: Instant) {
    let mut room = filters.limit().unwrap_or(usize::MAX);
    all.retain(|owed| {
        if !is_listed(owed, filters, now) {
            return true;
        }
        let is_wanted = room > 0;
        room = room.saturating_sub(1);
        is_wanted
    });
}

/// Returns the document of a notice.
pub fn notice_document(owed: &Owed<'_>, manner: Manner) -> Value {
    let Matter::Notice {
        notice,
        state,
        due,
        order,
    } = &owed.matter
    else {
        return Value::Null;
    };
    let class = Class::named(&notice.class);
    let (resolved_at, resolved_by) = match state {
        notice::State::Resolved { at, by } => (Some(time(*at)), Some(by.name())),
        notice::State::Open | notice::State::InProgress => (None, None),
    };
    let names = people::of_subject(owed.subject);
    let free = |words: &str| names.mask(words, manner.privacy);
    let reason = notice.resolved.as_ref().and_then(|(_, why)| why.as_ref());
    json!({
        "id": notice.id,
        "class": notice.class,
        "title": notice.title().get(manner.lang),
        "group": class.map(|class| class.group),
        "number": owed.number(),
        "subject": owed.subject.number,
        "service": notice.service,
        "provider": notice.provider,
        "state": state.name(),
        "text": notice.text.as_deref().map(free),
        "received_at": time(notice.received_at),
        "deadline": due.as_ref().map(|(due, basis)| json!({
            "at": time(due.at()),
            "provisional": due.provisional,
            "overdue": owed.is_overdue(),
            "basis": basis.name(),
        })),
        "orders": class.into_iter().flat_map(|c| &c.orders).map(|remedy| json!({
            "kind": remedy.kind,
            "fields": remedy.fields,
        })).collect::<Vec<_>>(),
        "order": order.map(|(order, _)| &order.id),
        "order_status": order.map(|(_, status)| status),
        "resolved_at": resolved_at,
        "resolved_by": resolved_by,
        "reason": reason.map(|reason| free(reason)),
        "next": notice_next(owed.subject, notice, state, order.map(|(order, _)| order)),
    })
}

/// Returns the document of a duty.
pub fn duty_document(owed: &Owed<'_>, now: Instant, manner: Manner) -> Value {
    let Matter::Duty { duty, state } = &owed.matter else {
        return Value::Null;
    };
    let (done_at, number) = match state {
        duty::State::Done { at, number } => (Some(time(*at)), *number),
        duty::State::Due(_) | duty::State::Unknown => (None, None),
    };
    let can_be_done = done_at.is_none() && not_open(owed, now).is_none();
    let next = can_be_done.then(|| format!("icpctl duty done {} {}", owed.number(), duty.id));
    let next: Vec<String> = next.into_iter().collect();
    json!({
        "duty": duty.id,
        "title": duty.title.get(manner.lang),
        "number": owed.number(),
        "subject": owed.subject.number,
        "service": owed.service.map(|s| s.number),
        "state": state.name(),
        "opens_on": state.due().map(|due| due.opens),
        "deadline": state.due().map(|due| json!({
            "at": time(due.at()),
            "provisional": due.provisional,
            "overdue": due.overdue,
        })),
        "done_at": done_at,
        "security_number": number,
        "next": next,
    })
}

/// Lists the commands that come next for a notice.
fn notice_next(
    subject: &FiledSubject,
    notice: &Notice,
    state: &notice::State,
    order: Option<&Order>,
) -> Vec<String> {
    let id = &notice.id;
    match (state, order) {
        (notice::State::Resolved { .. }, _) => Vec::new(),
        (notice::State::InProgress, Some(order)) => vec![format!("icpctl show {}", order.id)],
        (notice::State::Open | notice::State::InProgress, _) => {
            let remedies = Class::named(&notice.class)
                .into_iter()
                .flat_map(|class| &class.orders);
            // What ends something comes last, and says so.
            let (mut next, mut endings) = (Vec::new(), Vec::new());
            for (place, remedy) in remedies.enumerate() {
                let Some(way) = way(subject, notice, remedy.kind) else {
                    continue;
                };
                let ends = remedy.kind.is_cancellation();
                let kind = if place == 0 && !ends {
                    String::new()
                } else {
                    format!(" --kind {}", remedy.kind.name())
                };
                let sets: Vec<String> = match remedy.kind {
                    Kind::Change => remedy
                        .fields
                        .iter()
                        .map(|field| format!(" --set {field}=V"))
                        .collect(),
                    Kind::New
                    | Kind::Access
                    | Kind::CancelSite
                    | Kind::CancelSubject
                    | Kind::CancelAccess => Vec::new(),
                };
                let sets = sets.concat();
                let line = format!("icpctl notice resolve {id} --draft{kind}{sets}{way}");
                if ends { &mut endings } else { &mut next }.push(line);
            }
            next.push(format!("icpctl notice resolve {id}"));
            next.extend(endings);
            next
        }
    }
}

/// Returns the name of what is owed.
pub fn title(owed: &Owed<'_>) -> Text {
    match &owed.matter {
        Matter::Notice { notice, .. } => notice.title(),
        Matter::Duty { duty, .. } => duty.title.clone(),
    }
}

/// Returns what is owed for what: the number, with a domain or a name where there is one.
pub fn about(owed: &Owed<'_>, manner: Manner) -> String {
    let more = match owed.service {
        Some(service) => service
            .domains()
            .first()
            .map(ToString::to_string)
            .or_else(|| service.facts.name.clone()),
        None => owed.subject.facts.name.as_deref().map(|name| {
            let is_individual = owed.subject.facts.is_individual();
            crate::cli::documents::order::subject_name(name, is_individual, manner.privacy)
        }),
    };
    let words = [Some(owed.number()), more];
    let words: Vec<String> = words.into_iter().flatten().collect();
    clean(&words.join("  ")).into_owned()
}

/// Returns a date with how much time that leaves.
pub fn until(due: &Due, now: Instant) -> Text {
    let at = due.at().to_minute();
    let words = board::span((due.at() - now).abs());
    let mark = board::if_provisional(due);
    if due.overdue {
        text!(
            "{at}（已超期 {words}{mark}）",
            "{at} ({words} overdue{mark})",
            words,
            mark
        )
    } else {
        text!(
            "{at}（剩余 {words}{mark}）",
            "{at} ({words} left{mark})",
            words,
            mark
        )
    }
}

/// Returns when something is owed, in words: its date, else that it is not known.
pub fn when(owed: &Owed<'_>, now: Instant) -> Text {
    match owed.due() {
        Some(due) => until(due, now),
        None => text!("日期未知", "date unknown"),
    }
}

/// How a page of what is owed is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The present.
    pub now: Instant,
    /// How it is worded.
    pub manner: Manner,
    /// Whether it is coloured.
    pub color: Color,
}

impl Page {
    /// Returns what is owed as the morning's screen shows it: open notices, pressing duties, and
    /// a line about the rest.
    pub fn morning(self, all: &[Owed<'_>], filters: &Filters) -> String {
        let lang = self.manner.lang;
        let (notices, duties): (Vec<&Owed<'_>>, Vec<&Owed<'_>>) = all
            .iter()
            .filter(|owed| !owed.is_settled())
            .partition(|owed| match owed.matter {
                Matter::Notice { .. } => true,
                Matter::Duty { .. } => false,
            });
        let (pressing, later): (Vec<&Owed<'_>>, Vec<&Owed<'_>>) = duties
            .into_iter()
            .partition(|owed| is_shown(owed, filters, self.now));
        let mut page = String::new();
        if !notices.is_empty() {
            let _ = writeln!(
                page,
                "{}",
                text!("整改通知", "Rectification notices").get(lang)
            );
            for owed in notices.iter().take(LINES) {
                page += &self.notice_block(owed);
            }
            page += &more(notices.len(), "icpctl notice list", lang);
            page.push('\n');
        }
        if !pressing.is_empty() {
            let _ = writeln!(
                page,
                "{}",
                text!("备案后的事项", "Duties after approval").get(lang)
            );
            page += &self.duty_lines(&pressing);
            page.push('\n');
        }
        if !later.is_empty() {
            let unknown = later.iter().filter(|owed| owed.due().is_none()).count();
            let dated = later.len() - unknown;
            let words = text!(
                "另有 {dated} 项未到期、{unknown} 项日期未知的备案后事项：icpctl duty list",
                "duties not due yet: {dated}; of unknown date: {unknown}; see them with icpctl duty list"
            );
            let _ = writeln!(page, "{}\n", words.get(lang));
        }
        page
    }

    /// Returns what is owed for one subject, as it stands beneath that: notices and pressing duties
    /// on lines of their own, the rest counted.
    pub fn beside(self, all: &[Owed<'_>]) -> String {
        let lang = self.manner.lang;
        let mut lines = String::new();
        let (mut done, mut later, mut unknown) = (0, 0, 0);
        let mut duties: Vec<&Owed<'_>> = Vec::new();
        for owed in all {
            match (&owed.matter, owed.is_settled()) {
                (Matter::Notice { .. }, true) => {}
                (Matter::Notice { notice, .. }, false) => {
                    let label = text!("整改：", "notice: ");
                    let (label, line) = (label.get(lang), self.line(owed));
                    let _ = write!(lines, "  {label}{}  {line}", notice.id);
                }
                (Matter::Duty { .. }, true) => done += 1,
                (Matter::Duty { .. }, false) if owed.is_pressing(self.now) => duties.push(owed),
                (Matter::Duty { .. }, false) if owed.due().is_some() => later += 1,
                (Matter::Duty { .. }, false) => unknown += 1,
            }
        }
        for line in self.duty_lines(&duties).lines() {
            let label = text!("事项：", "duty: ");
            let _ = writeln!(lines, "  {}{line}", label.get(lang));
        }
        if done + later + unknown > 0 {
            let words = text!(
                "其他事项：已完成 {done}，未到期 {later}，日期未知 {unknown}",
                "other duties: {done} done, {later} later, {unknown} of unknown date"
            );
            let _ = writeln!(lines, "  {}", words.get(lang));
        }
        lines
    }

    /// Returns a block for a notice: what is wrong, until when, and what to type.
    pub fn notice_block(self, owed: &Owed<'_>) -> String {
        let Matter::Notice {
            notice,
            state,
            order,
            ..
        } = &owed.matter
        else {
            return String::new();
        };
        let lang = self.manner.lang;
        let mut block = String::new();
        let head = [
            Tone::Name
                .paint(notice.id.as_str(), self.color)
                .into_owned(),
            Tone::Action
                .paint(title(owed).get(lang), self.color)
                .into_owned(),
            state.label().get(lang).to_owned(),
            about(owed, self.manner),
            clean(spoken(notice.provider.as_deref().unwrap_or_default()).get(lang)).into_owned(),
        ];
        let head: Vec<String> = head.into_iter().filter(|w| !w.is_empty()).collect();
        let _ = writeln!(block, "{}", head.join("  "));
        let mut line = |label: Text, value: &str| board::line(&mut block, &label, value, lang);
        if !owed.is_settled() {
            let due = when(owed, self.now);
            line(text!("期限", "until"), due.get(lang));
        }
        if let notice::State::Resolved { at, by } = state {
            let (at, by) = (at.to_minute(), by.label());
            line(
                text!("完成", "resolved"),
                text!("{at}（{by}）", "{at} ({by})", by).get(lang),
            );
        }
        if let Some(words) = &notice.text {
            let words = people::of_subject(owed.subject).mask(words, self.manner.privacy);
            line(text!("内容", "text"), &words);
        }
        if let Some((order, status)) = order {
            let (id, label) = (&order.id, status.label());
            line(
                text!("订单", "order"),
                text!("{id}（{label}）", "{id} ({label})", label).get(lang),
            );
        }
        let next = notice_next(owed.subject, notice, state, order.map(|(order, _)| order));
        let next: Vec<String> = next.into_iter().take(1).collect();
        block + &board::commands(&next, "    ", lang, self.color)
    }

    /// Returns lines of duties, nearest first; many overdue ones of one kind share a line.
    fn duty_lines(self, duties: &[&Owed<'_>]) -> String {
        let lang = self.manner.lang;
        let mut page = String::new();
        let mut overdue: BTreeMap<&str, Vec<&Owed<'_>>> = BTreeMap::new();
        for owed in duties.iter().copied().filter(|owed| owed.is_overdue()) {
            if let Matter::Duty { duty, .. } = &owed.matter {
                overdue.entry(&duty.id).or_default().push(owed);
            }
        }
        overdue.retain(|_, alike| alike.len() > ALIKE);
        for duty in duty::Duty::all() {
            let alike = overdue.get(duty.id.as_str());
            let Some((count, first)) = alike.and_then(|a| Some((a.len(), a.first()?))) else {
                continue;
            };
            let number = first.number();
            let words = text!(
                "{title}  {count} 项已超期，最早的是 {number}：icpctl duty list --overdue",
                "{title}  {count} overdue, the first {number}: icpctl duty list --overdue",
                title = &duty.title
            );
            let line = Tone::Against
                .paint(words.get(lang), self.color)
                .into_owned();
            let _ = writeln!(page, "{line}");
        }
        let single: Vec<&&Owed<'_>> = duties
            .iter()
            .filter(|owed| match &owed.matter {
                Matter::Duty { duty, .. } => {
                    !owed.is_overdue() || !overdue.contains_key(duty.id.as_str())
                }
                Matter::Notice { .. } => false,
            })
            .collect();
        for owed in single.iter().take(LINES) {
            page += &self.line(owed);
        }
        page + &more(single.len(), "icpctl duty list", lang)
    }

    /// Returns the line of something owed: until when, what, and for what.
    fn line(self, owed: &Owed<'_>) -> String {
        let lang = self.manner.lang;
        let tone = if owed.is_overdue() {
            Tone::Against
        } else {
            Tone::Plain
        };
        let date = when(owed, self.now);
        format!(
            "{}  {}  {}\n",
            tone.paint(date.get(lang), self.color),
            title(owed).get(lang),
            about(owed, self.manner),
        )
    }
}

/// Whether a duty stands on the morning's screen: asked for by its date, else pressing.
fn is_shown(owed: &Owed<'_>, filters: &Filters, now: Instant) -> bool {
    filters.asks_for_due() || owed.is_pressing(now)
}

/// Whether the morning's screen lists something by itself: an open notice, or a duty that is shown.
fn is_listed(owed: &Owed<'_>, filters: &Filters, now: Instant) -> bool {
    !owed.is_settled()
        && match owed.matter {
            Matter::Notice { .. } => true,
            Matter::Duty { .. } => is_shown(owed, filters, now),
        }
}

fn more(count: usize, command: &str, lang: Lang) -> String {
    match count.checked_sub(LINES) {
        None | Some(0) => String::new(),
        Some(left) => {
            let words = text!("另有 {left} 项：{command}", "and {left} more: {command}");
            format!("{}\n", words.get(lang))
        }
    }
}

/// Lists what is pressing as warnings: code, words and number, nearest date first; many are cut.
pub fn warnings(
    all: &[Owed<'_>],
    filters: &Filters,
    now: Instant,
) -> Vec<(&'static str, Text, Option<String>)> {
    let pressing: Vec<&Owed<'_>> = all
        .iter()
        .filter(|owed| is_listed(owed, filters, now))
        .collect();
    let mut found: Vec<_> = pressing
        .iter()
        .take(WARNINGS)
        .map(|owed| {
            let code = match (&owed.matter, owed.is_overdue()) {
                (Matter::Notice { .. }, false) => "notice-open",
                (Matter::Notice { .. }, true) => "notice-overdue",
                (Matter::Duty { .. }, false) => "duty-due",
                (Matter::Duty { .. }, true) => "duty-overdue",
            };
            let (title, when) = (title(owed), when(owed, now));
            let words = text!("{title}：{when}", "{title}: {when}", title, when);
            (code, words, Some(owed.number()))
        })
        .collect();
    if let Some(left) = pressing.len().checked_sub(WARNINGS).filter(|n| *n > 0) {
        found.push((
            "duty-due",
            text!(
                "另有 {left} 项整改通知和备案后事项：icpctl notice list，icpctl duty list",
                "and {left} more among notices and duties: icpctl notice list, icpctl duty list"
            ),
            None,
        ));
    }
    found
}
