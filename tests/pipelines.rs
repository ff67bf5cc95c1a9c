//! A store in git, and the pipelines of the examples run on a checkout of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::codes;
use crate::support::{Icpctl, NOBODY, NOW};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs git on its own configuration alone; the checkout may belong to somebody else.
fn git(folder: &Path, args: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "safe.directory=*", "-c", "user.name=ops"])
        .args([
            "-c",
            "user.email=ops@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .output()
        .expect("git is needed for the tests of a store in git")
}

fn git_ok(folder: &Path, args: &[&str]) -> String {
    let output = git(folder, args);
    assert!(output.status.success(), "git {args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A repository whose `.icpctl/` holds the agency's filings and one order, `ref:shop-2026`.
fn repository() -> Icpctl {
    let user = Icpctl::new();
    git_ok(user.home(), &["init", "-q", "repo"]);
    user.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    user.run(["init", "repo"]).exits(0);
    act(&user, "adopt --from agency.jsonl");
    act(
        &user,
        "change shop.example.com --set name=示例商店 --ref shop-2026",
    );
    commit(&user, "the agency's filings");
    user
}

/// Runs a command on the repository's store.
fn act(user: &Icpctl, line: &str) -> String {
    let words = ["--store", "repo"].into_iter().chain(line.split(' '));
    user.run(words).exits(0).stdout.trim().to_owned()
}

fn commit(user: &Icpctl, message: &str) {
    let repo = user.home().join("repo");
    git_ok(&repo, &["add", "-A"]);
    git_ok(&repo, &["commit", "-q", "-m", message]);
}

/// A pipeline's checkout: files that everybody may read, and that belong to somebody else where
/// the tests may arrange that.
fn checkout(user: &Icpctl, name: &str) -> PathBuf {
    let folder = user.home().join(name);
    git_ok(user.home(), &["clone", "-q", "repo", name]);
    hand_over(&folder, own_uid(user) == 0);
    folder
}

fn own_uid(user: &Icpctl) -> u32 {
    user.home().metadata().unwrap().uid()
}

fn hand_over(path: &Path, to_nobody: bool) {
    let is_folder = path.is_dir();
    let mode = if is_folder { 0o755 } else { 0o644 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    if to_nobody {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    if is_folder {
        for entry in std::fs::read_dir(path).unwrap() {
            hand_over(&entry.unwrap().path(), to_nobody);
        }
    }
}

#[derive(Deserialize)]
struct GitHub {
    env: BTreeMap<String, String>,
    jobs: BTreeMap<String, GitHubJob>,
}

#[derive(Deserialize)]
struct GitHubJob {
    steps: Vec<GitHubStep>,
}

#[derive(Deserialize)]
struct GitHubStep {
    #[serde(default)]
    run: Option<String>,
}

#[derive(Deserialize)]
struct GitLab {
    variables: BTreeMap<String, String>,
    before_script: Vec<String>,
    script: Vec<String>,
    allow_failure: AllowFailure,
}

#[derive(Deserialize)]
struct AllowFailure {
    exit_codes: i32,
}

/// Runs a step as a runner does: a shell, no terminal, `CI=true`, the checkout as the folder.
fn step(user: &Icpctl, shell: &[&str], script: &str, folder: &Path, env: (&str, &str)) -> i32 {
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", user.home().join("runner"))
        .env("CI", "true")
        .env("ICPCTL", env!("CARGO_BIN_EXE_icpctl"))
        .env("ICPCTL_NOW", NOW)
        .env(env.0, env.1)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    output.status.code().unwrap()
}

/// Runs the GitHub workflow; returns the exit of its first step that fails, else 0.
fn on_github(user: &Icpctl, folder: &Path) -> i32 {
    let workflow: GitHub =
        serde_saphyr::from_str(include_str!("../examples/ci/github-actions.yml")).unwrap();
    let store =
        workflow.env["ICPCTL_STORE"].replace("${{ github.workspace }}", folder.to_str().unwrap());
    let scripts: Vec<String> = workflow
        .jobs
        .into_values()
        .flat_map(|job| job.steps)
        .filter_map(|step| step.run)
        .collect();
    // The program is built already.
    let (install, scripts) = scripts.split_first().unwrap();
    assert!(install.starts_with("cargo install"), "{install}");
    assert!(!scripts.is_empty());
    scripts
        .iter()
        .map(|script| {
            step(
                user,
                &["bash", "-e", "-c"],
                script,
                folder,
                ("ICPCTL_STORE", &store),
            )
        })
        .find(|code| *code != 0)
        .unwrap_or(0)
}

/// Runs the GitLab job; returns its exit, and whether the pipeline may go on all the same.
fn on_gitlab(user: &Icpctl, folder: &Path) -> (i32, bool) {
    let mut jobs: BTreeMap<String, GitLab> =
        serde_saphyr::from_str(include_str!("../examples/ci/gitlab-ci.yml")).unwrap();
    let job = jobs.remove("filing").unwrap();
    let store = job.variables["ICPCTL_STORE"].replace("$CI_PROJECT_DIR", folder.to_str().unwrap());
    assert!(
        job.before_script
            .iter()
            .all(|line| line.starts_with("cargo install"))
    );
    let script = job.script.join("\n");
    let code = step(
        user,
        &["sh", "-e", "-c"],
        &script,
        folder,
        ("ICPCTL_STORE", &store),
    );
    (code, code == 0 || code == job.allow_failure.exit_codes)
}

#[test]
fn the_pipelines_of_the_examples_let_a_site_live_when_its_order_is_approved() {
    let user = repository();
    let script = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/check-filing.sh"),
    );
    user.write("repo/ci/check-filing.sh", script.unwrap());
    commit(&user, "the script");
    let mut seen = Vec::new();
    let mut look = |name: &str| {
        let folder = checkout(&user, name);
        let found = (on_github(&user, &folder), on_gitlab(&user, &folder));
        // A pipeline that only asks leaves the checkout as it was, ignored files included.
        let left = git_ok(&folder, &["status", "--porcelain", "--ignored"]);
        assert_eq!(left, "", "{name}");
        seen.push(found);
    };
    look("draft");
    act(&user, "submit ref:shop-2026 --yes");
    commit(&user, "sent");
    look("sent");
    act(&user, "record ref:shop-2026 rejected --reason 名称不符");
    commit(&user, "rejected");
    look("rejected");
    act(&user, "submit ref:shop-2026 --yes");
    act(&user, "record ref:shop-2026 forwarded");
    act(&user, "record ref:shop-2026 sms-verified --who all");
    act(&user, "record ref:shop-2026 bureau-approved");
    commit(&user, "approved");
    look("approved");
    assert_eq!(
        seen,
        [
            (8, (8, true)),
            (8, (8, true)),
            (9, (9, false)),
            (0, (0, true))
        ]
    );
}

#[test]
fn a_checked_in_store_stays_clean_whatever_is_asked_of_it() {
    let user = repository();
    let folder = checkout(&user, "clone");
    let store = folder.join(".icpctl");
    user.write(
        "batch.csv",
        "ref,kind,target\nb1,cancel-site,docs.example.com\n",
    );
    for line in [
        "status",
        "status ref:shop-2026 --exit-status",
        "list --all",
        "list --format csv",
        "show ref:shop-2026",
        "log",
        "portfolio",
        "portfolio shop.example.com --exit-status",
        "portfolio --by customer",
        "wait ref:shop-2026 --timeout 0",
        "export --reveal --format jsonl",
        "sync ref:shop-2026",
        "provider list",
        "calendar show",
        "config show",
        "explain CAN-03",
        "submit ref:shop-2026 -n --yes",
        "cancel-site tea.example.com -n",
        "undo -n",
        "agenda",
        "search 示例",
        "check --all",
        "check ref:shop-2026",
        "guide ref:shop-2026",
        "rules",
        "template new",
        "number 粤ICP备2021000001号-1",
        "notice list",
        "duty list",
        "notify -n",
        "auth status",
        "verify shop.example.com --offline",
        "batch check batch.csv",
        "batch plan batch.csv",
        "batch apply batch.csv -n",
        "show ref:shop-2026 --reveal",
        "export portfolio --format json",
        "export --format ics",
        "log ref:shop-2026",
        "help exit-codes",
        "doctor -n",
        // Looks for what a killed writer left under a lock, which is ignored.
        "doctor",
    ] {
        let mut env = vec![("CI", "true")];
        let named = store.to_str().unwrap().to_owned();
        env.push(("ICPCTL_STORE", &named));
        let output = user.run_with(&env, line.split(' '));
        assert!(
            ![1, 6, 101, 134].contains(&output.code),
            "{line} {output:?}"
        );
        let ignored: &[&str] = if line.starts_with("doctor") {
            &[]
        } else {
            &["--ignored"]
        };
        let words = [&["status", "--porcelain"], ignored].concat();
        assert_eq!(git_ok(&folder, &words), "", "{line}");
    }
}

/// Makes two branches, each by one command from the same state, and merges them.
fn merged(user: &Icpctl, one: &[&str], other: &[&str]) {
    let repo = user.home().join("repo");
    for (branch, lines) in [("one", one), ("other", other)] {
        git_ok(&repo, &["checkout", "-q", "-b", branch, "main"]);
        for line in lines {
            let seeded = user.run_with(
                &branch_env(branch),
                ["--store", "repo"].into_iter().chain(line.split(' ')),
            );
            seeded.exits(0);
        }
        commit(user, branch);
    }
    // Ends with 0 only where git found no conflict.
    git_ok(&repo, &["merge", "-q", "--no-edit", "one"]);
}

/// Each branch has its own ids; the first worked earlier.
fn branch_env(branch: &str) -> [(&'static str, &'static str); 2] {
    if branch == "one" {
        let earlier = "2026-11-22T09:30:00+08:00";
        [("ICPCTL_SEED", "11"), ("ICPCTL_NOW", earlier)]
    } else {
        [("ICPCTL_SEED", "12"), ("ICPCTL_NOW", NOW)]
    }
}

/// The codes of what `doctor` finds.
fn found(user: &Icpctl, exit: i32) -> Vec<String> {
    let document = user
        .run(["--store", "repo", "doctor", "--json"])
        .exits(exit)
        .json();
    let findings = document["data"]["findings"].as_array().unwrap();
    let codes = findings.iter().map(|f| f["code"].as_str().unwrap());
    codes.map(str::to_owned).collect()
}

#[test]
fn branches_that_touch_different_orders_merge_and_are_sound() {
    let user = repository();
    merged(
        &user,
        &["cancel-site tea.example.com --ref tea --submit --yes"],
        &[
            "cancel-site docs.example.com --ref docs",
            "note docs.example.com 等客户确认",
        ],
    );
    assert_eq!(found(&user, 0), Vec::<String>::new());
    let listed = user
        .run(["--store", "repo", "list", "--json"])
        .exits(0)
        .json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
}

#[test]
fn doctor_finds_what_a_clean_merge_broke() {
    let user = repository();
    merged(
        &user,
        &["cancel-site tea.example.com --ref row-1 --submit --yes"],
        &["change tea.example.com --set name=示例茶馆 --ref row-1 --submit --yes"],
    );
    let mut codes = found(&user, 3);
    codes.sort();
    codes.dedup();
    assert_eq!(codes, ["duplicate-ref", "two-live-orders"]);
}

#[test]
fn doctor_finds_a_number_that_two_branches_issued() {
    let user = repository();
    user.write("new.toml", include_str!("../examples/dossiers/new.toml"));
    act(&user, "new --from new.toml --ref one");
    act(&user, "new --from new.toml --ref two --account another");
    commit(&user, "two drafts");
    let approve = |key: &'static str| -> Vec<String> {
        [
            "submit ref:KEY --yes",
            "record ref:KEY forwarded",
            "record ref:KEY sms-verified --who all",
            "record ref:KEY bureau-approved --number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1",
        ]
        .map(|line| line.replace("KEY", key))
        .into()
    };
    let (one, two) = (approve("one"), approve("two"));
    let one: Vec<&str> = one.iter().map(String::as_str).collect();
    let two: Vec<&str> = two.iter().map(String::as_str).collect();
    merged(&user, &one, &two);
    let codes = found(&user, 3);
    assert!(codes.contains(&"duplicate-number".to_owned()), "{codes:?}");
}

/// Each branch lets its order wait for the other's: alone both are fine.
#[test]
fn doctor_finds_orders_that_wait_for_one_another() {
    let user = repository();
    act(&user, "cancel-site tea.example.com --ref tea");
    act(&user, "cancel-site docs.example.com --ref docs");
    commit(&user, "two drafts");
    merged(
        &user,
        &["edit ref:tea --set after=ref:docs"],
        &["edit ref:docs --set after=ref:tea"],
    );
    let (tea, docs) = (id(&user, "tea"), id(&user, "docs"));
    let told = told(&user);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "waiting-circle");
    assert!(
        told[0].1.contains(&tea) && told[0].1.contains(&docs),
        "{told:?}"
    );
    act(&user, "edit ref:tea --unset after");
    assert_eq!(found(&user, 0), Vec::<String>::new());
}

/// Where both branches changed one order git leaves its marks, and they are called what they are.
#[test]
fn a_conflict_that_git_left_in_a_record_is_named() {
    let user = repository();
    act(
        &user,
        "cancel-site tea.example.com --ref tea --submit --yes",
    );
    commit(&user, "an order");
    let repo = user.home().join("repo");
    for (branch, event) in [("one", "sms-sent"), ("other", "sms-verified")] {
        git_ok(&repo, &["checkout", "-q", "-b", branch, "main"]);
        act(&user, &format!("record ref:tea {event}"));
        commit(&user, branch);
    }
    assert!(
        !git(&repo, &["merge", "-q", "--no-edit", "one"])
            .status
            .success()
    );
    for line in ["doctor", "list", "show ref:tea"] {
        let words = ["--store", "repo"].into_iter().chain(line.split(' '));
        let told = user.run(words);
        let said = told.stdout + &told.stderr;
        assert!(said.contains("unresolved merge conflict"), "{line}: {said}");
        assert!(said.contains(".toml:"), "{line}: {said}");
    }
    // What is told to be done does it.
    let file = git_ok(&repo, &["diff", "--name-only", "--diff-filter=U"]);
    git_ok(&repo, &["checkout", "-q", "--theirs", file.trim()]);
    act(&user, "record ref:tea sms-verified");
    assert_eq!(found(&user, 0), Vec::<String>::new());
}

/// The findings of a merge, each as its code and the records that its message names.
fn told(user: &Icpctl) -> Vec<(String, String)> {
    let document = user
        .run(["--store", "repo", "doctor", "--json"])
        .exits(3)
        .json();
    let findings = document["data"]["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let told = findings
        .iter()
        .map(|f| (text(&f["code"]), text(&f["message"])));
    told.collect()
}

/// Which order was given a ref.
fn id(user: &Icpctl, key: &str) -> String {
    let shown = act(user, &format!("show ref:{key} --json"));
    let document: serde_json::Value = serde_json::from_str(&shown).unwrap();
    document["data"]["id"].as_str().unwrap().to_owned()
}

const GONE: [&str; 3] = [
    "cancel-subject 京ICP备2021000008号 --ref subject --submit --confirm 京ICP备2021000008号 --yes",
    "record ref:subject sms-verified",
    "record ref:subject bureau-approved",
];

#[test]
fn doctor_finds_a_live_order_of_what_the_other_branch_ended() {
    let user = repository();
    let one: Vec<&str> = GONE.into_iter().collect();
    let live = "cancel-site old-books.example.com --ref site --submit --yes";
    merged(&user, &one, &[live]);
    let (subject, site) = (id(&user, "subject"), id(&user, "site"));
    let found = told(&user);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "live-order-of-ended");
    assert!(
        found[0].1.contains(&subject) && found[0].1.contains(&site),
        "{found:?}"
    );

    // Approved all the same, it is an approval of what had ended.
    act(&user, "record ref:site sms-verified");
    act(&user, "record ref:site bureau-approved");
    let found = told(&user);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "approval-of-ended");
    assert!(
        found[0].1.contains(&subject) && found[0].1.contains(&site),
        "{found:?}"
    );
}

#[test]
fn doctor_finds_two_approvals_that_end_one_service_and_a_change_of_what_had_ended() {
    let cancel = |key: &str| {
        [
            format!("cancel-site old-books.example.com --ref {key} --submit --yes"),
            format!("record ref:{key} sms-verified"),
            format!("record ref:{key} bureau-approved"),
        ]
    };
    let change = [
        "change old-books.example.com --set name=示例旧书站 --ref two --submit --yes".to_owned(),
        "record ref:two forwarded".to_owned(),
        "record ref:two sms-verified".to_owned(),
        "record ref:two bureau-approved".to_owned(),
    ];
    for other in [cancel("two").to_vec(), change.to_vec()] {
        let user = repository();
        let one = cancel("one");
        let one: Vec<&str> = one.iter().map(String::as_str).collect();
        let other: Vec<&str> = other.iter().map(String::as_str).collect();
        merged(&user, &one, &other);
        let (one, two) = (id(&user, "one"), id(&user, "two"));
        let found = told(&user);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "approval-of-ended");
        assert!(
            found[0].1.contains(&one) && found[0].1.contains(&two),
            "{found:?}"
        );
    }
}

/// One branch ends what the other brings in: a subject stays ended, a service comes back.
#[test]
fn doctor_finds_what_was_brought_in_after_it_had_ended() {
    let subject = "京ICP备2021000008号";
    let user = repository();
    let service = act(&user, "portfolio old-books.example.com --json");
    let service: serde_json::Value = serde_json::from_str(&service).unwrap();
    let service = service["data"][0]["services"][0]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let rows = "subject_number,service_number,label:who\n";
    let site = [
        "cancel-site old-books.example.com --ref site --submit --yes",
        "record ref:site sms-verified",
        "record ref:site bureau-approved",
    ];
    for (ending, part, row) in [
        (&GONE, subject, format!("{rows}{subject},,a\n")),
        (
            &site,
            service.as_str(),
            format!("{rows}{subject},{service},a\n"),
        ),
    ] {
        let user = repository();
        user.write("more.csv", row);
        merged(&user, ending, &["adopt --from more.csv"]);
        let told = told(&user);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "adoption-of-ended");
        assert!(told[0].1.contains(part), "{told:?}");
        if part == service {
            act(&user, &format!("gone {service} --because bureau --yes"));
            assert_eq!(found(&user, 0), Vec::<String>::new());
            act(&user, "undo");
        }
        act(&user, "undo");
        assert_eq!(found(&user, 0), Vec::<String>::new());
    }
}

/// A filing that went while its order was under way is told until the order is settled.
#[test]
fn doctor_names_the_record_by_which_a_filing_is_gone() {
    let user = repository();
    merged(
        &user,
        &["gone old-books.example.com --because bureau --yes"],
        &["change old-books.example.com --set name=示例旧书站 --ref two --submit --yes"],
    );
    let found = told(&user);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "live-order-of-ended");
    assert!(found[0].1.contains("subjects/"), "{found:?}");
    act(&user, "record ref:two forwarded");
    act(&user, "record ref:two sms-verified");
    act(&user, "record ref:two bureau-rejected --reason 无此备案");
    act(&user, "abandon ref:two --yes");
    assert_eq!(self::found(&user, 0), Vec::<String>::new());
}

/// A store that came to lie in a repository after it was made keeps its locks out of it too.
#[test]
fn a_store_is_told_apart_from_its_locks_by_a_second_init() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    git_ok(user.home(), &["init", "-q"]);
    let ignored = user.home().join(".icpctl/.gitignore");
    let dry = user.run(["init", "-n", "--json"]).exits(0).json();
    assert_eq!((&dry["changed"], ignored.exists()), (&false.into(), false));
    let made = user.run(["init", "--json"]).exits(0).json();
    assert_eq!(made["changed"], true);
    assert_eq!(made["data"]["created"], false);
    let status = git_ok(user.home(), &["status", "--porcelain", "-uall"]);
    assert!(
        status.contains(".gitignore") && !status.contains("locks"),
        "{status}"
    );
    // What its owner wrote there is left as it is.
    std::fs::write(&ignored, "*\n").unwrap();
    let again = user.run(["init", "--json"]).exits(0).json();
    assert_eq!(again["changed"], false);
    assert_eq!(std::fs::read_to_string(&ignored).unwrap(), "*\n");
}

/// A store that is a repository itself lies in one too: its locks stay out, and the names in it are told of.
#[test]
fn a_store_that_is_a_repository_itself_is_told_apart_from_its_locks() {
    let user = Icpctl::new();
    let store = user.home().join("filings");
    let init = || {
        let line = ["--store", "filings", "init", "--json"];
        user.run(line).exits(0).json()
    };
    assert_eq!(codes(&init()["warnings"]), Vec::<String>::new());
    git_ok(&store, &["init", "-q"]);
    let made = init();
    assert_eq!(made["changed"], true);
    assert_eq!(codes(&made["warnings"]), ["personal-data-in-git"]);
    let status = git_ok(&store, &["status", "--porcelain", "-uall"]);
    assert!(
        status.contains(".gitignore") && !status.contains("locks"),
        "{status}"
    );
    // What is there already is the user's: what it lacks is told.
    let ignored = store.join(".gitignore");
    let said = || user.run(["--store", "filings", "init"]).exits(0).stderr;
    assert!(!said().contains("add these lines"));
    std::fs::write(&ignored, "*.bak\nlocks\n").unwrap();
    assert!(said().contains("add these lines: /intent.json  .*.tmp\n"));
    assert_eq!(std::fs::read_to_string(&ignored).unwrap(), "*.bak\nlocks\n");
}

/// A store that commands do not find from where it was made is one that they leave empty.
#[test]
fn a_store_made_elsewhere_says_what_commands_use_here() {
    let user = Icpctl::new();
    let said = |words: &[&str]| user.run(words.iter().copied()).exits(0).stderr;
    let used = user.home().join("data/icpctl");
    let made = user.home().join("a/.icpctl");
    let told = said(&["init", "a"]);
    let offer = format!(
        "use {}; for this store add --store {}",
        used.display(),
        made.display()
    );
    assert!(told.contains(&offer), "{told}");
    // Named as it is told, it is the one.
    let store = made.display().to_string();
    assert!(!said(&["init", "a", "--store", &store]).contains("commands that run here"));
    let told = said(&["init"]);
    assert!(!told.contains("commands that run here"), "{told}");
    let told = said(&["init", "b", "--lang", "zh"]);
    let used = user.home().join(".icpctl");
    assert!(
        told.contains(&format!("用的是 {}", used.display())),
        "{told}"
    );
}
