//! What an order that has moved comes against: the cautions that go with a report.

use super::examine::{
    APPROVAL_OF_ENDED, FILED_TWICE, LIVE_OF_ENDED, TWO_LIVE, alive_though, filed_twice, too_late,
};
use super::objection::elsewhere;
use super::plan::Caution;
use super::world::World;
use crate::filing::guard;
use crate::filing::host::Host;
use crate::filing::kind::Kind;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::Order;
use crate::filing::portfolio::endings::Endings;
use std::collections::BTreeSet;

/// Warns where an approval is of what had ended before it, and of domains that another subject has
/// filed too by now.
pub(super) fn approved(world: &World, order: &Order) -> Vec<Caution> {
    let endings = endings(world, order);
    let mut late = endings.iter().flat_map(|endings| &endings.late);
    let late = late.find(|late| late.order == order.id);
    let late = late.map(|late| Caution::new(APPROVAL_OF_ENDED, too_late(order, late)));
    late.into_iter()
        .chain(filed_elsewhere(world, order))
        .collect()
}

/// Warns where an order came alive beside another one of the same subject or account, or although
/// what it is about has ended.
pub(super) fn came_alive(world: &World, order: &Order) -> Vec<Caution> {
    if !world.status(order).is_live() {
        return Vec::new();
    }
    let mut free = order.clone();
    free.after = None;
    let second = match guard::blocking(
        &free,
        &world.book.portfolio,
        &world.profiles,
        &world.rivals_of(&free),
    ) {
        Err(obstacle @ Obstacle::LiveOrder { .. }) => {
            Some(Caution::new(TWO_LIVE, obstacle.message()))
        }
        Err(_) | Ok(()) => None,
    };
    let endings = endings(world, order);
    let ended = endings.as_ref().and_then(|endings| {
        let (part, by) = endings.of_order(order)?;
        Some(Caution::new(LIVE_OF_ENDED, alive_though(order, &part, by)))
    });
    second.into_iter().chain(ended).collect()
}

/// Warns of domains that another subject has filed too by now.
fn filed_elsewhere(world: &World, order: &Order) -> Vec<Caution> {
    let Some(number) = order.subject() else {
        return Vec::new();
    };
    let told = taken_in(order).into_iter().filter_map(|domain| {
        let others = elsewhere(&world.book.portfolio, number, &domain);
        let mut subjects: BTreeSet<_> = others.map(|s| s.number.subject()).collect();
        (!subjects.is_empty()).then(|| {
            subjects.insert(number);
            Caution::new(FILED_TWICE, filed_twice(&domain, &subjects))
        })
    });
    told.collect()
}

/// Lists the domains that an approval files of its subject.
fn taken_in(order: &Order) -> BTreeSet<Host> {
    match order.kind {
        Kind::New => {
            let issued = order.brought().into_iter().flat_map(|a| &a.services);
            let filed = order.filing.services.iter().zip(issued);
            let filed = filed.filter(|(_, issued)| issued.number.is_some());
            let domains = filed.flat_map(|(service, _)| service.domains.iter().flatten());
            domains.cloned().collect()
        }
        Kind::Change => {
            let changes = order.changes.iter().filter(|c| c.field == "domains");
            let come = changes.flat_map(|change| {
                let (from, to) = (hosts(change.from.as_ref()), hosts(change.to.as_ref()));
                to.into_iter().filter(move |domain| !from.contains(domain))
            });
            come.collect()
        }
        Kind::Access | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {
            BTreeSet::new()
        }
    }
}

/// Reads the domains of one side of a change.
fn hosts(side: Option<&toml::Value>) -> BTreeSet<Host> {
    let list = side.and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|value| Host::parse(value.as_str()?).ok())
        .collect()
}

/// Returns what has ended of the subject of an order, the order itself as it is now.
fn endings(world: &World, order: &Order) -> Option<Endings> {
    let number = order.target.subject?;
    let register = world.register();
    let beside = register.of_subject(&world.book, &number).into_iter();
    let beside = beside.filter(|other| other.id != order.id);
    let record = world.book.subjects.get(&number);
    Some(Endings::of(record, beside.chain([order])))
}
