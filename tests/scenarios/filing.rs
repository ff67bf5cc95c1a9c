//! A filing's way: draft, provider, SMS, bureau; and its ways back.

use super::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, dossier, hints_at, site,
    warned,
};
use serde_json::{Value, json};

const TUESDAY: &str = "2026-11-24 09:00:00";
const WEDNESDAY: &str = "2026-11-25 09:00:00";
const NUMBERS: &str = "--number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1";

fn at_sms(dossier: &str) -> (Scene, String, Value) {
    let scene = Scene::empty();
    scene.user.write("new.toml", dossier);
    let id = scene.draft(MONDAY, "new --from new.toml");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "accepted");
    let order = scene.record(MONDAY, &id, "forwarded");
    let awaiting = order["awaiting"].clone();
    (scene, id, awaiting)
}

/// S3, steps 6 to 8: the provider reviews, passes on, both persons answer, the bureau approves; only
/// then is anything filed.
#[test]
fn a_first_filing_goes_its_whole_way() {
    let (scene, id) = Scene::first_filing("tencent");
    let mut seen = Vec::new();
    seen.push(scene.submit(MONDAY, &id)["status"].clone());
    for event in [
        "accepted",
        "forwarded",
        "sms-verified --who subject",
        "sms-verified --who service",
    ] {
        seen.push(scene.record(MONDAY, &id, event)["status"].clone());
    }
    assert!(!scene.is_filed(TUESDAY, "example.cn"));
    let line = format!("bureau-approved {NUMBERS}");
    seen.push(scene.record(TUESDAY, &id, &line)["status"].clone());
    let expected = [
        "provider-review",
        "awaiting-bureau-submission",
        "sms-verification-pending",
        "sms-verification-pending",
        "awaiting-bureau-review",
        "approved",
    ];
    assert_eq!(seen, expected);
    assert!(scene.is_filed(TUESDAY, "example.cn --provider tencent"));
    assert!(scene.is_filed(TUESDAY, "粤ICP备2026000009号-1"));
}

/// Once approved, a filing belongs to the subject that it brought: it is found by the numbers issued
/// and shows the subject's labels, and what it filed is found by it.
#[test]
fn an_approved_filing_belongs_to_the_subject_that_it_brought() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, &format!("bureau-approved {NUMBERS}"));
    scene.ok(MONDAY, "label 粤ICP备2026000009号 customer=甲");
    assert_eq!(scene.order(MONDAY, &id)["labels"]["customer"], "甲");
    for flags in [
        "",
        "--label customer=甲",
        "--find 粤ICP备2026000009号",
        "--find 粤ICP备2026000009号-1",
        "--find customer=甲",
    ] {
        let list = scene.ok(MONDAY, &format!("list --all {flags}"));
        assert_eq!(list[0]["id"], id, "{flags}");
        assert_eq!(list[0]["labels"]["customer"], "甲", "{flags}");
    }
    let filed = scene.ok(MONDAY, "portfolio --kind new");
    assert_eq!(filed[0]["services"][0]["number"], "粤ICP备2026000009号-1");
    assert_eq!(scene.ok(MONDAY, "portfolio --kind change"), json!([]));
}

/// Whose customer it is was said of a first filing before there was a subject: what comes next puts that
/// on the subject that it brought, so that what it owes is found by it.
#[test]
fn the_labels_of_a_first_filing_are_offered_to_its_subject() {
    let (scene, id) = Scene::first_filing("tencent");
    let _ = scene.ok(MONDAY, &format!("label {id} customer=甲 assignee=乙"));
    scene.submit(MONDAY, &id);
    let order = scene.ok(MONDAY, &format!("record {id} bureau-approved {NUMBERS}"));
    let label = "icpctl label 粤ICP备2026000009号 assignee=乙 customer=甲";
    assert_eq!(order["next"], json!([label]));
    assert_eq!(
        scene.ok(TUESDAY, "duty list --label customer=甲"),
        json!([])
    );
    let _ = scene.ok(TUESDAY, label.strip_prefix("icpctl ").unwrap());
    assert_ne!(
        scene.ok(TUESDAY, "duty list --label customer=甲"),
        json!([])
    );
    // What was said later is of the order alone, and what the subject says of itself stands.
    let next = |scene: &Scene| scene.ok(TUESDAY, &format!("show {id}"))["next"].clone();
    let _ = scene.ok(TUESDAY, &format!("label {id} invoice=paid"));
    assert_eq!(next(&scene), json!([]));
    let _ = scene.ok(TUESDAY, "label 粤ICP备2026000009号 --remove customer");
    assert_eq!(next(&scene), json!([]));
    let _ = scene.ok(TUESDAY, "label 粤ICP备2026000009号 assignee=丙");
    assert_eq!(next(&scene), json!([]));
}

/// A file of reports offers the same as a report does.
#[test]
fn the_labels_of_a_first_filing_are_offered_by_a_file_of_reports_too() {
    let (scene, id) = Scene::first_filing("tencent");
    let _ = scene.ok(MONDAY, &format!("label {id} customer=甲"));
    scene.submit(MONDAY, &id);
    let numbers = NUMBERS.replace("--number ", "").replace(' ', ";");
    let rows = format!("order,event,numbers\n{id},bureau-approved,{numbers}\n");
    scene.user.write("reports.csv", rows);
    let line = "record --from reports.csv";
    let show = format!("show {id}");
    let told = |flags: &str| {
        let output = scene
            .run(MONDAY, &format!("{line} --json {flags}"))
            .exits(0);
        let last = output.stdout.lines().last().unwrap();
        warned(
            &serde_json::from_str(last).unwrap(),
            "labels-of-order-alone",
        )
    };
    assert_eq!(told("-n").len(), 1);
    let words = told("");
    assert!(
        matches!(&words[..], [only] if only.contains(&show)),
        "{words:?}"
    );
    let next = &scene.ok(MONDAY, &show)["next"];
    assert_eq!(
        *next,
        json!(["icpctl label 粤ICP备2026000009号 customer=甲"])
    );
    // What is unchanged is not told again.
    assert!(told("").is_empty());
}

/// S3, step 7: a first filing is answered by the subject's person and each service's.
#[test]
fn a_first_filing_awaits_subject_and_service() {
    let (scene, id, awaiting) = at_sms(&dossier("tencent"));
    let who: Vec<&Value> = awaiting
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["who"])
        .collect();
    assert_eq!(who, ["subject", "service"]);
    let error = scene.fails(MONDAY, &format!("record {id} sms-verified"), 2);
    assert!(error.to_string().contains("subject"), "{error}");
}

/// S3, step 7: persons who share a phone get one SMS, and any of their names takes its answer.
#[test]
fn a_shared_phone_gets_one_sms() {
    let text = dossier("tencent").replace("13800000003", "13800000001");
    for who in ["", "--who subject", "--who service", "--who all"] {
        let (scene, id, awaiting) = at_sms(&text);
        assert_eq!(awaiting.as_array().unwrap().len(), 1);
        let order = scene.record(MONDAY, &id, &format!("sms-verified {who}"));
        assert_eq!(order["status"], "awaiting-bureau-review", "{who}");
    }
}

/// S3, field table: an individual's persons are the subject itself.
#[test]
fn an_individual_is_every_person_of_the_filing() {
    let text = r#"
kind = "new"
provider = "tencent"
[subject]
name = "张三"
nature = "individual"
certificate_type = "resident-id"
certificate_number = "110101199001010015"
[subject.responsible]
phone = "13800000001"
[[services]]
kind = "site"
name = "我的示例博客"
domains = ["example.cn"]
"#;
    let (scene, id, awaiting) = at_sms(text);
    assert_eq!(awaiting.as_array().unwrap().len(), 1);
    assert_eq!(awaiting[0]["who"], "subject");
    for who in ["", " --who subject", " --who service", " --who service:1"] {
        let line = format!("record {id} sms-verified{who} --dry-run");
        let order = scene.ok(MONDAY, &line);
        assert_eq!(order["status"], "awaiting-bureau-review", "{who}");
    }
    let order = scene.record(MONDAY, &id, "sms-verified");
    assert_eq!(order["status"], "awaiting-bureau-review");
}

/// S3: services added to a filed subject are answered by their own persons alone.
#[test]
fn an_added_service_is_answered_by_its_person_alone() {
    let scene = Scene::at("tencent");
    let text = dossier("tencent").replace("example.cn", "example.net");
    scene.user.write("add.toml", text);
    let id = scene.draft(MONDAY, "new --from add.toml");
    scene.submit(MONDAY, &id);
    let order = scene.record(MONDAY, &id, "forwarded");
    assert_eq!(order["target"]["subject"], SUBJECT);
    assert_eq!(order["awaiting"].as_array().unwrap().len(), 1);
    assert_eq!(order["awaiting"][0]["who"], "service");
    scene.record(MONDAY, &id, "sms-verified");
    let number = format!("{SUBJECT}-3");
    scene.record(TUESDAY, &id, &format!("bureau-approved --number {number}"));
    assert!(scene.is_filed(TUESDAY, &number));
    assert!(scene.is_filed(TUESDAY, SHOP));
}

/// S3, step 6 (ORD-04): a domain that is filed already needs an access, not a filing.
#[test]
fn a_filed_domain_is_accessed_not_filed_again() {
    let scene = Scene::one_site(&["huawei"]);
    scene.user.write("new.toml", dossier("tencent"));
    let error = scene.fails(MONDAY, "new --from new.toml", 5);
    assert_eq!(error["rule"], "ORD-04");
    assert!(error.to_string().contains("access"), "{error}");
}

/// S3, requirements for a domain: it must not be filed by someone else.
#[test]
fn a_domain_that_another_subject_filed_is_refused() {
    let scene = Scene::one_site(&["huawei"]);
    let text = dossier("tencent").replace("91110000MA0000000H", "91350100M000100Y43");
    scene.user.write("new.toml", text);
    let error = scene.fails(MONDAY, "new --from new.toml", 5);
    assert_eq!(error["rule"], "DOM-07");
}

/// S2: after 初审驳回 the order is corrected and sent again, as the same order.
#[test]
fn a_rejected_filing_is_corrected_and_sent_again_under_its_id() {
    let (scene, id) = Scene::first_filing("huawei");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected --reason 网站名称不合规");
    let order = scene.order(MONDAY, &id);
    assert_eq!(order["provider_label"], "初审驳回");
    assert_eq!(order["bucket"], "action");
    scene.ok(MONDAY, &format!("edit {id} --set services.0.name=示例书店"));
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["id"], id.as_str());
    assert_eq!(order["status"], "provider-review");
}

/// S3, step 6: calls that nobody answers end in a rejection, which can be told as such.
#[test]
fn missed_calls_reject_the_filing() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    let order = scene.record(MONDAY, &id, "rejected --reason 两次电话未接通");
    assert_eq!(order["status"], "provider-rejected");
    assert_eq!(order["reasons"][0], "两次电话未接通");
}

/// S3, steps 6 to 8: what the bureau rejects is reviewed by the provider again.
#[test]
fn what_the_bureau_rejects_goes_through_review_again() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "bureau-rejected");
    assert_eq!(scene.submit(MONDAY, &id)["status"], "provider-review");
}

/// S2: what the type check settled cannot be edited; it takes another order.
#[test]
fn what_the_type_check_settled_is_frozen() {
    let (scene, id) = Scene::first_filing("huawei");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    for set in [
        "services.0.domains=example.net",
        "subject.certificate_number=91350100M000100Y43",
    ] {
        let error = scene.fails(MONDAY, &format!("edit {id} --set {set}"), 5);
        assert_eq!(error["code"], "refused.field-frozen", "{set}");
        assert_eq!(error["rule"], "ORD-07", "{set}");
    }
}

/// S2: an order under review can be pulled back at Huawei, Alibaba and WeChat; at Tencent one waits
/// for the result.
#[test]
fn withdrawing_follows_the_provider_and_the_status() {
    for (provider, reviewed, queued) in [
        ("tencent", 5, 5),
        ("huawei", 0, 0),
        ("alibaba", 0, 0),
        ("wechat", 0, 5),
        ("generic", 0, 0),
    ] {
        let (scene, id) = Scene::first_filing(provider);
        let line = format!("withdraw {id} --yes --json");
        scene.submit(MONDAY, &id);
        let output = scene.run(MONDAY, &line).exits(reviewed);
        if reviewed == 0 {
            assert_eq!(output.json()["data"]["status"], "draft");
            assert_eq!(output.json()["data"]["id"], id.as_str());
            scene.submit(MONDAY, &id);
        }
        scene.record(MONDAY, &id, "accepted");
        let _ = scene.run(MONDAY, &line).exits(queued);
    }
}

/// S1, 5 and the providers' help: queued for the bureau, an order can be given up at Tencent only.
#[test]
fn abandoning_a_queued_order_is_for_tencent_alone() {
    for (provider, exit) in [("tencent", 0), ("huawei", 5), ("alibaba", 5), ("wechat", 5)] {
        let (scene, id) = Scene::first_filing(provider);
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, "accepted");
        let output = scene.run(MONDAY, &format!("abandon {id} --yes --json"));
        assert_eq!(output.code, exit, "{provider}: {output:?}");
    }
}

/// S0, step 5 for filings too: at the ministry and the bureau nothing is withdrawn or abandoned.
#[test]
fn a_filing_at_the_bureau_is_neither_withdrawn_nor_abandoned_nor_edited() {
    let (scene, id, _) = at_sms(&dossier("huawei"));
    for status in ["sms-verification-pending", "awaiting-bureau-review"] {
        if status == "awaiting-bureau-review" {
            scene.record(MONDAY, &id, "sms-verified --who all");
        }
        assert_eq!(scene.status(MONDAY, &id), status);
        for line in [
            format!("withdraw {id} --yes"),
            format!("abandon {id} --yes"),
            format!("edit {id} --set services.0.name=示例书店"),
        ] {
            let error = scene.fails(MONDAY, &line, 5);
            assert_eq!(error["rule"], "ORD-08", "{line}");
        }
    }
}

/// S3 and the providers' help: 45 days untouched, Tencent's console deletes the order.
#[test]
fn an_idle_order_is_purged_at_tencent_after_45_days() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    assert_eq!(
        scene.status("2027-01-07 09:59:59", &id),
        "provider-rejected"
    );
    let order = scene.order("2027-01-07 10:00:00", &id);
    assert_eq!(order["status"], "purged");
    assert_eq!(order["presumed"], true);
}

/// The same at Huawei, where nothing of the kind is known.
#[test]
fn an_idle_order_is_never_purged_at_huawei() {
    let (scene, id) = Scene::first_filing("huawei");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    assert_eq!(
        scene.status("2027-11-23 10:00:00", &id),
        "provider-rejected"
    );
}

/// A draft lies on the desk: no console knows it, and no clock presumes anything of it.
#[test]
fn a_draft_is_never_purged() {
    let (scene, id) = Scene::first_filing("tencent");
    assert_eq!(scene.status("2027-11-23 10:00:00", &id), "draft");
}

/// A presumed purge blocks nothing: what the stored status allows overturns it.
#[test]
fn touching_an_order_overturns_a_presumed_purge() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    let order = scene.submit("2027-01-08 10:00:00", &id);
    assert_eq!(order["status"], "provider-review");
    assert_eq!(order["presumed"], false);
}

/// S3, step 8: news comes late and out of step; a later stage implies the ones before.
#[test]
fn a_report_may_skip_stages() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    let order = scene.record(MONDAY, &id, "sms-sent");
    assert_eq!(order["status"], "sms-verification-pending");
    let order = scene.record(TUESDAY, &id, &format!("bureau-approved {NUMBERS}"));
    assert_eq!(order["status"], "approved");
    assert!(scene.is_filed(TUESDAY, "example.cn"));
}

/// S3: a filing that the bureau approved in part files what it approved.
#[test]
fn a_service_that_the_bureau_refused_is_left_out() {
    let scene = Scene::empty();
    let more = "\n[[services]]\nkind = \"app\"\nname = \"示例应用\"\n";
    scene.user.write("new.toml", dossier("tencent") + more);
    let id = scene.draft(MONDAY, "new --from new.toml");
    scene.submit(MONDAY, &id);
    let numbers = NUMBERS.replace(" --number ", ";").replace("--number ", "");
    let rows = format!("order,event,numbers\n{id},bureau-approved,{numbers};None\n");
    scene.user.write("reports.csv", rows);
    let line = "record --from reports.csv --dry-run";
    let _ = scene.run(TUESDAY, line).exits(0);
    let line = format!("record {id} bureau-approved {NUMBERS} --number none");
    let output = scene.run(TUESDAY, &line).exits(0);
    assert!(output.stderr.contains("icpctl new"), "{output:?}");
    let filed = scene.portfolio(TUESDAY);
    assert_eq!(filed[0]["services"].as_array().unwrap().len(), 1);
    let shown = scene.run(TUESDAY, &format!("show {id}")).exits(0).stdout;
    for number in NUMBERS.split(' ').filter(|word| !word.starts_with('-')) {
        assert!(shown.contains(number), "{shown}");
    }
    assert!(shown.contains("Refused:  示例应用"), "{shown}");
}

/// S1 (empty shell): eleven provinces let an empty-shell subject add a site; in others it is
/// cancelled first.
#[test]
fn an_empty_shell_takes_new_sites_in_some_provinces_only() {
    for (number, exit) in [("京ICP备2021000001号", 0), ("粤ICP备2021000001号", 5)] {
        let subject = company(number, CERTIFICATES[0], &[]);
        let scene = Scene::holding(&[subject]);
        let text = dossier("tencent").replace("province = \"广东\"\n", "");
        scene.user.write("add.toml", text);
        let output = scene.run(MONDAY, "new --from add.toml --json").exits(exit);
        let document = output.json();
        if exit == 5 {
            assert_eq!(document["error"]["rule"], "PRV-03");
        }
    }
}

/// S3: the domain of a filing under way cannot be filed by another order.
#[test]
fn a_domain_under_way_cannot_be_filed_twice() {
    let (scene, first) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &first);
    let text = dossier("huawei").replace("91110000MA0000000H", "91350100M000100Y43");
    scene.user.write("other.toml", text);
    let other = scene.draft(MONDAY, "new --from other.toml");
    let error = scene.fails(MONDAY, &format!("submit {other} --yes"), 5);
    assert_eq!(error["rule"], "ORD-12");
}

/// S3, step 4: the person's face is verified before the review; it moves nothing.
#[test]
fn a_verified_face_is_kept_and_moves_nothing() {
    let (scene, id) = Scene::first_filing("tencent");
    let order = scene.record(MONDAY, &id, "face-verified --who service");
    assert_eq!(order["status"], "draft");
    let history = order["history"].as_array().unwrap();
    assert_eq!(history.last().unwrap()["event"], "face-verified");
}

/// An adopted contradiction does not slip in: a domain is filed once.
#[test]
fn a_filing_cannot_be_adopted_twice_over() {
    let scene = Scene::one_site(&["tencent"]);
    let other = "粤ICP备2021000002号";
    let taken = site(&format!("{other}-1"), "example.cn", &json!(["huawei"]));
    let filing = company(other, CERTIFICATES[1], &[taken]);
    scene.user.write("more.json", json!([filing]).to_string());
    scene.fails(WEDNESDAY, "adopt --from more.json", 6);
    assert!(!scene.is_filed(WEDNESDAY, other));
}

/// An unknown provider is kept and treated as any.
#[test]
fn an_unknown_provider_is_taken_with_a_warning() {
    let scene = Scene::empty();
    scene.user.write("new.toml", dossier("nimbus"));
    let document = scene.document(MONDAY, "new --from new.toml", 0);
    assert_eq!(document["data"]["provider"], "nimbus");
    assert!(codes(&document["warnings"]).contains(&"unknown-provider".to_owned()));
}

/// ORD-04: a first filing whose subject has been filed since it was drafted adds its services to it.
#[test]
fn a_first_filing_that_was_overtaken_adds_services() {
    let (scene, first) = Scene::first_filing("tencent");
    let dossier = dossier("alibaba").replace("example.cn", "example.com");
    scene.user.write("second.toml", &dossier);
    let line = format!("new --from second.toml --after {first}");
    let second = scene.draft(MONDAY, &line);
    scene.submit(MONDAY, &first);
    let approved = format!("bureau-approved --number {SUBJECT} --number {SHOP}");
    scene.record(MONDAY, &first, &approved);

    let document = scene.document(MONDAY, &format!("submit {second} --yes"), 0);
    assert_eq!(
        codes(&document["warnings"])[0],
        "subject-filed-meanwhile",
        "{document}"
    );
    assert_eq!(document["data"]["target"]["subject"], SUBJECT);
    scene.ok(MONDAY, "undo");
    let drafted = scene.order(MONDAY, &second);
    assert_eq!(drafted["status"], "draft");
    assert_eq!(drafted["target"]["subject"], Value::Null, "{drafted}");
    scene.submit(MONDAY, &second);
    let sent = scene.record(MONDAY, &second, "forwarded");
    let awaiting = sent["awaiting"].as_array().unwrap();
    assert!(
        awaiting.iter().all(|who| who["role"] != "subject"),
        "{sent}"
    );
    scene.record(
        MONDAY,
        &second,
        &format!("bureau-approved --number {FORUM}"),
    );
    assert!(scene.is_filed(MONDAY, FORUM));
    assert_eq!(scene.portfolio(MONDAY).as_array().unwrap().len(), 1);
}

/// The same, where what the draft says of the subject differs from what is filed: that is a change.
#[test]
fn a_first_filing_that_was_overtaken_changes_nothing_of_the_subject() {
    let scene = Scene::empty();
    scene.user.write("new.toml", dossier("tencent"));
    let id = scene.draft(MONDAY, "new --from new.toml");
    let mut filed = company(
        SUBJECT,
        CERTIFICATES[0],
        &[site(FORUM, "example.com", &json!(["tencent"]))],
    );
    filed["name"] = json!("另一名称有限公司");
    scene.user.write("filed.json", json!([filed]).to_string());
    scene.ok(MONDAY, "adopt --from filed.json");
    let checked = scene.document(MONDAY, &format!("check {id}"), 3);
    let mut findings = checked["data"]["findings"].as_array().unwrap().iter();
    assert!(findings.any(|finding| finding["rule"] == "ORD-04"));
    let next = scene.order(MONDAY, &id)["next"].take();
    assert_eq!(next, json!([format!("icpctl check {id}")]));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["rule"], "ORD-04", "{error}");
    let remedy = format!("icpctl edit {id} --set subject={SUBJECT}");
    assert!(hints_at(&error, &remedy), "{error}");
    scene.ok(MONDAY, &format!("edit {id} --set subject={SUBJECT}"));
    scene.submit(MONDAY, &id);
}

/// The same, where it was sent as a first filing before: its type is settled, so it is drafted anew.
#[test]
fn a_first_filing_that_was_sent_stays_one() {
    let (scene, id) = Scene::first_filing("alibaba");
    scene.submit(MONDAY, &id);
    scene.ok(MONDAY, &format!("withdraw {id} --yes"));
    let sites = [site(FORUM, "example.com", &json!(["tencent"]))];
    let filed = company(SUBJECT, CERTIFICATES[0], &sites);
    scene.user.write("filed.json", json!([filed]).to_string());
    scene.ok(MONDAY, "adopt --from filed.json");
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["rule"], "ORD-04", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("icpctl abandon {id}")), "{error}");
}

/// A new filing is of somebody: one that lost its subject cannot be sent.
#[test]
fn a_new_filing_without_its_subject_is_not_sent() {
    let scene = Scene::at("tencent");
    let text = format!(
        "kind = \"new\"\nprovider = \"alibaba\"\nsubject = \"{SUBJECT}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
    );
    scene.user.write("new.toml", text);
    let id = scene.draft(MONDAY, "new --from new.toml");
    scene.ok(MONDAY, &format!("edit {id} --unset subject.number"));
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 5);
    assert_eq!(error["code"], "refused.incomplete", "{error}");
    let next = scene.order(MONDAY, &id)["next"].take();
    assert_eq!(next, json!([format!("icpctl edit {id} --set FIELD=VALUE")]));
}

/// DOM-07: a domain that came to be filed by another subject while the filing was under way is told when
/// it is approved.
#[test]
fn an_approval_of_a_domain_that_another_subject_has_filed_since_warns() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    warns_of_a_domain_filed_twice(&scene, &format!("record {id} bureau-approved {NUMBERS}"));
}

/// So is one that a change takes in, of a service whose domains were unknown.
#[test]
fn an_approved_change_that_takes_in_a_domain_of_another_subject_warns() {
    let scene = Scene::first_filing("tencent").0;
    let bare = json!([{"number": "京ICP备2021000009号", "services": [
        {"number": "京ICP备2021000009号-1", "accesses": ["tencent"]}]}]);
    scene.user.write("bare.json", bare.to_string());
    scene.ok(MONDAY, "adopt --from bare.json");
    let id = scene.draft(
        MONDAY,
        "change 京ICP备2021000009号-1 --set domains=example.cn",
    );
    scene.submit(MONDAY, &id);
    warns_of_a_domain_filed_twice(&scene, &format!("record {id} bureau-approved"));
}

/// Files `example.cn` of another subject, before an approval that files it too.
fn warns_of_a_domain_filed_twice(scene: &Scene, line: &str) {
    let other = company(
        SUBJECT,
        CERTIFICATES[1],
        &[site(SHOP, "example.cn", &json!(["huawei"]))],
    );
    scene.user.write("other.json", json!([other]).to_string());
    scene.ok(MONDAY, "adopt --from other.json");
    let approved = scene.document(TUESDAY, line, 0);
    assert_eq!(codes(&approved["warnings"]), ["domain-filed-twice"]);
    let doctor = scene.document(TUESDAY, "doctor", 3);
    let found = &doctor["data"]["findings"];
    assert_eq!(codes(found), ["domain-filed-twice"]);
    assert_eq!(found[0]["message"], approved["warnings"][0]["message"]);
}
