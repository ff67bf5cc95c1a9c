//! Changing what is filed.

use super::{CERTIFICATES, MONDAY, SHOP, SUBJECT, Scene, company, hints_at};
use serde_json::{Value, json};

const LATER: &str = "2026-11-25 10:00:00";

fn two_domains() -> Scene {
    let service = json!({
        "number": SHOP, "kind": "site", "name": "示例网站",
        "domains": ["example.cn", "example.com"], "accesses": ["huawei"],
        "responsible": { "name": "李四", "phone": "13800000003" },
    });
    Scene::holding(&[company(SUBJECT, CERTIFICATES[0], &[service])])
}

fn domains(filed: &Value) -> Value {
    filed[0]["services"][0]["domains"].clone()
}

/// S2: a site's data are changed by a change order, which leaves the rest and the number alone.
#[test]
fn a_change_alters_the_field_and_nothing_else() {
    let scene = Scene::at("huawei");
    let id = scene.draft(MONDAY, "change example.cn --set name=示例商城");
    let order = scene.order(MONDAY, &id);
    let changes = json!([{ "field": "name", "from": "示例网站", "to": "示例商城" }]);
    assert_eq!(order["changes"][0]["field"], changes[0]["field"]);
    assert_eq!(order["changes"][0]["from"], changes[0]["from"]);
    assert_eq!(order["changes"][0]["to"], changes[0]["to"]);
    let before = scene.portfolio(MONDAY);
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "forwarded");
    assert!(scene.is_filed(MONDAY, "example.cn --provider huawei"));
    scene.record(LATER, &id, "bureau-approved");
    let after = scene.portfolio(LATER);
    assert_eq!(after[0]["services"][0]["name"], "示例商城");
    assert_eq!(after[0]["services"][0]["number"], SHOP);
    assert_eq!(after[0]["services"][1], before[0]["services"][1]);
}

/// S2: the person whose data change answers the SMS.
#[test]
fn a_change_is_verified_by_whom_it_concerns() {
    for (target, who, field) in [
        ("example.cn", "service", "name"),
        (SUBJECT, "subject", "mailing_address"),
    ] {
        let scene = Scene::at("huawei");
        let line = format!("change {target} --set {field}=示例路2号");
        let id = scene.draft(MONDAY, &line);
        scene.submit(MONDAY, &id);
        let order = scene.record(MONDAY, &id, "forwarded");
        let awaiting = order["awaiting"].as_array().unwrap();
        assert_eq!(awaiting.len(), 1, "{target}");
        assert_eq!(awaiting[0]["who"], who);
    }
}

/// What a dossier changes of a service concerns that service, whatever the target is.
#[test]
fn a_dossier_for_a_subject_may_change_its_services() {
    let dossier = format!(
        "kind = \"change\"\nprovider = \"huawei\"\ntarget = \"{SUBJECT}\"\n\
         [[services]]\nnumber = \"{SHOP}\"\nname = \"示例商城\"\n"
    );
    let both = dossier.replace(
        "[[services]]",
        "[subject]\nmailing_address = \"示例路2号\"\n[[services]]",
    );
    for (text, expected) in [
        (&dossier, &["service"][..]),
        (&both, &["subject", "service"]),
    ] {
        let scene = Scene::at("huawei");
        scene.user.write("change.toml", text);
        let id = scene.draft(MONDAY, "change --from change.toml");
        assert_eq!(scene.order(MONDAY, &id)["target"]["service"], SHOP);
        scene.submit(MONDAY, &id);
        let order = scene.record(MONDAY, &id, "forwarded");
        let awaiting = order["awaiting"].as_array().unwrap();
        let who: Vec<&str> = awaiting
            .iter()
            .map(|a| a["who"].as_str().unwrap())
            .collect();
        assert_eq!(who, expected);
    }
    let scene = Scene::at("huawei");
    scene
        .user
        .write("none.toml", dossier.replace(SHOP, "京ICP备2021000001号-9"));
    assert_eq!(
        scene.fails(MONDAY, "change --from none.toml", 4)["code"],
        "not-found.target"
    );
    let unnamed: String = dossier
        .split_inclusive('\n')
        .filter(|l| !l.starts_with("number"))
        .collect();
    scene.user.write("unnamed.toml", unnamed);
    assert_eq!(
        scene.fails(MONDAY, "change --from unnamed.toml", 3)["code"],
        "invalid.dossier"
    );
}

/// S2: domains can only be taken away; a new domain is a new filing.
#[test]
fn domains_can_be_removed_and_never_added() {
    let scene = two_domains();
    let line = "change example.cn --add domains=example.net";
    scene.fails(MONDAY, line, 5);
    let line = format!("change {SHOP} --add domains=example.net");
    let error = scene.fails(MONDAY, &line, 5);
    assert_eq!(error["rule"], "CHG-02");
    let id = scene.draft(
        MONDAY,
        &format!("change {SHOP} --unset domains=example.com"),
    );
    scene.submit(MONDAY, &id);
    scene.record(LATER, &id, "bureau-approved");
    assert_eq!(domains(&scene.portfolio(LATER)), json!(["example.cn"]));
    assert!(!scene.is_filed(LATER, "example.com"));
    let error = scene.fails(LATER, "portfolio example.com", 4).to_string();
    let taken = format!("taken from {SHOP} on 2026-11-25");
    assert!(error.contains(&taken), "{error}");
}

/// S2 (cancelling a site): one of several domains is no site; it is taken off by a change.
#[test]
fn one_of_several_domains_cannot_be_cancelled() {
    let scene = two_domains();
    let error = scene.fails(MONDAY, "cancel-site example.com", 5);
    assert_eq!(error["code"], "refused.domain-not-whole");
    assert!(hints_at(&error, "--unset domains=example.com"), "{error}");
    assert!(hints_at(&error, SHOP), "{error}");
    scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
}

/// S2: the province cannot be changed: cancel and file again.
#[test]
fn the_province_cannot_be_changed() {
    let scene = Scene::at("huawei");
    let line = format!("change {SUBJECT} --set province=北京");
    let error = scene.fails(MONDAY, &line, 5);
    assert_eq!(error["code"], "refused.field-frozen");
}

/// S2: a rejected change leaves what is filed.
#[test]
fn a_rejected_change_leaves_what_is_filed() {
    let scene = Scene::at("huawei");
    let before = scene.portfolio(LATER);
    let id = scene.draft(MONDAY, "change example.cn --set name=示例商城");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "bureau-rejected");
    scene.ok(MONDAY, &format!("abandon {id} --yes"));
    assert_eq!(scene.portfolio(LATER), before);
}

/// What a change adds to a list or takes from it is asked of the list that is filed when it is sent:
/// what another order or an adoption brought meanwhile stays as it is.
#[test]
fn a_change_that_waited_takes_what_was_asked_and_nothing_else() {
    let filed = json!({ "number": SUBJECT, "services": [{
        "number": SHOP, "name": "示例商城", "accesses": ["tencent"],
        "domains": ["a.example.cn", "b.example.cn", "c.example.cn"],
        "content": ["organisation-site"],
    }] });
    let scene = Scene::holding(&[filed]);
    let change = |what: &str| scene.draft(MONDAY, &format!("change {SHOP} {what}"));
    let approve = |id: &str| {
        scene.submit(MONDAY, id);
        scene.record(MONDAY, id, "sms-verified --who all");
        scene.record(MONDAY, id, "bureau-approved");
    };
    let first = change("--unset domains=a.example.cn --add content=shopping");
    let second = change("--unset domains=b.example.cn --add content=pictures");
    let named = change("--set name=新名称");
    approve(&first);
    let waiting = scene.order(MONDAY, &second);
    let of = |order: &Value, field: &str, key: &str| {
        let mut changes = order["changes"].as_array().unwrap().iter();
        let change = changes.find(|change| change["field"] == field).unwrap();
        change[key].clone()
    };
    let left = json!(["b.example.cn", "c.example.cn"]);
    assert_eq!(of(&waiting, "domains", "from"), left, "{waiting}");
    assert_eq!(of(&waiting, "domains", "to"), json!(["c.example.cn"]));
    let kept = "export --format jsonl --reveal --out all.jsonl";
    scene.run(MONDAY, kept).exits(0);
    let again = scene.document(MONDAY, "import all.jsonl", 0);
    assert_eq!(again["changed"], false, "{again}");
    let checked = scene.document(MONDAY, &format!("check {second}"), 0);
    let mut findings = checked["data"]["findings"].as_array().unwrap().iter();
    assert!(findings.all(|finding| finding["severity"] != "error"));
    scene.user.write(
        "more.json",
        json!([{ "number": SUBJECT, "services": [
            { "number": SHOP, "domains": ["z.example.cn"] },
        ] }])
        .to_string(),
    );
    scene.ok(MONDAY, "adopt --from more.json");
    approve(&second);
    approve(&named);
    let service = scene.portfolio(MONDAY)[0]["services"][0].take();
    assert_eq!(service["domains"], json!(["c.example.cn", "z.example.cn"]));
    assert_eq!(service["name"], "新名称");
    let filed = scene.ok(MONDAY, &format!("show {second}"));
    let content = json!(["organisation-site", "shopping", "pictures"]);
    assert_eq!(of(&filed, "content", "to"), content);
}

/// A change that another order has done already changes nothing: it is not sent.
#[test]
fn a_change_that_was_done_meanwhile_is_not_sent() {
    for what in ["--unset domains=example.com", "--set name=新名称"] {
        let scene = two_domains();
        let line = format!("change {SHOP} {what}");
        let [first, second] = [(); 2].map(|()| scene.draft(MONDAY, &line));
        scene.submit(MONDAY, &first);
        scene.record(MONDAY, &first, "sms-verified --who all");
        scene.record(MONDAY, &first, "bureau-approved");
        let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 5);
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("changes nothing"),
            "{error}"
        );
        let next = scene.order(MONDAY, &second)["next"].take();
        assert_ne!(next, json!([format!("icpctl submit {second}")]), "{what}");
    }
}

/// Lists are sets: to take a value away and add it again changes nothing.
#[test]
fn an_order_of_values_is_no_change() {
    let scene = two_domains();
    let line =
        format!("change {SHOP} --unset domains=example.cn --add domains=example.cn --dry-run");
    scene.fails(MONDAY, &line, 2);
}

/// A domain names the open orders about its service, also those from before the service had it.
#[test]
fn a_domain_names_the_orders_about_its_service() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let more = json!([{ "number": SUBJECT, "services": [{ "number": SHOP, "domains": ["example.org"] }] }]);
    scene.user.write("more.json", more.to_string());
    scene.ok(MONDAY, "adopt --from more.json");
    for domain in ["example.cn", "example.org"] {
        assert_eq!(scene.order(MONDAY, domain)["id"], id, "{domain}");
        let found = scene.ok(MONDAY, &format!("list --find {domain}"));
        assert_eq!(found[0]["id"], id, "{domain}");
    }
    scene.draft(MONDAY, &format!("cancel-access {SHOP} --provider tencent"));
    let error = scene.fails(MONDAY, "show example.org", 4);
    assert!(error["message"].to_string().contains(&id), "{error}");
}
