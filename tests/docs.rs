//! The README says what the code says: its tables and diagrams are made here from the code, and the
//! commands that it gives are the ones that the pipeline runs.
//!
//! `ICPCTL_BLESS=1 cargo test --locked docs` writes the tables and diagrams anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![allow(
    clippy::disallowed_methods,
    reason = "blessing is asked for in the environment"
)]

use icpctl::cli::table::COMMANDS;
use icpctl::exit::Exit;
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::machine::{Arrival, Case, command, report};
use icpctl::filing::profile::Profiles;
use icpctl::filing::status::Status;
use icpctl::lang::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const FILINGS: [Kind; 3] = [Kind::New, Kind::Access, Kind::Change];
const CANCELLATIONS: [Kind; 3] = [Kind::CancelSite, Kind::CancelSubject, Kind::CancelAccess];

/// Every way that an order of a kind can take: at each provider, and on paper.
fn cases(kind: Kind, profiles: &Profiles) -> Vec<Case<'_>> {
    let by_provider = profiles.names().flat_map(|name| {
        let profile = profiles.of(name);
        let ways = match kind {
            Kind::CancelSite | Kind::CancelSubject => {
                profile.verify_by.iter().copied().map(Some).collect()
            }
            Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess => vec![None],
        };
        ways.into_iter()
            .map(move |verify_by: Option<VerifyBy>| Case {
                kind,
                via: Via::Provider,
                verify_by,
                profile,
            })
    });
    let on_paper = Case {
        kind,
        via: Via::Written,
        verify_by: None,
        profile: profiles.for_order(None),
    };
    let has_paper = kind.ends_filing();
    by_provider.chain(has_paper.then_some(on_paper)).collect()
}

/// The stages of an order in their order; a report that leads further than the next one jumps ahead.
fn stage(case: &Case<'_>, status: Status) -> Option<usize> {
    let order: &[&[Status]] = if case.has_sms() {
        &[
            &[Status::ProviderReview],
            &[Status::AwaitingBureauSubmission],
            &[Status::SmsVerificationPending],
            &[Status::AwaitingBureauReview],
            &[Status::Approved, Status::BureauRejected],
        ]
    } else {
        &[
            &[Status::ProviderReview],
            &[Status::AwaitingBureauSubmission],
            &[Status::AwaitingBureauReview],
            &[Status::Approved, Status::BureauRejected],
        ]
    };
    order.iter().position(|stage| stage.contains(&status))
}

/// The steps that lead on from a status, jumps ahead and steps on the spot left out.
fn steps(case: &Case<'_>, from: Status) -> Vec<(Event, Status)> {
    let commands = Command::ALL.iter().flat_map(|given| {
        [false, true]
            .into_iter()
            .filter_map(|edited| command(case, from, *given, edited).ok())
            .map(|to| (Event::Command(*given), to))
    });
    let reports = Report::ALL.iter().filter_map(|given| {
        let to = match report(case, from, *given).ok()? {
            Arrival::At(to) => to,
            Arrival::Verified => Status::AwaitingBureauReview,
        };
        let jumps = match (stage(case, from), stage(case, to)) {
            (Some(here), Some(there)) => there > here + 1,
            (None, _) | (_, None) => false,
        };
        (!jumps).then_some((Event::Report(*given), to))
    });
    commands
        .chain(reports)
        .filter(|(_, to)| *to != from)
        .collect()
}

/// The statuses that an order can come to, from its draft.
fn reachable(case: &Case<'_>) -> BTreeSet<Status> {
    let mut seen = BTreeSet::from([Status::Draft]);
    let mut open = vec![Status::Draft];
    while let Some(from) = open.pop() {
        for (_, to) in steps(case, from) {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// The diagram of some kinds; a star marks what holds only for some of them or at some providers.
fn diagram(kinds: &[Kind], lang: Lang) -> String {
    let profiles = Profiles::built_in();
    let cases: Vec<Case<'_>> = kinds
        .iter()
        .flat_map(|kind| cases(*kind, &profiles))
        .collect();
    let mut passing: BTreeMap<Status, usize> = BTreeMap::new();
    let mut taken: BTreeMap<(Status, Status, Event), usize> = BTreeMap::new();
    for case in &cases {
        for from in reachable(case) {
            *passing.entry(from).or_default() += 1;
            let steps: BTreeSet<_> = steps(case, from).into_iter().collect();
            for (event, to) in steps {
                *taken.entry((from, to, event)).or_default() += 1;
            }
        }
    }
    let mut edges: BTreeMap<(Status, Status), Vec<String>> = BTreeMap::new();
    for ((from, to, event), times) in &taken {
        let forks = taken.keys().any(|(other_from, other_to, other)| {
            (other_from, other) == (from, event) && other_to != to
        });
        let star = if forks || *times < passing[from] {
            "*"
        } else {
            ""
        };
        edges
            .entry((*from, *to))
            .or_default()
            .push(format!("{}{star}", event.name()));
    }
    let node = |status: Status| status.name().replace('-', "_");
    let mut text = "```mermaid\nstateDiagram-v2\n    [*] --> draft\n".to_owned();
    for status in passing.keys() {
        let label = match lang {
            Lang::En => status.name().to_owned(),
            Lang::Zh => format!("{} {}", status.label().get(lang), status.name()),
        };
        writeln!(text, "    state \"{label}\" as {}", node(*status)).unwrap();
    }
    for ((from, to), events) in &edges {
        let events = events.join(", ");
        writeln!(text, "    {} --> {} : {events}", node(*from), node(*to)).unwrap();
    }
    for status in passing.keys().filter(|status| status.has_ended()) {
        writeln!(text, "    {} --> [*]", node(*status)).unwrap();
    }
    text + "```\n"
}

fn statuses(lang: Lang) -> String {
    let mut text = match lang {
        Lang::En => "| status | 中文 | bucket | whose move |\n|---|---|---|---|\n",
        Lang::Zh => "| 状态 | 中文 | 分组 bucket | 等谁 |\n|---|---|---|---|\n",
    }
    .to_owned();
    for status in Status::ALL {
        let whose = status
            .whose_move()
            .map_or_else(|| "–".to_owned(), |who| who.get(lang).to_owned());
        writeln!(
            text,
            "| `{}` | {} | `{}` | {whose} |",
            status.name(),
            status.label().get(Lang::Zh),
            status.bucket().name(),
        )
        .unwrap();
    }
    text
}

fn exits(lang: Lang) -> String {
    let mut text = match lang {
        Lang::En => "| code | name | meaning |\n|---|---|---|\n",
        Lang::Zh => "| 退出码 | 名称 | 含义 |\n|---|---|---|\n",
    }
    .to_owned();
    for exit in Exit::ALL {
        let (code, name, meaning) = (exit.code(), exit.name(), exit.meaning());
        writeln!(text, "| {code} | `{name}` | {} |", meaning.get(lang)).unwrap();
    }
    text
}

/// Every generated part of the README, by the name in its markers.
fn parts() -> Vec<(String, String)> {
    [(Lang::En, "en"), (Lang::Zh, "zh")]
        .into_iter()
        .flat_map(|(lang, suffix)| {
            [
                ("statuses", statuses(lang)),
                ("filings", diagram(&FILINGS, lang)),
                ("cancellations", diagram(&CANCELLATIONS, lang)),
                ("exits", exits(lang)),
            ]
            .map(|(name, text)| (format!("{name}-{suffix}"), text))
        })
        .collect()
}

/// The part of the transition table that is about a cancellation's SMS.
fn excerpt() -> String {
    let table = read("tests/data/transitions.txt");
    let part = table
        .split("\n== ")
        .find(|part| part.starts_with("cancel-site, cancel-site by sms"))
        .unwrap();
    let lines: Vec<&str> = part
        .lines()
        .filter(|line| line.starts_with(Status::SmsVerificationPending.name()))
        .collect();
    assert!(lines.len() >= 14, "{lines:?}");
    format!("```text\n{}\n```\n", lines.join("\n"))
}

/// Puts a part between its markers.
fn replaced(readme: &str, name: &str, part: &str) -> String {
    let (open, close) = (
        format!("<!-- begin {name} -->\n"),
        format!("<!-- end {name} -->"),
    );
    let (before, rest) = readme
        .split_once(&open)
        .unwrap_or_else(|| panic!("no {open}"));
    let (_, after) = rest
        .split_once(&close)
        .unwrap_or_else(|| panic!("no {close}"));
    format!("{before}{open}{part}{close}{after}")
}

#[test]
fn the_tables_and_diagrams_of_the_readme_come_from_the_code() {
    let readme = read("README.md");
    let made = parts().iter().fold(readme.clone(), |text, (name, part)| {
        replaced(&text, name, part)
    });
    let made = ["steps-en", "steps-zh"]
        .iter()
        .fold(made, |text, name| replaced(&text, name, &excerpt()));
    if std::env::var_os("ICPCTL_BLESS").is_some() {
        std::fs::write(root().join("README.md"), &made).unwrap();
    } else {
        assert!(
            readme == made,
            "README.md is behind the code; write it anew with ICPCTL_BLESS=1 cargo test --locked docs"
        );
    }
}

#[test]
fn the_diagrams_show_the_way_through_and_every_status() {
    let shown = diagram(&FILINGS, Lang::En) + &diagram(&CANCELLATIONS, Lang::En);
    for status in Status::ALL {
        assert!(
            shown.contains(&format!("\"{}\"", status.name())),
            "{status}"
        );
    }
    let filings = diagram(&FILINGS, Lang::En);
    for line in [
        "draft --> provider_review : submit\n",
        "sms_verification_pending --> awaiting_bureau_review : sms-verified\n",
        "sms_verification_pending --> sms_verification_expired : sms-expired\n",
        "awaiting_bureau_review --> approved : bureau-approved\n",
        "provider_review --> draft : withdraw*\n",
    ] {
        assert!(filings.contains(line), "{line}{filings}");
    }
    let cancellations = diagram(&CANCELLATIONS, Lang::En);
    assert!(cancellations.contains("sms_verification_pending --> lapsed : sms-expired\n"));
    assert!(!cancellations.contains("withdraw"), "{cancellations}");
}

#[test]
fn the_test_command_of_the_readme_is_the_one_that_the_pipeline_runs() {
    let (readme, pipeline) = (read("README.md"), read(".ci/run"));
    for given in ["cargo test --locked", "bash examples/tour.sh"] {
        assert!(readme.contains(&format!("```sh\n{given}\n```")), "{given}");
        assert!(pipeline.lines().any(|line| line.trim() == given), "{given}");
    }
}

#[test]
fn the_minimum_rust_version_is_the_same_everywhere() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let version = manifest["package"]["rust-version"].as_str().unwrap();
    for name in ["README.md", "CONTRIBUTING.md"] {
        assert!(read(name).contains(&format!("Rust {version}")), "{name}");
    }
    assert!(read("examples/ci/gitlab-ci.yml").contains(&format!("rust:{version}")));
}

#[test]
fn every_command_that_the_readme_shows_exists() {
    let readme = read("README.md");
    let shown: BTreeSet<&str> = ["`icpctl ", "$ icpctl "]
        .iter()
        .flat_map(|before| readme.split(before).skip(1))
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_ascii_lowercase() && c != '-')
                .next()
        })
        .filter(|word| !word.is_empty() && !word.starts_with('-'))
        .collect();
    assert!(shown.len() > 10, "{shown:?}");
    for word in shown {
        assert!(COMMANDS.iter().any(|row| row.name == word), "{word}");
    }
}

/// Every file below a folder.
fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// The files around the code, and every example.
fn written_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
    ]
    .map(|name| root().join(name))
    .to_vec();
    files.extend(files_below("examples"));
    files
}

#[test]
fn every_link_of_the_documents_leads_to_a_file() {
    for path in written_files() {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let target = target.split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(root().join(target).exists(), "{}: {target}", path.display());
            }
        }
    }
}

#[test]
fn every_example_is_told_of_in_the_readme() {
    let readme = read("README.md");
    for path in written_files() {
        let Ok(name) = path.strip_prefix(root()) else {
            continue;
        };
        let name = name.to_str().unwrap();
        if let Some(example) = name.strip_prefix("examples/") {
            let told = example.split_once('/').map_or(example, |(folder, file)| {
                if folder == "dossiers" {
                    "dossiers/"
                } else {
                    file
                }
            });
            assert!(readme.contains(told), "{name}");
        }
    }
}

/// Words that mean what another word means everywhere else, and that other word.
const MIXED: [(&str, &str); 9] = [
    ("默认", "缺省"),
    ("建单", "起草"),
    ("上报", "结果"),
    ("云厂商", "云服务商"),
    ("档案", "资料文件"),
    ("批量表", "批量文件"),
    ("纳管", "导入"),
    ("报送", "提交管局"),
    ("后的义务", "后的事项"),
];

#[test]
fn one_thing_has_one_chinese_name() {
    let mut files = written_files();
    files.extend(files_below("src"));
    assert!(files.len() > 300, "{}", files.len());
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let told = line.split_once("//").map_or(line, |(told, _)| told);
            for (mixed, meant) in MIXED {
                let place = format!("{}:{}", path.display(), number + 1);
                assert!(!told.contains(mixed), "{place}: {mixed} is {meant}");
            }
        }
    }
}
