//! Where an order stands: its history folded, and what the clock presumes on top.

use super::approval::Approval;
use super::event::{Command, Event, Report};
use super::instant::Instant;
use super::machine::Case;
use super::number::{ServiceNumber, SubjectNumber};
use super::order::{Entry, OperationId, Order, Signatory, Who};
use super::place::Place;
use super::profile::Profiles;
use super::signatory;
use super::status::Status;
use crate::lang::Text;
use crate::text;

use chrono::TimeDelta;
use std::collections::BTreeSet;

/// How long the SMS may be answered (SMS-01; S0, S1, S3): the window is half-open.
const SMS_WINDOW: TimeDelta = TimeDelta::hours(24);

/// The running or run-out time in which every phone must answer.
#[derive(Clone, Debug, PartialEq)]
pub struct SmsWindow {
    /// Since when: the first SMS since the order last came here, else its coming.
    pub opened_at: Instant,
    /// Whether the sending itself was reported.
    pub sent: bool,
    /// Who must answer, and since when each has.
    pub awaiting: Vec<(Signatory, Option<Instant>)>,
}

impl SmsWindow {
    /// Returns the first instant that is too late.
    pub fn closes_at(&self) -> Instant {
        self.opened_at + SMS_WINDOW
    }

    /// Lists those who have not answered.
    pub fn outstanding(&self) -> impl Iterator<Item = &Signatory> {
        self.awaiting
            .iter()
            .filter(|(_, answered)| answered.is_none())
            .map(|(signatory, _)| signatory)
    }
}

/// Where an order stands by its history alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The stored status.
    pub status: Status,
    /// When the entry that led to it happened.
    pub since: Instant,
    /// The SMS window, exactly while the status is `sms-verification-pending`.
    pub window: Option<SmsWindow>,
    /// When it was last touched: the latest `at` of the whole history, that of an undo included.
    /// Labels and notes do not count, nor does undoing them. One whose creation was undone idles
    /// nowhere and stays as it was made.
    pub touched_at: Instant,
    /// When it was last submitted, if it is now.
    pub submitted_at: Option<Instant>,
    /// When it ended, if it has.
    pub ended_at: Option<Instant>,
    /// Whether its data were edited since it was last submitted.
    pub edited: bool,
}

/// Lists the entries that count: undone operations and their reversals left out.
pub fn effective(history: &[Entry]) -> Vec<&Entry> {
    let undone = undone(history);
    history
        .iter()
        .filter(|e| e.undoes.is_none() && !undone.contains(&e.op))
        .collect()
}

/// Lists the operations that were undone.
fn undone(history: &[Entry]) -> BTreeSet<&OperationId> {
    history.iter().filter_map(|e| e.undoes.as_ref()).collect()
}

/// Returns the entry that undid the order's creation, whatever was noted on it since.
fn undoing(history: &[Entry]) -> Option<&Entry> {
    let created = &history.first()?.op;
    history.iter().find(|e| e.undoes.as_ref() == Some(created))
}

/// Returns the latest `at` of what touched an order, undone or not.
fn touched_at(history: &[Entry]) -> Option<Instant> {
    let undone = undone(history);
    let did = |entry: &&Entry| undone.contains(&entry.op) && entry.touches();
    let reversed: BTreeSet<&OperationId> = history.iter().filter(did).map(|e| &e.op).collect();
    let touches = |entry: &&Entry| match &entry.undoes {
        None => entry.touches(),
        Some(op) => reversed.contains(op),
    };
    history.iter().filter(touches).map(|e| e.at).max()
}

/// Folds a history; `None` for an empty one, which no order has.
pub fn fold(history: &[Entry]) -> Option<Standing> {
    let first = history.first()?;
    let mut standing = Standing::made(first.at);
    if let Some(undoing) = undoing(history) {
        standing.status = Status::Abandoned;
        standing.since = undoing.at;
        standing.ended_at = Some(undoing.at);
    } else if let Some(at) = touched_at(history) {
        standing.touched_at = at;
    }
    for entry in effective(history) {
        if !entry.anomaly {
            standing.take(entry);
        }
    }
    Some(standing)
}

/// Whether an entry leads to a status, be it the same one anew.
fn arrives(entry: &Entry) -> bool {
    // Another window opens where the SMS is sent anew after the clock ended the one before,
    // though the stored status was the same: the entry says who is awaited.
    let opens = !entry.awaiting.is_empty();
    entry.from != Some(entry.to) || opens || matches!(entry.event, Event::Command(Command::Submit))
}

/// Returns the entry that led to where an order stands, where its creation was not undone.
pub fn arrival(history: &[Entry]) -> Option<&Entry> {
    let entries = effective(history).into_iter().rev();
    let mut led = entries.filter(|entry| !entry.anomaly && arrives(entry));
    led.next().filter(|_| undoing(history).is_none())
}

impl Standing {
    /// Where an order stands that was made at an instant, and of which nothing more is known.
    const fn made(at: Instant) -> Self {
        Self {
            status: Status::Draft,
            since: at,
            window: None,
            touched_at: at,
            submitted_at: None,
            ended_at: None,
            edited: false,
        }
    }

    fn take(&mut self, entry: &Entry) {
        let arrives = arrives(entry);
        if arrives {
            self.since = entry.at;
            self.status = entry.to;
            self.window = (entry.to == Status::SmsVerificationPending).then(|| SmsWindow {
                opened_at: entry.at,
                sent: entry.event == Event::Report(Report::SmsSent),
                awaiting: entry.awaiting.iter().map(|s| (s.clone(), None)).collect(),
            });
            self.ended_at = entry.to.has_ended().then_some(entry.at);
        }
        match entry.event {
            Event::Command(Command::Submit) => {
                self.submitted_at = Some(entry.at);
                self.edited = false;
            }
            Event::Command(Command::Withdraw) => self.submitted_at = None,
            Event::Command(Command::Edit) => self.edited |= !entry.is_of_labels(),
            Event::Report(Report::SmsSent) if !arrives => {
                if let Some(window) = self.window.as_mut().filter(|w| !w.sent) {
                    window.opened_at = entry.at;
                    window.sent = true;
                }
            }
            Event::Report(Report::SmsVerified) => {
                for (signatory, answered) in self.window.iter_mut().flat_map(|w| &mut w.awaiting) {
                    if signatory.who.iter().any(|who| entry.who.contains(who)) {
                        answered.get_or_insert(entry.at);
                    }
                }
            }
            Event::Command(Command::Abandon)
            | Event::Report(_)
            | Event::Create
            | Event::Attach
            | Event::Label
            | Event::Note
            | Event::Undo => {}
        }
    }
}

/// What the clock makes of a standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presumption {
    /// Nothing: the stored status is the status.
    None,
    /// The SMS window has passed with nobody's report: this is what that leads to.
    Expired(Status),
    /// The order has idled until the provider's console deleted it. What stood before, by the
    /// stored status or an expired window, is what commands still see.
    Purged {
        /// The status that commands are judged by.
        before: Status,
    },
}

/// Where an order stands at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// By its history alone.
    pub standing: Standing,
    /// By the clock.
    pub presumption: Presumption,
}

impl View {
    /// Returns the status that is shown and that guards see.
    pub fn status(&self) -> Status {
        match self.presumption {
            Presumption::None => self.standing.status,
            Presumption::Expired(status) => status,
            Presumption::Purged { .. } => Status::Purged,
        }
    }

    /// Whether that status is presumed, not reported.
    pub fn is_presumed(&self) -> bool {
        self.presumption != Presumption::None
    }

    /// Returns the status that commands are judged by: a presumed purge blocks nothing.
    pub fn for_commands(&self) -> Status {
        match self.presumption {
            Presumption::None => self.standing.status,
            Presumption::Expired(status) => status,
            Presumption::Purged { before } => before,
        }
    }

    /// Returns when the order ended, or by the clock must have.
    pub fn ended_at(&self, case: &Case<'_>) -> Option<Instant> {
        let standing = &self.standing;
        match self.presumption {
            Presumption::None => standing.ended_at,
            Presumption::Expired(status) => {
                let window = standing.window.as_ref();
                window
                    .filter(|_| status.has_ended())
                    .map(SmsWindow::closes_at)
            }
            Presumption::Purged { before } => idle_end(case, standing, before),
        }
    }

    /// Returns when that came which a report without a time confirms: what the clock alone brings about,
    /// and nobody sees come. What idles from then on idles no later for being written down late.
    pub fn supposed_at(&self, report: Report, case: &Case<'_>) -> Option<Instant> {
        let standing = &self.standing;
        match (report, self.presumption) {
            (Report::SmsExpired, Presumption::Expired(_) | Presumption::Purged { .. }) => {
                standing.window.as_ref().map(SmsWindow::closes_at)
            }
            (Report::Purged, Presumption::Purged { before }) => idle_end(case, standing, before),
            (_, Presumption::None | Presumption::Expired(_) | Presumption::Purged { .. }) => None,
        }
    }
}

/// Returns where `standing` leads by `now`, the clock alone considered.
pub fn presume(case: &Case<'_>, standing: Standing, now: Instant) -> View {
    let expired = standing
        .window
        .as_ref()
        .filter(|window| now >= window.closes_at())
        .map(|_| case.expired());
    let before = expired.unwrap_or(standing.status);
    let idle_end = idle_end(case, &standing, before);
    let presumption = match (idle_end, expired) {
        (Some(end), _) if now >= end => Presumption::Purged { before },
        (_, Some(status)) => Presumption::Expired(status),
        (_, None) => Presumption::None,
    };
    View {
        standing,
        presumption,
    }
}

/// Returns when the provider's console deletes the order for idling in `status` (ORD-10).
pub fn idle_end(case: &Case<'_>, standing: &Standing, status: Status) -> Option<Instant> {
    let days = case.profile.purge_days;
    if days == 0 || !status.idles_at_provider() {
        return None;
    }
    let length = TimeDelta::days(i64::from(days));
    standing.touched_at.checked_add(length)
}

impl Order {
    /// Returns what the machine has to know of the order.
    pub fn case<'a>(&self, profiles: &'a Profiles) -> Case<'a> {
        Case {
            kind: self.kind,
            via: self.via,
            verify_by: self.verify_by,
            profile: profiles.for_order(self.provider.as_deref()),
        }
    }

    /// Returns where the order stands by its history.
    pub fn standing(&self) -> Standing {
        fold(&self.history).unwrap_or_else(|| Standing::made(Instant::default()))
    }

    /// Returns where the order stands at `now`.
    pub fn view(&self, profiles: &Profiles, now: Instant) -> View {
        presume(&self.case(profiles), self.standing(), now)
    }

    /// Prints a part that somebody plays the way `--who` takes it: the only service needs no number.
    pub fn who_name(&self, who: Who) -> String {
        match who {
            Who::Service(Place::FIRST) if self.service_count() <= 1 => "service".to_owned(),
            Who::Subject | Who::Service(_) => who.to_string(),
        }
    }

    /// Names a part that somebody plays for people; of several services it says which.
    pub fn who_label(&self, who: Who) -> Text {
        let Who::Service(place) = who else {
            return signatory::of_subject();
        };
        let label = signatory::of_service();
        match self.target.services.get(place.index()) {
            Some(service) => {
                let number = &service.number;
                text!("{label} {number}", "{label} {number}", label)
            }
            None if self.service_count() > 1 => text!("{label} {place}", "{label} {place}", label),
            None => label,
        }
    }

    /// Whether it was ever sent: a submission that was undone does not count, one that was withdrawn
    /// does.
    pub fn was_submitted(&self) -> bool {
        let submit = Event::Command(Command::Submit);
        effective(&self.history).iter().any(|e| e.event == submit)
    }

    /// Whether its creation was undone, which frees its ref.
    pub fn is_undone(&self) -> bool {
        undoing(&self.history).is_some()
    }

    /// Returns its ref, unless that was freed.
    pub fn held_ref(&self) -> Option<&String> {
        self.reference.as_ref().filter(|_| !self.is_undone())
    }

    /// Returns the entry whose approval counts, if one does.
    pub fn approval(&self) -> Option<&Entry> {
        let approves =
            |e: &&Entry| e.to == Status::Approved && e.from != Some(Status::Approved) && !e.anomaly;
        // Most histories have none, and are asked for it often.
        self.history.iter().find(approves)?;
        effective(&self.history).into_iter().find(approves)
    }

    /// Returns what its approval brought.
    pub fn brought(&self) -> Option<&Approval> {
        self.approval()?.approval.as_deref()
    }

    /// Returns the subject that it is about, or was issued a number for.
    pub fn subject(&self) -> Option<SubjectNumber> {
        self.target.subject.or_else(|| self.brought()?.subject)
    }

    /// Lists the services that it is about, and those that it was issued numbers for.
    pub fn services(&self) -> impl Iterator<Item = ServiceNumber> {
        let issued = self.brought().into_iter().flat_map(|a| &a.services);
        let filed = self.target.services.iter().map(|service| service.number);
        filed.chain(issued.filter_map(|issued| issued.number))
    }

    /// Whether the order is a cancellation by SMS that nobody needs to withdraw.
    pub fn can_lapse(&self, profiles: &Profiles) -> bool {
        self.kind.ends_filing() && self.case(profiles).has_sms()
    }
}
