//! What ended a filing, and the orders that are about one that had ended: what two branches of a
//! store, each sound, can come to when they are merged.

use super::{FiledSubject, Record};
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::filing::record::SubjectRecord;
use std::collections::{BTreeMap, BTreeSet};

/// What a record ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The subject with all that it had.
    Subject(SubjectNumber),
    /// A service.
    Service(ServiceNumber),
    /// A service's access at a provider.
    Access(ServiceNumber, String),
}

/// The record by which something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ender {
    /// The approval of an order.
    Order(OrderId),
    /// What was written down about the subject: mostly that it is gone.
    Gone(SubjectNumber),
}

/// An approval of what had ended before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The order that was approved.
    pub order: OrderId,
    /// What had ended.
    pub part: Part,
    /// By what.
    pub by: Ender,
}

/// By what each part of the portfolio ended that is not filed any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    by: BTreeMap<Part, Ender>,
    /// The approvals of what had ended, in the order in which they were recorded.
    pub late: Vec<Late>,
    /// What was brought in as filed after it had ended, and has not ended again since.
    pub brought_back: BTreeMap<Part, Ender>,
}

impl Endings {
    /// Goes through what was written down about subjects and what approved orders did, as
    /// [`Portfolio::fold`](super::Portfolio::fold) does.
    pub fn of<'a>(
        records: impl IntoIterator<Item = &'a SubjectRecord>,
        orders: impl IntoIterator<Item = &'a Order>,
    ) -> Self {
        let mut endings = Self::default();
        for (number, records) in super::in_order(records, orders) {
            let mut subject = FiledSubject::new(number);
            for record in &records {
                endings.late.extend(endings.lateness(record));
                endings.brought_back.extend(endings.bringing_back(record));
                let before = parts(&subject);
                subject.take(record);
                let after = parts(&subject);
                for part in after.difference(&before) {
                    endings.by.remove(part);
                }
                for part in before.difference(&after) {
                    endings.brought_back.remove(part);
                    endings.by.insert(part.clone(), record.ender(number));
                }
            }
        }
        endings
    }

    /// Returns what ended an order's subject, a service or access that it is about: the first such
    /// thing.
    pub fn of_order(&self, order: &Order) -> Option<(Part, &Ender)> {
        concerned(order).into_iter().find_map(|part| {
            let by = self.by.get(&part)?;
            Some((part, by))
        })
    }

    /// Lists what an adoption brings in that had ended, with what ended it: the subject, or services.
    fn bringing_back(&self, record: &Record<'_>) -> Vec<(Part, Ender)> {
        let filing = match record {
            Record::Entry(entry) => entry.filing.as_ref(),
            Record::Approval(..) => None,
        };
        let named = filing.into_iter().flat_map(|filing| {
            let services = filing.services.iter();
            let services = services.map(|service| Part::Service(service.number));
            std::iter::once(Part::Subject(filing.number)).chain(services)
        });
        let ended = named.filter_map(|part| Some((part.clone(), self.by.get(&part)?.clone())));
        match ended.collect::<Vec<_>>() {
            // What the subject had ended with it.
            ended if matches!(ended.first(), Some((Part::Subject(_), _))) => {
                ended.into_iter().take(1).collect()
            }
            ended => ended,
        }
    }

    /// Returns what a record comes too late for; that a cancellation is approved of what is gone
    /// only confirms it, and the bureau ends a filing whether its access has ended before or not.
    fn lateness(&self, record: &Record<'_>) -> Option<Late> {
        let Record::Approval(order, _, _) = record else {
            return None;
        };
        let (part, by) = self.of_order(order)?;
        let confirms = match (&part, by) {
            (Part::Access(..), _) if order.kind.ends_filing() => true,
            (_, Ender::Gone(_)) => order.kind.is_cancellation(),
            (_, Ender::Order(_)) => false,
        };
        (!confirms).then(|| Late {
            order: order.id.clone(),
            part,
            by: by.clone(),
        })
    }
}

impl Record<'_> {
    fn ender(&self, number: SubjectNumber) -> Ender {
        match self {
            Self::Entry(_) => Ender::Gone(number),
            Self::Approval(order, _, _) => Ender::Order(order.id.clone()),
        }
    }
}

/// Lists what of a subject is filed.
fn parts(subject: &FiledSubject) -> BTreeSet<Part> {
    if !subject.is_filed() {
        return BTreeSet::new();
    }
    let mut parts = BTreeSet::from([Part::Subject(subject.number)]);
    for service in subject.services.values() {
        parts.insert(Part::Service(service.number));
        let at = service.accesses.iter().map(|access| &access.provider);
        parts.extend(at.map(|provider| Part::Access(service.number, provider.clone())));
    }
    parts
}

/// Lists what must be filed for an order to mean anything, the largest first.
fn concerned(order: &Order) -> Vec<Part> {
    let mut parts: Vec<Part> = order
        .target
        .subject
        .map(Part::Subject)
        .into_iter()
        .collect();
    if order.kind == Kind::CancelSubject {
        return parts;
    }
    let services = order.target.services.iter();
    parts.extend(
        services
            .clone()
            .map(|service| Part::Service(service.number)),
    );
    if order.kind != Kind::Access {
        let provider = order.provider.iter();
        parts.extend(provider.flat_map(|provider| {
            services
                .clone()
                .map(|service| Part::Access(service.number, provider.clone()))
        }));
    }
    parts
}
