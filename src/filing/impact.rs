//! What an order does once it is approved: shown before anybody agrees to it.

use super::facts::Access;
use super::host::Host;
use super::kind::{Kind, Via};
use super::named::named;
use super::number::{ServiceNumber, SubjectNumber};
use super::order::{Order, TargetService};
use super::portfolio::{FiledService, FiledSubject, Portfolio};
use super::profile::Profiles;
use super::spoken::spoken_list;
use super::status::Status;
use super::tree;
use crate::lang::Text;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

named! {
    /// A consequence; the codes are what `--accept` and scripts use.
    pub enum Code {
        /// The service's filing ends.
        ServiceGoes = "service-goes", "服务备案将被注销", "the service's filing ends",
        /// The subject's filing ends.
        SubjectGoes = "subject-goes", "主体备案将被注销", "the subject's filing ends",
        /// Every service under the subject ends with it.
        ServicesGoWithSubject = "services-go-with-subject", "主体下的全部服务将一并注销", "every service under the subject ends with it",
        /// Accesses at other providers end too.
        FiledElsewhereGoes = "filed-elsewhere-goes", "其他接入商处的接入将一并失效", "the accesses at other providers end too",
        /// The subject is left without a service.
        SubjectBecomesEmptyShell = "subject-becomes-empty-shell", "主体将成为空壳主体", "the subject becomes an empty shell",
        /// The service is left without a provider.
        ServiceLosesLastAccess = "service-loses-last-access", "服务将失去最后一个接入商：此后只能书面注销，管局也可能注销其备案", "the service loses its last access: afterwards it can only be cancelled on paper, and the bureau may cancel it",
        /// Nothing of the subject is left at this provider.
        SubjectLeavesAccount = "subject-leaves-account", "主体将从该接入商账号中移除", "the subject leaves the account at this provider",
        /// Only paper can cancel afterwards.
        NoProviderLeft = "no-provider-left", "此后没有接入商可代为注销，只能书面申请", "no provider is left: afterwards only a written application can cancel",
        /// The domain may not serve any more.
        DomainUnfiled = "domain-unfiled", "域名将变为未备案，不得继续提供服务", "the domain becomes unfiled and must not serve",
        /// The domain stays filed in another service.
        DomainStillFiled = "domain-still-filed", "域名仍在备案中", "the domain stays filed",
        /// The domain stops being served by this provider.
        DomainUnreachableAtProvider = "domain-unreachable-at-provider", "域名将不能再通过该接入商访问", "the domain can no longer be served by this provider",
        /// Leaving the SMS unanswered is the only way back.
        LapseIsTheOnlyWayBack = "lapse-is-the-only-way-back", "短信发出后，唯一的退路是 24 小时内不完成核验", "once the SMS is out, leaving it unanswered for 24 hours is the only way back",
        /// Nothing takes it back.
        CannotBeWithdrawn = "cannot-be-withdrawn", "提交后不能撤回", "once submitted it cannot be withdrawn",
        /// The number is gone for good.
        NumberNeverRestored = "number-never-restored", "注销的备案号不会恢复，也不会再次启用", "a cancelled number is never restored or used again",
        /// The resource can carry another service.
        QuotaReturned = "quota-returned", "云资源的备案名额会退回", "the resource's filing quota is given back",
        /// The resource's place is spent.
        QuotaNotReturned = "quota-not-returned", "云资源的备案名额不会退回", "the resource's filing quota is not given back",
        /// The subject's other services go on.
        OtherServicesUnaffected = "other-services-unaffected", "主体下的其他服务不受影响", "the subject's other services are not affected",
        /// Paper to the bureau is needed.
        WrittenApplicationNeeded = "written-application-needed", "须向管局提交书面申请", "a written application to the bureau is needed",
    }
}

/// One consequence, and whom it touches.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// Which.
    pub code: Code,
    /// The subject whose number it touches.
    pub subject: Option<SubjectNumber>,
    /// The services it touches.
    pub services: Vec<ServiceNumber>,
    /// The domains it touches.
    pub domains: Vec<Host>,
    /// The providers it touches.
    pub providers: Vec<String>,
}

/// How many names a line for people holds of one sort.
pub(super) const NAMED: usize = 8;

/// Adds the providers that a consequence touches, told apart from what they hold, if that follows.
pub(super) fn at_providers<'p>(
    label: Text,
    providers: impl Iterator<Item = &'p String>,
    more_follows: bool,
) -> Text {
    let list = spoken_list(providers.map(String::as_str));
    if list.zh.is_empty() {
        return label;
    }
    if more_follows {
        text!("{label}（{list}）", "{label} ({list})", label, list)
    } else {
        text!("{label}：{list}", "{label}: {list}", label, list)
    }
}

/// Adds what a consequence touches; `more` of it is not named.
pub(super) fn touching(label: Text, names: &[String], more: usize) -> Text {
    let list = Text::list(names);
    if names.is_empty() {
        label
    } else if more == 0 {
        text!("{label}：{list}", "{label}: {list}", label, list)
    } else {
        text!(
            "{label}：{list} 等，另有 {more} 个",
            "{label}: {list} and {more} more",
            label,
            list
        )
    }
}

impl Impact {
    fn of(code: Code) -> Self {
        Self {
            code,
            subject: None,
            services: Vec::new(),
            domains: Vec::new(),
            providers: Vec::new(),
        }
    }

    /// Returns the consequence in words, with what it touches; of what stays as it is the first few.
    pub fn message(&self) -> Text {
        let named = if self.code == Code::OtherServicesUnaffected {
            NAMED
        } else {
            usize::MAX
        };
        let more = self.services.len().saturating_sub(named);
        let services = self.services.iter().take(named).map(ToString::to_string);
        let subject = self.subject.iter().map(ToString::to_string);
        let touched: Vec<String> = subject
            .chain(services)
            .chain(self.domains.iter().map(ToString::to_string))
            .collect();
        let label = at_providers(
            self.code.label(),
            self.providers.iter(),
            !touched.is_empty(),
        );
        touching(label, &touched, more)
    }
}

/// Lists what the approval of `order` does, and what its submission cannot take back.
///
/// A fact that the portfolio doesn't hold is unknown: nothing is said of it. What waits for the
/// approval of orders `ahead` is judged by what is filed then.
pub fn impact(
    order: &Order,
    portfolio: &Portfolio,
    ahead: &[&Order],
    profiles: &Profiles,
) -> Vec<Impact> {
    let supposed = portfolio.once_through(ahead);
    let filed = (portfolio, &supposed);
    let subject = subject_then(order, filed);
    let mut list = Vec::new();
    match order.kind {
        Kind::New | Kind::Access => {}
        Kind::Change => change(order, subject, filed, &mut list),
        Kind::CancelSite => cancel_site(order, subject, filed, &mut list),
        Kind::CancelSubject => cancel_subject(order, subject, filed, &mut list),
        Kind::CancelAccess => cancel_access(order, subject, &mut list),
    }
    if order.kind.is_cancellation() {
        quota(order, profiles, &mut list);
        if order.via == Via::Written {
            list.push(Impact::of(Code::WrittenApplicationNeeded));
        }
        if order.can_lapse(profiles) && order.standing().status != Status::AwaitingBureauReview {
            list.push(Impact::of(Code::LapseIsTheOnlyWayBack));
        }
        list.push(Impact::of(Code::CannotBeWithdrawn));
    }
    list
}

/// Whether the order's approval ends accesses at other providers, once the orders `ahead` are approved
/// that it waits for: sending it needs its own consent.
pub fn ends_elsewhere(order: &Order, portfolio: &Portfolio, ahead: &[&Order]) -> bool {
    let supposed = portfolio.once_through(ahead);
    let subject = subject_then(order, (portfolio, &supposed));
    subject.is_some_and(|subject| elsewhere(order, subject).is_some())
}

/// Returns the subject that an order is about as it is once the order can be sent, if it is filed then.
fn subject_then<'a>(
    order: &Order,
    (portfolio, supposed): Supposed<'a>,
) -> Option<&'a FiledSubject> {
    let number = order.target.subject.as_ref()?;
    match supposed.get(number) {
        Some(subject) => Some(subject).filter(|subject| subject.is_filed()),
        None => portfolio.subject(number),
    }
}

fn numbers(services: &[TargetService]) -> Vec<ServiceNumber> {
    services.iter().map(|s| s.number).collect()
}

/// Returns the domains of the services that the order is about: as they are filed, and of those that
/// are not any more as they were when it was drafted.
pub(super) fn domains_of(order: &Order, subject: Option<&FiledSubject>) -> BTreeSet<Host> {
    let filed = |number| subject.and_then(|subject| subject.services.get(number));
    let targets = order.target.services.iter();
    targets
        .flat_map(|target| filed(&target.number).map_or(&*target.domains, FiledService::domains))
        .cloned()
        .collect()
}

/// The portfolio, and the subjects that are otherwise once an order can be sent.
type Supposed<'a> = (&'a Portfolio, &'a BTreeMap<SubjectNumber, FiledSubject>);

/// Says of `domains`, leaving the services in `leaving`, whether they stay filed somewhere.
fn domains_leave(
    domains: BTreeSet<Host>,
    leaving: &[ServiceNumber],
    filed: Supposed<'_>,
    list: &mut Vec<Impact>,
) {
    let (kept, unfiled): (Vec<Host>, Vec<Host>) = domains.into_iter().partition(|domain| {
        filed
            .0
            .holders_supposing(domain, filed.1)
            .iter()
            .any(|(_, service)| !leaving.contains(&service.number))
    });
    for (code, domains) in [
        (Code::DomainUnfiled, unfiled),
        (Code::DomainStillFiled, kept),
    ] {
        if !domains.is_empty() {
            list.push(Impact {
                domains,
                ..Impact::of(code)
            });
        }
    }
}

fn change(
    order: &Order,
    subject: Option<&FiledSubject>,
    filed: Supposed<'_>,
    list: &mut Vec<Impact>,
) {
    for change in order.changes.iter().filter(|c| c.field == "domains") {
        let Some(number) = &change.service else {
            continue;
        };
        let Some(service) = subject.and_then(|s| s.services.get(number)) else {
            continue;
        };
        let mut after = service.facts.clone();
        tree::set(&mut after, "domains", change.to.as_ref());
        let kept = after.domains.unwrap_or_default();
        let removed = service
            .domains()
            .iter()
            .filter(|d| !kept.contains(d))
            .cloned()
            .collect();
        domains_leave(removed, std::slice::from_ref(number), filed, list);
    }
}

/// Returns the impact on the services that go with the approval of `order` and are accessed at other
/// providers than its own, if any is.
fn elsewhere(order: &Order, subject: &FiledSubject) -> Option<Impact> {
    let going: Vec<&FiledService> = match order.kind {
        Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess => Vec::new(),
        Kind::CancelSite => {
            let leaving: BTreeSet<ServiceNumber> =
                numbers(&order.target.services).into_iter().collect();
            let filed = leaving.iter();
            filed.filter_map(|n| subject.services.get(n)).collect()
        }
        Kind::CancelSubject => subject.services.values().collect(),
    };
    let mut services = Vec::new();
    let mut providers = Vec::new();
    for service in going {
        let others: Vec<&str> = service
            .providers()
            .into_iter()
            .filter(|p| Some(*p) != order.provider.as_deref())
            .collect();
        if !others.is_empty() {
            services.push(service.number);
            providers.extend(others.into_iter().map(str::to_owned));
        }
    }
    providers.sort();
    providers.dedup();
    (!providers.is_empty()).then(|| Impact {
        services,
        providers,
        ..Impact::of(Code::FiledElsewhereGoes)
    })
}

fn cancel_site(
    order: &Order,
    subject: Option<&FiledSubject>,
    filed: Supposed<'_>,
    list: &mut Vec<Impact>,
) {
    let leaving = numbers(&order.target.services);
    list.push(Impact {
        services: leaving.clone(),
        ..Impact::of(Code::ServiceGoes)
    });
    if let Some(subject) = subject {
        list.extend(elsewhere(order, subject));
    }
    let domains = domains_of(order, subject);
    domains_leave(domains, &leaving, filed, list);
    if let Some(subject) = subject {
        let rest: Vec<ServiceNumber> = subject
            .services
            .keys()
            .filter(|n| !leaving.contains(n))
            .copied()
            .collect();
        let is_left_alone = |n: &ServiceNumber| {
            let left = subject.services.get(n);
            left.is_some_and(FiledService::is_empty_shell)
        };
        if !subject.is_empty_shell() && rest.iter().all(is_left_alone) {
            list.push(Impact::of(Code::NoProviderLeft));
        }
        list.push(if rest.is_empty() {
            Impact::of(Code::SubjectBecomesEmptyShell)
        } else {
            Impact {
                services: rest,
                ..Impact::of(Code::OtherServicesUnaffected)
            }
        });
    }
    list.push(Impact {
        services: leaving,
        ..Impact::of(Code::NumberNeverRestored)
    });
}

fn cancel_subject(
    order: &Order,
    subject: Option<&FiledSubject>,
    filed: Supposed<'_>,
    list: &mut Vec<Impact>,
) {
    list.push(Impact {
        subject: order.target.subject,
        ..Impact::of(Code::SubjectGoes)
    });
    let leaving: Vec<ServiceNumber> = match subject {
        Some(subject) => subject.services.keys().copied().collect(),
        None => numbers(&order.target.services),
    };
    if !leaving.is_empty() {
        list.push(Impact {
            services: leaving.clone(),
            ..Impact::of(Code::ServicesGoWithSubject)
        });
    }
    if let Some(subject) = subject {
        list.extend(elsewhere(order, subject));
        let domains = subject
            .services
            .values()
            .flat_map(|s| s.domains().to_vec())
            .collect();
        domains_leave(domains, &leaving, filed, list);
    }
    list.push(Impact {
        subject: order.target.subject,
        services: leaving,
        ..Impact::of(Code::NumberNeverRestored)
    });
}

fn cancel_access(order: &Order, subject: Option<&FiledSubject>, list: &mut Vec<Impact>) {
    let provider = order.provider.as_deref().unwrap_or_default();
    let leaving = numbers(&order.target.services);
    let goes = |service: &FiledService, access: &Access| {
        leaving.contains(&service.number) && order.ends(access)
    };
    let domains: Vec<Host> = domains_of(order, subject).into_iter().collect();
    if !domains.is_empty() {
        list.push(Impact {
            domains: domains.clone(),
            ..Impact::of(Code::DomainStillFiled)
        });
        let stays = |domain: &Host| {
            let services = subject.into_iter().flat_map(|s| s.services.values());
            let mut holders = services.filter(|s| s.domains().contains(domain));
            holders.any(|s| {
                let mut here = s.accesses.iter().filter(|a| a.provider == provider);
                here.any(|a| !goes(s, a))
            })
        };
        let domains: Vec<Host> = domains.into_iter().filter(|d| !stays(d)).collect();
        if !domains.is_empty() {
            list.push(Impact {
                domains,
                providers: vec![provider.to_owned()],
                ..Impact::of(Code::DomainUnreachableAtProvider)
            });
        }
    }
    let Some(subject) = subject else {
        return;
    };
    let after = |service: &FiledService| {
        let accesses = service.accesses.iter();
        accesses.filter(|access| !goes(service, access)).count()
    };
    let orphans: Vec<ServiceNumber> = subject
        .services
        .values()
        .filter(|s| leaving.contains(&s.number) && s.accesses_known && after(s) == 0)
        .map(|s| s.number)
        .collect();
    if !orphans.is_empty() {
        list.push(Impact {
            services: orphans,
            ..Impact::of(Code::ServiceLosesLastAccess)
        });
    }
    let known = subject.services.values().all(|s| s.accesses_known);
    if known && subject.services.values().all(|s| after(s) == 0) {
        list.push(Impact::of(Code::NoProviderLeft));
    }
    // An access at another account of the provider keeps nothing in this one.
    let stays_here = subject.services.values().any(|s| {
        let mut of_account = s.accesses.iter().filter(|a| order.ends(a));
        of_account.any(|a| !goes(s, a))
    });
    if known && !stays_here {
        list.push(Impact {
            providers: vec![provider.to_owned()],
            ..Impact::of(Code::SubjectLeavesAccount)
        });
    }
    let rest: Vec<ServiceNumber> = subject
        .services
        .keys()
        .filter(|n| !leaving.contains(n))
        .copied()
        .collect();
    if !rest.is_empty() {
        list.push(Impact {
            services: rest,
            ..Impact::of(Code::OtherServicesUnaffected)
        });
    }
}

/// Whether the place at the provider comes back: each has its own ways, and several orders may be
/// of several.
fn quota(order: &Order, profiles: &Profiles, list: &mut Vec<Impact>) {
    let Some(provider) = order.provider.as_deref() else {
        return;
    };
    let code = match profiles.of(provider).quota.returned {
        Some(true) => Code::QuotaReturned,
        Some(false) => Code::QuotaNotReturned,
        None => return,
    };
    list.push(Impact {
        providers: vec![provider.to_owned()],
        ..Impact::of(code)
    });
}
