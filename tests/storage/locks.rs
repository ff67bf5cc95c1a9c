//! Locks: whose leftovers the next holder sweeps, what a lock may be held beside, how it is waited for.

use super::crash::{create, several, write};
use super::memory::Memory;
use super::power::{Op, Tree, crashes};
use super::{holder, path};
use icpctl::store::{
    Action, Change, Files as _, Holder, LockKey, RecordLock, Recovery, StorageError, StoreLock,
};
use std::io::ErrorKind;
use std::time::Duration;

const NOW: Duration = Duration::ZERO;

fn key() -> [LockKey; 1] {
    [LockKey::new("subject", "x")]
}

/// A store in which a writer of one record was killed before its temporary got its name.
fn killed() -> Tree {
    let files = Memory::new();
    write(&files, &[create("orders/k3/k3aa.toml")]).unwrap();
    let start = files.tree();
    let files = Memory::from(&start);
    write(&files, &[create("orders/k3/k3m9.toml")]).unwrap();
    let ops = files.ops();
    let rename = ops.iter().position(|op| matches!(op, Op::Rename(..)));
    let left = crashes(&start, &ops[..rename.unwrap()]).swap_remove(0);
    assert_eq!(left.leftovers().len(), 1);
    left
}

#[test]
fn the_next_writer_of_a_record_sweeps_the_dead_ones_temporaries_and_nobody_elses() {
    let other = "orders/k3/.k3zz.toml.7.00000000000000ff-0.tmp";
    let files = Memory::from(&killed().with(other, b"half"));
    let lock = RecordLock::acquire(&files, &key(), &holder(), NOW).unwrap();
    assert_eq!(files.tree().leftovers(), [other]);
    lock.commit(&create("orders/k3/k3m9.toml")).unwrap();
    drop(lock);
    assert_eq!(files.tree().leftovers(), [other]);
    // One who is alone knows that nobody else is at work.
    let lock = StoreLock::acquire(&files, &holder(), NOW).unwrap();
    assert_eq!(lock.recover().unwrap().swept, 1);
    assert!(files.tree().leftovers().is_empty());
}

/// A lock file that names nobody costs no look around; one whose text is torn does.
#[test]
fn only_a_name_in_a_lock_file_makes_the_next_holder_look_around() {
    let left = "orders/k3/.k3zz.toml.7.00000000000000ff-0.tmp";
    let files = Memory::new();
    write(&files, &[create("orders/k3/k3aa.toml")]).unwrap();
    write(&files, &several().changes[1..3]).unwrap();
    assert!(
        files.tree().notes().all(String::is_empty),
        "every name is gone"
    );
    let start = files.tree().with(left, b"half");
    for (note, swept) in [("", false), ("{\"run\":\"7.0", true)] {
        let files = Memory::from(&start.clone().with_note("locks/store.lock", note));
        drop(StoreLock::acquire(&files, &holder(), NOW).unwrap());
        assert_eq!(files.tree().leftovers().is_empty(), swept, "alone, {note}");
        let files = Memory::from(&start.clone().with_note("locks/store.lock", note));
        drop(RecordLock::acquire(&files, &key(), &holder(), NOW).unwrap());
        assert_eq!(files.tree().leftovers().is_empty(), swept, "{note}");
        assert!(files.tree().notes().all(String::is_empty), "{note}");
    }
}

/// What one holder does, one operation after another, needs no look around between.
#[test]
fn an_operation_that_is_done_makes_the_next_look_for_nothing() {
    let left = "orders/k3/.k3zz.toml.7.00000000000000ff-0.tmp";
    let files = Memory::new();
    let lock = StoreLock::acquire(&files, &holder(), NOW).unwrap();
    lock.commit(&[create("orders/k3/k3aa.toml"), create("store.toml")])
        .unwrap();
    drop(lock);
    let files = Memory::from(&files.tree().with(left, b"half"));
    let lock = StoreLock::acquire(&files, &holder(), NOW).unwrap();
    for (one, other) in [("a", "b"), ("c", "d")] {
        let at = |name: &str| create(&format!("subjects/{name}.toml"));
        lock.commit(&[at(one), at(other)]).unwrap();
        assert_eq!(files.tree().leftovers(), [left]);
    }
}

/// A name stays where what its bearer left could not be swept: the next one tries again.
#[test]
fn a_sweep_that_failed_is_tried_again_by_the_next() {
    for alone in [false, true] {
        let start = killed().with_note("locks/store.lock", "torn");
        let acquire = |files: &Memory| -> Result<(), StorageError> {
            if alone {
                StoreLock::acquire(files, &holder(), NOW).map(drop)
            } else {
                RecordLock::acquire(files, &key(), &holder(), NOW).map(drop)
            }
        };
        let files = Memory::from(&start);
        files.fail_when(Action::Remove);
        let answer = acquire(&files);
        assert!(matches!(answer, Err(StorageError::Io { .. })), "{answer:?}");
        assert_eq!(files.tree().leftovers().len(), 1);
        let next = Memory::from(&files.tree());
        acquire(&next).unwrap();
        assert!(next.tree().leftovers().is_empty());
    }
}

#[test]
fn what_is_only_relied_on_may_be_held_by_several_and_by_none_who_changes_it() {
    let files = Memory::new();
    let [own] = key();
    let shared = [own.clone().shared()];
    let acquire = |keys: &[LockKey]| RecordLock::acquire(&files, keys, &holder(), NOW);
    let held = (acquire(&shared).unwrap(), acquire(&shared).unwrap());
    assert!(matches!(acquire(&key()), Err(StorageError::Locked { .. })));
    drop(held.0);
    assert!(matches!(acquire(&key()), Err(StorageError::Locked { .. })));
    drop(held.1);
    let alone = acquire(&key()).unwrap();
    assert!(matches!(acquire(&shared), Err(StorageError::Locked { .. })));
    drop(alone);
    // Both at once: the stricter is what is held, in whichever order they are named.
    for keys in [
        [own.clone(), own.clone().shared()],
        [own.clone().shared(), own.clone()],
    ] {
        let both = acquire(&keys).unwrap();
        assert!(matches!(acquire(&shared), Err(StorageError::Locked { .. })));
        drop(both);
    }
}

/// The first naps are short, later ones longer: a minute's wait is no thousands of tries.
#[test]
fn a_lock_is_not_tried_for_without_a_pause() {
    let files = Memory::new();
    let held = StoreLock::acquire(&files, &holder(), NOW).unwrap();
    let before = files.calls();
    let answer = StoreLock::acquire(&files, &holder(), Duration::from_millis(80));
    assert!(
        matches!(answer, Err(StorageError::Locked { .. })),
        "{answer:?}"
    );
    let tries = files.calls() - before;
    // 1 + 2 + 4 + 8 + 16 + 32 + 17 ms, and a look at the holder's name.
    assert!((2..=12).contains(&tries), "{tries}");
    drop(held);
}

#[test]
fn what_is_half_done_is_settled_where_that_can_be() {
    let scene = several();
    let start = scene.start();
    let half = || {
        let files = Memory::from(&start);
        files.fail_when(Action::Rename);
        assert!(write(&files, &scene.changes).is_err());
        Memory::from(&files.tree())
    };
    let settle = |files: &Memory| StoreLock::settle(files, &holder(), NOW);
    let whole = {
        let files = Memory::from(&start);
        write(&files, &scene.changes).unwrap();
        files.tree().records()
    };
    let files = half();
    let done = settle(&files).unwrap();
    assert_eq!(files.tree().records(), whole);
    assert_eq!(done.completed.len(), scene.changes.len());
    // Its writer is alive, or nothing may be written here: it is left as it is.
    let files = half();
    let other = files.clone();
    let held = other
        .try_lock(
            &path("locks/store.lock"),
            icpctl::store::files::LockMode::Exclusive,
        )
        .unwrap();
    assert_eq!(settle(&files).unwrap(), Recovery::default());
    assert_eq!(files.tree().records(), start.records());
    drop(held);
    for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
        let files = half();
        files.fail_when_with(Action::Lock, kind);
        assert_eq!(settle(&files).unwrap(), Recovery::default());
        assert_eq!(files.tree().records(), start.records());
    }
    // Any other failure is told.
    let files = half();
    files.fail_when(Action::Lock);
    assert!(settle(&files).is_err());
    // A store at rest is looked at once, and no lock is taken.
    let files = Memory::from(&start);
    let before = files.calls();
    assert_eq!(settle(&files).unwrap(), Recovery::default());
    assert_eq!(files.calls() - before, 1);
}

#[test]
fn a_long_name_is_cut_to_what_a_lock_file_holds() {
    let long = Holder::this_process(&"甲".repeat(100), holder().since);
    assert_eq!(long.actor, "甲".repeat(48));
    assert_eq!(long.pid, std::process::id());
    let short = Holder::this_process("operator", holder().since);
    assert_eq!(short.actor, "operator");
    let files = Memory::new();
    let lock = RecordLock::acquire(&files, &key(), &long, NOW).unwrap();
    match RecordLock::acquire(&files, &key(), &short, NOW) {
        Err(StorageError::Locked { holder, .. }) => assert_eq!(holder, Some(long)),
        other => panic!("{other:?}"),
    }
    let change = Change::Create {
        path: path("store.toml"),
        bytes: Vec::new(),
    };
    lock.commit(&change).unwrap();
}
