//! Rows and the orders that they wait for: what a row is told of another one of its own file.

use super::{holding, outcomes, stream};
use crate::scenarios::{MONDAY, Scene, hints_at};
use serde_json::{Value, json};

const CHAIN: &str = "ref,kind,target,after\n\
                     a,cancel-site,s1.example.net,\n\
                     b,cancel-site,s2.example.net,ref:a\n";

fn apply(scene: &Scene, flags: &str, exit: i32) -> Vec<Value> {
    let line = format!("batch apply batch.csv --submit --yes --json {flags}");
    stream(&scene.run(MONDAY, &line).exits(exit))
}

fn lapsed_and_retried() -> Scene {
    let scene = holding(2);
    scene.user.write("batch.csv", CHAIN);
    apply(&scene, "", 0);
    scene.record(MONDAY, "ref:a", "sms-expired");
    scene
}

/// "applying again goes on where it stopped": a row that waits for a ref waits for the order that holds
/// it now.
#[test]
fn what_waits_for_a_ref_waits_for_the_order_drafted_again() {
    let scene = lapsed_and_retried();
    let told = apply(&scene, "--retry", 0);
    assert_eq!(told[1]["outcome"], "ok");
    assert_eq!(told[2]["outcome"], "skipped");
    let message = told[2]["error"]["message"].as_str().unwrap();
    assert!(
        message.contains(told[1]["order"].as_str().unwrap()),
        "{message}"
    );
    assert_eq!(told[2]["error"]["retryable"], true);
    scene.record(MONDAY, "ref:a", "bureau-approved");
    // The record says so: later runs need no flag, and doctor and log know where it comes from.
    let told = apply(&scene, "", 0);
    assert_eq!(told[2]["outcome"], "ok");
    let order = scene.order(MONDAY, "ref:b");
    let events: Vec<&Value> = order["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["event"])
        .collect();
    assert_eq!(events, ["create", "edit", "submit"]);
    let _ = scene.run(MONDAY, "doctor").exits(0);
}

/// A row further down is led over too, wherever the row that it waits for stands.
#[test]
fn it_is_led_over_wherever_it_stands() {
    let scene = holding(2);
    let text = "ref,kind,target,after\n\
                b,cancel-site,s2.example.net,ref:a\n\
                a,cancel-site,s1.example.net,\n";
    scene.user.write("batch.csv", text);
    apply(&scene, "", 0);
    scene.record(MONDAY, "ref:a", "sms-expired");
    apply(&scene, "--retry", 0);
    scene.record(MONDAY, "ref:a", "bureau-approved");
    apply(&scene, "", 0);
    assert_eq!(scene.status(MONDAY, "ref:b"), "sms-verification-pending");
}

/// Where nobody says `--retry`, the row fails and says what to type; what it says can be typed.
#[test]
fn what_is_left_behind_says_the_command() {
    let scene = lapsed_and_retried();
    scene
        .user
        .write("one.csv", "ref,kind,target\na,cancel-site,s1.example.net\n");
    let _ = scene
        .run(MONDAY, "batch apply one.csv --submit --yes --retry")
        .exits(0);
    let told = apply(&scene, "", 7);
    assert_eq!(told[2]["outcome"], "failed");
    let error = &told[2]["error"];
    let id = scene.order(MONDAY, "ref:b")["id"].clone();
    let command = format!("edit {} --set after=ref:a", id.as_str().unwrap());
    assert!(hints_at(error, &format!("icpctl {command}")), "{error}");
    assert_eq!(error["retryable"], false);
    scene.ok(MONDAY, &command);
    scene.record(MONDAY, "ref:a", "bureau-approved");
    assert_eq!(apply(&scene, "", 0)[2]["outcome"], "ok");
}

/// A plan made with `--retry` leads over what waits for what it drafts again, and is not stale by that.
#[test]
fn a_plan_leads_over_what_waits_for_what_it_retries() {
    let scene = lapsed_and_retried();
    scene.ok(MONDAY, "batch plan batch.csv --retry --out plan.json");
    let run = |exit| {
        let line = "batch apply plan.json --submit --yes --json";
        outcomes(&scene.run(MONDAY, line).exits(exit))
    };
    assert_eq!(run(0), ["a ok", "b skipped"]);
    assert_eq!(run(0), ["a unchanged", "b skipped"]);
    scene.record(MONDAY, "ref:a", "bureau-approved");
    assert_eq!(run(0), ["a unchanged", "b ok"]);
}

/// Who waits in vain is told what to do, though the row is only held back.
#[test]
fn who_waits_in_vain_is_told_what_to_do() {
    let scene = lapsed_and_retried();
    let told = scene
        .run(MONDAY, "batch apply batch.csv --submit --yes")
        .exits(7);
    assert!(told.stderr.contains("--unset after"), "{}", told.stderr);
}

/// A row whose order is not drafted yet has nothing to edit: what is to be mended is its cell.
#[test]
fn who_would_wait_in_vain_is_told_of_the_column() {
    let fix_of = |document: &Value| {
        let mut findings = document["data"]["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["rule"] == "refused.after");
        finding.unwrap()["fix"].as_str().unwrap().to_owned()
    };
    let scene = lapsed_and_retried();
    for (after, lang) in [("after", "en"), ("前置订单", "zh")] {
        let text = format!("ref,kind,target,{after}\nc,cancel-site,s2.example.net,ref:a\n");
        scene.user.write("fresh.csv", text);
        let document = scene.document(MONDAY, &format!("batch check fresh.csv --lang {lang}"), 0);
        let fix = fix_of(&document);
        assert!(fix.contains(after) && !fix.contains("icpctl edit"), "{fix}");
    }
    // Once it is drafted, the order is what is edited.
    let _ = scene.run(MONDAY, "batch apply fresh.csv").exits(0);
    let document = scene.document(MONDAY, "batch check fresh.csv", 0);
    let fix = fix_of(&document);
    assert!(
        fix.contains("icpctl edit") && fix.contains("--unset after"),
        "{fix}"
    );
}

/// Rows that wait for each other are told so, and what waits for them is told of the row.
#[test]
fn a_circle_is_named() {
    let scene = holding(3);
    scene.user.write(
        "batch.csv",
        "ref,kind,target,after\n\
         x,cancel-site,s1.example.net,ref:y\n\
         y,cancel-site,s2.example.net,ref:x\n\
         z,cancel-site,s3.example.net,ref:x\n\
         w,cancel-site,s3.example.net,ref:w\n",
    );
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    let message = |place: usize| {
        let finding = &findings[place];
        assert_eq!(finding["path"], "after");
        finding["message"].as_str().unwrap()
    };
    assert!(
        message(0).contains("x (line 2) → y (line 3) → x (line 2)"),
        "{findings:#?}"
    );
    assert!(
        message(1).contains("y (line 3) → x (line 2) → y (line 3)"),
        "{findings:#?}"
    );
    assert!(message(2).contains("line 2 (x)"), "{findings:#?}");
    assert!(
        message(3).contains("w (line 5) → w (line 5)"),
        "{findings:#?}"
    );
    let rows = outcomes(&scene.run(MONDAY, "batch apply batch.csv --json").exits(7));
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.ends_with("failed")), "{rows:?}");
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    // The column is called as the file calls it.
    scene.user.write(
        "batch.csv",
        "自定编号,订单类型,对象,前置订单\nx,cancel-site,s1.example.net,ref:x\n",
    );
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    assert_eq!(
        document["data"]["findings"][0]["fix"],
        "leave the column 前置订单 empty in one of them"
    );
}

/// What would hold a row back once its batch is sent is told as the row that it is, and no command is
/// hinted at that finds nothing.
#[test]
fn a_row_is_told_which_row_it_waits_for() {
    for text in [CHAIN.to_owned(), CHAIN.replace("ref:a", "")] {
        let scene = holding(2);
        scene.user.write("batch.csv", text);
        for drafted in [false, true] {
            if drafted {
                let _ = scene.run(MONDAY, "batch apply batch.csv").exits(0);
            }
            let checked = scene.document(MONDAY, "batch check batch.csv", 0);
            let planned = scene.ok(MONDAY, "batch plan batch.csv");
            let finding = &checked["data"]["findings"][0];
            let held = &planned["rows"][1]["held_by"];
            for told in [finding.to_string(), held.to_string()] {
                assert!(told.contains("line 2 (ref:a)"), "{told}");
                assert!(
                    !told.contains("icpctl show") && !told.contains("pending"),
                    "{told}"
                );
            }
        }
    }
    // An order that was sent before is called by its id, and can be looked at.
    let scene = holding(2);
    let live = scene.draft(MONDAY, "cancel-site s1.example.net");
    scene.submit(MONDAY, &live);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\nb,cancel-site,s2.example.net\n",
    );
    let told = scene
        .document(MONDAY, "batch check batch.csv", 0)
        .to_string();
    assert!(told.contains(&format!("icpctl show {live}")), "{told}");
}

/// A ref that stands twice is told as such, with the first line, whatever else is wrong there.
#[test]
fn a_ref_that_stands_twice_is_told_with_its_first_line() {
    let scene = holding(2);
    for first in ["cancel-site", "cancel-sight"] {
        scene.user.write(
            "batch.csv",
            format!("ref,kind,target\na,{first},s1.example.net\na,cancel-site,s2.example.net\n"),
        );
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        let findings = document["data"]["findings"].as_array().unwrap();
        let twice = findings
            .iter()
            .find(|f| f["rule"] == "conflict.ref")
            .unwrap();
        assert_eq!((&twice["line"], &twice["path"]), (&json!(3), &json!("ref")));
        assert!(
            twice["message"]
                .as_str()
                .unwrap()
                .contains("first in line 2"),
            "{twice}"
        );
        assert!(!twice.to_string().contains("icpctl show"), "{twice}");
    }
}

/// What was withdrawn by hand is not called done.
#[test]
fn a_withdrawn_order_is_not_called_done() {
    let scene = Scene::at("huawei");
    scene.user.write(
        "batch.csv",
        "ref,kind,target,set\na,change,example.com,name=示例书店\n",
    );
    apply(&scene, "", 0);
    let id = scene.ok(MONDAY, "withdraw ref:a --yes")["id"].clone();
    let told = apply(&scene, "", 0);
    assert_eq!(told[1]["outcome"], "unchanged");
    let warnings = told[2]["warnings"].to_string();
    let command = format!("icpctl submit {}", id.as_str().unwrap());
    assert!(
        warnings.contains("\"withdrawn\"") && warnings.contains(&command),
        "{warnings}"
    );
    let planned = scene.run(MONDAY, "batch plan batch.csv").exits(0);
    assert!(planned.stdout.contains("nothing to do"), "{planned:?}");
    assert!(planned.stderr.contains(&command), "{planned:?}");
    let _ = scene.run(MONDAY, "explain withdrawn").exits(0);
}

/// A change that comes to nothing by what is filed is held back as long as what it waits for may make
/// it a change again; then it fails.
#[test]
fn a_change_that_comes_to_nothing_is_held_back_while_it_waits() {
    let scene = holding(2);
    scene.user.write(
        "batch.csv",
        "ref,kind,target,set,after\n\
         a,cancel-site,s2.example.net,,\n\
         b,change,s1.example.net,name=示例书店,ref:a\n",
    );
    apply(&scene, "", 0);
    let filed = json!([{
        "number": "粤ICP备2021000001号",
        "services": [{ "number": "粤ICP备2021000001号-1", "name": "示例书店" }],
    }]);
    scene.user.write("filed.json", filed.to_string());
    scene.ok(MONDAY, "adopt --from filed.json --replace");
    let told = apply(&scene, "", 0);
    assert_eq!(told[2]["outcome"], "skipped");
    assert_eq!(told[2]["error"]["code"], "refused.after");
    let next = scene.order(MONDAY, "ref:b")["next"].to_string();
    assert!(next.contains("icpctl show "), "{next}");
    scene.record(MONDAY, "ref:a", "bureau-approved");
    let told = apply(&scene, "", 7);
    assert_eq!(told[2]["outcome"], "failed");
    assert_eq!(told[2]["error"]["code"], "refused.incomplete");
}
