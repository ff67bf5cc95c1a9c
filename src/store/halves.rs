//! Work on many files, shared by two threads.

use std::thread::{Builder, ScopedJoinHandle};

/// Does the work on both halves of some items, on two threads where there can be two.
pub(super) fn in_halves<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> (R, R) {
    let (one, two) = items.split_at(items.len() / 2);
    std::thread::scope(|scope| {
        let other = Builder::new().spawn_scoped(scope, || work(two)).ok();
        let first = work(one);
        let second = other.map(ScopedJoinHandle::join).and_then(Result::ok);
        (first, second.unwrap_or_else(|| work(two)))
    })
}
