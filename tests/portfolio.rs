//! What is filed, through the binary: brought in, shown, ended, marked and erased.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::format_push_string,
    reason = "a test may panic, and builds its files by hand"
)]

use crate::scenarios::{MONDAY, SUBJECT, Scene, warned};
use crate::support::Icpctl;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A store of its own, with the clock fixed and nothing else in the environment.
struct Store {
    dir: tempfile::TempDir,
}

#[derive(Debug)]
#[must_use = "the exit code is part of what is promised"]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    fn data(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.json()["data"].clone()
    }

    fn error(&self, exit: i32, code: &str) -> Value {
        assert_eq!(self.code, exit, "{self:?}");
        let error = self.json()["error"].clone();
        assert_eq!(error["code"], code, "{error}");
        assert_eq!(error["exit"], exit);
        error
    }
}

const NOW: &str = "2026-11-22T10:00:00+08:00";

impl Store {
    fn new() -> Self {
        let store = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        assert_eq!(store.run(&["init"]).code, 0);
        store
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    fn at(&self, now: &str, args: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_icpctl"))
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("ICPCTL_STORE", self.folder())
            .env("ICPCTL_NOW", now)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read stdin may be gone before it is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.at(NOW, args, "")
    }

    /// Runs a command for its JSON document.
    fn json(&self, args: &[&str]) -> Ran {
        self.run(&[args, &["--json"]].concat())
    }

    fn adopt(&self, document: &Value, flags: &[&str]) -> Ran {
        let args = [&["adopt", "--from", "-", "--json"], flags].concat();
        self.at(NOW, &args, &document.to_string())
    }

    /// Makes a store with the two subjects of most tests.
    fn filled() -> Self {
        let store = Self::new();
        assert_eq!(store.adopt(&filings(), &[]).code, 0);
        store
    }

    fn order(&self, id: &str, kind: &str, head: &str, history: &[(&str, &str)]) {
        let mut text = format!("schema = 1\nid = \"{id}\"\nkind = \"{kind}\"\n");
        let status = history.last().unwrap().1;
        text += &format!("status = \"{status}\"\nvia = \"provider\"\ngiven = \"\"\n{head}");
        let mut from: Option<&str> = None;
        for (place, (event, to)) in history.iter().enumerate() {
            text += &format!(
                "\n[[history]]\nevent = \"{event}\"\nat = \"2026-11-20T10:0{place}:00+08:00\"\nrecorded_at = \"2026-11-20T10:0{place}:00+08:00\"\nto = \"{to}\"\nby = \"operator\"\nop = \"0000000{place}\"\n"
            );
            if let Some(from) = from {
                text += &format!("from = \"{from}\"\n");
            }
            from = Some(to);
        }
        let folder = self.folder().join("orders").join(&id[..2]);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{id}.toml")), text).unwrap();
    }

    /// Returns every file below the store but the lock, by its path, with its content.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else if !path.to_string_lossy().contains("locks") {
                    let content = fs::read_to_string(&path).unwrap();
                    found.insert(path, content);
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.folder(), &mut found);
        found
    }
}

const FIRM: &str = "粤ICP备2021000001号";
const SHOP: &str = "粤ICP备2021000001号-1";
const APP: &str = "粤ICP备2021000001号-2A";
const PERSON: &str = "京ICP备2021000002号";
const BLOG: &str = "京ICP备2021000002号-1";

fn filings() -> Value {
    json!([
        {"number": FIRM, "name": "示例科技有限公司", "nature": "enterprise", "labels": {"customer": "甲"},
         "services": [
            {"number": SHOP, "kind": "site", "name": "示例商城", "domains": ["shop.example.com"], "approved_on": "2021-03-01",
             "accesses": ["tencent", {"provider": "huawei", "account": "a-1", "resource": "ecs-7"}]},
            {"number": APP, "name": "示例应用", "domains": ["app.example.com", "api.example.com"]}]},
        {"number": PERSON, "name": "某某某", "nature": "individual",
         "responsible": {"name": "某某某", "phone": "13800000001"},
         "services": [{"number": BLOG, "domains": ["blog.example.net"], "accesses": []}]},
    ])
}

/// Head of an order about the shop, at a provider.
fn about_shop(provider: &str) -> String {
    format!(
        "provider = \"{provider}\"\nsubject = \"{FIRM}\"\n[target]\nsubject = \"{FIRM}\"\n[[target.services]]\nnumber = \"{SHOP}\"\nkind = \"site\"\n"
    )
}

const SENT: [(&str, &str); 2] = [("create", "draft"), ("submit", "provider-review")];

#[test]
fn public_filings_come_in_and_are_shown() {
    let store = Store::new();
    let lines = concat!(
        r#"{"number":"粤B2-20090059","name":"深圳市腾讯计算机系统有限公司","nature":"enterprise","services":[{"number":"粤B2-20090059-5","kind":"site","name":"腾讯网","domains":["qq.com"],"accesses":["tencent"]}]}"#,
        "\n",
        r#"{"number":"京ICP证030173号","name":"北京百度网讯科技有限公司","nature":"enterprise","services":[{"number":"京ICP证030173号-1","kind":"site","name":"百度","domains":["baidu.com"],"accesses":["generic"]}]}"#,
    );
    let ran = store.at(NOW, &["adopt", "--from", "-", "--json"], lines);
    let data = ran.data();
    assert_eq!(
        data["subjects"],
        json!(["粤B2-20090059", "京ICP证030173号"])
    );
    assert_eq!(data["services"], 2);
    assert_eq!(data["added"].as_array().unwrap().len(), 4);
    let found = store.json(&["portfolio", "qq.com"]).data();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["number"], "粤B2-20090059");
    assert_eq!(found[0]["province"], "gd");
    let service = &found[0]["services"][0];
    assert_eq!(service["number"], "粤B2-20090059-5");
    assert_eq!(
        service["accesses"],
        json!([{"provider": "tencent", "account": null, "resource": null, "since": null}])
    );
    let page = store.run(&["portfolio", "--lang", "zh"]);
    for words in [
        "北京百度网讯科技有限公司  企业  北京",
        "服务备案号",
        "baidu.com",
        "网站",
    ] {
        assert!(page.out.contains(words), "{words}: {}", page.out);
    }
}

#[test]
fn an_empty_portfolio_is_no_error_and_says_how_to_begin() {
    let store = Store::new();
    let ran = store.run(&["portfolio", "--lang", "zh"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("还没有任何备案") && ran.err.contains("icpctl adopt --from FILE"));
    assert_eq!(store.json(&["portfolio"]).data(), json!([]));
    let table = store.run(&[
        "portfolio",
        "--format",
        "csv",
        "--fields",
        "number,services.number",
    ]);
    assert_eq!(table.out, "\u{feff}number,services.number\r\n");
}

#[test]
fn adopting_the_same_again_changes_nothing() {
    let store = Store::filled();
    let before = store.files();
    let again = store.adopt(&filings(), &[]);
    assert_eq!(again.json()["changed"], false);
    assert_eq!(again.data()["unchanged"].as_array().unwrap().len(), 5);
    assert_eq!(
        store.adopt(&filings(), &["--replace"]).json()["changed"],
        false
    );
    assert_eq!(store.files(), before);
}

#[test]
fn sets_grow_and_what_is_absent_stays() {
    let store = Store::filled();
    let more = json!({"number": FIRM, "services": [
        {"number": SHOP, "domains": ["m.example.com"], "accesses": ["alibaba"]}]});
    let ran = store.adopt(&more, &["--replace"]);
    assert_eq!(ran.data()["updated"], json!([SHOP]));
    assert_eq!(ran.data()["unchanged"], json!([FIRM]));
    let shop = &store.json(&["portfolio", SHOP]).data()[0]["services"][0];
    assert_eq!(
        shop["domains"],
        json!(["shop.example.com", "m.example.com"])
    );
    assert_eq!(shop["name"], "示例商城");
    let providers: Vec<&str> = shop["accesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|access| access["provider"].as_str().unwrap())
        .collect();
    assert_eq!(providers, ["tencent", "huawei", "alibaba"]);
}

fn contradicting() -> Value {
    json!([
        {"number": FIRM, "name": "另一家公司", "services": [
            {"number": SHOP, "domains": ["blog.example.net"], "approved_on": "2021-03-02",
             "accesses": [{"provider": "huawei", "account": "a-1", "resource": "ecs-8"}]}]},
        {"number": PERSON, "responsible": {"phone": "13800000002"}},
    ])
}

#[test]
fn all_contradictions_are_told_at_once_and_nothing_is_taken() {
    let store = Store::filled();
    let before = store.files();
    let error = store
        .adopt(&contradicting(), &[])
        .error(6, "conflict.portfolio");
    let message = error["message"].as_str().unwrap();
    for words in [
        "name: filed as 示例科技有限公司, the file says 另一家公司",
        "accesses.huawei.resource: filed as ecs-7, the file says ecs-8",
        "approved_on: filed as 2021-03-01",
        &format!("domains.blog.example.net: filed as {BLOG}, the file says {SHOP}"),
        "responsible.phone: filed as 138****0001, the file says 138****0002",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let shown = store.adopt(&contradicting(), &["--reveal"]);
    assert!(shown.out.contains("13800000002"));
    assert_eq!(store.files(), before);
}

#[test]
fn replacing_shows_old_and_new_and_moves_a_domain() {
    let store = Store::filled();
    let words = ["adopt", "--from", "-", "--replace", "--dry-run"];
    let told = store.at(NOW, &words, &contradicting().to_string()).err;
    assert!(
        told.contains("would replace") && !told.contains("replaced"),
        "{told}"
    );
    let ran = store.adopt(&contradicting(), &["--replace"]);
    let replaced = ran.data()["replaced"].clone();
    assert!(replaced.as_array().unwrap().contains(
        &json!({"number": FIRM, "path": "name", "old": "示例科技有限公司", "new": "另一家公司"})
    ));
    let firm = &store.json(&["portfolio", FIRM]).data()[0];
    assert_eq!(firm["name"], "另一家公司");
    assert_eq!(
        firm["services"][0]["domains"],
        json!(["shop.example.com", "blog.example.net"])
    );
    let accesses = &firm["services"][0]["accesses"];
    assert_eq!(accesses[0]["provider"], "tencent");
    assert_eq!(accesses[1]["resource"], "ecs-8");
    assert_eq!(
        store.json(&["portfolio", BLOG]).data()[0]["services"][0]["domains"],
        json!([])
    );
    let again = store.adopt(&contradicting(), &["--replace"]);
    assert_eq!(again.json()["changed"], false);
    assert_eq!(again.data()["replaced"], json!([]));
}

/// A place is told in the words of the file that its reader has before them, and what changed is
/// counted, not what was read.
#[test]
fn a_table_is_answered_in_its_own_words_and_counted_by_what_changed() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let table = |name: &str| {
        user.write(
            "filed.csv",
            format!(
                "主体备案号,主办者名称,服务备案号,服务名称,域名\n\
                 粤ICP备2021000001号,示例科技有限公司,粤ICP备2021000001号-1,{name},a.example.com\n\
                 粤ICP备2021000002号,示例贸易有限公司,粤ICP备2021000002号-1,乙,b.example.com\n"
            ),
        );
    };
    table("甲");
    let first = user.run(["adopt", "--from", "filed.csv"]).exits(0);
    assert!(
        first
            .stderr
            .contains("brought in 2 subject(s) and 2 service(s);"),
        "{first:?}"
    );
    table("丙");
    let refused = user.run(["adopt", "--from", "filed.csv"]).exits(6);
    let place = "粤ICP备2021000001号-1 服务名称: filed as 甲";
    assert!(refused.stderr.contains(place), "{refused:?}");
    let args = ["adopt", "--from", "filed.csv", "--replace"];
    let replaced = user.run(args).exits(0);
    assert!(
        replaced
            .stderr
            .contains("brought in 0 subject(s) and 1 service(s), 3 number(s) unchanged"),
        "{replaced:?}"
    );
    assert!(
        replaced
            .stderr
            .contains("replaced 粤ICP备2021000001号-1 服务名称"),
        "{replaced:?}"
    );
}

/// A provider that was written by mistake does not go with the file that names another one.
#[test]
fn an_access_that_a_replacing_file_leaves_out_is_told_and_can_be_taken_away() {
    let store = Store::new();
    let adopt = |provider: &str, flags: &[&str]| {
        let filing = json!([{"number": FIRM, "services": [
            {"number": SHOP, "domains": ["a.example.com"], "accesses": [provider]}]}]);
        warned(&store.adopt(&filing, flags).json(), "access-kept")
    };
    assert!(adopt("tencent", &[]).is_empty());
    assert!(adopt("tencent", &["--replace"]).is_empty());
    let told = adopt("huawei", &["--replace"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(&format!("{SHOP} keeps its access at tencent")),
        "{told:?}"
    );
    let line = format!("gone {SHOP} --provider tencent --because not-ours");
    assert!(told[0].ends_with(&format!("icpctl {line}")), "{told:?}");
    let gone: Vec<&str> = line.split(' ').chain(["--yes"]).collect();
    assert_eq!(store.run(&gone).code, 0);
    assert!(adopt("huawei", &["--replace"]).is_empty());
}

/// A domain that was written by mistake does not go with the file that leaves it out.
#[test]
fn a_domain_that_a_replacing_file_leaves_out_is_told_with_the_change_that_takes_it_out() {
    let store = Store::new();
    let adopt = |domains: &[&str], flags: &[&str]| {
        let filing = json!([{"number": FIRM, "services": [
            {"number": SHOP, "domains": domains, "accesses": ["tencent"]}]}]);
        warned(&store.adopt(&filing, flags).json(), "domain-kept")
    };
    assert!(adopt(&["a.example.com", "b.example.com"], &[]).is_empty());
    assert!(adopt(&["a.example.com"], &[]).is_empty());
    let told = adopt(&["a.example.com"], &["--replace"]);
    assert_eq!(told.len(), 1, "{told:?}");
    let line = format!("change {SHOP} --unset domains=b.example.com");
    assert!(told[0].ends_with(&format!("icpctl {line}")), "{told:?}");
    let change: Vec<&str> = line.split(' ').collect();
    let drafted = store.json(&change).data();
    assert_eq!(drafted["changes"][0]["to"], json!(["a.example.com"]));
    // Given to another service of the subject, it is that of both.
    let moved = json!([{"number": FIRM, "services": [
        {"number": APP, "domains": ["b.example.com"], "accesses": ["tencent"]}]}]);
    let told = |flags: &[&str]| warned(&store.adopt(&moved, flags).json(), "domain-kept");
    assert!(told(&["-n"]).is_empty());
    let both = told(&["--replace", "-n"]);
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].starts_with(&format!("{APP} has the domain b.example.com now")));
    assert!(both[0].ends_with(&format!("icpctl {line}")), "{both:?}");
    // Of all that it has, no change takes out one after the other.
    let every = json!([{"number": FIRM, "services": [
        {"number": APP, "domains": ["a.example.com", "b.example.com"]}]}]);
    let every = warned(
        &store.adopt(&every, &["--replace", "-n"]).json(),
        "domain-kept",
    );
    assert_eq!(every.len(), 2, "{every:?}");
    for told in every {
        assert!(told.ends_with("write that into the file too"), "{told}");
    }
    assert_eq!(told(&["--replace"]).len(), 1);
    let last = json!([{"number": FIRM, "services": [
        {"number": "粤ICP备2021000001号-3", "domains": ["c.example.com"], "accesses": ["tencent"]}]}]);
    assert!(warned(&store.adopt(&last, &[]).json(), "domain-kept").is_empty());
    let all = json!([{"number": FIRM, "services": [
        {"number": SHOP, "domains": ["a.example.com", "b.example.com", "c.example.com"]}]}]);
    let only = warned(
        &store.adopt(&all, &["--replace", "-n"]).json(),
        "domain-kept",
    );
    assert_eq!(only.len(), 1, "{only:?}");
    assert!(
        only[0].ends_with("write that into the file too"),
        "{only:?}"
    );
    assert!(told(&["--replace"]).is_empty());
    // A change leaves at least one.
    for told in adopt(&[], &["--replace"]) {
        assert!(told.ends_with("--replace takes no domain away"), "{told}");
    }
    assert_eq!(adopt(&[], &["--replace"]).len(), 2);
}

/// An access that ended is known to have ended, whoever else may hold one.
#[test]
fn a_provider_whose_access_is_gone_acts_for_the_service_no_more() {
    let store = Store::filled();
    let gone = [
        "gone",
        APP,
        "--provider",
        "huawei",
        "--because",
        "provider",
        "--yes",
    ];
    let cancel = |provider| store.json(&["cancel-access", APP, "--provider", provider, "-n"]);
    assert_eq!(cancel("huawei").code, 0);
    assert_eq!(store.run(&gone).code, 0);
    let error = cancel("huawei").error(5, "refused.not-accessed-here");
    let hints = error["hints"].to_string();
    assert!(
        hints.contains("is not known: name the right provider"),
        "{hints}"
    );
    store.json(&gone).error(5, "refused.not-accessed-here");
    let site = ["cancel-site", APP, "--provider", "huawei", "-n"];
    let error = store.json(&site).error(5, "refused.not-accessed-here");
    assert!(error["hints"].to_string().contains("--written"), "{error}");
    let written = ["cancel-site", APP, "--written", "-n"];
    assert_eq!(store.json(&written).code, 0);
    assert_eq!(cancel("tencent").code, 0);
    // Whoever has it again says so.
    let again = json!([{"number": FIRM, "services": [{"number": APP, "accesses": ["huawei"]}]}]);
    assert_eq!(store.adopt(&again, &[]).code, 0);
    assert_eq!(cancel("huawei").code, 0);
}

/// What is not ours was not cancelled: whoever takes it back undoes that, and files nothing anew.
#[test]
fn what_is_not_ours_any_more_can_be_taken_back() {
    for number in [FIRM, SHOP] {
        let store = Store::filled();
        let gone = ["gone", number, "--because", "not-ours", "--yes"];
        assert_eq!(store.run(&gone).code, 0);
        let log = store.json(&["log", "--limit", "1"]);
        let undo = format!("icpctl undo {}", log.data()[0]["op"].as_str().unwrap());
        let change = store.json(&["change", SHOP, "--set", "name=新名"]);
        for (error, hints) in [
            (change.error(5, "refused.not-filed"), "hints"),
            (
                store
                    .json(&["portfolio", number])
                    .error(4, "not-found.target"),
                "hints",
            ),
            (
                store.adopt(&filings(), &[]).error(6, "conflict.ended"),
                "message",
            ),
        ] {
            let said = error[hints].to_string();
            assert!(said.contains(&undo), "{error}");
            assert!(!said.contains("icpctl new"), "{error}");
        }
        let words: Vec<&str> = undo.split(' ').skip(1).chain(["--yes"]).collect();
        assert_eq!(store.run(&words).code, 0);
        assert_eq!(store.json(&["portfolio", number]).code, 0);
    }
}

#[test]
fn a_file_that_contradicts_itself_or_is_wrong_is_refused_whole() {
    let store = Store::new();
    let twice = json!([
        {"number": FIRM, "services": [{"number": SHOP, "domains": ["a.example.com"]}]},
        {"number": PERSON, "services": [{"number": BLOG, "domains": ["a.example.com"]}]},
    ]);
    store
        .adopt(&twice, &["--replace"])
        .error(3, "invalid.adoption");
    let wrong = json!([{"number": FIRM, "nane": "甲"}, {"number": "粤ICP备12号"}]);
    let error = store.adopt(&wrong, &[]).error(3, "invalid.file");
    assert_eq!(error["hints"].as_array().unwrap().len(), 2, "{error}");
    assert_eq!(store.json(&["portfolio"]).data(), json!([]));
}

#[test]
fn a_spreadsheet_comes_in_by_rows() {
    let store = Store::new();
    let text = "主体备案号,主办者名称,服务备案号,域名,接入商,label:customer\r\n\
        粤ICP备2021000001号,示例科技有限公司,粤ICP备2021000001号-1,shop.example.com,tencent;huawei,甲\r\n\
        沪ICP备2021000003号,空壳公司,,,,\r\n";
    let columns = store.at(NOW, &["adopt", "--from", "-", "--json"], text);
    assert_eq!(columns.data()["services"], 1);
    let shell = &store.json(&["portfolio", "沪ICP备2021000003号"]).data()[0];
    assert_eq!(shell["risks"][0]["code"], "empty-shell-subject");
    let file = store.dir.path().join("gb.csv");
    let (bytes, _, _) = encoding_rs::GB18030
        .encode("subject_number,subject_name\n京ICP备2021000002号,某某工作室\n");
    fs::write(&file, bytes).unwrap();
    let _: Value = store
        .json(&["adopt", "--from", "gb.csv"])
        .error(3, "invalid.file");
    let ran = store.json(&["adopt", "--from", "gb.csv", "--encoding", "gb18030"]);
    assert_eq!(ran.data()["added"], json!([PERSON]));
    assert_eq!(
        store.json(&["portfolio", PERSON]).data()[0]["name"],
        "某某工作室"
    );
}

/// "Nested keys as `target.domain`": labels and persons have a column for each key.
#[test]
fn nested_keys_are_columns() {
    let store = Store::new();
    let filings = json!([
        { "number": "粤ICP备2021000001号", "labels": { "customer": "甲" } },
        { "number": "沪ICP备2021000003号", "responsible": { "name": "李四", "phone": "13800000001" } },
    ]);
    let ran = store.adopt(&filings, &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let table = store.run(&["portfolio", "--format", "csv"]).out;
    assert!(!table.contains('{'), "{table}");
    let mut rows = table.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = rows.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split(',').collect()).collect();
    let column = |name: &str| {
        let place = header.iter().position(|cell| *cell == name);
        let place = place.unwrap_or_else(|| panic!("no {name} in {header:?}"));
        rows.iter().map(|row| row[place]).collect::<Vec<_>>()
    };
    assert_eq!(column("labels.customer"), ["", "甲"]);
    assert_eq!(column("responsible.name"), ["李*", ""]);
    assert_eq!(column("responsible.phone"), ["138****0001", ""]);
}

#[test]
fn a_dry_run_writes_nothing_and_files_are_private() {
    let store = Store::new();
    let before = store.files();
    let ran = store.adopt(&filings(), &["--dry-run"]);
    assert_eq!(
        (&ran.json()["changed"], &ran.json()["dry_run"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(store.files(), before);
    assert_eq!(store.adopt(&filings(), &[]).code, 0);
    #[cfg(unix)]
    for path in store.files().keys() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    assert_eq!(store.files().len(), before.len() + 2);
}

#[test]
fn an_individual_is_masked_unless_revealed() {
    let store = Store::filled();
    for args in [&["portfolio", PERSON][..], &["portfolio", "--by", "person"]] {
        let masked = store.run(args);
        assert!(masked.out.contains("某**"), "{}", masked.out);
        assert!(!masked.out.contains("某某某") && !masked.out.contains("13800000001"));
        let shown = store.run(&[args, &["--reveal"]].concat());
        assert!(shown.out.contains("某某某"), "{}", shown.out);
    }
    let person = &store.json(&["portfolio", PERSON]).data()[0]["responsible"];
    assert_eq!(person["phone"], "138****0001");
}

#[test]
fn filters_narrow_the_portfolio() {
    let store = Store::filled();
    for (flags, numbers) in [
        (["--provider", "huawei"], vec![SHOP]),
        (["--label", "customer=甲"], vec![SHOP, APP]),
        (["--province", "bj"], vec![BLOG]),
        (["--find", "示例应用"], vec![APP]),
        (["--find", "nothing"], vec![]),
    ] {
        let data = store.json(&[&["portfolio"][..], &flags].concat()).data();
        let services = data.as_array().unwrap().iter();
        let found: Vec<&Value> = services
            .flat_map(|subject| subject["services"].as_array().unwrap())
            .map(|service| &service["number"])
            .collect();
        assert_eq!(found, numbers, "{flags:?}");
    }
}

#[test]
fn groups_follow_customer_account_resource_and_person() {
    let store = Store::filled();
    let groups = |by: &str| -> Vec<(Value, Value)> {
        let data = store.json(&["portfolio", "--by", by]).data();
        let elements = data.as_array().unwrap().iter();
        elements
            .map(|e| (e["group"].clone(), e["number"].clone()))
            .collect()
    };
    assert_eq!(
        groups("customer"),
        [(json!("甲"), json!(FIRM)), (json!(null), json!(PERSON))]
    );
    assert_eq!(groups("account")[0], (json!("huawei/a-1"), json!(FIRM)));
    assert_eq!(groups("resource")[0], (json!("huawei/ecs-7"), json!(FIRM)));
    assert_eq!(
        groups("person")[0],
        (json!("某** 138****0001"), json!(PERSON))
    );
    let data = store.json(&["portfolio", "--by", "account"]).data();
    assert_eq!(data[0]["services"].as_array().unwrap().len(), 1);
    assert_eq!(data[1]["services"][0]["number"], json!(BLOG));
}

#[test]
fn what_is_gone_is_shown_first_and_never_comes_back() {
    let store = Store::filled();
    let gone = ["gone", SHOP, "--because", "bureau"];
    store.json(&gone).error(2, "usage.consent");
    let dry = store.run(&[&gone[..], &["-n", "--lang", "zh"]].concat());
    assert_eq!(dry.code, 0);
    for words in ["管局注销", "不再有备案的域名：shop.example.com", "华为云"] {
        assert!(dry.err.contains(words), "{words}: {}", dry.err);
    }
    assert_eq!(store.json(&["portfolio", SHOP]).code, 0);
    let data = store.json(&[&gone[..], &["--yes"]].concat()).data();
    assert_eq!(data["services"], json!([SHOP]));
    assert_eq!(data["domains"], json!(["shop.example.com"]));
    assert_eq!(data["subject"]["services"].as_array().unwrap().len(), 1);
    store
        .json(&["portfolio", SHOP])
        .error(4, "not-found.target");
    for flags in [&[][..], &["--replace"]] {
        let error = store.adopt(&filings(), flags).error(6, "conflict.ended");
        assert!(error["message"].as_str().unwrap().contains(SHOP), "{error}");
    }
}

#[test]
fn one_access_goes_and_the_filing_stays() {
    let store = Store::filled();
    let at = |provider: &str| {
        [
            "gone",
            "shop.example.com",
            "--provider",
            provider,
            "--because",
            "holder",
            "--yes",
        ]
        .map(str::to_owned)
    };
    let run = |provider: &str| {
        let words = at(provider);
        store.json(&words.each_ref().map(String::as_str))
    };
    run("alibaba").error(5, "refused.not-accessed-here");
    assert_eq!(
        run("huawei").data()["accesses"],
        json!([{"service": SHOP, "provider": "huawei"}])
    );
    assert_eq!(run("tencent").code, 0);
    let shop = &store.json(&["portfolio", SHOP]).data()[0]["services"][0];
    assert_eq!(shop["risks"][0]["code"], "empty-shell-site");
    store
        .json(&["gone", "app.example.com", "--because", "holder", "--yes"])
        .error(5, "refused.domain-not-whole");
}

#[test]
fn the_time_of_an_end_lies_between_the_adoption_and_now() {
    let store = Store::filled();
    let later = "2026-11-25T10:00:00+08:00";
    let gone = |at: &str| {
        store.at(
            later,
            &[
                "gone",
                APP,
                "--because",
                "not-ours",
                "--yes",
                "--json",
                "--at",
                at,
            ],
            "",
        )
    };
    for at in [
        "2026-11-25 10:01",
        "2026-11-21",
        "2026-11-22 09:59",
        "2026-11-24 10:00:60",
        "soon",
        "-9d",
    ] {
        gone(at).error(3, "invalid.time");
    }
    assert_eq!(gone("2026-11-22").data()["at"], NOW);
}

#[test]
fn a_live_order_does_not_stop_the_end_but_is_told() {
    let store = Store::filled();
    store.order("k3m9t2qd", "change", &about_shop("tencent"), &SENT);
    let listed = &store.json(&["portfolio", SHOP]).data()[0];
    assert_eq!(listed["live_orders"], json!(["k3m9t2qd"]));
    assert_eq!(listed["services"][0]["live_orders"], json!(["k3m9t2qd"]));
    let ran = store.json(&["gone", SHOP, "--because", "bureau", "--yes"]);
    assert_eq!(ran.data()["live_orders"], json!(["k3m9t2qd"]));
    assert_eq!(ran.json()["warnings"][0]["code"], "live-orders");
}

#[test]
fn the_exit_status_tells_whether_it_is_filed() {
    let store = Store::filled();
    let asked = |words: &[&str]| store.json(&[&["portfolio", "--exit-status"], words].concat());
    assert_eq!(asked(&["shop.example.com"]).code, 0);
    assert_eq!(asked(&[SHOP, "--provider", "huawei"]).code, 0);
    asked(&[SHOP, "--provider", "alibaba"]).error(4, "not-found.target");
    asked(&["new.example.org"]).error(4, "not-found.target");
    asked(&[]).error(2, "usage.arguments");
    asked(&[SHOP, "--label", "customer"]).error(2, "usage.arguments");
    store.order("k3m9t2qd", "access", &about_shop("alibaba"), &SENT);
    let pending = asked(&[SHOP, "--provider", "alibaba"]);
    pending.error(8, "pending.order");
    assert_eq!(pending.json()["data"][0]["number"], FIRM);
    let rejected = [SENT[0], SENT[1], ("rejected", "provider-rejected")];
    store.order("k3m9t2qd", "access", &about_shop("alibaba"), &rejected);
    asked(&["shop.example.com", "--provider", "alibaba"]).error(9, "negative.order");
    store.order("k3m9t2qd", "access", &about_shop("alibaba"), &SENT[..1]);
    assert_eq!(asked(&[SHOP, "--provider", "alibaba"]).code, 4);
    let asks = "provider = \"tencent\"\n[target]\n[[filing.services]]\nkind = \"site\"\ndomains = [\"new.example.org\"]\n";
    store.order("7x2c4v8w", "new", asks, &SENT);
    asked(&["new.example.org"]).error(8, "pending.order");
    asked(&[
        "new.example.org",
        "shop.example.com",
        "--provider",
        "huawei",
    ])
    .error(4, "not-found.target");
}

#[test]
fn labels_and_notes_stick_to_subjects_services_and_orders() {
    let store = Store::filled();
    let labelled = store
        .json(&["label", FIRM, "customer=乙", "tier=gold"])
        .data();
    assert_eq!(
        labelled[0]["labels"],
        json!({"customer": "乙", "tier": "gold"})
    );
    let again = store.json(&["label", FIRM, "tier=gold"]);
    assert_eq!((again.code, &again.json()["changed"]), (0, &json!(false)));
    let service = store
        .json(&["label", "shop.example.com", "owner=运维"])
        .data();
    assert_eq!(
        service[0]["services"][0]["labels"],
        json!({"owner": "运维"})
    );
    let removed = store.json(&["label", FIRM, "--remove", "tier"]).data();
    assert_eq!(removed[0]["labels"], json!({"customer": "乙"}));
    let noted = store.json(&["note", SHOP, "等待客户盖章"]).data();
    assert_eq!(noted[0]["notes"][0]["text"], "等待客户盖章");
    assert_eq!(noted[0]["notes"][0]["service"], SHOP);

    let ended = [SENT[0], ("abandon", "abandoned")];
    store.order("k3m9t2qd", "change", &about_shop("tencent"), &ended);
    let order = store.json(&["label", "k3m9", "assignee=丙"]);
    assert_eq!(order.json()["schema"], "icpctl.order/1");
    assert_eq!(
        order.data()["labels"],
        json!({"assignee": "丙", "customer": "乙"})
    );
    let history = order.data()["history"].clone();
    assert_eq!(history[2]["event"], "label");
    assert_eq!(
        history[2]["edits"],
        json!([{"field": "labels.assignee", "from": null, "to": "丙"}])
    );
    let order = store.json(&["note", "k3m9t2qd", "客户已知"]).data();
    assert_eq!(order["status"], "abandoned");
    assert_eq!(order["history"][3]["reason"], "客户已知");

    for wrong in [
        &["label", FIRM][..],
        &["label", FIRM, "tier"],
        &["label", FIRM, "a=1", "--remove", "a"],
        &["note", FIRM, " "],
    ] {
        assert_eq!(store.json(wrong).code, 2, "{wrong:?}");
    }
    store
        .json(&["label", "none.example.org", "a=1"])
        .error(4, "not-found.target");
}

#[test]
fn erasing_an_order_needs_it_ended_and_unrested_upon() {
    let store = Store::filled();
    store.order("k3m9t2qd", "change", &about_shop("tencent"), &SENT);
    store.json(&["erase", "k3m9t2qd"]).error(2, "usage.consent");
    store
        .json(&["erase", "k3m9t2qd", "--yes"])
        .error(5, "refused.live-order");
    let hash = "a".repeat(64);
    let shared = "b".repeat(64);
    let material = |hash: &str| {
        format!("[[materials]]\nslot = \"licence\"\nfile = \"x.jpg\"\nhash = \"{hash}\"\n")
    };
    let files = store.folder().join("files");
    fs::create_dir(&files).unwrap();
    fs::write(files.join(&shared), "kept").unwrap();
    let head = format!(
        "{}{}{}",
        about_shop("tencent"),
        material(&hash),
        material(&shared)
    );
    store.order("k3m9t2qd", "change", &head, &SENT[..1]);
    store.order(
        "7x2c4v8w",
        "change",
        &format!(
            "after = \"k3m9t2qd\"\n{}{}",
            about_shop("tencent"),
            material(&shared)
        ),
        &SENT[..1],
    );
    store
        .json(&["erase", "k3m9t2qd", "--yes"])
        .error(5, "refused.awaited");
    store.order(
        "7x2c4v8w",
        "change",
        &format!("{}{}", about_shop("tencent"), material(&shared)),
        &SENT[..1],
    );
    store.json(&["erase", "k3m9t2qd"]).error(2, "usage.consent");
    let before = store.files().len();
    let erased = store.json(&["erase", "k3m9t2qd", "--yes"]).data();
    assert_eq!(erased["orders"], json!(["k3m9t2qd"]));
    assert_eq!(erased["attachments"], json!([hash]));
    assert_eq!(erased["remains"][0]["code"], "git-history");
    assert_eq!(store.files().len(), before - 1);
    assert!(files.join(&shared).exists());
    store
        .json(&["erase", "k3m9t2qd", "--yes"])
        .error(4, "not-found.order");
}

#[test]
fn erasing_a_subject_takes_its_orders_and_attachments_along() {
    let store = Store::filled();
    let content = "scan";
    let hash = icpctl::store::Digest::of(content.as_bytes())
        .as_str()
        .to_owned();
    let files = store.folder().join("files");
    fs::create_dir(&files).unwrap();
    fs::write(files.join(&hash), content).unwrap();
    let head = format!(
        "{}[[materials]]\nslot = \"licence\"\nfile = \"x.jpg\"\nhash = \"{hash}\"\n",
        about_shop("tencent")
    );
    store.order("k3m9t2qd", "change", &head, &SENT[..1]);
    let dry = store.run(&["erase", FIRM, "--dry-run", "--lang", "zh"]);
    assert_eq!(dry.code, 0);
    assert!(
        dry.err.contains("git 历史") && dry.err.contains("k3m9t2qd"),
        "{}",
        dry.err
    );
    assert!(files.join(&hash).exists());
    let erased = store.json(&["erase", FIRM, "--yes"]).data();
    assert_eq!(erased["subject"], FIRM);
    assert_eq!(erased["orders"], json!(["k3m9t2qd"]));
    assert!(!files.join(&hash).exists());
    for content in store.files().values() {
        assert!(!content.contains("2021000001"), "{content}");
    }
    store
        .json(&["portfolio", FIRM])
        .error(4, "not-found.target");
    store
        .json(&["erase", BLOG, "--yes"])
        .error(2, "usage.arguments");
    let line = ["erase", "blog.example.net", "--yes"];
    let error = store.json(&line).error(4, "not-found.order");
    let hints = error["hints"].to_string();
    assert!(hints.contains(&format!("icpctl erase {PERSON}")), "{hints}");
}

#[test]
fn a_damaged_record_is_left_alone_and_the_others_stay_usable() {
    let store = Store::filled();
    let path = store.folder().join("subjects/gd-icp-2021000001.toml");
    fs::write(&path, "schema = 1\nnumber = \n").unwrap();
    for args in [
        &["label", FIRM, "a=1"][..],
        &["gone", FIRM, "--because", "bureau", "--yes"],
        &["erase", FIRM, "--yes"],
    ] {
        store.json(args).error(3, "invalid.record");
    }
    store.adopt(&filings(), &[]).error(3, "invalid.record");
    let listed = store.json(&["portfolio"]);
    assert_eq!(listed.data()[0]["number"], PERSON);
    assert_eq!(listed.json()["warnings"][0]["code"], "damaged-file");
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "schema = 1\nnumber = \n"
    );
}

#[test]
fn what_stands_against_a_file_is_told_at_once_with_line_and_column() {
    let store = Store::filled();
    let adopt = |text: &str| {
        let path = store.dir.path().join("filings.csv");
        fs::write(&path, text).unwrap();
        store.json(&["adopt", "--from", path.to_str().unwrap()])
    };
    let hints = |error: &Value| {
        let list = error["hints"].as_array().unwrap().iter();
        list.map(|hint| hint.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let header = "subject_number,subject_name,service_number,domains\n";
    let other = format!("{FIRM},另一家公司,{SHOP},a.example.com\n");
    let place = format!(
        "line 2, column {}: {FIRM} subject_name: filed as",
        FIRM.chars().count() + 2
    );

    // Beside what it says against itself.
    let twice = format!("{header}{other}{PERSON},,{BLOG},a.example.com\n");
    let error = adopt(&twice).error(3, "invalid.adoption");
    let told = hints(&error);
    assert!(told.contains(&place), "{told}");
    assert!(told.contains("line 3, column "), "{told}");
    assert!(told.contains("stands under both"), "{told}");

    // Beside what cannot be read.
    let broken = format!("{header}{other}{PERSON},,{BLOG},nodomain\n");
    let error = adopt(&broken).error(3, "invalid.file");
    let told = hints(&error);
    assert!(told.contains(&place), "{told}");
    assert!(told.contains("domains"), "{told}");

    // Beside what has ended, which is told at its own row.
    let gone = store.json(&["gone", BLOG, "--because", "bureau", "--yes"]);
    assert_eq!(gone.code, 0);
    let error = adopt(&format!("{header}{other}{PERSON},,{BLOG},\n")).error(6, "conflict.ended");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("line 3, column "), "{message}");
    assert!(message.contains(&format!("{BLOG} ended on")), "{message}");
    assert!(hints(&error).contains(&place), "{error}");

    // What the rows say beside a column that is misspelt.
    let misspelt = broken.replace("subject_name", "subject_nam");
    let told = hints(&adopt(&misspelt).error(3, "invalid.file"));
    assert!(told.contains("did you mean subject_name?"), "{told}");
    assert!(told.contains("domains"), "{told}");
}

/// "An individual's persons are all the subject" (RP-02): services stand under that person.
#[test]
fn an_individuals_services_stand_under_the_individual() {
    let scene = Scene::empty();
    let filing = json!({
        "number": "沪ICP备2021000003号", "name": "张三", "nature": "individual",
        "responsible": { "name": "张三", "phone": "13800000003" },
        "services": [{ "number": "沪ICP备2021000003号-1", "kind": "site", "name": "示例网站",
            "domains": ["s1.example.net"], "accesses": ["tencent"] }],
    });
    scene.user.write("filings.json", filing.to_string());
    scene.ok(MONDAY, "adopt --from filings.json");
    let told = scene.run(MONDAY, "portfolio --by person").exits(0).stdout;
    assert!(
        told.contains("张*") && told.contains("沪ICP备2021000003号-1"),
        "{told}"
    );
    assert!(!told.contains("(unknown)"), "{told}");
}

/// A spreadsheet says the same wrong thing in many rows: it is told once, with every place.
#[test]
fn what_is_wrong_in_many_rows_alike_is_told_once_with_every_place() {
    let scene = Scene::empty();
    let mut text = "主体备案号,主体性质,服务备案号\n".to_owned();
    for n in 1..=40 {
        text += &format!("{SUBJECT},公司,{SUBJECT}-{n}\n");
    }
    text += &format!("{SUBJECT},什么,{SUBJECT}-41\n");
    scene.user.write("messy.csv", text);
    let error = scene.fails(MONDAY, "adopt --from messy.csv", 3);
    let hints = error["hints"].as_array().unwrap();
    assert_eq!(hints.len(), 2, "{hints:?}");
    let first = hints[0].as_str().unwrap();
    assert!(
        first.starts_with("2:18 ") && first.matches("foundation").count() == 1,
        "{first}"
    );
    for line in 3..=41 {
        assert!(first.contains(&format!("{line}:18")), "{line}: {first}");
    }
    assert!(
        hints[1].as_str().unwrap().starts_with("42:18 "),
        "{hints:?}"
    );
    assert!(error["message"].as_str().unwrap().contains("41"), "{error}");
}
