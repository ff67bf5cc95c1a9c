//! What a spreadsheet program makes of the tables.

use super::scene::everything;
use std::path::Path;
use std::process::Command;

/// Lists the cells that Gnumeric reads from a table: their content, and whether it is a formula.
fn cells(folder: &Path, table: &str) -> Vec<(String, bool)> {
    let (from, to) = (folder.join("table.csv"), folder.join("table.xml"));
    std::fs::write(&from, table).unwrap();
    let read = Command::new("ssconvert")
        .args([
            "-I",
            "Gnumeric_stf:stf_csvtab",
            "-T",
            "Gnumeric_XmlIO:sax:0",
        ])
        .args([&from, &to])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    assert!(read.status.success(), "{read:?}");
    let sheet = std::fs::read_to_string(&to).unwrap();
    let cells = sheet.split("<gnm:Cell ").skip(1);
    cells
        .map(|cell| {
            let (about, rest) = cell.split_once('>').unwrap();
            let (content, _) = rest.split_once("</gnm:Cell>").unwrap_or_default();
            (content.to_owned(), !about.contains("ValueType"))
        })
        .collect()
}

#[test]
#[ignore = "needs gnumeric: .ci/run installs it and runs this"]
fn a_spreadsheet_program_finds_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let armed = cells(folder.path(), "name,remark\n=1+2,示例\n");
    assert!(armed.contains(&("=1+2".to_owned(), true)), "{armed:?}");
    let (mut read, mut disarmed) = (0, 0);
    for ran in everything() {
        let is_table = ran.line.ends_with(" csv") && !ran.stdout.starts_with('{');
        if !is_table || ran.stdout.is_empty() {
            continue;
        }
        for (content, is_formula) in cells(folder.path(), &ran.stdout) {
            assert!(!is_formula, "{content} {}", ran.line);
            read += 1;
            disarmed += usize::from(content.starts_with('='));
        }
    }
    assert!(read > 500 && disarmed > 0, "{read} {disarmed}");
}
