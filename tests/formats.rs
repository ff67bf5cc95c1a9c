//! Stores that earlier versions wrote: every later version must read them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::Icpctl;
use std::path::Path;

/// When the first format's store was left.
const LEFT: &str = "2026-03-06T15:00:00+08:00";

/// A user whose store is a copy of one that is checked in, down to its last byte.
fn keeper_of(store: &str) -> Icpctl {
    let user = Icpctl::new()
        .env("ICPCTL_NOW", LEFT)
        .env("ICPCTL_SEED", "99");
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(store);
    copy(&from, &user.home().join(".icpctl"));
    user
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::write(&target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

#[test]
fn the_first_format_is_read_whole() {
    let user = keeper_of("store-1");
    user.run(["doctor"]).exits(0);
    let orders = user
        .run([
            "list",
            "--all",
            "--format",
            "tsv",
            "--fields",
            "ref,kind,status,presumed,revision",
            "-q",
        ])
        .exits(0);
    let portfolio = user
        .run([
            "portfolio",
            "--format",
            "tsv",
            "--fields",
            "number,labels.tier,services.number,services.domains,risks.code",
            "-q",
        ])
        .exits(0);
    insta::assert_snapshot!(
        "first_format",
        format!("{}\n{}", orders.stdout, portfolio.stdout)
    );
}

#[test]
fn the_first_format_can_be_gone_on_with() {
    let user = keeper_of("store-1");
    let order = user
        .run(["submit", "ref:new", "--yes", "--accept", "MAT-03", "--json"])
        .exits(0)
        .json();
    assert_eq!(order["data"]["status"], "provider-review");
    user.run(["undo"]).exits(0);
    user.run([
        "record",
        "ref:pending",
        "sms-verified",
        "--at",
        "2026-03-06 09:00",
    ])
    .exits(0);
    user.run(["doctor"]).exits(0);
}

#[test]
fn writing_a_record_again_changes_no_byte_of_the_first_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/store-1/orders");
    let mut seen = 0;
    for shard in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(shard.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let order = icpctl::store::order_file::from_toml(name, &bytes).unwrap();
            let again = icpctl::store::order_file::to_toml(&order).unwrap();
            assert_eq!(again, String::from_utf8(bytes).unwrap(), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
}
