//! `export` and `import`: a store goes out in three formats and comes back the same.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::{MONDAY, Scene};
use crate::support::Icpctl;
use icpctl::intake::read_exported;
use icpctl::reading::Steady;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// An agency with orders in several statuses, an attachment, labels and notes, and a reason that
/// a spreadsheet would take for a formula.
fn agency() -> Icpctl {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    user.write("new.toml", include_str!("../examples/dossiers/new.toml"));
    user.write("paper.png", b"\x89PNG\r\n\x1a\n not much of a picture");
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site shop.example.com --ref draft --label assignee=甲",
        "cancel-site tea.example.com --ref pending --submit --yes",
        "new --from new.toml --ref new --submit --yes",
        "attach ref:new paper.png --as other",
        "cancel-site open.example.net --ref rejected --submit --yes",
        "record ref:rejected sms-verified",
        "record ref:rejected bureau-rejected --reason =HYPERLINK(1)",
        "note 粤ICP备2021000001号 @说明",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// Every file of a store that is a record or an attachment, by its path.
fn contents(store: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, base: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, found);
            } else {
                let name = path.strip_prefix(base).unwrap().display().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    for folder in ["orders", "subjects", "files"] {
        let folder = store.join(folder);
        if folder.exists() {
            walk(&folder, store, &mut found);
        }
    }
    found
}

fn store(user: &Icpctl) -> BTreeMap<String, Vec<u8>> {
    contents(&user.home().join(".icpctl"))
}

/// Exports everything and brings it into an empty store, which reads the export again when asked to;
/// returns it with what the import said.
fn brought_over(user: &Icpctl, format: &str) -> (Icpctl, Value) {
    let out = user
        .run(["export", "--reveal", "--format", format])
        .exits(0);
    let other = Icpctl::new().stdin(out.stdout);
    other.run(["init"]).exits(0);
    let done = other.run(["import", "-", "--json"]).exits(0).json();
    (other, done)
}

#[test]
fn what_is_exported_whole_comes_back_byte_for_byte() {
    let user = agency();
    let there = store(&user);
    assert!(there.len() > 10);
    for format in ["json", "jsonl", "csv"] {
        let (other, done) = brought_over(&user, format);
        assert_eq!(done["changed"], true, "{format}");
        assert_eq!(done["data"]["orders"], 4);
        assert_eq!(done["data"]["files"], 1);
        assert_eq!(store(&other), there, "{format}");
        let again = other.run(["import", "-", "--json"]).exits(0).json();
        assert_eq!(again["changed"], false, "{format}");
        other.run(["doctor"]).exits(0);
    }
}

/// A cell of Excel holds 32,767 characters: an attachment takes several rows, in whatever order
/// they come back.
#[test]
fn an_attachment_comes_back_from_a_sorted_table() {
    let user = agency();
    let scan: Vec<u8> = b"\x89PNG\r\n\x1a\n"
        .iter()
        .copied()
        .chain((0..100_000_u32).map(|n| n.to_le_bytes()[0]))
        .collect();
    user.write("scan.png", scan);
    let attach = ["attach", "ref:new", "scan.png", "--as", "other"];
    user.run(attach).exits(0);
    let out = user.run(["export", "--reveal"]).exits(0);
    let text = out.stdout.strip_prefix('\u{feff}').unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let mut sorted = csv::Writer::from_writer(Vec::new());
    sorted.write_record(table.headers().unwrap()).unwrap();
    let mut rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert!(rows.iter().flatten().all(|cell| cell.len() <= 32_767));
    assert_eq!(rows.iter().filter(|row| &row[0] == "file").count(), 6);
    rows.reverse();
    for row in rows {
        sorted.write_record(&row).unwrap();
    }
    let other = Icpctl::new().stdin(sorted.into_inner().unwrap());
    other.run(["init"]).exits(0);
    other.run(["import", "--from", "-"]).exits(0);
    assert_eq!(store(&other), store(&user));
    other.run(["doctor"]).exits(0);
}

/// A file that was taken away from an order is still named by its history, which `undo` goes back to.
#[test]
fn what_was_taken_away_comes_back_with_an_undo_elsewhere() {
    let user = agency();
    user.write("gone.png", b"\x89PNG\r\n\x1a\n another picture");
    for line in [
        "attach ref:draft gone.png --as other",
        "edit ref:draft --unset materials.other",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    for format in ["json", "jsonl", "csv"] {
        let (other, done) = brought_over(&user, format);
        assert_eq!(done["data"]["files"], 2, "{format}");
        assert_eq!(done["warnings"], serde_json::json!([]), "{format}");
        assert_eq!(store(&other), store(&user), "{format}");
        other.run(["undo"]).exits(0);
        other.run(["doctor"]).exits(0);
        // A store without it is told of before somebody goes back, and an import that lacks it too.
        let files = std::fs::read_dir(other.home().join(".icpctl/files")).unwrap();
        for file in files {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
        other.run(["undo"]).exits(0);
        let found = other.run(["doctor", "--json"]).exits(3).json()["data"].to_string();
        assert_eq!(found.matches("missing-attachment").count(), 2, "{found}");
        let incomplete = other
            .run(["export", "--reveal", "--format", format])
            .exits(0);
        let third = Icpctl::new().stdin(incomplete.stdout);
        third.run(["init"]).exits(0);
        let told = third.run(["import", "-", "--json"]).exits(0).json();
        let told = told["warnings"].to_string();
        assert_eq!(told.matches("missing-attachment").count(), 2, "{told}");
    }
}

/// The record of a subject whose adoption was undone goes along with the rest of the store, and
/// answers no filter.
#[test]
fn what_was_adopted_and_undone_comes_back_with_the_whole_store() {
    let user = agency();
    let filing = serde_json::json!({
        "number": "京ICP备2022000321号", "name": "示例文具有限公司", "nature": "enterprise",
    });
    user.write("one.jsonl", format!("{filing}\n"));
    user.run(["adopt", "--from", "one.jsonl"]).exits(0);
    user.run(["undo"]).exits(0);
    let elements = user.run(["export", "--reveal", "--json"]).exits(0).json();
    let elements = elements["data"].as_array().unwrap();
    let keys =
        |element: &Value| -> Vec<String> { element.as_object().unwrap().keys().cloned().collect() };
    let (undone, filed): (Vec<&Value>, Vec<&Value>) = elements
        .iter()
        .filter(|element| element["type"] == "subject")
        .partition(|element| element["number"] == "京ICP备2022000321号");
    assert_eq!((undone.len(), filed.len()), (1, 8));
    assert_eq!(keys(undone[0]), keys(filed[0]));
    assert_eq!(undone[0]["risks"], serde_json::json!([]));
    for format in ["json", "jsonl", "csv"] {
        let (other, _) = brought_over(&user, format);
        assert_eq!(store(&other), store(&user), "{format}");
        assert_eq!(
            other.run(["log", "--json"]).exits(0).json()["data"],
            user.run(["log", "--json"]).exits(0).json()["data"],
            "{format}"
        );
    }
    // A store that holds the subject keeps what it holds.
    let holder = Icpctl::new().stdin(user.run(["export", "--reveal"]).exits(0).stdout);
    holder.write("one.jsonl", format!("{filing}\n"));
    for line in ["init", "adopt --from one.jsonl", "import -"] {
        holder.run(line.split(' ')).exits(0);
    }
    holder.run(["portfolio", "京ICP备2022000321号"]).exits(0);
    for line in [
        "export portfolio --reveal --province 京",
        "export portfolio",
        "export orders --reveal",
        "export --reveal --fields type,number",
        "export --reveal --format ics",
    ] {
        let out = user.run(line.split(' ')).exits(0);
        assert!(!out.stdout.contains("2022000321"), "{line}: {}", out.stdout);
    }
}

/// An empty shell is a subject that is filed: one that has ended is none.
#[test]
fn a_subject_that_ended_is_no_empty_shell() {
    let user = agency();
    let line = "gone 苏ICP备2021000005号 --because bureau --yes";
    let shell = || {
        let all = user.run(["export", "portfolio", "--json"]).exits(0).json();
        let all = all["data"].as_array().unwrap().clone();
        let found = all
            .into_iter()
            .find(|s| s["number"] == "苏ICP备2021000005号");
        found.unwrap()["risks"].clone()
    };
    assert_eq!(shell()[0]["code"], "empty-shell-subject");
    user.run(line.split(' ')).exits(0);
    assert_eq!(shell(), serde_json::json!([]));
}

/// An attachment that is there and cannot be read is not said to be missing: the export says why it
/// lacks it.
#[test]
fn an_attachment_that_cannot_be_read_is_told_with_its_reason() {
    let user = agency();
    let folder = user.home().join(".icpctl/files");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    std::fs::remove_file(file.path()).unwrap();
    std::fs::create_dir(file.path()).unwrap();
    let told = user.run(["export", "--reveal", "--json"]).exits(0).json();
    let warning = &told["warnings"][0];
    assert_eq!(warning["code"], "missing-attachment", "{told}");
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("was not exported: "), "{message}");
    assert!(!message.contains("not in the store"), "{message}");
}

/// A file of the store that was altered where it stands, or is gone: `doctor` tells it and the
/// command that it names puts it back; a backup leaves it out and can be brought in.
#[test]
fn an_attachment_that_was_altered_is_told_left_out_and_put_back() {
    for is_gone in [false, true] {
        let user = agency();
        user.run("attach ref:new paper.png --as domain-certificate --service 1".split(' '))
            .exits(0);
        let whole = store(&user);
        let folder = user.home().join(".icpctl/files");
        let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        if is_gone {
            std::fs::remove_file(file.path()).unwrap();
        } else {
            std::fs::write(file.path(), b"turned and saved by a viewer").unwrap();
        }
        let code = if is_gone {
            "missing-attachment"
        } else {
            "damaged-attachment"
        };
        let found = user.run(["doctor", "--json"]).exits(3).json();
        let findings = found["data"]["findings"].as_array().unwrap().clone();
        assert!(findings.iter().all(|f| f["code"] == code), "{found}");

        let backup = user.run(["export", "--reveal", "--json"]).exits(0);
        assert_eq!(backup.json()["warnings"][0]["code"], code, "{is_gone}");
        let other = Icpctl::new().stdin(backup.stdout);
        other.run(["init"]).exits(0);
        let told = other.run(["import", "-", "--json"]).exits(0).json();
        assert_eq!(told["data"]["files"], 0, "{told}");

        let fix = findings[0]["fix"].as_str().unwrap();
        let fix = fix.split("icpctl ").nth(1).unwrap();
        let fix = fix.replace("FILE", "paper.png");
        let dry = user.run(fix.split(' ').chain(["--dry-run", "--json"]));
        assert_eq!(dry.exits(0).json()["changed"], true, "{fix}");
        let done = user.run(fix.split(' ').chain(["--json"])).exits(0).json();
        assert_eq!(done["changed"], true, "{fix}");
        assert_eq!(store(&user), whole, "{fix}");
        user.run(["doctor"]).exits(0);
        let again = user.run(fix.split(' ').chain(["--json"])).exits(0).json();
        assert_eq!(again["changed"], false, "{fix}");
    }
}

/// What was altered where it stands goes all the same: with its order, and as what no order names.
#[test]
fn an_attachment_that_was_altered_can_be_erased() {
    let user = agency();
    let folder = user.home().join(".icpctl/files");
    let files = || -> BTreeSet<PathBuf> {
        let files = std::fs::read_dir(&folder).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    };
    let others = files();
    user.write("own.png", b"\x89PNG\r\n\x1a\n a picture of its own");
    user.run("attach ref:draft own.png --as other".split(' '))
        .exits(0);
    let all = files();
    let file = all.difference(&others).next().unwrap();
    // No more of it is read than an attachment may have.
    let grown = std::fs::File::create(file).unwrap();
    grown.set_len(1 << 40).unwrap();
    let told = user.run("erase ref:draft --yes --lang en".split(' '));
    let told = told.exits(3).stderr;
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(told.contains(name) && told.contains("larger"), "{told}");
    std::fs::write(file, b"turned and saved by a viewer").unwrap();
    user.run("erase ref:draft --yes".split(' ')).exits(0);
    assert_eq!(files(), others);

    let stray = folder.join("0".repeat(64));
    std::fs::write(&stray, b"of no order").unwrap();
    user.run(["doctor", "--fix"]).exits(0);
    assert!(!stray.exists());
}

/// The table has its columns where the files that were taken away are the only ones.
#[test]
fn a_table_holds_what_was_taken_away_where_nothing_else_is_attached() {
    let user = agency();
    let draft = "cancel-site docs.example.com --ref only";
    for line in [
        draft,
        "attach ref:only gone.png --as other",
        "edit ref:only --unset materials.other",
    ] {
        user.write("gone.png", b"\x89PNG\r\n\x1a\n another picture");
        user.run(line.split(' ')).exits(0);
    }
    let line = "export orders --reveal --ref only";
    let out = user.run(line.split(' ')).exits(0);
    assert!(
        !out.stderr.contains("hold no attachments"),
        "{}",
        out.stderr
    );
    assert!(out.stdout.contains("\nfile,"), "{}", out.stdout);
}

#[test]
fn what_has_no_place_for_attachments_says_so() {
    let user = agency();
    for line in [
        "export --reveal --format tsv",
        "export --reveal --fields id,record",
    ] {
        let out = user.run(line.split(' ')).exits(0);
        assert!(out.stderr.contains("1 were not exported"), "{out:?}");
    }
    let masked = user.run(["export"]).exits(0);
    assert!(!masked.stdout.contains("file"), "{masked:?}");
    assert!(!masked.stderr.contains("not exported"), "{masked:?}");
}

#[test]
fn the_parts_can_be_taken_apart_and_put_together() {
    let user = agency();
    for part in ["orders", "portfolio"] {
        let out = format!("{part}.csv");
        user.run(["export", part, "--reveal", "--out", &out])
            .exits(0);
    }
    let files = ["orders.csv", "portfolio.csv"].map(|name| user.home().join(name));
    let other = Icpctl::new();
    other.run(["init"]).exits(0);
    let mut words = vec!["import".into()];
    words.extend(files.iter().map(|path| path.clone().into_os_string()));
    other.run(&words).exits(0);
    let listed =
        |user: &Icpctl| user.run(["list", "--all", "--json"]).exits(0).json()["data"].clone();
    assert_eq!(listed(&other), listed(&user));
}

#[test]
fn a_cell_is_never_a_formula() {
    let user = agency();
    let out = user.run(["export", "--reveal", "--format", "csv"]).exits(0);
    let text = out.stdout.strip_prefix('\u{feff}').unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    let reasons = header.iter().position(|name| name == "reasons").unwrap();
    let mut seen = Vec::new();
    for row in rows.records() {
        let row = row.unwrap();
        for cell in &row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
        seen.push(row[reasons].to_owned());
    }
    assert!(seen.iter().any(|reason| reason == "'=HYPERLINK(1)"));
}

#[test]
fn a_month_s_report_is_one_command() {
    let user = agency();
    let report = |since: &str, until: &str| {
        let out = user
            .run([
                "export",
                "orders",
                "--created-since",
                since,
                "--until",
                until,
                "--fields",
                "ref,status",
                "--format",
                "csv",
            ])
            .exits(0);
        out.stdout.lines().count() - 1
    };
    assert_eq!(report("2026-11-01", "2026-11-30"), 4);
    assert_eq!(report("2026-10-01", "2026-10-31"), 0);
    let rejected = user
        .run(["export", "--status", "bureau-rejected", "--format", "json"])
        .exits(0)
        .json();
    let data = rejected["data"].as_array().unwrap();
    assert_eq!(data.len(), 1);
    assert_eq!(data[0]["ref"], "rejected");
}

#[test]
fn without_reveal_no_personal_data_leaves_and_nothing_comes_back() {
    let user = agency();
    let whole = user
        .run(["export", "--reveal", "--format", "jsonl"])
        .exits(0);
    assert!(whole.stdout.contains("13800000001"));
    for format in ["json", "jsonl", "csv", "tsv"] {
        let out = user.run(["export", "--format", format]).exits(0);
        for canary in ["13800000001", "13900000002", "110101199001010015"] {
            assert!(!out.stdout.contains(canary), "{format} {canary}");
        }
        let other = Icpctl::new().stdin(out.stdout);
        other.run(["init"]).exits(0);
        let failed = other.run(["import", "-", "--json"]).exits(3).json();
        assert_eq!(failed["error"]["code"], "invalid.file", "{format}");
        assert!(store(&other).is_empty());
    }
}

#[test]
fn an_exported_file_is_private_and_whole() {
    use std::os::unix::fs::PermissionsExt as _;
    let user = agency();
    user.write("out.json", "old");
    std::fs::set_permissions(
        user.home().join("out.json"),
        std::fs::Permissions::from_mode(0o666),
    )
    .unwrap();
    let done = user
        .run([
            "export", "--reveal", "--format", "json", "--out", "out.json",
        ])
        .exits(0);
    assert_eq!(done.stdout, "");
    let path = user.home().join("out.json");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(document["schema"], "icpctl.export/1");
    let failed = user.run(["export", "--out", "no/such/folder.csv"]).exits(1);
    assert!(failed.stderr.contains("no/such/folder.csv"), "{failed:?}");
    user.run(["export", "--out", "dry.csv", "-n"]).exits(0);
    assert!(!user.home().join("dry.csv").exists());
}

#[test]
fn what_contradicts_the_store_is_a_conflict_and_changes_nothing() {
    let user = agency();
    let out = user
        .run(["export", "--reveal", "--format", "jsonl"])
        .exits(0);
    user.run(["label", "ref:draft", "assignee=乙"]).exits(0);
    let before = store(&user);
    user.write("old.jsonl", &out.stdout);
    let failed = user.run(["import", "old.jsonl", "--json"]).exits(6).json();
    assert_eq!(failed["error"]["code"], "conflict.import");
    assert_eq!(store(&user), before);

    // Another order of the same subject lives here.
    let pending = user
        .run([
            "export", "orders", "--ref", "pending", "--reveal", "--format", "jsonl",
        ])
        .exits(0);
    let other = Icpctl::new().env("ICPCTL_SEED", "9").stdin(pending.stdout);
    other.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site tea.example.com --submit --yes",
    ] {
        other.run(line.split(' ')).exits(0);
    }
    let before = store(&other);
    let failed = other.run(["import", "-", "--json"]).exits(6).json();
    let hints = failed["error"]["hints"].as_array().unwrap();
    assert!(hints[0].as_str().unwrap().contains("live"), "{hints:?}");
    assert_eq!(store(&other), before);
}

#[test]
fn what_export_did_not_write_is_told_with_its_line() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let hash = "0".repeat(64);
    for (text, says) in [
        (String::new(), "type and record"),
        ("a,b\n1,2\n".to_owned(), "type and record"),
        (
            "{\"type\":\"order\",\"id\":\"../x\",\"record\":\"schema = 1\"}\n".to_owned(),
            "line 1, column 22: \"../x\"",
        ),
        (
            "{\"type\":\"order\",\"id\":\"abcdefgh\",\"record\":\"schema = \"}\n".to_owned(),
            "orders/ab/abcdefgh.toml:1:",
        ),
        (
            "{\"type\":\"subject\",\"number\":\"粤\",\"record\":\"\"}\n".to_owned(),
            "no subject number",
        ),
        ("{\"type\":\"thing\"}\n".to_owned(), "\"thing\" is no type"),
        (
            "{\"type\":\"subject\",\"number\":\"粤ICP备2021000001号\"}\n".to_owned(),
            "no record",
        ),
        ("{\"type\":\"summary\"}\n{\"type\":\n".to_owned(), "2:"),
        (
            format!("{{\"type\":\"file\",\"hash\":\"{hash}\",\"content\":\"AAAA\"}}\n"),
            "content is not that",
        ),
        (
            "{\"type\":\"file\",\"hash\":\"x\",\"content\":\"*\"}\n".to_owned(),
            "incomplete",
        ),
        ("{\"data\": 5}".to_owned(), "nothing that export wrote"),
        ("type,record\norder,\u{fffd}x\n".to_owned(), "incomplete"),
    ] {
        // All of an export, as far as its lines go.
        let end = if text.starts_with("{\"type\":\"") && !text.contains("\"summary\"") {
            "{\"type\":\"summary\",\"elements\":1}\n"
        } else {
            ""
        };
        let text = text + end;
        user.write("given", &text);
        let failed = user.run(["import", "given", "--json"]).exits(3).json();
        let hints = failed["error"]["hints"].to_string();
        assert!(hints.replace("\\\"", "\"").contains(says), "{text} {hints}");
        assert!(store(&user).is_empty());
    }
    user.write("latin", b"type,record\norder,\xff\n");
    let failed = user.run(["import", "latin"]).exits(3);
    assert!(
        failed.stderr.contains("2:7: this is not UTF-8"),
        "{failed:?}"
    );
    user.run(["import", "nothing"]).exits(4);
    user.run(["import"]).exits(2);
}

#[test]
fn the_dates_go_into_a_calendar_that_keeps_its_events() {
    let user = agency();
    let calendar = |now: &str| {
        let out = user
            .run_with(&[("ICPCTL_NOW", now)], ["export", "--format", "ics"])
            .exits(0)
            .stdout;
        assert!(!out.contains("13800000"), "{out}");
        let mut events = BTreeMap::new();
        // A long line goes on after a line break and a space (RFC 5545, 3.1).
        let whole = out.replace("\r\n ", "");
        for event in whole.split("BEGIN:VEVENT").skip(1) {
            let value = |name: &str| {
                let line = event.lines().find(|line| line.starts_with(name)).unwrap();
                line[name.len() + 1..].trim_end().to_owned()
            };
            assert!(events.insert(value("UID"), value("DTSTART")).is_none());
        }
        events
    };
    let events = calendar("2026-11-22T10:00:00+08:00");
    let window: Vec<&String> = events
        .iter()
        .filter(|(uid, _)| uid.contains("-sms-verification@"))
        .map(|(_, at)| at)
        .collect();
    assert_eq!(window, ["20261123T020000Z"]);
    assert_eq!(calendar("2026-11-22T11:00:00+08:00"), events);
    // The same dates at the same time are the same calendar, to the byte.
    let whole = ["one.ics", "two.ics"].map(|name| {
        let out = ["export", "--format", "ics", "--out", name];
        user.run(out).exits(0);
        std::fs::read_to_string(user.home().join(name)).unwrap()
    });
    assert_eq!(whole[0], whole[1]);
    let text = &whole[0];
    assert!(text.starts_with("BEGIN:VCALENDAR"));
    assert!(text.contains("PRODID:-//icpctl//"), "{text}");
    let mut ids: Vec<&str> = text.lines().filter(|l| l.starts_with("UID:")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (2 * events.len(), 2 * events.len()));
    user.run(["list", "--format", "ics"]).exits(2);
}

/// "`import` of what `export --reveal` wrote gives the same store", an empty one too.
#[test]
fn an_empty_store_comes_back_empty() {
    let user = Icpctl::new();
    user.run(["init", "empty"]).exits(0);
    user.run(["init", "other"]).exits(0);
    for format in ["jsonl", "json", "csv"] {
        let file = format!("all.{format}");
        let out = [
            "--store", "empty", "export", "--reveal", "--format", format, "--out", &file,
        ];
        user.run(out).exits(0);
        let came = user
            .run(["--store", "other", "import", &file, "--json"])
            .exits(0)
            .json();
        assert_eq!(came["changed"], false, "{format}");
    }
    // Nothing at all is no export, and a masked one is none that can be brought in.
    user.write("nothing", "");
    user.run(["--store", "other", "import", "nothing"]).exits(3);
    let agency = agency();
    agency
        .run([
            "export",
            "portfolio",
            "--out",
            "masked.csv",
            "--format",
            "csv",
        ])
        .exits(0);
    agency.run(["import", "masked.csv"]).exits(3);
}

/// A wrong row is named by its line in the file, where rows end as a spreadsheet writes them too.
#[test]
fn a_wrong_row_is_named_by_its_line() {
    let user = agency();
    let table = [
        "type,id,record",
        "order,x,\"1",
        "2\"",
        "subject,,y",
        "order,z,",
    ];
    for end in ["\n", "\r\n"] {
        user.write("wrong.csv", table.join(end) + end);
        let told = user.run(["import", "wrong.csv"]).exits(3).stderr;
        let lines: Vec<&str> = told
            .lines()
            .filter_map(|line| line.strip_prefix("hint: ")?.split(':').next())
            .collect();
        assert_eq!(lines, ["4", "5"], "{told}");
    }
    // A spreadsheet that saves the table anew takes its own separator.
    for separator in [";", "\t"] {
        user.write("wrong.csv", table.join("\n").replace(',', separator));
        let told = user.run(["import", "wrong.csv"]).exits(3).stderr;
        assert!(
            told.contains("hint: 4:") && told.contains("hint: 5:"),
            "{told}"
        );
    }
    // A first line may name the separator.
    let table = table.join("\n").replace(',', ";");
    user.write("wrong.csv", format!("\u{feff}sep=;\n{table}\n"));
    let told = user.run(["import", "wrong.csv"]).exits(3).stderr;
    assert!(
        told.contains("hint: 5:") && told.contains("hint: 6:"),
        "{told}"
    );
}

/// "line and column in every problem": of the value in its line of JSON Lines, and in a document.
#[test]
fn what_cannot_be_brought_in_has_its_place() {
    let scene = Scene::empty();
    let masked = "{\"type\":\"order\",\"id\":\"0a1b2c3d\",\"record\": null}";
    let strange = "{\"id\":\"0a1b2c3d\",\"type\": \"odrer\"}";
    scene
        .user
        .write("rows.jsonl", format!("{masked}\n{strange}\n"));
    let told = scene.fails(MONDAY, "import rows.jsonl", 3).to_string();
    for place in ["1:43 record", "2:26 type"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    let document = format!("{{\"data\": [\n  {masked},\n  {strange}\n]}}");
    scene.user.write("all.json", document);
    let told = scene.fails(MONDAY, "import all.json", 3).to_string();
    for place in ["2:45 record", "3:28 type"] {
        assert!(told.contains(place), "{place}: {told}");
    }
}

/// "line and column in every problem": of the cell in its row, wherever a row begins and ends.
#[test]
fn what_a_table_cannot_bring_in_has_its_place() {
    let scene = Scene::empty();
    let hash = "0".repeat(64);
    for end in ["\n", "\r\n"] {
        let rows = [
            "id,type,record,hash,content".to_owned(),
            "\"甲".to_owned(),
            "乙\",odrer,x,,".to_owned(),
            String::new(),
            "0a1b2c3d,order,,,".to_owned(),
        ];
        scene.user.write("all.csv", rows.join(end) + end);
        let told = scene.fails(MONDAY, "import all.csv", 3).to_string();
        for place in ["3:4 type", "5:16 record"] {
            assert!(told.contains(place), "{place}: {told}");
        }
        let rows = [
            "type,id,record,hash,content".to_owned(),
            "order,甲,x,,".to_owned(),
            "order,0a1b2c3d,schema = ,,".to_owned(),
            format!("file,甲,乙,{hash},AAAA"),
        ];
        scene.user.write("all.csv", rows.join(end) + end);
        let told = scene.fails(MONDAY, "import all.csv", 3).to_string();
        for place in ["line 2, column 7", "line 3, column 16", "line 4, column 10"] {
            assert!(told.contains(place), "{place}: {told}");
        }
    }
}

/// A table in another encoding is called one from its first line on.
#[test]
fn a_table_in_another_encoding_is_called_one() {
    let scene = Scene::empty();
    let wide = "type,id,record\n".encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(wide).collect();
    scene.user.write("all.csv", wide);
    let told = scene.fails(MONDAY, "import all.csv", 3).to_string();
    assert!(told.contains("1:1: this is not UTF-8"), "{told}");
}

/// A file that comes in small pieces, with a signal before each.
struct Interrupted<'a> {
    file: &'a [u8],
    is_next: bool,
}

impl Read for Interrupted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.is_next = !self.is_next;
        if self.is_next {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = into.len().min(7);
        self.file.read(&mut into[..most])
    }
}

/// A signal that is none of ours, such as that of a resized window, does not end the reading.
#[test]
fn an_interrupted_reading_goes_on() {
    let user = agency();
    for format in ["json", "jsonl", "csv"] {
        let line = format!("export --reveal --format {format}");
        let exported = user.run(line.split(' ')).exits(0).stdout.into_bytes();
        let interrupted = Interrupted {
            file: &exported,
            is_next: false,
        };
        let found = read_exported(&mut BufReader::new(Steady(interrupted))).unwrap();
        let expected = read_exported(&mut exported.as_slice()).unwrap();
        assert!(!expected.is_empty());
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{format}");
    }
}

/// An export that lost its end, or a line, is not taken for a whole one; one of an earlier version,
/// whose summary counts nothing, is.
#[test]
fn an_export_that_lost_lines_is_told() {
    let user = agency();
    let whole = user
        .run(["export", "--reveal", "--format", "jsonl"])
        .exits(0)
        .stdout;
    let lines: Vec<&str> = whole.lines().collect();
    let count = lines.len() - 1;
    let other = Icpctl::new();
    other.run(["init"]).exits(0);
    let import = |lines: &[&str], code| {
        other.write("given.jsonl", lines.join("\n") + "\n");
        let told = other.run(["import", "given.jsonl", "--json"]).exits(code);
        told.json()["error"]["hints"].to_string()
    };
    for end in 1..count {
        let told = import(&lines[..end], 3);
        let place = format!("{}:1", end + 1);
        assert!(told.contains(&place), "{told}");
        assert!(told.contains("the summary, its last line"), "{told}");
        let without: Vec<&str> = [&lines[..end], &lines[end + 1..]].concat();
        let told = import(&without, 3);
        let counted = format!("has {count} line(s) of elements, and {} stand", count - 1);
        assert!(told.contains(&counted), "{told}");
    }
    assert!(store(&other).is_empty());
    let earlier = lines[count].replace(&format!("\"elements\":{count},"), "");
    assert_ne!(earlier, lines[count]);
    let mut of_earlier = lines[..count].to_vec();
    of_earlier.push(&earlier);
    import(&of_earlier, 0);
    assert_eq!(store(&other), store(&user));
}

/// A table that ends within a row is not taken for a whole one.
#[test]
fn a_table_that_was_cut_within_a_row_is_told() {
    let user = agency();
    let whole = user
        .run(["export", "--reveal", "--format", "csv"])
        .exits(0)
        .stdout;
    let other = Icpctl::new();
    other.run(["init"]).exits(0);
    let quoted = |text: &str| text.matches('"').count() % 2 == 1;
    let ends = whole.match_indices('\n').map(|(end, _)| end + 1);
    let within: Vec<usize> = ends.filter(|end| quoted(&whole[..*end])).collect();
    assert!(within.len() > 20);
    // The second row, before its second cell.
    let header = whole.find('\n').unwrap();
    let cell = header + whole[header..].find(',').unwrap();
    for end in within.into_iter().step_by(7).chain([cell]) {
        other.write("given.csv", &whole[..end]);
        let told = other.run(["import", "given.csv"]).exits(3).stderr;
        assert!(told.contains("ends in the middle of this row"), "{told}");
    }
    assert!(store(&other).is_empty());
    // A line of blanks at the end is no row that was cut.
    other.write("given.csv", whole + " \r\n\t");
    other.run(["import", "given.csv"]).exits(0);
    assert_eq!(store(&other), store(&user));
}

/// A store that contradicts itself, as the contract allows, comes back as it was, with what `doctor`
/// says of it; in a store that it contradicts it is a conflict.
#[test]
fn what_contradicts_only_itself_comes_back_with_warnings() {
    let user = agency();
    for line in [
        "cancel-site shop.example.com --ref late --submit --yes",
        "gone shop.example.com --because bureau --yes",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    let finding = |user: &Icpctl| {
        let told = user.run(["doctor", "--json"]).exits(3).json();
        let findings = told["data"]["findings"].as_array().unwrap().clone();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0].clone()
    };
    let there = finding(&user);
    assert_eq!(there["code"], "live-order-of-ended");
    for format in ["json", "jsonl", "csv"] {
        let (other, done) = brought_over(&user, format);
        assert_eq!(store(&other), store(&user), "{format}");
        let warning = &done["warnings"][0];
        for key in ["code", "message", "path"] {
            assert_eq!(warning[key], there[key], "{format}");
        }
        assert_eq!(finding(&other), there);
        // Once more it is there already, and was told.
        let export = user
            .run(["export", "--reveal", "--format", format])
            .exits(0);
        let again = other.stdin(export.stdout);
        let done = again.run(["import", "-", "--json"]).exits(0).json();
        assert_eq!(done["changed"], false);
    }
    // The order alone contradicts what another store knows to be gone.
    let order = user
        .run([
            "export", "orders", "--ref", "late", "--reveal", "--format", "jsonl",
        ])
        .exits(0);
    let other = Icpctl::new().stdin(order.stdout);
    other.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "gone shop.example.com --because bureau --yes",
    ] {
        other.run(line.split(' ')).exits(0);
    }
    let before = store(&other);
    let failed = other.run(["import", "-", "--json"]).exits(6).json();
    assert_eq!(failed["error"]["code"], "conflict.import");
    assert_eq!(store(&other), before);
}

/// A calendar is what `export` wrote too, but nothing of it is a record.
#[test]
fn a_calendar_is_called_one_and_what_can_be_imported_is_told() {
    let user = agency();
    let written = [
        "export",
        "--format",
        "ics",
        "--reveal",
        "--out",
        "dates.ics",
    ];
    user.run(written).exits(0);
    for (lang, what, instead) in [
        (
            "en",
            "this is a calendar (.ics)",
            "JSON, JSON Lines or CSV of icpctl export --reveal",
        ),
        (
            "zh",
            "这是日历文件（.ics）",
            "icpctl export --reveal 写出的 JSON、JSON Lines 或 CSV",
        ),
    ] {
        let told = user
            .run(["import", "dates.ics", "--lang", lang])
            .exits(3)
            .stderr;
        assert!(told.contains(what) && told.contains(instead), "{told}");
        // Nor is it what people fill in: one line says so, not one for each of its own.
        for line in [
            "adopt --from",
            "check",
            "batch check",
            "record --from",
            "new --from",
        ] {
            let words = line.split(' ').chain(["dates.ics", "--lang", lang]);
            let told = user.run(words).exits(3);
            let told = told.stdout + &told.stderr;
            assert!(told.contains(what), "{line}: {told}");
            assert!(told.lines().count() < 8, "{line}: {told}");
        }
    }
}

/// The file beside it, into which it is written first, is nobody's business.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_called_as_it_was_named() {
    let user = agency();
    let named = [
        ("/proc/x.csv", "en", ""),
        ("nowhere/x.csv", "zh", "没有这个文件或目录"),
        (&"x".repeat(300), "zh", "文件名过长"),
    ];
    for (name, lang, why) in named {
        let told = user
            .run(["export", "--out", name, "--lang", lang])
            .exits(1)
            .stderr;
        let shown = name.get(..60).unwrap_or(name);
        assert!(told.contains(shown) && told.contains(why), "{told}");
        assert!(
            !told.contains(".tmp") && !told.contains("os error"),
            "{told}"
        );
    }
}
