//! The order in which rows are taken: each after the one whose ref it waits for. What keeps a row
//! from that stands in the file itself: a ref given twice, or rows that wait for each other.

use super::{Terms, Wish, has_failed, is_retried};
use crate::failure::Failure;
use crate::lang::Text;
use crate::text;
use crate::workflow::world::World;
use std::collections::HashMap;
use std::rc::Rc;

/// How many rows of a circle a message names.
const NAMED: usize = 20;

/// The rows of a batch, by their refs and in the order in which they are taken.
pub(super) struct Queue<'a> {
    wishes: &'a [Wish],
    /// The first row of each ref.
    first: HashMap<&'a str, usize>,
    /// The places of the rows, each after the one whose order it waits for, where that is not
    /// drafted yet.
    pub(super) order: Vec<usize>,
    /// Rows that wait for each other, each row with its whole circle.
    circles: HashMap<usize, Rc<[usize]>>,
}

impl<'a> Queue<'a> {
    pub(super) fn of(world: &World, wishes: &'a [Wish], terms: &Terms) -> Self {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (row, wish) in wishes.iter().enumerate() {
            first.entry(&wish.reference).or_insert(row);
        }
        let is_to_come = |row: usize| {
            wishes.get(row).is_some_and(|wish| {
                world
                    .of_ref(&wish.reference)
                    .is_none_or(|order| has_failed(order, world) && is_retried(order, wish, terms))
            })
        };
        let forerunner = |row: usize| {
            let key = awaited(wishes.get(row)?)?;
            first.get(key).copied().filter(|row| is_to_come(*row))
        };
        let mut order = Vec::with_capacity(wishes.len());
        let mut circles = HashMap::new();
        let mut seen = vec![false; wishes.len()];
        for row in 0..wishes.len() {
            let mut chain = Vec::new();
            let mut next = Some(row);
            while let Some(place) = next.filter(|place| seen.get(*place) == Some(&false)) {
                if let Some(seen) = seen.get_mut(place) {
                    *seen = true;
                }
                chain.push(place);
                next = forerunner(place);
            }
            let begins = chain.iter().position(|place| Some(*place) == next);
            if let Some(circle) = begins.and_then(|begin| chain.get(begin..)) {
                let shared: Rc<[usize]> = circle.into();
                circles.extend(circle.iter().map(|place| (*place, Rc::clone(&shared))));
            }
            order.extend(chain.into_iter().rev());
        }
        Self {
            wishes,
            first,
            order,
            circles,
        }
    }

    /// Returns why a row cannot be taken whose ref an earlier row has, with other content.
    pub(super) fn twin(&self, world: &World, row: usize) -> Option<Failure> {
        let wish = self.wishes.get(row)?;
        let first = self.first.get(wish.reference.as_str())?;
        let earlier = self.wishes.get(*first).filter(|_| *first != row)?;
        let is_same = wish.ask.means_alike(&earlier.ask, &world.book.portfolio);
        (!is_same).then(|| twice(&wish.reference, earlier.line))
    }

    /// Says why the order that a row waits for is not there, where that is due to the file.
    pub(super) fn explain(&self, world: &World, row: usize, mut failure: Failure) -> Failure {
        let key = self.wishes.get(row).and_then(awaited);
        let Some(first) = key
            .filter(|key| failure.code == "not-found.order" && world.of_ref(key).is_none())
            .and_then(|key| self.first.get(key))
        else {
            return failure;
        };
        if let Some(circle) = self.circles.get(&row) {
            failure.message = text!(
                "这些行互相等待，谁也不能先起草：{round}",
                "these rows wait for each other, so that none can be drafted first: {round}",
                round = self.round(circle, row)
            );
            let wish = self.wishes.get(row);
            let after = wish.map_or("after", |wish| wish.header.name("after"));
            failure.hints = vec![text!(
                "清空其中一行的 {after} 列",
                "leave the column {after} empty in one of them"
            )];
        } else if let Some(awaited) = self.wishes.get(*first) {
            let (line, key) = (awaited.line, &awaited.reference);
            failure.message = text!(
                "它要等待的第 {line} 行（{key}）没有起草",
                "line {line} ({key}), whose order it waits for, was not drafted"
            );
            failure.hints = vec![text!("先改正第 {line} 行", "mend line {line} first")];
        }
        failure
    }

    /// Names the rows of a circle from one of them on, and of a long one the first.
    fn round(&self, circle: &[usize], row: usize) -> Text {
        let begin = circle.iter().position(|place| *place == row).unwrap_or(0);
        let all = circle.iter().cycle().skip(begin);
        let all = all.take(circle.len().min(NAMED) + 1);
        let wishes = all.filter_map(|place| self.wishes.get(*place));
        let named = wishes.map(|wish| {
            let (key, line) = (&wish.reference, wish.line);
            text!("{key}（第 {line} 行）", "{key} (line {line})")
        });
        let rest = (circle.len() > NAMED).then(|| Text::verbatim("…"));
        Text::joined(named.chain(rest), " → ", " → ")
    }
}

/// Returns the ref whose order a row waits for, where it names one by its ref.
pub(super) fn awaited(wish: &Wish) -> Option<&str> {
    wish.ask.after()?.strip_prefix("ref:")
}

/// Says that two rows of a file have one ref; `line` is where the first begins.
pub fn twice(key: &str, line: usize) -> Failure {
    Failure::conflict(
        "conflict.ref",
        text!(
            "ref {key} 出现两次，第一次在第 {line} 行",
            "the ref {key} stands twice, first in line {line}"
        ),
    )
    .hint(text!(
        "每一行写各自的 ref",
        "give each row a ref of its own"
    ))
    .plain(key)
}
