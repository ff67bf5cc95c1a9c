//! Names that try to leave the store, at every entrance.

use super::below;
use crate::support::Icpctl;
use serde_json::Value;
use std::path::PathBuf;

const NAMES: [&str; 14] = [
    "../x",
    "../../../../tmp/x",
    "a/b",
    "/etc/passwd",
    ".",
    "..",
    "CON",
    "nul.txt",
    "%2e%2e%2fx",
    "k3m9t2qd/../x",
    "ｋ３ｍ９ｔ２ｑｄ",
    "к3m9t2qd",
    "..\\x",
    "a\u{202e}b",
];

fn names() -> Vec<String> {
    let long = ["x".repeat(300), "../".repeat(100)];
    NAMES.iter().map(|n| (*n).to_owned()).chain(long).collect()
}

/// A store, a desk in the middle of folders, and an order.
fn user() -> Icpctl {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.write("paper.png", b"\x89PNG\r\n\x1a\n not much of a picture");
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site shop.example.com --ref draft",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// Everything outside the store and the cache, and every name in it.
fn world(user: &Icpctl) -> Vec<PathBuf> {
    let own = [".icpctl", "cache"].map(|name| user.home().join(name));
    below(user.home())
        .into_iter()
        .filter(|path| !own.iter().any(|folder| path.starts_with(folder)))
        .collect()
}

#[test]
fn no_argument_leads_out_of_the_store() {
    let user = user();
    let store = below(&user.home().join(".icpctl"));
    let before = world(&user);
    for name in names() {
        for line in [
            "show {}",
            "log {}",
            "guide {}",
            "edit {} --set account=1",
            "attach {} paper.png --as other",
            "submit {} --yes",
            "record {} accepted",
            "abandon {} --yes",
            "label {} a=b",
            "note {} a",
            "undo {}",
            "erase {} --yes",
            "wait {} --timeout 0",
            "sync {} --offline",
            "gone {} --because bureau --yes",
            "schema {}",
            "explain {}",
            "provider show {}",
            "cancel-site {}",
            "notice resolve {}",
            "notice add {} --class domain-expired",
        ] {
            let words = line.split(' ').map(|word| word.replace("{}", &name));
            let out = user.run(words);
            assert!(
                matches!(out.code, 2..=4),
                "{line} {name}: {} {}",
                out.code,
                out.stderr
            );
        }
    }
    for words in [["show", "-rf"], ["erase", "-rf"], ["undo", "--"]] {
        assert!(matches!(user.run(words).code, 2 | 4 | 5 | 7 | 0));
    }
    assert_eq!(world(&user), before);
    let locks = user.home().join(".icpctl/locks");
    let after = below(&user.home().join(".icpctl"));
    let made: Vec<_> = after
        .iter()
        .filter(|path| !store.contains(path) && !path.starts_with(&locks))
        .collect();
    // `undo --` alone is an undo of the last operation, which only rewrites.
    assert!(made.is_empty(), "{made:?}");
}

/// A ref, an account and a label may be any text, since no file is named after them.
#[test]
fn free_keys_name_no_file() {
    let user = user();
    let before = world(&user);
    for (n, name) in names().iter().enumerate() {
        let label = format!("k={name}");
        let words = [
            "cancel-site",
            "docs.example.com",
            "--ref",
            name,
            "--account",
            name,
            "--label",
            &label,
        ];
        let out = user.run(words);
        assert!(matches!(out.code, 0 | 2 | 3), "{n} {name}: {}", out.stderr);
    }
    assert_eq!(world(&user), before);
    for path in below(&user.home().join(".icpctl")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.is_ascii() || name.contains("备"), "{name}");
        assert!(name.len() < 80 && !name.contains("x%") && !name.starts_with(".."));
    }
}

#[test]
fn no_file_brings_a_name_that_leads_out() {
    let user = user();
    let exported = user
        .run(["export", "--reveal", "--format", "jsonl"])
        .exits(0)
        .stdout;
    let order = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["ref"] == "draft" || line["order"]["ref"] == "draft");
    let order = order.expect("the order is exported");
    let id = order["id"].as_str().or(order["order"]["id"].as_str());
    let id = id.expect("an order has an id").to_owned();
    let before = world(&user);
    for name in names() {
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let cell = format!("\"{name}\"");
        let brought = exported.replace(&json(&id), &json(&name));
        assert_ne!(brought, exported);
        user.write("x.jsonl", brought);
        user.write("record.csv", format!("order,event\n{cell},accepted\n"));
        user.write(
            "batch.csv",
            format!("ref,kind,target\nb1,cancel-site,{cell}\n"),
        );
        user.write(
            "adopt.csv",
            format!("number,name,domains\n{cell},示例,example.com\n"),
        );
        user.write(
            "x.toml",
            format!(
                "kind = \"cancel-site\"\ntarget = [{}]\nafter = {}\n",
                json(&name),
                json(&name)
            ),
        );
        for line in [
            "import x.jsonl",
            "record --from record.csv",
            "batch apply batch.csv",
            "adopt --from adopt.csv",
            "cancel-site --from x.toml",
        ] {
            let out = user.run(line.split(' '));
            assert!(
                matches!(out.code, 3..=5 | 7),
                "{line} {name}: {} {}",
                out.code,
                out.stderr
            );
        }
    }
    for name in ["x.jsonl", "record.csv", "batch.csv", "adopt.csv", "x.toml"] {
        std::fs::remove_file(user.home().join(name)).unwrap();
    }
    assert_eq!(world(&user), before);
}

/// The name of a record's file is its id, or the record is damaged.
#[test]
fn a_record_under_another_name_is_damaged() {
    let user = user();
    let file = below(&user.home().join(".icpctl/orders"))
        .into_iter()
        .find(|path| path.is_file())
        .unwrap();
    let text = std::fs::read(&file).unwrap();
    user.write(".icpctl/orders/zz/zzzzzzz2.toml", &text);
    let out = user.run(["doctor", "--json"]);
    assert_ne!(out.code, 0, "{}", out.stdout);
    assert!(out.stdout.contains("zzzzzzz2"), "{}", out.stdout);
}
