//! Documents made to eat memory, time or the stack.

mod documents;

use crate::support::Icpctl;
use documents::bombs;

/// How much memory a run may have beside the program itself, in KiB.
const KILOBYTES: u64 = 200 * 1024;

/// Runs a line with little memory; the exit code, none where it was ended, and stderr.
fn run(user: &Icpctl, line: &str) -> (Option<i32>, String) {
    let mut limited = user.command_within(KILOBYTES, line.split(' '));
    let out = limited.output().unwrap();
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn an_exploding_document_is_refused() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    for (name, text) in bombs() {
        for (file, line) in [
            ("toml", "new --from"),
            ("toml", "adopt --from"),
            ("json", "new --from"),
            ("jsonl", "import"),
        ] {
            let file = format!("{name}.{file}");
            user.write(&file, &text);
            let (code, err) = run(&user, &format!("{line} {file}"));
            assert_eq!(code, Some(3), "{line} {file}: {err}");
            // All problems are told at once, so a file of problems is told at length, but no more.
            let most = 20_000 + 10 * text.len();
            assert!(err.len() < most, "{line} {file}: {} bytes", err.len());
        }
        // And as a record of the store, a configuration, a rule and a provider.
        let path = user.write(".icpctl/orders/k3/k3m9t2qd.toml", &text);
        let (code, err) = run(&user, "list");
        assert!(matches!(code, Some(0 | 3)), "list {name}: {code:?} {err}");
        let is_crowded = err.contains("more than 100000 values stand in it");
        assert!(is_crowded || name != "inline", "list {name}: {err}");
        std::fs::remove_file(path).unwrap();
        for (file, line) in [
            (".icpctl/rules.d/x.toml", "rules"),
            (".icpctl/providers.d/x.toml", "provider list"),
            ("config/icpctl/config.toml", "provider list"),
        ] {
            let path = user.write(file, &text);
            let (code, err) = run(&user, line);
            assert!(matches!(code, Some(0 | 3)), "{file} {name}: {code:?} {err}");
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_document_whose_parts_multiply_is_judged() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let numbers: String = (0..9000).map(|n| format!("k{n}=1\n")).collect();
    let documents = [
        ("services", format!("services=[{}]", "{},".repeat(9000))),
        (
            "names",
            format!("[subject]\n[{}]\n{numbers}", "x".repeat(200_000)),
        ),
        (
            "values",
            format!("[[services]]\ncontent=[{}]", "\"x\",".repeat(30_000)),
        ),
    ];
    for (name, text) in documents {
        let file = format!("{name}.toml");
        user.write(&file, &text);
        let (code, err) = run(&user, &format!("check {file} --format sarif"));
        assert!(matches!(code, Some(0 | 3)), "{name}: {code:?} {err}");
    }
}

#[test]
fn exploding_rows_are_refused() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let rows = [
        (
            "columns.csv",
            format!("order,event\n{}\n", "x,".repeat(500_000)),
        ),
        ("headers.csv", format!("{}\nx\n", "order,".repeat(100_000))),
        (
            "open.csv",
            format!("order,event\n\"{}", "x\n".repeat(1_000_000)),
        ),
        ("deep.jsonl", format!("{}\n", "[".repeat(200_000))),
        ("nul.csv", "\0".repeat(1_000_000)),
    ];
    for (name, text) in rows {
        user.write(name, &text);
        for line in ["record --from", "batch check", "adopt --from"] {
            let (code, err) = run(&user, &format!("{line} {name}"));
            assert!(matches!(code, Some(3 | 7)), "{line} {name}: {code:?} {err}");
            assert!(
                err.len() < 20_000 + 10 * text.len(),
                "{line} {name}: {} bytes",
                err.len()
            );
        }
    }
    // As many labels as columns, in every row.
    let labels: String = (0..900).map(|n| format!(",label:l{n}")).collect();
    let rows = format!("x{}\n", ",1".repeat(900)).repeat(2000);
    user.write("labels.csv", format!("subject_number{labels}\n{rows}"));
    for line in ["adopt --from", "batch check"] {
        let (code, err) = run(&user, &format!("{line} labels.csv"));
        assert_eq!(code, Some(3), "{line} labels.csv: {err}");
    }
    // One field over and over: each is told, up to ten thousand.
    let again = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(170_000));
    user.write("again.json", again);
    for line in ["check", "batch check", "adopt --from"] {
        let out = user.run(format!("{line} again.json --json").split(' '));
        let out = out.exits(3);
        assert!(out.stdout.len() < 4_000_000, "{line}: {}", out.stdout.len());
    }
    // A calendar is a document.
    user.write("calendar.toml", "\n".repeat(20 << 20));
    let (code, err) = run(&user, "calendar update calendar.toml");
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("1 MiB"), "{err}");
    // More than 64 MiB: a file of holes, which nobody has to read.
    let path = user.write("huge.csv", "order,event\n");
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    for line in ["record --from", "batch check", "adopt --from", "import"] {
        let (code, err) = run(&user, &format!("{line} huge.csv"));
        assert_eq!(code, Some(3), "{line}: {err}");
    }
}
