//! In whose words failures are told, and what of foreign words is not repeated.

use super::{agency, channel, notify};
use crate::support::web::{Answer, Web};

/// What is wrong with an answer or a setting is told in the user's language to its end.
#[test]
fn a_failure_of_the_network_is_told_in_chinese() {
    let user = agency();
    let web = Web::http(|_| Answer::html("<html>captive</html>"));
    let missing = "[network]\nca_file = \"/nowhere/ca.pem\"";
    let empty = user.write("empty.pem", "").display().to_string();
    let empty = format!("[network]\nca_file = \"{empty}\"");
    let english = regex::Regex::new("[a-z]{3,} [a-z]{2,}").unwrap();
    for (network, exit, words) in [
        ("", 11, "应为 JSON，收到的是 text/html"),
        (missing, 3, "/nowhere/ca.pem：没有这个文件"),
        (&*empty, 3, "文件里没有证书"),
    ] {
        channel(&user, "wecom", &web.url("/hook"), network);
        let document = notify(&user, &["--test", "--lang", "zh"])
            .exits(exit)
            .json();
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(!english.is_match(message), "{message}");
    }
}

/// The address of a robot is a secret, also where the robot repeats it.
#[test]
fn a_robot_that_repeats_its_address_is_not_repeated() {
    let user = agency();
    let web = Web::http(|_| {
        Answer::json(
            r#"{"errcode":93000,"errmsg":"no key 0123456789-SECRET at /HOOK-SECRET-0123"}"#,
        )
    });
    let url = web.url("/HOOK-SECRET-0123?key=0123456789-SECRET");
    channel(&user, "wecom", &url, "");
    let output = notify(&user, &["--test"]).exits(12);
    assert!(output.stdout.contains("no key *** at /***"), "{output:?}");
    assert!(!output.stdout.contains("SECRET"), "{output:?}");
    assert!(!output.stderr.contains("SECRET"), "{output:?}");
}

/// However people part the digits of a phone or of a card, nobody reads them without `--reveal`.
#[test]
fn numbers_of_people_are_hidden_however_they_are_parted() {
    let user = agency();
    let reason = "请致电138.0000.0001或138–0000–0002、(010)88880003，证件110101 19900101 0015有误";
    user.run([
        "cancel-site",
        "tea.example.com",
        "--ref",
        "a",
        "--reason",
        reason,
    ])
    .exits(0);
    let shown = user.run(["show", "ref:a", "--json"]).exits(0).stdout;
    assert!(shown.contains("有误"), "{shown}");
    for hidden in ["0000.0001", "0000–0002", "88880003", "19900101"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

/// A domain of digits is no phone, wherever it stands: commands to type name it whole.
#[test]
fn a_domain_of_digits_is_shown_whole() {
    let user = agency();
    let filing = r#"{"number":"粤ICP备2021000009号","name":"示例科技有限公司","nature":"enterprise",
        "services":[{"number":"粤ICP备2021000009号-1","kind":"site","name":"示例网站",
        "domains":["021.5888888.com","0755.8888888.com"],"accesses":["tencent"]}]}"#;
    user.write("more.jsonl", filing.replace('\n', ""));
    user.run(["adopt", "--from", "more.jsonl"]).exits(0);
    for (domain, words) in [
        ("021.5888888.com", "--unset domains=021.5888888.com"),
        ("0755.8888889.com", "nothing is filed as 0755.8888889.com"),
    ] {
        let output = user.run(["cancel-site", domain, "--json"]);
        assert!(output.stdout.contains(words), "{output:?}");
        assert!(!output.stdout.contains("****"), "{output:?}");
        assert!(!output.stderr.contains("****"), "{output:?}");
    }
}
