//! What a batch file may look like, and how everything wrong in it is told.

use super::{holding, outcomes};
use crate::scenarios::{MONDAY, Scene, dossier};
use encoding_rs::GB18030;
use serde_json::{Value, json};

/// Returns where each finding stands and what it is.
fn places(document: &Value) -> Vec<String> {
    let place = |f: &Value| {
        let rule = f["rule"].as_str().unwrap();
        format!("{}:{} {rule}", f["line"], f["column"])
    };
    let findings = document["data"]["findings"].as_array().unwrap();
    findings.iter().map(place).collect()
}

/// "UTF-8 with or without BOM, CRLF or LF, quoted newlines"; "Chinese header names are accepted
/// too"; "columns `label:NAME`".
#[test]
fn a_spreadsheets_file_is_read_as_it_is() {
    let scene = holding(3);
    let text = "\u{feff}自定编号,订单类型,对象,接入商,原因,标签:customer\r\n\
                a,注销互联网信息服务,s1.example.net,,\"停办\r\n第二行\",甲\r\n\
                \r\n\
                b,cancel-site,粤icp备2021000001-2,tencent,,乙\r\n";
    scene.user.write("batch.csv", text);
    let output = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert_eq!(outcomes(&output), ["a ok", "b ok"]);
    let order = scene.order(MONDAY, "ref:a");
    assert_eq!(order["labels"]["customer"], "甲");
    assert_eq!(order["target"]["domain"], "s1.example.net");
    assert!(
        order["history"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("第二行")
    );
    assert_eq!(
        scene.order(MONDAY, "ref:b")["target"]["domain"],
        "s2.example.net"
    );
}

/// "Batch, CSV or JSON Lines", from a file or stdin.
#[test]
fn json_lines_and_stdin_say_the_same() {
    let rows = [
        json!({"ref": "a", "kind": "change", "target": "s1.example.net", "set": ["name=示例书店", "remark=搬迁"]}),
        json!({"ref": "b", "kind": "access", "target": "s2.example.net;s3.example.net", "provider": "huawei", "label:customer": "甲"}),
    ];
    let lines = rows.map(|row| row.to_string()).join("\n");
    let csv = "ref,kind,target,set,provider,label:customer\n\
               a,change,s1.example.net,name=示例书店;remark=搬迁,,\n\
               b,access,s2.example.net;s3.example.net,,huawei,甲\n";
    let mut shown: Vec<Value> = Vec::new();
    for text in [lines.as_str(), csv] {
        let mut scene = holding(3);
        scene.user = scene.user.stdin(text);
        let output = scene.run(MONDAY, "batch apply - --json").exits(0);
        assert_eq!(outcomes(&output), ["a ok", "b ok"]);
        let order = |key: &str| {
            let mut order = scene.order(MONDAY, key);
            order["history"] = Value::Null;
            order
        };
        shown.push(json!([order("ref:a"), order("ref:b")]));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0][0]["changes"].as_array().unwrap().len(), 2);
    assert_eq!(
        shown[0][1]["target"]["services"].as_array().unwrap().len(),
        2
    );
}

/// "other encodings are refused with line, column and remedy, or read with `--encoding gb18030`".
#[test]
fn another_encoding_is_never_guessed() {
    let scene = holding(1);
    let text = "ref,kind,target,label:customer\na,cancel-site,s1.example.net,甲\n";
    let (bytes, _, _) = GB18030.encode(text);
    scene.user.write("batch.csv", bytes);
    for command in ["check", "plan", "apply"] {
        let line = format!("batch {command} batch.csv");
        let output = scene.run(MONDAY, &line).exits(3);
        let told = output.stdout + &output.stderr;
        assert!(told.contains(":2:30"), "{told}");
        assert!(told.contains("--encoding gb18030"), "{told}");
    }
    let _ = scene
        .run(MONDAY, "batch apply batch.csv --encoding gb18030")
        .exits(0);
    assert_eq!(scene.order(MONDAY, "ref:a")["labels"]["customer"], "甲");
}

/// "unknown columns are refused with a suggestion; all problems are told at once".
#[test]
fn all_problems_are_told_at_once_with_line_and_column() {
    let scene = holding(2);
    scene.user.write(
        "columns.csv",
        "ref,knd,target\na,cancel-site,s1.example.net\n",
    );
    let error = scene.document(MONDAY, "batch check columns.csv", 3);
    let finding = &error["data"]["findings"][0];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(1), &json!(5))
    );
    assert!(
        finding["fix"].as_str().unwrap().contains("kind"),
        "{finding}"
    );

    let text = "ref,kind,target,set,verify_by,confirm,from\n\
                ,cancel-site,s1.example.net,,,,\n\
                b,cancel-sight,s1.example.net,,,,\n\
                c,cancel-site,s1.example.net,,pigeon,,\n\
                d,access,s1.example.net,,,,\n\
                e,change,s1.example.net,nmae=x,,,\n\
                f,change,s1.example.net,name,sms,,\n\
                g,cancel-subject,s1.example.net,,,粤ICP备1号,\n\
                h,cancel-site,s1.example.net;s2.example.net,,,,\n\
                i,new,,,,,\n\
                j,new,,,,,missing.toml\n";
    scene.user.write("rows.csv", text);
    let document = scene.document(MONDAY, "batch check rows.csv", 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    let places: Vec<(u64, u64, &str)> = findings
        .iter()
        .map(|f| {
            let number = |key: &str| f[key].as_u64().unwrap();
            (
                number("line"),
                number("column"),
                f["rule"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (2, 1, "missing-field"),
            (3, 3, "unknown-value"),
            (4, 31, "unknown-value"),
            (5, 1, "missing-field"),
            (6, 25, "unknown-field"),
            (7, 25, "wrong-form"),
            (7, 30, "not-for-this-kind"),
            (8, 35, "not-a-number"),
            (9, 15, "too-many"),
            (10, 11, "missing-field"),
            (11, 11, "invalid-row"),
        ]
    );
    assert!(findings[1]["fix"].as_str().unwrap().contains("cancel-site"));
    assert!(findings[4]["fix"].as_str().unwrap().contains("name"));
    // The same problems stop `plan` and `apply` before anything is done.
    for line in [
        "batch plan rows.csv --out plan.json",
        "batch apply rows.csv",
    ] {
        let error = scene.fails(MONDAY, line, 3);
        let told = error.to_string();
        for (line, column, _) in &places {
            assert!(
                told.contains(&format!("rows.csv:{line}:{column}")),
                "{told}"
            );
        }
    }
    assert!(!scene.user.home().join("plan.json").exists());
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
}

/// "An invalid row is 3 before anything is done".
#[test]
fn an_invalid_row_leaves_the_others_undone() {
    let scene = holding(2);
    for bad in [
        "b,change,s2.example.net,domains=not a host",
        "b,cancel-site,,",
    ] {
        let text = format!("ref,kind,target,set\na,cancel-site,s1.example.net,\n{bad}\n");
        scene.user.write("batch.csv", text);
        let error = scene.fails(MONDAY, "batch apply batch.csv", 3);
        assert!(
            error["message"].as_str().unwrap().contains("batch.csv:3:"),
            "{error}"
        );
        assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
    }
}

/// "`from`: a dossier, relative to the batch file".
#[test]
fn a_dossier_is_found_beside_the_batch() {
    let scene = holding(1);
    let text = dossier("tencent")
        + "\n[[materials]]\nslot = \"domain-certificate\"\nfile = \"scan.png\"\nservice = \"1\"\n";
    scene.user.write(
        "jobs/dossiers/new.toml",
        text.replace("example.cn", "new.example.org"),
    );
    scene
        .user
        .write("jobs/dossiers/scan.png", b"\x89PNG\r\n\x1a\n0000");
    scene.user.write(
        "jobs/batch.csv",
        "ref,kind,from\nfirst,new,dossiers/new.toml\n",
    );
    let _ = scene
        .run(MONDAY, "batch plan jobs/batch.csv --out plan.json")
        .exits(0);
    let output = scene.run(MONDAY, "batch apply plan.json --json").exits(0);
    assert_eq!(outcomes(&output), ["first ok"]);
    let order = scene.order(MONDAY, "ref:first");
    assert_eq!(order["services"][0]["domains"], json!(["new.example.org"]));
    let files = std::fs::read_dir(scene.user.home().join(".icpctl/files")).unwrap();
    assert_eq!(files.count(), 1);

    scene.user.write(
        "jobs/dossiers/bad.toml",
        "kind = \"new\"\nprovder = \"x\"\n",
    );
    scene
        .user
        .write("jobs/bad.csv", "ref,kind,from\nbad,new,dossiers/bad.toml\n");
    let error = scene.fails(MONDAY, "batch apply jobs/bad.csv", 3);
    let told = error.to_string();
    assert!(told.contains("jobs/bad.csv:2:9"), "{told}");
    assert!(told.contains("bad.toml:2:1"), "{told}");
}

/// "`template` prints both": what it prints can be applied as it stands.
#[test]
fn the_template_is_a_batch() {
    let scene = holding(1);
    let text = scene.run(MONDAY, "template batch").exits(0).stdout;
    scene.user.write("batch.csv", text);
    let output = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert_eq!(outcomes(&output), ["2026-001 ok"]);
}

/// "all problems are told at once": what the rows say wrongly beside a column that is misspelt, and
/// what they lack in one that is not; what has no column may stand in the misspelt one.
#[test]
fn a_misspelt_column_hides_no_other_problem() {
    let scene = holding(1);
    let text = "ref,kind,target,provder\na,cancel-sight,s1.example.net,\n,cancel-site,s1.example.net,\nb,cancel-site\n";
    scene.user.write("batch.csv", text);
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let told = places(&document);
    assert_eq!(
        told,
        [
            "1:17 unknown-column",
            "2:3 unknown-value",
            "3:1 missing-field",
            "4:1 row-length"
        ]
    );
    assert_eq!(
        document["data"]["findings"][0]["fix"],
        "did you mean provider?"
    );
    // 编号 is a part of 自定编号; that it ends as 账号 does says nothing.
    scene.user.write("batch.csv", "编号,序号\n");
    let document = scene.document(MONDAY, "batch check batch.csv --lang zh", 3);
    let findings = &document["data"]["findings"];
    assert_eq!(findings[0]["fix"], "是不是想写 自定编号？");
    assert!(
        findings[1]["fix"]
            .as_str()
            .unwrap()
            .starts_with("可用的列：")
    );
    // What the other columns name is looked up.
    let text = "ref,kind,target,provder\na,cancel-site,nobody.example.net,tencent\n";
    scene.user.write("batch.csv", text);
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let finding = &document["data"]["findings"][1];
    assert_eq!(finding["rule"], "not-found.target", "{document}");
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(2), &json!(15))
    );
}

/// "all problems are told at once", with the cell that each is about: a row that cannot be read
/// hides nothing of the others, and what waits for it is not blamed for that.
#[test]
fn no_row_hides_what_is_wrong_in_another() {
    let scene = holding(3);
    scene
        .user
        .write("bad.toml", "kind = \"new\"\nprovder = \"x\"\n");
    let text = "ref,kind,target,set,after,from\n\
                a,cancel-sight,s1.example.net,,,\n\
                b,cancel-site,nobody.example.net,,,\n\
                c,change,s2.example.net,domains=not a host,,\n\
                d,cancel-site,s3.example.net,,ref:a,\n\
                e,cancel-site,s3.example.net,,ref:nobody,\n\
                f,new,,,,bad.toml\n\
                g,cancel-subject,s3.example.net,,,\n\
                h,cancel-site,s3.example.net,,ref:f,\n\
                i,cancel-site,nobody.example.net,,ref:nobody,\n\
                j,cancel-sight,nobody.example.net,,ref:b,\n";
    scene.user.write("rows.csv", text);
    let document = scene.document(MONDAY, "batch check rows.csv", 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    let errors = findings.iter().filter(|f| f["severity"] == "error");
    let told: Vec<String> = errors
        .map(|f| {
            let text = |key: &str| f[key].as_str().unwrap();
            let (path, rule) = (text("path"), text("rule"));
            format!("{}:{} {path} {rule}", f["line"], f["column"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "2:3 kind unknown-value",
            "3:15 target not-found.target",
            "4:25 set invalid.file",
            "6:31 after not-found.order",
            "7:10 from invalid-row",
            "8:1 confirm usage.confirm",
            "10:15 target not-found.target",
            "10:35 after not-found.order",
            "11:3 kind unknown-value",
            "11:16 target not-found.target",
        ]
    );
    // The other rows of a batch that is refused whole are looked at too.
    for line in [
        "batch plan rows.csv --out plan.json",
        "batch apply rows.csv --submit --yes",
    ] {
        let told = scene.fails(MONDAY, line, 3).to_string();
        for place in ["2:3", "4:25", "7:10"] {
            assert!(told.contains(&format!("rows.csv:{place} ")), "{told}");
        }
        assert!(told.contains("did you mean provider?"), "{told}");
    }
    assert_eq!(scene.ok(MONDAY, "list --all"), json!([]));
}

/// "line and column in every problem": a line of JSON Lines that is cut short is told at its end, and
/// hides nothing of the next, though it is the first.
#[test]
fn a_first_line_that_is_cut_short_hides_no_other() {
    let scene = holding(1);
    let text = "{\"ref\":\"a\",\"kind\":\"cancel-site\"\n\
                {\"ref\":\"b\",\"knd\":\"access\"}\n";
    scene.user.write("rows.jsonl", text);
    let document = scene.document(MONDAY, "batch check rows.jsonl", 3);
    let places = places(&document);
    assert_eq!(places, ["1:31 syntax", "2:12 unknown-column"]);
    // What is one document in several lines is one still.
    let whole = "{\"ref\": \"a\",\n\"kind\": \"cancel-site\", \"target\":\n\"s1.example.net\"}";
    scene.user.write("rows.jsonl", whole);
    let _ = scene.run(MONDAY, "batch check rows.jsonl").exits(0);
}

/// A clerk sees which finding is an error, and has each in a row of its own in a spreadsheet.
#[test]
fn each_finding_is_a_row_and_says_how_grave_it_is() {
    let scene = holding(2);
    let live = scene.draft(MONDAY, "change s1.example.net --set remark=x");
    scene.submit(MONDAY, &live);
    scene.user.write(
        "rows.csv",
        "ref,kind,target\na,cancel-site,s1.example.net\nb,cancel-site,nobody.example.net\n",
    );
    let human = scene.run(MONDAY, "batch check rows.csv").exits(3).stdout;
    assert!(human.contains("rows.csv:2:15 (target): note: "), "{human}");
    assert!(human.contains("rows.csv:3:15 (target): error: "), "{human}");
    for line in ["batch check rows.csv", "check rows.csv"] {
        let document = scene.document(MONDAY, line, 3);
        let findings = document["data"]["findings"].as_array().unwrap();
        let output = scene.run(MONDAY, &format!("{line} --format csv")).exits(3);
        let mut reader =
            csv::Reader::from_reader(output.stdout.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|h| h == name).unwrap();
        let (rule, message) = (column("findings.rule"), column("findings.message"));
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), findings.len(), "{line}");
        for (row, finding) in rows.iter().zip(findings) {
            assert_eq!(finding["rule"], row[rule]);
            assert_eq!(finding["message"], row[message]);
        }
        let narrow = format!("{line} --format tsv --fields findings.line,findings.rule");
        let output = scene.run(MONDAY, &narrow).exits(3).stdout;
        assert!(
            output.starts_with("findings.line\tfindings.rule\n"),
            "{output}"
        );
        assert_eq!(output.lines().count(), findings.len() + 1);
    }
}

/// A spreadsheet leaves columns without a name and without a value beside what it saves: they say
/// nothing. With a value, the column is told of, with what to do.
#[test]
fn columns_that_say_nothing_are_no_problem() {
    let scene = holding(1);
    let text = "ref,kind,target,,\na,cancel-site,s1.example.net,,\n,,,,\n";
    scene.user.write("rows.csv", text);
    let _ = scene.run(MONDAY, "batch check rows.csv").exits(0);
    scene
        .user
        .write("rows.csv", text.replace("net,,", "net,,x"));
    let document = scene.document(MONDAY, "batch check rows.csv", 3);
    assert_eq!(places(&document), ["1:18 unknown-column"]);
    let fix = &document["data"]["findings"][0]["fix"];
    assert!(fix.to_string().contains("delete the whole column"), "{fix}");
    let filings = "subject_number,service_number,domains,\n粤ICP备2021000009号,粤ICP备2021000009号-1,s9.example.net,\n";
    scene.user.write("filings.csv", filings);
    let _ = scene.run(MONDAY, "adopt --from filings.csv").exits(0);
}

/// What is wrong with a header is told as what it is: another separator, or a slip in either language.
#[test]
fn a_header_is_put_right_in_its_own_language() {
    let scene = holding(1);
    let text = "ref,kind,target\na,cancel-site,s1.example.net\n";
    for (separator, name) in [
        (";", "semicolons"),
        ("\t", "tabs"),
        ("，", "full-width commas"),
    ] {
        scene.user.write("rows.csv", text.replace(',', separator));
        let error = scene.fails(MONDAY, "batch apply rows.csv", 3).to_string();
        assert!(error.contains(&format!("separated by {name}")), "{error}");
        assert!(error.contains("CSV separated by commas"), "{error}");
        assert!(!error.contains("did you mean"), "{error}");
    }
    scene.user.write("rows.csv", text.replace("target", "对像"));
    for lang in ["zh", "en"] {
        let line = format!("batch apply rows.csv --lang {lang}");
        let told = scene.run(MONDAY, &line).exits(3).stderr;
        assert!(told.contains("对象"), "{told}");
    }
    scene
        .user
        .write("rows.csv", text.replace("target", "完全不同的列"));
    let told = scene
        .run(MONDAY, "batch apply rows.csv --lang zh")
        .exits(3)
        .stderr;
    assert!(told.contains("对象") && !told.contains("target"), "{told}");
}

/// A first line `sep=;` names the separator, as a spreadsheet reads it: in every table, with the places
/// of what is wrong as they stand in the file. Comments above the header are passed over, in quotes too.
#[test]
fn a_table_may_name_its_separator() {
    let scene = holding(3);
    let rows = |hint: &str, separator: &str, kind: &str| {
        let target = "\"s1.example.net;s2.example.net\"";
        let text = format!("ref|target|kind|provider|reason\na|{target}|{kind}|huawei|\"x,y\"\n");
        scene.user.write(
            "rows.csv",
            format!(
                "{hint}# y;x,z\n\"# a\nb;c,d\"\n{}",
                text.replace('|', separator)
            ),
        );
    };
    for (hint, separator) in [
        ("sep=;\r\n", ";"),
        ("\u{feff}\"sep=,,,,\"\n", ","),
        ("SEP=\t\n", "\t"),
    ] {
        rows(hint, separator, "wrong");
        let document = scene.document(MONDAY, "batch check rows.csv", 3);
        assert_eq!(places(&document), ["6:35 unknown-value"], "{separator}");
        let sarif = "check rows.csv --format sarif";
        let log: Value = serde_json::from_str(&scene.run(MONDAY, sarif).exits(3).stdout).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["endColumn"], 40, "{separator}");
        rows(hint, separator, "access");
        let _ = scene.run(MONDAY, "batch check rows.csv").exits(0);
    }
    // What the line says is not what the file does, or nothing that separates.
    rows("sep=;\n", ",", "access");
    let error = scene.fails(MONDAY, "batch apply rows.csv", 3).to_string();
    assert!(
        error.contains("by commas, not by what the line sep= names"),
        "{error}"
    );
    rows("sep=|\n", "|", "access");
    let error = scene.fails(MONDAY, "batch apply rows.csv", 3).to_string();
    assert!(error.contains("is expected after sep="), "{error}");
    // Filings and reports, from stdin too.
    let number = "粤ICP备2021000009号";
    let filings = format!(
        "sep=;\nsubject_number;service_number;domains\n{number};{number}-1;s9.example.net\n"
    );
    let mut other = Scene::empty();
    other.user = other.user.stdin(filings.as_str());
    let _ = other.run(MONDAY, "adopt --from -").exits(0);
    scene.user.write("filings.csv", filings);
    let _ = scene.run(MONDAY, "adopt --from filings.csv").exits(0);
    scene
        .user
        .write("reports.csv", "sep=;\norder;event\nref:none;accepted\n");
    let output = scene
        .run(MONDAY, "record --from reports.csv --json")
        .exits(7);
    assert!(output.stdout.contains("\"line\":3"), "{output:?}");
}

/// Only what is nearly what was typed is suggested.
#[test]
fn no_other_word_is_suggested() {
    let scene = holding(1);
    for line in ["list --fields nope", "explain nope"] {
        let told = scene.run(MONDAY, line).stderr;
        assert!(!told.contains("did you mean"), "{line}: {told}");
    }
    for (line, meant) in [
        ("list --fields stauts", "status"),
        ("list --fields dedline", "deadline"),
        ("explain sms-verifed", "sms-verified"),
    ] {
        let told = scene.run(MONDAY, line).stderr;
        assert!(
            told.contains(meant) && told.contains("did you mean"),
            "{line}: {told}"
        );
    }
}

/// Messages call things what was typed: a variable by its name, stdin as it is, and commands in hints
/// can be typed though a path holds blanks.
#[test]
fn messages_agree_with_what_was_typed() {
    let mut scene = holding(1);
    for (name, value) in [
        ("ICPCTL_LOCK_TIMEOUT", "x"),
        ("ICPCTL_FORMAT", "foo"),
        ("ICPCTL_COLOR", "foo"),
    ] {
        let told = scene
            .user
            .run_with(&[(name, value)], ["list"])
            .exits(2)
            .stderr;
        assert!(told.contains(name) && !told.contains("--"), "{told}");
    }
    let told = scene
        .user
        .run(["list", "--lock-timeout", "x"])
        .exits(2)
        .stderr;
    assert!(told.contains("--lock-timeout"), "{told}");

    scene.user = scene
        .user
        .stdin("ref,kind,target\na,cancel-sight,s1.example.net\n");
    for line in [
        "batch check -",
        "batch plan -",
        "batch apply -",
        "record --from -",
    ] {
        let output = scene.run(MONDAY, line).exits(3);
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(
            told.contains("stdin:") && !told.contains("-:"),
            "{line}: {told}"
        );
    }
    let line = ["--store", "no such dir/it's", "list"];
    let told = scene.user.run(line).exits(4).stderr;
    let path = scene.user.home().join("no such dir/it'\\''s");
    let command = format!("icpctl init --store '{}'", path.display());
    assert!(told.contains(&command), "{told}");
}

/// In a folder that was deleted every command says so, save where nothing depends on it.
#[cfg(unix)]
#[test]
fn a_deleted_folder_is_named() {
    let user = crate::support::Icpctl::new();
    user.run(["init"]).exits(0);
    let store = user.home().display().to_string();
    let run = |line: &str| {
        let binary = user.command([""]);
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" \"$@\"")
            .arg(binary.get_program())
            .args(line.split(' '))
            .current_dir(user.home())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", user.home())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), told + &out)
    };
    for line in [
        "init",
        "list",
        "list --json",
        "--store .. list",
        "adopt --from -",
        "check new.toml",
        "batch apply rows.csv",
        "import all.csv",
        "rules",
        "template new",
    ] {
        let (code, told) = run(line);
        assert_eq!(code, Some(4), "{line}: {told}");
        let says = "the current folder does not exist any more";
        assert_eq!(told.matches(says).count(), 1, "{line}: {told}");
    }
    for line in ["--version", "--help"] {
        assert_eq!(run(line).0, Some(0), "{line}");
    }
    assert_eq!(run(&format!("--store {store} list")).0, Some(0));
    assert_eq!(run(&format!("init {store}")).0, Some(0));
}
