//! Order files that cannot be read: what is wrong with them is no leave to do what they forbid.

use crate::failure::Failure;
use crate::filing::order::Order;
use crate::filing::status::Status;
use crate::store::book::{Book, Damage, ORDERS};
use crate::text;

/// Refuses to draft or to send an order while a damaged file forbids it: a file with the ref of a
/// new one, or of a live order of the subject of one that is sent.
///
/// # Errors
/// 3 with the place in that file.
pub fn heed(book: &Book, order: &Order) -> Result<(), Failure> {
    let was = book.orders.get(&order.id);
    if let (None, Some(reference)) = (was, &order.reference) {
        heed_ref(book, reference)?;
    }
    let is_live = |order: &Order| order.standing().status.is_live();
    let is_sent = is_live(order) && !was.is_some_and(is_live);
    match order.target.subject.filter(|_| is_sent) {
        None => Ok(()),
        Some(number) => refuse(book, &number.to_string(), |damage| {
            let mut live = Status::ALL.iter().filter(|status| status.is_live());
            live.any(|status| damage.says("status", status.name()))
                && damage.says("subject", &number.to_string())
        }),
    }
}

/// Refuses to draft an order of a ref that a damaged file holds.
///
/// # Errors
/// As [`heed`].
pub fn heed_ref(book: &Book, reference: &str) -> Result<(), Failure> {
    refuse(book, reference, |damage| damage.says("ref", reference))
}

fn refuse(book: &Book, word: &str, forbids: impl Fn(&Damage) -> bool) -> Result<(), Failure> {
    let mut orders = book
        .damaged
        .iter()
        .filter(|(path, _)| path.starts_with(ORDERS));
    let Some((_, damage)) = orders.find(|(_, damage)| forbids(damage)) else {
        return Ok(());
    };
    let message = damage.message();
    let (zh, en) = (message.zh, message.en);
    Err(Failure::invalid(
        "invalid.record",
        text!(
            "{word} 的一份订单文件无法读取，它不允许这一步：{zh}",
            "an order file of {word} cannot be read, and what it says forbids this: {en}"
        ),
    )
    .hint(text!(
        "修正该文件，或从备份恢复；其他订单不受影响",
        "mend that file or restore it from a backup; the other orders are not affected"
    )))
}
