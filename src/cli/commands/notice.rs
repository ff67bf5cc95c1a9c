//! `notice`: rectification notices, what puts them right, and their end.

use super::draft::{Brought, change_args, common_args, from_arg, typed, way_args};
use super::duty::{asked_for, targets_arg};
use crate::cli::context::Context;
use crate::cli::documents::order::Desk;
use crate::cli::documents::owed::{Page, notice_document};
use crate::cli::filters::{FILED, Filters, nothing};
use crate::cli::parser;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::{free_words, moment, option, place, repeated, switch};
use crate::cli::parser::vocabulary;
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::limit::{Limit, MOST_DAYS};
use crate::filing::moment::{self, Moment};
use crate::filing::notice::{Class, Term};
use crate::filing::order::NoticeId;
use crate::lang::{Lang, Text};
use crate::text;
use crate::workflow::notice::{self, Received};
use crate::workflow::owed::{Ledger, Matter, Owed};
use crate::workflow::plan::Done;
use clap::builder::TypedValueParser;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.notice/1";

/// The columns of a table.
const FIELDS: [&str; 23] = [
    "id",
    "class",
    "title",
    "group",
    "number",
    "subject",
    "service",
    "provider",
    "state",
    "text",
    "received_at",
    "deadline.at",
    "deadline.provisional",
    "deadline.overdue",
    "deadline.basis",
    "orders.kind",
    "orders.fields",
    "order",
    "order_status",
    "resolved_at",
    "resolved_by",
    "reason",
    "next",
];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    actions(
        command,
        lang,
        [
            action(
                "add",
                &text!("记下收到的整改通知", "Take down a notice that came in"),
                add_args(lang),
                lang,
            ),
            action(
                "list",
                &text!(
                    "列出整改通知，最近到期的在前",
                    "List notices, nearest deadline first"
                ),
                list_args(lang),
                lang,
            ),
            action(
                "resolve",
                &text!(
                    "登记整改完成，或起草整改所需的订单",
                    "Say that a notice is resolved, or draft the order that resolves it"
                ),
                resolve_args(lang),
                lang,
            ),
        ],
    )
}

fn add_args(lang: Lang) -> Vec<Arg> {
    vec![
        place(
            "target",
            "TARGET",
            text!(
                "通知所指的主体或服务：备案号或域名",
                "What it is about: a subject or service, by number or domain"
            ),
            lang,
        )
        .required(true),
        option(
            "class",
            "CLASS",
            text!(
                "通知的类别；icpctl explain CLASS 说明原因和处理办法",
                "The class of the notice; icpctl explain CLASS tells cause and remedy"
            ),
            lang,
        )
        .value_parser(classes())
        .required(true),
        moment(
            "received",
            text!("收到的时间，缺省为现在", "When it came in, now by default"),
            lang,
        ),
        option(
            "deadline",
            "TIME|DAYS",
            text!(
                "整改期限：时间，或收到后的天数如 15，工作日数如 10wd；不给则按类别的规定",
                "Its deadline: a time, or days after it came in such as 15, working days as 10wd; without it, the limit of its class"
            ),
            lang,
        ),
        option(
            "provider",
            "P",
            text!("发出通知的接入商", "The provider that sent it"),
            lang,
        ),
        free_words("text", text!("通知的原文", "Its words"), lang),
    ]
}

/// Takes a class by its id, or by its title in either language.
fn classes() -> impl TypedValueParser<Value = String> {
    let classes = Class::all().iter().map(|class| {
        let titles = vec![class.title.zh.as_ref(), class.title.en.as_ref()];
        (class.id.as_str(), titles)
    });
    vocabulary::any_of(classes.collect())
}

fn list_args(lang: Lang) -> Vec<Arg> {
    let mut args = vec![
        targets_arg(lang),
        switch(
            "all",
            text!("包括已完成的", "Include those that are resolved"),
            lang,
        ),
        repeated(
            "class",
            "CLASS",
            text!("通知的类别", "The class of the notice"),
            lang,
        )
        .value_parser(classes())
        .value_delimiter(','),
    ];
    args.extend(Filters::some(lang, &FILED));
    args
}

fn resolve_args(lang: Lang) -> Vec<Arg> {
    let mut args = vec![
        place(
            "id",
            "ID",
            text!(
                "整改通知号，或其前 4 位以上",
                "The notice: its id, or 4 or more characters of it"
            ),
            lang,
        )
        .required(true),
        moment(
            "at",
            text!(
                "完成的时间，缺省为现在",
                "When it was resolved, now by default"
            ),
            lang,
        )
        .conflicts_with("draft"),
        free_words(
            "reason",
            text!("说明，记入历史", "How, for the history"),
            lang,
        ),
        switch(
            "draft",
            text!(
                "起草整改所需的订单，并与通知关联；订单通过即整改完成",
                "Draft the order that resolves it and link the two; its approval resolves the notice"
            ),
            lang,
        ),
    ];
    args.extend(
        drafting_args(lang)
            .into_iter()
            .map(|arg| arg.requires("draft")),
    );
    args
}

/// The flags that shape the order which resolves it.
fn drafting_args(lang: Lang) -> Vec<Arg> {
    let kind = option(
        "kind",
        "KIND",
        text!(
            "起草哪一种订单；缺省为该类通知常用的一种",
            "Which kind of order; by default the usual one of its class"
        ),
        lang,
    );
    let provider = option(
        "provider",
        "P",
        text!(
            "接入商；缺省为发出通知的一家",
            "The provider; by default the one that sent the notice"
        ),
        lang,
    );
    let mut args = vec![
        kind.value_parser(vocabulary::named::<Kind>()),
        from_arg(lang),
    ];
    args.extend(change_args(lang));
    args.push(provider);
    args.extend(common_args(lang));
    args.extend(way_args(lang));
    args
}

/// Takes a notice down, lists notices, or resolves one.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    match matches.subcommand() {
        Some(("add", matches)) => add(cx, matches),
        Some(("resolve", matches)) if matches.get_flag("draft") => draft(cx, matches),
        Some(("resolve", matches)) => resolve(cx, matches),
        Some((_, matches)) => list(cx, matches),
        None => Err(Failure::usage(text!("缺少命令", "a command is missing"))),
    }
}

fn add(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let mut provider = matches.get_one::<String>("provider").cloned();
    cx.name_providers(&mut provider)?;
    let Some(class) = word("class").and_then(Class::named) else {
        return Err(Failure::usage(text!(
            "缺少参数：--class",
            "missing: --class"
        )));
    };
    let received = Received {
        target: word("target").unwrap_or_default(),
        class,
        at: word("received"),
        term: word("deadline").map(|typed| term(cx, typed)).transpose()?,
        provider: provider.as_deref(),
        text: word("text").map(str::trim).filter(|text| !text.is_empty()),
    };
    let done = cx.transact(|world, stamp, ids| notice::add(world, stamp, ids, received))?;
    let said = match (done.changed, cx.globals.dry_run) {
        (true, false) => text!(
            "已记下整改通知：{title}",
            "taken down: {title}",
            title = &class.title
        ),
        (true, true) => text!(
            "将记下整改通知：{title}（未写入）",
            "would take down: {title} (nothing was written)",
            title = &class.title
        ),
        (false, _) => text!(
            "这份整改通知已经记下，没有改动",
            "this notice was taken down already; nothing changed"
        ),
    };
    answered(cx, &done, &done.answer, said)
}

/// Reads a deadline: a TIME, a day as dossiers write it, or a number of days after the notice came
/// in.
fn term(cx: &Context<'_>, typed: &str) -> Result<Term, Failure> {
    let typed = typed.trim();
    let refused = |message| {
        Failure::invalid("invalid.time", message).hint(text!(
            "期限可写日期 2026-12-10 或 20261210、时间，或天数 15、工作日数 10wd（也可写 15天、10个工作日），天数不超过 {MOST_DAYS}",
            "a deadline is a date such as 2026-12-10 or 20261210, a time, days as 15, or working days as 10wd, at most {MOST_DAYS}"
        ))
    };
    match moment::parse(typed, cx.now) {
        Ok(Moment::Exact(at)) => Ok(Term::At(at)),
        Ok(Moment::Day(day)) => Ok(Term::At(Instant::end_of(day))),
        Err(error) => match days(typed) {
            Some(limit) if limit.count() <= MOST_DAYS => Ok(Term::After(limit)),
            Some(_) => Err(refused(text!(
                "`{typed}` 不是日期，作为天数又太大",
                "`{typed}` is no date, and too large as a number of days"
            ))),
            None => Err(refused(error.message())),
        },
    }
}

/// Reads a number of days or working days: `15`, `15d`, `15天`, `10wd`, `10个工作日`.
fn days(typed: &str) -> Option<Limit> {
    let working = ["wd", "个工作日", "工作日"];
    let working = working.iter().find_map(|unit| typed.strip_suffix(unit));
    let (words, limit): (_, fn(u32) -> Limit) = match working {
        Some(words) => (words, Limit::WorkingDays),
        None => (
            typed.strip_suffix(['d', '天', '日']).unwrap_or(typed),
            Limit::Days,
        ),
    };
    let digits = words.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| limit(digits.parse().unwrap_or(u32::MAX)))
}

fn resolve(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (id, at) = (parser::word(matches, "id"), word("at"));
    let reason = parser::said(matches, "reason");
    let reason = reason.as_deref();
    let done = cx.transact(|world, stamp, _| notice::resolve(world, stamp, id, at, reason))?;
    let said = match (done.changed, cx.globals.dry_run) {
        (true, false) => text!("已登记整改完成", "recorded as resolved"),
        (true, true) => text!(
            "将登记整改完成（未写入）",
            "would record it as resolved (nothing was written)"
        ),
        (false, _) => text!(
            "整改已经完成，没有改动",
            "resolved already; nothing changed"
        ),
    };
    answered(cx, &done, &done.answer, said)
}

fn draft(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let id = parser::word(matches, "id");
    let kind = Kind::from_name(parser::word(matches, "kind"));
    // Without one it is its class that says which.
    let mut ask = typed(kind.unwrap_or(Kind::Change), matches)?;
    cx.name_providers(&mut ask.provider)?;
    let brought = Brought::read(cx, matches, &mut ask)?;
    let done = cx.transact(|world, stamp, ids| {
        let mut plan = notice::draft(world, stamp, ids, id, kind, &ask)?;
        brought.add_to(&mut plan, &ask, world);
        Ok(plan)
    })?;
    let (id, order) = (&done.answer.notice, &done.answer.order);
    let said = match (done.changed, cx.globals.dry_run) {
        (true, false) => text!("已为整改通知 {id} 起草订单", "drafted for the notice {id}"),
        (true, true) => text!(
            "将为整改通知 {id} 起草订单（未写入）",
            "would draft for the notice {id} (nothing was written)"
        ),
        (false, _) => text!(
            "整改通知 {id} 的订单已经起草，没有改动",
            "the order for the notice {id} was drafted already; nothing changed"
        ),
    };
    let mut reply = answered(cx, &done, id, said)?.human(format!("{order}\n"));
    reply.says.extend(answer::standing(
        cx,
        &done.world,
        std::slice::from_ref(order),
    )?);
    Ok(reply)
}

/// Answers with one notice: its document, and its id for people.
fn answered<T>(
    cx: &Context<'_>,
    done: &Done<T>,
    id: &NoticeId,
    said: Text,
) -> Result<Reply, Failure> {
    let (subject, notice) = notice::find(&done.world, id.as_str())?;
    let ledger = Ledger::new(&done.world);
    let owed = ledger
        .notices(subject)
        .find(|owed| is_notice(owed, &notice.id));
    let mut documents: Vec<Value> = owed
        .iter()
        .map(|owed| notice_document(owed, cx.manner()))
        .collect();
    if done.changed && cx.globals.dry_run {
        // No notice has this id, or no order.
        for document in &mut documents {
            document["next"] = Value::Array(Vec::new());
        }
    }
    let mut reply = Reply::list(SCHEMA, &FIELDS, documents)
        .human(format!("{id}\n"))
        .changed(done.changed)
        .say(said);
    if let Some(due) = owed.as_ref().and_then(Owed::due) {
        let until = crate::cli::documents::owed::until(due, done.world.now);
        reply = reply.say(text!("期限：{until}", "until: {until}", until));
    }
    Ok(reply)
}

fn is_notice(owed: &Owed<'_>, id: &NoticeId) -> bool {
    match &owed.matter {
        Matter::Notice { notice, .. } => notice.id == *id,
        Matter::Duty { .. } => false,
    }
}

fn list(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    let world = cx.world()?;
    let desk = Desk::new(&world);
    let ledger = Ledger::new(&world);
    let classes: Vec<&String> = matches.get_many("class").into_iter().flatten().collect();
    let found = asked_for(&ledger, &desk, &filters, matches, |matter| match matter {
        Matter::Notice { notice, .. } => {
            classes.is_empty() || classes.iter().any(|class| **class == notice.class)
        }
        Matter::Duty { .. } => false,
    })?;
    let manner = cx.manner();
    let page = Page {
        now: world.now,
        manner,
        color: cx.color(),
    };
    let human: Vec<String> = found.iter().map(|owed| page.notice_block(owed)).collect();
    let documents = found
        .iter()
        .map(|owed| notice_document(owed, manner))
        .collect();
    let reply = Reply::list(SCHEMA, &FIELDS, documents).human(human.concat());
    Ok(if found.is_empty() {
        let no_notice = text!("没有待整改的通知", "there is no notice to resolve");
        reply.say(nothing(cx, filters.limit(), no_notice))
    } else {
        reply
    })
}
