//! Order files that cannot be read: what is wrong with them is no leave to do what they forbid.

use crate::failure::Failure;
use crate::filing::order::Order;
use crate::filing::profile::Profiles;
use crate::filing::status::Status;
use crate::store::book::{Book, Damage, ORDERS};
use crate::text;

/// Refuses to draft or to send an order while a damaged file forbids it: a file with the ref of a
/// new one, or of a live order that holds the subject or the account of one that is sent.
///
/// # Errors
/// 3 with the place in that file.
pub fn heed(book: &Book, profiles: &Profiles, order: &Order) -> Result<(), Failure> {
    let was = book.orders.get(&order.id);
    if let (None, Some(reference)) = (was, &order.reference) {
        heed_ref(book, reference)?;
    }
    let is_live = |order: &Order| order.standing().status.is_live();
    if is_live(order) && !was.is_some_and(is_live) {
        heed_live(book, profiles, order)?;
    }
    Ok(())
}

/// Refuses to send an order while the damaged file of a live one holds its subject or account.
///
/// # Errors
/// As [`heed`].
pub fn heed_live(book: &Book, profiles: &Profiles, order: &Order) -> Result<(), Failure> {
    let provider = order.provider.as_deref();
    let is_live = |damage: &Damage| {
        let mut live = Status::ALL.iter().filter(|status| status.is_live());
        live.any(|status| damage.says("status", status.name()))
    };
    let is_theirs = |damage: &Damage| provider.is_some_and(|own| damage.says("provider", own));
    let is_parallel =
        |damage: &Damage| is_theirs(damage) && profiles.for_order(provider).parallel_orders;
    let forbids = |damage: &Damage| is_live(damage) && !is_parallel(damage);
    if let Some(number) = order.target.subject.map(|number| number.to_string()) {
        let holds = |damage: &Damage| damage.says("subject", &number);
        refuse(book, &number, |damage| forbids(damage) && holds(damage))?;
    }
    if let Some(account) = &order.account {
        let holds = |damage: &Damage| is_theirs(damage) && damage.says("account", account);
        refuse(book, account, |damage| forbids(damage) && holds(damage))?;
    }
    Ok(())
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
