//! Consent: what is asked before something is sent.

use crate::scenarios::{MONDAY, SHOP, SUBJECT, Scene, hints_at};

/// "Off a terminal they need `--yes` and explicit orders or targets; otherwise 2, naming both."
#[test]
fn off_a_terminal_sending_needs_yes() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    for line in [
        format!("submit {id}"),
        format!("abandon {id}"),
        format!("gone {SUBJECT} --because holder"),
        format!("erase {id}"),
    ] {
        let error = scene.fails(MONDAY, &line, 2);
        assert!(hints_at(&error, "--yes"), "{line}: {error}");
    }
    assert_eq!(scene.status(MONDAY, &id), "draft");
    scene.fails(MONDAY, "submit --yes", 2);
}

/// A rehearsal of what is refused tells of no effect.
#[test]
fn what_is_refused_has_no_effect_to_be_shown() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let told = scene
        .run(MONDAY, &format!("abandon {id} --dry-run"))
        .exits(0);
    assert!(told.stderr.contains("for good"), "{}", told.stderr);
    scene.submit(MONDAY, &id);
    let told = scene
        .run(MONDAY, &format!("abandon {id} --dry-run"))
        .exits(5);
    assert!(!told.stderr.contains("for good"), "{}", told.stderr);
}

/// "Drafting asks nothing and sends nothing."
#[test]
fn drafting_asks_nothing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT} --no-input"));
    assert_eq!(scene.status(MONDAY, &id), "draft");
}

/// "`--yes` alone never sends one": a cancel-subject needs its number.
#[test]
fn yes_alone_never_sends_a_cancellation_of_a_subject() {
    let scene = Scene::at("tencent");
    let line = format!("cancel-subject {SUBJECT} --submit --yes");
    let error = scene.fails(MONDAY, &line, 2);
    assert_eq!(error["code"], "usage.confirm");
    let order = scene.ok(MONDAY, &format!("{line} --confirm {SUBJECT}"));
    assert_eq!(order["status"], "sms-verification-pending");
}

/// "is sent off a terminal only with `--accept filed-elsewhere-goes`".
#[test]
fn what_ends_at_other_providers_is_accepted_by_name() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    let line = "cancel-site example.cn --provider tencent --submit --yes";
    let error = scene.fails(MONDAY, line, 2);
    assert_eq!(error["code"], "usage.accept");
    let hints = error["hints"].to_string();
    let instead = format!("icpctl cancel-access {SHOP} --provider tencent");
    assert!(hints.contains(&instead), "{hints}");
    // In any letter case, as a rule's id is.
    scene.ok(MONDAY, &format!("{line} --accept Filed-elsewhere-goes"));
}

#[test]
fn no_access_is_spared_where_none_is_left() {
    let scene = Scene::one_site(&["tencent", "huawei"]);
    let id = scene.draft(MONDAY, "cancel-site example.cn --provider tencent");
    let gone = "gone example.cn --provider tencent --because provider --yes";
    let _ = scene.run(MONDAY, gone).exits(0);
    let error = scene.fails(MONDAY, &format!("submit {id} --yes"), 2);
    assert_eq!(error["code"], "usage.accept");
    let hints = error["hints"].to_string();
    assert!(!hints.contains("cancel-access"), "{hints}");
}

/// "Each has an environment twin, save `--yes`, `--confirm`, `--accept`, `--reveal`".
#[test]
fn consent_has_no_twin_in_the_environment() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let output = scene
        .user
        .run_with(
            &[
                ("ICPCTL_YES", "1"),
                ("ICPCTL_NOW", "2026-11-23T10:00:00+08:00"),
            ],
            ["submit", &id],
        )
        .exits(2);
    assert!(output.stderr.contains("--yes"), "{output:?}");
}

/// "A dry run writes nothing", and needs no consent.
#[test]
fn a_dry_run_needs_no_consent_and_writes_nothing() {
    let scene = Scene::at("tencent");
    let document = scene.document(MONDAY, "cancel-site example.cn --dry-run", 0);
    assert_eq!(document["dry_run"], true);
    assert_eq!(scene.ok(MONDAY, "list --all"), serde_json::json!([]));
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.document(MONDAY, &format!("submit {id} --dry-run"), 0);
    scene.document(MONDAY, &format!("gone {SUBJECT} --because bureau -n"), 0);
    assert_eq!(scene.status(MONDAY, &id), "draft");
    assert!(scene.is_filed(MONDAY, SUBJECT));
}

/// "consent and choices missing off a terminal (2), guards (5), revisions and refs (6)".
#[test]
fn consent_comes_before_guards_and_those_before_refs() {
    let scene = Scene::one_site(&["tencent"]);
    scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    let other = "change example.cn --set name=示例旧书商城 --ref row-1";
    scene.fails(MONDAY, other, 6);
    scene.fails(MONDAY, &format!("{other} --submit --no-input"), 2);
    scene.fails(MONDAY, &format!("{other} --submit --yes"), 6);
    let nowhere = "cancel-site example.cn --provider huawei --ref row-1";
    scene.fails(MONDAY, nowhere, 5);
    scene.fails(MONDAY, &format!("{nowhere} --submit --no-input"), 2);
    scene.fails(MONDAY, &format!("{nowhere} --submit --yes"), 5);
    let gone = "gone example.cn --provider huawei --because provider";
    scene.fails(MONDAY, gone, 2);
    scene.fails(MONDAY, &format!("{gone} --yes"), 5);
    assert_eq!(scene.ok(MONDAY, "list --all").as_array().unwrap().len(), 1);
}

/// An unset variable of a script is no key.
#[test]
fn a_blank_ref_is_refused() {
    let scene = Scene::at("tencent");
    for blank in ["", " ", "\u{3000}"] {
        let words = ["cancel-site", "example.cn", "--ref", blank, "--json"];
        let error = &scene.user.run(words).exits(2).json()["error"];
        assert_eq!(error["code"], "usage.arguments");
    }
    assert_eq!(scene.ok(MONDAY, "list --all"), serde_json::json!([]));
}
