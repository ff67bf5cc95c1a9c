//! `sync` and `adopt --source record:…` against an endpoint of the public record.

use super::double;
use crate::support::Icpctl;
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A public record whose entries a test changes; it finds what contains the query, as such services do.
struct Record {
    user: Icpctl,
    entries: Arc<Mutex<Vec<Value>>>,
    fails: Arc<Mutex<bool>>,
    _web: Web,
}

fn entry(service: &str, domain: &str, updated: &str) -> Value {
    let subject = service.rsplit_once('-').unwrap().0;
    json!({
        "domain": domain, "serviceLicence": service, "mainLicence": subject, "natureName": "企业",
        "unitName": "示例科技有限公司", "updateRecordTime": format!("{updated} 10:00:00"),
    })
}

impl Record {
    fn new() -> Self {
        let entries = Arc::new(Mutex::new(vec![
            entry("京ICP备2021000001号-1", "shop.example.cn", "2021-03-01"),
            entry("京ICP备2021000001号-2", "docs.example.com", "2021-03-01"),
        ]));
        let fails = Arc::new(Mutex::new(false));
        let (shown, broken) = (Arc::clone(&entries), Arc::clone(&fails));
        let web = Web::http(move |asked| {
            if *broken.lock().unwrap() {
                return Answer::json(r#"{"code":122,"message":"查询失败","error":"blocked"}"#);
            }
            let url = url::Url::parse(&format!("http://x{}", asked.path)).unwrap();
            let (_, search) = url
                .query_pairs()
                .find(|(name, _)| name == "search")
                .unwrap();
            let is_web = url.path() == "/query/web";
            let found: Vec<Value> = shown
                .lock()
                .unwrap()
                .iter()
                .filter(|entry| is_web && entry.to_string().contains(&*search))
                .cloned()
                .collect();
            let total = found.len();
            let body =
                json!({"code": 200, "success": true, "params": {"list": found, "total": total}});
            Answer::json(body.to_string())
        });
        let user = Icpctl::new();
        let config = double::alone(None, None);
        let url = web.url("/query/{kind}?search={query}");
        user.write(
            "config/icpctl/config.toml",
            format!("{config}[record]\nurl = \"{url}\"\n"),
        );
        user.run(["init"]).exits(0);
        Self {
            user,
            entries,
            fails,
            _web: web,
        }
    }

    fn adopted() -> Self {
        let world = Self::new();
        let adopt = [
            "adopt",
            "--source",
            "record:示例科技有限公司",
            "--yes",
            "--json",
        ];
        let document = world.user.run(adopt).exits(0).json();
        assert_eq!(document["data"]["services"], 2);
        world
    }

    fn draft(&self, line: &str) -> String {
        let output = self.user.run(line.split(' ')).exits(0);
        output.stdout.trim().to_owned()
    }

    fn sync(&self, order: &str) -> Value {
        let document = self.user.run(["sync", order, "--json"]).exits(0).json();
        document["data"][0].clone()
    }
}

#[test]
fn the_record_becomes_the_portfolio_without_accesses() {
    let world = Record::new();
    let adopt = ["adopt", "--source", "record:示例科技有限公司", "--json"];
    world.user.run(adopt).exits(2);
    let world = Record::adopted();
    let portfolio = world.user.run(["portfolio", "--json"]).exits(0).json();
    let services = portfolio["data"][0]["services"].as_array().unwrap();
    assert_eq!(services[0]["domains"], json!(["shop.example.cn"]));
    assert_eq!(services[0]["accesses"], json!([]));
    assert_eq!(portfolio["data"][0]["name"], "示例科技有限公司");
    *world.fails.lock().unwrap() = true;
    assert_eq!(world.user.run(adopt).code, 11);
    world.user.run(["adopt", "--source", "record:"]).exits(2);
}

#[test]
fn a_cancelled_site_is_settled_once_the_record_has_neither_number_nor_domain() {
    let world = Record::adopted();
    let order = world.draft("cancel-site docs.example.com --provider tencent --submit --yes");
    let row = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("not-yet"))
    );
    // A record that fails says nothing of what is gone.
    *world.fails.lock().unwrap() = true;
    let failed = world.user.run(["sync", &order, "--json"]).exits(11).json();
    assert_eq!(failed["data"][0]["outcome"], "unknown");
    *world.fails.lock().unwrap() = false;
    world.entries.lock().unwrap().pop();
    let row = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["source"]),
        (&json!("settled"), &json!("public-record"))
    );
    let shown = world.user.run(["show", &order, "--json"]).exits(0).json();
    let last = shown["data"]["history"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["by"], "driver");
    assert!(
        last["reason"].as_str().unwrap().contains("public record"),
        "{last}"
    );
}

#[test]
fn a_new_site_is_settled_on_the_day_that_the_record_names_and_never_by_an_older_one() {
    let world = Record::adopted();
    world.user.write(
        "new.toml",
        "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"京ICP备2021000001号\"\n\
         [[services]]\nkind = \"site\"\nname = \"示例新站\"\ndomains = [\"fresh.example.cn\"]\n",
    );
    let earlier = [("ICPCTL_NOW", "2026-11-01T10:00:00+08:00")];
    let drafted = world
        .user
        .run_with(&earlier, ["new", "--from", "new.toml", "--submit", "--yes"])
        .exits(0);
    let order = drafted.stdout.trim().to_owned();
    let number = "京ICP备2021000001号-3";
    world
        .entries
        .lock()
        .unwrap()
        .push(entry(number, "fresh.example.cn", "2026-10-30"));
    assert_eq!(world.sync(&order)["sources"][0]["says"], "unclear");
    *world.entries.lock().unwrap().last_mut().unwrap() =
        entry(number, "fresh.example.cn", "2026-11-20");
    let row = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["on"]),
        (&json!("settled"), &json!("2026-11-20"))
    );
    let shown = world.user.run(["show", &order, "--json"]).exits(0).json();
    assert_eq!(shown["data"]["ended_at"], "2026-11-20T00:00:00+08:00");
}

#[test]
fn an_access_is_not_in_the_record_and_a_subject_is_gone_with_all_under_its_number() {
    let world = Record::adopted();
    let order = world.draft("access docs.example.com --provider huawei --submit --yes");
    assert_eq!(world.sync(&order)["sources"][0]["says"], "silent");

    let world = Record::adopted();
    let number = "京ICP备2021000001号";
    let order = world.draft(&format!(
        "cancel-subject {number} --provider tencent --submit --yes --confirm {number}"
    ));
    let another = entry("京ICP备2021000001号-7", "unknown.example.cn", "2021-03-01");
    *world.entries.lock().unwrap() = vec![another];
    let row = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("open"), &json!("not-yet"))
    );
    world.entries.lock().unwrap().clear();
    let row = world.sync(&order);
    assert_eq!(
        (&row["outcome"], &row["sources"][0]["says"]),
        (&json!("settled"), &json!("approved"))
    );
}
