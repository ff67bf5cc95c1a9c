//! Many writers at once, some of them killed: the history holds what was acknowledged, once each.

use super::Dice;
use super::play::leftovers;
use crate::scenarios::{MONDAY, Scene};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::thread;

/// What became of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Acknowledged,
    Refused,
    Killed,
}

/// One order's entries, as many as its revision says, each note at most once.
#[derive(Debug, Default)]
struct History {
    revision: u64,
    entries: u64,
    notes: Vec<String>,
}

/// What the history owes the writers; the first thing that is not so.
fn judge(histories: &[History], answers: &BTreeMap<String, Answer>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for history in histories {
        if history.revision != history.entries {
            return Err(format!(
                "revision {} of {} entries",
                history.revision, history.entries
            ));
        }
        for note in &history.notes {
            if !seen.insert(note) {
                return Err(format!("{note} is there twice"));
            }
            match answers.get(note) {
                Some(Answer::Acknowledged | Answer::Killed) => {}
                Some(Answer::Refused) => return Err(format!("{note} was refused, and is there")),
                None => return Err(format!("{note} was never written")),
            }
        }
        // One writer's notes stand in the order in which it wrote them.
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for note in &history.notes {
            let (writer, turn) = note.split_once('-').unwrap_or((note, "0"));
            let turn = turn.parse().unwrap_or(0);
            if last
                .insert(writer, turn)
                .is_some_and(|before| before >= turn)
            {
                return Err(format!("{note} stands before an earlier one"));
            }
        }
    }
    let lost = answers
        .iter()
        .find(|(note, answer)| **answer == Answer::Acknowledged && !seen.contains(note));
    match lost {
        Some((note, _)) => Err(format!("{note} was acknowledged, and is lost")),
        None => Ok(()),
    }
}

/// Waits for a writer, or kills it after it was looked at so many times.
fn end(mut child: Child, patience: Option<usize>) -> Answer {
    for _ in 0..patience.unwrap_or(0) {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        thread::yield_now();
    }
    if patience.is_some() {
        // It may have ended already, in which case its answer counts.
        let _ = child.kill();
    }
    match child.wait().unwrap().code() {
        Some(0) => Answer::Acknowledged,
        Some(_) => Answer::Refused,
        None => Answer::Killed,
    }
}

/// Lets writers note on these orders, each on one drawn at random, `kills` in a hundred killed.
fn play(
    scene: &Scene,
    ids: &[String],
    writers: usize,
    turns: usize,
    before: &[&str],
) -> BTreeMap<String, Answer> {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..writers)
            .map(|writer| {
                scope.spawn(move || {
                    let mut dice = Dice(writer as u64);
                    let mut answers = BTreeMap::new();
                    for turn in 0..turns {
                        let note = format!("w{writer}-{turn}");
                        let id = &ids[dice.roll(ids.len())];
                        let words = ["note", id, &note, "--lock-timeout", "60s"];
                        let mut command = scene.user.command(words);
                        if !before.is_empty() {
                            command = super::play::under(&command, before);
                            command.current_dir(scene.user.home());
                        }
                        let child = command
                            // Every writer draws its own operation.
                            .env("ICPCTL_SEED", (1000 * (writer + 1) + turn).to_string())
                            .stdin(Stdio::null())
                            .stdout(Stdio::null())
                            .stderr(Stdio::null())
                            .spawn()
                            .unwrap();
                        let patience = (dice.roll(100) < 30).then(|| dice.roll(4000));
                        answers.insert(note, end(child, patience));
                    }
                    answers
                })
            })
            .collect();
        let mut answers = BTreeMap::new();
        for worker in workers {
            answers.extend(worker.join().unwrap());
        }
        answers
    })
}

fn history(scene: &Scene, id: &str) -> History {
    let order = scene.order(MONDAY, id);
    let entries = order["history"].as_array().unwrap();
    let note = |entry: &Value| entry["reason"].as_str().map(str::to_owned);
    History {
        revision: order["revision"].as_u64().unwrap(),
        entries: entries.len() as u64,
        notes: entries.iter().filter_map(note).collect(),
    }
}

/// Runs writers over one order, then over several, and judges what is left.
fn check(writers: usize, turns: usize, before: &[&str]) -> Result<(), String> {
    for orders in [1, 2] {
        let scene = Scene::at("tencent");
        let ids: Vec<String> = ["example.cn", "example.com"][..orders]
            .iter()
            .map(|domain| scene.draft(MONDAY, &format!("cancel-site {domain}")))
            .collect();
        let answers = play(&scene, &ids, writers, turns, before);
        let killed = answers.values().filter(|a| **a == Answer::Killed).count();
        let told = answers
            .values()
            .filter(|a| **a == Answer::Acknowledged)
            .count();
        assert!(told > 0, "nobody wrote anything: {killed} killed");
        // The next writer needs no help, and leaves nothing of the dead behind.
        for id in &ids {
            scene.ok(MONDAY, &format!("label {id} after=all"));
        }
        let histories: Vec<History> = ids.iter().map(|id| history(&scene, id)).collect();
        judge(&histories, &answers)?;
        scene.ok(MONDAY, "doctor");
        let left = leftovers(scene.user.home());
        if !left.is_empty() {
            return Err(format!("left behind: {left:?}"));
        }
    }
    Ok(())
}

/// `doctor` takes no lock while it looks: what comes and goes between two of its looks is no finding.
#[test]
fn doctor_is_quiet_while_orders_come_and_go() {
    let scene = Scene::at("tencent");
    let turns = |writer: usize| {
        for turn in 0..12 {
            let (letter, key) = (format!("{writer}.txt"), format!("{writer}-{turn}"));
            scene.user.write(&letter, format!("the letter {key}"));
            for line in [
                format!("cancel-site example.cn --ref {key}"),
                format!("attach ref:{key} {letter} --as remark-letter"),
                format!("erase ref:{key} --yes"),
            ] {
                scene.run(MONDAY, &line).exits(0);
            }
        }
    };
    thread::scope(|scope| {
        let writers: Vec<_> = (0..3).map(|w| scope.spawn(move || turns(w))).collect();
        while !writers.iter().all(thread::ScopedJoinHandle::is_finished) {
            let doctor = scene.run(MONDAY, "doctor --json");
            assert_eq!(doctor.code, 0, "{doctor:?}");
        }
    });
}

#[test]
fn eight_writers_of_which_some_are_killed_lose_and_double_nothing() {
    assert_eq!(check(8, 8, &[]), Ok(()));
}

#[test]
#[ignore = "minutes: tests/faults/run.sh"]
fn eight_writers_of_two_hundred_and_fifty_turns_each() {
    assert_eq!(check(8, 250, &[]), Ok(()));
}

/// The same writers, whose locks hold nobody off.
#[test]
#[ignore = "needs strace: .ci/run"]
fn writers_without_locks_are_caught() {
    if super::trace::is_there() {
        let unlocked = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "inject=flock:retval=0",
            "--",
        ];
        assert!(check(8, 25, &unlocked).is_err());
    }
}

#[test]
fn the_checker_catches_each_wrong() {
    let answers = BTreeMap::from([
        ("w1-0".to_owned(), Answer::Acknowledged),
        ("w1-1".to_owned(), Answer::Refused),
        ("w1-2".to_owned(), Answer::Killed),
    ]);
    let history = |revision, notes: &[&str]| History {
        revision,
        entries: notes.len() as u64,
        notes: notes.iter().map(|&note| note.to_owned()).collect(),
    };
    for right in [history(1, &["w1-0"]), history(2, &["w1-0", "w1-2"])] {
        assert_eq!(judge(&[right], &answers), Ok(()));
    }
    for wrong in [
        history(0, &[]),
        history(2, &["w1-0"]),
        history(2, &["w1-0", "w1-0"]),
        history(2, &["w1-0", "w1-1"]),
        history(2, &["w1-0", "w2-0"]),
        history(2, &["w1-2", "w1-0"]),
    ] {
        assert!(
            judge(std::slice::from_ref(&wrong), &answers).is_err(),
            "{wrong:?}"
        );
    }
}
