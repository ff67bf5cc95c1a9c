//! The rows of a batch before the rulebook: what `--submit` refuses, what a row accepts, and what
//! `batch check` and `batch plan` tell beforehand.

use super::files::{BRAND, put};
use super::{GOOD, findings};
use crate::batches::{outcomes, stream};
use crate::scenarios::{MONDAY, Scene, codes};
use serde_json::Value;

/// A store whose own rule finds an error in every first filing, and a batch of two of them.
fn scene(accept: &str) -> Scene {
    let scene = Scene::empty();
    put(&scene, "own.toml", BRAND);
    scene.user.write("one.toml", GOOD);
    let other = GOOD
        .replace("91440300MA0000090T", "91440300MA00000152")
        .replace("100000000009", "100000000010")
        .replace("example.com", "example.net");
    scene.user.write("two.toml", other);
    scene.user.write(
        "batch.csv",
        format!("ref,kind,from,accept\na,new,one.toml,{accept}\nb,new,two.toml,\n"),
    );
    scene
}

fn rows(scene: &Scene, flags: &str, exit: i32) -> Vec<Value> {
    let line = format!("batch apply batch.csv --submit --yes --json {flags}");
    let lines = stream(&scene.run(MONDAY, &line).exits(exit));
    let is_row = |line: &Value| line["type"] == "row";
    lines.into_iter().filter(is_row).collect()
}

#[test]
fn a_row_that_the_rulebook_rejects_is_not_sent_unless_it_accepts_the_rule() {
    let scene = scene("");
    for row in rows(&scene, "", 7) {
        assert_eq!(row["outcome"], "failed", "{row:#}");
        assert_eq!(row["error"]["code"], "refused.rule");
        assert_eq!(row["error"]["exit"], 5);
        assert_eq!(row["error"]["rule"], "MY-01");
        let hints = row["error"]["hints"].to_string();
        assert!(hints.contains("accept column"), "{hints}");
    }
    assert_eq!(
        scene.document(MONDAY, "list --all", 0)["data"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // Drafting alone sends nothing, so that nothing is refused; applying again sends the drafts.
    let line = "batch apply batch.csv --json";
    assert_eq!(
        outcomes(&scene.run(MONDAY, line).exits(0)),
        ["a ok", "b ok"]
    );
    let failed = rows(&scene, "", 7);
    assert!(
        failed
            .iter()
            .all(|row| row["outcome"] == "failed" && !row["order"].is_null())
    );
    let sent = rows(&scene, "--accept MY-01", 0);
    assert!(sent.iter().all(|row| row["outcome"] == "ok"), "{sent:#?}");
}

#[test]
fn what_a_row_accepts_is_kept_in_its_history() {
    let scene = scene("MY-01");
    let told = rows(&scene, "", 7);
    let said: Vec<&str> = told
        .iter()
        .filter_map(|row| row["outcome"].as_str())
        .collect();
    assert_eq!(said, ["ok", "failed"]);
    let id = told[0]["order"].as_str().unwrap();
    let file = scene
        .user
        .home()
        .join(format!(".icpctl/orders/{}/{id}.toml", &id[..2]));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("accepted = [\"MY-01\"]"), "{text}");
}

#[test]
fn what_is_found_in_rows_is_told_before_they_are_applied() {
    let scene = scene("MY-01");
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let errors: Vec<(&Value, &Value)> = findings(&document)
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| (&finding["rule"], &finding["line"]))
        .collect();
    assert_eq!(errors, [(&"MY-01".into(), &3.into())], "{document:#}");
    let mistyped = self::scene("MY-02").document(MONDAY, "batch check batch.csv", 3);
    assert_eq!(codes(&mistyped["warnings"]), ["unknown-acceptance"]);
    let plan = scene.document(MONDAY, "batch plan batch.csv", 0);
    let rows = plan["data"]["rows"].as_array().unwrap();
    assert_eq!(rows[0]["action"], "draft");
    assert_eq!(rows[1]["action"], "draft");
    assert_eq!(rows[1]["held_by"]["rule"], "MY-01");
}

#[test]
fn a_row_that_cannot_be_read_hides_nothing_of_the_others() {
    let scene = Scene::empty();
    let short = GOOD.replace("name = \"示例花卉商城\"", "name = \"商城\"");
    assert_ne!(short, GOOD);
    scene.user.write("short.toml", short);
    scene.user.write(
        "batch.csv",
        "ref,kind,from\na,cancel-sites,\nb,new,short.toml\n",
    );
    let output = scene.run(MONDAY, "check batch.csv --json").exits(3);
    let document = output.json();
    let found: Vec<(&str, &str)> = findings(&document)
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|f| (f["rule"].as_str().unwrap(), f["file"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [("unknown-value", "batch.csv"), ("NAM-01", "short.toml")]
    );
}
