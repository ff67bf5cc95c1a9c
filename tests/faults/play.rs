//! The write commands, each with a store to try it on.

use crate::clouds::{double, shapes};
use crate::scenarios::{CERTIFICATES, FORUM, SHOP, SUBJECT, company, dossier, site};
use crate::support::Icpctl;
use crate::support::dns::Dns;
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A command that writes, the commands before it, and the program that runs it.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) name: &'static str,
    before: &'static [&'static str],
    /// `{op}` is the latest operation, `{notice}` the only notice.
    line: &'static str,
    /// A shell that does the work instead, to show that a bad protocol is caught.
    shell: Option<&'static str>,
    /// Whether every run adds something: a second note of the same words is another note.
    adds: bool,
    /// Whether it talks to others: how often it reads and waits then differs from run to run.
    pub(super) asks: bool,
}

impl Play {
    const fn new(name: &'static str, before: &'static [&'static str], line: &'static str) -> Self {
        Self {
            name,
            before,
            line,
            shell: None,
            adds: false,
            asks: false,
        }
    }
}

const ADOPT: &str = "adopt --from filings.json";
const ONE: &str = "cancel-site example.cn --ref r1";
const TWO: &str = "cancel-site example.org --ref r2";
const LAST: &str = "cancel-site example.com --provider alibaba --ref l --submit --yes";
const VERIFIED: &str = "record ref:r1 sms-verified --who all";
const MOVED: &str = "access example.cn --provider huawei --ref a";
const NOTICE: &str = "notice add example.cn --class domain-expired --text expired";

/// Every kind of write: one file made, replaced and removed; several at once; none.
///
/// Each command may be repeated, and then changes nothing: it says so, or is refused.
pub(super) const PLAYS: &[Play] = &[
    Play::new("init", &[], "init"),
    Play::new("adopt", &["init"], ADOPT),
    Play::new("new", &["init"], "new --from new.toml --ref n"),
    Play::new("cancel-site", &["init", ADOPT], ONE),
    Play::new("submit", &["init", ADOPT, ONE], "submit ref:r1 --yes"),
    Play::new(
        "submit-several",
        &["init", ADOPT, ONE, TWO],
        "submit ref:r1 ref:r2 --yes",
    ),
    Play::new(
        "record",
        &["init", ADOPT, ONE, "submit ref:r1 --yes"],
        VERIFIED,
    ),
    Play::new(
        "approve",
        &["init", ADOPT, ONE, "submit ref:r1 --yes", VERIFIED],
        "record ref:r1 bureau-approved",
    ),
    Play::new(
        "edit",
        &["init", "new --from new.toml --ref n"],
        "edit ref:n --set services.0.name=示例书店",
    ),
    Play::new(
        "attach",
        &["init", "new --from new.toml --ref n"],
        "attach ref:n paper.png --as other",
    ),
    Play::new(
        "label",
        &["init", ADOPT, ONE],
        "label ref:r1 customer=example",
    ),
    Play::new(
        "undo",
        &["init", ADOPT, ONE, TWO, "submit ref:r1 ref:r2 --yes"],
        "undo {op} --yes",
    ),
    Play::new(
        "gone",
        &["init", ADOPT],
        "gone example.cn --because holder --yes",
    ),
    Play::new(
        "erase",
        &["init", ADOPT, ONE, "abandon ref:r1 --yes"],
        "erase 粤ICP备2021000001号 --yes",
    ),
    Play::new(
        "import",
        &[
            "init",
            ADOPT,
            ONE,
            TWO,
            "export --reveal --format jsonl --out all.jsonl",
            "!forget",
            "init",
        ],
        "import all.jsonl",
    ),
    Play::new("access", &["init", ADOPT], MOVED),
    Play::new(
        "change",
        &["init", ADOPT],
        "change example.cn --set name=示例书店 --ref c",
    ),
    Play::new(
        "cancel-subject",
        &["init", ADOPT],
        "cancel-subject 粤ICP备2021000001号 --ref s",
    ),
    Play::new(
        "cancel-access",
        &["init", ADOPT],
        "cancel-access example.cn --provider tencent --ref ca",
    ),
    Play::new(
        "withdraw",
        &["init", ADOPT, MOVED, "submit ref:a --yes"],
        "withdraw ref:a --yes",
    ),
    Play::new("abandon", &["init", ADOPT, ONE], "abandon ref:r1 --yes"),
    Play {
        adds: true,
        ..Play::new("note", &["init", ADOPT, ONE], "note ref:r1 noted")
    },
    Play::new("notice-add", &["init", ADOPT], NOTICE),
    Play::new(
        "notice-resolve",
        &["init", ADOPT, NOTICE],
        "notice resolve {notice}",
    ),
    Play::new(
        "duty",
        &["init", ADOPT],
        "duty done example.cn public-security-filing --number 粤公网安备44010602000001号",
    ),
    // What was sent before a kill is sent again: the other side is told at least once.
    Play {
        asks: true,
        ..Play::new(
            "notify",
            &["init", ADOPT, ONE, "submit ref:r1 --yes"],
            "notify",
        )
    },
    Play::new("calendar", &["init"], "calendar update 2031.toml"),
    Play::new("batch", &["init", ADOPT], "batch apply batch.csv"),
    Play::new(
        "batch-submit",
        &["init", ADOPT],
        "batch apply batch.csv --submit --yes",
    ),
    Play::new(
        "record-from",
        &["init", ADOPT, ONE, TWO, "submit ref:r1 ref:r2 --yes"],
        "record --from events.csv",
    ),
    Play::new("duty-from", &["init", ADOPT], "duty done --from duties.csv"),
    Play::new("doctor", &["init", ADOPT, ONE, "!loosen"], "doctor --fix"),
    // Each look is kept, whatever was seen before.
    Play {
        adds: true,
        asks: true,
        ..Play::new("verify", &["init", ADOPT], "verify example.cn --max-age 0")
    },
    Play {
        asks: true,
        ..Play::new(
            "sync",
            &["init", "adopt --from alibaba.json", LAST],
            "sync ref:l",
        )
    },
];

/// Writes into the record itself, as a careless program would.
pub(super) const IN_PLACE: Play = Play {
    shell: Some(
        "cd .icpctl/subjects && printf 'schema = 1\\n' >gd-icp-2021000001.toml && cat ../../new.toml >>gd-icp-2021000001.toml",
    ),
    ..Play::new(
        "in-place",
        &["init", ADOPT],
        "label 粤ICP备2021000001号 customer=example",
    )
};

/// The records and attachments of a store, by path.
pub(super) type Records = BTreeMap<String, Vec<u8>>;

/// A play that is set up, and can be run again and again from the same state.
pub(super) struct Stage {
    user: Icpctl,
    /// What `notify` sends to, and what `verify` and `sync` ask.
    _peers: (Web, Web, Dns),
    pub(super) play: &'static Play,
    words: Vec<String>,
    pub(super) old: Records,
    pub(super) new: Records,
}

fn template() -> &'static str {
    "template"
}

impl Stage {
    /// Sets the play up, and runs it twice undisturbed.
    #[expect(clippy::too_many_lines, reason = "a list of files and steps")]
    pub(super) fn set(play: &'static Play) -> Self {
        let user = Icpctl::new()
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", double::ALIBABA_ID)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", double::ALIBABA_KEY);
        let access = |account| json!([{ "provider": "tencent", "account": account }]);
        let sites = [
            site(SHOP, "example.cn", &access("acc-1")),
            site(FORUM, "example.com", &access("acc-1")),
        ];
        let filings = json!([
            company(SUBJECT, CERTIFICATES[0], &sites),
            company(
                "粤ICP备2021000002号",
                CERTIFICATES[1],
                &[site(
                    "粤ICP备2021000002号-1",
                    "example.org",
                    &access("acc-2")
                )],
            ),
        ]);
        user.write("template/filings.json", filings.to_string());
        let at_alibaba = json!([{ "provider": "alibaba" }]);
        let sites = [
            site(SHOP, "example.cn", &at_alibaba),
            site(FORUM, "example.com", &at_alibaba),
        ];
        let filings = json!([company(SUBJECT, CERTIFICATES[0], &sites)]);
        user.write("template/alibaba.json", filings.to_string());
        user.write(
            "template/new.toml",
            dossier("tencent").replace("example.cn", "example.net"),
        );
        user.write(
            "template/batch.csv",
            "ref,kind,target\nb1,cancel-site,example.cn\nb2,cancel-site,example.org\n",
        );
        user.write(
            "template/events.csv",
            "order,event,at\nref:r1,sms-sent,2026-11-22 10:00\nref:r2,sms-sent,2026-11-22 10:00\n",
        );
        user.write(
            "template/duties.csv",
            "target,duty,number\nexample.cn,public-security-filing,粤公网安备44010602000001号\nexample.org,show-subject-number,\n",
        );
        user.write(
            "template/paper.png",
            b"\x89PNG\r\n\x1a\n not much of a picture",
        );
        user.write(
            "template/2031.toml",
            "[year.2031]\nnotices = [\"国办发明电〔2030〕1号\"]\nholidays = [{ name = \"new-year\", from = 2031-01-01, to = 2031-01-01, work = [] }]\n",
        );
        let robot = Web::http(|_| Answer::json(r#"{"errcode":0,"errmsg":"ok"}"#));
        let url = user.write("url", robot.url("/send?key=K"));
        // The account shows the shop alone: the forum's filing has ended.
        let shown = json!([{
            "IcpNumber": SUBJECT, "OrganizersName": "示例科技有限公司",
            "WebsiteList": [{ "SiteRecordNum": SHOP, "DomainList": ["example.cn"] }],
        }]);
        let cloud = double::alibaba(move |call| match &*call.action {
            "CheckCdnDomainICP" => shapes::registered(true),
            _ => shapes::filings(shown.as_array().unwrap()),
        });
        let names = Dns::start(&[]);
        let peers = double::alone(None, Some(&cloud))
            .replace("127.0.0.1:1\"]", &format!("{}\"]", names.address))
            .replace("timeout = \"50ms\"", "timeout = \"30s\"");
        user.write(
            "config/icpctl/config.toml",
            format!(
                "{peers}[notify.team]\nkind = \"wecom\"\nurl = {{ file = \"{}\" }}\n",
                url.display()
            ),
        );
        let mut stage = Self {
            user,
            _peers: (robot, cloud, names),
            play,
            words: Vec::new(),
            old: Records::new(),
            new: Records::new(),
        };
        let folder = stage.user.home().join(template());
        for (turn, line) in play.before.iter().enumerate() {
            stage.arrange(&folder, turn, line);
        }
        let op = stage.first(&folder, "log", "op");
        let notice = stage.first(&folder, "notice list", "id");
        let words = play.line.replace("{op}", &op).replace("{notice}", &notice);
        stage.words = words.split(' ').map(str::to_owned).collect();
        stage.old = records(&folder);
        let tried = stage.fresh("undisturbed");
        let first = stage.run(&tried);
        assert!(first.status.success(), "{}: {first:?}", play.name);
        stage.new = records(&tried);
        let again = stage.run(&tried);
        assert!(may_be_repeated(&again), "{}: {again:?}", play.name);
        let twice = records(&tried);
        let difference = difference(&twice, &stage.new);
        assert_eq!(twice != stage.new, play.adds, "{}: {difference}", play.name);
        assert!(leftovers(&tried).is_empty(), "{}", play.name);
        stage
    }

    fn arrange(&self, folder: &Path, turn: usize, line: &str) {
        let store = folder.join(".icpctl");
        match line {
            "!forget" => fs::remove_dir_all(store).unwrap(),
            "!loosen" => {
                for name in ["subjects", "subjects/gd-icp-2021000001.toml", "store.toml"] {
                    let path = store.join(name);
                    let mode = if path.is_dir() { 0o755 } else { 0o644 };
                    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
            line => {
                let output = self
                    .icpctl(line.split(' '))
                    .current_dir(folder)
                    .env("ICPCTL_SEED", (turn + 2).to_string())
                    .output()
                    .unwrap();
                assert!(output.status.success(), "{line}: {output:?}");
            }
        }
    }

    /// One command line of the program that `ICPCTL_BIN` names, or of the one just built.
    fn icpctl<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let built = self.user.command(args);
        #[expect(clippy::disallowed_methods, reason = "which program is tested")]
        let Some(program) = std::env::var_os("ICPCTL_BIN") else {
            return built;
        };
        let mut command = Command::new(program);
        command.args(built.get_args());
        with_variables(command, &built)
    }

    /// A key of the first thing that a command shows.
    fn first(&self, folder: &Path, line: &str, key: &str) -> String {
        let output = self.other(folder, &format!("{line} --json"));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        document["data"][0][key].as_str().unwrap_or("").to_owned()
    }

    /// Copies the store as it was before the command.
    pub(super) fn fresh(&self, name: &str) -> PathBuf {
        let folder = self.user.home().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        copy(&self.user.home().join(template()), &folder);
        folder
    }

    /// The command, to be run in a folder; `before` is a program that runs it.
    pub(super) fn command(&self, folder: &Path, before: &[&str]) -> Command {
        let mut command = match self.play.shell {
            None => {
                let mut command = self.icpctl(&self.words);
                command.arg("--json");
                command
            }
            Some(script) => {
                let mut command = self.user.command([""; 0]);
                command = under(&command, &["/bin/sh", "-c", script]);
                command
            }
        };
        if !before.is_empty() {
            command = under(&command, before);
        }
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    pub(super) fn run(&self, folder: &Path) -> Output {
        let mut command = self.icpctl(&self.words);
        command.arg("--json").current_dir(folder).output().unwrap()
    }

    /// Runs the command to its end, asking for some fields of its document.
    pub(super) fn run_for(&self, folder: &Path, fields: &str) -> Output {
        let mut command = self.icpctl(&self.words);
        command.args(["--json", "--fields", fields]);
        command.current_dir(folder).output().unwrap()
    }

    /// Runs another command line in the same folder.
    pub(super) fn other(&self, folder: &Path, line: &str) -> Output {
        self.icpctl(line.split(' '))
            .current_dir(folder)
            .output()
            .unwrap()
    }

    /// What is wrong after a crash or failure: the records, and what the next command makes of them.
    pub(super) fn verdict(&self, folder: &Path, expected: &[&Records]) -> Result<(), String> {
        let mut known = false;
        // A group of files past its commit point is completed by the next writer.
        if !folder.join(".icpctl/intent.json").exists() {
            let found = records(folder);
            if !expected.contains(&&found) {
                return Err(format!("a third state: {}", difference(&found, &self.new)));
            }
            known = found == self.new;
        }
        let again = self.run(folder);
        if !may_be_repeated(&again) {
            return Err(format!("the same command again: {again:?}"));
        }
        let found = records(folder);
        // What adds and was done is now done twice.
        if found != self.new && !(self.play.adds && known) {
            let difference = difference(&found, &self.new);
            return Err(format!("after the same command again: {difference}"));
        }
        let left = leftovers(folder);
        if !left.is_empty() {
            return Err(format!("left behind: {left:?}"));
        }
        let doctor = self.other(folder, "doctor --json");
        if !doctor.status.success() {
            return Err(format!("doctor: {doctor:?}"));
        }
        Ok(())
    }
}

/// Whether a command that was done before answers as it should.
fn may_be_repeated(output: &Output) -> bool {
    // Nothing to do, not there any more, or not from this status.
    matches!(output.status.code(), Some(0 | 4 | 5))
}

/// The same command as an argument of another program.
pub(super) fn under(command: &Command, before: &[&str]) -> Command {
    let mut outer = Command::new(before[0]);
    outer.args(&before[1..]);
    if before[0] != "/bin/sh" {
        outer.arg(command.get_program()).args(command.get_args());
    }
    with_variables(outer, command)
}

/// The command with the variables of another, and no others.
fn with_variables(mut command: Command, like: &Command) -> Command {
    command.env_clear();
    for (name, value) in like.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
}

/// Names the files in which two states differ.
fn difference(found: &Records, wanted: &Records) -> String {
    let names: Vec<&String> = found.keys().chain(wanted.keys()).collect();
    let mut told: Vec<String> = names
        .into_iter()
        .filter(|name| found.get(*name) != wanted.get(*name))
        .map(|name| {
            let side = |records: &Records| {
                records.get(name).map_or("absent".to_owned(), |bytes| {
                    format!("{} bytes", bytes.len())
                })
            };
            format!("{name} ({}, wanted {})", side(found), side(wanted))
        })
        .collect();
    told.sort_unstable();
    told.dedup();
    told.join(", ")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    let mode = fs::metadata(from).unwrap().permissions();
    fs::set_permissions(to, mode).unwrap();
}

fn walk(folder: &Path, base: &Path, see: &mut dyn FnMut(String, &Path)) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(base).unwrap().display().to_string();
        if path.is_dir() {
            if name != "locks" {
                walk(&path, base, see);
            }
        } else {
            see(name, &path);
        }
    }
}

fn is_leftover(name: &str) -> bool {
    name == "intent.json" || Path::new(name).extension().is_some_and(|e| e == "tmp")
}

/// The records and attachments of the store in a folder.
pub(super) fn records(folder: &Path) -> Records {
    let store = folder.join(".icpctl");
    let mut found = Records::new();
    walk(&store, &store, &mut |name, path| {
        if !is_leftover(&name) {
            found.insert(name, fs::read(path).unwrap());
        }
    });
    found
}

/// What a writer left that died.
pub(super) fn leftovers(folder: &Path) -> Vec<String> {
    let store = folder.join(".icpctl");
    let mut found = Vec::new();
    walk(&store, &store, &mut |name, _| {
        if is_leftover(&name) {
            found.push(name);
        }
    });
    found
}
