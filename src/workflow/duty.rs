//! Duties that are said to be done.

use super::mark;
use super::notice::{about, past};
use super::owed::{Ledger, Matter, Owed};
use super::plan::{Plan, Stamp};
use super::resolve::Target;
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::duty::{Duty, State};
use crate::filing::instant::Instant;
use crate::filing::notice::Of;
use crate::filing::number::{SecurityNumber, ServiceNumber, SubjectNumber};
use crate::filing::portfolio::FiledService;
use crate::filing::record::{DutyFacts, SubjectEvent};
use crate::text;

/// What is said to be done.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Whose duty it was, as typed.
    pub target: &'a str,
    /// The duties.
    pub duties: &'a [&'static Duty],
    /// The TIME at which they were done, as typed; now where absent.
    pub at: Option<&'a str>,
    /// The public-security number that came of it.
    pub number: Option<SecurityNumber>,
}

/// What was done: whose duty, and which.
pub type Settled = Vec<(SubjectNumber, Option<ServiceNumber>, &'static Duty)>;

/// Says that duties are done; what is so already is not written again.
///
/// A subject number means every service under it that owes a duty of services.
///
/// # Errors
/// Nothing of that name (4), none who owes it (5), a number where none belongs or for several
/// services (2), a time in the future or before the approval (3), a damaged file (3).
pub fn done(world: &World, stamp: &Stamp, said: Said<'_>) -> Result<Plan<Settled>, Failure> {
    if let Some(duty) = said.duties.iter().find(|duty| !duty.number)
        && said.number.is_some()
    {
        let id = &duty.id;
        return Err(Failure::usage(text!(
            "--number 与 {id} 无关",
            "--number means nothing for {id}"
        )));
    }
    let ledger = Ledger::new(world);
    let mut plan = Plan::new(Settled::new());
    let mut entries = Vec::new();
    let mut number_of_subject = None;
    for duty in said.duties {
        let owed = owed(world, &ledger, said.target, duty)?;
        if said.number.is_some() && owed.len() > 1 {
            return Err(Failure::usage(text!(
                "--number 只能用于一个服务",
                "--number goes with one service"
            ))
            .hint(text!("写出服务备案号", "name the service by its number")));
        }
        for one in owed {
            let since = one
                .service
                .and_then(|service| service.approved_on)
                .map(Instant::start_of);
            let at = past(stamp, said.at, since)?;
            let subject = one.subject.number;
            let service = one.service.map(|s| s.number);
            number_of_subject = Some(subject);
            plan.answer.push((subject, service, duty));
            if is_done(&one, at, &said) {
                continue;
            }
            if let Some(due) = one.due().filter(|due| at.day() < due.opens) {
                let (id, opens) = (&duty.id, due.opens);
                return Err(Failure::new(
                    Exit::Refused,
                    "refused.not-owed",
                    text!(
                        "{id} 从 {opens} 起才能完成",
                        "{id} can be done from {opens} on"
                    ),
                ));
            }
            let mut entry = mark::subject_entry(world, stamp, &subject, SubjectEvent::DutyDone);
            entry.sequence += u64::try_from(entries.len()).unwrap_or_default();
            entry.at = at;
            entry.service = service;
            entry.duty = Some(DutyFacts {
                id: duty.id.clone(),
                number: said.number,
                extra: toml::Table::new(),
            });
            entries.push(entry);
        }
    }
    if let Some(number) = number_of_subject.filter(|_| !entries.is_empty()) {
        let mut record = mark::record(&world.book, &number)?;
        record.history.extend(entries);
        plan.subjects.push(record);
    }
    Ok(plan)
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
    ledger: &Ledger<'w>,
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
    let all: Vec<Owed<'w>> = debtors
        .into_iter()
        .flat_map(|debtor| ledger.duties(subject, debtor))
        .collect();
    let of_this = |owed: &Owed<'_>| match &owed.matter {
        Matter::Duty { duty: other, .. } => other.id == duty.id,
        Matter::Notice { .. } => false,
    };
    let (these, others): (Vec<_>, Vec<_>) = all.into_iter().partition(of_this);
    if !these.is_empty() {
        return Ok(these);
    }
    let id = &duty.id;
    let failure = Failure::new(
        Exit::Refused,
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
    let known = known.join(", ");
    Err(if known.is_empty() {
        failure
    } else {
        failure.hint(text!("它的事项：{known}", "what it owes: {known}"))
    })
}
