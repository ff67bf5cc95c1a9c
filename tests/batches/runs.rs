//! Applying: which rows are done, held back and refused, what it asks for, and doing it again.

use super::{holding, outcomes, stream, subjects};
use crate::scenarios::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, company, dossier, site, warned,
};
use crate::support::Icpctl;
use icpctl::store::{Disk, Holder, StoreLock};
use serde_json::{Value, json};
use std::time::Duration;

fn apply(scene: &Scene, text: &str, flags: &str, exit: i32) -> Vec<String> {
    scene.user.write("batch.csv", text);
    let line = format!("batch apply batch.csv --json {flags}");
    outcomes(&scene.run(MONDAY, &line).exits(exit))
}

/// "an unknown target, a ref with other content, a missing confirm or accept is a `failed` row;
/// `batch check` is 3 for any such row".
#[test]
fn what_check_finds_is_what_apply_refuses() {
    let access = json!(["tencent", "huawei"]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[
            site("粤ICP备2021000001号-1", "s1.example.net", &access),
            site(
                "粤ICP备2021000001号-2",
                "s2.example.net",
                &json!(["tencent"]),
            ),
        ],
    )]);
    scene.draft(MONDAY, "cancel-site s2.example.net --ref taken");
    for (row, code) in [
        ("a,cancel-site,nobody.example.net,,,", "not-found.target"),
        (
            "taken,cancel-site,s1.example.net,tencent,,filed-elsewhere-goes",
            "conflict.ref",
        ),
        (
            "a,cancel-subject,s2.example.net,tencent,,filed-elsewhere-goes",
            "usage.confirm",
        ),
        (
            "a,cancel-subject,s2.example.net,tencent,粤ICP备2021000002号,filed-elsewhere-goes",
            "usage.confirm",
        ),
        ("a,cancel-site,s1.example.net,tencent,,", "usage.accept"),
        (
            "a,cancel-site,s1.example.net,,,filed-elsewhere-goes",
            "usage.provider",
        ),
    ] {
        let text =
            format!("ref,kind,target,provider,confirm,accept\n{row}\nz,change,s2.example.net,,,\n");
        let text = text.replace(
            "z,change,s2.example.net,,,",
            "z,access,s2.example.net,alibaba,,",
        );
        scene.user.write("batch.csv", &text);
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        let findings = document["data"]["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{row}");
        assert_eq!(
            (&findings[0]["line"], &findings[0]["severity"]),
            (&json!(2), &json!("error"))
        );
        let output = scene
            .run(MONDAY, "batch apply batch.csv --submit --yes --json -n")
            .exits(7);
        let records = stream(&output);
        assert_eq!(records[1]["outcome"], "failed", "{row}");
        assert_eq!(records[1]["error"]["code"], code, "{row}");
        assert_eq!(records[2]["outcome"], "ok", "{row}");
        let counts = &records[3]["counts"];
        assert_eq!(
            counts,
            &json!({"ok": 1, "unchanged": 0, "skipped": 0, "failed": 1, "left": 0})
        );
        assert_eq!(records[3]["exit"], 7);
    }
    // What is right is 0, with what is held back told.
    let id = scene.draft(MONDAY, "change s2.example.net --set remark=x");
    scene.submit(MONDAY, &id);
    scene.user.write("batch.csv", "ref,kind,target,provider,confirm,accept\na,cancel-subject,s2.example.net,tencent,粤ICP备2021000001号,filed-elsewhere-goes\n");
    let document = scene.document(MONDAY, "batch check batch.csv", 0);
    assert_eq!(document["data"]["findings"][0]["severity"], "info");
}

/// "a refused one is `failed` and the rest goes on (7)"; without `--submit` nothing is sent.
#[test]
fn a_refused_row_leaves_the_others_alone() {
    let scene = holding(2);
    let text = "ref,kind,target,provider\n\
                a,cancel-access,s1.example.net,huawei\n\
                b,cancel-site,s2.example.net,\n";
    assert_eq!(apply(&scene, text, "", 7), ["a failed", "b ok"]);
    let orders = scene.ok(MONDAY, "list --all");
    assert_eq!(orders.as_array().unwrap().len(), 1);
    assert_eq!(orders[0]["status"], "draft");
}

/// "`apply` drafts; `--submit` also sends"; "`--submit` asks the consent of `submit`".
#[test]
fn sending_needs_consent() {
    let scene = holding(2);
    let text = "ref,kind,target\na,cancel-site,s1.example.net\n";
    scene.user.write("batch.csv", text);
    for flags in ["", "--no-input"] {
        let error = scene.fails(
            MONDAY,
            &format!("batch apply batch.csv --submit {flags}"),
            2,
        );
        assert_eq!(error["code"], "usage.consent");
    }
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    assert_eq!(apply(&scene, text, "--submit --yes", 0), ["a ok"]);
    assert_eq!(scene.status(MONDAY, "ref:a"), "sms-verification-pending");
    // `--confirm` and `--accept` mean nothing where nothing is sent.
    scene.fails(
        MONDAY,
        &format!("batch apply batch.csv --confirm {SUBJECT}"),
        2,
    );
    // Where nothing is left to send, nothing is asked.
    assert_eq!(apply(&scene, text, "--submit", 0), ["a unchanged"]);
}

/// "Whatever sends a `cancel-subject` needs its number … `--yes` alone never sends one".
#[test]
fn cancelling_a_subject_needs_its_number() {
    let scene = holding(1);
    let text = "ref,kind,target,confirm\na,cancel-subject,s1.example.net,\n";
    assert_eq!(apply(&scene, text, "--submit --yes", 7), ["a failed"]);
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    let confirmed = text.replace("net,\n", "net,粤icp备2021000001号\n");
    assert_eq!(apply(&scene, &confirmed, "--submit --yes", 0), ["a ok"]);
    let order = scene.order(MONDAY, "ref:a");
    assert_eq!(order["status"], "sms-verification-pending");
}

/// "one held back by a live order or `after` is `skipped`", and taken up at the next apply.
#[test]
fn a_row_that_is_held_back_is_taken_up_later() {
    let scene = holding(2);
    let text = "ref,kind,target,after,set\n\
                last,cancel-site,s1.example.net,ref:first,\n\
                first,change,s1.example.net,,name=示例书店\n\
                other,cancel-site,s2.example.net,,\n";
    // A row that waits for one that is not drafted yet is taken after it, wherever it stands.
    let expected = ["first ok", "last skipped", "other skipped"];
    assert_eq!(apply(&scene, text, "--submit --yes", 0), expected);
    let last = scene.order(MONDAY, "ref:last");
    assert_eq!(last["status"], "draft");
    assert_eq!(
        last["blocked_by"],
        json!([scene.order(MONDAY, "ref:first")["id"]])
    );
    let expected = ["last skipped", "first unchanged", "other skipped"];
    assert_eq!(apply(&scene, text, "--submit --yes", 0), expected);
    scene.record(MONDAY, "ref:first", "bureau-approved");
    let expected = ["last ok", "first unchanged", "other skipped"];
    assert_eq!(apply(&scene, text, "--submit --yes", 0), expected);
    scene.record(MONDAY, "ref:last", "bureau-approved");
    let expected = ["last unchanged", "first unchanged", "other ok"];
    assert_eq!(apply(&scene, text, "--submit --yes", 0), expected);
    // A circle waits for nothing that there is.
    let circle = "ref,kind,target,after\n\
                  x,cancel-site,s2.example.net,ref:y\n\
                  y,cancel-site,s2.example.net,ref:x\n";
    assert_eq!(apply(&scene, circle, "", 7), ["y failed", "x failed"]);
}

/// A row that was copied and not changed is held back by the one it was copied from.
#[test]
fn a_row_that_asks_for_what_another_asks_for_is_told_as_such() {
    let scene = holding(2);
    let text = "ref,kind,target\nfirst,cancel-site,s1.example.net\nagain,cancel-site,S1.example.net\n\
                other,cancel-site,s2.example.net\n";
    scene.user.write("batch.csv", text);
    let check = |lang: &str| {
        let line = format!("batch check batch.csv --lang {lang}");
        scene.run(MONDAY, &line).exits(0).stdout
    };
    let told = check("en");
    let slip = "it asks for just what line 2 asks for; if that is a slip, leave one of the two out";
    assert_eq!(told.matches(slip).count(), 1, "{told}");
    let (_, again) = told.split_once("again: ").unwrap();
    assert!(again.lines().nth(1).unwrap().contains(slip), "{told}");
    assert!(check("zh").contains("与第 2 行要办的完全相同"));
}

/// Lists what `batch check` finds under a code, none of which keeps a row back.
fn slips(scene: &Scene, code: &str) -> Vec<Value> {
    let checked = scene.document(MONDAY, "batch check batch.csv", 0);
    let findings = checked["data"]["findings"].as_array().unwrap();
    let of_code = findings.iter().filter(|finding| finding["rule"] == code);
    of_code.cloned().collect()
}

/// A batch that is applied again under other refs drafts everything twice: each row is told so.
#[test]
fn a_row_that_asks_for_what_an_order_asks_for_is_told_as_such() {
    let scene = holding(2);
    let first = "ref,kind,target\na1,cancel-site,s1.example.net\na2,cancel-site,s2.example.net\n";
    assert_eq!(apply(&scene, first, "", 0), ["a1 ok", "a2 ok"]);
    let told = |text: &str| {
        scene.user.write("batch.csv", text);
        warned(
            &scene.document(MONDAY, "batch plan batch.csv", 0),
            "asked-already",
        )
    };
    assert!(told(first).is_empty());
    let row = |line, own, other| {
        format!(
            "line {line} ({own}): the order ref:{other} (draft) asks for the same, and mostly one is enough: icpctl show ref:{other}"
        )
    };
    let again = first.replace("\na", "\nb");
    assert_eq!(told(&again), [row(2, "b1", "a1"), row(3, "b2", "a2")]);
    let found = slips(&scene, "asked-already");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1]["line"], 3);
    assert_eq!(found[1]["path"], "target");
    let message = found[1]["message"].as_str().unwrap();
    assert!(message.starts_with("b2: the order ref:a2 "), "{message}");
}

/// Rows with one wrong account are each told of it.
#[test]
fn every_row_whose_account_holds_no_access_is_told() {
    let access = json!([{"provider": "tencent", "account": "a-1"}]);
    let sites = [
        site(SHOP, "example.cn", &access),
        site(FORUM, "example.com", &access),
    ];
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    let rows =
        "ref,kind,target,account\nr1,cancel-site,example.cn,a-2\nr2,cancel-site,example.com,a-2\n";
    scene.user.write("batch.csv", rows);
    let planned = scene.document(MONDAY, "batch plan batch.csv", 0);
    let told = warned(&planned, "other-account");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("line 2 (r1): ") && told[1].starts_with("line 3 (r2): "),
        "{told:?}"
    );
    let found = slips(&scene, "other-account");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0]["path"], "account");
    assert_eq!(found[0]["severity"], "warning");
}

/// Orders that are only thought of have no id that anybody could look at: they go by their refs.
#[test]
fn what_is_not_written_yet_goes_by_its_ref() {
    let scene = holding(2);
    let text =
        "ref,kind,target\nfirst,cancel-site,s1.example.net\nsecond,cancel-site,s2.example.net\n";
    scene.user.write("batch.csv", text);
    for line in [
        "batch check batch.csv",
        "batch plan batch.csv",
        "batch apply batch.csv --submit --yes -n",
    ] {
        for lang in ["zh", "en"] {
            let output = scene.run(MONDAY, &format!("{line} --lang {lang}")).exits(0);
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(told.contains("ref:first"), "{line}: {told}");
        }
    }
    let told = scene
        .run(MONDAY, "batch apply batch.csv --submit --yes")
        .exits(0);
    assert!(!told.stderr.contains("ref:first"), "{}", told.stderr);
}

/// "A ref whose order ended unapproved is `failed` unless `--retry`."
#[test]
fn an_ended_order_is_tried_again_only_when_told_so() {
    let scene = holding(1);
    let text = "ref,kind,target\na,cancel-site,s1.example.net\n";
    apply(&scene, text, "", 0);
    let first = scene.order(MONDAY, "ref:a")["id"].clone();
    scene.ok(MONDAY, "abandon ref:a --yes");
    assert_eq!(apply(&scene, text, "", 7), ["a failed"]);
    scene.document(MONDAY, "batch check batch.csv", 3);
    scene.document(MONDAY, "batch check batch.csv --retry", 0);
    assert_eq!(apply(&scene, text, "--retry", 0), ["a ok"]);
    let second = scene.order(MONDAY, "ref:a")["id"].clone();
    assert_ne!(first, second);
    assert_eq!(apply(&scene, text, "--retry", 0), ["a unchanged"]);
    let _ = scene.run(MONDAY, "doctor").exits(0);
    assert_eq!(
        scene.draft(MONDAY, "cancel-site s1.example.net --ref a"),
        second
    );
    // A pulled-back order is not sent behind its filer's back.
    let access = text.replace("cancel-site,s1.example.net", "access,s1.example.net,huawei");
    let access = access
        .replace("target\n", "target,provider\n")
        .replace("a,acc", "b,acc");
    assert_eq!(apply(&scene, &access, "--submit --yes", 0), ["b ok"]);
    scene.ok(MONDAY, "withdraw ref:b --yes");
    assert_eq!(apply(&scene, &access, "--submit --yes", 0), ["b unchanged"]);
    assert_eq!(scene.status(MONDAY, "ref:b"), "draft");
}

/// A row is what the command of its kind would draft: the same ref, either way.
#[test]
fn a_row_and_a_command_are_one_order() {
    let scene = holding(2);
    let id = scene.draft(
        MONDAY,
        "change s1.example.net --set name=示例书店 --provider tencent --ref a",
    );
    let text = "ref,kind,target,provider,set\na,change,s1.example.net,tencent,name=示例书店\n";
    assert_eq!(apply(&scene, text, "", 0), ["a unchanged"]);
    assert_eq!(scene.order(MONDAY, "ref:a")["id"], id.as_str());
    // Twice in one file: once as it is, once as something else.
    let text = "ref,kind,target\nb,cancel-site,s2.example.net\nb,cancel-site,s2.example.net\nb,cancel-site,s1.example.net\n";
    assert_eq!(
        apply(&scene, text, "", 7),
        ["b ok", "b unchanged", "b failed"]
    );
}

/// "readers and dry runs take no lock"; "a batch against anything" excludes others.
#[test]
fn a_batch_is_alone_and_a_dry_run_is_nobody() {
    let scene = holding(1);
    let text = "ref,kind,target\na,cancel-site,s1.example.net\n";
    scene.user.write("batch.csv", text);
    let disk = Disk::open(&scene.user.home().join(".icpctl")).unwrap();
    let since = crate::support::NOW.parse().unwrap();
    let lock =
        StoreLock::acquire(&disk, &Holder::this_process("x", since), Duration::ZERO).unwrap();
    assert_eq!(apply(&scene, text, "-n", 0), ["a ok"]);
    let _ = scene.run(MONDAY, "batch check batch.csv").exits(0);
    let _ = scene
        .run(MONDAY, "batch plan batch.csv --out plan.json")
        .exits(0);
    let error = scene.fails(MONDAY, "batch apply batch.csv --lock-timeout 0", 6);
    assert_eq!(error["code"], "conflict.locked");
    drop(lock);
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    let patient = "--lock-timeout 10m";
    assert_eq!(apply(&scene, text, patient, 0), ["a ok"]);
}

/// The user's own store is made by the first row that is written, and by nothing else.
#[test]
fn a_store_is_made_by_the_first_row() {
    let user = Icpctl::new();
    user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\n",
    );
    let _ = user.run(["batch", "apply", "batch.csv"]).exits(7);
    assert!(!user.home().join("data").exists());
    user.write("new.toml", dossier("tencent"));
    user.write("batch.csv", "ref,kind,from\na,new,new.toml\n");
    let _ = user.run(["batch", "apply", "batch.csv"]).exits(0);
    assert!(user.home().join("data/icpctl/store.toml").exists());
}

/// "A thousand rows are one operation in `log` and one `undo`"; chunks of up to 1,000; "a line now
/// and then off a terminal, none with `-q`".
#[test]
fn a_thousand_rows_and_more_are_one_operation() {
    let user = Icpctl::new();
    subjects(&user, 1100);
    let rows = (1..=1100).map(|n| format!("r{n},cancel-site,d{n}.example.net\n"));
    user.write(
        "batch.csv",
        format!("ref,kind,target\n{}", rows.collect::<String>()),
    );
    let output = user.run([
        "batch",
        "apply",
        "batch.csv",
        "--format",
        "tsv",
        "--fields",
        "outcome",
    ]);
    let output = output.exits(0);
    assert_eq!(
        output.stdout.lines().filter(|line| *line == "ok").count(),
        1100
    );
    let human = user.run(["batch", "apply", "batch.csv"]).exits(0);
    assert!(
        human.stderr.contains("1000 of 1100 rows done"),
        "{}",
        human.stderr
    );
    assert!(
        human.stderr.contains("1100 done before"),
        "{}",
        human.stderr
    );
    let quiet = user.run(["batch", "apply", "batch.csv", "-q"]).exits(0);
    assert_eq!(quiet.stderr, "");
    let log = user.run(["log", "--limit", "1", "--json"]).exits(0).json();
    assert_eq!(log["data"][0]["records"].as_array().unwrap().len(), 1100);
    let undone = user.run(["undo"]).exits(0);
    assert!(undone.stderr.contains("1100 records"), "{}", undone.stderr);
    let orders = user.run(["list", "--json"]).exits(0).json();
    assert_eq!(orders["data"], json!([]));
    // Undone rows are drafted anew.
    let again = user.run(["batch", "apply", "batch.csv", "--json"]).exits(0);
    let summary: Value = serde_json::from_str(again.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(summary["counts"]["ok"], 1100);
}

/// People read the table in their language; scripts read rows.
#[test]
fn people_read_what_became_of_each_row() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\nb,cancel-site,none.example.net\n",
    );
    let output = scene
        .run(MONDAY, "batch apply batch.csv --lang zh")
        .exits(7);
    assert!(
        output.stdout.contains("完成") && output.stdout.contains("失败"),
        "{output:?}"
    );
    assert!(output.stderr.contains("batch.csv 第 3 行 b"), "{output:?}");
    let output = scene
        .run(MONDAY, "batch apply batch.csv --format csv")
        .exits(7);
    assert!(
        output.stdout.starts_with("\u{feff}line,ref,order,outcome,"),
        "{output:?}"
    );
    scene.fails(MONDAY, "batch apply missing.csv", 4);
    scene.fails(MONDAY, "batch", 2);
    scene.fails(MONDAY, "batch check batch.csv --submit", 2);
}

/// "`--fields` narrows", a stream too; a name that no row has is told before anything is done.
#[test]
fn fields_narrow_the_rows_of_a_stream() {
    let scene = holding(1);
    let text = "ref,kind,target\na,cancel-site,s1.example.net\n";
    scene.user.write("batch.csv", text);
    scene.fails(MONDAY, "batch apply batch.csv --fields ref,outcom", 2);
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    let output = scene
        .run(MONDAY, "batch apply batch.csv --fields ref,outcome --json")
        .exits(0);
    let records: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        records[1],
        json!({"type": "row", "ref": "a", "outcome": "ok"})
    );
    assert_eq!(records[2]["counts"]["ok"], 1);
}

/// Only what frees itself is to be tried again: a forerunner that ended unapproved never does.
#[test]
fn a_row_that_waits_in_vain_is_not_retryable() {
    let scene = holding(2);
    let text = "ref,kind,target,after\n\
                a,cancel-site,s1.example.net,\n\
                b,cancel-site,s2.example.net,ref:a\n";
    scene.user.write("batch.csv", text);
    let told = |exit| {
        let line = "batch apply batch.csv --submit --yes --json";
        let output = scene.run(MONDAY, line).exits(exit);
        let row = stream(&output)[2].clone();
        assert_eq!(row["outcome"], "skipped");
        assert_eq!(row["error"]["code"], "refused.after");
        row["error"]["retryable"].clone()
    };
    assert_eq!(told(0), true);
    scene.record(MONDAY, "ref:a", "sms-expired");
    assert_eq!(told(7), false);
}

/// What holds a row back and ends by itself is to be tried again, in the run as in the plan: a live
/// order of the subject, and one that files the same domain.
#[test]
fn what_waiting_cures_is_retryable() {
    let scene = holding(1);
    scene.user.write("one.toml", dossier("tencent"));
    let two = dossier("tencent").replace(CERTIFICATES[0], CERTIFICATES[1]);
    scene
        .user
        .write("two.toml", two.replace("示例科技", "示例贸易"));
    let id = scene.draft(MONDAY, "new --from one.toml");
    scene.submit(MONDAY, &id);
    let text = "ref,kind,target,from\na,cancel-site,s1.example.net,\nb,new,,two.toml\n";
    scene.user.write("batch.csv", text);
    let plan = scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    let shown = scene.ok(MONDAY, "batch show plan.json");
    let line = "batch apply plan.json --submit --yes --json";
    let rows = stream(&scene.run(MONDAY, line).exits(0));
    let codes = ["refused.live-order", "refused.domain-in-flight"];
    for (place, code) in codes.into_iter().enumerate() {
        let row = &rows[place + 1];
        assert_eq!(row["outcome"], "skipped");
        for error in [
            &plan["rows"][place]["held_by"],
            &shown["rows"][place]["held_by"],
            &row["error"],
        ] {
            assert_eq!(
                (&error["code"], &error["retryable"]),
                (&json!(code), &json!(true))
            );
        }
    }
}

/// Each key of a row's error can be asked for by itself.
#[test]
fn the_keys_of_an_error_are_fields() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,nobody.example.net\n",
    );
    let line = "batch apply batch.csv --json --fields ref,error.exit,error.code,error.retryable,error.rule";
    let output = scene.run(MONDAY, line).exits(7);
    let row: Value = serde_json::from_str(output.stdout.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        row,
        json!({"type": "row", "ref": "a", "error": {"exit": 4, "code": "not-found.target", "retryable": false, "rule": null}})
    );
}

/// People are told with each failed row what to do, in the words of a batch.
#[test]
fn a_failed_row_says_what_to_do_in_its_file() {
    let access = json!(["tencent", "huawei"]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[site("粤ICP备2021000001号-1", "s1.example.net", &access)],
    )]);
    let text = "ref,kind,target,accept\na,cancel-site,s1.example.net,filed-elsewhere-goes\n";
    scene.user.write("batch.csv", text);
    let output = scene.run(MONDAY, "batch apply batch.csv").exits(7);
    let told = output.stderr;
    assert!(
        told.contains("choose with the column provider: huawei, tencent"),
        "{told}"
    );
    assert!(!told.contains("--provider"), "{told}");

    let text = text
        .replace("accept", "accept,provider")
        .replace("-goes", "-goes,tencent");
    scene.user.write("batch.csv", text);
    let _ = scene
        .run(MONDAY, "batch apply batch.csv --submit --yes")
        .exits(0);
    scene.record(MONDAY, "ref:a", "sms-expired");
    let output = scene.run(MONDAY, "batch apply batch.csv").exits(7);
    assert!(output.stderr.contains("--retry"), "{}", output.stderr);
}
