//! How findings are told: all at once, with their places, as JSON and as SARIF.

use super::{GOOD, findings};
use crate::scenarios::{MONDAY, Scene};
use serde_json::Value;

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let scene = Scene::empty();
    let wrong = GOOD
        .replace("ref =", "reff =")
        .replace("440300199001010016", "440300199001010017")
        .replace("\"example.com\"", "\"www.example.com\"");
    scene.user.write("new.toml", &wrong);
    let document = scene.document(MONDAY, "check new.toml", 3);
    let told: Vec<String> = findings(&document)
        .iter()
        .filter(|f| f["severity"] == "error")
        .map(|f| format!("{}:{} {} {}", f["line"], f["column"], f["rule"], f["path"]))
        .collect();
    assert_eq!(
        told,
        [
            "7:1 \"unknown-field\" \"reff\"",
            "38:12 \"DOM-05\" \"services.0.domains.0\"",
            "47:22 \"SUB-03\" \"services.0.responsible.certificate_number\"",
        ]
    );
    assert!(findings(&document).iter().all(|f| f["file"] == "new.toml"));
    assert_eq!(document["error"]["exit"], 3);
    // Personal data stay hidden.
    assert!(!document.to_string().contains("440300199001010017"));
}

#[test]
fn several_errors_of_syntax_are_told_at_once() {
    let scene = Scene::empty();
    scene.user.write(
        "new.toml",
        "kind = \nprovider = tencent\n[subject\nname = \"a\"\n",
    );
    let document = scene.document(MONDAY, "check new.toml", 3);
    let lines: Vec<&Value> = findings(&document).iter().map(|f| &f["line"]).collect();
    assert!(lines.len() >= 3, "{document:#}");
}

#[test]
fn a_document_of_more_than_a_mebibyte_is_refused() {
    let scene = Scene::empty();
    scene
        .user
        .write("new.toml", format!("#{}\n", "x".repeat(1 << 20)));
    let document = scene.document(MONDAY, "check new.toml", 3);
    assert_eq!(findings(&document)[0]["rule"], "too-large");
}

#[test]
fn a_dossier_of_very_many_services_is_judged_in_time() {
    let scene = Scene::empty();
    let many = "[[services]]\nkind = \"site\"\n".repeat(5_000);
    scene.user.write(
        "new.toml",
        format!("kind = \"new\"\n[subject]\nname = \"示例\"\n{many}"),
    );
    let output = scene.run(MONDAY, "check new.toml --json");
    assert!(matches!(output.code, 0 | 3), "{output:?}");
}

#[test]
fn a_mistyped_order_is_not_found_and_several_things_are_judged_together() {
    let scene = Scene::empty();
    scene.user.write("one.toml", GOOD);
    scene.user.write(
        "two.toml",
        GOOD.replace("\"example.com\"", "\"www.example.com\""),
    );
    let document = scene.document(MONDAY, "check one.toml two.toml", 3);
    assert!(findings(&document).iter().any(|f| f["file"] == "two.toml"));
    assert_eq!(scene.fails(MONDAY, "check zzzz", 4)["exit"], 4);
    assert_eq!(scene.fails(MONDAY, "check nothing.toml", 4)["exit"], 4);
}

#[test]
fn a_batch_is_judged_row_by_row_and_its_dossiers_with_it() {
    let scene = Scene::at("tencent");
    let wrong = GOOD.replace("\"example.com\"", "\"www.example.com\"");
    scene.user.write("batch/new.toml", &wrong);
    scene.user.write(
        "batch/rows.csv",
        "ref,kind,target,provider,from\na,new,,,new.toml\nb,cancel-site,example.cn,huawei,\nc,new,,,none.toml\n",
    );
    let document = scene.document(MONDAY, "check batch/rows.csv", 3);
    let told: Vec<String> = findings(&document)
        .iter()
        .filter(|f| f["severity"] == "error")
        .map(|f| format!("{}:{} {}", f["file"], f["line"], f["rule"]))
        .collect();
    assert_eq!(
        told,
        [
            "\"batch/new.toml\":38 \"DOM-05\"",
            "\"batch/rows.csv\":3 \"CAN-16\"",
            "\"batch/rows.csv\":4 \"not-found.file\"",
        ]
    );
    scene
        .user
        .write("batch/rows.csv", "ref,kind,traget\na,new,x\n");
    let document = scene.document(MONDAY, "check batch/rows.csv", 3);
    assert_eq!(findings(&document)[0]["rule"], "unknown-column");
}

/// A finding in a table has the region of its cell; what is missing has the place of its row.
#[test]
fn a_cell_is_a_region() {
    let scene = Scene::at("tencent");
    let cell = |region: &Value, text: &str| {
        let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(region["startLine"], region["endLine"]);
        let line: Vec<char> = text
            .lines()
            .nth(number("startLine"))
            .unwrap()
            .chars()
            .collect();
        line[number("startColumn")..number("endColumn")]
            .iter()
            .collect::<String>()
    };
    let csv = "ref,kind,target,provider\r\n\
               甲,cancel-sight,example.cn,tencent\r\n\
               b,cancel-site,\"example.cn\",huawei\r\n\
               ,cancel-site,example.com,tencent\r\n";
    let jsonl = "{\"ref\":\"甲\",\"kind\": \"cancel-sight\",\"target\":\"example.cn\"}\n\
                 {\"ref\":\"b\",\"kind\":\"cancel-site\",\"target\":\"example.cn\",\"provider\":\"huawei\"}\n";
    for (name, text, kind) in [
        ("rows.csv", csv, "cancel-sight"),
        ("rows.jsonl", jsonl, "\"cancel-sight\""),
    ] {
        scene.user.write(name, text);
        let output = scene
            .run(MONDAY, &format!("check {name} --format sarif"))
            .exits(3);
        let log: Value = serde_json::from_str(&output.stdout).unwrap();
        assert!(jsonschema::is_valid(&sarif_schema(), &log), "{log:#}");
        let results = log["runs"][0]["results"].as_array().unwrap();
        let region = |rule: &str| {
            let result = results.iter().find(|r| r["ruleId"] == rule).unwrap();
            &result["locations"][0]["physicalLocation"]["region"]
        };
        assert_eq!(cell(region("unknown-value"), text), kind);
        assert_eq!(cell(region("CAN-16"), text), "\"example.cn\"");
        if name == "rows.csv" {
            assert_eq!(region("missing-field")["endLine"], Value::Null);
        }
    }
}

/// The schema of OASIS, as published with SARIF 2.1.0; one pattern that is no regular expression mended.
fn sarif_schema() -> Value {
    serde_json::from_str(include_str!("../data/sarif-schema-2.1.0.json")).unwrap()
}

#[test]
fn findings_are_told_as_sarif_with_relative_addresses() {
    let scene = Scene::empty();
    let wrong = GOOD
        .replace("ref =", "reff =")
        .replace("\"example.com\"", "\"www.example.com\"");
    scene.user.write("档案/new one.toml", &wrong);
    let at = [("ICPCTL_NOW", "2026-11-23T09:00:00+08:00")];
    let words = ["check", "档案/new one.toml", "--format", "sarif"];
    let output = scene.user.run_with(&at, words).exits(3);
    let log: Value = serde_json::from_str(&output.stdout).unwrap();
    let schema = jsonschema::validator_for(&sarif_schema()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&log).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|r| r["ruleId"] == rule).unwrap();
    let place = &of("DOM-05")["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "%E6%A1%A3%E6%A1%88/new%20one.toml"
    );
    let region = &place["region"];
    assert_eq!(region["startLine"], 38);
    // The end is the place after the value.
    assert_eq!(region["endLine"], 38);
    let columns = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
    let file = std::fs::read_to_string(scene.user.home().join("档案/new one.toml")).unwrap();
    let line: Vec<char> = file.lines().nth(37).unwrap().chars().collect();
    let value: String = line[columns("startColumn")..columns("endColumn")]
        .iter()
        .collect();
    assert_eq!(value, "\"www.example.com\"");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let rule = rules.iter().find(|r| r["id"] == "DOM-05").unwrap();
    assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    // No other command has it.
    let _ = scene.run(MONDAY, "status --format sarif").exits(2);
}
