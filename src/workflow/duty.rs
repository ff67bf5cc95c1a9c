//! Duties that are said to be done.

use super::mark;
use super::notice::{about, past};
use super::owed::{Ledger, Matter, Owed};
use super::plan::{Plan, Stamp};
use super::resolve::Target;
use super::world::World;
use crate::failure::Failure;
use crate::filing::duty::{Duty, State};
use crate::filing::instant::Instant;
use crate::filing::notice::Of;
use crate::filing::number::{SecurityNumber, ServiceNumber, SubjectNumber};
use crate::filing::portfolio::FiledService;
use crate::filing::record::{DutyFacts, SubjectEntry, SubjectEvent};
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What is said to be done.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The TIME at which it was done, as typed; now where absent.
    pub at: Option<&'a str>,
    /// The public-security number that came of it.
    pub number: Option<SecurityNumber>,
}

/// What was done: whose duty, and which.
pub type Settled = Vec<(SubjectNumber, Option<ServiceNumber>, &'static Duty)>;

/// Lists what TARGETs owe of these duties, each once.
///
/// A subject number means every service under it that owes a duty of services.
///
/// # Errors
/// Nothing of that name (4), a TARGET where none owes one of the duties (5).
pub fn of_targets<'w>(
    world: &'w World,
    ledger: &Ledger<'_>,
    targets: &[String],
    duties: &[&'static Duty],
) -> Result<Vec<Owed<'w>>, Failure> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for target in targets {
        for duty in duties {
            let found = owed(world, ledger, target, duty)?;
            all.extend(
                found
                    .into_iter()
                    .filter(|one| seen.insert((one.number(), &duty.id))),
            );
        }
    }
    Ok(all)
}

/// Says that what is owed is done; what is so already is not written again.
///
/// # Errors
/// A number for several services (2), a time in the future or before the approval (3), a damaged
/// file (3), a duty that could not be done yet (5).
pub fn done(
    world: &World,
    stamp: &Stamp,
    all: &[Owed<'_>],
    said: Said<'_>,
) -> Result<Plan<Settled>, Failure> {
    if said.number.is_some() && all.len() > 1 {
        return Err(Failure::usage(text!(
            "--number 只能用于一个服务",
            "--number goes with one service"
        ))
        .hint(text!("写出服务备案号", "name the service by its number")));
    }
    let mut plan = Plan::new(Settled::new());
    let mut entries: BTreeMap<SubjectNumber, Vec<SubjectEntry>> = BTreeMap::new();
    for one in all {
        let Matter::Duty { duty, .. } = one.matter else {
            continue;
        };
        let since = one
            .service
            .and_then(|service| service.approved_on)
            .map(Instant::start_of);
        let at = past(stamp, said.at, since).map_err(|failure| of(&one.number(), failure))?;
        let subject = one.subject.number;
        let service = one.service.map(|s| s.number);
        plan.answer.push((subject, service, duty));
        if is_done(one, at, &said) {
            continue;
        }
        if let Some(opens) = not_open(one, at) {
            let (id, number) = (&duty.id, one.number());
            let failure = Failure::refused(
                "refused.not-owed",
                text!(
                    "{number} 的 {id} 从 {opens} 起才能完成",
                    "{id} of {number} can be done from {opens} on"
                ),
            );
            return Err(if all.len() == 1 {
                failure
            } else {
                failure.hint(text!(
                    "已经可以登记的，写出各自的备案号；各项的起止日期：icpctl duty list {subject}",
                    "name by number those that can be done already; from when each is owed: icpctl duty list {subject}"
                ))
            });
        }
        let of_subject = entries.entry(subject).or_default();
        let mut entry = mark::subject_entry(world, stamp, &subject, SubjectEvent::DutyDone);
        entry.sequence += u64::try_from(of_subject.len()).unwrap_or_default();
        entry.at = at;
        entry.service = service;
        entry.duty = Some(DutyFacts {
            id: duty.id.clone(),
            number: said.number,
            extra: toml::Table::new(),
        });
        of_subject.push(entry);
    }
    for (number, entries) in entries {
        let mut record = mark::record(&world.book, &number)?;
        record.history.extend(entries);
        plan.subjects.push(record);
    }
    Ok(plan)
}

/// Holds that all of these duties bring a public-security number.
///
/// # Errors
/// 2, naming the first that brings none.
pub fn bring_numbers(duties: &[&'static Duty]) -> Result<(), Failure> {
    let Some(duty) = duties.iter().find(|duty| !duty.number) else {
        return Ok(());
    };
    let id = &duty.id;
    Err(Failure::usage(text!(
        "--number 与 {id} 无关",
        "--number means nothing for {id}"
    )))
}

/// Says of which of several a failure is.
fn of(number: &str, failure: Failure) -> Failure {
    let message = text!(
        "{number}：{message}",
        "{number}: {message}",
        message = &failure.message
    );
    Failure { message, ..failure }
}

/// Returns the day from which something owed can be done, where `at` lies before it.
pub fn not_open(one: &Owed<'_>, at: Instant) -> Option<NaiveDate> {
    let opens = one.due()?.opens;
    (at.day() < opens).then_some(opens)
}

/// Whether it is recorded already that it was done, then and with that number as far as they are
/// said.
fn is_done(one: &Owed<'_>, at: Instant, said: &Said<'_>) -> bool {
    match &one.matter {
        Matter::Duty {
            state: State::Done { at: then, number },
            ..
        } => {
            (said.at.is_none() || *then == at) && (said.number.is_none() || *number == said.number)
        }
        Matter::Duty {
            state: State::Due(_) | State::Unknown,
            ..
        }
        | Matter::Notice { .. } => false,
    }
}

/// Lists who owes a duty among what a TARGET means.
fn owed<'w>(
    world: &'w World,
    ledger: &Ledger<'_>,
    typed: &str,
    duty: &'static Duty,
) -> Result<Vec<Owed<'w>>, Failure> {
    let portfolio = &world.book.portfolio;
    let number = match (mark::target(&world.book, typed)?, duty.of) {
        (Target::Subject(number), _) => (number, None),
        (Target::Service(_) | Target::Domain { .. }, of) => about(world, typed, of)?,
    };
    let (subject, service) = number;
    let Some(subject) = portfolio.subject(&subject) else {
        return Ok(Vec::new());
    };
    let debtors: Vec<Option<&FiledService>> = match (duty.of, service) {
        (Of::Subject, _) => vec![None],
        (Of::Service, Some(number)) => vec![subject.services.get(&number)],
        (Of::Service, None) => subject.services.values().map(Some).collect(),
    };
    let all = debtors
        .into_iter()
        .flat_map(|debtor| ledger.duties(subject, debtor));
    let of_this = |owed: &Owed<'_>| match &owed.matter {
        Matter::Duty { duty: other, .. } => other.id == duty.id,
        Matter::Notice { .. } => false,
    };
    let (these, others): (Vec<_>, Vec<_>) = all.partition(of_this);
    if !these.is_empty() {
        return Ok(these);
    }
    let id = &duty.id;
    let failure = Failure::refused(
        "refused.not-owed",
        text!(
            "{typed} 现在没有 {id} 这一事项",
            "{typed} does not owe {id} now"
        ),
    );
    let mut known: Vec<&str> = Vec::new();
    for owed in &others {
        match &owed.matter {
            Matter::Duty { duty, .. } if !known.contains(&duty.id.as_str()) => {
                known.push(&duty.id);
            }
            Matter::Duty { .. } | Matter::Notice { .. } => {}
        }
    }
    let known = Text::list(&known);
    Err(if known.zh.is_empty() {
        failure
    } else {
        failure.hint(text!("它的事项：{known}", "what it owes: {known}", known))
    })
}
