//! Links, pipes and devices that somebody put into a store, and names that lie in wait.

use super::below;
use crate::support::{Icpctl, Output};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

fn user() -> Icpctl {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.write("paper.png", b"\x89PNG\r\n\x1a\n not much of a picture");
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site shop.example.com --ref draft",
        "cancel-site tea.example.com --ref pending --submit --yes",
        "list",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// Runs a line, and does not wait for ever.
fn ends(user: &Icpctl, line: &str) -> Output {
    let child = user
        .command(line.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    let (told, over) = std::sync::mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        let late = over.recv_timeout(Duration::from_mins(1))
            == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        if late {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        late
    });
    let out = child.wait_with_output().unwrap();
    drop(told);
    assert!(!guard.join().unwrap(), "{line} hangs");
    Output {
        code: out.status.code().unwrap_or(-1),
        stdout: String::from_utf8(out.stdout).unwrap(),
        stderr: String::from_utf8(out.stderr).unwrap(),
    }
}

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

/// Readers and writers of every part of a store.
const LINES: [&str; 14] = [
    "list --all",
    "portfolio",
    "status",
    "show ref:draft",
    "log",
    "check --all",
    "doctor",
    "notice list",
    "export",
    "cancel-site docs.example.com --ref other",
    "submit ref:draft --yes",
    "attach ref:pending paper.png --as other",
    "doctor --fix --yes",
    "undo",
];

#[test]
fn nothing_in_a_store_hangs_anybody() {
    let user = user();
    let at = |name: &str| {
        let path = user.home().join(".icpctl").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    pipe(&at("orders/zz/zzzzzzz2.toml"));
    symlink("/dev/zero", at("orders/zz/zzzzzzz3.toml")).unwrap();
    pipe(&at("subjects/京ICP备2099000001号.toml"));
    symlink("/dev/zero", at("providers.d/zero.toml")).unwrap();
    pipe(&at("providers.d/pipe.toml"));
    pipe(&at("rules.d/pipe.toml"));
    symlink("/dev/zero", at("rules.d/zero.toml")).unwrap();
    pipe(&at("calendar.toml"));
    pipe(&at("files/pipe"));
    let deep: PathBuf = at(&format!("orders/{}", "d/".repeat(200)));
    std::fs::create_dir_all(&deep).unwrap();
    symlink("..", at("orders/loop")).unwrap();
    for n in 0..3000 {
        std::fs::write(at(&format!("orders/yy/.{n}.swp")), "").unwrap();
    }
    for line in LINES {
        let out = ends(&user, line);
        assert!((0..=12).contains(&out.code), "{line}: {out:?}");
        assert!(!out.stderr.contains("panicked"), "{line}: {out:?}");
    }
}

#[test]
fn a_pipe_or_device_given_as_a_file_hangs_nobody() {
    let user = user();
    pipe(&user.home().join("pipe.toml"));
    symlink("/dev/zero", user.home().join("zero.toml")).unwrap();
    std::fs::create_dir(user.home().join("folder.toml")).unwrap();
    for file in ["folder.toml"] {
        for line in [
            "new --from",
            "adopt --from",
            "import",
            "record --from",
            "batch check",
            "check",
            "calendar update --from",
        ] {
            let out = ends(&user, &format!("{line} {file}"));
            assert!(matches!(out.code, 1..=4), "{line} {file}: {out:?}");
        }
        let out = ends(&user, &format!("attach ref:draft {file} --as other"));
        assert!(matches!(out.code, 1..=4), "attach {file}: {out:?}");
    }
    let out = ends(&user, "attach ref:draft zero.toml --as other");
    assert!(matches!(out.code, 1..=4), "{out:?}");
    let out = ends(&user, "attach ref:draft pipe.toml --as other");
    assert!(matches!(out.code, 1..=4), "{out:?}");
}

/// A victim outside, and what it holds.
struct Victim(PathBuf);

impl Victim {
    fn new(user: &Icpctl) -> Self {
        let path = user.write("victim/keep.toml", "whole");
        for name in ["file", "store.lock"] {
            user.write(&format!("victim/{name}"), "whole");
        }
        Self(path.parent().unwrap().to_owned())
    }

    fn is_whole(&self, what: &str) {
        let found = below(&self.0);
        assert_eq!(found.len(), 3, "{what}: {found:?}");
        for path in found {
            assert_eq!(std::fs::read(&path).unwrap(), b"whole", "{what}");
        }
    }
}

#[test]
fn a_link_in_a_store_is_not_followed() {
    // What is put where, and by what it is replaced.
    let order = |user: &Icpctl| {
        below(&user.home().join(".icpctl/orders"))
            .into_iter()
            .find(|path| path.is_file())
            .unwrap()
    };
    type Place = fn(&Path, &Path) -> PathBuf;
    let places: [(&str, Place, &str); 7] = [
        ("order", |_, order| order.to_owned(), "file"),
        ("shard", |_, order| order.parent().unwrap().to_owned(), ""),
        ("orders", |store, _| store.join("orders"), ""),
        ("subjects", |store, _| store.join("subjects"), ""),
        ("files", |store, _| store.join("files"), ""),
        ("locks", |store, _| store.join("locks"), ""),
        (
            "lock",
            |store, _| store.join("locks/store.lock"),
            "store.lock",
        ),
    ];
    for (name, place, target) in places {
        let user = user();
        let victim = Victim::new(&user);
        let path = place(&user.home().join(".icpctl"), &order(&user));
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap();
        } else {
            let _ = std::fs::remove_file(&path);
        }
        symlink(victim.0.join(target), &path).unwrap();
        for line in LINES {
            let out = ends(&user, line);
            assert!((0..=12).contains(&out.code), "{name} {line}: {out:?}");
            assert!(!out.stdout.contains("whole"), "{name} {line}: {out:?}");
            victim.is_whole(&format!("{name}: {line}"));
        }
    }
}

/// A link that leads to a store is not picked up on the way; one that is named is meant.
#[test]
fn a_linked_store_is_used_only_when_it_is_named() {
    let user = user();
    std::fs::create_dir(user.home().join("desk")).unwrap();
    symlink(
        user.home().join(".icpctl"),
        user.home().join("desk/.icpctl"),
    )
    .unwrap();
    std::fs::rename(user.home().join(".icpctl"), user.home().join("real")).unwrap();
    let link = user.home().join("desk/.icpctl");
    std::fs::remove_file(&link).unwrap();
    symlink(user.home().join("real"), &link).unwrap();
    let upwards = user
        .command(["list", "--json"])
        .current_dir(user.home().join("desk"))
        .output()
        .unwrap();
    let text = String::from_utf8(upwards.stdout).unwrap();
    assert!(
        text.contains("foreign-folder") && !text.contains("\"draft\""),
        "{text}"
    );
    let named = user
        .run(["list", "--json", "--store", "desk/.icpctl"])
        .exits(0);
    assert!(named.stdout.contains("\"draft\""));
}

/// Names that a temporary might get lie there as links: the victim stays, the work is done.
#[test]
fn a_planted_name_neither_redirects_nor_blocks() {
    let user = user();
    let victim = Victim::new(&user);
    let cache = user.home().join("cache");
    let store = user.home().join(".icpctl");
    let mut folders = vec![user.home().to_owned(), store.clone()];
    folders.extend(
        below(&store)
            .into_iter()
            .chain(below(&cache))
            .filter(|p| p.is_dir()),
    );
    for folder in folders {
        for name in [
            ".tmp",
            "tmp",
            ".plan.json.tmp",
            ".out.json.tmp",
            "journal",
            "intent",
            ".intent.tmp",
        ] {
            let _ = symlink(victim.0.join("file"), folder.join(name));
        }
    }
    for name in below(&cache).into_iter().filter(|p| p.is_file()) {
        std::fs::remove_file(&name).unwrap();
        symlink(victim.0.join("file"), &name).unwrap();
    }
    symlink(victim.0.join("file"), user.home().join("out.json")).unwrap();
    symlink(victim.0.join("file"), user.home().join("plan.json")).unwrap();
    user.write(
        "batch.csv",
        "ref,kind,target\nb1,cancel-site,docs.example.com\n",
    );
    for line in [
        "list --all",
        "cancel-site docs.example.com --ref other",
        "submit ref:draft --yes",
        "export --reveal --format json --out out.json",
        "batch plan batch.csv --out plan.json",
        "list --all",
    ] {
        ends(&user, line).exits(0);
        victim.is_whole(line);
    }
}

/// A store of many files is read in the time that its files take.
#[test]
fn many_files_hang_nobody() {
    let user = user();
    let orders = user.home().join(".icpctl/orders/xx");
    std::fs::create_dir_all(&orders).unwrap();
    for n in 0..2000 {
        std::fs::write(orders.join(format!("xx{n:06}.toml")), "no order").unwrap();
    }
    let since = Instant::now();
    let out = ends(&user, "list --all --json");
    assert!((0..=3).contains(&out.code), "{out:?}");
    assert!(since.elapsed() < Duration::from_mins(1));
}
