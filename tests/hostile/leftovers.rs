//! What is erased is nowhere any more.

use super::below;
use super::scene::desk;
use crate::support::Icpctl;

/// Where of everything below the home folder a text still stands, names included.
fn found(home: &std::path::Path, canary: &str) -> Vec<String> {
    let own = home.join("inputs");
    below(home)
        .into_iter()
        .filter(|path| !path.starts_with(&own))
        .filter(|path| {
            let named = path.display().to_string().contains(canary);
            let bytes = std::fs::read(path).unwrap_or_default();
            named
                || bytes
                    .windows(canary.len())
                    .any(|part| part == canary.as_bytes())
        })
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn an_erased_order_is_gone_from_every_file() {
    let user = desk();
    // Everything that remembers has something to remember.
    for line in [
        "list --all",
        "portfolio",
        "verify ref:person --offline",
        "edit ref:person --set account=1",
        "list --find 黄莺",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    let only_there = [
        "黄莺乙",
        "31010119790909953X",
        "13977770705",
        "鹦鹉大厦8899室",
    ];
    for canary in only_there {
        assert!(!found(user.home(), canary).is_empty(), "{canary}");
    }
    // Another order took the person's name and number for its change.
    for line in ["erase ref:change --yes", "erase ref:person --yes"] {
        user.run(line.split(' ')).exits(0);
    }
    for canary in only_there.into_iter().chain(["a portrait"]) {
        let left = found(user.home(), canary);
        assert!(left.is_empty(), "{canary}: {left:?}");
    }
    user.run(["list", "--all"]).exits(0);
    assert!(found(user.home(), "黄莺乙").is_empty());
}

#[test]
fn an_erased_subject_is_gone_with_its_orders() {
    let user = desk();
    user.run(["list", "--all"]).exits(0);
    assert!(!found(user.home(), "黄莺戊").is_empty());
    // One that is live keeps its subject.
    user.run(["abandon", "ref:noted", "--yes"]).exits(0);
    let said = user
        .run(["erase", "沪ICP备2021000003号", "--yes", "--json"])
        .exits(0);
    // What cannot be reached is said.
    for rest in ["git-history", "backups", "elsewhere", "disk", "shell"] {
        assert!(said.stdout.contains(rest), "{}", said.stdout);
    }
    for canary in ["黄莺戊", "13977770707", "notes.example.org", "2021000003"] {
        let left = found(user.home(), canary);
        assert!(left.is_empty(), "{canary}: {left:?}");
    }
}

/// The attachments that stand in a store.
fn held(user: &Icpctl) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(user.home().join(".icpctl/files"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// An attachment that was taken back stands in the history of its order, and goes with it; one
/// that another order names stays.
#[test]
fn an_attachment_that_was_taken_back_goes_with_its_order() {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.write("scan.png", "a scan of an identity card");
    user.write("other.png", "a scan that two orders name");
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site tea.example.com --ref one",
        "cancel-site toys.example.com --ref two",
        "attach ref:two other.png --as other",
        "undo",
        "attach ref:one scan.png --as cancellation-form",
        "undo",
        "attach ref:one other.png --as other",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    assert_eq!(held(&user).len(), 2);
    // What a history tells is nobody's leftover.
    user.run(["doctor", "--fix"]).exits(0);
    assert_eq!(held(&user).len(), 2);
    let erased = user
        .run(["erase", "ref:one", "--yes", "--json"])
        .exits(0)
        .json();
    assert_eq!(erased["data"]["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(held(&user).len(), 1);
    user.run(["erase", "ref:two", "--yes"]).exits(0);
    assert!(held(&user).is_empty());
}

/// What no record names, as a merge or a killed copy may leave it, is told, and removed when asked.
#[test]
fn doctor_tells_attachments_that_no_order_names() {
    let user = desk();
    let before = held(&user);
    let digest = icpctl::store::Digest::of(b"a scan");
    user.write(&format!(".icpctl/files/{digest}"), "a scan");
    user.write(".icpctl/files/README", "no attachment");
    let told = user.run(["doctor", "--json"]).exits(3).json();
    let findings = told["data"]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["code"], "orphaned-attachment");
    assert_eq!(findings[0]["path"], format!("files/{digest}"));
    // A record that cannot be read may name it.
    let order = below(&user.home().join(".icpctl/orders"))
        .into_iter()
        .find(|path| path.is_file())
        .unwrap();
    let sound = std::fs::read_to_string(&order).unwrap();
    std::fs::write(&order, format!("{sound}\nx = [\"{digest}\"")).unwrap();
    let told = user.run(["doctor", "--fix"]).exits(3);
    assert!(!told.stdout.contains("orphaned-attachment"), "{told:?}");
    std::fs::write(&order, sound).unwrap();
    let mended = user.run(["doctor", "--fix", "--json"]).exits(0).json();
    assert_eq!(mended["changed"], true);
    assert_eq!(mended["data"]["removed"][0], digest.as_str());
    assert_eq!(held(&user).len(), before.len() + 1);
}

/// An export that was killed leaves what it had written; the next one to that folder removes it, and
/// nothing of a run that goes on, nor what is not its own.
#[test]
fn what_a_killed_export_left_goes_with_the_next() {
    let user = desk();
    user.write("out/.icpctl-AbCdEf.tmp", "13912345678");
    let going_on = user.write("out/.icpctl-GoesOn.tmp", "13912345678");
    let held = std::fs::File::open(&going_on).unwrap();
    held.lock().unwrap();
    user.write("out/victim", "whole");
    std::os::unix::fs::symlink("victim", user.home().join("out/.icpctl-linked.tmp")).unwrap();
    let line = "export --reveal --format json --out out/all.json";
    user.run(line.split(' ')).exits(0);
    let mut there: Vec<String> = std::fs::read_dir(user.home().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    let left = [
        ".icpctl-GoesOn.tmp",
        ".icpctl-linked.tmp",
        "all.json",
        "victim",
    ];
    assert_eq!(there, left);
    // As a run leaves it that is killed before the rename.
    let killed = std::process::Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=/^rename", "-e"])
        .args(["inject=/^rename:signal=KILL", "--"])
        .arg(user.command([""]).get_program())
        .args(line.split(' '))
        .current_dir(user.home())
        .envs(
            user.command([""])
                .get_envs()
                .filter_map(|(k, v)| Some((k, v?))),
        )
        .status();
    if killed.is_ok_and(|status| !status.success()) {
        user.run(line.split(' ')).exits(0);
        assert_eq!(
            std::fs::read_dir(user.home().join("out")).unwrap().count(),
            4
        );
    }
}
