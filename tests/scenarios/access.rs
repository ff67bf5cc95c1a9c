//! Access: which provider carries a filed site.

use super::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, hints_at, impacts, site,
};
use serde_json::{Value, json};

const LATER: &str = "2026-11-25 10:00:00";

fn providers(filed: &Value) -> Vec<&str> {
    let accesses = filed[0]["services"][0]["accesses"].as_array().unwrap();
    let names = accesses.iter().map(|a| a["provider"].as_str().unwrap());
    names.collect()
}

fn approve(scene: &Scene, id: &str) {
    scene.submit(MONDAY, id);
    scene.record(MONDAY, id, "bureau-approved");
}

/// S3: servers of several companies can be used; what is filed need not be cancelled or changed.
#[test]
fn several_providers_carry_a_site_side_by_side() {
    let scene = Scene::one_site(&["huawei"]);
    let before = scene.portfolio(MONDAY);
    let id = scene.draft(MONDAY, "access example.cn --provider tencent");
    approve(&scene, &id);
    let after = scene.portfolio(LATER);
    assert_eq!(providers(&after), ["huawei", "tencent"]);
    assert_eq!(
        after[0]["services"][0]["number"],
        before[0]["services"][0]["number"]
    );
    assert!(scene.is_filed(LATER, "example.cn --provider huawei"));
    assert!(scene.is_filed(LATER, "example.cn --provider tencent"));
}

/// S3: not accessed at a provider, a domain counts as unfiled there.
#[test]
fn a_site_filed_elsewhere_is_not_filed_here_before_its_access() {
    let scene = Scene::one_site(&["huawei"]);
    assert!(!scene.is_filed(MONDAY, "example.cn --provider tencent"));
    assert!(scene.is_filed(MONDAY, "example.cn"));
}

/// S3, steps 6 and 7: an access is reviewed by the provider; then the site's person gets the SMS.
#[test]
fn an_access_is_reviewed_and_verified_by_the_sites_person() {
    let scene = Scene::one_site(&["huawei"]);
    let id = scene.draft(MONDAY, "access example.cn --provider tencent");
    assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
    scene.record(MONDAY, &id, "accepted");
    let order = scene.record(MONDAY, &id, "forwarded");
    assert_eq!(order["status"], "sms-verification-pending");
    assert_eq!(order["awaiting"].as_array().unwrap().len(), 1);
    assert_eq!(order["awaiting"][0]["who"], "service");
}

/// S3: only what is filed can be accessed; an unfiled domain needs a filing first.
#[test]
fn an_unfiled_domain_cannot_be_accessed() {
    let scene = Scene::one_site(&["huawei"]);
    scene.fails(MONDAY, "access example.org --provider tencent", 4);
}

/// S3: a site that the provider carries already needs no access.
#[test]
fn an_access_that_exists_is_refused() {
    let scene = Scene::one_site(&["tencent"]);
    let error = scene.fails(MONDAY, "access example.cn --provider tencent", 5);
    assert_eq!(error["rule"], "ORD-04");
}

/// S1, 7: cancelling the access leaves the ministry's number.
#[test]
fn cancelling_an_access_keeps_the_filing_number() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"domain-unreachable-at-provider".to_owned()));
    for code in ["service-goes", "domain-unfiled", "number-never-restored"] {
        assert!(!impact.contains(&code.to_owned()), "{impact:?}");
    }
    approve(&scene, &id);
    assert!(scene.is_filed(LATER, SHOP));
    assert_eq!(providers(&scene.portfolio(LATER)), ["huawei"]);
}

/// S1, 7: no SMS goes out for it.
#[test]
fn cancelling_an_access_needs_no_sms() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["status"], "awaiting-bureau-review");
    assert!(order["verify_by"].is_null());
    let error = scene.fails(MONDAY, &format!("record {id} sms-verified"), 5);
    assert_eq!(error["rule"], "SMS-07");
}

/// S1, 7 and 5: once sent, there is no way back, not even by waiting.
#[test]
fn a_submitted_cancellation_of_an_access_has_no_way_back() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    scene.submit(MONDAY, &id);
    for command in ["withdraw", "abandon"] {
        scene.fails(MONDAY, &format!("{command} {id} --yes"), 5);
    }
    assert_eq!(scene.status(LATER, &id), "awaiting-bureau-review");
}

/// S1, 7 (explain): a site that no provider carries may be cancelled by the bureau.
#[test]
fn losing_the_last_access_is_a_risk() {
    let scene = Scene::one_site(&["tencent"]);
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    let impact = impacts(&scene.order(MONDAY, &id));
    for code in ["service-loses-last-access", "no-provider-left"] {
        assert!(impact.contains(&code.to_owned()), "{impact:?}");
    }
    approve(&scene, &id);
    let filed = scene.portfolio(LATER);
    let risks = codes(&filed[0]["services"][0]["risks"]);
    assert!(risks.contains(&"empty-shell-site".to_owned()), "{risks:?}");
    assert!(scene.is_filed(LATER, SHOP));
}

/// CAN-04: what is cancelled may be the last that a provider spoke for.
#[test]
fn cancelling_the_last_accessed_service_leaves_no_provider() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-access example.com --provider tencent");
    let impact = impacts(&scene.order(MONDAY, &id));
    assert!(
        !impact.contains(&"no-provider-left".to_owned()),
        "{impact:?}"
    );
    approve(&scene, &id);
    let id = scene.draft(LATER, "cancel-site example.cn --provider tencent");
    let impact = impacts(&scene.order(LATER, &id));
    assert!(
        impact.contains(&"no-provider-left".to_owned()),
        "{impact:?}"
    );
    scene.run(LATER, &format!("abandon {id} --yes")).exits(0);
    let batch = "ref,kind,target\na,cancel-site,example.cn\n";
    scene.user.write("batch.csv", batch);
    let planned = scene.run(LATER, "batch plan batch.csv --json").exits(0);
    assert!(
        planned.stdout.contains("no-provider-left"),
        "{}",
        planned.stdout
    );
}

/// S1 (empty shell): after that, no provider can cancel the site either.
#[test]
fn a_site_without_access_is_cancelled_in_writing_only() {
    let scene = Scene::one_site(&["tencent"]);
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    approve(&scene, &id);
    let error = scene.fails(LATER, "cancel-site example.cn --provider tencent", 5);
    assert_eq!(error["code"], "refused.empty-shell");
    let id = scene.draft(LATER, "cancel-site example.cn --written");
    assert_eq!(scene.submit(LATER, &id)["status"], "awaiting-bureau-review");
}

/// S1, 7: the provider in use takes such a site in by an access order.
#[test]
fn a_site_without_access_can_be_accessed_anew() {
    let scene = Scene::one_site(&["tencent"]);
    let id = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    approve(&scene, &id);
    let id = scene.draft(LATER, "access example.cn --provider huawei");
    scene.submit(LATER, &id);
    scene.record(LATER, &id, "bureau-approved");
    assert_eq!(providers(&scene.portfolio(LATER)), ["huawei"]);
}

/// S1 (explain): the bureau may order the access ended; no order of ours did it.
#[test]
fn an_access_that_the_bureau_had_ended_is_recorded_as_gone() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    scene.ok(
        MONDAY,
        "gone example.cn --provider tencent --because bureau --yes",
    );
    assert_eq!(providers(&scene.portfolio(MONDAY)), ["huawei"]);
    assert!(scene.is_filed(MONDAY, SHOP));
}

/// S1 (empty shell): only the provider that carries the site can cancel it.
#[test]
fn a_provider_cancels_only_what_it_carries() {
    let scene = Scene::one_site(&["huawei"]);
    let error = scene.fails(MONDAY, "cancel-site example.cn --provider tencent", 5);
    assert_eq!(error["code"], "refused.not-accessed-here");
    assert!(hints_at(&error, "huawei"), "{error}");
}

/// S3: Tencent takes up to ten sites in one access order, Huawei cancels one access at a time.
#[test]
fn an_order_holds_as_many_sites_as_the_provider_takes() {
    let sites: Vec<Value> = (1..=11)
        .map(|n| {
            let domain = format!("example{n}.cn");
            site(&format!("{SUBJECT}-{n}"), &domain, &json!(["huawei"]))
        })
        .collect();
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &sites)]);
    let domains = |count: usize| {
        let names: Vec<String> = (1..=count).map(|n| format!("example{n}.cn")).collect();
        names.join(" ")
    };
    let line = |count| format!("access {} --provider tencent", domains(count));
    scene.draft(MONDAY, &line(10));
    let error = scene.fails(MONDAY, &line(11), 5);
    assert_eq!(error["code"], "refused.order-size");
    let line = format!("cancel-access {} --provider huawei", domains(2));
    assert_eq!(scene.fails(MONDAY, &line, 5)["code"], "refused.order-size");
    scene.draft(MONDAY, "cancel-access example1.cn --provider huawei");
}

/// S1, 7: without accesses at the provider, the subject leaves the account there.
#[test]
fn losing_all_accesses_at_a_provider_the_subject_leaves_the_account() {
    let scene = Scene::at("tencent");
    let one = scene.draft(MONDAY, "cancel-access example.cn --provider tencent");
    let both = scene.draft(
        MONDAY,
        "cancel-access example.cn example.com --provider tencent",
    );
    let leaves = "subject-leaves-account".to_owned();
    assert!(!impacts(&scene.order(MONDAY, &one)).contains(&leaves));
    assert!(impacts(&scene.order(MONDAY, &both)).contains(&leaves));
}

/// A domain is served by a provider as long as another service has it there, as apps do.
#[test]
fn a_domain_that_an_app_keeps_there_stays_reachable() {
    let app = json!({
        "number": "粤ICP备2021000001号-3A", "kind": "app", "name": "示例应用",
        "domains": ["example.cn"], "accesses": ["alibaba"],
    });
    let web = site(SHOP, "example.cn", &json!(["alibaba"]));
    for (services, is_lost) in [(vec![web.clone()], true), (vec![web, app], false)] {
        let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &services)]);
        let id = scene.draft(MONDAY, &format!("cancel-access {SHOP} --provider alibaba"));
        let impact = impacts(&scene.order(MONDAY, &id));
        let code = "domain-unreachable-at-provider".to_owned();
        assert_eq!(impact.contains(&code), is_lost, "{impact:?}");
    }
}

/// What is absent is unknown: one new access tells nothing of those that were there before.
#[test]
fn a_new_access_leaves_the_others_unknown() {
    let mut unknown = site(SHOP, "example.cn", &json!([]));
    unknown.as_object_mut().unwrap().remove("accesses");
    let scene = Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[unknown])]);
    let id = scene.draft(MONDAY, "access example.cn --provider alibaba");
    approve(&scene, &id);
    let filed = scene.portfolio(LATER);
    assert_eq!(providers(&filed), ["alibaba"]);
    scene.ok(LATER, "cancel-site example.cn --provider tencent -n");
    let order = scene.ok(LATER, "cancel-access example.cn --provider alibaba -n");
    let told = impacts(&order);
    for code in [
        "service-loses-last-access",
        "no-provider-left",
        "subject-leaves-account",
    ] {
        assert!(!told.iter().any(|found| found == code), "{told:?}");
    }
}

/// A site at two accounts of one provider.
fn at_two_accounts() -> Scene {
    let accesses = json!([
        { "provider": "tencent", "account": "t-1" },
        { "provider": "tencent", "account": "t-2" },
    ]);
    let sites = [site(SHOP, "example.cn", &accesses)];
    Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &sites)])
}

/// An account that holds no access has none to cancel, at drafting or after an edit.
#[test]
fn an_account_without_an_access_cancels_none() {
    let scene = at_two_accounts();
    let line = "cancel-access example.cn --provider tencent --account";
    let error = scene.fails(MONDAY, &format!("{line} t-3"), 5);
    assert_eq!(error["code"], "refused.not-accessed-here");
    assert!(hints_at(&error, "t-1, t-2"), "{error}");
    let id = scene.draft(MONDAY, &format!("{line} t-2"));
    let error = scene.fails(MONDAY, &format!("edit {id} --set account=t-3"), 5);
    assert_eq!(error["code"], "refused.not-accessed-here");
}

/// Where another account of the provider goes on, the provider still serves the domain; the account
/// that is left is left (ACC-05).
#[test]
fn of_two_accounts_one_can_go() {
    let scene = at_two_accounts();
    let id = scene.draft(
        MONDAY,
        "cancel-access example.cn --provider tencent --account t-2",
    );
    let told = impacts(&scene.order(MONDAY, &id));
    assert!(
        told.contains(&"subject-leaves-account".to_owned()),
        "{told:?}"
    );
    assert!(
        !told.contains(&"domain-unreachable-at-provider".to_owned()),
        "{told:?}"
    );
    approve(&scene, &id);
    let filed = scene.portfolio(LATER);
    assert_eq!(
        filed[0]["services"][0]["accesses"][0]["account"], "t-1",
        "{filed}"
    );
}

/// A domain of two services is told once.
#[test]
fn a_domain_that_two_services_share_is_told_once() {
    let app = format!("{SUBJECT}-2A");
    let filed = json!({ "number": SUBJECT, "services": [
        { "number": SHOP, "domains": ["example.cn"], "accesses": ["tencent"] },
        { "number": app, "domains": ["example.cn"], "accesses": ["tencent"] },
    ] });
    let scene = Scene::holding(&[filed]);
    let line = format!("cancel-access {SHOP} {app} --provider tencent -n");
    let order = scene.ok(MONDAY, &line);
    let impact = order["impact"].as_array().unwrap().iter();
    let of_domains = impact.filter(|one| one["code"].as_str().unwrap().starts_with("domain-"));
    let told: Vec<&Value> = of_domains.map(|one| &one["domains"]).collect();
    assert!(!told.is_empty(), "{order:#}");
    assert!(
        told.iter()
            .all(|domains| **domains == json!(["example.cn"])),
        "{told:?}"
    );
}

/// ACC-01: a value that a filed list does not hold is as much of a change as another name.
#[test]
fn an_access_whose_dossier_adds_to_a_filed_list_differs() {
    let scene = Scene::holding(&[json!({
        "number": SUBJECT,
        "services": [{ "number": SHOP, "languages": ["english", "french"], "accesses": ["tencent"] }],
    })]);
    let found = |lists: &str| {
        let text = format!(
            "kind = \"access\"\nprovider = \"huawei\"\n[[services]]\nnumber = \"{SHOP}\"\n{lists}\n"
        );
        scene.user.write("access.toml", text);
        let output = scene.run(MONDAY, "check access.toml --json").json();
        let findings = output["data"]["findings"].as_array().unwrap().clone();
        let mut of_rule = findings.iter().filter(|f| f["rule"] == "ACC-01");
        of_rule
            .next()
            .map(|f| f["path"].as_str().unwrap().to_owned())
    };
    let path = Some("services.0.languages".to_owned());
    assert_eq!(found("languages = [\"english\", \"spanish\"]"), path);
    assert_eq!(found("languages = [\"english\"]"), None);
    assert_eq!(found("content = [\"blog\"]"), None);
}

/// Targets that are typed narrow a dossier of several services; what is left out of it is told.
#[test]
fn services_of_a_dossier_beside_the_targets_are_told() {
    let scene = Scene::at("huawei");
    for (kind, provider, takes_both) in [
        ("access", "tencent", true),
        ("cancel-site", "huawei", false),
    ] {
        let text = format!(
            "kind = \"{kind}\"\nprovider = \"{provider}\"\n[[services]]\nnumber = \"{SHOP}\"\n[[services]]\nnumber = \"{FORUM}\"\n"
        );
        scene.user.write("two.toml", text);
        let warnings = |line: &str| scene.document(MONDAY, line, 0)["warnings"].to_string();
        if takes_both {
            let both = warnings(&format!("{kind} --from two.toml -n"));
            assert!(!both.contains("services-passed-over"), "{both}");
        }
        let one = warnings(&format!("{kind} {SHOP} --from two.toml -n"));
        assert!(one.contains("services-passed-over"), "{one}");
        assert!(one.contains(FORUM), "{one}");
        // Rows of a batch may share one dossier.
        let rows = format!("ref,kind,target,from\n{kind}-1,{kind},{SHOP},two.toml\n");
        scene.user.write("rows.csv", rows);
        let row = warnings("batch plan rows.csv");
        assert!(!row.contains("services-passed-over"), "{row}");
    }
}

/// ACC-01: what a dossier says otherwise than it is filed is not taken, and said so in the words of
/// `check`.
#[test]
fn what_an_access_does_not_take_from_its_dossier_is_told_when_drafting() {
    let scene = Scene::one_site(&["tencent"]);
    let dossier = |name: &str| {
        let text = format!(
            "kind = \"access\"\nprovider = \"huawei\"\n[[services]]\nnumber = \"{SHOP}\"\nname = \"{name}\"\n"
        );
        scene.user.write("access.toml", text);
    };
    dossier("另一个名称");
    let checked = scene.document(MONDAY, "check access.toml", 3);
    let findings = checked["data"]["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["rule"] == "ACC-01").unwrap();
    let words = found["message"].as_str().unwrap();
    for flags in [" --dry-run", ""] {
        let drafted = scene.document(MONDAY, &format!("access --from access.toml{flags}"), 0);
        let warnings = drafted["warnings"].as_array().unwrap();
        let told = warnings
            .iter()
            .find(|w| w["message"].as_str().unwrap().contains(words));
        let told = told.unwrap_or_else(|| panic!("{words}: {drafted:#}"));
        assert_eq!(told["code"], "differs-from-filed");
        assert_eq!(told["path"], "services.0.name");
        assert!(told["message"].as_str().unwrap().contains("ACC-01"));
    }
    let rows = "ref,kind,from\nr1,access,access.toml\n";
    scene.user.write("batch.csv", rows);
    let checked = scene.document(MONDAY, "batch check batch.csv", 0);
    let findings = checked["data"]["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["rule"] == "ACC-01").unwrap();
    assert_eq!(
        (&found["severity"], &found["line"]),
        (&json!("warning"), &json!(2))
    );
    let applied = scene
        .run(MONDAY, "batch apply batch.csv --dry-run")
        .exits(0);
    assert!(applied.stderr.contains(words), "{applied:?}");
    let zh = scene
        .run(MONDAY, "access --from access.toml --lang zh -n")
        .exits(0);
    assert!(
        zh.stderr.contains("ACC-01") && zh.stderr.contains("services.0.name"),
        "{zh:?}"
    );
    let filed = scene.ok(MONDAY, &format!("portfolio {SHOP}"));
    let name = filed[0]["services"][0]["name"].as_str().unwrap();
    dossier(name);
    let same = scene.document(MONDAY, "access --from access.toml -n", 0);
    let warnings = same["warnings"].as_array().unwrap();
    assert!(warnings.iter().all(|w| w["code"] != "differs-from-filed"));
}

/// A move to another provider: what the old access leaves behind is told as it will be once the new one is
/// approved, which it waits for; where that comes to nothing, as it is.
#[test]
fn an_access_that_goes_after_another_came_is_not_told_to_be_the_last() {
    let scene = Scene::at("tencent");
    let lonely =
        |order: &Value| codes(&order["impact"]).contains(&"service-loses-last-access".to_owned());
    let come = scene.draft(MONDAY, "access example.cn --provider huawei");
    let go = format!("cancel-access example.cn --provider tencent --after {come}");
    let go = scene.ok(MONDAY, &go);
    assert!(!lonely(&go), "{go}");
    let id = go["id"].as_str().unwrap();
    scene.user.write(
        "move.csv",
        "ref,kind,target,provider,after\n\
         a,access,example.com,huawei,\n\
         b,cancel-access,example.com,tencent,ref:a\n",
    );
    let plan = scene.ok(MONDAY, "batch plan move.csv");
    assert_eq!(plan["rows"][1]["action"], "draft");
    assert!(!lonely(&plan["rows"][1]), "{plan}");
    let _ = scene.ok(MONDAY, &format!("abandon {come} --yes"));
    assert!(lonely(&scene.order(MONDAY, id)));
}

/// What must be accepted is what the impact holds: both look past the order that is waited for.
#[test]
fn what_ends_elsewhere_behind_another_order_is_accepted_as_it_is_told() {
    let code = "filed-elsewhere-goes";
    let holds = |impact: &Value| codes(impact).contains(&code.to_owned());
    // (who accesses the site, what comes first, whether the cancellation behind it ends an access elsewhere)
    for (there, first, ends) in [
        (&["tencent", "huawei"][..], "cancel-access", false),
        (&["tencent"][..], "access", true),
    ] {
        let scene = Scene::one_site(there);
        let write = |accept: &str| {
            let rows = format!(
                "ref,kind,target,provider,after,accept\n\
                 a,{first},example.cn,huawei,,\n\
                 b,cancel-site,example.cn,tencent,ref:a,{accept}\n"
            );
            scene.user.write("move.csv", rows);
        };
        write(code);
        let plan = scene.ok(MONDAY, "batch plan move.csv");
        assert_eq!(holds(&plan["rows"][1]["impact"]), ends, "{plan}");
        assert_eq!(holds(&plan["impact"]), ends, "{plan}");
        write("");
        let check = scene.run(MONDAY, "batch check move.csv --json");
        assert_eq!(check.code, if ends { 3 } else { 0 }, "{check:?}");
        // Applied, the row behind fails for want of acceptance, or waits; so does the command itself.
        let apply = scene.run(MONDAY, "batch apply move.csv --submit --yes -n --json");
        assert_eq!(apply.code, if ends { 7 } else { 0 }, "{apply:?}");
        let a = scene.draft(MONDAY, &format!("{first} example.cn --provider huawei"));
        let line = format!("cancel-site example.cn --provider tencent --after {a}");
        let exit = if ends { 2 } else { 5 };
        let error = scene.fails(MONDAY, &format!("{line} --submit --yes"), exit);
        assert_eq!(error["code"] == "usage.accept", ends, "{error}");
        if ends {
            // Without what is waited for, the access at the own provider would be the last.
            let instead = format!("icpctl cancel-access {SHOP} --provider tencent --after {a}");
            assert!(hints_at(&error, &instead), "{error}");
        }
        let b = scene.ok(MONDAY, &line);
        assert_eq!(holds(&b["impact"]), ends, "{b}");
        let submit = format!("submit {} --yes", b["id"].as_str().unwrap());
        let error = scene.fails(MONDAY, &submit, exit);
        assert_eq!(error["code"] == "usage.accept", ends, "{error}");
    }
}
