//! How orders are named on the command line.

use super::globals::place;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::Lang;
use crate::text;
use crate::workflow::resolve;
use crate::workflow::world::World;
use clap::{Arg, ArgAction, ArgMatches};

/// The argument that names one order.
pub fn one_order(lang: Lang) -> Arg {
    place(
        "order",
        "ORDER",
        text!(
            "订单：订单号、其前 4 位以上、ref:KEY、备案号或域名",
            "The order: its id, 4 or more characters of it, ref:KEY, a number or a domain"
        ),
        lang,
    )
}

/// The argument that names any number of orders.
pub fn any_orders(lang: Lang) -> Arg {
    place(
        "order",
        "ORDER",
        text!(
            "订单：订单号、其前 4 位以上、ref:KEY、备案号或域名",
            "Orders: an id, 4 or more characters of it, ref:KEY, a number or a domain"
        ),
        lang,
    )
    .action(ArgAction::Append)
}

/// Lists the words that name orders.
pub fn order_words(matches: &ArgMatches) -> impl Iterator<Item = &String> + Clone {
    matches.get_many("order").into_iter().flatten()
}

/// Finds the orders that were named, each once.
///
/// # Errors
/// When a word means none or several (4).
pub fn named_orders<'w>(world: &'w World, matches: &ArgMatches) -> Result<Vec<&'w Order>, Failure> {
    let mut orders: Vec<&Order> = Vec::new();
    for word in order_words(matches) {
        let order = resolve::order(&world.book, word)?;
        if !orders.iter().any(|known| known.id == order.id) {
            orders.push(order);
        }
    }
    Ok(orders)
}
