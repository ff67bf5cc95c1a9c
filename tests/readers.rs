//! Reading: an order shown by reading little is the order shown by reading everything, and nothing
//! that only reads writes into the store or waits for it.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use crate::support::Icpctl;
use icpctl::filing::kind::Kind;
use icpctl::store::files::LockMode;
use icpctl::store::{Disk, Files as _, StorePath};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The agency's store with two orders of each kind, keyed by kind and place: the first went as far
/// as `steps` go, the second is a draft.
fn agency(steps: &[&str]) -> (Icpctl, BTreeMap<String, String>) {
    let user = Icpctl::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    user.run(["init"]).exits(0);
    let from = root.join("agency.jsonl").display().to_string();
    user.run(["adopt", "--from", &from]).exits(0);
    let mut orders = BTreeMap::new();
    for kind in Kind::ALL.iter().map(|kind| kind.name()) {
        let from = root.join(format!("dossiers/{kind}.toml"));
        let from = from.display().to_string();
        for place in ["1", "2"] {
            let key = format!("{kind}-{place}");
            let drafted = user.run([kind, "--from", &from, "--ref", &key]).exits(0);
            orders.insert(key, drafted.stdout.trim().to_owned());
        }
    }
    for kind in Kind::ALL.iter().map(|kind| kind.name()) {
        for step in steps {
            let id = &orders[&format!("{kind}-1")];
            let line = match *step {
                "submit" => format!("submit {id} --yes"),
                "rejected" => format!("record {id} rejected --reason blurred"),
                "sms-verified" => format!("record {id} sms-verified --who all"),
                "bureau-approved" if kind == "new" => {
                    let number = "粤ICP备2026000901号";
                    format!("record {id} bureau-approved --number {number} --number {number}-1")
                }
                report => format!("record {id} {report}"),
            };
            // Some kinds skip a step, and a cancelled subject takes its sites with it.
            let _ = user.run(line.split(' '));
        }
    }
    (user, orders)
}

/// A list in JSON reads every record; showing one order reads what bears on it.
#[test]
fn an_order_is_shown_as_it_is_listed() {
    let mut statuses = BTreeSet::new();
    for steps in [
        &["submit", "rejected"][..],
        &["submit", "accepted", "forwarded"],
        &[
            "submit",
            "accepted",
            "forwarded",
            "sms-verified",
            "bureau-approved",
        ],
    ] {
        let (user, orders) = agency(steps);
        let listed = user.run(["list", "--all", "--json"]).exits(0).json();
        let listed = listed["data"].as_array().unwrap();
        assert_eq!(listed.len(), orders.len());
        for (key, id) in &orders {
            let whole = listed.iter().find(|order| order["id"] == **id).unwrap();
            let by_key = format!("ref:{key}");
            for word in [id, &id[..6], &by_key] {
                let shown = user.run(["show", word, "--json"]).exits(0).json();
                assert_eq!(shown["data"], *whole, "{word} after {steps:?}");
                assert_eq!(shown["warnings"], Value::Array(Vec::new()));
            }
            statuses.insert(whole["status"].as_str().unwrap().to_owned());
        }
    }
    for status in [
        "draft",
        "provider-rejected",
        "sms-verification-pending",
        "approved",
    ] {
        assert!(statuses.contains(status), "{statuses:?}");
    }
}

/// Every path below a folder, with what changes when it is touched.
fn marks(folder: &Path, into: &mut BTreeMap<PathBuf, (SystemTime, u64)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let about = fs::symlink_metadata(&path).unwrap();
        into.insert(path.clone(), (about.modified().unwrap(), about.len()));
        if about.is_dir() {
            marks(&path, into);
        }
    }
}

#[test]
fn reading_leaves_the_store_as_it_is_and_waits_for_no_writer() {
    let (user, orders) = agency(&["submit"]);
    let id = &orders["change-2"];
    let store = user.home().join(".icpctl");
    let seen = || {
        let mut all = BTreeMap::new();
        marks(&store, &mut all);
        let about = fs::metadata(&store).unwrap();
        all.insert(store.clone(), (about.modified().unwrap(), 0));
        all
    };
    let before = seen();
    let disk = Disk::open(&store).unwrap();
    let lock = StorePath::parse("locks/store.lock").unwrap();
    let held = disk.try_lock(&lock, LockMode::Exclusive).unwrap();
    assert!(held.is_some(), "nobody else has it");
    for line in [
        "list",
        "list --all",
        "list --json",
        "status",
        "status --json",
        "portfolio",
        "portfolio --json",
        "agenda",
        "log",
        "search example",
        "export --out exported.jsonl",
        "check --all",
        "duty list",
        "rules",
        &format!("show {id}"),
        &format!("show {id} --json"),
        &format!("status {id}"),
        &format!("submit {id} --dry-run"),
    ] {
        let words = line.split(' ').chain(["--lock-timeout", "0s"]);
        let code = user.run(words).code;
        assert!(code < 6, "{line}: {code}");
        assert_eq!(seen(), before, "{line}");
    }
}
