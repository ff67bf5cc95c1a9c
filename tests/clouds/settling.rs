//! `sync`: orders settled by what an account shows, and by nothing less.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY};
use super::shapes;
use crate::support::Icpctl;
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A user whose portfolio is one subject with three services, all accessed at Alibaba Cloud, and the
/// account there.
struct World {
    user: Icpctl,
    shown: Arc<Mutex<Vec<Value>>>,
    web: Web,
}

const SUBJECT: &str = "粤ICP备2021000001号";

impl World {
    fn new() -> Self {
        let shown = Arc::new(Mutex::new(shapes::agency()));
        let answers = Arc::clone(&shown);
        let web = double::alibaba(move |_| shapes::filings(&answers.lock().unwrap()));
        let user = Icpctl::new()
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY);
        user.write(
            "config/icpctl/config.toml",
            double::config(None, Some(&web)),
        );
        user.run(["init"]).exits(0);
        user.run(["adopt", "--source", "alibaba", "--yes"]).exits(0);
        Self { user, shown, web }
    }

    /// Changes what the account shows.
    fn show(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.shown.lock().unwrap()[0]);
    }

    fn draft(&self, line: &str) -> String {
        let output = self.user.run(line.split(' ')).exits(0);
        output.stdout.trim().to_owned()
    }

    /// Runs `sync` on an order; returns the document and its only row.
    fn sync(&self, order: &str) -> (Value, Value) {
        let document = self.user.run(["sync", order, "--json"]).exits(0).json();
        (document.clone(), document["data"][0].clone())
    }

    fn status(&self, order: &str) -> Value {
        let document = self.user.run(["show", order, "--json"]).exits(0).json();
        document["data"].clone()
    }
}

/// The names of what was wrong, by their codes.
fn codes(document: &Value) -> Vec<&str> {
    let all = document["warnings"].as_array().unwrap();
    all.iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn a_cancelled_site_is_settled_once_the_account_shows_the_others_without_it() {
    let world = World::new();
    let order = world.draft("cancel-site docs.example.com --provider alibaba --submit --yes");
    let (_, row) = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("not-yet"))
    );
    assert_ne!(world.status(&order)["bucket"], "approved");

    world.show(|subject| drop(subject["WebsiteList"].as_array_mut().unwrap().pop()));
    let dry = world
        .user
        .run(["sync", &order, "--json", "-n"])
        .exits(0)
        .json();
    assert_eq!(
        (&dry["changed"], &dry["data"][0]["outcome"]),
        (&json!(true), &json!("settled"))
    );
    assert_ne!(world.status(&order)["bucket"], "approved");

    let (document, row) = world.sync(&order);
    assert_eq!(document["changed"], true);
    assert_eq!(
        (&row["outcome"], &row["event"]),
        (&json!("settled"), &json!("bureau-approved"))
    );
    assert_eq!(
        (&row["status"], &row["sources"][0]["source"]),
        (&json!("approved"), &json!("alibaba"))
    );
    let shown = world.status(&order);
    let last = shown["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["by"], &last["event"]),
        (&json!("driver"), &json!("bureau-approved"))
    );
    let reason = last["reason"].as_str().unwrap();
    assert!(
        reason.contains("Alibaba Cloud") && reason.contains("2026-11-22"),
        "{reason}"
    );
    world.user.run(["portfolio", "docs.example.com"]).exits(4);
    // What has ended is not asked about again.
    let asked = world.web.asked().len();
    assert_eq!(world.sync(&order).1["outcome"], "not-asked");
    assert_eq!(world.web.asked().len(), asked);
}

#[test]
fn an_account_that_does_not_show_the_subject_settles_nothing() {
    let world = World::new();
    let order = world.draft("cancel-site docs.example.com --provider alibaba --submit --yes");
    world.shown.lock().unwrap().clear();
    let (_, row) = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("silent"))
    );
    let reason = row["sources"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("another account"), "{reason}");
}

#[test]
fn a_subject_in_another_shape_settles_nothing_of_its_own_and_hinders_no_other() {
    let world = World::new();
    let order = world.draft("cancel-site docs.example.com --provider alibaba --submit --yes");
    world.show(|subject| drop(subject["WebsiteList"].as_array_mut().unwrap().pop()));
    let whole = world.shown.lock().unwrap()[0]["AppList"].clone();
    world.show(|subject| subject["AppList"] = json!({"App": []}));
    let output = world.user.run(["sync", &order, "--json"]).exits(11);
    let error = &output.json()["error"];
    assert_eq!(error["code"], "unavailable.unexpected-shape");
    assert!(
        error["message"].as_str().unwrap().contains(SUBJECT),
        "{error}"
    );
    assert_ne!(world.status(&order)["bucket"], "approved");

    world.show(|subject| subject["AppList"] = whole);
    let other = json!({"IcpNumber": "津ICP备2021000009号", "WebsiteList": "?"});
    world.shown.lock().unwrap().push(other);
    assert_eq!(world.sync(&order).1["outcome"], "settled");
}

#[test]
fn a_new_service_is_settled_with_the_number_that_the_account_shows() {
    let world = World::new();
    world.user.write(
        "new.toml",
        shapes::new_services(&[
            ("site", "示例新站", "fresh.example.cn"),
            ("app", "示例新应用", ""),
        ]),
    );
    let order = world.draft("new --from new.toml --submit --yes");
    assert_eq!(world.sync(&order).1["sources"][0]["says"], "not-yet");
    let site = |number: &str| json!({"SiteName": "示例新站", "SiteRecordNum": number, "DomainList": ["fresh.example.cn"]});
    // One of two: the report is proposed, not made.
    world.show(|subject| {
        let sites = subject["WebsiteList"].as_array_mut().unwrap();
        sites.push(site("粤ICP备2021000001号-4"));
    });
    let (_, row) = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("unclear"))
    );
    let proposed = row["next"][0].as_str().unwrap();
    let expected = format!(
        "icpctl record {order} bureau-approved --number 粤ICP备2021000001号-4 --number none"
    );
    assert_eq!(proposed, expected);
    assert_ne!(world.status(&order)["bucket"], "approved");

    world.show(|subject| {
        let apps = subject["AppList"].as_array_mut().unwrap();
        apps.push(json!({"AppName": "示例新应用", "AppRecordNum": "粤ICP备2021000001号-5A", "DomainList": []}));
    });
    let (_, row) = world.sync(&order);
    assert_eq!(row["outcome"], "settled");
    let numbers = json!(["粤ICP备2021000001号-4", "粤ICP备2021000001号-5A"]);
    assert_eq!(row["sources"][0]["numbers"], numbers);
    let portfolio = world
        .user
        .run(["portfolio", "fresh.example.cn", "--json"])
        .exits(0)
        .json();
    let services = portfolio["data"][0]["services"].as_array().unwrap();
    assert!(
        services
            .iter()
            .any(|s| s["number"] == "粤ICP备2021000001号-4"),
        "{portfolio}"
    );
}

#[test]
fn a_domain_under_another_subject_is_told_and_settles_nothing() {
    let world = World::new();
    world.user.write(
        "new.toml",
        shapes::new_services(&[("site", "示例新站", "fresh.example.cn")]),
    );
    let order = world.draft("new --from new.toml --submit --yes");
    world.shown.lock().unwrap().push(json!({
        "IcpNumber": "京ICP备2021000002号", "OrganizersName": "另一示例有限公司",
        "WebsiteList": [{"SiteName": "别站", "SiteRecordNum": "京ICP备2021000002号-1", "DomainList": ["fresh.example.cn"]}],
    }));
    let (_, row) = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("unclear"))
    );
    let reason = row["sources"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("京ICP备2021000002号"), "{reason}");
}

#[test]
fn a_change_is_settled_where_every_field_of_it_is_shown() {
    let world = World::new();
    let order = world
        .draft("change docs.example.com --provider alibaba --set name=示例知识库 --submit --yes");
    assert_eq!(world.sync(&order).1["sources"][0]["says"], "not-yet");
    world.show(|subject| subject["WebsiteList"][1]["SiteName"] = json!("第三个名称"));
    assert_eq!(world.sync(&order).1["sources"][0]["says"], "unclear");
    world.show(|subject| subject["WebsiteList"][1]["SiteName"] = json!("示例知识库"));
    assert_eq!(world.sync(&order).1["outcome"], "settled");

    let order =
        world.draft("change docs.example.com --provider alibaba --set remark=新 --submit --yes");
    assert_eq!(world.sync(&order).1["sources"][0]["says"], "silent");
}

#[test]
fn what_does_not_fit_is_kept_as_an_anomaly_once() {
    let world = World::new();
    let order = world.draft("cancel-site docs.example.com --provider alibaba --submit --yes");
    world
        .user
        .run([
            "record",
            &order,
            "bureau-rejected",
            "--reason",
            "材料不清晰",
        ])
        .exits(0);
    world.show(|subject| drop(subject["WebsiteList"].as_array_mut().unwrap().pop()));
    let (document, row) = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["status"]),
        (&json!("anomaly"), &json!("bureau-rejected"))
    );
    assert_eq!(
        (codes(&document), &document["changed"]),
        (vec!["anomaly"], &json!(true))
    );
    let history = world.status(&order)["history"].clone();
    let last = history.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["anomaly"], &last["by"]),
        (&json!(true), &json!("driver"))
    );
    let (document, _) = world.sync(&order);
    assert_eq!(
        (codes(&document), &document["changed"]),
        (vec!["anomaly"], &json!(false))
    );
    assert_eq!(world.status(&order)["history"], history);
}

#[test]
fn an_order_elsewhere_and_a_draft_are_not_asked_about() {
    let world = World::new();
    let draft = world.draft("cancel-site docs.example.com --provider alibaba");
    let asked = world.web.asked().len();
    assert_eq!(world.sync(&draft).1["outcome"], "not-asked");
    let access = world.draft("access docs.example.com --provider huawei --submit --yes");
    assert_eq!(world.sync(&access).1["outcome"], "not-asked");
    assert_eq!(world.web.asked().len(), asked);
}

#[test]
fn no_answer_is_no_verdict_and_the_answer_was_the_point() {
    let world = World::new();
    let order = world.draft("cancel-site docs.example.com --provider alibaba --submit --yes");
    let before = world.status(&order);
    let dead = world
        .user
        .run(["sync", "--json", "--offline"])
        .exits(11)
        .json();
    assert_eq!(dead["data"][0]["outcome"], "unknown");
    assert_eq!(
        (
            &dead["data"][0]["sources"][0]["code"],
            &dead["error"]["retryable"]
        ),
        (&json!("offline"), &json!(false))
    );
    assert_eq!(codes(&dead), ["source-unavailable"]);
    let wrong = [("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARYwrong")];
    let denied = world.user.run_with(&wrong, ["sync", &order, "--json"]);
    assert!(!denied.stdout.contains("CANARY"), "{}", denied.stdout);
    assert_eq!(
        denied.exits(12).json()["data"][0]["sources"][0]["says"],
        "unknown"
    );
    let failing = double::alibaba(|_| {
        Answer::json(
            json!({"Success": false, "ErrorCode": "X", "ErrorMessage": "later"}).to_string(),
        )
    });
    world.user.write(
        "config/icpctl/config.toml",
        double::config(None, Some(&failing)),
    );
    let failed = world.user.run(["sync", &order, "--json"]).exits(11).json();
    assert_eq!(failed["data"][0]["outcome"], "unknown");
    assert_eq!(world.status(&order), before);
    // Without a key there is nobody to ask, and that is no failure.
    let none = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "")];
    let output = world
        .user
        .run_with(&none, ["sync", &order, "--json"])
        .exits(0);
    assert_eq!(output.json()["data"][0]["outcome"], "not-asked");
}
