//! What orders are judged beside.

use crate::filing::facts::Person;
use crate::filing::instant::Instant;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledSubject, Portfolio};
use crate::filing::profile::Profiles;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What orders are judged beside: the portfolio, the providers, the day.
#[derive(Debug)]
pub struct Setting<'a> {
    pub(super) portfolio: &'a Portfolio,
    pub(super) profiles: &'a Profiles,
    pub(super) now: Instant,
    pub(super) accounts: HashMap<(&'a str, &'a str), BTreeSet<SubjectNumber>>,
    pub(super) phones: HashMap<&'a str, Vec<Use<'a>>>,
    pub(super) certificates: HashMap<&'a str, Vec<Use<'a>>>,
    pub(super) resources: HashMap<(&'a str, &'a str), Vec<ServiceNumber>>,
}

/// One responsible person of the portfolio.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'a> {
    pub(super) subject: SubjectNumber,
    /// The service; none for the subject's person.
    pub(super) service: Option<ServiceNumber>,
    pub(super) person: &'a Person,
    /// Whether it is the person of an organisation's service.
    pub(super) serves_organisation: bool,
}

/// Whether a filed subject is one still where subjects are as `supposed`.
pub(super) fn stays(
    number: &SubjectNumber,
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> bool {
    supposed.get(number).is_none_or(FiledSubject::is_filed)
}

impl<'a> Setting<'a> {
    /// Looks once at all that is filed, so that each order is judged quickly.
    pub fn new(portfolio: &'a Portfolio, profiles: &'a Profiles, now: Instant) -> Self {
        let mut accounts: HashMap<(&str, &str), BTreeSet<SubjectNumber>> = HashMap::new();
        let mut phones: HashMap<&str, Vec<Use<'_>>> = HashMap::new();
        let mut certificates: HashMap<&str, Vec<Use<'_>>> = HashMap::new();
        let mut resources: HashMap<(&str, &str), Vec<ServiceNumber>> = HashMap::new();
        for subject in portfolio.filed() {
            let is_organisation = !subject.facts.is_individual();
            let of_services = subject.services.values();
            let of_services = of_services.map(|s| (Some(s.number), &s.facts.responsible));
            let persons = of_services.chain([(None, &subject.facts.responsible)]);
            for (service, person) in persons {
                let Some(person) = person else {
                    continue;
                };
                let there = Use {
                    subject: subject.number,
                    service,
                    person,
                    serves_organisation: service.is_some() && is_organisation,
                };
                for phone in person.phone.iter().chain(&person.emergency_phone) {
                    phones.entry(phone).or_default().push(there);
                }
                if let Some(number) = &person.certificate_number {
                    certificates.entry(number).or_default().push(there);
                }
            }
            for service in subject.services.values() {
                for access in &service.accesses {
                    if let Some(account) = &access.account {
                        let key = (access.provider.as_str(), account.as_str());
                        accounts.entry(key).or_default().insert(subject.number);
                    }
                    if let Some(resource) = &access.resource {
                        let there = resources.entry((&access.provider, resource)).or_default();
                        there.push(service.number);
                    }
                }
            }
        }
        Self {
            portfolio,
            profiles,
            now,
            accounts,
            phones,
            certificates,
            resources,
        }
    }

    /// Lists the filed services that stand on a resource of the order's provider, those that the
    /// order is about left out.
    pub(super) fn uses_of(&self, order: &Order, resource: &str) -> Vec<ServiceNumber> {
        let provider = order.provider.as_deref().unwrap_or_default();
        let there = self.resources.get(&(provider, resource));
        there
            .into_iter()
            .flatten()
            .filter(|number| !order.target.holds(number))
            .copied()
            .collect()
    }

    /// Returns the day on which is judged.
    pub fn today(&self) -> NaiveDate {
        self.now.day()
    }
}
