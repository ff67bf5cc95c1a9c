//! `record --from`: many reports, streamed and written in chunks.

use super::{holding, outcomes, stream, subjects};
use crate::scenarios::{MONDAY, Scene, dossier, hints_at};
use crate::support::Icpctl;
use serde_json::{Value, json};

const TUESDAY: &str = "2026-11-24 09:00:00";

fn sent() -> Scene {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref a");
    scene.submit(MONDAY, &id);
    scene
}

/// "the same event with the same `at` is `unchanged`"; the stream is that of a batch.
#[test]
fn reports_are_streamed_and_taken_once() {
    let scene = sent();
    let text = "order,event,at\n\
                ref:a,sms-sent,2026-11-23 11:00\n\
                example.cn,sms-verified,2026-11-23 12:00\n\
                ref:none,accepted,2026-11-23 12:00\n\
                example.cn,bureau-approved,2026-11-24\n";
    scene.user.write("reports.csv", text);
    let line = "record --from reports.csv --json";
    let first = scene.run(TUESDAY, line).exits(7);
    assert_eq!(outcomes(&first), ["a ok", "a ok", "none failed", "a ok"]);
    let records = stream(&first);
    assert_eq!(records[0]["schema"], "icpctl.record/1");
    assert_eq!(records[3]["error"]["exit"], 4);
    assert_eq!(records[3]["order"], Value::Null);
    assert!(records[1]["order"].is_string());
    assert_eq!(scene.status(TUESDAY, "ref:a"), "approved");
    let order = scene.order(TUESDAY, "ref:a");
    let ops: Vec<&Value> = order["history"].as_array().unwrap()[2..]
        .iter()
        .map(|e| &e["op"])
        .collect();
    assert!(ops.iter().all(|op| *op == ops[0]), "one operation: {ops:?}");
    // A domain names only what has not ended; by its ref, each is there already.
    scene
        .user
        .write("reports.csv", text.replace("example.cn", "ref:a"));
    let again = scene.run(TUESDAY, line).exits(7);
    assert_eq!(
        outcomes(&again),
        ["a unchanged", "a unchanged", "none failed", "a unchanged"]
    );
    assert_eq!(stream(&again)[5]["changed"], false);
}

/// "An invalid row is 3 before anything is done", with line and column: a time that is none, or
/// that has not come.
#[test]
fn a_wrong_time_stops_the_file() {
    let scene = sent();
    for at in ["yesterday-ish", "2026-11-25"] {
        scene.user.write(
            "reports.csv",
            format!("order,event,at\nref:a,sms-verified,\nref:a,bureau-approved,{at}\n"),
        );
        let error = scene.fails(TUESDAY, "record --from reports.csv", 3);
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("reports.csv:3:23"),
            "{error}"
        );
        assert_eq!(scene.status(MONDAY, "ref:a"), "sms-verification-pending");
    }
}

/// Excel shows a time in its own way once it has opened the file, and saves it so.
#[test]
fn a_time_is_read_as_a_spreadsheet_saves_it() {
    for (at, expected) in [
        ("2026/11/23 11:05", "2026-11-23T11:05:00+08:00"),
        ("2026/11/23 11:05:30", "2026-11-23T11:05:30+08:00"),
        ("2026年11月23日 11:05", "2026-11-23T11:05:00+08:00"),
        ("2026/11/24 0:00", "2026-11-24T00:00:00+08:00"),
        ("2026/11/24", "2026-11-24T00:00:00+08:00"),
    ] {
        let scene = sent();
        let text = format!("order,event,at\nref:a,sms-sent,{at}\n");
        scene.user.write("reports.csv", text);
        scene.run(TUESDAY, "record --from reports.csv").exits(0);
        let order = scene.order(TUESDAY, "ref:a");
        assert_eq!(order["history"][2]["at"], expected, "{at}");
    }
    // Two programs agree on nothing shorter: which of the numbers is the month?
    let scene = sent();
    let text = "order,event,at\nref:a,sms-sent,11/12/2026\n";
    scene.user.write("reports.csv", text);
    scene.fails(TUESDAY, "record --from reports.csv", 3);
}

/// "before the order was made, is refused (3)": whatever the rows before it do, so nothing is done.
#[test]
fn a_time_before_the_order_was_made_stops_the_file() {
    let scene = sent();
    let line = "record --from reports.csv";
    let write = |rows: &str| {
        let text = format!("order,event,at\n{rows}\n");
        scene.user.write("reports.csv", text);
    };
    for at in ["2026-01-01", "2026-11-23 09:59"] {
        write(&format!("ref:a,sms-sent,\nref:a,sms-verified,{at}"));
        let error = scene.fails(TUESDAY, line, 3);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("reports.csv:3:20 (at)"), "{error}");
        assert!(message.contains("before the order was made"), "{error}");
        assert_eq!(scene.order(TUESDAY, "ref:a")["revision"], 2);
    }
    // What rests on the rows before, or names no order, is a row that fails; the day on which the
    // order was made is no time before.
    write(
        "ref:a,sms-sent,2026-11-23\n\
         ref:a,sms-verified,\n\
         ref:a,bureau-approved,2026-11-23 12:00\n\
         ref:none,accepted,2026-01-01",
    );
    let output = scene.run(TUESDAY, &format!("{line} --json")).exits(7);
    assert_eq!(
        outcomes(&output),
        ["a ok", "a ok", "a failed", "none failed"]
    );
}

/// A dry run tells the same and writes nothing.
#[test]
fn a_dry_run_records_nothing() {
    let mut scene = sent();
    scene.user = scene
        .user
        .stdin("order,event\nref:a,sms-verified\nref:a,bureau-approved\n");
    let output = scene.run(MONDAY, "record --from - --json -n").exits(0);
    assert_eq!(outcomes(&output), ["a ok", "a ok"]);
    assert_eq!(stream(&output)[3]["dry_run"], true);
    assert_eq!(scene.status(MONDAY, "ref:a"), "sms-verification-pending");
}

/// An order that moves in one chunk and again in the next is written each time from what it is.
#[test]
fn an_order_may_move_in_several_chunks() {
    let user = Icpctl::new();
    subjects(&user, 1001);
    let rows = (1..=1001).map(|n| format!("r{n},cancel-site,d{n}.example.net\n"));
    user.write(
        "batch.csv",
        format!("ref,kind,target\n{}", rows.collect::<String>()),
    );
    let _ = user
        .run(["-q", "batch", "apply", "batch.csv", "--submit", "--yes"])
        .exits(0);
    let verified = (1..=1001).map(|n| format!("ref:r{n},sms-verified\n"));
    let text = format!(
        "order,event\n{}ref:r1,bureau-approved\n",
        verified.collect::<String>()
    );
    user.write("reports.csv", text);
    let output = user
        .run(["record", "--from", "reports.csv", "--json"])
        .exits(0);
    let summary: Value = serde_json::from_str(output.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        summary["counts"],
        json!({"ok": 1002, "unchanged": 0, "skipped": 0, "failed": 0, "left": 0})
    );
    let shown = user.run(["show", "ref:r1", "--json"]).exits(0).json();
    assert_eq!(shown["data"]["status"], "approved");
    let _ = user
        .run(["portfolio", "d1.example.net", "--exit-status"])
        .exits(4);
    let _ = user.run(["doctor"]).exits(0);
}

/// "all problems are told at once": events and times, each at its cell.
#[test]
fn every_wrong_event_and_time_is_told() {
    let scene = sent();
    let text = "order,event,at\n\
                ref:a,bogus,\n\
                ref:a,sms-verified,xx\n\
                ref:a,sms-verified,2027-01-01\n\
                ref:a,withdraw,\n";
    scene.user.write("reports.csv", text);
    let error = scene.fails(TUESDAY, "record --from reports.csv", 3);
    let told = error.to_string();
    for place in ["2:7 (event)", "3:20 (at)", "4:20 (at)", "5:7 (event)"] {
        assert!(told.contains(&format!("reports.csv:{place}")), "{told}");
    }
    assert!(told.contains("icpctl withdraw ORDER"), "{told}");
    assert_eq!(scene.status(MONDAY, "ref:a"), "sms-verification-pending");
}

/// A row that is refused names its order all the same, and its ref, however the row names it; a file
/// that is refused is answered in the shape of its stream.
#[test]
fn what_is_refused_is_told_as_what_is_done() {
    let scene = sent();
    scene
        .user
        .write("reports.csv", "order,event\nexample.cn,accepted\n");
    let output = scene
        .run(TUESDAY, "record --from reports.csv --json")
        .exits(7);
    assert_eq!(outcomes(&output), ["a failed"]);
    assert!(stream(&output)[1]["order"].is_string());
    scene
        .user
        .write("reports.csv", "order,event\nref:a,bogus\n");
    let document = scene.document(TUESDAY, "record --from reports.csv", 3);
    assert_eq!(document["schema"], "icpctl.record/1");
    let document = scene.document(TUESDAY, "record ref:a ref:none sms-verified", 4);
    assert_eq!(document["schema"], "icpctl.order-list/1");
    let document = scene.document(TUESDAY, "record ref:none sms-verified", 4);
    assert_eq!(document["schema"], "icpctl.order/1");
}

/// "The same event, who and `--at` again changes nothing": of an earlier submission too, while the same
/// report of a time within the present one is a new one.
#[test]
fn a_file_that_grows_with_the_order_is_taken_once() {
    let scene = Scene::at("huawei");
    let id = scene.draft(MONDAY, "change example.cn --set remark=x --ref a");
    scene.submit(MONDAY, &id);
    let rejected =
        "order,event,at\nref:a,accepted,2026-11-23 11:00\nref:a,rejected,2026-11-23 12:00\n";
    let run = |text: &str| {
        scene.user.write("reports.csv", text);
        outcomes(
            &scene
                .run(TUESDAY, "record --from reports.csv --json")
                .exits(0),
        )
    };
    assert_eq!(run(rejected), ["a ok", "a ok"]);
    scene.submit("2026-11-23 13:00:00", &id);
    assert_eq!(run(rejected), ["a unchanged", "a unchanged"]);
    let grown = format!("{rejected}ref:a,accepted,2026-11-23 14:00\n");
    assert_eq!(run(&grown), ["a unchanged", "a unchanged", "a ok"]);
    assert_eq!(run(&grown), ["a unchanged", "a unchanged", "a unchanged"]);
    let sent =
        format!("{grown}ref:a,forwarded,2026-11-23 15:00\nref:a,sms-verified,2026-11-23 16:00\n");
    assert_eq!(run(&sent)[3..], ["a ok", "a ok"]);
    scene.record(TUESDAY, &id, "bureau-rejected");
    scene.submit(TUESDAY, &id);
    scene.record(TUESDAY, &id, "forwarded");
    assert!(run(&sent).iter().all(|row| row == "a unchanged"));
    assert_eq!(scene.status(TUESDAY, &id), "sms-verification-pending");
    scene
        .run(
            TUESDAY,
            &format!("record {id} accepted --at 2026-11-23T11:30:00+08:00"),
        )
        .exits(3);
}

/// "the same event with the same `at` is `unchanged`": what is said of running a file again is true of
/// what the file holds, and whoever does as told records nothing twice.
#[test]
fn what_is_said_of_running_it_again_is_true() {
    let scene = sent();
    let other = scene.draft(MONDAY, "cancel-site example.com --ref b");
    let run = |text: &str| {
        scene.user.write("reports.csv", text);
        scene
            .run(TUESDAY, "record --from reports.csv --json")
            .exits(7)
    };
    let advice = |output| {
        let records = stream(output);
        records.last().unwrap()["error"]["hints"].to_string()
    };
    let undated = "order,event,at\nref:a,sms-verified,\nref:b,sms-verified,\n";
    let told = run(undated);
    assert_eq!(outcomes(&told), ["a ok", "b failed"]);
    assert!(
        advice(&told).contains("its date in the column at"),
        "{told:?}"
    );
    assert!(!advice(&told).contains("not done twice"), "{told:?}");
    let dated = undated.replace("verified,", "verified,2026-11-24");
    let told = run(&dated);
    assert_eq!(outcomes(&told), ["a unchanged", "b failed"]);
    assert!(advice(&told).contains("not done twice"), "{told:?}");
    assert_eq!(scene.status(TUESDAY, &other), "draft");
}

/// "all problems are told at once": persons and numbers too, each at its cell, before anything is
/// written, whether their words are none or their order has no such person or number.
#[test]
fn every_wrong_person_and_number_is_told_before_anything_is_done() {
    let scene = sent();
    scene.user.write(
        "new.toml",
        dossier("tencent").replace("example.cn", "new.example.org"),
    );
    let filed = scene.draft(MONDAY, "access example.com --provider huawei --ref d");
    let new = scene.draft(MONDAY, "new --from new.toml --ref n");
    let text = "order,event,at,who,numbers\n\
                ref:a,sms-verified,,nobody,\n\
                ref:a,accepted,,subject,\n\
                ref:a,bureau-approved,,,粤公网安备44010402000001号\n\
                ref:n,bureau-approved,,,粤ICP备x号\n\
                ref:n,accepted,,,粤ICP备2021000009号\n";
    scene.user.write("reports.csv", text);
    let line = "record --from reports.csv";
    let told = scene.fails(TUESDAY, line, 3).to_string();
    for place in [
        "2:21 (who)",
        "3:17 (who)",
        "4:25 (numbers)",
        "5:25 (numbers)",
        "6:18 (numbers)",
    ] {
        assert!(
            told.contains(&format!("reports.csv:{place}")),
            "{place}: {told}"
        );
    }
    // Of these, only the orders tell that they cannot be.
    let text = "order,event,who,numbers\n\
                ref:a,sms-sent,,\n\
                ref:a,sms-verified,service:9,\n\
                ref:a,bureau-approved,,粤ICP备2021000009号-1\n";
    scene.user.write("reports.csv", text);
    for line in [line, "record --from reports.csv -n"] {
        let told = scene.fails(TUESDAY, line, 3).to_string();
        for place in ["3:20 (who)", "4:24 (numbers)"] {
            assert!(
                told.contains(&format!("reports.csv:{place}")),
                "{place}: {told}"
            );
        }
    }
    assert_eq!(scene.status(TUESDAY, "ref:a"), "sms-verification-pending");
    let order = scene.order(TUESDAY, "ref:a");
    assert_eq!(order["history"].as_array().unwrap().len(), 2, "{order}");
    assert_eq!(scene.status(TUESDAY, &filed), "draft");
    assert_eq!(scene.status(TUESDAY, &new), "draft");
}

/// "The same event, who and `--at` again changes nothing", whatever names the order: one that has
/// ended with this very report is the one that is meant.
#[test]
fn a_report_by_domain_or_number_can_be_told_again_after_the_end() {
    const THEN: &str = "2026-11-24 10:00:00";
    const LATER: &str = "2026-11-25 10:00:00";
    let scene = holding(3);
    let change = scene.draft(
        MONDAY,
        "change s1.example.net --provider tencent --set name=示例新名",
    );
    let cancel =
        |site: &str| scene.draft(MONDAY, &format!("cancel-site {site} --provider tencent"));
    scene.submit(MONDAY, &change);
    scene.user.write(
        "reports.csv",
        "order,event,at\ns1.example.net,bureau-approved,2026-11-23 12:00\n",
    );
    let run = |at: &str, exit: i32| {
        outcomes(
            &scene
                .run(at, "record --from reports.csv --json")
                .exits(exit),
        )
    };
    assert_eq!(run(THEN, 0), ["- ok"]);
    assert_eq!(run(THEN, 0), ["- unchanged"]);
    let line = "record s1.example.net bureau-approved --at 2026-11-23T12:00:00+08:00";
    assert_eq!(scene.document(THEN, line, 0)["changed"], false);
    assert_eq!(scene.document(THEN, line, 0)["data"]["id"], change);

    // Another time is another report: none of the open orders takes it, and the ended one is named.
    for flags in ["--at 2026-11-23T12:00:01+08:00", ""] {
        let line = format!("record s1.example.net bureau-approved {flags}");
        let error = scene.fails(THEN, &line, 4);
        assert_eq!(error["code"], "not-found.order");
        assert!(hints_at(&error, &change), "{error}");
    }

    // An order about it that was made since does not take what was reported before it was there.
    let next = scene.draft(
        LATER,
        "change s1.example.net --provider tencent --set name=示例又名",
    );
    assert_eq!(run(LATER, 0), ["- unchanged"]);
    scene.submit(LATER, &next);
    assert_eq!(run(LATER, 0), ["- unchanged"]);
    let _ = scene.ok(LATER, &format!("record {next} bureau-approved"));

    // What was cancelled is filed no more: its number and its domain still tell of the order.
    for (site, word) in [("s2.example.net", "s2.example.net"), ("s3.example.net", "")] {
        let filed = scene.ok(LATER, &format!("portfolio {site}"));
        let number = filed[0]["services"][0]["number"]
            .as_str()
            .unwrap()
            .to_owned();
        let word = if word.is_empty() {
            number
        } else {
            word.to_owned()
        };
        let id = cancel(site);
        scene.submit(LATER, &id);
        let line = format!("record {word} bureau-approved --at 2026-11-25T10:00:00+08:00");
        assert_eq!(scene.document(LATER, &line, 0)["changed"], true, "{word}");
        let again = scene.document(LATER, &line, 0);
        assert_eq!(
            (&again["changed"], &again["data"]["id"]),
            (&json!(false), &json!(id)),
            "{word}"
        );
    }
}
