//! Records that a person edited: what they wrote is read as it is meant, or told with its place.

use super::desk::{Store, cancelling, file_of};
use crate::scenarios::{CERTIFICATES, FORUM, SHOP, SUBJECT, Scene, company, site};
use chrono::{DateTime, FixedOffset, SecondsFormat};
use regex::Regex;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

const ID: &str = "c0000001";

#[test]
fn a_place_that_no_service_has_is_told_and_ends_nothing() {
    let store = Store::new(&[&cancelling(ID)]);
    let path = file_of(store.path(), ID);
    let text = fs::read_to_string(&path).unwrap();
    for word in ["service:0", "service:", "service:-1"] {
        let damaged = text.replace("service:1", word);
        assert_ne!(damaged, text);
        fs::write(&path, &damaged).unwrap();
        let line = 1 + damaged.lines().position(|l| l.contains(word)).unwrap();
        for command in ["show", "guide", "check"] {
            let ran = store.run(&[command, ID]);
            assert_eq!(ran.code, 3, "{command} {word}: {}", ran.err);
            let told = format!("`{word}` is no person of an order");
            assert!(ran.err.contains(&told), "{command}: {}", ran.err);
            let place = format!("{ID}.toml:{line}:");
            assert!(ran.err.contains(&place), "{command}: {}", ran.err);
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            damaged,
            "never rewritten"
        );
    }
    // A place beyond the services is somebody whom this version does not know.
    fs::write(&path, text.replace("service:1", "service:9")).unwrap();
    let ran = store.run(&["show", ID, "--json"]);
    let awaited = &ran.json()["data"]["awaiting"][0];
    assert_eq!(awaited["who"], "service:9");
    assert_eq!(awaited["service"], serde_json::Value::Null);
}

/// Tells every instant of a file at another offset, in hours.
pub(crate) fn told_at(text: &str, offset: i32) -> String {
    let offset = FixedOffset::east_opt(offset * 3600).unwrap();
    let instants = Regex::new(r#""[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\+08:00""#).unwrap();
    let told = instants.replace_all(text, |found: &regex::Captures<'_>| {
        let at = DateTime::parse_from_rfc3339(found[0].trim_matches('"')).unwrap();
        let at = at.with_timezone(&offset);
        format!("\"{}\"", at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    });
    assert!(!told.contains("+08:00"), "{told}");
    told.into_owned()
}

/// Every record of a store.
fn records(store: &Path) -> Vec<PathBuf> {
    let mut folders = vec![store.join("orders"), store.join("subjects")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A store in which everything happened half an hour after midnight in China, when UTC has the day
/// before.
fn of_the_small_hours() -> (Scene, String) {
    let access = json!(["tencent"]);
    let scene = Scene::holding(&[company(
        SUBJECT,
        CERTIFICATES[0],
        &[
            site(SHOP, "example.cn", &access),
            site(FORUM, "example.com", &access),
        ],
    )]);
    let cancel = scene.draft("2026-11-25 00:10:00", "cancel-site example.cn");
    for (at, line) in [
        (
            "2026-06-02 00:30:00",
            "gone example.com --because bureau --yes",
        ),
        ("2026-06-02 00:31:00", "note 粤ICP备2021000001号 去电"),
        (
            "2026-11-24 00:30:00",
            "notice add example.cn --class service-contact-dead --deadline 10wd",
        ),
        (
            "2026-11-24 00:31:00",
            "notice add example.cn --class number-not-shown --deadline 2026-12-10T00:30:00+08:00",
        ),
        ("2026-11-25 00:20:00", &format!("submit {cancel} --yes")),
    ] {
        let _ = scene.ok(at, line);
    }
    (scene, cancel)
}

#[test]
fn the_offset_at_which_a_record_tells_its_instants_does_not_matter() {
    let (scene, cancel) = of_the_small_hours();
    let looks = [
        format!("show {cancel}"),
        format!("log {cancel}"),
        "log".to_owned(),
        "list".to_owned(),
        "list --created-since 2026-11-25 --until 2026-11-25".to_owned(),
        "list --fields id,deadline.at,created_at,updated_at".to_owned(),
        "status".to_owned(),
        "portfolio".to_owned(),
        format!("cancel-site {FORUM}"),
        "notice list".to_owned(),
        "duty list".to_owned(),
        "export orders".to_owned(),
        "export --format ics".to_owned(),
        format!("guide {cancel}"),
    ];
    let look = || -> Vec<(String, String)> {
        let told = |line: &String, json: &str| {
            let output = scene.run("2026-11-25 12:00:00", &format!("{line}{json}"));
            (
                format!("{line}{json}"),
                format!("{}{}", output.stdout, output.stderr),
            )
        };
        let both = |line| [told(line, ""), told(line, " --json")];
        looks.iter().flat_map(both).collect()
    };
    let meant = look();
    let text = |part: &(String, String)| part.1.clone();
    let all = meant.iter().map(text).collect::<String>();
    assert!(all.contains("2026-06-02"), "{all}");
    assert!(
        all.contains("2026-12-10 00:30") && all.contains("2026-12-10T00:30:00+08:00"),
        "{all}"
    );
    let store = scene.user.home().join(".icpctl");
    let files = records(&store);
    assert!(files.len() > 1);
    let written: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for offset in [0, -5, 14] {
        for (file, text) in files.iter().zip(&written) {
            fs::write(file, told_at(text, offset)).unwrap();
        }
        for (told, meant) in look().iter().zip(&meant) {
            assert_eq!(told, meant, "{offset}");
        }
        // Looking rewrites nothing.
        for (file, text) in files.iter().zip(&written) {
            assert_eq!(fs::read_to_string(file).unwrap(), told_at(text, offset));
        }
    }
    // What is written is told in China Standard Time.
    let _ = scene.ok("2026-11-25 12:00:00", &format!("note {cancel} x"));
    let touched = fs::read_to_string(file_of(&store, &cancel)).unwrap();
    assert!(!touched.contains("+14:00"), "{touched}");
}
