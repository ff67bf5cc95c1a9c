//! The ways a cancellation is verified, and how far it can be taken back on each.

use super::{CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, company, hints_at, impacts, site};
use serde_json::json;

const LATER: &str = "2026-11-25 10:00:00";

/// S0, step 4: verified by e-mail at Tencent, there is no SMS of the ministry.
#[test]
fn an_email_cancellation_at_tencent_skips_the_sms() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by email");
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["status"], "awaiting-bureau-review");
    assert_eq!(order["verify_by"], "email");
    assert!(order["awaiting"].as_array().unwrap().is_empty());
    for event in ["sms-sent", "sms-verified", "sms-expired"] {
        scene.fails(MONDAY, &format!("record {id} {event}"), 5);
    }
    scene.record(LATER, &id, "bureau-approved");
    assert!(!scene.is_filed(LATER, SHOP));
}

/// S0, steps 4 and 5: without an SMS, nothing lapses: there is no way back.
#[test]
fn an_email_cancellation_never_lapses() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by email");
    assert!(!impacts(&scene.order(MONDAY, &id)).contains(&"lapse-is-the-only-way-back".to_owned()));
    scene.submit(MONDAY, &id);
    assert_eq!(scene.status(LATER, &id), "awaiting-bureau-review");
    let error = scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    assert!(!hints_at(&error, "24 hours"), "{error}");
}

/// S0, step 4 is Tencent's: the others offer no e-mail.
#[test]
fn other_providers_do_not_offer_the_email_path() {
    for provider in ["huawei", "alibaba", "wechat", "generic"] {
        let scene = Scene::at(provider);
        for way in ["email", "papers"] {
            let line = format!("cancel-site example.cn --verify-by {way}");
            let error = scene.fails(MONDAY, &line, 5);
            assert_eq!(error["code"], "refused.path", "{provider} {way}");
        }
    }
}

/// S0, special cases: where the old phone is dead, a cancellation can be drafted by e-mail instead.
#[test]
fn a_dead_phone_leaves_the_email_path_once_the_first_attempt_lapsed() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let id = scene.draft(LATER, "cancel-site example.cn --verify-by email");
    assert_eq!(scene.submit(LATER, &id)["status"], "awaiting-bureau-review");
}

/// S1, 9: with papers, the provider's staff verify the person; then it goes to the bureau without
/// an SMS.
#[test]
fn papers_go_through_the_providers_staff_and_need_no_sms() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by papers");
    assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
    scene.record(MONDAY, &id, "accepted");
    let order = scene.record(MONDAY, &id, "forwarded");
    assert_eq!(order["status"], "awaiting-bureau-review");
    assert!(order["awaiting"].as_array().unwrap().is_empty());
    scene.record(LATER, &id, "bureau-approved");
    assert!(!scene.is_filed(LATER, SHOP));
}

/// The refusal of an SMS names the rule that spares it.
#[test]
fn what_spares_the_sms_is_named() {
    let shell = json!([]);
    let shell = company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &shell)],
    );
    for (scene, line, rule) in [
        (
            Scene::at("tencent"),
            "cancel-site example.cn --verify-by email",
            "SMS-08",
        ),
        (
            Scene::at("tencent"),
            "cancel-site example.cn --verify-by papers",
            "",
        ),
        (
            Scene::at("tencent"),
            "cancel-access example.cn --provider tencent",
            "SMS-07",
        ),
        (
            Scene::holding(&[shell]),
            "cancel-site example.cn --written",
            "CAN-04",
        ),
    ] {
        let id = scene.draft(MONDAY, line);
        scene.submit(MONDAY, &id);
        let error = scene.fails(MONDAY, &format!("record {id} sms-sent"), 5);
        assert_eq!(error["code"], "refused.no-sms");
        assert_eq!(error["rule"].as_str().unwrap_or_default(), rule);
    }
}

/// At a provider with a stage of its own a cancellation can be abandoned until the SMS is out.
#[test]
fn the_lapse_is_the_only_way_back_once_the_sms_is_out() {
    let scene = Scene::at("generic");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let order = scene.submit(MONDAY, &id);
    let mut impact = order["impact"].as_array().unwrap().iter();
    let lapse = impact.find(|i| i["code"] == "lapse-is-the-only-way-back");
    let message = lapse.unwrap()["message"].as_str().unwrap();
    assert!(message.starts_with("once the SMS is out"), "{message}");
}

/// S1, 9: papers that the staff reject can be handed in again.
#[test]
fn rejected_papers_can_be_handed_in_again() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by papers");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 声明未盖章");
    let order = scene.order(MONDAY, &id);
    assert_eq!(order["reasons"][0], "声明未盖章");
    assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
}

/// S1, 5: not yet at the bureau, a cancellation can be given up; and it cannot be withdrawn.
#[test]
fn a_cancellation_still_at_the_provider_can_be_abandoned() {
    let scene = Scene::at("generic");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
    scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    let order = scene.ok(MONDAY, &format!("abandon {id} --yes"));
    assert_eq!(order["status"], "abandoned");
    assert!(scene.is_filed(MONDAY, SHOP));
}

/// S1, 5: also while it is queued for the bureau.
#[test]
fn a_cancellation_queued_for_the_bureau_can_be_abandoned() {
    let scene = Scene::at("generic");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "accepted");
    let order = scene.ok(MONDAY, &format!("abandon {id} --yes"));
    assert_eq!(order["status"], "abandoned");
}

/// S0, step 5 and S1, 5: at the bureau nothing is withdrawn.
#[test]
fn an_order_at_the_bureau_cannot_be_withdrawn() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    let document = scene.document(MONDAY, &format!("withdraw {id} --yes"), 5);
    assert_eq!(document["error"]["code"], "refused.bureau-review");
    assert_eq!(document["changed"], false);
    scene.fails(MONDAY, &format!("abandon {id} --yes"), 5);
    assert_eq!(scene.status(MONDAY, &id), "awaiting-bureau-review");
}

/// S0, step 5: at Tencent the console shows a submitted cancellation as waiting for the bureau.
#[test]
fn tencents_own_words_stand_beside_ours() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["status"], "sms-verification-pending");
    assert_eq!(order["provider_label"], "等待管局审核");
    let line = format!("show {id} --json --lang zh");
    let order = scene.run(MONDAY, &line).exits(0).json();
    assert_eq!(order["data"]["label"], "短信核验中");
}

/// S0, step 3: what is cancelled is shown before it is sent.
#[test]
fn a_dry_run_shows_what_a_cancellation_takes_and_sends_nothing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let output = scene
        .run(MONDAY, &format!("submit {id} --dry-run"))
        .exits(0);
    assert!(output.stderr.contains("example.cn"), "{output:?}");
    assert_eq!(scene.status(MONDAY, &id), "draft");
}

/// S0, 02: "注销网站或APP": every kind of service is cancelled the same way.
#[test]
fn an_app_is_cancelled_as_a_site_is() {
    let app = serde_json::json!({
        "number": format!("{SUBJECT}-3A"), "kind": "app", "name": "示例应用",
        "accesses": ["tencent"], "responsible": { "name": "李四", "phone": "13800000003" },
    });
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[app])]);
    let id = scene.draft(MONDAY, &format!("cancel-service {SUBJECT}-3A"));
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["kind"], "cancel-site");
    assert_eq!(order["status"], "sms-verification-pending");
}
