//! `wait`: its outcomes, and that it ends when the store changes.

use super::desk::{
    Store, approved, at_bureau, cancelling, drafted, rejected, reported, reviewed, submitted, then,
};
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::kind::Kind;
use icpctl::filing::status::Status;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

#[test]
fn one_look_has_three_outcomes() {
    let store = Store::new(&[
        &approved("a0000001"),
        &at_bureau("b0000001"),
        &cancelling("c0000001"),
        &drafted("d0000001", Kind::Access, "huawei", "2026-11-20T09:00"),
        &rejected("r0000001"),
    ]);
    for (args, code) in [
        (&["a0000001"][..], 0),
        (&["b0000001"], 8),
        (&["d0000001"], 8),
        (&["a0000001", "b0000001"], 8),
        (&["r0000001"], 9),
        (&["a0000001", "b0000001", "r0000001"], 9),
        (&["r0000001", "--for", "provider-rejected"], 0),
        (&["r0000001", "--for", "action"], 0),
        (&["r0000001", "--for", "approved", "--for", "action"], 0),
        // The provider's console deletes it in the end.
        (&["r0000001", "--for", "ended"], 8),
        (&["a0000001", "--for", "ended"], 0),
        (&["b0000001", "--for", "ended"], 8),
        // The state has passed, in this submission: judged by the history.
        (&["b0000001", "--for", "sms-verification-pending"], 0),
        (&["a0000001", "--for", "waiting"], 0),
        // It never comes again without the operator.
        (&["a0000001", "--for", "bureau-rejected"], 9),
        (&["b0000001", "--for", "awaiting-bureau-submission"], 9),
        (&["b0000001", "--for", "draft"], 9),
        (&["c0000001", "--for", "lapsed"], 8),
    ] {
        let ran = store.run(&[&["wait", "--timeout", "0", "--json"], args].concat());
        assert_eq!(ran.code, code, "{args:?}: {}", ran.out);
        let lines = ran.lines();
        assert_eq!(lines[0]["type"], "start");
        assert_eq!(lines.len(), 2, "{}", ran.out);
        assert_eq!(lines[1]["type"], "summary");
        assert_eq!(lines[1]["exit"], code);
        assert_eq!(lines[1]["ok"], code == 0);
    }
}

#[test]
fn earlier_submissions_do_not_count() {
    let order = rejected("r0000001");
    let order = submitted(order, "2026-11-20T09:00", Status::ProviderReview);
    let withdrawn = then(
        reviewed("w0000001", "2026-11-20T08:00", "2026-11-20T09:00"),
        Event::Command(Command::Withdraw),
        "2026-11-20T10:00",
        Status::Draft,
    );
    let store = Store::new(&[&order, &withdrawn]);
    let look = |args: &[&str]| {
        store
            .run(&[&["wait", "--timeout", "0"], args].concat())
            .code
    };
    assert_eq!(look(&["r000"]), 8);
    assert_eq!(look(&["r000", "--for", "provider-rejected"]), 8);
    assert_eq!(look(&["w000", "--for", "provider-review"]), 8);
    assert_eq!(look(&["w000", "--for", "draft"]), 0);
}

#[test]
fn a_presumed_end_ends_the_waiting() {
    let store = Store::new(&[&cancelling("c0000001")]);
    let look = |now: &str, args: &[&str]| {
        store
            .run_at(now, &[&["wait", "c000", "--timeout", "0"], args].concat())
            .code
    };
    assert_eq!(look("2026-11-23T10:09:59+08:00", &[]), 8);
    assert_eq!(look("2026-11-23T10:10:00+08:00", &[]), 9);
    assert_eq!(look("2026-11-23T10:10:00+08:00", &["--for", "closed"]), 0);
}

#[test]
fn what_cannot_be_waited_for_is_told_at_once() {
    let store = Store::new(&[&cancelling("c0000001")]);
    assert_eq!(store.run(&["wait", "nosuchid"]).code, 4);
    assert_eq!(store.run(&["wait"]).code, 2);
    assert_eq!(store.run(&["wait", "c000", "--for", "settled"]).code, 2);
    assert_eq!(store.run(&["wait", "c000", "--timeout", "soon"]).code, 2);
}

#[test]
fn people_read_the_end_in_their_language() {
    let store = Store::new(&[&rejected("r0000001")]);
    let zh = store.run_zh(&["wait", "r000", "--timeout", "0"]);
    assert!(zh.out.contains("初审驳回"), "{}", zh.out);
    assert!(zh.err.contains("等待的结果已不可能出现") && zh.err.contains("icpctl submit r0000001"));
    let en = store.run(&["wait", "r000", "--timeout", "0"]);
    assert!(en.err.contains("cannot come any more"), "{}", en.err);
}

#[test]
fn the_limit_runs_although_the_clock_is_fixed() {
    let store = Store::new(&[&at_bureau("b0000001")]);
    let ran = store.run(&[
        "wait",
        "b000",
        "--timeout",
        "30ms",
        "--interval",
        "5ms",
        "--json",
    ]);
    assert_eq!(ran.code, 8);
    assert_eq!(
        ran.lines().last().unwrap()["error"]["code"],
        "pending.order"
    );
}

/// Starts `wait`, and once it has said so, changes the store; returns the exit and what it printed.
fn wait_while(
    store: &Store,
    args: &[&str],
    change: impl FnOnce(u32),
) -> (Option<i32>, Vec<serde_json::Value>) {
    let mut child = store
        .process(
            &[
                &["wait", "--json", "--timeout", "60s", "--interval", "10ms"],
                args,
            ]
            .concat(),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("\"start\""), "{first}");
    change(child.id());
    let rest: Vec<serde_json::Value> = lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    (child.wait().unwrap().code(), rest)
}

#[test]
fn a_report_ends_the_waiting() {
    let order = at_bureau("b0000001");
    let store = Store::new(&[&order]);
    let (code, lines) = wait_while(&store, &["b000"], |_| {
        store.put(&reported(
            order,
            Report::BureauApproved,
            "2026-11-22T12:00",
            Status::Approved,
        ));
    });
    assert_eq!(code, Some(0));
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["type"], "change");
    assert_eq!(lines[0]["from"], "awaiting-bureau-review");
    assert_eq!(lines[0]["to"], "approved");
    assert_eq!(lines[1]["type"], "summary");
    assert_eq!(lines[1]["orders"][0]["met"], true);
}

#[test]
fn a_rejection_ends_the_waiting_and_steps_between_two_looks_are_told() {
    let order = reviewed("b0000001", "2026-11-20T08:00", "2026-11-20T09:00");
    let store = Store::new(&[&order]);
    let (code, lines) = wait_while(&store, &["b000"], |_| {
        let order = reported(
            order,
            Report::Accepted,
            "2026-11-22T12:00",
            Status::AwaitingBureauSubmission,
        );
        store.put(&reported(
            order,
            Report::Rejected,
            "2026-11-22T12:30",
            Status::ProviderRejected,
        ));
    });
    assert_eq!(code, Some(9));
    let steps: Vec<_> = lines
        .iter()
        .filter(|l| l["type"] == "change")
        .map(|l| l["to"].clone())
        .collect();
    assert_eq!(steps, ["awaiting-bureau-submission", "provider-rejected"]);
    assert_eq!(lines.last().unwrap()["error"]["code"], "negative.order");
}

#[test]
fn an_order_that_goes_away_ends_the_waiting() {
    let order = at_bureau("b0000001");
    let store = Store::new(&[&order]);
    let (code, lines) = wait_while(&store, &["b000"], |_| {
        std::fs::remove_file(super::file_of(store.path(), "b0000001")).unwrap();
    });
    assert_eq!(code, Some(4));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["error"]["exit"], 4);
}

#[test]
fn an_order_that_gets_damaged_ends_the_waiting_with_what_to_do() {
    let store = Store::new(&[&at_bureau("b0000001")]);
    let (code, lines) = wait_while(&store, &["b000"], |_| {
        std::fs::write(super::file_of(store.path(), "b0000001"), "").unwrap();
    });
    assert_eq!(code, Some(3));
    let hints = lines[0]["error"]["hints"].to_string();
    assert!(hints.contains("restore it from a backup"), "{hints}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_waiting_with_a_summary() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let store = Store::new(&[&at_bureau("b0000001")]);
        let (ended, lines) = wait_while(&store, &["b000"], |id| {
            let sent = std::process::Command::new("kill")
                .args(["-s", name, &id.to_string()])
                .status()
                .unwrap();
            assert!(sent.success());
        });
        assert_eq!(ended, Some(code));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["exit"], code);
    }
}
