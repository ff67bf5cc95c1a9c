//! One order moved at a time: what is read for it is little, and comes to the same as everything.

use crate::support::{Icpctl, Output};
use icpctl::store::files::LockMode;
use icpctl::store::{Disk, Files, StorePath};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A user with the machine's clock and random ids, in a store with filings and drafts.
fn user() -> (Icpctl, Vec<String>) {
    let user = Icpctl::new().env("ICPCTL_NOW", "").env("ICPCTL_SEED", "");
    let filings = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agency.jsonl");
    let filings = filings.display().to_string();
    let _ = user.run(["adopt", "--from", &filings]).exits(0);
    let [taken, free] = crate::scenarios::CERTIFICATES;
    let dossier = crate::scenarios::dossier("tencent").replace(taken, free);
    user.write("new.toml", dossier);
    let lines = [
        "cancel-site 粤ICP备2021000001号-1 --provider tencent",
        "cancel-site 粤ICP备2021000001号-2 --provider tencent",
        "change 浙ICP备2021000002号-1 --provider tencent --set name=新名称",
        "new --from new.toml",
    ];
    let ids = lines.map(|line| {
        let out = user.run(line.split(' ')).exits(0);
        out.stdout.trim().to_owned()
    });
    (user, ids.into())
}

/// What a run said, without what is drawn or timed.
fn said(output: &Output) -> (i32, Value) {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    if key == "op" || key.ends_with("at") {
                        *value = Value::Null;
                    } else {
                        blank(value);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(blank),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut document = output.json();
    blank(&mut document);
    if let Some(message) = document["error"]["message"].as_str() {
        // Times in messages.
        let plain: String = message.chars().filter(|c| !c.is_ascii_digit()).collect();
        document["error"]["message"] = plain.into();
        document["error"]["hints"] = Value::Null;
    }
    (output.code, document)
}

/// A seed makes the program look at everything, alone.
#[test]
fn a_look_at_little_comes_to_the_same_as_a_look_at_everything() {
    let (user, ids) = user();
    let [first, second, change, new] = ids.as_slice() else {
        panic!("{ids:?}");
    };
    let steps = [
        format!("submit {first} --yes"),
        format!("submit {second} --yes"),
        format!("submit {second}"),
        format!("record {first} sms-sent"),
        format!("record {} bureau-rejected", &first[..5]),
        format!("record {first} sms-verified"),
        format!("record {first} bureau-approved"),
        format!("submit {second} --yes"),
        format!("withdraw {second} --yes"),
        format!("submit {change} --yes"),
        format!("record {change} accepted"),
        format!("record {change} forwarded"),
        format!("record {change} sms-verified --who all"),
        format!("record {change} bureau-approved"),
        format!("submit {new} --yes"),
        format!("record {new} rejected --reason 材料不清"),
        format!("submit {new} --yes"),
        format!("record {new} accepted"),
        format!("record {new} forwarded"),
        format!("record {new} sms-verified --who subject"),
        format!("record {new} bureau-approved"),
        format!("abandon {new} --yes"),
        format!("record {new} no-such-event"),
        "record 00000000 accepted".to_owned(),
    ];
    let store = user.home().join("data/icpctl");
    let twin = user.home().join("twin");
    let copied = Command::new("cp").arg("-a").args([&store, &twin]).status();
    assert!(copied.unwrap().success());
    for step in &steps {
        let words: Vec<&str> = step.split(' ').chain(["--json"]).collect();
        let little = user.run(&words);
        let twin = twin.display().to_string();
        let all = user.run_with(&[("ICPCTL_STORE", &twin), ("ICPCTL_SEED", "7")], &words);
        assert_eq!(said(&little), said(&all), "{step}");
    }
}

/// "Writers on different subjects need not wait for each other".
#[test]
fn a_step_of_one_order_goes_on_beside_another_writer_of_single_orders() {
    let (user, ids) = user();
    let disk = Disk::open(&user.home().join("data/icpctl")).unwrap();
    let lock = StorePath::parse("locks/store.lock").unwrap();
    let held = disk.try_lock(&lock, LockMode::Shared).unwrap().unwrap();
    let submit = ["submit", &ids[2], "--yes"];
    let _ = user.run(submit).exits(0);
    let _ = user.run(["record", &ids[2], "accepted"]).exits(0);
    let _ = user.run(["withdraw", &ids[2], "--yes"]).code;
    let now = ["--lock-timeout", "0s"];
    let note = ["note", &ids[2], "x"].into_iter().chain(now);
    let _ = user.run(note).exits(6);
    drop(held);
    let alone = disk.try_lock(&lock, LockMode::Exclusive).unwrap();
    let record = ["record", &ids[2], "forwarded"].into_iter().chain(now);
    let _ = user.run(record).exits(6);
    drop(alone);
}
