//! The way through each console: every step with its values, in every status, and nothing personal
//! that was not asked for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod data;
mod kinds;
mod papers;
mod steps;

use crate::scenarios::{MONDAY, Scene};
use icpctl::filing::facts::Holder;
use icpctl::knowledge::{FieldType, fields};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The subject of all scenes.
pub(crate) const SUBJECT: &str = "粤ICP备2021000001号";
/// Its service at the provider in question.
pub(crate) const HERE: &str = "粤ICP备2021000001号-1";
/// Its service elsewhere.
pub(crate) const THERE: &str = "粤ICP备2021000001号-2";

/// What is personal in the facts below, whoever files.
const PERSONAL: [&str; 14] = [
    "张主任",
    "440300199001010059",
    "13800000001",
    "13800000101",
    "subject@example.com",
    "李专员",
    "440300199001010016",
    "13800000002",
    "13800000102",
    "service@example.com",
    "王法人",
    "440300199001010032",
    "南山区示例路9号",
    "示例路9号1层101室",
];

fn person(name: &str, id: &str, place: usize, email: &str) -> Value {
    json!({
        "name": name, "certificate_type": "resident-id", "certificate_number": id,
        "valid_from": "2020-01-01", "valid_until": "long-term",
        "phone": format!("1380000000{place}"), "emergency_phone": format!("1380000010{place}"),
        "email": email,
    })
}

/// A subject of which everything is known.
fn subject(holder: Holder) -> Value {
    let mut facts = json!({
        "province": "广东", "city": "深圳市", "district": "南山区",
        "certificate_address": "南山区示例路9号", "mailing_address": "示例路9号1层101室",
        "remark": "此地址已是最详细地址",
    });
    let responsible = person("张主任", "440300199001010059", 1, "subject@example.com");
    let more = match holder {
        Holder::Organisation => json!({
            "name": "深圳示例花卉有限公司", "nature": "enterprise",
            "certificate_type": "business-licence", "certificate_number": "91440300MA0000090T",
            "legal_representative": "王法人", "legal_representative_id": "440300199001010032",
            "responsible": responsible,
        }),
        Holder::Individual => json!({
            "name": "张主任", "nature": "individual",
            "certificate_type": "resident-id", "certificate_number": "440300199001010059",
            "responsible": {
                "valid_from": "2020-01-01", "valid_until": "long-term", "phone": "13800000001",
                "emergency_phone": "13800000101", "email": "subject@example.com",
            },
        }),
    };
    facts
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    facts
}

/// A service of which everything is known.
fn service(holder: Holder, kind: &str, domain: &str) -> Value {
    let mut facts = json!({
        "kind": kind, "name": "示例花卉商城", "domains": [domain],
        "content": ["other"], "languages": ["simplified-chinese"], "prior_approval": ["none"],
        "remark": "展示花卉养护知识",
    });
    let more = match kind {
        "site" => json!({ "home_urls": [format!("www.{domain}")] }),
        _ => json!({
            "platforms": ["android"], "package": "com.example.flowers",
            "public_key": "30820122", "signature": "0123456789abcdef0123456789abcdef",
        }),
    };
    let facts_of = facts.as_object_mut().unwrap();
    facts_of.extend(more.as_object().unwrap().clone());
    if holder == Holder::Organisation {
        if kind == "app" {
            facts_of.insert("prior_approval".to_owned(), json!(["publishing"]));
            facts_of.insert("prior_approval_code".to_owned(), json!("示例字第1号"));
        }
        let responsible = person("李专员", "440300199001010016", 2, "service@example.com");
        facts_of.insert("responsible".to_owned(), responsible);
    }
    facts
}

/// A store that holds one subject, with a service at `provider` and one at another.
pub(crate) fn scene(provider: &str, holder: Holder) -> Scene {
    let other = if provider == "tencent" {
        "huawei"
    } else {
        "tencent"
    };
    let mut filing = subject(holder);
    let mut services = Vec::new();
    for (number, domain, at) in [
        (HERE, "here.example.com", provider),
        (THERE, "there.example.com", other),
    ] {
        let mut facts = service(holder, "site", domain);
        facts["number"] = json!(number);
        facts["accesses"] = json!([{ "provider": at, "account": "acc-1", "resource": "ins-1" }]);
        services.push(facts);
    }
    filing["number"] = json!(SUBJECT);
    filing["services"] = json!(services);
    Scene::holding(&[filing])
}

/// Drafts a first filing of one service from a dossier in which everything is said; its id.
pub(crate) fn first_filing(scene: &Scene, provider: &str, holder: Holder, kind: &str) -> String {
    let mut facts = service(holder, kind, "new.example.com");
    facts["resource"] = json!({ "type": "instance", "id": "ins-9" });
    // A dossier names one, not a list.
    facts["prior_approval"] = facts["prior_approval"][0].take();
    let mut subject = subject(holder);
    // Another subject than the one that is filed.
    match holder {
        Holder::Organisation => subject["certificate_number"] = json!("91110000MA0000000H"),
        Holder::Individual => subject["certificate_number"] = json!("110101199001010015"),
    }
    let dossier = json!({
        "kind": "new", "provider": provider, "account": "acc-9",
        "subject": subject, "services": [facts],
    });
    let text = toml::to_string(&dossier).unwrap();
    // Dates stand without quotes.
    let text = text.replace("\"2020-01-01\"", "2020-01-01");
    scene.user.write("new.toml", text);
    scene.draft(MONDAY, "new --from new.toml")
}

/// Returns the guide's document.
pub(crate) fn guide(scene: &Scene, at: &str, id: &str, more: &str) -> Value {
    scene.ok(at, &format!("guide {id} {more}"))
}

/// Lists the entries of a key of all steps.
pub(crate) fn all<'v>(guide: &'v Value, key: &str) -> Vec<&'v Value> {
    let steps = guide["steps"].as_array().unwrap();
    let lists = steps.iter().map(|step| step[key].as_array().unwrap());
    lists.flatten().collect()
}

/// Lists the fields that a guide shows, the places of services left out.
fn shown(guide: &Value) -> BTreeSet<String> {
    all(guide, "fields")
        .into_iter()
        .map(|field| {
            let path = field["path"].as_str().unwrap();
            let parts = path.split('.').filter(|part| part.parse::<u8>().is_err());
            parts.collect::<Vec<_>>().join(".")
        })
        .collect()
}

/// Lists the fields of a dossier that an order of a kind needs.
fn needed(kind: &str, holder: Holder) -> BTreeSet<String> {
    fields()
        .iter()
        .filter(|field| field.path.starts_with("subject.") || field.path.starts_with("services."))
        .filter(|field| field.kinds.iter().any(|k| k == kind))
        .filter(|field| field.natures.is_empty() || field.natures.contains(&holder))
        .filter(|field| {
            let has_below =
                |f: &icpctl::knowledge::Field| f.path.starts_with(&format!("{}.", field.path));
            field.value_type != FieldType::Table && !fields().iter().any(has_below)
        })
        // An individual is responsible for the services in person (RP-02).
        .filter(|field| {
            holder == Holder::Organisation || !field.path.starts_with("services.responsible")
        })
        .map(|field| field.path.clone())
        .collect()
}

/// Every text that a guide prints must be clean of what was not asked for, and filled in.
fn looks_right(scene: &Scene, id: &str) -> Value {
    let masked = scene
        .run(MONDAY, &format!("guide {id} --json --lang zh"))
        .exits(0);
    let english = scene.run(MONDAY, &format!("guide {id} --lang en")).exits(0);
    let markdown = scene
        .run(MONDAY, &format!("guide {id} --format md --lang zh"))
        .exits(0);
    let document = masked.json();
    for output in [&masked, &english, &markdown] {
        for secret in PERSONAL {
            assert!(!output.stdout.contains(secret), "{secret} in {output:?}");
        }
    }
    for (output, words) in [(&english, "Now"), (&markdown, "## 现在")] {
        assert!(output.stdout.contains(words), "{output:?}");
        assert!(!output.stdout.contains(['{', '}']) || output.stdout.contains("echo '{"));
    }
    for step in document["data"]["steps"].as_array().unwrap() {
        let lists = ["text", "confirm"].map(|key| step[key].as_array().unwrap());
        let lines = lists.into_iter().flatten().chain([&step["title"]]);
        for line in lines {
            assert!(!line.as_str().unwrap().contains('{'), "{line}");
        }
    }
    document["data"].clone()
}

fn every_kind_at(provider: &str) {
    for holder in [Holder::Organisation, Holder::Individual] {
        let scene = scene(provider, holder);
        let mut seen = BTreeSet::new();
        for kind in ["site", "app"] {
            let id = first_filing(&scene, provider, holder, kind);
            seen.extend(shown(&looks_right(&scene, &id)));
            let whole = guide(&scene, MONDAY, &id, "--reveal --lang en");
            let fields = all(&whole, "fields");
            let missing = fields.iter().filter(|field| field["missing"] == true);
            assert_eq!(missing.count(), 0, "{provider} {kind}: {whole:#}");
            let text = whole.to_string();
            let kept = match holder {
                Holder::Organisation => &PERSONAL[..],
                Holder::Individual => &["张主任", "13800000101", "subject@example.com"],
            };
            for secret in kept {
                assert!(text.contains(secret), "{provider}: no {secret}");
            }
        }
        let missing: Vec<String> = needed("new", holder).difference(&seen).cloned().collect();
        assert!(missing.is_empty(), "{provider}: no field for {missing:?}");

        let access = scene.draft(MONDAY, &format!("access {THERE} --provider {provider}"));
        let fields = shown(&looks_right(&scene, &access));
        let missing: Vec<String> = needed("access", holder)
            .into_iter()
            .filter(|path| path != "services.number" && !fields.contains(path))
            .collect();
        assert!(missing.is_empty(), "{provider}: no field for {missing:?}");

        let change = format!("change {SUBJECT} --provider {provider}");
        let id = scene.draft(
            MONDAY,
            &format!("{change} --set responsible.phone=13800000009 --set district=福田区"),
        );
        let document = looks_right(&scene, &id);
        let changed: Vec<&Value> = all(&document, "fields")
            .into_iter()
            .filter(|field| !field["was"].is_null())
            .collect();
        assert_eq!(changed.len(), 2, "{changed:?}");
        let whole = guide(&scene, MONDAY, &id, "--reveal");
        let phone = all(&whole, "fields")
            .into_iter()
            .find(|field| field["path"] == "subject.responsible.phone");
        let phone = phone.unwrap();
        assert_eq!(phone["was"], json!(["13800000001"]));
        assert_eq!(phone["values"], json!(["13800000009"]));

        for line in [
            format!("cancel-site {HERE} --provider {provider}"),
            format!("cancel-subject {SUBJECT} --provider {provider}"),
            format!("cancel-access {HERE} --provider {provider}"),
        ] {
            let id = scene.draft(MONDAY, &line);
            let document = looks_right(&scene, &id);
            let whole = document.to_string();
            assert!(whole.contains(SUBJECT), "{line}");
            assert_eq!(
                all(&document, "persons").is_empty(),
                line.contains("access")
            );
        }
    }
}

#[test]
fn every_kind_has_its_steps_at_tencent() {
    every_kind_at("tencent");
    for holder in [Holder::Organisation, Holder::Individual] {
        let scene = scene("tencent", holder);
        for way in ["email", "papers"] {
            for target in [
                format!("cancel-site {HERE}"),
                format!("cancel-subject {SUBJECT}"),
            ] {
                let line = format!("{target} --provider tencent --verify-by {way}");
                let id = scene.draft(MONDAY, &line);
                let document = looks_right(&scene, &id);
                assert!(all(&document, "persons").is_empty(), "{line}");
                let papers = all(&document, "papers");
                assert_eq!(papers.is_empty(), way == "email", "{line}");
                assert_eq!(document["statement"].is_null(), way == "email", "{line}");
            }
        }
    }
}

#[test]
fn every_kind_has_its_steps_at_huawei() {
    every_kind_at("huawei");
}

#[test]
fn every_kind_has_its_steps_at_alibaba() {
    every_kind_at("alibaba");
}

#[test]
fn every_kind_has_its_steps_at_wechat() {
    every_kind_at("wechat");
}

#[test]
fn every_kind_has_its_steps_at_any_other_provider() {
    every_kind_at("generic");
    every_kind_at("some-isp");
}
