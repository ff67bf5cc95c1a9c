//! Every system call of every write command, killed before it and failed with each errno.
//!
//! These run where `strace` is there: `.ci/run` samples them, and
//! `ICPCTL_FAULTS=all cargo test --locked faults::sweep -- --ignored --nocapture` tries every point;
//! `ICPCTL_FAULTS=2/5` the second fifth of them. `ICPCTL_PLAYS=erase,sync` tries those commands alone.

use super::Dice;
use super::play::{IN_PLACE, PLAYS, Play, Stage};
use super::trace::{self, Call, Traced};
use serde_json::Value;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What a file system answers when it cannot.
const ERRNOS: [&str; 7] = [
    "EIO", "ENOSPC", "EINTR", "EMFILE", "EACCES", "EROFS", "EDQUOT",
];

/// The calls that may fail, and are not left to the C library.
const FALLIBLE: [&str; 26] = [
    "chmod",
    "fchmod",
    "fchmodat",
    "fdatasync",
    "flock",
    "fstat",
    "fsync",
    "ftruncate",
    "getdents64",
    "linkat",
    "mkdir",
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pread64",
    "pwrite64",
    "read",
    "rename",
    "renameat",
    "renameat2",
    "statx",
    "syncfs",
    "unlinkat",
    "write",
];

/// The calls that a signal may interrupt, according to their manual pages.
const INTERRUPTIBLE: [&str; 10] = [
    "flock", "fsync", "open", "openat", "openat2", "pread64", "pwrite64", "read", "syncfs", "write",
];

/// One thing to try.
#[derive(Debug)]
enum Fault {
    Kill(Call),
    Fail(Call, &'static str),
}

impl Fault {
    fn inject(&self) -> String {
        match self {
            Self::Kill(Call { name, turn, .. }) => {
                format!("inject={name}:signal=KILL:when={turn}")
            }
            Self::Fail(Call { name, turn, .. }, errno) => {
                format!("inject={name}:error={errno}:when={turn}")
            }
        }
    }

    fn call(&self) -> &Call {
        match self {
            Self::Kill(call) | Self::Fail(call, _) => call,
        }
    }
}

/// Which points of each command are tried.
#[derive(Clone, Copy)]
enum Extent {
    Sample(usize),
    /// Every `of`-th, beginning with the `nth`.
    Part {
        nth: usize,
        of: usize,
    },
}

const ALL: Extent = Extent::Part { nth: 1, of: 1 };

fn setting(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the test's settings")]
    std::env::var(name).unwrap_or_default()
}

fn extent() -> Extent {
    let asked = setting("ICPCTL_FAULTS");
    match (asked.as_str(), asked.split_once('/')) {
        ("all", _) => ALL,
        ("", _) => Extent::Sample(24),
        (_, Some((nth, of))) => Extent::Part {
            nth: nth.parse().unwrap(),
            of: of.parse().unwrap(),
        },
        (number, None) => Extent::Sample(number.parse().unwrap()),
    }
}

/// Takes some of the faults, the same ones each time.
fn some_of(mut faults: Vec<Fault>, extent: Extent) -> Vec<Fault> {
    let bound = match extent {
        Extent::Sample(bound) => bound,
        Extent::Part { nth, of } => return faults.into_iter().skip(nth - 1).step_by(of).collect(),
    };
    let mut dice = Dice(20_261_122);
    let mut taken = Vec::new();
    // The loader's calls come before anything of ours: in a sample they would be wasted.
    faults.retain(|fault| fault.call().ours);
    while taken.len() < bound && !faults.is_empty() {
        taken.push(faults.swap_remove(dice.roll(faults.len())));
    }
    taken
}

/// Whether a run went another way than the one before, and the fault met nothing, or not the store.
///
/// What the network answers comes in pieces; and the heap, which lies elsewhere in each run, is made
/// larger (`brk`) once more or once less.
fn has_missed(stage: &Stage, fault: &Fault, traced: &Traced) -> bool {
    match fault {
        Fault::Kill(call) => {
            let may_be_left_out = stage.play.asks || call.name == "brk";
            let is_it = |made: &Call| made.turn == call.turn;
            may_be_left_out && traced.output.status.success() && !traced.calls.iter().any(is_it)
        }
        Fault::Fail(..) => {
            let is_it = |call: &Call| call.is_injected() && call.is_of_the_store();
            stage.play.asks && !traced.calls.iter().any(is_it)
        }
    }
}

/// Tries faults on a stage; returns how many met their call, and what went wrong.
fn try_all(stage: &Stage, faults: &[Fault]) -> (usize, Vec<String>) {
    let (next, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for worker in 0..2 {
            let (next, missed, wrong) = (&next, &missed, &wrong);
            scope.spawn(move || {
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let folder = stage.fresh(&format!("run-{worker}"));
                    let inject = fault.inject();
                    let traced = trace::run(stage, &folder, Some((&fault.call().name, &inject)));
                    if has_missed(stage, fault, &traced) {
                        missed.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    let judged = match fault {
                        Fault::Kill(_) => killed(stage, &traced),
                        Fault::Fail(call, errno) => failed(stage, &folder, &traced, call, errno),
                    };
                    let judged = judged.and_then(|acknowledged| {
                        let both = [&stage.new, &stage.old];
                        stage.verdict(&folder, &both[..if acknowledged { 1 } else { 2 }])
                    });
                    if let Err(why) = judged {
                        let (name, text) = (stage.play.name, &fault.call().text);
                        let told = format!("{name}, {inject}, {text}: {why}");
                        let told = told.chars().take(3000).collect();
                        wrong.lock().unwrap().push(told);
                    }
                }
            });
        }
    });
    let met = faults.len() - missed.into_inner();
    let mut wrong = wrong.into_inner().unwrap();
    if met * 2 < faults.len() {
        let (name, of) = (stage.play.name, faults.len());
        wrong.push(format!("{name}: only {met} of {of} faults met their call"));
    }
    (met, wrong)
}

/// A run that was to be killed; nothing was acknowledged.
fn killed(stage: &Stage, traced: &Traced) -> Result<bool, String> {
    if stage.play.name != IN_PLACE.name && traced.output.status.signal() != Some(9) {
        return Err(format!("was not killed: {:?}", traced.output));
    }
    Ok(false)
}

/// A run of which one call failed: whether it says so, and whether it acknowledged the change.
fn failed(
    stage: &Stage,
    folder: &std::path::Path,
    traced: &Traced,
    call: &Call,
    errno: &str,
) -> Result<bool, String> {
    let output = &traced.output;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("panicked") {
        return Err(format!("panicked: {said}"));
    }
    let Some(code) = output.status.code() else {
        return Err(format!("ended by a signal: {output:?}"));
    };
    let flush = ["fsync", "fdatasync", "syncfs"].contains(&call.name.as_str());
    if errno == "EINTR" && INTERRUPTIBLE.contains(&call.name.as_str()) {
        return if code == 0 {
            Ok(true)
        } else {
            Err(format!("not tried again after an interruption: {output:?}"))
        };
    }
    if flush && errno != "EINTR" {
        if code == 0 {
            return Err("a failed flush was acknowledged".to_owned());
        }
        let file = call.descriptor();
        let injected = traced.calls.iter().position(Call::is_injected);
        let later = traced.calls.iter().skip(injected.map_or(0, |at| at + 1));
        let again = later
            .filter(|later| later.name == call.name && later.descriptor() == file)
            .count();
        // The store's own folder is flushed again after an intent was taken back.
        if again > 0 && file.is_some_and(|file| !file.ends_with(".icpctl")) {
            return Err("a failed flush was tried again".to_owned());
        }
    }
    // One document, or lines of which the last sums up.
    let whole = String::from_utf8_lossy(&output.stdout);
    let last = whole.lines().last().unwrap_or_default();
    let document: Value = serde_json::from_str(last).unwrap_or_default();
    if code == 0 && stage.play.asks && document["changed"] == false {
        // What was asked is told; nothing could be kept with a record that cannot be read.
        let warnings = document["warnings"].to_string();
        let is_named = call.files().iter().any(|file| warnings.contains(file));
        return if is_named {
            Ok(false)
        } else {
            Err(format!("kept nothing, and does not say why: {output:?}"))
        };
    }
    if code == 0 {
        return Ok(true);
    }
    let message = document["error"]["message"].as_str().unwrap_or_default();
    let told = format!("{message}\n{said}\n{whole}");
    let saved = told.contains("the change was made and saved")
        || told.contains("the rows were done and saved");
    if message.is_empty() && !saved && !said.contains("could not be printed") {
        return Err(format!("exit {code} without a word: {output:?}"));
    }
    let unknown = document["error"]["code"] == "failure.outcome-unknown";
    if unknown && code != 1 {
        return Err(format!("an unknown outcome is exit 1, not {code}"));
    }
    let files = call.files();
    let names_it = files.is_empty() || files.iter().any(|file| told.contains(file.as_str()));
    if !names_it {
        return Err(format!("does not name the file, one of {files:?}: {told}"));
    }
    let changed = super::play::records(folder) != stage.old;
    if changed && !saved && !unknown && stage.old != stage.new {
        return Err(format!("exit {code}, but something changed: {told}"));
    }
    Ok(saved)
}

/// Sweeps one command; returns how many points were tried, and what went wrong.
fn sweep(play: &'static Play, extent: Extent, errnos: &[&'static str]) -> (usize, Vec<String>) {
    let stage = Stage::set(play);
    let traced = trace::run(&stage, &stage.fresh("traced"), None);
    assert!(traced.output.status.success(), "{traced:?}");
    let calls = traced.calls.into_iter();
    let faults = if errnos.is_empty() {
        // A kill among calls that are not about the store leaves what a kill before them leaves; to
        // ask others takes a thousand of those, most of them for the certificates of the system.
        let mut elsewhere = false;
        let differs = |call: &Call| {
            let first = !std::mem::replace(&mut elsewhere, !call.is_of_the_store());
            !play.asks || call.is_of_the_store() || first
        };
        calls.filter(differs).map(Fault::Kill).collect()
    } else {
        // What the network does not answer is an observation, and no failure.
        let fallible = |call: &Call| {
            call.ours
                && FALLIBLE.contains(&call.name.as_str())
                && (!play.asks || call.is_of_the_store())
        };
        let each = |call: Call| {
            let fail = move |errno: &&'static str| Fault::Fail(call.clone(), errno);
            errnos.iter().map(fail)
        };
        calls.filter(fallible).flat_map(each).collect()
    };
    try_all(&stage, &some_of(faults, extent))
}

/// Tells how far a sweep has come: it may take an hour.
fn tell(words: &str) {
    #[expect(clippy::print_stdout, reason = "the numbers are the result")]
    {
        println!("{words}");
    }
}

/// Sweeps all commands, and says how many points that were.
fn sweep_all(what: &str, errnos: &[&'static str]) {
    if !trace::is_there() {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
        {
            eprintln!("NOT TESTED: strace is not there, or may not trace");
        }
        return;
    }
    let only = setting("ICPCTL_PLAYS");
    let is_asked = |play: &&Play| only.is_empty() || only.split(',').any(|name| name == play.name);
    let (mut tried, mut commands, mut wrong) = (0, 0, Vec::new());
    for play in PLAYS.iter().filter(is_asked) {
        let (points, found) = sweep(play, extent(), errnos);
        tell(&format!("{what}: {}: {points} points", play.name));
        tried += points;
        commands += 1;
        wrong.extend(found.iter().inspect(|why| tell(why)).cloned());
    }
    tell(&format!("{what}: {tried} points of {commands} commands"));
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_write_command_may_be_repeated() {
    for play in PLAYS {
        let stage = Stage::set(play);
        let changes = stage.old != stage.new;
        assert_eq!(changes, play.name != "doctor", "{}", play.name);
    }
}

#[test]
#[ignore = "needs strace, and minutes: .ci/run"]
fn killed_before_any_call_the_state_is_the_old_or_the_new() {
    sweep_all("killed", &[]);
}

#[test]
#[ignore = "needs strace, and minutes: .ci/run"]
fn any_call_that_fails_is_told_and_leaves_the_old_state() {
    sweep_all("failed", &ERRNOS);
}

#[test]
#[ignore = "needs strace, and minutes: .ci/run"]
fn a_write_in_place_is_caught() {
    if trace::is_there() {
        let (_, wrong) = sweep(&IN_PLACE, ALL, &[]);
        assert!(wrong.iter().any(|why| why.contains("a third state")));
    }
}
