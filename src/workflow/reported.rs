//! Which order a report is of: the open one that its word means, or the ended one that had this very
//! report already.

use super::advance::{Told, is_repeated};
use super::resolve::NoOrder;
use super::world::World;
use crate::failure::Failure;
use crate::filing::host::Host;
use crate::filing::moment::Moment;
use crate::filing::number::Number;
use crate::filing::order::Order;
use crate::text;

/// Finds the order that a report is of.
///
/// A number or domain means the one order about it that has not ended. A report of an instant that lies
/// before that one was made, or that finds none, is one told again where exactly one ended order about
/// it had it: a file of reports can be run twice, whatever names its orders.
///
/// # Errors
/// 4 as [`World::find`], with the ended orders about it.
pub fn order<'w>(world: &'w World, word: &str, told: &Told) -> Result<&'w Order, Failure> {
    let found = world.find(word);
    let precedes = |order: &Order| {
        let made = order.created_at();
        match (told.at, made) {
            (Some(Moment::Exact(at)), Some(made)) => at < made,
            (Some(Moment::Day(day)), Some(made)) => day < made.day(),
            (None, _) | (_, None) => false,
        }
    };
    if let Ok(order) = &found
        && !precedes(order)
    {
        return Ok(order);
    }
    let Some(about) = About::read(word) else {
        return found.map_err(Failure::from);
    };
    let ended: Vec<&Order> = about
        .orders(world)
        .into_iter()
        .filter(|order| order.standing().status.has_ended())
        .collect();
    let had: Vec<&&Order> = ended
        .iter()
        .filter(|order| is_repeated(order, told, world.now))
        .collect();
    match (found, had.as_slice()) {
        (_, [only]) => Ok(only),
        (Ok(order), _) => Ok(order),
        (Err(error), _) => Err(unheard(error)),
    }
}

/// What a word is about, where it is a number or a domain.
enum About {
    Number(Number),
    Domain(Host),
}

impl About {
    fn read(word: &str) -> Option<Self> {
        let number = Number::parse(word).map(|parsed| Self::Number(parsed.number));
        number.or_else(|_| Host::parse(word).map(Self::Domain)).ok()
    }

    /// Lists the orders about it, in the order of their ids.
    fn orders<'w>(&self, world: &'w World) -> Vec<&'w Order> {
        let (register, book) = (world.register(), &world.book);
        match self {
            Self::Number(Number::Subject(number)) => {
                let mut orders = register.of_subject(book, number);
                orders.retain(|order| order.target.subject == Some(*number));
                orders
            }
            Self::Number(Number::Service(number)) => register.of_service(book, number),
            Self::Number(Number::Security(_)) => Vec::new(),
            Self::Domain(domain) => register.of_domain(book, domain),
        }
    }
}

/// Says what can be done about a report that no open order takes.
fn unheard(error: NoOrder) -> Failure {
    let is_ended = matches!(&error, NoOrder::AllEnded { ended, .. } if !ended.is_empty());
    let failure = Failure::from(error);
    if !is_ended {
        return failure;
    }
    failure.hint(text!(
        "要登记到其中一个，写出订单号；重复登记同一结果时写明当时的时间（at），没有变化即为 unchanged",
        "to record it of one of them, name that by its id; a report told again is unchanged where it gives the same time (at)"
    ))
}
