//! Some records of a store: what a step of single orders rests on, without reading the rest.

use super::StorageError;
use super::book::{Book, order_path, subject_path};
use super::files::{Files, StorePath};
use crate::filing::number::SubjectNumber;
use crate::filing::order::{ID_ALPHABET, ID_LENGTH, Order, OrderId};
use std::collections::BTreeSet;

/// The fewest characters of an id that name an order.
pub const SHORTEST_PREFIX: usize = 4;

/// Whether a word can be an id or the beginning of one.
pub fn looks_like_id(word: &str) -> bool {
    (SHORTEST_PREFIX..=ID_LENGTH).contains(&word.len())
        && word.bytes().all(|b| ID_ALPHABET.contains(&b))
}

/// Returns the id that a word spells or begins, if exactly one order file is named so.
///
/// Looks at one folder at most. None says nothing: a number, a domain or a `ref:` can mean an
/// order too, and what is wrong with a word is told by a look at everything.
///
/// # Errors
/// When the folder cannot be listed.
pub fn find(files: &dyn Files, word: &str) -> Result<Option<OrderId>, StorageError> {
    if let Some(id) = OrderId::parse(word) {
        return Ok(Some(id));
    }
    if !looks_like_id(word) {
        return Ok(None);
    }
    let Some(folder) = StorePath::parse(&format!("orders/{}", &word[..2])).ok() else {
        return Ok(None);
    };
    let entries = match files.list(&folder) {
        Ok(entries) => entries,
        Err(StorageError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hits = entries
        .iter()
        .filter(|entry| entry.name.starts_with(word) && !entry.is_hidden());
    let (Some(only), None) = (hits.next(), hits.next()) else {
        return Ok(None);
    };
    Ok(only.name.strip_suffix(".toml").and_then(OrderId::parse))
}

/// Returns the subject that an order is about, or was issued a number for.
pub fn subject_of(order: &Order) -> Option<SubjectNumber> {
    order.target.subject.or_else(|| {
        let approval = order.approval()?.approval.as_ref()?;
        approval.subject
    })
}

impl Book {
    /// Reads these orders, the ones they wait for, and what was written down about their subjects.
    ///
    /// What is not there, or cannot be read, is missing: a look at everything tells why. The
    /// portfolio holds only what these records add up to.
    ///
    /// # Errors
    /// Never for a record; see [`Book::read`].
    pub fn read_only(files: &dyn Files, ids: &[OrderId]) -> Result<Self, StorageError> {
        let mut book = Self::default();
        book.add(files, ids);
        let after: Vec<OrderId> = book
            .orders
            .values()
            .filter_map(|o| o.after.clone())
            .collect();
        book.add(files, &after);
        book.refold();
        Ok(book)
    }

    /// Reads these orders too, and nothing beside them.
    pub fn read_also<'i>(&mut self, files: &dyn Files, ids: impl IntoIterator<Item = &'i OrderId>) {
        for id in ids {
            if !self.orders.contains_key(id) {
                self.take_order(files, &order_path(id));
            }
        }
        self.refold();
    }

    /// Adds orders and the records of their subjects; fold anew afterwards.
    fn add(&mut self, files: &dyn Files, ids: &[OrderId]) {
        for id in ids.iter().collect::<BTreeSet<_>>() {
            if !self.orders.contains_key(id) {
                self.take_order(files, &order_path(id));
            }
        }
        let subjects: BTreeSet<SubjectNumber> = self
            .orders
            .values()
            .filter_map(subject_of)
            .filter(|number| !self.subjects.contains_key(number))
            .collect();
        for number in subjects {
            self.take_subject(files, &subject_path(&number));
        }
    }
}
