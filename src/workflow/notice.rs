//! Rectification notices: taking them down, drafting what puts them right, and their end.

use super::draft::{self, Ask};
use super::mark;
use super::owed::Ledger;
use super::plan::{Plan, Stamp};
use super::resolve::{self, Target};
use super::world::World;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::moment::{self, Untimely};
use crate::filing::notice::{Class, Group, Notice, Of, Term};
use crate::filing::number::{ServiceKind, ServiceNumber, SubjectNumber};
use crate::filing::order::{NoticeId, OrderId, looks_like_id};
use crate::filing::portfolio::{FiledService, FiledSubject, providers_of};
use crate::filing::record::{NoticeFacts, SubjectEvent};
use crate::ids::Ids;
use crate::lang::{Text, commas, shell_word};
use crate::text;

/// The label by which an order names the notice that it is drafted for.
pub const LABEL: &str = "notice";

/// A notice that came in.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// What it is about, as typed.
    pub target: &'a str,
    /// What is wrong.
    pub class: &'static Class,
    /// The TIME at which it came in, as typed; now where absent.
    pub at: Option<&'a str>,
    /// The deadline that it names.
    pub term: Option<Term>,
    /// Who sent it.
    pub provider: Option<&'a str>,
    /// Its words.
    pub text: Option<&'a str>,
}

/// Takes a notice down; one that is there already is not written again.
///
/// # Errors
/// Nothing of that name (4), not one service (2, 5), a time in the future or a deadline before it
/// came in (3), a class of apps for a site (3), a damaged file (3), the same notice with another deadline or other words (6).
pub fn add(
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
    received: Received<'_>,
) -> Result<Plan<NoticeId>, Failure> {
    let book = &world.book;
    let (subject, service) = about(world, received.target, received.class.of)?;
    if let (Group::App, Some(number)) = (received.class.group, service)
        && number.kind() == ServiceKind::Site
    {
        let id = &received.class.id;
        return Err(Failure::invalid(
            "invalid.class",
            text!(
                "{id} 只用于 APP、小程序和快应用，{number} 是网站",
                "{id} is for apps, mini-programs and quick apps; {number} is a site"
            ),
        )
        .hint(text!(
            "列出各类别：icpctl notice add --help",
            "the classes are listed by icpctl notice add --help"
        )));
    }
    let at = past(stamp, received.at, None)?;
    if let Some(Term::At(deadline)) = received.term
        && deadline < at
    {
        return Err(Failure::invalid(
            "invalid.time",
            text!(
                "整改期限早于收到通知的时间",
                "the deadline lies before the notice came in"
            ),
        ));
    }
    let known = book.portfolio.subjects.get(&subject);
    let mut rival = None;
    for (filed, notice) in known
        .into_iter()
        .flat_map(|s| s.notices.iter().map(move |n| (s, n)))
    {
        let is_meant = notice.class == received.class.id
            && notice.service == service
            && notice.received_at == at
            && notice.provider.as_deref() == received.provider;
        if !is_meant {
            continue;
        }
        let differing = differing(notice, &received);
        if differing.is_empty() {
            return Ok(Plan::new(notice.id.clone()));
        }
        // One that is resolved is over: what is said now is another.
        if !Ledger::new(world).state(filed, notice).0.is_resolved() {
            rival = Some((notice, differing));
        }
    }
    if let Some((notice, differing)) = rival {
        return Err(differs(notice, &differing));
    }
    let id = ids.notice(|id| all(world).any(|(_, notice)| notice.id == *id));
    let mut entry = mark::subject_entry(world, stamp, &subject, SubjectEvent::Notice);
    entry.at = at;
    entry.service = service;
    entry.provider = received.provider.map(str::to_owned);
    entry.reason = received.text.map(str::to_owned);
    entry.notice = Some(NoticeFacts {
        id: id.clone(),
        class: Some(received.class.id.clone()),
        term: received.term,
        order: None,
        extra: toml::Table::new(),
    });
    let mut plan = Plan::new(id);
    plan.subjects.push(mark::with(book, subject, entry)?);
    Ok(plan)
}

/// Lists the flags that say otherwise than a notice; what is not given says nothing.
fn differing(notice: &Notice, received: &Received<'_>) -> Vec<&'static str> {
    let term = received.term.is_some() && received.term != notice.term;
    let text = received.text.is_some() && received.text != notice.text.as_deref();
    let found = [("--deadline", term), ("--text", text)];
    let found = found.into_iter().filter(|(_, differs)| *differs);
    found.map(|(flag, _)| flag).collect()
}

/// Says that a notice was taken down with other content.
fn differs(notice: &Notice, flags: &[&str]) -> Failure {
    let (id, list) = (&notice.id, flags.join(", "));
    Failure::conflict("conflict.notice",
        text!(
            "整改通知 {id} 已按同一类别、时间和接入商记下，而 {list} 与其不同",
            "the notice {id} was taken down with the same class, time and provider, but another {list}"
        ),
    )
    .hint(text!(
        "查看已记下的：icpctl notice list；要更正，先了结它再重新记下：icpctl notice resolve {id} --reason TEXT",
        "see what was taken down: icpctl notice list; to correct it, end it and take it down anew: icpctl notice resolve {id} --reason TEXT"
    ))
    .hint(text!(
        "是另一份通知的，用 --received 写明收到的时间",
        "where it is another notice, tell when it came in with --received"
    ))
}

/// Returns what a TARGET means to something that is about a subject or about a service.
///
/// A service or domain leads up to its subject; a subject with exactly one service down to that.
///
/// # Errors
/// Nothing of that name (4), a subject with several services or none (2), a domain that is not one
/// whole service (5).
pub fn about(
    world: &World,
    typed: &str,
    of: Of,
) -> Result<(SubjectNumber, Option<ServiceNumber>), Failure> {
    let book = &world.book;
    match (mark::target(book, typed)?, of) {
        (Target::Subject(number), Of::Subject) => Ok((number, None)),
        (Target::Service(number), Of::Subject) => Ok((number.subject(), None)),
        (Target::Service(number), Of::Service) => Ok((number.subject(), Some(number))),
        (Target::Domain { domain, services }, of) => {
            let whole = resolve::whole_service(&book.portfolio, &domain, &services)?;
            let number = whole.number;
            Ok((number.subject(), (of == Of::Service).then_some(number)))
        }
        (Target::Subject(number), Of::Service) => {
            let services: Vec<ServiceNumber> = book
                .portfolio
                .subject(&number)
                .into_iter()
                .flat_map(|subject| subject.services.keys().copied())
                .collect();
            match services.as_slice() {
                [only] => Ok((number, Some(*only))),
                [] => Err(Failure::usage(text!(
                    "{number} 名下没有服务",
                    "{number} has no service"
                ))),
                [_, ..] => {
                    let list = commas(&services);
                    Err(Failure::usage(text!(
                        "{number} 名下有多个服务，请写明是哪一个：{list}",
                        "{number} has several services, name one: {list}"
                    )))
                }
            }
        }
    }
}

/// Returns the instant that a typed TIME means; now where none is typed.
///
/// # Errors
/// 3 where it is no time, in the future, or before `since`.
pub fn past(
    stamp: &Stamp,
    typed: Option<&str>,
    since: Option<Instant>,
) -> Result<Instant, Failure> {
    let Some(typed) = typed else {
        return Ok(stamp.now);
    };
    let moment = moment::parse(typed, stamp.now)?;
    moment.past(since, stamp.now).map_err(|error| {
        let message = match error {
            Untimely::Future { .. } => text!("时间 {typed} 在将来", "{typed} lies in the future"),
            Untimely::Early { since, .. } => {
                let since = since.to_second();
                text!(
                    "时间 {typed} 早于其开始的时间 {since}",
                    "{typed} lies before it began, at {since}"
                )
            }
        };
        Failure::invalid("invalid.time", message)
    })
}

/// Lists every notice with its subject, those of ended ones included.
pub fn all(world: &World) -> impl Iterator<Item = (&FiledSubject, &Notice)> {
    world
        .book
        .portfolio
        .subjects
        .values()
        .flat_map(|subject| subject.notices.iter().map(move |notice| (subject, notice)))
}

/// Finds the notice that a word means: an id, or the only one that begins so.
///
/// # Errors
/// No such notice, or several (4).
pub fn find<'w>(world: &'w World, word: &str) -> Result<(&'w FiledSubject, &'w Notice), Failure> {
    let hits: Vec<(&FiledSubject, &Notice)> = all(world)
        .filter(|(_, notice)| looks_like_id(word) && notice.id.as_str().starts_with(word))
        .collect();
    match hits.as_slice() {
        [only] => Ok(*only),
        [] => Err(Failure::not_found(
            "not-found.notice",
            text!("没有整改通知 `{word}`", "there is no notice `{word}`"),
        )
        .hint(text!(
            "查看全部：icpctl notice list --all",
            "see them all: icpctl notice list --all"
        ))),
        [_, ..] => {
            let list = commas(hits.iter().map(|(_, notice)| notice.id.as_str()));
            Err(Failure::not_found(
                "not-found.ambiguous",
                text!(
                    "`{word}` 对应多个整改通知：{list}",
                    "`{word}` means several notices: {list}"
                ),
            ))
        }
    }
}

/// Says that a notice is resolved; one that is so already is not written again.
///
/// # Errors
/// No such notice (4), a time that does not fit (3), a damaged file (3).
pub fn resolve(
    world: &World,
    stamp: &Stamp,
    word: &str,
    at: Option<&str>,
    reason: Option<&str>,
) -> Result<Plan<NoticeId>, Failure> {
    let (subject, notice) = find(world, word)?;
    let mut plan = Plan::new(notice.id.clone());
    let at = past(stamp, at, Some(notice.received_at))?;
    if Ledger::new(world).state(subject, notice).0.is_resolved() {
        return Ok(plan);
    }
    let mut entry = of_notice(world, stamp, subject, notice, SubjectEvent::NoticeResolved);
    entry.at = at;
    entry.reason = reason.map(str::to_owned);
    plan.subjects
        .push(mark::with(&world.book, subject.number, entry)?);
    Ok(plan)
}

fn of_notice(
    world: &World,
    stamp: &Stamp,
    subject: &FiledSubject,
    notice: &Notice,
    event: SubjectEvent,
) -> crate::filing::record::SubjectEntry {
    let mut entry = mark::subject_entry(world, stamp, &subject.number, event);
    entry.service = notice.service;
    entry.notice = Some(NoticeFacts {
        id: notice.id.clone(),
        class: None,
        term: None,
        order: None,
        extra: toml::Table::new(),
    });
    entry
}

/// What came of drafting an order for a notice.
#[derive(Debug)]
pub struct Drafted {
    /// The notice.
    pub notice: NoticeId,
    /// The order, new or as it was.
    pub order: OrderId,
}

/// Drafts the order that puts a notice right, and links the two.
///
/// `asked` holds what was typed beside the notice; its kind and target come from the notice.
///
/// # Errors
/// No such notice (4), no order puts it right or another order is under way for it (5), and
/// whatever drafting refuses.
pub fn draft(
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
    word: &str,
    kind: Option<Kind>,
    asked: &Ask,
) -> Result<Plan<Drafted>, Failure> {
    let (subject, notice) = find(world, word)?;
    let id = &notice.id;
    let ask = ask_for(subject, notice, kind, asked)?;
    let (state, order) = Ledger::new(world).state(subject, notice);
    if state.is_resolved() {
        return Err(Failure::refused(
            "refused.resolved",
            text!("整改通知 {id} 已经完成", "the notice {id} is resolved"),
        ));
    }
    if let Some((order, _)) = order.filter(|(_, status)| !status.has_ended()) {
        let there = &order.id;
        if ask.is_of(order, &world.book.portfolio) {
            return Ok(Plan::new(Drafted {
                notice: id.clone(),
                order: there.clone(),
            }));
        }
        return Err(Failure::refused(
            "refused.order-exists",
            text!(
                "整改通知 {id} 已有订单 {there}",
                "the notice {id} has an order already: {there}"
            ),
        )
        .hint(text!(
            "修改它：icpctl edit {there}；或先放弃它：icpctl abandon {there}",
            "correct it: icpctl edit {there}; or abandon it first: icpctl abandon {there}"
        )));
    }
    let drafted = draft::draft(&ask, world, stamp, ids)?;
    let order = drafted.answer.clone();
    let mut entry = of_notice(world, stamp, subject, notice, SubjectEvent::NoticeOrder);
    if let Some(facts) = &mut entry.notice {
        facts.order = Some(order.clone());
    }
    let mut plan = Plan::new(Drafted {
        notice: id.clone(),
        order,
    });
    plan.orders = drafted.orders;
    plan.cautions = drafted.cautions;
    plan.subjects
        .push(mark::with(&world.book, subject.number, entry)?);
    Ok(plan)
}

/// Returns the flags by which the order that resolves a notice names its way, where drafting cannot tell it; `None` where
/// nobody can carry it.
pub fn way(subject: &FiledSubject, notice: &Notice, kind: Kind) -> Option<String> {
    let services: Vec<&FiledService> = match (kind, &notice.service) {
        (Kind::CancelSubject, _) | (_, None) => subject.services.values().collect(),
        (
            Kind::New | Kind::Access | Kind::Change | Kind::CancelSite | Kind::CancelAccess,
            Some(service),
        ) => subject.services.get(service).into_iter().collect(),
    };
    let holders = providers_of(services.iter().copied());
    let is_shell = services.iter().all(|service| service.is_empty_shell());
    let may_act = |provider: &str| {
        let mut here = services.iter();
        here.any(|service| service.is_accessed_at(provider) != Some(false))
    };
    let sender = notice.provider.as_deref();
    let fit = sender.filter(|name| may_act(name));
    let named = match holders.as_slice() {
        [only] => only.as_str(),
        [] | [_, _, ..] => "P",
    };
    let at = |provider: &str| format!(" --provider {}", shell_word(provider));
    match kind {
        Kind::New | Kind::Access => Some(" --provider P".to_owned()),
        Kind::CancelSite | Kind::CancelSubject if is_shell => Some(" --written".to_owned()),
        Kind::Change | Kind::CancelAccess if is_shell => None,
        Kind::CancelAccess => Some(at(fit.unwrap_or(named))),
        Kind::Change | Kind::CancelSite | Kind::CancelSubject => {
            let is_told = fit.is_some() || sender.is_none() && holders.len() == 1;
            Some(if is_told { String::new() } else { at(named) })
        }
    }
}

/// Fills in what the notice knows of the order: its kind, its target, and the provider that wrote.
fn ask_for(
    subject: &FiledSubject,
    notice: &Notice,
    kind: Option<Kind>,
    asked: &Ask,
) -> Result<Ask, Failure> {
    let id = &notice.id;
    let title = notice.title();
    let known = Class::named(&notice.class);
    let Some(remedy) = known.and_then(|class| class.remedy(kind)) else {
        let failure = Failure::refused(
            "refused.no-order",
            match kind {
                None => text!(
                    "整改通知 {id}（{title}）不需要提交订单",
                    "no order puts the notice {id} right ({title})",
                    title
                ),
                Some(kind) => {
                    let name = kind.name();
                    text!(
                        "{name} 不能解决整改通知 {id}（{title}）",
                        "{name} does not put the notice {id} right ({title})",
                        title
                    )
                }
            },
        )
        .rule("PST-05");
        let class = &notice.class;
        return Err(failure.hint(text!(
            "怎么办：icpctl explain {class}；改好后：icpctl notice resolve {id}",
            "what to do: icpctl explain {class}; once it is done: icpctl notice resolve {id}"
        )));
    };
    let target = match (remedy.kind, notice.service) {
        (Kind::CancelSubject, _) | (_, None) => subject.number.to_string(),
        (
            Kind::New | Kind::Access | Kind::Change | Kind::CancelSite | Kind::CancelAccess,
            Some(service),
        ) => service.to_string(),
    };
    if remedy.kind == Kind::Change && asked.assigns.is_empty() && asked.dossier.is_none() {
        let sets: Vec<String> = remedy
            .fields
            .iter()
            .map(|field| format!("--set {field}=V"))
            .collect();
        let sets = sets.join(" ");
        let way = way(subject, notice, remedy.kind).filter(|_| asked.provider.is_none());
        let way = way.unwrap_or_default();
        return Err(Failure::usage(text!(
            "整改通知 {id}（{title}）要变更备案，请写明新的值",
            "the notice {id} ({title}) asks for a change: the new values are missing",
            title
        ))
        .hint(Text::verbatim(format!(
            "icpctl notice resolve {id} --draft {sets}{way}"
        ))));
    }
    if !remedy.kind.ends_filing() && (asked.written || asked.verify_by.is_some()) {
        let kind = remedy.kind.name();
        return Err(Failure::usage(text!(
            "--written 和 --verify-by 只用于 cancel-site 和 cancel-subject，这里起草的是 {kind}",
            "--written and --verify-by go with cancel-site and cancel-subject; this drafts {kind}"
        )));
    }
    let mut ask = asked.clone();
    ask.kind = remedy.kind;
    ask.targets = vec![target];
    if ask.provider.is_none() && !ask.written && remedy.kind != Kind::Access {
        ask.provider.clone_from(&notice.provider);
    }
    ask.labels
        .entry(LABEL.to_owned())
        .or_insert_with(|| id.to_string());
    if ask.reason.is_none() {
        ask.reason = Some(format!("{LABEL} {id}: {}", notice.class));
    }
    Ok(ask)
}
