//! Personal data, watched by canaries through every command.

use super::scene::{CANARIES, Ran, commands, desk, everything, lines, outside};
use crate::network::world::{WHOIS, World, findings, record};
use crate::support::Icpctl;
use crate::support::web::Answer;
use icpctl::cli::table::COMMANDS;
use icpctl::exit::Exit;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The canaries of a text.
fn seen(text: &str) -> Vec<&'static str> {
    CANARIES
        .into_iter()
        .filter(|canary| text.contains(canary))
        .collect()
}

/// Whether a user typed the canary themselves.
fn typed(ran: &Ran, canary: &str) -> bool {
    ran.line.contains(canary)
}

#[test]
fn every_command_is_watched() {
    for row in COMMANDS {
        assert!(commands().contains(row.name), "no line of {}", row.name);
    }
    for line in lines() {
        assert_eq!(line.words[0], line.command);
    }
}

#[test]
fn no_command_shows_personal_data_or_panics() {
    let mut wrong = Vec::new();
    for ran in everything() {
        for canary in seen(&ran.stdout).into_iter().chain(seen(&ran.stderr)) {
            wrong.push(format!("{canary}: {}", ran.line));
        }
        let documented = Exit::ALL
            .iter()
            .any(|exit| i32::from(exit.code()) == ran.code);
        if !documented || ran.stderr.contains("panicked") {
            wrong.push(format!("exit {}: {}\n{}", ran.code, ran.line, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The other way round: the canaries are where they would be seen.
#[test]
fn what_is_revealed_is_what_is_hidden() {
    let user = desk();
    let mut shown = String::new();
    for line in [
        "show ref:firm --json",
        "show ref:person --json",
        "show ref:change --json",
        "export --format jsonl",
        "guide ref:firm",
        "portfolio 沪ICP备2021000003号 --json",
    ] {
        let out = user.run(line.split(' ').chain(["--reveal"])).exits(0);
        shown.push_str(&out.stdout);
    }
    for canary in CANARIES {
        assert!(shown.contains(canary), "{canary}");
    }
    // And no other way reveals it.
    let env = [("ICPCTL_REVEAL", "1")];
    let out = user.run_with(&env, ["show", "ref:firm", "--json"]).exits(0);
    assert_eq!(seen(&out.stdout), [""; 0]);
}

/// "`--reveal` needed and recorded": who, when, what; without what was shown.
#[test]
fn what_is_revealed_is_recorded() {
    let user = desk();
    // What was exported whole when the desk was made is recorded too.
    let record = user.home().join("state/icpctl/reveals.jsonl");
    std::fs::remove_file(&record).unwrap();
    user.run(["show", "ref:firm"]).exits(0);
    assert!(!record.exists());
    let id = user.run(["show", "ref:firm", "--json"]).exits(0).json();
    let id = id["data"]["id"].as_str().unwrap().to_owned();
    let lines: [&[&str]; 4] = [
        &["show", &id],
        &["list", "--find", "黄莺甲", "--actor", "operator"],
        &[
            "export",
            "--format",
            "csv",
            "--out",
            "canary.one@example.com.csv",
        ],
        &["portfolio", "粤ICP备2021000001号"],
    ];
    for line in lines {
        user.run(line.iter().chain(&["--reveal"])).exits(0);
    }
    let text = std::fs::read_to_string(&record).unwrap();
    assert_eq!(seen(&text), [""; 0], "{text}");
    let told: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told.len(), 4);
    assert_eq!(told[0]["command"], "show");
    assert_eq!(told[0]["at"], crate::support::NOW);
    assert_eq!(told[0]["given"], serde_json::json!([id, "--reveal"]));
    assert!(told[0]["store"].as_str().unwrap().ends_with(".icpctl"));
    assert_eq!(told[1]["actor"], "operator");
    assert_eq!(told[3]["given"][0], "粤ICP备2021000001号");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&record), 0o600);
        assert_eq!(mode(record.parent().unwrap()), 0o700);
    }
    // Where it cannot be written, that is told, and nothing else goes wrong.
    std::fs::remove_file(&record).unwrap();
    std::fs::create_dir(&record).unwrap();
    let out = user
        .run(["show", "ref:firm", "--reveal", "--json"])
        .exits(0);
    assert!(out.stdout.contains("reveal-unrecorded"), "{}", out.stdout);
}

#[test]
fn nothing_outside_the_store_holds_personal_data() {
    let mut files = 0;
    for ran in everything() {
        for (path, bytes) in &ran.outside {
            files += 1;
            let name = path.display().to_string();
            let text = format!("{name}\n{}", String::from_utf8_lossy(bytes));
            let found: Vec<&str> = seen(&text)
                .into_iter()
                .filter(|canary| !typed(ran, canary))
                .collect();
            assert!(found.is_empty(), "{found:?} in {name} after {}", ran.line);
        }
    }
    assert!(files > 100, "only {files} files were looked at");
}

/// Registries and the public record name holders: a person's name is remembered nowhere outside the
/// store, and what is said of it stays the same when it is asked again.
#[test]
fn what_others_say_of_a_person_is_not_remembered() {
    const COMPANY: &str = "示例科技有限公司";
    for (name, is_person) in [
        ("黄莺戊", true),
        ("黄莺戊·丁", true),
        ("黄莺丙丁戊乙", true),
        ("Canary Wren", true),
        (COMPANY, false),
    ] {
        let world = World::new();
        *world.whois.lock().unwrap() = WHOIS.replace(COMPANY, name);
        let filed = record("shop.example.cn", "京ICP备2021000001号-1").replace(COMPANY, name);
        *world.recorded.lock().unwrap() = Answer::json(filed);
        let first = world.verify(&[]).exits(0);
        let found = findings(&first.json());
        let expected = if is_person { "conflict" } else { "agrees" };
        for topic in ["domain-holder", "recorded-name"] {
            let said = format!("{topic} {expected}");
            assert!(found.contains(&said), "{name}: {found:?}");
        }
        assert_eq!(first.stdout.contains(name), !is_person, "{}", first.stdout);
        for (path, bytes) in outside(world.user.home()) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let is_ours = path.starts_with("cache") || path.starts_with("state");
            let holds = is_person && text.contains(name);
            assert!(!holds, "{name} in {}", path.display());
            assert!(!is_ours || !text.contains("admin@"), "{text}");
        }
        assert_eq!(
            findings(&world.verify(&[]).exits(0).json()),
            found,
            "{name}"
        );
        let asked = world.record.asked().len();
        assert_eq!(asked, if is_person { 2 } else { 1 }, "{name}");
    }
}

/// The system is asked for no core dump, which would hold what is in memory.
#[cfg(target_os = "linux")]
#[test]
fn no_core_is_left_behind() {
    let user = desk();
    let mut child = user
        .command(["number", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: once it is written, the program reads.
    input.write_all(&vec![b' '; 2 << 20]).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let mut lines = limits.lines();
    let core = lines.find(|line| line.starts_with("Max core")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Whether this machine can watch system calls.
fn strace() -> bool {
    let there = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        eprintln!("NOT RUN: strace is not there, or may not watch");
    }
    there
}

/// No line opens a socket or starts a program: none of them is about the network, or all say
/// `--offline`.
#[test]
fn offline_nothing_is_sent_and_no_program_started() {
    if !strace() {
        return;
    }
    let mut watched = 0;
    for line in lines() {
        let user = desk();
        let trace = user.home().join("trace");
        let plain = user.command(&line.words);
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-e", "trace=%network,execve", "-o"])
            .arg(&trace)
            .arg(plain.get_program())
            .args(plain.get_args())
            .current_dir(user.home())
            .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().unwrap();
        let calls = std::fs::read_to_string(&trace).unwrap();
        assert_eq!(
            calls.matches("execve(").count(),
            1,
            "{:?}\n{calls}",
            line.words
        );
        // A pair of ends within the process is no way out, and `???` a thread that ended in between.
        for call in calls.lines().filter(|call| !call.contains("execve(")) {
            let inside = [
                "socketpair(AF_UNIX",
                "+++",
                "---",
                "???",
                "sendto",
                "recvfrom",
            ];
            let local = inside.iter().any(|word| call.contains(word));
            assert!(local, "{:?}\n{calls}", line.words);
        }
        watched += 1;
    }
    assert!(watched > 100);
}

/// No editor, pager, hook or shell: nothing in the sources can start a program.
#[test]
fn no_program_is_ever_started() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in super::below(&source) {
        if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for word in ["process::Command", "CommandExt", "Stdio", "execv"] {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

/// In words that somebody wrote everybody known of the subject or the order is masked, whoever the
/// order itself awaits: former persons and those of an order's own dossier too.
#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn whoever_is_known_of_a_subject_is_masked_in_free_words() {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../../examples/agency.jsonl"));
    user.write("new.toml", include_str!("../../examples/dossiers/new.toml"));
    let words = "张一和李一、欧阳新人说";
    for line in [
        "init",
        "adopt --from agency.jsonl",
        // One answered for the service once: the approved change took the name away.
        "change shop.example.com --set responsible.name=欧阳新人 --set responsible.phone=13800000099 --ref gone --submit --yes",
        "record ref:gone forwarded",
        "record ref:gone sms-verified",
        "record ref:gone bureau-approved",
        "change shop.example.com --set responsible.name=王五 --ref now",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    for words in [
        &["note", "粤ICP备2021000001号", words][..],
        &["note", "shop.example.com", words],
        &["note", "ref:now", "王五说，张一说"],
        &[
            "cancel-site",
            "docs.example.com",
            "--reason",
            words,
            "--ref",
            "site",
        ],
        &["cancel-subject", "粤ICP备2021000001号", "--reason", words],
        &[
            "cancel-access",
            "help.example.com",
            "--provider",
            "tencent",
            "--reason",
            words,
        ],
        &[
            "change",
            "粤ICP备2021000001号",
            "--set",
            &format!("remark={words}"),
            "--ref",
            "remark",
        ],
        &[
            "notice",
            "add",
            "shop.example.com",
            "--class",
            "service-contact-dead",
            "--provider",
            "tencent",
            "--deadline",
            "10wd",
            "--text",
            words,
        ],
        // The persons of a first filing stand in its dossier alone.
        &["new", "--from", "new.toml", "--ref", "new"],
        &["note", "ref:new", "负责人说"],
    ] {
        user.run(words).exits(0);
    }
    let dossier = user
        .run(["show", "ref:new", "--json", "--reveal"])
        .exits(0)
        .json();
    let person = dossier["data"]["services"][0]["responsible"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    user.run(["note", "ref:new", &format!("{person}说")])
        .exits(0);
    let mut seen = 0;
    for line in [
        "portfolio 粤ICP备2021000001号",
        "portfolio 粤ICP备2021000001号 --json",
        "export portfolio --format json",
        "export --format json",
        "notice list",
        "notice list --json",
        "list --json",
        "show ref:site",
        "show ref:site --json",
        "show ref:now",
        "show ref:remark",
        "show ref:new",
        "log --json",
        "status",
    ] {
        let out = user.run(line.split(' '));
        let shown = format!("{}{}", out.stdout, out.stderr);
        for name in ["张一", "李一", "欧阳新人", "王五", person.as_str()] {
            assert!(!shown.contains(name), "{name}: {line}\n{shown}");
        }
        seen += usize::from(shown.contains("张*和李*、欧***说"));
    }
    assert!(seen >= 8, "{seen}");
    let revealed = user
        .run(["portfolio", "粤ICP备2021000001号", "--reveal"])
        .exits(0);
    assert!(revealed.stdout.contains(words));
}

/// A ref, a resource and an organisation's code are nobody's data, even where they look like a
/// phone or an ID number; a phone beside them stays hidden.
#[test]
fn what_the_field_says_is_nobodys_is_told_whole() {
    // All digits, with the check character of GB 32100 and the year of birth of GB 11643.
    const CODES: [&str; 2] = ["914401199001010345", "914401199001010420"];
    const REF: &str = "13800000001";
    let user = Icpctl::new();
    let filed = |code: &str, resource: &str| {
        format!(
            r#"{{"number":"粤ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise",
            "certificate_type":"business-licence","certificate_number":"{code}",
            "responsible":{{"name":"张三","phone":"13900000009"}},
            "services":[{{"number":"粤ICP备2021000001号-1","kind":"site","name":"示例商城","domains":["shop.example.cn"],
            "accesses":[{{"provider":"tencent","account":"a","resource":"{resource}"}}]}},
            {{"number":"粤ICP备2021000001号-2","kind":"site","name":"示例书店","domains":["books.example.cn"],"accesses":["tencent"]}}]}}"#
        )
        .replace('\n', " ")
    };
    user.write("one.json", filed(CODES[0], "ins-13800000001"));
    let other = filed(CODES[1], "ins-13800000002").replace("13900000009", "13900000008");
    user.write("other.json", other);
    user.run(["adopt", "--from", "one.json"]).exits(0);
    for form in [&["--json"][..], &["--lang", "zh"], &["--lang", "en"]] {
        let ran = user.run(["adopt", "--from", "other.json"].iter().chain(form));
        let told = ran.exits(6);
        let told = told.stdout + &told.stderr;
        for whole in [CODES[0], CODES[1], "ins-13800000001", "ins-13800000002"] {
            assert!(told.contains(whole), "{whole}: {told}");
        }
        for phone in ["13900000009", "13900000008"] {
            assert!(!told.contains(phone), "{told}");
        }
    }

    let missing = user.run(["show", &format!("ref:{REF}")]).exits(4).stderr;
    assert!(missing.contains(REF), "{missing}");
    let draft = |domain: &str| user.run(["cancel-site", domain, "--ref", REF]);
    let _ = draft("shop.example.cn").exits(0);
    let taken = draft("books.example.cn").exits(6).stderr;
    assert!(taken.contains(&format!("the ref {REF} ")), "{taken}");

    user.write(
        "batch.csv",
        "ref,kind,target,after\n13800000003,cancel-site,books.example.cn,ref:13800000004\n\
         13800000005,cancel-site,13900000007,\n",
    );
    // A command of a hint can be typed as it stands.
    let after = [
        "cancel-site",
        "books.example.cn",
        "--after",
        "ref:13800000004",
    ];
    let none = user.run(after).exits(4).stderr;
    assert!(none.contains("13800000004"), "{none}");
    for command in ["check", "plan", "apply"] {
        for form in [&["--json"][..], &[]] {
            let ran = user.run(["batch", command, "batch.csv"].iter().chain(form));
            let told = ran.stdout + &ran.stderr;
            for whole in ["13800000003", "13800000004", "13800000005"] {
                assert!(told.contains(whole), "{command}: {told}");
            }
            assert!(!told.contains("13900000007"), "{command}: {told}");
        }
    }
}
