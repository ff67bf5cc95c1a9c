//! What the next writer makes of an operation that was killed halfway.

use super::crash::{NEW, OLD, Scene, create, recovered, several, write};
use super::memory::Memory;
use super::power::{Op, Tree, crashes};
use super::{holder, path};
use icpctl::store::{Action, Change, Digest, Files as _, Recovery, StorageError, StoreLock};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::Duration;

/// What a kill leaves of a group of which so many files had been put in place, and the records that
/// it was to end with.
fn killed(placed: usize) -> (Tree, BTreeMap<String, Vec<u8>>) {
    let scene = several();
    let start = scene.start();
    let files = Memory::from(&start);
    write(&files, &scene.changes).unwrap();
    let ops = files.ops();
    let renames: Vec<usize> = (0..ops.len())
        .filter(|n| matches!(&ops[*n], Op::Rename(_, to) if !to.starts_with("intent")))
        .collect();
    let end = placed
        .checked_sub(1)
        .map_or(renames[0], |last| renames[last] + 1);
    let left = crashes(&start, &ops[..end]).swap_remove(0);
    (left, files.tree().records())
}

#[test]
fn recovery_keeps_what_a_person_changed_after_the_crash() {
    let (left, _) = killed(1);
    let next = Memory::from(&left);
    next.remove(&path("subjects/x.toml")).unwrap();
    super::put(&next, "subjects/x.toml", b"edited by hand\n");
    let recovery = StoreLock::acquire(&next, &holder(), Duration::ZERO).map(drop);
    recovery.unwrap();
    let found = next.tree().records();
    assert_eq!(found["subjects/x.toml"], b"edited by hand\n");
    assert_eq!(found["orders/q0/q0zz.toml"], NEW);
    assert!(!found.contains_key("orders/p7/p7aa.toml"));
}

/// An intent that could not be removed after all was done: the next writer removes it, of whatever
/// sort it is, and the same run's next operation does.
#[test]
fn an_intent_that_stayed_is_removed_by_whoever_comes_next() {
    let scene = several();
    let start = scene.start();
    let removal = Some((Action::Remove, "intent.json".to_owned()));
    let stayed = |k: usize| {
        let files = Memory::from(&start);
        files.fail(k, ErrorKind::Other);
        let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO);
        let written = lock.and_then(|lock| {
            lock.commit(&scene.changes)?;
            lock.commit(&[create("subjects/y.toml")])
        });
        (files, written)
    };
    let k = (1..200).find(|k| stayed(*k).0.failed() == removal).unwrap();
    let (files, written) = stayed(k);
    written.unwrap();
    assert!(files.tree().leftovers().is_empty());
    // Left by a run that ended: its lock holds no name.
    let files = Memory::from(&start);
    files.fail(k, ErrorKind::Other);
    write(&files, &scene.changes).unwrap();
    assert_eq!(files.tree().leftovers().len(), 1);
    let left = files.tree();
    for changes in [
        vec![create("subjects/y.toml")],
        vec![create("subjects/y.toml"), create("subjects/z.toml")],
    ] {
        let files = Memory::from(&left);
        write(&files, &changes).unwrap();
        assert!(files.tree().leftovers().is_empty(), "{changes:?}");
    }
    let files = Memory::from(&left);
    StoreLock::settle(&files, &holder(), Duration::ZERO).unwrap();
    assert!(files.tree().leftovers().is_empty());
}

/// An intent is a file like any other, and may be a stranger's: what it names outside its folders,
/// or as no temporary, is left alone.
#[test]
fn an_intent_that_names_what_is_no_temporary_moves_nothing() {
    let digest = Digest::of(OLD);
    for name in [
        "other.toml",
        "../../orders/other.tmp",
        ".a/../../../x.tmp",
        "..tmp",
        "/.x.tmp",
        ".\\x.tmp",
        ".hidden",
    ] {
        let files = Memory::new();
        let change = |at: &str| Change::Create {
            path: path(at),
            bytes: OLD.to_vec(),
        };
        write(&files, &[change("orders/k3/other.toml")]).unwrap();
        let step = serde_json::json!({
            "path": "orders/k3/k3m9.toml", "temporary": name, "old": null, "new": digest.as_str(),
        });
        let body = step.to_string();
        let text = format!("{}\n{body}", Digest::of(body.as_bytes()));
        let before = files.tree().records();
        let mut file = files.create_file(&path("intent.json")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        drop(file);
        let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO).unwrap();
        drop(lock);
        assert_eq!(files.tree().records(), before, "{name}");
        assert!(files.tree().leftovers().is_empty(), "{name}");
    }
}

/// An operation that was killed halfway is completed, even where a person changed one of the files
/// that were in place already; one that was not begun, and of which something is missing, is dropped.
#[test]
fn what_was_begun_is_completed_and_what_was_not_is_dropped() {
    let at = "orders/k3/k3m9.toml";
    let (left, mut expected) = killed(2);
    let begun = Memory::from(&left);
    assert_eq!(begun.tree().records()[at], NEW);
    begun.remove(&path(at)).unwrap();
    super::put(&begun, at, b"edited by hand\n");
    expected.insert(at.to_owned(), b"edited by hand\n".to_vec());
    assert_eq!(recovered(&begun).unwrap().records(), expected);
    // Before the first of them, with a temporary gone.
    let not = Memory::from(&killed(0).0);
    let temporary = not.tree();
    let temporary = temporary.leftovers();
    let temporary = temporary
        .iter()
        .find(|name| !name.ends_with("intent.json"))
        .unwrap();
    let gone = Memory::from(&not.tree().without(temporary));
    assert_eq!(
        recovered(&gone).unwrap().records(),
        several().start().records()
    );
}

/// What a killed writer had put in place without flushing it is flushed by the one who completes
/// it, before anything rests on it.
#[test]
fn what_is_completed_is_flushed_before_anything_rests_on_it() {
    let scene = several();
    let start = scene.start();
    let mut tried = 0;
    for k in 1.. {
        let files = Memory::from(&start);
        files.fail(k, ErrorKind::Other);
        let answer = write(&files, &scene.changes);
        let Some((action, _)) = files.failed() else {
            break;
        };
        let stopped = matches!(answer, Err(StorageError::OutcomeUnknown { .. }));
        if action != Action::Flush || !stopped {
            continue;
        }
        let renamed = |op: &Op| matches!(op, Op::Rename(..));
        if !files.ops().iter().any(renamed) {
            continue;
        }
        tried += 1;
        write(&files, &[create("subjects/y.toml")]).unwrap();
        let new = files.tree().records();
        for left in crashes(&start, &files.ops()) {
            let found = recovered(&Memory::from(&left)).unwrap();
            assert_eq!(found.records(), new, "call {k}");
        }
    }
    assert!(tried > 0);
}

/// A group that was killed when only its first file was in place, and what a person did to that file.
fn killed_after_the_first(scene: &Scene, edited: &[u8]) -> Memory {
    let start = scene.start();
    let files = Memory::from(&start);
    write(&files, &scene.changes).unwrap();
    let ops = files.ops();
    let first = ops.iter().position(|op| matches!(op, Op::Rename(..)));
    let left = Memory::from(&crashes(&start, &ops[..=first.unwrap()]).swap_remove(0));
    let at = scene.changes[0].path();
    assert_eq!(left.read(at, 100).unwrap(), NEW);
    left.remove(at).unwrap();
    super::put(&left, at.as_str(), edited);
    left
}

/// Past its commit point a group is completed around the one file that was in place and that a
/// person has edited since; where that is the old file again, nothing of the group is left.
#[test]
fn the_rest_is_completed_around_the_only_file_in_place_if_a_person_edited_it() {
    let scene = several();
    let at = scene.changes[0].path();
    let files = Memory::from(&scene.start());
    write(&files, &scene.changes).unwrap();
    let edited = b"revision = 2 # edited by hand\n";
    let mut expected = files.tree().records();
    expected.insert(at.as_str().to_owned(), edited.to_vec());

    let left = killed_after_the_first(&scene, edited);
    let lock = StoreLock::acquire(&left, &holder(), Duration::ZERO).unwrap();
    let done = lock.recover().unwrap();
    assert_eq!(left.tree().records(), expected);
    assert!(left.tree().leftovers().is_empty());
    let completed: Vec<_> = scene.changes[1..]
        .iter()
        .map(|change| left.full_path(change.path()))
        .collect();
    assert_eq!(
        (done.completed, done.kept, done.dropped),
        (completed, vec![left.full_path(at)], false)
    );

    let back = killed_after_the_first(&scene, OLD);
    let lock = StoreLock::acquire(&back, &holder(), Duration::ZERO).unwrap();
    let done = lock.recover().unwrap();
    assert_eq!(back.tree().records(), scene.start().records());
    assert!(back.tree().leftovers().is_empty());
    assert!(done.dropped && done.completed.is_empty() && done.kept.is_empty());
}

/// Whatever was edited, a recovery that is killed in turn comes to the same.
#[test]
fn a_recovery_around_an_edited_file_may_be_killed_too() {
    let left = killed_after_the_first(&several(), b"edited by hand\n");
    let before = left.ops().len();
    let expected = recovered(&left).unwrap().records();
    let ops = left.ops();
    assert!(ops.len() > before + 4);
    for stop in before..=ops.len() {
        let again = crashes(&left.start(), &ops[..stop]).swap_remove(0);
        let found = recovered(&Memory::from(&again)).unwrap();
        assert_eq!(found.records(), expected, "{stop}");
        assert!(found.leftovers().is_empty(), "{stop}");
    }
}

/// What was done is told to whoever locks the store next, and only once.
#[test]
fn what_recovery_did_is_told() {
    let scene = several();
    let start = scene.start();
    let files = Memory::from(&start);
    write(&files, &scene.changes).unwrap();
    let ops = files.ops();
    let at = |stop: usize| Memory::from(&crashes(&start, &ops[..stop]).swap_remove(0));
    let told = |files: &Memory| {
        let lock = StoreLock::acquire(files, &holder(), Duration::ZERO).unwrap();
        lock.recover().unwrap()
    };
    let intent = |op: &Op| matches!(op, Op::Create(path, _) if path == "intent.json");
    let intent = ops.iter().position(intent).unwrap();
    let writes = scene.changes.len() - 1;
    // Four temporaries, and an intent of which nothing was written.
    let torn = at(intent + 1);
    let dropped = Recovery {
        dropped: true,
        swept: writes,
        ..Recovery::default()
    };
    assert_eq!(told(&torn), dropped);
    assert_eq!(told(&torn), Recovery::default());
    // The intent is whole: everything is put in place, and nothing is left to be swept.
    let whole = at(intent + 2);
    let done = told(&whole);
    let paths = |files: &Memory, changes: &[Change]| -> Vec<_> {
        let paths = changes.iter().map(|change| files.full_path(change.path()));
        paths.collect()
    };
    assert_eq!(done.completed, paths(&whole, &scene.changes));
    assert_eq!((done.swept, done.dropped), (0, false));
    // Everything is in place already, and only the intent stayed.
    let rest = at(ops.len() - 3);
    assert!(
        rest.tree()
            .leftovers()
            .iter()
            .any(|name| *name == "intent.json")
    );
    assert_eq!(told(&rest), Recovery::default());
    // Every file was edited: nothing is done, and nothing was dropped.
    let edited = at(intent + 2);
    for change in &scene.changes {
        let _ = edited.remove(change.path());
        super::put(&edited, change.path().as_str(), b"edited by hand\n");
    }
    let done = told(&edited);
    assert_eq!(done.kept, paths(&edited, &scene.changes));
    assert_eq!(
        (done.swept, done.dropped, done.completed.len()),
        (writes, false, 0)
    );
}

/// An intent of many records is read again, however long their names are.
#[test]
fn a_group_of_thousands_is_completed() {
    let name = "x".repeat(150);
    let changes: Vec<Change> = (0..2600)
        .map(|n| create(&format!("subjects/{name}{n}.toml")))
        .collect();
    let files = Memory::new().with_bulk_flush();
    let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO).unwrap();
    // A creation's calls are three; what comes after them is far from the first rename.
    files.fail_when(Action::Rename);
    let answer = lock.commit(&changes);
    assert!(
        matches!(answer, Err(StorageError::OutcomeUnknown { .. })),
        "{answer:?}"
    );
    drop(lock);
    let intent = files.read(&path("intent.json"), u64::MAX).unwrap();
    assert!(intent.len() > 1 << 20, "{}", intent.len());
    let next = Memory::from(&files.tree());
    let found = recovered(&next).unwrap();
    assert_eq!(found.records().len(), changes.len());
    assert!(found.leftovers().is_empty());
}

/// As a commit, a recovery flushes many folders at once, and few one by one.
#[test]
fn many_folders_are_flushed_at_once_by_a_recovery_too() {
    for (count, tells, expected) in [
        (64, true, (1, 0)),
        (63, true, (0, 63)),
        (64, false, (0, 64)),
    ] {
        let changes: Vec<Change> = (0..count)
            .map(|n| create(&format!("orders/{n}/a.toml")))
            .collect();
        let files = Memory::new().with_bulk_flush();
        let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO).unwrap();
        files.fail_when(Action::Rename);
        assert!(lock.commit(&changes).is_err());
        drop(lock);
        let next = Memory::from(&files.tree());
        let next = if tells { next.with_bulk_flush() } else { next };
        recovered(&next).unwrap();
        let ops = next.ops();
        let all = ops.iter().filter(|op| matches!(op, Op::SyncAll)).count();
        let folder = |op: &&Op| matches!(op, Op::SyncFolder(_));
        let folders = ops.iter().filter(folder).count();
        assert_eq!((all, folders), expected, "{count} {tells}");
    }
}

/// An intent that cannot be read decides nothing: it stays, and so does everything else.
#[test]
fn an_intent_that_cannot_be_read_is_left_for_whoever_can() {
    let (left, new) = killed(1);
    let reading = Some((Action::Read, "intent.json".to_owned()));
    let tried = (1..20).filter(|k| {
        let next = Memory::from(&left);
        next.fail(*k, ErrorKind::Other);
        let answer = StoreLock::acquire(&next, &holder(), Duration::ZERO).map(drop);
        let is_reading = next.failed() == reading;
        if is_reading {
            assert!(answer.is_err(), "{answer:?}");
            assert_eq!(next.tree().records(), left.records());
            assert_eq!(recovered(&next).unwrap().records(), new);
        }
        is_reading
    });
    assert_eq!(tried.count(), 1);
}
