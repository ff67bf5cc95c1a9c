//! The examples work: the tour, the dossiers, the loop, and the script that pipelines run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::support::{Icpctl, NOW, Output};
use icpctl::filing::kind::Kind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// A user whose portfolio is the agency's.
fn agency() -> Icpctl {
    let user = Icpctl::new();
    let from = example("agency.jsonl");
    let _ = user
        .run(["adopt".as_ref(), "--from".as_ref(), from.as_os_str()])
        .exits(0);
    user
}

/// Runs an example's script as that user would.
fn script<'a>(
    user: &Icpctl,
    shell: &str,
    name: &str,
    args: impl IntoIterator<Item = &'a str>,
    env: &[(&str, &str)],
) -> Output {
    let home = user.home();
    let output = Command::new(shell)
        .arg(example(name))
        .args(args)
        .current_dir(home)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("ICPCTL", env!("CARGO_BIN_EXE_icpctl"))
        .env("ICPCTL_NOW", NOW)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn id(output: Output) -> String {
    output.exits(0).stdout.trim().to_owned()
}

#[test]
fn the_tour_comes_out_as_it_tells_and_leaves_nothing_behind() {
    let binary = [("ICPCTL_BIN", env!("CARGO_BIN_EXE_icpctl"))];
    for (lang, told) in [
        ("en", "checked: the portfolio"),
        ("zh", "检查通过：备案现状"),
    ] {
        let user = Icpctl::new();
        let output = script(&user, "bash", "tour.sh", ["--lang", lang], &binary).exits(0);
        assert!(output.stdout.contains(told), "{}", output.stdout);
        assert_eq!(std::fs::read_dir(user.home()).unwrap().count(), 0);
    }
}

#[test]
fn the_tour_fails_when_the_portfolio_is_not_right_at_the_end() {
    let user = Icpctl::new();
    // A program that loses the last filing when it is asked for the list.
    let text = user.write(
        "text",
        format!(
            "#!/bin/sh\ncase \"$*\" in\n*services.accesses.provider*) '{0}' \"$@\" | sed '$d' ;;\n*) exec '{0}' \"$@\" ;;\nesac\n",
            env!("CARGO_BIN_EXE_icpctl")
        ),
    );
    // Written by another process: a program that another test starts holds open for a moment what
    // this one writes, and what is open cannot be run.
    let wrapper = user.home().join("icpctl");
    let mut install = Command::new("install");
    let installed = install.arg("-m755").args([&text, &wrapper]).status();
    assert!(installed.unwrap().success());
    let binary = [("ICPCTL_BIN", wrapper.to_str().unwrap())];
    let output = script(&user, "bash", "tour.sh", ["--lang", "en"], &binary).exits(1);
    assert!(
        output.stderr.contains("the check failed"),
        "{}",
        output.stderr
    );
}

#[test]
fn the_dossiers_of_all_six_kinds_draft_on_the_agencys_portfolio() {
    let user = agency();
    for kind in Kind::ALL.iter().map(|kind| kind.name()) {
        let path = example(&format!("dossiers/{kind}.toml"));
        let args = [
            kind.as_ref(),
            "--json".as_ref(),
            "--from".as_ref(),
            path.as_os_str(),
        ];
        let document = user.run(args).exits(0).json();
        assert_eq!(document["data"]["kind"], kind);
        assert_eq!(document["data"]["status"], "draft");
        assert_eq!(document["warnings"], serde_json::json!([]), "{kind}");
    }
}

#[test]
fn the_agencys_csv_says_what_its_json_lines_say() {
    let from_csv = Icpctl::new();
    let path = example("agency.csv");
    let _ = from_csv
        .run(["adopt".as_ref(), "--from".as_ref(), path.as_os_str()])
        .exits(0);
    let fields = "number,name,nature,services.number,services.kind,services.name,services.domains,\
                  services.accesses,services.approved_on";
    let shown = |user: &Icpctl| {
        user.run([
            "portfolio",
            "--reveal",
            "--format",
            "tsv",
            "--fields",
            fields,
        ])
        .exits(0)
        .stdout
    };
    let table = shown(&agency());
    assert_eq!(table.lines().count(), 9, "{table}");
    assert_eq!(shown(&from_csv), table);
}

#[test]
fn the_loop_sends_each_line_once_and_goes_on_after_a_refusal() {
    let user = agency();
    let list = example("cancel-loop.txt");
    let run = |list: &Path| script(&user, "sh", "cancel-loop.sh", [list.to_str().unwrap()], &[]);
    let first = run(&list).exits(0);
    let lines: Vec<Vec<&str>> = first
        .stdout
        .lines()
        .map(|l| l.split('\t').collect())
        .collect();
    assert_eq!(lines.len(), 3, "{}", first.stdout);
    assert!(
        lines
            .iter()
            .all(|line| line[2] == "sms-verification-pending")
    );
    assert_eq!(run(&list).exits(0).stdout, first.stdout);

    // The tea shop has a live order; nobody has filed the second; the third can go.
    let list = user.write(
        "list",
        "tea.example.com tencent\nnone.example.com tencent\nhelp.example.com tencent\n",
    );
    let second = run(&list).exits(7);
    let statuses: Vec<&str> = second
        .stdout
        .lines()
        .map(|line| line.rsplit('\t').next().unwrap())
        .collect();
    assert_eq!(statuses, ["draft", "sms-verification-pending"]);
    assert!(second.stderr.contains("ORD-02"), "{}", second.stderr);
    assert!(
        second.stderr.contains("none.example.com"),
        "{}",
        second.stderr
    );
}

#[test]
fn the_batch_is_checked_planned_and_sent_once() {
    let user = agency();
    let run = |batch: &Path| {
        let batch = batch.to_str().unwrap();
        script(&user, "sh", "cancel-batch.sh", [batch], &[])
    };
    let batch = example("cancel-batch.csv");
    let first = run(&batch).exits(0);
    let lines: Vec<&str> = first.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{}", first.stdout);
    assert!(
        lines[1..].iter().all(|line| line.ends_with("\tok")),
        "{lines:?}"
    );
    let told = first.stderr.contains("the service's filing ends");
    assert!(told, "{}", first.stderr);
    let again = run(&batch).exits(0).stdout;
    assert_eq!(again, first.stdout.replace("\tok", "\tunchanged"));
    let sent = user
        .run(["list", "--label", "project=cleanup", "--json"])
        .exits(0)
        .json();
    let sent = sent["data"].as_array().unwrap();
    assert!(
        sent.iter()
            .all(|order| order["status"] == "sms-verification-pending")
    );
    assert_eq!(sent.len(), 3);

    let batch = user.write(
        "bad.csv",
        "ref,kind,target,provider\na,cancel-site,help.example.com,tencent\nb,cancel-site,none.example.com,tencent\n",
    );
    let refused = run(&batch).exits(3);
    assert!(
        refused.stderr.contains("none.example.com"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.stdout, "");
    let _ = user.run(["show", "ref:a"]).exits(4);
}

/// The two examples cancel the same sites: whichever comes first, each is cancelled by one order.
#[test]
fn the_loop_and_the_batch_can_be_run_one_after_the_other() {
    let scripts = [
        ("cancel-loop.sh", "cancel-loop.txt"),
        ("cancel-batch.sh", "cancel-batch.csv"),
    ];
    for order in [[0, 1], [1, 0]] {
        let user = agency();
        for (name, given) in order.map(|place| scripts[place]) {
            let given = example(given).display().to_string();
            let _ = script(&user, "sh", name, [given.as_str()], &[]).exits(0);
        }
        let all = user.run(["list", "--all", "--json"]).exits(0).json();
        let drafted = all["data"].as_array().unwrap().iter();
        let old = drafted.filter(|order| {
            let domain = order["target"]["domain"].as_str();
            domain.is_some_and(|domain| domain.starts_with("old-"))
        });
        let refs: Vec<&str> = old.map(|order| order["ref"].as_str().unwrap()).collect();
        assert_eq!(refs.len(), 3, "{refs:?}");
    }
}

#[test]
fn the_pipelines_script_tells_approved_pending_and_rejected_apart() {
    let user = agency();
    let draft = |domain: &str| {
        let id = id(user.run(["cancel-site", domain, "--provider", "tencent"]));
        let _ = user.run(["submit", &id, "--yes"]).exits(0);
        id
    };
    let record = |id: &str, event: &str| {
        let _ = user.run(["record", id, event]).exits(0);
    };
    let approved = draft("old-tea.example.com");
    let rejected = draft("old-toys.example.com");
    let pending = draft("old-books.example.com");
    record(&approved, "bureau-approved");
    record(&rejected, "bureau-rejected");
    let check = |args: &[&str]| {
        let quick = [("CI", "true"), ("WAIT_FOR", "0")];
        script(
            &user,
            "sh",
            "ci/check-filing.sh",
            args.iter().copied(),
            &quick,
        )
        .code
    };
    for question in ["order", "wait"] {
        assert_eq!(check(&[question, &approved]), 0, "{question}");
        assert_eq!(check(&[question, &pending]), 8, "{question}");
        assert_eq!(check(&[question, &rejected]), 9, "{question}");
        assert_eq!(check(&[question, &approved, &rejected]), 9, "{question}");
    }
    assert_eq!(check(&["filed", "tea.example.com"]), 0);
    assert_eq!(check(&["filed", "tea.example.com", "tencent"]), 0);
    assert_eq!(check(&["filed", "tea.example.com", "huawei"]), 4);
    assert_eq!(check(&["filed", "old-tea.example.com"]), 4);

    // An access on its way, then sent back.
    let access = id(user.run(["access", "open.example.net", "--provider", "huawei"]));
    let _ = user.run(["submit", &access, "--yes"]).exits(0);
    assert_eq!(check(&["filed", "open.example.net", "huawei"]), 8);
    record(&access, "rejected");
    assert_eq!(check(&["filed", "open.example.net", "huawei"]), 9);
    assert_eq!(check(&["filed", "open.example.net", "tencent"]), 0);
    assert_eq!(check(&["other"]), 2);
}
