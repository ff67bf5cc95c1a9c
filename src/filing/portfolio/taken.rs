//! What one record does to a filed subject: an entry of its own, or the approval of an order.

use super::{FiledService, FiledSubject, Note, Record};
use crate::filing::approval::Issued;
use crate::filing::facts::Access;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceNumber;
use crate::filing::order::Order;
use crate::filing::record::{AdoptedService, Adoption, Because, SubjectEntry, SubjectEvent};
use crate::filing::tree;
use chrono::NaiveDate;

impl FiledSubject {
    /// Does what a record says.
    pub(super) fn take(&mut self, record: &Record<'_>) {
        self.next_sequence = self.next_sequence.max(record.order().0 + 1);
        match record {
            Record::Entry(entry) => self.take_entry(entry),
            Record::Approval(order, entry, approval) => {
                self.take_approval(order, entry.at.day(), &approval.services);
            }
        }
    }

    /// Does what an entry of the subject's own record says.
    fn take_entry(&mut self, entry: &SubjectEntry) {
        match entry.event {
            SubjectEvent::Adopt => {
                if let Some(filing) = &entry.filing {
                    self.adopt(filing, entry.replace);
                }
            }
            SubjectEvent::Gone => {
                if entry.because == Some(Because::NotOurs) && entry.provider.is_none() {
                    self.not_ours.insert(entry.service, entry.op.clone());
                }
                self.lose(entry);
            }
            SubjectEvent::Label => {
                let labels = match &entry.service {
                    Some(number) => match self.services.get_mut(number) {
                        Some(service) => &mut service.labels,
                        None => return,
                    },
                    None => &mut self.labels,
                };
                labels.extend(entry.labels.clone());
                labels.retain(|key, _| !entry.unlabelled.contains(key));
            }
            SubjectEvent::Note => self.notes.push(Note {
                at: entry.at,
                actor: entry.actor.clone(),
                service: entry.service,
                text: entry.reason.clone().unwrap_or_default(),
            }),
            SubjectEvent::Notice
            | SubjectEvent::NoticeOrder
            | SubjectEvent::NoticeResolved
            | SubjectEvent::DutyDone => self.take_owed(entry),
            SubjectEvent::Undo => {}
        }
    }

    /// Does what the approval of `order` does; `issued` are the numbers that it brought.
    pub(super) fn take_approval(&mut self, order: &Order, day: NaiveDate, issued: &[Issued]) {
        let access = |resource: Option<String>| {
            order.provider.as_ref().map(|provider| Access {
                provider: provider.clone(),
                account: order.account.clone(),
                resource,
                since: Some(day),
            })
        };
        self.people.extend(order.people().map(str::to_owned));
        match order.kind {
            Kind::New => {
                if let Some(facts) = &order.filing.subject
                    && order.is_first_filing()
                {
                    tree::absorb(&mut self.facts, facts, false);
                }
                for (facts, issued) in order.filing.services.iter().zip(issued) {
                    let Some(number) = &issued.number else {
                        continue;
                    };
                    let mut service = FiledService::new(*number);
                    service.facts = Box::new(facts.clone());
                    service.facts.resource = None;
                    service.approved_on = Some(day);
                    let resource = facts.resource.as_ref().and_then(|r| r.id.clone());
                    service.accesses.extend(access(resource));
                    service.accesses_known = true;
                    self.services.insert(*number, service);
                }
            }
            Kind::Access => {
                for target in &order.target.services {
                    let resource = target.resource.as_ref().and_then(|r| r.id.clone());
                    if let (Some(service), Some(access)) =
                        (self.services.get_mut(&target.number), access(resource))
                    {
                        service.add_access(access);
                    }
                }
            }
            Kind::Change => {
                for change in &order.changes {
                    match &change.service {
                        None => tree::set(&mut self.facts, &change.field, change.to.as_ref()),
                        Some(number) => {
                            if let Some(service) = self.services.get_mut(number) {
                                let had = service.domains().to_vec();
                                tree::set(&mut service.facts, &change.field, change.to.as_ref());
                                let gone =
                                    had.into_iter().filter(|d| !service.domains().contains(d));
                                self.ended_domains
                                    .extend(gone.map(|domain| (domain, (*number, day))));
                            }
                        }
                    }
                }
            }
            Kind::CancelSite => {
                for target in &order.target.services {
                    self.end_service(&target.number, day);
                }
            }
            Kind::CancelSubject => self.end(day),
            Kind::CancelAccess => {
                for target in &order.target.services {
                    if let Some(service) = self.services.get_mut(&target.number) {
                        service.accesses.retain(|access| !order.ends(access));
                        // Another account may hold an access that is not known.
                        if order.account.is_none() {
                            service.left.extend(order.provider.clone());
                        }
                    }
                }
            }
        }
    }

    /// Takes away what ended without an order of ours.
    fn lose(&mut self, entry: &SubjectEntry) {
        match (&entry.service, &entry.provider) {
            (Some(service), Some(provider)) => self.drop_access(service, provider),
            (Some(service), None) => self.end_service(service, entry.at.day()),
            (None, Some(provider)) => {
                let numbers: Vec<ServiceNumber> = self.services.keys().copied().collect();
                for number in numbers {
                    self.drop_access(&number, provider);
                }
            }
            (None, None) => self.end(entry.at.day()),
        }
    }

    fn end(&mut self, day: NaiveDate) {
        for (number, service) in std::mem::take(&mut self.services) {
            self.note_end(number, &service, day);
        }
        self.ended = Some(day);
    }

    fn end_service(&mut self, number: &ServiceNumber, day: NaiveDate) {
        if let Some(service) = self.services.remove(number) {
            self.note_end(*number, &service, day);
        }
    }

    fn note_end(&mut self, number: ServiceNumber, service: &FiledService, day: NaiveDate) {
        self.ended_services.insert(number, day);
        let domains = service.domains().iter().cloned();
        self.ended_domains
            .extend(domains.map(|domain| (domain, (number, day))));
    }

    fn drop_access(&mut self, number: &ServiceNumber, provider: &str) {
        if let Some(service) = self.services.get_mut(number) {
            service.accesses.retain(|a| a.provider != provider);
            service.left.insert(provider.to_owned());
        }
    }

    fn adopt(&mut self, adoption: &Adoption, replace: bool) {
        tree::absorb(&mut *self.facts, &adoption.facts, replace);
        let of_services = adoption.services.iter().flat_map(|s| s.facts.people());
        let people = adoption.facts.people().chain(of_services);
        self.people.extend(people.map(str::to_owned));
        self.labels.extend(adoption.labels.clone());
        for adopted in &adoption.services {
            self.services
                .entry(adopted.number)
                .or_insert_with(|| FiledService::new(adopted.number))
                .adopt(adopted, replace);
        }
    }
}

impl FiledService {
    fn adopt(&mut self, adopted: &AdoptedService, replace: bool) {
        tree::absorb(&mut *self.facts, &adopted.facts, replace);
        self.approved_on = adopted.approved_on.or(self.approved_on);
        self.labels.extend(adopted.labels.clone());
        if let Some(accesses) = &adopted.accesses {
            self.accesses_known = true;
            if replace {
                self.accesses.clear();
            }
            for access in accesses {
                self.add_access(access.clone());
            }
        }
    }

    /// Adds an access, or what it says of one that is there: its provider acts for the service again.
    fn add_access(&mut self, access: Access) {
        self.left.remove(&access.provider);
        access.add_to(&mut self.accesses);
    }
}
