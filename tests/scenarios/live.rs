//! One order at a time: of a subject, and of an account.

use super::{CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, company, dossier, hints_at, site};
use serde_json::json;

const LATER: &str = "2026-11-25 10:00:00";
const OTHER: &str = "粤ICP备2021000002号";

fn two_subjects(accounts: [&str; 2]) -> Scene {
    let access = |account: &str| json!([{ "provider": "tencent", "account": account }]);
    Scene::holding(&[
        company(
            SUBJECT,
            CERTIFICATES[0],
            &[site(SHOP, "example.cn", &access(accounts[0]))],
        ),
        company(
            OTHER,
            CERTIFICATES[1],
            &[site(
                &format!("{OTHER}-1"),
                "example.net",
                &access(accounts[1]),
            )],
        ),
    ])
}

/// S2: with an order under way, another cannot be submitted.
#[test]
fn a_subject_has_one_order_at_a_time() {
    let scene = Scene::at("huawei");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &first);
    let second = scene.draft(MONDAY, "cancel-site example.com");
    let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
    assert_eq!(error["code"], "refused.live-order");
    assert_eq!(error["retryable"], true);
    let text = error.to_string();
    assert!(text.contains(&first), "{text}");
    let order = scene.order(MONDAY, &second);
    assert_eq!(order["blocked_by"], json!([first]));
}

/// S2: the order under way has to end first; then the next one can go.
#[test]
fn the_next_order_goes_once_the_first_has_ended() {
    let scene = Scene::at("huawei");
    let first = scene.cancelled_to_bureau("cancel-site example.cn");
    let second = scene.draft(MONDAY, "cancel-site example.com");
    scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
    scene.record(LATER, &first, "bureau-approved");
    scene.submit(LATER, &second);
}

/// S2: drafts stand beside each other, any number of them.
#[test]
fn any_number_of_drafts_may_stand_ready() {
    let scene = Scene::at("huawei");
    for _ in 0..3 {
        scene.draft(MONDAY, "cancel-site example.cn");
    }
    let orders = scene.ok(MONDAY, "list");
    assert_eq!(orders.as_array().unwrap().len(), 3);
}

/// S2: the same account cannot send for another subject meanwhile.
#[test]
fn an_account_has_one_order_at_a_time() {
    let scene = two_subjects(["acc-1", "acc-1"]);
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &first);
    let second = scene.draft(MONDAY, "cancel-site example.net");
    let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
    assert_eq!(error["rule"], "ORD-01");
}

/// S2: other accounts are not touched; an unknown account holds nothing.
#[test]
fn subjects_under_other_accounts_do_not_wait() {
    let scene = two_subjects(["acc-1", "acc-2"]);
    for domain in ["example.cn", "example.net"] {
        let id = scene.draft(MONDAY, &format!("cancel-site {domain}"));
        scene.submit(MONDAY, &id);
    }
}

/// S2: before there is a number, the certificate tells whose order is under way.
#[test]
fn a_first_filing_holds_its_certificate() {
    let (scene, first) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &first);
    let text = dossier("huawei").replace("example.cn", "example.net");
    scene.user.write("again.toml", text);
    let second = scene.draft(MONDAY, "new --from again.toml");
    let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
    assert_eq!(error["code"], "refused.live-order");
    assert_eq!(error["rule"], "ORD-02");
}

/// S3: access first, then the new site: `--after` holds the second back until the first is through.
#[test]
fn an_order_waits_for_its_forerunner() {
    let scene = Scene::one_site(&["huawei"]);
    let access = scene.draft(MONDAY, "access example.cn --provider tencent");
    let text = dossier("tencent").replace("example.cn", "example.net");
    scene.user.write("add.toml", text);
    let add = scene.draft(MONDAY, &format!("new --from add.toml --after {access}"));
    let error = scene.fails(MONDAY, &format!("submit {add} --yes"), 5);
    assert_eq!(error["code"], "refused.after");
    scene.submit(MONDAY, &access);
    scene.record(MONDAY, &access, "forwarded");
    scene.record(MONDAY, &access, "sms-verified");
    scene.fails(MONDAY, &format!("submit {add} --yes"), 5);
    scene.record(LATER, &access, "bureau-approved");
    assert_eq!(scene.submit(LATER, &add)["status"], "provider-review");
}

/// S3: if the forerunner fails, the second stays blocked until it is let go.
#[test]
fn a_forerunner_that_failed_blocks_until_it_is_unset() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let second = scene.draft(MONDAY, &format!("cancel-site example.com --after {first}"));
    scene.ok(MONDAY, &format!("abandon {first} --yes"));
    let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
    assert_eq!(error["code"], "refused.after");
    assert!(
        hints_at(&error, &format!("icpctl edit {second} --unset after")),
        "{error}"
    );
    scene.ok(MONDAY, &format!("edit {second} --unset after"));
    scene.submit(MONDAY, &second);
}

/// S2: several orders in one command: all are looked at first; one refusal, and nothing is sent.
#[test]
fn two_orders_of_one_subject_cannot_be_sent_together() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let second = scene.draft(MONDAY, "cancel-site example.com");
    let document = scene.document(MONDAY, &format!("submit {first} {second} --yes"), 5);
    assert_eq!(document["error"]["code"], "refused.live-order");
    for id in [first, second] {
        assert_eq!(scene.status(MONDAY, &id), "draft");
    }
}
