//! What a user sees: each command in Chinese, in English and as JSON, with a refusal and a usage
//! error. `INSTA_UPDATE=always cargo test --locked snapshots` takes them anew.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::{Icpctl, copy};
use std::fmt::Write as _;
use std::sync::OnceLock;

/// An agency's store: eight subjects adopted, orders in several statuses.
fn agency() -> Icpctl {
    static MADE: OnceLock<Icpctl> = OnceLock::new();
    let user = Icpctl::new();
    copy(MADE.get_or_init(make).home(), user.home());
    user
}

fn make() -> Icpctl {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    user.write("new.toml", include_str!("../examples/dossiers/new.toml"));
    user.write(
        "wrong.toml",
        include_str!("../examples/dossiers/new.toml")
            .replace("\"example.com\"", "\"www.example.com\"")
            .replace("\"enterprise\"", "\"individual\"")
            .replace("ref =", "reff ="),
    );
    user.write("paper.png", b"\x89PNG\r\n\x1a\n not much of a picture");
    user.write(
        "record.csv",
        "order,event,at,who,reason,numbers\nref:pending,sms-verified,,all,,\nref:nobody,accepted,,,,\n",
    );
    user.write(
        "batch.csv",
        "ref,kind,target\nlast,cancel-site,help.example.com\nheld,cancel-site,tea.example.com\nnone,cancel-site,nobody.example.com\n",
    );
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site shop.example.com --ref draft",
        "cancel-site tea.example.com --ref pending --submit --yes",
        "cancel-site toys.example.com --ref review --verify-by email --submit --yes",
        "new --from new.toml --ref new --submit --yes",
        "cancel-site open.example.net --ref rejected --submit --yes",
        "record ref:rejected bureau-rejected --reason 材料不清晰",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// A line of a table with two spaces between its cells.
fn narrow(line: &str) -> String {
    let text = line.trim_start();
    let cells = text.split("  ").filter(|cell| !cell.is_empty());
    let cells: Vec<&str> = cells.map(str::trim).collect();
    format!("{}{}", &line[..line.len() - text.len()], cells.join("  "))
}

/// Shows runs of one command as a transcript.
fn transcript(good: &str, refused: &str, misused: &str) -> String {
    let mut text = String::new();
    let mut show = |line: &str, lang: &str| {
        let user = agency();
        let output = user.run(line.split(' ').chain(["--lang", lang]));
        if line.ends_with("--json") && !line.starts_with("wait") {
            let _ = output.json();
        }
        let home = user.home().display().to_string();
        let clean = |text: &str| {
            let names_home = text.contains(&home);
            let text = text.replace(&home, "HOME");
            let lines = text.lines().filter(|line| !line.contains("ICPCTL_NOW"));
            // A column is as wide as the folder's name is long.
            let lines = lines.map(|line| {
                if names_home {
                    narrow(line)
                } else {
                    line.to_owned()
                }
            });
            lines.collect::<Vec<String>>().join("\n")
        };
        writeln!(text, "$ icpctl {line} --lang {lang}").unwrap();
        for (mark, part) in [("", clean(&output.stdout)), ("│ ", clean(&output.stderr))] {
            for line in part.lines() {
                writeln!(text, "{mark}{line}").unwrap();
            }
        }
        writeln!(text, "[exit {}]\n", output.code).unwrap();
    };
    show(good, "zh");
    show(good, "en");
    let as_text = ["template", "completions", "man", "schema", "help"]
        .iter()
        .any(|raw| good.starts_with(raw));
    if !as_text {
        show(&format!("{good} --json"), "en");
    }
    show(refused, "zh");
    show(refused, "en");
    show(misused, "zh");
    show(misused, "en");
    text
}

macro_rules! seen {
    ($($name:ident: $good:literal, $refused:literal, $misused:literal;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), transcript($good, $refused, $misused));
        })+

        #[test]
        fn every_command_is_shown() {
            let shown = [$(stringify!($name).replace('_', "-")),+];
            for row in icpctl::cli::table::COMMANDS {
                assert!(shown.iter().any(|name| name == row.name), "{}", row.name);
            }
        }
    };
}

seen! {
    init: "init --store other", "init --store agency.jsonl/x", "init a b";
    adopt: "adopt --from agency.jsonl", "adopt --from nothing.jsonl", "adopt --frm agency.jsonl";
    gone: "gone help.example.com --because bureau --yes", "gone nothing.example.com --because bureau --yes", "gone help.example.com --because nobody";
    portfolio: "portfolio 粤ICP备2021000001号", "portfolio nothing.example.com", "portfolio --by nothing";
    template: "template record", "template record --json", "template nothing";
    new: "new --from new.toml", "new --from nothing.toml", "new --set a=b";
    access: "access docs.example.com --provider huawei", "access docs.example.com --provider tencent", "access --provider huawei";
    change: "change docs.example.com --set name=示例知识库", "change docs.example.com --set name=示例资料库", "change docs.example.com --set naem=示例";
    cancel_site: "cancel-site docs.example.com", "cancel-site docs.example.com --provider huawei", "cancel-site cloud.example.net";
    cancel_subject: "cancel-subject 京ICP备2021000008号", "cancel-subject 苏ICP备2021000005号 --provider tencent", "cancel-subject 京ICP备2021000008号 --submit --yes";
    cancel_access: "cancel-access cloud.example.net --provider tencent", "cancel-access cloud.example.net --provider alibaba", "cancel-access cloud.example.net";
    edit: "edit ref:draft --set account=a-2", "edit ref:pending --set account=a-2", "edit ref:draft";
    attach: "attach ref:draft paper.png --as other", "attach ref:draft nothing.png --as other", "attach ref:draft";
    submit: "submit ref:draft --yes", "submit ref:review --yes", "submit ref:draft";
    record: "record ref:pending sms-verified", "record ref:review sms-verified", "record ref:pending sms-verfied";
    withdraw: "withdraw ref:new --yes", "withdraw ref:pending --yes", "withdraw ref:new";
    abandon: "abandon ref:rejected --yes", "abandon ref:review --yes", "abandon --yes";
    sync: "sync ref:pending", "sync ref:nobody", "sync --nothing";
    verify: "verify docs.example.com --offline", "verify nothing --offline", "verify";
    status: "status", "status ref:rejected --exit-status", "status --exit-status";
    list: "list", "list --status nothing", "list --nothing";
    show: "show ref:pending", "show ref:nobody", "show";
    log: "log ref:rejected", "log ref:nobody", "log a b";
    label: "label ref:draft batch=3", "label ref:nobody batch=3", "label ref:draft batch";
    note: "note ref:draft 等客户确认", "note ref:nobody 等客户确认", "note ref:draft";
    notice: "notice add docs.example.com --class service-contact-dead --provider tencent", "notice resolve zzzzzzzz", "notice add docs.example.com --class nothing";
    duty: "duty done docs.example.com public-security-filing --number 粤公网安备44010602000001号", "duty done docs.example.com show-service-number", "duty done docs.example.com";
    wait: "wait ref:draft --for draft --timeout 0", "wait ref:rejected --timeout 0", "wait";
    notify: "notify --channel nobody", "notify", "notify a";
    check: "check wrong.toml", "check nothing.toml", "check";
    rules: "rules --province 广东 --provider tencent --kind cancel-site --nature enterprise", "rules --province 萌", "rules --kind nothing";
    explain: "explain CAN-03", "explain CAN-99", "explain a b";
    batch: "batch plan batch.csv --out plan.json", "batch check batch.csv", "batch apply";
    guide: "guide ref:pending", "guide ref:nobody", "guide";
    export: "export orders --ref draft", "export --out no/folder.csv", "export nothing";
    import: "import agency.jsonl -n", "import nothing.jsonl", "import";
    number: "number 京ICP备09564053号-1", "number 萌ICP备20148403号", "number";
    provider: "provider show tencent", "provider show nothing", "provider nothing";
    auth: "auth status", "auth status tencent", "auth status nobody";
    calendar: "calendar show 2026-10-10", "calendar show 2026-13-01", "calendar nothing";
    undo: "undo", "undo zzzzzzzz", "undo a b";
    doctor: "doctor", "doctor --store nothing", "doctor --nothing";
    erase: "erase ref:draft --yes", "erase ref:pending --yes", "erase ref:draft";
    config: "config show", "config show --config nothing.toml", "config nothing";
    completions: "completions bash --help", "completions bash --json", "completions nothing";
    man: "man pages", "man agency.jsonl", "man";
    schema: "schema", "schema nothing", "schema a b";
    help: "help exit-codes", "help nothing", "help a b";
}
