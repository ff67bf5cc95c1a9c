//! Where an order stands decides which step is at hand.

use super::{HERE, SUBJECT, THERE, all, first_filing, guide, scene};
use crate::scenarios::{MONDAY, Scene, codes};
use icpctl::filing::facts::Holder;
use serde_json::{Value, json};

const LATER: &str = "2026-11-24 12:00:00";

/// Lists the steps at hand, sure that they are of the order's status and that what lies behind and
/// ahead stands around them.
fn at_hand(guide: &Value) -> Vec<String> {
    let steps = guide["steps"].as_array().unwrap();
    let states: Vec<&str> = steps.iter().map(|s| s["state"].as_str().unwrap()).collect();
    let mut sorted = states.clone();
    sorted.sort_by_key(|state| ["done", "now", "later"].iter().position(|s| s == state));
    assert_eq!(states, sorted);
    let now = steps.iter().filter(|step| step["state"] == "now");
    assert!(
        now.clone().any(|step| step["status"] == guide["status"]),
        "{guide:#}"
    );
    now.map(|step| step["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_first_filing_is_led_from_status_to_status() {
    let scene = Scene::empty();
    let id = first_filing(&scene, "tencent", Holder::Organisation, "site");
    // The site is at a host below the registered name, and another person answers for the subject.
    let send = || {
        let line = format!("submit {id} --yes --accept DOM-05 --accept RP-01");
        assert_eq!(scene.run(MONDAY, &line).code, 0);
    };
    let now = |at: &str| at_hand(&guide(&scene, at, &id, ""));
    assert_eq!(now(MONDAY).len(), 9);
    send();
    assert_eq!(now(MONDAY), ["provider-review"]);
    scene.record(MONDAY, &id, "rejected --reason 地址不详");
    let back = guide(&scene, MONDAY, &id, "");
    assert_eq!(at_hand(&back)[0], "provider-rejected");
    assert!(
        at_hand(&back).len() > 5,
        "the console is gone through again"
    );
    assert_eq!(back["why"], json!(["地址不详"]));
    send();
    scene.record(MONDAY, &id, "accepted");
    assert_eq!(now(MONDAY), ["queued"]);
    scene.record(MONDAY, &id, "forwarded");
    let sms = guide(&scene, MONDAY, &id, "--reveal");
    assert_eq!(at_hand(&sms), ["sms"]);
    assert_eq!(sms["deadlines"][0]["kind"], "sms-verification");
    assert_eq!(sms["deadlines"][0]["at"], "2026-11-24T10:00:00+08:00");
    let persons = all(&sms, "persons");
    assert_eq!(persons.len(), 2);
    assert_eq!(persons[0]["phone"], "13800000001");
    assert_eq!(persons[0]["id_tail"], "010059");
    assert_eq!(persons[1]["id_tail"], "010016");
    let record = format!("icpctl record {id} sms-verified --who subject");
    assert_eq!(persons[0]["record"], record);
    scene.record(MONDAY, &id, "sms-verified --who subject");
    let half = guide(&scene, MONDAY, &id, "");
    let persons = all(&half, "persons");
    assert_eq!(persons[0]["verified_at"], "2026-11-23T10:00:00+08:00");
    assert_eq!(persons[0]["record"], Value::Null);
    assert_eq!(persons[1]["id_tail"], "****16");

    let late = guide(&scene, LATER, &id, "");
    assert_eq!(late["presumed"], true);
    assert_eq!(at_hand(&late), ["sms-expired"]);
    scene.record(MONDAY, &id, "sms-verified");
    assert_eq!(now(MONDAY), ["bureau-review"]);
    let numbers = "bureau-approved --number 粤ICP备2026000001号 --number 粤ICP备2026000001号-1";
    scene.record(LATER, &id, numbers);
    assert_eq!(now(LATER), ["approved-new"]);
}

#[test]
fn a_cancellation_ends_approved_abandoned_or_lapsed() {
    let scene = scene("tencent", Holder::Organisation);
    let line = format!("cancel-site {HERE} --provider tencent");
    let now = |at: &str, id: &str| at_hand(&guide(&scene, at, id, ""));
    let first = scene.draft(MONDAY, &line);
    scene.submit(MONDAY, &first);
    assert_eq!(now(MONDAY, &first), ["sms"]);
    assert_eq!(now(LATER, &first), ["lapsed"]);
    scene.record(LATER, &first, "sms-expired");
    assert_eq!(now(LATER, &first), ["lapsed"]);
    let second = scene.draft(LATER, &line);
    scene.ok(LATER, &format!("abandon {second} --yes"));
    assert_eq!(now(LATER, &second), ["abandoned"]);
    let third = scene.draft(LATER, &format!("{line} --verify-by email"));
    scene.submit(LATER, &third);
    assert_eq!(now(LATER, &third), ["bureau-review-cancel"]);
    scene.record(LATER, &third, "bureau-approved");
    assert_eq!(now(LATER, &third), ["approved-cancel-site"]);
}

/// A queued access says when the domain may be served there: at Tencent after its review, elsewhere
/// after the bureau.
#[test]
fn an_accessed_domain_is_served_as_soon_as_the_provider_allows() {
    for (provider, step, words) in [
        ("tencent", "queued-access", "without waiting for the bureau"),
        ("huawei", "queued", "once the bureau has approved"),
        ("alibaba", "queued", "once the bureau has approved"),
    ] {
        let scene = scene(provider, Holder::Organisation);
        let id = scene.draft(MONDAY, &format!("access {THERE} --provider {provider}"));
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, "accepted");
        let queued = guide(&scene, MONDAY, &id, "--lang en");
        assert_eq!(at_hand(&queued), [step], "{provider}");
        let steps = queued["steps"].as_array().unwrap();
        let now = steps.iter().find(|step| step["state"] == "now").unwrap();
        assert!(now["text"].to_string().contains(words), "{now:#}");
    }
}

#[test]
fn the_pending_sms_reads_well_in_both_languages() {
    let scene = scene("tencent", Holder::Organisation);
    let id = scene.draft(MONDAY, &format!("cancel-site {HERE} --provider tencent"));
    scene.submit(MONDAY, &id);
    let screen = |flags: &str| {
        let output = scene.run(MONDAY, &format!("guide {id} {flags}")).exits(0);
        assert!(output.stderr.contains("--reveal"), "{output:?}");
        output.stdout
    };
    insta::assert_snapshot!(screen("--lang zh"));
    insta::assert_snapshot!(screen("--lang en"));
}

/// What a guide shows as missing is filled by the command beside it.
#[test]
fn each_missing_field_is_filled_by_its_command() {
    let scene = Scene::holding(&[json!({
        "number": SUBJECT, "nature": "enterprise",
        "services": [{ "number": THERE, "accesses": ["huawei"] }],
    })]);
    let id = scene.draft(MONDAY, &format!("access {THERE} --provider tencent"));
    let value = |path: &str| match path.rsplit('.').next().unwrap() {
        "phone" if path.starts_with("subject") => "13800000001",
        "phone" => "13800000002",
        "emergency_phone" => "13800000103",
        "email" => "a@example.com",
        "certificate_number" if path == "subject.certificate_number" => "91440300MA0000090T",
        "certificate_number" | "legal_representative_id" => "440300199001010059",
        "certificate_type" if path == "subject.certificate_type" => "business-licence",
        "certificate_type" => "resident-id",
        "valid_from" => "2020-01-01",
        "valid_until" => "2040-01-01",
        "kind" => "site",
        "domains" => "there.example.com",
        "home_urls" => "www.there.example.com",
        "content" => "other",
        "languages" => "simplified-chinese",
        "prior_approval" => "none",
        "province" => "广东",
        "type" => "instance",
        _ => "示例",
    };
    let missing = |guide: &Value| -> Vec<Value> {
        let fields = all(guide, "fields").into_iter();
        fields.filter(|f| f["missing"] == true).cloned().collect()
    };
    let mut filled = 0;
    loop {
        let open = missing(&guide(&scene, MONDAY, &id, ""));
        let Some(field) = open.first() else { break };
        let path = field["path"].as_str().unwrap();
        let command = field["fill"]
            .as_str()
            .unwrap()
            .replace("VALUE", value(path));
        match command.strip_prefix("echo '") {
            Some(rest) => {
                let (input, line) = rest.split_once("' | icpctl ").unwrap();
                scene.user.write("fill.json", input);
                scene.ok(
                    MONDAY,
                    &line.replace(" -", " fill.json").replace("fill.json-", "--"),
                );
            }
            None => {
                scene.ok(MONDAY, command.strip_prefix("icpctl ").unwrap());
            }
        }
        filled += 1;
        let left = missing(&guide(&scene, MONDAY, &id, ""));
        assert!(left.iter().all(|f| f["path"] != field["path"]), "{command}");
    }
    assert!(filled > 20, "{filled}");
}

#[test]
fn a_users_profile_can_put_steps_of_its_own_first() {
    let scene = scene("my-isp", Holder::Organisation);
    let line = format!("cancel-site {HERE} --provider my-isp");
    let id = scene.draft(MONDAY, &line);
    assert_eq!(at_hand(&guide(&scene, MONDAY, &id, "")), ["cancel-site"]);
    let profile = r#"
extends = "generic"

[[guide]]
id = "call"
status = "draft"
only = { kinds = ["cancel-site"] }
title = { zh = "打电话给{provider}", en = "Call {provider}" }
text = [{ zh = "报上 {number}", en = "Name {number}" }]
fields = [{ path = "services.number" }]
source = "own"
"#;
    scene.user.write(".icpctl/providers.d/my-isp.toml", profile);
    let own = guide(&scene, MONDAY, &id, "--lang en");
    assert_eq!(at_hand(&own), ["call"]);
    assert_eq!(own["steps"][0]["title"], "Call my-isp");
    assert_eq!(own["steps"][0]["text"], json!([format!("Name {SUBJECT}")]));
    assert_eq!(own["steps"][0]["fields"][0]["values"], json!([HERE]));
    // What it does not say is still told.
    assert!(own["steps"].as_array().unwrap().len() > 4);
    scene.user.write(
        ".icpctl/providers.d/my-isp.toml",
        profile.replace("status = \"draft\"", "status = \"drafted\""),
    );
    let bad = scene.document(MONDAY, &format!("guide {id}"), 0);
    assert!(codes(&bad["warnings"]).contains(&"invalid-profile".to_owned()));
    assert_eq!(at_hand(&bad["data"]), ["cancel-site"]);
}

#[test]
fn markdown_is_the_guides_alone() {
    let scene = scene("tencent", Holder::Organisation);
    let id = scene.draft(MONDAY, &format!("cancel-site {HERE} --provider tencent"));
    let refused = scene
        .run(MONDAY, &format!("submit {id} --yes --format md"))
        .exits(2);
    assert!(refused.stderr.contains("guide"), "{refused:?}");
    assert_eq!(scene.status(MONDAY, &id), "draft");
    let now = ("ICPCTL_NOW", "2026-11-23T10:00:00+08:00");
    let twin = [now, ("ICPCTL_FORMAT", "md")];
    let shown = scene.user.run_with(&twin, ["show", &id]).exits(0);
    assert_eq!(
        shown.stdout,
        scene.run(MONDAY, &format!("show {id}")).stdout
    );
    let guide = scene.user.run_with(&twin, ["guide", &id]).exits(0);
    assert!(guide.stdout.starts_with("# "), "{guide:?}");
}
