//! `record`: what the provider, the ministry or the bureau said.

use super::answer;
use super::context::{Asks, Context, Done, Plan, World};
use super::globals::{option, place, repeated};
use super::reply::{Reply, tell};
use super::words;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::{Command as Step, Report};
use crate::filing::moment;
use crate::filing::order::{Order, OrderId};
use crate::intake::{Encoding, RecordRow, Source, read_record_rows};
use crate::lang::Lang;
use crate::render::rows::json_line;
use crate::render::{Format, print};
use crate::text;
use crate::workflow::advance::{self, Told};
use crate::workflow::assign::invalid;
use crate::workflow::resolve;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let events: Vec<&str> = Report::ALL.iter().map(|r| r.name()).collect();
    let events = events.join(", ");
    command
        .arg(
            place(
                "words",
                "ORDER… EVENT",
                text!(
                    "订单（可多个），最后是事件：{events}",
                    "The orders, then the event: {events}"
                ),
                lang,
            )
            .num_args(0..),
        )
        .arg(
            option(
                "at",
                "TIME",
                text!("发生的时间，缺省为现在", "When it happened, by default now"),
                lang,
            )
            .allow_hyphen_values(true),
        )
        .arg(repeated(
            "who",
            "W",
            text!(
                "是谁：subject、service、service:N、all（可重复）",
                "Who: subject, service, service:N, all (can be repeated)"
            ),
            lang,
        ))
        .arg(option(
            "reason",
            "TEXT",
            text!("驳回原因等", "Why: a rejection's words"),
            lang,
        ))
        .arg(repeated(
            "number",
            "N",
            text!(
                "管局下发的备案号（可重复）；none 表示该服务未通过",
                "A number that the bureau issued (can be repeated); none for a service it refused"
            ),
            lang,
        ))
        .arg(option(
            "from",
            "FILE",
            text!(
                "从 CSV 或 JSON Lines 读取多条，- 为标准输入",
                "Read many from CSV or JSON Lines, - for stdin"
            ),
            lang,
        ))
        .arg(
            option(
                "encoding",
                "ENC",
                text!("CSV 的编码", "How the CSV is encoded"),
                lang,
            )
            .value_parser(PossibleValuesParser::new(["utf-8", "gb18030"])),
        )
}

/// Takes the report, or a file of them.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let mut names = words(matches, "words");
    if let Some(from) = matches.get_one::<String>("from") {
        let only_file = names.is_empty()
            && ["at", "reason", "who", "number"]
                .iter()
                .all(|name| !matches.contains_id(name));
        if !only_file {
            return Err(Failure::usage(text!(
                "--from 不能与订单、事件或它们的选项同用",
                "--from goes without orders, an event, or their flags"
            )));
        }
        return from_file(cx, matches, from);
    }
    let event = names.pop().filter(|_| !names.is_empty()).ok_or_else(|| {
        let list: Vec<&str> = Report::ALL.iter().map(|r| r.name()).collect();
        let list = list.join(", ");
        Failure::usage(text!(
            "应写成 record ORDER EVENT",
            "expected: record ORDER EVENT"
        ))
        .hint(text!("事件：{list}", "events: {list}"))
    })?;
    let told = Told {
        report: report_of(&event)?,
        at: None,
        who: words(matches, "who"),
        reason: matches.get_one::<String>("reason").cloned(),
        numbers: words(matches, "number"),
    };
    let at = cx.moment(matches);
    let reach = |world: &World, order: &Order| advance::reach_of_report(world, order, told.report);
    let done = cx.transact_orders(&names, Asks::Nothing, reach, |world, stamp, _| {
        let mut ids: Vec<OrderId> = Vec::new();
        for name in &names {
            let id = &resolve::order(&world.book, name)?.id;
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        let told = Told {
            at: at.clone()?,
            ..told.clone()
        };
        let mut plan = Plan::new((ids.clone(), Vec::new()));
        let mut scratch = world.clone();
        for id in &ids {
            let order = world.order(id)?;
            let taken = advance::report(&scratch, stamp, order, &told)?;
            plan.cautions.extend(taken.cautions);
            plan.answer.1.extend(taken.left_out);
            if let Some(order) = taken.order {
                scratch.put(order.clone());
                plan.orders.push(order);
            }
        }
        Ok(plan)
    })?;
    let (ids, left_out) = &done.answer;
    let mut reply = answer::moved(cx, &done, ids)?;
    if !left_out.is_empty() && done.changed {
        let places: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        let places = places.join(", ");
        let subject = ids
            .first()
            .and_then(|id| done.world.book.orders.get(id))
            .and_then(|order| subject_of(order, &done));
        let subject = subject.unwrap_or_default();
        reply.says.push(text!(
            "第 {places} 个服务未获通过：改好后用 icpctl new 重新备案，档案写 subject = \"{subject}\"",
            "the bureau refused service {places}: file it again with icpctl new, the dossier saying subject = \"{subject}\""
        ));
    }
    Ok(reply)
}

fn subject_of<T>(order: &Order, _: &Done<T>) -> Option<String> {
    let approval = order.approval()?.approval.as_ref()?;
    approval
        .subject
        .as_ref()
        .or(order.target.subject.as_ref())
        .map(ToString::to_string)
}

fn report_of(word: &str) -> Result<Report, Failure> {
    Report::from_name(word).ok_or_else(|| {
        let names: Vec<&str> = Report::ALL.iter().map(|r| r.name()).collect();
        let list = names.join(", ");
        let failure = if Step::from_name(word).is_some() {
            Failure::usage(text!(
                "`{word}` 是命令，不是事件：icpctl {word} ORDER",
                "`{word}` is a command, not an event: icpctl {word} ORDER"
            ))
        } else {
            Failure::usage(text!("没有事件 `{word}`", "there is no event `{word}`"))
        };
        let near = names
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(a, word).total_cmp(&strsim::jaro_winkler(b, word)))
            .filter(|near| strsim::jaro_winkler(near, word) > 0.8);
        let failure = match near {
            Some(near) => failure.hint(text!("是不是想写 {near}？", "did you mean {near}?")),
            None => failure,
        };
        failure.hint(text!("事件：{list}", "events: {list}"))
    })
}

/// How one row of a file came out.
#[derive(Clone, Debug)]
struct Outcome {
    line: usize,
    order: String,
    came_out: &'static str,
    failure: Option<Failure>,
}

/// Takes many reports: one operation, rows in their order; a refused row leaves the others alone.
fn from_file(cx: &mut Context<'_>, matches: &ArgMatches, from: &str) -> Result<Reply, Failure> {
    let bytes = cx.read_input(from)?;
    let encoding = match matches.get_one::<String>("encoding").map(String::as_str) {
        Some("gb18030") => Encoding::Gb18030,
        Some(_) | None => Encoding::Utf8,
    };
    let source = Source {
        name: from,
        bytes: &bytes,
    };
    let rows = read_record_rows(&source, encoding).map_err(|problems| invalid(from, &problems))?;
    let now = cx.now;
    let mut reports = Vec::new();
    for row in &rows {
        reports.push(told(row, now).map_err(|failure| {
            let line = row.line;
            let (zh, en) = (failure.message.zh.clone(), failure.message.en.clone());
            Failure {
                exit: Exit::Invalid,
                code: "invalid.row".into(),
                message: text!("{from} 第 {line} 行：{zh}", "{from}:{line}: {en}"),
                ..failure
            }
        })?);
    }
    let streams = matches!(cx.globals.format, Format::Json | Format::Jsonl);
    let done = cx.transact(|world, stamp, _| {
        let mut plan = Plan::new(Vec::new());
        let mut scratch = world.clone();
        let mut touched: Vec<OrderId> = Vec::new();
        for (row, told) in rows.iter().zip(&reports) {
            let outcome = take_row(&mut scratch, stamp, row, told, &mut touched);
            let (name, order, failure) = match outcome {
                Ok((order, cautions, true)) => {
                    plan.cautions.extend(cautions);
                    ("ok", order, None)
                }
                Ok((order, _, false)) => ("unchanged", order, None),
                Err(failure) => ("failed", row.order.clone(), Some(failure)),
            };
            plan.answer.push(Outcome {
                line: row.line,
                order,
                came_out: name,
                failure,
            });
        }
        for id in &touched {
            plan.orders.push(scratch.order(id)?.clone());
        }
        Ok(plan)
    })?;
    stream(cx, from, &done, streams)
}

fn take_row(
    scratch: &mut World,
    stamp: &super::context::Stamp,
    row: &RecordRow,
    told: &Told,
    touched: &mut Vec<OrderId>,
) -> Result<(String, Vec<super::reply::Caution>, bool), Failure> {
    let order = resolve::order(&scratch.book, &row.order)?;
    let id = order.id.clone();
    let taken = advance::report(scratch, stamp, order, told)?;
    let Some(order) = taken.order else {
        return Ok((id.to_string(), Vec::new(), false));
    };
    scratch.put(order);
    if !touched.contains(&id) {
        touched.push(id.clone());
    }
    Ok((id.to_string(), taken.cautions, true))
}

fn told(row: &RecordRow, now: crate::filing::order::Instant) -> Result<Told, Failure> {
    let at = match &row.at {
        None => None,
        Some(word) => Some(
            moment::parse(word, now)
                .map_err(|error| Failure::invalid("invalid.time", error.message()))?,
        ),
    };
    Ok(Told {
        report: report_of(&row.event)?,
        at,
        who: row.who.clone(),
        reason: row.reason.clone(),
        numbers: row.numbers.clone(),
    })
}

/// Prints how the rows came out, and what they add up to.
fn stream(
    cx: &mut Context<'_>,
    from: &str,
    done: &Done<Vec<Outcome>>,
    streams: bool,
) -> Result<Reply, Failure> {
    let count = |name: &str| done.answer.iter().filter(|o| o.came_out == name).count();
    let (ok, unchanged, failed) = (count("ok"), count("unchanged"), count("failed"));
    let lang = cx.lang;
    let failure = (failed > 0).then(|| {
        Failure::new(
            Exit::Partial,
            "partial.rows",
            text!("{failed} 行失败", "{failed} row(s) failed"),
        )
        .hint(text!(
            "改正后再次执行：已记录的行不会重复",
            "mend them and run again: rows that were recorded are not recorded twice"
        ))
    });
    let rows: Vec<Value> = done
        .answer
        .iter()
        .map(|row| {
            json!({
                "type": "row",
                "line": row.line,
                "ref": Value::Null,
                "order": row.order,
                "outcome": row.came_out,
                "error": row.failure.as_ref().map(|f| super::reply::problem(f, lang)),
            })
        })
        .collect();
    if streams {
        let start = json!({
            "type": "start",
            "schema": "icpctl.record/1",
            "file": from,
            "rows": rows.len(),
            "dry_run": cx.globals.dry_run,
        });
        let summary = json!({
            "type": "summary",
            "ok": failure.is_none(),
            "exit": failure.as_ref().map_or(0, |f| f.exit.code()),
            "changed": done.changed,
            "dry_run": cx.globals.dry_run,
            "counts": { "ok": ok, "unchanged": unchanged, "skipped": 0, "failed": failed },
            "error": failure.as_ref().map(|f| super::reply::problem(f, lang)),
        });
        for line in std::iter::once(&start).chain(&rows).chain([&summary]) {
            let line = json_line(line).map_err(|_| {
                Failure::new(
                    Exit::Failure,
                    "failure.encoding",
                    text!("无法输出结果", "the result cannot be encoded"),
                )
            })?;
            let _ = print(cx.out, &line);
        }
        let mut reply = Reply::streamed();
        reply.failure = failure;
        reply.changed = done.changed;
        return Ok(reply);
    }
    for row in done.answer.iter().filter(|row| row.failure.is_some()) {
        if let Some(failure) = &row.failure {
            let (line, order) = (row.line, &row.order);
            let (zh, en) = (&failure.message.zh, &failure.message.en);
            let told = text!(
                "{from} 第 {line} 行 {order}：{zh}",
                "{from}:{line} {order}: {en}"
            );
            tell(cx.err, told.get(lang));
        }
    }
    let mut reply = Reply::new("icpctl.record/1", Value::Array(rows))
        .changed(done.changed)
        .say(text!(
            "已记录 {ok} 行，{unchanged} 行此前已记录，{failed} 行失败",
            "recorded {ok} row(s), {unchanged} were recorded before, {failed} failed"
        ));
    reply.failure = failure;
    Ok(reply)
}
