//! A clock that goes backwards, and days that are easily got wrong: history is in the order in which
//! it was written.

use crate::scenarios::{MONDAY, Scene};
use serde_json::Value;

fn events(scene: &Scene, at: &str, id: &str) -> Vec<String> {
    let order = scene.order(at, id);
    let told = |entry: &Value| {
        let reason = entry["reason"].as_str().unwrap_or_default();
        format!("{} {reason}", entry["event"].as_str().unwrap())
    };
    order["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(told)
        .collect()
}

#[test]
fn history_keeps_its_order_when_the_clock_goes_backwards() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    // Forwards, then a day, an hour and a second back, and over the ends of a month and a year.
    let clocks = [
        "2026-11-24 10:00:00",
        "2026-11-23 10:00:01",
        "2026-11-24 09:00:00",
        "2026-11-24 08:59:59",
        "2028-02-29 23:59:59",
        "2028-02-28 00:00:00",
        "2038-01-19 11:14:08",
        "2026-12-31 23:59:59",
    ];
    let mut expected = vec!["create ".to_owned()];
    for (turn, clock) in clocks.iter().enumerate() {
        scene.ok(clock, &format!("note {id} turn-{turn}"));
        expected.push(format!("note turn-{turn}"));
    }
    for clock in [MONDAY, "2040-01-01 00:00:00"] {
        assert_eq!(events(&scene, clock, &id), expected);
        scene.ok(clock, "doctor");
    }
    let order = scene.order(MONDAY, &id);
    assert_eq!(order["revision"], clocks.len() + 1);
    // What was done last is listed first, whatever its clock said.
    let log = scene.ok(MONDAY, "log");
    let latest = log[0]["op"].as_str().unwrap();
    let entries = order["history"].as_array().unwrap();
    assert_eq!(entries.last().unwrap()["op"], latest);
}

#[test]
fn undo_takes_back_what_was_written_last() {
    let scene = Scene::at("tencent");
    let id = scene.draft("2026-11-25 10:00:00", "cancel-site example.cn");
    scene.submit("2026-11-24 10:00:00", &id);
    scene.ok("2026-11-25 11:00:00", "undo --yes");
    assert_eq!(scene.status("2026-11-25 12:00:00", &id), "draft");
}
