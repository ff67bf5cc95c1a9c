//! `explain`: what a status, event, exit code, impact, rule or warning means.

use super::context::Context;
use super::globals::place;
use super::reply::Reply;
use crate::failure::Failure;
use crate::knowledge::{Page, all_pages, pages, suggest};
use crate::lang::Lang;
use crate::render::style::{Color, Tone};
use crate::render::table::{Cell, Table};
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.explain/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(place(
        "id",
        "ID",
        text!(
            "状态、事件、退出码、影响、规则或提示码，如 ORD-08；同名的用 KIND:ID 区分；不给则列出全部",
            "A status, event, exit code, impact, rule or warning, such as ORD-08; KIND:ID picks one of several; without it, list all"
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
        return Ok(Reply::new(SCHEMA, document(&all, lang)).human(human));
    };
    let found = pages(id);
    if found.is_empty() {
        return Err(unknown(id));
    }
    let human: Vec<String> = found.iter().map(|page| sheet(page, lang, color)).collect();
    Ok(Reply::new(SCHEMA, document(&found, lang)).human(human.join("\n")))
}

fn document(pages: &[Page], lang: Lang) -> Value {
    pages
        .iter()
        .map(|page| {
            json!({
                "kind": page.kind.name(),
                "id": page.id,
                "aliases": page.aliases,
                "title": page.title.get(lang),
                "what": page.what.get(lang),
                "why": page.why.map(|why| why.get(lang)),
                "todo": page.todo.map(|todo| todo.get(lang)),
                "source": page.source,
            })
        })
        .collect()
}

/// Returns a page as people read it.
fn sheet(page: &Page, lang: Lang, color: Color) -> String {
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
    let source = text!("来源：", "Source: ");
    lines + &format!("\n{}{}\n", source.get(lang), page.source)
}

fn index(pages: &[Page], lang: Lang, width: Option<u16>, color: Color) -> String {
    let mut table = Table::new(vec![
        text!("名称", "ID"),
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

fn unknown(id: &str) -> Failure {
    let failure = Failure::not_found(
        "not-found.explanation",
        text!("没有关于 {id} 的说明", "there is no explanation of {id}"),
    );
    let failure = match suggest(id) {
        Some(near) => failure.hint(text!("是不是想写 {near}？", "did you mean {near}?")),
        None => failure,
    };
    failure.hint(text!(
        "列出全部：icpctl explain",
        "list them all: icpctl explain"
    ))
}
