//! Records that a person edited: what they wrote is read as it is meant, or told with its place.

use super::desk::{Store, cancelling, file_of};
use std::fs;

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
