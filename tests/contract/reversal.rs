//! `undo`: the reversal of an operation whose records have not moved since.

use crate::scenarios::{CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, site};
use serde_json::{Value, json};

/// "`submit` included": an undone submission is a draft again.
#[test]
fn an_undone_submission_is_a_draft_again() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let before = scene.order(MONDAY, &id)["revision"].clone();
    scene.submit(MONDAY, &id);
    let _ = scene.run(MONDAY, "undo").exits(0);
    let order = scene.order(MONDAY, &id);
    assert_eq!(order["status"], "draft");
    assert!(order["submitted_at"].is_null());
    assert!(order["revision"].as_u64() > before.as_u64());
    scene.submit(MONDAY, &id);
}

/// ORD-07 holds what a provider has seen: a submission that was undone was never one.
#[test]
fn an_undone_submission_freezes_no_field() {
    let (scene, id) = Scene::first_filing("tencent");
    let edit = format!("edit {id} --set subject.name=广州示例科技有限公司");
    scene.submit(MONDAY, &id);
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(scene.status(MONDAY, &id), "draft");
    let edited = scene.ok(MONDAY, &edit);
    let history = edited["history"].as_array().unwrap();
    assert_eq!(history.last().unwrap()["event"], "edit");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 名称不符");
    let again = format!("edit {id} --set subject.name=广州示例贸易有限公司");
    assert_eq!(scene.fails(MONDAY, &again, 5)["rule"], "ORD-07");
}

/// "an undone creation becomes `abandoned` and frees its ref".
#[test]
fn an_undone_draft_is_abandoned_and_frees_its_ref() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(scene.status(MONDAY, &id), "abandoned");
    let again = scene.draft(MONDAY, "cancel-site example.com --ref row-1");
    assert_ne!(again, id);
    assert_eq!(scene.order(MONDAY, "ref:row-1")["id"], again.as_str());
}

/// "An approval changes the order and the portfolio together or not at all", and so does its undo.
#[test]
fn an_undone_approval_gives_the_filing_back() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    let before = scene.portfolio(MONDAY);
    scene.record(MONDAY, &id, "bureau-approved");
    assert!(!scene.is_filed(MONDAY, SHOP));
    let _ = scene.run(MONDAY, "undo").exits(0);
    assert_eq!(scene.status(MONDAY, &id), "awaiting-bureau-review");
    assert_eq!(scene.portfolio(MONDAY), before);
}

/// "the reversal of an operation whose records have not moved since".
#[test]
fn an_operation_that_was_built_upon_is_not_undone() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let order = scene.submit(MONDAY, &id);
    let op = order["history"].as_array().unwrap().last().unwrap()["op"].clone();
    scene.record(MONDAY, &id, "sms-verified");
    let line = format!("undo {}", op.as_str().unwrap());
    let error = scene.fails(MONDAY, &line, 6);
    assert_eq!(error["code"], "conflict.moved-since");
    assert_eq!(scene.status(MONDAY, &id), "awaiting-bureau-review");
}

/// The step in the way of a report is named where it can be undone, whatever was the latest since,
/// else where it is seen what is to be undone before it.
#[test]
fn a_refused_report_names_a_step_only_where_it_can_be_undone() {
    let scene = Scene::at("tencent");
    let last = |order: &Value| order["history"].as_array().unwrap().last().unwrap()["op"].clone();
    let undo = |op: &Value| format!("icpctl undo {}", op.as_str().unwrap());
    let hints = |line: &str, exit: i32| scene.fails(MONDAY, line, exit)["hints"].to_string();
    let id = scene.draft(MONDAY, "change example.com --set name=示例论坛二店");
    scene.submit(MONDAY, &id);
    let undone = undo(&last(&scene.record(MONDAY, &id, "sms-verified")));
    scene.ok(MONDAY, &format!("note {SUBJECT} 另一件事"));
    let early = format!("record {id} bureau-approved --at 2026-11-22");
    let told = hints(&early, 3);
    assert!(told.contains(&undone), "{told}");
    let line = undone.strip_prefix("icpctl ").unwrap();
    let _ = scene.run(MONDAY, line).exits(0);
    assert_eq!(scene.status(MONDAY, &id), "provider-review");
    scene.record(MONDAY, &id, "sms-verified");
    scene.ok(MONDAY, &format!("note {id} 已来电"));
    let told = hints(&early, 3);
    assert!(!told.contains("icpctl undo"), "{told}");
    assert!(told.contains(&format!("icpctl log {id}")), "{told}");
    let undone = undo(&last(&scene.record(MONDAY, &id, "bureau-approved")));
    let late = format!("record {id} accepted");
    let told = hints(&late, 5);
    assert!(told.contains(&undone), "{told}");
    scene.ok(MONDAY, "gone example.com --because bureau --yes");
    let told = hints(&late, 5);
    assert!(!told.contains("icpctl undo"), "{told}");
    assert!(told.contains("icpctl log"), "{told}");
}

/// An operation that recorded several orders is undone with all of them: where another one has moved
/// since, it is that which is named.
#[test]
fn a_step_recorded_of_several_orders_is_named_only_while_none_has_moved() {
    let access = json!(["tencent"]);
    let other = "粤ICP备2021000002号";
    let shop = site(SHOP, "example.cn", &access);
    let theirs = site(&format!("{other}-1"), "example.com", &access);
    let scene = Scene::holding(&[
        company(SUBJECT, CERTIFICATES[0], &[shop]),
        company(other, CERTIFICATES[1], &[theirs]),
    ]);
    let change =
        |domain: &str| scene.draft(MONDAY, &format!("change {domain} --set name=示例新名"));
    let ids = [change("example.cn"), change("example.com")];
    let both = ids.join(" ");
    scene.ok(MONDAY, &format!("submit {both} --yes"));
    scene.ok(MONDAY, &format!("record {both} accepted"));
    let [first, second] = &ids;
    let hints = |line: &str, exit: i32| scene.fails(MONDAY, line, exit)["hints"].to_string();
    let again = format!("record {first} accepted --at 2026-11-23T09:59:00+08:00");
    assert!(hints(&again, 3).contains("icpctl undo"));
    assert!(hints("undo example.cn", 4).contains("icpctl undo"));
    scene.record(MONDAY, second, "forwarded");
    let told = hints(&again, 3);
    assert!(!told.contains("icpctl undo"), "{told}");
    assert!(told.contains(&format!("icpctl log {second}")), "{told}");
    let told = hints("undo example.cn", 4);
    assert!(!told.contains("icpctl undo"), "{told}");
}

/// An approval that another order rests on is not undone before that one.
#[test]
fn a_refused_report_names_the_order_that_is_undone_first() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    let numbers = "--number 粤ICP备2026000001号 --number 粤ICP备2026000001号-1";
    scene.ok(MONDAY, &format!("record {id} bureau-approved {numbers}"));
    let hints = |line: &str, exit: i32| scene.fails(MONDAY, line, exit)["hints"].to_string();
    let late = format!("record {id} accepted");
    assert!(hints(&late, 5).contains("icpctl undo"));
    let next = scene.draft(MONDAY, "change 粤ICP备2026000001号-1 --set name=示例新名");
    for (line, exit) in [
        (late.clone(), 5),
        (format!("record {id} bureau-approved --at 2026-11-22"), 3),
    ] {
        let told = hints(&line, exit);
        assert!(!told.contains("icpctl undo"), "{told}");
        let first = format!("abandon or undo the order {next} first");
        assert!(told.contains(&first), "{told}");
    }
    scene.ok(MONDAY, &format!("abandon {next} --yes"));
    assert!(hints(&late, 5).contains("icpctl undo"));
}

/// An operation is undone once.
#[test]
fn an_operation_is_undone_once() {
    let scene = Scene::at("tencent");
    let order = scene.ok(MONDAY, "cancel-site example.cn");
    let op = order["history"][0]["op"].as_str().unwrap().to_owned();
    let _ = scene.run(MONDAY, &format!("undo {op}")).exits(0);
    let again = scene.fails(MONDAY, &format!("undo {op}"), 5);
    let unknown = scene.fails(MONDAY, "undo zzzzzzzz", 4);
    for error in [again, unknown] {
        assert!(error["hints"].to_string().contains("icpctl log"), "{error}");
    }
}

/// "Last touched" is the latest `at` of the history: an undo touches as what it undoes did, and labels
/// and notes do not count, nor does undoing them.
#[test]
fn an_undo_touches_the_order() {
    const MADE: &str = "2026-11-23 10:00:00";
    const UNDONE: &str = "2027-01-07 09:00:00";
    let scene = Scene::at("tencent");
    let id = scene.draft(MADE, "access example.cn --provider alibaba");
    scene.submit(MADE, &id);
    scene.record(MADE, &id, "accepted");
    scene.record(MADE, &id, "rejected");
    // An hour before the console deletes it.
    let _ = scene.run(UNDONE, "undo").exits(0);
    let stands = |at: &str| {
        let order = scene.order(at, &id);
        (order["status"].clone(), order["presumed"].clone())
    };
    let queued = ("awaiting-bureau-submission".into(), false.into());
    assert_eq!(stands("2027-01-07 10:00:00"), queued);
    assert_eq!(stands("2027-02-21 08:59:59"), queued);
    let line = format!("label {id} customer=甲");
    let _ = scene.run("2027-02-20 09:00:00", &line).exits(0);
    let _ = scene.run("2027-02-20 09:00:00", "undo").exits(0);
    assert_eq!(
        stands("2027-02-21 09:00:00"),
        ("purged".into(), true.into())
    );
}

/// A ref that was freed is nobody's: lists, `ref:KEY` and drafting agree.
#[test]
fn a_freed_ref_finds_nothing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    let _ = scene.run(MONDAY, "undo").exits(0);
    let listed = |line: &str| scene.ok(MONDAY, line).as_array().unwrap().clone();
    let by_ref = [
        "list --ref row-1",
        "list --ref row-1 --all",
        "status --ref row-1",
    ];
    for line in by_ref {
        assert_eq!(listed(line), [""; 0], "{line}");
    }
    let told = scene.run(MONDAY, "list --ref row-1").exits(0).stdout;
    assert!(!told.contains(&id), "{told}");
    scene.fails(MONDAY, "show ref:row-1", 4);
    let again = scene.draft(MONDAY, "cancel-site example.com --ref row-1");
    let found = listed("list --ref row-1");
    assert_eq!((found.len(), &found[0]["id"]), (1, &again.clone().into()));
    let told = scene.run(MONDAY, "list --ref row-1").exits(0).stdout;
    assert!(told.contains(&again) && !told.contains(&id), "{told}");
}

/// One live order a subject (ORD-02): an undo that brings a second one to life says so, as a report does.
#[test]
fn an_undo_that_brings_a_second_order_to_life_warns() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "change example.cn --set name=示例商城二店");
    scene.submit(MONDAY, &first);
    scene.record(MONDAY, &first, "rejected");
    let order = scene.ok(MONDAY, &format!("abandon {first} --yes"));
    let op = order["history"].as_array().unwrap().last().unwrap()["op"].clone();
    let second = scene.draft(MONDAY, "change example.com --set name=示例论坛二店");
    scene.submit(MONDAY, &second);
    let undone = scene.document(MONDAY, &format!("undo {}", op.as_str().unwrap()), 0);
    assert_eq!(codes(&undone["warnings"]), ["two-live-orders"]);
    let doctor = scene.document(MONDAY, "doctor", 3);
    assert_eq!(codes(&doctor["data"]["findings"]), ["two-live-orders"]);
    // It was live before: the other one is no news.
    scene.record(MONDAY, &second, "accepted");
    let undone = scene.document(MONDAY, "undo", 0);
    assert_eq!(codes(&undone["warnings"]), [""; 0]);
}

/// What an undo brings back may not go with what came since: whatever `doctor` would find is told.
#[test]
fn an_undo_tells_what_no_longer_goes_together() {
    let scene = Scene::at("tencent");
    let undo = |op: &Value| {
        let line = format!("undo {}", op.as_str().unwrap());
        let undone = scene.document(MONDAY, &line, 0);
        codes(&undone["warnings"])
    };
    let last = |order: &Value| order["history"].as_array().unwrap().last().unwrap()["op"].clone();
    // An order comes back to life of what has ended, and its ref was given anew.
    let id = scene.draft(MONDAY, "change example.com --set name=示例论坛二店 --ref r");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    let abandoned = last(&scene.ok(MONDAY, &format!("abandon {id} --yes")));
    let rows = "ref,kind,target,verify_by\nr,cancel-site,example.cn,sms\n";
    scene.user.write("rows.csv", rows);
    let _ = scene.run(MONDAY, "batch apply rows.csv --retry").exits(0);
    scene.ok(MONDAY, &format!("gone {FORUM} --because bureau --yes"));
    let gone = scene.ok(MONDAY, "log")[0]["op"].take();
    assert_eq!(undo(&abandoned), ["duplicate-ref", "live-order-of-ended"]);
    // A filing comes back whose domain another subject has filed since.
    let other = company(
        "京ICP备2021000002号",
        CERTIFICATES[1],
        &[site(
            "京ICP备2021000002号-1",
            "example.com",
            &json!(["huawei"]),
        )],
    );
    scene.user.write("other.json", json!([other]).to_string());
    scene.ok(MONDAY, "adopt --from other.json");
    assert_eq!(undo(&gone), ["domain-filed-twice"]);
}
