//! Work on many files, shared by several threads.

use std::thread::{Builder, available_parallelism, scope};

/// How many threads look: what is not in memory is waited for, and several wait at once.
pub(super) fn threads() -> usize {
    available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4))
}

/// Does the work on parts of some items, each on a thread of its own where there can be one, and
/// returns what came of each in their order.
pub(super) fn in_parts<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let (mut parts, work) = (items.chunks(items.len().div_ceil(threads()).max(1)), &work);
    let own = parts.next().unwrap_or_default();
    scope(|scope| {
        let others: Vec<_> = parts
            .map(|part| (part, Builder::new().spawn_scoped(scope, || work(part))))
            .collect();
        let own = work(own);
        let others = others.into_iter().map(|(part, other)| {
            let done = other.ok().map(|other| other.join());
            done.and_then(Result::ok).unwrap_or_else(|| work(part))
        });
        std::iter::once(own).chain(others).collect()
    })
}
