//! Moving an order: the operator's commands and the outside's reports, taken into its history.

use super::changes;
use super::collision::{approved, came_alive};
use super::doubt;
use super::issued::{approval, are_numbers};
use super::persons::{answers, faces, named};
use super::plan::{Caution, Stamp};
use super::undo::way_back;
use super::world::World;
use crate::failure::Failure;
use crate::filing::deadline;
use crate::filing::event::{By, Command, Event, Report};
use crate::filing::facts::SubjectFacts;
use crate::filing::guard;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::machine::{self, Arrival};
use crate::filing::moment::{Moment, Untimely};
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{Entry, Order, Signatory, Who};
use crate::filing::refusal::Refusal;
use crate::filing::signatory::signatories;
use crate::filing::standing::{self, Presumption, SmsWindow, Standing, View, effective};
use crate::filing::status::Status;
use crate::lang::Text;
use crate::text;

/// What was reported of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What happened.
    pub report: Report,
    /// When; absent for now.
    pub at: Option<Moment>,
    /// About whom, in the words of `--who`.
    pub who: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The numbers that came with an approval.
    pub numbers: Vec<String>,
}

/// A history entry with nothing special to it; `from` is the stored status, never a presumed one.
pub fn entry(stamp: &Stamp, event: Event, at: Instant, from: Option<Status>, to: Status) -> Entry {
    Entry {
        event,
        at,
        recorded_at: stamp.now,
        from,
        to,
        by: match event {
            Event::Report(report) => report.by(),
            Event::Create
            | Event::Command(_)
            | Event::Attach
            | Event::Label
            | Event::Note
            | Event::Undo => By::Operator,
        },
        actor: stamp.actor.clone(),
        op: stamp.op.clone(),
        reason: None,
        who: Vec::new(),
        accepted: Vec::new(),
        undoes: None,
        anomaly: false,
        awaiting: Vec::new(),
        approval: None,
        edits: Vec::new(),
        extra: toml::Table::new(),
        turn: stamp.turn,
    }
}

/// Returns the instant that `--at` means for an order.
///
/// # Errors
/// 3 for the future, or before the entry that led to where the order stands.
fn instant(
    moment: Option<Moment>,
    (world, stamp): (&World, &Stamp),
    (order, standing): (&Order, &Standing),
) -> Result<Instant, Failure> {
    let now = world.now;
    let earliest = standing.since;
    let Some(moment) = moment else {
        return Ok(now.max(earliest));
    };
    moment
        .past(Some(earliest), now)
        .map_err(|error| match error {
            Untimely::Future { at } => {
                let shown = at.to_second();
                Failure::invalid(
                    "invalid.future",
                    text!("时间 {shown} 还没有到", "{shown} is in the future"),
                )
                .hint(text!(
                    "--at 只能写已经发生的时间",
                    "--at takes only what has happened"
                ))
            }
            Untimely::Early { at, since } => {
                let (shown, since) = (at.to_second(), since.to_second());
                let mut failure = Failure::invalid(
                    "invalid.too-early",
                    text!(
                        "时间 {shown} 早于订单进入“{label}”的时间 {since}",
                        "{shown} is before the order came to be in {label}, at {since}",
                        label = standing.status.label()
                    ),
                )
                .hint(text!(
                    "历史按记录的先后计算：写出该时间或更晚的时间",
                    "the history folds in the order of recording: give that instant or a later one"
                ));
                let led = standing::arrival(&order.history)
                    .filter(|led| led.op != stamp.op && led.event != Event::Create);
                failure.hints.extend(led.map(|led| {
                    let way = way_back(world, stamp, order, led);
                    text!(
                        "先前的时间记错了的，撤消那一步，再按实际时间记录：{way}",
                        "where the earlier time is wrong, take that step back and record it anew: {way}",
                        way
                    )
                }));
                failure
            }
        })
}

/// Returns what is wrong with the time of a report that is older than its order, whatever was
/// recorded of it since.
pub fn before_making(order: &Order, told: &Told, now: Instant) -> Option<Text> {
    let made = order.created_at()?;
    match told.at?.past(Some(made), now) {
        Err(Untimely::Early { at, since }) => {
            let (shown, since) = (at.to_second(), since.to_second());
            Some(text!(
                "时间 {shown} 早于订单的建立时间 {since}",
                "{shown} is before the order was made, at {since}"
            ))
        }
        Err(Untimely::Future { .. }) | Ok(_) => None,
    }
}

/// Adds to a refusal what is allowed now, and until when.
pub(super) fn refused(order: &Order, view: &View, world: &World, refusal: Refusal) -> Failure {
    let mut failure = Failure::from(refusal).of_order(&order.id);
    let status = view.for_commands();
    let allowed: Vec<Event> = machine::allowed(&order.case(&world.profiles), status);
    if !allowed.is_empty() {
        let codes: Vec<&str> = allowed.iter().map(|event| event.name()).collect();
        let labels = allowed.iter().map(|event| {
            let (label, code) = (event.label().zh, event.name());
            format!("{label}（{code}）")
        });
        let labels: Vec<String> = labels.collect();
        let (list_zh, list_en) = (labels.join("、"), codes.join(", "));
        let (label, name) = (status.label().zh, status.name());
        failure = failure.hint(text!(
            "“{label}”（{name}）时可以：{list_zh}",
            "allowed in {name}: {list_en}"
        ));
    }
    failure.hints.extend(until(order, view, world));
    failure
}

/// Says how the step that stands in the way of a report is taken back, where it was a mistake.
fn mistaken(world: &World, stamp: &Stamp, order: &Order, refusal: &Refusal) -> Option<Text> {
    let stood = match refusal {
        Refusal::Ended { status } | Refusal::NotNow { status, .. } => status,
        Refusal::AtBureau { .. }
        | Refusal::CancellationSent { .. }
        | Refusal::CancellationNotWithdrawn { .. }
        | Refusal::Profile { .. }
        | Refusal::NotSubmitted { .. }
        | Refusal::NoSms { .. }
        | Refusal::WindowClosed { .. } => return None,
    };
    let last = *effective(&order.history).last()?;
    if last.to != *stood
        || last.from == Some(last.to)
        || last.by == By::Driver
        || last.op == stamp.op
    {
        return None;
    }
    let way = way_back(world, stamp, order, last);
    Some(text!(
        "“{event}”记错了的：{way}",
        "where \"{event}\" was a mistake: {way}",
        event = last.event.label(),
        way
    ))
}

/// Returns until when it stays so: until when the SMS can be answered, where somebody is awaited,
/// else the nearest limit.
fn until(order: &Order, view: &View, world: &World) -> Option<Text> {
    if view.is_presumed() {
        return None;
    }
    if let Some(window) = &view.standing.window {
        let at = window.closes_at().to_second();
        return Some(text!(
            "短信核验窗口于 {at} 关闭",
            "the SMS window closes at {at} (China Standard Time)"
        ));
    }
    let case = order.case(&world.profiles);
    let limit = deadline::nearest(&case, view, &world.calendar, world.now)?;
    let at = limit.due.at().to_minute();
    Some(text!(
        "{label}截止 {at}",
        "{label} until {at} (China Standard Time)",
        label = limit.kind.label()
    ))
}

/// Sends, withdraws or abandons an order.
///
/// # Errors
/// 5 when its status or a precondition says no; 3 for an `--at` that cannot be.
pub fn command(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    command: Command,
    at: Option<Moment>,
    reason: Option<String>,
) -> Result<Order, Failure> {
    let view = world.view(order);
    let case = order.case(&world.profiles);
    let at = instant(at, (world, stamp), (order, &view.standing))?;
    let to = machine::command(&case, view.for_commands(), command, view.standing.edited)
        .map_err(|refusal| refused(order, &view, world, refusal))?;
    if command == Command::Submit {
        if let Some(obstacle) = incomplete(order) {
            return Err(Failure::from(obstacle).of_order(&order.id));
        }
        if let Some(number) = &order.target.subject {
            doubt::heed_filed(&world.book, number)?;
        }
        if let Some(provider) = &order.provider {
            doubt::heed_profile(&world.profiles, provider)?;
        }
        guard::sending(
            order,
            &world.book.portfolio,
            &world.profiles,
            &world.rivals_of(order),
        )
        .map_err(|obstacle| held(world, order, obstacle).of_order(&order.id))?;
        if let Some(obstacle) = changes::idle(order) {
            return Err(Failure::from(obstacle).of_order(&order.id));
        }
    }
    let from = Some(view.standing.status);
    let mut entry = entry(stamp, Event::Command(command), at, from, to);
    entry.reason = reason;
    if to == Status::SmsVerificationPending {
        entry.awaiting = signatories(order, &world.book.portfolio);
    }
    let mut order = order.clone();
    order.history.push(entry);
    Ok(order)
}

/// Turns an obstacle into a failure that says when the clock will lift it, where it will, or that
/// what was to lift it has failed.
fn held(world: &World, order: &Order, obstacle: Obstacle) -> Failure {
    let other = if let Obstacle::LiveOrder { order, .. } = &obstacle {
        world.book.orders.get(order)
    } else {
        None
    };
    let lifts =
        other.and_then(|order| guard::lifts_at(&world.rival(order), &world.profiles, world.now));
    let is_in_vain = obstacle.order().is_none() && world.waits_in_vain(order);
    let is_ahead = matches!(
        obstacle,
        Obstacle::LiveOrder { .. } | Obstacle::DomainInFlight { .. }
    );
    let is_drafted = world.book.orders.contains_key(&order.id);
    let ahead = obstacle.order().filter(|_| is_ahead && is_drafted).cloned();
    let mut failure = Failure::from(obstacle);
    if let Some(ahead) = ahead {
        failure = failure.hint(text!(
            "已起草的可排在它之后：icpctl edit ORDER --set after={ahead}",
            "to queue what is drafted already: icpctl edit ORDER --set after={ahead}"
        ));
    }
    match lifts {
        Some(at) => {
            let at = at.to_second();
            failure.hint(text!(
                "若无人完成它的短信核验，它将于 {at} 自动退回",
                "if nobody answers its SMS, it lapses at {at} (China Standard Time)"
            ))
        }
        None if is_in_vain => failure.hint(text!(
            "它等待的订单未获通过；改为等待别的订单：icpctl edit ORDER --set after=OTHER",
            "the order it waits for ended unapproved; queue behind another one: icpctl edit ORDER --set after=OTHER"
        )),
        None => failure,
    }
}

/// Returns what an order that can be sent must hold, where it does not.
pub(super) fn incomplete(order: &Order) -> Option<Obstacle> {
    let missing = match order.kind {
        Kind::New
            if order.is_first_filing()
                && order
                    .filing
                    .subject
                    .as_deref()
                    .is_none_or(SubjectFacts::is_empty) =>
        {
            Some(text!("没有主体", "it holds no subject"))
        }
        Kind::New if order.filing.services.is_empty() => {
            Some(text!("没有任何服务", "it holds no service"))
        }
        Kind::New if order.filing.services.iter().any(|s| s.kind.is_none()) => Some(text!(
            "有服务没有写明类型",
            "a service does not say its kind"
        )),
        Kind::New
        | Kind::Access
        | Kind::Change
        | Kind::CancelSite
        | Kind::CancelSubject
        | Kind::CancelAccess => None,
    };
    missing.map(|missing| Obstacle::Incomplete { missing })
}

/// What taking a report leads to.
#[derive(Debug)]
pub struct Taken {
    /// The order with its new entry; absent where the same was recorded before.
    pub order: Option<Order>,
    /// What the user should know.
    pub cautions: Vec<Caution>,
    /// The places, from 1, of services that the bureau refused.
    pub left_out: Vec<usize>,
}

/// Takes a report into the history of an order.
///
/// # Errors
/// 5 when it does not fit; 2 when it does not say about whom, or numbers are missing; 3 for an
/// `--at` or a number that cannot be; 6 for a number that exists.
pub fn report(world: &World, stamp: &Stamp, order: &Order, told: &Told) -> Result<Taken, Failure> {
    let report = told.report;
    let view = world.view(order);
    let standing = &view.standing;
    heed_words(order, told)?;
    let awaits_another = !precedes(told, standing, world.now)
        && report == Report::SmsVerified
        && (told.who.is_empty() || told.who == ["all"])
        && standing
            .window
            .as_ref()
            .is_some_and(|window| window.outstanding().next().is_some());
    if !awaits_another && is_repeated(order, told, world.now) {
        return Ok(Taken {
            order: None,
            cautions: Vec::new(),
            left_out: Vec::new(),
        });
    }
    named(order, &told.who)?;
    are_numbers(&told.numbers)?;
    let supposed = || {
        view.supposed_at(report, &order.case(&world.profiles))
            .map(Moment::Exact)
    };
    let at = instant(told.at.or_else(supposed), (world, stamp), (order, standing))?;
    let (from, arrival) = arrival(world, order, &view, report, at).map_err(|refusal| {
        let mistaken = mistaken(world, stamp, order, &refusal);
        let mut failure = refused(order, &view, world, refusal);
        failure.hints.extend(mistaken);
        failure
    })?;
    let Answer { to, who, awaiting } = answer(world, (order, &view), told, (from, arrival))?;
    let stored = Some(standing.status);
    let mut entry = entry(stamp, Event::Report(report), at, stored, to);
    entry.who = who;
    entry.awaiting = awaiting;
    entry.reason.clone_from(&told.reason);
    let mut left_out = Vec::new();
    if to == Status::Approved {
        let approval = approval(world, order, &told.numbers)?;
        left_out = approval
            .services
            .iter()
            .enumerate()
            .filter(|(_, issued)| issued.number.is_none())
            .map(|(place, _)| place + 1)
            .collect();
        entry.approval = Some(Box::new(approval));
    }
    let mut moved = order.clone();
    moved.history.push(entry);
    // One that was live before is beside the same others as before.
    let mut cautions = if view.status().is_live() {
        Vec::new()
    } else {
        came_alive(world, &moved)
    };
    if to == Status::Approved {
        cautions.extend(approved(world, &moved));
    }
    Ok(Taken {
        order: Some(moved),
        cautions,
        left_out,
    })
}

/// Refuses words that mean nothing for the report (2).
fn heed_words(order: &Order, told: &Told) -> Result<(), Failure> {
    let report = told.report;
    let brings_numbers = report == Report::BureauApproved && order.kind == Kind::New;
    if !brings_numbers && !told.numbers.is_empty() {
        return Err(Failure::usage(text!(
            "--number 只用于新增备案的 bureau-approved",
            "--number goes only with bureau-approved of a new order"
        )));
    }
    if !told.who.is_empty() && !report.names_persons() {
        let name = report.name();
        return Err(Failure::usage(text!(
            "--who 不能用于 {name}",
            "--who means nothing for {name}"
        )));
    }
    Ok(())
}

/// Where a report leads, who answered, and who must answer from now on.
struct Answer {
    to: Status,
    who: Vec<Who>,
    awaiting: Vec<Signatory>,
}

/// Decides where a report leads, and about whom it is.
fn answer(
    world: &World,
    (order, view): (&Order, &View),
    told: &Told,
    (from, arrival): (Status, Arrival),
) -> Result<Answer, Failure> {
    let mut who = Vec::new();
    let mut awaiting = Vec::new();
    let to = match arrival {
        Arrival::At(status) => {
            let opens = status == Status::SmsVerificationPending && from != status;
            if opens {
                awaiting = signatories(order, &world.book.portfolio);
            }
            if told.report == Report::FaceVerified {
                who = faces(order, &told.who)?;
            }
            status
        }
        Arrival::Verified => {
            let answered: Vec<(Signatory, bool)> = if let Some(window) = &view.standing.window {
                window
                    .awaiting
                    .iter()
                    .map(|(s, at)| (s.clone(), at.is_some()))
                    .collect()
            } else {
                awaiting = signatories(order, &world.book.portfolio);
                awaiting.iter().map(|s| (s.clone(), false)).collect()
            };
            who = answers(order, &answered, &told.who).map_err(|mut failure| {
                failure.hints.extend(until(order, view, world));
                failure
            })?;
            let all = answered
                .iter()
                .all(|(s, done)| *done || s.who.iter().any(|w| who.contains(w)));
            if all {
                Status::AwaitingBureauReview
            } else {
                Status::SmsVerificationPending
            }
        }
    };
    Ok(Answer { to, who, awaiting })
}

/// Decides where a report leads, and from which status, stored or presumed.
fn arrival(
    world: &World,
    order: &Order,
    view: &View,
    report: Report,
    at: Instant,
) -> Result<(Status, Arrival), Refusal> {
    let case = order.case(&world.profiles);
    let stored = view.standing.status;
    let presumed = match view.presumption {
        Presumption::None => None,
        Presumption::Expired(status) => Some(status),
        Presumption::Purged { before } => Some(before).filter(|before| *before != stored),
    };
    let closes = view.standing.window.as_ref().map(SmsWindow::closes_at);
    if let (Some(presumed), Some(closes)) = (presumed, closes) {
        match report {
            Report::SmsVerified if at >= closes => {
                return Err(Refusal::WindowClosed { deadline: closes });
            }
            // Sent before, it is a new sending by the provider, not a resend.
            Report::SmsSent if at >= closes && view.standing.window.iter().any(|w| w.sent) => {
                return machine::report(&case, presumed, report)
                    .map(|to| (presumed, to))
                    .or_else(|_| machine::report(&case, stored, report).map(|to| (stored, to)));
            }
            Report::SmsVerified
            | Report::SmsSent
            | Report::FaceVerified
            | Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::SmsExpired
            | Report::BureauApproved
            | Report::BureauRejected
            | Report::Purged => {}
        }
        return machine::report(&case, stored, report)
            .map(|to| (stored, to))
            .or_else(|refusal| {
                machine::report(&case, presumed, report)
                    .map(|to| (presumed, to))
                    .map_err(|_| refusal)
            });
    }
    machine::report(&case, stored, report).map(|to| (stored, to))
}

/// Whether the time that is told lies before the entry that led to the stored status.
fn precedes(told: &Told, standing: &Standing, now: Instant) -> bool {
    let past = told.at.map(|at| at.past(Some(standing.since), now));
    matches!(past, Some(Err(Untimely::Early { .. })))
}

/// Whether the same event, about the same persons at the same time, stands in this submission, or in
/// an earlier one where only that can have had it at that time.
pub(super) fn is_repeated(order: &Order, told: &Told, now: Instant) -> bool {
    let mut entries = effective(&order.history);
    if !precedes(told, &order.standing(), now) {
        let start = entries
            .iter()
            .rposition(|e| matches!(e.event, Event::Command(Command::Submit | Command::Withdraw)));
        entries.drain(..start.unwrap_or(0));
    }
    let same: Vec<&Entry> = entries
        .iter()
        .copied()
        .filter(|entry| {
            let same_time = match told.at {
                None => entry.at == now || (entry.recorded_at == now && told.report.is_by_clock()),
                Some(Moment::Exact(at)) => entry.at == at,
                Some(Moment::Day(day)) => entry.at.day() == day,
            };
            let same_numbers = told.numbers.is_empty()
                || entry
                    .approval
                    .as_deref()
                    .is_some_and(|approval| approval.is_said_by(&told.numbers));
            entry.event == Event::Report(told.report) && !entry.anomaly && same_time && same_numbers
        })
        .collect();
    let same_persons = told.who.is_empty()
        || told.who == ["all"]
        || named(order, &told.who)
            .is_ok_and(|who| who.iter().all(|w| same.iter().any(|e| e.who.contains(w))));
    !same.is_empty() && same_persons
}
