//! What bureaus and providers ask of sites they do not ask of apps, mini-programs and quick apps.

use super::{Found, GOOD, check_dossier, fires};
use crate::scenarios::{MONDAY, Scene};
use serde_json::{Value, json};

/// A service at one domain, on one resource.
fn service(kind: &str, domain: &str, resource: &str) -> Value {
    json!({
        "kind": kind, "name": "示例随笔", "domains": [domain],
        "resource": { "type": resource, "id": "r-1" },
    })
}

/// Checks a new filing of these services.
fn judged(scene: &Scene, provider: &str, subject: &Value, services: &[Value]) -> Found {
    let dossier = json!({
        "kind": "new", "provider": provider, "subject": subject, "services": services,
    });
    check_dossier(scene, &toml::to_string(&dossier).unwrap())
}

fn enterprise(province: &str) -> Value {
    json!({ "name": "示例科技有限公司", "nature": "enterprise", "province": province })
}

/// So many services of a kind, each at a domain of its own.
fn several(kind: &str, count: usize, resource: &str) -> Vec<Value> {
    let domain = |place| format!("{kind}{place}.com");
    (0..count)
        .map(|place| service(kind, &domain(place), resource))
        .collect()
}

#[test]
fn provinces_count_sites_and_each_domain_once() {
    let scene = Scene::empty();
    let of = |services: &[Value]| judged(&scene, "huawei", &enterprise("湖北"), services);
    let at = |kind, domain| service(kind, domain, "instance");
    let with_app = of(&[at("site", "example.com"), at("app", "example.com")]);
    assert!(!fires(&with_app, "PRV-02"), "{with_app:?}");
    let mut mini = at("miniprogram", "example.com");
    mini.as_object_mut().unwrap().remove("domains");
    let with_mini = of(&[at("site", "example.com"), mini]);
    assert!(!fires(&with_mini, "PRV-02"), "{with_mini:?}");
    let two_domains = of(&[at("site", "example.com"), at("app", "example.net")]);
    assert!(fires(&two_domains, "PRV-02"), "{two_domains:?}");
    let two_sites = of(&several("site", 2, "instance"));
    assert!(fires(&two_sites, "PRV-02"), "{two_sites:?}");
}

#[test]
fn an_instance_at_tencent_carries_five_sites_whatever_else_stands_on_it() {
    let number = "沪ICP备2021000001号";
    let filed = |place: usize, letter: &str, kind: &str| {
        json!({
            "number": format!("{number}-{place}{letter}"), "kind": kind,
            "accesses": [{ "provider": "tencent", "resource": "r-1" }],
        })
    };
    let scene = Scene::holding(&[json!({
        "number": number, "name": "示例科技有限公司", "nature": "enterprise",
        "services": [
            filed(1, "", "site"), filed(2, "", "site"), filed(3, "A", "app"), filed(4, "X", "miniprogram"),
        ],
    })]);
    let of = |sites| {
        let mut services = several("site", sites, "instance");
        services.extend(several("app", 3, "instance"));
        judged(&scene, "tencent", &enterprise("上海"), &services)
    };
    let five = of(3);
    assert!(!fires(&five, "RES-02"), "{five:?}");
    let six = of(4);
    let of_rule: Vec<_> = six.iter().filter(|f| f.0 == "RES-02").collect();
    assert_eq!(of_rule.len(), 4, "the sites alone: {six:?}");
    assert!(of_rule.iter().all(|f| f.1 == "error"), "{six:?}");
}

#[test]
fn a_gateway_and_a_site_builder_carry_what_their_provider_says() {
    let scene = Scene::empty();
    for (provider, resource, most) in [
        ("alibaba", "nat-gateway", Some(2)),
        ("alibaba", "site-builder", Some(1)),
        ("huawei", "site-builder", Some(3)),
        ("huawei", "nat-gateway", None),
    ] {
        let fires_for = |count| {
            let services = several("site", count, resource);
            fires(
                &judged(&scene, provider, &enterprise("上海"), &services),
                "RES-07",
            )
        };
        let most_of = most.unwrap_or(6);
        assert!(!fires_for(most_of), "{provider} {resource}");
        assert_eq!(
            fires_for(most_of + 1),
            most.is_some(),
            "{provider} {resource}"
        );
    }
}

#[test]
fn only_the_sites_of_public_bodies_carry_their_own_certificate() {
    let scene = Scene::empty();
    let of = |nature: &str, kinds: &[&str]| {
        let subject = json!({ "name": "示例机关", "nature": nature, "province": "广东" });
        let services: Vec<Value> = kinds
            .iter()
            .map(|kind| service(kind, "example.cn", "instance"))
            .collect();
        judged(&scene, "huawei", &subject, &services)
    };
    for nature in ["government", "institution"] {
        for kind in ["app", "miniprogram", "quickapp"] {
            let found = of(nature, &[kind]);
            assert!(!fires(&found, "MAT-05"), "{nature} {kind}: {found:?}");
        }
        for kinds in [&["site"][..], &["app", "site"]] {
            let found = of(nature, kinds);
            assert!(fires(&found, "MAT-05"), "{nature} {kinds:?}: {found:?}");
        }
    }
}

#[test]
fn a_gif_will_do_at_alibaba_alone() {
    let scene = Scene::empty();
    scene.user.write("card.gif", b"GIF89a\x01\0\x01\0\0\0\0;");
    let of = |provider: &str| {
        let dossier = json!({
            "kind": "new", "provider": provider, "subject": enterprise("上海"),
            "services": several("site", 1, "instance"),
            "materials": [{ "slot": "subject-certificate", "file": "card.gif" }],
        });
        let found = check_dossier(&scene, &toml::to_string(&dossier).unwrap());
        fires(&found, "MAT-03")
    };
    assert!(!of("alibaba"));
    assert!(of("huawei") && of("tencent"));
}

#[test]
fn a_name_of_investment_needs_its_licence_for_added_services_too() {
    let number = "粤ICP备2021000001号";
    let scene = Scene::holding(&[json!({
        "number": number, "name": "示例投资有限公司", "nature": "enterprise",
        "services": [{ "number": format!("{number}-1"), "accesses": ["huawei"] }],
    })]);
    let added = judged(
        &scene,
        "huawei",
        &json!({ "number": number }),
        &several("site", 1, "instance"),
    );
    let is_it = |f: &(String, String, String)| (&*f.0, &*f.2) == ("SVC-04", "subject.name");
    assert!(added.iter().any(is_it), "{added:?}");
}

#[test]
fn a_change_of_the_subject_alone_carries_the_provinces_papers() {
    let of = |letter: &str| {
        let number = format!("{letter}ICP备2021000001号");
        let scene = Scene::holding(&[json!({
            "number": number, "name": "示例科技有限公司", "nature": "enterprise",
            "services": [{ "number": format!("{number}-1"), "accesses": ["tencent"] }],
        })]);
        let id = scene.draft(
            MONDAY,
            &format!("change {number} --provider tencent --set mailing_address=示例路2号"),
        );
        let guide = scene.ok(MONDAY, &format!("guide {id}"));
        let steps = guide["steps"].as_array().unwrap();
        let asked: Vec<String> = steps
            .iter()
            .flat_map(|step| step["uploads"].as_array().unwrap())
            .filter(|upload| upload["required"] == true)
            .map(|upload| upload["slot"].as_str().unwrap().to_owned())
            .collect();
        (super::check_at(&scene, MONDAY, &id), asked)
    };
    let (found, asked) = of("青");
    assert!(fires(&found, "MAT-07"), "{found:?}");
    assert_eq!(asked.len(), 5, "{asked:?}");
    let (found, asked) = of("粤");
    assert!(fires(&found, "MAT-01"), "{found:?}");
    assert_eq!(asked, ["commitment-letter"]);
    assert_eq!(of("沪").1, [""; 0]);
}

#[test]
fn only_tencent_says_that_zhejiang_takes_thirty_days() {
    let number = "浙ICP备2021000001号";
    let message = |provider: &str| {
        let scene = Scene::holding(&[json!({
            "number": number, "name": "示例科技有限公司", "nature": "enterprise",
            "services": [{ "number": format!("{number}-1"), "accesses": [provider] }],
        })]);
        let line = format!("cancel-access {number}-1 --provider {provider}");
        let id = scene.draft(MONDAY, &line);
        scene.submit(MONDAY, &id);
        let document = scene.ok("2027-01-20 10:00:00", &format!("check {id} --lang zh"));
        let findings = document["findings"].as_array().unwrap();
        let late = findings.iter().find(|f| f["rule"] == "TIM-02").unwrap();
        late["message"].as_str().unwrap().to_owned()
    };
    let (tencent, alibaba) = (message("tencent"), message("alibaba"));
    assert!(tencent.contains("浙江可到 30 个"), "{tencent}");
    assert!(
        alibaba.contains("20 个") && !alibaba.contains("30 个"),
        "{alibaba}"
    );
}

/// A paper of one of several services says whose it is, and how it is attached there.
#[test]
fn a_missing_paper_names_its_service() {
    let scene = Scene::empty();
    let service = |n: u8| {
        format!("[[services]]\nkind = \"site\"\nname = \"示例服务\"\ndomains = [\"svc{n}.cn\"]\n")
    };
    let told = |services: &str| {
        let opening = GOOD.split("[[services]]").next().unwrap();
        scene.user.write("new.toml", format!("{opening}{services}"));
        scene.run(MONDAY, "check new.toml").stdout
    };
    let two = told(&[service(1), service(2)].concat());
    for part in [
        "\"service person's ID, portrait side\" (service 2)",
        "service-responsible-id-front --service 2",
    ] {
        assert!(two.contains(part), "{two}");
    }
    assert!(!told(&service(1)).contains("--service 1"));
}
