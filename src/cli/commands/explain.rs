//! `explain`: what a status, event, exit code, impact, rule or warning means.

use super::{check, rules};
use crate::cli::context::Context;
use crate::cli::documents::citation;
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::knowledge::{Page, PageKind, Rule, all_pages, of_kind, pages, suggest, titled};
use crate::lang::{Lang, Text};
use crate::render::style::{Color, Tone};
use crate::render::table::{Cell, Table};
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.explain/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(place(
        "id",
        "ID",
        text!(
            "状态、事件、退出码、影响、规则、提示码或来源，如 ORD-08、L33；同名的用 KIND:ID 区分；不给则列出全部",
            "A status, event, exit code, impact, rule, warning or source, such as ORD-08 or L33; KIND:ID picks one of several; without it, list all"
        ),
        lang,
    ))
}

/// Shows every page of one word, or lists all words.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let (lang, color) = (cx.lang, cx.color());
    let Some(id) = matches.get_one::<String>("id") else {
        let all: Vec<Page> = all_pages().collect();
        let human = index(&all, lang, cx.width(), color);
        return Ok(Reply::new(SCHEMA, document(&all, None, lang)).human(human));
    };
    let rulebook = cx.rulebook()?;
    let rule = match of_kind(id) {
        None => rulebook.rule(id),
        Some((kind, word)) if PageKind::Rule.is_called(kind) => rulebook.rule(word),
        Some(_) => None,
    };
    let mut found = pages(id);
    if let Some(rule) = rule {
        // As it is in force here: the user's files may have changed it.
        let page = Page::of_rule(rule);
        if found.is_empty() {
            found.push(page);
        } else if let Some(built_in) = found.iter_mut().find(|page| page.kind == PageKind::Rule) {
            *built_in = page;
        }
    }
    if found.is_empty() {
        return Err(unknown(id));
    }
    let human: Vec<String> = found
        .iter()
        .map(|page| {
            let rule = rule.filter(|_| page.kind == PageKind::Rule);
            sheet(page, rule, lang, color)
        })
        .collect();
    Ok(Reply::new(SCHEMA, document(&found, rule, lang)).human(human.join("\n")))
}

/// Returns for whom a rule is, since when, and what it says when it is broken.
fn particulars(rule: &Rule, lang: Lang) -> Value {
    json!({
        "severity": rule.severity,
        "kinds": rule.kinds,
        "natures": rule.natures,
        "provinces": rule.provinces,
        "providers": rule.providers,
        "since": rule.since,
        "until": rule.until,
        "check": rule.check,
        "off": rule.off,
        "tests": rule.test.iter().map(|test| json!({
            "for": test.range,
            "field": test.field,
            "severity": test.severity.unwrap_or(rule.severity),
            "when": test.when,
            "require": test.require,
            "message": test.message.get(lang),
            "fix": test.fix.get(lang),
        })).collect::<Vec<_>>(),
    })
}

fn document(pages: &[Page<'_>], rule: Option<&Rule>, lang: Lang) -> Value {
    pages
        .iter()
        .map(|page| {
            let rule = rule.filter(|_| page.kind == PageKind::Rule);
            json!({
                "kind": page.kind.name(),
                "id": page.id,
                "aliases": page.aliases,
                "title": page.title.get(lang),
                "what": page.what.get(lang),
                "why": page.why.map(|why| why.get(lang)),
                "todo": page.todo.map(|todo| todo.get(lang)),
                "source": page.source,
                "sources": citation::documents(page.source, lang),
                "rule": rule.map(|rule| particulars(rule, lang)),
            })
        })
        .collect()
}

/// Returns a page as people read it.
fn sheet(page: &Page<'_>, rule: Option<&Rule>, lang: Lang, color: Color) -> String {
    let label = page.kind.label();
    let mut lines = match lang {
        Lang::Zh => format!(
            "{}（{}）{}\n",
            Tone::Name.paint(page.id, color),
            label.get(lang),
            page.title.get(lang)
        ),
        Lang::En => format!(
            "{} ({}): {}\n",
            Tone::Name.paint(page.id, color),
            label.get(lang),
            page.title.get(lang)
        ),
    };
    let parts = [
        (None, Some(page.what)),
        (Some(text!("原因：", "Why: ")), page.why),
        (Some(text!("怎么办：", "What to do: ")), page.todo),
    ];
    for (heading, words) in parts {
        if let Some(words) = words {
            lines.push('\n');
            lines.push_str(heading.as_ref().map_or("", |heading| heading.get(lang)));
            lines.push_str(words.get(lang));
            lines.push('\n');
        }
    }
    if let Some(rule) = rule {
        lines.push('\n');
        lines.push_str(&scope_lines(rule, lang));
    }
    let sources = match page.kind {
        PageKind::Source => citation::whereabouts(page.source, lang),
        PageKind::Status
        | PageKind::Event
        | PageKind::Exit
        | PageKind::OrderKind
        | PageKind::ServiceKind
        | PageKind::Path
        | PageKind::Deadline
        | PageKind::Impact
        | PageKind::Code
        | PageKind::Bucket
        | PageKind::Notice
        | PageKind::Duty
        | PageKind::Rule => {
            let heading = text!("来源：", "Sources:");
            let named = citation::lines(page.source, lang, color);
            format!("\n{}\n{named}", heading.get(lang))
        }
    };
    lines + &sources
}

/// Returns for whom a rule is and what it says when it is broken, as people read it.
fn scope_lines(rule: &Rule, lang: Lang) -> String {
    let mut lines = String::new();
    let (weight, _) = check::label(rule.severity);
    let judged = match (rule.off, rule.check) {
        (true, _) => text!("已关闭", "switched off"),
        (false, true) => text!("由 icpctl 检查", "checked by icpctl"),
        (false, false) => text!("离线无法检查", "cannot be checked offline"),
    };
    let days = match (rule.since, rule.until) {
        (None, None) => None,
        (Some(since), None) => Some(text!("{since} 起", "since {since}")),
        (None, Some(until)) => Some(text!("到 {until} 为止", "until {until}")),
        (Some(since), Some(until)) => Some(text!("{since} 至 {until}", "{since} to {until}")),
    };
    let parts = [
        (text!("级别：", "Severity: "), Some(weight)),
        (text!("适用：", "For: "), Some(rules::scope(rule))),
        (text!("时间：", "Dates: "), days),
        (text!("检查：", "Checked: "), Some(judged)),
    ];
    for (heading, words) in parts {
        if let Some(words) = words {
            let _ = writeln!(lines, "{}{}", heading.get(lang), words.get(lang));
        }
    }
    for test in &rule.test {
        let _ = writeln!(lines, "  - {}", without_values(test.message.get(lang)));
        let _ = writeln!(lines, "    → {}", without_values(test.fix.get(lang)));
    }
    lines
}

fn index(pages: &[Page<'_>], lang: Lang, width: Option<u16>, color: Color) -> String {
    let mut table = Table::new(vec![
        text!("代码", "ID"),
        text!("类别", "Kind"),
        text!("含义", "Meaning"),
    ]);
    for page in pages {
        table.row(vec![
            Cell::verbatim(page.id).tone(Tone::Name),
            Cell::new(page.kind.label()),
            Cell::new(page.title.clone()),
        ]);
    }
    table.render(lang, width, color)
}

/// The most pages that are offered for a word of their titles.
const TITLES: usize = 5;

fn unknown(id: &str) -> Failure {
    let failure = Failure::not_found(
        "not-found.explanation",
        text!("没有关于 {id} 的说明", "there is no explanation of {id}"),
    )
    .meant(suggest(id));
    let mut titles: Vec<Text> = titled(id)
        .map(|page| {
            text!(
                "{id}（{title}）",
                "{id} ({title})",
                title = page.title,
                id = Text::verbatim(page.id)
            )
        })
        .collect();
    titles.dedup();
    titles.truncate(TITLES);
    let failure = if titles.is_empty() {
        failure
    } else {
        let titles = Text::joined(titles, "、", ", ");
        failure.hint(text!("与此有关：{titles}", "about this: {titles}", titles))
    };
    failure.hint(text!(
        "列出全部：icpctl explain",
        "list them all: icpctl explain"
    ))
}

/// Returns the words of a rule with `…` where a value of the order stands.
fn without_values(words: &str) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        text.push('…');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    text + rest
}
