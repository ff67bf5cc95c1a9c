//! Everything that decisions rest on.

use crate::failure::Failure;
use crate::filing::calendar::Calendar;
use crate::filing::order::{Instant, Order, OrderId};
use crate::filing::profile::Profiles;
use crate::store::book::Book;
use crate::text;

/// Everything that decisions rest on, read at one time.
#[derive(Clone, Debug)]
pub struct World {
    /// The records.
    pub book: Book,
    /// The providers.
    pub profiles: Profiles,
    /// The working days.
    pub calendar: Calendar,
    /// The present.
    pub now: Instant,
}

impl World {
    /// Puts an order in, as if it had been written.
    pub fn put(&mut self, order: Order) {
        let refold = order.approval().is_some()
            || self
                .book
                .orders
                .get(&order.id)
                .is_some_and(|o| o.approval().is_some());
        self.book.orders.insert(order.id.clone(), order);
        if refold {
            self.book.refold();
        }
    }

    /// Returns an order.
    ///
    /// # Errors
    /// When there is none of that id (4).
    pub fn order(&self, id: &OrderId) -> Result<&Order, Failure> {
        self.book.orders.get(id).ok_or_else(|| {
            Failure::not_found(
                "not-found.order",
                text!("没有订单 {id}", "there is no order {id}"),
            )
        })
    }
}
