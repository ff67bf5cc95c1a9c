//! Orders about filings that are not all in order themselves, and targets that are no numbers.

use super::{check_at, check_dossier, fires};
use crate::scenarios::{CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, company, dossier, site};
use serde_json::json;

/// A company whose second site's person uses the phone of the subject's.
fn sharing_a_phone() -> Scene {
    let person = |name: &str, id: &str, phone: &str| {
        json!({
            "name": name, "certificate_type": "resident-id", "certificate_number": id,
            "phone": phone, "emergency_phone": phone, "email": "all@example.com",
        })
    };
    let site = |number: &str, domain: &str, phone: &str| {
        json!({
            "number": number, "kind": "site", "name": "示例网站", "domains": [domain],
            "accesses": ["tencent"], "content": ["shopping"], "languages": ["simplified-chinese"],
            "responsible": person("李四", "440104199001010037", phone),
        })
    };
    Scene::holding(&[json!({
        "number": SUBJECT, "name": "示例科技有限公司", "nature": "enterprise",
        "legal_representative": "张三",
        "responsible": person("张三", "440104199001010053", "13800000001"),
        "services": [
            site(SHOP, "example.cn", "13800000003"),
            site(FORUM, "example.com", "13800000001"),
        ],
    })])
}

#[test]
fn what_a_change_leaves_alone_is_no_reason_to_refuse_it() {
    let scene = sharing_a_phone();
    for set in ["name=示例新网站", "responsible.email=service@example.com"] {
        let line = format!("change {FORUM} --set {set}");
        let found = check_at(&scene, MONDAY, &scene.draft(MONDAY, &line));
        let errors: Vec<_> = found.iter().filter(|f| f.1 == "error").collect();
        assert!(errors.is_empty(), "{set}: {errors:?}");
    }
    for (line, rules) in [
        // One fault is told once: the two persons, or somebody else of the subject.
        (
            format!("change {SHOP} --set responsible.phone=13800000001"),
            ["RP-03"].as_slice(),
        ),
        (
            format!("change {SUBJECT} --provider tencent --set responsible.phone=13800000003"),
            &["RP-07"],
        ),
        (
            format!("change {SHOP} --set responsible.emergency_phone=13800000001"),
            &["RP-04"],
        ),
        // Whoever takes a part over may take its phone.
        (
            format!(
                "change {SHOP} --set responsible.name=王五 --set responsible.certificate_number=44010419900101007X"
            ),
            &[],
        ),
    ] {
        let found = check_at(&scene, MONDAY, &scene.draft(MONDAY, &line));
        let errors = found.iter().filter(|f| f.1 == "error");
        let errors: Vec<&str> = errors.map(|f| f.0.as_str()).collect();
        assert_eq!(errors, rules, "{line}: {found:?}");
    }
}

/// Whoever has a part elsewhere is found by the certificate, whatever else the two records share.
#[test]
fn a_person_of_another_subject_is_found_by_the_certificate_alone() {
    let company = |subject: &str, domain: &str, id: &str, phone: &str| {
        json!({
            "number": subject, "name": format!("示例{domain}有限公司"), "nature": "enterprise",
            "services": [{
                "number": format!("{subject}-1"), "kind": "site", "domains": [domain],
                "accesses": ["tencent"],
                "responsible": {
                    "name": "李四", "certificate_type": "resident-id", "certificate_number": id,
                    "phone": phone,
                },
            }],
        })
    };
    let scene = Scene::holding(&[
        company(SUBJECT, "example.cn", "440104199001010037", "13800000003"),
        company(
            "粤ICP备2021000009号",
            "example.net",
            "44010419900101007X",
            "13800000009",
        ),
    ]);
    let id = scene.draft(
        MONDAY,
        "change example.cn --set responsible.name=王五 --set responsible.certificate_number=44010419900101007X --set responsible.phone=13900000001",
    );
    let found = check_at(&scene, MONDAY, &id);
    assert!(fires(&found, "RP-14"), "{found:?}");
}

#[test]
fn an_organisation_code_gives_way_to_the_credit_code_of_the_same_organisation() {
    for (code, fits) in [("MA0000000", true), ("MA000001-7", false)] {
        let scene = Scene::holding(&[json!({
            "number": SUBJECT, "name": "示例科技有限公司", "nature": "enterprise",
            "certificate_type": "organisation-code", "certificate_number": code,
            "services": [{ "number": SHOP, "domains": ["example.cn"], "accesses": ["tencent"] }],
        })]);
        let line = format!("notice add {SUBJECT} --class certificate-number-outdated");
        let notice = scene.draft(MONDAY, &line);
        let line = format!(
            "notice resolve {notice} --draft --provider tencent --set certificate_type=business-licence --set certificate_number=91110000MA0000000H"
        );
        if !fits {
            let error = scene.fails(MONDAY, &line, 5);
            assert_eq!(error["rule"], "CHG-01", "{error}");
            continue;
        }
        let id = scene.draft(MONDAY, &line);
        let found = check_at(&scene, MONDAY, &id);
        assert!(!fires(&found, "CHG-01"), "{found:?}");
        assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
    }
}

#[test]
fn a_target_that_is_written_like_a_number_and_is_none_is_an_error() {
    let scene = Scene::at("tencent");
    let judged = |target: &str| {
        check_dossier(
            &scene,
            &format!("kind = \"cancel-site\"\nprovider = \"tencent\"\ntarget = \"{target}\"\n"),
        )
    };
    for target in [
        "粤ICP备20219号-1",
        "粤ICP备21000001号-1",
        "萌ICP备2021000001号",
        "隐藏ICP备2021000001号",
        "粤B2-2009005",
    ] {
        let found = judged(target);
        let wrong: Vec<_> = found.iter().filter(|f| f.1 == "error").collect();
        assert_eq!(wrong.len(), 1, "{target}: {found:?}");
        assert_eq!(
            (wrong[0].0.as_str(), wrong[0].2.as_str()),
            ("NUM-01", "target")
        );
        assert!(!fires(&found, "not-found.target"), "{target}: {found:?}");
    }
    for target in [
        SHOP,
        "粤ICP备2021000077号-1",
        "other.example.cn",
        "我的备案.cn",
    ] {
        let found = judged(target);
        assert!(!fires(&found, "NUM-01"), "{target}: {found:?}");
    }
    scene.user.write(
        "rows.csv",
        "ref,kind,target,provider\nr-1,cancel-site,粤ICP备20219号-1,tencent\n",
    );
    assert!(fires(&check_at(&scene, MONDAY, "rows.csv"), "NUM-01"));
}

#[test]
fn a_subject_that_is_refused_is_the_only_thing_said_of_it() {
    let scene = Scene::empty();
    for subject in ["萌ICP备2021000001号", "京ICP备21000001号"] {
        let found = check_dossier(
            &scene,
            &format!(
                "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{subject}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
            ),
        );
        let of_subject = found
            .iter()
            .filter(|f| f.2.starts_with("subject") || f.2.is_empty());
        let rules: Vec<&str> = of_subject.map(|f| f.0.as_str()).collect();
        assert_eq!(rules, ["NUM-01"], "{found:?}");
    }
}

/// Where a finding stands is where the dossier says it, whatever the order of its targets.
#[test]
fn a_finding_about_what_is_filed_stands_where_the_dossier_writes_it() {
    let scene = Scene::holding(&[json!({
        "number": SUBJECT, "name": "示例科技有限公司", "nature": "enterprise",
        "services": [
            { "number": SHOP, "kind": "site", "name": "示例商城", "domains": ["example.cn"], "accesses": ["huawei"] },
            { "number": FORUM, "kind": "site", "name": "示例花园", "domains": ["example.com"], "accesses": ["huawei"] },
        ],
    })]);
    let place = |dossier: &str, rule: &str| {
        scene.user.write("dossier.toml", dossier);
        let document = scene.run(MONDAY, "check dossier.toml --json").json();
        let mut all = document["data"]["findings"].as_array().unwrap().iter();
        let found = all.find(|finding| finding["rule"] == rule).unwrap();
        let path = found["path"].as_str().unwrap().to_owned();
        (path, found["line"].clone(), found["column"].clone())
    };
    let resource = "[services.resource]\ntype = \"instance\"\nprepaid_months = 1\n";
    let access = format!(
        "kind = \"access\"\nprovider = \"tencent\"\ntarget = [\"{SHOP}\", \"{FORUM}\"]\n[[services]]\nnumber = \"{FORUM}\"\n{resource}"
    );
    let prepaid = "services.0.resource.prepaid_months".to_owned();
    assert_eq!(place(&access, "RES-01"), (prepaid, json!(8), json!(18)));
    let change = format!(
        "kind = \"change\"\nprovider = \"huawei\"\n[subject]\nnumber = \"{SUBJECT}\"\nprovince = \"浙江\"\n[[services]]\nnumber = \"{FORUM}\"\ndomains = [\"example.com\", \"example.net\"]\n"
    );
    let province = "subject.province".to_owned();
    assert_eq!(place(&change, "CHG-07"), (province, json!(5), json!(12)));
    let domains = || "services.0.domains".to_owned();
    assert_eq!(place(&change, "CHG-02"), (domains(), json!(8), json!(11)));
    // A service without a number is the only one that the order is about.
    let change = format!(
        "kind = \"change\"\nprovider = \"huawei\"\ntarget = [\"{FORUM}\"]\n[[services]]\nname = \"ab\"\ndomains = [\"example.com\", \"example.net\"]\n"
    );
    assert_eq!(place(&change, "CHG-02"), (domains(), json!(6), json!(11)));
    let name = "services.0.name".to_owned();
    assert_eq!(place(&change, "NAM-01"), (name, json!(5), json!(8)));
}

/// What is not known of a filing is no reason to refuse a change of it.
#[test]
fn a_change_of_a_subject_of_unknown_nature_is_not_judged_as_an_organisations() {
    let subject = "皖ICP备2021000022号";
    let found_in = |adopted: serde_json::Value, change: &str| {
        let scene = Scene::holding(&[adopted]);
        let line = format!("change {subject} --provider tencent {change}");
        let id = scene.draft(MONDAY, &line);
        check_at(&scene, MONDAY, &id)
    };
    let adopted = |name: Option<&str>, nature: Option<&str>| {
        json!({
            "number": subject, "name": name, "nature": nature,
            "services": [{ "number": format!("{subject}-1"), "domains": ["example.cn"], "accesses": ["tencent"] }],
        })
    };
    let swapped = "--set name=张三 --set certificate_number=110101199001010015";
    let found = found_in(adopted(None, None), swapped);
    assert!(!fires(&found, "CHG-01"), "{found:?}");
    // Nor is a remark that nobody told of missed.
    let renamed = "--set name=个体王六";
    let trader = adopted(Some("个体王五"), Some("individual"));
    let found = found_in(trader.clone(), renamed);
    assert!(!fires(&found, "SUB-09"), "{found:?}");
    let found = found_in(trader, &format!("{renamed} --set remark=无"));
    assert!(fires(&found, "SUB-09"), "{found:?}");
}

/// What a command line may still add is missed in no dossier.
#[test]
fn a_dossier_that_leaves_the_change_or_the_target_to_the_command_line_is_no_error() {
    let scene = Scene::one_site(&["tencent"]);
    let target = format!("target = [\"{SHOP}\"]\n");
    for (kind, target) in [
        ("change", target.as_str()),
        ("change", ""),
        ("cancel-subject", ""),
    ] {
        let dossier = format!("kind = \"{kind}\"\nprovider = \"tencent\"\n{target}");
        let found = check_dossier(&scene, &dossier);
        assert!(
            found.iter().all(|f| f.1 != "error"),
            "{kind} {target}: {found:?}"
        );
    }
}

/// What came of an order that has ended stands in the portfolio, and is no fault of the order.
#[test]
fn an_order_that_has_ended_is_judged_no_more() {
    let scene = Scene::at("tencent");
    let gone = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.record(MONDAY, &gone, "bureau-approved");
    let filed = {
        let text = dossier("huawei").replace("example.cn", "example.net");
        scene.user.write(
            "new.toml",
            text.replace("91110000MA0000000H", "91350100M000100Y43"),
        );
        let id = scene.draft(MONDAY, "new --from new.toml");
        scene.submit(MONDAY, &id);
        let numbers = "--number 粤ICP备2021000009号 --number 粤ICP备2021000009号-1";
        scene.record(MONDAY, &id, &format!("bureau-approved {numbers}"));
        id
    };
    let given_up = scene.draft(MONDAY, "cancel-site example.com");
    scene.ok(MONDAY, &format!("abandon {given_up} --yes"));
    for id in [gone, filed, given_up] {
        let document = scene.document(MONDAY, &format!("check {id}"), 0);
        assert_eq!(document["data"]["findings"], json!([]), "{document:#}");
        assert_eq!(document["warnings"][0]["code"], "order-ended");
    }
}

/// CAN-06: a cancellation that is still at the provider, or came back, can be abandoned.
#[test]
fn a_cancellation_can_be_abandoned_unless_it_is_at_the_bureau() {
    let scene = Scene::one_site(&["nimbus"]);
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    for (event, says_so) in [
        ("accepted", false),
        ("forwarded", true),
        ("sms-verified", true),
        ("bureau-rejected", false),
    ] {
        scene.record(MONDAY, &id, event);
        let found = check_at(&scene, MONDAY, &id);
        assert_eq!(fires(&found, "CAN-06"), says_so, "{event}: {found:?}");
    }
    scene.ok(MONDAY, &format!("abandon {id} --yes"));
}

/// ACC-04: several accesses that one cancellation ends are the last all the same.
#[test]
fn the_last_accesses_of_one_provider_are_the_last() {
    let accesses = json!([
        { "provider": "tencent", "account": "one" },
        { "provider": "tencent", "account": "two" },
    ]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(SHOP, "example.cn", &accesses)],
    )]);
    for (account, is_last) in [("", true), ("--account one", false)] {
        let line = format!("cancel-access {SHOP} --provider tencent {account}");
        let found = check_at(&scene, MONDAY, &scene.draft(MONDAY, &line));
        assert_eq!(fires(&found, "ACC-04"), is_last, "{account}: {found:?}");
    }
}

/// PRV-03: of a licence that names no province, the filed one counts.
#[test]
fn an_empty_shell_under_a_national_licence_has_its_province() {
    let number = "合字B2-20210001";
    for (province, takes) in [("广东", false), ("北京", true)] {
        let scene = Scene::holding(&[json!({ "number": number, "name": "示例科技有限公司",
            "nature": "enterprise", "province": province, "services": [] })]);
        scene.user.write(
            "new.toml",
            format!(
                "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{number}\"\n\
                 [[services]]\nname = \"示例商城\"\ndomains = [\"example.cn\"]\n"
            ),
        );
        let drafted = scene.run(MONDAY, "new --from new.toml --json");
        let exit = if takes { 0 } else { 5 };
        let error = drafted.exits(exit).json()["error"].clone();
        assert_eq!(error["rule"] == "PRV-03", !takes, "{error}");
    }
}

/// CAN-03: the service that is left is not the last where another one is cancelled that has gone.
#[test]
fn the_service_that_stays_is_not_the_last_to_go() {
    let scene = Scene::at("tencent");
    let id = scene.cancelled_to_bureau("cancel-site example.cn");
    scene.ok(MONDAY, &format!("gone {SHOP} --because bureau --yes"));
    let found = check_at(&scene, MONDAY, &id);
    assert!(!fires(&found, "CAN-03"), "{found:?}");
    let last = scene.draft(MONDAY, "cancel-site example.com");
    let found = check_at(&scene, MONDAY, &last);
    assert!(fires(&found, "CAN-03"), "{found:?}");
}

/// DOM-01: a filing whose domain could not be filed today is gone for good once it is cancelled, which
/// helps nobody any more once that is asked for.
#[test]
fn a_domain_that_cannot_be_filed_again_is_told_before_its_filing_goes() {
    let access = json!(["tencent"]);
    let old = site(SHOP, "example.org", &access);
    let new = site(FORUM, "example.com", &access);
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[old, new])]);
    let mut drafts = Vec::new();
    for (line, says_so) in [
        (format!("cancel-site {SHOP}"), true),
        (format!("cancel-subject {SUBJECT}"), true),
        (format!("cancel-site {FORUM}"), false),
        (format!("cancel-access {SHOP} --provider tencent"), false),
    ] {
        let id = scene.draft(MONDAY, &line);
        let found = check_at(&scene, MONDAY, &id);
        assert_eq!(fires(&found, "DOM-01"), says_so, "{line}: {found:?}");
        drafts.push(id);
    }
    scene.submit(MONDAY, &drafts[0]);
    let found = check_at(&scene, MONDAY, &drafts[0]);
    assert!(!fires(&found, "DOM-01"), "{found:?}");
}

/// ORD-03, RP-07: a subject that goes with the forerunner holds neither the account nor a phone.
#[test]
fn a_subject_that_goes_stands_beside_nobody() {
    let access = json!([{ "provider": "tencent", "account": "acc-1" }]);
    let held = site(SHOP, "example.cn", &access);
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[held])]);
    let gone = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    let anew = dossier("tencent");
    let other = anew.replace(CERTIFICATES[0], CERTIFICATES[1]);
    let other = other.replace("example.cn", "example.net");
    scene.user.write("anew.toml", anew);
    scene.user.write("other.toml", other);
    for (line, stands) in [
        ("new --from other.toml".to_owned(), true),
        (format!("new --from anew.toml --after {gone}"), false),
    ] {
        let id = scene.draft(MONDAY, &format!("{line} --account acc-1"));
        let found = check_at(&scene, MONDAY, &id);
        for rule in ["ORD-03", "RP-07"] {
            assert_eq!(fires(&found, rule), stands, "{line}: {found:?}");
        }
    }
}
