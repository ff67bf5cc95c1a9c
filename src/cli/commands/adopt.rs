//! `adopt`: bring in what is filed already.

use crate::cli::cloud;
use crate::cli::context::{Context, World};
use crate::cli::documents::portfolio::{Excerpt, risk_name};
use crate::cli::input::{encoding, encoding_arg};
use crate::cli::parser;
use crate::cli::parser::globals::{option, switch};
use crate::cli::person::consent::Consent;
use crate::cli::reply::Reply;
use crate::clouds::alibaba::{OwnFiling, Risk};
use crate::clouds::{Cloud, alibaba};
use crate::evidence::Asker;
use crate::evidence::adopt::adoptable;
use crate::evidence::cache::Cache;
use crate::failure::Failure;
use crate::filing::demand::{Candidate, Demand};
use crate::filing::host::Host;
use crate::filing::number::{Number, ServiceNumber, SubjectNumber};
use crate::intake::{Adopting, Encoding, Problem, Source, inspect_adoptions};
use crate::lang::{Lang, Text};
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use crate::workflow::adopt::{Adopted, decide};
use crate::workflow::assign::called;
use crate::workflow::objection::{objections, words};
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

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
            .required_unless_present("source"),
        )
        .arg(
            option(
                "source",
                "SOURCE",
                text!(
                    "从来源导入，先列出再写入：alibaba 为阿里云账号下的备案，record:QUERY 为公开备案记录",
                    "Bring in from a source, shown before it is written: alibaba for the filings of an Alibaba Cloud account, record:QUERY for the public record"
                ),
                lang,
            )
            .conflicts_with_all(["from", "encoding"]),
        )
        .arg(switch(
            "replace",
            text!(
                "与现有备案矛盾时以文件为准，并列出新旧值",
                "Let the file win where it contradicts what is filed, and show old and new"
            ),
            lang,
        ))
        .arg(encoding_arg(lang))
}

/// Brings the filings of a file in, whole or not at all.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let source = matches.get_one::<String>("source");
    let replace = matches.get_flag("replace");
    let given = match source {
        Some(source) => from_source(cx, source, replace)?,
        None => from_file(cx, matches)?,
    };
    let privacy = cx.globals.privacy;
    let done = cx.transact(|world, stamp, _| {
        let mut plan = decide(world, stamp, &given, replace, privacy)?;
        // A file was written by the user; what somebody else says is looked at first.
        if source.is_some() && plan.writes() {
            plan.consent = Some(consent(&plan.answer, &given, privacy));
        }
        Ok(plan)
    })?;
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
    let human = if done.changed {
        page(cx, &done.world, &answer)
    } else {
        String::new()
    };
    let mut reply = Reply::new("icpctl.adopt/1", data)
        .human(human)
        .changed(done.changed);
    for contradiction in &answer.replaced {
        let (place, old, new) = (
            contradiction.place(),
            words(&contradiction.old),
            words(&contradiction.new),
        );
        reply = reply.say(if cx.globals.dry_run {
            text!(
                "将替换 {place}：{old} → {new}",
                "would replace {place}: {old} → {new}"
            )
        } else {
            text!(
                "已替换 {place}：{old} → {new}",
                "replaced {place}: {old} → {new}"
            )
        });
    }
    Ok(reply.say(told(cx.globals.dry_run, done.changed, &answer)))
}

/// Lays out the subjects as they are now, and what became of each.
fn page(cx: &Context<'_>, world: &World, answer: &Adopted) -> String {
    let mut table = Table::new(vec![
        text!("主体备案号", "Subject"),
        text!("名称", "Name"),
        text!("服务", "Services"),
        text!("变化", "Change"),
        text!("风险", "Risks"),
    ])
    .rooms(&[
        Room::Whole,
        Room::Shortens,
        Room::Aside,
        Room::Wraps,
        Room::Wraps,
    ]);
    let manner = cx.manner();
    let changes = Changes::of(answer);
    for number in &answer.subjects {
        if let Some(subject) = world.book.portfolio.subject(number) {
            let excerpt = Excerpt::whole(subject);
            table.row(vec![
                Cell::verbatim(number.to_string()).tone(Tone::Name),
                Cell::verbatim(excerpt.name(manner).unwrap_or_default()),
                Cell::verbatim(subject.services.len().to_string()),
                Cell::new(changes.of_subject(*number)),
                risks(&excerpt),
            ]);
        }
    }
    table.render(cx.lang, cx.width(), cx.color())
}

/// Returns what happened in a line: how much the file changed, and how much was there already.
fn told(is_dry_run: bool, changed: bool, answer: &Adopted) -> Text {
    if !changed {
        let (subjects, services) = (answer.subjects.len(), answer.services);
        return text!(
            "{subjects} 个主体、{services} 个服务都已在备案中，没有变化",
            "{subjects} subject(s) and {services} service(s) were there already; nothing changed"
        );
    }
    let moved = || answer.added.iter().chain(&answer.updated);
    let services = moved()
        .filter(|number| ServiceNumber::parse(number).is_ok())
        .count();
    let subjects = moved().count() - services;
    let rest = match answer.unchanged.len() {
        0 => Text::default(),
        same => text!(
            "，另有 {same} 个备案号没有变化",
            ", {same} number(s) unchanged"
        ),
    };
    if is_dry_run {
        text!(
            "将导入 {subjects} 个主体、{services} 个服务{rest}",
            "would bring in {subjects} subject(s) and {services} service(s){rest}",
            rest
        )
    } else {
        text!(
            "已导入 {subjects} 个主体、{services} 个服务{rest}；查看：icpctl portfolio",
            "brought in {subjects} subject(s) and {services} service(s){rest}; see them with icpctl portfolio",
            rest
        )
    }
}

/// What a file changed.
struct Changes<'a> {
    /// The numbers that it brings in.
    added: HashSet<&'a str>,
    /// The subjects of which it says anything new, or of one of whose services.
    touched: HashSet<SubjectNumber>,
}

impl<'a> Changes<'a> {
    fn of(answer: &'a Adopted) -> Self {
        let subject = |text: &String| match Number::parse(text).ok()?.number {
            Number::Subject(subject) => Some(subject),
            Number::Service(service) => Some(service.subject()),
            Number::Security(_) => None,
        };
        let changed = answer.added.iter().chain(&answer.updated);
        Self {
            added: answer.added.iter().map(String::as_str).collect(),
            touched: changed.filter_map(subject).collect(),
        }
    }

    /// Returns what it changed about a subject and its services.
    fn of_subject(&self, number: SubjectNumber) -> Text {
        if self.added.contains(number.to_string().as_str()) {
            text!("新导入", "new")
        } else if self.touched.contains(&number) {
            text!("有补充", "updated")
        } else {
            text!("无变化", "unchanged")
        }
    }
}

fn risks(excerpt: &Excerpt<'_>) -> Cell {
    let services = excerpt.services.values().filter_map(|s| s.risk());
    let all: BTreeSet<_> = excerpt.subject.risk().into_iter().chain(services).collect();
    let names = all.into_iter().map(risk_name);
    Cell::new(Text::joined(names, "、", ", ")).tone(Tone::Against)
}

/// Shows what a source brings in, a line a subject and a service.
fn consent(answer: &Adopted, given: &[Adopting], privacy: Privacy) -> Consent {
    let mut shown = Vec::new();
    let added: HashSet<&String> = answer.added.iter().collect();
    let updated: HashSet<&String> = answer.updated.iter().collect();
    let mut tell = |number: String, name: &str, rest: String| {
        let change = if added.contains(&number) {
            text!("新导入", "new")
        } else if updated.contains(&number) {
            text!("有补充", "updated")
        } else {
            return;
        };
        shown.push(text!(
            "  {number}  {name}  {rest}（{change}）",
            "  {number}  {name}  {rest} ({change})",
            change
        ));
    };
    for Adopting {
        value: adoption, ..
    } in given
    {
        let name = adoption.facts.name.as_deref().unwrap_or_default();
        // Who is not known to be an organisation may be a person.
        let name = match &adoption.facts.nature {
            Some(_) if !adoption.facts.is_individual() => name.into(),
            Some(_) | None => privacy.name(name),
        };
        tell(adoption.number.to_string(), &name, String::new());
        for service in &adoption.services {
            let name = service.facts.name.as_deref().unwrap_or_default();
            let domains = service.facts.domains.iter().flatten();
            let domains: Vec<&str> = domains.map(Host::as_str).collect();
            tell(service.number.to_string(), name, domains.join(", "));
        }
    }
    Consent {
        shown,
        question: Some(text!("导入这些备案吗？", "Bring these in?")),
        explicit: true,
        ..Consent::default()
    }
}

fn from_file(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Vec<Adopting>, Failure> {
    let name = parser::word(matches, "from");
    let bytes = cx.read_input(name)?;
    let replace = matches.get_flag("replace");
    read(cx, name, &bytes, encoding(matches), replace)
}

/// Reads filings; where some cannot be read, what stands against the others is told with them.
fn read(
    cx: &mut Context<'_>,
    name: &str,
    bytes: &[u8],
    encoding: Encoding,
    replace: bool,
) -> Result<Vec<Adopting>, Failure> {
    let source = Source { name, bytes };
    let today = cx.now.day();
    let (mut read, problems) =
        inspect_adoptions(&source, encoding, today).map_err(|problems| invalid(name, &problems))?;
    let services = read.list.iter_mut().flat_map(|one| &mut one.value.services);
    let accesses = services.flat_map(|service| service.accesses.iter_mut().flatten());
    cx.name_providers(accesses.map(|access| &mut access.provider))?;
    for remark in &read.remarks {
        cx.caution(remark.code, remark.message.clone(), Some(name.to_owned()));
    }
    if problems.is_empty() {
        return Ok(read.list);
    }
    let mut failure = invalid(name, &problems);
    let world = cx.world()?;
    let (all, plain) = objections(&world, &read.list, replace, cx.globals.privacy);
    failure.hints.extend(all);
    failure.plain = plain;
    Err(failure)
}

/// Asks a source; a line of what it gives is a subject.
fn from_source(
    cx: &mut Context<'_>,
    source: &str,
    replace: bool,
) -> Result<Vec<Adopting>, Failure> {
    let documents = match source.split_once(':') {
        None if source == Cloud::Alibaba.name() => of_account(cx)?,
        Some(("record", query)) if !query.trim().is_empty() => of_record(cx, query.trim())?,
        _ => {
            return Err(Failure::usage(text!(
                "没有来源 `{source}`",
                "there is no source `{source}`"
            ))
            .hint(text!(
                "可用：alibaba，或 record:QUERY（域名、备案号或单位名称）",
                "there are alibaba, and record:QUERY with a domain, a number or a name"
            )));
        }
    };
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<String> = documents.iter().map(Value::to_string).collect();
    let text = lines.join("\n");
    read(cx, source, text.as_bytes(), Encoding::Utf8, replace)
}

/// Asks for the filings of the Alibaba Cloud account.
fn of_account(cx: &mut Context<'_>) -> Result<Vec<Value>, Failure> {
    let key = cloud::needed_key(cx, Cloud::Alibaba)?;
    let network = cx.network()?;
    let client = cloud::client(cx, Cloud::Alibaba, &key, &network);
    let filings = network.run(alibaba::filings(&client))?;
    for filing in &filings {
        for risk in &filing.risks {
            cx.caution("rectification", rectification(filing, risk), None);
        }
    }
    let all = alibaba::adoptable(&filings);
    for words in all.left_out {
        cx.caution("left-out", words, None);
    }
    Ok(all.documents)
}

/// Asks the public record; accesses are not in it.
fn of_record(cx: &mut Context<'_>, query: &str) -> Result<Vec<Value>, Failure> {
    if cx.config.record.url.is_none() {
        return Err(Failure::usage(text!(
            "没有设置公开备案记录的查询地址 record.url",
            "no endpoint of the public record is configured: record.url"
        ))
        .hint(text!(
            "在配置文件 [record] 下设置 url；查看：icpctl config path",
            "set url under [record] in the configuration: icpctl config path"
        )));
    }
    let network = cx.network()?;
    let cache = Cache::new(None, cx.now, Some(Duration::ZERO), false);
    let asker = Asker::new(&network, &cx.config, cx.env, cache, cx.now)?;
    let entries = network.run(asker.search(query))?;
    let (documents, left_out) = adoptable(&entries);
    for words in left_out {
        cx.caution("left-out", words, None);
    }
    Ok(documents)
}

/// Says what the cloud wants put right, and how to take that down.
fn rectification(filing: &OwnFiling, risk: &Risk) -> Text {
    let (number, what) = (&filing.number, &risk.what);
    let advice = prose::mask(&risk.advice.join("; "), Privacy::Masked);
    let until = risk.until.map(|day| day.to_string());
    let until = until.or_else(|| risk.until_raw.clone());
    let until = until.as_deref().unwrap_or("–");
    // What is another subject's is left out, and nothing can be taken down of it.
    let subject = SubjectNumber::parse(number)
        .map(|parsed| parsed.number)
        .ok();
    let is_own =
        |number: &ServiceNumber| subject.as_ref().is_none_or(|own| number.subject() == *own);
    let services = filing.services.iter().filter_map(|service| {
        let parsed = ServiceNumber::parse(&service.number).ok()?;
        Some(Candidate {
            number: Some(parsed.number).filter(&is_own)?,
            name: service.name.clone(),
            domains: service
                .domains
                .iter()
                .filter_map(|domain| Host::parse(domain).ok())
                .collect(),
        })
    });
    let services: Vec<Candidate> = services.collect();
    let demand = Demand::read(what, &advice, number, &services);
    let commands = demand.commands(Cloud::Alibaba.name(), risk.until);
    let (zh, en) = (commands.join("；或 "), commands.join("; or "));
    text!(
        "{number} 需要整改：{what}（{advice}），期限 {until}；记下：{zh}",
        "{number} must be put right: {what} ({advice}), until {until}; take it down with {en}"
    )
}

/// Tells all that is wrong in a file.
pub(super) fn invalid(name: &str, problems: &[Problem]) -> Failure {
    let (shown, count) = (called(name), problems.len());
    let mut failure = Failure::invalid(
        "invalid.file",
        text!(
            "{shown} 有 {count} 处问题，什么都没有导入",
            "{shown} has {count} problem(s); nothing was brought in"
        ),
    );
    failure.hints = Problem::lines(problems);
    failure
}
