//! `strace`: which calls a command makes, and the same command with one of them killed or failed.

use super::play::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// One call of a command.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// Which call of that name in its thread, counting from 1.
    pub(super) turn: usize,
    /// The call as strace writes it.
    pub(super) text: String,
    /// Whether the program itself makes it, and not what loads it.
    pub(super) ours: bool,
}

impl Call {
    /// The files below the store that the call names, without what makes a temporary's name.
    pub(super) fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        if !self.is_of_the_store() {
            return names;
        }
        for part in self.text.split(['"', '<', '>']) {
            let looks_like_a_file = !part.contains(['=', ',', '(', ' ', '\\'])
                && !part.is_empty()
                && !part.starts_with("pipe:");
            if looks_like_a_file {
                let name = part.rsplit('/').next().unwrap_or_default();
                names.push(record_of(name));
            }
        }
        names
    }

    /// Whether the call is about the store's files.
    pub(super) fn is_of_the_store(&self) -> bool {
        self.text.contains(".icpctl")
    }

    /// Whether its answer was made up.
    pub(super) fn is_injected(&self) -> bool {
        self.text.contains("(INJECTED)")
    }

    /// The file of the descriptor that the call is made on.
    pub(super) fn descriptor(&self) -> Option<String> {
        let (_, rest) = self.text.split_once('<')?;
        let (path, _) = rest.split_once('>')?;
        Some(path.to_owned())
    }
}

/// `.NAME.PID.RANDOM-N.tmp` is a temporary of NAME.
fn record_of(name: &str) -> String {
    let Some(rest) = name
        .strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(".tmp"))
    else {
        return name.to_owned();
    };
    rest.rsplitn(3, '.').last().unwrap_or(rest).to_owned()
}

/// What a traced run did.
#[derive(Debug)]
pub(super) struct Traced {
    pub(super) output: Output,
    pub(super) calls: Vec<Call>,
}

/// Whether strace is there and may trace.
pub(super) fn is_there() -> bool {
    Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Runs a stage's command under strace; with a fault injected into the calls of one name, if given.
pub(super) fn run(stage: &Stage, folder: &Path, inject: Option<(&str, &str)>) -> Traced {
    let trace = folder.with_extension("trace");
    let mut before = vec!["strace", "-f", "-qq", "-y", "-s", "256", "-o"];
    let at = trace.display().to_string();
    before.push(&at);
    let only;
    if let Some((name, inject)) = inject {
        // Nothing else is written down: quicker.
        only = format!("trace={name}");
        before.extend(["-e", &only, "-e", inject]);
    }
    before.push("--");
    let output = stage.command(folder, &before).output().unwrap();
    let text = fs::read(&trace).unwrap();
    Traced {
        output,
        calls: calls(&String::from_utf8_lossy(&text)),
    }
}

fn calls(trace: &str) -> Vec<Call> {
    let mut turns: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut ours = false;
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, line) = line.split_once(' ').unwrap_or_default();
        let line = line.trim_start();
        let Some((name, _)) = line.split_once('(') else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        // The program is begun by strace itself.
        if name.is_empty() || !name.chars().all(is_name) || name == "execve" {
            continue;
        }
        // The first thing that Rust's runtime does is to prepare for a full stack.
        ours |= name == "sigaltstack";
        // Each thread has its own turns, and the first to come to one is meant by it.
        let turn = turns.entry((thread, name)).or_insert(0);
        *turn += 1;
        if !seen.insert((name, *turn)) {
            continue;
        }
        calls.push(Call {
            name: name.to_owned(),
            turn: *turn,
            text: line.to_owned(),
            ours,
        });
    }
    calls
}
