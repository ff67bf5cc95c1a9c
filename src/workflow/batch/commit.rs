//! Writing what was decided: chunk after chunk, each whole or not at all.

use super::{Decided, Wish};
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::store::book::Book;
use crate::store::{Change, StoreLock};
use crate::workflow::materials::Content;
use crate::workflow::world::World;

/// The most rows that are written at once.
pub const CHUNK: usize = 1000;

/// Writes the orders of the next rows, all or none; durable when this returns.
///
/// # Errors
/// What the store met, and 6 for an attachment that was changed meanwhile; nothing is written then.
pub fn write_rows(
    lock: &StoreLock<'_>,
    world: &mut World,
    rows: &[Decided],
    wishes: &[Wish],
) -> Result<(), Failure> {
    let mut files: Vec<Content> = Vec::new();
    let drafted = rows.iter().filter(|row| row.writes && !row.was_there);
    let attached = drafted
        .filter_map(|row| wishes.get(row.row))
        .flat_map(|wish| &wish.attached);
    for file in attached {
        let (path, bytes) = file.content()?;
        let is_new = !world.book.holds_file(path.name()) && files.iter().all(|(p, _)| *p != path);
        if is_new {
            files.push((path, bytes));
        }
    }
    let orders: Vec<&Order> = rows
        .iter()
        .filter(|row| row.writes)
        .filter_map(|row| world.book.orders.get(row.order.as_ref()?))
        .collect();
    let changes = changes(&world.book, &orders, files)?;
    commit(lock, &mut world.book, changes)
}

/// Returns the changes that write orders and add files.
///
/// # Errors
/// 1 where an order cannot be written as TOML.
pub fn changes(
    book: &Book,
    orders: &[&Order],
    files: Vec<Content>,
) -> Result<Vec<Change>, Failure> {
    let files = files
        .into_iter()
        .map(|(path, bytes)| Ok(Change::Create { path, bytes }));
    let orders = orders.iter().map(|order| Ok(book.write_order(order)?));
    files.chain(orders).collect()
}

/// Makes changes, all or none, and notes them in the book.
///
/// # Errors
/// What the store met.
pub fn commit(lock: &StoreLock<'_>, book: &mut Book, changes: Vec<Change>) -> Result<(), Failure> {
    lock.commit(&changes)?;
    for change in &changes {
        book.wrote(change);
    }
    Ok(())
}
