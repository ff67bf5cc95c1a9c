//! The shape of the crate, read from its source: the core stays pure, no part reaches for those that
//! use it, and the head of a large folder is a map of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Clocks, files, the network, the environment, processes, terminals and the libraries for them.
const OUTSIDE: [&str; 28] = [
    "std::fs",
    "std::env",
    "std::io",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "std::time",
    "SystemTime",
    "Utc::now",
    "Local::now",
    "chrono::Local",
    "println!",
    "print!",
    "dbg!",
    "env!",
    "tokio::",
    "reqwest::",
    "clap::",
    "clap_complete::",
    "rustix::",
    "signal_hook::",
    "terminal_size::",
    "comfy_table::",
    "tempfile::",
    "rand::",
    "getrandom::",
];

/// The pure parts, each with the modules of the crate that it may use: the core only itself and
/// text in two languages, the rulebook also the knowledge, which is data.
const PURE: [(&str, &[&str]); 2] = [
    ("filing", &["data", "filing", "lang", "text"]),
    (
        "rulebook",
        &["filing", "knowledge", "lang", "rulebook", "text"],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the first module of every path into the crate, `use crate::{…}` groups included.
fn crate_modules(line: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for marker in ["crate::", "icpctl::"] {
        for (place, _) in line.match_indices(marker) {
            let rest = &line[place + marker.len()..];
            let group = match rest.strip_prefix('{') {
                Some(inside) => inside.split('}').next().unwrap_or_default(),
                None => rest,
            };
            let parts = if rest.starts_with('{') {
                group.split(',').collect()
            } else {
                vec![group]
            };
            modules.extend(parts.into_iter().map(|part| {
                let part = part.trim();
                let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                &part[..end.unwrap_or(part.len())]
            }));
        }
    }
    modules
}

/// Lists what a source does that the core may not, each with its line number.
fn violations(source: &str, inside: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        let words = OUTSIDE.iter().filter(|word| {
            code.match_indices(**word).any(|(place, _)| {
                !code[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        });
        found.extend(words.map(|word| (number + 1, format!("uses {word}"))));
        let modules = crate_modules(code);
        found.extend(
            modules
                .into_iter()
                .filter(|module| !inside.contains(module))
                .map(|module| (number + 1, format!("reaches into crate::{module}"))),
        );
    }
    found
}

#[test]
fn the_core_touches_nothing_outside() {
    for (part, inside) in PURE {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(part);
        let sources = sources(&folder);
        assert!(sources.len() >= 5, "{} files only", sources.len());
        let mut found = Vec::new();
        for path in &sources {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let text = fs::read_to_string(path).unwrap();
            for (line, what) in violations(&text, inside) {
                found.push(format!("src/{part}/{name}:{line} {what}"));
            }
        }
        assert!(
            found.is_empty(),
            "src/{part} must stay pure:\n{}",
            found.join("\n")
        );
    }
}

/// The libraries that open sockets or start a runtime.
const NETWORK: [&str; 6] = [
    "tokio::",
    "reqwest::",
    "hickory_resolver::",
    "lettre::",
    "std::net::Tcp",
    "std::net::Udp",
];

#[test]
fn only_the_network_layer_opens_sockets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut inside = 0;
    for path in sources(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let found = NETWORK.iter().filter(|word| text.contains(**word)).count();
        if name.starts_with("network/") {
            inside += found;
        } else {
            assert_eq!(found, 0, "src/{name} reaches past src/network/");
        }
    }
    assert!(inside > 5, "{inside}");
}

#[test]
fn the_check_sees_what_it_looks_for() {
    for (line, what) in [
        ("use std::fs;", "uses std::fs"),
        ("    let now = chrono::Utc::now();", "uses Utc::now"),
        ("    eprintln!(\"x\"); println!(\"y\");", "uses println!"),
        ("use crate::store::Disk;", "reaches into crate::store"),
        (
            "use crate::{lang::Text, cli::context};",
            "reaches into crate::cli",
        ),
        (
            "fn f() { crate::workflow::register::rivals(w) }",
            "reaches into crate::workflow",
        ),
        ("use icpctl::render::table;", "reaches into crate::render"),
    ] {
        let found: Vec<String> = violations(line, PURE[0].1)
            .into_iter()
            .map(|(_, what)| what)
            .collect();
        assert!(found.iter().any(|f| f == what), "{line}: {found:?}");
    }
    for line in [
        "//! Nothing here uses std::fs or crate::store.",
        "use crate::lang::Text;",
        "use crate::text;",
        "$crate::lang::Text::fixed($zh, $en)",
    ] {
        assert_eq!(violations(line, PURE[0].1), [], "{line}");
    }
}

/// The parts around the core, each with the other modules of the crate that it may use: a part never
/// reaches for those that use it, and nobody for what is typed.
const LAYERS: [(&str, &[&str]); 9] = [
    ("knowledge", &["data", "filing", "lang"]),
    ("render", &["filing", "knowledge", "lang", "threads"]),
    (
        "intake",
        &["data", "filing", "knowledge", "lang", "reading", "render"],
    ),
    (
        "store",
        &["failure", "filing", "ids", "lang", "reading", "threads"],
    ),
    (
        "network",
        &[
            "config", "env", "exit", "failure", "filing", "lang", "notify", "reading",
        ],
    ),
    (
        "clouds",
        &[
            "clock",
            "config",
            "data",
            "env",
            "filing",
            "ids",
            "knowledge",
            "lang",
            "network",
        ],
    ),
    (
        "notify",
        &[
            "clouds", "config", "env", "failure", "filing", "lang", "network", "store",
        ],
    ),
    (
        "evidence",
        &[
            "clouds", "config", "data", "env", "failure", "filing", "lang", "network", "reading",
            "render", "store",
        ],
    ),
    (
        "workflow",
        &[
            "evidence",
            "exit",
            "failure",
            "filing",
            "ids",
            "intake",
            "knowledge",
            "lang",
            "reading",
            "render",
            "rulebook",
            "store",
        ],
    ),
];

#[test]
fn no_part_reaches_for_those_that_use_it() {
    for (part, others) in LAYERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(part);
        let mut used = BTreeSet::new();
        for path in sources(&folder) {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().map(str::trim_start);
            for line in lines.filter(|line| !line.starts_with("//")) {
                for module in crate_modules(line) {
                    let is_own = module == part || module == "text";
                    assert!(
                        is_own || others.contains(&module),
                        "src/{part}/{name} reaches into crate::{module}: {line}"
                    );
                    used.insert(module.to_owned());
                }
            }
        }
        for other in others {
            assert!(used.contains(*other), "src/{part} uses no {other} any more");
        }
    }
}

/// A folder that holds more than can be taken in at a glance has a map in its head.
#[test]
fn the_head_of_a_large_folder_names_all_that_it_holds() {
    let mut large = 0;
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        // The commands are listed by the help, as they are typed.
        if !path.ends_with("mod.rs") || path.ends_with("cli/commands/mod.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (head, code) = text.split_once("\n\n").unwrap();
        let modules: Vec<&str> = code
            .lines()
            .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
            .filter_map(|name| name.strip_suffix(';'))
            .collect();
        if modules.len() < 15 {
            continue;
        }
        large += 1;
        for module in modules {
            let is_named =
                head.contains(&format!("`{module}`")) || head.contains(&format!("@{module}`"));
            assert!(is_named, "{}: {module}", path.display());
        }
    }
    assert!(large >= 4, "{large}");
}
