//! Documents that are made to take much: how long the worst of them takes, and how much memory.

use super::documents::bombs;
use super::{time, words};
use std::fs;

/// The commands that read a document.
const LINES: [&str; 4] = ["new --from", "adopt --from", "record --from", "check"];

/// Prints the longest time of the processor and the most memory that any of them takes.
pub(super) fn documents(icpctl: &str) {
    let folder = std::env::temp_dir().join("icpctl-bench-bombs");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let store = folder.display();
    let _ = time(&words(&format!("{icpctl} init {store}")));
    let (mut longest, mut largest) = ((0.0, String::new()), (0, String::new()));
    for (name, text) in bombs() {
        for ending in ["toml", "json"] {
            let file = folder.join(format!("{name}.{ending}"));
            fs::write(&file, &text).unwrap();
            for line in LINES {
                let run = format!("--store {store} {line} {}", file.display());
                let Some((seconds, kib)) = cost(icpctl, &run) else {
                    println!("{:24}   skipped: no time", "bombs");
                    return;
                };
                let what = format!("{line} {name}.{ending}");
                if seconds > longest.0 {
                    longest = (seconds, what.clone());
                }
                if kib > largest.0 {
                    largest = (kib, what);
                }
            }
        }
    }
    println!(
        "{:24}   {:.2} s  ({})",
        "bombs, the longest", longest.0, longest.1
    );
    println!(
        "{:24}   {} MiB  ({})",
        "bombs, the largest",
        largest.0 / 1024,
        largest.1
    );
}

/// Returns the seconds of the processor and the memory in KiB that a command takes.
fn cost(icpctl: &str, line: &str) -> Option<(f64, u64)> {
    let log = std::env::temp_dir().join("icpctl-bench.time");
    let timed = format!(
        "/usr/bin/time -f %U,%S,%M -o {} {icpctl} {line}",
        log.display()
    );
    time(&words(&timed))?;
    let told = fs::read_to_string(&log).ok()?;
    let mut parts = told.lines().last()?.split(',');
    let mut seconds = || parts.next()?.parse::<f64>().ok();
    let spent = seconds()? + seconds()?;
    Some((spent, parts.next()?.parse().ok()?))
}
