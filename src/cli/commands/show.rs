//! `show`: everything about one order.

use crate::cli::context::Context;
use crate::cli::documents::board;
use crate::cli::documents::order::{Desk, Manner};
use crate::cli::parser;
use crate::cli::parser::orders::{one_order, order_words};
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::filing::number::ServiceNumber;
use crate::filing::order::{Entry, Order};
use crate::filing::standing::effective;
use crate::filing::status::Status;
use crate::knowledge;
use crate::lang::{Lang, Text};
use crate::render::clean::clean;
use crate::render::mask::Privacy;
use crate::render::room::Room;
use crate::render::style::{Color, Tone};
use crate::render::table::{Cell, Table, key_values};
use crate::text;
use crate::workflow::resolve;
use clap::{ArgMatches, Command};
use serde_json::Value;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(one_order(lang).required(true))
}

/// Shows one order.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let named = parser::word(matches, "order");
    let world = cx.world_of_orders(order_words(matches))?;
    let order = resolve::order(&world.book, named)?;
    let mut desk = Desk::new(&world);
    cx.judge(&mut desk, [order]);
    let document = desk.document(order, cx.manner());
    Ok(Reply {
        human: page(cx, &desk, order, &document),
        known: board::fields(std::slice::from_ref(&document)),
        ..Reply::new(answer::ORDER, document)
    })
}

/// Returns the page of one order, of which `document` tells what is listed the same way.
fn page(cx: &Context<'_>, desk: &Desk<'_>, order: &Order, document: &Value) -> String {
    let (lang, color) = (cx.lang, cx.color());
    let manner = cx.manner();
    let view = desk.view(order);
    let heading = [
        Tone::Name.paint(order.id.as_str(), color).into_owned(),
        order.kind.label().get(lang).to_owned(),
        board::tone(&view)
            .paint(board::status(&view).get(lang), color)
            .into_owned(),
    ];
    let mut page = heading.join("  ") + "\n\n";
    page += &key_values(&facts(desk, order, cx), lang, color);
    let section = |title: Text, lines: Vec<String>| {
        if lines.is_empty() {
            return String::new();
        }
        let lines: Vec<String> = lines.iter().map(|l| format!("  {}\n", clean(l))).collect();
        format!("\n{}\n{}", title.get(lang), lines.concat())
    };
    page += &section(
        if view.is_presumed() {
            text!("未见核验的人员", "No answer to the SMS from")
        } else {
            text!("须核验的人员", "Must answer the SMS")
        },
        board::awaited(order, &view, manner),
    );
    page += &section(
        text!("驳回原因", "Why it came back"),
        desk.reasons(order, manner.privacy),
    );
    page += &section(
        text!("受阻原因", "What holds it back"),
        desk.held_back(order)
            .map(|reason| reason.get(lang).to_owned())
            .into_iter()
            .collect(),
    );
    page += &section(
        text!("注销材料", "Papers"),
        board::papers(&desk.papers(order, manner)),
    );
    page += &section(
        text!("通过后的影响", "What its approval does"),
        desk.impact(order)
            .iter()
            .map(|impact| impact.message().get(lang).to_owned())
            .collect(),
    );
    page += &section(
        text!("变更内容", "What changes"),
        changes(&document["changes"], lang),
    );
    let next = desk.next(order);
    if !next.is_empty() {
        page += "\n";
        page += &board::commands(&next, "", lang, color);
    }
    page += "\n";
    page += &history(desk, order, manner, cx.width(), color);
    page
}

/// Names the services that an order is about, by their numbers where they have any, and those asked for
/// that the bureau refused.
fn services(order: &Order) -> (Vec<String>, Vec<String>) {
    let numbered = |number: &ServiceNumber, name: Option<&str>| {
        let name = name.unwrap_or_default();
        format!("{number} {name}").trim().to_owned()
    };
    let filed = order.target.services.iter();
    let mut services: Vec<String> = filed
        .map(|s| numbered(&s.number, s.name.as_deref()))
        .collect();
    let mut refused = Vec::new();
    let issued = order.brought().map(|approval| approval.services.as_slice());
    let issued = issued.unwrap_or_default();
    for (place, service) in order.filing.services.iter().enumerate() {
        match issued.get(place).map(|issued| &issued.number) {
            Some(Some(number)) => services.push(numbered(number, service.name.as_deref())),
            Some(None) => refused.extend(service.name.clone()),
            None => services.extend(service.name.clone()),
        }
    }
    (services, refused)
}

/// Lists what is known of an order, each under its label.
fn facts(desk: &Desk<'_>, order: &Order, cx: &Context<'_>) -> Vec<(Text, Cell)> {
    let manner = cx.manner();
    let view = desk.view(order);
    let status = view.status();
    let now = desk.world.now;
    let mut rows: Vec<(Text, Cell)> = Vec::new();
    let mut row = |label: Text, value: Option<Text>| {
        if let Some(value) = value.filter(|v| !v.zh.is_empty()) {
            rows.push((label, Cell::new(value)));
        }
    };
    let joined = |list: Vec<String>| Text::list(&list);
    let subject = order.subject().map(|number| number.to_string());
    let name = board::holder(desk, order, manner);
    let subject: Vec<String> = subject
        .into_iter()
        .chain(Some(name).filter(|n| !n.is_empty()))
        .collect();
    row(
        text!("主体", "Subject"),
        Some(Text::verbatim(subject.join("  "))),
    );
    let (services, refused) = services(order);
    row(text!("服务", "Services"), Some(joined(services)));
    row(text!("管局未通过", "Refused"), Some(joined(refused)));
    let domains = order.domains().iter().map(ToString::to_string).collect();
    row(text!("域名", "Domains"), Some(joined(domains)));
    row(
        text!("接入商", "Provider"),
        Some(through(desk, order, status, manner)),
    );
    row(
        text!("核验方式", "Verified by"),
        order.verify_by.map(crate::filing::kind::VerifyBy::label),
    );
    row(
        text!("期限", "Until"),
        desk.deadline(order).map(|d| board::until(&d, now)),
    );
    row(
        text!("预计通过", "Expected"),
        desk.estimate(order).map(|e| {
            let (from, to) = (e.earliest, e.latest);
            text!(
                "{from} 至 {to}（依据：{basis}）",
                "{from} to {to} (by {basis})",
                basis = e.basis.label()
            )
        }),
    );
    row(text!("等待", "Whose move"), status.whose_move());
    row(
        text!("ref", "Ref"),
        order.reference.clone().map(Text::verbatim),
    );
    let labels = desk.labels(order);
    let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
    row(text!("标签", "Labels"), Some(joined(labels.collect())));
    row(
        text!("前置订单", "After"),
        order.after.as_ref().map(|id| Text::verbatim(id.as_str())),
    );
    let attached = order.materials.iter().map(|material| {
        let (file, slot) = (cx.globals.privacy.file_name(&material.file), &material.slot);
        text!("{file}（{slot}）", "{file} ({slot})")
    });
    let attached = Text::joined(attached, "、", ", ");
    row(text!("材料", "Materials"), Some(attached));
    rows
}

/// Returns the provider that an order goes through, with the account and its own word for where the
/// order stands.
fn through(desk: &Desk<'_>, order: &Order, status: Status, manner: Manner) -> Text {
    let title = board::provider(desk, order);
    let profile = desk.world.profiles.for_order(order.provider.as_deref());
    let account = order.account.as_deref();
    let account = account.map(|account| manner.privacy.account(account));
    match (profile.status_label(status), account) {
        (Some(label), None) => text!(
            "{title}（其状态：{label}）",
            "{title} (there: {label})",
            title
        ),
        (Some(label), Some(account)) => text!(
            "{title}，账号 {account}（其状态：{label}）",
            "{title}, account {account} (there: {label})",
            title
        ),
        (None, Some(account)) => text!(
            "{title}，账号 {account}",
            "{title}, account {account}",
            title
        ),
        (None, None) => title,
    }
}

/// Lists the fields of a change, personal ones masked.
fn changes(changes: &Value, lang: Lang) -> Vec<String> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => text!("（空）", "(nothing)").get(lang).to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let changes = changes.as_array().into_iter().flatten();
    changes
        .map(|c| {
            let part = if c["service"].is_null() {
                "subject"
            } else {
                "services"
            };
            let field = words(&c["field"]);
            let known = knowledge::field(&format!("{part}.{field}"));
            let label = known.map_or(field.as_str(), |known| known.label.get(lang));
            let (from, to) = (words(&c["from"]), words(&c["to"]));
            let line = text!("{label}：{from} → {to}", "{label}: {from} → {to}");
            line.get(lang).to_owned()
        })
        .collect()
}

/// Returns the table of what happened, oldest first; undone entries say so.
fn history(
    desk: &Desk<'_>,
    order: &Order,
    manner: Manner,
    width: Option<u16>,
    color: Color,
) -> String {
    let counted = effective(&order.history);
    let mut table = Table::new(vec![
        text!("时间", "At"),
        text!("事件", "Event"),
        text!("状态", "Status"),
        text!("操作人", "Actor"),
        text!("说明", "Remarks"),
    ])
    .rooms(&[
        Room::Whole,
        Room::Aside,
        Room::Aside,
        Room::Shortens,
        Room::Wraps,
    ]);
    for entry in &order.history {
        let is_counted = counted.iter().any(|e| std::ptr::eq(*e, entry));
        table.row(vec![
            Cell::verbatim(entry.at.to_minute()),
            Cell::new(entry.event.label()),
            Cell::new(entry.to.label()),
            Cell::verbatim(entry.actor.clone().unwrap_or_default()),
            Cell::new(remarks(desk, order, entry, is_counted, manner.privacy)),
        ]);
    }
    table.render(manner.lang, width, color)
}

fn remarks(
    desk: &Desk<'_>,
    order: &Order,
    entry: &Entry,
    is_counted: bool,
    privacy: Privacy,
) -> Text {
    let mut words: Vec<Text> = Vec::new();
    if entry.anomaly {
        words.push(text!(
            "与当时状态不符，未生效",
            "did not fit: moved nothing"
        ));
    } else if let Some(op) = &entry.undoes {
        words.push(text!("撤消 {op}", "undoes {op}"));
    } else if !is_counted {
        words.push(text!("已撤消", "undone"));
    }
    if !entry.who.is_empty() {
        let who = entry.who.iter().map(|who| order.who_label(*who));
        words.push(Text::joined(who, "、", ", "));
    }
    let reason = entry.reason.as_deref();
    words.extend(reason.map(|r| Text::verbatim(desk.told(r, order, privacy))));
    Text::joined(words, "；", "; ")
}
