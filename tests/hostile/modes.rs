//! Who may read what icpctl writes, and whose files it reads.

use super::below;
use crate::support::{Icpctl, give_away};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a line under a umask.
fn under(umask: &str, user: &Icpctl, line: &str) -> Output {
    let plain = user.command(line.split(' '));
    Command::new("sh")
        .arg("-c")
        .arg(format!("umask {umask}; exec \"$0\" \"$@\""))
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(user.home())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn whatever_the_umask_only_the_owner_reads() {
    for umask in ["000", "777"] {
        let user = Icpctl::new();
        // Under 777 nobody but root enters the folders above the cache that the system would make.
        for folder in ["cache/icpctl", "config/icpctl", "data", "out"] {
            std::fs::create_dir_all(user.home().join(folder)).unwrap();
        }
        user.write(
            "in/agency.jsonl",
            include_str!("../../examples/agency.jsonl"),
        );
        user.write(
            "in/new.toml",
            include_str!("../../examples/dossiers/new.toml"),
        );
        user.write("in/paper.png", b"\x89PNG\r\n\x1a\n not much of a picture");
        user.write(
            "in/batch.csv",
            "ref,kind,target\nb1,cancel-site,docs.example.com\n",
        );
        user.write("in/bad.toml", "no order");
        for line in [
            "init",
            "adopt --from in/agency.jsonl",
            "new --from in/new.toml --ref new --submit --yes",
            "attach ref:new in/paper.png --as other",
            "list --all",
            "verify docs.example.com --offline",
            "notice add shop.example.com --class service-contact-dead",
            "batch plan in/batch.csv --out out/plan.json",
            "batch apply in/batch.csv",
            "export --reveal --format json --out out/all.json",
            "export --format csv --out out/all.csv",
            "undo",
            "list --all",
            "doctor --fix --yes",
        ] {
            let out = under(umask, &user, line);
            assert!(
                out.status.success(),
                "{umask} {line}: {}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
        let mut kinds = 0;
        for part in [".icpctl", "out", "cache/icpctl"] {
            for path in below(&user.home().join(part)) {
                let wanted = if path.is_dir() { 0o700 } else { 0o600 };
                let is = mode(&path);
                let inside = path.strip_prefix(user.home()).unwrap().display();
                if part == "cache/icpctl" {
                    assert_eq!(is & 0o077, 0, "{umask} {inside}: {is:o}");
                } else {
                    assert_eq!(is, wanted, "{umask} {inside}: {is:o}");
                }
                kinds += 1;
            }
        }
        assert!(kinds > 20, "{kinds}");
    }
}

#[test]
fn a_store_open_to_others_is_warned_of() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let store = user.home().join(".icpctl");
    for (bits, loose) in [(0o700, false), (0o750, true), (0o701, true), (0o777, true)] {
        std::fs::set_permissions(&store, Permissions::from_mode(bits)).unwrap();
        for words in [
            &["list", "--json"][..],
            &["status", "--json"],
            &["show", "x", "--json"],
        ] {
            let out = user.run(words);
            assert_eq!(
                out.stdout.contains("loose-permissions"),
                loose,
                "{bits:o} {words:?}"
            );
        }
        let out = user.run(["list"]);
        assert_eq!(out.stderr.contains("chmod 700"), loose, "{bits:o}");
    }
}

#[test]
fn a_store_of_another_user_is_never_picked_up() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let trap = user.home().join("shared");
    std::fs::create_dir_all(trap.join("desk")).unwrap();
    user.run(["init", "--store", "shared/.icpctl"]).exits(0);
    user.write("shared/.icpctl/providers.d/trap.toml", "schema = 99");
    for path in below(&trap.join(".icpctl"))
        .into_iter()
        .chain([trap.join(".icpctl")])
    {
        if !give_away(&path) {
            return;
        }
    }
    let out = user
        .command(["provider", "list", "--json"])
        .current_dir(trap.join("desk"))
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{text}");
    assert!(
        text.contains("foreign-folder") && !text.contains("trap"),
        "{text}"
    );
    // What is named is meant.
    let shown = user.run(["config", "show", "--json", "--store", "shared/.icpctl"]);
    assert!(shown.stdout.contains("shared/.icpctl"), "{shown:?}");
}

/// No configuration is looked for on the way, whoever owns it.
#[test]
fn no_configuration_lies_in_wait_in_a_folder() {
    let user = Icpctl::new();
    for name in [
        "config.toml",
        "icpctl.toml",
        ".icpctl.toml",
        ".icpctl/config.toml",
        ".config/icpctl/config.toml",
    ] {
        user.write(&format!("desk/{name}"), "this is no configuration");
    }
    let desk = user.home().join("desk");
    std::fs::set_permissions(desk.join(".icpctl"), Permissions::from_mode(0o700)).unwrap();
    let out = user
        .command(["config", "path"])
        .current_dir(&desk)
        .output()
        .unwrap();
    let path = String::from_utf8(out.stdout).unwrap();
    assert!(
        path.contains("config/icpctl/config.toml") && !path.contains("desk"),
        "{path}"
    );
    let out = user
        .command(["number", "粤ICP备2021000001号"])
        .current_dir(&desk)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// `doctor --fix` tightens the store's own folder too, and says what it could not tighten.
#[test]
fn doctor_tightens_the_store_itself() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let store = user.home().join(".icpctl");
    let loosen = |bits| std::fs::set_permissions(&store, Permissions::from_mode(bits)).unwrap();
    loosen(0o777);
    let told = user.run(["doctor", "--json"]).exits(0).json();
    let warnings = told["warnings"].to_string();
    assert_eq!(warnings.matches("loose-permissions").count(), 1);
    let mended = user.run(["doctor", "--fix", "--json"]).exits(0).json();
    assert_eq!(mode(&store), 0o700);
    assert_eq!(mended["warnings"], serde_json::json!([]));
    assert_eq!(mended["data"]["tightened"], 1);
    assert_eq!(mended["changed"], true);

    // Whoever does not own it is told that it could not be done.
    loosen(0o755);
    std::fs::set_permissions(user.home(), Permissions::from_mode(0o755)).unwrap();
    for path in below(&store) {
        let bits = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
    }
    let mut stranger = user.command(["doctor", "--fix", "--json", "--store", ".icpctl"]);
    let Ok(out) = stranger.uid(65533).gid(65533).output() else {
        eprintln!("NOT RUN: only root can act as another user");
        return;
    };
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(3), "{text}");
    assert!(text.contains("loose-permissions"), "{text}");
    assert!(text.contains("permission denied"), "{text}");
    assert_eq!(mode(&store), 0o755);
}

/// What is to be typed can be typed, whatever the store's folder is called.
#[test]
fn doctor_names_a_store_with_blanks_as_one_word() {
    let user = Icpctl::new();
    user.run(["init", "our own"]).exits(0);
    let store = user.home().join("our own/.icpctl");
    let pipe = store.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    std::fs::set_permissions(&pipe, Permissions::from_mode(0o644)).unwrap();
    let words = ["doctor", "--fix", "--store", "our own"];
    let told = user.run(words).exits(3).stderr;
    let word = format!("'{}'", store.display());
    assert!(told.contains(&format!("chmod -R go= {word}")), "{told}");
}
