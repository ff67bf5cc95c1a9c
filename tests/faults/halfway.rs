//! A group of files that was killed halfway, and a person who came before the next command.

use super::play::{PLAYS, Stage, leftovers, records};
use icpctl::store::Digest;
use serde_json::{Value, json};
use std::fs;

/// "Nothing lost, nothing half done": of two orders that are submitted together the first is in place
/// when the program is killed, and a person edits it. The next command, `doctor` here, puts the second
/// in place too, leaves the first as the person wants it, and says both.
#[test]
fn a_person_who_edits_the_first_file_of_a_killed_group_keeps_the_edit_and_the_rest() {
    let play = PLAYS.iter().find(|play| play.name == "submit-several");
    let stage = Stage::set(play.unwrap());
    let changed: Vec<&String> = stage
        .new
        .iter()
        .filter(|(path, bytes)| stage.old.get(*path) != Some(*bytes))
        .map(|(path, _)| path)
        .collect();
    let [first, second] = changed[..] else {
        panic!("{changed:?}")
    };
    let folder = stage.fresh("halfway");
    let store = folder.join(".icpctl");
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let hidden = |path: &str| format!(".{}.1.00000000000000ff-0.tmp", name(path));
    let lines: Vec<String> = changed
        .iter()
        .map(|path| {
            let step = json!({
                "path": path,
                "temporary": hidden(path),
                "old": Digest::of(&stage.old[*path]).as_str(),
                "new": Digest::of(&stage.new[*path]).as_str(),
            });
            step.to_string()
        })
        .collect();
    let body = lines.join("\n");
    let intent = format!("{}\n{body}", Digest::of(body.as_bytes()));
    fs::write(store.join("intent.json"), intent).unwrap();
    let temporary = store.join(second).with_file_name(hidden(second));
    fs::write(temporary, &stage.new[second]).unwrap();
    let edited = [&stage.new[first], b"\n# seen by the partner\n".as_slice()].concat();
    fs::write(store.join(first), &edited).unwrap();

    let output = stage.other(&folder, "doctor --json");
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = |key: &str| document["data"][key].to_string();
    assert!(told("completed").contains(&name(second)), "{document}");
    assert!(told("kept").contains(&name(first)), "{document}");
    assert_eq!(
        (&document["changed"], &document["data"]["dropped"]),
        (&json!(true), &json!(false))
    );
    let warning = &document["warnings"][0];
    assert_eq!(warning["code"], "kept-edit", "{document}");
    let place = warning["path"].as_str().unwrap_or_default();
    assert!(place.ends_with(first.as_str()), "{document}");
    let mut expected = stage.new.clone();
    expected.insert(first.clone(), edited);
    assert_eq!(records(&folder), expected);
    assert!(leftovers(&folder).is_empty());
    let again = stage.other(&folder, "doctor --json");
    let document: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(document["changed"], false);
}
