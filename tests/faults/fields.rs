//! `--fields` decides what is told of a write, never whether it is told: a wrong name is told before
//! anything is done.

use super::play::{PLAYS, Stage, records};
use icpctl::render::fields::paths;
use serde_json::Value;

#[test]
fn a_field_that_no_document_has_is_told_before_anything_is_written() {
    for play in PLAYS {
        let stage = Stage::set(play);
        let folder = stage.fresh("wrong");
        let output = stage.run_for(&folder, "nope");
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{}: {told}", play.name);
        let document: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(document["changed"], false, "{}", play.name);
        assert!(records(&folder) == stage.old, "{}", play.name);

        // Each field of what it does answer is one that may be asked for.
        let folder = stage.fresh("right");
        let whole = stage.run(&folder);
        let whole: Vec<Value> = String::from_utf8_lossy(&whole.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let data = match whole.as_slice() {
            [one] => one["data"].clone(),
            // A stream: the rows between its start and its summary.
            [_, rows @ .., _] => rows.to_vec().into(),
            [] => Value::Null,
        };
        let names = paths(&data).join(",");
        assert!(!names.is_empty(), "{}", play.name);
        let folder = stage.fresh("narrowed");
        let output = stage.run_for(&folder, &names);
        assert!(
            output.status.success(),
            "{}: {}",
            play.name,
            String::from_utf8_lossy(&output.stdout)
        );
        assert!(records(&folder) == stage.new || play.asks, "{}", play.name);
    }
}
