//! Whether something is filed, or on its way there.

use super::desk::Desk;
use super::resolve::Target;
use crate::filing::host::Host;
use crate::filing::kind::Kind;
use crate::filing::number::{Number, ServiceNumber, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::FiledService;
use crate::filing::status::{Bucket, Status};

/// Whether something is filed, and where a provider is asked for accessed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is.
    Yes,
    /// It is not, but a live order is on its way there.
    Pending(OrderId, Status),
    /// It is not, and the order that was to bring it there stands against the filer.
    Against(OrderId, Status),
    /// It is not, and no order is.
    No,
}

/// Judges whether `typed` is filed; `target` is what it means in the portfolio, if anything.
pub fn judge(
    desk: &Desk<'_>,
    typed: &str,
    target: Option<&Target>,
    provider: Option<&str>,
) -> Filed {
    let portfolio = &desk.world.book.portfolio;
    let services: Vec<&FiledService> = match target {
        None => Vec::new(),
        Some(Target::Subject(number)) => portfolio
            .subject(number)
            .map_or_else(Vec::new, |subject| subject.services.values().collect()),
        Some(Target::Service(number)) => portfolio
            .service(number)
            .map(|(_, s)| s)
            .into_iter()
            .collect(),
        Some(Target::Domain { services, .. }) => services
            .iter()
            .filter_map(|number| portfolio.service(number).map(|(_, s)| s))
            .collect(),
    };
    let is_there = match provider {
        None => target.is_some(),
        Some(provider) => services
            .iter()
            .any(|service| service.is_accessed_at(provider) == Some(true)),
    };
    if is_there {
        return Filed::Yes;
    }
    let end = End::new(typed, &services, provider);
    let mut orders: Vec<(&Order, Status)> = desk
        .world
        .book
        .orders
        .values()
        .filter(|order| !order.is_undone() && end.is_of(order))
        .map(|order| (order, desk.view(order).status()))
        .filter(|(_, status)| *status != Status::Draft)
        .collect();
    orders.sort_by_key(|(order, _)| order.history.first().map(|entry| entry.recorded_at));
    let live = orders.iter().rev().find(|(_, status)| status.is_live());
    match live.or_else(|| orders.last()) {
        None => Filed::No,
        Some((order, status)) => {
            let id = order.id.clone();
            match status {
                Status::ProviderRejected
                | Status::BureauRejected
                | Status::SmsVerificationExpired => Filed::Against(id, *status),
                Status::Draft
                | Status::ProviderReview
                | Status::AwaitingBureauSubmission
                | Status::SmsVerificationPending
                | Status::AwaitingBureauReview
                | Status::Approved
                | Status::Abandoned
                | Status::Lapsed
                | Status::Purged => match status.bucket() {
                    Bucket::Closed => Filed::Against(id, *status),
                    Bucket::Approved => Filed::No,
                    Bucket::Action | Bucket::Waiting => Filed::Pending(id, *status),
                },
            }
        }
    }
}

/// What an order must lead to.
struct End<'a> {
    subject: Option<SubjectNumber>,
    services: Vec<ServiceNumber>,
    domain: Option<Host>,
    provider: Option<&'a str>,
}

impl<'a> End<'a> {
    fn new(typed: &str, services: &[&FiledService], provider: Option<&'a str>) -> Self {
        let number = Number::parse(typed).ok().map(|parsed| parsed.number);
        Self {
            subject: match number {
                Some(Number::Subject(number)) => Some(number),
                Some(Number::Service(_) | Number::Security(_)) | None => None,
            },
            services: services.iter().map(|service| service.number).collect(),
            domain: match number {
                Some(_) => None,
                None => Host::parse(typed).ok(),
            },
            provider,
        }
    }

    fn is_of(&self, order: &Order) -> bool {
        if self.provider.is_some() && order.provider.as_deref() != self.provider {
            return false;
        }
        match order.kind {
            Kind::New => {
                let asked = |domain: &Host| order.domains().contains(&domain);
                self.domain.as_ref().is_some_and(asked)
                    || (self.subject.is_some() && order.target.subject == self.subject)
            }
            Kind::Access => order
                .target
                .services
                .iter()
                .any(|target| self.services.contains(&target.number)),
            Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => false,
        }
    }
}
