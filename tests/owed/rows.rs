//! `duty done --from`: many duties that are done, streamed and written as one operation.

use super::adopted;
use crate::batches::stream;
use crate::scenarios::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, company, hints_at, site,
};
use crate::support::Output;
use serde_json::{Value, json};

const FIRST: &str = "粤公网安备44010602000001号";
const SECOND: &str = "粤公网安备44010602000002号";

/// A company with two sites that were approved years ago.
fn two_sites() -> Scene {
    let sites = [(SHOP, "example.cn"), (FORUM, "example.com")].map(|(number, domain)| {
        let mut site = site(number, domain, &json!(["tencent"]));
        site["approved_on"] = json!("2021-06-01");
        site
    });
    adopted(&[company(SUBJECT, CERTIFICATES[0], &sites)])
}

/// How each row came out.
fn told(output: &Output) -> Vec<String> {
    let rows = stream(output);
    let rows = rows.iter().filter(|record| record["type"] == "row");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    rows.map(|row| format!("{} {}", word(&row["number"]), word(&row["outcome"])))
        .collect()
}

/// The public-security numbers that are recorded.
fn numbers(scene: &Scene) -> Vec<Value> {
    let list = scene.ok(MONDAY, "duty list --all --duty public-security-filing");
    let mut numbers: Vec<Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|duty| json!([duty["number"], duty["security_number"]]))
        .collect();
    numbers.sort_by_key(ToString::to_string);
    numbers
}

/// The numbers of many services in one operation, each row by itself; again changes nothing.
#[test]
fn the_numbers_of_many_services_are_one_operation() {
    let scene = two_sites();
    let text = format!(
        "\u{feff}对象,事项,时间,公安备案号\r\n\
         example.cn,公安联网备案,2021-06-20,{FIRST}\r\n\
         {FORUM},public-security-filing,,{SECOND}\r\n\
         nowhere.cn,show-subject-number,,\r\n\
         {SHOP},change-after-access,,\r\n"
    );
    scene.user.write("done.csv", &text);
    let logged = || scene.ok(MONDAY, "log").as_array().unwrap().len();
    let before = logged();
    let line = "duty done --from done.csv --json";
    let dry = scene.run(MONDAY, &format!("{line} -n")).exits(7);
    assert_eq!(logged(), before);
    let first = scene.run(MONDAY, line).exits(7);
    assert_eq!(told(&dry), told(&first));
    let rows = [SHOP, FORUM, "-", SHOP].into_iter();
    let rows = rows.zip(["ok", "ok", "failed", "failed"]);
    let rows: Vec<String> = rows.map(|(n, outcome)| format!("{n} {outcome}")).collect();
    assert_eq!(told(&first), rows);
    let records = stream(&first);
    assert_eq!(records[0]["schema"], "icpctl.duty/1");
    assert_eq!(records[3]["error"]["exit"], 4);
    assert_eq!(records[4]["error"]["code"], "refused.not-owed");
    assert_eq!(logged(), before + 1);
    let filed = [json!([SHOP, FIRST]), json!([FORUM, SECOND])];
    assert_eq!(numbers(&scene), filed);
    let again = scene.run(MONDAY, line).exits(7);
    let outcomes = [&told(&again)[0], &told(&again)[1]].map(|row| row.contains("unchanged"));
    assert_eq!(outcomes, [true, true]);
    assert_eq!(stream(&again)[5]["changed"], false);
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(numbers(&scene), [json!([SHOP, null]), json!([FORUM, null])]);
    let _ = scene.run(MONDAY, "doctor").exits(0);
}

/// "An invalid row is 3 before anything is done", with line and column, all of them at once.
#[test]
fn all_that_is_wrong_is_told_at_its_cell() {
    let scene = two_sites();
    let lines = [
        (
            "example.cn,public-security-filin,,",
            "2:12",
            "public-security-filing",
        ),
        (
            "example.cn,show-subject-number,2099-01-01,",
            "3:32",
            "future",
        ),
        (",show-subject-number,,", "4:1", "missing"),
        ("example.cn,public-security-filing,,12345", "5:36", "number"),
        (
            "example.cn,show-subject-number,,粤公网安备44010602000001号",
            "6:33",
            "leave it empty",
        ),
    ];
    let rows: Vec<&str> = lines.iter().map(|(row, _, _)| *row).collect();
    let text = format!("target,duty,at,number\n{}\n", rows.join("\n"));
    scene.user.write("done.csv", text);
    let error = scene.fails(MONDAY, "duty done --from done.csv", 3);
    for (row, at, words) in lines {
        let at = format!("done.csv:{at} ");
        let is_told = error["message"].as_str().unwrap().contains(&at) || hints_at(&error, &at);
        assert!(
            is_told && error.to_string().contains(words),
            "{row}: {error}"
        );
    }
    // What shows only where it is looked at stops the file too.
    for (row, at, words) in [
        (
            format!("{SUBJECT},public-security-filing,,{FIRST}"),
            "2:41",
            "one service",
        ),
        (
            format!("{SHOP},show-subject-number,2020-01-01,"),
            "2:41",
            "before it began",
        ),
    ] {
        scene
            .user
            .write("done.csv", format!("target,duty,at,number\n{row}\n"));
        let error = scene.fails(MONDAY, "duty done --from done.csv", 3);
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("done.csv:2:") && message.contains(words),
            "{at}: {error}"
        );
    }
    assert_eq!(numbers(&scene), [json!([SHOP, null]), json!([FORUM, null])]);
}

/// It reads what `record --from` reads: JSON Lines from standard input, another encoding where that is
/// said; and takes nothing beside its rows.
#[test]
fn rows_come_from_standard_input_and_in_other_encodings() {
    let mut scene = two_sites();
    let row = json!({ "target": SUBJECT, "duty": "show-subject-number", "at": "2021-07-01" });
    scene.user = scene.user.stdin(row.to_string());
    let output = scene.run(MONDAY, "duty done --from - --json").exits(0);
    assert_eq!(told(&output), [format!("{SUBJECT} ok")]);
    let bytes: Vec<u8> = [
        b"\xb6\xd4\xcf\xf3,\xca\xc2\xcf\xee\n".as_slice(),
        b"example.cn,public-security-filing\n",
    ]
    .concat();
    scene.user.write("gb.csv", bytes);
    let error = scene.fails(MONDAY, "duty done --from gb.csv", 3);
    assert!(hints_at(&error, "--encoding gb18030"), "{error}");
    let line = "duty done --from gb.csv --encoding gb18030";
    let human = scene.run(MONDAY, line).exits(0);
    assert!(
        human.stdout.contains(SHOP) && human.stdout.contains("Duty"),
        "{human:?}"
    );
    let table = scene.run(
        MONDAY,
        &format!("{line} --format csv --fields number,outcome"),
    );
    assert!(table.exits(0).stdout.contains(&format!("{SHOP},unchanged")));
    for beside in ["example.cn", "--at -2h", "--overdue", FIRST] {
        scene.fails(MONDAY, &format!("duty done --from gb.csv {beside}"), 2);
    }
    scene.fails(MONDAY, "duty done --from gb.csv --fields ref", 2);
    scene.fails(MONDAY, "duty done", 2);
}
