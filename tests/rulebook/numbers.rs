//! Numbers that are read all the same, with a remark, and numbers that cannot both be right.

use super::{check_dossier, findings};
use crate::scenarios::{MONDAY, SHOP, SUBJECT, Scene, codes};
use serde_json::{Value, json};

#[test]
fn another_letter_of_the_province_is_read_with_a_warning_wherever_a_number_is_written() {
    let scene = Scene::empty();
    let filing = |number: &str| json!({ "number": number }).to_string();
    let warnings = |document: &Value| codes(&document["warnings"]);
    let adopt = |number: &str| {
        scene.user.write("adopt.json", filing(number));
        scene.document(MONDAY, "adopt --from adopt.json", 0)
    };
    assert_eq!(warnings(&adopt("蜀ICP备2021000001号")), [""; 0]);
    let alias = adopt("川ICP备2021000002号");
    assert_eq!(warnings(&alias), ["NUM-01"]);
    assert_eq!(alias["data"]["subjects"][0], "蜀ICP备2021000002号");

    let dossier = |letter: &str| {
        format!(
            "kind = \"cancel-subject\"\nsubject = \"{letter}ICP备2021000002号\"\nwritten = true\n"
        )
    };
    let about = |letter: &str| {
        let found = check_dossier(&scene, &dossier(letter));
        let found = found.into_iter().filter(|f| f.0 == "NUM-01");
        found.map(|f| (f.1, f.2)).collect::<Vec<_>>()
    };
    assert_eq!(about("蜀"), []);
    assert_eq!(about("川"), [("warning".to_owned(), "subject".to_owned())]);
    let target = |letter: &str| {
        let target = format!("{letter}ICP备2021000002号");
        let dossier =
            format!("kind = \"cancel-subject\"\nwritten = true\ntarget = [\"{target}\"]\n");
        let found = check_dossier(&scene, &dossier);
        let found = found.into_iter().filter(|f| f.0 == "NUM-01");
        found.map(|f| f.1).collect::<Vec<_>>()
    };
    assert_eq!(target("蜀"), [""; 0]);
    assert_eq!(target("川"), ["warning"]);
    scene.user.write("dossier.toml", dossier("川"));
    let drafted = scene.document(MONDAY, "cancel-subject --from dossier.toml", 0);
    assert!(
        warnings(&drafted).contains(&"NUM-01".to_owned()),
        "{drafted:#}"
    );
}

/// Else the first to hear of it is who submits an order of it, which NUM-04 refuses.
#[test]
fn a_subject_of_another_province_than_its_number_is_told_of_by_adopt() {
    let scene = Scene::at("tencent");
    for (number, province, told) in [
        ("京ICP备2021000009号", "广东", true),
        ("京ICP备2021000008号", "京", false),
        ("合字B2-20090059", "广东", false),
    ] {
        let subject = json!({ "number": number, "province": province });
        scene.user.write("subject.json", subject.to_string());
        let adopted = scene.document(MONDAY, "adopt --from subject.json", 0);
        let is_told = codes(&adopted["warnings"]) == ["NUM-04"];
        assert_eq!(is_told, told, "{number}: {adopted:#}");
    }
    let subject = json!({ "number": "京ICP备2021000009号", "province": "北京" });
    scene.user.write("subject.json", subject.to_string());
    let adopted = scene.document(MONDAY, "adopt --from subject.json --replace", 0);
    assert_eq!(adopted["warnings"], json!([]));
}

#[test]
fn two_services_with_one_counter_are_told_of_by_adopt_and_by_doctor() {
    let scene = Scene::at("tencent");
    let sound = scene.document(MONDAY, "doctor", 0);
    assert_eq!(findings(&sound), &Vec::<Value>::new());
    let app = json!({
        "number": SUBJECT,
        "services": [{ "number": format!("{SHOP}A"), "kind": "app" }],
    });
    scene.user.write("app.json", app.to_string());
    let adopted = scene.document(MONDAY, "adopt --from app.json", 0);
    assert_eq!(codes(&adopted["warnings"]), ["NUM-03"]);
    let said = adopted["warnings"][0]["message"].as_str().unwrap();
    assert!(
        said.contains(SHOP) && said.contains(&format!("{SHOP}A")),
        "{said}"
    );
    let doctor = scene.document(MONDAY, "doctor", 3);
    assert_eq!(codes(&doctor["data"]["findings"]), ["NUM-03"]);
    let gone = scene.run(MONDAY, &format!("gone {SHOP}A --because not-ours --yes"));
    assert_eq!(gone.code, 0, "{gone:?}");
    let sound = scene.document(MONDAY, "doctor", 0);
    assert_eq!(findings(&sound), &Vec::<Value>::new());
}
