//! Documents made to eat memory, time or the stack.

use crate::support::Icpctl;

/// How much memory a run may have beside the program itself, in KiB.
const KILOBYTES: u64 = 200 * 1024;

/// How much processor time, in seconds; the unoptimised program takes ten times as much.
const SECONDS: f64 = if cfg!(debug_assertions) { 3.0 } else { 0.2 };

/// Runs a line with little memory, and sees that it takes little time; the exit code and stderr.
fn run(user: &Icpctl, line: &str) -> (Option<i32>, String) {
    let program = std::fs::metadata(env!("CARGO_BIN_EXE_icpctl"))
        .unwrap()
        .len()
        / 1024;
    let mut limited = user.command_within(KILOBYTES + program, "times >&2; ", line.split(' '));
    let out = limited.output().unwrap();
    let mut err = String::from_utf8(out.stderr).unwrap();
    // The last line is what its children took, for themselves and in the system: `0m0.010s 0m0.000s`.
    let times = err.trim_end().rfind('\n').map(|at| err.split_off(at));
    let seconds: f64 = times
        .unwrap()
        .split_whitespace()
        .map(|word| {
            let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
            60.0 * minutes.parse::<f64>().unwrap() + seconds.parse::<f64>().unwrap()
        })
        .sum();
    assert!(seconds < SECONDS, "{line} took {seconds} s");
    (out.status.code(), err)
}

fn bombs() -> Vec<(&'static str, String)> {
    vec![
        ("brackets", format!("a = {}", "[".repeat(100_000))),
        ("headers", "[".repeat(100_000)),
        ("tables", format!("a = {}", "{a=".repeat(34_000))),
        ("dotted", format!("{}a = 1", "a.".repeat(50_000))),
        ("arrays", "[[h]]\n".repeat(850_000)),
        ("comments", "#\n".repeat(2_000_000)),
        ("large", format!("a = \"{}\"", "x".repeat(1 << 20))),
        ("quotes", "\"".repeat(300_000)),
        ("json", format!("{{\"a\":{}", "[".repeat(200_000))),
        ("keys", (0..60_000).map(|n| format!("k{n}=1\n")).collect()),
    ]
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
        std::fs::remove_file(path).unwrap();
        for file in [
            ".icpctl/rules.d/x.toml",
            ".icpctl/providers.d/x.toml",
            "config/icpctl/config.toml",
        ] {
            let path = user.write(file, &text);
            let (code, err) = run(&user, "provider list");
            assert!(matches!(code, Some(0 | 3)), "{file} {name}: {code:?} {err}");
            std::fs::remove_file(path).unwrap();
        }
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
    // More than 64 MiB: a file of holes, which nobody has to read.
    let path = user.write("huge.csv", "order,event\n");
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    for line in ["record --from", "batch check", "adopt --from", "import"] {
        let (code, err) = run(&user, &format!("{line} huge.csv"));
        assert_eq!(code, Some(3), "{line}: {err}");
    }
}
