//! A guide speaks of sites to sites alone, and of an app's builds to apps.

use super::{SUBJECT, all, guide};
use crate::scenarios::{MONDAY, Scene};
use serde_json::{Value, json};

/// Drafts the first filing that `template` prints for a kind of service; its id.
fn from_template(scene: &Scene, kind: &str, provider: &str) -> String {
    let line = format!(
        "template new --nature enterprise --province sh --service-kind {kind} --provider {provider}"
    );
    scene
        .user
        .write("new.toml", scene.run(MONDAY, &line).stdout);
    scene.draft(MONDAY, "new --from new.toml")
}

fn fields_missing(guide: &Value) -> Vec<&str> {
    let fields = all(guide, "fields").into_iter();
    fields
        .filter(|field| field["missing"] == true)
        .map(|field| field["path"].as_str().unwrap())
        .collect()
}

/// The lines of the steps in a status.
fn lines(guide: &Value, status: &str) -> String {
    let steps = guide["steps"].as_array().unwrap().iter();
    let of_status = steps.filter(|step| step["status"] == status);
    let lines = of_status.flat_map(|step| step["text"].as_array().unwrap());
    lines
        .map(|line| line.as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_apps_builds_are_all_that_is_asked_of_its_platforms() {
    for provider in ["tencent", "huawei", "alibaba", "generic"] {
        for kind in ["app", "quickapp"] {
            let scene = Scene::empty();
            let id = from_template(&scene, kind, provider);
            let guide = guide(&scene, MONDAY, &id, "");
            assert_eq!(fields_missing(&guide), [""; 0], "{provider} {kind}");
            let has_builds = all(&guide, "fields")
                .iter()
                .any(|field| field["path"] == "services.0.builds.package");
            assert_eq!(has_builds, kind == "app", "{provider} {kind}");
        }
    }
}

#[test]
fn after_the_approval_a_site_has_its_footer_and_the_others_have_not() {
    let words = |kind: &str, provider: &str, status: &str| {
        let scene = Scene::empty();
        let id = from_template(&scene, kind, provider);
        lines(&guide(&scene, MONDAY, &id, "--lang zh"), status)
    };
    let of_sites = ["首页底部", "恢复网站域名的解析", "公安联网备案"];
    let site = words("site", "tencent", "approved");
    assert!(of_sites.iter().all(|words| site.contains(words)), "{site}");
    assert!(!site.contains("APP"), "{site}");
    let app = words("app", "tencent", "approved");
    assert!(app.contains("设置或关于页"), "{app}");
    for (kind, provider) in [
        ("app", "tencent"),
        ("miniprogram", "wechat"),
        ("quickapp", "generic"),
    ] {
        let after = words(kind, provider, "approved");
        let told = of_sites.iter().find(|words| after.contains(**words));
        assert_eq!(told, None, "{kind}: {after}");
        let queued = words(kind, provider, "awaiting-bureau-submission");
        assert!(!queued.contains("核验域名"), "{kind}: {queued}");
    }
    let queued = words("site", "tencent", "awaiting-bureau-submission");
    assert!(queued.contains("核验域名"), "{queued}");
}

#[test]
fn a_domain_that_another_service_is_filed_with_goes_on_resolving() {
    let (site, app) = (format!("{SUBJECT}-1"), format!("{SUBJECT}-2A"));
    let scene = Scene::holding(&[json!({
        "number": SUBJECT,
        "services": [
            { "number": site, "domains": ["example.com"], "accesses": ["tencent"] },
            { "number": app, "domains": ["example.com"], "accesses": ["tencent"] },
        ],
    })]);
    let id = scene.draft(MONDAY, &format!("cancel-site {app} --provider tencent"));
    let after = lines(&guide(&scene, MONDAY, &id, "--lang zh"), "approved");
    assert!(after.contains("其他服务还在用的照常"), "{after}");
}

#[test]
fn every_console_is_entered_with_the_new_sites_domain_at_rest() {
    for provider in ["tencent", "huawei", "alibaba", "generic"] {
        for (kind, is_told) in [("site", true), ("app", false)] {
            let scene = Scene::empty();
            let id = from_template(&scene, kind, provider);
            let draft = lines(&guide(&scene, MONDAY, &id, "--lang zh"), "draft");
            assert_eq!(
                draft.contains("停止域名解析") || draft.contains("停止解析"),
                is_told,
                "{provider} {kind}: {draft}"
            );
        }
    }
}
