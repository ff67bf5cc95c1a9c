//! A domain in Chinese, asked about in the form that each source understands.

use super::world::{Shared, World, fact, findings, page};
use crate::support::web::{Answer, Valid, Web};
use std::sync::Arc;

const UNICODE: &str = "商城.中国";
const ASCII: &str = "xn--czru2d.xn--fiqs8s";
const NUMBER: &str = "京ICP备2021000001号-7";

fn whois(names: &str) -> String {
    format!(
        "{names}Domain Status: ok\r\n\
         Registrant: 示例科技有限公司\r\nSponsoring Registrar: 示例注册商\r\n\
         Registration Time: 2012-03-17 12:20:05\r\nExpiration Time: 2030-03-17 12:48:36\r\n"
    )
}

#[test]
fn a_chinese_domain_goes_through_resolvers_registry_page_and_record() {
    // The registry names it in either form, or in both.
    let unicode = format!("Domain Name: {UNICODE}\r\n");
    goes_through(&unicode);
    goes_through(&format!("{unicode}Punycode: {ASCII}\r\n"));
    goes_through(&format!("Domain Name: {}\r\n", ASCII.to_uppercase()));
}

fn goes_through(names: &str) {
    let world = World::with(&[
        &format!("{ASCII} A 127.0.0.1"),
        &format!("www.{ASCII} A 127.0.0.1"),
    ]);
    let user = &world.user;
    let filed = format!(
        r#"{{"number":"京ICP备2021000001号","services":[{{"number":"{NUMBER}","kind":"site",
        "name":"中文站","domains":["{UNICODE}"],"accesses":["tencent"],"approved_on":"2021-03-01"}}]}}"#
    );
    let file = user.write("idn.json", filed);
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    let tls = world.authority.server(&[ASCII], Valid::Always);
    let site = Web::https(tls, |_| page(&format!("<footer>{NUMBER}</footer>")));
    let queries: Shared<Vec<String>> = Arc::default();
    let asked = Arc::clone(&queries);
    let record = Web::http(move |request| {
        asked.lock().unwrap().push(request.path.clone());
        Answer::json(super::world::record(UNICODE, NUMBER))
    });
    let registry = super::world::registry_for(ASCII, whois(names));
    let line = |start: &str| {
        let mut lines = world.config.lines();
        lines
            .find(|line| line.starts_with(start))
            .unwrap()
            .to_owned()
    };
    let (connect, url) = (line("connect_to"), line("url"));
    let config = world
        .config
        .replace(
            &connect,
            &format!("connect_to = {{ \"{ASCII}:443\" = \"{}\" }}", site.address),
        )
        .replace(
            &url,
            &format!("url = \"{}\"", record.url("/q?search={query}")),
        )
        .replace(
            "[addresses]",
            &format!("\"中国\" = \"{registry}\"\n[addresses]"),
        );
    user.write("config/icpctl/config.toml", config);
    for typed in [UNICODE, ASCII, NUMBER] {
        let args = ["verify", typed, "--json", "--max-age", "0", "-n"];
        let document = user.run(args).exits(0).json();
        assert_eq!(document["data"][0]["about"], UNICODE);
        for (claim, about) in [
            ("resolves", ASCII),
            ("page-read", ASCII),
            ("number-shown", ASCII),
            ("registered", ASCII),
            ("filed", ASCII),
        ] {
            assert_eq!(fact(&document, claim, about), "yes", "{typed}: {claim}");
        }
        let found = findings(&document);
        for topic in [
            "points-at-provider",
            "number-on-page",
            "registration",
            "registration-date",
            "public-record",
        ] {
            let agrees = format!("{topic} agrees");
            assert!(found.contains(&agrees), "{typed}: {agrees} {found:?}");
        }
    }
    let queries = queries.lock().unwrap();
    assert!(
        queries.iter().all(|path| path.ends_with(ASCII)),
        "{queries:?}"
    );
    let shown = user.run(["verify", UNICODE, "--lang", "zh"]).exits(0);
    assert!(shown.stdout.starts_with(UNICODE), "{}", shown.stdout);
}
