//! Where facts are from: every source that anything names is in the list, and can be looked up.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::{MONDAY, Scene};
use crate::support::Icpctl;
use icpctl::knowledge::{Cited, all_pages, cited, sources};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A dossier in which nothing is wrong.
const GOOD: &str = include_str!("../examples/dossiers/new.toml");

/// Every file below these, without what is built.
fn files(names: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            let entries = entries.map(|entry| entry.unwrap().path());
            open.extend(entries.filter(|path| !path.ends_with("target")));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every text under the key `source` of a table, however deep.
fn named_in(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                match value.as_str() {
                    Some(source) if key == "source" => found.push(source.to_owned()),
                    Some(_) | None => named_in(value, found),
                }
            }
        }
        toml::Value::Array(list) => list.iter().for_each(|value| named_in(value, found)),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

#[test]
fn every_source_of_the_data_is_in_the_list_and_none_is_there_in_vain() {
    let mut used = BTreeSet::new();
    let mut count = 0;
    for path in files(&["src/data"]) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut found = Vec::new();
        named_in(&text.parse::<toml::Table>().unwrap().into(), &mut found);
        for source in &found {
            let all = cited(source);
            assert!(!all.is_empty(), "{}: empty", path.display());
            for one in all {
                assert!(
                    !matches!(one, Cited::Words(_)),
                    "{}: {source}",
                    path.display()
                );
                used.insert(one.key().to_owned());
            }
        }
        count += found.len();
    }
    assert!(count > 300, "{count}");
    for source in sources() {
        assert!(used.contains(&source.key), "{} is used nowhere", source.key);
    }
}

#[test]
fn every_source_of_the_list_has_a_page_of_its_own() {
    for source in sources() {
        let of_key = all_pages().filter(|page| page.id == source.key);
        assert_eq!(of_key.count(), 1, "{}", source.key);
        for url in &source.urls {
            let (scheme, rest) = url.split_once("://").unwrap();
            assert!(matches!(scheme, "http" | "https"), "{url}");
            assert!(url.is_ascii() && rest.contains('.'), "{url}");
        }
    }
}

/// A reader can look up only what is here or in public.
#[test]
fn nothing_names_a_document_that_is_not_here() {
    let missing = [
        concat!("domain", ".md"),
        concat!("contract", ".md"),
        concat!("contract ", "section"),
        concat!("of the ", "design"),
        concat!("the ", "seeds"),
    ];
    let numbered = [concat!("contract", " "), concat!("domain", " ")];
    let names = [
        "src",
        "tests",
        "benches",
        "examples",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "Cargo.toml",
        ".clippy.toml",
        ".ci",
        "deny.toml",
    ];
    let mut found = Vec::new();
    for path in files(&names) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            // Such a word with a number is a section of a document.
            let has_section = numbered.iter().any(|word| {
                lower.match_indices(word).any(|(at, _)| {
                    let is_word = !lower[..at].ends_with(|c: char| c.is_alphanumeric());
                    is_word && lower[at + word.len()..].starts_with(|c: char| c.is_ascii_digit())
                })
            });
            if has_section || missing.iter().any(|word| lower.contains(word)) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_source_is_explained_in_both_languages() {
    let icpctl = Icpctl::new();
    let en = icpctl.run(["explain", "S0", "-q"]).exits(0).stdout;
    assert!(
        en.starts_with("S0 (source): Tencent Cloud: how a filing is cancelled\n"),
        "{en}"
    );
    assert!(
        en.contains("\n  https://cloud.tencent.com/document/product/243/19151\n"),
        "{en}"
    );
    let zh = icpctl
        .run(["explain", "l33", "--lang", "zh", "-q"])
        .exits(0)
        .stdout;
    assert!(
        zh.starts_with("L33（来源）《非经营性互联网信息服务备案管理办法》"),
        "{zh}"
    );
    let list = icpctl.run(["explain", "--json"]).exits(0).json();
    let of_list = |page: &&Value| page["kind"] == "source";
    let listed = list["data"].as_array().unwrap().iter().filter(of_list);
    assert_eq!(listed.count(), sources().len());
}

#[test]
fn a_page_tells_title_article_and_address_of_its_sources() {
    let icpctl = Icpctl::new();
    let zh = icpctl.run(["explain", "TIM-02", "--lang", "zh", "-q"]);
    let zh = zh.exits(0).stdout;
    assert!(
        zh.contains("  - L33 《非经营性互联网信息服务备案管理办法》（信息产业部令第33号），第 12 条\n    http://"),
        "{zh}"
    );
    let page = icpctl.run(["explain", "TIM-02", "--json"]).exits(0).json();
    let page = &page["data"][0];
    assert_eq!(page["source"], "L33 Art 12, S0, S1, H");
    assert_eq!(page["sources"][0]["part"], "article 12");
    assert_eq!(
        page["sources"][1]["urls"][0],
        "https://cloud.tencent.com/document/product/243/19151"
    );
    // What icpctl decides itself says so, and no page names a rule that is none.
    let own = icpctl.run(["explain", "exit:ok", "--json"]).exits(0).json();
    assert_eq!(own["data"][0]["sources"][0]["key"], "icpctl");
    let rules = icpctl.run(["rules", "--json"]).exits(0).json();
    for rule in rules["data"].as_array().unwrap() {
        assert!(!rule["sources"][0]["title"].is_null(), "{rule}");
    }
}

#[test]
fn a_finding_tells_where_its_rule_is_from() {
    let scene = Scene::empty();
    let wrong = GOOD.replace("\"example.com\"", "\"www.example.com\"");
    scene.user.write("new.toml", wrong);
    let document = scene.document(MONDAY, "check new.toml", 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["rule"] == "DOM-05").unwrap();
    assert_eq!(finding["source"], "T, A19");
    assert_eq!(finding["sources"][1]["key"], "A19");

    let human = scene.run(MONDAY, "check new.toml --lang zh");
    assert!(human.stdout.contains("    来源：T, A19\n"), "{human:?}");
    let (_, list) = human.stdout.split_once("\n来源：\n").unwrap();
    assert!(
        list.contains("  - T 腾讯云：网站备案帮助文档\n    https://github.com/"),
        "{list}"
    );
    assert_eq!(list.matches("  - T ").count(), 1, "{list}");

    let sarif = scene.run(MONDAY, "check new.toml --format sarif").stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let rules = &sarif["runs"][0]["tool"]["driver"]["rules"];
    let rule = rules.as_array().unwrap();
    let rule = rule.iter().find(|rule| rule["id"] == "DOM-05").unwrap();
    let help = rule["help"]["text"].as_str().unwrap();
    assert!(
        help.contains("\nSources:\n  - T Tencent Cloud: help pages on filing\n    https://"),
        "{help}"
    );
    let url = rule["helpUri"].as_str().unwrap();
    assert!(url.starts_with("https://"), "{url}");
}

/// A house's own rule may say in words where it is from.
#[test]
fn the_words_of_a_rules_writer_are_shown_as_they_are() {
    let icpctl = Icpctl::new();
    icpctl.run(["init", "work"]).exits(0);
    icpctl.write(
        "work/.icpctl/rules.d/own.toml",
        "[[rule]]\nid = \"OWN-01\"\ntitle = { zh = \"名称\", en = \"Name\" }\nseverity = \"warning\"\n\
         source = \"our handbook, page 3\"\n[[rule.test]]\nrequire = \"true\"\n\
         message = { zh = \"错\", en = \"wrong\" }\nfix = { zh = \"改\", en = \"mend\" }\n\
         [[rule]]\nid = \"DOM-05\"\nsource = \"T, S9\"\n",
    );
    let changed = ["--store", "work", "explain", "DOM-05", "--json"];
    let page = icpctl.run(changed).exits(0).json();
    assert_eq!(page["data"][0]["source"], "T, S9");
    assert_eq!(page["data"][0]["sources"][0]["title"], Value::Null);
    let own = ["--store", "work", "explain", "OWN-01"];
    let page = icpctl.run(own.iter().chain(&["--json"])).exits(0).json();
    let words = json!([{"key": "our handbook, page 3", "title": null, "part": null, "urls": [], "seen": null}]);
    assert_eq!(page["data"][0]["sources"], words);
    let human = icpctl.run(own).exits(0).stdout;
    assert!(
        human.ends_with("Sources:\n  - our handbook, page 3\n"),
        "{human}"
    );
}
