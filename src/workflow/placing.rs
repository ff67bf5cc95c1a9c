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

/// Places each service where one has a domain of its own, else where one has its name, else at its own
/// place; what is none of these comes after all others.
fn by_identity(held: &[ServiceFacts], written: &[DossierService]) -> Vec<usize> {
    let mut places: Vec<Option<usize>> = vec![None; written.len()];
    for is_same in [shares_domain, has_name] {
        for (place, service) in written.iter().enumerate() {
            let is_free = |at: usize| !places.contains(&Some(at));
            let mut same = held.iter().enumerate();
            let found = same.find(|(at, held)| is_free(*at) && is_same(held, &service.facts));
            let found = found.map(|(at, _)| at);
            if let Some(own) = places.get_mut(place).filter(|own| own.is_none()) {
                *own = found;
            }
        }
    }
    for place in 0..written.len() {
        let is_free = place < held.len() && !places.contains(&Some(place));
        if let Some(own) = places.get_mut(place).filter(|own| is_free && own.is_none()) {
            *own = Some(place);
        }
    }
    let mut next = held.len();
    let placed = places.into_iter().map(|place| {
        place.unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    });
    placed.collect()
}

fn shares_domain(one: &ServiceFacts, two: &ServiceFacts) -> bool {
    let mut domains = one.domains.iter().flatten();
    domains.any(|domain| two.domains.iter().flatten().any(|other| other == domain))
}

fn has_name(one: &ServiceFacts, two: &ServiceFacts) -> bool {
    one.name.is_some() && one.name == two.name
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
