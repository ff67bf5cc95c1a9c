//! Correcting an order: what `edit` takes, what it refuses, and attachments that go.

use crate::scenarios::{MONDAY, Scene, dossier, hints_at};
use serde_json::{Value, json};

/// The attachments of an order, each as its slot and its hash.
fn attached(scene: &Scene, id: &str) -> Value {
    let order = scene.order(MONDAY, id);
    let materials = order["materials"].as_array().unwrap();
    materials
        .iter()
        .map(|m| json!([m["slot"], m["hash"]]))
        .collect()
}

/// "Unknown fields are refused with a suggestion", when they are taken away too.
#[test]
fn an_unknown_field_cannot_be_taken_away() {
    let (scene, id) = Scene::first_filing("tencent");
    for (field, meant) in [
        ("foo", "full path"),
        ("acount", "did you mean account?"),
        ("services.0.nam", "did you mean services.0.name?"),
        (
            "services.0.responsible.phon",
            "did you mean services.0.responsible.phone?",
        ),
        ("services.7.name", "full path"),
        ("materials.0", "no attachments"),
        ("materials.other", "no attachments"),
    ] {
        let error = scene.fails(MONDAY, &format!("edit {id} --unset {field}"), 3);
        assert_eq!(error["code"], "invalid.field", "{field}");
        assert!(hints_at(&error, meant), "{field}: {error}");
    }
    // A field that is there to be filled in may be empty already.
    let document = scene.document(MONDAY, &format!("edit {id} --unset services.0.remark"), 0);
    assert_eq!(document["changed"], false);
}

/// Of orders that wait for each other none could ever be sent.
#[test]
fn an_order_cannot_wait_for_itself() {
    let (scene, first) = Scene::first_filing("tencent");
    let second = scene.draft(MONDAY, &format!("new --from new.toml --after {first}"));
    let third = scene.draft(MONDAY, &format!("new --from new.toml --after {second}"));
    for last in [&first, &second, &third] {
        let error = scene.fails(MONDAY, &format!("edit {first} --set after={last}"), 5);
        assert_eq!(error["code"], "refused.after-circle", "{error}");
    }
    let line = format!("edit {third} --set after={first}");
    assert_eq!(scene.document(MONDAY, &line, 0)["data"]["after"], first);
}

/// A wrong attachment is taken away by its slot or its place, and `undo` brings it back.
#[test]
fn an_attachment_can_be_taken_away() {
    let (scene, id) = Scene::first_filing("tencent");
    for (name, slot) in [("a", "other"), ("b", "licence"), ("c", "other")] {
        scene.user.write(name, name);
        let _ = scene
            .run(MONDAY, &format!("attach {id} {name} --as {slot}"))
            .exits(0);
    }
    let all = attached(&scene, &id);
    let undone = || {
        let _ = scene.run(MONDAY, "undo").exits(0);
        let mut now = attached(&scene, &id).as_array().unwrap().clone();
        let mut all = all.as_array().unwrap().clone();
        now.sort_by_key(ToString::to_string);
        all.sort_by_key(ToString::to_string);
        assert_eq!(now, all);
    };
    let edit = |what: &str| scene.ok(MONDAY, &format!("edit {id} {what}"));
    let order = edit("--unset materials.2 --set account=7");
    assert_eq!(attached(&scene, &id), json!([all[0], all[1]]));
    let entry = order["history"].as_array().unwrap().last().unwrap();
    let edits = entry["edits"].as_array().unwrap();
    assert!(
        edits
            .iter()
            .any(|e| e["field"] == "materials" && e["to"].is_null()),
        "{edits:?}"
    );
    undone();
    assert!(scene.order(MONDAY, &id)["account"].is_null());
    edit("--unset materials.other");
    let left = attached(&scene, &id);
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left[0][0], "licence");
    undone();
    edit("--unset materials");
    assert_eq!(attached(&scene, &id), json!([]));
    undone();
    let error = scene.fails(MONDAY, &format!("edit {id} --unset materials.nope"), 3);
    assert!(hints_at(&error, "licence"), "{error}");
    let error = scene.fails(MONDAY, &format!("edit {id} --set materials.0=a"), 3);
    assert!(hints_at(&error, "icpctl attach"), "{error}");
}

/// A dossier that `edit --from` takes speaks for the slots that it names.
#[test]
fn the_files_of_a_dossier_take_the_place_of_those_of_their_slots() {
    let (scene, id) = Scene::first_filing("tencent");
    for name in ["a", "b", "c"] {
        scene.user.write(name, name);
    }
    for (name, slot) in [("a", "other"), ("b", "licence")] {
        let _ = scene
            .run(MONDAY, &format!("attach {id} {name} --as {slot}"))
            .exits(0);
    }
    let before = attached(&scene, &id);
    let material = "\n[[materials]]\nslot = \"other\"\nfile = \"c\"\n";
    scene.user.write("new.toml", dossier("tencent") + material);
    let document = scene.document(MONDAY, &format!("edit {id} --from new.toml"), 0);
    assert_eq!(document["changed"], true);
    let after = attached(&scene, &id);
    assert_eq!(after[0], before[1]);
    assert_eq!(after[1][0], "other");
    assert_ne!(after[1], before[0]);
    let again = scene.document(MONDAY, &format!("edit {id} --from new.toml"), 0);
    assert_eq!(again["changed"], false);
    let doctor = scene.document(MONDAY, "doctor", 0);
    assert_eq!(doctor["data"]["findings"], json!([]));
    scene.user.write(
        "new.toml",
        dossier("tencent") + &material.replace("\"c\"", "\"missing\""),
    );
    scene.fails(MONDAY, &format!("edit {id} --from new.toml"), 4);
}

/// "validity (3), …, guards (5)": a field that does not exist is told whatever the status; and a
/// refusal says what is allowed now, and until when.
#[test]
fn validity_comes_before_the_status_which_tells_what_is_allowed() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.fails(MONDAY, &format!("edit {id} --set nosuch=1"), 3);
    scene.fails(MONDAY, &format!("edit {id} --unset nosuch"), 3);
    let error = scene.fails(MONDAY, &format!("edit {id} --set services.0.name=示例"), 5);
    assert!(hints_at(&error, "allowed in provider-review: "), "{error}");

    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    let error = scene.fails(
        MONDAY,
        &format!("record {id} sms-verified --who subject"),
        5,
    );
    assert_eq!(error["code"], "refused.not-awaited");
    assert!(hints_at(&error, "those awaited: service"), "{error}");
    assert!(
        hints_at(&error, "the SMS window closes at 2026-11-24 10:00:00"),
        "{error}"
    );
}

/// A cancellation through a provider is always verified somehow: what is taken away falls back.
#[test]
fn the_way_of_verifying_falls_back_to_the_sms() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by papers");
    let edit = format!("edit {id} --unset verify_by");
    let first = scene.document(MONDAY, &edit, 0);
    assert_eq!(first["changed"], true);
    assert_eq!(first["data"]["verify_by"], "sms");
    assert_eq!(scene.document(MONDAY, &edit, 0)["changed"], false);
    scene.fails(MONDAY, &format!("edit {id} --unset provider"), 3);
}
