//! A batch on a terminal: the bar, the question, the number that is typed, the key that stops it.

use super::{holding, subjects};
use crate::support::Icpctl;
use crate::support::pty::Terminal;
use icpctl::cli::commands::schema::named;
use rustix::process::{Pid, Signal, kill_process};

const SITES: &str = "ref,kind,target\na,cancel-site,s1.example.net\nb,cancel-site,s2.example.net\n";

fn batch(user: &Icpctl, flags: &[&str]) -> Terminal {
    let words = ["batch", "apply", "batch.csv"].iter().chain(flags);
    Terminal::start(user.command(words))
}

fn orders(user: &Icpctl) -> usize {
    let listed = user.run(["list", "--json"]).exits(0).json();
    listed["data"].as_array().unwrap().len()
}

/// A bar in place of the lines that a pipe is told; none with `-q`.
#[test]
fn a_bar_shows_how_far_it_is() {
    let user = Icpctl::new();
    subjects(&user, 1100);
    let rows = (1..=1100).map(|n| format!("r{n},cancel-site,d{n}.example.net\n"));
    user.write(
        "batch.csv",
        format!("ref,kind,target\n{}", rows.collect::<String>()),
    );
    let (code, shown) = batch(&user, &[]).end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("1000/1100"), "{shown}");
    assert!(!shown.contains("1000 of 1100 rows done"));
    assert!(shown.contains("1100 row(s) done"));
    // The bar is gone when the table comes: it is cleared, with nothing left of it on the last line.
    let after = shown.rsplit("\u{1b}[2K").next().unwrap();
    assert!(!after.contains("1000/1100"), "{after}");
    let (code, shown) = batch(&user, &["-q"]).end();
    assert_eq!(code, Some(0));
    assert!(!shown.contains("/1100"), "{shown}");
    assert!(!shown.contains("row(s) done"), "{shown}");
}

/// A pipeline may have a terminal that nobody sits at.
#[test]
fn nobody_is_asked_in_a_pipeline() {
    for (ci, answers, code) in [("true", "", 2), ("false", "n\r", 13)] {
        let scene = holding(2);
        scene.user.write("batch.csv", SITES);
        let words = ["batch", "apply", "batch.csv", "--submit"];
        let mut command = scene.user.command(words);
        command.env("CI", ci);
        let mut terminal = Terminal::start(command);
        if !answers.is_empty() {
            terminal.expect("[y/N]");
            terminal.type_in(answers);
        }
        let (ended, shown) = terminal.end();
        assert_eq!(ended, Some(code), "{ci}: {shown}");
    }
}

#[test]
fn sending_is_asked_about_with_what_it_does() {
    for (lang, question, effect, declined) in [
        ("en", "Submit", "the service's filing ends", "declined"),
        ("zh", "提交", "服务备案将被注销", "已取消"),
    ] {
        let scene = holding(2);
        scene.user.write("batch.csv", SITES);
        let flags = ["--submit", "--lang", lang];
        let yes = if lang == "zh" { "是\r" } else { "Yes\r" };
        for (keys, code) in [
            ("n\r", 13),
            ("\r", 13),
            ("\u{1b}\r", 13),
            ("\u{4}", 13),
            ("why not\r", 13),
            (yes, 0),
        ] {
            let mut terminal = batch(&scene.user, &flags);
            terminal.expect("[y/N]");
            terminal.type_in(keys);
            let (exit, shown) = terminal.end();
            assert_eq!(exit, Some(code), "{keys:?}: {shown}");
            assert!(shown.contains(question), "{shown}");
            assert!(shown.contains(effect), "{shown}");
            assert_eq!(shown.contains(declined), code == 13, "{shown}");
            let sent = if code == 0 { 2 } else { 0 };
            assert_eq!(orders(&scene.user), sent, "{keys:?}");
        }
        let order = scene.user.run(["show", "ref:a", "--json"]).exits(0).json();
        assert_eq!(order["data"]["status"], "sms-verification-pending");
    }
}

/// A no is a document like any other: its code is the exit's name, a dot, the cause.
#[test]
fn a_no_answers_with_a_document_of_the_schema() {
    let scene = holding(1);
    scene.user.run(["cancel-site", "s1.example.net"]).exits(0);
    let line = ["submit", "s1.example.net", "--json", "--lang", "en"];
    let mut terminal = Terminal::start(scene.user.command(line));
    terminal.expect("[y/N]");
    terminal.type_in("n\r");
    let (exit, shown) = terminal.end();
    assert_eq!(exit, Some(13), "{shown}");
    let document = &shown[shown.find('{').unwrap()..];
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let schema = serde_json::from_str(named("order").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&document), "{document}");
    scene
        .user
        .run(["explain", document["error"]["code"].as_str().unwrap()])
        .exits(0);
}

/// "Whatever sends a `cancel-subject` needs its number: typed, …"
#[test]
fn a_subject_s_number_is_typed() {
    let text = "ref,kind,target\na,cancel-subject,s1.example.net\n";
    for (typed, code) in [
        ("\r", 13),
        ("yes\r", 13),
        ("粤ICP备2021000002号\r", 13),
        ("粤icp备2021000001号\r", 0),
    ] {
        let scene = holding(1);
        scene.user.write("batch.csv", text);
        // `--yes` answers no question of this sort.
        let mut terminal = batch(&scene.user, &["--submit", "--yes"]);
        terminal.expect("to confirm");
        terminal.type_in(typed);
        let (exit, shown) = terminal.end();
        assert_eq!(exit, Some(code), "{typed:?}: {shown}");
        assert_eq!(orders(&scene.user), usize::from(code == 0), "{typed:?}");
    }
}

/// The key that stops a program reaches it as SIGINT: at a question nothing was done yet.
#[test]
fn stopped_at_the_question_nothing_is_done() {
    let number = "ref,kind,target\na,cancel-subject,s1.example.net\n";
    for (ask, question) in [(number, "to confirm"), (SITES, "[y/N]")] {
        let scene = holding(2);
        scene.user.write("batch.csv", ask);
        let mut terminal = batch(&scene.user, &["--submit"]);
        terminal.expect(question);
        kill_process(Pid::from_child(&terminal.child), Signal::INT).unwrap();
        let (exit, shown) = terminal.end();
        assert_eq!(exit, Some(130), "{shown}");
        assert_eq!(orders(&scene.user), 0);
    }
}

/// "SIGINT finishes the chunk in hand and writes the summary", on a terminal too.
#[test]
fn stopped_within_it_finishes_the_chunk_in_hand() {
    let user = Icpctl::new();
    subjects(&user, 600);
    // Nine hundred complaints are more than a terminal holds that nobody looks at: the program
    // waits with the first chunk written, and the second not begun.
    let failing = (1..=900).map(|n| format!("f{n},cancel-site,none{n}.example.net\n"));
    let rows = (1..=600).map(|n| format!("r{n},cancel-site,d{n}.example.net\n"));
    let rows: String = failing.chain(rows).collect();
    user.write("batch.csv", format!("ref,kind,target\n{rows}"));
    let mut terminal = batch(&user, &[]);
    terminal.expect("batch.csv:2 f1");
    kill_process(Pid::from_child(&terminal.child), Signal::INT).unwrap();
    let (exit, shown) = terminal.end();
    assert_eq!(exit, Some(130), "{shown}");
    assert_eq!(orders(&user), 100);
    assert!(shown.contains("100 row(s) done"), "{shown}");
    assert!(shown.contains("500 row(s) were not begun"), "{shown}");
    let again = user.run(["batch", "apply", "batch.csv"]).exits(7);
    assert!(again.stderr.contains("100 done before"), "{}", again.stderr);
    assert_eq!(orders(&user), 600);
}
