//! What several orders do together: more than each of them tells by itself.

use super::host::Host;
use super::impact::{Code, NAMED, at_providers, domains_of, impact, touching};
use super::kind::Kind;
use super::number::{ServiceNumber, SubjectNumber};
use super::order::Order;
use super::portfolio::{FiledService, FiledSubject, Portfolio};
use super::profile::Profiles;
use crate::lang::Text;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One consequence of several orders, and whom it touches.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// Which.
    pub code: Code,
    /// The subjects it touches.
    pub subjects: BTreeSet<SubjectNumber>,
    /// The services it touches.
    pub services: BTreeSet<ServiceNumber>,
    /// The domains it touches.
    pub domains: BTreeSet<Host>,
    /// The providers it touches.
    pub providers: BTreeSet<String>,
}

impl Joint {
    const fn of(code: Code) -> Self {
        Self {
            code,
            subjects: BTreeSet::new(),
            services: BTreeSet::new(),
            domains: BTreeSet::new(),
            providers: BTreeSet::new(),
        }
    }

    /// Whether its subjects are what it is about, not only those whose orders bring it.
    const fn is_of_subjects(&self) -> bool {
        match self.code {
            Code::SubjectGoes
            | Code::ServicesGoWithSubject
            | Code::SubjectBecomesEmptyShell
            | Code::SubjectLeavesAccount
            | Code::NoProviderLeft
            | Code::LapseIsTheOnlyWayBack
            | Code::CannotBeWithdrawn
            | Code::WrittenApplicationNeeded => true,
            Code::ServiceGoes
            | Code::FiledElsewhereGoes
            | Code::ServiceLosesLastAccess
            | Code::DomainUnfiled
            | Code::DomainStillFiled
            | Code::DomainUnreachableAtProvider
            | Code::NumberNeverRestored
            | Code::QuotaReturned
            | Code::QuotaNotReturned
            | Code::OtherServicesUnaffected => false,
        }
    }

    /// Returns the consequence in words, with the first of what it touches.
    pub fn message(&self) -> Text {
        let mut names: Vec<String> = Vec::new();
        let mut more = 0;
        let mut take = |list: Vec<String>| {
            more += list.len().saturating_sub(NAMED);
            names.extend(list.into_iter().take(NAMED));
        };
        if self.services.is_empty() && self.is_of_subjects() {
            take(self.subjects.iter().map(ToString::to_string).collect());
        }
        take(self.services.iter().map(ToString::to_string).collect());
        take(self.domains.iter().map(ToString::to_string).collect());
        let providers = self.providers.iter().take(NAMED);
        let label = at_providers(self.code.label(), providers, !names.is_empty());
        touching(label, &names, more)
    }
}

/// Lists what the approval of all these orders does, computed over them as a whole.
///
/// Two orders that each leave the other's service standing make an empty shell of their subject
/// together, and a domain that both services hold becomes unfiled. `ahead` lists the orders that one
/// waits for.
pub fn together<'o>(
    orders: &[&'o Order],
    ahead: impl Fn(&'o Order) -> Vec<&'o Order>,
    portfolio: &Portfolio,
    profiles: &Profiles,
    day: NaiveDate,
) -> Vec<Joint> {
    let after = portfolio.supposing(orders.iter().copied(), day);
    let mut sum = Sum::default();
    for (number, after) in &after {
        if let Some(before) = portfolio.subject(number) {
            sum.subject(before, after);
        }
    }
    sum.domains(portfolio, &after);
    for order in orders {
        sum.own(order, portfolio, &ahead(order), profiles);
        if order.kind == Kind::CancelAccess {
            sum.provider(order, portfolio, &after);
        }
    }
    sum.joint.into_values().collect()
}

#[derive(Default)]
struct Sum {
    joint: BTreeMap<Code, Joint>,
    /// The domains that leave a service.
    leaving: BTreeSet<Host>,
}

impl Sum {
    fn at(&mut self, code: Code) -> &mut Joint {
        self.joint.entry(code).or_insert_with(|| Joint::of(code))
    }

    /// Adds services of a subject, if there are any.
    fn add(&mut self, code: Code, subject: SubjectNumber, services: &[ServiceNumber]) {
        if !services.is_empty() {
            let joint = self.at(code);
            joint.subjects.insert(subject);
            joint.services.extend(services);
        }
    }

    /// Compares one subject before and after.
    fn subject(&mut self, before: &FiledSubject, after: &FiledSubject) {
        let number = before.number;
        for service in before.services.values() {
            let kept = after.services.get(&service.number);
            let left = service
                .domains()
                .iter()
                .filter(|d| kept.is_none_or(|kept| !kept.domains().contains(d)));
            self.leaving.extend(left.cloned());
        }
        let numbers = before.services.keys().copied();
        let gone: Vec<ServiceNumber> = numbers
            .filter(|number| !after.services.contains_key(number))
            .collect();
        self.add(Code::NumberNeverRestored, number, &gone);
        if !after.is_filed() {
            self.at(Code::SubjectGoes).subjects.insert(number);
            self.add(Code::ServicesGoWithSubject, number, &gone);
            return;
        }
        self.add(Code::ServiceGoes, number, &gone);
        if !gone.is_empty() && after.services.is_empty() {
            let joint = self.at(Code::SubjectBecomesEmptyShell);
            joint.subjects.insert(number);
        }
        self.accesses(before, after);
    }

    /// Compares who hosts the services that stay.
    fn accesses(&mut self, before: &FiledSubject, after: &FiledSubject) {
        let number = before.number;
        let was_held = |service: &&FiledService| {
            let before = before.services.get(&service.number);
            before.is_some_and(|before| !before.is_empty_shell())
        };
        let shells = after.services.values().filter(|s| s.is_empty_shell());
        let orphans: Vec<ServiceNumber> = shells.filter(was_held).map(|s| s.number).collect();
        self.add(Code::ServiceLosesLastAccess, number, &orphans);
        if after.is_empty_shell() && !before.is_empty_shell() {
            self.at(Code::NoProviderLeft).subjects.insert(number);
        }
    }

    /// Says of the domains that leave a service whether they stay filed in another.
    fn domains(&mut self, portfolio: &Portfolio, after: &BTreeMap<SubjectNumber, FiledSubject>) {
        for domain in std::mem::take(&mut self.leaving) {
            let code = if portfolio.holders_supposing(&domain, after).is_empty() {
                Code::DomainUnfiled
            } else {
                Code::DomainStillFiled
            };
            self.at(code).domains.insert(domain);
        }
    }

    /// Says what is left at the provider of an order that cancels accesses there (ACC-05).
    fn provider(
        &mut self,
        order: &Order,
        portfolio: &Portfolio,
        after: &BTreeMap<SubjectNumber, FiledSubject>,
    ) {
        let Some((number, provider)) = order.target.subject.zip(order.provider.as_deref()) else {
            return;
        };
        let Some((before, after)) = portfolio.subject(&number).zip(after.get(&number)) else {
            return;
        };
        let is_served = |domain: &Host| {
            let mut holders = after.services.values();
            holders
                .any(|s| s.domains().contains(domain) && s.is_accessed_at(provider) == Some(true))
        };
        let domains: Vec<Host> = domains_of(order, Some(before))
            .into_iter()
            .filter(|domain| !is_served(domain))
            .collect();
        if !domains.is_empty() {
            let joint = self.at(Code::DomainUnreachableAtProvider);
            joint.subjects.insert(number);
            joint.domains.extend(domains);
            joint.providers.insert(provider.to_owned());
        }
        let has_left = |service: &FiledService| {
            service.accesses_known && !service.accesses.iter().any(|access| order.ends(access))
        };
        if after.services.values().all(has_left) {
            let joint = self.at(Code::SubjectLeavesAccount);
            joint.subjects.insert(number);
            joint.providers.insert(provider.to_owned());
        }
    }

    /// Adds what an order does whatever the others do.
    fn own(&mut self, order: &Order, portfolio: &Portfolio, ahead: &[&Order], profiles: &Profiles) {
        for one in impact(order, portfolio, ahead, profiles) {
            match one.code {
                Code::FiledElsewhereGoes
                | Code::LapseIsTheOnlyWayBack
                | Code::CannotBeWithdrawn
                | Code::QuotaReturned
                | Code::QuotaNotReturned
                | Code::WrittenApplicationNeeded => {
                    let joint = self.at(one.code);
                    joint.subjects.extend(order.target.subject);
                    joint.services.extend(one.services);
                    joint.domains.extend(one.domains);
                    joint.providers.extend(one.providers);
                }
                // These are told over the whole.
                Code::ServiceGoes
                | Code::SubjectGoes
                | Code::ServicesGoWithSubject
                | Code::SubjectBecomesEmptyShell
                | Code::ServiceLosesLastAccess
                | Code::SubjectLeavesAccount
                | Code::NoProviderLeft
                | Code::DomainUnfiled
                | Code::DomainStillFiled
                | Code::DomainUnreachableAtProvider
                | Code::NumberNeverRestored
                | Code::OtherServicesUnaffected => {}
            }
        }
    }
}
