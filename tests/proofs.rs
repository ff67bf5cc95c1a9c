//! The rules proved: good dossiers break none of them, and each wrong value breaks exactly those that are about it.
//!
//! The good dossiers are what `template` prints, with the papers that it asks for; all files of a test are judged by one
//! run of `icpctl check`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod cases;
mod filed;
mod good;

use crate::support::Icpctl;
use cases::{CASES, Case, FREE};
use good::{Base, papers};
use icpctl::filing::number::ServiceKind;
use icpctl::filing::province::Province;
use icpctl::knowledge::{fields, rules};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// The rule families proved here; the others are proved beside the steps that they judge.
const FAMILIES: [&str; 8] = ["SUB", "RP", "DOM", "NAM", "SVC", "RES", "MAT", "PRV"];

/// What is found in a file: rule, severity, field.
type Found = BTreeSet<(String, String, String)>;

/// Judges dossiers, by name, in one run.
fn judge(user: &Icpctl, dossiers: &BTreeMap<String, Table>) -> BTreeMap<String, Found> {
    papers(user);
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut names = Vec::new();
    let mut told = BTreeSet::new();
    for (name, dossier) in dossiers {
        let file = format!("{name}.toml");
        user.write(&file, toml::to_string(dossier).unwrap());
        found.insert(name.clone(), Found::new());
        names.push(file);
    }
    let args = ["check", "--json", "--lang", "zh"].map(str::to_owned);
    let document = user.run(args.into_iter().chain(names)).json();
    assert_eq!(
        document["warnings"],
        Json::Array(Vec::new()),
        "{document:#}"
    );
    for finding in document["data"]["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let file = text("file");
        let name = file.strip_suffix(".toml").unwrap();
        let of_file = found.get_mut(name).unwrap();
        // What is not known stands as ? in a message.
        for words in ["message", "fix"].map(text) {
            assert!(!words.contains('?'), "{finding:#}");
        }
        of_file.insert((text("rule"), text("severity"), text("path")));
        assert!(told.insert(finding.to_string()), "told twice: {finding:#}");
    }
    found
}

fn ids(found: &Found) -> BTreeSet<&str> {
    found.iter().map(|(rule, _, _)| rule.as_str()).collect()
}

/// Every good dossier of a first filing, by name.
fn good_dossiers() -> BTreeMap<String, Table> {
    let of_provinces = Province::all().flat_map(|province| {
        ["enterprise", "individual"]
            .map(|nature| Base::new(nature, province.code(), ServiceKind::Site))
    });
    let natures = [
        "enterprise",
        "individual",
        "government",
        "institution",
        "social-organisation",
        "private-non-enterprise",
        "foundation",
        "law-practice",
    ];
    let of_natures = natures.into_iter().flat_map(|nature| {
        let kinds = ServiceKind::ALL.iter();
        kinds.map(move |kind| Base::new(nature, "gd", *kind))
    });
    let of_providers = ["huawei", "alibaba", "wechat", "generic"].map(|provider| Base {
        provider: provider.to_owned(),
        ..Base::new("enterprise", "sh", ServiceKind::Site)
    });
    of_provinces
        .chain(of_natures)
        .chain(of_providers)
        .map(|base| (base.name(), base.dossier()))
        .collect()
}

#[test]
fn good_dossiers_of_every_province_nature_and_kind_break_no_rule() {
    let user = Icpctl::new();
    let found = judge(&user, &good_dossiers());
    assert!(found.len() > 90, "{}", found.len());
    let broken: Vec<_> = found
        .iter()
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The dossier of a case.
fn mutated(case: &Case) -> Table {
    let mut tree = Value::Table(Base::parse(case.base).dossier());
    for (path, value) in case.changes {
        good::change(&mut tree, path, value);
    }
    tree.as_table().unwrap().clone()
}

/// The id of a rule that a case expects.
fn id_of(rule: &str) -> &str {
    rule.split(' ').next().unwrap()
}

/// Whether the findings of an expected rule are of the severity that stands beside its id.
fn weighs(rule: &str, found: &Found) -> bool {
    rule.split_once(' ').is_none_or(|(id, expected)| {
        let mut of_rule = found.iter().filter(|(found, _, _)| found == id);
        of_rule.all(|(_, severity, _)| severity == expected)
    })
}

#[test]
fn each_wrong_value_breaks_exactly_the_rules_that_are_about_it() {
    let user = Icpctl::new();
    good::portfolio(&user);
    let dossiers: BTreeMap<String, Table> = CASES
        .iter()
        .enumerate()
        .map(|(place, case)| (format!("case-{place:03}"), mutated(case)))
        .collect();
    let found = judge(&user, &dossiers);
    let mut wrong = Vec::new();
    for (case, found) in CASES.iter().zip(found.values()) {
        let expected: BTreeSet<&str> = case.rules.iter().map(|rule| id_of(rule)).collect();
        if ids(found) != expected || !case.rules.iter().all(|rule| weighs(rule, found)) {
            wrong.push(format!("{case:?}\n    found {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_rule_has_a_dossier_that_breaks_it() {
    let all = CASES.iter().flat_map(|case| case.rules);
    let broken: BTreeSet<&str> = all.map(|rule| id_of(rule)).collect();
    let unproved: Vec<&str> = rules()
        .iter()
        .filter(|rule| rule.check && FAMILIES.contains(&rule.id.split('-').next().unwrap()))
        .map(|rule| rule.id.as_str())
        .filter(|id| !broken.contains(id))
        .collect();
    assert!(unproved.is_empty(), "{unproved:?}");
    for rule in rules()
        .iter()
        .filter(|rule| FAMILIES.contains(&rule.id.split('-').next().unwrap()))
    {
        assert_eq!(rule.check, !rule.test.is_empty(), "{}", rule.id);
    }
}

#[test]
fn every_field_of_a_dossier_has_a_wrong_value_or_is_free() {
    let bare = |path: &str| {
        let parts = path
            .split('.')
            .filter(|part| part.parse::<usize>().is_err());
        parts.collect::<Vec<_>>().join(".")
    };
    let changed: BTreeSet<String> = CASES
        .iter()
        .flat_map(|case| case.changes)
        .map(|(path, _)| bare(path))
        .collect();
    let unproved: Vec<&str> = fields()
        .iter()
        .filter(|field| field.kinds.iter().any(|kind| kind == "new"))
        .map(|field| field.path.as_str())
        .filter(|path| {
            path.starts_with("subject.")
                || path.starts_with("services.")
                || path.starts_with("materials.")
        })
        .filter(|path| !changed.contains(*path) && !FREE.contains(path))
        .filter(|path| {
            !fields()
                .iter()
                .any(|inner| inner.path.starts_with(&format!("{path}.")))
        })
        .collect();
    assert!(unproved.is_empty(), "{unproved:?}");
}

#[test]
fn orders_about_good_filings_break_no_rule() {
    let user = Icpctl::new();
    let filed = good::filings(&user);
    let mut dossiers = BTreeMap::new();
    for filing in &filed {
        for (kind, dossier) in filing.orders() {
            dossiers.insert(format!("{}-{kind}", filing.name), dossier);
        }
    }
    let found = judge(&user, &dossiers);
    assert!(found.len() > 300, "{}", found.len());
    let broken: Vec<_> = found
        .iter()
        .flat_map(|(name, found)| found.iter().map(move |f| (name, f)))
        .filter(|(_, (_, severity, _))| severity != "info")
        .collect();
    assert!(broken.is_empty(), "{} {broken:#?}", broken.len());
}

#[test]
fn orders_about_filings_of_which_only_the_numbers_are_known_find_no_error() {
    let user = Icpctl::new();
    let number = "粤ICP备2021000001号";
    let adopted = format!(
        r#"{{"number":"{number}","services":[{{"number":"{number}-1"}},{{"number":"{number}-2"}}]}}"#
    );
    user.write("adopt.json", adopted);
    user.run(["adopt", "--from", "adopt.json"]).exits(0);
    let mut dossiers = BTreeMap::new();
    for kind in ["access", "cancel-site", "cancel-subject", "cancel-access"] {
        let target = if kind == "cancel-subject" {
            number.to_owned()
        } else {
            format!("{number}-1")
        };
        let text = format!("kind = \"{kind}\"\nprovider = \"tencent\"\ntarget = [\"{target}\"]\n");
        dossiers.insert(kind.to_owned(), text.parse::<Table>().unwrap());
    }
    for (kind, found) in judge(&user, &dossiers) {
        let errors: Vec<_> = found
            .iter()
            .filter(|(_, severity, _)| severity == "error")
            .collect();
        assert!(errors.is_empty(), "{kind}: {errors:?}");
    }
}
