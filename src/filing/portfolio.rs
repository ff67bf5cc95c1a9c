//! The portfolio: what adopted filings, approved orders and `gone` records add up to.

pub mod endings;
mod taken;

use super::approval::Approval;
use super::duty::Fulfilled;
use super::facts::{Access, Certificate, ServiceFacts, SubjectFacts};
use super::host::Host;
use super::instant::Instant;
use super::notice::Notice;
use super::number::{Number, ServiceKind, ServiceNumber, SubjectNumber};
use super::order::{Entry, OperationId, Order, TargetService};
use super::province::Province;
use super::record::{SubjectEntry, SubjectRecord};
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use litemap::LiteMap;
use std::collections::{BTreeMap, BTreeSet};

/// All that is filed now, and what is known to have ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portfolio {
    /// Every subject that was ever filed with us, ended ones included.
    pub subjects: BTreeMap<SubjectNumber, FiledSubject>,
    /// The filed services that hold each domain.
    by_domain: BTreeMap<Host, Vec<ServiceNumber>>,
    /// The filed subjects of each certificate number.
    by_certificate: BTreeMap<String, Vec<SubjectNumber>>,
}

/// A filed subject and its services.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledSubject {
    /// Its number.
    pub number: SubjectNumber,
    /// What is filed of it; boxed, for the map of subjects keeps places free.
    pub facts: Box<SubjectFacts>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its notes and its services', oldest first.
    pub notes: Vec<Note>,
    /// The names of all persons who ever answered for it or its services, as far as known.
    pub people: BTreeSet<String>,
    /// Its services, by number: mostly one or two, of which a tree would keep room for eleven.
    pub services: LiteMap<ServiceNumber, FiledService>,
    /// The rectification notices about it and its services, in the order in which they came in.
    pub notices: Vec<Notice>,
    /// The subject's own duties that were said to be done, in the order in which that was recorded.
    pub fulfilled: Vec<Fulfilled>,
    /// Services that were filed once and are not any more: their numbers never return (NUM-05).
    pub ended_services: BTreeMap<ServiceNumber, NaiveDate>,
    /// The domains that such services had when they ended, and those that a change took from a service,
    /// with the day.
    pub ended_domains: BTreeMap<Host, (ServiceNumber, NaiveDate)>,
    /// When it was cancelled, if it was.
    pub ended: Option<NaiveDate>,
    /// What of this was recorded as not ours, none being the subject itself, and by which operation: it
    /// was never cancelled.
    pub not_ours: BTreeMap<Option<ServiceNumber>, OperationId>,
    /// The place that the next record of this subject takes.
    pub next_sequence: u64,
}

/// A filed service.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledService {
    /// Its number.
    pub number: ServiceNumber,
    /// What is filed of it; boxed, for the map of services keeps places free.
    pub facts: Box<ServiceFacts>,
    /// Who hosts it.
    pub accesses: Vec<Access>,
    /// Whether `accesses` says all: an adoption may leave them unknown.
    pub accesses_known: bool,
    /// The providers whose access ended and did not come back, be others known or not.
    pub left: BTreeSet<String>,
    /// When the bureau filed it, where known.
    pub approved_on: Option<NaiveDate>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its duties that were said to be done, in the order in which that was recorded.
    pub fulfilled: Vec<Fulfilled>,
}

/// A note on a subject or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it was written.
    pub at: Instant,
    /// By whom.
    pub actor: Option<String>,
    /// The service it is about; absent for the subject itself.
    pub service: Option<ServiceNumber>,
    /// Its words.
    pub text: String,
}

/// A state of the portfolio that calls for care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// 空壳主体: a subject number without any service; the bureau purges these (S0, S1).
    EmptyShellSubject,
    /// 空壳网站: a service whose accesses are all gone; the bureau may cancel it (S1).
    EmptyShellSite,
}

impl Risk {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmptyShellSubject => "empty-shell-subject",
            Self::EmptyShellSite => "empty-shell-site",
        }
    }

    /// Returns what it means.
    pub fn message(self) -> Text {
        match self {
            Self::EmptyShellSubject => text!(
                "空壳主体：主体下已没有任何服务，管局会不定期清理；接入商无法注销它，只能向管局提交书面申请",
                "empty-shell subject: no service is left under it; the bureau purges such subjects from time to time, and only a written application can cancel it"
            ),
            Self::EmptyShellSite => text!(
                "空壳网站：没有接入商，长期不接入可能被管局注销；请尽快办理接入备案",
                "empty-shell site: no provider holds an access; without a new access the bureau may cancel it"
            ),
        }
    }
}

impl FiledService {
    /// Returns site, app, mini-program or quick app: the number says which.
    pub fn kind(&self) -> ServiceKind {
        self.number.kind()
    }

    /// Returns it as an order that is about it holds it.
    pub fn as_target(&self) -> TargetService {
        TargetService {
            number: self.number,
            kind: self.kind(),
            name: self.facts.name.clone(),
            domains: self.domains().to_vec(),
            access_mode: None,
            registrations: None,
            resource: None,
            extra: toml::Table::new(),
        }
    }

    /// Returns its domains.
    pub fn domains(&self) -> &[Host] {
        self.facts.domains.as_deref().unwrap_or_default()
    }

    /// Lists the providers that hold an access, without repeats.
    pub fn providers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.accesses.iter().map(|a| a.provider.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether `provider` holds an access; `None` where that is unknown.
    pub fn is_accessed_at(&self, provider: &str) -> Option<bool> {
        if self.accesses.iter().any(|a| a.provider == provider) {
            Some(true)
        } else {
            (self.accesses_known || self.left.contains(provider)).then_some(false)
        }
    }

    /// Whether it is known that no provider holds an access.
    pub fn is_empty_shell(&self) -> bool {
        self.accesses_known && self.accesses.is_empty()
    }

    /// Returns what calls for care.
    pub fn risk(&self) -> Option<Risk> {
        self.is_empty_shell().then_some(Risk::EmptyShellSite)
    }
}

impl FiledSubject {
    /// Returns a subject of which nothing is known.
    pub fn new(number: SubjectNumber) -> Self {
        Self {
            number,
            facts: Box::default(),
            labels: BTreeMap::new(),
            notes: Vec::new(),
            people: BTreeSet::new(),
            notices: Vec::new(),
            fulfilled: Vec::new(),
            services: LiteMap::new(),
            ended_services: BTreeMap::new(),
            ended_domains: BTreeMap::new(),
            ended: None,
            not_ours: BTreeMap::new(),
            next_sequence: 1,
        }
    }

    /// Whether it is filed now.
    pub fn is_filed(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns the province: the number's, else the filed one.
    pub fn province(&self) -> Option<Province> {
        self.number
            .province()
            .or_else(|| self.facts.province.as_deref()?.parse().ok())
    }

    /// Returns the day on which the subject or one of its services ended, if it did.
    pub fn ended_on(&self, service: Option<&ServiceNumber>) -> Option<NaiveDate> {
        match service {
            None => self.ended,
            Some(number) if self.services.contains_key(number) => None,
            Some(number) => self.ended_services.get(number).copied().or(self.ended),
        }
    }

    /// Whether no provider can speak for it: no service, or none with an access.
    pub fn is_empty_shell(&self) -> bool {
        self.services.values().all(FiledService::is_empty_shell)
    }

    /// Whether a service, filed or ended, has taken this place of the counter that all kinds share (NUM-03).
    pub fn has_counted(&self, counter: u32) -> bool {
        self.services
            .keys()
            .chain(self.ended_services.keys())
            .any(|number| number.counter() == counter)
    }

    /// Lists the services that share a counter, of which all but one were copied wrongly (NUM-03).
    pub fn sharing_a_counter(&self) -> Vec<ServiceNumber> {
        let mut uses: BTreeMap<u32, usize> = BTreeMap::new();
        for number in self.services.keys() {
            *uses.entry(number.counter()).or_default() += 1;
        }
        let numbers = self.services.keys().copied();
        numbers
            .filter(|number| uses.get(&number.counter()).is_some_and(|uses| *uses > 1))
            .collect()
    }

    /// Returns what calls for care about the subject itself, while it is filed.
    pub fn risk(&self) -> Option<Risk> {
        (self.is_filed() && self.services.is_empty()).then_some(Risk::EmptyShellSubject)
    }
}

impl FiledService {
    fn new(number: ServiceNumber) -> Self {
        Self {
            number,
            facts: Box::default(),
            accesses: Vec::new(),
            accesses_known: false,
            left: BTreeSet::new(),
            approved_on: None,
            labels: BTreeMap::new(),
            fulfilled: Vec::new(),
        }
    }
}

/// Lists the providers that hold an access to any of some services, sorted, without repeats.
pub fn providers_of<'s>(services: impl IntoIterator<Item = &'s FiledService>) -> Vec<String> {
    let names = services.into_iter().flat_map(FiledService::providers);
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().map(str::to_owned).collect()
}

/// One record that the portfolio folds.
enum Record<'a> {
    Entry(&'a SubjectEntry),
    Approval(&'a Order, &'a Entry, &'a Approval),
}

impl Record<'_> {
    fn order(&self) -> (u64, Instant, &OperationId) {
        match self {
            Self::Entry(entry) => (entry.sequence, entry.recorded_at, &entry.op),
            Self::Approval(_, entry, approval) => (approval.sequence, entry.recorded_at, &entry.op),
        }
    }
}

/// Lists the records of each subject, in the order in which they were recorded, whatever the order
/// in which they are handed in.
fn in_order<'a>(
    records: impl IntoIterator<Item = &'a SubjectRecord>,
    orders: impl IntoIterator<Item = &'a Order>,
) -> BTreeMap<SubjectNumber, Vec<Record<'a>>> {
    let mut by_subject: BTreeMap<SubjectNumber, Vec<Record<'a>>> = BTreeMap::new();
    for record in records {
        let mut entries = record.effective().map(Record::Entry).peekable();
        if entries.peek().is_some() {
            by_subject.entry(record.number).or_default().extend(entries);
        }
    }
    for order in orders {
        let Some(entry) = order.approval() else {
            continue;
        };
        let Some(approval) = &entry.approval else {
            continue;
        };
        let Some(number) = approval.subject.as_ref().or(order.target.subject.as_ref()) else {
            continue;
        };
        by_subject
            .entry(*number)
            .or_default()
            .push(Record::Approval(order, entry, approval));
    }
    for records in by_subject.values_mut() {
        records.sort_by(|one, two| one.order().cmp(&two.order()));
    }
    by_subject
}

impl Portfolio {
    /// Folds what was written down about subjects, and what approved orders did.
    ///
    /// Each subject's records fold in the order in which they were recorded.
    pub fn fold<'a>(
        records: impl IntoIterator<Item = &'a SubjectRecord>,
        orders: impl IntoIterator<Item = &'a Order>,
    ) -> Self {
        let mut portfolio = Self::default();
        for (number, records) in in_order(records, orders) {
            let mut subject = FiledSubject::new(number);
            for record in &records {
                subject.take(record);
            }
            portfolio.put(subject);
        }
        portfolio
    }

    /// Folds one subject anew; `record` and `orders` are all that was written down about it.
    pub fn refold<'a>(
        &mut self,
        number: SubjectNumber,
        record: Option<&'a SubjectRecord>,
        orders: impl IntoIterator<Item = &'a Order>,
    ) {
        self.take_out(&number);
        let mut part = Self::fold(record, orders);
        if let Some(subject) = part.subjects.remove(&number) {
            self.put(subject);
        }
    }

    /// Returns the subjects that `orders` are about as they would be, were all approved on `day`.
    ///
    /// A new filing has no numbers before its approval and adds nothing.
    pub fn supposing<'a>(
        &self,
        orders: impl IntoIterator<Item = &'a Order>,
        day: NaiveDate,
    ) -> BTreeMap<SubjectNumber, FiledSubject> {
        let mut supposed = BTreeMap::new();
        for order in orders {
            let Some(filed) = self.subject_of(order) else {
                continue;
            };
            let subject = supposed
                .entry(filed.number)
                .or_insert_with(|| filed.clone());
            if subject.is_filed() {
                subject.take_approval(order, day, &[]);
            }
        }
        supposed
    }

    fn put(&mut self, subject: FiledSubject) {
        if subject.is_filed() {
            for service in subject.services.values() {
                for domain in service.domains() {
                    enter(&mut self.by_domain, domain.clone(), service.number);
                }
            }
            if let Some(certificate) = subject.facts.certificate() {
                enter(&mut self.by_certificate, certificate.number, subject.number);
            }
        }
        self.subjects.insert(subject.number, subject);
    }

    fn take_out(&mut self, number: &SubjectNumber) -> Option<FiledSubject> {
        let subject = self.subjects.remove(number)?;
        for service in subject.services.values() {
            for domain in service.domains() {
                withdraw(&mut self.by_domain, domain, &service.number);
            }
        }
        if let Some(certificate) = subject.facts.certificate() {
            withdraw(&mut self.by_certificate, &certificate.number, number);
        }
        Some(subject)
    }

    /// Returns the subject of `number`, if it is filed now.
    pub fn subject(&self, number: &SubjectNumber) -> Option<&FiledSubject> {
        self.subjects.get(number).filter(|s| s.is_filed())
    }

    /// Returns the subject that an order is about, if it is filed now.
    pub fn subject_of(&self, order: &Order) -> Option<&FiledSubject> {
        self.subject(order.target.subject.as_ref()?)
    }

    /// Returns the service of `number`, if it is filed now.
    pub fn service(&self, number: &ServiceNumber) -> Option<(&FiledSubject, &FiledService)> {
        let subject = self.subject(&number.subject())?;
        Some((subject, subject.services.get(number)?))
    }

    /// Returns the day on which `number` ended, if it was filed once and is not any more.
    pub fn ended(&self, number: &ServiceNumber) -> Option<NaiveDate> {
        let subject = self.subjects.get(&number.subject())?;
        subject.ended_services.get(number).copied()
    }

    /// Returns the operation that recorded a subject or service as not ours, where it was that.
    pub fn not_ours(&self, number: &Number) -> Option<&OperationId> {
        let (subject, service) = match number {
            Number::Subject(number) => (*number, None),
            Number::Service(number) => (number.subject(), Some(*number)),
            Number::Security(_) => return None,
        };
        let not_ours = &self.subjects.get(&subject)?.not_ours;
        not_ours.get(&service).or_else(|| not_ours.get(&None))
    }

    /// Lists the subjects that are filed now.
    pub fn filed(&self) -> impl Iterator<Item = &FiledSubject> {
        self.subjects.values().filter(|s| s.is_filed())
    }

    /// Returns the service that had `domain` last, and the day on which that ended.
    pub fn ended_domain(&self, domain: &Host) -> Option<(ServiceNumber, NaiveDate)> {
        let subjects = self.subjects.values();
        let ended = subjects.filter_map(|subject| subject.ended_domains.get(domain).copied());
        ended.max_by_key(|(_, day)| *day)
    }

    /// Lists the services that hold `domain`.
    pub fn holders(&self, domain: &Host) -> Vec<(&FiledSubject, &FiledService)> {
        let numbers = self.by_domain.get(domain).into_iter().flatten();
        numbers.filter_map(|number| self.service(number)).collect()
    }

    /// Lists the services that hold `domain` and hold it still where subjects are as `supposed`.
    pub fn holders_supposing(
        &self,
        domain: &Host,
        supposed: &BTreeMap<SubjectNumber, FiledSubject>,
    ) -> Vec<(&FiledSubject, &FiledService)> {
        let mut holders = self.holders(domain);
        holders.retain(|(subject, service)| {
            supposed.get(&subject.number).is_none_or(|subject| {
                let kept = subject.services.get(&service.number);
                kept.is_some_and(|kept| kept.domains().contains(domain))
            })
        });
        holders
    }

    /// Returns the subjects that the orders `ahead` of another are about as they will be when that other
    /// can be sent: once they are approved.
    pub fn once_through(&self, ahead: &[&Order]) -> BTreeMap<SubjectNumber, FiledSubject> {
        // The day is nobody's matter here.
        self.supposing(ahead.iter().copied(), NaiveDate::default())
    }

    /// Returns the filed subject that a certificate means.
    pub fn of_certificate(&self, certificate: &Certificate) -> Option<&FiledSubject> {
        self.all_of_certificate(certificate).next()
    }

    /// Lists the filed subjects with a certificate: more than one where something is wrong.
    pub fn all_of_certificate(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &FiledSubject> {
        let numbers = self.by_certificate.get(&certificate.number);
        let subjects = numbers.into_iter().flatten();
        subjects
            .filter_map(|number| self.subject(number))
            .filter(|subject| {
                let filed = subject.facts.certificate();
                filed.is_some_and(|filed| filed.is_same(certificate))
            })
    }

    /// Returns the place that the next record of `number` takes.
    pub fn next_sequence(&self, number: &SubjectNumber) -> u64 {
        self.subjects.get(number).map_or(1, |s| s.next_sequence)
    }
}

/// Puts a number into an index, in its place; mostly it is the only one of its key.
fn enter<K: Ord, N: Ord>(index: &mut BTreeMap<K, Vec<N>>, key: K, number: N) {
    let holders = index.entry(key).or_insert_with(|| Vec::with_capacity(1));
    if let Err(place) = holders.binary_search(&number) {
        holders.insert(place, number);
    }
}

/// Takes a number out of an index; a key that means nothing any more goes too.
fn withdraw<K: Ord, N: Ord>(index: &mut BTreeMap<K, Vec<N>>, key: &K, number: &N) {
    if let Some(holders) = index.get_mut(key) {
        holders.retain(|holder| holder != number);
        if holders.is_empty() {
            index.remove(key);
        }
    }
}
