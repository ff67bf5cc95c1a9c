//! The commands that tell about numbers, words, providers, days and icpctl itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::{MONDAY, Scene};
use crate::support::Icpctl;
use icpctl::cli::parser::{Branches, tree};
use icpctl::lang::Lang;
use serde_json::{Value, json};

const SUBJECT: &str = "粤ICP备2021000001号";

/// The schedule of a year that icpctl does not carry, made up for the test.
const YEAR_2031: &str = r#"
[year.2031]
notices = ["示例通知"]
holidays = [{ name = "new-year", from = 2031-01-01, to = 2031-01-03, work = [2031-01-04] }]
"#;

/// A store of their own, named in the environment.
fn with_store() -> Icpctl {
    let icpctl = Icpctl::new();
    let store = icpctl.home().join("store").display().to_string();
    let icpctl = icpctl.env("ICPCTL_STORE", &store);
    icpctl.run(["-q", "init"]).exits(0);
    icpctl
}

#[test]
fn number_reads_and_normalises() {
    let icpctl = Icpctl::new();
    let text = format!("{SUBJECT} 粤icp备2021000001号-2a，川ICP备2021000001号");
    let data = icpctl.run(["number", &text, "--json"]).exits(0).json()["data"].clone();
    assert_eq!(
        data[1],
        json!({"raw": "粤icp备2021000001号-2a", "kind": "service", "canonical": format!("{SUBJECT}-2A"),
            "subject": SUBJECT, "service_kind": "app", "province": "gd", "warnings": []})
    );
    assert_eq!(data[0]["kind"], "subject");
    assert_eq!(data[2]["warnings"][0]["code"], "province-alias");

    let zh = icpctl.run(["number", &text, "--lang", "zh", "-q"]).exits(0);
    insta::assert_snapshot!(zh.stdout, @r"
    号码                    类别        服务类型  省份  原文                    备注
    粤ICP备2021000001号     主体备案号            广东
    粤ICP备2021000001号-2A  服务备案号  APP       广东  粤icp备2021000001号-2a
    蜀ICP备2021000001号     主体备案号            四川  川ICP备2021000001号     四川的 ICP 备案号以“蜀”开头，不用“川”
    ");
    assert_eq!(zh.stderr, "");
    let en = icpctl.run(["number", SUBJECT, "-q"]).exits(0);
    assert!(en.stdout.contains("subject number"), "{}", en.stdout);
}

#[test]
fn number_reads_standard_input_and_prints_rows() {
    let icpctl = Icpctl::new().stdin(format!("第一行\n{SUBJECT}\n"));
    let csv = icpctl.run([
        "number",
        "-",
        "--format",
        "csv",
        "--fields",
        "canonical,province",
    ]);
    assert_eq!(
        csv.exits(0).stdout,
        format!("\u{feff}canonical,province\r\n{SUBJECT},gd\r\n")
    );
    let lines = icpctl.run(["number", "-", "--format", "jsonl"]).exits(0);
    let lines: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["canonical"], SUBJECT);
    assert_eq!(lines[1]["type"], "summary");
    assert_eq!(lines.len(), 2);
}

#[test]
fn number_says_what_it_refused_and_why() {
    let icpctl = Icpctl::new();
    let none = icpctl
        .run(["number", "粤ICP备202100001号", "--json"])
        .exits(3)
        .json();
    assert_eq!(none["data"], json!([]));
    assert_eq!(none["error"]["code"], "invalid.no-number");
    assert_eq!(none["warnings"][0]["code"], "wrong-length");
    let human = icpctl
        .run(["number", "粤ICP备202100001号", "--lang", "zh"])
        .exits(3);
    assert!(
        human
            .stderr
            .contains("警告：“粤ICP备202100001号”不是备案号"),
        "{}",
        human.stderr
    );
    assert_eq!(human.stdout, "");

    let bytes = icpctl
        .stdin(b"ab\n\xb8\xe8".to_vec())
        .run(["number", "-", "--json"])
        .exits(3);
    let error = &bytes.json()["error"];
    assert_eq!(error["code"], "invalid.encoding");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("line 2, column 1"),
        "{error}"
    );
    Icpctl::new().run(["number"]).exits(2);
    Icpctl::new().run(["number", "-", "-"]).exits(2);
}

#[test]
fn explain_shows_every_page_of_a_word() {
    let icpctl = Icpctl::new();
    let pages = icpctl.run(["explain", "purged", "--json"]).exits(0).json();
    let kinds: Vec<&Value> = pages["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["kind"])
        .collect();
    assert_eq!(kinds, ["status", "event"]);
    for word in ["event:purged", "事件：purged"] {
        let one = icpctl.run(["explain", word, "--json"]).exits(0).json();
        assert_eq!(one["data"].as_array().unwrap().len(), 1);
    }
    let rule = icpctl.run(["explain", "ord-08", "--json"]).exits(0).json();
    assert_eq!(rule["data"][0]["id"], "ORD-08");

    let zh = icpctl
        .run(["explain", "draft", "--lang", "zh", "-q"])
        .exits(0)
        .stdout;
    assert!(zh.starts_with("draft（状态）待提交\n"), "{zh}");
    assert!(zh.contains("\n怎么办："), "{zh}");
    let en = icpctl.run(["explain", "draft", "-q"]).exits(0).stdout;
    assert!(en.starts_with("draft (status): Draft\n"), "{en}");

    let unknown = icpctl.run(["explain", "draf", "--json"]).exits(4).json();
    assert_eq!(unknown["error"]["hints"][0], "did you mean draft?");
    icpctl.run(["explain", "draft", "lapsed"]).exits(2);
}

#[test]
fn explain_alone_lists_all_words() {
    let icpctl = Icpctl::new();
    let all = icpctl.run(["explain", "--json"]).exits(0).json();
    let all = all["data"].as_array().unwrap();
    assert!(
        all.iter()
            .any(|page| page["kind"] == "exit" && page["aliases"] == json!(["5"]))
    );
    let human = icpctl.run(["explain", "-q"]).exits(0).stdout;
    assert_eq!(human.lines().count(), all.len() + 1);
}

#[test]
fn provider_shows_every_cell() {
    let icpctl = Icpctl::new();
    let data = icpctl
        .run(["provider", "show", "tencent", "--json"])
        .exits(0)
        .json()["data"]
        .clone();
    assert_eq!(data["origin"], "built-in");
    assert_eq!(data["submission_days"], json!([1, 3]));
    assert_eq!(data["quota"]["returned"], true);
    assert_eq!(data["statuses"]["sms-verification-pending"], "等待管局审核");
    assert_eq!(data["statuses"]["lapsed"], Value::Null);
    assert_eq!(data["order_size"]["new_individual"], 1);

    let zh = icpctl
        .run(["provider", "show", "tencent", "--lang", "zh", "-q"])
        .exits(0)
        .stdout;
    assert!(
        zh.contains("“初审中”称作：") && zh.contains("腾讯云初审中"),
        "{zh}"
    );
    let en = icpctl.run(["provider", "list", "-q"]).exits(0).stdout;
    assert!(
        en.contains("Tencent Cloud") && en.contains("built in"),
        "{en}"
    );
}

#[test]
fn provider_tells_the_stores_own_from_the_built_in() {
    let icpctl = with_store();
    icpctl.write(
        "store/providers.d/my-isp.toml",
        "extends = \"tencent\"\npurge_days = 30\n",
    );
    icpctl.write("store/providers.d/broken.toml", "purge = 1\n");
    let own = icpctl
        .run(["provider", "show", "my-isp", "--json"])
        .exits(0)
        .json();
    assert_eq!(own["data"]["origin"], "store");
    assert_eq!(own["data"]["file"], "providers.d/my-isp.toml");
    assert_eq!(own["data"]["purge_days"], 30);
    let list = icpctl.run(["provider", "list", "--json"]).exits(0).json();
    assert_eq!(list["warnings"][0]["code"], "invalid-profile");
    assert_eq!(list["warnings"][0]["path"], "providers.d/broken.toml");
    assert_eq!(list["data"].as_array().unwrap().len(), 6);
}

/// A table says only what differs: its other cells come from the profile beneath, as those beside it.
#[test]
fn a_profile_s_tables_are_laid_over_those_beneath() {
    let icpctl = with_store();
    icpctl.write(
        "store/providers.d/tencent.toml",
        "[quota]\nreturned = false\n[order_size]\ncancel-site = 2\n\
         [statuses]\n\"待提交\" = \"草稿\"\n[kinds]\nnew = \"新办\"\n",
    );
    let show = ["provider", "show", "tencent", "--json"];
    let data = &icpctl.run(show).exits(0).json()["data"];
    assert_eq!(data["quota"]["returned"], false);
    assert_eq!(data["quota"]["per_instance"], 5);
    assert_eq!(data["order_size"]["cancel-site"], 2);
    assert_eq!(data["order_size"]["cancel-access"], 10);
    assert_eq!(data["order_size"]["new_individual"], 1);
    assert_eq!(data["statuses"]["draft"], "草稿");
    assert_eq!(data["statuses"]["approved"], "备案成功");
    assert_eq!(data["kinds"]["new"], "新办");
    assert_eq!(data["kinds"]["cancel-subject"], "注销主体");
}

/// What is submitted again is on its way again: a profile cannot send it to an end. Nor can the least
/// be more than the most.
#[test]
fn a_profile_says_nothing_that_cannot_be() {
    let icpctl = with_store();
    for (line, column, words) in [
        ("resubmit_expired = \"approved\"", 20, "provider-review"),
        ("review_days = [5, 2]", 15, "5 is more than 2"),
        ("submission_days = [3, 1]", 19, "3 is more than 1"),
        ("review_days = [1, -2]", 15, "expected a whole number"),
        ("order_size = 3", 14, "integer `3`, expected a table"),
    ] {
        let text = format!("purge_days = 3\n{line}\n");
        icpctl.write("store/providers.d/own.toml", &text);
        let show = ["provider", "show", "own", "--json", "--lang", "en"];
        let error = &icpctl.run(show).exits(3).json()["error"];
        let told = error["message"].as_str().unwrap();
        assert!(told.contains(&format!("line 2, column {column}")), "{told}");
        assert!(told.contains(words), "{told}");
    }
}

/// "a file that a person edited wrongly is reported with file, line and column (3 for commands on
/// it, a warning for lists)": nothing goes by the profile that it would have changed.
#[test]
fn a_profile_that_cannot_be_read_stands_for_no_other() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.com");
    scene
        .user
        .write(".icpctl/providers.d/tencent.toml", "purge_days = = 3\n");
    for line in [
        "cancel-site example.cn".to_owned(),
        "provider show tencent".to_owned(),
        "provider show 腾讯云".to_owned(),
        format!("submit {id} --yes"),
    ] {
        let error = scene.fails(MONDAY, &line, 3);
        assert_eq!(error["code"], "invalid.profile", "{line}");
        let told = error["message"].as_str().unwrap();
        assert!(
            told.contains("providers.d/tencent.toml: line 1, column 14"),
            "{told}"
        );
    }
    scene.run(MONDAY, "list").exits(0);
    scene
        .run(MONDAY, "access example.cn --provider huawei")
        .exits(0);
}

/// A word that two profiles claim is told of at the second, and goes on to mean the first; what is
/// wrong in a file has its line and column, as in every other.
#[test]
fn a_profile_takes_no_name_of_another() {
    let icpctl = with_store();
    let own = |name: &str, text: &str| {
        icpctl.write(&format!("store/providers.d/{name}.toml"), text);
    };
    own("east", "aliases = [\"Qing Yun\"]\n");
    own(
        "north",
        "purge_days = 3\naliases = [\"N\", \"ＱＩＮＧ　ＹＵＮ\", \"EAST\", \"tencent\"]\n",
    );
    own("south", "title = { zh = \"北方\", en = \"North\" }\n");
    own("empty", "aliases = [\"ok\", \" \"]\n");
    own("wrong", "\n  purge_days = \"x\"\n");
    own("unknown", "\n  purge = 1\n");
    own("broken", "purge_days = = 3\n");
    own("lost", "extends = \"nobody\"\n");
    own("none", "[order_size]\naccess = 0\n");
    own("north copy (1)", "purge_days = -1\n");
    let document = icpctl.run(["doctor", "--json"]).exits(3).json();
    let findings = document["data"]["findings"].as_array().unwrap();
    let told: Vec<String> = findings
        .iter()
        .map(|f| {
            let (code, path) = (f["code"].as_str().unwrap(), f["path"].as_str().unwrap());
            let message = f["message"].as_str().unwrap();
            let place = message.split(':').next().unwrap();
            let name = path.trim_start_matches("providers.d/");
            format!("{code} {name} {place}")
        })
        .collect();
    assert_eq!(
        told,
        [
            "invalid-profile broken.toml line 1, column 14",
            "invalid-profile empty.toml line 1, column 18",
            "invalid-profile lost.toml line 1, column 11",
            "invalid-profile none.toml line 1, column 1",
            "invalid-profile north copy (1).toml line 1, column 14",
            "ambiguous-provider north.toml line 2, column 17",
            "ambiguous-provider north.toml line 2, column 29",
            "ambiguous-provider north.toml line 2, column 37",
            "ambiguous-provider south.toml line 1, column 9",
            "invalid-profile unknown.toml line 2, column 3",
            "invalid-profile wrong.toml line 2, column 16",
        ]
    );
    assert!(
        findings[5]["message"]
            .as_str()
            .unwrap()
            .contains("provider east")
    );
    let shown = icpctl
        .run(["provider", "show", "qing yun", "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["data"]["name"], "east");
    assert!(shown["warnings"].to_string().contains("ambiguous-provider"));
}

/// "init DIR makes DIR/.icpctl": but nothing within a store, whose folders are its own.
#[test]
fn no_store_is_made_inside_another() {
    let icpctl = Icpctl::new();
    icpctl.run(["init", "work"]).exits(0);
    icpctl.write("work/.icpctl/orders/ab/x", "");
    icpctl.write("work/.icpctl/files/x", "");
    for dir in [
        "work/.icpctl",
        "work/.icpctl/orders",
        "work/.icpctl/files/new/deep",
    ] {
        let refused = icpctl.run(["init", dir, "--json"]).exits(5).json();
        assert_eq!(refused["error"]["code"], "refused.inside-store");
        let hint = refused["error"]["hints"][0].as_str().unwrap();
        assert!(hint.contains("--store"), "{hint}");
        icpctl
            .run(["--store", dir, "init", "--dry-run"])
            .exits(if dir == "work/.icpctl" { 0 } else { 5 });
    }
    // Nor by the first write, where the data folder was put into one.
    icpctl.write("new.toml", "");
    let data = icpctl
        .home()
        .join("work/.icpctl/orders")
        .display()
        .to_string();
    icpctl.write("a.json", "{\"number\":\"粤ICP备2021000001号\"}");
    let words = ["adopt", "--from", "a.json"];
    let refused = icpctl.run_with(&[("XDG_DATA_HOME", &data)], words).exits(5);
    assert!(refused.stderr.contains("inside the store"), "{refused:?}");
    // What only leads through it, or lies beside it, is no part of it.
    icpctl.run(["init", "work/.icpctl/orders/../.."]).exits(0);
    icpctl.run(["init", "work/other"]).exits(0);
    // A file of that name that is no store's is in nobody's way.
    icpctl.write("shop/store.toml", "name = \"shop\"\n");
    icpctl.run(["init", "shop/data"]).exits(0);
}

#[test]
fn provider_refuses_what_it_does_not_know() {
    let icpctl = Icpctl::new();
    let unknown = icpctl
        .run(["provider", "show", "tencnt", "--json"])
        .exits(4)
        .json();
    assert_eq!(unknown["error"]["hints"][0], "did you mean tencent?");
    let list = unknown["error"]["hints"][1].as_str().unwrap().to_owned();
    assert!(list.contains("alibaba"), "{list}");
    icpctl.run(["provider"]).exits(2);
    icpctl.run(["provider", "show"]).exits(2);
}

#[test]
fn calendar_judges_a_day() {
    let icpctl = Icpctl::new();
    let day = |date: &str| {
        icpctl
            .run(["calendar", "show", date, "--json"])
            .exits(0)
            .json()["data"]
            .clone()
    };
    assert_eq!(
        day("2026-11-22"),
        json!({"date": "2026-11-22", "working": false, "because": "weekend", "label": null, "provisional": false})
    );
    assert_eq!(day("2026-11-23")["because"], "weekday");
    assert_eq!(day("2026-10-01")["label"], "National Day");
    let made_up = day("2026-10-10");
    assert_eq!(
        (&made_up["working"], &made_up["because"]),
        (&json!(true), &json!("make-up-workday"))
    );
    assert_eq!(day("2031-01-01")["provisional"], true);

    let zh = icpctl
        .run(["calendar", "show", "2026-10-10", "--lang", "zh", "-q"])
        .exits(0);
    insta::assert_snapshot!(zh.stdout, @r"
    日期：      2026-10-10 星期六
    是否工作日：是
    原因：      国庆节调休上班
    ");
    icpctl.run(["calendar", "show", "tomorrow"]).exits(2);
    icpctl.run(["calendar", "show", "2026-02-30"]).exits(2);
}

#[test]
fn calendar_shows_the_years_it_knows() {
    let icpctl = Icpctl::new();
    let all = icpctl.run(["calendar", "show", "--json"]).exits(0).json();
    let years: Vec<i64> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|y| y["year"].as_i64().unwrap())
        .collect();
    assert_eq!((years.first(), years.last()), (Some(&2007), Some(&2026)));
    let en = icpctl
        .run(["calendar", "show", "2026", "-q"])
        .exits(0)
        .stdout;
    assert!(en.contains("2026-10-01  2026-10-07  National Day"), "{en}");
    let unknown = icpctl
        .run(["calendar", "show", "2031", "--json"])
        .exits(4)
        .json();
    assert_eq!(unknown["error"]["code"], "not-found.year");
}

#[test]
fn calendar_keeps_the_years_of_an_update() {
    let icpctl = with_store();
    icpctl.write("2031.toml", YEAR_2031);
    let dry = icpctl
        .run(["calendar", "update", "2031.toml", "--dry-run", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&dry["changed"], &dry["data"][0]["outcome"]),
        (&json!(true), &json!("new"))
    );
    let kept = icpctl.home().join("store/calendar.toml");
    assert!(!kept.exists());

    let first = icpctl
        .run(["calendar", "update", "2031.toml", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&first["changed"], &first["data"][0]["origin"]),
        (&json!(true), &json!("store"))
    );
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), YEAR_2031);
    let again = icpctl
        .run(["calendar", "update", "2031.toml", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&again["changed"], &again["data"][0]["outcome"]),
        (&json!(false), &json!("unchanged"))
    );

    let more = YEAR_2031.replace("2031-01-03", "2031-01-02")
        + &YEAR_2031
            .replace("2031", "2032")
            .replace("2032-01-04", "2032-01-10");
    let icpctl = icpctl.stdin(more);
    let second = icpctl
        .run(["calendar", "update", "-", "--json"])
        .exits(0)
        .json();
    let outcomes: Vec<&Value> = second["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|y| &y["outcome"])
        .collect();
    assert_eq!(outcomes, ["changed", "new"]);
    let day = |date: &str| {
        icpctl
            .run(["calendar", "show", date, "--json"])
            .exits(0)
            .json()["data"]
            .clone()
    };
    assert_eq!(day("2031-01-03")["because"], "weekday");
    assert_eq!(day("2032-01-10")["because"], "make-up-workday");

    let only_2031 = icpctl.stdin(YEAR_2031);
    only_2031.run(["calendar", "update", "-"]).exits(0);
    let year = only_2031
        .run(["calendar", "show", "2032", "--json"])
        .exits(0)
        .json();
    assert_eq!(year["data"][0]["origin"], "store");
}

#[test]
fn calendar_update_makes_the_users_store_where_there_is_none() {
    let icpctl = Icpctl::new().stdin(YEAR_2031);
    icpctl.run(["calendar", "update", "-"]).exits(0);
    assert!(icpctl.home().join("data/icpctl/calendar.toml").exists());
    let named = icpctl.run(["--store", "missing", "calendar", "update", "-", "--json"]);
    assert_eq!(named.exits(4).json()["error"]["code"], "not-found.store");
}

#[test]
fn calendar_refuses_a_faulty_update_with_its_place() {
    let icpctl = with_store();
    icpctl.write("bad.toml", YEAR_2031.replace("2031-01-04", "2031-01-06"));
    let bad = icpctl
        .run(["calendar", "update", "bad.toml", "--json"])
        .exits(3)
        .json();
    assert_eq!(bad["error"]["code"], "invalid.calendar");
    let message = bad["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("bad.toml: line 4, column "),
        "{message}"
    );
    let zh = icpctl
        .run(["calendar", "update", "bad.toml", "--lang", "zh"])
        .exits(3);
    assert!(zh.stderr.contains("第 4 行"), "{}", zh.stderr);
    icpctl.run(["calendar", "update", "missing.toml"]).exits(4);
    icpctl.run(["calendar", "update"]).exits(2);

    icpctl.write("store/calendar.toml", "year = 1\n");
    icpctl.write("2031.toml", YEAR_2031);
    let own = icpctl
        .run(["calendar", "update", "2031.toml", "--json"])
        .exits(3)
        .json();
    assert!(
        own["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("calendar.toml: "),
        "{own}"
    );
    let kept = icpctl.home().join("store/calendar.toml");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "year = 1\n");
}

#[test]
fn config_says_where_each_value_comes_from() {
    let icpctl = Icpctl::new()
        .env("ICPCTL_QUIET", "1")
        .env("LANG", "zh_CN.UTF-8");
    icpctl.write("config/icpctl/config.toml", "actor = \"甲\"\n");
    let data = icpctl
        .run(["config", "show", "--json", "--color", "never"])
        .exits(0)
        .json()["data"]
        .clone();
    let setting = |key: &str| {
        let settings = data["settings"].as_array().unwrap();
        let found = settings
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap();
        (
            found["value"].clone(),
            found["origin"].clone(),
            found["from"].clone(),
        )
    };
    assert_eq!(setting("lang"), (json!("zh"), json!("env"), json!("LANG")));
    assert_eq!(
        setting("actor"),
        (json!("甲"), json!("file"), json!("actor"))
    );
    assert_eq!(
        setting("quiet"),
        (json!("true"), json!("env"), json!("ICPCTL_QUIET"))
    );
    assert_eq!(
        setting("color"),
        (json!("never"), json!("flag"), json!("--color"))
    );
    assert_eq!(
        setting("format"),
        (json!("json"), json!("flag"), json!("--json"))
    );
    assert_eq!(
        setting("verbose"),
        (json!("false"), json!("default"), json!(null))
    );
    assert_eq!(data["file"]["exists"], true);
    assert_eq!(data["store"]["exists"], false);

    let zh = icpctl.run(["config", "show"]).exits(0).stdout;
    assert!(zh.contains("环境变量 ICPCTL_QUIET"), "{zh}");
    let en = icpctl
        .run(["config", "show", "--lang", "en"])
        .exits(0)
        .stdout;
    assert!(en.contains("environment ICPCTL_QUIET"), "{en}");
}

#[test]
fn config_path_is_the_one_in_force() {
    let icpctl = Icpctl::new();
    let path = icpctl.home().join("config/icpctl/config.toml");
    let human = icpctl.run(["config", "path"]).exits(0);
    assert_eq!(human.stdout, format!("{}\n", path.display()));
    assert!(
        human.stderr.contains("defaults are used"),
        "{}",
        human.stderr
    );

    let named = icpctl.write("other.toml", "lang = \"zh\"\n");
    let document = icpctl
        .run(["config", "path", "--config", "other.toml", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        document["data"]["file"]["path"],
        named.display().to_string()
    );
    assert_eq!(document["data"]["file"]["from"], "--config");
    icpctl
        .run(["config", "path", "--config", "missing.toml"])
        .exits(4);
    icpctl.write("other.toml", "colour = 1\n");
    icpctl
        .run(["config", "show", "--config", "other.toml"])
        .exits(3);
    icpctl.run(["config", "edit"]).exits(2);
}

/// What bash offers for the word at the end of a line, with the script in the user's folder.
fn offered(icpctl: &Icpctl, line: &str) -> String {
    // What follows the last space is what is being typed.
    let asked = "source icpctl.bash; COMP_WORDS=($0); [[ $0 = *' ' ]] && COMP_WORDS+=(''); \
         COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
         _icpctl icpctl \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; \
         printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut shell = std::process::Command::new("bash");
    let shell = shell.args(["-c", asked, line]).current_dir(icpctl.home());
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

#[test]
fn completions_are_there_for_every_shell() {
    let icpctl = Icpctl::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = icpctl.run(["completions", shell, "-q"]).exits(0);
        assert!(script.stdout.contains("calendar"), "{shell}");
    }
    // What a shell offers for the fields of a document are its fields, whichever command prints it.
    let script = icpctl.run(["completions", "bash"]).exits(0).stdout;
    // The shell would take a name with a star for those of files.
    for list in script.split("compgen -W \"").skip(1) {
        let list = list.split('"').next().unwrap();
        assert!(!list.contains('*'), "{list}");
    }
    icpctl.write("icpctl.bash", script);
    icpctl.write("labels.txt", "");
    for (words, held, not) in [
        (
            "list --fields ",
            "target.domain",
            "services.accesses.provider",
        ),
        (
            "portfolio --fields ",
            "services.accesses.provider",
            "target.domain",
        ),
        ("log --fields ", "records.event", "target.domain"),
        ("list --fields ", "labels", "labels.*"),
        ("list --fields ", "services.number", "services.*"),
        ("list --fields la", "labels", "labels.txt"),
        ("batch apply --fields ", "outcome", "findings.rule"),
        ("batch check --fields ", "findings.rule", "rows.ref"),
        ("batch plan --fields ", "rows.ref", "findings.rule"),
        ("duty done --fields ", "outcome", "target.domain"),
        ("record --fields ", "outcome", "findings.rule"),
        ("record --fields ", "target.domain", "findings.rule"),
        ("notice list --fields ", "class", "target.domain"),
        ("duty list --provider ", "tencent", "target.domain"),
        ("record k3m9t2qd ", "sms-verified", "target.domain"),
    ] {
        let line = format!("icpctl {words}");
        let told = offered(&icpctl, &line);
        let told: Vec<&str> = told.lines().collect();
        assert!(
            told.contains(&held) && !told.contains(&not),
            "{words}: {told:?}"
        );
    }
    // An action takes all that is offered for it.
    let rows = "ref,kind,target\na,cancel-site,nobody.example.cn\n";
    icpctl.write("batch.csv", rows);
    for (words, exit) in [
        ("batch check batch.csv", 3),
        ("batch plan batch.csv", 0),
        ("batch apply batch.csv", 7),
        ("list", 0),
        ("portfolio", 0),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let action = words.iter().filter(|word| !word.contains('.'));
        let action: Vec<&str> = action.copied().collect();
        let names = offered(&icpctl, &format!("icpctl {} --fields ", action.join(" ")));
        let all = names.lines().collect::<Vec<_>>().join(",");
        let words = words.into_iter().chain(["--json", "--fields", &all]);
        icpctl.run(words).exits(exit);
    }
    let zh = icpctl.run(["completions", "zsh", "--lang", "zh"]).exits(0);
    assert!(zh.stdout.contains("查看和更新工作日日历"));
    icpctl.run(["completions", "cmd"]).exits(2);
}

#[test]
fn man_writes_a_page_for_every_command() {
    let icpctl = Icpctl::new();
    icpctl.run(["man", "dry", "--dry-run"]).exits(0);
    assert!(!icpctl.home().join("dry").exists());
    let written = icpctl.run(["man", "pages", "--lang", "zh"]).exits(0);
    assert!(
        written.stdout.contains("pages/icpctl-provider-show.1\n"),
        "{}",
        written.stdout
    );
    for path in written.stdout.lines() {
        let page = std::fs::read_to_string(icpctl.home().join(path)).unwrap();
        assert!(
            page.contains("\n.SH 名称\n") && !page.contains(".SH NAME"),
            "{path}"
        );
    }
    icpctl.run(["man", "pages"]).exits(0);
    let page = std::fs::read_to_string(icpctl.home().join("pages/icpctl-number.1")).unwrap();
    assert!(page.contains("\n.SH NAME\n"), "{page}");

    icpctl.write("taken", "");
    let taken = icpctl.run(["man", "taken"]).exits(1);
    assert!(taken.stderr.contains("cannot write"), "{}", taken.stderr);
    icpctl.run(["man"]).exits(2);
}

#[test]
fn schema_prints_what_documents_are_checked_against() {
    let icpctl = Icpctl::new();
    let names = icpctl.run(["schema"]).exits(0).stdout;
    assert!(names.lines().any(|name| name == "order-list"), "{names}");
    let order = icpctl.run(["schema", "order"]).exits(0).narrowed();
    assert_eq!(order["properties"]["schema"]["const"], "icpctl.order/1");
    let unknown = icpctl.run(["schema", "ordr", "--lang", "zh"]).exits(4);
    assert!(
        unknown.stderr.contains("是不是想写 order？"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn plain_text_is_never_json() {
    let icpctl = Icpctl::new();
    for command in [
        ["completions", "bash"],
        ["man", "pages"],
        ["schema", "order"],
        ["help", "number"],
    ] {
        let refused = icpctl
            .run(command.into_iter().chain(["--json"]))
            .exits(2)
            .json();
        assert_eq!(refused["error"]["code"], "usage.arguments");
        icpctl
            .run(command.into_iter().chain(["--format", "csv"]))
            .exits(2);
    }
    assert!(!icpctl.home().join("pages").exists());
    let twin = Icpctl::new()
        .env("ICPCTL_FORMAT", "json")
        .run(["schema"])
        .exits(0);
    assert!(twin.stdout.starts_with("adopt\n"), "{}", twin.stdout);
}

#[test]
fn help_tells_the_exits_and_the_environment() {
    let icpctl = Icpctl::new();
    let exits = icpctl
        .run(["help", "exit-codes", "--lang", "zh"])
        .exits(0)
        .stdout;
    assert!(exits.contains("143"), "{exits}");
    let environment = icpctl.run(["help", "environment"]).exits(0).stdout;
    assert!(
        environment.contains("ICPCTL_LOCK_TIMEOUT") && environment.contains("ICPCTL_NOW"),
        "{environment}"
    );
    assert!(!environment.contains("ICPCTL_YES"), "{environment}");
    let usage = icpctl.run(["help", "calendar"]).exits(0).stdout;
    assert!(usage.contains("Usage: icpctl calendar"), "{usage}");
    icpctl.run(["help", "nothing"]).exits(4);
}

#[test]
fn the_command_line_is_sound_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        tree(Branches::All, lang).debug_assert();
    }
}

/// Files of the user's own go by any name: what an editor or a browser calls a copy stops nothing.
#[test]
fn own_files_go_by_any_name() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    for folder in ["providers.d", "rules.d"] {
        std::fs::create_dir_all(user.home().join(".icpctl").join(folder)).unwrap();
    }
    user.write(".icpctl/providers.d/小云 网络.toml", "purge_days = 3\n");
    let rules = user.run(["template", "rules"]).exits(0).stdout;
    user.write(".icpctl/rules.d/it's mine (1).toml", rules);
    let shown = user
        .run(["provider", "show", "小云 网络", "--json"])
        .exits(0);
    assert_eq!(shown.json()["data"]["purge_days"], 3);
    let listed = user.run(["rules", "--json"]).exits(0).json();
    let listed = listed["data"].as_array().unwrap();
    assert!(listed.iter().any(|rule| rule["id"] == "MY-01"));
    for command in ["list", "status", "portfolio", "doctor"] {
        user.run([command]).exits(0);
    }
}
