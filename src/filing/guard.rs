//! What must hold before an order is drafted, and before it is sent.
//!
//! Drafting refuses what waiting cannot cure; live orders and forerunners are looked at when the
//! order is sent.

use super::facts::SubjectFacts;
use super::identity::{CreditCode, organisation_code};
use super::instant::Instant;
use super::kind::{Kind, Via};
use super::number::ServiceNumber;
use super::obstacle::{Awaited, Obstacle};
use super::order::{FieldChange, Order, OrderId};
use super::portfolio::{FiledService, FiledSubject, Portfolio, providers_of};
use super::profile::{Profile, Profiles};
use super::status::Status;
use super::tree;
use crate::lang::{Text, shell_word};
use crate::text;

/// A live order as guards see it: its status may be presumed.
#[derive(Clone, Copy, Debug)]
pub struct Rival<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its status at the time of asking.
    pub status: Status,
}

impl<'a> Rival<'a> {
    /// Returns the order while it can still be approved.
    pub fn pending(self) -> Option<&'a Order> {
        (!self.status.has_ended()).then_some(self.order)
    }
}

/// Checks what waiting cannot cure; `ahead` are the orders that this one waits for, as [`ahead`] lists
/// them.
///
/// # Errors
/// The first obstacle found.
pub fn drafting(
    order: &Order,
    portfolio: &Portfolio,
    profiles: &Profiles,
    ahead: &[&Order],
) -> Result<(), Obstacle> {
    let subject = match &order.target.subject {
        Some(number) => Some(
            portfolio
                .subject(number)
                .ok_or_else(|| Obstacle::NotFiled {
                    number: number.to_string(),
                })?,
        ),
        None => None,
    };
    let services = filed_services(order, portfolio)?;
    if let Some(provider) = &order.provider {
        size(order, subject, provider, profiles.of(provider))?;
    }
    match order.kind {
        Kind::New => new(order, subject, portfolio, ahead),
        Kind::Access => access(order, &services),
        Kind::Change => change(order, subject, &services),
        Kind::CancelSite => cancels(order, subject, &services, profiles),
        Kind::CancelSubject => {
            let all: Vec<&FiledService> =
                subject.map_or_else(Vec::new, |s| s.services.values().collect());
            cancels(order, subject, &all, profiles)
        }
        Kind::CancelAccess => {
            for service in &services {
                is_accessed(order, &service.number.to_string(), &[service])?;
                is_of_account(order, service)?;
            }
            Ok(())
        }
    }
}

/// Checks that nothing else is in the way of sending the order at this moment.
///
/// `others` are the orders that are live or that this one waits for, as they stand now.
///
/// # Errors
/// The first obstacle found.
pub fn sending(
    order: &Order,
    portfolio: &Portfolio,
    profiles: &Profiles,
    others: &[Rival<'_>],
) -> Result<(), Obstacle> {
    let ahead = ahead(order, others);
    drafting(order, portfolio, profiles, &ahead)?;
    blocking(order, portfolio, profiles, others)
}

/// Checks only what time can cure: a forerunner and live orders.
///
/// # Errors
/// The first obstacle found.
pub fn blocking(
    order: &Order,
    portfolio: &Portfolio,
    profiles: &Profiles,
    others: &[Rival<'_>],
) -> Result<(), Obstacle> {
    let obstacles = in_the_way(order, portfolio, profiles, others);
    obstacles.into_iter().next().map_or(Ok(()), Err)
}

/// Lists what only time can cure: the forerunner, then live orders, the closest first; each stands in
/// the same place whatever the orders' ids are.
pub fn in_the_way(
    order: &Order,
    portfolio: &Portfolio,
    profiles: &Profiles,
    others: &[Rival<'_>],
) -> Vec<Obstacle> {
    let awaited = order.after.as_ref().and_then(|after| {
        let awaited = match forerunner(order, others).map(|rival| rival.status) {
            Some(Status::Approved) => return None,
            Some(status) if status.has_ended() => Awaited::Ended(status),
            Some(_) => Awaited::Pending,
            None => Awaited::Absent,
        };
        Some(Obstacle::After {
            order: after.clone(),
            awaited,
        })
    });
    let live = others.iter().filter(|rival| rival.status.is_live());
    let mut live: Vec<_> = live
        .filter_map(|rival| between(order, rival, portfolio, profiles))
        .collect();
    live.sort_by_key(|(rank, since, _)| (*rank, *since));
    let live = live.into_iter().map(|(_, _, obstacle)| obstacle);
    awaited.into_iter().chain(live).collect()
}

/// Lists those of `others` whose approval a draft waits for, and what they wait for in turn, the one
/// that comes first before the others; what was sent waits no more.
pub fn ahead<'o>(order: &Order, others: &[Rival<'o>]) -> Vec<&'o Order> {
    let after = order.after.as_ref();
    let after = after.filter(|_| order.standing().status == Status::Draft);
    through(after, others)
}

/// Lists those of `others` that are still to be approved before what waits for `after` can be sent, in
/// their turn.
pub fn through<'o>(after: Option<&OrderId>, others: &[Rival<'o>]) -> Vec<&'o Order> {
    let pending = |id: &OrderId| others.iter().find(|rival| rival.order.id == *id)?.pending();
    let mut through: Vec<&Order> = Vec::new();
    let mut next = after.and_then(pending);
    // Files that people wrote may wait in a circle.
    while let Some(awaited) = next.filter(|next| through.iter().all(|one| one.id != next.id)) {
        through.push(awaited);
        next = awaited.after.as_ref().and_then(pending);
    }
    through.reverse();
    through
}

/// Returns the one of `others` that must be approved before an order is sent.
fn forerunner<'r, 'o>(order: &Order, others: &'r [Rival<'o>]) -> Option<&'r Rival<'o>> {
    let after = order.after.as_ref()?;
    others.iter().find(|rival| rival.order.id == *after)
}

/// How closely a live order is in another's way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Subject,
    Account,
    Domain,
}

/// Returns in what way a live order is in another's way, and since when it has been there.
fn between(
    order: &Order,
    rival: &Rival<'_>,
    portfolio: &Portfolio,
    profiles: &Profiles,
) -> Option<(Rank, Option<Instant>, Obstacle)> {
    let other = rival.order;
    if other.id == order.id {
        return None;
    }
    let since = other.created_at();
    let at_one_provider = order.provider == other.provider;
    let provider = order.provider.as_deref();
    let parallel = at_one_provider && profiles.for_order(provider).parallel_orders;
    let subject = is_same_subject(order, other, portfolio);
    let account = order.account.is_some() && at_one_provider && order.account == other.account;
    if (subject || account) && !parallel {
        let rank = if subject {
            Rank::Subject
        } else {
            Rank::Account
        };
        let obstacle = Obstacle::LiveOrder {
            order: other.id.clone(),
            kind: other.kind,
            status: rival.status,
            account: !subject,
        };
        return Some((rank, since, obstacle));
    }
    if order.kind != Kind::New || other.kind != Kind::New {
        return None;
    }
    let theirs = other.domains();
    let domain = order.domains().into_iter().find(|d| theirs.contains(d))?;
    let obstacle = Obstacle::DomainInFlight {
        domain: domain.clone(),
        order: other.id.clone(),
    };
    Some((Rank::Domain, since, obstacle))
}

/// Whether two orders are about one subject: by number, or before there is one by certificate.
pub fn is_same_subject(one: &Order, two: &Order, portfolio: &Portfolio) -> bool {
    if let (Some(one), Some(two)) = (&one.target.subject, &two.target.subject) {
        return one == two;
    }
    let certificate = |order: &Order| {
        let facts = order.subject_facts(portfolio.subject_of(order));
        facts.and_then(SubjectFacts::certificate)
    };
    match (certificate(one), certificate(two)) {
        (Some(one), Some(two)) => one.is_same(&two),
        (None, _) | (_, None) => false,
    }
}

fn filed_services<'a>(
    order: &Order,
    portfolio: &'a Portfolio,
) -> Result<Vec<&'a FiledService>, Obstacle> {
    if order.kind == Kind::CancelSubject {
        return Ok(Vec::new());
    }
    let targets = order.target.services.iter();
    targets
        .map(|target| {
            portfolio
                .service(&target.number)
                .map(|(_, service)| service)
                .ok_or_else(|| Obstacle::NotFiled {
                    number: target.number.to_string(),
                })
        })
        .collect()
}

fn size(
    order: &Order,
    subject: Option<&FiledSubject>,
    provider: &str,
    profile: &Profile,
) -> Result<(), Obstacle> {
    let facts = order.subject_facts(subject);
    let by_individual = facts.is_some_and(SubjectFacts::is_individual);
    let count = order.service_count();
    match profile.order_size.limit(order.kind, by_individual) {
        Some(limit) if count > limit => Err(Obstacle::OrderSize {
            count,
            limit,
            provider: provider.to_owned(),
            kind: order.kind,
        }),
        Some(_) | None => Ok(()),
    }
}

fn new(
    order: &Order,
    subject: Option<&FiledSubject>,
    portfolio: &Portfolio,
    ahead: &[&Order],
) -> Result<(), Obstacle> {
    let supposed = portfolio.once_through(ahead);
    let stays = subject.map(|subject| supposed.get(&subject.number).unwrap_or(subject));
    if let Some(subject) = stays.filter(|subject| !subject.is_filed()) {
        let number = &subject.number;
        return Err(Obstacle::WrongKind {
            instead: format!("{} --from FILE", Kind::New.name()),
            because: text!(
                "等待的订单会注销主体 {number}：此后是首次备案，资料文件中 subject 应写主体数据，不写备案号",
                "the order it waits for cancels the subject {number}: what follows is a first filing, whose dossier gives the subject's data, not its number"
            ),
        });
    }
    for domain in order.domains() {
        for (holder, service) in portfolio.holders_supposing(domain, &supposed) {
            if subject.map(|s| &s.number) != Some(&holder.number) {
                return Err(Obstacle::DomainElsewhere {
                    domain: domain.clone(),
                    number: service.number,
                });
            }
            let same_kind = order.filing.services.iter().any(|s| {
                s.kind == Some(service.kind()) && s.domains.iter().flatten().any(|d| d == domain)
            });
            if same_kind {
                let (host, number) = (domain, &service.number);
                let provider = order.provider.as_deref().unwrap_or_default();
                if service.is_accessed_at(provider) == Some(true) {
                    return Err(Obstacle::AccessedAlready {
                        number: service.number,
                        provider: provider.to_owned(),
                    });
                }
                let (access, provider) = (Kind::Access.name(), shell_word(provider));
                return Err(Obstacle::WrongKind {
                    instead: format!("{access} {host} --provider {provider}"),
                    because: text!(
                        "域名 {host} 已备案（{number}），在新接入商处应办理接入备案",
                        "the domain {host} is filed already ({number}): at another provider it needs an access order"
                    ),
                });
            }
        }
    }
    if let Some(subject) = stays
        && subject.services.is_empty()
        && subject
            .province()
            .is_some_and(|province| !province.rules().shell_adds)
    {
        return Err(Obstacle::ShellCannotAdd {
            number: subject.number,
            behind: supposed.contains_key(&subject.number),
        });
    }
    Ok(())
}

fn access(order: &Order, services: &[&FiledService]) -> Result<(), Obstacle> {
    let provider = order.provider.as_deref().unwrap_or_default();
    match services
        .iter()
        .find(|s| s.is_accessed_at(provider) == Some(true))
    {
        Some(service) => Err(Obstacle::AccessedAlready {
            number: service.number,
            provider: provider.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Checks that the order's provider can speak for one of `services`.
fn is_accessed(order: &Order, number: &str, services: &[&FiledService]) -> Result<(), Obstacle> {
    let Some(provider) = order.provider.as_deref() else {
        return Ok(());
    };
    if services
        .iter()
        .any(|s| s.is_accessed_at(provider) != Some(false))
    {
        return Ok(());
    }
    let holders = providers_of(services.iter().copied());
    let is_shell = services.iter().all(|service| service.is_empty_shell());
    Err(if is_shell {
        Obstacle::EmptyShell {
            number: number.to_owned(),
            kind: order.kind,
        }
    } else {
        Obstacle::NotAccessedHere {
            number: number.to_owned(),
            provider: provider.to_owned(),
            holders,
            kind: order.kind,
        }
    })
}

/// Checks that the order's account holds an access to `service`, as far as that is known.
fn is_of_account(order: &Order, service: &FiledService) -> Result<(), Obstacle> {
    let (Some(provider), Some(account)) = (&order.provider, &order.account) else {
        return Ok(());
    };
    if !service.accesses_known || service.accesses.iter().any(|a| order.ends(a)) {
        return Ok(());
    }
    let here = service.accesses.iter().filter(|a| a.provider == *provider);
    Err(Obstacle::OtherAccount {
        number: service.number,
        provider: provider.clone(),
        account: account.clone(),
        holders: here.filter_map(|a| a.account.clone()).collect(),
    })
}

fn cancels(
    order: &Order,
    subject: Option<&FiledSubject>,
    services: &[&FiledService],
    profiles: &Profiles,
) -> Result<(), Obstacle> {
    match order.via {
        Via::Written => {
            let holders = providers_of(services.iter().copied());
            if holders.is_empty() {
                Ok(())
            } else {
                Err(Obstacle::NotAnEmptyShell { holders })
            }
        }
        Via::Provider => {
            if order.kind == Kind::CancelSubject {
                let number = subject.map(|subject| subject.number.to_string());
                is_accessed(order, &number.unwrap_or_default(), services)?;
            } else {
                for service in services {
                    is_accessed(order, &service.number.to_string(), &[service])?;
                }
            }
            let provider = order.provider.as_deref().unwrap_or_default();
            let offered = &profiles.of(provider).verify_by;
            match order.verify_by {
                Some(verify_by) if !offered.contains(&verify_by) => Err(Obstacle::Path {
                    verify_by,
                    provider: provider.to_owned(),
                    offered: offered.clone(),
                }),
                Some(_) | None => Ok(()),
            }
        }
    }
}

fn change(
    order: &Order,
    subject: Option<&FiledSubject>,
    services: &[&FiledService],
) -> Result<(), Obstacle> {
    let all: Vec<&FiledService> = if services.is_empty() {
        subject.map_or_else(Vec::new, |s| s.services.values().collect())
    } else {
        services.to_vec()
    };
    let number = match (services, subject) {
        ([service, ..], _) => service.number.to_string(),
        ([], Some(subject)) => subject.number.to_string(),
        ([], None) => String::new(),
    };
    is_accessed(order, &number, &all)?;
    let of_holder = order
        .changes
        .iter()
        .any(|c| c.service.is_none() && matches!(c.field.as_str(), "name" | "nature"))
        || order
            .changes
            .iter()
            .any(takes_the_place_of_organisation_code);
    for change in &order.changes {
        frozen(change.service.as_ref(), &change.field, of_holder)?;
        if change.field == "domains"
            && let Some(service) = all
                .iter()
                .find(|s| change.service.as_ref() == Some(&s.number))
        {
            domains_only_shrink(service, change.to.as_ref())?;
        }
    }
    Ok(())
}

/// Whether a credit code takes the place of the organisation code that it was made from: the same
/// holder under the number that counts since 2015-10-01 (S2, HW).
fn takes_the_place_of_organisation_code(change: &FieldChange) -> bool {
    let text = |value: &Option<toml::Value>| value.as_ref()?.as_str().map(str::to_owned);
    let (Some(from), Some(to)) = (text(&change.from), text(&change.to)) else {
        return false;
    };
    change.service.is_none()
        && change.field == "certificate_number"
        && CreditCode::parse(&from).is_err()
        && CreditCode::parse(&to)
            .is_ok_and(|code| organisation_code(&from).as_deref() == Some(code.organisation_code()))
}

fn frozen(service: Option<&ServiceNumber>, field: &str, of_holder: bool) -> Result<(), Obstacle> {
    let frozen = |rule, instead| {
        Err(Obstacle::FieldFrozen {
            field: field.to_owned(),
            rule,
            instead,
        })
    };
    match (service, field) {
        (None, "province") => frozen(
            "CHG-07",
            text!(
                "省份不能变更；请注销后在新省份重新备案",
                "the province cannot change: cancel, then file anew in the other province"
            ),
        ),
        (None, "certificate_number" | "certificate_type") if !of_holder => frozen(
            "CHG-01",
            text!(
                "证件信息只能随主办者名称或性质一起变更；否则请注销后重新备案",
                "the certificate changes only together with the name or nature; else cancel and file anew"
            ),
        ),
        (Some(_), "kind" | "number") => frozen("CHG-01", kind_stays()),
        (None | Some(_), _) => Ok(()),
    }
}

/// Says why a service keeps its kind, and what to do instead (CHG-01).
pub fn kind_stays() -> Text {
    text!(
        "服务类型不能变更；请注销后重新备案",
        "the kind of a service cannot change: cancel it and file anew"
    )
}

fn domains_only_shrink(service: &FiledService, to: Option<&toml::Value>) -> Result<(), Obstacle> {
    let mut after = service.facts.clone();
    tree::set(&mut after, "domains", to);
    let after = after.domains.unwrap_or_default();
    if service.facts.domains.is_some()
        && let Some(added) = after.iter().find(|d| !service.domains().contains(d))
    {
        return Err(Obstacle::FieldFrozen {
            field: "domains".to_owned(),
            rule: "CHG-02",
            instead: text!(
                "变更只能删除域名，不能增加 {added}；新域名请用 icpctl new 新增服务",
                "a change can only remove domains, not add {added}: file it with icpctl new"
            ),
        });
    }
    if after.is_empty() && !service.domains().is_empty() {
        let number = &service.number;
        return Err(Obstacle::FieldFrozen {
            field: "domains".to_owned(),
            rule: "CAN-14",
            instead: text!(
                "删除全部域名等于注销服务：icpctl cancel-site {number}",
                "removing every domain means cancelling the service: icpctl cancel-site {number}"
            ),
        });
    }
    Ok(())
}

/// Says until when something holds an order back, if the clock will lift it.
pub fn lifts_at(rival: &Rival<'_>, profiles: &Profiles, now: Instant) -> Option<Instant> {
    let view = rival.order.view(profiles, now);
    let window = view.standing.window.as_ref()?;
    (rival.order.kind.is_cancellation() && !view.is_presumed()).then(|| window.closes_at())
}
