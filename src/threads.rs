//! Work on many things, shared by several threads.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};

/// So many things are made at once.
const AT_ONCE: usize = 512;

/// How many threads share work: what is not in memory is waited for, and several wait at once.
pub fn threads() -> usize {
    available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4))
}

/// Does the work on parts of some items, each on a thread of its own where there can be one, and
/// returns what came of each in their order.
pub fn in_parts<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    in_so_many_parts(threads(), items, &work)
}

fn in_so_many_parts<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: &(impl Fn(&[T]) -> R + Sync),
) -> Vec<R> {
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let own = parts.next().unwrap_or_default();
    scope(|scope| {
        let others: Vec<_> = parts
            .map(|part| (part, Builder::new().spawn_scoped(scope, || work(part))))
            .collect();
        let own = work(own);
        let others = others.into_iter().map(|(part, other)| {
            let done = other.ok().map(ScopedJoinHandle::join);
            done.and_then(Result::ok).unwrap_or_else(|| work(part))
        });
        std::iter::once(own).chain(others).collect()
    })
}

/// Makes something of every few items, on several threads, and hands it to `take` in their order,
/// until that wants no more.
///
/// # Errors
/// The first of `take`.
pub fn in_turn<T: Sync, M: Send, E>(
    items: &[T],
    make: impl Fn(&[T]) -> M + Sync,
    take: impl FnMut(M) -> Result<bool, E>,
) -> Result<(), E> {
    by_turns(threads(), items, &make, take)
}

fn by_turns<T: Sync, M: Send, E>(
    threads: usize,
    items: &[T],
    make: &(impl Fn(&[T]) -> M + Sync),
    mut take: impl FnMut(M) -> Result<bool, E>,
) -> Result<(), E> {
    let chunks: Vec<&[T]> = items.chunks(AT_ONCE).collect();
    let threads = threads.min(chunks.len()).max(1);
    let chunks = &chunks;
    scope(|scope| {
        let other = |nth: usize| {
            let (send, receive) = sync_channel(1);
            // Where there is no other thread, nothing comes, and this one makes it.
            let _ = Builder::new().spawn_scoped(scope, move || {
                let own = chunks.iter().skip(nth).step_by(threads);
                own.map(|chunk| send.send(make(chunk)))
                    .all(|sent| sent.is_ok())
            });
            receive
        };
        let others: Vec<Receiver<M>> = (1..threads).map(other).collect();
        let turns = std::iter::once(None).chain(others.iter().map(Some)).cycle();
        for (chunk, turn) in chunks.iter().zip(turns) {
            let made = turn.and_then(|other| other.recv().ok());
            if !take(made.unwrap_or_else(|| make(chunk)))? {
                break;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn parts_come_in_order_and_nothing_is_left_out() {
        for (threads, count) in [(1, 9), (2, 0), (3, 2), (4, 9), (4, 1000)] {
            let items: Vec<usize> = (0..count).collect();
            let parts = in_so_many_parts(threads, &items, &<[usize]>::to_vec);
            assert!(parts.len() <= threads, "{threads} {count}");
            assert_eq!(parts.concat(), items, "{threads} {count}");
        }
    }

    #[test]
    fn all_comes_in_order_and_nothing_after_it_is_enough() {
        let cases = [
            (0, 9),
            (1, 9),
            (AT_ONCE, 9),
            (20 * AT_ONCE + 1, 99),
            (9000, 3),
        ];
        for (threads, (count, most)) in (1..=4).flat_map(|n| cases.map(|case| (n, case))) {
            let items: Vec<usize> = (0..count).collect();
            let mut taken = Vec::new();
            let mut chunks = 0;
            let _: Result<(), Infallible> =
                by_turns(threads, &items, &<[usize]>::to_vec, |chunk| {
                    taken.extend(chunk);
                    chunks += 1;
                    Ok(chunks < most)
                });
            assert_eq!(taken, items[..taken.len()]);
            assert_eq!(taken.len(), count.min(most * AT_ONCE), "{count} {most}");
        }
    }
}
