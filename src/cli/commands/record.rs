//! `record`: what the provider, the ministry or the bureau said.

use crate::cli::context::{Asks, Context, Plan, Stamp, World};
use crate::cli::documents::order::labelling;
use crate::cli::input::encoding_arg;
use crate::cli::parser::globals::{free_words, moment, option, place, repeated};
use crate::cli::parser::{said, words};
use crate::cli::reply::stream::{Again, ORDERS, Stream};
use crate::cli::reply::{Reply, answer};
use crate::cli::rows::{self, Chunk};
use crate::cli::signals::Signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::{Command as Step, Report};
use crate::filing::named::Named as _;
use crate::filing::order::{Order, OrderId};
use crate::filing::signatory;
use crate::intake::{Problem, RecordRow, read_record_rows};
use crate::lang::{Lang, Text};
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::advance::{self, Told};
use crate::workflow::assign::valid;
use crate::workflow::batch::Outcome;
use crate::workflow::plan::Caution;
use crate::workflow::reach::{self, Reach};
use crate::workflow::reported;
use clap::{ArgMatches, Command};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let events = events().join(", ");
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
        .arg(moment(
            "at",
            text!(
                "发生的时间，缺省为现在；sms-expired、purged 在时限过后记录的，缺省为时限届满时",
                "When it happened, by default now; for sms-expired and purged recorded after the limit, its end"
            ),
            lang,
        ))
        .arg(repeated(
            "who",
            "W",
            text!(
                "是谁：subject（主体负责人）、service（服务负责人）或 service:N、all（全部）",
                "Who: subject, service, service:N, all"
            ),
            lang,
        ))
        .arg(free_words(
            "reason",
            text!("驳回原因等", "Why: a rejection's words"),
            lang,
        ))
        .arg(repeated(
            "number",
            "N",
            text!(
                "管局下发的备案号；none 表示该服务未通过",
                "A number that the bureau issued; none for a service it refused"
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
        .arg(encoding_arg(lang).requires("from"))
}

/// Returns the shape of what is answered: a file of reports has its own.
pub fn shape(matches: &ArgMatches) -> &'static str {
    if matches.contains_id("from") {
        return STREAM;
    }
    let words = words(matches, "words");
    let names = words.split_last().map_or([].as_slice(), |(_, names)| names);
    answer::shape(names)
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
        let list = Report::listed();
        Failure::usage(text!(
            "应写成 record ORDER EVENT",
            "expected: record ORDER EVENT"
        ))
        .hint(text!("事件：{list}", "events: {list}", list))
    })?;
    let told = Told {
        report: report_of(&event)?,
        at: None,
        who: words(matches, "who")
            .iter()
            .map(|word| signatory::word(word))
            .collect(),
        reason: said(matches, "reason"),
        numbers: words(matches, "number"),
    };
    let at = cx.moment(matches);
    let reach = |world: &World, order: &Order| reach::of_report(world, order, told.report);
    let done = cx.transact_orders(
        &names,
        &told.numbers,
        Asks::Nothing,
        reach,
        |world, stamp, _| {
            let timed = Told {
                at: at.clone().ok().flatten(),
                ..told.clone()
            };
            let mut ids: Vec<OrderId> = Vec::new();
            for name in &names {
                let id = &reported::order(world, name, &timed)?.id;
                if !ids.contains(id) {
                    ids.push(id.clone());
                }
            }
            let told = Told {
                at: at.clone()?,
                ..timed
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
        },
    )?;
    let (ids, left_out) = &done.answer;
    let mut reply = answer::moved(cx, &done, ids)?;
    if !left_out.is_empty() && done.changed {
        let places: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        let places = Text::list(&places);
        let subject = ids
            .first()
            .and_then(|id| done.world.book.orders.get(id))
            .and_then(subject_of);
        let subject = subject.unwrap_or_default();
        let message = text!(
            "第 {places} 个服务未获通过：改好后用 icpctl new 重新备案，资料文件写 subject = \"{subject}\"",
            "the bureau refused service {places}: file it again with icpctl new, the dossier saying subject = \"{subject}\"",
            places
        );
        answer::advise(cx, &mut reply, "file-refused-services-again", message);
    }
    Ok(reply)
}

fn subject_of(order: &Order) -> Option<String> {
    let approval = order.brought()?;
    approval
        .subject
        .as_ref()
        .or(order.target.subject.as_ref())
        .map(ToString::to_string)
}

/// Lists what can be recorded, by name.
pub fn events() -> Vec<&'static str> {
    Report::ALL.iter().map(|report| report.name()).collect()
}

fn report_of(word: &str) -> Result<Report, Failure> {
    Report::from_word(word).ok_or_else(|| {
        let list = Report::listed();
        let failure = if Step::from_name(word).is_some() {
            Failure::usage(text!(
                "`{word}` 是命令，不是事件：icpctl {word} ORDER",
                "`{word}` is a command, not an event: icpctl {word} ORDER"
            ))
        } else {
            Failure::usage(text!("没有事件 `{word}`", "there is no event `{word}`"))
        };
        failure
            .meant(Report::nearest(word))
            .hint(text!("事件：{list}", "events: {list}", list))
    })
}

/// The shape of the stream.
pub const STREAM: &str = "icpctl.record/1";

/// Takes many reports: one operation, chunk after chunk; a refused row leaves the others alone.
fn from_file(cx: &mut Context<'_>, matches: &ArgMatches, from: &str) -> Result<Reply, Failure> {
    let signals = Signals::listen()?;
    let Some(rows) = rows::read(cx, matches, from, &signals, read_record_rows)? else {
        return Ok(Stream::unbegun(cx, STREAM, &ORDERS, from, &signals));
    };
    let reports: Vec<Told> = rows.iter().map(told).collect();
    let writes = !cx.globals.dry_run && cx.has_store();
    let words = rows
        .iter()
        .flat_map(|row| row.numbers.iter().chain([&row.order]));
    let wanted = Wanted::of(words);
    cx.alone(writes, |cx, lock| {
        let all: Vec<(&RecordRow, &Told)> = rows.iter().zip(&reports).collect();
        let decide = |_: &mut Context<'_>, world: &mut World| {
            let is_found =
                |(row, told): (&RecordRow, &Told)| reported::order(world, &row.order, told).is_ok();
            Ok(((), rows.iter().zip(&reports).all(is_found)))
        };
        let mut world = match of_themselves(cx, &all)? {
            Some(world) => world,
            None => cx.decide_near(&wanted, lock.is_some(), decide)?.0,
        };
        let mut ids = cx.ids.for_operation();
        let stamp = cx.stamp(&world, &mut ids);
        valid(from, &problems(&world, &stamp, &all))?;
        let mut stream = Stream::start(cx, STREAM, &ORDERS, from, rows.len());
        if rows.iter().any(|row| row.at.is_none()) {
            stream.again(Again::TakesUndated);
        }
        let take = |world: &mut World, rows: &[_]| {
            let mut chunk = take_rows(world, &stamp, rows);
            let brought = chunk.orders.iter().filter_map(|id| unlabelled(world, id));
            chunk.cautions.extend(brought);
            chunk
        };
        Ok(rows::take(
            cx, lock, &mut world, stream, &all, &signals, take,
        ))
    })
}

/// Reads only the orders that rows are about, where no row rests on more than its order.
fn of_themselves(
    cx: &mut Context<'_>,
    rows: &[(&RecordRow, &Told)],
) -> Result<Option<World>, Failure> {
    let Some((world, _)) = cx.world_of_only(rows.iter().map(|(row, _)| &row.order))? else {
        return Ok(None);
    };
    let mut ids = cx.ids.for_operation();
    let stamp = cx.stamp(&world, &mut ids);
    let mut trial = world.clone();
    let rests_on_itself = |(row, told): &(&RecordRow, &Told)| {
        let order = trial.find(&row.order);
        let reach = order.map(|order| reach::of_report(&trial, order, told.report));
        // What a row leads to decides what the next one of the same order rests on.
        let _ = take_row(&mut trial, &stamp, row, told, &mut Chunk::default());
        reach.is_ok_and(|reach| reach == Reach::Itself)
    };
    Ok(rows.iter().all(rests_on_itself).then_some(world))
}

/// Warns of a subject that an approval brought without the labels of its order.
fn unlabelled(world: &World, id: &OrderId) -> Option<Caution> {
    // The command itself may hold what messages mask.
    labelling(world, world.book.orders.get(id)?)?;
    let message = text!(
        "首次备案已通过，订单的标签还没有加到它的主体上；要执行的命令见 icpctl show {id}",
        "the first filing is approved, and its subject lacks the labels of its order: icpctl show {id} names the command"
    );
    Some(Caution {
        path: Some(id.to_string()),
        ..Caution::new("labels-of-order-alone", message)
    })
}

/// Takes all rows on trial, and tells what is wrong with those that do not validate: a time before
/// the order was made, a person whom it does not have, or numbers that cannot be its.
fn problems(world: &World, stamp: &Stamp, rows: &[(&RecordRow, &Told)]) -> Vec<Problem> {
    let early: Vec<Option<Problem>> = rows
        .iter()
        .map(|(row, told)| {
            row.at?;
            let order = reported::order(world, &row.order, told).ok()?;
            let message = advance::before_making(order, told, world.now)?;
            Some(row.place.problem("at", message, None))
        })
        .collect();
    let says_neither = |row: &RecordRow| row.who.is_empty() && row.numbers.is_empty();
    if rows.iter().all(|(row, _)| says_neither(row)) && early.iter().all(Option::is_none) {
        return Vec::new();
    }
    let mut trial = world.clone();
    let taken = take_rows(&mut trial, stamp, rows).rows;
    let of_rows = rows.iter().zip(taken).zip(early);
    let problems = of_rows.filter_map(|(((row, _), told), early)| {
        if early.is_some() {
            return early;
        }
        let failure = told.failure?;
        let is_usage = failure.exit == Exit::Usage;
        let column = if is_usage && !row.who.is_empty() {
            "who"
        } else if failure.code == "invalid.number" || is_usage && !row.numbers.is_empty() {
            "numbers"
        } else {
            return None;
        };
        let fix = failure.hints.into_iter().next();
        Some(row.place.problem(column, failure.message, fix))
    });
    problems.collect()
}

fn take_rows(world: &mut World, stamp: &Stamp, rows: &[(&RecordRow, &Told)]) -> Chunk {
    let mut chunk = Chunk::default();
    for (row, told) in rows {
        let found = reported::order(world, &row.order, told).ok();
        let id = found.map(|order| order.id.to_string());
        let key = found.and_then(|order| order.reference.clone());
        let typed = row.order.strip_prefix("ref:").map(str::to_owned);
        let taken = take_row(world, stamp, row, told, &mut chunk);
        chunk.tell(row.place.line, [key.or(typed), id], taken);
    }
    chunk
}

fn take_row(
    world: &mut World,
    stamp: &Stamp,
    row: &RecordRow,
    told: &Told,
    chunk: &mut Chunk,
) -> Result<Outcome, Failure> {
    let order = reported::order(world, &row.order, told)?;
    let id = order.id.clone();
    let taken = advance::report(world, stamp, order, told)?;
    let Some(order) = taken.order else {
        return Ok(Outcome::Unchanged);
    };
    world.put(order);
    chunk.orders.insert(id);
    chunk.cautions.extend(taken.cautions);
    Ok(Outcome::Ok)
}

fn told(row: &RecordRow) -> Told {
    Told {
        report: row.event,
        at: row.at,
        who: row.who.clone(),
        reason: row.reason.clone(),
        numbers: row.numbers.clone(),
    }
}
