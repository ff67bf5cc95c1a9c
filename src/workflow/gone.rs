//! What ended without an order of ours: a filing, or one provider's access.

use super::mark;
use super::plan::{Caution, Consent, Plan, Stamp};
use super::resolve::{self, Target};
use super::world::World;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::moment::{self, Untimely};
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::obstacle::Obstacle;
use crate::filing::order::OrderId;
use crate::filing::portfolio::{FiledService, FiledSubject, providers_of};
use crate::filing::record::{Because, SubjectEvent, SubjectRecord};
use crate::filing::spoken::spoken;
use crate::lang::{Text, commas};
use crate::text;
use std::iter::once;

/// What is declared gone.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The number or domain.
    pub target: &'a str,
    /// The provider whose access alone is gone.
    pub provider: Option<&'a str>,
    /// Why.
    pub because: Because,
    /// The TIME at which it ended, as typed; now where absent.
    pub at: Option<&'a str>,
}

/// What went.
#[derive(Clone, Debug, PartialEq)]
pub struct Gone {
    /// The subject.
    pub subject: SubjectNumber,
    /// The service; absent where the whole subject is meant.
    pub service: Option<ServiceNumber>,
    /// When it ended.
    pub at: Instant,
    /// The services that are not filed any more.
    pub services: Vec<ServiceNumber>,
    /// The domains that no service of the portfolio holds any more.
    pub domains: Vec<String>,
    /// The accesses that ended: the service and the provider.
    pub accesses: Vec<(ServiceNumber, String)>,
    /// Live orders about it.
    pub live_orders: Vec<OrderId>,
}

/// Decides what is written when something is gone.
///
/// # Errors
/// Not filed (4, or 5 where it ended before), not one whole service (5), no access at the provider
/// (5), a time that does not fit (3).
pub fn decide(world: &World, stamp: &Stamp, request: Request<'_>) -> Result<Plan<Gone>, Failure> {
    let book = &world.book;
    let (subject, service) = match mark::target(book, request.target)? {
        Target::Subject(number) => (number, None),
        Target::Service(number) => (number.subject(), Some(number)),
        Target::Domain { domain, services } => {
            let whole = resolve::whole_service(&book.portfolio, &domain, &services)?;
            (whole.number.subject(), Some(whole.number))
        }
    };
    let Some(filed) = book.portfolio.subject(&subject) else {
        return Err(Obstacle::NotFiled {
            number: subject.to_string(),
        }
        .into());
    };
    let meant: Vec<&FiledService> = filed
        .services
        .values()
        .filter(|s| service.is_none_or(|number| s.number == number))
        .collect();
    let record = mark::record(book, &subject)?;
    let at = instant(stamp, came_in(world, &record, service), request)?;
    let gone = Gone {
        subject,
        service,
        at,
        services: match request.provider {
            Some(_) => Vec::new(),
            None => meant.iter().map(|s| s.number).collect(),
        },
        domains: match request.provider {
            Some(_) => Vec::new(),
            None => unfiled(world, &meant),
        },
        accesses: meant
            .iter()
            .flat_map(|s| s.providers().into_iter().map(|p| (s.number, p.to_owned())))
            .filter(|(_, name)| request.provider.is_none_or(|p| p == name))
            .collect(),
        live_orders: live_orders(world, subject, service),
    };
    let mut entry = mark::subject_entry(world, stamp, &subject, SubjectEvent::Gone);
    entry.at = at;
    entry.service = service;
    entry.provider = request.provider.map(str::to_owned);
    entry.because = Some(request.because);
    let mut plan = Plan::new(gone);
    plan.consent = Some(consent(filed, &plan.answer, request));
    plan.refusal = request
        .provider
        .and_then(|provider| unaccessed(filed, service, &meant, provider));
    if !plan.answer.live_orders.is_empty() {
        let list = commas(&plan.answer.live_orders);
        let message = text!(
            "仍有在办订单：{list}；它们不会随之结束，请自行撤回、放弃或据实登记结果",
            "there are live orders about it: {list}; they do not end with it, so withdraw, abandon or record them as it turns out"
        );
        plan.cautions.push(Caution::new("live-orders", message));
    }
    plan.subjects.push(mark::with(book, subject, entry)?);
    Ok(plan)
}

/// Returns the instant that `--at` means: not in the future, not before the filing came in.
fn instant(
    stamp: &Stamp,
    since: Option<Instant>,
    request: Request<'_>,
) -> Result<Instant, Failure> {
    let Some(typed) = request.at else {
        return Ok(stamp.now);
    };
    let moment = moment::parse(typed, stamp.now)?;
    moment.past(since, stamp.now).map_err(|error| match error {
        Untimely::Future { .. } => Failure::invalid(
            "invalid.time",
            text!("--at {typed} 在将来", "--at {typed} lies in the future"),
        ),
        Untimely::Early { since, .. } => {
            let since = since.to_second();
            Failure::invalid(
                "invalid.time",
                text!(
                    "--at {typed} 早于它被记入备案的时间 {since}",
                    "--at {typed} lies before it was taken in, at {since}"
                ),
            )
            .hint(text!(
                "省略 --at 即以现在为准",
                "leave --at out to mean now"
            ))
        }
    })
}

/// Returns when the subject, or the service that is meant, came into the portfolio: by its first
/// adoption or approval.
fn came_in(
    world: &World,
    record: &SubjectRecord,
    service: Option<ServiceNumber>,
) -> Option<Instant> {
    let adopted = record
        .effective()
        .filter(|entry| entry.event == SubjectEvent::Adopt)
        .filter(|entry| {
            let filing = entry.filing.as_ref();
            service.is_none_or(|number| {
                filing.is_some_and(|f| f.services.iter().any(|s| s.number == number))
            })
        })
        .map(|entry| entry.at);
    let approved = world.book.orders.values().filter_map(|order| {
        let entry = order.approval()?;
        let approval = entry.approval.as_deref()?;
        let issued = match service {
            Some(number) => approval.services.iter().any(|i| i.number == Some(number)),
            None => approval.subject == Some(record.number),
        };
        issued.then_some(entry.at)
    });
    adopted.chain(approved).min()
}

/// Returns the refusal where nothing that is meant is accessed at the provider.
fn unaccessed(
    filed: &FiledSubject,
    service: Option<ServiceNumber>,
    meant: &[&FiledService],
    provider: &str,
) -> Option<Failure> {
    let mut accesses = meant.iter().map(|service| service.is_accessed_at(provider));
    accesses.all(|is| is == Some(false)).then(|| {
        Obstacle::NotAccessedHere {
            number: service.map_or_else(|| filed.number.to_string(), |number| number.to_string()),
            provider: provider.to_owned(),
            holders: providers_of(meant.iter().copied()),
            kind: Kind::CancelAccess,
        }
        .into()
    })
}

/// Lists the domains that are held by nothing but `going`.
fn unfiled(world: &World, going: &[&FiledService]) -> Vec<String> {
    let mut domains: Vec<String> = going
        .iter()
        .flat_map(|service| service.domains())
        .filter(|domain| {
            world
                .book
                .portfolio
                .holders(domain)
                .iter()
                .all(|(_, holder)| going.iter().any(|s| s.number == holder.number))
        })
        .map(ToString::to_string)
        .collect();
    domains.sort();
    domains.dedup();
    domains
}

/// Lists the live orders of a subject, or those about one of its services.
pub fn live_orders(
    world: &World,
    subject: SubjectNumber,
    service: Option<ServiceNumber>,
) -> Vec<OrderId> {
    world
        .book
        .orders
        .values()
        .filter(|order| order.target.subject == Some(subject))
        .filter(|order| service.is_none_or(|number| order.target.holds(&number)))
        .filter(|order| world.status(order).is_live())
        .map(|order| order.id.clone())
        .collect()
}

/// Says what goes, what stays, and what cannot be undone.
fn consent(filed: &FiledSubject, gone: &Gone, request: Request<'_>) -> Consent {
    let number = gone
        .service
        .map_or_else(|| gone.subject.to_string(), |number| number.to_string());
    let (why, at) = (request.because.label(), gone.at.to_minute());
    let (lost, more) = if let Some(provider) = request.provider {
        let lost = text!(
            "自 {at} 起，{number} 在{named}的接入视为已失效（{why}）",
            "from {at} the access of {number} at {named} counts as gone ({why})",
            why,
            named = spoken(provider)
        );
        (lost, without_access(filed, gone, provider))
    } else {
        let lost = text!(
            "自 {at} 起，{number} 视为已失效（{why}），此备案号不能再使用",
            "from {at} {number} counts as gone ({why}); its number can never be used again",
            why
        );
        (lost, without_number(filed, gone))
    };
    Consent {
        shown: once(lost).chain(more).collect(),
        question: Some(text!("登记为已失效吗？", "Record this as gone?")),
        explicit: true,
        ..Consent::default()
    }
}

/// Says what comes with the end of accesses at a provider.
fn without_access(filed: &FiledSubject, gone: &Gone, provider: &str) -> Vec<Text> {
    let mut shown = vec![text!(
        "备案号保留；其他接入商的接入不受影响",
        "the number stays; accesses at other providers stay"
    )];
    let bare: Vec<String> = gone
        .accesses
        .iter()
        .filter(|(number, _)| {
            let service = filed.services.get(number);
            service.is_some_and(|s| s.providers() == [provider])
        })
        .map(|(number, _)| number.to_string())
        .collect();
    if !bare.is_empty() {
        let list = Text::list(&bare);
        shown.push(text!(
            "{list} 将没有任何接入商，成为空壳网站，管局可能注销",
            "{list} will have no provider left: an empty-shell site, which the bureau may cancel",
            list
        ));
    }
    shown
}

/// Says what goes with a number, and what stays.
fn without_number(filed: &FiledSubject, gone: &Gone) -> Vec<Text> {
    let mut shown = Vec::new();
    if gone.service.is_none() && !gone.services.is_empty() {
        let list = commas(&gone.services);
        shown.push(text!(
            "一并失效的服务：{list}",
            "services that go with it: {list}"
        ));
    }
    if !gone.domains.is_empty() {
        let list = Text::list(&gone.domains);
        shown.push(text!(
            "不再有备案的域名：{list}",
            "domains left without a filing: {list}",
            list
        ));
    }
    if !gone.accesses.is_empty() {
        let list = gone.accesses.iter().map(|(number, provider)| {
            let provider = spoken(provider);
            text!("{provider}（{number}）", "{provider} ({number})", provider)
        });
        let list = Text::joined(list, "、", ", ");
        shown.push(text!(
            "随之结束的接入：{list}",
            "accesses that end: {list}",
            list
        ));
    }
    match gone.service {
        Some(_) if filed.services.len() == 1 => {
            let subject = gone.subject;
            shown.push(text!(
                "主体 {subject} 将成为空壳主体",
                "the subject {subject} becomes an empty shell"
            ));
        }
        Some(_) => shown.push(text!(
            "主体和其他服务不受影响",
            "the subject and its other services stay"
        )),
        None => {}
    }
    shown
}
