//! A store in which every personal field holds a canary and every free text an attack on the
//! terminal, and command lines that together use every command.

use crate::support::{Icpctl, copy};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::thread;

/// What may be seen nowhere: the parts of the canaries that a mask has to hide.
pub(super) const CANARIES: [&str; 26] = [
    // Persons.
    "黄莺甲",
    "黄莺乙",
    "黄莺丙",
    "黄莺丁",
    "黄莺戊",
    "Canary Alice",
    "Canary Wren",
    // Names of scans.
    "canary-wren",
    // Numbers of certificates: of a birth date on.
    "19770707731",
    "19780808842",
    "19790909953",
    "19760606624",
    "19750505535",
    // Phones.
    "13977770701",
    "13977770702",
    "13977770703",
    "13977770704",
    "13977770705",
    "13977770706",
    "13977770707",
    // E-mail.
    "canary.one@",
    "canary.two@",
    "canary.three@",
    // Addresses.
    "鹦鹉大厦",
    "7788室",
    "8899室",
];

/// What a stranger would do to a terminal, a log or a spreadsheet.
pub(super) const ATTACK: &str =
    "\u{1b}[31m\u{1b}]0;x\u{7}\r\u{9b}1m\u{202e}\u{2066}\u{200b}\u{7f}\u{feff}";

/// The ID numbers, phones and the like of one dossier.
const ENTERPRISE: &str = r#"
kind = "new"
provider = "tencent"
account = "100000000009"
ref = "firm"

[subject]
name = "深圳示例花卉有限公司"
nature = "enterprise"
province = "广东"
city = "深圳市"
district = "南山区"
certificate_type = "business-licence"
certificate_number = "91440300MA0000090T"
certificate_address = "深圳市南山区示例路77号鹦鹉大厦7788室"
mailing_address = "示例路77号鹦鹉大厦7788室"
legal_representative = "黄莺甲"
legal_representative_id = "44030019770707731X"
remark = "{ATTACK}电话13977770702"

[subject.responsible]
name = "黄莺甲"
certificate_type = "resident-id"
certificate_number = "44030019770707731X"
valid_from = 2020-01-01
valid_until = 2040-01-01
phone = "13977770701"
emergency_phone = "13977770702"
email = "canary.one@example.com"

[[services]]
kind = "site"
name = "示例花卉商城"
domains = ["example.com"]
home_urls = ["www.example.com"]
content = ["shopping"]
languages = ["simplified-chinese"]
prior_approval = "none"

[services.responsible]
name = "Canary Alice"
certificate_type = "resident-id"
certificate_number = "440300197808088421"
valid_from = 2021-06-01
valid_until = "long-term"
phone = "13977770703"
emergency_phone = "13977770704"
email = "canary.two@example.com"

[[services.registrations]]
domain = "example.com"
registrar = "{ATTACK}"
holder = "深圳示例花卉有限公司"
holder_certificate_type = "business-licence"
holder_certificate_number = "44030019770707731X"

[services.resource]
type = "instance"
id = "ins-example9"
"#;

const INDIVIDUAL: &str = r#"
kind = "new"
provider = "huawei"
ref = "person"

[subject]
name = "黄莺乙"
nature = "individual"
province = "上海"
city = "上海市"
district = "黄浦区"
certificate_type = "resident-id"
certificate_number = "31010119790909953X"
certificate_address = "上海市黄浦区示例路88号鹦鹉大厦8899室"
mailing_address = "示例路88号鹦鹉大厦8899室"

[subject.responsible]
name = "黄莺乙"
phone = "13977770705"
emergency_phone = "13977770706"
email = "canary.three@example.com"

[[services]]
kind = "site"
name = "示例生活随笔"
domains = ["example.net"]
content = ["blog"]

[[services.registrations]]
domain = "example.net"
holder = "黄莺乙"
holder_certificate_type = "resident-id"
holder_certificate_number = "31010119790909953X"
"#;

/// Filings that are there already: a firm, and a person.
const FILED: &str = r#"{"number":"粤ICP备2021000001号","name":"广州示例商贸有限公司","nature":"enterprise","province":"广东","certificate_type":"business-licence","certificate_number":"91440300MA00000152","certificate_address":"广州市天河区示例路77号鹦鹉大厦7788室","legal_representative":"黄莺丙","legal_representative_id":"310101197606066247","responsible":{"name":"黄莺丙","certificate_type":"resident-id","certificate_number":"310101197606066247","phone":"13977770701","emergency_phone":"13977770702","email":"canary.one@example.com"},"services":[{"number":"粤ICP备2021000001号-1","kind":"site","name":"示例商城","domains":["shop.example.org"],"accesses":[{"provider":"tencent","account":"100000000001","resource":"ins-example1"},"alibaba"],"approved_on":"2021-06-01","responsible":{"name":"黄莺丁","certificate_type":"resident-id","certificate_number":"440300197505055358","phone":"13977770703","email":"canary.two@example.com"}},{"number":"粤ICP备2021000001号-2","kind":"site","name":"示例资料库","domains":["docs.example.org"],"accesses":["tencent"],"approved_on":"2021-06-01","responsible":{"name":"黄莺丁","phone":"13977770703"}}]}
{"number":"沪ICP备2021000003号","name":"黄莺戊","nature":"individual","province":"上海","certificate_type":"resident-id","certificate_number":"440300197808088421","responsible":{"name":"黄莺戊","phone":"13977770707"},"services":[{"number":"沪ICP备2021000003号-1","kind":"site","name":"示例手记","domains":["notes.example.org"],"accesses":["huawei"],"approved_on":"2021-06-01"}]}
{"number":"沪ICP备2021000005号","name":"Canary Wren","services":[{"number":"沪ICP备2021000005号-1","kind":"site","name":"示例笔记","domains":["wren.example.org"],"accesses":["tencent"],"responsible":{"name":"Canary Wren","phone":"13977770701"}}]}
{"number":"浙ICP备2021000004号","name":"杭州示例软件有限公司","nature":"enterprise","province":"浙江","certificate_type":"business-licence","certificate_number":"91330100MA0000058A","responsible":{"name":"黄莺丙","phone":"13977770701"},"services":[{"number":"浙ICP备2021000004号-1","kind":"site","name":"示例云","domains":["cloud.example.org"],"accesses":["tencent"],"approved_on":"2021-06-01"}]}
"#;

/// Where the user's own files are, which hold what they hold.
const INPUTS: &str = "inputs";

/// A command line of the script.
pub(super) struct Line {
    pub(super) words: Vec<String>,
    pub(super) command: &'static str,
}

/// What a line printed in a format, and what it left beside the store.
pub(super) struct Ran {
    pub(super) line: String,
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// Path and content of each file that is neither in the store nor the user's own.
    pub(super) outside: Vec<(PathBuf, Vec<u8>)>,
}

/// The command lines: the command, what works, what fails. `{A}` is the attack; a phone that no
/// mask can know is never typed.
const SCRIPT: &[(&str, &[&str])] = &[
    ("init", &["init", "init other", "init inputs/firm.toml/x"]),
    (
        "adopt",
        &[
            "adopt --from inputs/more.jsonl",
            "adopt --from inputs/filed.jsonl",
            "adopt --from inputs/contrary.jsonl",
            "adopt --from inputs/contrary.jsonl --replace --yes",
            "adopt --from inputs/wrong.jsonl",
            "adopt --from inputs/firm.toml",
            "adopt --from {A}",
        ],
    ),
    (
        "gone",
        &[
            "gone docs.example.org --because bureau --yes",
            "gone 沪ICP备2021000003号 --because holder --yes",
            "gone {A} --because bureau --yes",
        ],
    ),
    (
        "portfolio",
        &[
            "portfolio",
            "portfolio 粤ICP备2021000001号",
            "portfolio notes.example.org",
            "portfolio --by provider",
            "portfolio {A}",
        ],
    ),
    (
        "template",
        &[
            "template new --nature individual",
            "template adopt",
            "template {A}",
        ],
    ),
    (
        "new",
        &[
            "new --from inputs/firm.toml --ref another",
            "new --from inputs/person.toml --ref another -n",
            "new --from inputs/firm.toml --ref firm --set subject.name=另一家",
            "new --from inputs/wrong.toml",
            "new --from inputs/misspelt.toml",
            "new --set a=b",
        ],
    ),
    (
        "access",
        &[
            "access docs.example.org --provider huawei",
            "access notes.example.org --provider huawei",
            "access {A} --provider huawei",
        ],
    ),
    (
        "change",
        &[
            "change cloud.example.org --from inputs/change.toml",
            "change docs.example.org --set services.0.responsible.phone=13977770704",
            "change docs.example.org --set services.0.responsible.phoen=13977770704",
            "change docs.example.org --set services.0.responsible.phone=1397777070",
            "change docs.example.org --set subject.responsible.certificate_number=440300197707077311",
            "change docs.example.org --set services.0.responsible.name=黄莺丁",
        ],
    ),
    (
        "cancel-site",
        &[
            "cancel-site docs.example.org",
            "cancel-site docs.example.org --reason {A}13977770701 --label k={A} --ref {A}",
            "cancel-site {A}",
        ],
    ),
    (
        "cancel-subject",
        &[
            "cancel-subject 浙ICP备2021000004号",
            "cancel-subject 浙ICP备2021000004号 --submit --yes",
        ],
    ),
    (
        "cancel-access",
        &[
            "cancel-access shop.example.org --provider alibaba",
            "cancel-access shop.example.org --provider {A}",
        ],
    ),
    (
        "edit",
        &[
            "edit ref:person --set subject.responsible.phone=13977770704",
            "edit ref:person --set subject.responsible.phone=139",
            "edit ref:person --set subject.responsible.fone=13977770704",
            "edit ref:person --from inputs/person.toml",
            "edit ref:moved --set account=1",
        ],
    ),
    (
        "attach",
        &[
            "attach ref:person inputs/paper.png --as other",
            "attach ref:person inputs/黄莺乙-{A}.png --as other",
            "attach ref:person inputs/none.png --as other",
            "attach ref:person inputs/firm.toml --as subject-responsible-id-front",
        ],
    ),
    (
        "submit",
        &[
            "submit ref:person --yes",
            "submit ref:moved --yes",
            "submit ref:person",
        ],
    ),
    (
        "record",
        &[
            "record ref:firm accepted",
            "record ref:moved sms-verified",
            "record ref:moved bureau-approved",
            "record --from inputs/record.csv",
            "record ref:firm {A}",
        ],
    ),
    (
        "withdraw",
        &["withdraw ref:firm --yes", "withdraw ref:person --yes"],
    ),
    (
        "abandon",
        &["abandon ref:person --yes", "abandon ref:moved --yes"],
    ),
    ("sync", &["sync ref:firm --offline", "sync {A} --offline"]),
    (
        "verify",
        &[
            "verify docs.example.org --offline",
            "verify --all --offline",
            "verify ref:person --offline",
            "verify {A} --offline",
        ],
    ),
    (
        "status",
        &["status", "status ref:firm", "status --exit-status"],
    ),
    (
        "list",
        &[
            "list",
            "list --all",
            "list --find 黄莺",
            "list --find {A}",
            "list --status {A}",
            "list --fields id,ref,subject.name,awaiting.phone",
        ],
    ),
    (
        "show",
        &[
            "show ref:firm",
            "show ref:person",
            "show ref:moved",
            "show ref:noted",
            "show ref:wren",
            "show {A}",
        ],
    ),
    (
        "log",
        &[
            "log",
            "log ref:firm",
            "log ref:noted",
            "log 粤ICP备2021000001号",
            "log {A}",
        ],
    ),
    (
        "label",
        &[
            "label ref:person k={A}",
            "label docs.example.org k={A}",
            "label {A} k=v",
        ],
    ),
    (
        "note",
        &[
            "note ref:person {A}",
            "note 粤ICP备2021000001号 {A}",
            "note {A} x",
        ],
    ),
    (
        "notice",
        &[
            "notice list --all",
            "notice add shop.example.org --class service-contact-dead --provider tencent --text {A}",
            "notice add 沪ICP备2021000003号 --class subject-contact-dead --deadline 15",
            "notice resolve {A}",
        ],
    ),
    (
        "duty",
        &[
            "duty list",
            "duty done shop.example.org public-security-filing --number 粤公网安备44010602000001号",
            "duty done {A} renew-domain",
        ],
    ),
    (
        "wait",
        &[
            "wait ref:firm --timeout 0",
            "wait ref:person --for draft --timeout 0",
            "wait {A} --timeout 0",
            "wait ref:firm --interval 18446744073709551615 --timeout 100ms",
            "wait ref:wren --timeout 18446744073709551615 --for draft",
        ],
    ),
    (
        "notify",
        &["notify -n", "notify --offline", "notify --channel {A}"],
    ),
    (
        "check",
        &[
            "check inputs/attacks.csv",
            "check ref:firm",
            "check ref:person",
            "check --all",
            "check inputs/firm.toml",
            "check inputs/person.toml",
            "check inputs/wrong.toml",
            "check inputs/batch.csv",
            "check {A}",
        ],
    ),
    ("rules", &["rules", "rules --province {A}"]),
    ("explain", &["explain", "explain CAN-03", "explain {A}"]),
    (
        "batch",
        &[
            "batch check inputs/batch.csv",
            "batch plan inputs/batch.csv --out plan.json",
            "batch show inputs/plan.json",
            "batch apply inputs/batch.csv",
            "batch apply inputs/plan.json --yes --submit",
            "batch check inputs/wrong.csv",
            "batch check inputs/attacks.csv",
            "batch plan inputs/attacks.csv",
            "batch apply {A}",
        ],
    ),
    (
        "guide",
        &[
            "guide ref:firm",
            "guide ref:person",
            "guide ref:moved",
            "guide ref:noted",
            "guide ref:change",
            "guide {A}",
        ],
    ),
    (
        "export",
        &[
            "export",
            "export orders",
            "export portfolio",
            "export --out out.csv --format csv",
            "export --out out.json --format json",
            "export --find {A}",
        ],
    ),
    (
        "import",
        &[
            "import inputs/export.jsonl -n",
            "import inputs/contrary-export.jsonl",
            "import inputs/filed.jsonl",
            "import {A}",
        ],
    ),
    (
        "number",
        &[
            "number 粤ICP备2021000001号-1",
            "number {A}京ICP备2021000001号",
            "number {A}",
        ],
    ),
    (
        "provider",
        &[
            "provider list",
            "provider show tencent",
            "provider show {A}",
        ],
    ),
    ("auth", &["auth status", "auth status {A}"]),
    (
        "calendar",
        &[
            "calendar show 2026-10-10",
            "calendar show {A}",
            "calendar update --from inputs/firm.toml",
        ],
    ),
    ("undo", &["undo", "undo {A}"]),
    ("doctor", &["doctor", "doctor --fix --yes"]),
    (
        "erase",
        &[
            "erase ref:person --yes",
            "erase 沪ICP备2021000003号 --yes",
            "erase ref:moved --yes",
            "erase {A} --yes",
        ],
    ),
    (
        "config",
        &["config show", "config path", "config show --config {A}"],
    ),
    ("completions", &["completions bash", "completions {A}"]),
    ("man", &["man pages", "man inputs/firm.toml"]),
    ("schema", &["schema", "schema order", "schema {A}"]),
    ("help", &["help exit-codes", "help environment", "help {A}"]),
];

/// Every line of the script.
pub(super) fn lines() -> impl Iterator<Item = Line> {
    SCRIPT.iter().flat_map(|(command, lines)| {
        lines.iter().map(|line| Line {
            words: words(line),
            command,
        })
    })
}

pub(super) fn words(line: &str) -> Vec<String> {
    line.split(' ')
        .map(|word| word.replace("{A}", ATTACK))
        .collect()
}

/// A copy of the store for one run.
pub(super) fn desk() -> Icpctl {
    static MADE: OnceLock<Icpctl> = OnceLock::new();
    let user = Icpctl::new();
    copy(MADE.get_or_init(make).home(), user.home());
    let temporary = user.home().join("tmp").display().to_string();
    user.env("TMPDIR", &temporary)
}

#[expect(clippy::too_many_lines, reason = "a list of files and steps")]
fn make() -> Icpctl {
    let user = Icpctl::new();
    let attack: String = ATTACK
        .chars()
        .map(|c| format!("\\u{:04x}", u32::from(c)))
        .collect();
    let put = |name: &str, text: &str| user.write(&format!("{INPUTS}/{name}"), text);
    let firm = ENTERPRISE.replace("{ATTACK}", &attack);
    put("firm.toml", &firm);
    put("person.toml", INDIVIDUAL);
    put(
        "wrong.toml",
        &INDIVIDUAL
            .replace("31010119790909953X", "310101197909099531")
            .replace("13977770705", "1397777070")
            .replace("canary.three@example.com", "canary.three@"),
    );
    put(
        "misspelt.toml",
        &firm.replace("emergency_phone", "emergency_fone"),
    );
    put(
        "change.toml",
        "kind = \"change\"\ntarget = [\"浙ICP备2021000004号-1\"]\n[subject.responsible]\nname = \"黄莺乙\"\nphone = \"13977770706\"\nemail = \"canary.three@example.com\"\n",
    );
    put("filed.jsonl", FILED);
    put(
        "contrary.jsonl",
        &FILED
            .replace("13977770701", "13977770704")
            .replace("黄莺丙", "黄莺甲")
            .replace("黄莺戊", "黄莺乙"),
    );
    put(
        "more.jsonl",
        &FILED
            .lines()
            .nth(1)
            .unwrap()
            .replace("沪ICP备2021000003号", "沪ICP备2021000009号")
            .replace("notes.example.org", "more.example.org")
            .replace("440300197808088421", "31010119790909953X"),
    );
    put(
        "wrong.jsonl",
        &FILED
            .replace("13977770701", "139777707010")
            .replace("440300197808088421", "440300197808088422"),
    );
    put(
        "record.csv",
        "order,event,at,who,reason,numbers\nref:moved,sms-verified,,all,,\nref:person,accepted,,,,\nref:黄,accepted,,,,\n",
    );
    put(
        "batch.csv",
        "ref,kind,target,from\nb1,cancel-site,docs.example.org,\nb2,new,,firm.toml\nb3,new,,person.toml\n",
    );
    put(
        "attacks.csv",
        &format!("ref,kind,target\n\"r{ATTACK}\",cancel-site,\"a{ATTACK}.cn\"\n"),
    );
    put(
        "wrong.csv",
        "ref,kind,target,from\nb1,cancel-sight,docs.example.org,\nb3,new,,wrong.toml\nb4,new,,misspelt.toml\n",
    );
    user.write(
        "inputs/paper.png",
        b"\x89PNG\r\n\x1a\n not much of a picture",
    );
    user.write(
        &format!("{INPUTS}/canary-wren-id.png"),
        b"\x89PNG\r\n\x1a\n another portrait",
    );
    user.write(
        &format!("{INPUTS}/黄莺乙-{ATTACK}.png"),
        b"\x89PNG\r\n\x1a\n a portrait",
    );
    std::fs::create_dir(user.home().join("tmp")).unwrap();
    for line in [
        "init",
        "adopt --from inputs/filed.jsonl",
        "new --from inputs/firm.toml --submit --yes --accept RP-07 --accept SUB-01",
        "new --from inputs/person.toml",
        "attach ref:person inputs/黄莺乙-{A}.png --as subject-responsible-id-front",
        "attach ref:person inputs/canary-wren-id.png --as other",
        "cancel-site wren.example.org --ref wren",
        "cancel-site shop.example.org --provider tencent --ref moved --accept filed-elsewhere-goes --submit --yes",
        "change 浙ICP备2021000004号-1 --from inputs/change.toml --ref change",
        "cancel-site notes.example.org --ref noted --label k={A} --label customer=={A} --submit --yes",
        "record ref:noted sms-verified",
        "record ref:noted bureau-rejected --reason =cmd|{A}canary.one@example.com",
        "note ref:noted @{A}说明44030019770707731X",
        "note 粤ICP备2021000001号 ＝{A}说明１３９７７７７０７０３",
        "label 粤ICP备2021000001号 k=-{A}",
        "notice add shop.example.org --class service-contact-dead --text +{A}13977770704",
        "batch plan inputs/batch.csv --out inputs/plan.json",
        "export --reveal --format jsonl --out inputs/export.jsonl",
    ] {
        user.run(words(line)).exits(0);
    }
    let exported = std::fs::read_to_string(user.home().join("inputs/export.jsonl")).unwrap();
    put(
        "contrary-export.jsonl",
        &exported
            .replace("13977770701", "13977770704")
            .replace("黄莺丙", "黄莺甲"),
    );
    user
}

/// The formats in which every line is run.
const FORMATS: [&[&str]; 6] = [
    &["--lang", "zh"],
    &["--lang", "en", "-v"],
    &["--json"],
    &["--format", "csv"],
    &["--format", "sarif"],
    &["--format", "md"],
];

/// Those that also print rows.
const ROWS: [&str; 7] = [
    "list",
    "portfolio",
    "export",
    "notice",
    "duty",
    "log",
    "status",
];

/// Runs every line in every format, once for all tests.
pub(super) fn everything() -> &'static [Ran] {
    static RAN: OnceLock<Vec<Ran>> = OnceLock::new();
    RAN.get_or_init(|| {
        let mut wanted: Vec<Vec<String>> = Vec::new();
        for line in lines() {
            for format in FORMATS {
                match (format, line.command) {
                    ([_, "sarif"], "check") | ([_, "md"], "guide") => {}
                    ([_, "sarif" | "md"], _) => continue,
                    _ => {}
                }
                let format = format.iter().map(|word| (*word).to_owned());
                wanted.push(line.words.iter().cloned().chain(format).collect());
            }
            if ROWS.contains(&line.command) {
                for format in ["tsv", "jsonl"] {
                    let format = ["--format".to_owned(), format.to_owned()];
                    wanted.push(line.words.iter().cloned().chain(format).collect());
                }
            }
        }
        desk();
        let (queue, done) = (Mutex::new(wanted.into_iter()), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
                scope.spawn(|| {
                    loop {
                        let Some(words) = queue.lock().unwrap().next() else {
                            break;
                        };
                        let ran = run(&desk(), &words);
                        done.lock().unwrap().push(ran);
                    }
                });
            }
        });
        done.into_inner().unwrap()
    })
}

fn run(user: &Icpctl, words: &[String]) -> Ran {
    let out = user.run(words);
    Ran {
        line: words.join(" ").escape_debug().to_string(),
        code: out.code,
        stdout: out.stdout,
        stderr: out.stderr,
        outside: outside(user.home()),
    }
}

pub(super) fn outside(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let own: BTreeSet<PathBuf> = [".icpctl", INPUTS].map(|name| home.join(name)).into();
    super::below(home)
        .into_iter()
        .filter(|path| !own.iter().any(|folder| path.starts_with(folder)) && path.is_file())
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path.strip_prefix(home).unwrap().to_owned(), bytes)
        })
        .collect()
}

/// Every command of the script.
pub(super) fn commands() -> BTreeSet<&'static str> {
    SCRIPT.iter().map(|(command, _)| *command).collect()
}
