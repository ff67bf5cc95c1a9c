//! `verify` against a DNS server, web servers, a registry and a public record of our own.

use crate::support::dns::Dns;
use crate::support::web::{Answer, Authority, Valid, Web};
use crate::support::{Icpctl, Output};
use icpctl::cli::schema;
use icpctl::filing::evidence::{Claim, Source, Stance, Topic, Verdict};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

/// The filing that most tests look at: a company in Beijing.
const FILED: &str = r#"{"number":"京ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise",
 "services":[{"number":"京ICP备2021000001号-1","kind":"site","name":"示例商城","domains":["shop.example.cn"],
   "accesses":["tencent"],"approved_on":"2021-03-01"}]}"#;

const FOOTER: &str = r#"<footer><a href="https://beian.miit.gov.cn/">京ICP备2021000001号-1</a>
 <a href="https://beian.mps.gov.cn/">京公网安备11010502030001号</a></footer>"#;

const WHOIS: &str = "Domain Name: example.cn\r\nROID: 20030310s10001s00000001-cn\r\n\
Domain Status: ok\r\nRegistrant: 示例科技有限公司\r\nRegistrant Contact Email: admin@example.cn\r\n\
Sponsoring Registrar: 示例注册商\r\nName Server: ns1.example.cn\r\n\
Registration Time: 2003-03-17 12:20:05\r\nExpiration Time: 2030-03-17 12:48:36\r\nDNSSEC: unsigned\r\n";

fn record(domain: &str, service: &str) -> String {
    let subject = service.rsplit_once('-').unwrap().0;
    format!(
        r#"{{"code":200,"msg":"操作成功","params":{{"endRow":0,"list":[
        {{"domain":"{domain}","domainId":1,"limitAccess":"否","mainLicence":"{subject}","natureName":"企业",
          "serviceLicence":"{service}","unitName":"示例科技有限公司","updateRecordTime":"2021-03-01 10:00:00"}}],
        "total":1}},"success":true}}"#
    )
}

/// A registry on port 43.
fn registry(answer: Shared<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut line = String::new();
            let _ = BufReader::new(&stream).read_line(&mut line);
            assert_eq!(line, "example.cn\r\n");
            let answer = answer.lock().unwrap().clone();
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// Something that a test changes while servers answer with it.
type Shared<T> = Arc<Mutex<T>>;

/// Everything that is asked, as it is when all is well; a test changes what it is about.
struct World {
    user: Icpctl,
    authority: Authority,
    page: Shared<Answer>,
    whois: Shared<String>,
    recorded: Shared<Answer>,
    record: Web,
    config: String,
    _dns: Dns,
    _site: Web,
}

/// A page with enough text before its end.
fn page(end: &str) -> Answer {
    Answer::new(200, "text/html; charset=utf-8", html(end))
}

fn html(end: &str) -> String {
    let text = "本页面向顾客介绍商品与服务。".repeat(40);
    format!(
        "<!doctype html><html><head><title>x</title></head><body><main><p>{text}</p></main>{end}</body></html>"
    )
}

impl World {
    fn new() -> Self {
        Self::with(&["shop.example.cn A 127.0.0.1", "example.cn A 127.0.0.1"])
    }

    /// A world with these records in its DNS.
    fn with(records: &[&str]) -> Self {
        let authority = Authority::new();
        let page: Shared<Answer> = Arc::new(Mutex::new(page(FOOTER)));
        let tls = authority.server(&["shop.example.cn"], Valid::Always);
        let answer = Arc::clone(&page);
        let site = Web::https(tls, move |_| answer.lock().unwrap().clone());
        let all = record("shop.example.cn", "京ICP备2021000001号-1");
        let recorded = Arc::new(Mutex::new(Answer::json(all)));
        let answer = Arc::clone(&recorded);
        let record = Web::http(move |_| answer.lock().unwrap().clone());
        let dns = Dns::start(records);
        let whois = Arc::new(Mutex::new(WHOIS.to_owned()));
        let user = Icpctl::new();
        user.run(["init"]).exits(0);
        let file = user.write("filed.json", FILED);
        let file = file.to_str().unwrap();
        user.run(["adopt", "--from", file]).exits(0);
        let ca = user.write("ca.pem", authority.pem());
        let config = format!(
            "[network]\nca_file = \"{}\"\nretries = 0\n\
             connect_to = {{ \"shop.example.cn:443\" = \"{}\" }}\n\
             [dns]\nservers = [\"{}\"]\ntimeout = \"300ms\"\nattempts = 1\n\
             [whois.servers]\ncn = \"{}\"\n\
             [addresses]\ntencent = [\"127.0.0.0/8\"]\n\
             [record]\nurl = \"{}\"\n",
            ca.display(),
            site.address,
            dns.address,
            registry(Arc::clone(&whois)),
            record.url("/query/{kind}?search={query}&pageNum=1&pageSize=26"),
        );
        user.write("config/icpctl/config.toml", &config);
        Self {
            user,
            authority,
            page,
            whois,
            recorded,
            record,
            config,
            _dns: dns,
            _site: site,
        }
    }

    /// Asks everything anew, and keeps nothing.
    fn look(&self) -> Value {
        self.verify(&["-n", "--max-age", "0"]).exits(0).json()
    }

    fn verify(&self, more: &[&str]) -> Output {
        let args = ["verify", "shop.example.cn", "--json"];
        self.user.run(args.iter().chain(more))
    }

    /// The same world with another configuration.
    fn configure(&self, from: &str, to: &str) {
        assert!(self.config.contains(from), "{from}\n{}", self.config);
        let config = self.config.replace(from, to);
        self.user.write("config/icpctl/config.toml", config);
    }

    fn observations(&self) -> Vec<PathBuf> {
        let folder = self.user.home().join(".icpctl/observations");
        let Ok(holders) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let files = holders.flat_map(|holder| std::fs::read_dir(holder.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }
}

/// The findings of the only thing that was asked about, as `topic stance`.
fn findings(document: &Value) -> Vec<String> {
    let findings = document["data"][0]["findings"].as_array().unwrap();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| format!("{} {}", word(finding, "topic"), word(finding, "stance")))
        .collect()
}

/// The verdict and reason of a claim about a name.
fn fact(document: &Value, claim: &str, about: &str) -> String {
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let found = facts
        .iter()
        .find(|fact| fact["claim"] == claim && fact["about"] == about);
    let found = found.unwrap_or_else(|| panic!("no {claim} of {about}: {facts:#?}"));
    match found["reason"].as_str() {
        Some(reason) => format!("{} {reason}", found["verdict"].as_str().unwrap()),
        None => found["verdict"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn the_words_are_those_of_the_core_and_every_topic_is_explained() {
    let schema: Value = serde_json::from_str(schema::named("verify").unwrap()).unwrap();
    let written = |pointer: &str| -> Vec<&str> {
        let words = schema.pointer(pointer).unwrap().as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap()).collect()
    };
    let item = "/properties/data/anyOf/0/items/properties";
    let (finding, fact) = (
        format!("{item}/findings/items/properties"),
        format!("{item}/facts/items/properties"),
    );
    let topics: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
    let sources: Vec<&str> = Source::ALL.iter().map(|source| source.name()).collect();
    let stances: Vec<&str> = Stance::ALL.iter().map(|stance| stance.name()).collect();
    let claims: Vec<&str> = Claim::ALL.iter().map(|claim| claim.name()).collect();
    let verdicts: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
    assert_eq!(written(&format!("{finding}/topic/enum")), topics);
    assert_eq!(written(&format!("{finding}/stance/enum")), stances);
    assert_eq!(written(&format!("{finding}/sources/items/enum")), sources);
    assert_eq!(written(&format!("{fact}/claim/enum")), claims);
    assert_eq!(written(&format!("{fact}/verdict/enum")), verdicts);
    assert_eq!(written(&format!("{fact}/source/enum")), sources);
    for topic in topics {
        Icpctl::new().run(["explain", topic]).exits(0);
    }
}

#[test]
fn where_all_is_well_everything_agrees_and_is_kept_once() {
    let world = World::new();
    let document = world.verify(&["--exit-status"]).exits(0).json();
    let topics = [
        "points-at-provider",
        "number-on-page",
        "number-in-footer",
        "number-linked",
        "security-number",
        "registration",
        "registration-date",
        "domain-holder",
        "public-record",
        "recorded-name",
    ];
    let agreed: Vec<String> = topics
        .iter()
        .map(|topic| format!("{topic} agrees"))
        .collect();
    assert_eq!(findings(&document), agreed);
    assert_eq!(document["changed"], true);
    assert_eq!(document["data"][0]["stance"], "agrees");
    let kept = world.observations();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    assert!(text.contains("claim = \"filed\"") && text.contains("source = \"whois\""));
    assert!(!text.contains("admin@example.cn"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&kept[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Asked again, the answers are remembered, with their age, and not kept twice.
    let later = [("ICPCTL_NOW", "2026-11-22T10:01:00+08:00")];
    let again = world
        .user
        .run_with(&later, ["verify", "shop.example.cn", "--json"])
        .exits(0);
    let again = again.json();
    assert_eq!(again["changed"], false);
    let facts = again["data"][0]["facts"].as_array().unwrap();
    assert!(
        facts
            .iter()
            .all(|fact| fact["cached"] == true && fact["age_seconds"] == 60)
    );
    assert_eq!(world.record.asked().len(), 1);
    assert_eq!(world.observations().len(), 1);
    // Unless everything is to be asked anew.
    let anew = ["verify", "shop.example.cn", "--max-age", "0", "--json"];
    assert_eq!(
        world.user.run_with(&later, anew).exits(0).json()["changed"],
        true
    );
    assert_eq!(world.record.asked().len(), 2);
    assert_eq!(world.observations().len(), 2);
    let doctor = world.user.run(["doctor"]).exits(0);
    assert_eq!(doctor.code, 0);
    // What is erased is gone from here too.
    world
        .user
        .run(["erase", "京ICP备2021000001号", "--yes"])
        .exits(0);
    assert_eq!(world.observations(), Vec::<PathBuf>::new());
    assert!(!world.user.home().join("cache/icpctl/evidence").exists());
}

#[test]
fn a_dry_run_asks_and_keeps_nothing() {
    let world = World::new();
    let document = world.verify(&["-n"]).exits(0).json();
    assert_eq!(
        (&document["changed"], &document["dry_run"]),
        (&true.into(), &true.into())
    );
    assert_eq!(world.observations(), Vec::<PathBuf>::new());
}

#[test]
fn offline_everything_is_unknown_unless_it_is_remembered() {
    let world = World::new();
    let document = world.verify(&["--offline"]).exits(0).json();
    let facts = document["data"][0]["facts"].as_array().unwrap();
    assert!(facts.len() >= 5);
    for fact in facts {
        assert_eq!(
            (&fact["verdict"], &fact["reason"]),
            (&"unknown".into(), &"offline".into())
        );
    }
    assert_eq!(document["changed"], false);
    let told = world
        .verify(&["--offline", "--exit-status"])
        .exits(11)
        .json();
    assert_eq!(told["error"]["code"], "unavailable.evidence");
    assert_eq!(told["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.record.asked().len(), 0);
    world.verify(&[]).exits(0);
    let much_later = [("ICPCTL_NOW", "2026-12-22T10:00:00+08:00")];
    let args = [
        "verify",
        "shop.example.cn",
        "--offline",
        "--json",
        "--exit-status",
    ];
    let remembered = world.user.run_with(&much_later, args).exits(0).json();
    assert_eq!(fact(&remembered, "filed", "shop.example.cn"), "yes");
}

#[test]
fn what_a_page_shows_is_read_as_visitors_read_it() {
    let world = World::new();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let plain = |body: Vec<u8>| Answer::new(200, "text/html", body);
    let number = "京ICP备2021000001号-1";
    let linked = |to: &str| format!("<div class=footer><a href='{to}'>{number}</a></div>");
    let declared = html(FOOTER).replace("<head>", "<head><meta charset=gb2312>");
    for (name, page, claim, expected) in [
        ("meta", plain(gbk(&declared)), "number-shown", "yes"),
        (
            "undeclared",
            plain(gbk(&html(FOOTER))),
            "number-shown",
            "yes",
        ),
        (
            "header",
            Answer::new(200, "text/html; charset=GBK", gbk(&html(FOOTER))),
            "number-shown",
            "yes",
        ),
        (
            "bom",
            plain(format!("\u{feff}{}", html(FOOTER)).into_bytes()),
            "number-shown",
            "yes",
        ),
        (
            "undeclared utf-8",
            plain(html(FOOTER).into_bytes()),
            "number-shown",
            "yes",
        ),
        (
            "split",
            page("<div id=foot>京ICP备<b>2021000001</b>号-1</div>"),
            "number-shown",
            "yes",
        ),
        (
            "in a comment",
            page("<!-- 京ICP备2021000001号-1 -->"),
            "number-shown",
            "no not-found",
        ),
        (
            "in a script",
            page("<script>var a='京ICP备2021000001号-1'</script>"),
            "number-shown",
            "no not-found",
        ),
        (
            "right link",
            page(&linked("https://beian.miit.gov.cn/#/Integrated/index")),
            "number-linked",
            "yes",
        ),
        (
            "no scheme",
            page(&linked("//beian.miit.gov.cn")),
            "number-linked",
            "yes",
        ),
        (
            "old link",
            page(&linked("http://www.miitbeian.gov.cn/")),
            "number-linked",
            "no legacy-link",
        ),
        (
            "other link",
            page(&linked("https://beian.miit.gov.cn.example.com/")),
            "number-linked",
            "no other-link",
        ),
        (
            "no link",
            page(&format!("<footer>{number}</footer>")),
            "number-linked",
            "no no-link",
        ),
        (
            "in the footer",
            page(&linked("/")),
            "number-in-footer",
            "yes",
        ),
        (
            "at the end",
            page(&format!("<p>{number}</p>")),
            "number-in-footer",
            "yes",
        ),
        (
            "at the top",
            plain(
                html("")
                    .replace("<main>", &format!("<p>{number}</p><main>"))
                    .into_bytes(),
            ),
            "number-in-footer",
            "no elsewhere",
        ),
        (
            "hidden",
            page(&format!("<div style='display: none'>{number}</div>")),
            "number-visible",
            "no hidden",
        ),
        (
            "too small",
            page(&format!("<p style='font-size:0px'>{number}</p>")),
            "number-visible",
            "no hidden",
        ),
        (
            "white on white",
            page(&format!(
                "<p style='color:#fff;background:#fff'>{number}</p>"
            )),
            "number-visible",
            "no hidden",
        ),
        ("visible", page(FOOTER), "number-visible", "yes"),
        ("security", page(FOOTER), "security-number-shown", "yes"),
        (
            "by script",
            plain(b"<body><div id=app></div><script src=a.js></script></body>".to_vec()),
            "number-shown",
            "unknown needs-script",
        ),
    ] {
        *world.page.lock().unwrap() = page;
        let document = world.look();
        assert_eq!(
            fact(&document, claim, "shop.example.cn"),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_number_must_be_the_right_one() {
    let world = World::new();
    let says = |shown: &str, stance: &str| {
        *world.page.lock().unwrap() = page(&format!("<footer>{shown}</footer>"));
        let found = findings(&world.look());
        let expected = format!("number-on-page {stance}");
        assert!(found.contains(&expected), "{shown}: {found:?}");
    };
    for (shown, stance) in [
        ("京ICP备2021000001号-1", "agrees"),
        ("京ICP备2021000001号", "conflict"),
        ("京ICP备2021000001号-2", "conflict"),
        ("粤ICP备2021000001号-1", "conflict"),
    ] {
        says(shown, stance);
    }
    // Guangdong wants the subject's number.
    let user = &world.user;
    let gone = [
        "gone",
        "京ICP备2021000001号",
        "--because",
        "holder",
        "--yes",
    ];
    user.run(gone).exits(0);
    let other = FILED.replace("京ICP备2021000001", "粤ICP备2021000002");
    let file = user.write("gd.json", other);
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    says("粤ICP备2021000002号", "agrees");
    says("粤ICP备2021000002号-1", "notice");
    says("粤ICP备2021000001号", "conflict");
}

#[test]
fn a_page_that_cannot_be_read_says_nothing() {
    let world = World::new();
    for (page, reason) in [
        (Answer::new(404, "text/html", html(FOOTER)), "http-status"),
        (Answer::new(503, "text/html", html(FOOTER)), "http-status"),
        (Answer::new(429, "text/html", ""), "http-status"),
        (Answer::new(200, "application/json", "{}"), "not-html"),
        (Answer::CutOff, "cut-off"),
        (Answer::Endless, "too-large"),
        (Answer::redirect("http://shop.example.cn/"), "redirect"),
        (Answer::redirect("https://shop.example.cn/"), "redirect"),
        (
            Answer::redirect("https://127.0.0.1/login"),
            "private-address",
        ),
    ] {
        *world.page.lock().unwrap() = page;
        let document = world.look();
        let read = fact(&document, "page-read", "shop.example.cn");
        assert_eq!(read, format!("unknown {reason}"));
        assert!(
            findings(&document).contains(&"number-on-page unknown".to_owned()),
            "{reason}"
        );
    }
}

#[test]
fn a_site_without_valid_tls_or_at_a_private_address_is_not_read() {
    let world = World::new();
    let site = Web::https(
        world
            .authority
            .server(&["shop.example.cn"], Valid::Formerly),
        |_| page(FOOTER),
    );
    let named = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"))
        .unwrap();
    let ask = |line: &str| {
        world.configure(named, line);
        fact(&world.look(), "page-read", "shop.example.cn")
    };
    let at = |address| format!("connect_to = {{ \"shop.example.cn:443\" = \"{address}\" }}");
    assert_eq!(ask(&at(site.address)), "unknown certificate-expired");
    assert_eq!(site.asked().len(), 0);
    let other = Authority::new().server(&["shop.example.cn"], Valid::Always);
    let site = Web::https(other, |_| page(FOOTER));
    assert_eq!(ask(&at(site.address)), "unknown certificate-untrusted");
    // Without a word of the user's, the name leads to this machine, where no site is looked at.
    assert_eq!(ask(""), "unknown private-address");
}

#[test]
fn every_kind_of_nothing_is_told_apart() {
    let world = World::new();
    for (domain, expected) in [
        ("shop.example.cn", "yes"),
        ("nothing.example.cn", "no nxdomain"),
        ("servfail.example.cn", "unknown servfail"),
        ("silent.example.cn", "unknown timeout"),
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
    let other = WHOIS.replace("示例科技", "别家");
    for (whois, expected) in [
        (&late, "registration-date conflict"),
        (&ended, "registration conflict"),
        (&soon, "registration notice"),
        (&held, "registration conflict"),
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
        (rdap(404, "text/html", "<html>"), "unknown http-status"),
        (
            rdap(200, "text/html", "<html>Please log in</html>"),
            "unknown unexpected-shape",
        ),
        (rdap(200, json, "{}"), "unknown unexpected-shape"),
        (rdap(429, json, "{}"), "unknown rate-limited"),
        (rdap(403, json, "{}"), "unknown denied"),
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

#[test]
fn the_public_record_says_filed_or_not_only_where_it_really_says_so() {
    let world = World::new();
    let right = record("shop.example.cn", "京ICP备2021000001号-1");
    let empty = r#"{"code":200,"msg":"操作成功","params":{"list":[],"total":0},"success":true}"#;
    for (body, expected, stance) in [
        (right.clone(), "yes", "agrees"),
        (
            record("shop.example.cn", "京ICP备2021000001号-3"),
            "yes",
            "conflict",
        ),
        (empty.to_owned(), "no not-found", "conflict"),
        // The search finds what only sounds alike.
        (
            record("myshop.example.cn", "京ICP备2021000001号-1"),
            "no not-found",
            "conflict",
        ),
        (
            right
                .replace("\"total\":1", "\"total\":60")
                .replace("shop.ex", "myshop.ex"),
            "unknown more-pages",
            "unknown",
        ),
        (
            r#"{"code":122,"message":"查询失败","error":"Expected object or value"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":500,"message":"当前访问已被创宇盾拦截"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":101,"msg":"参数错误"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":200,"success":true,"params":{}}"#.to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            "<html>当前访问疑似黑客攻击</html>".to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
    ] {
        *world.recorded.lock().unwrap() = Answer::json(body.clone());
        let document = world.look();
        assert_eq!(
            fact(&document, "filed", "shop.example.cn"),
            expected,
            "{body}"
        );
        let found = findings(&document);
        assert!(
            found.contains(&format!("public-record {stance}")),
            "{body}\n{found:?}"
        );
    }
    for answer in [
        Answer::new(429, "text/plain", ""),
        Answer::new(401, "text/plain", ""),
        Answer::CutOff,
    ] {
        *world.recorded.lock().unwrap() = answer;
        let document = world.look();
        assert!(fact(&document, "filed", "shop.example.cn").starts_with("unknown "));
    }
}

#[test]
fn any_other_record_is_read_by_the_pointers_of_the_configuration() {
    let answer = r#"{"code":200,"result":{"icp_number":"京ICP备2021000001号-1","main_name":"示例科技有限公司","domain":"shop.example.cn"}}"#;
    let world = World::new();
    *world.recorded.lock().unwrap() = Answer::json(answer);
    let line = world
        .config
        .lines()
        .find(|line| line.starts_with("url = "))
        .unwrap();
    let url = world.record.url("/icp?key={secret}&domain={query}");
    world.configure(
        line,
        &format!(
            "url = \"{url}\"\nsecret = {{ env = \"RECORD_KEY\" }}\n\
             headers = {{ X-Key = {{ file = \"{}\" }} }}\n\
             [record.shape]\nok = {{ \"/code\" = 200 }}\nentries = \"/result\"\n\
             domain = \"/domain\"\nservice = \"/icp_number\"\nname = \"/main_name\"",
            world.user.write("key", "FILE-SECRET\n").display(),
        ),
    );
    // Without its secret nobody is asked.
    world.verify(&[]).exits(12);
    let secret = [("RECORD_KEY", "ENV-SECRET")];
    let args = ["verify", "shop.example.cn", "--json"];
    let output = world.user.run_with(&secret, args).exits(0);
    assert_eq!(fact(&output.json(), "filed", "shop.example.cn"), "yes");
    let [asked] = &world.record.asked()[..] else {
        panic!()
    };
    assert_eq!(asked.path, "/icp?key=ENV-SECRET&domain=shop.example.cn");
    assert_eq!(asked.header("x-key"), Some("FILE-SECRET"));
    let kept = std::fs::read_to_string(&world.observations()[0]).unwrap();
    for text in [&output.stdout, &output.stderr, &kept] {
        assert!(!text.contains("SECRET"), "{text}");
    }
}

/// Drafts, sends and, where asked, approves an order; returns its id.
fn order(user: &Icpctl, draft: &[&str], events: &[&[&str]]) -> String {
    let id = user.run(draft).exits(0).stdout.trim().to_owned();
    for event in events {
        let words = event
            .iter()
            .map(|word| if *word == "ID" { id.as_str() } else { word });
        user.run(words.collect::<Vec<_>>()).exits(0);
    }
    id
}

#[test]
fn a_cancelled_site_must_not_resolve_and_must_leave_the_record() {
    let world = World::new();
    let user = &world.user;
    let id = order(
        user,
        &[
            "cancel-site",
            "京ICP备2021000001号-1",
            "--provider",
            "tencent",
            "--verify-by",
            "email",
        ],
        &[
            &["submit", "ID", "--yes"],
            &["record", "ID", "bureau-approved"],
        ],
    );
    let output = world.verify(&["--exit-status"]).exits(9);
    let document = output.json();
    let found = findings(&document);
    assert!(
        found.contains(&"quiet-after-cancellation conflict".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"public-record conflict".to_owned()),
        "{found:?}"
    );
    assert_eq!(document["data"][0]["orders"][0], *id);
    assert_eq!(document["error"]["code"], "negative.evidence");
    // The order keeps what was seen.
    assert!(world.observations()[0].to_string_lossy().contains(&id));
    // Its old number leads there too.
    let by_number = user
        .run(["verify", "京ICP备2021000001号-1", "--json"])
        .exits(0)
        .json();
    assert_eq!(by_number["data"][0]["about"], "shop.example.cn");
    let all = user.run(["verify", "--all", "--json"]).exits(0).json();
    assert_eq!(all["data"][0]["about"], "shop.example.cn");
}

#[test]
fn a_domain_must_leave_the_provider_whose_access_was_cancelled() {
    let world = World::new();
    let user = &world.user;
    let file = user.write("more.json", FILED.replace("[\"tencent\"]", "[\"huawei\"]"));
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    order(
        user,
        &[
            "cancel-access",
            "京ICP备2021000001号-1",
            "--provider",
            "tencent",
        ],
        &[
            &["submit", "ID", "--yes"],
            &["record", "ID", "bureau-approved"],
        ],
    );
    let document = world.verify(&[]).exits(0).json();
    let found = findings(&document);
    assert!(
        found.contains(&"left-former-provider conflict".to_owned()),
        "{found:?}"
    );
    world.configure(
        "tencent = [\"127.0.0.0/8\"]",
        "tencent = [\"192.0.2.0/24\"]",
    );
    let document = world.verify(&[]).exits(0).json();
    let found = findings(&document);
    assert!(
        found.contains(&"left-former-provider agrees".to_owned()),
        "{found:?}"
    );
}

#[test]
fn people_read_findings_first_and_the_facts_beneath() {
    let world = World::new();
    let output = world.user.run(["verify", "shop.example.cn", "-v"]).exits(0);
    let text = &output.stdout;
    assert!(
        text.starts_with("shop.example.cn  京ICP备2021000001号-1\n"),
        "{text}"
    );
    let (finding, table) = (text.find("agrees").unwrap(), text.find("Verdict").unwrap());
    assert!(finding < table, "{text}");
    assert!(text.contains("A 127.0.0.1"), "{text}");
    let chinese = world
        .user
        .run(["verify", "shop.example.cn", "--lang", "zh"])
        .exits(0);
    assert!(chinese.stdout.contains("相符"), "{}", chinese.stdout);
    world.user.run(["verify"]).exits(2);
    world.user.run(["verify", "nothing"]).exits(4);
}

const FIRST: &str = r#"
kind = "new"
provider = "tencent"
[subject]
name = "示例科技有限公司"
nature = "enterprise"
province = "广东"
certificate_type = "business-licence"
certificate_number = "91110000MA0000000H"
[subject.responsible]
name = "甲某"
phone = "13800000001"
[[services]]
kind = "site"
name = "新店"
domains = ["new.example.cn"]
[services.responsible]
name = "乙某"
phone = "13800000002"
"#;

#[test]
fn a_first_filing_keeps_quiet_until_it_is_approved() {
    let world = World::with(&["new.example.cn A 127.0.0.1"]);
    let user = &world.user;
    let file = user.write("new.toml", FIRST);
    let id = order(
        user,
        &["new", "--from", file.to_str().unwrap()],
        &[&["submit", "ID", "--yes"]],
    );
    let look = |more: &[&str]| {
        let args = ["verify", &id, "--json", "-n", "--max-age", "0"];
        user.run(args.iter().chain(more)).exits(0).json()
    };
    *world.recorded.lock().unwrap() =
        Answer::json(r#"{"code":200,"success":true,"params":{"list":[],"total":0}}"#);
    let found = findings(&look(&[]));
    assert!(
        found.contains(&"quiet-before-filing conflict".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"public-record agrees".to_owned()),
        "{found:?}"
    );
    // The record is ahead of us: that is shown with the command, and nothing is settled here.
    *world.recorded.lock().unwrap() =
        Answer::json(record("new.example.cn", "粤ICP备2026000009号-1"));
    let document = look(&[]);
    let all = document["data"][0]["findings"].as_array().unwrap();
    let ahead = all
        .iter()
        .find(|finding| finding["topic"] == "public-record")
        .unwrap();
    assert_eq!(ahead["stance"], "conflict");
    let next = format!(
        "icpctl record {id} bureau-approved --number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1"
    );
    assert_eq!(ahead["next"][0], *next);
    let status = user.run(["show", &id, "--json"]).exits(0).json()["data"]["status"].clone();
    assert_eq!(status, "provider-review");
}

#[test]
fn an_app_is_looked_up_by_its_number() {
    let world = World::new();
    let user = &world.user;
    let app = FILED
        .replace("号-1\"", "号-2A\"")
        .replace("\"site\"", "\"app\"");
    let file = user.write(
        "app.json",
        app.replace("\"domains\":[\"shop.example.cn\"],", ""),
    );
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    let body = record("示例应用", "京ICP备2021000001号-2A");
    *world.recorded.lock().unwrap() = Answer::json(body);
    let args = ["verify", "京ICP备2021000001号-2A", "--json"];
    let document = user.run(args).exits(0).json();
    assert_eq!(document["data"][0]["kind"], "service");
    let found = findings(&document);
    assert_eq!(found, ["public-record agrees", "recorded-name agrees"]);
    let [asked] = &world.record.asked()[..] else {
        panic!()
    };
    assert!(
        asked.path.starts_with("/query/app?search=%E4%BA%AC"),
        "{}",
        asked.path
    );
}

#[test]
fn a_site_that_answers_in_the_clear_alone_is_read_and_a_refresh_is_followed() {
    let world = World::new();
    let site = Web::http(|asked| match asked.path.as_str() {
        "/" => Answer::html("<meta http-equiv=Refresh content='0; url=/home'>"),
        _ => page(FOOTER),
    });
    let line = world
        .config
        .lines()
        .find(|line| line.starts_with("connect_to"));
    let nobody =
        "connect_to = { \"shop.example.cn:443\" = \"127.0.0.1:1\", \"shop.example.cn:80\" = ";
    let to = format!("{nobody}\"{}\" }}", site.address);
    world.configure(line.unwrap(), &to);
    let document = world.look();
    assert_eq!(fact(&document, "number-shown", "shop.example.cn"), "yes");
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let read = facts
        .iter()
        .find(|fact| fact["claim"] == "page-read")
        .unwrap();
    assert_eq!(read["values"][0], "http://shop.example.cn/home");
}
