//! What cancelling a site or a subject takes away, and what it leaves.

use super::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, dossier, hints_at, impacts,
};
use serde_json::json;

const LATER: &str = "2026-11-25 10:00:00";

fn confirmed(id: &str) -> String {
    format!("submit {id} --yes --confirm {SUBJECT}")
}

/// S1, 2 and 6: cancelling a website deletes that website's filing; the subject and its other
/// websites can be used as before.
#[test]
fn cancelling_a_site_leaves_the_subjects_other_sites_usable() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"other-services-unaffected".to_owned()));
    scene.record(LATER, &id, "bureau-approved");
    assert!(!scene.is_filed(LATER, SHOP));
    assert!(scene.is_filed(LATER, FORUM));
    assert!(scene.is_filed(LATER, SUBJECT));
    scene.draft(LATER, "cancel-site example.com");
}

/// S0, 02: the website runs on until the bureau has approved.
#[test]
fn a_site_stays_filed_until_its_cancellation_is_approved() {
    let scene = Scene::at("tencent");
    scene.cancelled_to_bureau("cancel-site example.cn");
    assert!(scene.is_filed(LATER, SHOP));
}

/// S0 (empty-shell subject) and S1: once all websites are cancelled, the subject is an empty shell.
#[test]
fn cancelling_the_last_site_leaves_an_empty_shell_subject() {
    let scene = Scene::one_site(&["tencent"]);
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"subject-becomes-empty-shell".to_owned()));
    assert!(!impact.contains(&"other-services-unaffected".to_owned()));
    scene.record(LATER, &id, "bureau-approved");
    assert!(scene.is_filed(LATER, SUBJECT));
    let filed = scene.portfolio(LATER);
    assert_eq!(filed[0]["services"].as_array().unwrap().len(), 0);
    assert!(codes(&filed[0]["risks"]).contains(&"empty-shell-subject".to_owned()));
}

/// S1, 2 and 4: cancelling the subject cancels every website under it, at every provider.
#[test]
fn cancelling_a_subject_cancels_every_service_under_it() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"subject-goes".to_owned()));
    assert!(impact.contains(&"services-go-with-subject".to_owned()));
    assert!(impact.contains(&"number-never-restored".to_owned()));
    scene.ok(MONDAY, &confirmed(&id));
    scene.record(MONDAY, &id, "sms-verified");
    scene.record(LATER, &id, "bureau-approved");
    for number in [SUBJECT, SHOP, FORUM] {
        assert!(!scene.is_filed(LATER, number), "{number}");
    }
}

/// S1, 2: a cancelled subject can apply for a filing again; and its cancelled number never returns.
#[test]
fn a_cancelled_subject_can_file_again_but_not_under_its_old_number() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    scene.ok(MONDAY, &confirmed(&id));
    scene.record(MONDAY, &id, "sms-verified");
    scene.record(LATER, &id, "bureau-approved");
    scene.user.write("new.toml", dossier("tencent"));
    let id = scene.draft(LATER, "new --from new.toml");
    assert_eq!(scene.submit(LATER, &id)["status"], "provider-review");
    let old = format!("record {id} bureau-approved --number {SUBJECT} --number {SHOP}");
    assert_eq!(scene.fails(LATER, &old, 6)["code"], "conflict.number");
    let new = "粤ICP备2026000009号";
    let line = format!("bureau-approved --number {new} --number {new}-1");
    scene.record(LATER, &id, &line);
    assert!(scene.is_filed(LATER, new));
}

/// S1, 2: and a first filing while the cancellation is under way has to wait for it.
#[test]
fn a_subject_files_again_only_after_its_cancellation_is_over() {
    let scene = Scene::at("tencent");
    let cancel = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    scene.ok(MONDAY, &confirmed(&cancel));
    scene.user.write(
        "add.toml",
        dossier("tencent").replace("example.cn", "example.net"),
    );
    let add = scene.draft(MONDAY, "new --from add.toml");
    let error = scene.fails(MONDAY, &format!("submit {add} --yes"), 5);
    assert_eq!(error["code"], "refused.live-order");
}

/// S0, notes on the number: the number of a cancelled site is not given to another.
#[test]
fn the_number_of_a_cancelled_site_never_returns() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(LATER, &id, "bureau-approved");
    scene.user.write("new.toml", dossier("tencent"));
    let id = scene.draft(LATER, "new --from new.toml");
    scene.submit(LATER, &id);
    let line = format!("record {id} bureau-approved --number {SHOP}");
    assert_eq!(scene.fails(LATER, &line, 6)["code"], "conflict.number");
}

/// S1, 8: an instance at its limit of 5 sites takes another one after one is cancelled.
#[test]
fn tencent_gives_the_place_on_the_instance_back() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"quota-returned".to_owned()));
    assert!(!impact.contains(&"quota-not-returned".to_owned()));
}

/// S1, 8 is Tencent's alone: Huawei and Alibaba keep the place.
#[test]
fn huawei_and_alibaba_do_not_give_the_place_back() {
    for provider in ["huawei", "alibaba"] {
        let scene = Scene::at(provider);
        let id = scene.draft(MONDAY, "cancel-site example.cn");
        let impact = impacts(&scene.order(MONDAY, &id));
        assert!(impact.contains(&"quota-not-returned".to_owned()));
        assert!(!impact.contains(&"quota-returned".to_owned()));
    }
}

/// S1, 8 says nothing about WeChat, which has no instances.
#[test]
fn where_there_is_no_quota_none_is_spoken_of() {
    let scene = Scene::at("wechat");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(!impact.iter().any(|code| code.starts_with("quota")));
}

/// S1 (empty shell): no provider has an access of it, so none can cancel it; a written application
/// to the bureau does.
#[test]
fn an_empty_shell_subject_cannot_be_cancelled_through_a_provider() {
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[])]);
    let line = format!("cancel-subject {SUBJECT} --provider tencent");
    let error = scene.fails(MONDAY, &line, 5);
    assert_eq!(error["code"], "refused.empty-shell");
    assert_eq!(error["rule"], "CAN-04");
    assert!(hints_at(&error, "--written"), "{error}");
}

/// S1 (empty shell): the written application goes from the desk to the bureau, without an SMS.
#[test]
fn an_empty_shell_subject_is_cancelled_by_a_written_application() {
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[])]);
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT} --written"));
    let order = scene.ok(MONDAY, &confirmed(&id));
    assert_eq!(order["status"], "awaiting-bureau-review");
    assert_eq!(order["via"], "written");
    assert!(order["provider"].is_null());
    assert!(order["awaiting"].as_array().unwrap().is_empty());
    scene.record(LATER, &id, "bureau-approved");
    assert!(!scene.is_filed(LATER, SUBJECT));
}

/// What goes past the providers names none, in a dossier as on the command line.
#[test]
fn a_dossier_of_a_written_application_names_no_provider() {
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[])]);
    for (field, value) in [("provider", "tencent"), ("verify_by", "sms")] {
        let said = format!("{field} = \"{value}\"\n");
        let written =
            format!("kind = \"cancel-subject\"\ntarget = [\"{SUBJECT}\"]\nwritten = true\n");
        scene.user.write("shell.toml", written.clone() + &said);
        let error = scene.fails(MONDAY, "cancel-subject --from shell.toml", 3);
        assert!(hints_at(&error, field), "{error}");
        let found = scene.document(MONDAY, "check shell.toml", 3);
        let findings = found["data"]["findings"].as_array().unwrap();
        assert!(findings.iter().any(|f| f["path"] == field), "{found}");
        let flag = format!(
            "cancel-subject {SUBJECT} --written --{}",
            field.replace('_', "-")
        );
        scene.fails(MONDAY, &format!("{flag} {value}"), 2);
        scene.user.write("shell.toml", written);
        scene.draft(MONDAY, "cancel-subject --from shell.toml --ref shell");
    }
}

/// S1 (empty shell): a written application is for what no provider can cancel.
#[test]
fn a_written_application_is_refused_while_a_provider_holds_an_access() {
    let scene = Scene::at("tencent");
    let error = scene.fails(MONDAY, &format!("cancel-subject {SUBJECT} --written"), 5);
    assert_eq!(error["code"], "refused.not-an-empty-shell");
}

/// S0 (special cases): the bureau clears empty shells from time to time; no order of ours did it.
#[test]
fn an_empty_shell_that_the_bureau_cleared_is_recorded_as_gone() {
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[])]);
    assert!(scene.is_filed(MONDAY, SUBJECT));
    scene.ok(MONDAY, &format!("gone {SUBJECT} --because bureau --yes"));
    assert!(!scene.is_filed(MONDAY, SUBJECT));
}

/// S1, 1: some provinces cancel at once.
#[test]
fn a_cancellation_can_be_approved_at_once() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(MONDAY, &id, "bureau-approved");
    assert!(!scene.is_filed(MONDAY, SHOP));
}

/// S0, step 5: a cancellation that the bureau rejects leaves the filing; it can be sent again.
#[test]
fn a_rejected_cancellation_leaves_the_filing_and_can_be_sent_again() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(LATER, &id, "bureau-rejected --reason 材料不全");
    assert_eq!(scene.status(LATER, &id), "bureau-rejected");
    assert!(scene.is_filed(LATER, SHOP));
    let order = scene.submit(LATER, &id);
    assert_eq!(order["id"], id.as_str());
    assert_eq!(order["status"], "sms-verification-pending");
}

/// S1, 3: giving up an order has no impact on what is filed.
#[test]
fn abandoning_an_order_leaves_what_is_filed_untouched() {
    let scene = Scene::at("tencent");
    let before = scene.portfolio(LATER);
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(MONDAY, &id, "bureau-rejected");
    let order = scene.ok(MONDAY, &format!("abandon {id} --yes"));
    assert_eq!(order["status"], "abandoned");
    assert_eq!(scene.portfolio(LATER), before);
}

/// S0, step 3 shows number and name before anything is sent: the subject's number must be repeated.
#[test]
fn cancelling_a_subject_takes_its_number_typed_out() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 2);
    assert!(hints_at(&error, &format!("--confirm {SUBJECT}")), "{error}");
    let other = "--confirm 粤ICP备2021000002号";
    scene.fails(MONDAY, &format!("submit {id} --yes {other}"), 2);
    assert_eq!(scene.status(MONDAY, &id), "draft");
}

/// S1, 2 and 6, for filings at two providers: the site ends at both, which must be agreed to.
#[test]
fn cancelling_a_site_that_another_provider_carries_needs_agreement() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    let id = scene.draft(MONDAY, "cancel-site example.cn --provider tencent");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"filed-elsewhere-goes".to_owned()));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 2);
    assert!(hints_at(&error, "cancel-access"), "{error}");
    let line = format!("submit {id} --yes --accept filed-elsewhere-goes");
    assert_eq!(
        scene.ok(MONDAY, &line)["status"],
        "sms-verification-pending"
    );
}

/// "a cancellation of a service that is accessed elsewhere hints at `cancel-access`; of the last
/// service, at `cancel-subject`": machines are told too.
#[test]
fn what_may_be_meant_is_told_to_machines_too() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    let line = format!("cancel-site {SHOP} --provider tencent");
    let document = scene.document(MONDAY, &line, 0);
    let told = codes(&document["warnings"]);
    assert_eq!(told, ["consider-cancel-access", "consider-cancel-subject"]);
    let last = document["warnings"][1]["message"].to_string();
    let instead = format!("cancel-subject {SUBJECT} --provider tencent");
    assert!(last.contains(&instead), "{last}");
    scene.run(MONDAY, &format!("{instead} -n")).exits(0);
    let people = scene.run(MONDAY, &format!("{line} -n --lang en")).exits(0);
    assert!(
        people
            .stderr
            .contains("hint: to end only the access at tencent"),
        "{people:?}"
    );
}

/// "A cancelled number is never restored": the subject's own is named too.
#[test]
fn the_numbers_that_never_return_are_named() {
    let scene = Scene::at("tencent");
    let order = scene.ok(MONDAY, &format!("cancel-subject {SUBJECT} --dry-run"));
    for code in ["subject-goes", "number-never-restored"] {
        let mut list = order["impact"].as_array().unwrap().iter();
        let impact = list.find(|impact| impact["code"] == code).unwrap();
        let message = impact["message"].as_str().unwrap();
        let names = message
            .split(['：', ':', '、', ',', ' '])
            .any(|word| word == SUBJECT);
        assert!(names, "{message}");
    }
}

/// After its last service a subject is an empty shell, which only paper can cancel (CAN-04).
#[test]
fn after_the_last_service_no_provider_is_left() {
    let scene = Scene::one_site(&["tencent"]);
    let codes = impacts(&scene.ok(MONDAY, "cancel-site example.cn --dry-run"));
    let batch = "ref,kind,target\na,cancel-site,example.cn\n";
    scene.user.write("batch.csv", batch);
    let plan = scene.ok(MONDAY, "batch plan batch.csv");
    let together = super::codes(&plan["impact"]);
    for code in ["subject-becomes-empty-shell", "no-provider-left"] {
        assert!(codes.iter().any(|found| found == code), "{codes:?}");
        assert!(together.iter().any(|found| found == code), "{together:?}");
    }
    let scene = Scene::at("tencent");
    let codes = impacts(&scene.ok(MONDAY, "cancel-site example.cn --dry-run"));
    assert!(
        !codes.iter().any(|code| code == "no-provider-left"),
        "{codes:?}"
    );
}

/// A subject's cancellation takes what is filed when it is sent: a service that ended since it was
/// drafted is not held against it, whether the draft waited for that or not.
#[test]
fn a_subject_goes_without_the_services_that_ended_meanwhile() {
    for waits in [true, false] {
        let scene = Scene::at("tencent");
        let site = scene.cancelled_to_bureau("cancel-site example.cn");
        let after = if waits {
            format!("--after {site}")
        } else {
            String::new()
        };
        let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT} {after}"));
        scene.record(LATER, &site, "bureau-approved");
        let found = scene.ok(LATER, &format!("check {id}"));
        let mut found = found["findings"].as_array().unwrap().iter();
        assert!(found.all(|finding| finding["rule"] != "NUM-05"));
        scene.ok(LATER, &confirmed(&id));
        scene.record(LATER, &id, "sms-verified --who all");
        scene.record(LATER, &id, "bureau-approved");
        for number in [SUBJECT, FORUM] {
            assert!(!scene.is_filed(LATER, number), "{number}");
        }
    }
}

/// What a cancellation takes away is what is filed when it is looked at: a domain that a change took
/// off meanwhile is not told.
#[test]
fn a_domain_that_left_meanwhile_is_not_told() {
    let filed = json!({ "number": SUBJECT, "services": [{
        "number": SHOP, "name": "示例商城", "domains": ["a.example.cn", "b.example.cn"],
        "accesses": ["tencent", "huawei"],
    }] });
    let scene = Scene::holding(&[filed]);
    let drafts = [
        "cancel-site --provider tencent",
        "cancel-access --provider huawei",
    ]
    .map(|line| scene.draft(MONDAY, &format!("{line} {SHOP}")));
    let line = format!("change {SHOP} --provider tencent --unset domains=b.example.cn");
    let change = scene.cancelled_to_bureau(&line);
    scene.record(LATER, &change, "bureau-approved");
    for id in &drafts {
        let order = scene.order(LATER, id);
        let told = order["impact"].as_array().unwrap().iter();
        let mut domains = told.filter_map(|impact| impact["domains"].as_array());
        assert!(
            domains.all(|domains| !domains.contains(&json!("b.example.cn"))),
            "{order}"
        );
    }
}
