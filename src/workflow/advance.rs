//! Moving an order: the operator's commands and the outside's reports, taken into its history.

use crate::cli::context::{Stamp, World};
use crate::cli::reply::Caution;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::calendar::CST;
use crate::filing::event::{By, Command, Event, Report};
use crate::filing::guard::{self, Obstacle, Rival};
use crate::filing::kind::Kind;
use crate::filing::machine::{self, Arrival};
use crate::filing::moment::Moment;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Approval, Entry, Instant, Issued, Order, Signatory, Who};
use crate::filing::refusal::Refusal;
use crate::filing::signatory::signatories;
use crate::filing::standing::{Presumption, Standing, View, effective};
use crate::filing::status::Status;
use crate::lang::Text;
use crate::text;
use chrono::{NaiveTime, TimeZone as _};

/// What `--number none` says: the bureau refused that service.
pub const NONE: &str = "none";

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

/// Lists all orders as guards see them now.
pub fn rivals(world: &World) -> Vec<Rival<'_>> {
    let orders = world.book.orders.values();
    orders
        .map(|order| Rival {
            order,
            status: order.view(&world.profiles, world.now).status(),
        })
        .collect()
}

/// A history entry with nothing special to it.
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
    }
}

/// Returns the instant that `--at` means for an order.
///
/// # Errors
/// 3 for the future, or before the entry that led to where the order stands.
pub fn instant(
    moment: Option<Moment>,
    standing: &Standing,
    now: Instant,
) -> Result<Instant, Failure> {
    let earliest = standing.since;
    let at = match moment {
        None => return Ok(now.max(earliest)),
        Some(Moment::Exact(at)) => at.with_timezone(&CST),
        Some(Moment::Day(day)) if day == earliest.date_naive() => earliest,
        Some(Moment::Day(day)) => CST
            .from_local_datetime(&day.and_time(NaiveTime::MIN))
            .single()
            .unwrap_or(earliest),
    };
    let shown = at.format("%Y-%m-%d %H:%M:%S");
    if at > now {
        return Err(Failure::invalid(
            "invalid.future",
            text!("时间 {shown} 还没有到", "{shown} is in the future"),
        )
        .hint(text!(
            "--at 只能写已经发生的时间",
            "--at takes only what has happened"
        )));
    }
    if at < earliest {
        let since = earliest.format("%Y-%m-%d %H:%M:%S");
        let label = standing.status.label();
        let (zh, en) = (label.zh, label.en);
        return Err(Failure::invalid(
            "invalid.too-early",
            text!(
                "时间 {shown} 早于订单进入“{zh}”的时间 {since}",
                "{shown} is before the order came to be in {en}, at {since}"
            ),
        )
        .hint(text!(
            "历史按记录的先后计算：写出该时间或更晚的时间",
            "the history folds in the order of recording: give that instant or a later one"
        )));
    }
    Ok(at)
}

/// Adds to a refusal what is allowed now, and until when.
fn refused(order: &Order, view: &View, world: &World, refusal: Refusal) -> Failure {
    let mut failure = Failure::from(refusal);
    let status = view.for_commands();
    let allowed: Vec<&str> = machine::allowed(&order.case(&world.profiles), status)
        .into_iter()
        .map(Event::name)
        .collect();
    if !allowed.is_empty() {
        let list = allowed.join(", ");
        let name = status.name();
        failure = failure.hint(text!(
            "{name} 状态下可以：{list}",
            "allowed in {name}: {list}"
        ));
    }
    if let Some(window) = &view.standing.window
        && !view.is_presumed()
    {
        let at = window.closes_at().format("%Y-%m-%d %H:%M:%S");
        failure = failure.hint(text!(
            "短信核验窗口于 {at} 关闭",
            "the SMS window closes at {at} (China Standard Time)"
        ));
    }
    failure
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
    let view = order.view(&world.profiles, world.now);
    let from = view.for_commands();
    let case = order.case(&world.profiles);
    let to = machine::command(&case, from, command, view.standing.edited)
        .map_err(|refusal| refused(order, &view, world, refusal))?;
    let at = instant(at, &view.standing, world.now)?;
    if command == Command::Submit {
        complete(order)?;
        guard::sending(
            order,
            &world.book.portfolio,
            &world.profiles,
            &rivals(world),
        )
        .map_err(|obstacle| held(world, obstacle))?;
    }
    let mut entry = entry(stamp, Event::Command(command), at, Some(from), to);
    entry.reason = reason;
    if to == Status::SmsVerificationPending {
        entry.awaiting = signatories(order, &world.book.portfolio);
    }
    let mut order = order.clone();
    order.history.push(entry);
    Ok(order)
}

/// Turns an obstacle into a failure that says when the clock will lift it, where it will.
fn held(world: &World, obstacle: Obstacle) -> Failure {
    let other = match &obstacle {
        Obstacle::LiveOrder { order, .. } => world.book.orders.get(order),
        _ => None,
    };
    let lifts = other.and_then(|order| {
        let view = order.view(&world.profiles, world.now);
        let rival = Rival {
            order,
            status: view.status(),
        };
        guard::lifts_at(&rival, &world.profiles, world.now)
    });
    let failure = Failure::from(obstacle);
    match lifts {
        Some(at) => {
            let at = at.format("%Y-%m-%d %H:%M:%S");
            failure.hint(text!(
                "若无人完成它的短信核验，它将于 {at} 自动退回",
                "if nobody answers its SMS, it lapses at {at} (China Standard Time)"
            ))
        }
        None => failure,
    }
}

/// Checks that there is something to send.
fn complete(order: &Order) -> Result<(), Failure> {
    let missing = match order.kind {
        Kind::New if order.filing.services.is_empty() => {
            Some(text!("没有任何服务", "it holds no service"))
        }
        Kind::New if order.filing.services.iter().any(|s| s.kind.is_none()) => Some(text!(
            "有服务没有写明类型",
            "a service does not say its kind"
        )),
        Kind::Change if order.changes.is_empty() => {
            Some(text!("没有任何变更", "it changes nothing"))
        }
        Kind::New
        | Kind::Access
        | Kind::Change
        | Kind::CancelSite
        | Kind::CancelSubject
        | Kind::CancelAccess => None,
    };
    match missing {
        Some(missing) => Err(Obstacle::Incomplete { missing }.into()),
        None => Ok(()),
    }
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
    let view = order.view(&world.profiles, world.now);
    let standing = &view.standing;
    if report != Report::BureauApproved && !told.numbers.is_empty()
        || report == Report::BureauApproved && order.kind != Kind::New && !told.numbers.is_empty()
    {
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
    if is_repeated(order, told, world.now) {
        return Ok(Taken {
            order: None,
            cautions: Vec::new(),
            left_out: Vec::new(),
        });
    }
    let at = instant(told.at, standing, world.now)?;
    let (from, arrival) = arrival(world, order, &view, report, at)
        .map_err(|refusal| refused(order, &view, world, refusal))?;
    let mut who = Vec::new();
    let mut awaiting = Vec::new();
    let to = match arrival {
        Arrival::At(status) => {
            let opens = status == Status::SmsVerificationPending && from != status;
            if opens {
                awaiting = signatories(order, &world.book.portfolio);
            }
            if report == Report::FaceVerified {
                who = faces(order, &told.who)?;
            }
            status
        }
        Arrival::Verified => {
            let answered: Vec<(Signatory, bool)> = match &standing.window {
                Some(window) => window
                    .awaiting
                    .iter()
                    .map(|(s, at)| (s.clone(), at.is_some()))
                    .collect(),
                None => {
                    awaiting = signatories(order, &world.book.portfolio);
                    awaiting.iter().map(|s| (s.clone(), false)).collect()
                }
            };
            who = answers(order, &answered, &told.who)?;
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
    let mut entry = entry(stamp, Event::Report(report), at, Some(from), to);
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
        entry.approval = Some(approval);
    }
    let mut moved = order.clone();
    moved.history.push(entry);
    let cautions = second_live_order(world, &moved);
    Ok(Taken {
        order: Some(moved),
        cautions,
        left_out,
    })
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
    let closes = view.standing.window.as_ref().map(|w| w.closes_at());
    if let (Some(presumed), Some(closes)) = (presumed, closes) {
        match report {
            Report::SmsVerified if at >= closes => {
                return Err(Refusal::WindowClosed { deadline: closes });
            }
            // After the window it is a new sending by the provider, not a resend.
            Report::SmsSent if at >= closes => {
                return machine::report(&case, presumed, report).map(|to| (presumed, to));
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

/// Whether the same event, about the same persons at the same time, stands in this submission.
fn is_repeated(order: &Order, told: &Told, now: Instant) -> bool {
    let entries = effective(&order.history);
    let start = entries
        .iter()
        .rposition(|e| matches!(e.event, Event::Command(Command::Submit | Command::Withdraw)))
        .unwrap_or(0);
    entries[start..].iter().any(|entry| {
        let same_time = match told.at {
            None => entry.at == now,
            Some(Moment::Exact(at)) => entry.at == at,
            Some(Moment::Day(day)) => entry.at.date_naive() == day,
        };
        let same_who = told.who.is_empty()
            || named(order, &told.who)
                .is_ok_and(|who| entry.who.iter().any(|w| who.contains(w)) || told.who == ["all"]);
        entry.event == Event::Report(told.report) && same_time && same_who
    })
}

/// Returns the parts that `--who` names.
fn named(order: &Order, words: &[String]) -> Result<Vec<Who>, Failure> {
    let count = order.service_count();
    let mut parts = Vec::new();
    for word in words {
        match word.as_str() {
            "all" => {
                parts.push(Who::Subject);
                parts.extend((1..=count).map(Who::Service));
            }
            "subject" => parts.push(Who::Subject),
            "service" if count == 1 => parts.push(Who::Service(1)),
            "service" => {
                return Err(Failure::usage(text!(
                    "订单有 {count} 个服务，请写 service:N",
                    "the order has {count} services: say which with service:N"
                )));
            }
            other => parts.push(service_place(order, other.strip_prefix("service:"), other)?),
        }
    }
    Ok(parts)
}

fn service_place(order: &Order, name: Option<&str>, word: &str) -> Result<Who, Failure> {
    let unknown = || {
        Failure::usage(text!(
            "`{word}` 不是此订单的人员",
            "`{word}` is no person of this order"
        ))
        .hint(text!(
            "可用：subject、service、service:N（序号或服务备案号）、all",
            "expected: subject, service, service:N (a place or a service number), all"
        ))
    };
    place(order, name.ok_or_else(unknown)?)
        .map(Who::Service)
        .ok_or_else(unknown)
}

/// Returns the place, from 1, of the service that a word names: its place or its number.
pub fn place(order: &Order, word: &str) -> Option<usize> {
    if let Ok(place) = word.parse::<usize>() {
        return (1..=order.service_count())
            .contains(&place)
            .then_some(place);
    }
    let number = ServiceNumber::parse(word).ok()?.number;
    order
        .target
        .services
        .iter()
        .position(|s| s.number == number)
        .map(|index| index + 1)
}

/// Chooses who answered the SMS.
fn answers(
    order: &Order,
    awaiting: &[(Signatory, bool)],
    words: &[String],
) -> Result<Vec<Who>, Failure> {
    let open: Vec<&Signatory> = awaiting
        .iter()
        .filter(|(_, done)| !done)
        .map(|(s, _)| s)
        .collect();
    if words.is_empty() {
        return match open.as_slice() {
            [only] => Ok(only.who.clone()),
            _ => {
                let list: Vec<String> = open
                    .iter()
                    .flat_map(|s| s.who.first())
                    .map(|w| order.who_name(*w))
                    .collect();
                let list = list.join(", ");
                Err(Failure::usage(text!(
                    "还有多人待核验，请用 --who 写明：{list}",
                    "several persons are awaited, say who with --who: {list}"
                )))
            }
        };
    }
    if words == ["all"] {
        return Ok(open.iter().flat_map(|s| s.who.clone()).collect());
    }
    let parts = named(order, words)?;
    for part in &parts {
        if !open.iter().any(|s| s.who.contains(part)) {
            let name = order.who_name(*part);
            return Err(Failure::new(
                Exit::Refused,
                "refused.not-awaited",
                text!("{name} 不在待核验之列", "{name} is not awaited"),
            ));
        }
    }
    Ok(open
        .iter()
        .filter(|s| s.who.iter().any(|w| parts.contains(w)))
        .flat_map(|s| s.who.clone())
        .collect())
}

/// Chooses whose face check passed.
fn faces(order: &Order, words: &[String]) -> Result<Vec<Who>, Failure> {
    if words.is_empty() {
        return match order.service_count() {
            0 => Ok(vec![Who::Subject]),
            1 => Ok(vec![Who::Service(1)]),
            _ => Err(Failure::usage(text!(
                "订单有多个服务，请用 --who 写明是谁",
                "the order has several services: say who with --who"
            ))),
        };
    }
    named(order, words)
}

/// Reads the numbers of an approval.
fn approval(world: &World, order: &Order, words: &[String]) -> Result<Approval, Failure> {
    let portfolio = &world.book.portfolio;
    if order.kind != Kind::New {
        let sequence = order
            .target
            .subject
            .as_ref()
            .map_or(1, |number| portfolio.next_sequence(number));
        return Ok(Approval {
            sequence,
            subject: None,
            services: Vec::new(),
        });
    }
    let services = order.filing.services.len();
    let expected = services + usize::from(order.is_first_filing());
    if words.len() != expected {
        let given = words.len();
        return Err(Failure::new(
            Exit::Usage,
            "usage.numbers",
            text!(
                "需要 {expected} 个 --number，给了 {given} 个",
                "{expected} --number are needed, {given} were given"
            ),
        )
        .hint(if order.is_first_filing() {
            text!(
                "先写主体备案号，再按顺序每个服务一个；管局未通过的服务写 none",
                "the subject's number first, then one a service in order; `none` for a service that the bureau refused"
            )
        } else {
            text!(
                "按顺序每个服务一个；管局未通过的服务写 none",
                "one a service in order; `none` for a service that the bureau refused"
            )
        }));
    }
    let (issued_to, words) = if order.is_first_filing() {
        let (first, rest) = words.split_at(1);
        (Some(subject_number(order, &first[0])?), rest)
    } else {
        (None, words)
    };
    if !words.is_empty() && words.iter().all(|word| word == NONE) {
        return Err(Failure::new(
            Exit::Usage,
            "usage.numbers",
            text!("所有服务都写了 none", "every service says none"),
        )
        .hint(text!(
            "全部未通过请记录 bureau-rejected",
            "if the bureau refused all of them, record bureau-rejected"
        )));
    }
    let Some(subject) = issued_to.as_ref().or(order.target.subject.as_ref()) else {
        return Err(misfit(text!(
            "没有主体备案号",
            "there is no subject number"
        )));
    };
    let mut issued: Vec<Issued> = Vec::new();
    for (facts, word) in order.filing.services.iter().zip(words) {
        let number = if word == NONE {
            None
        } else {
            Some(service_number(subject, facts.kind, word)?)
        };
        if number.is_some() && issued.iter().any(|i| i.number == number) {
            return Err(misfit(text!(
                "备案号 {word} 写了两次",
                "{word} is given twice"
            )));
        }
        issued.push(Issued { number });
    }
    if let Some(number) = &issued_to
        && portfolio.subjects.contains_key(number)
    {
        return Err(taken(&number.to_string()));
    }
    for number in issued.iter().filter_map(|i| i.number.as_ref()) {
        if portfolio.service(number).is_some() || portfolio.ended(number).is_some() {
            return Err(taken(&number.to_string()));
        }
    }
    Ok(Approval {
        sequence: portfolio.next_sequence(subject),
        subject: issued_to,
        services: issued,
    })
}

fn misfit(message: Text) -> Failure {
    Failure::invalid("invalid.number", message)
}

fn taken(number: &str) -> Failure {
    Failure::new(
        Exit::Conflict,
        "conflict.number",
        text!(
            "备案号 {number} 已经存在",
            "the number {number} exists already"
        ),
    )
    .rule("NUM-05")
    .hint(text!(
        "核对管局通知；查看 icpctl portfolio",
        "check the bureau's notice; see icpctl portfolio"
    ))
}

fn subject_number(order: &Order, word: &str) -> Result<SubjectNumber, Failure> {
    let number = SubjectNumber::parse(word)
        .map_err(|error| {
            let message = error.message();
            let (zh, en) = (message.zh, message.en);
            misfit(text!(
                "`{word}` 不是主体备案号：{zh}",
                "`{word}` is no subject number: {en}"
            ))
        })?
        .number;
    let asked = crate::cli::order_doc::province(order);
    if let (Some(named), Some(asked)) = (number.province(), asked)
        && named != asked
    {
        let (name, province) = (number.to_string(), asked.name());
        let (zh, en) = (&province.zh, &province.en);
        return Err(misfit(text!(
            "{name} 不属于备案省份 {zh}",
            "{name} is not of the filing's province, {en}"
        ))
        .rule("NUM-04"));
    }
    Ok(number)
}

fn service_number(
    subject: &SubjectNumber,
    kind: Option<crate::filing::number::ServiceKind>,
    word: &str,
) -> Result<ServiceNumber, Failure> {
    let number = ServiceNumber::parse(word)
        .map_err(|error| {
            let message = error.message();
            let (zh, en) = (message.zh, message.en);
            misfit(text!(
                "`{word}` 不是服务备案号：{zh}",
                "`{word}` is no service number: {en}"
            ))
        })?
        .number;
    if number.subject() != *subject {
        return Err(misfit(text!(
            "{number} 不属于主体 {subject}",
            "{number} does not belong to the subject {subject}"
        ))
        .rule("NUM-02"));
    }
    if let Some(kind) = kind
        && number.kind() != kind
    {
        let label = kind.label();
        let (zh, en) = (label.zh, label.en);
        return Err(misfit(text!(
            "{number} 的后缀与服务类型“{zh}”不符",
            "the suffix of {number} does not fit a service of kind {en}"
        ))
        .rule("NUM-02"));
    }
    Ok(number)
}

/// Warns where an order came alive beside another one of the same subject or account.
fn second_live_order(world: &World, order: &Order) -> Vec<Caution> {
    let status = order.view(&world.profiles, world.now).status();
    if !status.is_live() {
        return Vec::new();
    }
    let mut free = order.clone();
    free.after = None;
    match guard::blocking(
        &free,
        &world.book.portfolio,
        &world.profiles,
        &rivals(world),
    ) {
        Err(obstacle @ Obstacle::LiveOrder { .. }) => vec![Caution {
            code: "two-live-orders",
            message: obstacle.message(),
            path: None,
        }],
        Err(_) | Ok(()) => Vec::new(),
    }
}
