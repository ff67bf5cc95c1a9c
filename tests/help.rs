//! The help of commands: examples that can be typed, places in the order in which they are typed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::Icpctl;
use icpctl::cli::parser::help::examples;
use icpctl::cli::parser::{Branches, tree};
use icpctl::env::NAMES;
use icpctl::lang::Lang;
use unicode_width::UnicodeWidthStr as _;

/// The commands that have examples below their help.
const MAIN: [&str; 21] = [
    "new",
    "access",
    "change",
    "cancel-site",
    "cancel-subject",
    "cancel-access",
    "submit",
    "record",
    "duty done",
    "list",
    "status",
    "portfolio",
    "wait",
    "check",
    "batch check",
    "batch plan",
    "batch show",
    "batch apply",
    "export",
    "import",
    "adopt",
];

#[test]
fn the_main_commands_have_examples_below_their_long_help() {
    let user = Icpctl::new();
    let mut known: Vec<String> = examples().into_keys().collect();
    let mut main = MAIN.map(str::to_owned).to_vec();
    known.sort();
    main.sort();
    assert_eq!(known, main);
    for (name, examples) in examples() {
        assert!((2..=3).contains(&examples.len()), "{name}");
        for (lang, heading) in [("zh", "例："), ("en", "Examples:")] {
            let words = || name.split(' ').chain(["--lang", lang]);
            let short = user.run(words().chain(["-h"])).exits(0).stdout;
            assert!(!short.contains(heading), "{short}");
            let long = user.run(words().chain(["--help"])).exits(0).stdout;
            let named = user.run(["help"].into_iter().chain(words())).exits(0);
            assert_eq!(long, named.stdout, "{name}");
            let (_, below) = long.split_once(heading).unwrap();
            let told: Vec<&str> = below.lines().skip(1).collect();
            assert_eq!(told.len(), 2 * examples.len(), "{below}");
            // On a terminal of 80 columns none is broken.
            for line in &told {
                assert!(line.width() <= 80, "{line}");
            }
            for (told, example) in told.chunks(2).zip(&examples) {
                let about = match lang {
                    "zh" => &example.about.zh,
                    _ => &example.about.en,
                };
                assert_eq!(told[0], format!("  # {about}"));
                assert_eq!(told[1], format!("  icpctl {}", example.line));
            }
        }
    }
    user.run(["man", "pages"]).exits(0);
    let page = std::fs::read_to_string(user.home().join("pages/icpctl-batch-plan.1")).unwrap();
    assert!(page.contains("icpctl batch plan batch.csv"), "{page}");
}

/// A line that cannot be parsed, or that would ask, ends with 2; a draft that the field's rules forbid, with 5.
#[test]
fn every_example_can_be_typed() {
    let user = Icpctl::new().env("ICPCTL_OFFLINE", "1");
    user.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    user.write("filings.csv", include_str!("../examples/agency.csv"));
    user.write("new.toml", include_str!("../examples/dossiers/new.toml"));
    user.write("batch.csv", include_str!("../examples/cancel-batch.csv"));
    user.run(["init"]).exits(0);
    user.run(["adopt", "--from", "agency.jsonl"]).exits(0);
    user.write(
        "more.jsonl",
        r#"{"number":"浙ICP备2021000002号","services":[{"number":"浙ICP备2021000002号-2","kind":"site","domains":["wiki.example.net"]}]}"#,
    );
    user.run(["adopt", "--from", "more.jsonl"]).exits(0);
    let mut seen = 0;
    for (name, examples) in examples() {
        for example in examples {
            let line = example.line;
            let icpctl = user.command([""; 0]);
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("\"$0\" {line}")])
                .arg(icpctl.get_program())
                .current_dir(user.home())
                .env_clear()
                .envs(icpctl.get_envs().filter_map(|(k, v)| Some((k, v?))))
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code().unwrap();
            assert!(![1, 2].contains(&code), "{line}: {code} {told}");
            let drafts = ["new", "access", "change", "cancel-site", "cancel-access"];
            assert!(
                code != 5 || !drafts.contains(&name.as_str()),
                "{line}: {told}"
            );
            let beside = ["template ", "submit "];
            let is_of_it = line.starts_with(&name) || beside.iter().any(|b| line.starts_with(b));
            assert!(is_of_it, "{name}: {line}");
            seen += 1;
        }
    }
    assert!(seen >= 2 * MAIN.len(), "{seen}");
}

#[test]
fn places_are_told_in_the_order_in_which_they_are_typed() {
    let user = Icpctl::new();
    for (command, first, second) in [
        ("attach", "<ORDER>", "<FILE>..."),
        ("label", "<WHAT>", "[K=V]..."),
        ("note", "<WHAT>", "<TEXT>"),
    ] {
        let words = command.split(' ').chain(["--help", "--lang", "en"]);
        let help = user.run(words).exits(0).stdout;
        let (_, told) = help.split_once("\nArguments:\n").unwrap();
        let at = |word: &str| told.find(word).unwrap_or_else(|| panic!("{word}: {told}"));
        assert!(at(first) < at(second), "{help}");
    }
    // What narrows a list stands under a heading of its own, for actions too.
    for command in ["list", "duty list", "duty done", "notice list"] {
        let words = command.split(' ').chain(["--help"]);
        let help = user.run(words).exits(0).stdout;
        let at = |word: &str| help.find(word).unwrap_or_else(|| panic!("{word}: {help}"));
        let order = ["\nFilters:", "--find ", "\nGlobal options:", "--store "].map(at);
        assert!(order.is_sorted(), "{help}");
    }
    // Its own options first, then those that all drafts take.
    let help = user.run(["change", "--help"]).exits(0).stdout;
    let order = ["--set ", "--from ", "--submit", "--accept ", "--store "];
    let places = order.map(|flag| help.find(flag).unwrap());
    assert!(places.is_sorted(), "{help}");
}

/// A script that sets the language by a flag, or asks before the command, gets the same page.
#[test]
fn help_before_a_command_is_that_of_the_program() {
    let user = Icpctl::new();
    let all = user.run(["--help"]).exits(0).stdout;
    for words in [["--help", "wait"], ["-h", "wait"]] {
        assert_eq!(user.run(words).exits(0).stdout, all);
    }
}

#[test]
fn a_manual_page_says_how_a_command_is_typed_as_its_help_does() {
    let user = Icpctl::new();
    for (lang, heading, options) in [("en", "SYNOPSIS", "[OPTIONS]"), ("zh", "概要", "[选项]")]
    {
        user.run(["man", "pages", "--lang", lang]).exits(0);
        let page = std::fs::read_to_string(user.home().join("pages/icpctl-gone.1")).unwrap();
        let (_, below) = page.split_once(&format!(".SH {heading}\n")).unwrap();
        let synopsis = below.lines().next().unwrap().replace("\\-", "-");
        let expected = format!("\\fBicpctl gone\\fR {options} --because <WHO> <TARGET>");
        assert_eq!(synopsis, expected);
    }
}

/// What scripts ask a command by its exit code, and each code that says something of its own there.
const ANSWERS: [(&str, &[&str]); 13] = [
    ("portfolio", &["0", "4", "8", "9"]),
    ("status", &["0", "4", "8", "9"]),
    ("wait", &["0", "4", "8", "9"]),
    ("record", &["0", "3", "5", "6", "7"]),
    ("batch apply", &["0", "3", "6", "7"]),
    ("duty done", &["0", "3", "5", "6", "7"]),
    ("sync", &["0", "11", "12"]),
    ("auth status", &["0", "11", "12"]),
    ("notify", &["0", "11", "12"]),
    ("check", &["0", "3"]),
    ("batch check", &["0", "3"]),
    ("number", &["0", "3"]),
    ("doctor", &["0", "3"]),
];

#[test]
fn a_command_that_answers_by_its_exit_code_says_below_its_help_how() {
    let user = Icpctl::new();
    for (name, codes) in ANSWERS {
        for (lang, heading) in [("zh", "退出码："), ("en", "Exit codes:")] {
            for flag in ["-h", "--help"] {
                let words = name.split(' ').chain([flag, "--lang", lang]);
                let help = user.run(words).exits(0).stdout;
                let below = help.split_once(&format!("\n{heading}\n"));
                let (_, below) = below.unwrap_or_else(|| panic!("{name}: {help}"));
                let told = below.lines().take_while(|line| !line.is_empty());
                let told: Vec<&str> = told
                    .map(|line| line.split_whitespace().next().unwrap())
                    .collect();
                assert_eq!(told, codes, "{name}: {below}");
            }
        }
    }
}

/// Every command and action, as words.
fn paths(command: &clap::Command, above: &[String]) -> Vec<Vec<String>> {
    let mut found = vec![above.to_vec()];
    for below in command.get_subcommands() {
        let path = [above, &[below.get_name().to_owned()]].concat();
        found.extend(paths(below, &path));
    }
    found
}

#[test]
fn no_line_of_any_help_is_wider_than_a_usual_terminal() {
    let user = Icpctl::new().env("COLUMNS", "80");
    let commands = paths(&tree(Branches::All, Lang::En), &[]);
    assert!(commands.len() > 60, "{}", commands.len());
    for lang in ["zh", "en"] {
        for path in &commands {
            let flags = ["--help", "--lang", lang].map(str::to_owned);
            let help = user.run([path.as_slice(), &flags].concat()).exits(0).stdout;
            for line in help.lines() {
                assert!(line.width() <= 80, "{path:?}: {line}");
            }
        }
    }
}

#[test]
fn a_flag_that_can_be_repeated_says_so_and_no_other_does() {
    for (lang, words) in [(Lang::Zh, "（可重复）"), (Lang::En, " (can be repeated)")] {
        let mut command = tree(Branches::All, lang);
        command.build();
        let mut commands = vec![&command];
        let mut seen = 0;
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands());
            for flag in command.get_opts() {
                let help = flag.get_help().unwrap().to_string();
                let is_repeated = matches!(flag.get_action(), clap::ArgAction::Append);
                assert_eq!(help.ends_with(words), is_repeated, "{flag}: {help}");
                seen += usize::from(is_repeated);
            }
        }
        assert!(seen > 30, "{seen}");
    }
}

#[test]
fn every_variable_that_is_read_is_told_by_its_name_or_by_how_it_begins() {
    let user = Icpctl::new();
    for lang in ["zh", "en"] {
        let words = ["help", "environment", "--lang", lang];
        let told = user.run(words).exits(0).stdout;
        let beginnings: Vec<&str> = told
            .split(|c: char| c.is_whitespace())
            .filter_map(|word| word.strip_suffix('…'))
            .collect();
        assert_eq!(beginnings.len(), 2, "{told}");
        for name in NAMES {
            // Those in lower case are told by the same name.
            let name = name.to_uppercase();
            let begun = beginnings.iter().any(|begun| name.starts_with(begun));
            assert!(begun || told.contains(&name), "{name}: {told}");
        }
    }
}
