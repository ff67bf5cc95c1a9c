//! How `verify` shows what was found, to people and to machines.

use super::SCHEMA;
use crate::cli::context::Context;
use crate::cli::documents::board;
use crate::cli::reply::Reply;
use crate::evidence::Found;
use crate::filing::evidence::case::About;
use crate::filing::evidence::{Fact, Finding, Source, Stance, Verdict};
use crate::filing::instant::Instant;
use crate::filing::number::ServiceNumber;
use crate::filing::order::OrderId;
use crate::lang::{Lang, Text};
use crate::render::mask::{Privacy, is_an_organisation};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One thing that was asked about, with all answers.
#[derive(Debug)]
pub struct Verified {
    /// What.
    pub about: About,
    /// The services that hold it.
    pub services: Vec<ServiceNumber>,
    /// The orders about it.
    pub orders: Vec<OrderId>,
    /// What was found.
    pub found: Vec<Found>,
    /// What that says about our records.
    pub findings: Vec<Finding>,
    /// Whether it belongs to something beside which observations are kept.
    pub is_kept: bool,
}

impl Verified {
    /// How all of it stands to our records: the worst of its findings.
    fn stance(&self) -> Option<Stance> {
        [
            Stance::Conflict,
            Stance::Unknown,
            Stance::Notice,
            Stance::Agrees,
        ]
        .into_iter()
        .find(|stance| {
            self.findings
                .iter()
                .any(|finding| finding.stance == *stance)
        })
    }
}

/// The columns of a table.
const FIELDS: [&str; 8] = [
    "about", "kind", "stance", "services", "orders", "kept", "findings", "facts",
];

/// Shows everything that was found.
pub fn reply(cx: &Context<'_>, verified: &[Verified]) -> Reply {
    let data = verified.iter().map(|one| document(cx, one)).collect();
    let human: Vec<String> = verified.iter().map(|one| block(cx, one)).collect();
    let mut reply = Reply::list(SCHEMA, &FIELDS, data);
    if verified.is_empty() {
        return reply.say(text!(
            "没有可查验的备案或订单",
            "there is nothing to verify"
        ));
    }
    for one in verified.iter().filter(|one| !one.is_kept) {
        let about = one.about.shown();
        reply = reply.say(text!(
            "{about} 不在备案和订单中，观察结果没有保存",
            "{about} is neither filed nor ordered here: what was found is not kept"
        ));
    }
    reply.human(human.join("\n"))
}

fn document(cx: &Context<'_>, one: &Verified) -> Value {
    let (kind, about) = match &one.about {
        About::Domain(host) => ("domain", host.as_str().to_owned()),
        About::Service(number) => ("service", number.to_string()),
    };
    let findings: Vec<Value> = one
        .findings
        .iter()
        .map(|finding| {
            json!({
                "topic": finding.topic.name(),
                "stance": finding.stance.name(),
                "about": finding.about,
                "message": finding.message.get(cx.lang),
                "rule": finding.rule,
                "next": finding.next,
                "sources": finding.sources.iter().map(|s| s.name()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let facts: Vec<Value> = one.found.iter().map(|found| fact(cx, found)).collect();
    json!({
        "about": about,
        "kind": kind,
        "stance": one.stance().map(Stance::name),
        "services": one.services,
        "orders": one.orders,
        "kept": one.is_kept,
        "findings": findings,
        "facts": facts,
    })
}

fn fact(cx: &Context<'_>, found: &Found) -> Value {
    let fact = &found.fact;
    json!({
        "claim": fact.claim.name(),
        "about": fact.about,
        "verdict": fact.verdict.name(),
        "reason": fact.reason,
        "values": values(fact, cx.globals.privacy),
        "source": fact.source.name(),
        "from": fact.from,
        "at": fact.at.to_rfc3339(),
        "age_seconds": age(fact.at, cx.now),
        "cached": found.cached,
        "raw": fact.raw,
    })
}

fn age(at: Instant, now: Instant) -> i64 {
    (now - at).num_seconds().max(0)
}

/// Returns a fact's values; what may be the name of a natural person is masked.
fn values(fact: &Fact, privacy: Privacy) -> Vec<String> {
    let shown = fact.values.iter().map(|value| {
        if fact.claim.is_personal() && !is_an_organisation(value) {
            privacy.name(value).into_owned()
        } else {
            value.clone()
        }
    });
    shown.collect()
}

const fn tone(stance: Stance) -> Tone {
    match stance {
        Stance::Agrees => Tone::Approved,
        Stance::Conflict => Tone::Against,
        Stance::Notice => Tone::Action,
        Stance::Unknown => Tone::Plain,
    }
}

const fn label(stance: Stance) -> Text {
    match stance {
        Stance::Agrees => Text::fixed("相符", "agrees"),
        Stance::Conflict => Text::fixed("矛盾", "conflict"),
        Stance::Notice => Text::fixed("注意", "notice"),
        Stance::Unknown => Text::fixed("未知", "unknown"),
    }
}

const fn said(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Yes => Text::fixed("是", "yes"),
        Verdict::No => Text::fixed("否", "no"),
        Verdict::Unknown => Text::fixed("未知", "unknown"),
    }
}

const fn source(source: Source) -> Text {
    match source {
        Source::Dns => Text::fixed("DNS", "DNS"),
        Source::Page => Text::fixed("网页", "page"),
        Source::Rdap => Text::fixed("RDAP", "RDAP"),
        Source::Whois => Text::fixed("WHOIS", "WHOIS"),
        Source::Record => Text::fixed("公开记录", "record"),
        Source::Alibaba => Text::fixed("阿里云账号", "alibaba"),
        Source::AlibabaCdn => Text::fixed("阿里云 CDN", "alibaba-cdn"),
        Source::Tencent => Text::fixed("腾讯云", "tencent"),
    }
}

/// Returns what people read about one thing: the findings, then the facts beneath them.
fn block(cx: &Context<'_>, one: &Verified) -> String {
    let lang = cx.lang;
    let color = cx.color();
    let mut head = Tone::Name.paint(&one.about.shown(), color).into_owned();
    let services = one.services.iter().map(ToString::to_string);
    let services: Vec<String> = services.filter(|n| *n != one.about.shown()).collect();
    let orders: Vec<String> = one.orders.iter().map(ToString::to_string).collect();
    let holds = [services, orders].concat().join(", ");
    if !holds.is_empty() {
        let _ = write!(head, "  {holds}");
    }
    let mut page = format!("{head}\n");
    for finding in &one.findings {
        let mark = label(finding.stance);
        let mark = tone(finding.stance)
            .paint(mark.get(lang), color)
            .into_owned();
        let words = finding.message.get(lang);
        let topic = finding.topic.name();
        let _ = writeln!(page, "  {mark}  {words} [{topic}]");
        for command in &finding.next {
            let _ = writeln!(page, "        {command}");
        }
    }
    let mut table = Table::new(vec![
        text!("事实", "Fact"),
        text!("对象", "About"),
        text!("结论", "Verdict"),
        text!("内容", "Values"),
        text!("来源", "Source"),
        text!("时间", "When"),
    ]);
    for found in &one.found {
        let fact = &found.fact;
        let values = values(fact, cx.globals.privacy).join(", ");
        let reason = fact.why().take(lang).into_owned();
        let content = match (reason.is_empty(), values.is_empty()) {
            (true, _) => values,
            (false, true) => reason,
            (false, false) => format!("{reason}: {values}"),
        };
        table.row(vec![
            Cell::new(fact.claim.label()),
            Cell::verbatim(fact.about.clone()),
            Cell::new(said(fact.verdict)),
            Cell::verbatim(content),
            Cell::new(source(fact.source)),
            Cell::new(when(fact.at, found.cached, cx.now)),
        ]);
    }
    if !one.found.is_empty() {
        page.push_str(&table.render(lang, cx.width(), color));
    }
    if cx.globals.verbose {
        page.push_str(&excerpts(one, lang));
    }
    page
}

fn when(at: Instant, cached: bool, now: Instant) -> Text {
    let clock = at.to_minute();
    if !cached {
        return text!("{clock}", "{clock}");
    }
    let age = board::span(now - at);
    text!(
        "{clock}（缓存，{age}前）",
        "{clock} (remembered, {age} old)",
        age
    )
}

/// Returns who said what, word for word.
fn excerpts(one: &Verified, lang: Lang) -> String {
    let mut page = String::new();
    for found in &one.found {
        let fact = &found.fact;
        let Some(raw) = &fact.raw else { continue };
        let raw = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let raw = crate::render::clean::clean(&raw);
        let (about, from) = (&fact.about, &fact.from);
        let line = text!(
            "  {claim} {about}（{from}）：{raw}",
            "  {claim} {about} ({from}): {raw}",
            claim = fact.claim.label()
        );
        let _ = writeln!(page, "{}", line.get(lang));
    }
    page
}
