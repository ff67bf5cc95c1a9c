//! SIGINT and SIGTERM: the chunk in hand is finished, and the summary written.

use super::subjects;
use crate::support::{Icpctl, hold};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

fn begin(user: &Icpctl, args: &[&str]) -> Child {
    user.command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).unwrap();
}

/// "SIGINT finishes the chunk in hand and writes the summary", and the next run goes on from there.
#[test]
fn a_signal_ends_a_batch_after_the_chunk_in_hand() {
    let user = Icpctl::new();
    subjects(&user, 1500);
    let rows = (1..=1500).map(|n| format!("r{n},cancel-site,d{n}.example.net\n"));
    user.write(
        "batch.csv",
        format!("ref,kind,target\n{}", rows.collect::<String>()),
    );
    let mut child = begin(&user, &["batch", "apply", "batch.csv", "--json"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("\"start\""), "{line}");
    line.clear();
    // The first row is told once its chunk is written; the rest of the chunk's rows are more than a
    // pipe holds, so the program cannot come to the next chunk before they are read.
    out.read_line(&mut line).unwrap();
    signal(&child, Signal::INT);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let summary: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["error"]["code"], "signalled.interrupt");
    assert_eq!(
        (&summary["counts"]["ok"], &summary["counts"]["left"]),
        (&1000.into(), &500.into())
    );
    assert_eq!(rest.lines().count(), 1000);
    let again = user.run(["batch", "apply", "batch.csv", "--json"]).exits(0);
    let summary: Value = serde_json::from_str(again.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&summary["counts"]["ok"], &summary["counts"]["unchanged"]),
        (&500.into(), &1000.into())
    );
}

/// A signal while the input is still coming ends it before anything is done.
#[test]
fn a_signal_while_reading_ends_it_with_a_summary() {
    for (args, sent, exit) in [
        (["batch", "apply", "-", "--json"], Signal::TERM, 143),
        (["record", "--from", "-", "--json"], Signal::INT, 130),
    ] {
        let user = Icpctl::new();
        user.run(["init"]).exits(0);
        let fifo = user.home().join("rows");
        let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        let args = args.map(|arg| {
            if arg == "-" {
                fifo.to_str().unwrap()
            } else {
                arg
            }
        });
        let held = hold(&fifo);
        let child = begin(&user, &args);
        // Opening waits until the program has opened its end, which it does after it listens.
        let mut rows = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
        signal(&child, sent);
        // Whether the signal or the bytes come first, reading stops at the next look.
        let _ = rows.write_all(b"ref,kind,target\n");
        drop((rows, held));
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(exit));
        let text = String::from_utf8(output.stdout).unwrap();
        let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(summary["type"], "summary");
        assert_eq!(summary["exit"], exit);
        assert_eq!(summary["changed"], false);
    }
}
