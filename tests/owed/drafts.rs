//! Drafting the order that puts a notice right, with all that the drafting commands take.

use super::shop_and_app;
use crate::scenarios::{MONDAY, SHOP};
use serde_json::json;

/// A scene with a notice that a change or a cancellation puts right, and its id.
fn with_notice() -> (crate::scenarios::Scene, String) {
    let scene = shop_and_app("2026-01-05");
    let id = scene.draft(
        MONDAY,
        &format!("notice add {SHOP} --class content-mismatch"),
    );
    (scene, id)
}

#[test]
fn the_files_that_a_dossier_names_come_with_the_draft() {
    let (scene, id) = with_notice();
    scene.user.write("licence.jpg", "a photograph");
    scene.user.write(
        "change.toml",
        "kind = \"change\"\n[[materials]]\nslot = \"subject-certificate\"\nfile = \"licence.jpg\"\n",
    );
    let line = format!("notice resolve {id} --draft --from change.toml --set content=blog");
    let first = scene.document(MONDAY, &line, 0);
    let order = first["data"][0]["order"].as_str().unwrap();
    let shown = scene.order(MONDAY, order);
    assert_eq!(shown["materials"][0]["slot"], "subject-certificate");
    assert_eq!(scene.ok(MONDAY, "doctor")["findings"], json!([]));
    let again = scene.document(MONDAY, &line, 0);
    assert_eq!(again["changed"], false);
    assert_eq!(again["data"][0]["order"], order);
}

/// What a rehearsal would make has an id that nothing has.
#[test]
fn a_rehearsal_leaves_nothing_to_go_on_with() {
    let (scene, id) = with_notice();
    for line in [
        "notice add example.cn --class domain-expired".to_owned(),
        format!("notice resolve {id} --draft --set content=blog"),
    ] {
        let dry = scene.document(MONDAY, &format!("{line} --dry-run"), 0);
        assert_eq!(dry["changed"], true);
        assert_eq!(dry["data"][0]["next"], json!([]), "{line}");
        let done = scene.document(MONDAY, &line, 0);
        assert_ne!(done["data"][0]["next"], json!([]), "{line}");
    }
}

#[test]
fn only_the_end_of_a_filing_has_a_way_of_its_own() {
    let (scene, id) = with_notice();
    for way in ["--written", "--verify-by papers"] {
        let line = format!("notice resolve {id} --draft --set content=blog {way}");
        scene.fails(MONDAY, &line, 2);
    }
    let line = format!("notice resolve {id} --draft --kind cancel-site --written");
    scene.fails(MONDAY, &format!("{line} --provider tencent"), 2);
    scene.fails(MONDAY, &format!("{line} --verify-by papers"), 2);
    for (kind, way) in [
        ("change", "written = true"),
        ("change", "verify_by = \"papers\""),
        ("access", "verify_by = \"sms\""),
    ] {
        let text = format!("kind = \"{kind}\"\nprovider = \"huawei\"\n{way}\n");
        scene.user.write("order.toml", text);
        let set = if kind == "change" {
            "--set content=blog"
        } else {
            ""
        };
        let line = format!("{kind} {SHOP} --from order.toml {set}");
        let error = scene.fails(MONDAY, &line, 3);
        let field = way.split(' ').next().unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(field), "{error}");
    }
}
