//! Which services of an order those of a dossier are that is put over it.

use super::fields;
use super::plan::Caution;
use crate::failure::Failure;
use crate::filing::facts::ServiceFacts;
use crate::filing::kind::Kind;
use crate::filing::order::{Material, Order};
use crate::intake::{Dossier, DossierService};
use crate::lang::commas;
use crate::text;

/// Returns the place in an order of each service of a dossier: of one that is filed by its number,
/// else by its own place; of one that is to be filed by what it goes by.
///
/// # Errors
/// 3 for a number that the order is not about.
pub(super) fn places(order: &Order, dossier: &Dossier) -> Result<Vec<usize>, Failure> {
    let numbered = dossier.services.iter().any(|s| s.number.is_some());
    if order.kind == Kind::New && !numbered {
        return Ok(by_identity(&order.filing.services, &dossier.services));
    }
    let services = dossier.services.iter().enumerate();
    services
        .map(|(place, service)| by_number(order, place, service))
        .collect()
}

fn by_number(order: &Order, place: usize, service: &DossierService) -> Result<usize, Failure> {
    let Some(number) = &service.number else {
        return Ok(place);
    };
    let mut services = order.target.services.iter();
    services
        .position(|target| target.number == *number)
        .ok_or_else(|| {
            let path = format!("services.{place}.number");
            fields::settled(order, &path).field(&path)
        })
}

/// What tells that one is the other, at these places in the order and in the dossier.
type Likeness = fn(&At<'_>, &At<'_>) -> bool;

/// A service with its place, among so many.
struct At<'s> {
    place: usize,
    count: usize,
    facts: &'s ServiceFacts,
}

/// The orders in which likenesses may count: one alone would take a corrected domain, or a corrected
/// name, for another service.
const WAYS: [&[Likeness]; 3] = [
    &[is_both, has_name_there, shares_domain, has_name, is_there],
    &[is_both, shares_domain, has_name, is_there],
    &[is_both, has_name, shares_domain, is_there],
];

/// Places each service where one of its kind has its name or a domain of its own, else at its own place;
/// what is none of these comes after all others. That one of the ways is taken which leaves the fewest out
/// that are like one that is written, as each would be there twice, and then puts the fewest where nothing
/// is like them.
fn by_identity(held: &[ServiceFacts], written: &[DossierService]) -> Vec<usize> {
    let written = at_places(written.iter().map(|service| &service.facts));
    let held = at_places(held.iter());
    let ways = WAYS.iter().map(|way| matched(&held, &written, way));
    let best = ways.min_by_key(|places| {
        (
            doubled(&held, &written, places),
            unlike(&held, &written, places),
        )
    });
    let mut next = held.len();
    let placed = best.unwrap_or_default().into_iter().map(|place| {
        place.unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    });
    placed.collect()
}

fn at_places<'s>(services: impl ExactSizeIterator<Item = &'s ServiceFacts>) -> Vec<At<'s>> {
    let count = services.len();
    let services = services.enumerate();
    let services = services.map(|(place, facts)| At {
        place,
        count,
        facts,
    });
    services.collect()
}

fn matched(held: &[At<'_>], written: &[At<'_>], way: &[Likeness]) -> Vec<Option<usize>> {
    let mut places: Vec<Option<usize>> = vec![None; written.len()];
    let mut is_free = vec![true; held.len()];
    for is_same in way {
        for (own, service) in places.iter_mut().zip(written) {
            if own.is_some() {
                continue;
            }
            let mut free = held.iter().zip(&mut is_free).filter(|(_, free)| **free);
            if let Some((at, free)) = free.find(|(at, _)| is_same(at, service)) {
                *own = Some(at.place);
                *free = false;
            }
        }
    }
    places
}

/// Counts the services that are left out though one that is written is like them; no domain can be filed
/// twice, so that it weighs more than a name.
fn doubled(held: &[At<'_>], written: &[At<'_>], places: &[Option<usize>]) -> usize {
    let left = held.iter().filter(|at| !places.contains(&Some(at.place)));
    let is_like = |at: &At<'_>, like: Likeness| written.iter().any(|service| like(at, service));
    left.map(|at| 2 * usize::from(is_like(at, shares_domain)) + usize::from(is_like(at, has_name)))
        .sum()
}

fn unlike(held: &[At<'_>], written: &[At<'_>], places: &[Option<usize>]) -> usize {
    let placed = written.iter().zip(places);
    let placed = placed.filter_map(|(service, place)| Some((held.get((*place)?)?, service)));
    placed
        .filter(|(at, service)| !has_name(at, service) && !shares_domain(at, service))
        .count()
}

fn is_both(one: &At<'_>, two: &At<'_>) -> bool {
    has_name(one, two) && shares_domain(one, two)
}

fn has_name_there(one: &At<'_>, two: &At<'_>) -> bool {
    one.place == two.place && has_name(one, two)
}

fn shares_domain(one: &At<'_>, two: &At<'_>) -> bool {
    let mut domains = one.facts.domains.iter().flatten();
    let is_in = |domain| {
        two.facts
            .domains
            .iter()
            .flatten()
            .any(|other| other == domain)
    };
    may_be_of_kind(one, two) && domains.any(is_in)
}

fn has_name(one: &At<'_>, two: &At<'_>) -> bool {
    may_be_of_kind(one, two) && one.facts.name.is_some() && one.facts.name == two.facts.name
}

/// Whether both stand at one place; of another kind it is a corrected one only where all are written.
fn is_there(one: &At<'_>, two: &At<'_>) -> bool {
    one.place == two.place && (may_be_of_kind(one, two) || one.count == two.count)
}

/// Whether both are of one kind, where both say of which.
fn may_be_of_kind(one: &At<'_>, two: &At<'_>) -> bool {
    let kinds = one.facts.kind.as_ref().zip(two.facts.kind.as_ref());
    kinds.is_none_or(|(one, two)| one == two)
}

/// Returns the files of a dossier with the places that their services have in the order.
pub(super) fn moved(materials: &[Material], places: &[usize]) -> Vec<Material> {
    let moved = materials.iter().cloned().map(|mut material| {
        let written = material.service.and_then(|place| place.checked_sub(1));
        if let Some(place) = written.and_then(|written| places.get(written)) {
            material.service = Some(place + 1);
        }
        material
    });
    moved.collect()
}

/// Tells which services of an order a dossier that was put over it leaves out: they stay.
pub fn left_out(order: &Order, dossier: &Dossier) -> Option<Caution> {
    if order.kind != Kind::New || dossier.services.is_empty() {
        return None;
    }
    let places = places(order, dossier).ok()?;
    let services = order.filing.services.iter().enumerate();
    let left = services.filter(|(place, _)| !places.contains(place));
    let left: Vec<String> = left.map(|(place, _)| format!("services.{place}")).collect();
    let id = &order.id;
    let flags: Vec<String> = left
        .iter()
        .rev()
        .map(|path| format!("--unset {path}"))
        .collect();
    let flags = flags.join(" ");
    let list = commas(&left);
    (!left.is_empty()).then(|| {
        Caution::new(
            "services-left-out",
            text!(
                "资料文件没有写订单的 {list}，它们保持不变；不要的话：icpctl edit {id} {flags}",
                "the dossier leaves {list} of the order out, which stay as they are; to take them out: icpctl edit {id} {flags}"
            ),
        )
    })
}
