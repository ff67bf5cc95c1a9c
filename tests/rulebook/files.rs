//! Rules of the user's own, and what is said of wrong ones.

use super::{GOOD, check_dossier, fires};
use crate::scenarios::{MONDAY, Scene, codes};
use serde_json::Value;

pub(super) const BRAND: &str = r#"
[[rule]]
id = "MY-01"
severity = "error"
[rule.title]
zh = "名称要有品牌"
en = "Names carry the brand"
[[rule.test]]
for = "services[*]"
field = "name"
require = "service.name == null || service.name.contains('品牌')"
message = { zh = "{service.name} 没有品牌", en = "{service.name} lacks the brand" }
fix = { zh = "加上品牌", en = "add the brand" }
"#;

pub(super) fn put(scene: &Scene, name: &str, text: &str) {
    scene.user.write(&format!(".icpctl/rules.d/{name}"), text);
}

#[test]
fn a_store_adds_overrides_and_switches_off_rules() {
    let scene = Scene::empty();
    let wrong = GOOD.replace("enterprise", "individual");
    assert!(fires(&check_dossier(&scene, &wrong), "SUB-06"));
    put(&scene, "own.toml", BRAND);
    put(
        &scene,
        "quiet.toml",
        "[[rule]]\nid = \"SUB-06\"\noff = true\n",
    );
    let found = check_dossier(&scene, &wrong);
    assert!(!fires(&found, "SUB-06"), "{found:?}");
    assert!(fires(&found, "MY-01"), "{found:?}");
    let rules = scene.ok(MONDAY, "rules");
    let of = |id: &str| {
        rules
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["id"] == id)
            .cloned()
    };
    assert_eq!(of("MY-01").unwrap()["severity"], "error");
    assert_eq!(of("SUB-06").unwrap()["off"], true);
    let page = scene.ok(MONDAY, "explain MY-01");
    assert_eq!(page[0]["rule"]["tests"].as_array().unwrap().len(), 1);
}

#[test]
fn rules_beside_the_configuration_hold_in_every_store() {
    let scene = Scene::empty();
    scene.user.write("config/icpctl/rules.d/own.toml", BRAND);
    assert!(fires(&check_dossier(&scene, GOOD), "MY-01"));
}

/// A domain that cannot be read is one problem, not one of its home URL too.
#[test]
fn a_domain_that_cannot_be_read_is_told_once() {
    let scene = Scene::empty();
    let domains = "domains = [\"example.com\"]";
    assert!(GOOD.contains(domains));
    let wrong = GOOD.replace(domains, "domains = [\"example..com\"]");
    let found = check_dossier(&scene, &wrong);
    assert!(fires(&found, "not-a-domain"), "{found:?}");
    assert!(!fires(&found, "DOM-08"), "{found:?}");
}

/// Whom a rule is for may be said as people say it.
#[test]
fn a_rule_is_for_whom_it_names_in_any_words() {
    let scene = Scene::empty();
    let provider = GOOD
        .lines()
        .find(|line| line.starts_with("provider"))
        .unwrap();
    assert!(provider.contains("tencent"), "{provider}");
    for (scope, is_meant) in [
        ("providers = [\"腾讯云\"]", true),
        ("providers = [\"阿里云\"]", false),
        ("provinces = [\"广东\"]", GOOD.contains("广东")),
        ("provinces = [\"西藏\"]", false),
        ("kinds = [\"新增备案\"]", true),
        ("kinds = [\"变更备案\"]", false),
    ] {
        // Of the rule, or of one of its tests.
        for before in ["severity = ", "field = "] {
            if before == "field = " && scope.starts_with("providers") {
                continue;
            }
            let rule = BRAND.replace(before, &format!("{scope}\n{before}"));
            put(&scene, "own.toml", &rule);
            let found = check_dossier(&scene, GOOD);
            assert_eq!(fires(&found, "MY-01"), is_meant, "{rule}");
        }
    }
}

/// A rule that names no province or kind there is would never be asked.
#[test]
fn whom_a_rule_is_for_is_somebody() {
    let scene = Scene::empty();
    scene.user.write("dossier.toml", GOOD);
    for (before, line) in [("severity = ", 4), ("field = ", 10)] {
        for (scope, said) in [
            ("provinces = [\"广冬\"]", "广冬"),
            ("kinds = [\"neww\"]", "did you mean new?"),
        ] {
            put(
                &scene,
                "own.toml",
                &BRAND.replace(before, &format!("{scope}\n{before}")),
            );
            let document = scene.document(MONDAY, "--lang en check dossier.toml", 0);
            let warning = &document["warnings"][0];
            assert_eq!(warning["code"], "invalid-rule-file", "{scope}");
            let message = warning["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("line {line}, ")), "{message}");
            assert!(message.contains(said), "{message}");
        }
    }
}

/// An expression may stand on several lines.
#[test]
fn where_an_expression_is_wrong_is_told_on_whatever_line_that_is() {
    let scene = Scene::empty();
    scene.user.write("dossier.toml", GOOD);
    let long = BRAND.replace(
        "\"service.name == null || service.name.contains('品牌')\"",
        "\"\"\"\nservice.name == null ||\n  service.name.contains('品牌') && or else\"\"\"",
    );
    put(&scene, "own.toml", &long);
    let document = scene.document(MONDAY, "--lang en check dossier.toml", 0);
    let message = document["warnings"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("line 13, column 37:"), "{message}");
}

#[test]
fn a_wrong_rule_file_is_told_of_with_its_place_and_doctor_finds_it() {
    let scene = Scene::empty();
    put(
        &scene,
        "bad.toml",
        &BRAND.replace("service.name == null || ", ""),
    );
    put(&scene, "good.toml", &BRAND.replace("MY-01", "MY-02"));
    scene.user.write("dossier.toml", GOOD);
    let document = scene.document(MONDAY, "check dossier.toml", 3);
    let warning = &document["warnings"][0];
    assert_eq!(warning["code"], "invalid-rule-file");
    assert_eq!(warning["path"], "rules.d/bad.toml");
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("line 11, column 11"), "{message}");
    let found = check_dossier(&scene, GOOD);
    assert!(
        fires(&found, "MY-02") && !fires(&found, "MY-01"),
        "{found:?}"
    );
    let document = scene.document(MONDAY, "doctor", 3);
    let codes: Vec<&Value> = document["data"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["code"])
        .collect();
    assert_eq!(codes, ["invalid-rule-file"]);
}

#[test]
fn submit_refuses_what_the_rulebook_rejects_unless_each_rule_is_accepted() {
    let scene = Scene::empty();
    put(&scene, "own.toml", BRAND);
    scene.user.write("new.toml", GOOD);
    let id = scene.draft(MONDAY, "new --from new.toml");
    // Consent comes first, then the rules.
    assert_eq!(scene.fails(MONDAY, &format!("submit {id}"), 2)["exit"], 2);
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["code"], "refused.rule");
    assert_eq!(error["rule"], "MY-01");
    assert!(error["message"].as_str().unwrap().contains("MY-01"));
    assert_eq!(scene.status(MONDAY, &id), "draft");
    let line = format!("submit {id} --yes --accept NAM-99");
    let refused = scene.document(MONDAY, &line, 5);
    assert_eq!(refused["error"]["code"], "refused.rule");
    // What names no rule is told, and lets nothing pass.
    let warned = |document: &Value| codes(&document["warnings"]) == ["unknown-acceptance"];
    assert!(warned(&refused), "{refused}");
    let sent = scene.document(MONDAY, &format!("submit {id} --yes --accept MY-01"), 0);
    assert!(!warned(&sent), "{sent}");
    let order = &sent["data"];
    assert_eq!(order["status"], "provider-review");
    let file = std::fs::read_dir(scene.user.home().join(".icpctl/orders")).unwrap();
    let folder = file.map(|entry| entry.unwrap().path()).next().unwrap();
    let text = std::fs::read_to_string(folder.join(format!("{id}.toml"))).unwrap();
    assert!(text.contains("accepted = [\"MY-01\"]"), "{text}");
    // Drafting and sending at once is judged the same.
    let line = "new --from new.toml --ref two --submit --yes";
    let _ = scene.run(MONDAY, line).exits(5);
}
