//! What is printed: one document, seven keys, English codes, masked persons.

use crate::scenarios::{MONDAY, SUBJECT, Scene};
use crate::support::Icpctl;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const KEYS: [&str; 7] = [
    "schema", "ok", "changed", "dry_run", "data", "warnings", "error",
];

fn keys(document: &Value) -> Vec<&str> {
    document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// "One document on every path, success or failure, on stdout, and nothing else there".
#[test]
fn every_path_prints_one_document_with_seven_keys() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    for (line, exit) in [
        (format!("show {id}"), 0),
        ("list".to_owned(), 0),
        ("show zzzzzzzz".to_owned(), 4),
        ("no-such-command".to_owned(), 2),
        ("cancel-site".to_owned(), 2),
        ("cancel-site example.cn --no-such-flag".to_owned(), 2),
        (format!("submit {id}"), 2),
        (format!("record {id} accepted"), 5),
        (format!("edit {id} --set nothing=1"), 3),
        ("adopt --from missing.json".to_owned(), 4),
    ] {
        let document = scene.document(MONDAY, &line, exit);
        assert_eq!(keys(&document), KEYS, "{line}");
        assert_eq!(document["ok"], exit == 0, "{line}");
        assert_eq!(document["error"].is_null(), exit == 0, "{line}");
        assert_eq!(document["changed"], false, "{line}");
        if exit != 0 {
            assert_eq!(document["error"]["exit"], exit, "{line}");
        }
    }
}

/// What opens and closes a stream holds no key that its schema does not describe.
#[test]
fn the_records_of_streams_are_described() {
    let scene = Scene::at("tencent");
    scene
        .user
        .write("rows.csv", "ref,kind,target\na,cancel-site,example.cn\n");
    scene
        .user
        .write("told.csv", "order,event\nref:a,sms-verified\n");
    for (line, schema) in [
        ("batch apply rows.csv --submit --yes", "batch"),
        ("record --from told.csv", "record"),
        ("wait ref:a --for waiting --timeout 0", "wait"),
    ] {
        let printed = scene.run(MONDAY, &format!("{line} --json")).exits(0).stdout;
        let shape = scene.run(MONDAY, &format!("schema {schema}")).exits(0);
        let shape: Value = shape.stdout.parse().unwrap();
        let lines: Vec<Value> = printed.lines().map(|l| l.parse().unwrap()).collect();
        for (name, record) in [("start", &lines[0]), ("summary", &lines[lines.len() - 1])] {
            assert_eq!(record["type"], name, "{line}");
            let known = &shape["$defs"][name]["properties"];
            assert!(
                keys(record).iter().all(|key| known.get(key).is_some()),
                "{record}"
            );
        }
    }
}

/// "`icpctl.error/1` with null data: a command line that can't be parsed".
#[test]
fn a_command_line_that_cannot_be_parsed_is_an_error_document() {
    let scene = Scene::at("tencent");
    let document = scene.document(MONDAY, "cancle-site example.cn", 2);
    assert_eq!(document["schema"], "icpctl.error/1");
    assert!(document["data"].is_null());
    assert!(document["error"].to_string().contains("cancel-site"));
}

/// "Keys, codes and statuses are English in every language; only texts are translated."
#[test]
fn only_texts_are_translated() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let line = format!("submit {id}");
    let english = scene.document(MONDAY, &format!("{line} --lang en"), 2);
    let chinese = scene.document(MONDAY, &format!("{line} --lang zh"), 2);
    assert_eq!(english["error"]["code"], chinese["error"]["code"]);
    assert_ne!(english["error"]["message"], chinese["error"]["message"]);
    let show = |lang: &str| scene.ok(MONDAY, &format!("show {id} --lang {lang}"));
    assert_eq!(show("zh")["status"], show("en")["status"]);
    assert_eq!(show("zh")["label"], "待提交");
}

/// "Personal data is masked without `--reveal`."
#[test]
fn persons_are_masked_unless_revealed() {
    let (scene, id) = Scene::first_filing("tencent");
    let shows = |line: &str| {
        let output = scene.run(MONDAY, line).exits(0).stdout;
        output.contains("13800000003") || output.contains("李四")
    };
    assert!(!shows(&format!("show {id}")));
    assert!(!shows(&format!("show {id} --json")));
    assert!(shows(&format!("show {id} --json --reveal")));
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "forwarded");
    for line in ["show", "status"] {
        assert!(!shows(&format!("{line} {id}")), "{line}");
    }
    assert!(shows(&format!("show {id} --reveal")));
}

/// "Each has an environment twin": a flag wins over its twin, and an irrelevant one is ignored.
#[test]
fn a_flag_has_a_twin_in_the_environment() {
    let scene = Scene::at("tencent");
    let run = |env: &[(&str, &str)], line: &str| scene.user.run_with(env, line.split_whitespace());
    let output = run(&[("ICPCTL_FORMAT", "json")], "list").exits(0);
    assert_eq!(output.json()["ok"], true);
    let output = run(&[("ICPCTL_JSON", "1")], "list --format human").exits(0);
    assert!(!output.stdout.starts_with('{'), "{output:?}");
    let output = run(
        &[("ICPCTL_DRY_RUN", "true")],
        "cancel-site example.cn --json",
    )
    .exits(0);
    assert_eq!(output.json()["dry_run"], true);
    let output = run(&[("ICPCTL_JSON", "1")], "completions bash").exits(0);
    assert!(output.stdout.contains("icpctl"), "{output:?}");
    let output = run(
        &[("ICPCTL_FIELDS", "id"), ("ICPCTL_FORMAT", "json")],
        "calendar show 2026",
    );
    assert_eq!(output.code, 0, "{output:?}");
    let _ = run(&[("ICPCTL_DRY_RUN", "maybe")], "list").exits(2);
}

/// "`template`, `completions`, `man`, `schema` print raw text and refuse `--json`."
#[test]
fn raw_commands_refuse_json() {
    let scene = Scene::empty();
    for line in ["template new", "completions bash", "schema order"] {
        let _ = scene.run(MONDAY, line).exits(0);
        scene.fails(MONDAY, line, 2);
    }
}

/// "`-q`": nothing beside the result.
#[test]
fn quiet_says_nothing_beside_the_result() {
    let scene = Scene::one_site(&["tencent"]);
    let line = "access example.cn --provider nimbus -q";
    let output = scene.run(MONDAY, line).exits(0);
    assert_eq!(output.stdout.len(), 9, "{output:?}");
    assert_eq!(output.stderr, "");
    let output = scene.run(MONDAY, "show zzzzzzzz -q").exits(4);
    assert!(output.stderr.contains("zzzzzzzz"), "{output:?}");
}

/// "`ICPCTL_NOW` … says so on stderr".
#[test]
fn a_fixed_clock_is_said() {
    let scene = Scene::empty();
    let output = scene.run(MONDAY, "list").exits(0);
    assert!(output.stderr.contains("ICPCTL_NOW"), "{output:?}");
}

/// "`portfolio TARGET --exit-status`: 0 filed, 8 an order to that end is live, 9 that
/// order stands against you, 4 neither".
#[test]
fn the_portfolios_exit_status_tells_where_a_filing_stands() {
    let (scene, id) = Scene::first_filing("tencent");
    let code = || {
        let line = "portfolio example.cn --exit-status --provider tencent";
        scene.run(MONDAY, line).code
    };
    assert_eq!(code(), 4);
    scene.submit(MONDAY, &id);
    assert_eq!(code(), 8);
    scene.record(MONDAY, &id, "rejected");
    assert_eq!(code(), 9);
    scene.submit(MONDAY, &id);
    let numbers = "--number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1";
    scene.record(MONDAY, &id, &format!("bureau-approved {numbers}"));
    assert_eq!(code(), 0);
}

/// "`status --exit-status ORDER…`: 9 … 8 … else 0"; presumed counts.
#[test]
fn the_orders_exit_status_counts_what_the_clock_presumes() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let code = |at: &str| {
        let line = format!("status {id} --exit-status");
        scene.run(at, &line).code
    };
    assert_eq!(code(MONDAY), 8);
    scene.submit(MONDAY, &id);
    assert_eq!(code("2026-11-24 09:59:59"), 8);
    assert_eq!(code("2026-11-24 10:00:00"), 9);
    let line = "sms-verified --at 2026-11-23T12:00:00+08:00";
    scene.record("2026-11-24 12:00:00", &id, line);
    scene.record("2026-11-24 12:00:00", &id, "bureau-approved");
    assert_eq!(code("2026-11-24 12:00:00"), 0);
}

/// "orders show their subject's labels too".
#[test]
fn an_order_shows_its_subjects_labels() {
    let scene = Scene::at("tencent");
    scene.ok(MONDAY, &format!("label {SUBJECT} customer=甲"));
    let order = scene.ok(MONDAY, "cancel-site example.cn --label batch=3");
    assert_eq!(order["labels"]["customer"], "甲");
    assert_eq!(order["labels"]["batch"], "3");
}

/// "flags (2)" come first: nothing is written for a field that does not exist.
#[test]
fn an_unknown_field_is_usage_before_anything_is_done() {
    let scene = Scene::at("tencent");
    let line = "cancel-site example.cn --fields nothing";
    scene.fails(MONDAY, line, 2);
    assert_eq!(scene.ok(MONDAY, "list --all"), serde_json::json!([]));
}

/// "`--fields` narrows".
#[test]
fn fields_narrow_a_document() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let line = format!("show {id} --json --fields id,target.domain");
    let document = scene.run(MONDAY, &line).exits(0).narrowed();
    assert_eq!(document["data"]["id"], id.as_str());
    assert!(document["data"]["status"].is_null());
    let output = scene
        .run(MONDAY, "list --format csv --fields id,target.domain")
        .exits(0);
    let text = output.stdout.strip_prefix('\u{feff}').unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines, ["id,target.domain", &format!("{id},example.cn")]);
}

/// "The six print the id alone on stdout": a script takes it as it stands, whatever fields it asks for.
#[test]
fn a_draft_prints_its_id_alone_whatever_fields_are_asked_for() {
    let scene = Scene::at("tencent");
    for fields in ["id", "id,status"] {
        for flag in ["", " --quiet"] {
            let line = format!("access example.cn --provider huawei --fields {fields}{flag}");
            let told = scene.run(MONDAY, &line).exits(0).stdout;
            let id = told.strip_suffix('\n').unwrap();
            assert_eq!(id.len(), 8, "{told}");
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{told}");
        }
    }
}

/// Whoever narrows the table of rows is still told why one failed, and what to do.
#[test]
fn rows_tell_people_why_they_failed_whatever_fields_are_asked_for() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let write = |name, text: &str| scene.user.write(name, text);
    write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,nobody.example.cn\n",
    );
    write("events.csv", &format!("order,event\n{id},accepted\n"));
    write(
        "duties.csv",
        "target,duty\nexample.cn,renew-prior-approval\n",
    );
    for (line, fields, reason) in [
        ("batch apply batch.csv", "ref,outcome", "nothing is filed"),
        ("record --from events.csv", "order,outcome", "is a draft"),
        (
            "duty done --from duties.csv",
            "number,outcome",
            "does not owe",
        ),
    ] {
        for dry in ["", " --dry-run"] {
            let whole = scene.run(MONDAY, &format!("{line}{dry}")).exits(7).stderr;
            assert!(whole.contains(reason), "{line}: {whole}");
            assert!(whole.contains("\n    "), "{line}: {whole}");
            let narrowed = format!("{line}{dry} --fields {fields}");
            let narrowed = scene.run(MONDAY, &narrowed).exits(7);
            assert_eq!(narrowed.stderr, whole, "{line}");
            assert!(narrowed.stdout.starts_with(&fields[..3]), "{narrowed:?}");
        }
    }
}

/// A table that has nothing to tell has no header of nothing either.
#[test]
fn a_failure_prints_no_table() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    for (line, exit) in [
        ("show zzzz".to_owned(), 4),
        (format!("record {id} accepted"), 5),
        ("batch check missing.csv".to_owned(), 4),
        ("export --fields nope".to_owned(), 2),
    ] {
        for format in ["csv", "tsv"] {
            let out = scene
                .run(MONDAY, &format!("{line} --format {format}"))
                .exits(exit);
            assert_eq!(out.stdout, "", "{line} {format}");
            assert!(out.stderr.contains("error: "), "{line} {format}");
        }
    }
    let empty = scene.run(MONDAY, "list --kind new --format csv").exits(0);
    assert!(empty.stdout.starts_with("\u{feff}id,"), "{empty:?}");
}

/// "anything unclassified: disk": a result that cannot be printed is told once on stderr, whatever
/// the format.
#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_told_once() {
    let scene = Scene::at("tencent");
    scene.draft(MONDAY, "cancel-site example.cn");
    for line in [
        "list",
        "list --json",
        "list --format csv",
        "log --json",
        "show example.cn --json",
        "portfolio --json",
        "export",
        "export --format csv",
        "list --fields id",
        "status",
        "template new",
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let out = scene
            .user
            .command(line.split(' '))
            .stdout(full)
            .output()
            .unwrap();
        let told = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(1), "{line}: {told}");
        assert_eq!(
            told.matches("could not be printed").count(),
            1,
            "{line}: {told}"
        );
        assert_eq!(told.matches("error: ").count(), 1, "{line}: {told}");
    }
}

/// A dry run that reads as done misleads whoever reads it, and the script's log after them.
#[test]
fn no_dry_run_says_that_anything_was_done() {
    let user = Icpctl::new();
    let agency = include_str!("../../examples/agency.jsonl");
    user.write("agency.jsonl", agency);
    user.write("more.csv", "subject_number,service_number,domains\n粤ICP备2021000099号,粤ICP备2021000099号-1,nine.example.com\n");
    user.write("batch.csv", include_str!("../../examples/cancel-batch.csv"));
    user.run(["--store", "store", "init"]).exits(0);
    let user = user.env("ICPCTL_STORE", "store");
    user.run(["adopt", "--from", "agency.jsonl"]).exits(0);
    let draft = user.run(["cancel-site", "docs.example.com", "--ref", "docs"]);
    let draft = draft.exits(0).stdout.trim().to_owned();
    let sent = user.run([
        "cancel-site",
        "ledger.example.org",
        "--ref",
        "sent",
        "--submit",
        "--yes",
    ]);
    sent.exits(0);
    user.write(
        "events.csv",
        "order,event,at\nref:sent,sms-sent,\nref:docs,accepted,\n",
    );
    let notice = user.run([
        "notice",
        "add",
        "shop.example.com",
        "--class",
        "service-contact-dead",
    ]);
    let notice = notice.exits(0).stdout.trim().to_owned();
    loosen(&user.home().join("store"));
    let before = tree_of(&user.home().join("store"));
    let resolve = format!("notice resolve {notice}");
    let erase = format!("erase {draft}");
    for (line, exit) in [
        ("--store other init", 0),
        ("adopt --from more.csv", 0),
        ("gone docs.example.com --because holder", 0),
        ("cancel-site shop.example.com", 0),
        ("edit ref:docs --set labels.a=b", 0),
        ("submit ref:docs", 0),
        ("abandon ref:docs", 0),
        ("record ref:sent sms-verified", 0),
        ("record --from events.csv", 7),
        ("label ref:docs a=b", 0),
        ("note ref:docs words", 0),
        (
            "notice add docs.example.com --class service-contact-dead",
            0,
        ),
        (&resolve, 0),
        ("duty done shop.example.com public-security-filing", 0),
        ("batch apply batch.csv", 0),
        ("batch plan batch.csv --out plan.json", 0),
        ("undo", 0),
        ("doctor --fix", 0),
        (&erase, 0),
        ("export --out all.json --format json", 0),
        ("man pages", 0),
    ] {
        for (lang, would) in [("en", "would"), ("zh", "将")] {
            let flags = ["--dry-run", "--lang", lang];
            let told = user.run(line.split(' ').chain(flags)).exits(exit).stderr;
            assert!(told.contains(would), "{line}: {told}");
            for done in [
                " row(s) done",
                "are done",
                "已完成的行",
                "\nmade ",
                "\nundid ",
                "已创建",
                "\n完成",
            ] {
                assert!(!format!("\n{told}").contains(done), "{line}: {told}");
            }
        }
    }
    assert_eq!(tree_of(&user.home().join("store")), before);
    for made in ["other", "plan.json", "all.json", "pages"] {
        assert!(!user.home().join(made).exists(), "{made}");
    }
}

/// Lets other users in, so that there is something to mend.
fn loosen(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// What `--fix` would mend is the same for people and for scripts, and nothing is said of what there
/// is none of.
#[cfg(unix)]
#[test]
fn a_dry_run_of_a_mend_tells_what_there_is_to_mend() {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.run(["--store", "store", "init"]).exits(0);
    let user = user.env("ICPCTL_STORE", "store");
    user.run(["adopt", "--from", "agency.jsonl"]).exits(0);
    let line = ["doctor", "--fix", "--dry-run"];
    let sound = user.run(line).exits(0).stderr;
    assert!(!sound.contains("would"), "{sound}");
    let json = |line: [&str; 3]| user.run(line.into_iter().chain(["--json"])).exits(0).json();
    assert_eq!(json(line)["changed"], false);

    loosen(&user.home().join("store"));
    let told = user.run(line).exits(0).stderr;
    assert!(told.contains("would tighten 1 file(s)"), "{told}");
    assert!(!told.contains("would remove"), "{told}");
    let document = json(line);
    assert_eq!(document["changed"], true);
    assert_eq!(document["data"]["tightened"], 1);
    assert_eq!(json(["doctor", "--fix", "--quiet"])["data"]["tightened"], 1);
    assert_eq!(json(line)["data"]["tightened"], 0);
}

/// What an undo takes back is said in words, before it is done and after.
#[test]
fn an_undo_says_what_the_operation_had_done() {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.run(["adopt", "--from", "agency.jsonl"]).exits(0);
    user.run(["cancel-site", "docs.example.com"]).exits(0);
    for (words, said) in [
        (&["undo", "--dry-run"][..], "(drafted), of 1 record(s)"),
        (
            &["undo", "--dry-run", "--lang", "zh"],
            "（起草），涉及 1 条记录",
        ),
        (&["undo"], "(drafted)\n"),
        (&["undo", "--dry-run"], "(adopted x8), of 8 record(s)"),
    ] {
        let told = user.run(words).exits(0).stderr;
        assert!(told.contains(said), "{words:?}: {told}");
    }
}

/// Every file below a folder, with what is in it; locks are no records.
fn tree_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read(&path).unwrap();
                found.insert(path, content);
            }
        }
    }
    found
}
