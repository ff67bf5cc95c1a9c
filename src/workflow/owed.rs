//! What is owed for what is filed: open rectification notices, and duties with their dates.

use super::world::World;
use crate::filing::duty::{self, Debtor, Duty, Occasions};
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::limit::Due;
use crate::filing::notice::{self, Notice, TermBasis};
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::status::{Bucket, Status};
use std::collections::BTreeMap;

/// What orders tell about the duties of what is filed, worked out once for a whole answer.
#[derive(Debug)]
pub struct Ledger<'a> {
    world: &'a World,
    accessed: BTreeMap<ServiceNumber, Instant>,
    changed: BTreeMap<SubjectNumber, Instant>,
}

/// Something that is owed, or was.
#[derive(Clone, Debug)]
pub struct Owed<'a> {
    /// The subject.
    pub subject: &'a FiledSubject,
    /// The service it is about, where that is still filed.
    pub service: Option<&'a FiledService>,
    /// What it is.
    pub matter: Matter<'a>,
}

/// A notice or a duty, with where it stands.
#[derive(Clone, Debug)]
pub enum Matter<'a> {
    /// A rectification notice.
    Notice {
        /// The notice.
        notice: &'a Notice,
        /// Where it stands.
        state: notice::State,
        /// Until when, and who says so.
        due: Option<(Due, TermBasis)>,
        /// The order last drafted for it, and where that stands.
        order: Option<(&'a Order, Status)>,
    },
    /// A duty after approval.
    Duty {
        /// The duty.
        duty: &'static Duty,
        /// Where it stands.
        state: duty::State,
    },
}

impl Owed<'_> {
    /// Whether nothing is left to do.
    pub fn is_settled(&self) -> bool {
        match &self.matter {
            Matter::Notice { state, .. } => state.is_resolved(),
            Matter::Duty { state, .. } => match state {
                duty::State::Done { .. } => true,
                duty::State::Due(_) | duty::State::Unknown => false,
            },
        }
    }

    /// Returns until when it is owed; none where that is not known, or it is settled.
    pub fn due(&self) -> Option<&Due> {
        if self.is_settled() {
            return None;
        }
        match &self.matter {
            Matter::Notice { due, .. } => due.as_ref().map(|(due, _)| due),
            Matter::Duty { state, .. } => state.due(),
        }
    }

    /// Whether it is owed and its date has passed.
    pub fn is_overdue(&self) -> bool {
        self.due().is_some_and(|due| due.overdue)
    }

    /// Whether it needs somebody now: an open notice, or a duty that is overdue or near its end.
    pub fn is_pressing(&self, now: Instant) -> bool {
        match &self.matter {
            Matter::Notice { .. } => !self.is_settled(),
            Matter::Duty { duty, .. } => self.due().is_some_and(|due| duty.is_near(due, now)),
        }
    }

    /// Returns the number it goes by: the service's, else the subject's.
    pub fn number(&self) -> String {
        match &self.matter {
            Matter::Notice { notice, .. } => notice.service.map(|n| n.to_string()),
            Matter::Duty { .. } => self.service.map(|s| s.number.to_string()),
        }
        .unwrap_or_else(|| self.subject.number.to_string())
    }
}

impl<'a> Ledger<'a> {
    /// Looks the orders through.
    pub fn new(world: &'a World) -> Self {
        let mut accessed: BTreeMap<ServiceNumber, Instant> = BTreeMap::new();
        let mut changed: BTreeMap<SubjectNumber, Instant> = BTreeMap::new();
        for order in world.book.orders.values() {
            match order.kind {
                Kind::Access => {
                    let Some(approval) = order.approval() else {
                        continue;
                    };
                    for service in &order.target.services {
                        let latest = accessed.entry(service.number).or_insert(approval.at);
                        *latest = approval.at.max(*latest);
                    }
                }
                Kind::Change => {
                    let bucket = bucket(world, order);
                    let submitted = order.standing().submitted_at;
                    if let (Some(number), Some(at), Bucket::Approved | Bucket::Waiting) =
                        (order.target.subject, submitted, bucket)
                    {
                        let latest = changed.entry(number).or_insert(at);
                        *latest = at.max(*latest);
                    }
                }
                Kind::New | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
            }
        }
        Self {
            world,
            accessed,
            changed,
        }
    }

    /// Lists the duties of a subject itself, or of one of its services.
    pub fn duties<'s>(
        &self,
        subject: &'s FiledSubject,
        service: Option<&'s FiledService>,
    ) -> impl Iterator<Item = Owed<'s>> {
        let world = self.world;
        let debtor = Debtor {
            subject,
            service,
            occasions: Occasions {
                accessed_at: service.and_then(|s| self.accessed.get(&s.number).copied()),
                changed_at: self.changed.get(&subject.number).copied(),
            },
        };
        Duty::all().iter().filter_map(move |duty| {
            let state = duty.judge(&debtor, &world.calendar, world.now)?;
            Some(Owed {
                subject,
                service,
                matter: Matter::Duty { duty, state },
            })
        })
    }

    /// Lists the notices about a subject and its services.
    pub fn notices<'s>(&'s self, subject: &'s FiledSubject) -> impl Iterator<Item = Owed<'s>> {
        subject.notices.iter().map(move |notice| {
            let (state, order) = self.state(subject, notice);
            Owed {
                subject,
                service: notice.service.and_then(|n| subject.services.get(&n)),
                matter: Matter::Notice {
                    notice,
                    state,
                    due: notice.due(&self.world.calendar, self.world.now),
                    order,
                },
            }
        })
    }

    /// Returns where a notice stands, with the order last drafted for it.
    pub fn state(
        &self,
        subject: &FiledSubject,
        notice: &Notice,
    ) -> (notice::State, Option<(&'a Order, Status)>) {
        let order = notice
            .order
            .as_ref()
            .and_then(|id| self.world.book.orders.get(id))
            .map(|order| (order, self.world.status(order)));
        let ended = subject.ended_on(notice.service.as_ref());
        let with_bucket = order.map(|(order, status)| (order, status.bucket()));
        (notice.state(with_bucket, ended), order)
    }

    /// Lists everything about a subject and its services: notices first, then duties.
    pub fn of_subject<'s>(&'s self, subject: &'s FiledSubject) -> Vec<Owed<'s>> {
        let mut all: Vec<Owed<'s>> = self.notices(subject).collect();
        if subject.is_filed() {
            all.extend(self.duties(subject, None));
            for service in subject.services.values() {
                all.extend(self.duties(subject, Some(service)));
            }
        }
        all
    }
}

/// Where an order stands; one that waits for an answer to the SMS is under way too.
fn bucket(world: &World, order: &Order) -> Bucket {
    let status = world.status(order);
    match status {
        Status::SmsVerificationPending => Bucket::Waiting,
        Status::Draft
        | Status::ProviderReview
        | Status::ProviderRejected
        | Status::AwaitingBureauSubmission
        | Status::SmsVerificationExpired
        | Status::AwaitingBureauReview
        | Status::BureauRejected
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => status.bucket(),
    }
}

/// Sorts by the nearest date, those without one last.
pub fn nearest_first(all: &mut [Owed<'_>]) {
    all.sort_by_cached_key(|owed| {
        let at = owed.due().map(Due::at);
        (at.is_none(), at, owed.number())
    });
}
