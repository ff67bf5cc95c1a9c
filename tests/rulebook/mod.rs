//! The rulebook at the edge: `check`, `rules`, rule files, and what `submit` refuses.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod batch;
mod bureaus;
mod filed;
mod files;
mod fuzz;
mod kinds;
mod numbers;
mod proof;
mod report;

use crate::scenarios::{MONDAY, SHOP, Scene};
use serde_json::Value;
use std::collections::BTreeSet;

/// A dossier without a flaw: an organisation's first filing of a site.
const GOOD: &str = include_str!("../../examples/dossiers/new.toml");

/// The findings of a check: rule, weight and field.
pub(crate) type Found = Vec<(String, String, String)>;

/// Checks what a command line names, whatever comes out.
fn check_at(scene: &Scene, at: &str, what: &str) -> Found {
    let output = scene.run(at, &format!("check {what} --json"));
    assert!(matches!(output.code, 0 | 3), "{output:?}");
    let document = output.json();
    let has_errors = findings(&document).iter().any(|f| f["severity"] == "error");
    assert_eq!(output.code == 3, has_errors, "{document:#}");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings(&document)
        .iter()
        .map(|f| (text(f, "rule"), text(f, "severity"), text(f, "path")))
        .collect()
}

fn findings(document: &Value) -> &Vec<Value> {
    document["data"]["findings"].as_array().unwrap()
}

/// Checks a dossier beside what a store holds.
fn check_dossier(scene: &Scene, dossier: &str) -> Found {
    scene.user.write("dossier.toml", dossier);
    check_at(scene, MONDAY, "dossier.toml")
}

fn ids(found: &Found) -> BTreeSet<&str> {
    found.iter().map(|(rule, _, _)| rule.as_str()).collect()
}

/// Whether a rule is among the findings.
fn fires(found: &Found, rule: &str) -> bool {
    ids(found).contains(rule)
}

#[test]
fn what_a_whole_dossier_leaves_out_is_an_error_and_what_a_bare_one_does_a_warning() {
    let scene = Scene::empty();
    let without = |fields: &[&str]| {
        let is_kept = |line: &&str| !fields.iter().any(|f| line.starts_with(&format!("{f} = ")));
        let lines: Vec<&str> = GOOD.lines().filter(is_kept).collect();
        check_dossier(&scene, &lines.join("\n"))
    };
    let told = [
        "mailing_address",
        "certificate_address",
        "content",
        "languages",
    ];
    for field in ["mailing_address", "content", "languages"] {
        let found = without(&[field]);
        assert!(found.iter().any(|f| f.1 == "error"), "{field}: {found:?}");
    }
    let found = without(&told);
    assert!(
        !found.is_empty() && found.iter().all(|f| f.1 != "error"),
        "{found:?}"
    );
}

#[test]
fn what_the_portfolio_does_not_hold_is_never_an_error_for_access_and_cancellations() {
    let scene = Scene::holding(&[serde_json::json!({
        "number": crate::scenarios::SUBJECT,
        "services": [{ "number": SHOP, "domains": ["example.cn"], "accesses": ["tencent"] }],
    })]);
    for line in [
        format!("access {SHOP} --provider huawei"),
        format!("cancel-site {SHOP}"),
        format!("cancel-subject {}", crate::scenarios::SUBJECT),
        format!("cancel-access {SHOP} --provider tencent"),
    ] {
        let id = scene.draft(MONDAY, &line);
        let found = check_at(&scene, MONDAY, &id);
        assert!(found.iter().all(|f| f.1 != "error"), "{line}: {found:?}");
    }
    let found = check_dossier(
        &scene,
        "kind = \"cancel-site\"\ntarget = \"other.example.cn\"\n",
    );
    assert!(fires(&found, "not-found.target"), "{found:?}");
    assert!(found.iter().all(|f| f.1 == "info"), "{found:?}");
}
