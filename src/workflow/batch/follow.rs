//! Rows that wait for a ref whose order was drafted again: they wait for the new one.

use super::queue::awaited;
use super::{Terms, Wish, has_failed};
use crate::failure::Failure;
use crate::filing::event::{Command, Event};
use crate::filing::order::{Order, OrderId};
use crate::lang::shell_word;
use crate::text;
use crate::workflow::assign::Assign;
use crate::workflow::edit::edit;
use crate::workflow::plan::Stamp;
use crate::workflow::world::World;
use std::collections::HashSet;

/// The ended orders whose refs a batch takes up again.
pub(super) struct Retried<'a> {
    all: bool,
    planned: HashSet<&'a OrderId>,
}

impl<'a> Retried<'a> {
    pub(super) fn of(wishes: &'a [Wish], terms: &Terms) -> Self {
        Self {
            all: terms.retries,
            planned: wishes.iter().filter_map(|w| w.retries.as_ref()).collect(),
        }
    }

    fn holds(&self, id: &OrderId) -> bool {
        self.all || self.planned.contains(id)
    }
}

/// Returns a draft that waits for the order which holds the awaited ref now; `None` where it waits for
/// that one already, or for something else.
///
/// # Errors
/// 5 where the ref was drafted again and nobody said that what waits for it is led over.
pub(super) fn led_over(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    wish: &Wish,
    retried: &Retried<'_>,
) -> Result<Option<Order>, Failure> {
    let Some(key) = awaited(wish) else {
        return Ok(None);
    };
    let old = order
        .after
        .as_ref()
        .and_then(|id| world.book.orders.get(id));
    let old = old.filter(|old| old.reference.as_deref() == Some(key) && has_failed(old, world));
    let new = world.of_ref(key);
    let Some((old, new)) = old.zip(new).filter(|(old, new)| old.id != new.id) else {
        return Ok(None);
    };
    if !retried.holds(&old.id) {
        return Err(left_behind(order, key, old, new));
    }
    let after = Assign::Set("after".to_owned(), new.id.to_string());
    edit(world, stamp, order, &[after], None, &[])
}

fn left_behind(order: &Order, key: &str, old: &Order, new: &Order) -> Failure {
    let (id, old, new) = (&order.id, &old.id, &new.id);
    let after = shell_word(&format!("after=ref:{key}"));
    let mut failure = Failure::refused(
        "refused.after",
        text!(
            "它等待的订单 {old} 已结束而未通过，ref:{key} 现在是 {new}",
            "the order it waits for, {old}, ended unapproved; ref:{key} is {new} now"
        ),
    )
    .hint(text!(
        "加上 --retry，或改为等待新订单：icpctl edit {id} --set {after}",
        "apply with --retry, or let it wait for the new one: icpctl edit {id} --set {after}"
    ));
    failure.is_final = true;
    failure
}

/// Counts the entries of an order, from `revision` on, that only led it over so.
pub(super) fn times_led_over(world: &World, order: &Order, wish: &Wish, revision: usize) -> usize {
    let is_of_ref = |value: &toml::Value| {
        let other = value.as_str().and_then(OrderId::parse);
        let other = other.and_then(|id| world.book.orders.get(&id));
        other.is_some_and(|other| other.reference.as_deref() == awaited(wish))
    };
    let entries = order.history.iter().skip(revision);
    entries
        .filter(|entry| {
            entry.event == Event::Command(Command::Edit)
                && awaited(wish).is_some()
                && entry
                    .edits
                    .iter()
                    .all(|edit| edit.field == "after" && edit.to.as_ref().is_some_and(is_of_ref))
        })
        .count()
}
