//! `duty`: what is owed for what is filed, and that it was done.
//!
//! A command of its own beside `notice`: a notice is something that came in and has an id, while
//! duties are computed from what is filed and have none.

use super::list::manner;
use crate::cli::context::Context;
use crate::cli::documents::order::{Desk, time};
use crate::cli::documents::owed::{about, duty_document, gather, title, when};
use crate::cli::filters::{FILED, Filters, nothing};
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::{option, place, repeated, switch};
use crate::cli::parser::vocabulary;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::duty::{Duty, State};
use crate::filing::number::{SecurityNumber, ServiceNumber, SubjectNumber};
use crate::lang::Lang;
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use crate::workflow::duty::{Said, done};
use crate::workflow::mark;
use crate::workflow::owed::{Ledger, Matter, Owed};
use crate::workflow::resolve::Target;
use crate::workflow::world::World;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.duty/1";

/// The columns of a table.
const FIELDS: [&str; 13] = [
    "duty",
    "title",
    "number",
    "subject",
    "service",
    "state",
    "opens_on",
    "deadline.at",
    "deadline.provisional",
    "deadline.overdue",
    "done_at",
    "security_number",
    "next",
];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let ids = || {
        let duties = Duty::all().iter().map(|duty| {
            let titles = vec![duty.title.zh.as_ref(), duty.title.en.as_ref()];
            (duty.id.as_str(), titles)
        });
        vocabulary::any_of(duties.collect())
    };
    let targets = place(
        "target",
        "TARGET",
        text!(
            "只看这些主体、服务（备案号或域名）",
            "Only those of these subjects and services, by number or domain"
        ),
        lang,
    )
    .num_args(0..);
    let listing: Vec<Arg> = [
        targets,
        switch(
            "all",
            text!("包括已完成的", "Include those that are done"),
            lang,
        ),
        repeated(
            "duty",
            "DUTY",
            text!("只看这些事项", "Only these duties"),
            lang,
        )
        .value_parser(ids())
        .value_delimiter(','),
    ]
    .into_iter()
    .chain(Filters::some(lang, &FILED))
    .collect();
    actions(
        command,
        lang,
        [
            action(
                "list",
                &text!(
                    "列出备案后的事项，最近到期的在前",
                    "List what is owed after approval, nearest date first"
                ),
                listing,
                lang,
            ),
            action(
                "done",
                &text!("登记事项已完成", "Say that duties are done"),
                [
                    place(
                        "target",
                        "TARGET",
                        text!(
                            "谁的事项：备案号或域名；主体备案号包括名下全部服务",
                            "Whose duties: a number or domain; a subject number means every service under it"
                        ),
                        lang,
                    )
                    .required(true),
                    place(
                        "duty",
                        "DUTY",
                        text!(
                            "事项；icpctl explain DUTY 有说明",
                            "The duties; icpctl explain DUTY tells about one"
                        ),
                        lang,
                    )
                    .value_parser(ids())
                    .num_args(1..)
                    .required(true),
                    option(
                        "at",
                        "TIME",
                        text!("完成的时间，缺省为现在", "When it was done, now by default"),
                        lang,
                    )
                    .allow_hyphen_values(true),
                    option(
                        "number",
                        "NUMBER",
                        text!(
                            "取得的公安备案号",
                            "The public-security number that came of it"
                        ),
                        lang,
                    ),
                ],
                lang,
            ),
        ],
    )
}

/// Lists duties, or says that some are done.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    match matches.subcommand() {
        Some(("done", matches)) => settle(cx, matches),
        Some((_, matches)) => list(cx, matches),
        None => Err(Failure::usage(text!("缺少命令", "a command is missing"))),
    }
}

/// The subjects and services that were named; none named takes all.
#[derive(Debug, Default)]
struct Only {
    subjects: Vec<SubjectNumber>,
    services: Vec<ServiceNumber>,
}

impl Only {
    /// Whether what is owed belongs to what was named.
    fn takes(&self, owed: &Owed<'_>) -> bool {
        let named = |number: &ServiceNumber| self.services.contains(number);
        (self.subjects.is_empty() && self.services.is_empty())
            || self.subjects.contains(&owed.subject.number)
            || owed.service.is_some_and(|service| named(&service.number))
    }
}

/// Finds what the TARGETs of a list mean.
///
/// # Errors
/// When one of them is not filed (4, 5).
fn only(world: &World, matches: &ArgMatches) -> Result<Only, Failure> {
    let mut only = Only::default();
    for word in matches.get_many::<String>("target").into_iter().flatten() {
        match mark::target(&world.book, word)? {
            Target::Subject(number) => only.subjects.push(number),
            Target::Service(number) => only.services.push(number),
            Target::Domain { services, .. } => only.services.extend(services),
        }
    }
    Ok(only)
}

/// Lists what is owed of the matters that a list is of, as far as its flags ask for it.
///
/// # Errors
/// When a TARGET is not filed (4, 5).
pub(super) fn asked_for<'l>(
    ledger: &'l Ledger<'l>,
    desk: &'l Desk<'_>,
    filters: &Filters,
    matches: &ArgMatches,
    is_wanted: impl Fn(&Matter<'_>) -> bool,
) -> Result<Vec<Owed<'l>>, Failure> {
    let only = only(desk.world, matches)?;
    let takes_all = matches.get_flag("all");
    let found = gather(ledger, desk, filters)
        .into_iter()
        .filter(|owed| takes_all || !owed.is_settled())
        .filter(|owed| is_wanted(&owed.matter) && only.takes(owed))
        .take(filters.limit().unwrap_or(usize::MAX));
    Ok(found.collect())
}

fn listed(documents: Vec<Value>) -> Reply {
    Reply {
        known: FIELDS.map(str::to_owned).to_vec(),
        ..Reply::new(SCHEMA, Value::Array(documents))
    }
}

fn list(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    let world = cx.world()?;
    let desk = Desk::new(&world);
    let ledger = Ledger::new(&world);
    let wanted: Vec<&String> = matches.get_many("duty").into_iter().flatten().collect();
    let found = asked_for(&ledger, &desk, &filters, matches, |matter| match matter {
        Matter::Duty { duty, .. } => wanted.is_empty() || wanted.iter().any(|id| **id == duty.id),
        Matter::Notice { .. } => false,
    })?;
    let documents = found
        .iter()
        .map(|owed| duty_document(owed, manner(cx)))
        .collect();
    let reply = listed(documents);
    if found.is_empty() {
        let nothing_owed = text!("没有待办的事项", "nothing is owed");
        return Ok(reply.say(nothing(filters.limit(), nothing_owed)));
    }
    Ok(reply.human(table(cx, &found, &world).render(cx.lang, cx.width(), cx.color())))
}

fn table(cx: &Context<'_>, found: &[Owed<'_>], world: &World) -> Table {
    let mut table = Table::new(vec![
        text!("期限", "Until"),
        text!("事项", "Duty"),
        text!("名称", "ID"),
        text!("对象", "Of"),
    ])
    .rooms(&[Room::Wraps, Room::Wraps, Room::Whole, Room::Whole]);
    for owed in found {
        let Matter::Duty { duty, state } = &owed.matter else {
            continue;
        };
        let date = match state {
            State::Done { at, .. } => {
                let day = at.day();
                Cell::new(text!("{day} 已完成", "done on {day}")).tone(Tone::Approved)
            }
            State::Due(_) | State::Unknown => {
                let cell = Cell::new(when(owed, world.now));
                if owed.is_overdue() {
                    cell.tone(Tone::Against)
                } else {
                    cell
                }
            }
        };
        table.row(vec![
            date,
            Cell::new(title(owed)),
            Cell::verbatim(duty.id.as_str()).tone(Tone::Name),
            Cell::verbatim(about(owed, manner(cx))),
        ]);
    }
    table
}

fn settle(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let number = match word("number") {
        None => None,
        Some(typed) => {
            let parsed = SecurityNumber::parse(typed)
                .map_err(|error| Failure::invalid("invalid.number", error.message()))?;
            for warning in &parsed.warnings {
                cx.caution(warning.code(), warning.message(), None);
            }
            Some(parsed.number)
        }
    };
    let mut duties: Vec<&'static Duty> = Vec::new();
    for id in matches.get_many::<String>("duty").into_iter().flatten() {
        duties.extend(Duty::named(id).filter(|duty| !duties.iter().any(|d| d.id == duty.id)));
    }
    let said = Said {
        target: word("target").unwrap_or_default(),
        duties: &duties,
        at: word("at"),
        number,
    };
    let done = cx.transact(|world, stamp, _| done(world, stamp, said))?;
    let ledger = Ledger::new(&done.world);
    let mut documents = Vec::new();
    let mut human = String::new();
    for (subject, service, duty) in &done.answer {
        let Some(subject) = done.world.book.portfolio.subject(subject) else {
            continue;
        };
        let service = service.and_then(|number| subject.services.get(&number));
        for owed in ledger.duties(subject, service) {
            if let Matter::Duty { duty: this, state } = &owed.matter
                && this.id == duty.id
            {
                documents.push(duty_document(&owed, manner(cx)));
                let at = match state {
                    State::Done { at, .. } => time(*at),
                    State::Due(_) | State::Unknown => String::new(),
                };
                human.extend([&owed.number(), "  ", &duty.id, "  ", &at, "\n"]);
            }
        }
    }
    let said = match (done.changed, cx.globals.dry_run) {
        (true, false) => text!("已登记完成", "recorded as done"),
        (true, true) => text!(
            "将登记完成（未写入）",
            "would record it as done (nothing was written)"
        ),
        (false, _) => text!("已经完成，没有改动", "done already; nothing changed"),
    };
    Ok(listed(documents)
        .human(human)
        .changed(done.changed)
        .say(said))
}
