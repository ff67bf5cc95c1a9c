//! `adopt`: bring in what is filed already.

use super::context::Context;
use super::globals::{option, switch};
use super::order_doc::Manner;
use super::portfolio_doc::{Excerpt, risk_name};
use super::reply::Reply;
use crate::failure::Failure;
use crate::filing::number::{Number, SubjectNumber};
use crate::intake::{Encoding, Format, Problem, Source, read_adoptions};
use crate::lang::{Lang, Text};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use crate::workflow::adopt::{Adopted, Given, decide, words};
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use serde_json::json;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(
            option(
                "from",
                "FILE|-",
                text!(
                    "要导入的文件：TOML、JSON、JSON Lines 或 CSV；- 表示标准输入",
                    "The file to bring in: TOML, JSON, JSON Lines or CSV; - for stdin"
                ),
                lang,
            )
            .required(true),
        )
        .arg(switch(
            "replace",
            text!(
                "与现有备案矛盾时以文件为准，并列出新旧值",
                "Let the file win where it contradicts what is filed, and show old and new"
            ),
            lang,
        ))
        .arg(
            option(
                "encoding",
                "ENCODING",
                text!(
                    "CSV 的编码，缺省为 utf-8",
                    "The encoding of a CSV, utf-8 by default"
                ),
                lang,
            )
            .value_parser(PossibleValuesParser::new(["utf-8", "gb18030"])),
        )
}

/// Brings the filings of a file in, whole or not at all.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let name = matches
        .get_one::<String>("from")
        .cloned()
        .unwrap_or_default();
    let encoding = match matches.get_one::<String>("encoding").map(String::as_str) {
        Some("gb18030") => Encoding::Gb18030,
        Some(_) | None => Encoding::Utf8,
    };
    let given = read(cx, &name, encoding)?;
    let replace = matches.get_flag("replace");
    let privacy = cx.globals.privacy;
    let done = cx.transact(|world, stamp, _| decide(world, stamp, &given, replace, privacy))?;
    let answer = done.answer;
    let data = json!({
        "subjects": answer.subjects,
        "services": answer.services,
        "added": answer.added,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "replaced": answer.replaced.iter().map(|c| json!({
            "number": c.number,
            "path": c.path,
            "old": c.old,
            "new": c.new,
        })).collect::<Vec<_>>(),
    });
    let mut human = String::new();
    if done.changed {
        let mut table = Table::new(vec![
            text!("主体备案号", "Subject"),
            text!("名称", "Name"),
            text!("服务", "Services"),
            text!("变化", "Change"),
            text!("风险", "Risks"),
        ]);
        let manner = Manner {
            lang: cx.lang,
            privacy,
        };
        for number in &answer.subjects {
            if let Some(subject) = done.world.book.portfolio.subject(number) {
                let excerpt = Excerpt::whole(subject);
                table.row(vec![
                    Cell::verbatim(number.to_string()).tone(Tone::Name),
                    Cell::verbatim(excerpt.name(manner).unwrap_or_default()),
                    Cell::verbatim(subject.services.len().to_string()),
                    Cell::new(change(&answer, *number)),
                    risks(&excerpt),
                ]);
            }
        }
        human = table.render(cx.lang, cx.width(), cx.color());
    }
    let mut reply = Reply::new("icpctl.adopt/1", data)
        .human(human)
        .changed(done.changed);
    for contradiction in &answer.replaced {
        let (place, old, new) = (
            contradiction.place(),
            words(&contradiction.old),
            words(&contradiction.new),
        );
        reply = reply.say(text!(
            "已替换 {place}：{old} → {new}",
            "replaced {place}: {old} → {new}"
        ));
    }
    Ok(reply.say(told(cx.globals.dry_run, done.changed, &answer)))
}

/// Returns what happened in a line.
fn told(is_dry_run: bool, changed: bool, answer: &Adopted) -> Text {
    let (subjects, services) = (answer.subjects.len(), answer.services);
    match (changed, is_dry_run) {
        (false, _) => text!(
            "{subjects} 个主体、{services} 个服务都已在备案中，没有变化",
            "{subjects} subject(s) and {services} service(s) were there already; nothing changed"
        ),
        (true, true) => text!(
            "将导入 {subjects} 个主体、{services} 个服务",
            "would bring in {subjects} subject(s) and {services} service(s)"
        ),
        (true, false) => text!(
            "已导入 {subjects} 个主体、{services} 个服务；查看：icpctl portfolio",
            "brought in {subjects} subject(s) and {services} service(s); see them with icpctl portfolio"
        ),
    }
}

/// Returns what the file changed about a subject and its services.
fn change(answer: &Adopted, number: SubjectNumber) -> Text {
    let is_meant = |text: &String| {
        Number::parse(text).is_ok_and(|parsed| match parsed.number {
            Number::Subject(subject) => subject == number,
            Number::Service(service) => service.subject() == number,
            Number::Security(_) => false,
        })
    };
    if answer.added.contains(&number.to_string()) {
        text!("新导入", "new")
    } else if answer.added.iter().chain(&answer.updated).any(is_meant) {
        text!("有补充", "updated")
    } else {
        text!("无变化", "unchanged")
    }
}

fn risks(excerpt: &Excerpt<'_>) -> Cell {
    let services = excerpt
        .services
        .values()
        .flat_map(|service| service.risks());
    let mut all: Vec<_> = excerpt
        .subject
        .risks()
        .into_iter()
        .chain(services)
        .collect();
    all.sort();
    all.dedup();
    let names: Vec<Text> = all.into_iter().map(risk_name).collect();
    let zh: Vec<&str> = names.iter().map(|name| name.get(Lang::Zh)).collect();
    let en: Vec<&str> = names.iter().map(|name| name.get(Lang::En)).collect();
    let (zh, en) = (zh.join("、"), en.join(", "));
    Cell::new(text!("{zh}", "{en}")).tone(Tone::Against)
}

fn read(cx: &mut Context<'_>, name: &str, encoding: Encoding) -> Result<Vec<Given>, Failure> {
    let bytes = cx.read_input(name)?;
    let source = Source {
        name,
        bytes: &bytes,
    };
    let today = cx.now.date_naive();
    let read = read_adoptions(&source, Format::Auto, encoding, today)
        .map_err(|problems| invalid(name, &problems))?;
    Ok(read
        .into_iter()
        .map(|located| Given {
            adoption: located.value,
            line: located.at.line,
        })
        .collect())
}

/// Tells all that is wrong in a file.
fn invalid(name: &str, problems: &[Problem]) -> Failure {
    let count = problems.len();
    let shown = if name == "-" { "stdin" } else { name };
    let mut failure = Failure::invalid(
        "invalid.file",
        text!(
            "{shown} 有 {count} 处问题，什么都没有导入",
            "{shown} has {count} problem(s); nothing was brought in"
        ),
    );
    failure.hints = problems.iter().map(Problem::line).collect();
    failure
}
