//! Services added to a filed subject, also by a draft that was to be its first filing: what such an
//! order holds, guides and rests on.

use super::{
    CERTIFICATES, FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, company, dossier, hints_at, site,
};
use serde_json::{Value, json};

/// The same site, whose subject is filed and only named.
fn added(domain: &str) -> String {
    let text = dossier("tencent").replace("example.cn", domain);
    let services = &text[text.find("[[services]]").unwrap()..];
    format!("kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{SUBJECT}\"\n{services}")
}

/// Brings the subject of the dossier in, with a site of its own.
fn adopt_the_subject(scene: &Scene) {
    let sites = [site(FORUM, "example.com", &json!(["tencent"]))];
    let filed = company(SUBJECT, CERTIFICATES[0], &sites);
    scene.user.write("filed.json", json!([filed]).to_string());
    scene.ok(MONDAY, "adopt --from filed.json");
}

/// An order that adds services carries no field of their subject: what is said of it is a change, and
/// is not dropped in silence.
#[test]
fn an_order_that_adds_services_takes_nothing_of_their_subject() {
    let scene = Scene::one_site(&["tencent"]);
    scene.user.write("new.toml", added("example.net"));
    let id = scene.draft(MONDAY, "new --from new.toml");
    for (given, field) in [
        ("--set subject.city=广州市", "city"),
        ("--set subject.name=另一名称有限公司", "name"),
        ("--unset subject.name", "name"),
        (
            "--set subject.responsible.phone=13900000000",
            "responsible.phone",
        ),
    ] {
        let error = scene.fails(MONDAY, &format!("edit {id} {given}"), 5);
        assert_eq!(error["rule"], "ORD-04", "{given}: {error}");
        let change = format!("icpctl change {SUBJECT} --set {field}=VALUE");
        assert!(hints_at(&error, &change), "{given}: {error}");
    }
    for given in [
        "--set subject.name=示例科技有限公司",
        "--unset subject.city",
    ] {
        let same = scene.document(MONDAY, &format!("edit {id} {given}"), 0);
        assert_eq!(same["changed"], false, "{given}: it is filed so");
    }
    assert_eq!(scene.order(MONDAY, &id)["revision"], 1);
}

/// The same, where it is an edit that makes a first filing one that adds services.
#[test]
fn a_first_filing_that_was_overtaken_takes_nothing_of_its_subject() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.ok(MONDAY, &format!("edit {id} --set subject.city=深圳市"));
    adopt_the_subject(&scene);
    let error = scene.fails(MONDAY, &format!("edit {id} --set subject.city=广州市"), 5);
    assert_eq!(error["rule"], "ORD-04", "{error}");
    assert_eq!(scene.order(MONDAY, &id)["revision"], 2);
}

/// A first filing that was overtaken is guided as it will be sent, and says so.
#[test]
fn a_first_filing_that_was_overtaken_is_guided_as_it_is_sent() {
    let (scene, id) = Scene::first_filing("tencent");
    let guide = || scene.document(MONDAY, &format!("guide {id}"), 0);
    let asks_of_subject = |guide: &Value| {
        let steps = guide["data"]["steps"].as_array().unwrap();
        let mut fields = steps.iter().flat_map(|s| s["fields"].as_array().unwrap());
        fields.any(|field| field["path"].as_str().unwrap().starts_with("subject."))
    };
    let first = guide();
    assert!(asks_of_subject(&first), "{first:#}");
    assert_eq!(first["warnings"], json!([]));
    adopt_the_subject(&scene);
    let overtaken = guide();
    assert_eq!(codes(&overtaken["warnings"]), ["subject-filed-meanwhile"]);
    scene.user.write("new.toml", added("example.net"));
    let other = scene.draft(MONDAY, "new --from new.toml");
    let like = scene.ok(MONDAY, &format!("guide {other}"));
    assert_eq!(
        asks_of_subject(&overtaken),
        like["steps"].to_string().contains("\"subject.")
    );
    let steps = |guide: &Value| -> Vec<Value> {
        let steps = guide["steps"].as_array().unwrap().iter();
        steps.map(|step| step["id"].clone()).collect()
    };
    assert_eq!(steps(&overtaken["data"]), steps(&like));
    // It says itself why one cannot be sent that says otherwise.
    assert_eq!(
        overtaken["data"]["next"],
        json!([format!("icpctl submit {id}")])
    );
}

/// "refuses a stale plan (6)": a draft whose subject was brought in meanwhile is sent as something else.
#[test]
fn a_plan_that_sends_a_first_filing_is_stale_once_its_subject_is_brought_in() {
    let scene = Scene::empty();
    scene.user.write("new.toml", dossier("tencent"));
    scene
        .user
        .write("batch.csv", "ref,kind,from\na,new,new.toml\n");
    let _ = scene.run(MONDAY, "batch apply batch.csv").exits(0);
    let plan = scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    assert_eq!(plan["rows"][0]["action"], "send");
    adopt_the_subject(&scene);
    let line = "batch apply plan.json --submit --yes";
    let error = scene.fails(MONDAY, line, 6);
    assert_eq!(error["code"], "conflict.stale-plan", "{error}");
    assert_eq!(scene.status(MONDAY, "ref:a"), "draft");
    scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    let _ = scene.run(MONDAY, line).exits(0);
    assert_eq!(scene.order(MONDAY, "ref:a")["target"]["subject"], SUBJECT);
}

/// "what this plan wrote does not [count]": nor does that a row's approval files the subject of another.
#[test]
fn a_plan_is_not_stale_by_the_subject_that_its_own_row_files() {
    let scene = Scene::empty();
    scene.user.write("one.toml", dossier("tencent"));
    let second = dossier("tencent").replace("example.cn", "example.com");
    scene.user.write("two.toml", second);
    let batch = "ref,kind,from,after\na,new,one.toml,\nb,new,two.toml,ref:a\n";
    scene.user.write("batch.csv", batch);
    scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    let line = "batch apply plan.json --submit --yes";
    let _ = scene.run(MONDAY, line).exits(0);
    let approved = format!("bureau-approved --number {SUBJECT} --number {SHOP}");
    scene.record(MONDAY, "ref:a", &approved);
    let _ = scene.run(MONDAY, line).exits(0);
    assert_eq!(scene.status(MONDAY, "ref:b"), "provider-review");
}
