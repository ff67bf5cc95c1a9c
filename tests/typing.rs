//! What a person types: words that are nearly right, help, and a dash for stdout.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::scenarios::{MONDAY, Scene, hints_at};
use crate::support::Icpctl;
use serde_json::{Value, json};

fn filed() -> Icpctl {
    let user = Icpctl::new();
    user.write(
        "filed.csv",
        "subject_number,service_number,service_kind,service_name,domains,accesses,accounts\n\
         粤ICP备2021000001号,粤ICP备2021000001号-1,site,示例商城,shop.example.cn,tencent,a1\n\
         粤ICP备2021000001号,粤ICP备2021000001号-2A,app,示例应用,,tencent,a1\n",
    );
    user.run(["adopt", "--from", "filed.csv"]).exits(0);
    user
}

#[test]
fn the_likeliest_word_is_offered_first_and_each_on_its_own() {
    let user = Icpctl::new();
    let told = user.run(["cancle-site"]).exits(2).stderr;
    let offer = told
        .lines()
        .find(|line| line.contains("did you mean"))
        .unwrap();
    assert!(offer.contains("did you mean `cancel-site`"), "{offer}");
    assert!(
        offer.matches('`').count() <= 6 && !offer.contains(", cancel"),
        "{offer}"
    );
    for (words, code, offered) in [
        (&["version"][..], 2, "`--version`"),
        (&["template", "nwe"], 2, "`new`"),
        (&["help", "cancel-sit"], 4, "cancel-site"),
        (&["list", "--province", "广冬"], 2, "广东"),
        (&["rules", "--province", "广冬"], 2, "广东"),
        (
            &["duty", "done", "粤ICP备2021000001号", "show-number-in-app"],
            2,
            "`show-app-number`",
        ),
    ] {
        let told = user.run(words).exits(code).stderr;
        let offer = told.lines().find(|line| line.contains("did you mean"));
        let offer = offer.unwrap_or_else(|| panic!("{words:?}: {told}"));
        assert!(offer.contains(offered), "{words:?}: {offer}");
    }
}

/// A flag is offered where it is meant: by a part of its name, or as near as a slip is.
#[test]
fn an_unknown_flag_leads_to_those_that_it_may_stand_for_and_to_no_other() {
    let user = Icpctl::new();
    for (flag, offered) in [
        ("--since", Some("`--created-since`, `--ended-since`")),
        ("--input", Some("`--no-input`")),
        ("--until-date", Some("`--until`")),
        ("--provder", Some("`--provider`")),
        ("--from", None),
        ("--before", None),
    ] {
        let told = user.run(["list", flag, "2021-01-01"]).exits(2).stderr;
        let offer = told
            .lines()
            .find_map(|line| line.split_once("did you mean "));
        let offer = offer.map(|(_, words)| words.trim_end_matches('?'));
        assert_eq!(offer, offered, "{flag}: {told}");
    }
}

#[test]
fn an_event_is_offered_by_its_code() {
    let user = filed();
    let id = user.run(["cancel-site", "shop.example.cn"]).exits(0).stdout;
    let id = id.trim();
    user.write(
        "events.csv",
        format!("order,event\n{id},sms-verifed\n{id},SMS verifed\n"),
    );
    let told = user.run(["record", "--from", "events.csv"]).exits(3).stderr;
    assert_eq!(
        told.matches("did you mean sms-verified?").count(),
        2,
        "{told}"
    );
}

#[test]
fn a_provider_nearly_known_is_warned_of_with_its_name() {
    let user = filed();
    let told = user
        .run(["access", "shop.example.cn", "--provider", "tencnet"])
        .exits(0);
    assert!(
        told.stderr.contains("did you mean tencent?"),
        "{}",
        told.stderr
    );
}

#[test]
fn a_dash_is_stdout() {
    let user = filed();
    let told = user
        .run(["export", "portfolio", "--format", "jsonl", "--out", "-"])
        .exits(0);
    assert!(
        told.stdout.contains("粤ICP备2021000001号-1"),
        "{}",
        told.stdout
    );
    user.write(
        "batch.csv",
        "ref,kind,target\na,cancel-site,shop.example.cn\n",
    );
    let plan = user
        .run(["batch", "plan", "batch.csv", "--out", "-"])
        .exits(0);
    user.write("plan", &plan.stdout);
    user.run(["batch", "show", "plan"]).exits(0);
    let told = user
        .run(["batch", "plan", "batch.csv", "--out", "-", "--json"])
        .exits(2);
    assert_eq!(told.json()["error"]["exit"], 2);
    assert!(!user.home().join("-").exists());
}

#[test]
fn the_help_of_an_action_is_asked_for_by_its_words() {
    let user = Icpctl::new();
    let told = user.run(["help", "batch", "check"]).exits(0).stdout;
    assert_eq!(told, user.run(["batch", "check", "--help"]).exits(0).stdout);
    let told = user.run(["help", "batch", "chek"]).exits(4).stderr;
    assert!(told.contains("did you mean check?"), "{told}");
}

#[test]
fn a_language_that_is_not_spoken_is_no_language_by_either_way() {
    let user = Icpctl::new();
    user.run(["list", "--lang", "fr"]).exits(2);
    let told = user.run_with(&[("ICPCTL_LANG", "fr")], ["list"]).exits(2);
    assert!(told.stderr.contains("ICPCTL_LANG"), "{}", told.stderr);
    user.run_with(&[("ICPCTL_LANG", "fr")], ["list", "--lang", "en"])
        .exits(0);
    user.run_with(&[("ICPCTL_LANG", "zh_CN.UTF-8")], ["list"])
        .exits(0);
}

#[test]
fn a_refusal_names_statuses_and_events_as_people_call_them() {
    let user = filed();
    let id = user.run(["cancel-site", "shop.example.cn"]).exits(0).stdout;
    let told = user
        .run(["record", id.trim(), "accepted", "--lang", "zh"])
        .exits(5)
        .stderr;
    assert!(
        told.contains("（accepted）") && told.contains("（draft）"),
        "{told}"
    );
    assert!(told.contains("（submit）"), "{told}");
}

#[test]
fn an_app_is_not_called_a_site_where_it_is_cancelled() {
    let user = filed();
    let id = user
        .run(["cancel-site", "粤ICP备2021000001号-2A"])
        .exits(0)
        .stdout;
    let told = user
        .run(["guide", id.trim(), "--lang", "zh"])
        .exits(0)
        .stdout;
    assert!(
        told.contains("示例应用") && !told.contains("网站名称"),
        "{told}"
    );
}

#[test]
fn fields_are_columns_for_people_too() {
    let user = filed();
    user.write(
        "batch.csv",
        "ref,kind,target\none,cancel-site,shop.example.cn\n",
    );
    let id = user.run(["cancel-site", "shop.example.cn"]).exits(0).stdout;
    let id = id.trim();
    for command in ["list", "status"] {
        let told = user
            .run([command, "--fields", "id,status,target.domain"])
            .exits(0)
            .stdout;
        let lines: Vec<Vec<&str>> = told
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            lines,
            [
                vec!["id", "status", "target.domain"],
                vec![id, "draft", "shop.example.cn"]
            ]
        );
    }
    let told = user
        .run(["portfolio", "--fields", "number,services.number"])
        .exits(0)
        .stdout;
    assert!(
        told.starts_with("number") && told.contains("粤ICP备2021000001号-2A"),
        "{told}"
    );
    for (command, fields) in [
        ("duty list", "number,duty"),
        ("notice list", "id,class"),
        ("log", "op,records.event"),
        ("rules", "id,severity"),
        ("provider list", "name,purge_days"),
        ("number 粤ICP备2021000001号", "canonical,kind"),
        ("explain", "id,title"),
        ("doctor", "findings.code,findings.path"),
        ("sync", "order,outcome"),
        ("calendar show 2026", "year,origin"),
        ("config show", "store.path,settings.key"),
        ("auth status", "provider,found"),
        ("note shop.example.cn words", "number,name"),
        ("undo --dry-run", "op,orders"),
        ("batch check batch.csv", "findings.rule,findings.path"),
        ("batch apply batch.csv --dry-run", "line,outcome"),
        ("guide shop.example.cn", "order,status"),
    ] {
        let words = command.split(' ').chain(["--fields", fields]);
        let told = user.run(words).exits(0).stdout;
        let head = told.lines().next().unwrap_or_default();
        let head: Vec<&str> = head.split_whitespace().collect();
        assert_eq!(head.join(","), fields, "{command}");
    }
    let told = user.run(["list", "--fields", "id,stauts"]).exits(2);
    assert!(
        told.stdout.is_empty() && told.stderr.contains("status"),
        "{}",
        told.stderr
    );
}

#[test]
fn the_help_of_commands_for_scripts_names_the_exit_codes() {
    let user = Icpctl::new();
    for (command, zh) in [
        ("wait", "[选项]"),
        ("status", "[选项]"),
        ("portfolio", "[选项]"),
    ] {
        let told = user.run([command, "--help"]).exits(0).stdout;
        for part in ["Exit codes:", "\n  8 ", "\n  9 ", "Examples:\n  # "] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        let (arguments, options) = (told.find("\nArguments:"), told.find("\nOptions:"));
        assert!(arguments.unwrap() < options.unwrap(), "{told}");
        let told = user
            .run([command, "--help", "--lang", "zh"])
            .exits(0)
            .stdout;
        assert!(told.contains(zh) && told.contains("退出码："), "{told}");
        assert!(
            !told.contains("[OPTIONS]") && !told.contains("possible values"),
            "{told}"
        );
    }
    user.run(["man", "pages", "-q"]).exits(0);
    let page = std::fs::read_to_string(user.home().join("pages/icpctl-wait.1")).unwrap();
    assert!(
        page.contains("Exit codes:") && !page.contains(".SH DESCRIPTION"),
        "{page}"
    );
}

#[test]
fn shells_offer_what_is_the_same_in_every_store() {
    let user = Icpctl::new();
    let all = [
        "target.domain",
        "tencent",
        "sms-verified",
        "subject-certificate",
        "ORD-08",
        "exit-codes",
    ];
    for (shell, offered) in [
        ("bash", &all[..]),
        ("zsh", &all),
        ("fish", &["target.domain", "tencent", "subject-certificate"]),
    ] {
        let script = user.run(["completions", shell]).exits(0).stdout;
        for word in offered {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_registrar_abroad_is_told_at_the_line_that_says_so() {
    let user = Icpctl::new();
    let mut template = user.run(["template", "new"]).exits(0).stdout;
    for (open, given) in [
        ("# [[services.registrations]]", "[[services.registrations]]"),
        ("# domain = \"example.com\"", "domain = \"example.com\""),
        ("# mainland_registrar = true", "mainland_registrar = false"),
    ] {
        assert!(template.contains(open), "{open}");
        template = template.replacen(open, given, 1);
    }
    user.write("dossier.toml", &template);
    let line = template
        .lines()
        .position(|line| line == "mainland_registrar = false")
        .unwrap()
        + 1;
    let told = user
        .run(["check", "dossier.toml", "--json"])
        .exits(3)
        .json();
    let findings = told["data"]["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|finding| finding["rule"] == "DOM-02")
        .unwrap();
    assert_eq!(found["line"], line);
}

/// What a command does not take is told with what it takes.
#[test]
fn a_word_too_many_or_an_unknown_action_says_what_is_taken() {
    let user = filed();
    for (line, en, zh) in [
        (
            "cancel-site shop.example.cn a.example.cn",
            "`a.example.cn` is one too many: icpctl cancel-site takes only [TARGET]",
            "多出 `a.example.cn`：icpctl cancel-site 只接受 [TARGET]",
        ),
        (
            "cancel-site shop.example.cn a.example.cn",
            "hint: one order cancels one",
            "提示：一份订单只注销一个",
        ),
        (
            "adopt mine.csv",
            "hint: a file is named with --from: --from mine.csv",
            "提示：文件写在 --from 后面：--from mine.csv",
        ),
        (
            "notice foo",
            "icpctl notice has no action `foo`",
            "icpctl notice 没有操作 `foo`",
        ),
        (
            "notice foo",
            "there are: add, list, resolve",
            "可用：add, list, resolve",
        ),
        (
            "notice",
            "icpctl notice wants an action",
            "icpctl notice 缺少操作",
        ),
        (
            "doctor x",
            "icpctl doctor takes only options",
            "icpctl doctor 后面只写选项",
        ),
    ] {
        for (lang, told) in [("en", en), ("zh", zh)] {
            let words = line.split(' ').chain(["--lang", lang]);
            let said = user.run(words).exits(2).stderr;
            assert!(said.contains(told), "{line}: {said}");
        }
    }
}

/// Who asks about a term of the field is told what there is about it.
#[test]
fn a_term_that_has_no_page_leads_to_those_whose_titles_hold_it() {
    let user = Icpctl::new();
    for (line, told) in [
        (
            "explain 短信核验 --lang zh",
            "与此有关：sms-verification-pending（短信核验中）、",
        ),
        (
            "explain 24小时内 --lang zh",
            "与此有关：SMS-01（24 小时内完成短信核验）\n",
        ),
        (
            "explain Verification --lang en",
            "about this: sms-verification-pending (SMS verification pending), ",
        ),
    ] {
        let said = user.run(line.split(' ')).exits(4).stderr;
        assert!(said.contains(told), "{line}: {said}");
    }
    let said = user.run(["explain", "e"]).exits(4).stderr;
    assert!(!said.contains("about this"), "{said}");
}

/// A name, an address of a page or nothing at all in the place of a number or a domain.
#[test]
fn what_is_meant_by_another_word_for_a_target_is_told() {
    let user = filed();
    let find = "look for a name with icpctl portfolio --find";
    for (words, told) in [
        (&["cancel-site", "示例"][..], format!("{find} 示例\n")),
        (&["portfolio", "示例"], format!("{find} 示例\n")),
        (&["note", "示例", "x"], format!("{find} 示例\n")),
        (
            &["cancel-site", "https://shop.example.cn/a"],
            "drop scheme, port and path and give shop.example.cn\n".into(),
        ),
        (&["cancel-site", ""], "the target is empty".into()),
        (
            &["show", "示例"],
            "look for a name: icpctl list --all --find 示例\n".into(),
        ),
        (
            &["show", "粤ICP备2029000001号"],
            "see all orders: icpctl list --all\n".into(),
        ),
        (
            &["show", "shop.example.cn"],
            "see what is filed of it: icpctl portfolio shop.example.cn\n".into(),
        ),
    ] {
        let said = user.run(words.iter().copied()).exits(4).stderr;
        assert!(said.contains(&told), "{words:?}: {said}");
    }
    let said = user.run(["cancel-site", "没有的名称"]).exits(4).stderr;
    assert!(!said.contains(find), "{said}");
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_utf8_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let user = Icpctl::new();
    let words = [b"list".as_slice(), b"--find", b"a\xb8\xe8"].map(OsStr::from_bytes);
    let told = user.run(words).exits(2).stderr;
    assert!(told.contains("argument 3 is not UTF-8 text: `a"), "{told}");
}

/// `--limit 0` is as with `git log -n 0`: nothing is listed, and that is no failure.
#[test]
fn a_limit_of_none_lists_none_and_says_so() {
    let user = filed();
    user.run(["cancel-site", "shop.example.cn"]).exits(0);
    for command in [
        "list",
        "status",
        "portfolio",
        "duty list",
        "notice list",
        "log",
    ] {
        for (lang, said) in [
            ("en", "--limit 0 shows none"),
            ("zh", "--limit 0：一条也不显示"),
        ] {
            let words = command.split(' ').chain(["--limit", "0", "--lang", lang]);
            let told = user.run(words).exits(0);
            assert!(told.stderr.contains(said), "{command}: {told:?}");
        }
        let words = command.split(' ').chain(["--limit", "0", "--json"]);
        let none = user.run(words).exits(0).json();
        assert_eq!(none["data"], serde_json::json!([]), "{command}");
    }
}

/// It cuts what `status` lists of what is owed as it cuts the orders.
#[test]
fn a_limit_cuts_what_is_owed_too() {
    let user = Icpctl::new();
    user.write(
        "filed.csv",
        "subject_number,service_number,service_kind,domains,accesses,approved_on\n\
         粤ICP备2021000001号,粤ICP备2021000001号-1,site,shop.example.cn,tencent,2021-06-01\n\
         粤ICP备2021000002号,,,,,\n",
    );
    user.run(["adopt", "--from", "filed.csv"]).exits(0);
    for (limit, count) in [("0", 0), ("1", 1), ("9", 2)] {
        let words = ["status", "--limit", limit];
        let told = user
            .run(words.into_iter().chain(["--json"]))
            .exits(0)
            .json();
        let warnings = told["warnings"].as_array().unwrap();
        let of = |code: &str| warnings.iter().filter(|w| w["code"] == code).count();
        assert_eq!(of("duty-overdue"), count, "{told:#}");
        assert_eq!(of("empty-shell-subject"), count.min(1), "{told:#}");
        let page = user.run(words).exits(0).stdout;
        assert_eq!(page.matches("overdue)").count(), count, "{page}");
        assert_eq!(page.matches("risk ").count(), count.min(1), "{page}");
    }
}

/// What the configuration should have said is offered, in the place of all that it may hold.
#[test]
fn a_slip_in_the_configuration_is_met_with_what_was_meant() {
    let user = Icpctl::new();
    for (text, meant) in [
        ("[network]\noflline = true\n", Some("`offline`")),
        ("[netwrok]\n", Some("`network`")),
        ("[notify.x]\nkind = \"wecm\"\n", Some("`wecom`")),
        ("lang = \"cn\"\n", Some("`zh`")),
        ("lang = \"zh_CN.UTF-8\"\n", Some("`zh`")),
        ("lang = \"English\"\n", Some("`en`")),
        ("[notify.x]\nkind = \"dingding\"\n", Some("`dingtalk`")),
        (
            "[notify.x]\nkind = \"smtp\"\ntls = \"SSL\"\n",
            Some("`implicit`"),
        ),
        ("lang = \"fr\"\n", None),
        ("lang = 3\n", None),
        ("[network]\noffline = \"yes\"\n", None),
    ] {
        user.write("c.toml", text);
        for (lang, offer) in [("en", "did you mean "), ("zh", "是不是想写 ")] {
            let told = user.run(["config", "show", "--config", "c.toml", "--lang", lang]);
            let told = told.exits(3).stderr;
            match meant {
                Some(meant) => assert!(told.contains(&format!("{offer}{meant}")), "{told}"),
                None => assert!(!told.contains(offer), "{told}"),
            }
            assert!(told.contains("--config"), "{told}");
        }
    }
}

/// A document that holds one of two things takes the fields of the one that is asked for.
#[test]
fn a_day_of_the_calendar_has_no_field_of_years() {
    let user = Icpctl::new();
    let run = |when: &str, field: &str| {
        let words = ["calendar", "show", when, "--fields", field, "--json"];
        user.run(words.into_iter().filter(|word| !word.is_empty()))
    };
    for (when, own, other) in [
        ("2026-11-22", "working", "year"),
        ("2026", "year", "working"),
        ("", "origin", "date"),
    ] {
        let told = run(when, own).exits(0).narrowed();
        let data = &told["data"];
        let first = if data.is_array() { &data[0] } else { data };
        assert!(!first[own].is_null(), "{told}");
        let told = run(when, other).exits(2).stdout;
        assert!(told.contains(own) && told.contains("fields: "), "{told}");
    }
}

#[test]
fn a_kind_of_news_that_was_mistyped_is_offered() {
    let user = Icpctl::new();
    user.write(
        "c.toml",
        "[notify.x]\nkind = \"wecom\"\nurl = { env = \"X\" }\nonly = [\"sms-windw\"]\n",
    );
    let told = user.run(["notify", "--config", "c.toml"]).exits(3).stderr;
    assert!(told.contains("did you mean sms-window?"), "{told}");
}

/// Free words may begin with a hyphen; a flag in their place says that they were forgotten.
#[test]
fn words_may_begin_with_a_hyphen() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --reason -停办");
    assert_eq!(scene.order(MONDAY, &id)["history"][0]["reason"], "-停办");
    let _ = scene
        .run(MONDAY, &format!("abandon {id} --reason --停办 --yes"))
        .exits(0);
    assert_eq!(scene.order(MONDAY, &id)["history"][1]["reason"], "--停办");
    for forgotten in [
        "--reason --ref=a",
        "--reason --json",
        "--reason -n",
        "--reason --label=a=b",
    ] {
        let error = scene.fails(MONDAY, &format!("cancel-site example.cn {forgotten}"), 2);
        assert!(error["message"].to_string().contains("--reason"), "{error}");
    }
    let _ = scene.run(MONDAY, "note example.cn -电话不通 -q").exits(0);
    let shown = scene.run(MONDAY, "portfolio example.cn").exits(0).stdout;
    assert!(shown.contains("-电话不通"), "{shown}");
}

/// An unset variable of a script must not widen what is asked for, nor name something by nothing.
#[test]
fn a_flag_that_names_something_takes_no_blank() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "change example.cn --set name=示例新名称");
    scene.user.write("licence.jpg", "a photograph");
    for (line, flag) in [
        ("duty done public-security-filing --find", "find"),
        ("list --find", "find"),
        ("list --label", "label"),
        ("note example.cn 电话不通 --actor", "actor"),
        ("change example.cn --set name=示例商店 --after", "after"),
        ("change example.cn --set name=示例商店 --from", "from"),
        ("export --out", "out"),
        ("label example.cn --remove", "remove"),
        (&format!("attach {id} licence.jpg --as"), "as"),
    ] {
        for blank in ["", " "] {
            let words = line.split(' ').chain([blank]);
            let told = scene.user.run(words).exits(2).stderr;
            assert!(told.contains(&format!("--{flag} is empty")), "{told}");
        }
    }
}

/// `icpctl man "$DIR"` with `DIR` unset must not fill the folder that the script happens to stand in.
#[test]
fn a_file_or_a_folder_takes_no_blank() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "change example.cn --set name=示例新名称");
    for (line, shown) in [
        ("init", "DIR"),
        ("man", "DIR"),
        ("check", "ORDER|FILE"),
        ("import", "FILE"),
        ("batch apply", "FILE"),
        (&format!("attach {id} --as other"), "FILE"),
    ] {
        for blank in ["", " "] {
            let words = line.split(' ').chain([blank]);
            let told = scene.user.run(words).exits(2).stderr;
            assert!(told.contains(&format!("{shown} is empty")), "{told}");
        }
    }
}

#[test]
fn a_blank_reason_is_none() {
    let scene = Scene::at("tencent");
    let words = ["cancel-site", "example.cn", "--reason", " ", "--json"];
    let order = scene.user.run(words).exits(0).json();
    assert_eq!(order["data"]["history"][0]["reason"], Value::Null);
}

/// What means nothing where it stands is refused, and not left unheeded.
#[test]
fn an_encoding_goes_with_a_file_of_rows() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.fails(MONDAY, &format!("check {id} --encoding gb18030"), 2);
    scene
        .user
        .write("batch.csv", "ref,kind,target\na,cancel-site,example.com\n");
    scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    scene.fails(MONDAY, "batch apply plan.json --encoding gb18030", 2);
    scene.document(MONDAY, "check batch.csv --encoding utf-8", 0);
}

#[test]
fn the_fields_of_a_wait_are_those_of_its_orders() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let line = format!("wait {id} --timeout 0 --fields id,met --json");
    let told = scene.run(MONDAY, &line).exits(8).stdout;
    let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(summary["orders"], json!([{ "id": id, "met": false }]));
}

#[test]
fn a_kind_of_page_picks_no_other() {
    let user = Icpctl::new();
    for (word, exit) in [("rule:ORD-08", 0), ("ORD-08", 0), ("status:ORD-08", 4)] {
        user.run(["explain", word]).exits(exit);
    }
}

#[test]
fn standard_input_is_called_so() {
    let user = Icpctl::new().stdin("year = ");
    user.run(["init"]).exits(0);
    let told = user.run(["calendar", "update", "-"]).exits(3).stderr;
    assert!(told.contains("stdin: line 1"), "{told}");
}

/// A closed list is told to a reader of Chinese with what the field calls its values.
#[test]
fn values_are_listed_by_what_they_are_called() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.user.write(
        "filed.csv",
        "subject_number,nature\n粤ICP备2021000009号,商会\n",
    );
    scene
        .user
        .write("events.csv", format!("order,event\n{id},通过\n"));
    for (line, code, zh, en) in [
        (
            "list --status 草稿",
            2,
            "可用的值：draft 待提交、",
            "possible values: draft, provider-review,",
        ),
        (
            &format!("record {id} 通过"),
            2,
            "accepted 初审通过、",
            "accepted, rejected,",
        ),
        (
            "record --from events.csv",
            3,
            "accepted 初审通过、",
            "accepted, rejected,",
        ),
        (
            "adopt --from filed.csv",
            3,
            "enterprise 企业、",
            "enterprise, individual,",
        ),
    ] {
        for (lang, told) in [("zh", zh), ("en", en)] {
            let line = format!("{line} --lang {lang}");
            let stderr = scene.run(MONDAY, &line).exits(code).stderr;
            assert!(stderr.contains(told), "{line}: {stderr}");
        }
    }
}

/// Who recorded what did not happen is led to `undo`, and so is who names an order to it.
#[test]
fn a_step_recorded_by_mistake_leads_to_its_undoing() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --ref c1 --submit --yes");
    scene.record(MONDAY, &id, "bureau-approved");
    let operations = scene.ok(MONDAY, "log");
    let op = operations[0]["op"].as_str().unwrap();
    let undo = format!("icpctl undo {op}");
    let line = format!("record {id} bureau-rejected");
    let error = scene.fails(MONDAY, &line, 5);
    assert!(hints_at(&error, &undo), "{error}");
    let error = scene.fails(MONDAY, "undo ref:c1", 4);
    assert!(hints_at(&error, &undo), "{error}");
    scene.ok(MONDAY, &format!("undo {op}"));
    // No command is led there: what was approved is changed by another order.
    scene.record(MONDAY, &id, "bureau-approved");
    let error = scene.fails(MONDAY, &format!("abandon {id} --yes"), 5);
    assert!(!hints_at(&error, "undo"), "{error}");
}

/// What newcomers type in the wrong place is answered with what to type.
#[test]
fn a_word_in_the_wrong_place_leads_to_its_own() {
    let scene = Scene::at("tencent");
    for (line, code, meant) in [
        (
            "cancel example.cn",
            2,
            "did you mean `cancel-site`, `cancel-access`, `cancel-subject`?",
        ),
        ("cancel-servic example.cn", 2, "`cancel-service`"),
        (
            "change example.cn responsible.phone=13900000001",
            4,
            "icpctl change TARGET --set responsible.phone=VALUE",
        ),
        ("show 1", 4, "ref:1"),
        (
            "status --exit-status",
            2,
            "icpctl list --bucket action --json",
        ),
    ] {
        let told = scene.run(MONDAY, line).exits(code).stderr;
        assert!(told.contains(meant), "{line}: {told}");
        assert!(!told.contains("13900000001"), "{line}: {told}");
    }
    scene.user.write(
        "batch.csv",
        "ref,kind,target,after\n1,cancel-site,https://example.cn/,\n2,cancel-site,示例网站,\n\
         3,cancel-site,example.cn,1\n",
    );
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let findings = document["data"]["findings"].as_array().unwrap();
    for (place, meant) in ["example.cn", "icpctl portfolio --find", "ref:1"]
        .into_iter()
        .enumerate()
    {
        let fix = findings[place]["fix"].as_str().unwrap();
        assert!(fix.contains(meant), "{document}");
    }
}

/// A workbook is no text in another encoding.
#[test]
fn a_workbook_is_told_to_be_saved_as_a_table() {
    let user = Icpctl::new();
    for head in [&b"PK\x03\x04\xff"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"] {
        user.write("filed.xlsx", head);
        for line in [
            "adopt --from filed.xlsx",
            "adopt --from filed.xlsx --encoding gb18030",
            "batch check filed.xlsx",
            "record --from filed.xlsx",
            "new --from filed.xlsx",
            "check filed.xlsx",
        ] {
            let output = user.run(line.split(' ')).exits(3);
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(told.contains("looks like a workbook"), "{line}: {told}");
        }
    }
}

/// Nothing is done by a command line that says too little, or two things at once.
#[test]
fn what_says_too_little_or_two_things_is_refused() {
    let user = filed();
    let drafted = user.run(
        ["access", "shop.example.cn", "粤ICP备2021000001号-2A"]
            .iter()
            .chain(&["--provider", "alibaba"]),
    );
    let id = drafted.exits(0).stdout.trim().to_owned();
    user.run(["submit", &id, "--yes"]).exits(0);
    user.write("card.png", "x");
    let before = user.run(["show", &id, "--json"]).exits(0).json()["data"]["revision"].clone();
    for (words, code, said) in [
        (&["record"][..], 2, "expected: record ORDER EVENT"),
        (&["record", &id], 2, "sms-verified"),
        (&["record", &id, "submit"], 2, "icpctl submit ORDER"),
        (
            &["record", "--from", "x", &id, "rejected"],
            2,
            "--from goes without",
        ),
        (
            &["record", &id, "accepted", "--who", "all"],
            2,
            "--who means nothing for accepted",
        ),
        (&["record", &id, "face-verified"], 2, "--who"),
        (
            &["record", &id, "face-verified", "--who", "service"],
            2,
            "service:N",
        ),
        (
            &["record", &id, "face-verified", "--who", "service:9"],
            2,
            "no person of this order",
        ),
        (
            &[
                "attach",
                &id,
                "card.png",
                "--as",
                "id-card",
                "--service",
                "9",
            ],
            2,
            "no service `9`",
        ),
        (&["label", &id, "a="], 2, "--remove K"),
        (&["label", &id, "a=1", "a=2"], 2, "two values: 1 and 2"),
        (&["new"], 2, "icpctl template new"),
        (
            &["template", "batch", "--nature", "individual"],
            2,
            "is a table",
        ),
    ] {
        let told = user.run(words.iter().chain(&["--lang", "en"])).exits(code);
        assert!(told.stderr.contains(said), "{words:?}: {}", told.stderr);
    }
    let after = user.run(["show", &id, "--json"]).exits(0).json()["data"]["revision"].clone();
    assert_eq!(after, before);
}

/// An alias can be overridden; what an order is made of is never dropped without a word.
#[test]
fn of_how_much_is_shown_the_last_word_counts_and_any_other_flag_is_taken_once() {
    let user = filed();
    for (domain, reference) in [("shop.example.cn", "one"), ("shop.example.cn", "two")] {
        user.run(["cancel-site", domain, "--ref", reference])
            .exits(0);
    }
    let listed = |words: &[&str]| {
        let words = ["list", "--json"].iter().chain(words);
        user.run(words).exits(0).json()["data"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(listed(&["--limit", "1"]), 1);
    assert_eq!(listed(&["--limit", "1", "--limit", "2"]), 2);
    assert_eq!(
        listed(&["--sort", "id", "--sort", "created", "--all", "--all"]),
        2
    );
    for flag in [
        &["list", "--find", "a", "--find", "b"][..],
        &[
            "cancel-access",
            "shop.example.cn",
            "--provider",
            "tencent",
            "--provider",
            "huawei",
        ],
        &["submit", "ref:one", "--at", "-1h", "--at", "-2h", "--yes"],
    ] {
        for (lang, said) in [("en", "is given more than once"), ("zh", "只能给出一次")] {
            let words = [flag, &["--lang", lang]].concat();
            let told = user.run(words).exits(2).stderr;
            assert!(told.contains(said), "{told}");
        }
    }
}

#[test]
fn an_argument_that_is_missing_is_told_with_what_it_can_be() {
    let user = Icpctl::new();
    for (words, said) in [
        (&["template"][..], "possible values of <KIND>: new, access,"),
        (&["completions"], "possible values of <SHELL>: bash,"),
        (
            &["gone", "shop.example.cn"],
            "possible values of --because <WHO>: bureau,",
        ),
        (
            &["gone", "--because", "holder"],
            "see what is filed: icpctl portfolio",
        ),
        (&["duty", "done"], "public-security-filing"),
        (&["show"], "see all orders: icpctl list --all"),
        (&["wait"], "see all orders: icpctl list --all"),
        (&["list", "--limit", "many"], "a whole number from 0 up"),
        (&["log", "--limit", "-1"], "a whole number from 0 up"),
    ] {
        let told = user.run(words).exits(2).stderr;
        let hints = told.lines().filter(|line| line.starts_with("hint: "));
        let hints: Vec<&str> = hints.collect();
        assert!(
            hints.iter().any(|hint| hint.contains(said)),
            "{words:?}: {told}"
        );
    }
}

#[test]
fn a_domain_with_a_slip_leads_to_the_one_that_is_filed() {
    let user = filed();
    for (typed, offered) in [
        ("shop.exmaple.cn", true),
        ("shp.example.cn", true),
        ("shopp.example.cn", true),
        ("shot.example.cn", true),
        ("docs.example.cn", false),
        ("shop.example.com", false),
    ] {
        let told = user.run(["portfolio", typed]).exits(4).stderr;
        let is_offered = told.contains("did you mean shop.example.cn (粤ICP备2021000001号-1)?");
        assert_eq!(is_offered, offered, "{typed}: {told}");
        user.run(["cancel-site", typed]).exits(4);
    }
}
