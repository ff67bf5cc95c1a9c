//! `sync` between an account and the public record: settled where they agree, shown where they do
//! not, for every kind of order.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY};
use super::shapes;
use crate::support::Icpctl;
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const SUBJECT: &str = "粤ICP备2021000001号";
const SHOP: &str = "粤ICP备2021000001号-1";
pub(super) const DOCS: &str = "粤ICP备2021000001号-2";
const APP: &str = "粤ICP备2021000001号-3A";

/// One entry of the public record: its domain or name, its number, its subject's name.
type Entry = (String, String, String);

/// A subject with three services at Alibaba Cloud, the account there, and the public record.
pub(super) struct World {
    pub(super) user: Icpctl,
    account: Arc<Mutex<Vec<Value>>>,
    record: Arc<Mutex<Vec<Entry>>>,
    config: String,
    _web: Web,
    _recorder: Web,
}

fn entry(domain: &str, number: &str) -> Entry {
    let name = "广州示例商贸有限公司".to_owned();
    (domain.to_owned(), number.to_owned(), name)
}

/// Returns the kind of service, and the word that is looked for.
fn asked(path: &str) -> (String, String) {
    let url = url::Url::parse(&format!("http://127.0.0.1{path}")).unwrap();
    let kind = url.path().rsplit('/').next().unwrap().to_owned();
    let mut pairs = url.query_pairs();
    let (_, wanted) = pairs.find(|(name, _)| name == "search").unwrap();
    (kind, wanted.into_owned())
}

fn blocked() -> Answer {
    Answer::json(r#"{"code":500,"message":"blocked"}"#)
}

/// Answers as the open services do: for a domain, a number or a name, by the kind of service.
fn look_up(path: &str, all: &[Entry]) -> Answer {
    let (kind, wanted) = asked(path);
    let is_app = |number: &str| number.ends_with('A');
    let list: Vec<Value> = all
        .iter()
        .filter(|(_, number, _)| (kind == "app") == is_app(number))
        .filter(|(domain, number, name)| {
            *domain == wanted || *name == wanted || number.starts_with(&wanted)
        })
        .map(|(domain, number, name)| {
            let (subject, _) = number.rsplit_once('-').unwrap();
            json!({"domain": domain, "serviceLicence": number, "mainLicence": subject,
                   "unitName": name, "updateRecordTime": "2026-11-22 09:00:00"})
        })
        .collect();
    let total = list.len();
    let body = json!({"code": 200, "success": true, "params": {"list": list, "total": total}});
    Answer::json(body.to_string())
}

impl World {
    pub(super) fn new() -> Self {
        let account = Arc::new(Mutex::new(shapes::agency()));
        let record = Arc::new(Mutex::new(vec![
            entry("shop.example.cn", SHOP),
            entry("docs.example.com", DOCS),
            entry("示例应用", APP),
        ]));
        let (shown, recorded) = (Arc::clone(&account), Arc::clone(&record));
        let web = double::alibaba(move |_| shapes::filings(&shown.lock().unwrap()));
        let recorder = Web::http(move |asked| look_up(&asked.path, &recorded.lock().unwrap()));
        let user = Icpctl::new()
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY);
        let config = format!(
            "{}[record]\nurl = \"{}\"\n",
            double::config(None, Some(&web)),
            recorder.url("/query/{kind}?search={query}")
        );
        user.write("config/icpctl/config.toml", &config);
        user.run(["init"]).exits(0);
        user.run(["adopt", "--source", "alibaba", "--yes"]).exits(0);
        Self {
            user,
            account,
            record,
            config,
            _web: web,
            _recorder: recorder,
        }
    }

    /// Drafts and sends an order.
    pub(super) fn send(&self, line: &str) -> String {
        let output = self.user.run(line.split(' ')).exits(0);
        output.stdout.trim().to_owned()
    }

    /// Changes what the account shows of the subject.
    pub(super) fn account(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.account.lock().unwrap()[0]);
    }

    /// Changes what the public record shows.
    pub(super) fn record(&self, change: impl FnOnce(&mut Vec<Entry>)) {
        change(&mut self.record.lock().unwrap());
    }

    /// Puts a public record that answers otherwise in the place of this one, while it is held.
    fn record_by(&self, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Web {
        let web = Web::http(move |asked| answer(&asked.path));
        let mut lines = self.config.lines();
        let line = lines.find(|line| line.starts_with("url = ")).unwrap();
        let to = format!("url = \"{}\"", web.url("/query/{kind}?search={query}"));
        let config = self.config.replace(line, &to);
        self.user.write("config/icpctl/config.toml", config);
        web
    }

    /// Nothing is recorded of an order, which is proposed; returns what the two say.
    fn stays_open(&self, order: &str, words: &str) -> [String; 2] {
        let before = self.order(order);
        let sync = self.user.run(["sync", order, "--json"]);
        let (exit, may_pass) = if words.contains("credentials") {
            (12, false)
        } else {
            (11, true)
        };
        let document = sync.exits(exit).json();
        assert_eq!(document["error"]["retryable"], may_pass);
        let row = &document["data"][0];
        assert_eq!(row["outcome"], "open", "{row:#}");
        assert_eq!(document["changed"], false);
        let next = row["next"][0].as_str().unwrap();
        let command = format!("icpctl record {order} bureau-approved");
        assert!(next.starts_with(&command), "{next}");
        let warning = &document["warnings"][0];
        assert_eq!(warning["code"], "source-unavailable");
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert_eq!(self.order(order), before);
        let args = ["wait", order, "--timeout", "0"];
        let waited = self.user.run(args).exits(8);
        assert!(waited.stderr.contains(words), "{waited:?}");
        says(row)
    }

    fn sync(&self, order: &str) -> Value {
        self.user.run(["sync", order, "--json"]).exits(0).json()
    }

    pub(super) fn order(&self, order: &str) -> Value {
        let document = self.user.run(["show", order, "--json"]).exits(0).json();
        document["data"].clone()
    }

    /// What the two say of an order, where they contradict each other: that is shown, with the
    /// command by which a person can decide, and nothing is written.
    fn conflicts(&self, order: &str) -> [String; 2] {
        let before = self.order(order);
        let document = self.sync(order);
        let row = &document["data"][0];
        assert_eq!(row["outcome"], "conflict", "{row:#}");
        assert_eq!(document["changed"], false);
        let codes = document["warnings"].as_array().unwrap();
        assert!(codes.iter().any(|w| w["code"] == "sources-disagree"));
        let next = row["next"][0].as_str().unwrap();
        let command = format!("icpctl record {order} bureau-approved");
        assert!(next.starts_with(&command), "{next}");
        assert_eq!(self.order(order), before);
        for (lang, words) in [("en", "contradict"), ("zh", "说法不一")] {
            let told = self.user.run(["sync", order, "--lang", lang]).exits(0);
            assert!(told.stderr.contains(words), "{told:?}");
        }
        says(row)
    }

    /// Settles an order; returns who it is said to be by.
    fn settles(&self, order: &str) -> String {
        let document = self.sync(order);
        let row = &document["data"][0];
        assert_eq!(row["outcome"], "settled", "{row:#}");
        let shown = self.order(order);
        assert_eq!(shown["status"], "approved");
        let last = shown["history"].as_array().unwrap().last().unwrap();
        last["reason"].as_str().unwrap().to_owned()
    }
}

/// What the account and the record say.
fn says(row: &Value) -> [String; 2] {
    ["alibaba", "public-record"].map(|name| {
        let sources = row["sources"].as_array().unwrap();
        let source = sources.iter().find(|source| source["source"] == name);
        source.unwrap()["says"].as_str().unwrap().to_owned()
    })
}

pub(super) fn remove(subject: &mut Value, number: &str) {
    let sites = subject["WebsiteList"].as_array_mut().unwrap();
    sites.retain(|site| site["SiteRecordNum"] != number);
}

#[test]
fn a_cancelled_site_is_settled_once_the_record_has_lost_it_too() {
    let world = World::new();
    let order = world.send("cancel-site docs.example.com --provider alibaba --submit --yes");
    world.account(|subject| remove(subject, DOCS));
    assert_eq!(world.conflicts(&order), ["approved", "not-yet"]);
    world.record(|all| all.retain(|one| one.1 != DOCS));
    let reason = world.settles(&order);
    assert!(reason.contains("Alibaba Cloud"), "{reason}");
}

/// What one source shows is not recorded while the other, which may say otherwise, does not answer.
#[test]
fn a_source_that_gives_no_answer_settles_no_contradiction() {
    let world = World::new();
    let order = world.send("cancel-site docs.example.com --provider alibaba --submit --yes");
    world.account(|subject| remove(subject, DOCS));
    for (answer, words) in [
        (blocked(), "the public record gave no answer: 127.0.0.1"),
        (
            Answer::new(401, "text/plain", "no"),
            "refused the credentials",
        ),
    ] {
        let _web = world.record_by(move |_| answer.clone());
        assert_eq!(world.stays_open(&order, words), ["approved", "unknown"]);
    }
    // The record shows no accesses: nothing is lost where it is silent.
    let world = World::new();
    let order = world.send("cancel-access shop.example.cn --provider alibaba --submit --yes");
    world.account(|subject| remove(subject, SHOP));
    let _web = world.record_by(|_| blocked());
    assert_eq!(world.sync(&order)["data"][0]["outcome"], "settled");
}

/// A record that fails one question of several may say otherwise by that one.
#[test]
fn a_source_that_leaves_a_question_unanswered_settles_no_contradiction() {
    let half = |world: &World, failing: &'static str| {
        let all = Arc::clone(&world.record);
        world.record_by(move |path| match asked(path) {
            (_, wanted) if wanted == failing => blocked(),
            _ => look_up(path, &all.lock().unwrap()),
        })
    };
    let words = "the public record left a question unanswered: 127.0.0.1";

    // The record fails the number of a cancelled site, and has nothing under its domain.
    let world = World::new();
    let order = world.send("cancel-site docs.example.com --provider alibaba --submit --yes");
    world.account(|subject| remove(subject, DOCS));
    world.record(|all| all.retain(|one| one.1 != DOCS));
    let web = half(&world, DOCS);
    assert_eq!(world.stays_open(&order, words), ["approved", "silent"]);
    let open = world.user.run(["sync", &order, "--json"]).exits(11).json();
    let source = &open["data"][0]["sources"][1];
    assert_eq!(source["code"], "service-error", "{source:#}");
    let told = world.user.run(["sync", &order, "--lang", "zh"]).exits(11);
    assert!(told.stderr.contains("有查询没有答复"), "{told:?}");
    drop(web);
    let _web = half(&world, "");
    world.settles(&order);

    // It fails the number of the subject whose name changes.
    let world = World::new();
    let line =
        format!("change {SUBJECT} --provider alibaba --set name=广州新示例有限公司 --submit --yes");
    let order = world.send(&line);
    world.account(|subject| subject["OrganizersName"] = json!("广州新示例有限公司"));
    let _web = half(&world, SUBJECT);
    let [account, _] = world.stays_open(&order, "127.0.0.1");
    assert_eq!(account, "approved");

    // It fails the domain that a site loses.
    let world = World::new();
    let (one, two) = ("粤ICP备2021000001号-4", "粤ICP备2021000001号-5");
    world.user.write(
        "other.json",
        format!(
            r#"{{"number":"{SUBJECT}","services":[{{"number":"{one}","kind":"site","name":"示例旧站",
             "domains":["old.example.cn","lost.example.cn"],"accesses":["alibaba"]}}]}}"#
        ),
    );
    world.user.run(["adopt", "--from", "other.json"]).exits(0);
    let order = world.send(&format!(
        "change {one} --provider alibaba --set domains=old.example.cn --submit --yes"
    ));
    world.account(|subject| {
        let site =
            json!({"SiteName": "示例旧站", "SiteRecordNum": one, "DomainList": ["old.example.cn"]});
        subject["WebsiteList"].as_array_mut().unwrap().push(site);
    });
    world.record(|all| all.push(entry("old.example.cn", one)));
    let web = half(&world, "lost.example.cn");
    assert_eq!(world.stays_open(&order, words), ["approved", "silent"]);
    drop(web);
    let _web = half(&world, "");
    world.settles(&order);

    // It fails the domain of one of two new sites.
    let world = World::new();
    world.user.write(
        "new.toml",
        shapes::new_services(&[
            ("site", "示例新站", "fresh.example.cn"),
            ("site", "示例又站", "again.example.cn"),
        ]),
    );
    let order = world.send("new --from new.toml --submit --yes");
    world.account(|subject| {
        let sites = subject["WebsiteList"].as_array_mut().unwrap();
        sites.push(json!({"SiteName": "示例新站", "SiteRecordNum": one, "DomainList": ["fresh.example.cn"]}));
        sites.push(json!({"SiteName": "示例又站", "SiteRecordNum": two, "DomainList": ["again.example.cn"]}));
    });
    world.record(|all| all.push(entry("fresh.example.cn", one)));
    let _web = half(&world, "again.example.cn");
    assert_eq!(world.stays_open(&order, words), ["approved", "silent"]);
}

#[test]
fn a_new_site_is_settled_once_both_show_it_under_one_number() {
    let world = World::new();
    world.user.write(
        "new.toml",
        shapes::new_services(&[("site", "示例新站", "fresh.example.cn")]),
    );
    let order = world.send("new --from new.toml --submit --yes");
    let number = "粤ICP备2021000001号-4";
    world.account(|subject| {
        let site = json!({"SiteName": "示例新站", "SiteRecordNum": number, "DomainList": ["fresh.example.cn"]});
        subject["WebsiteList"].as_array_mut().unwrap().push(site);
    });
    // The record is behind; has it under another number; has it under another subject.
    assert_eq!(world.conflicts(&order), ["approved", "not-yet"]);
    let record = |number: &str| {
        world.record(|all| {
            all.retain(|one| one.0 != "fresh.example.cn");
            all.push(entry("fresh.example.cn", number));
        });
    };
    record("粤ICP备2021000001号-5");
    assert_eq!(world.conflicts(&order), ["approved", "approved"]);
    record("京ICP备2021000002号-1");
    assert_eq!(world.conflicts(&order), ["approved", "unclear"]);
    record(number);
    world.settles(&order);
    world.user.run(["portfolio", number]).exits(0);
}

#[test]
fn an_app_that_the_record_cannot_look_up_is_left_to_the_account() {
    let world = World::new();
    world.user.write(
        "new.toml",
        shapes::new_services(&[
            ("site", "示例新站", "fresh.example.cn"),
            ("app", "示例新应用", ""),
        ]),
    );
    let order = world.send("new --from new.toml --submit --yes");
    world.record(|all| all.push(entry("fresh.example.cn", "粤ICP备2021000001号-4")));
    let row = world.sync(&order)["data"][0].clone();
    assert_eq!(row["outcome"], "open");
    assert_eq!(says(&row), ["not-yet", "silent"]);
    let next = row["next"].to_string();
    assert!(!next.contains("--number none"), "{next}");
    world.account(|subject| {
        let site = json!({"SiteName": "示例新站", "SiteRecordNum": "粤ICP备2021000001号-4", "DomainList": ["fresh.example.cn"]});
        subject["WebsiteList"].as_array_mut().unwrap().push(site);
        let app = json!({"AppName": "示例新应用", "AppRecordNum": "粤ICP备2021000001号-5A", "DomainList": []});
        subject["AppList"].as_array_mut().unwrap().push(app);
    });
    world.settles(&order);
}

#[test]
fn a_changed_name_is_settled_once_both_show_it() {
    let world = World::new();
    let line =
        format!("change {SUBJECT} --provider alibaba --set name=广州新示例有限公司 --submit --yes");
    let order = world.send(&line);
    world.account(|subject| subject["OrganizersName"] = json!("广州新示例有限公司"));
    assert_eq!(world.conflicts(&order), ["approved", "not-yet"]);
    world.record(|all| {
        for one in all {
            one.2 = "广州新示例有限公司".to_owned();
        }
    });
    world.settles(&order);
}

#[test]
fn an_access_to_what_the_record_does_not_have_is_a_contradiction() {
    let world = World::new();
    world.user.write(
        "other.json",
        format!(
            r#"{{"number":"{SUBJECT}","services":[{{"number":"粤ICP备2021000001号-4","kind":"site",
             "name":"示例旧站","domains":["old.example.cn"],"accesses":["tencent"]}}]}}"#
        ),
    );
    world.user.run(["adopt", "--from", "other.json"]).exits(0);
    let order = world.send("access old.example.cn --provider alibaba --submit --yes");
    world.account(|subject| {
        let site = json!({"SiteName": "示例旧站", "SiteRecordNum": "粤ICP备2021000001号-4", "DomainList": ["old.example.cn"]});
        subject["WebsiteList"].as_array_mut().unwrap().push(site);
    });
    assert_eq!(world.conflicts(&order), ["approved", "unclear"]);
    // The record shows no providers: where the filing is there, the account alone can tell.
    world.record(|all| all.push(entry("old.example.cn", "粤ICP备2021000001号-4")));
    let reason = world.settles(&order);
    assert!(reason.contains("Alibaba Cloud"), "{reason}");
}

#[test]
fn a_cancelled_access_is_settled_by_the_account_alone() {
    let world = World::new();
    let order = world.send("cancel-access docs.example.com --provider alibaba --submit --yes");
    let row = world.sync(&order)["data"][0].clone();
    assert_eq!(says(&row), ["not-yet", "silent"]);
    let next = row["next"][0].as_str().unwrap();
    assert!(
        next.starts_with(&format!("icpctl record {order}")),
        "{next}"
    );
    world.account(|subject| remove(subject, DOCS));
    let reason = world.settles(&order);
    assert!(reason.contains("Alibaba Cloud"), "{reason}");
}

#[test]
fn a_cancelled_subject_is_settled_by_the_record_that_was_asked_for_its_number() {
    let world = World::new();
    let line =
        format!("cancel-subject {SUBJECT} --provider alibaba --confirm {SUBJECT} --submit --yes");
    let order = world.send(&line);
    // A service that nobody here knows of is still filed.
    let unknown = "粤ICP备2021000001号-9";
    world.record(|all| *all = vec![entry("else.example.cn", unknown)]);
    let row = world.sync(&order)["data"][0].clone();
    assert_eq!(says(&row), ["not-yet", "not-yet"]);
    assert_eq!(row["outcome"], "open");
    world.record(Vec::clear);
    assert_eq!(world.conflicts(&order), ["not-yet", "approved"]);
    world.account.lock().unwrap().clear();
    let reason = world.settles(&order);
    assert!(reason.contains("the public record"), "{reason}");
    world.user.run(["portfolio", "shop.example.cn"]).exits(4);
}

#[test]
fn an_endpoint_that_cannot_look_a_subject_up_has_its_word_proposed() {
    let world = World::new();
    let line =
        format!("cancel-subject {SUBJECT} --provider alibaba --confirm {SUBJECT} --submit --yes");
    let order = world.send(&line);
    let shape = "[record.shape]\nok = { \"/code\" = 200 }\nentries = \"/params/list\"\n\
                 domain = \"/domain\"\nservice = \"/serviceLicence\"\nsubject = \"/mainLicence\"\n";
    let config = format!("{}{shape}", world.config);
    world.user.write("config/icpctl/config.toml", config);
    world.record(Vec::clear);
    world.account.lock().unwrap().clear();
    let row = world.sync(&order)["data"][0].clone();
    assert_eq!(row["outcome"], "open");
    assert_eq!(says(&row), ["silent", "unclear"]);
    let why = row["sources"][1]["reason"].as_str().unwrap();
    assert!(why.contains("beian.miit.gov.cn"), "{why}");
    let command = format!("icpctl record {order} bureau-approved");
    assert_eq!(row["next"], json!([command]));
    assert_ne!(world.order(&order)["status"], "approved");
}
