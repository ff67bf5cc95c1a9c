//! Rectification notices: every row of the field's table, taken down, put right, and over.

use super::{APP, adopted, shop_and_app};
use crate::scenarios::{
    CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, codes, company, hints_at, site,
};
use serde_json::{Value, json};
use std::path::Path;

const LATER: &str = "2026-11-25 10:00:00";
const MUCH_LATER: &str = "2027-01-20 10:00:00";

/// Each notice with the order that puts it right, and what else does.
const ROWS: [(&str, &str, &[&str]); 30] = [
    (
        "registry-abnormal",
        "subject",
        &["change", "cancel-subject"],
    ),
    ("subject-name-mismatch", "subject", &["change"]),
    ("certificate-number-outdated", "subject", &["change"]),
    ("certificate-address-outdated", "subject", &["change"]),
    (
        "responsible-not-legal-representative",
        "subject",
        &["change"],
    ),
    ("subject-person-certificate-expired", "subject", &["change"]),
    ("service-person-certificate-expired", "service", &["change"]),
    ("prior-approval-expired", "service", &["change"]),
    ("domain-younger-than-filing", "service", &["cancel-site"]),
    ("individual-with-business", "service", &["cancel-site"]),
    ("content-mismatch", "service", &["change", "cancel-site"]),
    ("commercial-content", "service", &["cancel-site"]),
    ("domain-expired", "service", &["cancel-site"]),
    ("domain-expiring", "service", &["cancel-site"]),
    ("domain-holder-mismatch", "subject", &["change"]),
    ("registrar-not-approved", "service", &[]),
    ("number-not-shown", "service", &[]),
    ("number-wrong", "service", &[]),
    ("number-not-linked", "service", &[]),
    ("security-number-missing", "service", &[]),
    ("subject-contact-dead", "subject", &["change"]),
    ("service-contact-dead", "service", &["change"]),
    (
        "not-resolved-here",
        "service",
        &["cancel-access", "cancel-site", "access"],
    ),
    (
        "resolved-abroad",
        "service",
        &["cancel-site", "cancel-access"],
    ),
    (
        "ip-mismatch",
        "service",
        &["access", "cancel-access", "cancel-site"],
    ),
    ("app-package-invalid", "app", &["change", "cancel-site"]),
    ("app-public-key-invalid", "app", &["change", "cancel-site"]),
    ("app-signature-invalid", "app", &["change", "cancel-site"]),
    ("app-platform-invalid", "app", &["change", "cancel-site"]),
    ("app-unused", "app", &["cancel-site", "change"]),
];

/// A value that a field may take.
fn value(field: &str) -> &'static str {
    match field {
        "certificate_type" => "business-licence",
        "certificate_number" => "91350100M000100Y43",
        "responsible.certificate_number" => "110101199001010015",
        "responsible.valid_from" => "2026-11-01",
        "responsible.valid_until" => "2046-11-01",
        "responsible.phone" => "13900000009",
        "content" => "blog",
        "platforms" => "android",
        "package" => "cn.example.shop",
        _ => "示例新名称",
    }
}

/// Takes a notice of a class down and drafts each order that puts it right.
fn drafts(scene: &Scene, class: &str, of: &str, kinds: &[&str]) {
    let target = if of == "app" { APP } else { SHOP };
    for (place, kind) in kinds.iter().enumerate() {
        // Each came in on another day, or they would be one notice.
        let add = format!(
            "notice add {target} --class {class} --provider tencent --received 2026-11-2{place}"
        );
        let notice = scene.ok(MONDAY, &add)[0].clone();
        let (id, fields) = (&notice["id"], &notice["orders"][place]["fields"]);
        let id = id.as_str().unwrap();
        assert_eq!(notice["state"], "open");
        let about = if of == "subject" { SUBJECT } else { target };
        assert_eq!(notice["number"], about, "{class}");
        assert_eq!(
            notice["orders"].as_array().unwrap().len(),
            kinds.len(),
            "{class}"
        );
        assert_eq!(notice["orders"][place]["kind"], **kind, "{class}");
        let mut line = format!("notice resolve {id} --draft");
        if place > 0 {
            line = format!("{line} --kind {kind}");
        }
        match *kind {
            "change" => {
                for field in fields.as_array().unwrap() {
                    let field = field.as_str().unwrap();
                    line = format!("{line} --set {field}={}", value(field));
                }
            }
            "access" => line += " --provider huawei",
            _ => {}
        }
        let notice = scene.ok(MONDAY, &line)[0].clone();
        assert_eq!(
            (&notice["state"], &notice["order_status"]),
            (&json!("in-progress"), &json!("draft"))
        );
        let order = scene.order(MONDAY, notice["order"].as_str().unwrap());
        assert_eq!(order["kind"], **kind, "{class}");
        assert_eq!(order["labels"]["notice"], id);
        let service = if of == "subject" {
            Value::Null
        } else {
            json!(target)
        };
        if *kind != "cancel-subject" {
            assert_eq!(order["target"]["service"], service, "{class}");
        }
    }
    if kinds.is_empty() {
        let id = scene.draft(MONDAY, &format!("notice add {target} --class {class}"));
        let error = scene.fails(MONDAY, &format!("notice resolve {id} --draft"), 5);
        assert_eq!(
            (&error["code"], &error["rule"]),
            (&json!("refused.no-order"), &json!("PST-05"))
        );
        assert!(hints_at(&error, &format!("icpctl explain {class}")));
    }
}

#[test]
fn every_notice_of_a_subject_drafts_the_order_that_puts_it_right() {
    let scene = shop_and_app("2026-01-05");
    for (class, of, kinds) in ROWS.iter().filter(|(_, of, _)| *of == "subject") {
        drafts(&scene, class, of, kinds);
    }
}

#[test]
fn every_notice_of_a_site_drafts_the_order_that_puts_it_right() {
    let scene = shop_and_app("2026-01-05");
    for (class, of, kinds) in ROWS.iter().filter(|(_, of, _)| *of == "service") {
        drafts(&scene, class, of, kinds);
    }
}

#[test]
fn every_notice_of_an_app_drafts_the_order_that_puts_it_right() {
    let scene = shop_and_app("2026-01-05");
    for (class, of, kinds) in ROWS.iter().filter(|(_, of, _)| *of == "app") {
        drafts(&scene, class, of, kinds);
    }
}

#[test]
fn every_notice_is_explained_in_both_languages() {
    let scene = Scene::empty();
    let all = scene.ok(MONDAY, "explain");
    let all = all.as_array().unwrap();
    let pages: Vec<&str> = all
        .iter()
        .filter(|page| page["kind"] == "notice")
        .map(|page| page["id"].as_str().unwrap())
        .collect();
    assert_eq!(pages, ROWS.map(|(class, _, _)| class));
    let zh = scene
        .run(MONDAY, "explain domain-younger-than-filing --lang zh")
        .exits(0);
    insta::assert_snapshot!("notice_page_zh", zh.stdout);
    let en = scene
        .run(MONDAY, "explain 域名注册时间晚于备案时间 --lang en")
        .exits(0);
    insta::assert_snapshot!("notice_page_en", en.stdout);
    let rule = scene.ok(MONDAY, "explain PST-05");
    assert!(
        rule[0]["what"]
            .as_str()
            .unwrap()
            .contains("icpctl notice add"),
        "{rule}"
    );
}

/// What comes first ends nothing: a domain that is about to expire is renewed, or the service cancelled.
#[test]
fn a_cancellation_is_not_the_first_thing_to_do() {
    let scene = shop_and_app("2026-01-05");
    let line = "notice add example.cn --class domain-expiring --provider tencent --deadline 10wd";
    let id = scene.draft(MONDAY, line);
    let listed = scene.document(MONDAY, "notice list", 0);
    assert_eq!(
        listed["data"][0]["next"],
        json!([
            format!("icpctl notice resolve {id}"),
            format!("icpctl notice resolve {id} --draft --kind cancel-site"),
        ])
    );
}

/// What comes next for a notice names whom the order goes through, where drafting cannot tell.
#[test]
fn the_way_of_what_resolves_a_notice_is_named() {
    let numbers = [1, 2, 3].map(|place| format!("{SUBJECT}-{place}"));
    let accesses = [json!(["tencent", "huawei"]), json!(["alibaba"]), json!([])];
    let sites: Vec<Value> = numbers
        .iter()
        .zip(&accesses)
        .enumerate()
        .map(|(place, (number, accesses))| site(number, &format!("s{place}.cn"), accesses))
        .collect();
    let scene = adopted(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    let next = |about: &str| {
        let add = format!("notice add {about} --received 2026-11-20");
        let notice = scene.ok(MONDAY, &add)[0].clone();
        let id = notice["id"].as_str().unwrap();
        let lines = notice["next"].as_array().unwrap().iter();
        let start = format!("icpctl notice resolve {id}");
        lines
            .map(|line| {
                line.as_str()
                    .unwrap()
                    .strip_prefix(&start)
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    let [two, one, none] = &numbers;
    let set = " --draft --set responsible.phone=V";
    let phone = |number: &str| format!("{number} --class service-contact-dead");
    assert_eq!(next(&phone(two)), [&format!("{set} --provider P"), ""]);
    assert_eq!(next(&phone(one)), [set, ""]);
    assert_eq!(next(&phone(none)), [""]);
    let told = |number: &str, by: &str| next(&format!("{} --provider {by}", phone(number)));
    assert_eq!(told(two, "huawei"), [set, ""]);
    assert_eq!(told(two, "alibaba"), [&format!("{set} --provider P"), ""]);
    assert_eq!(
        told(one, "tencent"),
        [&format!("{set} --provider alibaba"), ""]
    );
    let shell = next(&format!(
        "{none} --class domain-expiring --provider tencent"
    ));
    assert_eq!(shell, ["", " --draft --kind cancel-site --written"]);
    let error = scene.fails(
        MONDAY,
        &format!(
            "notice resolve {} --draft",
            scene.ok(MONDAY, &format!("notice list {two}"))[0]["id"]
                .as_str()
                .unwrap()
        ),
        2,
    );
    assert!(hints_at(&error, &format!("{set} --provider P")), "{error}");
}

/// The notice that an order puts right is over when that order is approved.
#[test]
fn the_approval_of_its_order_resolves_a_notice() {
    let scene = shop_and_app("2026-01-05");
    let id = scene.draft(
        MONDAY,
        "notice add example.cn --class service-contact-dead --provider tencent --deadline 10wd",
    );
    let error = scene.fails(MONDAY, &format!("notice resolve {id} --draft"), 2);
    assert!(
        hints_at(&error, "--draft --set responsible.phone=V"),
        "{error}"
    );
    let draft = format!("notice resolve {id} --draft --set responsible.phone=13900000009");
    let order = scene.draft(MONDAY, &draft);
    assert_eq!(scene.draft(MONDAY, &draft), order, "drafted once");
    let _ = scene.ok(MONDAY, &format!("abandon {order} --yes"));
    assert_eq!(
        scene.ok(MONDAY, "notice list")[0]["state"],
        "open",
        "it came to nothing"
    );
    let order = scene.draft(MONDAY, &draft);
    scene.submit(MONDAY, &order);
    let notice = |at: &str| scene.ok(at, "notice list --all")[0].clone();
    assert_eq!(notice(LATER)["state"], "in-progress");
    assert_eq!(
        notice(LATER)["next"],
        json!([format!("icpctl show {order}")])
    );
    scene.record(LATER, &order, "bureau-approved");
    let over = notice(MUCH_LATER);
    assert_eq!(
        (&over["state"], &over["resolved_by"]),
        (&json!("resolved"), &json!("order"))
    );
    assert_eq!(over["order_status"], "approved");
    assert_eq!(over["resolved_at"], "2026-11-25T10:00:00+08:00");
    assert_eq!(scene.ok(MUCH_LATER, "notice list"), json!([]));
    let again = scene.document(MUCH_LATER, &format!("notice resolve {id}"), 0);
    assert_eq!(again["changed"], false);
    let error = scene.fails(
        MUCH_LATER,
        &format!("notice resolve {id} --draft --set responsible.phone=13900000008"),
        5,
    );
    assert_eq!(error["code"], "refused.resolved");
    let filed = scene.ok(MUCH_LATER, "portfolio example.cn");
    assert_eq!(
        filed[0]["services"][0]["notices"][0]["order_status"],
        "approved"
    );
}

/// A notice about what is not filed any more is over.
#[test]
fn a_notice_ends_with_what_it_is_about() {
    let scene = shop_and_app("2026-01-05");
    let id = scene.draft(MONDAY, "notice add example.cn --class domain-expired");
    let _ = scene.ok(LATER, "gone example.cn --because bureau --yes");
    assert_eq!(scene.ok(LATER, "notice list"), json!([]));
    let over = &scene.ok(LATER, "notice list --all")[0];
    assert_eq!(
        (&over["id"], &over["resolved_by"]),
        (&json!(id), &json!("ended"))
    );
}

#[test]
fn a_deadline_is_the_notices_own_or_the_limit_of_its_class() {
    let scene = shop_and_app("2026-01-05");
    let deadline = |class: &str, more: &str| {
        let line = format!("notice add {SHOP} --class {class} {more}");
        scene.ok(MONDAY, &line)[0]["deadline"].clone()
    };
    let at = |deadline: Value| deadline["at"].as_str().unwrap().to_owned();
    assert_eq!(
        at(deadline("domain-expired", "--deadline 2026-12-10")),
        "2026-12-10T23:59:59+08:00"
    );
    assert_eq!(
        at(deadline("number-not-shown", "--deadline 20261210")),
        "2026-12-10T23:59:59+08:00"
    );
    assert_eq!(
        at(deadline(
            "service-contact-dead",
            "--deadline 3650d --received 2026-11-22"
        )),
        "2036-11-19T23:59:59+08:00"
    );
    assert_eq!(
        at(deadline("domain-expiring", "--deadline 15")),
        "2026-12-08T23:59:59+08:00"
    );
    assert_eq!(
        at(deadline(
            "domain-expiring",
            "--deadline 3wd --received 2026-11-20"
        )),
        "2026-11-25T23:59:59+08:00"
    );
    let by_class = deadline("prior-approval-expired", "");
    assert_eq!(
        by_class,
        json!({"at": "2026-12-07T23:59:59+08:00", "provisional": false, "overdue": false, "basis": "rule"})
    );
    assert_eq!(deadline("number-wrong", ""), Value::Null);
    let unknown_year = deadline("content-mismatch", "--deadline 40wd");
    assert_eq!(
        (&unknown_year["provisional"], &unknown_year["basis"]),
        (&json!(true), &json!("notice"))
    );
    for (more, exit) in [
        ("--deadline 2026-11-01", 3),
        ("--deadline soon", 3),
        ("--deadline 20261345", 3),
        ("--deadline 3651", 3),
        ("--deadline 3651wd", 3),
        ("--deadline 99999999999999999999", 3),
        ("--received 2026-12-01", 3),
        ("--received yesterday", 3),
    ] {
        scene.fails(
            MONDAY,
            &format!("notice add {SHOP} --class domain-expired {more}"),
            exit,
        );
    }
}

#[test]
fn what_is_overdue_says_so_and_the_filters_find_it() {
    let scene = shop_and_app("2026-11-20");
    let soon = scene.draft(
        MONDAY,
        "notice add example.cn --class domain-expired --provider tencent --deadline 2",
    );
    let late = scene.draft(
        MONDAY,
        &format!("notice add {APP} --class app-unused --provider huawei --deadline 2026-12-20"),
    );
    let order_of = |line: &str| -> Vec<String> {
        let list = scene.ok(LATER, line);
        list.as_array()
            .unwrap()
            .iter()
            .map(|n| n["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(order_of("notice list"), [soon.clone(), late.clone()]);
    assert_eq!(order_of("notice list --due-within 3d"), [soon.as_str()]);
    assert_eq!(order_of("notice list --overdue"), Vec::<String>::new());
    assert_eq!(order_of(&format!("notice list {APP}")), [late.as_str()]);
    assert_eq!(order_of("notice list --class app-unused"), [late]);
    assert_eq!(
        order_of("notice list --label customer=nobody"),
        Vec::<String>::new()
    );
    let overdue = "2026-11-26 00:00:01";
    let list = scene.ok(overdue, "notice list --overdue");
    assert_eq!(
        (&list[0]["id"], &list[0]["deadline"]["overdue"]),
        (&json!(soon), &json!(true))
    );
    let status = scene.document(overdue, "status --overdue", 0);
    assert!(
        codes(&status["warnings"]).contains(&"notice-overdue".to_owned()),
        "{status:#}"
    );
    scene.fails(LATER, "notice list --status draft", 2);
}

#[test]
fn a_notice_is_named_by_its_id_and_about_one_service() {
    let scene = shop_and_app("2026-01-05");
    scene.fails(MONDAY, "notice add nowhere.cn --class domain-expired", 4);
    let error = scene.fails(
        MONDAY,
        &format!("notice add {SUBJECT} --class domain-expired"),
        2,
    );
    assert!(error["message"].as_str().unwrap().contains(APP), "{error}");
    scene.fails(MONDAY, "notice add example.cn --class domain-expird", 2);
    scene.fails(MONDAY, "notice resolve zzzz", 4);
    scene.fails(MONDAY, "notice resolve zzzz --set a=b", 2);
    let id = scene.draft(MONDAY, "notice add example.cn --class domain-expired");
    let error = scene.fails(
        MONDAY,
        &format!("notice resolve {id} --draft --kind access"),
        5,
    );
    assert_eq!(error["code"], "refused.no-order");
    scene.fails(MONDAY, &format!("notice resolve {id} --at 2026-11-01"), 3);
    let order = scene.draft(MONDAY, &format!("notice resolve {id} --draft"));
    let error = scene.fails(
        MONDAY,
        &format!("notice resolve {id} --draft --verify-by papers"),
        5,
    );
    assert_eq!(error["code"], "refused.order-exists");
    assert!(hints_at(&error, &order));
    let _ = scene.ok(LATER, &format!("notice resolve {}", &id[..4]));
    let dry = scene.document(
        LATER,
        "notice add example.cn --class domain-expired --dry-run",
        0,
    );
    assert_eq!(
        (&dry["changed"], &dry["dry_run"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(scene.ok(LATER, "notice list"), json!([]));
}

#[test]
fn taking_down_the_same_notice_again_changes_nothing() {
    let scene = shop_and_app("2026-01-05");
    let line = "notice add example.cn --class domain-expired --received 2026-11-20";
    let first = scene.document(MONDAY, line, 0);
    let again = scene.document(LATER, line, 0);
    assert_eq!(
        (&first["changed"], &again["changed"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(first["data"][0]["id"], again["data"][0]["id"]);
}

/// As with a ref: the same notice with other content is a conflict, never silently dropped.
#[test]
fn another_deadline_or_other_words_for_the_same_notice_are_a_conflict() {
    let scene = shop_and_app("2026-01-05");
    let line = "notice add example.cn --class domain-expired --received 2026-11-20";
    let add = |more: &str| format!("{line} {more}");
    let first = scene.ok(MONDAY, &add("--deadline 2026-12-10 --text 请续费"));
    let id = first[0]["id"].as_str().unwrap();
    for (more, flags) in [
        ("--deadline 2026-12-20 --text 请续费", "--deadline"),
        ("--deadline 2026-12-10 --text 请尽快续费", "--text"),
        ("--deadline 20 --text 请尽快续费", "--deadline, --text"),
    ] {
        let error = scene.fails(LATER, &add(more), 6);
        assert_eq!(error["code"], "conflict.notice");
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with(&format!("another {flags}")), "{message}");
        assert!(hints_at(&error, &format!("icpctl notice resolve {id}")));
    }
    // What is left out contradicts nothing.
    for more in ["", "--text 请续费", "--deadline 2026-12-10"] {
        let again = scene.document(LATER, &add(more), 0);
        assert_eq!(again["changed"], false, "{more}");
        assert_eq!(again["data"][0]["id"], id);
    }
    // Ended, as the hint says, the corrected one stands beside it; both go on meaning themselves.
    let _ = scene.ok(LATER, &format!("notice resolve {id} --reason 更正"));
    let corrected = add("--deadline 2026-12-20 --text 请续费");
    let second = scene.ok(LATER, &corrected);
    assert_ne!(second[0]["id"], id);
    assert!(
        second[0]["deadline"]["at"]
            .as_str()
            .unwrap()
            .starts_with("2026-12-20")
    );
    assert_eq!(scene.document(LATER, &corrected, 0)["changed"], false);
}

#[test]
fn the_log_shows_it_undo_takes_it_back_and_erase_removes_it() {
    let scene = shop_and_app("2026-01-05");
    let id = scene.draft(MONDAY, "notice add example.cn --class domain-expired");
    let order = scene.draft(MONDAY, &format!("notice resolve {id} --draft"));
    let log = scene.ok(MONDAY, "log");
    let records = log[0]["records"].as_array().unwrap();
    let events: Vec<&Value> = records.iter().map(|r| &r["event"]).collect();
    assert_eq!(
        events,
        ["create", "notice-order"],
        "one operation writes both"
    );
    let _ = scene.ok(MONDAY, "undo");
    assert_eq!(scene.status(MONDAY, &order), "abandoned");
    let notice = &scene.ok(MONDAY, "notice list")[0];
    assert_eq!(
        (&notice["state"], &notice["order"]),
        (&json!("open"), &Value::Null)
    );
    let _ = scene.ok(MONDAY, "undo");
    assert_eq!(scene.ok(MONDAY, "notice list --all"), json!([]));
    let _ = scene.ok(
        MONDAY,
        &format!("notice add {SUBJECT} --class subject-contact-dead"),
    );
    let _ = scene.ok(MONDAY, &format!("erase {SUBJECT} --yes"));
    assert_eq!(scene.ok(MONDAY, "notice list --all"), json!([]));
}

#[test]
fn keys_that_a_later_version_wrote_are_kept() {
    let scene = shop_and_app("2026-01-05");
    let _ = scene.ok(MONDAY, "notice add example.cn --class domain-expired");
    let store = scene.document(MONDAY, "config show", 0)["data"]["store"]["path"].clone();
    let file = Path::new(store.as_str().unwrap()).join("subjects/gd-icp-2021000001.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("[history.notice]"), "{text}");
    let text = text
        .replace("[history.notice]", "[history.notice]\nseverity = \"grave\"")
        .replace("class = \"domain-expired\"", "class = \"of-tomorrow\"");
    std::fs::write(&file, text).unwrap();
    let notice = &scene.ok(MONDAY, "notice list")[0];
    assert_eq!(
        (&notice["class"], &notice["title"]),
        (&json!("of-tomorrow"), &json!("of-tomorrow"))
    );
    let _ = scene.ok(MONDAY, "note example.cn 已联系");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("severity = \"grave\"") && text.contains("of-tomorrow"),
        "{text}"
    );
}

/// The credit code takes the place of the organisation code it was made from,
/// and of no other.
#[test]
fn a_credit_code_takes_the_place_of_its_own_organisation_code() {
    let scene = shop_and_app("2026-01-05");
    let set = |code: &str| {
        format!(
            "change {SUBJECT} --set certificate_type=business-licence --set certificate_number={code}"
        )
    };
    let order = scene.draft(MONDAY, &set("91350100M000100Y43"));
    assert_eq!(
        scene.order(MONDAY, &order)["changes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let error = scene.fails(MONDAY, &set("91110000MA0000000H"), 5);
    assert_eq!(error["rule"], "CHG-01");
}
