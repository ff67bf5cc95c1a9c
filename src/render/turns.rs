//! Things made on two threads, and taken in their order.

use std::sync::mpsc::sync_channel;
use std::thread::Builder;

/// So many things are made at once.
const AT_ONCE: usize = 512;

/// Makes something of every few items, on two threads, and hands it to `take` in their order,
/// until that wants no more.
///
/// # Errors
/// The first of `take`.
pub(super) fn in_turn<T: Sync, M: Send, E>(
    items: &[T],
    make: impl Fn(&[T]) -> M + Sync,
    mut take: impl FnMut(M) -> Result<bool, E>,
) -> Result<(), E> {
    let chunks: Vec<&[T]> = items.chunks(AT_ONCE).collect();
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(1);
        let every_second = chunks.iter().skip(1).step_by(2);
        if chunks.len() > 1 {
            let make = &make;
            // Where there is no other thread, nothing comes, and this one makes all.
            let _ = Builder::new().spawn_scoped(scope, move || {
                let mut sent = every_second.map(|chunk| send.send(make(chunk)));
                sent.all(|sent| sent.is_ok())
            });
        }
        for (place, chunk) in chunks.iter().enumerate() {
            let made = match place % 2 {
                0 => make(chunk),
                _ => receive.recv().unwrap_or_else(|_| make(chunk)),
            };
            if !take(made)? {
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
    fn all_comes_in_order_and_nothing_after_it_is_enough() {
        for (count, most) in [
            (0, 9),
            (1, 9),
            (AT_ONCE, 9),
            (20 * AT_ONCE + 1, 99),
            (9000, 3),
        ] {
            let items: Vec<usize> = (0..count).collect();
            let mut taken = Vec::new();
            let mut chunks = 0;
            let _: Result<(), Infallible> = in_turn(&items, <[usize]>::to_vec, |chunk| {
                taken.extend(chunk);
                chunks += 1;
                Ok(chunks < most)
            });
            assert_eq!(taken, items[..taken.len()]);
            assert_eq!(taken.len(), count.min(most * AT_ONCE), "{count} {most}");
        }
    }
}
