//! What single bureaus ask of accesses and changes of what is filed.

use super::{Found, check_dossier};
use crate::scenarios::{CERTIFICATES, Scene, dossier};
use serde_json::{Value, json};

/// A filing of a province, with what is said of its subject besides.
struct Filing {
    number: String,
    scene: Scene,
}

impl Filing {
    /// An enterprise whose persons and legal representative are one, or an individual.
    fn of(letter: &str, subject: &Value) -> Self {
        let number = format!("{letter}ICP备2021000001号");
        let mut document = json!({
            "number": number,
            "services": [{
                "number": format!("{number}-1"), "kind": "site", "name": "示例商城",
                "domains": ["example.cn"], "accesses": ["huawei"],
            }],
        });
        let given = subject.as_object().unwrap().clone();
        let person = given.get("responsible").cloned();
        if given["nature"] != "individual" {
            document["services"][0]["responsible"] = person.unwrap_or_default();
        }
        document.as_object_mut().unwrap().extend(given);
        let scene = Scene::holding(&[document]);
        Self { number, scene }
    }

    fn enterprise(letter: &str) -> Self {
        Self::of(
            letter,
            &json!({
                "name": "示例科技有限公司", "nature": "enterprise",
                "certificate_type": "business-licence", "certificate_number": "91110000MA0000000H",
                "legal_representative": "张三",
                "responsible": { "name": "张三", "phone": "13800000001" },
            }),
        )
    }

    fn individual(letter: &str) -> Self {
        Self::of(
            letter,
            &json!({
                "name": "张三", "nature": "individual", "certificate_type": "resident-id",
                "certificate_number": "110101199001010015",
                "responsible": { "phone": "13800000001" },
            }),
        )
    }

    /// Checks a dossier about the filing, in which `N` stands for its number.
    fn check(&self, kind: &str, rest: &str) -> Found {
        let rest = rest.replace('N', &self.number);
        check_dossier(
            &self.scene,
            &format!("kind = \"{kind}\"\nprovider = \"tencent\"\n{rest}"),
        )
    }
}

/// What is found of weight, papers aside: rule and severity.
fn grave(found: &Found) -> Vec<(&str, &str)> {
    let of_weight = found.iter().filter(|(_, severity, _)| severity != "info");
    of_weight
        .map(|(rule, severity, _)| (rule.as_str(), severity.as_str()))
        .collect()
}

fn fires_at(found: &Found, rule: &str, severity: &str, path: &str) -> bool {
    found
        .iter()
        .any(|f| (f.0.as_str(), f.1.as_str(), f.2.as_str()) == (rule, severity, path))
}

#[test]
fn where_a_proof_stands_in_for_equality_a_statement_makes_an_access_of_another_name_right() {
    let order =
        "[subject]\nnumber = \"N\"\nname = \"示例新名有限公司\"\n[[services]]\nnumber = \"N-1\"\n";
    let statement = "[[materials]]\nslot = \"statement\"\nfile = \"dossier.toml\"\n";
    let of = |found: &Found| -> Vec<String> {
        let equal = found.iter().filter(|f| f.0.starts_with("ACC-0"));
        equal.map(|f| f.0.clone()).collect()
    };
    for letter in ["皖", "吉"] {
        let filing = Filing::enterprise(letter);
        assert_eq!(of(&filing.check("access", order)), ["ACC-01", "ACC-06"]);
        let proven = filing.check("access", &format!("{order}{statement}"));
        assert_eq!(of(&proven), [""; 0], "{letter}");
    }
    let strict = Filing::enterprise("闽").check("access", &format!("{order}{statement}"));
    assert_eq!(of(&strict), ["ACC-01", "ACC-06"]);
}

#[test]
fn an_individual_answers_an_access_with_the_filed_phone_wherever_it_is_written() {
    let filing = Filing::individual("粤");
    for (path, order) in [
        (
            "services.0.responsible.phone",
            "[[services]]\nnumber = \"N-1\"\n[services.responsible]\nphone = \"PHONE\"\n",
        ),
        (
            "subject.responsible.phone",
            "[subject]\nnumber = \"N\"\n[subject.responsible]\nphone = \"PHONE\"\n[[services]]\nnumber = \"N-1\"\n",
        ),
    ] {
        let with = |phone: &str| filing.check("access", &order.replace("PHONE", phone));
        assert_eq!(grave(&with("13800000001")), [], "{path}");
        let other = with("13900000000");
        assert!(fires_at(&other, "SMS-11", "error", path), "{other:?}");
        assert_eq!(grave(&other).len(), 1, "{other:?}");
    }
}

#[test]
fn an_access_compares_no_persons_of_an_individual_who_has_none() {
    for letter in ["冀", "渝", "新", "青"] {
        let found = Filing::individual(letter).check("access", "target = [\"N-1\"]\n");
        assert!(found.iter().all(|f| f.0 != "ACC-06"), "{letter}: {found:?}");
        let nameless = Filing::of(
            letter,
            &json!({
                "name": "示例科技有限公司", "nature": "enterprise",
                "certificate_number": "91110000MA0000000H",
            }),
        );
        let found = nameless.check("access", "target = [\"N-1\"]\n");
        assert!(fires_at(&found, "ACC-06", "info", "subject"), "{found:?}");
    }
}

#[test]
fn hubei_wants_the_legal_representative_on_access() {
    let access = |representative: &str| {
        let filing = Filing::of(
            "鄂",
            &json!({
                "name": "示例科技有限公司", "nature": "enterprise",
                "legal_representative": representative,
                "responsible": { "name": "张三", "phone": "13800000001" },
            }),
        );
        filing.check("access", "target = [\"N-1\"]\n")
    };
    assert_eq!(grave(&access("张三")), []);
    let other = access("王五");
    assert_eq!(grave(&other), [("ACC-06", "error")]);
}

#[test]
fn a_person_of_two_subjects_in_tianjin_has_two_phones_and_elsewhere_one() {
    let id = "110101199001010015";
    let check = |letter: &str, phone: &str| {
        let other = json!({
            "number": format!("{letter}ICP备2021000002号"), "name": "示例贸易有限公司",
            "nature": "enterprise",
            "responsible": { "name": "张三", "certificate_number": id, "phone": "13800000001" },
            "services": [],
        });
        let scene = Scene::holding(&[other]);
        let dossier = format!(
            "kind = \"new\"\nprovider = \"tencent\"\n[subject]\nname = \"示例科技有限公司\"\nnature = \"enterprise\"\nprovince = \"{}\"\n[subject.responsible]\nname = \"张三\"\ncertificate_number = \"{id}\"\nphone = \"{phone}\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"example.com\"]\n",
            if letter == "津" { "天津" } else { "福建" },
        );
        let found = check_dossier(&scene, &dossier);
        let about = found.into_iter().filter(|f| f.0 == "RP-07").map(|f| f.1);
        about.collect::<Vec<_>>()
    };
    assert_eq!(check("津", "13800000001"), ["error"]);
    assert_eq!(check("津", "13800000009"), [""; 0]);
    assert_eq!(check("闽", "13800000001"), ["info"]);
    assert_eq!(check("闽", "13800000009"), ["warning"]);
}

#[test]
fn provinces_of_which_the_newest_source_says_no_refuse_a_change_of_nature() {
    let nature = |letter: &str, to: &str| {
        let (filing, name) = match to {
            "individual" => (Filing::enterprise(letter), "张三"),
            _ => (Filing::individual(letter), "示例科技有限公司"),
        };
        let order = format!("[subject]\nnumber = \"N\"\nnature = \"{to}\"\nname = \"{name}\"\n");
        let found = filing.check("change", &order);
        let about = found.into_iter().filter(|f| f.0 == "CHG-04").map(|f| f.1);
        about.collect::<Vec<_>>()
    };
    assert_eq!(nature("鲁", "individual"), ["error"]);
    assert_eq!(nature("贵", "enterprise"), ["error"]);
    assert_eq!(nature("川", "individual"), ["warning"]);
    assert_eq!(nature("冀", "individual"), [""; 0]);
}

#[test]
fn what_a_change_of_nature_leaves_behind_is_no_fault_and_what_it_needs_is_asked_for() {
    let of = |found: Found| -> Vec<(String, String, String)> {
        let about = ["SUB-05", "SUB-06", "CHG-03", "CHG-04"];
        let about = found.into_iter().filter(|f| about.contains(&f.0.as_str()));
        about.collect()
    };
    let to_individual = "[subject]\nnumber = \"N\"\nnature = \"individual\"\nname = \"张三\"\ncertificate_type = \"resident-id\"\ncertificate_number = \"110101199001010015\"\n";
    let left = Filing::enterprise("冀").check("change", to_individual);
    assert_eq!(of(left), []);
    let given = format!("{to_individual}legal_representative = \"王五\"\n");
    let given = of(Filing::enterprise("冀").check("change", &given));
    let legal = "subject.legal_representative".to_owned();
    let fault = |rule: &str, severity: &str, path: String| (rule.into(), severity.into(), path);
    assert_eq!(given, [fault("SUB-06", "error", legal.clone())]);

    let to_organisation = "[subject]\nnumber = \"N\"\nnature = \"enterprise\"\nname = \"示例科技有限公司\"\ncertificate_type = \"business-licence\"\ncertificate_number = \"91110000MA0000000H\"\n";
    let lacking = of(Filing::individual("冀").check("change", to_organisation));
    assert_eq!(
        lacking,
        [
            fault("SUB-05", "warning", legal.clone()),
            fault("SUB-05", "warning", format!("{legal}_id")),
        ]
    );
    let whole = format!(
        "{to_organisation}legal_representative = \"张三\"\nlegal_representative_id = \"110101199001010015\"\n"
    );
    let whole = of(Filing::individual("冀").check("change", &whole));
    assert_eq!(whole, []);
    let renamed = "[subject]\nnumber = \"N\"\nname = \"示例新名有限公司\"\n";
    let renamed = of(Filing::enterprise("冀").check("change", renamed));
    let rules: Vec<&str> = renamed.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(rules, ["CHG-03"]);
}

#[test]
fn an_account_of_another_subject_takes_no_first_filing_but_a_bare_one_is_only_warned() {
    let scene = Scene::at("tencent");
    let weigh = |dossier: &str| {
        let found = check_dossier(&scene, dossier);
        let about = found.into_iter().filter(|f| f.0 == "ORD-03").map(|f| f.1);
        about.collect::<Vec<_>>()
    };
    let own = super::GOOD.replace("\"100000000009\"", "\"acc-1\"");
    assert_eq!(weigh(&own), ["error"]);
    assert_eq!(weigh(super::GOOD), [""; 0]);
    let bare = dossier("tencent")
        .replace(CERTIFICATES[0], CERTIFICATES[1])
        .replace("\n[subject]", "account = \"acc-1\"\n[subject]");
    assert_eq!(weigh(&bare), ["warning"]);
}

/// What a change brings in is judged as a new filing would be, where it stands.
#[test]
fn what_a_change_brings_in_is_judged_like_a_new_filing() {
    let enterprise = Filing::enterprise("浙");
    let individual = Filing::individual("鄂");
    let northern = Filing::individual("黑");
    let anhui = Filing::individual("皖");
    let change = |filing: &Filing, fields: &str| {
        filing.check("change", &format!("[subject]\nnumber = \"N\"\n{fields}"))
    };
    // A certificate of another province belongs to no filing of this one.
    let moved = change(
        &enterprise,
        "certificate_address = \"北京市东城区示例路1号\"\n",
    );
    assert!(fires_at(
        &moved,
        "SUB-04",
        "error",
        "subject.certificate_address"
    ));
    let becomes = "nature = \"enterprise\"\nname = \"示例树木有限公司\"\ncertificate_type = \"business-licence\"\ncertificate_number = \"91110000MA0000000H\"\n";
    let path = "subject.certificate_number";
    assert!(fires_at(
        &change(&individual, becomes),
        "SUB-04",
        "warning",
        path
    ));
    // Nor does an individual of another province.
    let other = "name = \"李四\"\ncertificate_number = \"440104199001010053\"\n";
    assert!(fires_at(&change(&northern, other), "PRV-01", "error", path));
    assert!(fires_at(
        &change(&individual, other),
        "MAT-04",
        "warning",
        "materials"
    ));
    // A credit code that changed is what Anhui turns away, and an individual has none.
    let found = change(&anhui, other);
    assert!(fires_at(&found, "CHG-03", "warning", path), "{found:?}");
    assert!(!found.iter().any(|f| f.0 == "CHG-01"), "{found:?}");
    // Names and persons.
    let renamed = change(&enterprise, "name = \"示例投资有限公司\"\n");
    assert!(fires_at(&renamed, "SVC-04", "warning", "subject.name"));
    let trader = change(&individual, "name = \"张三个体工商户\"\nremark = \"无\"\n");
    assert!(fires_at(&trader, "SUB-09", "warning", "subject.remark"));
    let namesake = change(
        &enterprise,
        "legal_representative_id = \"110101199001010023\"\n[subject.responsible]\ncertificate_number = \"110101199001010015\"\n",
    );
    let path = "subject.responsible.certificate_number";
    assert!(fires_at(&namesake, "RP-01", "error", path), "{namesake:?}");
    let person = "[subject.responsible]\nname = \"李四\"\n[[services]]\nnumber = \"N-1\"\n[services.responsible]\nname = \"李四\"\n";
    let named = change(&individual, person);
    for path in ["subject.responsible.name", "services.0.responsible.name"] {
        assert!(fires_at(&named, "RP-02", "error", path), "{named:?}");
    }
}

#[test]
fn an_access_is_verified_with_the_phone_of_the_services_person_not_the_subjects() {
    let filing = Filing::enterprise("浙");
    let subject = "[subject]\nnumber = \"N\"\n[subject.responsible]\nphone = \"13900000000\"\n[[services]]\nnumber = \"N-1\"\n";
    assert_eq!(
        grave(&filing.check("access", subject)),
        [("ACC-01", "error")]
    );
    let service =
        "[[services]]\nnumber = \"N-1\"\n[services.responsible]\nphone = \"13900000000\"\n";
    assert_eq!(
        grave(&filing.check("access", service)),
        [("SMS-11", "error")]
    );
}

/// Who attaches papers to an access keeps them here, and is told what is missing among them; other
/// files are none.
#[test]
fn guangdongs_letter_is_missed_among_the_papers_of_an_access() {
    let target = "target = [\"N-1\"]\n";
    for (slot, severity) in [
        (None, "info"),
        (Some("other"), "info"),
        (Some("statement"), "warning"),
    ] {
        let paper = |slot| format!("[[materials]]\nslot = \"{slot}\"\nfile = \"dossier.toml\"\n");
        let materials = slot.map(paper).unwrap_or_default();
        let found = Filing::enterprise("粤").check("access", &format!("{target}{materials}"));
        assert!(
            fires_at(&found, "MAT-01", severity, "materials"),
            "{found:?}"
        );
    }
}
