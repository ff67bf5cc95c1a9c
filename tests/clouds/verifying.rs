//! `verify` with the user's own keys: what a server, a domain and an account show.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY, Call, TENCENT_ID, TENCENT_KEY};
use super::shapes;
use crate::network::world::{WHOIS, registry_for};
use crate::support::Icpctl;
use crate::support::web::{Answer, Web};
use serde_json::{Value, json};

/// Tencent Cloud with one server, one domain in its account, and its records on.
fn cloud(server: Value) -> Web {
    double::tencent(move |call| answer(call, &server))
}

fn answer(call: &Call, server: &Value) -> Answer {
    match &*call.action {
        "DescribeGetAuthInfo" => shapes::account(),
        "DescribeInstances" if call.region.as_deref() == Some("ap-shanghai") => {
            assert_eq!(
                call.parameters,
                json!({"InstanceIds": [server["InstanceId"]]})
            );
            shapes::servers(std::slice::from_ref(server))
        }
        "DescribeInstances" => shapes::servers(&[]),
        "DescribeDomainBaseInfo" => double::tencent_answer(json!({"DomainInfo": {
            "DomainName": "example.cn", "RealNameAuditStatus": "InAudit",
            "CreationDate": "2020-01-02", "ExpirationDate": "2030-01-02",
        }})),
        "DescribeDomain" => double::tencent_answer(json!({"DomainInfo": {"Status": "ENABLE"}})),
        "DescribeRecordList" => double::tencent_answer(json!({"RecordList": [
            {"Name": "@", "Type": "NS", "Status": "ENABLE"},
            {"Name": "new", "Type": "A", "Status": "ENABLE"},
            {"Name": "old", "Type": "A", "Status": "DISABLE"},
        ]})),
        other => panic!("{other}"),
    }
}

/// A user with a first filing under way at Tencent Cloud, on this server.
fn filer(web: &Web, server: &str) -> Icpctl {
    let user = Icpctl::new()
        .env("TENCENTCLOUD_SECRET_ID", TENCENT_ID)
        .env("TENCENTCLOUD_SECRET_KEY", TENCENT_KEY);
    let config = double::alone(Some(web), None).replace(
        "[tencent.endpoints]",
        "[tencent]\nregions = [\"ap-guangzhou\", \"ap-shanghai\"]\n[tencent.endpoints]",
    );
    user.write("config/icpctl/config.toml", config);
    user.run(["init"]).exits(0);
    user.write("new.toml", format!(
        "kind = \"new\"\nprovider = \"tencent\"\n[subject]\nname = \"广州示例商贸有限公司\"\nnature = \"enterprise\"\n\
         province = \"广东\"\n[[services]]\nkind = \"site\"\nname = \"示例商城\"\ndomains = [\"new.example.cn\"]\n\
         [services.resource]\nid = \"{server}\"\n"
    ));
    user.run(["new", "--from", "new.toml", "--submit", "--yes"])
        .exits(0);
    user
}

/// Who holds an account at Alibaba Cloud, beside these filings.
fn holder(web: &Web, filed: &str) -> Icpctl {
    let user = Icpctl::new()
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY);
    user.write("config/icpctl/config.toml", double::alone(None, Some(web)));
    user.run(["init"]).exits(0);
    user.write("own.jsonl", filed.replace('\n', " "));
    user.run(["adopt", "--from", "own.jsonl"]).exits(0);
    user
}

fn verify(user: &Icpctl, domain: &str) -> Value {
    let output = user.run(["verify", domain, "--json"]);
    let shown = format!("{}{}", output.stdout, output.stderr);
    assert!(!shown.contains("CANARY"), "{shown}");
    output.exits(0).json()["data"][0].clone()
}

fn finding(data: &Value, topic: &str, source: &str) -> Value {
    let all = data["findings"].as_array().unwrap();
    let found = all.iter().find(|finding| {
        finding["topic"] == topic
            && finding["sources"]
                .as_array()
                .unwrap()
                .contains(&json!(source))
    });
    found.unwrap_or_else(|| panic!("{topic}: {data:#}")).clone()
}

fn facts(data: &Value) -> Vec<(String, String)> {
    let all = data["facts"].as_array().unwrap();
    let text = |fact: &Value, key: &str| fact[key].as_str().unwrap().to_owned();
    all.iter()
        .filter(|fact| fact["claim"].as_str().unwrap().starts_with("server-"))
        .map(|fact| (text(fact, "claim"), text(fact, "verdict")))
        .collect()
}

#[test]
fn a_server_that_fits_agrees_and_what_does_not_is_told() {
    let good = shapes::server("ins-00000001");
    let web = cloud(good.clone());
    let data = verify(&filer(&web, "ins-00000001"), "new.example.cn");
    let fit = finding(&data, "server-fit", "tencent");
    assert_eq!(
        (&fit["stance"], &fit["about"]),
        (&json!("agrees"), &json!("ins-00000001"))
    );
    assert!(
        facts(&data).iter().all(|(_, verdict)| verdict == "yes"),
        "{data:#}"
    );
    let named = finding(&data, "domain-real-name", "tencent");
    assert_eq!(
        (&named["stance"], &named["about"]),
        (&json!("conflict"), &json!("example.cn"))
    );
    let quiet = finding(&data, "quiet-before-filing", "tencent");
    assert_eq!(quiet["stance"], "conflict");
    assert!(
        quiet["message"]
            .as_str()
            .unwrap()
            .contains("new.example.cn"),
        "{quiet}"
    );
    let account = finding(&data, "account-real-name", "tencent");
    assert_eq!(account["stance"], "notice");
    assert!(
        account["message"]
            .as_str()
            .unwrap()
            .contains("IsAuthenticated=1"),
        "{account}"
    );

    for (key, value, claim, verdict) in [
        (
            "InstanceChargeType",
            json!("POSTPAID_BY_HOUR"),
            "server-prepaid",
            "no",
        ),
        (
            "CreatedTime",
            json!("2026-10-11T02:00:00Z"),
            "server-three-months",
            "no",
        ),
        (
            "ExpiredTime",
            json!("2026-12-22T01:59:59Z"),
            "server-month-left",
            "no",
        ),
        (
            "Placement",
            json!({"Zone": "ap-hongkong-2"}),
            "server-mainland",
            "no",
        ),
        (
            "Placement",
            json!({"Zone": "ap-atlantis-1"}),
            "server-mainland",
            "unknown",
        ),
        ("PublicIpAddresses", json!(null), "server-public", "no"),
        (
            "RestrictState",
            json!("EXPIRED"),
            "server-unrestricted",
            "no",
        ),
        ("ExpiredTime", json!(null), "server-month-left", "unknown"),
    ] {
        let mut server = good.clone();
        server[key] = value;
        // One that was bought for exactly three months, and one with exactly a month left, are well.
        if claim == "server-three-months" {
            server["ExpiredTime"] = json!("2027-01-11T01:59:59Z");
        }
        let web = cloud(server);
        let data = verify(&filer(&web, "ins-00000001"), "new.example.cn");
        let expected = (claim.to_owned(), verdict.to_owned());
        assert!(facts(&data).contains(&expected), "{claim}: {data:#}");
        let stance = if verdict == "no" {
            "conflict"
        } else {
            "unknown"
        };
        assert_eq!(
            finding(&data, "server-fit", "tencent")["stance"],
            stance,
            "{claim}"
        );
    }
}

/// A word that is in no list of the cloud's says neither yes nor no.
#[test]
fn a_state_that_nobody_knows_is_unknown() {
    for (key, claim) in [
        ("InstanceChargeType", "server-prepaid"),
        ("RestrictState", "server-unrestricted"),
    ] {
        let mut server = shapes::server("ins-00000001");
        server[key] = json!("UNHEARD");
        let web = cloud(server);
        let data = verify(&filer(&web, "ins-00000001"), "new.example.cn");
        let expected = (claim.to_owned(), "unknown".to_owned());
        assert!(facts(&data).contains(&expected), "{data:#}");
        let fit = finding(&data, "server-fit", "tencent");
        assert_eq!(fit["stance"], "unknown", "{fit}");
    }
}

#[test]
fn lighthouse_names_its_fields_in_its_own_way() {
    let mut server = shapes::server("lhins-00000001");
    let table = server.as_object_mut().unwrap();
    for key in ["Placement", "PublicIpAddresses", "RestrictState"] {
        table.remove(key);
    }
    server["Zone"] = json!("ap-nanjing-3");
    server["PublicAddresses"] = json!(["203.0.113.9"]);
    server["InstanceRestrictState"] = json!("NORMAL");
    let web = cloud(server);
    let data = verify(&filer(&web, "lhins-00000001"), "new.example.cn");
    assert_eq!(finding(&data, "server-fit", "tencent")["stance"], "agrees");
}

#[test]
fn a_server_that_is_not_found_or_not_told_of_is_unknown_and_never_wrong() {
    let web = cloud(shapes::server("ins-00000002"));
    let web_denies = double::tencent(|_| double::tencent_error("UnauthorizedOperation", "no"));
    for (user, reason) in [
        (filer(&web, "clb-00000001"), "it is no server"),
        (filer(&web_denies, "ins-00000001"), "the key was refused"),
    ] {
        let data = verify(&user, "new.example.cn");
        let fit = finding(&data, "server-fit", "tencent");
        assert_eq!(fit["stance"], "unknown");
        assert!(fit["message"].as_str().unwrap().contains(reason), "{fit}");
    }
}

/// The account that holds a domain knows what the registry does not tell, or tells otherwise.
#[test]
fn the_registration_is_judged_by_the_account_beside_the_registry() {
    let renewed = WHOIS.replace("2030-03-17", "2027-11-20");
    for (ends, status, registry, words) in [
        ("2026-11-20", "ok", None, "ended on 2026-11-20"),
        ("2026-12-01", "ok", None, "ends on 2026-12-01"),
        (
            "2030-01-02",
            "clientHold",
            None,
            "Tencent Cloud shows it under clientHold",
        ),
        // Renewed by the registry at first, and not paid for.
        ("2026-11-20", "ok", Some(&*renewed), "ended on 2026-11-20"),
        (
            "2030-01-02",
            "ok",
            Some("No matching record.\r\n"),
            "whois says not registered, tencent says until 2030-01-02",
        ),
    ] {
        let server = shapes::server("ins-00000001");
        let web = double::tencent(move |call| match &*call.action {
            "DescribeDomainBaseInfo" => double::tencent_answer(json!({"DomainInfo": {
                "RealNameAuditStatus": "Approved", "CreationDate": "2020-01-02",
                "ExpirationDate": ends, "DomainStatus": [status],
            }})),
            _ => answer(call, &server),
        });
        let user = filer(&web, "ins-00000001");
        if let Some(said) = registry {
            let address = registry_for("example.cn", said.to_owned());
            let path = user.home().join("config/icpctl/config.toml");
            let config = std::fs::read_to_string(path).unwrap();
            let config = config.replace("cn = \"127.0.0.1:1\"", &format!("cn = \"{address}\""));
            user.write("config/icpctl/config.toml", config);
        }
        let data = verify(&user, "new.example.cn");
        let found = finding(&data, "registration", "tencent");
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert_ne!(found["stance"], "agrees");
    }
}

#[test]
fn a_region_that_fails_hides_no_server_of_another() {
    let server = shapes::server("ins-00000001");
    for (region, stance) in [("ap-shanghai", "agrees"), ("ap-nowhere", "unknown")] {
        let server = server.clone();
        let web = double::tencent(move |call| match call.region.as_deref() {
            Some("ap-guangzhou") => double::tencent_error("UnsupportedRegion", "not here"),
            Some(asked) if asked != region => shapes::servers(&[]),
            _ => answer(call, &server),
        });
        let data = verify(&filer(&web, "ins-00000001"), "new.example.cn");
        let fit = finding(&data, "server-fit", "tencent");
        assert_eq!(fit["stance"], stance, "{fit}");
        if stance == "unknown" {
            let message = fit["message"].as_str().unwrap();
            assert!(message.contains("an error"), "{message}");
        }
    }
}

/// Verifies a site that is filed at Alibaba Cloud, whose account answers so about its filings.
fn verified_by(filings: Answer) -> Value {
    let web = double::alibaba(move |call| match &*call.action {
        "QuerySuccessIcpData" => filings.clone(),
        _ => double::alibaba_error(400, "-124", "domain does not belong to you"),
    });
    let user = holder(
        &web,
        r#"{"number":"粤ICP备2021000001号","services":[{"number":"粤ICP备2021000001号-1","domains":["shop.example.cn"],"accesses":["alibaba"]}]}"#,
    );
    verify(&user, "shop.example.cn")
}

#[test]
fn an_account_is_held_against_the_portfolio() {
    let web = double::alibaba(|call| match &*call.action {
        "QuerySuccessIcpData" => shapes::filings(&shapes::agency()),
        _ if call.parameters["DomainName"] == "shop.example.cn" => shapes::registered(true),
        _ => double::alibaba_error(400, "-124", "domain does not belong to you"),
    });
    let user = holder(
        &web,
        r#"{"number":"粤ICP备2021000001号","nature":"enterprise","services":[
            {"number":"粤ICP备2021000001号-1","domains":["shop.example.cn"],"accesses":["alibaba"]},
            {"number":"粤ICP备2021000001号-9","domains":["gone.example.cn"],"accesses":["alibaba"]}]}"#,
    );
    let data = verify(&user, "shop.example.cn");
    assert_eq!(finding(&data, "own-account", "alibaba")["stance"], "agrees");
    assert_eq!(
        finding(&data, "filed-at-all", "alibaba-cdn")["stance"],
        "agrees"
    );
    let notice = finding(&data, "rectification", "alibaba");
    assert_eq!(
        (&notice["stance"], &notice["about"]),
        (&json!("notice"), &json!("粤ICP备2021000001号"))
    );
    // Either of the sites, since nobody says which; what is proposed can be run, and is known from
    // then on.
    assert_eq!(notice["next"].as_array().unwrap().len(), 2);
    let next = notice["next"][0].as_str().unwrap();
    let wanted = "icpctl notice add 粤ICP备2021000001号-1 --class number-not-shown --provider alibaba --deadline 2026-12-17";
    assert_eq!(next, wanted);
    user.run(next.split(' ').skip(1)).exits(0);
    let data = verify(&user, "shop.example.cn");
    assert_eq!(
        finding(&data, "rectification", "alibaba")["stance"],
        "agrees"
    );

    let data = verify(&user, "gone.example.cn");
    let lost = finding(&data, "own-account", "alibaba");
    let next = "icpctl gone 粤ICP备2021000001号-9 --provider alibaba --because provider";
    assert_eq!(
        (&lost["stance"], &lost["next"][0]),
        (&json!("conflict"), &json!(next))
    );

    let data = verify(&user, "docs.example.com");
    let more = finding(&data, "own-account", "alibaba");
    assert_eq!(
        (&more["stance"], &more["next"][0]),
        (&json!("conflict"), &json!("icpctl adopt --source alibaba"))
    );
}

/// Where an answer is not whole, what it does not show may be there.
#[test]
fn an_account_that_cannot_be_read_is_not_said_to_lack_anything() {
    let site = json!({"SiteName": "示例商城", "SiteRecordNum": "粤ICP备2021000001号-1",
                      "DomainList": ["other.example.cn"]});
    let filing = |sites: Value| json!({"IcpNumber": "粤ICP备2021000001号", "WebsiteList": sites});
    let whole = |filing: Value| shapes::filings(&[filing]);
    let mut here = site.clone();
    here["DomainList"] = json!(["shop.example.cn"]);
    let mut named = site.clone();
    named["DomainList"] = json!([{"DomainName": "shop.example.cn"}]);
    let mut joined = site.clone();
    joined["DomainList"] = json!("shop.example.cn");
    let mut both = site.clone();
    both["DomainList"] = json!(["other.example.cn shop.example.cn"]);
    let mut unnumbered = site.clone();
    unnumbered["SiteRecordNum"] = json!("备案中");
    let bare = |body: Value| Answer::json(body.to_string());
    for (answer, expected) in [
        (whole(filing(json!([site]))), "conflict"),
        (whole(filing(Value::Null)), "conflict"),
        (whole(filing(json!({"Website": [site]}))), "unknown"),
        (whole(filing(json!([named]))), "unknown"),
        (whole(filing(json!([joined]))), "unknown"),
        (whole(filing(json!([both]))), "unknown"),
        (whole(filing(json!([unnumbered]))), "unknown"),
        // A subject that holds nothing more is one.
        (
            whole(json!({"IcpNumber": "粤ICP备2021000001号"})),
            "conflict",
        ),
        // What another subject holds is not in question.
        (
            shapes::filings(&[
                filing(json!([site])),
                json!({"IcpNumber": "津ICP备2021000009号", "WebsiteList": {}}),
            ]),
            "conflict",
        ),
        // Nor what can be read beside what cannot.
        (whole(filing(json!([named, here]))), "agrees"),
        (
            bare(json!({"Code": "Busy", "BaSuccessDataWithRiskList": []})),
            "unknown",
        ),
        (
            bare(json!({"Success": "false", "BaSuccessDataWithRiskList": []})),
            "unknown",
        ),
        (
            double::alibaba_error(400, &format!("X {ALIBABA_KEY}"), ALIBABA_KEY),
            "unknown",
        ),
    ] {
        let shown = format!("{answer:?}");
        let data = verified_by(answer);
        let own = finding(&data, "own-account", "alibaba");
        assert_eq!(own["stance"], expected, "{shown}");
    }
}

/// What the account wants put right is unknown where it cannot be read, not nothing.
#[test]
fn demands_in_another_shape_are_unknown() {
    for risks in [
        json!({"DeadLine": "2026年12月18日0点"}),
        json!([{"DeadLine": "2026年12月18日0点", "RiskDetailList": "?"}]),
    ] {
        let mut filings = shapes::agency();
        filings[0]["RiskList"] = risks.clone();
        let data = verified_by(shapes::filings(&filings));
        let demand = finding(&data, "rectification", "alibaba");
        assert_eq!(demand["stance"], "unknown", "{risks}");
        assert_eq!(finding(&data, "own-account", "alibaba")["stance"], "agrees");
    }
}

#[test]
fn records_that_are_not_told_of_are_not_said_to_be_paused() {
    for (list, expected) in [
        (json!({"RecordList": []}), "yes"),
        (json!({"RecordList": null}), "yes"),
        (
            json!({"RecordList": [], "RecordCountInfo": {"TotalCount": 9}}),
            "unknown",
        ),
        (json!({}), "unknown"),
        (
            json!({"RecordList": [{"Name": "@", "Type": "A"}]}),
            "unknown",
        ),
        (
            json!({"RecordList": [{"Name": "@", "Type": "A", "Status": "LOCKED"}]}),
            "unknown",
        ),
        (
            json!({"RecordList": [{"Name": "@", "Type": "A", "Status": "disable"}]}),
            "yes",
        ),
        (
            json!({"RecordList": [{"Name": "@", "Type": "A", "Status": "enable"}]}),
            "no",
        ),
    ] {
        let shown = list.to_string();
        let mut server = shapes::server("ins-00000001");
        server
            .as_object_mut()
            .unwrap()
            .shift_remove("PublicIpAddresses");
        let web = double::tencent(move |call| match &*call.action {
            "DescribeRecordList" => double::tencent_answer(list.clone()),
            _ => answer(call, &server),
        });
        let data = verify(&filer(&web, "ins-00000001"), "new.example.cn");
        let facts = data["facts"].as_array().unwrap();
        let verdict = |claim: &str| {
            let fact = facts.iter().find(|fact| fact["claim"] == claim);
            fact.map(|fact| fact["verdict"].clone())
        };
        assert_eq!(verdict("records-paused"), Some(json!(expected)), "{shown}");
        assert_eq!(verdict("server-public"), Some(json!("unknown")), "{shown}");
    }
}
