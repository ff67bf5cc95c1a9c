//! `duty`: what is owed for what is filed, and that it was done.
//!
//! A command of its own beside `notice`: a notice is something that came in and has an id, while
//! duties are computed from what is filed and have none.

mod rows;

use crate::cli::context::{Caution, Context};
use crate::cli::documents::order::Desk;
use crate::cli::documents::owed::{ALIKE, about, duty_document, gather, title, when};
use crate::cli::filters::{FILED, Filters, nothing};
use crate::cli::input::encoding_arg;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::{moment, option, place, repeated, switch};
use crate::cli::parser::{vocabulary, words};
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::duty::{Duty, State};
use crate::filing::number::{SecurityNumber, ServiceNumber, SubjectNumber};
use crate::lang::{Lang, commas};
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use crate::workflow::duty::{Said, Settled, bring_numbers, done, not_open, of_targets};
use crate::workflow::mark;
use crate::workflow::notice::past;
use crate::workflow::owed::{Ledger, Matter, Owed};
use crate::workflow::plan::Done;
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
    let all = || -> Vec<vocabulary::Word> {
        let duties = Duty::all().iter().map(|duty| {
            let titles = vec![duty.title.zh.as_ref(), duty.title.en.as_ref()];
            (duty.id.as_str(), titles)
        });
        duties.collect()
    };
    let listing: Vec<Arg> = [
        targets_arg(lang),
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
        .value_parser(vocabulary::any_of(all()))
        .value_delimiter(','),
    ]
    .into_iter()
    .chain(Filters::some(lang, &FILED))
    .collect();
    // What is done is found by all that narrows a list, save the cut.
    let finding = Filters::some(lang, &FILED).into_iter();
    let finding = finding.filter(|arg| arg.get_id() != "limit");
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
                        "words",
                        "TARGET… DUTY…",
                        text!(
                            "备案号或域名（可多个；用筛选条件时可不写）和事项，见 icpctl explain DUTY；主体备案号包括名下全部服务",
                            "Whose duties (numbers or domains; a subject number means every service under it; none where filters find them), and the duties that are done; icpctl explain DUTY tells about one"
                        ),
                        lang,
                    )
                    .value_parser(vocabulary::any_of_or(all(), is_target))
                    .num_args(1..)
                    .required_unless_present("from"),
                    moment("at", text!("完成的时间，缺省为现在", "When it was done, now by default"), lang),
                    option(
                        "number",
                        "NUMBER",
                        text!(
                            "取得的公安备案号",
                            "The public-security number that came of it"
                        ),
                        lang,
                    ),
                    option(
                        "from",
                        "FILE",
                        text!(
                            "从 CSV 或 JSON Lines 读取多项，- 为标准输入；icpctl template duty 输出模板",
                            "Read many from CSV or JSON Lines, - for stdin; icpctl template duty prints a file to fill in"
                        ),
                        lang,
                    ),
                    encoding_arg(lang),
                ]
                .into_iter()
                .chain(finding),
                lang,
            ),
        ],
    )
}

/// The argument that names those whose matters are listed.
pub(super) fn targets_arg(lang: Lang) -> Arg {
    place(
        "target",
        "TARGET",
        text!(
            "只看这些主体、服务（备案号或域名）",
            "Only those of these subjects and services, by number or domain"
        ),
        lang,
    )
    .num_args(0..)
}

/// Whether a word is a number or a domain, mistyped ones included: no duty has a digit or a dot.
fn is_target(word: &str) -> bool {
    word.contains(|c: char| c.is_numeric() || matches!(c, '.' | '。' | '．'))
}

/// Whether the answer is a stream of rows.
pub fn is_streamed(matches: &ArgMatches) -> bool {
    let done = matches.subcommand_matches("done");
    done.is_some_and(|done| done.contains_id("from"))
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
fn only(world: &World, targets: &[String]) -> Result<Only, Failure> {
    let mut only = Only::default();
    for word in targets {
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
    let only = only(desk.world, &words(matches, "target"))?;
    let takes_all = matches.get_flag("all");
    let found = gather(ledger, desk, filters)
        .into_iter()
        .filter(|owed| takes_all || !owed.is_settled())
        .filter(|owed| is_wanted(&owed.matter) && only.takes(owed))
        .take(filters.limit().unwrap_or(usize::MAX));
    Ok(found.collect())
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
        .map(|owed| duty_document(owed, cx.now, cx.manner()))
        .collect();
    let reply = Reply::list(SCHEMA, &FIELDS, documents);
    if found.is_empty() {
        let nothing_owed = text!("没有待办的事项", "nothing is owed");
        return Ok(reply.say(nothing(cx, filters.limit(), nothing_owed)));
    }
    let overdue = found.iter().filter(|owed| owed.is_overdue()).count();
    let reply = if overdue > ALIKE {
        reply.say(text!(
            "其中早已完成的可一并登记：icpctl duty done DUTY… --overdue，筛选条件与本命令相同，先加 --dry-run 预览",
            "what was done long ago is settled at once: icpctl duty done DUTY… --overdue, with the filters of this list; --dry-run shows it first"
        ))
    } else {
        reply
    };
    Ok(reply.human(table(cx, &found, &world).render(cx.lang, cx.width(), cx.color())))
}

fn table(cx: &Context<'_>, found: &[Owed<'_>], world: &World) -> Table {
    let mut table = Table::new(vec![
        text!("期限", "Until"),
        text!("事项", "Duty"),
        text!("代码", "ID"),
        text!("对象", "Whose"),
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
            Cell::verbatim(about(owed, cx.manner())),
        ]);
    }
    table
}

/// What `done` was told: whose duties, where that is named, and which.
#[derive(Debug, Default)]
struct Wanted {
    targets: Vec<String>,
    duties: Vec<&'static Duty>,
}

impl Wanted {
    /// Tells the TARGETs from the duties.
    ///
    /// # Errors
    /// When no duty is named (2).
    fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut wanted = Self::default();
        for word in words(matches, "words") {
            match Duty::named(&word) {
                None => wanted.targets.push(word),
                Some(duty) if wanted.duties.iter().any(|there| there.id == duty.id) => {}
                Some(duty) => wanted.duties.push(duty),
            }
        }
        if wanted.duties.is_empty() {
            let ids = commas(Duty::all().iter().map(|duty| duty.id.as_str()));
            return Err(Failure::usage(text!(
                "没有写明完成了哪些事项",
                "which duties are done is not said"
            ))
            .hint(text!("事项：{ids}", "duties: {ids}")));
        }
        Ok(wanted)
    }

    /// Lists what the filters find of these duties and is not done, nearest date first.
    ///
    /// # Errors
    /// When a TARGET is not filed (4, 5).
    fn found<'l>(
        &self,
        ledger: &'l Ledger<'l>,
        desk: &'l Desk<'_>,
        filters: &Filters,
    ) -> Result<Vec<Owed<'l>>, Failure> {
        let only = only(desk.world, &self.targets)?;
        let is_wanted = |owed: &Owed<'_>| match &owed.matter {
            Matter::Duty { duty, .. } => self.duties.iter().any(|wanted| wanted.id == duty.id),
            Matter::Notice { .. } => false,
        };
        let found = gather(ledger, desk, filters)
            .into_iter()
            .filter(|owed| !owed.is_settled() && is_wanted(owed) && only.takes(owed));
        Ok(found.collect())
    }
}

fn settle(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    if let Some(from) = matches.get_one::<String>("from") {
        let only_file = Filters::typed(matches).next().is_none()
            && ["words", "at", "number"]
                .iter()
                .all(|name| !matches.contains_id(name));
        if !only_file {
            return Err(Failure::usage(text!(
                "--from 不能与对象、事项、筛选条件或它们的选项同用",
                "--from goes without targets, duties, filters, or their flags"
            )));
        }
        return rows::settle(cx, matches, from);
    }
    let number = typed_number(cx, matches)?;
    let wanted = Wanted::read(matches)?;
    if number.is_some() {
        bring_numbers(&wanted.duties)?;
    }
    let finds = Filters::typed(matches).next().is_some();
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    if !finds && wanted.targets.is_empty() {
        return Err(Failure::usage(text!(
            "没有写明是谁的事项",
            "whose duties they are is not said"
        ))
        .hint(text!(
            "写出备案号或域名，或用筛选条件找出它们，如 --overdue、--label customer=甲；先加 --dry-run 可预览",
            "name them by number or domain, or have filters find them, such as --overdue or --label customer=A; --dry-run shows which"
        )));
    }
    let said = Said {
        at: matches.get_one::<String>("at").map(String::as_str),
        number,
    };
    let done = cx.transact(|world, stamp, _| {
        let ledger = Ledger::new(world);
        if !finds {
            let owed = of_targets(world, &ledger, &wanted.targets, &wanted.duties)?;
            return done(world, stamp, &owed, said);
        }
        let desk = Desk::new(world);
        let mut found = wanted.found(&ledger, &desk, &filters)?;
        let at = past(stamp, said.at, None)?;
        let all = found.len();
        found.retain(|owed| not_open(owed, at).is_none());
        let early = all - found.len();
        let mut plan = done(world, stamp, &found, said)?;
        if early > 0 {
            plan.cautions.push(Caution::new(
                "duty-not-open",
                text!(
                    "{early} 项还没到可以办理的日子，未登记",
                    "left out, since they cannot be done yet: {early}"
                ),
            ));
        }
        Ok(plan)
    })?;
    let (documents, human) = settled(cx, &done);
    let said = match (done.changed, cx.globals.dry_run) {
        (false, _) if documents.is_empty() => text!(
            "这些条件下没有待办的这类事项，没有改动",
            "nothing of the kind is owed there; nothing changed"
        ),
        (true, false) => text!("已登记完成", "recorded as done"),
        (true, true) => text!(
            "将登记完成（未写入）",
            "would record it as done (nothing was written)"
        ),
        (false, _) => text!("已经完成，没有改动", "done already; nothing changed"),
    };
    Ok(Reply::list(SCHEMA, &FIELDS, documents)
        .human(human)
        .changed(done.changed)
        .say(said))
}

/// Returns the number of the public-security filing that was typed.
fn typed_number(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
) -> Result<Option<SecurityNumber>, Failure> {
    let Some(typed) = matches.get_one::<String>("number") else {
        return Ok(None);
    };
    let parsed = SecurityNumber::parse(typed)
        .map_err(|error| Failure::invalid("invalid.number", error.message()))?;
    for warning in &parsed.warnings {
        cx.caution(warning.code(), warning.message(), None);
    }
    Ok(Some(parsed.number))
}

/// Tells of what is done: the documents, and a line for each.
fn settled(cx: &Context<'_>, done: &Done<Settled>) -> (Vec<Value>, String) {
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
                documents.push(duty_document(&owed, cx.now, cx.manner()));
                let at = match state {
                    State::Done { at, .. } => at.to_minute(),
                    State::Due(_) | State::Unknown => String::new(),
                };
                let title = duty.title.get(cx.lang);
                human.extend([&owed.number(), "  ", title, "  ", &at, "\n"]);
            }
        }
    }
    (documents, human)
}
