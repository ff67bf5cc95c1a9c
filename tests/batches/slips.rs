//! Files of rows, filings and dossiers that are written a little wrongly: what can be read is read, nothing
//! is lost without a word, and what is said fits the slip.

use super::holding;
use crate::scenarios::{MONDAY, Scene};
use serde_json::Value;

/// Returns where each finding of a batch stands, and what it is.
fn told(scene: &Scene, name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    scene.user.write(name, text);
    let document = scene.document(MONDAY, &format!("batch check {name}"), 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    let tell = |finding: &Value| {
        let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let (line, column) = (&finding["line"], &finding["column"]);
        format!("{line}:{column} {} {}", word("rule"), word("path"))
    };
    findings.iter().map(tell).collect()
}

/// Returns what is said of a file that is not adopted.
fn refused(scene: &Scene, name: &str, text: &str) -> Vec<String> {
    scene.user.write(name, text);
    let error = scene.fails(MONDAY, &format!("adopt --from {name}"), 3);
    let hints = error["hints"].as_array().unwrap().iter();
    hints
        .map(|hint| hint.as_str().unwrap().to_owned())
        .collect()
}

/// JSON has a column under two names, or labels that are no table: neither value is dropped.
#[test]
fn a_row_of_json_loses_no_value_without_a_word() {
    let scene = holding(1);
    let row = r#""kind":"cancel-site","target":"s1.example.net""#;
    for (fields, expected) in [
        (
            r#""ref":"a","自定编号":"b""#,
            "1:12 duplicate-field 自定编号",
        ),
        (
            r#""ref":"a","labels":{"k":"1"},"label:k":"2""#,
            "1:31 duplicate-field label:k",
        ),
        (r#""ref":"a","labels":"k=1""#, "1:21 wrong-type labels"),
        (r#""ref":"a","labels":["k"]"#, "1:21 wrong-type labels"),
        (
            r#""ref":"a","labels":{" ":"1"}"#,
            "1:22 unknown-field labels. ",
        ),
    ] {
        let text = format!("{{{fields},{row}}}\n");
        assert_eq!(told(&scene, "batch.jsonl", text), [expected], "{fields}");
    }
    // What is blank is no value that could be lost, in whatever order it stands.
    for fields in [
        r#""ref":"a","自定编号":"""#,
        r#""自定编号":"","ref":"a""#,
        r#""ref":"a","labels":{"k":"1"},"label:k":" ""#,
        r#""ref":"a","labels":[]"#,
    ] {
        let text = format!("{{{fields},{row}}}\n");
        scene.user.write("batch.jsonl", text);
        scene.run(MONDAY, "batch check batch.jsonl").exits(0);
    }
    let text = format!("{{\"ref\":\"a\",\"labels\":null,\"label: k \":\"1\",{row}}}\n");
    scene.user.write("batch.jsonl", text);
    scene.run(MONDAY, "batch apply batch.jsonl --json").exits(0);
    assert_eq!(scene.order(MONDAY, "ref:a")["labels"]["k"], "1");
}

/// A label without a name, or with blanks around it, could be named by no command.
#[test]
fn a_label_of_a_document_has_a_name() {
    let scene = holding(1);
    let labels =
        |labels: &str| format!("number = \"粤ICP备2021000002号\"\nlabels = {{ {labels} }}\n");
    let hints = refused(
        &scene,
        "adopt.toml",
        &labels("\" \" = \"1\", k = \"1\", \" k\" = \"2\""),
    );
    assert_eq!(hints.len(), 2, "{hints:?}");
    assert!(hints[0].contains("this label has no name"), "{hints:?}");
    assert!(hints[1].contains("the field k is set twice"), "{hints:?}");
    scene.user.write("adopt.toml", labels("\" k \" = \"1\""));
    scene.run(MONDAY, "adopt --from adopt.toml").exits(0);
    let filed = scene.ok(MONDAY, "portfolio --label k=1");
    assert_eq!(filed[0]["number"], "粤ICP备2021000002号");
}

/// A row may end in more separators than the header, as programs write it; a cell with something in it
/// has no column.
#[test]
fn empty_cells_beyond_the_header_say_nothing() {
    let scene = holding(1);
    let text = "ref,kind,target\na,cancel-site,s1.example.net,, \n";
    scene.user.write("batch.csv", text);
    scene.run(MONDAY, "batch check batch.csv").exits(0);
    assert_eq!(
        told(&scene, "batch.csv", text.replace(", \n", ",x\n")),
        ["2:1 row-length "]
    );
    // What a column without a name would hold may be left out too.
    let text = "ref,kind,target,,\na,cancel-site,s1.example.net\n";
    scene.user.write("batch.csv", text);
    scene.run(MONDAY, "batch check batch.csv").exits(0);
    let text = "ref,kind,target,,\na,cancel-site,s1.example.net,,,x\n";
    scene.user.write("batch.csv", text);
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let message = document["data"]["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("6 cell(s), the header 5 column(s)"),
        "{message}"
    );
}

/// Numbers of the width of a phone's that a program wrote in powers are as lost as a spreadsheet's.
#[test]
fn a_number_that_a_program_shortened_is_refused() {
    let scene = holding(1);
    let text = "ref,kind,target,account\na,cancel-site,s1.example.net,1.00001e+11\n";
    let told = told(&scene, "batch.csv", text);
    assert!(
        told.contains(&"2:30 shortened-number account".to_owned()),
        "{told:?}"
    );
}

/// Lines may end as those of the old Macintosh do, and a file in GB 18030 may begin with that
/// encoding's mark.
#[test]
fn lines_and_marks_of_other_systems_are_understood() {
    let scene = holding(2);
    let text =
        "# 说明\rref,kind,target\ra,cancel-site,s1.example.net\rb,cancel-sit,s2.example.net\r";
    assert_eq!(told(&scene, "batch.csv", text), ["4:3 unknown-value kind"]);
    let text = "# 说明\nref,kind,target,reason\na,cancel-site,s1.example.net,网站停用\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(text);
    scene
        .user
        .write("batch.csv", [b"\x84\x31\x95\x33", bytes.as_ref()].concat());
    scene
        .run(MONDAY, "batch check batch.csv --encoding gb18030")
        .exits(0);
}

/// The line that is named is the one that says something else.
#[test]
fn a_contradiction_names_the_line_that_is_contradicted() {
    let scene = holding(1);
    let text = "subject_number,subject_name,service_number\n\
                粤ICP备2021000002号,,粤ICP备2021000002号-1\n\
                粤ICP备2021000002号,示例科技有限公司,粤ICP备2021000002号-2\n\
                粤ICP备2021000002号,示例商贸有限公司,粤ICP备2021000002号-3\n";
    let hints = refused(&scene, "adopt.csv", text);
    assert_eq!(hints.len(), 1, "{hints:?}");
    assert!(
        hints[0].starts_with("4:18 subject_name") && hints[0].ends_with("what line 3 says"),
        "{hints:?}"
    );
}

/// A table whose cells are separated by something else is not told to be written in TOML.
#[test]
fn a_table_is_known_by_its_columns_or_its_name() {
    let scene = holding(1);
    for (name, text, words) in [
        (
            "adopt.txt",
            "subject_number\tservice_number\n粤ICP备2021000002号\t粤ICP备2021000002号-1\n",
            "separated by tabs",
        ),
        (
            "adopt.txt",
            "主体备案号;服务备案号\n粤ICP备2021000002号;粤ICP备2021000002号-1\n",
            "separated by semicolons",
        ),
        (
            "adopt.csv",
            "备案编号\n粤ICP备2021000002号\n",
            "there is no column \"备案编号\"",
        ),
    ] {
        let hints = refused(&scene, name, text);
        assert!(hints[0].contains(words), "{hints:?}");
    }
    // A tab beside an equals sign makes no table.
    let text = "nature\t= \"enterprise\"\nnumber = \"粤ICP备2021000002号\"\n";
    scene.user.write("adopt.toml", text);
    scene.run(MONDAY, "adopt --from adopt.toml").exits(0);
}

/// Domains are split by semicolons; a sign between them makes no domain of two.
#[test]
fn several_domains_are_no_domain() {
    let scene = holding(1);
    for sign in ["、", ", ", " ", "|", "《"] {
        let text = format!(
            "subject_number,service_number,domains\n\
             粤ICP备2021000002号,粤ICP备2021000002号-1,\"a.example.com{sign}b.example.com\"\n"
        );
        let hints = refused(&scene, "adopt.csv", &text);
        assert!(hints[0].contains("is no domain"), "{hints:?}");
        let is_list = hints[0].contains("several domains are split by ;");
        assert_eq!(is_list, sign != "《", "{hints:?}");
    }
}

/// Dates are read in full width, as numbers and domains are.
#[test]
fn a_date_in_full_width_is_a_date() {
    let scene = holding(1);
    let text = "subject_number,service_number,approved_on\n\
                粤ICP备２０２１０００００２号,粤ICP备2021000002号－1,２０２１年３月１日\n";
    scene.user.write("adopt.csv", text);
    scene.run(MONDAY, "adopt --from adopt.csv").exits(0);
    let shown = scene.run(MONDAY, "export --format jsonl --reveal").exits(0);
    assert!(shown.stdout.contains("2021-03-01"), "{}", shown.stdout);
}

/// A label may have dots in its name, and `.*` says what a name alone says.
#[test]
fn fields_reach_labels_whatever_they_are_called() {
    let scene = holding(1);
    let labels = "--label a=1 --label a.b=2";
    scene.draft(MONDAY, &format!("cancel-site s1.example.net {labels}"));
    let listed = |fields: &str| {
        let line = format!("list --json --fields {fields}");
        scene.run(MONDAY, &line).exits(0).narrowed()["data"][0].clone()
    };
    assert_eq!(
        listed("labels.a.b"),
        serde_json::json!({"labels": {"a.b": "2"}})
    );
    assert_eq!(
        listed("labels.a"),
        serde_json::json!({"labels": {"a": "1"}})
    );
    assert_eq!(listed("labels.*"), listed("labels"));
    assert_eq!(listed("target.*"), listed("target"));
    let table = scene
        .run(MONDAY, "list --format csv --fields labels.a.b,labels.a")
        .exits(0);
    assert!(
        table.stdout.ends_with("labels.a.b,labels.a\r\n2,1\r\n"),
        "{}",
        table.stdout
    );
    for unknown in ["id.*", "*", "nobody.*"] {
        let line = format!("list --json --fields {unknown}");
        scene.run(MONDAY, &line).exits(2);
    }
}

/// A TIME is read in full width as well.
#[test]
fn a_time_in_full_width_is_a_time() {
    let scene = holding(1);
    let id = scene.draft(MONDAY, "cancel-site s1.example.net --ref a");
    scene.submit(MONDAY, &id);
    scene.user.write(
        "events.csv",
        "order,event,at\nref:a,sms-verified,２０２６－１１－２３　１０：００\n",
    );
    scene.run(MONDAY, "record --from events.csv").exits(0);
    assert_eq!(scene.status(MONDAY, &id), "awaiting-bureau-review");
}

/// A word without quotes is said to want quotes, whatever it begins with.
#[test]
fn a_word_without_quotes_wants_quotes() {
    let scene = Scene::empty();
    for word in ["new", "tencent", "informational", "foundation", "换"] {
        scene.user.write("d.toml", format!("kind = {word}\n"));
        let document = scene.document(MONDAY, "check d.toml", 3);
        let message = document["data"]["findings"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("string values must be quoted"),
            "{message}"
        );
    }
}

/// An address is taken as a mail program would, and the form that is asked for is not hidden as
/// somebody's.
#[test]
fn an_address_of_mail_has_its_form() {
    let scene = Scene::empty();
    for (address, is_taken) in [
        ("a＠example.com", true),
        ("a.b+c@mail.example.com", true),
        ("a@example..com", false),
        ("<a@example.com>", false),
        ("a@example.com,b@example.com", false),
    ] {
        let text = format!("[subject.responsible]\nemail = \"{address}\"\n");
        scene.user.write("d.toml", text);
        let document = scene.document(MONDAY, "check d.toml", 3);
        let findings = document["data"]["findings"].as_array().unwrap();
        let told = findings.iter().find(|f| f["rule"] == "not-an-email");
        assert_eq!(told.is_none(), is_taken, "{address}");
        if let Some(told) = told {
            let message = told["message"].as_str().unwrap();
            assert!(message.ends_with("a form like NAME@DOMAIN"), "{message}");
        }
    }
}
