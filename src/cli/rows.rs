//! Files of rows that are taken one by one: read whole, then written in chunks, as one operation. A
//! refused row leaves the others alone.

use super::context::{Caution, Context, World};
use super::input::encoding;
use super::reply::Reply;
use super::reply::stream::{RowTold, Stream};
use super::signals::Signals;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{Order, OrderId};
use crate::intake::{Encoding, Problem, Source};
use crate::store::StoreLock;
use crate::workflow::assign::invalid;
use crate::workflow::batch::{self, CHUNK, Outcome};
use clap::ArgMatches;
use std::collections::BTreeSet;

/// What came of a chunk.
#[derive(Default)]
pub struct Chunk {
    /// The rows.
    pub rows: Vec<RowTold>,
    /// The orders that they change.
    pub orders: BTreeSet<OrderId>,
    /// The subjects whose records they change.
    pub subjects: BTreeSet<SubjectNumber>,
    /// What the user should know.
    pub cautions: Vec<Caution>,
}

impl Chunk {
    /// Tells a row, which came out so.
    pub fn tell(
        &mut self,
        line: usize,
        names: [Option<String>; 2],
        taken: Result<Outcome, Failure>,
    ) {
        let (outcome, failure) = match taken {
            Ok(outcome) => (outcome, None),
            Err(failure) => (Outcome::Failed, Some(failure)),
        };
        self.rows.push(RowTold {
            line,
            names,
            outcome,
            failure,
        });
    }
}

/// Reads the rows of a file; none where a signal came first.
///
/// # Errors
/// A file that cannot be read, or all problems of its rows (3).
pub fn read<R>(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    from: &str,
    signals: &Signals,
    read: impl FnOnce(&Source<'_>, Encoding, Instant) -> Result<Vec<R>, Vec<Problem>>,
) -> Result<Option<Vec<R>>, Failure> {
    let Some(bytes) = cx.read_until(from, signals)? else {
        return Ok(None);
    };
    let source = Source {
        name: from,
        bytes: &bytes,
    };
    let rows = read(&source, encoding(matches), cx.now);
    rows.map(Some).map_err(|problems| invalid(from, &problems))
}

/// Takes rows chunk after chunk, writes each under the lock, and tells them as they are done.
pub fn take<R>(
    cx: &mut Context<'_>,
    lock: Option<&StoreLock<'_>>,
    world: &mut World,
    mut stream: Stream,
    rows: &[R],
    signals: &Signals,
    take: impl Fn(&mut World, &[R]) -> Chunk,
) -> Reply {
    let (mut changed, mut broken) = (false, None);
    for chunk in rows.chunks(CHUNK) {
        if signals.arrived().is_some() {
            break;
        }
        let taken = take(world, chunk);
        if let Some(lock) = lock
            && let Err(failure) = write(lock, world, &taken)
        {
            broken = Some(failure);
            break;
        }
        changed |= !(taken.orders.is_empty() && taken.subjects.is_empty());
        cx.warn_of(taken.cautions);
        stream.rows(cx, taken.rows);
    }
    let signal = signals.arrived().filter(|_| stream.left() > 0);
    stream.finish(cx, changed, signal, broken)
}

fn write(lock: &StoreLock<'_>, world: &mut World, taken: &Chunk) -> Result<(), Failure> {
    let book = &world.book;
    let orders = taken.orders.iter().filter_map(|id| book.orders.get(id));
    let orders: Vec<&Order> = orders.collect();
    let mut changes = batch::changes(book, &orders, Vec::new())?;
    for record in taken.subjects.iter().filter_map(|n| book.subjects.get(n)) {
        changes.push(book.write_subject(record)?);
    }
    batch::commit(lock, &mut world.book, changes)
}
