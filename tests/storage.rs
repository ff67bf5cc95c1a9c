//! The storage layer: its files behave alike on disk and in memory, no crash or failing call leaves
//! a third state, and writers wait for one another.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may stop at once, and looks for one thing"
)]

#[cfg(unix)]
mod calls;
mod crash;
mod disk;
mod locks;
pub(crate) mod memory;
mod near;
mod place;
pub(crate) mod power;
mod recovery;
#[cfg(unix)]
mod roll;

use icpctl::store::files::LockMode;
use icpctl::store::{Digest, Files, Holder, Kind, StorageError, StorePath};
use std::time::{Duration, Instant};

fn path(text: &str) -> StorePath {
    StorePath::parse(text).unwrap()
}

/// How long a lock may take that was given up: a program that another test starts holds what it
/// inherits until it runs. Only a failing test waits so long.
const PATIENT: Duration = Duration::from_mins(10);

pub(crate) fn holder() -> Holder {
    let since = "2026-11-22T10:00:00+08:00".parse().unwrap();
    Holder::this_process("operator", since)
}

fn put(files: &dyn Files, at: &str, bytes: &[u8]) {
    let mut file = files.create_file(&path(at)).unwrap();
    file.write_all(bytes).unwrap();
    file.sync().unwrap();
}

/// What every implementation of `Files` owes its callers.
fn conformance(files: &dyn Files) {
    let order = path("orders/k3/k3m9t2qd.toml");
    let missing = |answer: Result<(), StorageError>| {
        assert!(
            matches!(answer, Err(StorageError::NotFound { .. })),
            "{answer:?}"
        );
    };
    missing(files.read(&order, 10).map(drop));
    missing(files.list(&path("orders")).map(drop));
    missing(files.stat(&order).map(drop));
    missing(files.remove(&order));
    missing(files.create_file(&order).map(drop));
    missing(
        files
            .try_lock(&path("locks/x.lock"), LockMode::Shared)
            .map(drop),
    );

    for folder in ["orders", "orders/k3", "orders/k3", "locks"] {
        files.create_dir(&path(folder)).unwrap();
    }
    put(files, "orders/k3/k3m9t2qd.toml", b"status = 1");
    assert!(matches!(
        files.create_file(&order),
        Err(StorageError::Exists { .. })
    ));
    assert!(matches!(
        files.create_dir(&order),
        Err(StorageError::NotAFile { .. })
    ));
    assert_eq!(files.read(&order, 10).unwrap(), b"status = 1");
    assert!(matches!(
        files.read(&order, 9),
        Err(StorageError::TooLarge { limit: 9, .. })
    ));
    assert_eq!(files.read_head(&order, 6).unwrap(), b"status");
    assert!(matches!(
        files.read(&path("orders"), 9),
        Err(StorageError::NotAFile { .. })
    ));
    assert!(matches!(
        files.list(&order),
        Err(StorageError::NotAFile { .. })
    ));
    assert_eq!(files.stat(&order).unwrap().size, 10);
    assert_eq!(files.stat(&StorePath::ROOT).unwrap().kind, Kind::Folder);

    put(files, "orders/k3/other", b"2");
    let taken = files.rename_new(&path("orders/k3/other"), &order);
    assert!(
        matches!(taken, Err(StorageError::Exists { .. })),
        "{taken:?}"
    );
    let names = || -> Vec<String> {
        let entries = files.list(&path("orders/k3")).unwrap();
        entries.into_iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names(), ["k3m9t2qd.toml", "other"]);
    files.rename(&path("orders/k3/other"), &order).unwrap();
    assert_eq!(files.read(&order, 10).unwrap(), b"2");
    files.rename_new(&order, &path("orders/k3/new")).unwrap();
    let surveyed = files.survey(&path("orders/k3")).unwrap();
    assert_eq!(surveyed.len(), 1);
    assert_eq!((surveyed[0].0.as_str(), surveyed[0].1.size), ("new", 1));
    files.sync_dir(&path("orders/k3")).unwrap();
    files.remove(&path("orders/k3/new")).unwrap();
    assert_eq!(names(), [""; 0]);
    if files.can_sync_all() {
        files.sync_all().unwrap();
    }

    let lock = path("locks/a.lock");
    let shared = files.try_lock(&lock, LockMode::Shared).unwrap().unwrap();
    let second = files.try_lock(&lock, LockMode::Shared).unwrap();
    assert!(second.is_some());
    assert!(
        files
            .try_lock(&lock, LockMode::Exclusive)
            .unwrap()
            .is_none()
    );
    drop((shared, second));
    let begun = Instant::now();
    let alone = loop {
        match files.try_lock(&lock, LockMode::Exclusive).unwrap() {
            Some(alone) => break alone,
            None => assert!(begun.elapsed() < PATIENT, "it is still held"),
        }
    };
    assert!(files.try_lock(&lock, LockMode::Shared).unwrap().is_none());
    assert_eq!(alone.note().unwrap(), "");
    alone.set_note("a long name").unwrap();
    alone.set_note("a name").unwrap();
    assert_eq!(alone.note().unwrap(), "a name");
}

#[test]
fn memory_conforms() {
    conformance(&memory::Memory::new());
    conformance(&memory::Memory::new().with_bulk_flush());
}

/// FIPS 180-4, and nothing else is a digest's name.
#[test]
fn digests_are_sha_256_in_lower_case() {
    let of = Digest::of(b"abc");
    let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(of.as_str(), name);
    assert_eq!(of.to_string(), name);
    assert_eq!(Digest::parse(name), Some(of));
    let upper = name.to_uppercase();
    for other in [
        "",
        &name[1..],
        &format!("{name}0"),
        &upper,
        &name.replace('a', "g"),
    ] {
        assert_eq!(Digest::parse(other), None, "{other}");
    }
}
