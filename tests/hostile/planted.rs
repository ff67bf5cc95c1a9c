//! Links, pipes and devices that somebody put into a store, and names that lie in wait.

use super::below;
use crate::support::{Icpctl, NOBODY, Output, PATIENCE, give_away, hold};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn user() -> Icpctl {
    // Lines that run at once wait for one another.
    let user = Icpctl::new().env("ICPCTL_LOCK_TIMEOUT", "10m");
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
        let late = over.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
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

/// Every way in which a user names a file; `{}` is the file.
const NAMED: [&str; 25] = [
    "new --from {}",
    "access --from {}",
    "change --from {}",
    "cancel-site --from {}",
    "cancel-subject --from {}",
    "cancel-access --from {}",
    "edit ref:draft --from {}",
    "attach ref:draft {} --as other",
    "adopt --from {}",
    "import {}",
    "import --from {}",
    "record --from {}",
    "batch check {}",
    "batch plan {}",
    "batch show {}",
    "batch apply {}",
    "check {}",
    "calendar update {}",
    "list --config {}",
    "init elsewhere --config {}",
    "list --store {}",
    // Where a file is written, none is made in the place of something else.
    "export --out {}",
    "batch plan batch.csv --out {}",
    "export --format ics --out {}",
    "man {}",
];

/// "`<(command)` works", for what is attached too, and is read to the same limit as a file.
#[test]
fn what_a_command_prints_can_be_attached() {
    let user = user();
    let attach = |name: &'static str, size: usize| {
        let path = user.home().join(name);
        pipe(&path);
        let held = hold(&path);
        std::thread::spawn(move || {
            let mut scan = b"\x89PNG\r\n\x1a\n".to_vec();
            scan.resize(size, b'x');
            // Whoever reads to a limit hangs up before the end.
            let _ = std::fs::write(path, scan);
            drop(held);
        });
        ends(&user, &format!("attach ref:draft {name} --as other --json"))
    };
    let done = attach("scan.png", 200_000).exits(0).json();
    let sizes = user.home().join(".icpctl/files");
    let sizes = below(&sizes)
        .into_iter()
        .map(|path| path.metadata().unwrap().len());
    assert!(sizes.collect::<Vec<_>>().contains(&200_000), "{done}");
    let refused = attach("endless.png", (64 << 20) + 1).exits(3).json();
    assert_eq!(refused["error"]["code"], "invalid.attachment");
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("64 MiB")
    );
}

#[test]
fn a_pipe_device_or_folder_given_as_a_file_hangs_nobody() {
    let user = user();
    pipe(&user.home().join("pipe.toml"));
    symlink("/dev/zero", user.home().join("zero.toml")).unwrap();
    symlink("/dev/full", user.home().join("full.csv")).unwrap();
    std::fs::create_dir(user.home().join("folder.toml")).unwrap();
    user.write(
        "batch.csv",
        "ref,kind,target,from\nb1,cancel-site,docs.example.com,\n",
    );
    let listed = || {
        let mut found = below(user.home());
        let own = [".icpctl", "cache"].map(|name| user.home().join(name));
        found.retain(|path| !own.iter().any(|folder| path.starts_with(folder)));
        found
    };
    let before = listed();
    let files = [
        "pipe.toml",
        "zero.toml",
        "full.csv",
        "/dev/zero",
        "folder.toml",
    ];
    // A pipe is given a second in which somebody might write to it.
    std::thread::scope(|scope| {
        for file in files {
            let user = &user;
            scope.spawn(move || {
                for line in NAMED {
                    if line.starts_with("man") && file == "folder.toml" {
                        continue;
                    }
                    let line = line.replace("{}", file);
                    let out = ends(user, &line);
                    assert!(matches!(out.code, 1 | 3 | 4), "{line}: {out:?}");
                    assert!(out.stderr.contains(file), "{line}: {out:?}");
                    assert!(!out.stderr.contains("panicked"), "{line}: {out:?}");
                }
            });
        }
    });
    assert_eq!(listed(), before);
    // Within a batch, as a dossier and its papers.
    for file in ["pipe.toml", "zero.toml"] {
        user.write("rows.csv", format!("ref,kind,from\nb1,new,{file}\n"));
        ends(&user, "batch check rows.csv").exits(3);
        let dossier = include_str!("../../examples/dossiers/new.toml");
        user.write(
            "dossier.toml",
            format!("{dossier}\n[[materials]]\nslot = \"other\"\nfile = \"{file}\"\n"),
        );
        for line in ["new --from dossier.toml", "check dossier.toml"] {
            let out = ends(&user, line);
            assert_eq!(out.code, 3, "{line}: {out:?}");
        }
    }
    // Beside the configuration: what cannot be read is a warning.
    pipe(&{
        let path = user.home().join("config/icpctl/rules.d/pipe.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    });
    symlink(
        "/dev/zero",
        user.home().join("config/icpctl/rules.d/zero.toml"),
    )
    .unwrap();
    let out = ends(&user, "rules --json").exits(0);
    assert_eq!(out.stdout.matches("invalid-rule-file").count(), 2);
    pipe(&user.home().join("config/icpctl/config.toml"));
    ends(&user, "list").exits(3);
}

/// An input without an end, on standard input, ends at the limit.
#[test]
fn an_endless_input_ends_at_the_limit() {
    let user = user();
    for (endless, lines) in [
        (
            "/dev/zero",
            &["new --from -", "import -", "adopt --from -"][..],
        ),
        ("yes '{\"type\":\"thing\"}' |", &["import -"]),
        (
            "yes 'order,x' |",
            &["import -", "record --from -", "batch check -"],
        ),
        ("(echo type,record; yes 'order,\"') |", &["import -"]),
        (
            "(printf '{\"a\":\"'; cat /dev/zero) |",
            &["import -", "new --from -"],
        ),
    ] {
        for line in lines {
            let plain = user.command(line.split(' '));
            let script = if endless.starts_with('/') {
                format!("exec \"$0\" \"$@\" <{endless}")
            } else {
                format!("{endless} \"$0\" \"$@\"")
            };
            let out = std::process::Command::new("sh")
                .args(["-c", &script])
                .arg(plain.get_program())
                .args(plain.get_args())
                .current_dir(user.home())
                .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))))
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&out.stderr);
            assert_eq!(out.status.code(), Some(3), "{endless} {line}: {told:.400}");
        }
    }
}

/// A pipe that somebody writes to is read like a file.
#[test]
fn a_pipe_that_is_written_to_is_read() {
    let user = user();
    let path = user.home().join("rows");
    pipe(&path);
    let rows = "ref,kind,target\nb1,cancel-site,docs.example.com\n";
    let held = hold(&path);
    let writer = std::thread::spawn(move || {
        let written = std::fs::write(path, rows);
        drop(held);
        written
    });
    ends(&user, "batch apply rows").exits(0);
    writer.join().unwrap().unwrap();
    let piped = Icpctl::new().stdin("kind = 5");
    let out = piped.run(["check", "/dev/stdin"]).exits(3);
    assert!(out.stdout.contains("/dev/stdin:1:"), "{out:?}");
    // The usual way to say that there is no configuration.
    user.run(["list", "--config", "/dev/null"]).exits(0);
}

/// In a folder where everybody may write, and nobody may remove what is another's.
#[test]
fn another_user_of_a_sticky_folder_cannot_lead_a_write_astray() {
    use std::os::unix::fs::PermissionsExt as _;
    let user = user();
    let shared = user.home().join("shared");
    std::fs::create_dir(&shared).unwrap();
    let open = std::fs::Permissions::from_mode(0o1777);
    std::fs::set_permissions(&shared, open.clone()).unwrap();
    let victim = Victim::new(&user);
    let theirs = shared.join("out.json");
    symlink(victim.0.join("file"), &theirs).unwrap();
    if !give_away(&theirs) {
        return;
    }
    // Another's link is not written through; it is replaced or refused.
    let out = ends(&user, "export --format json --out shared/out.json");
    assert!(matches!(out.code, 0 | 1 | 3), "{out:?}");
    victim.is_whole("a link in a sticky folder");
    // A store in such a folder, in which another user planted links.
    user.run(["init", "--store", "shared/.icpctl"]).exits(0);
    let store = shared.join(".icpctl");
    std::fs::set_permissions(&store, open).unwrap();
    for (name, to) in [
        ("orders", ""),
        ("subjects", ""),
        ("files", ""),
        ("intent.json", "file"),
        ("rules.d", ""),
    ] {
        let path = store.join(name);
        let _ = std::fs::remove_dir_all(&path);
        symlink(victim.0.join(to), &path).unwrap();
    }
    for line in LINES.into_iter().chain(["adopt --from agency.jsonl"]) {
        let out = ends(&user, &format!("{line} --store shared/.icpctl"));
        assert!((0..=12).contains(&out.code), "{line}: {out:?}");
        victim.is_whole(line);
    }
    // And another user who comes across a store of ours in it leaves it alone.
    std::fs::remove_dir_all(&store).unwrap();
    user.run(["init", "--store", "shared/.icpctl"]).exits(0);
    std::fs::set_permissions(user.home(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let plain = user.command(["list", "--json"]);
    let nobody = NOBODY.to_string();
    let there = std::process::Command::new("setpriv")
        .args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(&shared)
        .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))))
        .output();
    let Ok(there) = there else {
        eprintln!("NOT RUN: setpriv is not there");
        return;
    };
    let told = String::from_utf8_lossy(&there.stdout);
    if there.status.code() == Some(127) || told.is_empty() {
        eprintln!("NOT RUN: another user cannot get at the program: {there:?}");
        return;
    }
    assert!(told.contains("foreign-folder"), "{told}");
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
    for n in 0..12_000 {
        std::fs::write(orders.join(format!("xx{n:06}.toml")), "no order").unwrap();
    }
    for line in [
        "list --all --json",
        "doctor",
        "doctor --json",
        "label shop.example.com a=b",
    ] {
        let out = ends(&user, line);
        assert!((0..=4).contains(&out.code), "{line}: {}", out.code);
    }
}

/// A folder that cannot be made although something of its parent's name stands there.
#[test]
fn a_link_that_leads_nowhere_is_told_of_where_a_store_is_to_be_made() {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    symlink("/nonexistent/volume", user.home().join("link")).unwrap();
    let link = user.home().join("link").display().to_string();
    for words in ["init link/x", "init link", "--store link/st init"] {
        let out = ends(&user, &format!("{words} --json")).exits(1);
        let error = &out.json()["error"];
        assert_eq!(error["code"], "failure.storage", "{words}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&link), "{message}");
        assert!(message.contains("no such file or directory"), "{message}");
    }
    let user = user.env("XDG_DATA_HOME", &format!("{link}/data"));
    let out = ends(&user, "adopt --from agency.jsonl --lang zh").exits(1);
    assert!(out.stderr.contains(&link), "{}", out.stderr);
    assert!(out.stderr.contains("没有这个文件或目录"), "{}", out.stderr);
}

/// "config discovery never from an untrusted folder": what another user left above keeps nobody from
/// making a store below. Only root can leave such a thing here.
#[test]
fn anothers_file_above_makes_no_store_of_a_folder() {
    let user = Icpctl::new();
    let marker = user.home().join("store.toml");
    std::fs::write(&marker, "schema = 1\n").unwrap();
    let below = user.home().join("below");
    let below = below.to_str().unwrap();
    let told = user.run(["init", below]).exits(5);
    assert!(told.stderr.contains("inside the store"), "{told:?}");
    if !give_away(&marker) {
        return;
    }
    user.run(["init", below]).exits(0);
}
