//! What parsers say of files that are no TOML or JSON, told in the user's language.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::{MONDAY, Scene};
use icpctl::lang::parser::{said, said_of_json};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use toml::de::DeTable;

/// A document with everything that TOML has.
const TOML: &str = "a = \"x\\n\\u00e9\" # c\n'b' = 'y'\nc.d = [1, -2.5e3, true,]\n[t.\"u v\"]\nwhen = 2021-03-01T10:00:00.5Z\nt = 07:32:00\n\
     n = { k = 0x1F, l = [], m = inf }\n[[list]]\nm = \"\"\"\nlong\\\n  er\"\"\"\nr = '''raw'''\n";

/// A document with everything that JSON has.
const JSON: &str = r#"{"a": ["x\u00e9\n", 1, -2.5e3, true, null], "b": {"c": {}}, "d": false}"#;

/// Every document that lacks one character of `text`, breaks off there, or has another one put in.
fn spoiled(text: &str) -> impl Iterator<Item = String> {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.into_iter().flat_map(move |at| {
        let (before, after) = text.split_at(at);
        let mut chars = after.chars();
        chars.next();
        let put_in = "=\"'[]{},.\\#-+0_x\n\r\u{1}名".chars();
        let mut all: Vec<String> = put_in.map(|put| format!("{before}{put}{after}")).collect();
        all.push(format!("{before}{}", chars.as_str()));
        all.push(before.to_owned());
        all
    })
}

static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("`[^`]*`|\"[^\"]*\"|true|false|null|Unicode|TOML|RFC 3339").unwrap()
});
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| Regex::new("[A-Za-z]{2,}").unwrap());

/// Fails where a Chinese wording is none: a quoted message, or English outside code and values.
fn is_chinese(zh: &str, words: &str) {
    let bare = CODE.replace_all(zh, "");
    assert!(!ENGLISH.is_match(&bare), "{words} is told as {zh}");
}

#[test]
fn every_toml_error_is_told_in_chinese() {
    let mut told = BTreeSet::new();
    for text in spoiled(TOML) {
        let (_, errors) = DeTable::parse_recoverable(&text);
        told.extend(errors.iter().map(|error| error.message().to_owned()));
    }
    assert!(told.len() > 50, "{}", told.len());
    for words in &told {
        let text = said(words);
        assert_eq!(text.en, *words);
        is_chinese(&text.zh, words);
    }
}

#[test]
fn every_json_error_is_told_in_chinese() {
    let mut told = BTreeSet::new();
    for text in spoiled(JSON) {
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&text) {
            let said = said_of_json(&error);
            assert!(!said.en.contains(" at line "), "{}", said.en);
            told.insert((said.en, said.zh));
        }
    }
    for (words, zh) in &told {
        is_chinese(zh, words);
    }
    assert!(told.len() > 12, "{told:?}");
}

/// What reads well but does not fit its place is told too; what nobody foresaw is quoted.
#[test]
fn what_does_not_fit_is_told_in_chinese() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read for its errors")]
    struct Shape {
        name: String,
        count: u32,
        list: Vec<String>,
        kind: icpctl::filing::kind::Kind,
    }
    let right = "name = \"a\"\ncount = 1\nlist = []\nkind = \"new\"\n";
    toml::from_str::<Shape>(right).unwrap();
    for (from, to) in [
        ("name = \"a\"", "name = 5"),
        ("name = \"a\"\n", ""),
        ("name =", "nmae ="),
        ("count = 1", "count = -1"),
        ("count = 1", "count = \"一\""),
        ("list = []", "list = { a = true }"),
        ("list = []", "list = [2021-03-01]"),
        ("\"new\"", "\"nwe\""),
    ] {
        let error = toml::from_str::<Shape>(&right.replace(from, to)).unwrap_err();
        let told = said(error.message());
        is_chinese(&told.zh, error.message());
        assert!(!told.en.contains("u32"), "no reader's word: {}", told.en);
    }
    let unknown = said("the moon is full");
    assert_eq!(unknown.zh, "无法按语法读取（“the moon is full”）");
}

/// Dossiers, damaged records, profiles, rules, rows and the configuration, each at the binary's edge.
#[test]
fn damaged_files_are_told_in_the_users_language() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "change example.cn --set remark=x");
    let home = scene.user.home().to_owned();
    let store = home.join(".icpctl");
    let order = store.join(format!("orders/{}/{id}.toml", &id[..2]));
    let order = std::fs::read_to_string(&order).unwrap();
    scene
        .user
        .write("bad.toml", "kind = \"new\"\n[subject\nname = \"x\"\n");
    scene.user.write(
        "rows.jsonl",
        "{\"ref\":\"a\" \"kind\":\"new\"}\n{\"ref\":\"b\"}\n",
    );
    scene
        .user
        .write(".icpctl/providers.d/own.toml", "purge_days = \n");
    scene
        .user
        .write(".icpctl/rules.d/own.toml", "[[rule]]\nid = OWN\n");
    scene
        .user
        .write("bad-config.toml", "lang = \"zh\"\nstore = [\n");
    let told = |line: &str| {
        let output = scene.run(MONDAY, &format!("{line} --lang zh"));
        let told = format!("{}{}", output.stdout, output.stderr);
        for english in [
            "expected",
            "unclosed",
            "missing value",
            "invalid string",
            "quoted",
        ] {
            assert!(!told.contains(english), "{line}: {told}");
        }
        told
    };
    assert!(told("new --from bad.toml").contains("bad.toml:2:"), "place");
    assert!(told("new --from bad.toml").contains("表头的方括号没有闭合"));
    assert!(told("batch check rows.jsonl").contains("应为 `,` 或 `}`"));
    assert!(told("provider list").contains("文本必须加引号"));
    assert!(told("rules").contains("文本必须加引号"));
    assert!(told("list --config bad-config.toml").contains("没有闭合"));
    let path = format!(".icpctl/orders/{}/{id}.toml", &id[..2]);
    scene.user.write(&path, order.replacen(" = ", " ", 1));
    assert!(told(&format!("show {id}")).contains("键名后面没有值"));
    let error = scene.fails(MONDAY, &format!("show {id} --lang en"), 3);
    assert!(error.to_string().contains("key with no value"), "{error}");
}
