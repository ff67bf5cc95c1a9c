//! What `verify` asks about: the domains and services behind orders, numbers and domains.

use super::desk::Desk;
use super::resolve::{self, NoOrder, Target};
use super::unfiled::Unfiled;
use super::world::World;
use crate::evidence::keep::Holder;
use crate::failure::Failure;
use crate::filing::evidence::case::{About, Case, Matter};
use crate::filing::host::Host;
use crate::filing::number::{Number, ServiceKind, ServiceNumber};
use crate::filing::order::Order;
use crate::filing::portfolio::FiledService;
use crate::filing::status::Bucket;
use chrono::Duration;
use std::collections::BTreeSet;

/// How long after a cancellation `--all` still looks whether the site is gone.
const LOOK_BACK: Duration = Duration::days(90);

/// Finds what the words on the command line are about.
///
/// # Errors
/// A word that means nothing (4).
pub fn named(world: &World, words: &[String]) -> Result<Vec<About>, Failure> {
    let mut found = BTreeSet::new();
    for word in words {
        found.extend(one(world, word)?);
    }
    Ok(found.into_iter().collect())
}

fn one(world: &World, word: &str) -> Result<Vec<About>, Failure> {
    let book = &world.book;
    match resolve::target(&book.portfolio, word) {
        Ok(Target::Subject(number)) => {
            let subject = book.portfolio.subject(&number);
            let services = subject
                .into_iter()
                .flat_map(|subject| subject.services.values());
            Ok(services.flat_map(of_service).collect())
        }
        Ok(Target::Service(number)) => {
            let service = book.portfolio.service(&number);
            Ok(service
                .map(|(_, service)| of_service(service))
                .unwrap_or_default())
        }
        Ok(Target::Domain { domain, .. }) => Ok(vec![About::Domain(domain)]),
        Err(error @ Unfiled::Ended { .. }) => {
            let number = Number::parse(word).ok().map(|parsed| parsed.number);
            let is_about = |order: &Order| number.is_some_and(|number| order.is_about(&number));
            let approved = book.orders.values().filter(|o| o.approval().is_some());
            let orders = approved.filter(|order| is_about(order));
            let about: Vec<About> = orders.flat_map(of_order).collect();
            if about.is_empty() {
                Err(error.into())
            } else {
                Ok(about)
            }
        }
        Err(error @ (Unfiled::Unknown { .. } | Unfiled::DomainEnded { .. })) => {
            match resolve::order(book, word) {
                Ok(order) => Ok(of_order(order)),
                Err(several @ NoOrder::Ambiguous { .. }) => Err(several.into()),
                Err(
                    NoOrder::Unknown { .. }
                    | NoOrder::NoRef { .. }
                    | NoOrder::AllEnded { .. }
                    | NoOrder::Damaged { .. },
                ) => match Host::parse(word) {
                    // Neither filed nor asked for here: still a domain that can be looked at.
                    Ok(domain) if word.contains('.') => Ok(vec![About::Domain(domain)]),
                    Ok(_) | Err(_) => Err(error.into()),
                },
            }
        }
    }
}

/// Finds everything that is filed, asked for, or was cancelled lately.
pub fn all(desk: &Desk<'_>) -> Vec<About> {
    let world = desk.world;
    let filed = world.book.portfolio.filed();
    let services = filed.flat_map(|subject| subject.services.values());
    let mut found: BTreeSet<About> = services.flat_map(of_service).collect();
    for order in world.book.orders.values() {
        let standing = desk.view(order).standing;
        let lately = || {
            order.kind.ends_filing()
                && standing.status.bucket() == Bucket::Approved
                && standing
                    .ended_at
                    .is_some_and(|at| world.now - at <= LOOK_BACK)
        };
        if standing.status.is_live() || lately() {
            found.extend(of_order(order));
        }
    }
    found.into_iter().collect()
}

/// Lists what a filed service is asked about by: the domains of a site, else its number.
pub fn of_service(service: &FiledService) -> Vec<About> {
    let domains = service.domains();
    if service.kind() == ServiceKind::Site && !domains.is_empty() {
        domains.iter().cloned().map(About::Domain).collect()
    } else {
        vec![About::Service(service.number)]
    }
}

fn of_order(order: &Order) -> Vec<About> {
    let mut found: Vec<About> = order
        .domains()
        .into_iter()
        .cloned()
        .map(About::Domain)
        .collect();
    let apps = order
        .target
        .services
        .iter()
        .filter(|service| service.domains.is_empty());
    found.extend(apps.map(|service| About::Service(service.number)));
    found
}

/// Puts everything that we hold beside what is asked about.
pub fn matter<'w>(desk: &Desk<'w>, about: &About) -> Matter<'w> {
    let book = &desk.world.book;
    let holders = match about {
        About::Domain(domain) => book.portfolio.holders(domain),
        About::Service(number) => book.portfolio.service(number).into_iter().collect(),
    };
    let register = desk.world.register();
    let orders = match about {
        About::Domain(domain) => register.of_domain(book, domain),
        About::Service(number) => register.of_service(book, number),
    };
    let orders = orders.into_iter().filter(|order| !order.is_undone());
    Matter {
        about: about.clone(),
        holders,
        orders: orders
            .map(|order| Case {
                order,
                status: desk.view(order).status(),
            })
            .collect(),
    }
}

/// Says beside what the observations of a matter are kept: its subjects, else its latest order.
pub fn keepers(matter: &Matter<'_>) -> Vec<Holder> {
    let mut subjects: Vec<Holder> = matter
        .holders
        .iter()
        .map(|(subject, _)| Holder::Subject(subject.number))
        .collect();
    subjects.sort();
    subjects.dedup();
    if !subjects.is_empty() {
        return subjects;
    }
    let latest = matter.orders.iter().max_by_key(|case| {
        let last = case.order.history.last().map(|entry| entry.at);
        (!case.status.has_ended(), last)
    });
    latest
        .map(|case| Holder::Order(case.order.id.clone()))
        .into_iter()
        .collect()
}

/// Lists the services that hold what is asked about.
pub fn services(matter: &Matter<'_>) -> Vec<ServiceNumber> {
    matter
        .holders
        .iter()
        .map(|(_, service)| service.number)
        .collect()
}
