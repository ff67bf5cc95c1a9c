//! What the resolvers and the registries say.

use super::world::{Shared, WHOIS, World, fact, findings};
use crate::support::web::{Answer, Web};
use serde_json::Value;
use std::sync::{Arc, Mutex};

#[test]
fn every_kind_of_nothing_is_told_apart() {
    let world = World::new();
    for (domain, expected) in [
        ("shop.example.cn", "yes"),
        ("nothing.example.cn", "no nxdomain"),
        ("servfail.example.cn", "unknown servfail"),
        ("shop.example.net", "unknown resolver-failed"),
    ] {
        let document = world.user.run(["verify", domain, "--json"]).exits(0).json();
        assert_eq!(fact(&document, "resolves", domain), expected);
        // Nothing here belongs to a record of ours, but for the first.
        assert_eq!(document["data"][0]["kept"], domain == "shop.example.cn");
    }
    let document = world
        .user
        .run(["verify", "example.cn", "--json"])
        .exits(0)
        .json();
    assert_eq!(fact(&document, "resolves", "www.example.cn"), "no nxdomain");
    world.configure("1m\"\nattempts", "300ms\"\nattempts");
    let silent = "silent.example.cn";
    let document = world.user.run(["verify", silent, "--json"]).exits(0).json();
    assert_eq!(fact(&document, "resolves", silent), "unknown timeout");
    assert_eq!(document["data"][0]["kept"], false);
}

/// A name that leads to one that is gone is there itself.
#[test]
fn an_alias_that_leads_nowhere_is_no_missing_name() {
    let world = World::with(&["shop.example.cn CNAME gone.example.com"]);
    let document = world.look();
    assert_eq!(fact(&document, "resolves", "shop.example.cn"), "no nodata");
    assert_eq!(fact(&document, "alias", "shop.example.cn"), "yes");
    assert_eq!(fact(&document, "resolves", "www.example.cn"), "no nxdomain");
}

#[test]
fn where_a_filed_site_points_is_judged_by_its_provider() {
    for (records, ranges, expected) in [
        (vec!["shop.example.cn A 127.0.0.1"], "127.0.0.0/8", "agrees"),
        (
            vec!["shop.example.cn A 127.0.0.1"],
            "192.0.2.0/24",
            "conflict",
        ),
        (vec!["shop.example.cn AAAA ::1"], "127.0.0.0/8", "conflict"),
        (vec![], "127.0.0.0/8", "conflict"),
        (
            vec![
                "shop.example.cn CNAME a.cdn.example.com",
                "a.cdn.example.com A 127.0.0.9",
            ],
            "127.0.0.0/8",
            "agrees",
        ),
        (
            vec![
                "shop.example.cn CNAME d1.cloudfront.net",
                "d1.cloudfront.net A 127.0.0.9",
            ],
            "192.0.2.0/24",
            "unknown",
        ),
        (
            vec!["shop.example.cn CNAME shop.example.net"],
            "127.0.0.0/8",
            "unknown",
        ),
    ] {
        let world = World::with(&records);
        world.configure("127.0.0.0/8", ranges);
        let found = findings(&world.look());
        assert!(
            found.contains(&format!("points-at-provider {expected}")),
            "{ranges}: {found:?}"
        );
    }
    let world = World::new();
    world.configure("tencent = [\"127.0.0.0/8\"]", "huawei = [\"127.0.0.0/8\"]");
    let document = world.verify(&[]).exits(0).json();
    assert!(findings(&document).contains(&"points-at-provider unknown".to_owned()));
}

#[test]
fn what_a_registry_says_is_judged_and_what_it_does_not_say_is_unknown() {
    let world = World::new();
    let late = WHOIS.replace("2003-03-17", "2022-05-01");
    let ended = WHOIS.replace("2030-03-17", "2026-11-01");
    let soon = WHOIS.replace("2030-03-17", "2026-12-01");
    let held = WHOIS.replace("Status: ok", "Status: serverHold");
    let with = |status: &str| {
        WHOIS.replace(
            "Status: ok",
            &format!("Status: ok\r\nDomain Status: {status}"),
        )
    };
    let other = WHOIS.replace("示例科技", "别家");
    for (whois, expected) in [
        (&late, "registration-date conflict"),
        (&ended, "registration conflict"),
        (&soon, "registration notice"),
        (&held, "registration conflict"),
        (&with("clientHold"), "registration conflict"),
        (&with("client hold"), "registration conflict"),
        (&with("redemptionPeriod"), "registration conflict"),
        (&with("pendingDelete"), "registration conflict"),
        (&with("inactive"), "registration conflict"),
        // What forbids to change it or to take it elsewhere does not stop it.
        (&with("clientTransferProhibited"), "registration agrees"),
        (&with("serverDeleteProhibited"), "registration agrees"),
        (&other, "domain-holder conflict"),
        (
            &"No matching record.\r\n".to_owned(),
            "registration conflict",
        ),
        (
            &"Queried interval is too short.\r\n".to_owned(),
            "registration unknown",
        ),
        (&String::new(), "registration unknown"),
        // A server that does not find something else says nothing of the domain.
        (
            &"% If an object is not found, try later.\r\nError: host not found\r\n".to_owned(),
            "registration unknown",
        ),
        (
            &"Domain Name: example.cn\r\nNo matching record.\r\n".to_owned(),
            "registration conflict",
        ),
    ] {
        world.whois.lock().unwrap().clone_from(whois);
        let document = world.look();
        let found = findings(&document);
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:?}\n{whois}"
        );
    }
    world.whois.lock().unwrap().clone_from(&late);
    let document = world.look();
    let all = document["data"][0]["findings"].as_array().unwrap();
    let date = all
        .iter()
        .find(|finding| finding["topic"] == "registration-date")
        .unwrap();
    assert_eq!(date["rule"], "CHG-06");
    assert_eq!(date["next"][0], "icpctl cancel-site 京ICP备2021000001号-1");
}

#[test]
fn the_day_on_which_a_registration_ends_is_that_in_china() {
    let world = World::new();
    let said: Shared<&str> = Arc::new(Mutex::new(""));
    let ends = Arc::clone(&said);
    let server = Web::http(move |_| {
        let ends = *ends.lock().unwrap();
        let body = serde_json::json!({
            "objectClassName": "domain",
            "ldhName": "example.cn",
            "events": [{"eventAction": "expiration", "eventDate": ends}],
        });
        Answer::new(200, "application/rdap+json", body.to_string())
    });
    world.configure(
        "[whois.servers]\ncn",
        &format!(
            "[rdap.servers]\ncn = \"{}\"\n[whois.servers]\norg",
            server.url("/")
        ),
    );
    for (ends, day) in [
        ("2026-12-30T15:59:59Z", "2026-12-30"),
        ("2026-12-30T16:00:00Z", "2026-12-31"),
        ("2026-12-30T16:30:00.5Z", "2026-12-31"),
        ("2026-12-31T00:00:00+08:00", "2026-12-31"),
        ("2026-12-30T12:00:00-05:00", "2026-12-31"),
        ("2026-12-30", "2026-12-30"),
    ] {
        *said.lock().unwrap() = ends;
        let document = world.look();
        let all = document["data"][0]["findings"].as_array().unwrap();
        let finding = all
            .iter()
            .find(|finding| finding["topic"] == "registration")
            .unwrap();
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains(&format!(" {day}")), "{ends}: {message}");
    }
}

#[test]
fn rdap_is_found_by_its_bootstrap_and_read_as_recorded() {
    let body = r#"{"objectClassName":"domain","ldhName":"EXAMPLE.COM","status":["client transfer prohibited"],
      "entities":[{"objectClassName":"entity","roles":["registrar"],"publicIds":[{"type":"IANA Registrar ID","identifier":"376"}],
        "vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","示例注册商"]]]}],
      "events":[{"eventAction":"registration","eventDate":"1995-08-14T04:00:00Z"},
        {"eventAction":"expiration","eventDate":"2027-08-13T04:00:00Z"}]}"#;
    let missing = r#"{"errorCode":404,"title":"Not Found"}"#;
    let rdap = |status, kind: &'static str, body: &'static str| Answer::new(status, kind, body);
    let json = "application/rdap+json";
    let said: Shared<Answer> = Arc::new(Mutex::new(Answer::Silent));
    let answer = Arc::clone(&said);
    let server = Web::http(move |_| answer.lock().unwrap().clone());
    let list = format!(
        r#"{{"version":"1.0","services":[[["org"],["https://rdap.example.org/"]],[["com"],["{}"]]]}}"#,
        server.url("/v1")
    );
    let bootstrap = Web::http(move |_| Answer::json(list.clone()));
    let world = World::new();
    let rdap_section = format!("[rdap]\nbootstrap = \"{}\"\n", bootstrap.url("/dns.json"));
    world.configure("[whois.servers]", &format!("{rdap_section}[whois.servers]"));
    let look = |domain: &str| {
        let args = ["verify", domain, "--max-age", "0", "--json"];
        world.user.run(args).exits(0).json()
    };
    for (answer, expected) in [
        (rdap(200, json, body), "yes"),
        (rdap(404, json, missing), "no not-found"),
        (rdap(404, "application/json", missing), "no not-found"),
        (rdap(404, "text/html", "<html>"), "unknown http-status"),
        (
            rdap(404, "application/json", r#"{"message":"no route"}"#),
            "unknown http-status",
        ),
        (
            rdap(
                200,
                json,
                r#"{"objectClassName":"domain","ldhName":"other.com"}"#,
            ),
            "unknown unexpected-shape",
        ),
        (
            rdap(200, "text/html", "<html>Please log in</html>"),
            "unknown unexpected-shape",
        ),
        (rdap(200, json, "{}"), "unknown unexpected-shape"),
        (rdap(429, json, "{}"), "unknown rate-limited"),
        // No key is asked for there, so none was refused.
        (rdap(403, json, "{}"), "unknown http-status"),
        (Answer::CutOff, "unknown cut-off"),
    ] {
        *said.lock().unwrap() = answer;
        let document = look("example.com");
        assert_eq!(fact(&document, "registered", "example.com"), expected);
        if expected == "yes" {
            let facts = document["data"][0]["facts"].as_array().unwrap();
            let named = |fact: &&Value| fact["claim"] == "registrar";
            let registrar = facts.iter().find(named).unwrap();
            assert_eq!(registrar["values"][0], "示例注册商");
        }
    }
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.path == "/v1/domain/example.com")
    );
    // A domain whose registry is not listed is not thereby unregistered.
    let document = look("example.dev");
    let said = fact(&document, "registered", "example.dev");
    assert_eq!(said, "unknown no-registry");
    // The list is remembered.
    assert_eq!(bootstrap.asked().len(), 1);
}
