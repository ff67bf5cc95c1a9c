//! Duties after approval: what a filed service owes, until when, and that it was done.

use super::{APP, adopted, duty, ids, one_site, shop_and_app};
use crate::scenarios::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, hints_at, site,
};
use serde_json::{Value, json};

const APPROVED: &str = "2026-11-25 10:00:00";
const LATER: &str = "2026-12-01 09:00:00";

/// A first filing in Guangdong that is approved: its site.
fn approved() -> Scene {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    let _ = scene.ok(
        APPROVED,
        &format!("record {id} bureau-approved --number {SUBJECT} --number {SHOP}"),
    );
    scene
}

/// PST-01 to PST-03: an approval starts the duties of its services.
#[test]
fn an_approval_starts_the_duties_of_its_service() {
    let scene = approved();
    let filed = scene.ok(LATER, "portfolio");
    let duties = &filed[0]["services"][0]["duties"];
    assert_eq!(
        ids(duties),
        ["show-subject-number", "public-security-filing"]
    );
    assert_eq!(
        duty(duties, "public-security-filing")["deadline"],
        json!({"at": "2026-12-25T23:59:59+08:00", "provisional": false, "overdue": false})
    );
    let footer = duty(duties, "show-subject-number");
    assert_eq!(footer["deadline"]["at"], "2026-11-25T23:59:59+08:00");
    assert_eq!(footer["deadline"]["overdue"], true);
    assert_eq!(
        footer["next"],
        json!([format!("icpctl duty done {SHOP} show-subject-number")])
    );
    assert_eq!(
        filed[0]["duties"],
        json!([]),
        "no date of the person's ID is known"
    );
    assert_eq!(
        scene.ok(APPROVED, "portfolio")[0]["services"][0]["duties"][0]["deadline"]["overdue"],
        false
    );
}

#[test]
fn the_morning_screen_shows_what_is_owed_until_it_is_done() {
    let scene = approved();
    let screen = |line: &str| {
        let output = scene.run(LATER, line).exits(0);
        assert_eq!(
            output
                .stderr
                .lines()
                .filter(|l| !l.contains("ICPCTL_NOW"))
                .count(),
            0,
            "{output:?}"
        );
        output.stdout
    };
    insta::assert_snapshot!("morning_zh", screen("status --lang zh"));
    insta::assert_snapshot!("morning_en", screen("status --lang en"));
    let document = scene.document(LATER, "status", 0);
    assert_eq!(document["data"], json!([]));
    assert_eq!(codes(&document["warnings"]), ["duty-overdue", "duty-due"]);
    assert_eq!(document["warnings"][1]["path"], SHOP);
    let _ = scene.ok(
        LATER,
        &format!("duty done {SHOP} show-subject-number public-security-filing"),
    );
    let after = scene.document(LATER, "status", 0);
    assert_eq!(
        codes(&after["warnings"]),
        ["duty-due"],
        "the public-security number is to be shown now"
    );
    let _ = scene.ok(LATER, &format!("duty done {SHOP} show-security-number"));
    assert_eq!(scene.document(LATER, "status", 0)["warnings"], json!([]));
    let zh = scene.run(LATER, "portfolio --lang zh").exits(0);
    assert!(
        zh.stdout
            .contains("其他事项：已完成 3，未到期 0，日期未知 0"),
        "{}",
        zh.stdout
    );
}

/// PST-03: the number is shown within 30 days of the filing with the public security.
#[test]
fn the_public_security_number_is_kept_and_to_be_shown_within_thirty_days() {
    let scene = approved();
    let line = format!(
        "duty done {SHOP} public-security-filing --number 粤公网安备44010602000001号 --at 2026-11-30"
    );
    let done = scene.document(LATER, &line, 0);
    assert_eq!(done["data"][0]["state"], "done");
    assert_eq!(done["data"][0]["done_at"], "2026-11-30T00:00:00+08:00");
    assert_eq!(
        done["data"][0]["security_number"],
        "粤公网安备44010602000001号"
    );
    assert_eq!(scene.document(LATER, &line, 0)["changed"], false);
    let list = scene.ok(LATER, &format!("duty list {SHOP} --all"));
    assert_eq!(
        duty(&list, "show-security-number")["deadline"]["at"],
        "2026-12-30T23:59:59+08:00"
    );
    assert_eq!(
        ids(&scene.ok(LATER, "duty list --duty public-security-filing")),
        Vec::<&str>::new()
    );
    let error = scene.fails(
        LATER,
        &format!("duty done {SHOP} public-security-filing --number {SUBJECT}"),
        3,
    );
    assert_eq!(error["code"], "invalid.number");
    scene.fails(
        LATER,
        &format!("duty done {SHOP} show-subject-number --number 粤公网安备44010602000001号"),
        2,
    );
    let _ = scene.ok(LATER, "undo");
    let list = scene.ok(LATER, "duty list");
    assert_eq!(duty(&list, "public-security-filing")["state"], "due");
    assert!(!ids(&list).contains(&"show-security-number"));
}

/// A date that is not known is never overdue.
#[test]
fn an_adopted_service_of_unknown_date_is_never_overdue() {
    let scene = one_site("浙ICP备2021000002号", None);
    let list = scene.ok(LATER, "duty list");
    assert_eq!(
        ids(&list),
        ["show-service-number", "public-security-filing"]
    );
    for owed in list.as_array().unwrap() {
        assert_eq!(
            (&owed["state"], &owed["deadline"]),
            (&json!("unknown"), &Value::Null)
        );
    }
    assert_eq!(scene.ok(LATER, "duty list --overdue"), json!([]));
    assert_eq!(scene.document(LATER, "status", 0)["warnings"], json!([]));
    let en = scene.run(LATER, "status").exits(0).stdout;
    assert_eq!(
        en,
        "duties not due yet: 0; of unknown date: 2; see them with icpctl duty list\n"
    );
    let _ = scene.ok(
        LATER,
        "duty done example.cn show-service-number --at 2022-05-01",
    );
    assert_eq!(
        ids(&scene.ok(LATER, "duty list")),
        ["public-security-filing"]
    );
}

/// PST-01: an app shows its number under its settings or about page.
#[test]
fn an_app_owes_its_number_and_no_public_security_filing() {
    let scene = shop_and_app("2026-11-20");
    let list = scene.ok(LATER, &format!("duty list {APP}"));
    assert_eq!(ids(&list), ["show-app-number"]);
    let error = scene.fails(LATER, &format!("duty done {APP} public-security-filing"), 5);
    assert_eq!(error["code"], "refused.not-owed");
    assert!(hints_at(&error, "show-app-number"));
}

#[test]
fn what_is_owed_instead_is_named_once_however_many_services_owe_it() {
    let sites = [(SHOP, "example.cn"), (FORUM, "example.com")].map(|(number, domain)| {
        let mut site = site(number, domain, &json!(["tencent"]));
        site["approved_on"] = json!("2026-11-20");
        site
    });
    let scene = adopted(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    let line = format!("duty done {SUBJECT} show-app-number");
    let error = scene.fails(LATER, &line, 5);
    let hints = error["hints"].to_string();
    for id in ["show-subject-number", "public-security-filing"] {
        assert_eq!(hints.matches(id).count(), 1, "{hints}");
    }
}

/// Filings that were adopted long after their approval owe the same again and again: what was done
/// for them is said once, and taken back once.
#[test]
fn what_many_owe_is_said_to_be_done_at_once() {
    const OTHER: &str = "粤ICP备2021000003号";
    let mut one = site(SHOP, "example.cn", &json!(["tencent"]));
    let mut two = site(FORUM, "example.com", &json!(["tencent"]));
    let mut three = site(&format!("{OTHER}-1"), "example.net", &json!(["huawei"]));
    for site in [&mut one, &mut two, &mut three] {
        site["approved_on"] = json!("2021-03-01");
    }
    let scene = adopted(&[
        company(SUBJECT, CERTIFICATES[0], &[one, two]),
        company(OTHER, CERTIFICATES[1], &[three]),
    ]);
    let _ = scene.ok(LATER, &format!("label {OTHER} customer=乙"));
    let overdue = |at: &str| {
        scene
            .ok(at, "duty list --overdue")
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(overdue(LATER), 6);
    let listed = scene.run(LATER, "duty list --overdue").exits(0);
    assert!(
        listed.stderr.contains("duty done DUTY… --overdue"),
        "{listed:?}"
    );

    // Targets of several subjects, one named twice over: one operation, and one undo.
    let line = format!(
        "duty done {SUBJECT} example.cn {OTHER}-1 show-subject-number public-security-filing"
    );
    let preview = scene.document(LATER, &format!("{line} --dry-run"), 0);
    assert_eq!(preview["data"].as_array().unwrap().len(), 6);
    assert_eq!(overdue(LATER), 6, "a dry run writes nothing");
    let done = scene.document(LATER, &line, 0);
    assert_eq!(done["changed"], true);
    let numbers: Vec<&Value> = done["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["number"])
        .collect();
    assert_eq!(numbers.len(), 6, "{numbers:?}");
    assert!(
        done["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|d| d["state"] == "done")
    );
    assert_eq!(scene.document(LATER, &line, 0)["changed"], false);
    assert_eq!(overdue(LATER), 0);
    let _ = scene.ok(LATER, "undo");
    assert_eq!(overdue(LATER), 6, "one undo takes all back");

    // One that does not owe it: nothing is written.
    let line = format!("duty done {SHOP} {OTHER} show-app-number");
    assert_eq!(scene.fails(LATER, &line, 5)["code"], "refused.not-owed");
    let error = scene.fails(
        LATER,
        &format!(
            "duty done {SHOP} {OTHER} public-security-filing --number 粤公网安备44010602000001号"
        ),
        2,
    );
    assert!(error["message"].as_str().unwrap().contains("--number"));
    let error = scene.fails(
        LATER,
        &format!("duty done {SHOP} {OTHER} show-subject-number --at 2020-01-01"),
        3,
    );
    assert!(error["message"].as_str().unwrap().contains(SHOP), "{error}");

    // By filter, with a TARGET that narrows it too.
    let line = "duty done show-subject-number --overdue --label customer=乙";
    let done = scene.document(LATER, line, 0);
    assert_eq!(done["data"].as_array().unwrap().len(), 1);
    assert_eq!(done["data"][0]["number"], format!("{OTHER}-1"));
    let again = scene.document(LATER, line, 0);
    assert_eq!(
        (&again["data"], &again["changed"]),
        (&json!([]), &json!(false))
    );
    let line =
        format!("duty done {SUBJECT} show-subject-number --provider tencent --at 2021-03-02");
    let done = scene.document(LATER, &line, 0);
    assert_eq!(done["data"].as_array().unwrap().len(), 2);
    assert_eq!(done["data"][0]["done_at"], "2021-03-02T00:00:00+08:00");
    assert_eq!(overdue(LATER), 3);
    scene.fails(
        LATER,
        "duty done show-subject-number --overdue --label =",
        2,
    );
    scene.fails(LATER, "duty done show-subject-number", 2);
    scene.fails(LATER, "duty done example.cn --overdue", 2);
    scene.fails(
        LATER,
        "duty done nowhere.cn show-subject-number --overdue",
        4,
    );
}

/// What filters find and cannot be done yet is left out and told; named, it is refused.
#[test]
fn what_cannot_be_done_yet_is_left_out_by_a_filter_and_told() {
    let mut filing = company(
        SUBJECT,
        CERTIFICATES[0],
        &[
            site(SHOP, "example.cn", &json!(["tencent"])),
            site(FORUM, "example.com", &json!(["tencent"])),
        ],
    );
    filing["services"][0]["registrations"] =
        json!([{ "domain": "example.cn", "expires_on": "2026-12-10" }]);
    filing["services"][1]["registrations"] =
        json!([{ "domain": "example.com", "expires_on": "2028-12-10" }]);
    let scene = Scene::holding(&[filing]);
    let error = scene.fails(MONDAY, "duty done example.cn example.com renew-domain", 5);
    assert!(
        error["message"].as_str().unwrap().contains(FORUM),
        "{error}"
    );
    let done = scene.document(MONDAY, "duty done renew-domain --provider tencent", 0);
    assert_eq!(done["data"].as_array().unwrap().len(), 1);
    assert_eq!(codes(&done["warnings"]), ["duty-not-open"]);
}

/// T: Beijing and Jiangsu, a change within 10 working days of an access.
#[test]
fn an_access_in_beijing_is_followed_by_a_change_where_data_differ() {
    for (subject, owes) in [
        ("京ICP备2021000008号", true),
        ("苏ICP备2021000005号", true),
        ("浙ICP备2021000002号", false),
    ] {
        let scene = one_site(subject, Some("2025-01-06"));
        let access = scene.draft(MONDAY, "access example.cn --provider tencent");
        scene.submit(MONDAY, &access);
        let _ = scene.ok(MONDAY, &format!("record {access} bureau-approved"));
        let list = scene.ok(MONDAY, "duty list");
        assert_eq!(
            ids(&list).contains(&"change-after-access"),
            owes,
            "{subject}"
        );
        if !owes {
            continue;
        }
        assert_eq!(
            duty(&list, "change-after-access")["deadline"]["at"],
            "2026-12-07T23:59:59+08:00"
        );
        let change = scene.draft(
            LATER,
            "change example.cn --provider tencent --set name=示例新名称",
        );
        assert!(
            ids(&scene.ok(LATER, "duty list")).contains(&"change-after-access"),
            "a draft is no application"
        );
        scene.submit(LATER, &change);
        let all = scene.ok(LATER, "duty list --all");
        let done = duty(&all, "change-after-access");
        assert_eq!(
            (&done["state"], &done["done_at"]),
            (&json!("done"), &json!("2026-12-01T09:00:00+08:00"))
        );
    }
}

/// PST-04: applied for 30 days ahead, corrected within 10 working days.
#[test]
fn an_id_that_expires_is_renewed_in_time() {
    let mut filing = company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &json!(["tencent"]))],
    );
    filing["responsible"]["valid_until"] = json!("2026-12-20");
    filing["services"][0]["responsible"]["valid_until"] = json!("long-term");
    let scene = Scene::holding(&[filing]);
    let list = scene.ok(MONDAY, "duty list");
    let renewal = duty(&list, "renew-subject-person-certificate");
    assert_eq!(
        (&renewal["opens_on"], &renewal["number"]),
        (&json!("2026-11-20"), &json!(SUBJECT))
    );
    assert_eq!(
        renewal["deadline"],
        json!({"at": "2027-01-01T23:59:59+08:00", "provisional": true, "overdue": false})
    );
    assert!(!ids(&list).contains(&"renew-service-person-certificate"));
    for (at, told) in [("2026-11-19 09:00:00", 0), ("2026-11-20 09:00:00", 1)] {
        let status = scene.document(at, "status", 0);
        let due = codes(&status["warnings"]);
        let due = due.iter().filter(|code| *code == "duty-due");
        assert_eq!(due.count(), told, "{at}");
    }
    let order = scene.draft(
        MONDAY,
        &format!("change {SUBJECT} --set responsible.valid_until=2046-12-20"),
    );
    scene.submit(MONDAY, &order);
    let _ = scene.ok(LATER, &format!("record {order} bureau-approved"));
    let list = scene.ok(LATER, "duty list");
    let renewal = duty(&list, "renew-subject-person-certificate");
    assert_eq!(renewal["opens_on"], "2046-11-20");
    assert_eq!(renewal["next"], json!([]), "it cannot be done yet");
    let error = scene.fails(
        LATER,
        &format!("duty done {SUBJECT} renew-subject-person-certificate"),
        5,
    );
    assert_eq!(error["code"], "refused.not-owed");
    assert_eq!(error["hints"], json!([]));
    let several = "renew-subject-person-certificate public-security-filing";
    let error = scene.fails(LATER, &format!("duty done {SUBJECT} {several}"), 5);
    assert!(hints_at(&error, &format!("icpctl duty list {SUBJECT}")));
}

/// A domain is renewed before it lapses, a prior approval in time.
#[test]
fn what_expires_is_renewed_where_the_portfolio_holds_the_date() {
    let mut filing = company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &json!(["tencent"]))],
    );
    filing["services"][0]["registrations"] =
        json!([{ "domain": "example.cn", "expires_on": "2026-12-10" }]);
    filing["services"][0]["prior_approval_valid_until"] = json!("2026-11-30");
    let scene = Scene::holding(&[filing]);
    let list = scene.ok(MONDAY, "duty list");
    assert_eq!(
        duty(&list, "renew-domain")["deadline"]["at"],
        "2026-12-10T23:59:59+08:00"
    );
    assert_eq!(duty(&list, "renew-domain")["opens_on"], "2026-09-11");
    assert_eq!(
        duty(&list, "renew-prior-approval")["deadline"]["at"],
        "2026-12-14T23:59:59+08:00"
    );
    let warned = scene.document(MONDAY, "status", 0);
    assert_eq!(codes(&warned["warnings"]), ["duty-due", "duty-due"]);
    let _ = scene.ok(MONDAY, "duty done example.cn renew-domain");
    assert!(!ids(&scene.ok(MONDAY, "duty list")).contains(&"renew-domain"));
    assert_eq!(
        scene.ok("2026-12-11 00:00:00", "duty list --overdue"),
        json!([])
    );
}

/// PST-06: Hubei's audit, once a year in its window.
#[test]
fn hubei_audits_every_year() {
    let scene = one_site("鄂ICP备2021000009号", Some("2025-06-02"));
    let audit = |at: &str| duty(&scene.ok(at, "duty list --all"), "yearly-audit").clone();
    let now = audit("2026-03-01 10:00:00");
    assert_eq!(
        now["deadline"],
        json!({"at": "2026-04-15T23:59:59+08:00", "provisional": true, "overdue": false})
    );
    assert_eq!(audit("2026-05-01 10:00:00")["deadline"]["overdue"], true);
    let _ = scene.ok(
        "2026-05-01 10:00:00",
        "duty done example.cn yearly-audit --at 2026-04-01",
    );
    assert_eq!(audit("2026-12-01 10:00:00")["state"], "done");
    let next = audit("2027-01-15 00:00:00");
    assert_eq!(
        (&next["state"], &next["opens_on"]),
        (&json!("due"), &json!("2027-01-15"))
    );
    let unknown = one_site("鄂ICP备2021000009号", None);
    let list = unknown.ok("2026-11-23 10:00:00", "duty list");
    assert_eq!(
        duty(&list, "yearly-audit")["deadline"]["at"],
        "2027-04-15T23:59:59+08:00"
    );
    let elsewhere = one_site("湘ICP备2021000009号", Some("2025-06-02"));
    assert!(!ids(&elsewhere.ok(MONDAY, "duty list")).contains(&"yearly-audit"));
}

#[test]
fn the_filters_find_what_is_due() {
    let scene = shop_and_app("2026-11-20");
    let find = |line: &str| scene.ok(MONDAY, line);
    assert_eq!(find("duty list --overdue").as_array().unwrap().len(), 2);
    let near = find("duty list --due-within 28d");
    assert_eq!(near.as_array().unwrap().len(), 3);
    assert_eq!(
        find("duty list --due-within 26d").as_array().unwrap().len(),
        2
    );
    assert_eq!(find("duty list --province gd --provider huawei"), json!([]));
    let numbers = |line: &str| -> Vec<String> {
        let found = find(line);
        let services = found[0]["services"].as_array().cloned().unwrap_or_default();
        services
            .iter()
            .map(|s| s["number"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(numbers("portfolio --overdue"), [SHOP, APP]);
    let _ = scene.ok(MONDAY, &format!("duty done {APP} show-app-number"));
    assert_eq!(numbers("portfolio --overdue"), [SHOP]);
    assert_eq!(
        numbers("portfolio --overdue --provider huawei"),
        Vec::<String>::new()
    );
    let _ = scene.ok(MONDAY, &format!("duty done {SHOP} show-subject-number"));
    assert_eq!(numbers("portfolio --due-within 28d"), [SHOP]);
    assert_eq!(find("portfolio --due-within 26d"), json!([]));
    let status = scene.document(MONDAY, "status --overdue", 0);
    assert_eq!(status["warnings"], json!([]));
    assert_eq!(
        codes(&scene.document(MONDAY, "status --due-within 28d", 0)["warnings"]),
        ["duty-due"]
    );
    assert_eq!(
        scene.document(MONDAY, "status --bucket waiting", 0)["warnings"],
        json!([])
    );
    scene.fails(
        MONDAY,
        &format!("duty done {SHOP} show-subject-number --at 2026-11-01"),
        3,
    );
    scene.fails(
        MONDAY,
        &format!("duty done {SHOP} show-subject-number --at 2026-12-01"),
        3,
    );
    scene.fails(MONDAY, &format!("duty done {SHOP} nothing"), 2);
    scene.fails(MONDAY, "duty done nowhere.cn show-subject-number", 4);
}

/// Notices stand first on the morning's screen, with what to type.
#[test]
fn the_morning_screen_shows_open_notices() {
    let scene = shop_and_app("2026-11-20");
    let _ = scene.draft(MONDAY, "notice add example.cn --class service-contact-dead --provider tencent --deadline 10wd --text 号码停机");
    let id = scene.draft(
        MONDAY,
        &format!("notice add {APP} --class app-unused --deadline 2026-11-24"),
    );
    let _ = scene.draft(MONDAY, &format!("notice resolve {id} --draft"));
    for lang in ["zh", "en"] {
        let screen = scene.run(LATER, &format!("status --lang {lang}")).exits(0);
        insta::assert_snapshot!(format!("morning_notices_{lang}"), screen.stdout);
        let page = scene
            .run(LATER, &format!("portfolio --lang {lang}"))
            .exits(0);
        insta::assert_snapshot!(format!("portfolio_notices_{lang}"), page.stdout);
        let list = scene
            .run(LATER, &format!("notice list --lang {lang}"))
            .exits(0);
        insta::assert_snapshot!(format!("notice_list_{lang}"), list.stdout);
    }
}

/// Hundreds of services leave the morning's screen a screen.
#[test]
fn a_large_portfolio_stays_readable() {
    let sites: Vec<Value> = (1..=300)
        .map(|n| {
            let mut site = site(
                &format!("浙ICP备2021000002号-{n}"),
                &format!("s{n}.cn"),
                &json!(["tencent"]),
            );
            let day = if n <= 280 { "2021-06-01" } else { "2026-11-20" };
            site["approved_on"] = json!(day);
            site
        })
        .collect();
    let scene = adopted(&[company("浙ICP备2021000002号", CERTIFICATES[0], &sites)]);
    for n in 1..=15 {
        let _ = scene.draft(
            MONDAY,
            &format!("notice add s{n}.cn --class domain-expiring --deadline 9"),
        );
    }
    for lang in ["zh", "en"] {
        let screen = scene
            .run(MONDAY, &format!("status --lang {lang}"))
            .exits(0)
            .stdout;
        assert!(screen.lines().count() < 50, "{screen}");
        assert!(screen.contains("300") && screen.contains("280"), "{screen}");
        let page = scene
            .run(
                MONDAY,
                &format!("portfolio 浙ICP备2021000002号-1 --lang {lang}"),
            )
            .exits(0)
            .stdout;
        assert!(page.lines().count() < 10, "{page}");
    }
    let document = scene.document(MONDAY, "status", 0);
    assert!(document["warnings"].as_array().unwrap().len() <= 21);
    let _ = scene.ok(
        MONDAY,
        "duty done 浙ICP备2021000002号 show-service-number public-security-filing",
    );
    assert_eq!(scene.ok(MONDAY, "duty list --overdue"), json!([]));
}

#[test]
fn every_duty_is_explained_in_both_languages() {
    let scene = Scene::empty();
    let all = scene.ok(MONDAY, "explain");
    let pages = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|page| page["kind"] == "duty");
    let pages: Vec<&str> = pages.map(|page| page["id"].as_str().unwrap()).collect();
    assert_eq!(
        pages,
        [
            "show-service-number",
            "show-subject-number",
            "show-app-number",
            "public-security-filing",
            "show-security-number",
            "change-after-access",
            "renew-subject-person-certificate",
            "renew-service-person-certificate",
            "renew-domain",
            "renew-prior-approval",
            "yearly-audit",
        ]
    );
    let zh = scene
        .run(MONDAY, "explain public-security-filing --lang zh")
        .exits(0);
    insta::assert_snapshot!("duty_page_zh", zh.stdout);
    let en = scene.run(MONDAY, "explain 公安联网备案 --lang en").exits(0);
    insta::assert_snapshot!("duty_page_en", en.stdout);
}
