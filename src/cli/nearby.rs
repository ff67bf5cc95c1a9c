//! Showing one order without reading every order: its file, and those that its document rests on.
//!
//! The roll tells which these are. What it cannot tell is left to the way of everything.

use super::context::Context;
use crate::clock::machine_time;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::order::{Order, OrderId};
use crate::filing::status::Status;
use crate::render::mask::Privacy;
use crate::store::book::Book;
use crate::store::near;
use crate::store::place::Place;
use crate::store::roll::{Roll, Slip};
use crate::workflow::world::World;

/// How much of the store the document of an order rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rests {
    /// Its file alone.
    Itself,
    /// What is filed of its subject.
    Subject,
    /// That, and how long orders like it took.
    Alike,
    /// Every order: any of them may hold it back, or hold a domain that it lets go of.
    Store,
}

impl Rests {
    const fn of(order: &Order, status: Status) -> Self {
        if status.has_ended() {
            return match order.target.subject {
                None => Self::Itself,
                Some(_) => Self::Subject,
            };
        }
        match (status, order.kind) {
            (Status::Draft, _) | (_, Kind::Change | Kind::CancelSite | Kind::CancelSubject) => {
                Self::Store
            }
            (_, Kind::New | Kind::Access | Kind::CancelAccess) => Self::Alike,
        }
    }
}

/// Returns a world that says of the order with that id, or with an id that begins so, what the
/// whole store says; none where that takes the whole store.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn world(cx: &mut Context<'_>, word: &str) -> Result<Option<World>, Failure> {
    let Place::Found { folder, .. } = cx.place() else {
        return Ok(None);
    };
    let Some(disk) = cx.open()? else {
        return Ok(None);
    };
    let Some(id) = near::find(&disk, word)? else {
        return Ok(None);
    };
    let mut book = Book::read_only(&disk, std::slice::from_ref(&id))?;
    let Some(order) = book.orders.get(&id) else {
        return Ok(None);
    };
    let rests = Rests::of(order, order.standing().status);
    match rests {
        Rests::Itself => return Ok(Some(cx.world_with(Some(&disk), book)?)),
        Rests::Store => return Ok(None),
        Rests::Subject | Rests::Alike => {}
    }
    let subject = near::subject_of(order).map(|number| number.to_string());
    let (kind, province) = (order.kind, order.province());
    let is_needed = |slip: &Slip<'_>| {
        let of_subject =
            |number: &Option<_>| number.is_some() && number.as_deref() == subject.as_deref();
        let is_alike = rests == Rests::Alike
            && slip.status == Status::Approved
            && slip.kind == kind
            && slip.province.as_deref() == province.as_ref().map(|province| province.code());
        of_subject(&slip.approved_for) || is_alike
    };
    let cache = cx.env.cache_folder();
    let roll = Roll::look(&disk, &folder, cache.as_deref(), machine_time())?;
    let needed: Vec<OrderId> = roll
        .slips()
        .filter(is_needed)
        .filter_map(|slip| OrderId::parse(&slip.id))
        .collect();
    book.read_also(&disk, &needed);
    for (path, damage) in roll.damaged() {
        book.damaged.insert(path.clone(), damage.clone());
    }
    let mask = |name: &str| Privacy::Masked.name(name).into_owned();
    roll.keep(cache.as_deref(), &roll.subjects(&disk), &mask);
    Ok(Some(cx.world_with(Some(&disk), book)?))
}
