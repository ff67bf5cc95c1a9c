//! What the disk makes of calls that fail, are interrupted, or are not known to the kernel.
//!
//! The ignored tests are what is done then: each is run by the test that names it, under `strace`.

use super::disk::store;
use super::{conformance, holder, path, put};
use icpctl::store::files::{LockFile, LockMode, NOTE_SIZE};
use icpctl::store::{Action, Change, Disk, Files as _, Kind, StorageError, StoreLock, StorePath};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Runs an ignored test of this module in a process of its own, in `folder`, with calls tampered with.
///
/// Returns how many calls were, or `None` where strace is not there.
fn tampered(test: &str, folder: &Path, inject: &[&str]) -> Option<usize> {
    let may_trace = Command::new("strace").args(["-qq", "true"]).output();
    if !may_trace.is_ok_and(|output| output.status.success()) {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
        {
            eprintln!("NOT TESTED: strace is not there, or may not trace");
        }
        return None;
    }
    let trace = folder.with_extension("trace");
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-o"]).arg(&trace);
    for one in inject {
        let (name, _) = one.split_once(':').unwrap();
        command.args(["-e", &format!("trace={name}")]);
        command.args(["-e", &format!("inject={one}")]);
        // The loader of the test makes these calls too.
        match name {
            "pread64" => command.arg("-P").arg(folder.join("store/a.lock")),
            "newfstatat" => command.arg("-P").arg(folder.join("store")),
            // Its folders, and none of the files in them.
            "fsync" if one.ends_with("EINVAL") => command.args(
                ["", "store", "store/orders", "store/subjects"]
                    .iter()
                    .flat_map(|at| ["-P".into(), folder.join(at).into_os_string()]),
            ),
            _ => &mut command,
        };
    }
    let output = command
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}"), "--ignored"])
        .env("ICPCTL_TEST_FOLDER", folder)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{inject:?}: {said}"
    );
    let trace = fs::read_to_string(trace).unwrap();
    Some(trace.matches("(INJECTED)").count())
}

/// Makes a store by a relative name, below the folder that [`tampered`] is in.
fn try_making(store: &str) -> Result<Disk, StorageError> {
    #[expect(clippy::disallowed_methods, reason = "the child's only argument")]
    let folder = std::env::var_os("ICPCTL_TEST_FOLDER").unwrap();
    assert_eq!(std::env::current_dir().unwrap(), Path::new(&folder));
    Disk::create(Path::new(store))
}

fn make() -> Disk {
    try_making("store").unwrap()
}

/// A folder of its own for a test that runs in another process.
fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join(name);
    fs::create_dir(&folder).unwrap();
    (above, folder)
}

/// Everything works although some calls are answered otherwise, and some are.
fn works_with(name: &str, inject: &str) {
    let (_above, folder) = scratch(name);
    let test = "everything_works_and_nothing_planted_is_followed";
    let injected = tampered(test, &folder, &[inject]);
    assert!(injected.is_none_or(|count| count > 0), "{inject}");
}

#[test]
fn an_older_kernel_is_as_careful() {
    for inject in [
        "openat2:error=ENOSYS",
        "openat2:error=EPERM",
        "renameat2:error=EINVAL",
        "renameat2:error=ENOSYS",
    ] {
        works_with("old", inject);
    }
}

#[test]
fn a_file_system_that_flushes_no_folder_by_itself_is_flushed_whole() {
    works_with("shared", "fsync:error=EINVAL");
}

#[test]
#[ignore = "run by `an_older_kernel_is_as_careful`"]
fn everything_works_and_nothing_planted_is_followed() {
    let disk = make();
    conformance(&disk);
    fs::write("outside.toml", "secret").unwrap();
    symlink("../outside.toml", "store/orders/link.toml").unwrap();
    symlink("..", "store/orders/up").unwrap();
    for at in ["orders/link.toml", "orders/up/outside.toml"] {
        let at = path(at);
        for answer in [
            disk.read(&at, 10).map(drop),
            disk.list(&at).map(drop),
            disk.try_lock(&at, LockMode::Shared).map(drop),
        ] {
            assert!(
                matches!(answer, Err(StorageError::NotAFile { .. })),
                "{answer:?}"
            );
        }
    }
    let lock = StoreLock::acquire(&disk, &holder(), Duration::ZERO).unwrap();
    let change = |at: &str| Change::Create {
        path: path(at),
        bytes: b"1".to_vec(),
    };
    lock.commit(&[change("orders/p7/p7aa.toml"), change("subjects/x.toml")])
        .unwrap();
    lock.commit(&[change("store.toml")]).unwrap();
    // The name under which it was written is gone.
    let names = |folder: &StorePath| -> Vec<String> {
        let entries = disk.list(folder).unwrap();
        entries.into_iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names(&path("orders/p7")), ["p7aa.toml"]);
    assert_eq!(
        names(&StorePath::ROOT),
        ["locks", "orders", "store.toml", "subjects"]
    );
    assert!(matches!(
        lock.commit(&[change("store.toml")]),
        Err(StorageError::Exists { .. })
    ));
}

#[test]
fn an_interrupted_call_is_tried_again() {
    for inject in [
        "openat2:error=EINTR:when=1+3",
        "renameat:error=EINTR:when=1+2",
        "renameat2:error=EINTR:when=1+2",
        "unlinkat:error=EINTR:when=1+2",
        "flock:error=EINTR:when=1+2",
        "syncfs:error=EINTR:when=1",
        "fsync:error=EINTR:when=1+2",
    ] {
        works_with("interrupted", inject);
    }
}

#[test]
fn what_cannot_be_had_is_told() {
    for (test, inject) in [
        ("no_flush_is_taken_for_done", "fsync:error=EIO"),
        (
            "no_flush_of_everything_is_taken_for_done",
            "syncfs:error=EIO",
        ),
        (
            "no_file_stays_whose_mode_could_not_be_set",
            "fchmod:error=EPERM",
        ),
        ("no_folder_is_made_that_was_refused", "mkdirat:error=EROFS"),
        (
            "a_file_that_is_gone_by_now_is_not_told_of",
            "newfstatat:error=ENOENT",
        ),
        (
            "a_file_that_may_not_be_looked_at_is_told",
            "newfstatat:error=EACCES",
        ),
        (
            "a_temporary_that_another_removed_is_no_matter",
            "unlinkat:error=ENOENT:when=2",
        ),
        ("no_lock_is_held_that_was_refused", "flock:error=ENOLCK"),
        (
            "a_name_in_a_lock_file_is_read",
            "pread64:error=EINTR:when=1",
        ),
        ("no_name_is_taken_for_read", "pread64:error=EIO"),
    ] {
        let (_above, folder) = scratch("failing");
        let injected = tampered(test, &folder, &[inject]);
        assert!(injected.is_none_or(|count| count > 0), "{inject}");
    }
}

/// Checks that a flush failed, and of which folder or file.
fn is_failed_flush<T: std::fmt::Debug>(answer: Result<T, StorageError>, of: &str) {
    match answer {
        Err(StorageError::Io {
            action: Action::Flush,
            path,
            ..
        }) => assert_eq!(path, Path::new(of)),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_flush_is_taken_for_done() {
    // A new folder's name is flushed into the one above: the current one, and then that.
    is_failed_flush(try_making("a/store"), ".");
    is_failed_flush(try_making("a/store"), "a");
    // It is there now, and opened as it is.
    let disk = try_making("a/store").unwrap();
    is_failed_flush(disk.sync_dir(&StorePath::ROOT), "a/store");
    let mut file = disk.create_file(&path("b")).unwrap();
    file.write_all(b"1").unwrap();
    is_failed_flush(file.sync(), "a/store/b");
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_flush_of_everything_is_taken_for_done() {
    is_failed_flush(try_making("store"), "store");
    let disk = Disk::open(Path::new("store")).unwrap();
    is_failed_flush(disk.sync_all(), "store");
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_folder_is_made_that_was_refused() {
    let answer = make().create_dir(&path("orders"));
    assert!(
        matches!(
            answer,
            Err(StorageError::Io {
                action: Action::CreateFolder,
                ..
            })
        ),
        "{answer:?}"
    );
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn a_file_that_is_gone_by_now_is_not_told_of() {
    let disk = make();
    put(&disk, "a.toml", b"1");
    assert_eq!(disk.survey(&StorePath::ROOT).unwrap(), []);
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn a_file_that_may_not_be_looked_at_is_told() {
    let disk = make();
    put(&disk, "a.toml", b"1");
    match disk.survey(&StorePath::ROOT) {
        Err(StorageError::Io {
            action: Action::Stat,
            path,
            ..
        }) => assert_eq!(path, Path::new("store/a.toml")),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn a_temporary_that_another_removed_is_no_matter() {
    let disk = make();
    disk.create_dir(&path("orders")).unwrap();
    fs::write("store/orders/.a.toml.1.0123456789abcdef-0.tmp", "").unwrap();
    // Killed while it wrote the intent, which goes first.
    put(&disk, "intent.json", b"torn");
    let recovery = StoreLock::acquire(&disk, &holder(), Duration::ZERO).map(drop);
    recovery.unwrap();
    assert!(!fs::exists("store/intent.json").unwrap());
    assert!(fs::exists("store/orders/.a.toml.1.0123456789abcdef-0.tmp").unwrap());
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_file_stays_whose_mode_could_not_be_set() {
    let disk = make();
    let answer = disk.create_file(&path("a")).map(drop);
    assert!(
        matches!(
            answer,
            Err(StorageError::Io {
                action: Action::Create,
                ..
            })
        ),
        "{answer:?}"
    );
    assert!(disk.list(&StorePath::ROOT).unwrap().is_empty());
    // A lock file that is as it should be needs none.
    let private = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open("store/a.lock");
    drop(private.unwrap());
    let lock = disk.try_lock(&path("a.lock"), LockMode::Exclusive);
    assert!(lock.unwrap().is_some());
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_lock_is_held_that_was_refused() {
    let disk = make();
    for mode in [LockMode::Shared, LockMode::Exclusive] {
        let answer = disk.try_lock(&path("a.lock"), mode).map(drop);
        assert!(
            matches!(
                answer,
                Err(StorageError::Io {
                    action: Action::Lock,
                    ..
                })
            ),
            "{answer:?}"
        );
    }
}

fn locked(disk: &Disk) -> Box<dyn LockFile> {
    let lock = disk.try_lock(&path("a.lock"), LockMode::Exclusive);
    lock.unwrap().unwrap()
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn a_name_in_a_lock_file_is_read() {
    let disk = make();
    let lock = locked(&disk);
    lock.set_note("a name").unwrap();
    assert_eq!(lock.note().unwrap(), "a name");
}

#[test]
#[ignore = "run by `what_cannot_be_had_is_told`"]
fn no_name_is_taken_for_read() {
    let answer = locked(&make()).note();
    assert!(
        matches!(
            answer,
            Err(StorageError::Io {
                action: Action::Read,
                ..
            })
        ),
        "{answer:?}"
    );
}

/// Since Linux 5.8 a flush of the whole file system tells of what it could not flush.
#[test]
#[cfg(target_os = "linux")]
fn whether_everything_can_be_flushed_is_read_from_the_kernels_version() {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut parts = release.split('.');
    let mut part = || -> u32 {
        let digits = |c: char| c.is_ascii_digit();
        let part = parts.next().unwrap();
        part[..part.find(|c| !digits(c)).unwrap_or(part.len())]
            .parse()
            .unwrap()
    };
    let (major, minor) = (part(), part());
    let tells = major > 5 || major == 5 && minor >= 8;
    assert_eq!(store().1.can_sync_all(), tells, "{release}");
}

/// A file that is longer than its size says, as one that grows, is not read past the limit.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_grows_is_not_read_past_the_limit() {
    let system = Disk::open(Path::new("/proc")).unwrap();
    let at = path("version");
    assert_eq!(system.stat(&at).unwrap().size, 0);
    let whole = fs::read("/proc/version").unwrap();
    let length = whole.len() as u64;
    assert_eq!(system.read(&at, length).unwrap(), whole);
    let answer = system.read(&at, length - 1);
    assert!(
        matches!(answer, Err(StorageError::TooLarge { .. })),
        "{answer:?}"
    );
    assert_eq!(system.read_head(&at, 5).unwrap(), whole[..5]);
}

#[test]
fn what_is_known_of_a_file_is_what_the_system_knows() {
    let (_folder, disk) = store();
    disk.create_dir(&path("orders")).unwrap();
    put(&disk, "orders/a.toml", b"12345");
    let full = disk.full_path(&path("orders/a.toml"));
    fs::set_permissions(&full, fs::Permissions::from_mode(0o1640)).unwrap();
    let meta = fs::metadata(&full).unwrap();
    let stat = disk.stat(&path("orders/a.toml")).unwrap();
    let instant =
        |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    assert_eq!(stat.kind, Kind::File);
    assert_eq!((stat.size, stat.mode, stat.inode), (5, 0o1640, meta.ino()));
    assert_eq!(stat.modified, instant(meta.mtime(), meta.mtime_nsec()));
    assert_eq!(stat.changed, instant(meta.ctime(), meta.ctime_nsec()));
    fs::write(disk.full_path(&path("orders")).join(".hidden"), "").unwrap();
    let surveyed = disk.survey(&path("orders")).unwrap();
    assert_eq!(surveyed, [("a.toml".to_owned(), stat)]);
    let listed: Vec<(String, Kind)> = {
        let entries = disk.list(&StorePath::ROOT).unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.name, entry.kind))
            .collect()
    };
    assert_eq!(listed, [("orders".to_owned(), Kind::Folder)]);
    let root = disk.full_path(&StorePath::ROOT);
    assert_eq!(root.join("orders/a.toml"), full);
    assert!(!root.to_string_lossy().ends_with('/'));
}

/// One that was just made under a strict umask is opened up for the next; one in use is not touched.
#[test]
fn the_mode_of_a_new_lock_file_is_mended() {
    let (_folder, disk) = store();
    disk.create_dir(&path("locks")).unwrap();
    let full = |name: &str| disk.full_path(&path("locks")).join(name);
    for (name, text, mode) in [("new.lock", "", 0o600), ("used.lock", "x", 0o640)] {
        fs::write(full(name), text).unwrap();
        fs::set_permissions(full(name), fs::Permissions::from_mode(0o640)).unwrap();
        let lock = disk.try_lock(&path(&format!("locks/{name}")), LockMode::Exclusive);
        assert!(lock.unwrap().is_some());
        let found = fs::metadata(full(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(found, mode, "{name}");
    }
    let folder = disk.try_lock(&path("locks"), LockMode::Shared).map(drop);
    assert!(
        matches!(folder, Err(StorageError::NotAFile { .. })),
        "{folder:?}"
    );
}

#[test]
fn a_note_has_one_size_whatever_is_written() {
    let (_folder, disk) = store();
    disk.create_dir(&path("locks")).unwrap();
    let lock = disk
        .try_lock(&path("locks/a.lock"), LockMode::Exclusive)
        .unwrap()
        .unwrap();
    let long = "x".repeat(2 * NOTE_SIZE);
    for note in [long.as_str(), "short", ""] {
        lock.set_note(note).unwrap();
        let size = disk.stat(&path("locks/a.lock")).unwrap().size;
        assert_eq!(size, NOTE_SIZE as u64);
        assert_eq!(lock.note().unwrap(), note[..note.len().min(NOTE_SIZE)]);
    }
    // One that a person wrote there is read to its end, however short.
    fs::write(disk.full_path(&path("locks/a.lock")), "by hand\n").unwrap();
    assert_eq!(lock.note().unwrap(), "by hand");
}

#[test]
fn a_folder_is_not_made_where_something_else_is() {
    let (_folder, disk) = store();
    put(&disk, "orders", b"");
    for folder in ["orders", "orders/k3"] {
        let answer = disk.create_dir(&path(folder));
        assert!(
            matches!(answer, Err(StorageError::NotAFile { .. })),
            "{folder}: {answer:?}"
        );
    }
    let above = disk.full_path(&path("orders"));
    let answer = Disk::create(&above.join("store")).map(drop);
    assert!(answer.is_err(), "{answer:?}");
    let answer = Disk::open(&above).map(drop);
    assert!(
        matches!(answer, Err(StorageError::NotAFile { .. })),
        "{answer:?}"
    );
}
