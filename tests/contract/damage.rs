//! What is wrong with files, and how it is told: dossiers, records, stores.

use crate::scenarios::{MONDAY, SHOP, SUBJECT, Scene, codes, dossier};
use serde_json::Value;
use std::path::{Path, PathBuf};

const LATER: &str = "2026-11-25 10:00:00";

/// Finds an order's file.
pub(crate) fn order_file(scene: &Scene, id: &str) -> PathBuf {
    let name = format!("{id}.toml");
    let mut folders = vec![scene.user.home().join(".icpctl/orders")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() == name.as_str() {
                return path;
            }
        }
    }
    panic!("no file of {id}")
}

/// Finds the file of the only subject.
fn subject_file(scene: &Scene) -> PathBuf {
    let folder = scene.user.home().join(".icpctl/subjects");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap();
    file.unwrap().path()
}

/// Replaces text in a file.
fn replace(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{text}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

/// "Unknown fields are refused with a suggestion", with file, line and column.
#[test]
fn a_misspelt_field_of_a_dossier_is_told_with_its_place() {
    let scene = Scene::empty();
    scene
        .user
        .write("new.toml", dossier("tencent").replace("domains", "domians"));
    let output = scene.run(MONDAY, "new --from new.toml").exits(3);
    assert!(output.stderr.contains("new.toml:19:1"), "{output:?}");
    assert!(output.stderr.contains("domains"), "{output:?}");
    assert_eq!(output.stdout, "");
}

/// A certificate number with a wrong check digit does not validate.
#[test]
fn a_wrong_check_digit_is_invalid() {
    let scene = Scene::empty();
    let text = dossier("tencent").replace("91110000MA0000000H", "91110000MA0000000J");
    scene.user.write("new.toml", text);
    let error = scene.fails(MONDAY, "new --from new.toml", 3);
    let told = error["message"].as_str().unwrap();
    assert!(told.contains("subject.certificate_number"), "{told}");
    assert!(told.starts_with("new.toml:10:"), "{told}");
}

/// "all problems are told at once".
#[test]
fn all_problems_of_a_dossier_are_told_at_once() {
    let scene = Scene::empty();
    let text = dossier("tencent")
        .replace("91110000MA0000000H", "91110000MA0000000J")
        .replace("domains", "domians");
    scene.user.write("new.toml", text);
    let error = scene.fails(MONDAY, "new --from new.toml", 3).to_string();
    for place in ["new.toml:10:", "new.toml:19:"] {
        assert!(error.contains(place), "{error}");
    }
}

/// "other encodings are refused with line, column and remedy".
#[test]
fn a_dossier_in_another_encoding_is_refused() {
    let scene = Scene::empty();
    // 广东 in GBK.
    let mut bytes = b"kind = \"new\"\n[subject]\nprovince = \"".to_vec();
    bytes.extend(b"\xb9\xe3\xb6\xab\"\n");
    scene.user.write("new.toml", bytes);
    let output = scene.run(MONDAY, "new --from new.toml").exits(3);
    assert!(output.stderr.contains("new.toml:3:"), "{output:?}");
    assert!(output.stderr.contains("UTF-8"), "{output:?}");
}

/// "A file that a person edited wrongly is reported with file, line and column …; the other orders
/// stay usable."
#[test]
fn a_truncated_order_file_is_told_and_the_others_stay_usable() {
    let scene = Scene::at("tencent");
    let broken = scene.draft(MONDAY, "cancel-site example.cn");
    let sound = scene.draft(MONDAY, "cancel-site example.com");
    let path = order_file(&scene, &broken);
    let text = std::fs::read_to_string(&path).unwrap();
    let cut = text.find("history").unwrap() + 20;
    std::fs::write(&path, &text[..cut]).unwrap();

    let error = scene.fails(MONDAY, &format!("show {broken}"), 3);
    let told = error["message"].as_str().unwrap();
    let place = format!("{broken}.toml:");
    let rest = told
        .split(&place)
        .nth(1)
        .unwrap_or_else(|| panic!("{told}"));
    assert!(rest.starts_with(|c: char| c.is_ascii_digit()), "{told}");

    let document = scene.document(MONDAY, "list", 0);
    assert_eq!(document["data"].as_array().unwrap().len(), 1);
    assert!(codes(&document["warnings"]).contains(&"damaged-file".to_owned()));
    scene.submit(MONDAY, &sound);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text[..cut]);
    let doctor = scene.document(MONDAY, "doctor", 3);
    assert!(codes(&doctor["data"]["findings"]).contains(&"damaged-file".to_owned()));
}

/// Where no file can be read, nothing is said to be missing.
#[test]
fn what_cannot_be_read_is_not_said_to_be_nothing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    std::fs::write(order_file(&scene, &id), "[[[").unwrap();
    let subjects = scene.user.home().join(".icpctl/subjects");
    for file in std::fs::read_dir(subjects).unwrap() {
        std::fs::write(file.unwrap().path(), "[[[").unwrap();
    }
    for line in [
        "list",
        "list --all",
        "list --due-within 3d",
        "status",
        "log",
        "portfolio",
        "duty list",
        "notice list",
        "sync",
    ] {
        let said = scene.run(MONDAY, line).exits(0).stderr;
        let last = said.lines().last().unwrap();
        assert!(
            last.starts_with("in the files that can be read: "),
            "{line}: {said}"
        );
    }
}

/// TOML has dates of its own, which a record does not use: quotes that got lost are named.
#[test]
fn a_date_that_lost_its_quotes_is_told() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let path = order_file(&scene, &id);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("created_at = \"").unwrap();
    let (at, after) = after.split_once('"').unwrap();
    std::fs::write(&path, format!("{before}created_at = {at}{after}")).unwrap();
    for (lang, words) in [("en", "must stand in quotes"), ("zh", "引号")] {
        let output = scene
            .run(MONDAY, &format!("--lang {lang} show {id}"))
            .exits(3);
        assert!(output.stderr.contains(words), "{output:?}");
    }
}

/// A record that was moved or renamed is read by nothing: `doctor` says so, and that its place is wrong.
#[test]
fn a_record_in_a_wrong_place_is_told() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let home = scene.user.home().join(".icpctl");
    let own = order_file(&scene, &id);
    let shard = own.parent().unwrap().to_owned();
    let told = || -> Vec<Value> {
        let document = scene.document(MONDAY, "doctor", 3);
        let findings = document["data"]["findings"].as_array().unwrap();
        let wrong = findings.iter().filter(|f| f["code"] != "stray-record");
        assert_eq!(wrong.count(), 0, "{document:#}");
        findings.iter().map(|f| f["path"].clone()).collect()
    };
    for place in [
        format!("orders/{id}.toml"),
        format!("orders/{}/old/{id}.toml", &id[..2]),
        format!("orders/{}/{id} (1).toml", &id[..2]),
        format!("orders/{}/{id}.TOML", &id[..2]),
        format!("subjects/old/{id}.toml"),
    ] {
        let moved = home.join(&place);
        std::fs::create_dir_all(moved.parent().unwrap()).unwrap();
        std::fs::rename(&own, &moved).unwrap();
        assert_eq!(told(), [place]);
        std::fs::rename(&moved, &own).unwrap();
    }
    // What an editor or a merge leaves beside it is nothing of ours.
    std::fs::write(shard.join(format!("{id}.toml.orig")), "").unwrap();
    assert_eq!(scene.run(MONDAY, "doctor").code, 0);

    #[cfg(unix)]
    {
        let away = scene.user.home().join("away");
        std::fs::rename(&shard, &away).unwrap();
        std::os::unix::fs::symlink(&away, &shard).unwrap();
        let link = format!("orders/{}", &id[..2]);
        assert_eq!(told(), std::slice::from_ref(&link));
        for line in ["list", "status", "list --all", "portfolio"] {
            let document = scene.document(MONDAY, line, 0);
            let warned = &document["warnings"];
            assert_eq!(warned[0]["code"], "damaged-file", "{line}: {warned}");
            assert_eq!(warned[0]["path"], link, "{line}: {warned}");
            assert_eq!(warned.as_array().unwrap().len(), 1, "{line}: {warned}");
        }
    }
}

/// Personal data that got into a place of its own in a record is not shown by those who repeat it.
#[test]
fn what_stands_wrongly_in_a_record_is_masked() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    replace(
        &order_file(&scene, &id),
        "kind = \"cancel-site\"",
        "kind = \"13987654321\"",
    );
    for line in ["doctor", "doctor --json"] {
        let told = scene.run(MONDAY, line).exits(3);
        assert!(told.stdout.contains("139****4321"), "{told:?}");
        assert!(!told.stdout.contains("13987654321"), "{told:?}");
    }
}

/// "Unknown keys in a file of the same schema are kept".
#[test]
fn an_unknown_key_of_an_order_file_is_kept() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let path = order_file(&scene, &id);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("ours = \"kept\"\n{text}")).unwrap();
    scene.submit(MONDAY, &id);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("ours = \"kept\""), "{text}");
}

/// "a newer schema is 3 with \"upgrade\"".
#[test]
fn a_newer_schema_is_invalid() {
    let scene = Scene::empty();
    replace(
        &scene.user.home().join(".icpctl/store.toml"),
        "schema = 1",
        "schema = 2",
    );
    let error = scene.fails(MONDAY, "list", 3);
    assert_eq!(error["code"], "invalid.newer-schema");
    assert!(error.to_string().contains("pgrade"), "{error}");
}

/// "A named store that is missing is 4".
#[test]
fn a_named_store_that_is_missing_is_not_found() {
    let scene = Scene::empty();
    let error = scene.fails(MONDAY, "list --store nowhere", 4);
    assert_eq!(error["code"], "not-found.store");
}

/// A store that is no store is said to be none.
#[test]
fn a_store_file_that_cannot_be_read_is_told() {
    let scene = Scene::empty();
    for text in ["this is not = = toml", "", "schema = 0\n", "<<<<<<< ours\n"] {
        scene.user.write(".icpctl/store.toml", text);
        let error = scene.fails(MONDAY, "list", 3);
        assert_eq!(error["code"], "invalid.store", "{text}");
        assert!(error["hints"].to_string().contains("schema = 1"), "{error}");
    }
}

/// Odd ids find nothing and break nothing.
#[test]
fn odd_ids_are_not_found() {
    let scene = Scene::at("tencent");
    for word in [
        "../../etc",
        "ref:",
        "🙂",
        "....",
        "zzzzzzzzzzzzzzzzzz",
        "%00",
        "ZZZZ",
    ] {
        scene.fails(MONDAY, &format!("show {word}"), 4);
    }
}

/// "`doctor` finds what a merge can break (two live orders of a subject, a ref or number twice)".
#[test]
fn doctor_finds_what_a_merge_breaks() {
    let scene = Scene::at("tencent");
    let first = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    let second = scene.draft(MONDAY, "cancel-site example.com --ref row-2");
    assert_eq!(scene.run(MONDAY, "doctor").code, 0);
    // Each branch sent one, and each gave its order the same ref.
    let draft = std::fs::read_to_string(order_file(&scene, &second)).unwrap();
    scene.submit(MONDAY, &first);
    let sent = std::fs::read_to_string(order_file(&scene, &first)).unwrap();
    let line = "2026-11-25 10:00:00";
    scene.submit(line, &second);
    assert_ne!(
        std::fs::read_to_string(order_file(&scene, &second)).unwrap(),
        draft
    );
    assert_eq!(
        std::fs::read_to_string(order_file(&scene, &first)).unwrap(),
        sent
    );
    replace(&order_file(&scene, &second), "row-2", "row-1");
    replace(
        &order_file(&scene, &first),
        "2026-11-23T10:00:00",
        "2026-11-25T09:00:00",
    );
    let doctor = scene.document(line, "doctor", 3);
    let found = codes(&doctor["data"]["findings"]);
    for code in ["two-live-orders", "duplicate-ref"] {
        assert!(found.contains(&code.to_owned()), "{found:?}");
    }
    // Which of the two is meant is not for the program to guess.
    for command in ["show", "abandon", "status"] {
        let refused = scene.document(line, &format!("{command} ref:row-1"), 4);
        assert_eq!(refused["error"]["code"], "not-found.ambiguous", "{command}");
    }
}

/// An order whose file cannot be read forbids what it may have forbidden: its ref is not given
/// again, and no second order of its subject is sent.
#[test]
fn a_damaged_order_keeps_its_ref_and_its_subject() {
    let scene = Scene::at("tencent");
    let other = scene.draft(MONDAY, "cancel-site example.com");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref row-1");
    scene.run(MONDAY, &format!("submit {id} --yes")).exits(0);
    let sound = std::fs::read_to_string(order_file(&scene, &id)).unwrap();
    replace(&order_file(&scene, &id), "cancel-site", "cancel-sight");

    scene.user.write(
        "rows.csv",
        "ref,kind,target\nrow-1,cancel-site,example.cn\n",
    );
    for line in [
        "cancel-site example.com --ref row-1".to_owned(),
        format!("submit {other} --yes"),
        "batch apply rows.csv".to_owned(),
    ] {
        let told = scene.run(MONDAY, &line).exits(3);
        assert!(told.stderr.contains(&format!("{id}.toml:")), "{told:?}");
    }
    // It may be the one that is named, so it is not said that there is none.
    for line in [
        "show ref:row-1",
        "status ref:row-1 --exit-status",
        "wait ref:row-1 --timeout 0",
        "record ref:row-1 sms-verified",
    ] {
        let told = scene.run(MONDAY, line).exits(3);
        assert!(told.stderr.contains(&format!("{id}.toml:")), "{told:?}");
    }
    scene.run(MONDAY, "show ref:row-9").exits(4);
    // What forbids nothing goes on.
    scene
        .run(MONDAY, &format!("abandon {other} --yes"))
        .exits(0);
    scene.draft(MONDAY, "cancel-site example.com --ref row-2");

    std::fs::write(order_file(&scene, &id), sound).unwrap();
    let doctor = scene.document(MONDAY, "doctor", 0);
    assert_eq!(doctor["data"]["findings"].as_array().unwrap().len(), 0);
}

/// A status that a person mistyped, or set to another, is no leave: the history says where the order
/// stands, and where nothing says it, it may stand anywhere.
#[test]
fn a_mistyped_status_frees_nothing() {
    for (was, typed) in [
        (
            "status = \"sms-verification-pending\"",
            "status = \"sms-pending\"",
        ),
        (
            "status = \"sms-verification-pending\"",
            "status = \"abandoned\"",
        ),
        ("status = \"sms-verification-pending\"", ""),
    ] {
        let scene = Scene::at("tencent");
        let other = scene.draft(MONDAY, "cancel-site example.com");
        let id = scene.draft(MONDAY, "cancel-site example.cn");
        scene.submit(MONDAY, &id);
        replace(&order_file(&scene, &id), was, typed);
        // Nor is it said that there is no order about the site.
        for line in [
            format!("submit {other} --yes"),
            "show example.cn".to_owned(),
            format!("status {SHOP} --exit-status"),
            "wait example.cn --timeout 0".to_owned(),
            "record example.cn sms-verified".to_owned(),
        ] {
            let error = scene.fails(MONDAY, &line, 3);
            assert_eq!(error["code"], "invalid.record", "{typed} {line}: {error}");
            assert!(
                error.to_string().contains(&format!("{id}.toml:")),
                "{error}"
            );
        }
    }
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "bureau-approved");
    replace(
        &order_file(&scene, &id),
        "status = \"approved\"",
        "status = \"aproved\"",
    );
    for line in [
        "cancel-site example.cn",
        "portfolio example.cn --exit-status",
    ] {
        let error = scene.fails(LATER, line, 3);
        assert_eq!(error["code"], "invalid.record", "{line}: {error}");
    }
}

/// A first filing that cannot be read holds its certificate.
#[test]
fn a_damaged_first_filing_holds_its_certificate() {
    let scene = Scene::empty();
    scene.user.write("new.toml", dossier("tencent"));
    let draft = "new --from new.toml";
    let (first, second) = (scene.draft(MONDAY, draft), scene.draft(MONDAY, draft));
    scene.submit(MONDAY, &first);
    replace(
        &order_file(&scene, &first),
        "kind = \"new\"",
        "kind = \"nwe\"",
    );
    let error = scene.fails(MONDAY, &format!("submit {second} --yes"), 3);
    assert!(
        error.to_string().contains(&format!("{first}.toml:")),
        "{error}"
    );
}

/// A subject's record that tells nothing may tell of any domain: none is said not to be filed, while
/// what other records tell stays so.
#[test]
fn a_domain_is_not_unfiled_while_a_subjects_record_is_empty() {
    let scene = Scene::at("tencent");
    std::fs::write(subject_file(&scene), "").unwrap();
    for line in [
        "portfolio example.cn",
        "portfolio example.cn --exit-status",
        "cancel-site example.cn",
        "gone example.cn --because bureau --yes",
        "label example.cn a=b",
    ] {
        let error = scene.fails(MONDAY, line, 3);
        assert_eq!(error["code"], "invalid.record", "{line}: {error}");
    }
    let told = scene.run(MONDAY, "portfolio").exits(0).stderr;
    assert!(!told.contains("nothing is filed yet"), "{told}");
    assert!(told.contains(":1:1: the file is empty"), "{told}");
    scene.user.write("new.toml", dossier("tencent"));
    scene.draft(MONDAY, "new --from new.toml");
}

/// An operation of which a part cannot be read is not half taken back, and none before it is taken for
/// the latest.
#[test]
fn what_cannot_be_read_is_not_undone_by_halves() {
    let scene = Scene::at("tencent");
    scene.run(MONDAY, &format!("note {SUBJECT} kept")).exits(0);
    let first = scene.draft(MONDAY, "cancel-site example.com");
    let second = scene.draft(MONDAY, "cancel-site example.cn");
    let line = format!("abandon {first} {second} --yes");
    scene.run(MONDAY, &line).exits(0);
    let log = scene.ok(MONDAY, &format!("log {first}"));
    let ops: Vec<&str> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["op"].as_str().unwrap())
        .collect();
    let op = scene.ok(MONDAY, &format!("log {second}")).to_string();
    let shared = ops.iter().find(|one| op.contains(**one)).unwrap();
    let own = ops.iter().find(|one| *one != shared).unwrap();
    replace(&order_file(&scene, &second), "cancel-site", "cancel-sight");
    for line in ["undo".to_owned(), format!("undo {shared}")] {
        let error = scene.fails(MONDAY, &line, 3);
        assert_eq!(error["code"], "invalid.record", "{line}: {error}");
    }
    scene.fails(MONDAY, &format!("undo {}", &shared[..5]), 3);
    // What can be no beginning of an id means none, wherever it stands.
    scene.fails(MONDAY, &format!("undo {}", &shared[..3]), 4);
    // What is named and can be read whole is judged as ever: the abandoning rests on the drafting.
    scene.fails(MONDAY, &format!("undo {own}"), 6);
    // A file that holds nothing so late does not hide the latest.
    let later = [
        ("ICPCTL_NOW", "2026-11-25T10:00:00+08:00"),
        ("ICPCTL_SEED", "2"),
    ];
    for line in [["note", SUBJECT, "later"].as_slice(), &["undo"]] {
        scene.user.run_with(&later, line).exits(0);
    }
}

/// An order that can be read is found by its domain though a subject's record cannot be read: only that
/// nothing is there rests on it.
#[test]
fn what_is_there_is_found_whatever_else_cannot_be_read() {
    let scene = Scene::at("tencent");
    let text = dossier("tencent").replace("example.cn", "third.cn");
    scene.user.write("new.toml", text);
    scene
        .run(MONDAY, "new --from new.toml --submit --yes")
        .exits(0);
    std::fs::write(subject_file(&scene), "").unwrap();
    for (line, code) in [
        ("label third.cn a=b", 0),
        ("note third.cn hello", 0),
        ("show third.cn", 0),
        ("portfolio third.cn --exit-status", 8),
        ("label fourth.cn a=b", 3),
        ("portfolio fourth.cn --exit-status", 3),
        ("portfolio third.cn", 3),
    ] {
        let output = scene.run(MONDAY, line);
        assert_eq!(output.code, code, "{line}: {output:?}");
    }
}

/// An order whose file was renamed is not said to be missing.
#[test]
fn a_renamed_order_is_damaged_not_missing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let path = order_file(&scene, &id);
    std::fs::rename(&path, path.with_file_name("abcd1234.toml")).unwrap();
    for word in [&id, &id[..5]] {
        let error = scene.fails(MONDAY, &format!("show {word}"), 3);
        assert!(error.to_string().contains("abcd1234.toml:2:1"), "{error}");
    }
}

/// What is filed is unknown while a record that tells of it cannot be read: nothing rests on it.
#[test]
fn what_is_filed_is_not_guessed_from_the_rest() {
    let lines = |scene: &Scene| {
        for line in [
            format!("cancel-subject {SUBJECT}"),
            format!("cancel-subject {SUBJECT} --written"),
            format!("cancel-site {SHOP}"),
            "cancel-site example.cn".to_owned(),
            "access example.cn --provider huawei".to_owned(),
            format!("change {SUBJECT} --set mailing_address=示例路2号"),
            format!("portfolio {SUBJECT}"),
            format!("portfolio {SUBJECT} --exit-status"),
            "portfolio example.cn --exit-status".to_owned(),
            format!("gone {SHOP} --because bureau --yes"),
            format!("erase {SUBJECT} --yes"),
            "new --from new.toml".to_owned(),
        ] {
            scene.user.write("new.toml", dossier("tencent"));
            let error = scene.fails(LATER, &line, 3);
            assert_eq!(error["code"], "invalid.record", "{line}: {error}");
            let told = error["message"].as_str().unwrap();
            assert!(told.contains(".toml:"), "{line}: {told}");
        }
        scene.run(LATER, "portfolio").exits(0);
    };
    // Its record.
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.com");
    replace(&subject_file(&scene), "schema = 1", "schema = 1 = 1");
    lines(&scene);
    let error = scene.fails(LATER, &format!("submit {id} --yes"), 3);
    assert_eq!(error["code"], "invalid.record");
    // The order that ended the site.
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "sms-verified");
    scene.record(MONDAY, &id, "bureau-approved");
    replace(&order_file(&scene, &id), "schema = 1", "schema = 1 = 1");
    lines(&scene);
}

/// "the store can be copied": a copy tells the same.
#[test]
fn a_copied_store_tells_the_same() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let home = scene.user.home();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        std::fs::create_dir_all(home.join("copy").join(&folder)).unwrap();
        for entry in std::fs::read_dir(home.join(".icpctl").join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                std::fs::copy(entry.path(), home.join("copy").join(path)).unwrap();
            }
        }
    }
    let copy = scene.document(MONDAY, &format!("show {id} --store copy"), 0);
    assert_eq!(copy["data"], scene.order(MONDAY, &id));
}

/// An order under way whose subject's record is lost is found, and sound again with the record.
#[test]
fn an_order_of_a_lost_subject_is_found() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.run(MONDAY, "doctor").exits(0);
    let file = subject_file(&scene);
    let record = std::fs::read(&file).unwrap();
    let found = |code: i32| {
        let told = scene.document(MONDAY, "doctor", code);
        let found = told["data"]["findings"].as_array().unwrap().clone();
        let each = found.iter().map(|one| {
            let [code, message] = ["code", "message"].map(|key| one[key].as_str().unwrap());
            assert!(message.contains(&id) && message.contains(SUBJECT), "{one}");
            code.to_owned()
        });
        each.collect::<Vec<_>>()
    };
    std::fs::remove_file(&file).unwrap();
    assert_eq!(found(3), ["order-of-unknown"]);
    // What cannot be read may be it: that is told, and nothing is guessed of the order.
    std::fs::write(&file, "").unwrap();
    let told = scene.document(MONDAY, "doctor", 3);
    assert_eq!(codes(&told["data"]["findings"]), ["damaged-file"]);
    std::fs::write(&file, record).unwrap();
    assert_eq!(found(0), Vec::<String>::new());
    // An order that has ended rests on nothing any more.
    scene.run(MONDAY, &format!("abandon {id} --yes")).exits(0);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(found(0), Vec::<String>::new());
}
