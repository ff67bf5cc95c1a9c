//! Orders as people read them: the words of lists and pages.

use super::order::{Desk, Manner, subject_name};
use crate::cli::context::Context;
use crate::filing::deadline::Deadline;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::limit::Due;
use crate::filing::order::{Order, Signatory};
use crate::filing::profile::Profiles;
use crate::filing::standing::{SmsWindow, View};
use crate::filing::status::Bucket;
use crate::lang::{Lang, Text};
use crate::render::Delivery;
use crate::render::brief::brief;
use crate::render::clean::clean;
use crate::render::room::Room;
use crate::render::sheet::{RowOf, Sheet, print_rows};
use crate::render::style::{Color, Tone};
pub use crate::store::roll::about;
use crate::text;
use chrono::TimeDelta;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The columns of orders; labels are added by their keys.
pub const FIELDS: [&str; 88] = [
    "id",
    "kind",
    "status",
    "bucket",
    "label",
    "presumed",
    "provider",
    "provider_label",
    "account",
    "ref",
    "labels",
    "target.subject",
    "target.name",
    "target.services.number",
    "target.services.kind",
    "target.services.name",
    "target.services.domains",
    "target.service",
    "target.domain",
    "via",
    "verify_by",
    "changes.field",
    "changes.service",
    "changes.from",
    "changes.to",
    "services.number",
    "services.kind",
    "services.name",
    "services.domains",
    "materials.slot",
    "materials.file",
    "materials.service",
    "materials.hash",
    "materials.media_type",
    "materials.size",
    "papers.label",
    "papers.field",
    "papers.slots",
    "papers.wanted",
    "papers.files",
    "papers.done",
    "papers.fill",
    "awaiting.who",
    "awaiting.service",
    "awaiting.name",
    "awaiting.phone",
    "awaiting.verified_at",
    "deadline.at",
    "deadline.kind",
    "deadline.provisional",
    "deadline.overdue",
    "estimate.earliest",
    "estimate.latest",
    "estimate.basis",
    "estimate.samples",
    "estimate.provisional",
    "next",
    "impact.code",
    "impact.services",
    "impact.domains",
    "impact.providers",
    "impact.message",
    "reasons",
    "after",
    "blocked_by",
    "revision",
    "created_at",
    "submitted_at",
    "ended_at",
    "updated_at",
    "history.at",
    "history.recorded_at",
    "history.event",
    "history.from",
    "history.to",
    "history.by",
    "history.actor",
    "history.op",
    "history.reason",
    "history.who",
    "history.accepted",
    "history.undoes",
    "history.anomaly",
    "history.numbers",
    "history.edits",
    "history.edits.field",
    "history.edits.from",
    "history.edits.to",
];

/// Returns the columns of these documents of orders: those that any order can have, not only those
/// that the first one has.
pub fn fields(documents: &[Value]) -> Vec<String> {
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    let mut more: Vec<String> = Vec::new();
    for document in documents {
        let labels = document["labels"].as_object().into_iter().flatten();
        keys.extend(labels.map(|(key, _)| key.as_str()));
        let services = document["services"].as_array().into_iter().flatten();
        for path in services.flat_map(crate::render::fields::paths) {
            let path = format!("services.{path}");
            if !FIELDS.contains(&path.as_str()) && !more.contains(&path) {
                more.push(path);
            }
        }
    }
    FIELDS
        .iter()
        .flat_map(|field| match *field {
            "labels" if !keys.is_empty() => {
                keys.iter().map(|key| format!("labels.{key}")).collect()
            }
            "services.domains" => {
                let mut fields = vec![(*field).to_owned()];
                fields.append(&mut more);
                fields
            }
            "history.edits" => Vec::new(),
            other => vec![other.to_owned()],
        })
        .collect()
}

/// Returns a length of time in words, its two greatest units.
pub fn span(length: TimeDelta) -> Text {
    let (days, hours) = (length.num_days(), length.num_hours());
    let minutes = length.num_minutes();
    let (of_day, of_hour) = (hours % 24, minutes % 60);
    if days >= 2 && of_day > 0 {
        text!("{days} 天 {of_day} 小时", "{days} d {of_day} h")
    } else if days >= 2 {
        text!("{days} 天", "{days} d")
    } else if hours >= 1 && of_hour > 0 {
        text!("{hours} 小时 {of_hour} 分", "{hours} h {of_hour} min")
    } else if hours >= 1 {
        text!("{hours} 小时", "{hours} h")
    } else if minutes >= 1 {
        text!("{minutes} 分", "{minutes} min")
    } else {
        text!("不到 1 分钟", "under 1 min")
    }
}

/// Says within a sentence that a limit may still be moved by a calendar that is not published yet.
pub fn if_provisional(due: &Due) -> Text {
    if due.provisional {
        text!("，暂定", ", provisional")
    } else {
        Text::default()
    }
}

/// Returns how much time a deadline leaves.
pub fn remaining(deadline: &Deadline, now: Instant) -> Text {
    let words = span((deadline.due.at() - now).abs());
    let mark = if deadline.due.provisional {
        text!("（暂定）", " (provisional)")
    } else {
        Text::default()
    };
    if deadline.due.overdue {
        text!("已超期 {words}{mark}", "{words} overdue{mark}", words, mark)
    } else {
        text!("剩余 {words}{mark}", "{words} left{mark}", words, mark)
    }
}

/// Returns a deadline whole: until when, what for, and how much time that leaves.
pub fn until(deadline: &Deadline, now: Instant) -> Text {
    let at = deadline.due.at().to_minute();
    let kind = deadline.kind.label();
    text!(
        "{at}（{kind}，{left}）",
        "{at} ({kind}, {left})",
        left = remaining(deadline, now),
        kind
    )
}

/// Returns the status in words; one that the clock presumes says so.
pub fn status(view: &View) -> Text {
    let label = view.status().label();
    if view.is_presumed() {
        text!("{label}（推定）", "{label} (presumed)", label)
    } else {
        label
    }
}

/// Returns what a status means for the operator.
pub fn tone(view: &View) -> Tone {
    let status = view.status();
    if status.is_against() {
        return Tone::Against;
    }
    match status.bucket() {
        Bucket::Action => Tone::Action,
        Bucket::Approved => Tone::Approved,
        Bucket::Waiting | Bucket::Closed => Tone::Plain,
    }
}

/// Returns the name of an order's subject as it may be shown.
pub fn holder(desk: &Desk<'_>, order: &Order, manner: Manner) -> String {
    order
        .subject_name()
        .map(|name| subject_name(name, desk.is_individual(order), manner.privacy))
        .unwrap_or_default()
}

/// Returns those who still have to answer the SMS, each with the part they play.
pub fn awaited(order: &Order, view: &View, manner: Manner) -> Vec<String> {
    view.standing
        .window
        .iter()
        .flat_map(SmsWindow::outstanding)
        .map(|signatory| person(order, signatory, manner))
        .collect()
}

/// Returns the parts that somebody who answers the SMS plays.
pub fn parts(order: &Order, signatory: &Signatory, lang: Lang) -> String {
    let parts = signatory.who.iter().map(|who| order.who_label(*who));
    Text::joined(parts, "、", ", ").take(lang).into_owned()
}

fn person(order: &Order, signatory: &Signatory, manner: Manner) -> String {
    let parts = parts(order, signatory, manner.lang);
    let name = signatory.name.as_deref().map(|n| manner.privacy.name(n));
    let phone = signatory.phone.as_deref().map(|p| manner.privacy.phone(p));
    [Some(parts.into()), name, phone]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// One row of a table of orders.
#[derive(Debug)]
pub struct Row<'a> {
    /// The order's id.
    pub id: &'a str,
    /// Where it stands.
    pub view: &'a View,
    /// What it applies for.
    pub kind: Kind,
    /// Its nearest limit.
    pub deadline: Option<Deadline>,
    /// What it is about.
    pub about: &'a str,
    /// The name of its subject, as it may be shown.
    pub holder: &'a str,
    /// Who it goes through.
    pub provider: Text,
    /// The caller's key for it.
    pub reference: &'a str,
}

/// The header of a table of orders.
pub fn header() -> [Text; 8] {
    [
        text!("订单", "Order"),
        text!("状态", "Status"),
        text!("类型", "Kind"),
        text!("期限", "Deadline"),
        text!("对象", "Target"),
        text!("主体", "Subject"),
        text!("接入商", "Provider"),
        text!("ref", "Ref"),
    ]
}

/// How the columns give way on a narrow terminal.
const ROOMS: [Room; 8] = [
    Room::Whole,
    Room::Whole,
    Room::Aside,
    Room::Wraps,
    Room::Whole,
    Room::Shortens,
    Room::Aside,
    Room::Shortens,
];

impl<'a> Row<'a> {
    /// Returns its cells, in the order of the header.
    pub fn cells(self, now: Instant, lang: Lang) -> [(Tone, Cow<'a, str>); 8] {
        let left = self.deadline.map_or((Tone::Plain, "".into()), |deadline| {
            let tone = if deadline.due.overdue {
                Tone::Against
            } else {
                Tone::Plain
            };
            (tone, remaining(&deadline, now).take(lang))
        });
        let plain = |text: &'a str| (Tone::Plain, Cow::Borrowed(text));
        [
            (Tone::Name, Cow::Borrowed(self.id)),
            (tone(self.view), status(self.view).take(lang)),
            (Tone::Plain, self.kind.label().take(lang)),
            left,
            plain(self.about),
            plain(self.holder),
            (Tone::Plain, self.provider.take(lang)),
            (Tone::Plain, brief(self.reference, lang)),
        ]
    }
}

/// Lays orders down, and returns their places.
pub fn lay(sheet: &mut Sheet, desk: &Desk<'_>, orders: &[&Order], manner: Manner) -> Vec<u32> {
    let lay = |order: &&Order| {
        let row = Row {
            id: order.id.as_str(),
            view: &desk.view(order),
            kind: order.kind,
            deadline: desk.deadline(order),
            about: &about(order),
            holder: &holder(desk, order, manner),
            provider: provider(desk, order),
            reference: order.reference.as_deref().unwrap_or_default(),
        };
        sheet.lay(row.cells(desk.world.now, manner.lang))
    };
    orders.iter().filter_map(lay).collect()
}

/// Returns a table of a few orders.
pub fn text(cx: &Context<'_>, desk: &Desk<'_>, orders: &[&Order], manner: Manner) -> String {
    let mut sheet = Sheet::default();
    let places = lay(&mut sheet, desk, orders, manner);
    let rows = places.iter().map(|place| sheet.row(*place));
    let mut text = Vec::new();
    // Writing to memory never fails.
    let (width, color) = (cx.width(), cx.color());
    let _ = print_rows(&mut text, &header(), &ROOMS, rows, cx.lang, width, color);
    String::from_utf8_lossy(&text).into_owned()
}

/// Prints rows under the header of orders.
///
/// # Errors
/// When they cannot be printed.
pub fn print<'s>(
    cx: &mut Context<'_>,
    rows: impl Iterator<Item = RowOf<'s>> + Clone,
) -> std::io::Result<Delivery> {
    let (width, color) = (cx.width(), cx.color());
    print_rows(cx.out, &header(), &ROOMS, rows, cx.lang, width, color)
}

/// Returns who an order goes through, in words.
pub fn provider(desk: &Desk<'_>, order: &Order) -> Text {
    provider_of(&desk.world.profiles, order.provider.as_deref())
}

/// Returns a provider in words; without one, a written application.
pub fn provider_of(profiles: &Profiles, provider: Option<&str>) -> Text {
    match provider {
        None => profiles.for_order(None).title.clone(),
        Some(name) => profiles
            .known(name)
            .map_or_else(|| Text::verbatim(name.to_owned()), |p| p.title.clone()),
    }
}

/// Returns a checklist of papers, as the order's document lists them.
pub fn papers(list: &[Value]) -> Vec<String> {
    list.iter()
        .map(|item| {
            let mark = if item["done"] == true { "[x]" } else { "[ ]" };
            let files = item["files"].as_array().into_iter().flatten();
            let files: Vec<&str> = files.filter_map(Value::as_str).collect();
            let label = item["label"].as_str().unwrap_or_default();
            format!("{mark} {label}  {}", files.join("  "))
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// Writes a line of a block: a label and what it is of.
pub fn line(page: &mut String, label: &Text, value: &str, lang: Lang) {
    let (label, value) = (label.get(lang), clean(value));
    // Writing to a String never fails.
    let _ = match lang {
        Lang::Zh => writeln!(page, "    {label}：{value}"),
        Lang::En => writeln!(page, "    {label}: {value}"),
    };
}

/// Returns commands to type, one a line, under a label.
pub fn commands(list: &[String], indent: &str, lang: Lang, color: Color) -> String {
    let label = text!("下一步：", "next: ");
    let mut lines = String::new();
    for command in list {
        let label = label.get(lang);
        let command = clean(command);
        let command = Tone::Name.paint(&command, color);
        // Writing to a String never fails.
        let _ = writeln!(lines, "{indent}{label}{command}");
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::filing::deadline::DeadlineKind;
    use crate::filing::limit::End;

    #[test]
    fn lengths_keep_their_two_greatest_units() {
        let words = |seconds| span(TimeDelta::seconds(seconds));
        assert_eq!(words(59).zh, "不到 1 分钟");
        assert_eq!(words(60).en, "1 min");
        assert_eq!(words(76_440).zh, "21 小时 14 分");
        assert_eq!(words(86_400).en, "24 h");
        assert_eq!(words(172_799).en, "47 h 59 min");
        assert_eq!(words(172_800).zh, "2 天");
        assert_eq!(words(200_000).en, "2 d 7 h");
    }

    #[test]
    fn a_deadline_says_how_far_off_or_past_it_is() {
        let at: Instant = "2026-11-23T10:10:00+08:00".parse().unwrap();
        let deadline = Deadline {
            kind: DeadlineKind::SmsVerification,
            due: Due {
                opens: at.day(),
                end: End::Before(at),
                provisional: false,
                overdue: false,
            },
        };
        let before = at - TimeDelta::minutes(90);
        assert_eq!(
            until(&deadline, before).zh,
            "2026-11-23 10:10（短信核验，剩余 1 小时 30 分）"
        );
        let past = Deadline {
            due: Due {
                overdue: true,
                provisional: true,
                ..deadline.due
            },
            ..deadline
        };
        assert_eq!(
            remaining(&past, at + TimeDelta::days(3)).en,
            "3 d overdue (provisional)"
        );
    }
}
