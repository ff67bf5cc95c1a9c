//! `notify`: what comes out at the other end of each channel, once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod evidence;
mod peers;
mod words;

use crate::support::web::{Answer, Asked, Web};
use crate::support::{Icpctl, Output, PATIENT, until};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An agency with an SMS window that closes at 10:00 tomorrow, an order that came back with a
/// reason, and one that was approved.
pub(crate) fn agency() -> Icpctl {
    let user = Icpctl::new();
    user.write("agency.jsonl", include_str!("../examples/agency.jsonl"));
    for line in [
        "init",
        "adopt --from agency.jsonl",
        "cancel-site tea.example.com --ref window --submit --yes --label team=a",
        "cancel-site open.example.net --ref back --submit --yes",
        "record ref:back sms-verified",
        "record ref:back bureau-rejected --reason 材料不清晰",
        "cancel-site shop.example.com --ref done --submit --yes",
        "record ref:done sms-verified",
        "record ref:done bureau-approved",
    ] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// Writes a configuration with one channel; its secrets stand in files of their own.
pub(crate) fn channel(user: &Icpctl, kind: &str, url: &str, more: &str) {
    let mut config = section(user, kind, url, more);
    if !more.contains("[network]") {
        writeln!(config, "[network]\n{PATIENT}").unwrap();
    }
    user.write("config/icpctl/config.toml", config);
}

/// The section of that channel.
pub(crate) fn section(user: &Icpctl, kind: &str, url: &str, more: &str) -> String {
    let file = |name: &str, text: &str| user.write(name, text).display().to_string();
    let mut config = format!("[notify.team]\nkind = \"{kind}\"\n");
    if !url.is_empty() {
        let url = file("url", url);
        writeln!(config, "url = {{ file = \"{url}\" }}").unwrap();
    }
    writeln!(config, "{more}").unwrap();
    config
}

fn notify(user: &Icpctl, args: &[&str]) -> Output {
    user.run(["notify", "--json"].iter().chain(args))
}

fn team(document: &Value) -> &Value {
    &document["data"]["channels"][0]
}

fn ok() -> Answer {
    Answer::json(r#"{"errcode":0,"errmsg":"ok"}"#)
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

#[test]
fn news_is_told_once_and_new_news_after_it() {
    let user = agency();
    let web = Web::http(|_| ok());
    channel(
        &user,
        "wecom",
        &web.url("/cgi-bin/webhook/send?key=K-1"),
        "",
    );
    let first = notify(&user, &[]).exits(0).json();
    assert_eq!(first["changed"], true);
    assert_eq!(team(&first)["sent"], 3);
    let kinds: Vec<&str> = first["data"]["news"]
        .as_array()
        .unwrap()
        .iter()
        .map(|news| news["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["sms-window", "returned", "ended"]);
    let asked = web.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].path, "/cgi-bin/webhook/send?key=K-1");
    let text = body(&asked[0])["markdown"]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("2026-11-23 10:00") && text.contains("tea.example.com"),
        "{text}"
    );
    assert!(body(&asked[1]).to_string().contains("材料不清晰"));

    let again = notify(&user, &[]).exits(0).json();
    assert_eq!(again["changed"], false);
    assert_eq!(team(&again)["already"], 3);
    // Shortly before the window closes it is told once more, and the reminder only once.
    let late = [("ICPCTL_NOW", "2026-11-23T07:00:00+08:00")];
    for sent in [1, 0] {
        let last = user.run_with(&late, ["notify", "--json"]).exits(0).json();
        assert_eq!(team(&last)["sent"], sent);
    }
    assert_eq!(web.asked().len(), 4);
}

#[test]
fn what_was_not_taken_is_not_marked_and_comes_again() {
    let user = agency();
    let tries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tries);
    // HTTP 200 all along: the second message is refused in the body.
    let web = Web::http(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        1 => Answer::json(r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#),
        _ => ok(),
    });
    channel(&user, "wecom", &web.url("/send?key=K"), "");
    let failed = notify(&user, &[]).exits(11).json();
    assert_eq!(team(&failed)["sent"], 1);
    assert_eq!(team(&failed)["failed"], 2);
    assert_eq!(failed["error"]["retryable"], true);
    assert!(
        failed["error"]["message"]
            .as_str()
            .unwrap()
            .contains("45009")
    );
    let rest = notify(&user, &[]).exits(0).json();
    assert_eq!(team(&rest)["already"], 1);
    assert_eq!(team(&rest)["sent"], 2);
    let keys: Vec<Value> = web.asked().iter().map(body).collect();
    assert_eq!(keys.len(), 4);
    assert_eq!(keys[1], keys[2]);
    assert_ne!(keys[0], keys[1]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn every_way_in_which_a_robot_says_no_is_a_failure() {
    let user = agency();
    for (kind, answer, exit, code) in [
        (
            "wecom",
            Answer::json(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#),
            12,
            "denied",
        ),
        (
            "dingtalk",
            Answer::json(r#"{"errcode":310000,"errmsg":"sign not match"}"#),
            12,
            "denied",
        ),
        (
            "dingtalk",
            Answer::json(r#"{"errcode":130101,"errmsg":"too fast"}"#),
            11,
            "unavailable.rate-limited",
        ),
        (
            "wecom",
            Answer::json(r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#),
            11,
            "unavailable.rate-limited",
        ),
        (
            "feishu",
            Answer::json(r#"{"code":19021,"msg":"sign match fail"}"#),
            12,
            "denied",
        ),
        (
            "feishu",
            Answer::json(r#"{"code":11232,"msg":"too many request"}"#),
            11,
            "unavailable.rate-limited",
        ),
        // Too long, or a body that it cannot read: the same message never is taken.
        (
            "wecom",
            Answer::json(r#"{"errcode":40058,"errmsg":"content exceed max length"}"#),
            11,
            "unavailable.service",
        ),
        (
            "dingtalk",
            Answer::json(r#"{"errcode":460101,"errmsg":"message too long"}"#),
            11,
            "unavailable.service",
        ),
        (
            "feishu",
            Answer::json(r#"{"code":9499,"msg":"Bad Request"}"#),
            11,
            "unavailable.service",
        ),
        (
            "feishu",
            Answer::html("<html>captive</html>"),
            11,
            "unavailable",
        ),
        (
            "wecom",
            Answer::new(502, "text/plain", "x"),
            11,
            "unavailable",
        ),
        ("wecom", Answer::CutOff, 11, "unavailable"),
        (
            "wecom",
            Answer::redirect("http://127.0.0.2:1/other"),
            11,
            "unavailable",
        ),
        ("dingtalk", Answer::Silent, 11, "unavailable"),
        ("feishu", Answer::Endless, 11, "unavailable"),
        (
            "dingtalk",
            Answer::new(429, "text/plain", "x").with("retry-after", "3600"),
            11,
            "unavailable",
        ),
        (
            "wecom",
            Answer::new(200, "image/png", b"\x89PNG".to_vec()),
            11,
            "unavailable",
        ),
        // Its words in another encoding than JSON has.
        (
            "wecom",
            Answer::json(b"{\"errcode\":0,\"errmsg\":\"\xb3\xc9\"}".to_vec()),
            11,
            "unavailable",
        ),
    ] {
        // What is silent is given up soon, and nothing else, however busy the machine.
        let network = if matches!(answer, Answer::Silent) {
            "[network]\ntimeout = \"400ms\""
        } else {
            ""
        };
        let web = Web::http(move |_| answer.clone());
        channel(
            &user,
            kind,
            &web.url("/hook/K-SECRET?key=K-SECRET"),
            network,
        );
        let output = notify(&user, &[]).exits(exit);
        let error = output.json()["error"].clone();
        let said = error["code"].as_str().unwrap().to_owned();
        assert!(said.starts_with(code), "{kind} {said}");
        if code == "unavailable.service" {
            assert_eq!(error["retryable"], false, "{kind} {error}");
        }
        assert!(!output.stdout.contains("K-SECRET"), "{}", output.stdout);
        assert!(!output.stderr.contains("K-SECRET"), "{}", output.stderr);
    }
    // None of them was marked.
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    assert_eq!(team(&notify(&user, &[]).exits(0).json())["sent"], 3);
}

#[test]
fn a_mail_server_that_is_slow_or_hangs_up_has_taken_nothing() {
    let user = agency();
    // One hangs up, one says nothing, one never comes to an end.
    for (says, patience) in [
        (Some(""), "1m"),
        (None, "400ms"),
        (Some("220-x\r\n"), "400ms"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().flatten() {
                match says {
                    Some("") => {}
                    Some(line) => while stream.write_all(line.repeat(1000).as_bytes()).is_ok() {},
                    None => held.push(stream),
                }
            }
        });
        let more = format!(
            "host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"a@example.com\"\n\
             to = [\"b@example.com\"]\n[network]\ntimeout = \"{patience}\""
        );
        channel(&user, "smtp", "", &more);
        let failed = notify(&user, &[]).exits(11).json();
        assert_eq!(
            (&team(&failed)["sent"], &team(&failed)["failed"]),
            (&json!(0), &json!(3))
        );
    }
    assert!(!user.home().join(".icpctl/told/team.toml").exists());
}

/// Sets up a channel to a mail server that answers each line as it is told, and signs in as `name`.
fn mail(user: &Icpctl, name: &str, answer: impl Fn(&str) -> String + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 here\r\n").unwrap();
            for line in lines.map_while(Result::ok) {
                if stream.write_all(answer(&line).as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    let secret = user.write("mail", "MAIL-SECRET\n").display().to_string();
    let more = format!(
        "host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"a@example.com\"\n\
         to = [\"b@example.com\"]\nuser = \"{name}\"\npassword = {{ file = \"{secret}\" }}"
    );
    channel(user, "smtp", "", &more);
}

#[test]
fn a_mail_server_that_repeats_a_password_has_it_shown_to_nobody() {
    let user = agency();
    mail(&user, "echo", |line| match line.split(' ').next() {
        Some("EHLO") => "250-here\r\n250 AUTH PLAIN\r\n".to_owned(),
        Some("AUTH") => format!("535 {line} MAIL-SECRET\r\n"),
        _ => "250 so\r\n".to_owned(),
    });
    let output = notify(&user, &["--test"]).exits(12);
    assert!(output.stdout.contains("AUTH PLAIN *** ***"), "{output:?}");
    let sent = STANDARD.encode("\0echo\0MAIL-SECRET");
    for text in [&output.stdout, &output.stderr] {
        assert!(
            !text.contains("MAIL-SECRET") && !text.contains(&sent),
            "{text}"
        );
    }
}

#[test]
fn a_mail_server_that_is_no_match_was_reached_all_the_same() {
    let user = agency();
    mail(&user, "a", |_| "250 here\r\n".to_owned());
    let document = notify(&user, &["--test"]).exits(11).json();
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("authentication mechanism") && !message.contains("no connection"),
        "{message}"
    );
}

#[test]
fn each_trial_is_a_message_of_its_own() {
    let user = agency();
    let web = Web::http(|_| Answer::json(""));
    let secret = user.write("secret", "whsec_c2VjcmV0").display().to_string();
    let more = format!("secret = {{ file = \"{secret}\" }}");
    channel(&user, "webhook", &web.url("/hook"), &more);
    for now in ["2026-11-22T10:00:00+08:00", "2026-11-22T10:00:05+08:00"] {
        user.run_with(&[("ICPCTL_NOW", now)], ["notify", "--test"])
            .exits(0);
    }
    let asked = web.asked();
    let ids: Vec<_> = asked.iter().map(|one| one.header("webhook-id")).collect();
    assert!(ids[0].is_some() && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn a_damaged_list_of_what_was_told_is_found_by_doctor() {
    let user = agency();
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    user.run(["doctor"]).exits(0);
    user.write(".icpctl/told/team.toml", "schema = 1\n[[told]]\nkey");
    let told = notify(&user, &[]).exits(3).json();
    let hint = told["error"]["hints"][0].as_str().unwrap();
    assert!(hint.contains("told again"), "{hint}");
    let doctor = user.run(["doctor", "--json"]).exits(3).json();
    let [finding] = &doctor["data"]["findings"].as_array().unwrap()[..] else {
        panic!("{doctor}")
    };
    assert_eq!(
        (&finding["code"], &finding["path"]),
        (&json!("damaged-file"), &json!("told/team.toml"))
    );
}

#[test]
fn robots_are_signed_as_their_makers_want_it() {
    let user = agency();
    let secret = user.write("secret", "SECexample\n").display().to_string();
    let more = format!("secret = {{ file = \"{secret}\" }}");
    let web =
        Web::http(|_| Answer::json(r#"{"code":0,"errcode":0}"#.replace(",\"errcode\":0", "")));
    channel(
        &user,
        "dingtalk",
        &web.url("/robot/send?access_token=T"),
        &more,
    );
    notify(&user, &["--test"]).exits(0);
    channel(
        &user,
        "feishu",
        &web.url("/open-apis/bot/v2/hook/TOKEN"),
        &more,
    );
    notify(&user, &["--test"]).exits(0);
    let asked = web.asked();
    // 2026-11-22T10:00:00+08:00.
    let sign = "timestamp=1795312800000&sign=";
    assert!(asked[0].path.contains(sign), "{}", asked[0].path);
    assert_eq!(body(&asked[0])["msgtype"], "markdown");
    let feishu = body(&asked[1]);
    assert_eq!(feishu["timestamp"], "1795312800");
    assert_eq!(feishu["msg_type"], "text");
    assert_eq!(feishu["sign"].as_str().unwrap().len(), 44);
}

#[test]
fn a_webhook_verifies_by_the_standard_and_repeats_its_id() {
    let user = agency();
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let secret = user.write("secret", key).display().to_string();
    let fails = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fails);
    let web = Web::http(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(500, "text/plain", ""),
        _ => Answer::new(204, "text/plain", ""),
    });
    let more = format!("secret = {{ file = \"{secret}\" }}\nonly = [\"sms-window\"]");
    channel(&user, "webhook", &web.url("/hook"), &more);
    notify(&user, &[]).exits(11);
    notify(&user, &[]).exits(0);
    let asked = web.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].header("webhook-id"), asked[1].header("webhook-id"));
    let verifier = standardwebhooks::Webhook::new(key).unwrap();
    for one in &asked {
        // What the standard's own library signs: its `verify` would look at the clock.
        let head = |name| one.header(name).unwrap();
        let at = head("webhook-timestamp").parse().unwrap();
        let signed = verifier.sign(head("webhook-id"), at, &one.body).unwrap();
        assert_eq!(head("webhook-signature"), signed);
    }
    let news = body(&asked[1]);
    assert_eq!(news["type"], "icpctl.news");
    assert_eq!(news["data"]["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn much_news_comes_as_a_digest_that_fits_and_leaves_nothing_out() {
    let user = Icpctl::new();
    let mut lines = String::new();
    for place in 1..=60 {
        let number = format!("粤ICP备2021{place:06}号");
        let document = json!({"number": number, "name": format!("示例科技{place}有限公司"), "nature": "enterprise",
            "services": [{"number": format!("{number}-1"), "kind": "site", "name": "示例商城的一个很长的名称",
                          "domains": [format!("shop{place}.example.com")], "accesses": ["tencent"]}]});
        writeln!(lines, "{document}").unwrap();
    }
    user.write("agency.jsonl", lines);
    user.run(["init"]).exits(0);
    user.run(["adopt", "--from", "agency.jsonl"]).exits(0);
    for place in 1..=60 {
        let domain = format!("shop{place}.example.com");
        user.run(["cancel-site", &domain, "--submit", "--yes"])
            .exits(0);
    }
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    let planned = notify(&user, &["-n"]).exits(0).json();
    assert_eq!(planned["dry_run"], true);
    assert!(web.asked().is_empty());
    let sent = notify(&user, &[]).exits(0).json();
    assert_eq!(team(&sent)["sent"], 60);
    assert_eq!(team(&planned)["messages"], team(&sent)["messages"]);
    let asked = web.asked();
    assert!((2..10).contains(&asked.len()), "{}", asked.len());
    let mut whole = String::new();
    for one in &asked {
        let content = body(one)["markdown"]["content"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(content.len() <= 4096, "{}", content.len());
        whole += &content;
    }
    for place in 1..=60 {
        assert!(
            whole.contains(&format!("shop{place}.example.com")),
            "{place}"
        );
    }
}

#[test]
fn a_channel_s_rate_is_kept_across_runs() {
    let user = agency();
    // Half a minute ago, nineteen messages went.
    let mut told = String::from("schema = 1\n");
    for message in 0..19 {
        writeln!(
            told,
            "[[told]]\nkey = \"old:{message}\"\nmessage = \"msg_{message}\"\nat = \"2026-11-22T09:59:30+08:00\"",
        )
        .unwrap();
    }
    user.write(".icpctl/told/team.toml", told);
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    let first = notify(&user, &[]).exits(0).json();
    assert_eq!(team(&first)["sent"], 1);
    assert_eq!(team(&first)["held"], 2);
    let later = [("ICPCTL_NOW", "2026-11-22T10:02:00+08:00")];
    let rest = user.run_with(&later, ["notify", "--json"]).exits(0).json();
    assert_eq!(team(&rest)["sent"], 2);
}

/// Feishu takes five messages in a second.
#[test]
fn feishu_is_left_alone_between_messages() {
    let user = agency();
    let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let asked = Arc::clone(&times);
    let web = Web::http(move |_| {
        asked.lock().unwrap().push(Instant::now());
        Answer::json(r#"{"code":0}"#)
    });
    channel(&user, "feishu", &web.url("/x"), "");
    assert_eq!(team(&notify(&user, &[]).exits(0).json())["sent"], 3);
    let times = times.lock().unwrap();
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.min().unwrap() > Duration::from_millis(150));
}

#[test]
fn a_channel_gets_what_it_asks_for_in_its_language_and_nobody_s_phone() {
    let user = agency();
    let web = Web::http(|_| ok());
    let more = "lang = \"zh\"\n[notify.team.labels]\nteam = \"a\"";
    channel(&user, "wecom", &web.url("/x"), more);
    let sent = notify(&user, &["--reveal"]).exits(0);
    assert_eq!(team(&sent.json())["sent"], 1);
    let text = String::from_utf8(web.asked()[0].body.clone()).unwrap();
    assert!(text.contains("短信核验"), "{text}");
    assert!(
        !text.contains("13800000002") && text.contains("****"),
        "{text}"
    );
    for (more, says) in [
        ("only = [\"nothing\"]", "no kind of news"),
        ("colour = 1", "unknown field"),
    ] {
        channel(&user, "wecom", &web.url("/x"), more);
        let failed = notify(&user, &[]).exits(3);
        assert!(failed.stdout.contains(says), "{failed:?}");
    }
    channel(&user, "wecom", "http://example.com/x", "");
    notify(&user, &[]).exits(3);
    channel(&user, "wecom", "", "");
    assert!(
        notify(&user, &[])
            .exits(3)
            .stdout
            .contains("url is missing")
    );
    channel(&user, "webhook", &web.url("/x"), "");
    assert!(
        notify(&user, &[])
            .exits(3)
            .stdout
            .contains("secret is missing")
    );
    channel(&user, "wecom", &web.url("/x"), "");
    notify(&user, &["--channel", "other"]).exits(4);
    let _ = user.write("config/icpctl/config.toml", "");
    notify(&user, &[]).exits(4);
}

#[test]
fn offline_nothing_is_told_and_nothing_marked() {
    let user = agency();
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    notify(&user, &["--offline"]).exits(11);
    assert!(web.asked().is_empty());
    assert!(!user.home().join(".icpctl/told/team.toml").exists());
    assert_eq!(team(&notify(&user, &[]).exits(0).json())["sent"], 3);
}

#[test]
fn open_notices_and_duties_that_are_due_are_told() {
    let user = agency();
    let line = "notice add docs.example.com --class number-not-shown --deadline 2026-11-24";
    user.run(line.split(' ')).exits(0);
    let web = Web::http(|_| ok());
    channel(
        &user,
        "wecom",
        &web.url("/x"),
        "only = [\"notice\", \"duty\"]",
    );
    let sent = notify(&user, &[]).exits(0).json();
    let news = sent["data"]["news"].as_array().unwrap();
    assert!(
        news.iter()
            .any(|n| n["kind"] == "notice" && n["due_at"] != Value::Null),
        "{news:?}"
    );
}

/// An ID that expires is told of before it does, though the new one can be filed some days after.
#[test]
fn an_id_is_told_of_before_it_expires() {
    for (expires, is_told) in [("2026-11-25", true), ("2026-11-26", false)] {
        let user = agency();
        let renewed = json!({
            "number": "粤ICP备2021000001号",
            "responsible": { "valid_until": expires },
        });
        user.write("id.json", renewed.to_string());
        user.run(["adopt", "--from", "id.json", "--replace"])
            .exits(0);
        let web = Web::http(|_| ok());
        let more = "only = [\"duty\"]\nwithin = \"4d\"";
        channel(&user, "wecom", &web.url("/x"), more);
        let sent = notify(&user, &[]).exits(0).json();
        let news = sent["data"]["news"].as_array().unwrap();
        let told = news
            .iter()
            .any(|n| n["kind"] == "duty" && n.to_string().contains("粤ICP备2021000001号\""));
        assert_eq!(told, is_told, "{expires}: {news:?}");
    }
}

/// "told once a channel", whatever was not seen for a while.
#[test]
fn what_was_told_is_not_told_again_once_it_can_be_read_or_is_asked_for_again() {
    let user = agency();
    let web = Web::http(|_| ok());
    channel(&user, "wecom", &web.url("/x"), "");
    let order = user.run(["show", "ref:back", "--json"]).exits(0).json();
    let id = order["data"]["id"].as_str().unwrap().to_owned();
    // What was told within the last minute is remembered for the channel's rate anyway.
    let minute = std::cell::Cell::new(0);
    let pass = || {
        minute.set(minute.get() + 2);
        let now = format!("2026-11-22T10:{:02}:00+08:00", minute.get());
        let args = ["notify", "--json"];
        let out = user.run_with(&[("ICPCTL_NOW", now.as_str())], args);
        team(&out.exits(0).json()).clone()
    };
    assert_eq!(pass()["sent"], 3);
    let notice = |class: &str| {
        let line = format!("notice add docs.example.com --class {class}");
        user.run(line.split(' ')).exits(0);
    };
    // Damaged for one run, in which something else is told.
    let folder = user.home().join(".icpctl/orders").join(&id[..2]);
    let file = folder.join(format!("{id}.toml"));
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, "status = \n").unwrap();
    notice("number-not-shown");
    assert_eq!(pass()["sent"], 1);
    std::fs::write(&file, whole).unwrap();
    let again = pass();
    assert_eq!((&again["sent"], &again["already"]), (&json!(0), &json!(4)));
    // Not asked for in one run, in which something else is told.
    for more in ["only = [\"notice\"]", "[notify.team.labels]\nteam = \"a\""] {
        channel(&user, "wecom", &web.url("/x"), more);
        notice(if more.starts_with("only") {
            "domain-expired"
        } else {
            "number-not-linked"
        });
        user.run(["label", "docs.example.com", "team=a"]).exits(0);
        assert_eq!(pass()["sent"], 1, "{more}");
        channel(&user, "wecom", &web.url("/x"), "");
        assert_eq!(pass()["sent"], 0, "{more}");
    }
    // What has long been over is forgotten; what is not is remembered.
    let told = || std::fs::read_to_string(user.home().join(".icpctl/told/team.toml")).unwrap();
    let done = user.run(["show", "ref:done", "--json"]).exits(0).json();
    let done = done["data"]["id"].as_str().unwrap();
    assert!(told().contains(done));
    let later = [("ICPCTL_NOW", "2027-01-10T10:00:00+08:00")];
    let line = "notice add docs.example.com --class ip-mismatch";
    user.run_with(&later, line.split(' ')).exits(0);
    user.run_with(&later, ["notify", "--json"]).exits(0);
    assert!(!told().contains(done) && told().contains(&id), "{}", told());
}

/// Two runs at the same time tell each piece of news once, and each counts what it told itself.
#[cfg(target_os = "linux")]
#[test]
fn what_another_run_told_meanwhile_is_not_counted_as_sent() {
    let user = Arc::new(agency());
    let second = Arc::new(Mutex::new(None));
    let (starts, begun) = (Arc::clone(&user), Arc::clone(&second));
    let web = Web::http(move |_| {
        let mut begun = begun.lock().unwrap();
        if begun.is_none() {
            let child = starts
                .command(["notify", "--json", "--lock-timeout", "10m"])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            // Once it waits for the lock, it has read what was told.
            until("the lock", || {
                let open = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
                open.into_iter().flatten().any(|one| {
                    let link = one.ok().and_then(|one| std::fs::read_link(one.path()).ok());
                    link.is_some_and(|link| link.display().to_string().contains("/locks/"))
                })
            });
            *begun = Some(child);
        }
        ok()
    });
    channel(&user, "wecom", &web.url("/x"), "");
    let first = notify(&user, &["--lock-timeout", "10m"]).exits(0).json();
    let child = second.lock().unwrap().take().unwrap();
    let other = child.wait_with_output().unwrap();
    assert!(other.status.success());
    let other: Value = serde_json::from_slice(&other.stdout).unwrap();
    let count = |document: &Value, key: &str| team(document)[key].as_u64().unwrap();
    assert_eq!(web.asked().len(), 3);
    assert_eq!(count(&first, "sent") + count(&other, "sent"), 3);
    for document in [&first, &other] {
        assert_eq!(count(document, "sent") + count(document, "already"), 3);
    }
}
