//! What a person is asked for on a terminal, where a draft lacks it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::Icpctl;
use crate::support::pty::Terminal;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::process::Command;

/// One service that two providers give access to.
const FILED: &str = "\
subject_number,subject_name,nature,service_number,service_kind,service_name,domains,accesses
粤ICP备2021000001号,示例科技有限公司,enterprise,粤ICP备2021000001号-1,site,示例商城,shop.example.net,tencent;huawei
";

/// The key that ends the input.
const END: &str = "\u{4}";

fn user() -> Icpctl {
    let user = Icpctl::new();
    user.write("filed.csv", FILED);
    user.run(["adopt", "--from", "filed.csv"]).exits(0);
    user
}

fn asked(user: &Icpctl, words: &[&str]) -> Terminal {
    Terminal::start(user.command(words))
}

/// Answers questions, each with its keys, and returns what was shown in all.
fn answered(mut terminal: Terminal, answers: &[(&str, &str)], code: i32) -> String {
    for (question, keys) in answers {
        terminal.expect(question);
        terminal.type_in(keys);
    }
    let (exit, shown) = terminal.end();
    assert_eq!(exit, Some(code), "{shown}");
    shown
}

fn orders(user: &Icpctl) -> Vec<Value> {
    let listed = user.run(["list", "--json", "--reveal"]).exits(0).json();
    listed["data"].as_array().unwrap().clone()
}

/// A wrong answer is told where it is typed, and asked for again; what is left empty stays open.
#[test]
fn a_new_filing_is_asked_for_field_by_field() {
    let user = Icpctl::new();
    let shown = answered(
        asked(&user, &["new", "--lang", "en"]),
        &[
            ("Subject number:", "12\r"),
            ("holds no filing number", "\r"),
            ("subject's name", "示例\u{1b}[D科技\r"),
            ("control characters", "示例科技有限公司\r"),
            ("nature:", "nothing of it\r"),
            ("is none of these", "enterp\r"),
            ("province:", "广东\r"),
            ("certificate type:", "\r"),
            ("certificate number", "\r"),
            ("legal representative", "\r"),
            ("subject person's name", "\r"),
            ("subject person's phone", "123\r"),
            ("a mobile number has 11 digits", "13900139000\r"),
            ("service kind:", "site\r"),
            ("service name", "示例商城\r"),
            ("domains", "shop.example.cn，www.example.cn\r"),
            ("service person's name", "\r"),
            ("service person's phone", "\r"),
            ("Provider:", "tenc\r"),
        ],
        0,
    );
    assert!(shown.contains("drafted: new filing"), "{shown}");
    let [order] = orders(&user).try_into().unwrap();
    assert_eq!(order["provider"], "tencent");
    let service = &order["services"][0];
    assert_eq!(service["kind"], "site");
    assert_eq!(service["name"], "示例商城");
    assert_eq!(
        service["domains"],
        json!(["shop.example.cn", "www.example.cn"])
    );
    let id = order["id"].as_str().unwrap();
    let path = format!("data/icpctl/orders/{}/{id}.toml", &id[..2]);
    let file = std::fs::read_to_string(user.home().join(path)).unwrap();
    for line in [
        "name = \"示例科技有限公司\"",
        "nature = \"enterprise\"",
        "province = \"gd\"",
        "phone = \"13900139000\"",
    ] {
        assert!(file.contains(line), "{line}\n{file}");
    }
    assert!(!file.contains("certificate_type"), "{file}");
}

#[test]
fn lists_are_in_the_language_of_the_reader() {
    let user = Icpctl::new();
    let shown = answered(
        asked(&user, &["new", "--lang", "zh"]),
        &[
            ("主体备案号：", "\r"),
            ("主办者名称：", "\r"),
            ("可填：", "个人\r"),
            ("备案省份：", "粤\r"),
            ("居民身份证", END),
        ],
        13,
    );
    assert!(shown.contains("已取消"), "{shown}");
    // An individual has no licence of an enterprise.
    let types = &shown[shown.find("备案省份：").unwrap()..];
    assert!(!types.contains("营业执照"), "{types}");
    assert_eq!(orders(&user), Vec::<Value>::new());
}

/// Before the other questions are answered for nothing.
#[test]
fn a_subject_that_is_not_filed_is_told_at_once() {
    let shown = answered(
        asked(&user(), &["new", "--lang", "en"]),
        &[("Subject number", "京ICP备2021000009号\r")],
        5,
    );
    assert!(shown.contains("京ICP备2021000009号"), "{shown}");
}

/// Of a filed subject only the service is asked for.
#[test]
fn a_filed_subject_is_asked_for_its_service_alone() {
    let user = user();
    let shown = answered(
        asked(&user, &["new", "--lang", "en"]),
        &[
            ("Subject number", "粤ICP备2021000001号\r"),
            ("service kind:", "app\r"),
            ("service name", "示例应用\r"),
            ("domains", "\r"),
            ("service person's name", "\r"),
            ("service person's phone", "\r"),
            ("Provider:", "tencent\r"),
        ],
        0,
    );
    assert!(!shown.contains("subject's name"), "{shown}");
    let [order] = orders(&user).try_into().unwrap();
    assert_eq!(order["target"]["subject"], "粤ICP备2021000001号");
    assert_eq!(order["services"][0]["kind"], "app");
}

#[test]
fn a_cancellation_lacks_its_target_and_the_provider() {
    let user = user();
    answered(
        asked(&user, &["cancel-site", "--lang", "zh"]),
        &[
            ("备案号或域名：", "\r"),
            ("不能为空", "shop.example.net\r"),
            ("可填：华为云、腾讯云", "华为\r"),
        ],
        0,
    );
    let [order] = orders(&user).try_into().unwrap();
    assert_eq!(order["kind"], "cancel-site");
    assert_eq!(order["provider"], "huawei");
}

#[test]
fn a_change_lacks_what_it_changes() {
    let user = user();
    let words = ["change", "shop.example.net", "--provider", "tencent"];
    answered(
        asked(&user, &[&words[..], &["--lang", "zh"]].concat()),
        &[("要变更的字段", "name\r"), ("新的值", "示例书店\r")],
        0,
    );
    let [order] = orders(&user).try_into().unwrap();
    assert_eq!(order["changes"][0]["field"], "name");
    assert_eq!(order["changes"][0]["to"], "示例书店");
}

/// A wrong answer is told where it is typed, and asked for again.
#[test]
fn a_wrong_target_field_or_value_of_a_change_is_asked_for_again() {
    let user = user();
    answered(
        asked(&user, &["change", "--provider", "tencent", "--lang", "en"]),
        &[
            ("domain:", "shop.example.org\r"),
            ("once more: ", "shop.example.net\r"),
            ("Field to change", "nome\r"),
            (
                "once more: there is no field nome; did you mean name?",
                "responsible\r",
            ),
            (
                "once more: responsible has fields of its own and takes no value itself; name one of \
                 them: responsible.name, ",
                "responsible.phone\r",
            ),
            ("New value:", "123\r"),
            ("once more: a mobile number has 11 digits", "13900139000\r"),
        ],
        0,
    );
    let [order] = orders(&user).try_into().unwrap();
    assert_eq!(order["changes"][0]["to"], "13900139000");
    // What is filed like that is no change, and a target that was typed is not asked for again.
    answered(
        asked(
            &user,
            &[
                "change",
                "shop.example.net",
                "--provider",
                "tencent",
                "--lang",
                "en",
            ],
        ),
        &[
            ("Field to change", "name\r"),
            ("New value:", "示例商城\r"),
            ("once more: nothing changes", END),
        ],
        13,
    );
    let told = answered(
        asked(&user, &["change", "shop.example.org", "--lang", "en"]),
        &[],
        4,
    );
    assert!(!told.contains("Field to change"), "{told}");
    assert_eq!(orders(&user).len(), 1);
}

/// Whatever ends a question leaves no order.
#[test]
fn a_question_that_is_not_answered_leaves_nothing_behind() {
    let user = user();
    for (keys, signal, code) in [
        (END, None, 13),
        ("", Some(Signal::INT), 130),
        ("", Some(Signal::TERM), 143),
    ] {
        let mut terminal = asked(&user, &["cancel-site", "shop.example.net", "--lang", "en"]);
        terminal.expect("Provider:");
        terminal.type_in(keys);
        if let Some(signal) = signal {
            kill_process(Pid::from_child(&terminal.child), signal).unwrap();
        }
        let (exit, shown) = terminal.end();
        assert_eq!(exit, Some(code), "{shown}");
        assert!(shown.contains("nothing was changed"), "{shown}");
        assert_eq!(orders(&user), Vec::<Value>::new());
    }
}

/// A script takes the id; who answers sees the questions.
#[test]
fn questions_stand_beside_the_answer() {
    let user = user();
    let plain = user.command(["cancel-site", "shop.example.net", "--lang", "en"]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "id=$(\"$0\" \"$@\"); echo \"<$id>\""])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(user.home())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))));
    let shown = answered(Terminal::start(script), &[("Provider:", "huawei\r")], 0);
    let [order] = orders(&user).try_into().unwrap();
    let id = order["id"].as_str().unwrap();
    assert!(shown.contains(&format!("<{id}>")), "{shown}");
}
