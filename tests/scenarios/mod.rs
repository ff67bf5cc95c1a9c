//! What the field says, acted out: a test for each statement of five sources that can be checked.
//!
//! They are S0 and S1 (cancelling a filing), S2 (orders at Huawei Cloud), S3 (access filings and the
//! way through Tencent Cloud) and S4 (how long a filing takes); `src/data/sources.toml` lists them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod access;
mod added;
mod cancel;
mod change;
mod filing;
mod live;
mod terms;
mod ways;
mod window;

use crate::support::{Icpctl, Output};
use serde_json::{Value, json};

/// The subject of most scenes.
pub(crate) const SUBJECT: &str = "粤ICP备2021000001号";
/// Its first site.
pub(crate) const SHOP: &str = "粤ICP备2021000001号-1";
/// Its second site.
pub(crate) const FORUM: &str = "粤ICP备2021000001号-2";

/// A Monday morning.
pub(crate) const MONDAY: &str = "2026-11-23 10:00:00";

/// A store with filings in it, and the one who works on them.
pub(crate) struct Scene {
    pub(crate) user: Icpctl,
}

/// A site as it is adopted.
pub(crate) fn site(number: &str, domain: &str, accesses: &Value) -> Value {
    json!({
        "number": number, "kind": "site", "name": "示例网站", "domains": [domain],
        "accesses": accesses,
        "responsible": { "name": "李四", "phone": "13800000003" },
    })
}

/// A company with its sites, as it is adopted.
pub(crate) fn company(number: &str, certificate: &str, sites: &[Value]) -> Value {
    json!({
        "number": number, "name": "示例科技有限公司", "nature": "enterprise",
        "certificate_type": "business-licence", "certificate_number": certificate,
        "responsible": { "name": "张三", "phone": "13800000001" },
        "services": sites,
    })
}

/// A right certificate number, and another one.
pub(crate) const CERTIFICATES: [&str; 2] = ["91110000MA0000000H", "91350100M000100Y43"];

/// A dossier of a first filing of one site.
pub(crate) fn dossier(provider: &str) -> String {
    format!(
        r#"
kind = "new"
provider = "{provider}"

[subject]
name = "示例科技有限公司"
nature = "enterprise"
province = "广东"
certificate_type = "business-licence"
certificate_number = "91110000MA0000000H"

[subject.responsible]
name = "张三"
phone = "13800000001"

[[services]]
kind = "site"
name = "示例商城"
domains = ["example.cn"]

[services.responsible]
name = "李四"
phone = "13800000003"
"#
    )
}

impl Scene {
    /// An empty store.
    pub(crate) fn empty() -> Self {
        let user = Icpctl::new();
        user.run(["init"]).exits(0);
        Self { user }
    }

    /// A store that has adopted these filings.
    pub(crate) fn holding(filings: &[Value]) -> Self {
        let scene = Self::empty();
        scene.user.write("filings.json", json!(filings).to_string());
        scene.ok("2026-01-05 09:00:00", "adopt --from filings.json");
        scene
    }

    /// A subject with two sites at one provider, under one account.
    pub(crate) fn at(provider: &str) -> Self {
        let access = json!([{ "provider": provider, "account": "acc-1", "resource": "ins-1" }]);
        Self::holding(&[company(
            SUBJECT,
            CERTIFICATES[0],
            &[
                site(SHOP, "example.cn", &access),
                site(FORUM, "example.com", &access),
            ],
        )])
    }

    /// A subject with one site at each of these providers.
    pub(crate) fn one_site(providers: &[&str]) -> Self {
        let accesses = json!(providers);
        Self::holding(&[company(
            SUBJECT,
            CERTIFICATES[0],
            &[site(SHOP, "example.cn", &accesses)],
        )])
    }

    /// A store with a draft of a first filing at a provider; its id.
    pub(crate) fn first_filing(provider: &str) -> (Self, String) {
        Self::first_filing_at(provider, MONDAY)
    }

    /// The same, drafted at a time.
    pub(crate) fn first_filing_at(provider: &str, at: &str) -> (Self, String) {
        let scene = Self::empty();
        scene.user.write("new.toml", dossier(provider));
        let id = scene.draft(at, "new --from new.toml");
        (scene, id)
    }

    /// Runs a command line at a time in China Standard Time.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run(&self, at: &str, line: &str) -> Output {
        let now = format!("{}+08:00", at.replace(' ', "T"));
        self.user
            .run_with(&[("ICPCTL_NOW", &now)], line.split_whitespace())
    }

    /// Drafts an order and returns its id, which is all that stdout holds.
    pub(crate) fn draft(&self, at: &str, line: &str) -> String {
        let output = self.run(at, line).exits(0);
        let id = output.stdout.trim_end().to_owned();
        assert_eq!(id.len(), 8, "{output:?}");
        id
    }

    /// Runs a command line that succeeds and returns the data of its document.
    pub(crate) fn ok(&self, at: &str, line: &str) -> Value {
        let mut document = self.document(at, line, 0);
        document["data"].take()
    }

    /// Runs a command line and returns its document, once it is sure that it ended so.
    pub(crate) fn document(&self, at: &str, line: &str, exit: i32) -> Value {
        self.run(at, &format!("{line} --json")).exits(exit).json()
    }

    /// Runs a command line that fails and returns the error of its document.
    pub(crate) fn fails(&self, at: &str, line: &str, exit: i32) -> Value {
        let mut document = self.document(at, line, exit);
        assert_eq!(document["error"]["exit"], exit);
        document["error"].take()
    }

    /// Returns the order as it stands at a time.
    pub(crate) fn order(&self, at: &str, id: &str) -> Value {
        self.ok(at, &format!("show {id}"))
    }

    /// Returns the order's status at a time.
    pub(crate) fn status(&self, at: &str, id: &str) -> String {
        self.order(at, id)["status"].as_str().unwrap().to_owned()
    }

    /// Submits an order.
    pub(crate) fn submit(&self, at: &str, id: &str) -> Value {
        self.ok(at, &format!("submit {id} --yes"))
    }

    /// Records what happened to an order.
    pub(crate) fn record(&self, at: &str, id: &str, event: &str) -> Value {
        self.ok(at, &format!("record {id} {event}"))
    }

    /// Takes a cancellation of a site by SMS to the bureau, and returns the order's id.
    pub(crate) fn cancelled_to_bureau(&self, line: &str) -> String {
        let id = self.draft(MONDAY, line);
        self.submit(MONDAY, &id);
        self.record(MONDAY, &id, "sms-verified --who all");
        id
    }

    /// Whether a number or domain is filed.
    pub(crate) fn is_filed(&self, at: &str, target: &str) -> bool {
        let line = format!("portfolio {target} --exit-status");
        let asked = self.run(at, &line);
        assert!([0, 4, 8, 9].contains(&asked.code), "{asked:?}");
        asked.code == 0
    }

    /// Lists what is filed.
    pub(crate) fn portfolio(&self, at: &str) -> Value {
        self.ok(at, "portfolio")
    }
}

/// Lists the codes of an order's impact.
pub(crate) fn impacts(order: &Value) -> Vec<String> {
    codes(&order["impact"])
}

/// Lists the codes of impacts, risks or warnings.
pub(crate) fn codes(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_str().unwrap().to_owned())
        .collect()
}

/// Lists what a document warns of under a code.
pub(crate) fn warned(document: &Value, code: &str) -> Vec<String> {
    let warnings = document["warnings"].as_array().unwrap().iter();
    let told = warnings.filter(|warning| warning["code"] == code);
    told.map(|warning| warning["message"].as_str().unwrap().to_owned())
        .collect()
}

/// Whether one of an error's hints holds some words.
pub(crate) fn hints_at(error: &Value, words: &str) -> bool {
    error["hints"]
        .as_array()
        .unwrap()
        .iter()
        .any(|hint| hint.as_str().unwrap().contains(words))
}
