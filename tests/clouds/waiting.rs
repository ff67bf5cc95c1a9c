//! `wait` where somebody can be asked: what they show ends the waiting, and nothing is written.

use super::contradicting::{DOCS, World, remove};
use crate::support::web::{Answer, Web};
use crate::support::{PATIENT, until};
use serde_json::{Value, json};
use std::process::Stdio;

const ORDER: &str = "cancel-site docs.example.com --provider alibaba --submit --yes";

/// The last record of a run of `wait`.
fn summary(output: &str) -> Value {
    serde_json::from_str(output.lines().last().unwrap()).unwrap()
}

#[test]
fn what_the_sources_show_ends_the_waiting_and_is_not_written() {
    let world = World::new();
    let order = world.send(ORDER);
    let look = |code| {
        let args = ["wait", &order, "--timeout", "0", "--json"];
        world.user.run(args).exits(code).stdout
    };
    assert_eq!(summary(&look(8))["orders"][0]["source"], Value::Null);
    world.account(|subject| remove(subject, DOCS));
    // The record still has it.
    assert_eq!(summary(&look(8))["orders"][0]["met"], false);
    world.record(|all| all.retain(|one| one.1 != DOCS));
    let before = world.order(&order);
    let out = look(0);
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[1]["type"], &lines[1]["to"]),
        (&json!("change"), &json!("approved"))
    );
    let row = &summary(&out)["orders"][0];
    assert_eq!(
        (&row["met"], &row["source"]),
        (&json!(true), &json!("alibaba"))
    );
    assert_eq!(world.order(&order), before);
    let told = world.user.run(["wait", &order, "--timeout", "0"]).exits(0);
    assert!(
        told.stderr.contains(&format!("icpctl sync {order}")),
        "{told:?}"
    );
    // What was not waited for has come instead.
    let args = ["wait", &order, "--timeout", "0", "--for", "lapsed"];
    world.user.run(args).exits(9);
}

#[test]
fn whoever_cannot_be_asked_leaves_the_store_to_be_waited_for() {
    let world = World::new();
    let order = world.send(ORDER);
    world.account(|subject| remove(subject, DOCS));
    world.record(|all| all.retain(|one| one.1 != DOCS));
    let args = ["wait", &order, "--timeout", "0", "--json"];
    let offline = world.user.run(args.iter().chain(&["--offline"])).exits(8);
    assert_eq!(summary(&offline.stdout)["warnings"], json!([]));
    let no_key = [("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARYwrong")];
    let denied = world.user.run_with(&no_key, args).exits(0);
    let summary = summary(&denied.stdout);
    assert_eq!(summary["warnings"][0]["code"], "source-unavailable");
    assert_eq!(summary["orders"][0]["source"], "public-record");
}

#[test]
fn a_source_that_does_not_answer_holds_up_neither_the_limit_nor_a_signal() {
    let world = World::new();
    let order = world.send(ORDER);
    let silent = || {
        let silent = Web::http(|_| Answer::Silent);
        let config = format!(
            "[network]\nretries = 0\n{PATIENT}[alibaba.endpoints]\ncompanyreg = \"{}\"\n",
            silent.url("/")
        );
        world.user.write("config/icpctl/config.toml", config);
        silent
    };
    let first = silent();
    world
        .user
        .run(["wait", &order, "--timeout", "300ms"])
        .exits(8);
    // A pause that no clock can hold is one without an end.
    let pause = ["--interval", "18446744073709551615"];
    let args = ["wait", &order, "--timeout", "300ms"];
    world.user.run(args.iter().chain(&pause)).exits(8);
    drop(first);
    // What the runs before asked may be heard late: another is asked by this one alone.
    let second = silent();
    let mut child = world
        .user
        .command(["wait", &order, "--timeout", "1h"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("a question", || !second.asked().is_empty());
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
