//! What is erased is nowhere any more.

use super::below;
use super::scene::desk;

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
        let _ = user.run(line.split(' '));
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
    let _ = user.run(["list", "--all"]);
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
