//! One order at a time: of a subject, and of an account.

use super::{CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, company, dossier, hints_at, site};
use serde_json::{Value, json};

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

/// Each order that holds a draft back is told, the one it waits for first, so that nobody sends it in
/// vain when the first has ended.
#[test]
fn every_order_that_holds_a_draft_back_is_told() {
    let scene = Scene::at("huawei");
    let ahead = scene.draft(MONDAY, "cancel-site example.com");
    let line = format!("cancel-site example.cn --after {ahead}");
    let waiting = scene.draft(MONDAY, &line);
    let blocked_by = || scene.order(MONDAY, &waiting)["blocked_by"].clone();
    assert_eq!(blocked_by(), json!([ahead]));
    let live = scene.draft(MONDAY, "access example.cn --provider tencent");
    scene.submit(MONDAY, &live);
    assert_eq!(blocked_by(), json!([ahead, live]));
    scene.ok(MONDAY, &format!("edit {waiting} --unset after"));
    assert_eq!(blocked_by(), json!([live]));
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

/// S2, A19 (cancel and refile): a domain that goes with the forerunner can be filed anew behind it, by
/// its subject or by another.
#[test]
fn a_new_filing_waits_for_the_cancellation_of_its_domain() {
    let there = site(&format!("{OTHER}-1"), "example.net", &json!(["tencent"]));
    let sites = ["example.cn", "example.com"].map(|domain| {
        let number = if domain == "example.cn" { SHOP } else { FORUM };
        site(number, domain, &json!(["tencent"]))
    });
    let scene = Scene::holding(&[
        company(SUBJECT, CERTIFICATES[0], &sites),
        company(OTHER, CERTIFICATES[1], &[there]),
    ]);
    for (name, subject) in [("own.toml", SUBJECT), ("other.toml", OTHER)] {
        let text = format!(
            "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{subject}\"\n\
             [[services]]\nname = \"示例商城\"\ndomains = [\"example.cn\"]\n"
        );
        scene.user.write(name, text);
        scene.fails(MONDAY, &format!("new --from {name}"), 5);
    }
    let unrelated = scene.draft(MONDAY, "cancel-site example.com");
    let line = format!("new --from own.toml --after {unrelated}");
    assert_eq!(scene.fails(MONDAY, &line, 5)["rule"], "ORD-04");

    let site = scene.cancelled_to_bureau("cancel-site example.cn");
    let drafts = ["own.toml", "other.toml"].map(|name| {
        let id = scene.draft(MONDAY, &format!("new --from {name} --after {site}"));
        let found = scene.document(MONDAY, &format!("check {id}"), 0);
        for rule in ["ORD-04", "DOM-07"] {
            assert!(!found["data"].to_string().contains(rule), "{found:#}");
        }
        let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
        assert_eq!(error["code"], "refused.after");
        id
    });
    scene.record(LATER, &site, "bureau-approved");
    for id in drafts {
        assert_eq!(scene.submit(LATER, &id)["status"], "provider-review");
        let log = scene.ok(LATER, &format!("log {site}"));
        let ops = log.as_array().unwrap();
        let op = ops
            .iter()
            .find(|op| op.to_string().contains("bureau-approved"));
        let undo = format!("undo {} --yes", op.unwrap()["op"].as_str().unwrap());
        assert_eq!(scene.fails(LATER, &undo, 5)["code"], "refused.rests-on-it");
        scene.record(LATER, &id, "rejected");
        scene.ok(LATER, &format!("abandon {id} --yes"));
    }
}

/// A forerunner that ended without its approval frees nothing.
#[test]
fn a_cancellation_that_failed_frees_no_domain() {
    let scene = Scene::at("tencent");
    let site = scene.draft(MONDAY, "cancel-site example.cn");
    scene.user.write("new.toml", dossier("tencent"));
    let line = format!("new --from new.toml --after {site}");
    let id = scene.draft(MONDAY, &line);
    scene.ok(MONDAY, &format!("abandon {site} --yes"));
    assert_eq!(scene.fails(MONDAY, &line, 5)["rule"], "ORD-04");
    assert_eq!(
        scene.fails(MONDAY, &format!("submit {id} --yes"), 5)["rule"],
        "ORD-04"
    );
}

/// S1 (a subject can file again): behind the cancellation of its subject a filing is a first one.
#[test]
fn a_subject_files_anew_behind_its_cancellation() {
    let scene = Scene::one_site(&["tencent"]);
    let gone = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    scene.ok(MONDAY, &format!("submit {gone} --yes --confirm {SUBJECT}"));
    scene.user.write("new.toml", dossier("tencent"));
    let id = scene.draft(MONDAY, &format!("new --from new.toml --after {gone}"));
    let target = |at| scene.order(at, &id)["target"]["subject"].clone();
    assert_eq!(target(MONDAY), Value::Null);
    scene.ok(MONDAY, &format!("edit {id} --set subject.city=广州市"));
    assert_eq!(target(MONDAY), Value::Null);
    scene.record(MONDAY, &gone, "sms-verified");
    scene.record(LATER, &gone, "bureau-approved");
    let sent = scene.submit(LATER, &id);
    assert_eq!(sent["status"], "provider-review");
    assert_eq!(target(LATER), Value::Null);
}

/// The same in one batch: what waits for a row above it is drafted with it.
#[test]
fn a_batch_cancels_and_files_anew() {
    let scene = Scene::one_site(&["tencent"]);
    let text = dossier("tencent");
    scene.user.write("new.toml", text);
    scene.user.write(
        "batch.csv",
        format!(
            "ref,kind,target,after,from,confirm\n\
             gone,cancel-subject,{SUBJECT},,,{SUBJECT}\nanew,new,,ref:gone,new.toml,\n"
        ),
    );
    let planned = scene.run(MONDAY, "batch plan batch.csv --json").exits(0);
    assert!(!planned.stdout.contains("DOM-07"), "{}", planned.stdout);
    scene
        .run(MONDAY, "batch apply batch.csv --submit --yes")
        .exits(0);
    assert_eq!(scene.status(MONDAY, "ref:anew"), "draft");
    scene.record(MONDAY, "ref:gone", "sms-verified");
    scene.record(LATER, "ref:gone", "bureau-approved");
    scene
        .run(LATER, "batch apply batch.csv --submit --yes")
        .exits(0);
    assert_eq!(scene.status(LATER, "ref:anew"), "provider-review");
}

/// Writes a dossier that adds a service to a filed subject.
fn adding(scene: &Scene, name: &str, subject: &str, domain: &str) {
    let text = format!(
        "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{subject}\"\n\
         [[services]]\nname = \"示例商城\"\ndomains = [\"{domain}\"]\n"
    );
    scene.user.write(name, text);
}

/// What the approval of the forerunner makes impossible is not drafted behind it.
#[test]
fn nothing_is_added_to_a_subject_that_goes_or_is_left_a_shell() {
    let scene = Scene::one_site(&["tencent"]);
    adding(&scene, "own.toml", SUBJECT, "example.cn");
    adding(&scene, "more.toml", SUBJECT, "example.org");
    let gone = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    let site = scene.draft(MONDAY, "cancel-site example.cn");
    let add = scene.draft(MONDAY, "new --from more.toml");
    for (ahead, rule) in [(&gone, "ORD-04"), (&site, "PRV-03")] {
        for name in ["own.toml", "more.toml"] {
            let line = format!("new --from {name} --after {ahead}");
            assert_eq!(scene.fails(MONDAY, &line, 5)["rule"], rule);
        }
        let line = format!("edit {add} --set after={ahead}");
        assert_eq!(scene.fails(MONDAY, &line, 5)["rule"], rule);
    }
    let error = scene.fails(MONDAY, &format!("new --from own.toml --after {site}"), 5);
    assert!(
        hints_at(&error, &format!("cancel-subject {SUBJECT})")),
        "{error}"
    );
}

/// A draft whose forerunner failed can be edited: it waits for another one, or for none.
#[test]
fn a_draft_whose_forerunner_failed_can_be_edited() {
    let scene = two_subjects(["acc-1", "acc-2"]);
    adding(&scene, "other.toml", OTHER, "example.cn");
    let site = scene.draft(MONDAY, "cancel-site example.cn");
    let line = format!("new --from other.toml --after {site}");
    let ids = [(); 2].map(|()| scene.draft(MONDAY, &line));
    let error = scene.fails(MONDAY, &format!("edit {} --unset after", ids[0]), 5);
    assert_eq!(error["rule"], "DOM-07");
    scene.submit(MONDAY, &site);
    for id in &ids {
        assert_eq!(scene.order(MONDAY, id)["blocked_by"], json!([site]));
        let order = scene.order(LATER, id);
        let queue = format!("icpctl edit {id} --set after=OTHER");
        assert_eq!(order["next"][0], json!(queue), "{order:#}");
        let error = scene.fails(LATER, &format!("submit {id} --yes"), 5);
        assert_eq!(error["rule"], "DOM-07");
        assert!(hints_at(&error, &queue), "{error}");
        assert!(!hints_at(&error, &format!("--after {id}")), "{error}");
        scene.ok(LATER, &format!("edit {id} --set services.0.name=示例书店"));
    }
    scene.ok(LATER, &format!("edit {} --unset after", ids[0]));
    let again = scene.draft(LATER, "cancel-site example.cn");
    scene.ok(LATER, &format!("edit {} --set after={again}", ids[1]));
    let found = scene.document(LATER, &format!("check {}", ids[1]), 0);
    assert!(!found["data"].to_string().contains("DOM-07"), "{found:#}");
}

/// Of its own subject's domain nobody says that another one has filed it.
#[test]
fn a_first_filing_that_waits_no_more_is_one_of_the_filed_subject() {
    let scene = Scene::one_site(&["tencent"]);
    let gone = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    scene.user.write("new.toml", dossier("tencent"));
    let id = scene.draft(MONDAY, &format!("new --from new.toml --after {gone}"));
    let error = scene.fails(MONDAY, &format!("edit {id} --unset after"), 5);
    assert_eq!(error["rule"], "ORD-04", "{error}");
    scene.ok(MONDAY, &format!("abandon {gone} --yes"));
    scene.ok(MONDAY, &format!("edit {id} --unset after"));
}

/// That a draft waits for an order keeps nobody from undoing its creation, as from abandoning it.
#[test]
fn the_creation_of_a_forerunner_can_be_undone() {
    let scene = two_subjects(["acc-1", "acc-2"]);
    adding(&scene, "other.toml", OTHER, "example.cn");
    let site = scene.draft(MONDAY, "cancel-site example.cn");
    let id = scene.draft(MONDAY, &format!("new --from other.toml --after {site}"));
    let log = scene.ok(MONDAY, &format!("log {site}"));
    let op = log[0]["op"].as_str().unwrap();
    scene.ok(MONDAY, &format!("undo {op} --yes"));
    assert_eq!(scene.status(MONDAY, &site), "abandoned");
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["rule"], "DOM-07");
    scene.ok(MONDAY, &format!("edit {id} --unset after"));
}

/// A subject's sites are cancelled one after another: what is filed anew waits for all of them.
#[test]
fn a_draft_is_judged_behind_all_that_its_forerunner_waits_for() {
    let sites = [(SHOP, "example.cn"), (FORUM, "example.com")]
        .map(|(number, domain)| site(number, domain, &json!(["tencent"])));
    let there = site(&format!("{OTHER}-1"), "example.net", &json!(["tencent"]));
    let scene = Scene::holding(&[
        company(SUBJECT, CERTIFICATES[0], &sites),
        company(OTHER, CERTIFICATES[1], &[there]),
    ]);
    adding(&scene, "other.toml", OTHER, "example.cn");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let second = scene.draft(MONDAY, &format!("cancel-site example.com --after {first}"));
    let line = format!("new --from other.toml --after {second}");
    let last = scene.draft(MONDAY, &line);
    let found = scene.document(MONDAY, &format!("check {last}"), 0);
    assert!(!found["data"].to_string().contains("DOM-07"), "{found:#}");
    scene.submit(MONDAY, &first);
    // It is under way, and waited for all the same: no order in the way of those behind it.
    for id in [&second, &last] {
        let found = scene.document(MONDAY, &format!("check {id}"), 0);
        assert!(!found["data"].to_string().contains("ORD-0"), "{found:#}");
    }
    scene.record(MONDAY, &first, "sms-verified");
    scene.record(LATER, &first, "bureau-approved");
    scene.submit(LATER, &second);
    scene.record(LATER, &second, "sms-verified");
    scene.record(LATER, &second, "bureau-approved");
    assert_eq!(scene.submit(LATER, &last)["status"], "provider-review");
}

/// That the first of a queue is undone makes no draft that stands behind it impossible for good.
#[test]
fn the_first_of_a_queue_can_be_undone() {
    let scene = two_subjects(["acc-1", "acc-2"]);
    adding(&scene, "other.toml", OTHER, "example.cn");
    let first = scene.draft(MONDAY, "cancel-site example.cn");
    let second = scene.draft(
        MONDAY,
        &format!("change {SUBJECT} --set responsible.phone=13900000009 --provider tencent --after {first}"),
    );
    let last = scene.draft(MONDAY, &format!("new --from other.toml --after {second}"));
    let log = scene.ok(MONDAY, &format!("log {first}"));
    let op = log[0]["op"].as_str().unwrap();
    scene.ok(MONDAY, &format!("undo {op} --yes"));
    assert_eq!(scene.status(MONDAY, &first), "abandoned");
    let line = format!("new --from other.toml --after {second}");
    assert_eq!(scene.fails(MONDAY, &line, 5)["rule"], "DOM-07");
    scene.ok(MONDAY, &format!("abandon {last} --yes"));
}

/// China Telecom lets orders run side by side: that a site's access ended first is no fault of its
/// cancellation.
#[test]
fn a_site_may_go_after_its_access() {
    let scene = Scene::one_site(&["telecom", "huawei"]);
    let profile = "parallel_orders = true\ncancel_stage = false\n";
    scene
        .user
        .write(".icpctl/providers.d/telecom.toml", profile);
    let access = scene.draft(MONDAY, "cancel-access example.cn --provider telecom");
    let site = scene.draft(MONDAY, "cancel-site example.cn --provider telecom");
    scene.submit(MONDAY, &access);
    let accepted = "--accept filed-elsewhere-goes --accept CAN-05";
    scene.ok(MONDAY, &format!("submit {site} --yes {accepted}"));
    scene.record(MONDAY, &site, "sms-verified");
    scene.record(LATER, &access, "bureau-approved");
    let gone = scene.document(LATER, &format!("record {site} bureau-approved"), 0);
    assert_eq!(gone["warnings"], json!([]), "{gone:#}");
    assert_eq!(scene.ok(LATER, "doctor")["findings"], json!([]));
    assert!(!scene.is_filed(LATER, SHOP));
}

/// A batch of drafts does not push what has a date off the morning's screen: the first of them are told.
#[test]
fn many_drafts_leave_room_for_what_has_a_date() {
    let sites: Vec<Value> = (1..=23)
        .map(|n| {
            let number = format!("{SUBJECT}-{n}");
            site(&number, &format!("example{n}.cn"), &json!(["tencent"]))
        })
        .collect();
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    for n in 1..=23 {
        let _ = scene.draft(MONDAY, &format!("cancel-site example{n}.cn"));
    }
    let notice = "notice add example1.cn --class number-not-shown --deadline 2d";
    let _ = scene.run(MONDAY, notice).exits(0);
    let screen = |line: &str| scene.run(MONDAY, line).exits(0).stdout;
    let morning = screen("status --lang en");
    assert_eq!(morning.matches("next: icpctl submit").count(), 20);
    let more = morning.find("and 3 more: add --status draft");
    let dated = morning.find("Rectification notices");
    assert!(more.is_some() && more < dated, "{morning}");
    assert_eq!(screen("list --status draft").matches("example").count(), 23);
    for line in ["--status draft", "--limit 30"] {
        let asked = screen(&format!("status {line} --lang en"));
        assert_eq!(asked.matches("next: icpctl submit").count(), 23, "{line}");
    }
    assert_eq!(scene.ok(MONDAY, "status").as_array().unwrap().len(), 23);
}
