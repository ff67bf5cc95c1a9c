//! The real files: permissions, planted links and pipes, locks between writers.

use super::{PATIENT, conformance, holder, path, put};
use icpctl::store::{
    Change, Digest, Disk, Files as _, LockKey, RECORD_LIMIT, RecordLock, StorageError, StoreLock,
    StorePath,
};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tempfile::{TempDir, tempdir};

pub(super) fn store() -> (TempDir, Disk) {
    let folder = tempdir().unwrap();
    let disk = Disk::create(&folder.path().join("a/.icpctl")).unwrap();
    (folder, disk)
}

#[test]
fn the_disk_conforms() {
    conformance(&store().1);
}

#[test]
fn records_are_created_replaced_and_removed() {
    let (_folder, disk) = store();
    let key = [LockKey::new("subject", "粤ICP备2021000001号")];
    let lock = RecordLock::acquire(&disk, &key, &holder(), Duration::ZERO).unwrap();
    let at = path("orders/k3/k3m9t2qd.toml");
    let create = Change::Create {
        path: at.clone(),
        bytes: b"1".to_vec(),
    };
    lock.commit(&create).unwrap();
    assert!(matches!(
        lock.commit(&create),
        Err(StorageError::Exists { .. })
    ));
    let was = Digest::of(b"1");
    let replace = Change::Replace {
        path: at.clone(),
        bytes: b"2".to_vec(),
        was,
    };
    lock.commit(&replace).unwrap();
    assert!(matches!(
        lock.commit(&replace),
        Err(StorageError::Moved { .. })
    ));
    assert_eq!(disk.read(&at, RECORD_LIMIT).unwrap(), b"2");
    drop(lock);

    let lock = StoreLock::acquire(&disk, &holder(), PATIENT).unwrap();
    let mut changes = vec![Change::Remove {
        path: at.clone(),
        was: Digest::of(b"2"),
    }];
    changes.extend((10..99).map(|n| Change::Create {
        path: path(&format!("subjects/s{n}.toml")),
        bytes: b"3".to_vec(),
    }));
    lock.commit(&changes).unwrap();
    assert!(matches!(disk.stat(&at), Err(StorageError::NotFound { .. })));
    assert_eq!(disk.list(&path("subjects")).unwrap().len(), 89);
    assert_eq!(lock.recover().unwrap(), icpctl::store::Recovery::default());
}

#[test]
fn the_second_writer_gives_up_in_time_and_names_the_first() {
    let (_folder, disk) = store();
    let key = |name| [LockKey::new("subject", name)];
    let wait = Duration::from_millis(5);
    let first = RecordLock::acquire(&disk, &key("a"), &holder(), PATIENT).unwrap();
    // Another subject need not wait.
    drop(RecordLock::acquire(&disk, &key("b"), &holder(), PATIENT).unwrap());
    match RecordLock::acquire(&disk, &key("a"), &holder(), wait) {
        Err(StorageError::Locked {
            holder: Some(named),
            waited,
            ..
        }) => {
            assert_eq!(named, holder());
            assert!(waited >= wait);
        }
        other => panic!("{other:?}"),
    }
    let locked = StoreLock::acquire(&disk, &holder(), wait);
    assert!(
        matches!(locked, Err(StorageError::Locked { .. })),
        "{locked:?}"
    );
    drop(first);
    let alone = StoreLock::acquire(&disk, &holder(), PATIENT).unwrap();
    let locked = RecordLock::acquire(&disk, &key("c"), &holder(), wait).unwrap_err();
    assert!(locked.message().zh.contains("operator"), "{locked}");
    drop(alone);
    RecordLock::acquire(&disk, &key("c"), &holder(), PATIENT).unwrap();
}

#[test]
fn writers_of_one_record_take_turns() {
    let (_folder, disk) = store();
    let at = path("orders/k3/k3m9t2qd.toml");
    let key = [LockKey::new("subject", "a"), LockKey::new("ref", "row-1")];
    let lock = RecordLock::acquire(&disk, &key, &holder(), PATIENT).unwrap();
    lock.commit(&Change::Create {
        path: at.clone(),
        bytes: b"0".to_vec(),
    })
    .unwrap();
    let (started, waiting) = mpsc::channel();
    thread::scope(|scope| {
        for turn in 0..4 {
            let (started, at, disk, mut key) = (started.clone(), &at, &disk, key.clone());
            scope.spawn(move || {
                if turn % 2 == 0 {
                    key.reverse();
                }
                started.send(()).unwrap();
                for _ in 0..25 {
                    let lock = RecordLock::acquire(disk, &key, &holder(), PATIENT).unwrap();
                    let bytes = disk.read(at, RECORD_LIMIT).unwrap();
                    let count: u32 = String::from_utf8(bytes.clone()).unwrap().parse().unwrap();
                    let was = Digest::of(&bytes);
                    let bytes = (count + 1).to_string().into_bytes();
                    lock.commit(&Change::Replace {
                        path: at.clone(),
                        bytes,
                        was,
                    })
                    .unwrap();
                }
            });
        }
        for _ in 0..4 {
            waiting.recv().unwrap();
        }
        drop(lock);
    });
    assert_eq!(disk.read(&at, RECORD_LIMIT).unwrap(), b"100");
}

#[test]
fn of_two_creators_one_wins() {
    let (_folder, disk) = store();
    let wins = thread::scope(|scope| {
        let creators: Vec<_> = (0..4)
            .map(|n: u8| {
                let disk = &disk;
                scope.spawn(move || {
                    // Different keys: nothing but the file's name keeps them apart.
                    let key = [LockKey::new("subject", &n.to_string())];
                    let lock = RecordLock::acquire(disk, &key, &holder(), PATIENT).unwrap();
                    let at = path("orders/k3/k3m9t2qd.toml");
                    lock.commit(&Change::Create {
                        path: at,
                        bytes: vec![n],
                    })
                    .is_ok()
                })
            })
            .collect();
        creators
            .into_iter()
            .filter(|_| true)
            .map(|c| c.join().unwrap())
            .filter(|won| *won)
            .count()
    });
    assert_eq!(wins, 1);
}

/// Two threads look at a large folder; the answer is that of one.
#[test]
fn every_file_of_a_large_folder_is_looked_at() {
    let (_folder, disk) = store();
    let names: Vec<String> = (0..2_500).map(|place| format!("{place:04}.toml")).collect();
    for (size, name) in names.iter().enumerate() {
        std::fs::write(disk.full_path(&path(name)), "x".repeat(size % 7)).unwrap();
    }
    let surveyed = disk.survey(&StorePath::ROOT).unwrap();
    let seen: Vec<&String> = surveyed.iter().map(|(name, _)| name).collect();
    assert_eq!(seen, names.iter().collect::<Vec<_>>());
    let mut sizes = surveyed.iter().enumerate();
    assert!(sizes.all(|(place, (_, stat))| stat.size == place as u64 % 7));
}

#[cfg(unix)]
#[test]
fn no_store_is_made_where_a_file_or_a_link_to_nothing_stands() {
    let above = tempdir().unwrap();
    std::fs::write(above.path().join("file"), "x").unwrap();
    std::os::unix::fs::symlink("nothing", above.path().join("link")).unwrap();
    for name in ["file", "link"] {
        let at = above.path().join(name);
        match Disk::create(&at) {
            Err(StorageError::NotAFile { path } | StorageError::Io { path, .. }) => {
                assert_eq!(path, at);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(std::fs::read(above.path().join("file")).unwrap(), b"x");
}

#[test]
fn a_missing_folder_is_not_found() {
    let folder = tempdir().unwrap();
    let answer = Disk::open(&folder.path().join("none"));
    assert!(
        matches!(answer, Err(StorageError::NotFound { .. })),
        "{answer:?}"
    );
}

#[test]
fn a_temporary_left_behind_is_swept_and_does_not_block() {
    let (_folder, disk) = store();
    let lock = StoreLock::acquire(&disk, &holder(), Duration::ZERO).unwrap();
    lock.commit(&[Change::Create {
        path: path("orders/k3/a.toml"),
        bytes: vec![],
    }])
    .unwrap();
    let left = disk
        .full_path(&path("orders/k3"))
        .join(".a.toml.1.00ff-0.tmp");
    std::fs::write(&left, "half").unwrap();
    let own = [".keep", ".a.swp", "..tmp", "a.tmp"];
    for name in own {
        std::fs::write(disk.full_path(&path("orders/k3")).join(name), "mine").unwrap();
    }
    // What is not ours: hidden folders, such as git's, and those deeper than ours go.
    let root = disk.full_path(&StorePath::ROOT);
    let others = [".git/objects", "orders/k3/deep/deeper"].map(|folder| {
        let folder = root.join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let other = folder.join(".x.toml.1.00ff-0.tmp");
        std::fs::write(&other, "theirs").unwrap();
        other
    });
    let spare = root.join("orders/k3/deep/.x.toml.1.00ff-1.tmp");
    std::fs::write(&spare, "half").unwrap();
    assert_eq!(lock.recover().unwrap().swept, 2);
    assert!(!left.exists() && !spare.exists());
    assert!(others.iter().all(|other| other.exists()));
    std::fs::remove_dir_all(root.join("orders/k3/deep")).unwrap();
    assert_eq!(disk.list(&path("orders/k3")).unwrap().len(), own.len() + 1);
    put(&disk, "orders/k3/b.toml", b"");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use icpctl::store::Kind;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    /// Every file and folder below.
    fn walk(folder: &std::path::Path, seen: &mut Vec<(std::path::PathBuf, u32, bool)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            seen.push((
                entry.path(),
                meta.permissions().mode() & 0o7777,
                meta.is_dir(),
            ));
            if meta.is_dir() {
                walk(&entry.path(), seen);
            }
        }
    }

    /// Runs one test of this binary in a shell with `umask`.
    fn under_umask(umask: &str, folder: &std::path::Path) {
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("umask {umask}; exec \"$0\" --exact storage::disk::unix::writes_everything --ignored"))
            .arg(std::env::current_exe().unwrap())
            .env("ICPCTL_TEST_FOLDER", folder)
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stdout)
        );
    }

    #[test]
    #[ignore = "run by the test of permissions, under its umask"]
    fn writes_everything() {
        #[expect(clippy::disallowed_methods, reason = "the child's only argument")]
        let folder = std::env::var_os("ICPCTL_TEST_FOLDER").unwrap();
        let disk = Disk::create(std::path::Path::new(&folder)).unwrap();
        let lock = StoreLock::acquire(&disk, &holder(), Duration::ZERO).unwrap();
        let change = |at| Change::Create {
            path: path(at),
            bytes: vec![1],
        };
        lock.commit(&[change("orders/k3/k3m9.toml"), change("store.toml")])
            .unwrap();
        put(&disk, "orders/k3/other", b"");
    }

    #[test]
    fn files_are_0600_and_folders_0700_whatever_the_umask() {
        for umask in ["000", "777"] {
            let folder = tempdir().unwrap();
            under_umask(umask, &folder.path().join("above/.icpctl"));
            let mut seen = Vec::new();
            walk(folder.path(), &mut seen);
            assert!(seen.len() >= 9, "{seen:?}");
            for (file, mode, is_folder) in seen {
                let wanted = if is_folder { 0o700 } else { 0o600 };
                assert_eq!(mode, wanted, "{} under {umask}: {mode:o}", file.display());
            }
        }
    }

    #[test]
    fn a_pipe_link_socket_or_device_is_refused_without_waiting() {
        let (folder, disk) = store();
        disk.create_dir(&path("orders")).unwrap();
        let at = |name: &str| disk.full_path(&path("orders")).join(name);
        let outside = folder.path().join("outside.toml");
        std::fs::write(&outside, "secret").unwrap();
        symlink(&outside, at("link.toml")).unwrap();
        symlink("/dev/zero", at("zero.toml")).unwrap();
        symlink(folder.path(), at("k3")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe.toml"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        let _socket = UnixListener::bind(at("socket.toml")).unwrap();
        for name in [
            "link.toml",
            "zero.toml",
            "pipe.toml",
            "socket.toml",
            "k3/outside.toml",
        ] {
            let at = path(&format!("orders/{name}"));
            let answer = disk.read(&at, RECORD_LIMIT);
            assert!(
                matches!(answer, Err(StorageError::NotAFile { .. })),
                "{name}: {answer:?}"
            );
        }
        for name in ["link.toml", "k3", "pipe.toml", "socket.toml"] {
            let at = path(&format!("orders/{name}"));
            assert_eq!(disk.stat(&at).unwrap().kind, Kind::Other, "{name}");
        }
        let through = disk.create_file(&path("orders/k3/new.toml"));
        assert!(
            matches!(through, Err(StorageError::NotAFile { .. })),
            "{through:?}"
        );
        let through = disk.try_lock(
            &path("orders/pipe.toml"),
            icpctl::store::files::LockMode::Shared,
        );
        assert!(
            matches!(through, Err(StorageError::NotAFile { .. })),
            "{through:?}"
        );
        assert_eq!(std::fs::read(&outside).unwrap(), b"secret");
    }

    #[test]
    fn a_planted_link_cannot_take_a_write_elsewhere() {
        let (folder, disk) = store();
        let victim = folder.path().join("victim");
        std::fs::write(&victim, "whole").unwrap();
        disk.create_dir(&path("subjects")).unwrap();
        symlink(&victim, disk.full_path(&path("subjects/x.toml"))).unwrap();
        let lock = StoreLock::acquire(&disk, &holder(), Duration::ZERO).unwrap();
        let change = Change::Create {
            path: path("subjects/x.toml"),
            bytes: vec![],
        };
        let answer = lock.commit(&[change]);
        assert!(
            matches!(answer, Err(StorageError::Exists { .. })),
            "{answer:?}"
        );
        assert_eq!(std::fs::read(&victim).unwrap(), b"whole");
    }
}
