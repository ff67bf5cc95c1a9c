//! What is owed for what is filed: rectification notices and duties after approval, as a user
//! meets them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod drafts;
mod duties;
mod notices;
mod reckoning;
mod rows;

use crate::scenarios::{CERTIFICATES, SHOP, SUBJECT, Scene, company};
use serde_json::{Value, json};

/// The app of the scenes.
pub(crate) const APP: &str = "粤ICP备2021000001号-2A";

/// A company in Guangdong with a site and an app, both approved on a day.
pub(crate) fn shop_and_app(approved_on: &str) -> Scene {
    let mut site = crate::scenarios::site(SHOP, "example.cn", &json!(["tencent"]));
    site["approved_on"] = json!(approved_on);
    let mut app =
        json!({ "number": APP, "kind": "app", "name": "示例应用", "accesses": ["tencent"] });
    app["approved_on"] = json!(approved_on);
    // The organisation code that CERTIFICATES[1] was made from.
    let mut subject = company(SUBJECT, "M000100Y-4", &[site, app]);
    subject["certificate_type"] = json!("organisation-code");
    adopted(&[subject])
}

/// A store that has adopted these filings on the morning of the scenes.
pub(crate) fn adopted(filings: &[Value]) -> Scene {
    let scene = Scene::empty();
    scene.user.write("filings.json", json!(filings).to_string());
    scene.ok("2026-11-23 09:00:00", "adopt --from filings.json");
    scene
}

/// A company with one site at a provider: the subject's number, the day of approval.
pub(crate) fn one_site(subject: &str, approved_on: Option<&str>) -> Scene {
    let number = format!("{subject}-1");
    let mut site = crate::scenarios::site(&number, "example.cn", &json!(["huawei"]));
    site["approved_on"] = json!(approved_on);
    if approved_on.is_none() {
        site.as_object_mut().unwrap().remove("approved_on");
    }
    Scene::holding(&[company(subject, CERTIFICATES[0], &[site])])
}

/// The duty of that id in a list.
pub(crate) fn duty<'v>(list: &'v Value, id: &str) -> &'v Value {
    let found = list.as_array().unwrap().iter().find(|d| d["duty"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {list:#}"))
}

/// The ids of the duties of a list.
pub(crate) fn ids(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|d| d["duty"].as_str().unwrap()).collect()
}
