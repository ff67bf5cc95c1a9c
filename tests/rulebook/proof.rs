//! Each rule of the families NUM, ORD, TIM, SMS, CAN, ACC and CHG: an input that passes, and a
//! small change of it that fails.

use super::{Found, GOOD, check_at, check_dossier, fires};
use crate::scenarios::{FORUM, MONDAY, SHOP, SUBJECT, Scene};
use icpctl::knowledge::rules;
use std::collections::BTreeSet;

/// Something that a rule is asked of: `flawed` or not.
type Ask = fn(flawed: bool) -> Outcome;

/// What came of it.
enum Outcome {
    /// What a check found.
    Found(Found),
    /// The rule that a command was refused by, if it was.
    Refused(Option<String>),
}

/// The families that are proven here.
const FAMILIES: [&str; 7] = ["NUM", "ORD", "TIM", "SMS", "CAN", "ACC", "CHG"];

/// Checks a dossier in which one text stands for another where it is to be flawed.
fn swapped(scene: &Scene, dossier: &str, from: &str, to: &str, flawed: bool) -> Outcome {
    assert!(dossier.contains(from), "{from}");
    let dossier = if flawed {
        dossier.replacen(from, to, 1)
    } else {
        dossier.to_owned()
    };
    Outcome::Found(check_dossier(scene, &dossier))
}

/// Checks an order drafted by one of two command lines.
fn drafted(scene: &Scene, good: &str, bad: &str, flawed: bool) -> Outcome {
    let id = scene.draft(MONDAY, if flawed { bad } else { good });
    Outcome::Found(check_at(scene, MONDAY, &id))
}

/// Returns the rule by which a command line is refused.
fn refusal(scene: &Scene, line: &str) -> Outcome {
    let output = scene.run(MONDAY, &format!("{line} --json"));
    let document = output.json();
    let rule = document["error"]["rule"].as_str().map(str::to_owned);
    Outcome::Refused(rule)
}

/// A dossier of a cancellation by numbers.
fn cancellation(subject: &str, service: &str) -> String {
    format!(
        "kind = \"cancel-site\"\nprovider = \"tencent\"\nsubject = \"{subject}\"\n[[services]]\nnumber = \"{service}\"\nkind = \"site\"\n"
    )
}

/// Two sites at Tencent, and a first order of theirs that is sent.
fn busy(first: &str) -> Scene {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, first);
    scene.submit(MONDAY, &id);
    scene
}

const PROOFS: &[(&str, Ask)] = &[
    ("NUM-01", |flawed| {
        let dossier = cancellation(SUBJECT, SHOP);
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "号\"\n[[",
            "号x萌\"\n[[",
            flawed,
        )
    }),
    ("NUM-02", |flawed| {
        let dossier = cancellation(SUBJECT, SHOP);
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "\"site\"",
            "\"app\"",
            flawed,
        )
    }),
    ("NUM-03", |flawed| {
        let more = format!("[[services]]\nnumber = \"{FORUM}\"\n");
        let dossier = cancellation(SUBJECT, SHOP) + &more;
        swapped(
            &Scene::at("tencent"),
            &dossier,
            &more,
            &more.replace(FORUM, &format!("{SHOP}A")),
            flawed,
        )
    }),
    ("NUM-04", |flawed| {
        let dossier = cancellation(SUBJECT, SHOP)
            .replace(&format!("subject = \"{SUBJECT}\"\n"), "")
            + &format!("[subject]\nnumber = \"{SUBJECT}\"\nprovince = \"广东\"\n");
        swapped(
            &Scene::empty(),
            &dossier.replace("cancel-site", "access"),
            "广东",
            "浙江",
            flawed,
        )
    }),
    ("NUM-05", |flawed| {
        let scene = Scene::at("tencent");
        if flawed {
            let _ = scene.ok(MONDAY, &format!("gone {SHOP} --because bureau --yes"));
        }
        Outcome::Found(check_dossier(&scene, &cancellation(SUBJECT, SHOP)))
    }),
    ("ORD-01", |flawed| {
        let scene = busy(&format!("cancel-site {SHOP} --account acc-1"));
        swapped(&scene, GOOD, "\"100000000009\"", "\"acc-1\"", flawed)
    }),
    ("ORD-02", |flawed| {
        let scene = Scene::at("tencent");
        let first = scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
        let second = scene.draft(MONDAY, &format!("cancel-site {FORUM}"));
        if flawed {
            scene.submit(MONDAY, &first);
        }
        Outcome::Found(check_at(&scene, MONDAY, &second))
    }),
    ("ORD-03", |flawed| {
        swapped(
            &Scene::at("tencent"),
            GOOD,
            "\"100000000009\"",
            "\"acc-1\"",
            flawed,
        )
    }),
    ("ORD-04", |flawed| {
        let dossier = format!(
            "kind = \"new\"\nprovider = \"huawei\"\nsubject = \"{SUBJECT}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
        );
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "example.net",
            "example.cn",
            flawed,
        )
    }),
    ("ORD-05", |flawed| {
        let scene = busy(&format!("cancel-site {SHOP}"));
        drafted(
            &scene,
            &format!("cancel-site {FORUM}"),
            &format!("change {FORUM} --set name=示例论坛二"),
            flawed,
        )
    }),
    ("ORD-06", |flawed| {
        let scene = Scene::at("tencent");
        if flawed {
            let _ = scene.draft(MONDAY, &format!("access {SHOP} --provider huawei"));
        }
        let dossier = format!(
            "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{SUBJECT}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
        );
        Outcome::Found(check_dossier(&scene, &dossier))
    }),
    ("ORD-07", |flawed| {
        let (scene, id) = Scene::first_filing("tencent");
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, "rejected --reason 材料不清晰");
        let field = if flawed {
            "certificate_number=91350100M000100Y43"
        } else {
            "remark=无"
        };
        refusal(&scene, &format!("edit {id} --set subject.{field}"))
    }),
    ("ORD-08", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("access {SHOP} --provider huawei"));
        scene.submit(MONDAY, &id);
        if flawed {
            scene.record(MONDAY, &id, "accepted");
            scene.record(MONDAY, &id, "forwarded");
        }
        refusal(&scene, &format!("withdraw {id} --yes"))
    }),
    ("ORD-10", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("access {SHOP} --provider alibaba"));
        scene.submit(MONDAY, &id);
        let at = if flawed {
            "2026-12-31 10:00:00"
        } else {
            MONDAY
        };
        Outcome::Found(check_at(&scene, at, &id))
    }),
    ("ORD-12", |flawed| {
        let (scene, id) = Scene::first_filing("tencent");
        scene.submit(MONDAY, &id);
        swapped(&scene, GOOD, "\"example.com\"", "\"example.cn\"", flawed)
    }),
    ("TIM-01", |flawed| {
        let (scene, id) = Scene::first_filing("tencent");
        scene.submit(MONDAY, &id);
        let at = if flawed {
            "2026-12-01 10:00:00"
        } else {
            MONDAY
        };
        Outcome::Found(check_at(&scene, at, &id))
    }),
    ("TIM-02", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.cancelled_to_bureau(&format!("cancel-site {SHOP}"));
        let at = if flawed {
            "2026-12-31 10:00:00"
        } else {
            MONDAY
        };
        Outcome::Found(check_at(&scene, at, &id))
    }),
    ("TIM-03", |flawed| {
        let scene = Scene::at("tencent");
        let at = if flawed {
            "2026-12-21 09:00:00"
        } else {
            MONDAY
        };
        let id = scene.draft(at, &format!("access {SHOP} --provider huawei"));
        scene.submit(at, &id);
        Outcome::Found(check_at(&scene, at, &id))
    }),
    ("SMS-01", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
        if flawed {
            scene.submit(MONDAY, &id);
        }
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("SMS-02", |flawed| {
        let (scene, id) = Scene::first_filing("tencent");
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, "sms-sent");
        let at = if flawed {
            "2026-12-31 10:00:00"
        } else {
            MONDAY
        };
        Outcome::Found(check_at(&scene, at, &id))
    }),
    ("SMS-03", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
        if flawed {
            scene.submit(MONDAY, &id);
        }
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("SMS-06", |flawed| {
        swapped(
            &Scene::empty(),
            GOOD,
            "phone = \"13800000019\"\n",
            "",
            flawed,
        )
    }),
    ("SMS-08", |flawed| {
        let scene = Scene::at("tencent");
        let line = format!("cancel-site {SHOP}");
        drafted(&scene, &line, &format!("{line} --verify-by email"), flawed)
    }),
    ("SMS-11", |flawed| {
        let dossier = format!(
            "kind = \"access\"\nprovider = \"huawei\"\n[[services]]\nnumber = \"{SHOP}\"\n[services.responsible]\nphone = \"13800000003\"\n"
        );
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "13800000003",
            "13800000009",
            flawed,
        )
    }),
    ("CAN-01", |flawed| cancels_last(!flawed)),
    ("CAN-02", |flawed| {
        let scene = Scene::at("tencent");
        drafted(
            &scene,
            &format!("cancel-site {SHOP}"),
            &format!("cancel-subject {SUBJECT}"),
            flawed,
        )
    }),
    ("CAN-03", cancels_last),
    ("CAN-04", |flawed| {
        let scene = Scene::one_site(if flawed { &[] } else { &["tencent"] });
        Outcome::Found(check_dossier(&scene, &cancellation(SUBJECT, SHOP)))
    }),
    ("CAN-05", |flawed| {
        let scene = Scene::at("tencent");
        drafted(
            &scene,
            &format!("access {SHOP} --provider huawei"),
            &format!("cancel-site {SHOP}"),
            flawed,
        )
    }),
    ("CAN-06", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("cancel-site {SHOP} --verify-by email"));
        if flawed {
            scene.submit(MONDAY, &id);
        }
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("CAN-08", |flawed| {
        let scene = Scene::at(if flawed { "tencent" } else { "huawei" });
        Outcome::Found(check_dossier(
            &scene,
            &cancellation(SUBJECT, SHOP).replace(
                "\"tencent\"",
                if flawed { "\"tencent\"" } else { "\"huawei\"" },
            ),
        ))
    }),
    ("CAN-09", |flawed| {
        let scene = Scene::at(if flawed { "huawei" } else { "tencent" });
        Outcome::Found(check_dossier(
            &scene,
            &cancellation(SUBJECT, SHOP).replace(
                "\"tencent\"",
                if flawed { "\"huawei\"" } else { "\"tencent\"" },
            ),
        ))
    }),
    ("CAN-10", |flawed| {
        let scene = Scene::at("huawei");
        let more = format!("[[services]]\nnumber = \"{FORUM}\"\n");
        let one = cancellation(SUBJECT, SHOP).replace("tencent", "huawei");
        Outcome::Found(check_dossier(
            &scene,
            &if flawed { one + &more } else { one },
        ))
    }),
    ("CAN-11", |flawed| {
        let scene = Scene::at("tencent");
        let line = format!("cancel-site {SHOP}");
        drafted(&scene, &line, &format!("{line} --verify-by papers"), flawed)
    }),
    ("CAN-14", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("change {SHOP} --set name=示例新商城"));
        if flawed {
            return refusal(&scene, &format!("change {SHOP} --unset domains=example.cn"));
        }
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("CAN-15", |flawed| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
        if flawed {
            scene.submit(MONDAY, &id);
        }
        let dossier = format!(
            "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"{SUBJECT}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.net\"]\n"
        );
        Outcome::Found(check_dossier(&scene, &dossier))
    }),
    ("CAN-16", |flawed| {
        let dossier = cancellation(SUBJECT, SHOP);
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "\"tencent\"",
            "\"huawei\"",
            flawed,
        )
    }),
    ("ACC-01", |flawed| {
        let dossier = format!(
            "kind = \"access\"\nprovider = \"huawei\"\n[[services]]\nnumber = \"{SHOP}\"\nname = \"示例网站\"\n"
        );
        swapped(
            &Scene::at("tencent"),
            &dossier,
            "示例网站",
            "示例别名站",
            flawed,
        )
    }),
    ("ACC-04", |flawed| {
        let scene = Scene::one_site(if flawed {
            &["tencent"]
        } else {
            &["tencent", "huawei"]
        });
        let id = scene.draft(MONDAY, &format!("cancel-access {SHOP} --provider tencent"));
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("ACC-05", |flawed| {
        let scene = Scene::at("tencent");
        drafted(
            &scene,
            &format!("cancel-access {SHOP} --provider tencent"),
            &format!("cancel-access {SHOP} {FORUM} --provider tencent"),
            flawed,
        )
    }),
    ("ACC-06", |flawed| {
        // Hunan wants all to equal the filing, Guangdong the service's name alone.
        let name = if flawed { "湘" } else { "粤" };
        let subject = SUBJECT.replace('粤', name);
        let scene = Scene::holding(&[serde_json::json!({
            "number": subject, "name": "示例科技有限公司", "nature": "enterprise",
            "services": [{"number": format!("{subject}-1"), "kind": "site", "name": "示例网站",
                "domains": ["example.cn"], "accesses": ["tencent"]}],
        })]);
        let dossier = format!(
            "kind = \"access\"\nprovider = \"huawei\"\n[subject]\nnumber = \"{subject}\"\nname = \"示例新名有限公司\"\n[[services]]\nnumber = \"{subject}-1\"\n"
        );
        Outcome::Found(check_dossier(&scene, &dossier))
    }),
    ("CHG-01", |flawed| {
        changes(
            flawed,
            "name=示例新名",
            "certificate_number=91350100M000100Y43",
        )
    }),
    ("CHG-02", |flawed| {
        let field = if flawed {
            "--add domains=example.org"
        } else {
            "--set name=示例新商城"
        };
        refusal_or_check(&format!("change {SHOP} {field}"))
    }),
    ("CHG-03", |flawed| {
        changes(flawed, "remark=无", "name=示例新名")
    }),
    ("CHG-04", |flawed| {
        // Guangdong lets an organisation become an individual, Zhejiang does not.
        becomes_individual(if flawed { "浙" } else { "粤" })
    }),
    ("CHG-06", |flawed| {
        let registered = if flawed { "2024-05-01" } else { "2019-05-01" };
        let scene = Scene::holding(&[serde_json::json!({
            "number": SUBJECT, "name": "示例科技有限公司", "nature": "enterprise",
            "services": [{"number": SHOP, "kind": "site", "name": "示例网站",
                "domains": ["example.cn"], "accesses": ["tencent"], "approved_on": "2021-03-01",
                "registrations": [{"domain": "example.cn", "registered_on": registered}]}],
        })]);
        let id = scene.draft(MONDAY, &format!("change {SHOP} --set remark=示例"));
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("CHG-08", |flawed| {
        // Jiangsu changes a site only together with its subject.
        let number = SHOP.replace('粤', if flawed { "苏" } else { "粤" });
        let subject = number.trim_end_matches("-1").to_owned();
        let scene = Scene::holding(&[serde_json::json!({
            "number": subject, "nature": "enterprise",
            "services": [{"number": number, "kind": "site", "name": "示例网站",
                "domains": ["example.cn"], "accesses": ["tencent"]}],
        })]);
        let id = scene.draft(MONDAY, &format!("change {number} --set name=示例新商城"));
        Outcome::Found(check_at(&scene, MONDAY, &id))
    }),
    ("CHG-07", |flawed| {
        changes(flawed, "remark=无", "province=浙江")
    }),
];

/// A cancellation of the only service, or of one of two.
fn cancels_last(flawed: bool) -> Outcome {
    let scene = if flawed {
        Scene::one_site(&["tencent"])
    } else {
        Scene::at("tencent")
    };
    let id = scene.draft(MONDAY, &format!("cancel-site {SHOP}"));
    Outcome::Found(check_at(&scene, MONDAY, &id))
}

/// A change of an enterprise's filing to its legal representative's own.
fn becomes_individual(letter: &str) -> Outcome {
    let subject = SUBJECT.replace('粤', letter);
    let scene = Scene::holding(&[serde_json::json!({
        "number": subject, "name": "示例科技有限公司", "nature": "enterprise",
        "legal_representative": "张三",
        "services": [{"number": format!("{subject}-1"), "kind": "site", "name": "示例网站",
            "domains": ["example.cn"], "accesses": ["tencent"]}],
    })]);
    let line =
        format!("change {subject} --provider tencent --set nature=individual --set name=张三");
    let id = scene.draft(MONDAY, &line);
    Outcome::Found(check_at(&scene, MONDAY, &id))
}

fn changes(flawed: bool, good: &str, bad: &str) -> Outcome {
    let field = if flawed { bad } else { good };
    refusal_or_check(&format!(
        "change {SUBJECT} --provider tencent --set {field}"
    ))
}

/// Checks what a command line drafts, or returns the rule by which it is refused.
fn refusal_or_check(line: &str) -> Outcome {
    let scene = Scene::at("tencent");
    let output = scene.run(MONDAY, line);
    if output.code == 0 {
        return Outcome::Found(check_at(&scene, MONDAY, output.stdout.trim()));
    }
    refusal(&scene, line)
}

#[test]
fn every_rule_passes_what_is_right_and_finds_what_is_wrong() {
    let mut wrong = Vec::new();
    for (rule, ask) in PROOFS {
        for flawed in [false, true] {
            let (fires, seen) = match ask(flawed) {
                Outcome::Found(found) => (fires(&found, rule), format!("{found:?}")),
                Outcome::Refused(by) => (by.as_deref() == Some(rule), format!("{by:?}")),
            };
            if fires != flawed {
                wrong.push(format!("{rule}, flawed {flawed}: {seen}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_that_can_be_checked_is_proven() {
    let proven: BTreeSet<&str> = PROOFS.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(proven.len(), PROOFS.len());
    for rule in rules() {
        let (family, _) = rule.id.split_once('-').unwrap();
        if FAMILIES.contains(&family) {
            assert_eq!(proven.contains(rule.id.as_str()), rule.check, "{}", rule.id);
        }
    }
}
