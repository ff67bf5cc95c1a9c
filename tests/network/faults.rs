//! Everything that can go wrong, with every kind of source: none of it is ever taken for a no.

use super::world::{FOOTER, Shared, html, page};
use crate::support::Icpctl;
use crate::support::dns::Dns;
use crate::support::web::{Answer, Authority, Valid, Web};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

const FILED: &str = r#"{"number":"京ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise",
 "services":[{"number":"京ICP备2021000001号-1","kind":"site","name":"示例商城",
   "domains":["shop.example.com"],"accesses":["alibaba"],"approved_on":"2021-03-01"}]}"#;

/// A filing whose site, registry, record and clouds all answer in one way.
struct World {
    user: Icpctl,
    config: String,
    site: Shared<Answer>,
    service: Shared<Answer>,
    _dns: Dns,
    _webs: [Web; 2],
}

impl World {
    fn new() -> Self {
        let authority = Authority::new();
        let site: Shared<Answer> = Arc::new(Mutex::new(page(FOOTER)));
        let service: Shared<Answer> = Arc::new(Mutex::new(Answer::Silent));
        let (of_site, of_service) = (Arc::clone(&site), Arc::clone(&service));
        let tls = authority.server(&["shop.example.com"], Valid::Always);
        let secure = Web::https(tls, move |_| of_site.lock().unwrap().clone());
        let plain = Web::http(move |_| of_service.lock().unwrap().clone());
        let dns = Dns::start(&["shop.example.com A 127.0.0.1"]);
        let user = Icpctl::new()
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIdouble0000000002")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARYalibaba")
            .env("TENCENTCLOUD_SECRET_ID", "AKIDdouble0000000001")
            .env("TENCENTCLOUD_SECRET_KEY", "CANARYtencent");
        let ca = user.write("ca.pem", authority.pem());
        let endpoint = |names: &[&str]| {
            let lines = names
                .iter()
                .map(|name| format!("{name} = \"{}\"\n", plain.url("/")));
            lines.collect::<String>()
        };
        let config = format!(
            "[network]\nca_file = \"{}\"\nretries = 0\ntimeout = \"PATIENCE\"\nconnect_timeout = \"1m\"\n\
             connect_to = {{ \"shop.example.com:443\" = \"{}\" }}\n\
             [dns]\nservers = [\"{}\"]\ntimeout = \"1m\"\nattempts = 1\n\
             [rdap.servers]\n{}[record]\ntimeout = \"PATIENCE\"\nurl = \"{}\"\n\
             [tencent.endpoints]\n{}[alibaba.endpoints]\n{}",
            ca.display(),
            secure.address,
            dns.address,
            endpoint(&["com"]),
            plain.url("/query/{kind}?search={query}"),
            endpoint(&["ba", "cvm", "lighthouse", "domain", "dnspod"]),
            endpoint(&["companyreg", "cdn"]),
        );
        user.run(["init"]).exits(0);
        let file = user.write("filed.json", FILED);
        user.run(["adopt", "--from", file.to_str().unwrap()])
            .exits(0);
        Self {
            user,
            config,
            site,
            service,
            _dns: dns,
            _webs: [secure, plain],
        }
    }

    /// Looks once; whatever is silent is given up soon, and nothing else, however busy the machine.
    fn look(&self) -> Value {
        let is_silent = matches!(*self.service.lock().unwrap(), Answer::Silent);
        let patience = if is_silent { "400ms" } else { "1m" };
        let config = self.config.replace("PATIENCE", patience);
        self.user.write("config/icpctl/config.toml", config);
        let args = ["verify", "--all", "--json", "-n", "--max-age", "0"];
        let output = self.user.run(args).exits(0);
        assert!(!output.stdout.contains("CANARY"), "{}", output.stdout);
        let exit = self.user.run(args.iter().chain(&["--exit-status"]));
        // Nobody says no, so nothing conflicts.
        assert_eq!(exit.code, 11, "{}", exit.stdout);
        output.json()
    }
}

/// What the look-ups about a claim came to.
fn said(document: &Value, claim: &str) -> String {
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["claim"] == claim);
    let fact = fact.unwrap_or_else(|| panic!("no {claim}: {facts:#?}"));
    let reason = fact["reason"].as_str().unwrap_or_default();
    format!("{} {reason}", fact["verdict"].as_str().unwrap())
}

/// A look-up at every kind of service that is asked over HTTP.
const SERVICES: [&str; 5] = [
    "registered",
    "filed",
    "in-account",
    "filed-at-all",
    "domain-real-named",
];

#[test]
fn no_fault_of_any_service_or_site_is_ever_a_no() {
    let world = World::new();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let json = r#"{"code":200,"success":true,"params":{"list":[],"total":0},"名":"值"}"#;
    let busy = Answer::new(429, "text/html", "<html>busy</html>").with("retry-after", "3600");
    for (name, answer, of_service, of_page) in [
        ("slow", Answer::Silent, "timeout", "timeout"),
        ("cut off", Answer::CutOff, "cut-off", "cut-off"),
        ("endless", Answer::Endless, "too-large", "too-large"),
        (
            "wrong type",
            Answer::new(200, "image/png", b"\x89PNG\r\n".to_vec()),
            "unexpected-shape",
            "not-html",
        ),
        ("429", busy, "rate-limited", "http-status"),
        (
            "500",
            Answer::new(500, "text/html", "<html>sorry</html>"),
            "http-status",
            "http-status",
        ),
        (
            "503",
            Answer::new(503, "application/json", "{}"),
            "http-status",
            "http-status",
        ),
        (
            "a captive page",
            Answer::redirect("http://portal.example.net/login"),
            "not-secure",
            "redirect",
        ),
        (
            "another shape",
            Answer::json("[]"),
            "unexpected-shape",
            "not-html",
        ),
    ] {
        *world.site.lock().unwrap() = answer.clone();
        *world.service.lock().unwrap() = answer;
        let document = world.look();
        for claim in SERVICES {
            let said = said(&document, claim);
            // What is posted with a signature is sent to nobody else, wherever that leads.
            let is_posted = !matches!(claim, "registered" | "filed");
            let reason = match (of_service, name) {
                ("not-secure", _) if is_posted => "http-status",
                // The record's own word for success is missing, before its list is.
                (_, "another shape") if claim == "filed" => "service-error",
                (other, _) => other,
            };
            assert_eq!(said, format!("unknown {reason}"), "{name}: {claim}");
        }
        let read = said(&document, "page-read");
        assert_eq!(read, format!("unknown {of_page}"), "{name}");
        let facts = document["data"][0]["facts"].as_array().unwrap();
        // The resolvers alone are well, and know no `www`.
        let mut others = facts.iter().filter(|fact| fact["source"] != "dns");
        assert!(others.all(|fact| fact["verdict"] == "unknown"), "{name}");
    }
    // A captive page that answers for everybody with HTTP 200, and text in another encoding than is
    // said.
    for body in ["<html>请先登录</html>".as_bytes().to_vec(), gbk(json)] {
        *world.service.lock().unwrap() = Answer::json(body);
        let document = world.look();
        for claim in SERVICES {
            assert_eq!(
                said(&document, claim),
                "unknown unexpected-shape",
                "{claim}"
            );
        }
    }
    let linked = html(FOOTER);
    let declared = linked.replace("<head>", "<head><meta charset=gb2312>");
    for (kind, body) in [
        ("text/html; charset=utf-8", gbk(&linked)),
        ("text/html; charset=gbk", linked.clone().into_bytes()),
        ("text/html; charset=iso-8859-1", linked.clone().into_bytes()),
        ("text/html", declared.into_bytes()),
    ] {
        *world.site.lock().unwrap() = Answer::new(200, kind, body);
        assert_eq!(said(&world.look(), "number-shown"), "yes ", "{kind}");
    }
}

/// How a server on port 43 behaves.
#[derive(Clone)]
enum Registry {
    Silent,
    Says(Vec<u8>),
    Endless,
}

fn registry(how: Shared<Registry>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let how = how.lock().unwrap().clone();
            thread::spawn(move || {
                let mut asked = [0; 64];
                let _ = stream.read(&mut asked);
                match how {
                    // Until the client goes away.
                    Registry::Silent => drop(stream.read(&mut asked)),
                    Registry::Says(bytes) => drop(stream.write_all(&bytes)),
                    Registry::Endless => while stream.write_all(&[b'x'; 4096]).is_ok() {},
                }
            });
        }
    });
    address
}

#[test]
fn no_fault_of_a_registry_on_port_43_is_ever_a_no() {
    let how: Shared<Registry> = Arc::new(Mutex::new(Registry::Silent));
    let address = registry(Arc::clone(&how));
    let user = Icpctl::new();
    let look = |registry: Registry| {
        let patience = if matches!(registry, Registry::Silent) {
            "400ms"
        } else {
            "1m"
        };
        user.write(
            "config/icpctl/config.toml",
            format!(
                "[network]\nretries = 0\ntimeout = \"{patience}\"\n[dns]\nservers = [\"127.0.0.1:1\"]\n\
                 timeout = \"50ms\"\nattempts = 1\n[whois.servers]\ncn = \"{address}\"\n"
            ),
        );
        *how.lock().unwrap() = registry;
        let args = ["verify", "example.cn", "--json", "--max-age", "0"];
        user.run(args).exits(0).json()
    };
    let says = |text: &str| Registry::Says(text.as_bytes().to_vec());
    for (registry, expected) in [
        (Registry::Silent, "unknown timeout"),
        (says(""), "unknown cut-off"),
        (Registry::Endless, "unknown too-large"),
        (
            says("<html>Please log in</html>\r\n"),
            "unknown unexpected-shape",
        ),
        (
            says("Queried interval is too short.\r\n"),
            "unknown unexpected-shape",
        ),
        (says("Domain Na"), "unknown unexpected-shape"),
        (
            says("Domain Name: example.org\r\n"),
            "unknown unexpected-shape",
        ),
    ] {
        assert_eq!(said(&look(registry), "registered"), expected);
    }
    // A line that was cut off in the middle says nothing of its own.
    let whole = "Domain Name: example.cn\r\nRegistrant: 示例科技有限公司\r\n";
    let cut = look(says(&whole[..whole.len() - 8]));
    assert_eq!(said(&cut, "registered"), "yes ");
    assert!(!cut.to_string().contains("\"registrant\""), "{cut}");
    let gbk = encoding_rs::GBK.encode(whole).0.into_owned();
    assert!(
        look(Registry::Says(gbk))
            .to_string()
            .contains("示例科技有限公司")
    );
}

#[test]
fn no_fault_of_a_resolver_is_ever_a_no() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    // It answers everything, with what is no answer.
    thread::spawn(move || {
        let mut asked = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut asked) {
            let cut = &asked[..length.min(13)];
            let _ = socket.send_to(cut, from);
            let _ = socket.send_to(b"HTTP/1.1 200 OK\r\n\r\n<html>", from);
        }
    });
    let user = Icpctl::new();
    let config = |servers: &str| {
        format!(
            "[network]\nretries = 0\ntimeout = \"400ms\"\n[dns]\nservers = [\"{servers}\"]\n\
             timeout = \"200ms\"\nattempts = 1\n[whois.servers]\ncn = \"127.0.0.1:1\"\n"
        )
    };
    for servers in [address.to_string(), "127.0.0.1:1".to_owned()] {
        user.write("config/icpctl/config.toml", config(&servers));
        let args = ["verify", "shop.example.cn", "--json", "--max-age", "0"];
        let document = user.run(args).exits(0).json();
        for claim in ["resolves", "page-read", "registered"] {
            let said = said(&document, claim);
            assert!(said.starts_with("unknown "), "{servers}: {claim} {said}");
        }
    }
}
