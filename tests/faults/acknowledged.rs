//! What is acknowledged is stored, and what is stored is acknowledged, wherever the output goes.

use super::trace;
use crate::scenarios::{MONDAY, Scene};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// Labels the subject under these outputs; returns the exit code and stderr.
fn label(
    scene: &Scene,
    value: &str,
    format: &str,
    out: Stdio,
    err: Stdio,
) -> (Option<i32>, String) {
    let line = format!("label example.cn turn={value} {format}");
    let mut command = scene.user.command(line.split_whitespace());
    let output = command.stdout(out).stderr(err).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

fn is_stored(scene: &Scene, value: &str) -> bool {
    let labelled = scene.ok(MONDAY, &format!("portfolio --label turn={value}"));
    !labelled.as_array().unwrap().is_empty()
}

#[test]
fn a_change_is_told_honestly_when_stdout_is_full() {
    let scene = Scene::at("tencent");
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let (code, said) = label(&scene, "full", "--json", full(), Stdio::piped());
    assert_eq!(code, Some(1));
    assert!(said.contains("the change was made and saved"), "{said}");
    assert!(is_stored(&scene, "full"));
    // Nowhere to say anything: the exit code still is not that of a success.
    let (code, _) = label(&scene, "mute", "--json", full(), full());
    assert_eq!(code, Some(1));
    assert!(is_stored(&scene, "mute"));
}

#[test]
fn a_change_is_a_success_when_nobody_reads_on() {
    let scene = Scene::at("tencent");
    for (value, format) in [
        ("none", "--json"),
        ("plain", "--format human"),
        ("lines", "--format jsonl"),
    ] {
        // As `| head -0` does: the reader is gone before anything is written.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, said) = label(&scene, value, format, writer.into(), Stdio::piped());
        assert_eq!(code, Some(0), "{said}");
        assert!(is_stored(&scene, value));
    }
}

/// Runs a line of shell in which `$0` is the program; returns the exit code and stderr.
fn shell(scene: &Scene, script: &str) -> (Option<i32>, String) {
    let icpctl = scene.user.command([""; 0]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(icpctl.get_program());
    for (name, value) in icpctl.get_envs() {
        shell.env(name, value.unwrap());
    }
    let output = shell.current_dir(scene.user.home()).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_change_is_a_success_when_stdout_is_closed() {
    let scene = Scene::at("tencent");
    let script = "exec \"$0\" label example.cn turn=closed --json >&- 2>&-";
    let (code, _) = shell(&scene, script);
    assert_eq!(code, Some(0));
    assert!(is_stored(&scene, "closed"));
}

/// A limit on the size of files refuses a write, and ends nothing without a word.
#[test]
fn a_file_that_may_not_grow_is_told() {
    let scene = Scene::at("tencent");
    let script = "ulimit -f 0; exec \"$0\" label example.cn turn=limited";
    let (code, said) = shell(&scene, script);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("too large"), "{said}");
    assert!(!is_stored(&scene, "limited"));
    let (code, said) = shell(&scene, "exec \"$0\" label example.cn turn=limited");
    assert_eq!(code, Some(0), "{said}");
    assert!(is_stored(&scene, "limited"));
}

/// A long answer whose reader leaves after the first line is no failure.
#[test]
fn a_reader_may_leave_early() {
    let scene = Scene::at("tencent");
    let mut child = scene
        .user
        .command(["schema", "order"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(!first.is_empty());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_refused_is_not_stored_even_when_it_cannot_be_told() {
    let scene = Scene::at("tencent");
    let line = "submit zzzzzzzz --yes --json";
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = scene.user.command(line.split_whitespace());
    let output = command.stdout(full).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("saved"), "{said}");
}

/// A disk without inodes is as full as one without space, and says the same of itself.
#[test]
fn a_full_disk_may_lack_inodes() {
    if !trace::is_there() {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
        {
            eprintln!("NOT TESTED: strace is not there, or may not trace");
        }
        return;
    }
    let scene = Scene::at("tencent");
    for (lang, hint) in [("en", "inodes (df -i"), ("zh", "inode（df -i")] {
        let command = scene
            .user
            .command(["label", "example.cn", "a=b", "--lang", lang]);
        let mut traced = Command::new("strace");
        let full = "inject=openat,openat2,rename,renameat,renameat2,linkat:error=ENOSPC";
        traced.args(["-qq", "-f", "-o", "/dev/null", "-e", full, "-P"]);
        traced.arg(scene.user.home().join(".icpctl"));
        traced.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            traced.env(name, value.unwrap());
        }
        let output = traced.current_dir(scene.user.home()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(hint), "{said}");
    }
}
