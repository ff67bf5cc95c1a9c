//! `verify` as a whole: what is asked, kept and told.

use super::world::{FILED, World, fact, findings, record};
use crate::scenarios::{MONDAY, Scene};
use crate::support::Icpctl;
use crate::support::web::Answer;
use icpctl::cli::commands::schema;
use icpctl::filing::evidence::{Claim, Source, Stance, Topic, Verdict};
use serde_json::Value;
use std::path::PathBuf;

#[test]
fn the_words_are_those_of_the_core_and_every_topic_is_explained() {
    let schema: Value = serde_json::from_str(schema::named("verify").unwrap()).unwrap();
    let written = |pointer: &str| -> Vec<&str> {
        let words = schema.pointer(pointer).unwrap().as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap()).collect()
    };
    let item = "/properties/data/anyOf/0/items/properties";
    let (finding, fact) = (
        format!("{item}/findings/items/properties"),
        format!("{item}/facts/items/properties"),
    );
    let topics: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
    let sources: Vec<&str> = Source::ALL.iter().map(|source| source.name()).collect();
    let stances: Vec<&str> = Stance::ALL.iter().map(|stance| stance.name()).collect();
    let claims: Vec<&str> = Claim::ALL.iter().map(|claim| claim.name()).collect();
    let verdicts: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
    assert_eq!(written(&format!("{finding}/topic/enum")), topics);
    assert_eq!(written(&format!("{finding}/stance/enum")), stances);
    assert_eq!(written(&format!("{finding}/sources/items/enum")), sources);
    assert_eq!(written(&format!("{fact}/claim/enum")), claims);
    assert_eq!(written(&format!("{fact}/verdict/enum")), verdicts);
    assert_eq!(written(&format!("{fact}/source/enum")), sources);
    for topic in topics {
        Icpctl::new().run(["explain", topic]).exits(0);
    }
}

#[test]
fn where_all_is_well_everything_agrees_and_is_kept_once() {
    let world = World::new();
    let document = world.verify(&["--exit-status"]).exits(0).json();
    let topics = [
        "points-at-provider",
        "number-on-page",
        "number-in-footer",
        "number-linked",
        "security-number",
        "registration",
        "registration-date",
        "domain-holder",
        "public-record",
        "recorded-name",
    ];
    let agreed: Vec<String> = topics
        .iter()
        .map(|topic| format!("{topic} agrees"))
        .collect();
    assert_eq!(findings(&document), agreed);
    assert_eq!(document["changed"], true);
    assert_eq!(document["data"][0]["stance"], "agrees");
    let kept = world.observations();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    assert!(text.contains("claim = \"filed\"") && text.contains("source = \"whois\""));
    assert!(!text.contains("admin@example.cn"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&kept[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Asked again, the answers are remembered, with their age, and not kept twice.
    let later = [("ICPCTL_NOW", "2026-11-22T10:01:00+08:00")];
    let again = world
        .user
        .run_with(&later, ["verify", "shop.example.cn", "--json"])
        .exits(0);
    let again = again.json();
    assert_eq!(again["changed"], false);
    let facts = again["data"][0]["facts"].as_array().unwrap();
    assert!(
        facts
            .iter()
            .all(|fact| fact["cached"] == true && fact["age_seconds"] == 60)
    );
    assert_eq!(world.record.asked().len(), 1);
    assert_eq!(world.observations().len(), 1);
    // Unless everything is to be asked anew.
    let anew = ["verify", "shop.example.cn", "--max-age", "0", "--json"];
    assert_eq!(
        world.user.run_with(&later, anew).exits(0).json()["changed"],
        true
    );
    assert_eq!(world.record.asked().len(), 2);
    assert_eq!(world.observations().len(), 2);
    let doctor = world.user.run(["doctor"]).exits(0);
    assert_eq!(doctor.code, 0);
    // What is erased is gone from here too.
    world
        .user
        .run(["erase", "京ICP备2021000001号", "--yes"])
        .exits(0);
    assert_eq!(world.observations(), Vec::<PathBuf>::new());
    assert!(!world.user.home().join("cache/icpctl/evidence").exists());
}

#[test]
fn a_dry_run_asks_and_keeps_nothing() {
    let world = World::new();
    let document = world.verify(&["-n"]).exits(0).json();
    assert_eq!(
        (&document["changed"], &document["dry_run"]),
        (&true.into(), &true.into())
    );
    assert_eq!(world.observations(), Vec::<PathBuf>::new());
}

#[test]
fn offline_everything_is_unknown_unless_it_is_remembered() {
    let world = World::new();
    let document = world.verify(&["--offline"]).exits(0).json();
    let facts = document["data"][0]["facts"].as_array().unwrap();
    assert!(facts.len() >= 5);
    for fact in facts {
        assert_eq!(
            (&fact["verdict"], &fact["reason"]),
            (&"unknown".into(), &"offline".into())
        );
    }
    assert_eq!(document["changed"], false);
    let told = world
        .verify(&["--offline", "--exit-status"])
        .exits(11)
        .json();
    assert_eq!(told["error"]["code"], "unavailable.evidence");
    assert_eq!(told["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.record.asked().len(), 0);
    world.verify(&[]).exits(0);
    let much_later = [("ICPCTL_NOW", "2026-12-22T10:00:00+08:00")];
    let args = [
        "verify",
        "shop.example.cn",
        "--offline",
        "--json",
        "--exit-status",
    ];
    let remembered = world.user.run_with(&much_later, args).exits(0).json();
    assert_eq!(fact(&remembered, "filed", "shop.example.cn"), "yes");
}

/// Drafts, sends and, where asked, approves an order; returns its id.
fn order(user: &Icpctl, draft: &[&str], events: &[&[&str]]) -> String {
    let id = user.run(draft).exits(0).stdout.trim().to_owned();
    for event in events {
        let words = event
            .iter()
            .map(|word| if *word == "ID" { id.as_str() } else { word });
        user.run(words.collect::<Vec<_>>()).exits(0);
    }
    id
}

#[test]
fn a_cancelled_site_must_not_resolve_and_must_leave_the_record() {
    let world = World::new();
    let user = &world.user;
    let id = order(
        user,
        &[
            "cancel-site",
            "京ICP备2021000001号-1",
            "--provider",
            "tencent",
            "--verify-by",
            "email",
        ],
        &[
            &["submit", "ID", "--yes"],
            &["record", "ID", "bureau-approved"],
        ],
    );
    let output = world.verify(&["--exit-status"]).exits(9);
    let document = output.json();
    let found = findings(&document);
    assert!(
        found.contains(&"quiet-after-cancellation conflict".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"public-record conflict".to_owned()),
        "{found:?}"
    );
    assert_eq!(document["data"][0]["orders"][0], *id);
    assert_eq!(document["error"]["code"], "negative.evidence");
    // The order keeps what was seen.
    assert!(world.observations()[0].to_string_lossy().contains(&id));
    // Its old number leads there too.
    let by_number = user
        .run(["verify", "京ICP备2021000001号-1", "--json"])
        .exits(0)
        .json();
    assert_eq!(by_number["data"][0]["about"], "shop.example.cn");
    let all = user.run(["verify", "--all", "--json"]).exits(0).json();
    assert_eq!(all["data"][0]["about"], "shop.example.cn");
}

/// A cancellation is looked after for ninety days, whatever is noted on it later.
#[test]
fn a_note_makes_an_old_cancellation_no_news() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(MONDAY, &id, "bureau-approved");
    let looked_at = |at: &str| -> Vec<String> {
        let all = scene.ok(at, "verify --all --offline -n");
        let abouts = all.as_array().unwrap().iter();
        let words = abouts.map(|one| one["about"].as_str().unwrap().to_owned());
        words.collect()
    };
    let (soon, late) = ("2027-02-21 10:00:00", "2027-02-22 10:00:00");
    assert_eq!(looked_at(soon), ["example.cn", "example.com"]);
    scene.ok(late, &format!("note {id} 归档"));
    assert_eq!(looked_at(late), ["example.com"]);
}

#[test]
fn a_domain_must_leave_the_provider_whose_access_was_cancelled() {
    let world = World::new();
    let user = &world.user;
    let file = user.write("more.json", FILED.replace("[\"tencent\"]", "[\"huawei\"]"));
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    order(
        user,
        &[
            "cancel-access",
            "京ICP备2021000001号-1",
            "--provider",
            "tencent",
        ],
        &[
            &["submit", "ID", "--yes"],
            &["record", "ID", "bureau-approved"],
        ],
    );
    let document = world.verify(&[]).exits(0).json();
    let found = findings(&document);
    assert!(
        found.contains(&"left-former-provider conflict".to_owned()),
        "{found:?}"
    );
    world.configure(
        "tencent = [\"127.0.0.0/8\"]",
        "tencent = [\"192.0.2.0/24\"]",
    );
    let document = world.verify(&[]).exits(0).json();
    let found = findings(&document);
    assert!(
        found.contains(&"left-former-provider agrees".to_owned()),
        "{found:?}"
    );
}

#[test]
fn people_read_findings_first_and_the_facts_beneath() {
    let world = World::new();
    let output = world.user.run(["verify", "shop.example.cn", "-v"]).exits(0);
    let text = &output.stdout;
    assert!(
        text.starts_with("shop.example.cn  京ICP备2021000001号-1\n"),
        "{text}"
    );
    let (finding, table) = (text.find("agrees").unwrap(), text.find("Verdict").unwrap());
    assert!(finding < table, "{text}");
    assert!(text.contains("A 127.0.0.1"), "{text}");
    let chinese = world
        .user
        .run(["verify", "shop.example.cn", "--lang", "zh"])
        .exits(0);
    assert!(chinese.stdout.contains("相符"), "{}", chinese.stdout);
    world.user.run(["verify"]).exits(2);
    world.user.run(["verify", "nothing"]).exits(4);
}

const FIRST: &str = r#"
kind = "new"
provider = "tencent"
[subject]
name = "示例科技有限公司"
nature = "enterprise"
province = "广东"
certificate_type = "business-licence"
certificate_number = "91110000MA0000000H"
[subject.responsible]
name = "甲某"
phone = "13800000001"
[[services]]
kind = "site"
name = "新店"
domains = ["new.example.cn"]
[services.responsible]
name = "乙某"
phone = "13800000002"
"#;

#[test]
fn a_first_filing_keeps_quiet_until_it_is_approved() {
    let world = World::with(&["new.example.cn A 127.0.0.1"]);
    let user = &world.user;
    let file = user.write("new.toml", FIRST);
    let id = order(
        user,
        &["new", "--from", file.to_str().unwrap()],
        &[&["submit", "ID", "--yes"]],
    );
    let look = |more: &[&str]| {
        let args = ["verify", &id, "--json", "-n", "--max-age", "0"];
        user.run(args.iter().chain(more)).exits(0).json()
    };
    *world.recorded.lock().unwrap() =
        Answer::json(r#"{"code":200,"success":true,"params":{"list":[],"total":0}}"#);
    let found = findings(&look(&[]));
    assert!(
        found.contains(&"quiet-before-filing conflict".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"public-record agrees".to_owned()),
        "{found:?}"
    );
    // The record is ahead of us: that is shown with the command, and nothing is settled here.
    *world.recorded.lock().unwrap() =
        Answer::json(record("new.example.cn", "粤ICP备2026000009号-1"));
    let document = look(&[]);
    let all = document["data"][0]["findings"].as_array().unwrap();
    let ahead = all
        .iter()
        .find(|finding| finding["topic"] == "public-record")
        .unwrap();
    assert_eq!(ahead["stance"], "conflict");
    let next = format!(
        "icpctl record {id} bureau-approved --number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1"
    );
    assert_eq!(ahead["next"][0], *next);
    let status = user.run(["show", &id, "--json"]).exits(0).json()["data"]["status"].clone();
    assert_eq!(status, "provider-review");
}

#[test]
fn an_app_is_looked_up_by_its_number() {
    let world = World::new();
    let user = &world.user;
    let app = FILED
        .replace("号-1\"", "号-2A\"")
        .replace("\"site\"", "\"app\"");
    let file = user.write(
        "app.json",
        app.replace("\"domains\":[\"shop.example.cn\"],", ""),
    );
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    let body = record("示例应用", "京ICP备2021000001号-2A");
    *world.recorded.lock().unwrap() = Answer::json(body);
    let args = ["verify", "京ICP备2021000001号-2A", "--json"];
    let document = user.run(args).exits(0).json();
    assert_eq!(document["data"][0]["kind"], "service");
    let found = findings(&document);
    assert_eq!(found, ["public-record agrees", "recorded-name agrees"]);
    let [asked] = &world.record.asked()[..] else {
        panic!()
    };
    assert!(
        asked.path.starts_with("/query/app?search=%E4%BA%AC"),
        "{}",
        asked.path
    );
}
