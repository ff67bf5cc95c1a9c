//! Plans: what is told before anything happens, and when a plan does not hold any more.

use super::{holding, holding_at, outcomes};
use crate::scenarios::{CERTIFICATES, MONDAY, Scene, codes, company, dossier, hints_at, site};
use serde_json::{Value, json};

const TWO: &str = "ref,kind,target\na,cancel-site,s1.example.net\nb,cancel-site,s2.example.net\n";

fn planned(scene: &Scene, text: &str) -> Value {
    scene.user.write("batch.csv", text);
    scene.ok(MONDAY, "batch plan batch.csv --out plan.json")
}

fn messages(list: &Value, code: &str) -> String {
    let list = list.as_array().unwrap();
    let of_code = list.iter().filter(|one| one["code"] == code);
    of_code.map(ToString::to_string).collect()
}

/// Sites that go one after the other until none is left are better cancelled with their subject, in one
/// order; the command that is named for it works as it stands.
#[test]
fn rows_that_empty_a_subject_point_at_the_order_that_ends_it() {
    let scene = holding(2);
    scene.user.write("batch.csv", TWO);
    let plan = scene.document(MONDAY, "batch plan batch.csv", 0);
    assert_eq!(codes(&plan["warnings"]), ["consider-cancel-subject"]);
    let instead = "icpctl cancel-subject 粤ICP备2021000001号 --provider tencent";
    let said = scene
        .run(MONDAY, "batch plan batch.csv --lang zh")
        .exits(0)
        .stderr;
    assert!(said.contains(instead), "{said}");
    let _ = scene.draft(MONDAY, instead.strip_prefix("icpctl ").unwrap());
    let warnings = |scene: &Scene, rows: &str| {
        scene.user.write("batch.csv", rows);
        scene.document(MONDAY, "batch plan batch.csv", 0)["warnings"].clone()
    };
    assert_eq!(warnings(&holding(3), TWO), json!([]));
    // Through which of several providers to go is not for the plan to say.
    let scene = holding(2);
    let _ = scene.ok(MONDAY, "access s2.example.net --provider huawei --ref come");
    let _ = scene.ok(MONDAY, "submit ref:come --yes");
    let _ = scene.ok(MONDAY, "record ref:come bureau-approved");
    let rows = "ref,kind,target,provider\na,cancel-site,s1.example.net,tencent\nb,cancel-site,s2.example.net,tencent\n";
    assert_eq!(warnings(&scene, rows), json!([]));
    let scene = holding_at(&["tencent", "huawei"]);
    let rows = "ref,kind,target,provider\na,cancel-site,s1.example.net,tencent\nb,cancel-site,s2.example.net,huawei\n";
    assert_eq!(warnings(&scene, rows), json!([]));
    // Nor to name the order that the file holds itself.
    let rows = format!("{TWO}c,cancel-subject,粤ICP备2021000001号\n");
    assert_eq!(warnings(&holding(2), &rows), json!([]));
}

/// "a batch that cancels the last site of a subject says so before anything happens"
#[test]
fn rows_that_together_cancel_the_last_site_say_so() {
    let scene = holding(2);
    let plan = planned(&scene, TWO);
    assert!(
        messages(&plan["impact"], "subject-becomes-empty-shell").contains("粤ICP备2021000001号")
    );
    for row in plan["rows"].as_array().unwrap() {
        assert_eq!(row["action"], "draft");
        assert!(!codes(&row["impact"]).contains(&"subject-becomes-empty-shell".to_owned()));
    }
    let human = scene.run(MONDAY, "batch show plan.json").exits(0).stdout;
    assert!(
        human.contains("becomes an empty shell: 粤ICP备2021000001号"),
        "{human}"
    );
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));

    // One of three leaves two: nobody is left alone.
    let plan = planned(&holding(3), TWO);
    assert!(!codes(&plan["impact"]).contains(&"subject-becomes-empty-shell".to_owned()));
}

/// The total is computed over the whole: a domain that both services hold becomes unfiled.
#[test]
fn what_no_row_does_alone_is_told_of_all() {
    let access = json!(["tencent", "huawei"]);
    let app = json!({"number": "粤ICP备2021000001号-2A", "kind": "app", "name": "示例应用",
        "domains": ["s1.example.net"], "accesses": ["tencent"]});
    let shared = [
        site("粤ICP备2021000001号-1", "s1.example.net", &access),
        app,
    ];
    let scene = Scene::holding(&[company("粤ICP备2021000001号", CERTIFICATES[0], &shared)]);
    let plan = planned(
        &scene,
        "ref,kind,target,provider,accept\n\
         a,cancel-site,粤ICP备2021000001号-1,tencent,filed-elsewhere-goes\n\
         b,cancel-site,粤ICP备2021000001号-2A,tencent,\n",
    );
    for row in plan["rows"].as_array().unwrap() {
        assert!(codes(&row["impact"]).contains(&"domain-still-filed".to_owned()));
    }
    let together = codes(&plan["impact"]);
    assert!(
        together.contains(&"domain-unfiled".to_owned()),
        "{together:?}"
    );
    assert!(!together.contains(&"domain-still-filed".to_owned()));
    assert!(messages(&plan["impact"], "filed-elsewhere-goes").contains("huawei"));

    // Both accesses of one service, one by one: its last access goes.
    let plan = planned(
        &scene,
        "ref,kind,target,provider\n\
         a,cancel-access,粤ICP备2021000001号-1,tencent\n\
         b,cancel-access,粤ICP备2021000001号-1,huawei\n",
    );
    let last = messages(&plan["impact"], "service-loses-last-access");
    assert!(last.contains("粤ICP备2021000001号-1"), "{last}");
    let rows = plan["rows"].as_array().unwrap();
    assert!(
        rows.iter()
            .all(|row| !codes(&row["impact"]).contains(&"service-loses-last-access".to_owned()))
    );
}

/// "all accesses here cancelled": the total is judged by what is left at the provider after all the
/// rows, as of one order of the same services.
#[test]
fn accesses_that_end_row_by_row_leave_the_account() {
    let number = |suffix: &str| format!("粤ICP备2021000001号-{suffix}");
    let app = json!({"number": number("3A"), "kind": "app", "name": "示例应用",
        "domains": ["s1.example.net"], "accesses": ["tencent"]});
    let all = [
        site(
            &number("1"),
            "s1.example.net",
            &json!(["tencent", "huawei"]),
        ),
        site(&number("2"), "s2.example.net", &json!(["tencent"])),
        app,
    ];
    let scene = Scene::holding(&[company("粤ICP备2021000001号", CERTIFICATES[0], &all)]);
    let plan = |rows: &[(&str, &str)]| {
        let rows = rows.iter().enumerate().map(|(place, (kind, suffix))| {
            let target = number(suffix);
            format!("r{place},{kind},{target},tencent\n")
        });
        let rows: String = rows.collect();
        planned(&scene, &format!("ref,kind,target,provider\n{rows}"))
    };
    let (leaves, unreachable) = ("subject-leaves-account", "domain-unreachable-at-provider");

    let rows = ["1", "2", "3A"].map(|suffix| ("cancel-access", suffix));
    let total = plan(&rows);
    for row in total["rows"].as_array().unwrap() {
        assert!(!codes(&row["impact"]).contains(&leaves.to_owned()));
    }
    let one = scene.ok(
        MONDAY,
        &format!(
            "cancel-access {} {} {} --provider tencent -n",
            number("1"),
            number("2"),
            number("3A")
        ),
    );
    for code in [leaves, unreachable] {
        let of = |list: &Value, key: &str| {
            let list = list.as_array().unwrap();
            let one = list.iter().find(|one| one["code"] == code);
            one.map(|one| one[key].clone())
        };
        for key in ["domains", "providers"] {
            let (of_all, of_one) = (of(&total["impact"], key), of(&one["impact"], key));
            assert!(of_one.is_some());
            assert_eq!(of_all, of_one, "{code}.{key}");
        }
    }

    // Services that go with their filings leave nothing there either.
    let mixed = plan(&[
        ("cancel-site", "2"),
        ("cancel-site", "3A"),
        ("cancel-access", "1"),
    ]);
    assert!(messages(&mixed["impact"], leaves).contains("tencent"));
    assert!(messages(&mixed["impact"], unreachable).contains("s1.example.net"));

    // The app is left, and the domain with it.
    let some = plan(&rows[..2]);
    assert!(!codes(&some["impact"]).contains(&leaves.to_owned()));
    assert!(!messages(&some["impact"], unreachable).contains("s1.example.net"));
    assert!(messages(&some["impact"], unreachable).contains("s2.example.net"));
}

/// "`batch plan FILE --out PLAN` writes what each row will do, its impact, and the revisions it was
/// made from"; "`apply` tells a plan from a batch by content".
#[test]
fn a_plan_is_a_file_that_apply_takes_like_a_batch() {
    let scene = holding(2);
    let live = scene.draft(MONDAY, "change s1.example.net --set remark=x");
    scene.submit(MONDAY, &live);
    scene.user.write(
        "other.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\nc,cancel-site,nobody.example.net\n",
    );
    let plan = scene.ok(MONDAY, "batch plan other.csv --out plan.csv");
    assert_eq!(
        plan["counts"],
        json!({"draft": 1, "send": 0, "none": 0, "fail": 1})
    );
    assert_eq!(plan["rows"][0]["held_by"]["code"], "refused.live-order");
    assert_eq!(plan["rows"][1]["error"]["exit"], 4);
    let based = plan["rows"][0]["based_on"].to_string();
    assert!(
        based.contains("粤ICP备2021000001号") && based.contains(&live),
        "{based}"
    );
    assert_eq!(scene.ok(MONDAY, "batch show plan.csv"), plan);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let meta = std::fs::metadata(scene.user.home().join("plan.csv")).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    }
    let output = scene.run(MONDAY, "batch apply plan.csv --json").exits(7);
    assert_eq!(outcomes(&output), ["a ok", "c failed"]);
    // A dry run writes no plan.
    let _ = scene
        .run(MONDAY, "batch plan other.csv --out none.json -n")
        .exits(0);
    assert!(!scene.user.home().join("none.json").exists());
}

/// "refuses a stale plan (6) before touching anything".
#[test]
fn a_plan_holds_until_something_that_it_rests_on_moves() {
    for (line, exit) in [
        ("note d2.example.net 无关", 0),
        ("cancel-site d2.example.net", 0),
        ("change s1.example.net --set remark=x", 6),
        ("label 粤ICP备2021000001号 customer=甲", 6),
        ("gone s3.example.net --because bureau --yes", 6),
        (
            "change s2.example.net --set name=新名称 --ref c --submit --yes",
            6,
        ),
    ] {
        let scene = holding(3);
        let other = company(
            "粤ICP备2021000002号",
            CERTIFICATES[1],
            &[site(
                "粤ICP备2021000002号-1",
                "d2.example.net",
                &json!(["tencent"]),
            )],
        );
        scene.user.write("more.json", other.to_string());
        scene.ok("2026-01-05 09:00:00", "adopt --from more.json");
        planned(&scene, TWO);
        scene.ok(MONDAY, line);
        let before = scene.ok(MONDAY, "list --all");
        let output = scene
            .run(MONDAY, "batch apply plan.json --json")
            .exits(exit);
        if exit == 6 {
            assert!(
                output.stdout.contains("conflict.stale-plan"),
                "{line}: {output:?}"
            );
            assert_eq!(scene.ok(MONDAY, "list --all"), before, "{line}");
            let _ = scene.run(MONDAY, "batch show plan.json").exits(0);
            let _ = scene.run(MONDAY, "batch apply batch.csv").exits(0);
        } else {
            assert_eq!(outcomes(&output), ["a ok", "b ok"], "{line}");
        }
    }
}

/// "only rows not yet done count, and what this plan wrote does not".
#[test]
fn a_plan_is_not_made_stale_by_what_it_wrote() {
    let scene = holding(2);
    planned(&scene, TWO);
    let run =
        |line: &str| outcomes(&scene.run(MONDAY, &format!("batch apply plan.json --json {line}")));
    assert_eq!(run(""), ["a ok", "b ok"]);
    assert_eq!(run(""), ["a unchanged", "b unchanged"]);
    assert_eq!(run("--submit --yes"), ["a ok", "b skipped"]);
    assert_eq!(run("--submit --yes"), ["a unchanged", "b skipped"]);
    scene.record(MONDAY, "ref:a", "bureau-approved");
    assert_eq!(run("--submit --yes"), ["a unchanged", "b ok"]);
    // All is done: what moves now is no concern of the plan.
    scene.ok(MONDAY, "label 粤ICP备2021000001号 customer=甲");
    assert_eq!(run("--submit --yes"), ["a unchanged", "b unchanged"]);
}

/// "refuses a stale plan": one is stale where something has moved, not where submission would say no.
/// A plan says what `apply` does with each row and, apart, what submission says of it.
#[test]
fn what_submission_refuses_makes_no_plan_stale() {
    let scene = holding(2);
    let batch = "ref,kind,target,set\n\
                 a,change,s1.example.net,name=新名\n\
                 b,cancel-site,s2.example.net,\n";
    let plan = planned(&scene, batch);
    assert_eq!(
        plan["counts"],
        json!({"draft": 2, "send": 0, "none": 0, "fail": 0})
    );
    let row = &plan["rows"][0];
    assert_eq!(row["error"], Value::Null);
    assert_eq!(row["held_by"]["code"], "refused.rule");
    let human = scene.run(MONDAY, "batch show plan.json").exits(0);
    assert!(human.stdout.contains("when sent: "), "{human:?}");
    assert!(human.stderr.contains("could not be sent now"), "{human:?}");
    let run = |line: &str, exit| {
        let line = format!("batch apply plan.json --json {line}");
        outcomes(&scene.run(MONDAY, &line).exits(exit))
    };
    assert_eq!(run("-n", 0), ["a ok", "b ok"]);
    assert_eq!(run("--submit --yes -n", 7), ["a failed", "b ok"]);
    assert_eq!(run("", 0), ["a ok", "b ok"]);
    assert_eq!(run("", 0), ["a unchanged", "b unchanged"]);
    assert_eq!(run("--submit --yes", 7), ["a failed", "b ok"]);
    let plan = scene.ok(MONDAY, "batch plan batch.csv");
    let actions = [&plan["rows"][0]["action"], &plan["rows"][1]["action"]];
    assert_eq!(actions, ["send", "none"]);
}

/// What a row rests on includes its dossier.
#[test]
fn a_changed_dossier_makes_a_plan_stale() {
    let scene = holding(1);
    scene.user.write("new.toml", dossier("tencent"));
    planned(&scene, "ref,kind,from\na,new,new.toml\n");
    scene.user.write(
        "new.toml",
        dossier("tencent").replace("示例商城", "示例书店"),
    );
    let error = scene.fails(MONDAY, "batch apply plan.json", 6);
    assert!(
        error["message"].as_str().unwrap().contains("dossier"),
        "{error}"
    );
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
}

/// A file that is no whole plan is told so.
#[test]
fn a_damaged_plan_is_refused() {
    let scene = holding(1);
    planned(&scene, "ref,kind,target\na,cancel-site,s1.example.net\n");
    let text = std::fs::read_to_string(scene.user.home().join("plan.json")).unwrap();
    for damaged in [
        text.replace("\"action\":\"draft\"", "\"action\":\"dance\""),
        text.replace("\"line\":2", "\"line\":\"2\""),
        text.replace("batch-plan/1", "batch-plan/9"),
    ] {
        scene.user.write("damaged.json", damaged);
        assert_eq!(
            scene.fails(MONDAY, "batch show damaged.json", 3)["code"],
            "invalid.plan"
        );
        scene.fails(MONDAY, "batch apply damaged.json", 3);
    }
    // One that was cut is a plan all the same, wherever it breaks off.
    let half = text.floor_char_boundary(text.len() / 2);
    for length in [12, 40, half, text.trim_end().len() - 1] {
        scene.user.write("cut.json", &text[..length]);
        for command in ["show", "apply"] {
            let error = scene.fails(MONDAY, &format!("batch {command} cut.json"), 3);
            assert_eq!(error["code"], "invalid.plan", "{length}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("the plan breaks off here"), "{message}");
            assert!(error["hints"][0].as_str().unwrap().contains("plan again"));
        }
    }
    scene.fails(MONDAY, "batch show batch.csv", 3);
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    // One that an editor saved with a mark before it and its own line ends is the same plan.
    let saved = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    scene.user.write("saved.json", saved);
    scene.run(MONDAY, "batch apply saved.json").exits(0);
}

/// "A ref whose order ended unapproved is `failed` unless `--retry`", of a plan too.
#[test]
fn what_was_missing_then_can_be_given_now() {
    let scene = holding(1);
    planned(
        &scene,
        "ref,kind,target\na,cancel-subject,粤ICP备2021000001号\n",
    );
    let run = |line: &str, exit| {
        let output = scene.run(MONDAY, &format!("batch apply plan.json --json {line}"));
        outcomes(&output.exits(exit))
    };
    assert_eq!(run("--submit --yes", 7), ["a failed"]);
    assert_eq!(
        run("--submit --yes --confirm 粤ICP备2021000001号", 0),
        ["a ok"]
    );
}

/// "A ref whose order ended unapproved is `failed` unless `--retry`": a plan made with it is carried
/// out by the command that it hints at, and takes up only what had ended when it was made.
#[test]
fn a_plan_keeps_what_it_retries() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\n",
    );
    let _ = scene
        .run(MONDAY, "batch apply batch.csv --submit --yes")
        .exits(0);
    let first = scene.record(MONDAY, "ref:a", "sms-expired")["id"].clone();
    let plan = scene.ok(MONDAY, "batch plan batch.csv --out plain.json");
    assert_eq!(plan["rows"][0]["retries"], Value::Null);
    let plan = scene.ok(MONDAY, "batch plan batch.csv --retry --out plan.json");
    assert_eq!(plan["rows"][0]["action"], "draft");
    assert_eq!(plan["rows"][0]["retries"], first);
    let run = |name: &str, exit| {
        let line = format!("batch apply {name} --json --submit --yes");
        outcomes(&scene.run(MONDAY, &line).exits(exit))
    };
    assert_eq!(run("plain.json", 7), ["a failed"]);
    assert_eq!(run("plan.json", 0), ["a ok"]);
    assert_eq!(run("plan.json", 0), ["a unchanged"]);
    scene.record(MONDAY, "ref:a", "sms-expired");
    assert_eq!(run("plan.json", 7), ["a failed"]);
}

/// "refuses a stale plan (6)": a draft that was to be sent and was given up meanwhile has moved.
#[test]
fn a_draft_given_up_after_planning_makes_a_plan_stale() {
    let scene = holding(1);
    let batch = "ref,kind,target\na,cancel-site,s1.example.net\n";
    scene.user.write("batch.csv", batch);
    let _ = scene.run(MONDAY, "batch apply batch.csv").exits(0);
    let plan = planned(&scene, batch);
    assert_eq!(plan["rows"][0]["action"], "send");
    scene.ok(MONDAY, "abandon ref:a --yes");
    for line in ["", "--retry"] {
        let line = format!("batch apply plan.json --submit --yes {line}");
        assert_eq!(
            scene.fails(MONDAY, &line, 6)["code"],
            "conflict.stale-plan",
            "{line}"
        );
    }
}

/// A plan's document is printed row by row, and reads as if it were laid out whole.
#[test]
fn a_plan_printed_row_by_row_is_its_document() {
    let scene = holding(3);
    scene.user.write("batch.csv", TWO);
    let line = "batch plan batch.csv --json";
    let by_row = scene.run(MONDAY, line).exits(0).stdout;
    let fields = "file,made_at,counts,impact,rows";
    let whole = scene.run(MONDAY, &format!("{line} --fields {fields}"));
    assert_eq!(by_row, whole.exits(0).stdout);
    let document: Value = serde_json::from_str(&by_row).unwrap();
    assert_eq!(document["data"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(document["data"]["counts"]["draft"], 2);
}

/// The command that a plan hints at is one that a shell takes.
/// `--fields` takes what the action's own document has: a plan has no findings, a check no rows.
#[test]
fn each_action_has_the_fields_of_its_own_document() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\n",
    );
    let narrowed = |action: &str, fields: &str, exit: i32| {
        let line = format!("batch {action} batch.csv --json --fields {fields}");
        scene.run(MONDAY, &line).exits(exit).narrowed()
    };
    let refused = narrowed("plan", "findings.rule", 2);
    assert!(
        hints_at(&refused["error"], "rows.error.rule"),
        "{refused:#}"
    );
    narrowed("check", "rows.ref", 2);
    let checked = narrowed("check", "findings.rule", 0);
    let findings = checked["data"]["findings"].as_array().unwrap();
    assert!(
        !findings.is_empty() && findings.iter().all(|f| f["rule"].is_string()),
        "{findings:?}"
    );
    let plan = narrowed("plan", "rows.ref,rows.impact.code", 0);
    let row = &plan["data"]["rows"][0];
    assert_eq!(row["ref"], "a");
    let codes = row["impact"].as_array().unwrap();
    assert!(
        !codes.is_empty() && codes.iter().all(|i| i["code"].is_string()),
        "{row}"
    );
}

#[test]
fn a_name_with_a_blank_is_quoted_in_the_hint() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\n",
    );
    let line = ["batch", "plan", "batch.csv", "--out", "my plan.json"];
    let told = scene.user.run(line).exits(0).stderr;
    assert!(told.contains("icpctl batch apply 'my plan.json'"), "{told}");
}

/// What a clerk wrote is never replaced: neither the batch nor a dossier that a row names.
#[test]
fn a_plan_takes_the_place_of_no_file_that_it_is_made_from() {
    let scene = holding(2);
    let dossier = "kind = \"change\"\nsubject = \"粤ICP备2021000001号\"\n";
    scene.user.write("in/d.toml", dossier);
    let rows = format!("{TWO}c,cancel-site,s1.example.net\n");
    scene.user.write("in/batch.csv", &rows);
    scene
        .user
        .write("in/from.csv", "ref,kind,from\na,new,d.toml\n");
    for line in [
        "batch plan in/batch.csv --out in/batch.csv",
        "batch plan in/batch.csv --out in/../in/batch.csv",
        "batch plan in/from.csv --out in/d.toml",
    ] {
        let told = scene.run(MONDAY, line);
        assert!([2, 3].contains(&told.code), "{line} {told:?}");
    }
    let read = |name: &str| std::fs::read_to_string(scene.user.home().join(name)).unwrap();
    assert_eq!(read("in/batch.csv"), rows);
    assert_eq!(read("in/d.toml"), dossier);
    let told = scene.document(MONDAY, "batch plan in/batch.csv --out in/batch.csv", 2);
    assert_eq!(told["error"]["code"], "usage.arguments");
}

/// "impact per row": what a row leaves alone is listed whole, and a plan of many rows of one subject
/// grows with the rows, not with their square.
#[test]
fn a_plan_grows_with_its_rows() {
    let planned = |count: usize| {
        let scene = holding(count);
        let rows: Vec<String> = (1..=count)
            .map(|n| format!("r{n},cancel-site,s{n}.example.net"))
            .collect();
        let plan = planned(&scene, &format!("ref,kind,target\n{}\n", rows.join("\n")));
        assert_eq!(scene.ok(MONDAY, "batch show plan.json"), plan);
        let file = std::fs::metadata(scene.user.home().join("plan.json")).unwrap();
        (plan, file.len())
    };
    let (plan, small) = planned(20);
    for (place, row) in plan["rows"].as_array().unwrap().iter().enumerate() {
        let impact = row["impact"].as_array().unwrap();
        let rest = impact
            .iter()
            .find(|i| i["code"] == "other-services-unaffected");
        let listed = rest.unwrap()["services"].as_array().unwrap();
        let others = (1..=20).filter(|n| *n != place + 1);
        let others: Vec<Value> = others
            .map(|n| json!(format!("粤ICP备2021000001号-{n}")))
            .collect();
        assert_eq!(*listed, others);
        assert!(
            rest.unwrap()["message"]
                .as_str()
                .unwrap()
                .ends_with("and 11 more")
        );
    }
    let (_, large) = planned(80);
    assert!(
        large < small * 5,
        "{small} bytes for 20 rows, {large} for 80"
    );
}

/// A problem of a plan's row stands where the row stood in the batch: line and column.
#[test]
fn a_plan_keeps_the_places_of_its_cells() {
    let scene = holding(2);
    scene.user.write("new.toml", dossier("tencent"));
    let csv = "ref,kind,target,from\na,cancel-site,s1.example.net,\nb,new,,new.toml\n";
    let jsonl = "{\"ref\":\"a\",\"kind\":\"cancel-site\",\"target\":\"s1.example.net\"}\n\
                 {\"ref\":\"b\",\"kind\":\"new\",\"from\":\"new.toml\"}\n";
    for (name, text, place) in [("batch.csv", csv, "3:8"), ("batch.jsonl", jsonl, "2:32")] {
        scene.user.write("new.toml", dossier("tencent"));
        scene.user.write(name, text);
        let _ = scene
            .run(MONDAY, &format!("batch plan {name} --out plan.json"))
            .exits(0);
        scene
            .user
            .write("new.toml", "kind = \"new\"\nprovder = \"x\"\n");
        let told = scene.fails(MONDAY, "batch apply plan.json", 3).to_string();
        assert!(told.contains(&format!("{name}:{place} (from)")), "{told}");
    }
}

/// A row that several are in the way of names the one of its own subject, whatever the ids that
/// were drawn.
#[test]
fn the_order_that_holds_a_row_back_is_always_the_same() {
    let access = json!([{"provider": "tencent", "account": "a-1"}]);
    let services = |subject: &str, first: usize| {
        let service = |place: usize| {
            let number = format!("{subject}-{}", place - first + 1);
            site(&number, &format!("s{place}.example.net"), &access)
        };
        [service(first), service(first + 1)]
    };
    let [one, two] = ["粤ICP备2021000001号", "粤ICP备2021000002号"];
    let scene = Scene::holding(&[
        company(one, CERTIFICATES[0], &services(one, 1)),
        company(two, CERTIFICATES[1], &services(two, 3)),
    ]);
    scene.user.write(
        "batch.csv",
        "ref,kind,target,account\n\
         a,cancel-site,s3.example.net,a-1\n\
         b,cancel-site,s1.example.net,a-2\n\
         c,cancel-site,s2.example.net,a-1\n",
    );
    for seed in 1..=12 {
        let seed = seed.to_string();
        let told = scene.user.run_with(
            &[("ICPCTL_SEED", seed.as_str())],
            [
                "batch",
                "apply",
                "batch.csv",
                "--submit",
                "--yes",
                "-n",
                "--json",
            ],
        );
        let rows: Vec<Value> = told
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let last = rows.iter().find(|row| row["ref"] == "c");
        let last = last.unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!(last["outcome"], "skipped", "{seed}: {told:?}");
        assert_eq!(last["error"]["rule"], "ORD-02", "{seed}: {told:?}");
        let message = last["error"]["message"].as_str().unwrap();
        assert!(message.contains("ref:b"), "{seed}: {message}");
    }
}

/// Two providers differ in whether a place comes back: the totals say which is meant.
#[test]
fn the_totals_say_at_which_provider_a_quota_comes_back() {
    let access = [json!(["tencent"]), json!(["huawei"])];
    let sites = [1, 2].map(|n| {
        let number = format!("粤ICP备2021000001号-{n}");
        site(&number, &format!("s{n}.example.net"), &access[n - 1])
    });
    let scene = Scene::holding(&[company("粤ICP备2021000001号", CERTIFICATES[0], &sites)]);
    let plan = planned(&scene, TWO);
    for (code, provider) in [
        ("quota-returned", "tencent"),
        ("quota-not-returned", "huawei"),
    ] {
        let told = plan["impact"].as_array().unwrap().iter();
        let told: Vec<&Value> = told.filter(|one| one["code"] == code).collect();
        assert_eq!(told[0]["providers"], json!([provider]));
        let message = told[0]["message"].as_str().unwrap();
        assert!(message.ends_with(&format!(": {provider}")), "{message}");
    }
    // What cannot be taken back is told with whose it is.
    let fixed = messages(&plan["impact"], "cannot-be-withdrawn");
    assert!(fixed.contains(": 粤ICP备2021000001号\""), "{fixed}");
}
