//! What `notify` tells of the observations that `verify` kept.

use super::{body, notify, ok, section, team};
use crate::network::world::{WHOIS, World, record};
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};

const NONE: &str = r#"{"code":200,"success":true,"params":{"list":[],"total":0}}"#;

/// Looks and keeps what is found, on a day at noon.
fn verify_on(world: &World, day: &str) {
    let now = format!("{day}T12:00:00+08:00");
    let args = ["verify", "--all", "--max-age", "0", "--json"];
    let seen = world.user.run_with(&[("ICPCTL_NOW", &now)], args).exits(0);
    assert_eq!(seen.json()["changed"], true);
}

/// Tells on a day in the afternoon; returns the news, as kind, number and text.
fn notify_on(world: &World, day: &str) -> Vec<(String, String, String)> {
    let now = format!("{day}T15:00:00+08:00");
    let told = world
        .user
        .run_with(&[("ICPCTL_NOW", &now)], ["notify", "--json"])
        .exits(0)
        .json();
    let word = |news: &Value, key: &str| news[key].as_str().unwrap_or_default().to_owned();
    let sent = team(&told)["messages"].as_array().unwrap();
    let sent: Vec<&Value> = sent
        .iter()
        .flat_map(|m| m["keys"].as_array().unwrap())
        .collect();
    let news = told["data"]["news"].as_array().unwrap();
    news.iter()
        .filter(|one| sent.contains(&&one["key"]))
        .map(|one| (word(one, "kind"), word(one, "number"), word(one, "text")))
        .collect()
}

/// A channel beside the sources of a world.
fn with_channel(world: &World, url: &str, more: &str) {
    let channel = section(&world.user, "wecom", url, more);
    let config = format!("{}{channel}", world.config);
    world.user.write("config/icpctl/config.toml", config);
}

#[test]
fn a_filing_that_vanished_from_the_record_is_told_once_each_time() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(&world, &web.url("/x"), "only = [\"vanished\"]");
    let show = |text: &str| *world.recorded.lock().unwrap() = Answer::json(text);
    let there = record("shop.example.cn", "京ICP备2021000001号-1");

    verify_on(&world, "2026-11-01");
    assert_eq!(notify_on(&world, "2026-11-01"), []);
    // Whoever cannot say has not said no.
    show(r#"{"code":500,"message":"当前访问已被创宇盾拦截"}"#);
    verify_on(&world, "2026-11-02");
    assert_eq!(notify_on(&world, "2026-11-02"), []);

    show(NONE);
    verify_on(&world, "2026-11-03");
    let told = notify_on(&world, "2026-11-03");
    let [(kind, number, text)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((&**kind, &**number), ("vanished", "京ICP备2021000001号-1"));
    for part in [
        "shop.example.cn",
        "the public record",
        "2026-11-03 12:00",
        "2026-11-01 12:00",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        body(&web.asked()[0])
            .to_string()
            .contains("shop.example.cn")
    );
    // Still gone, and asked about again: no news.
    verify_on(&world, "2026-11-04");
    assert_eq!(notify_on(&world, "2026-11-04"), []);

    // It came back, and vanished once more.
    show(&there);
    verify_on(&world, "2026-11-05");
    assert_eq!(notify_on(&world, "2026-11-05"), []);
    show(&record("shop.example.cn", "沪ICP备2021000009号-1"));
    verify_on(&world, "2026-11-06");
    let told = notify_on(&world, "2026-11-06");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(web.asked().len(), 2);
}

#[test]
fn what_was_never_shown_did_not_vanish_and_what_is_gone_is_no_news() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(&world, &web.url("/x"), "only = [\"vanished\"]");
    *world.recorded.lock().unwrap() = Answer::json(NONE);
    verify_on(&world, "2026-11-01");
    assert_eq!(notify_on(&world, "2026-11-01"), []);
    let there = record("shop.example.cn", "京ICP备2021000001号-1");
    *world.recorded.lock().unwrap() = Answer::json(there);
    verify_on(&world, "2026-11-02");
    *world.recorded.lock().unwrap() = Answer::json(NONE);
    verify_on(&world, "2026-11-03");
    let now = [("ICPCTL_NOW", "2026-11-04T10:00:00+08:00")];
    let gone = [
        "gone",
        "京ICP备2021000001号-1",
        "--because",
        "bureau",
        "--yes",
    ];
    world.user.run_with(&now, gone).exits(0);
    assert_eq!(notify_on(&world, "2026-11-04"), []);
}

#[test]
fn a_filing_that_an_order_cancels_says_so() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(
        &world,
        &web.url("/x"),
        "only = [\"vanished\"]\nlang = \"zh\"",
    );
    let at = |time: &str, args: &[&str]| {
        let now = [("ICPCTL_NOW", time)];
        world
            .user
            .run_with(&now, args)
            .exits(0)
            .stdout
            .trim()
            .to_owned()
    };
    let cancel = [
        "cancel-site",
        "shop.example.cn",
        "--verify-by",
        "email",
        "--submit",
        "--yes",
    ];
    let order = at("2026-11-01T10:00:00+08:00", &cancel);
    verify_on(&world, "2026-11-02");
    *world.recorded.lock().unwrap() = Answer::json(NONE);
    verify_on(&world, "2026-11-03");
    let now = [("ICPCTL_NOW", "2026-11-03T15:00:00+08:00")];
    world.user.run_with(&now, ["notify"]).exits(0);
    let text = body(&web.asked()[0]).to_string();
    assert!(text.contains(&format!("icpctl sync {order}")), "{text}");
}

#[test]
fn a_registration_that_ends_is_told_from_what_the_registry_said() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(&world, &web.url("/x"), "only = [\"domain\"]");
    let until = |day: &str| {
        *world.whois.lock().unwrap() = WHOIS.replace("2030-03-17", day);
    };
    until("2026-12-20");
    verify_on(&world, "2026-11-01");
    // Seven weeks off.
    assert_eq!(notify_on(&world, "2026-11-01"), []);
    // A month before, within the channel's three days, and when it is over: once each.
    for (day, told) in [
        ("2026-11-22", true),
        ("2026-11-23", false),
        ("2026-12-18", true),
        ("2026-12-19", false),
        ("2026-12-22", true),
        ("2026-12-23", false),
    ] {
        let news = notify_on(&world, day);
        assert_eq!(!news.is_empty(), told, "{day}: {news:?}");
        if let Some((kind, number, text)) = news.first() {
            assert_eq!((&**kind, &**number), ("domain", "京ICP备2021000001号-1"));
            assert!(
                text.contains("2026-12-20") && text.contains("WHOIS"),
                "{text}"
            );
        }
    }
    until("2027-12-20");
    verify_on(&world, "2026-12-24");
    assert_eq!(notify_on(&world, "2026-12-24"), []);
    assert_eq!(web.asked().len(), 3);
}

#[test]
fn an_observation_that_was_edited_wrongly_is_told_and_hides_nothing_else() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(&world, &web.url("/x"), "only = [\"domain\"]");
    *world.whois.lock().unwrap() = WHOIS.replace("2030-03-17", "2026-12-01");
    verify_on(&world, "2026-11-21");
    let [kept] = &world.observations()[..] else {
        panic!()
    };
    let later = kept.with_file_name("20261122T000000-zzzz-1.toml");
    std::fs::write(later, "schema = 1\n[[observation]]\nat = 7\n").unwrap();
    // Nor does what is no file at all.
    std::fs::create_dir(kept.with_file_name("20261122T000000-zzzz-2.toml")).unwrap();
    let told = notify(&world.user, &[]).exits(0).json();
    let codes = |list: &Value| {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&told["warnings"]), ["damaged-file", "damaged-file"]);
    assert_eq!(team(&told)["sent"], 1);
    let doctor = world.user.run(["doctor", "--json"]).exits(3).json();
    assert_eq!(
        codes(&doctor["data"]["findings"]),
        ["damaged-file", "damaged-file"]
    );
    assert_eq!(
        told["data"]["news"][0]["due_at"],
        json!("2026-12-01T23:59:59+08:00")
    );
}

#[test]
fn a_reason_is_told_without_phones_numbers_and_names() {
    let world = World::new();
    let web = Web::http(|_| ok());
    with_channel(&world, &web.url("/x"), "only = [\"returned\"]");
    let user = &world.user;
    let cancel = [
        "cancel-site",
        "shop.example.cn",
        "--verify-by",
        "email",
        "--submit",
        "--yes",
    ];
    let order = user.run(cancel).exits(0).stdout.trim().to_owned();
    let reason =
        "负责人13800000001未接听，证件110101199001010015有误，请写信到zhang.san@example.cn";
    user.run(["record", &order, "bureau-rejected", "--reason", reason])
        .exits(0);
    let told = notify(user, &["--reveal"]).exits(0);
    let sent = body(&web.asked()[0]).to_string();
    for text in [&told.stdout, &sent] {
        for hidden in ["13800000001", "110101199001010015", "zhang.san"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(text.contains("未接听"), "{text}");
    }
}
