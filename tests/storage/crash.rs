//! Crashes and failing calls at every point of the write path.

use super::memory::{Memory, Omitted};
use super::power::{Op, Tree, crashes};
use super::{holder, path};
use icpctl::store::{
    Action, Change, Digest, Files, LockKey, RECORD_LIMIT, RecordLock, StorageError, StoreLock,
};
use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::time::Duration;

pub(super) const OLD: &[u8] = b"revision = 1\n";
pub(super) const NEW: &[u8] = b"revision = 2\n";

pub(super) fn create(at: &str) -> Change {
    Change::Create {
        path: path(at),
        bytes: NEW.to_vec(),
    }
}

pub(super) fn replace(at: &str) -> Change {
    Change::Replace {
        path: path(at),
        bytes: NEW.to_vec(),
        was: Digest::of(OLD),
    }
}

pub(super) fn remove(at: &str) -> Change {
    Change::Remove {
        path: path(at),
        was: Digest::of(OLD),
    }
}

/// A write to try everything on.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) before: Vec<&'static str>,
    pub(super) changes: Vec<Change>,
}

fn scenes() -> Vec<Scene> {
    vec![
        Scene {
            before: vec![],
            changes: vec![create("orders/k3/k3m9.toml")],
        },
        Scene {
            before: vec!["orders/k3/k3aa.toml"],
            changes: vec![create("orders/k3/k3m9.toml")],
        },
        Scene {
            before: vec!["orders/k3/k3m9.toml"],
            changes: vec![replace("orders/k3/k3m9.toml")],
        },
        Scene {
            before: vec!["store.toml"],
            changes: vec![replace("store.toml")],
        },
        Scene {
            before: vec!["orders/k3/k3m9.toml"],
            changes: vec![remove("orders/k3/k3m9.toml")],
        },
        several(),
    ]
}

pub(super) fn several() -> Scene {
    Scene {
        before: vec![
            "orders/k3/k3m9.toml",
            "orders/p7/p7aa.toml",
            "subjects/x.toml",
        ],
        changes: vec![
            replace("orders/k3/k3m9.toml"),
            create("orders/q0/q0zz.toml"),
            create("orders/k3/k3zz.toml"),
            remove("orders/p7/p7aa.toml"),
            replace("subjects/x.toml"),
        ],
    }
}

/// Runs the scene's write as its commands do: one record under its lock, several under the store's.
pub(super) fn write(files: &dyn Files, changes: &[Change]) -> Result<(), StorageError> {
    let wait = Duration::ZERO;
    if let [one] = changes {
        RecordLock::acquire(files, &[LockKey::new("subject", "x")], &holder(), wait)?.commit(one)
    } else {
        StoreLock::acquire(files, &holder(), wait)?.commit(changes)
    }
}

impl Scene {
    /// A store at rest with the old files.
    pub(super) fn start(&self) -> Tree {
        let files = Memory::new();
        for at in &self.before {
            let change = Change::Create {
                path: path(at),
                bytes: OLD.to_vec(),
            };
            write(&files, &[change]).unwrap();
        }
        files.tree()
    }

    /// Replays the write, stopped after each call, with all that a crash there could leave.
    ///
    /// Returns the first thing that was wrong afterwards.
    fn violation(&self, omitted: Omitted, bulk: bool) -> Option<String> {
        let prepare = |files: Memory| {
            if bulk { files.with_bulk_flush() } else { files }
        };
        let start = self.start();
        let files = prepare(Memory::from(&start)).omitting(omitted);
        write(&files, &self.changes).unwrap();
        files.acknowledge();
        let (old, new) = (start.records(), files.tree().records());
        assert_ne!(old, new);
        let ops = files.ops();
        let mut seen = HashSet::new();
        for stop in 0..=ops.len() {
            let done = ops[..stop].iter().any(|op| matches!(op, Op::Acknowledged));
            for left in crashes(&start, &ops[..stop]) {
                if !seen.insert((done, left.visible())) {
                    continue;
                }
                let next = prepare(Memory::from(&left));
                let found = match recovered(&next) {
                    Ok(found) => found,
                    Err(error) => return Some(format!("stopped after {stop}: {error}")),
                };
                if found.records() != new && (done || found.records() != old) {
                    return Some(format!("stopped after {stop}: {:?}", found.records()));
                }
                if !found.leftovers().is_empty() {
                    return Some(format!("stopped after {stop}: {:?}", found.leftovers()));
                }
                if left.records() != found.records() {
                    let wrong = recovery_violation(&left, &next.ops(), &old, &new);
                    if wrong.is_some() {
                        return wrong;
                    }
                }
            }
        }
        None
    }
}

/// Does what the next writer does first, and returns the files then.
pub(super) fn recovered(files: &Memory) -> Result<Tree, StorageError> {
    StoreLock::acquire(files, &holder(), Duration::ZERO)?.recover()?;
    Ok(files.tree())
}

/// Replays a recovery, stopped after each call, as [`Scene::violation`] does a write.
fn recovery_violation(
    start: &Tree,
    ops: &[Op],
    old: &BTreeMap<String, Vec<u8>>,
    new: &BTreeMap<String, Vec<u8>>,
) -> Option<String> {
    let mut seen = HashSet::new();
    for stop in 0..=ops.len() {
        for left in crashes(start, &ops[..stop]) {
            if !seen.insert(left.visible()) {
                continue;
            }
            let found = match recovered(&Memory::from(&left)) {
                Ok(found) => found.records(),
                Err(error) => return Some(format!("recovery stopped after {stop}: {error}")),
            };
            if found != *old && found != *new {
                return Some(format!("recovery stopped after {stop}: {found:?}"));
            }
        }
    }
    None
}

#[test]
fn a_crash_leaves_the_old_or_the_new_state_and_keeps_what_was_acknowledged() {
    for scene in scenes() {
        for bulk in [false, true] {
            assert_eq!(scene.violation(Omitted::Nothing, bulk), None, "{scene:?}");
        }
    }
}

#[test]
fn a_crash_in_a_group_commit_of_many_files_is_all_or_nothing() {
    let names: Vec<String> = (10..80).map(|n| format!("orders/{n}/{n}.toml")).collect();
    let scene = Scene {
        before: vec![],
        changes: names.iter().map(|n| create(n)).collect(),
    };
    let files = Memory::from(&scene.start()).with_bulk_flush();
    let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO).unwrap();
    let before = files.flushes();
    lock.commit(&scene.changes).unwrap();
    // Before the renames, the names of the new folders with them, and after.
    assert_eq!(files.flushes() - before, 2);
    drop(lock);
    let (start, new) = (files.start(), files.tree().records());
    let ops = files.ops();
    let mut seen = HashSet::new();
    // All around the flushes, some between them.
    let flush = |op: &Op| matches!(op, Op::SyncAll | Op::SyncFolder(_) | Op::SyncFile(_));
    let near = |stop: usize| {
        ops[stop.saturating_sub(2)..ops.len().min(stop + 2)]
            .iter()
            .any(flush)
    };
    for stop in (0..=ops.len()).filter(|stop| stop % 8 == 0 || near(*stop)) {
        for left in crashes(&start, &ops[..stop]) {
            if !seen.insert(left.visible()) {
                continue;
            }
            let next = Memory::from(&left);
            let lock = StoreLock::acquire(&next, &holder(), Duration::ZERO).unwrap();
            lock.recover().unwrap();
            let found = next.tree().records();
            assert!(found.is_empty() || found == new, "stopped after {stop}");
        }
    }
}

#[test]
fn a_write_path_that_leaves_out_a_flush_is_caught() {
    for scene in scenes() {
        assert!(
            scene.violation(Omitted::Folder, false).is_some(),
            "{scene:?}"
        );
        let writes = |change: &Change| !matches!(change, Change::Remove { .. });
        if scene.changes.iter().any(writes) {
            assert!(scene.violation(Omitted::File, false).is_some(), "{scene:?}");
        }
    }
}

#[test]
fn replacing_a_record_takes_two_flushes() {
    for scene in &scenes()[2..4] {
        let files = Memory::from(&scene.start());
        write(&files, &scene.changes).unwrap();
        assert_eq!(files.flushes(), 2, "{scene:?}");
    }
}

#[test]
fn a_killed_writer_is_tidied_up_after_by_the_next_of_the_same_record_or_of_all() {
    for scene in scenes() {
        let start = scene.start();
        let files = Memory::from(&start);
        write(&files, &scene.changes).unwrap();
        let (old, new, ops) = (start.records(), files.tree().records(), files.ops());
        for stop in 0..=ops.len() {
            // The first of the crashes is a kill: nothing is lost.
            let left = crashes(&start, &ops[..stop]).swap_remove(0);
            for alone in [false, true] {
                let next = Memory::from(&left);
                let (wait, keys) = (Duration::ZERO, [LockKey::new("subject", "x")]);
                if alone {
                    StoreLock::acquire(&next, &holder(), wait)
                        .map(drop)
                        .unwrap();
                    if scene.changes.len() == 1 {
                        // A record's writer signs only its own lock.
                        continue;
                    }
                } else {
                    RecordLock::acquire(&next, &keys, &holder(), wait)
                        .map(drop)
                        .unwrap();
                }
                let found = next.tree();
                assert!(found.leftovers().is_empty(), "{scene:?} {stop}: {found:?}");
                assert!(
                    found.records() == old || found.records() == new,
                    "{scene:?} {stop}"
                );
            }
        }
    }
}

#[test]
fn a_failing_call_leaves_the_store_as_it_was_or_says_that_the_outcome_is_unknown() {
    let mut scenes = scenes();
    let many: Vec<String> = (10..75).map(|n| format!("subjects/s{n}.toml")).collect();
    scenes.push(Scene {
        before: vec![],
        changes: many.iter().map(|n| create(n)).collect(),
    });
    for scene in &scenes {
        for kind in [
            // EIO and EMFILE; ENOSPC, EACCES, EROFS, EDQUOT. EINTR ends in the files themselves.
            ErrorKind::Other,
            ErrorKind::StorageFull,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::QuotaExceeded,
        ] {
            for k in 1.. {
                let start = scene.start();
                let files = Memory::from(&start).with_bulk_flush();
                files.fail(k, kind);
                let answer = write(&files, &scene.changes);
                let Some((action, file)) = files.failed() else {
                    assert!(answer.is_ok(), "{answer:?}");
                    break;
                };
                judge(&files, &start, &answer, action, &file);
            }
        }
    }
}

/// Checks one answer after one failed call.
fn judge(
    files: &Memory,
    start: &Tree,
    answer: &Result<(), StorageError>,
    action: Action,
    file: &str,
) {
    let known = files.tree().records();
    let settled = {
        let next = Memory::from(&files.tree());
        let lock = StoreLock::acquire(&next, &holder(), Duration::ZERO).unwrap();
        lock.recover().unwrap();
        next.tree()
    };
    assert!(settled.leftovers().is_empty());
    match answer {
        // Clearing a name or a finished intent may fail without harm.
        Ok(()) => {
            assert!(
                matches!(action, Action::Remove | Action::Write),
                "{action:?} {file} was acknowledged"
            );
            assert_eq!(settled.records(), known);
        }
        Err(StorageError::OutcomeUnknown { source, .. }) => {
            assert!(source.message().en.contains(file), "{source}");
        }
        Err(error) => {
            assert_eq!(known, start.records(), "{error}");
            assert_eq!(settled.records(), known, "{error}");
            assert!(
                error.message().en.contains(file),
                "{error} does not name {file}"
            );
            assert!(
                error.message().zh.contains(file),
                "{error} does not name {file}"
            );
        }
    }
}

#[test]
fn a_failed_flush_is_never_acknowledged_nor_tried_again() {
    for scene in scenes() {
        for k in 1.. {
            let files = Memory::from(&scene.start());
            files.fail(k, ErrorKind::Other);
            let answer = write(&files, &scene.changes);
            match files.failed() {
                None => break,
                Some((Action::Flush, file)) => {
                    assert!(answer.is_err());
                    let again = files.ops().into_iter().any(|op| match op {
                        Op::SyncFolder(folder) => folder == file && !file.is_empty(),
                        _ => false,
                    });
                    assert!(
                        !again || scene.changes.len() > 1,
                        "{file} was flushed again"
                    );
                }
                Some(_) => {}
            }
        }
    }
}

#[test]
fn a_record_that_someone_changed_is_not_overwritten() {
    let scene = several();
    let at = path("orders/k3/k3m9.toml");
    for changes in [
        vec![replace(at.as_str())],
        vec![remove(at.as_str())],
        scene.changes,
    ] {
        let files = Memory::new();
        for (name, bytes) in [("orders/k3/k3m9.toml", NEW), ("orders/p7/p7aa.toml", OLD)] {
            let change = Change::Create {
                path: path(name),
                bytes: bytes.to_vec(),
            };
            write(&files, &[change]).unwrap();
        }
        let before = files.tree().records();
        let answer = write(&files, &changes);
        assert!(
            matches!(answer, Err(StorageError::Moved { .. })),
            "{answer:?}"
        );
        assert_eq!(files.tree().records(), before);
        assert!(files.tree().leftovers().is_empty());
    }
}

/// A folder whose maker was killed before its name was durable: the next writer sees to that.
#[test]
fn a_folder_that_a_killed_writer_made_is_durable_before_its_first_file() {
    let scene = Scene {
        before: vec!["orders/k3/k3aa.toml"],
        changes: vec![create("orders/p7/p7aa.toml")],
    };
    let start = scene.start();
    let files = Memory::from(&start);
    files.create_dir(&path("orders/p7")).unwrap();
    write(&files, &scene.changes).unwrap();
    let new = files.tree().records();
    for left in crashes(&start, &files.ops()) {
        let found = recovered(&Memory::from(&left)).unwrap();
        assert_eq!(found.records(), new);
    }
    // One that shows a file costs no such flush.
    let files = Memory::from(&start);
    write(&files, &[create("orders/k3/k3m9.toml")]).unwrap();
    assert_eq!(files.flushes(), 2);
}

#[test]
fn a_record_that_could_not_be_read_again_is_not_written() {
    let of = |at: &str, size: u64| Change::Create {
        path: path(at),
        bytes: vec![b'#'; usize::try_from(size).unwrap()],
    };
    assert_eq!(RECORD_LIMIT, 1 << 20);
    for (at, size, fits) in [
        ("orders/k3/k3m9.toml", RECORD_LIMIT, true),
        ("orders/k3/k3m9.toml", RECORD_LIMIT + 1, false),
        ("files/0", RECORD_LIMIT + 1, true),
    ] {
        let files = Memory::new();
        for changes in [vec![of(at, size)], vec![of(at, size), create("store.toml")]] {
            let files = Memory::from(&files.tree());
            let written = write(&files, &changes);
            assert_eq!(written.is_ok(), fits, "{at} {size}");
            if let Err(error) = written {
                assert!(matches!(error, StorageError::TooLarge { .. }), "{error:?}");
                assert!(files.tree().records().is_empty());
            }
        }
    }
}

/// The whole file system is flushed for many files, and where the system tells of what it could not
/// flush; each file by itself else.
#[test]
fn many_files_are_flushed_at_once_and_few_one_by_one() {
    for (count, tells, at_once) in [(64, true, true), (63, true, false), (64, false, false)] {
        let files = Memory::new();
        let files = if tells {
            files.with_bulk_flush()
        } else {
            files
        };
        let changes: Vec<Change> = (0..count)
            .map(|n| create(&format!("subjects/s{n}.toml")))
            .collect();
        write(&files, &changes).unwrap();
        let ops = files.ops();
        let all = ops.iter().filter(|op| matches!(op, Op::SyncAll)).count();
        let each = ops
            .iter()
            .filter(|op| matches!(op, Op::SyncFile(_)))
            .count();
        let expected = if at_once { (2, 0) } else { (0, count + 1) };
        assert_eq!((all, each), expected, "{count} {tells}");
    }
}

/// A group of which a call fails, and one soon after it, such as taking back what was begun: what is
/// said of it is what the next writer finds.
#[test]
fn two_failing_calls_are_told_as_they_are() {
    let scene = several();
    let start = scene.start();
    let whole = Memory::from(&start);
    write(&whole, &scene.changes).unwrap();
    let (old, new) = (start.records(), whole.tree().records());
    let (mut refused, mut unknown) = (0, 0);
    for k in 1..=whole.calls() {
        for l in 1..=4 {
            let files = Memory::from(&start);
            files.fail(k, ErrorKind::Other);
            files.fail(k + l, ErrorKind::Other);
            let answer = write(&files, &scene.changes);
            let found = recovered(&Memory::from(&files.tree())).unwrap();
            let found = found.records();
            match answer {
                Ok(()) => assert_eq!(found, new, "{k} and {l} after it"),
                Err(StorageError::OutcomeUnknown { .. }) => {
                    assert!(found == old || found == new, "{k} and {l} after it");
                    unknown += 1;
                }
                Err(_) => {
                    assert_eq!(found, old, "{k} and {l} after it");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0 && unknown > 0, "{refused} {unknown}");
}

/// What is to be replaced or removed and is gone, alone or in a group: nothing is written.
#[test]
fn what_is_gone_is_neither_replaced_nor_removed() {
    let gone = "orders/k3/k3m9.toml";
    for change in [replace(gone), remove(gone)] {
        for changes in [
            vec![change.clone()],
            vec![create("subjects/z.toml"), change],
        ] {
            let files = Memory::from(&several().start().without(gone));
            let before = files.tree().records();
            let answer = write(&files, &changes);
            assert!(
                matches!(&answer, Err(StorageError::NotFound { path }) if path.ends_with(gone)),
                "{answer:?}"
            );
            assert_eq!(files.tree().records(), before);
            assert!(files.tree().leftovers().is_empty());
        }
    }
}
