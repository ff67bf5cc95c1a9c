//! Everything that `verify` asks, on this machine, as it is when all is well.

use crate::support::dns::Dns;
use crate::support::web::{Answer, Authority, Valid, Web};
use crate::support::{Icpctl, Output, PATIENT};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

/// The filing that most tests look at: a company in Beijing.
pub(crate) const FILED: &str = r#"{"number":"京ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise",
 "services":[{"number":"京ICP备2021000001号-1","kind":"site","name":"示例商城","domains":["shop.example.cn"],
   "accesses":["tencent"],"approved_on":"2021-03-01"}]}"#;

pub(crate) const FOOTER: &str = r#"<footer><a href="https://beian.miit.gov.cn/">京ICP备2021000001号-1</a>
 <a href="https://beian.mps.gov.cn/">京公网安备11010502030001号</a></footer>"#;

pub(crate) const WHOIS: &str = "Domain Name: example.cn\r\nROID: 20030310s10001s00000001-cn\r\n\
Domain Status: ok\r\nRegistrant: 示例科技有限公司\r\nRegistrant Contact Email: admin@example.cn\r\n\
Sponsoring Registrar: 示例注册商\r\nName Server: ns1.example.cn\r\n\
Registration Time: 2003-03-17 12:20:05\r\nExpiration Time: 2030-03-17 12:48:36\r\nDNSSEC: unsigned\r\n";

pub(crate) fn record(domain: &str, service: &str) -> String {
    let subject = service.rsplit_once('-').unwrap().0;
    format!(
        r#"{{"code":200,"msg":"操作成功","params":{{"endRow":0,"list":[
        {{"domain":"{domain}","domainId":1,"limitAccess":"否","mainLicence":"{subject}","natureName":"企业",
          "serviceLicence":"{service}","unitName":"示例科技有限公司","updateRecordTime":"2021-03-01 10:00:00"}}],
        "total":1}},"success":true}}"#
    )
}

/// A registry on port 43.
pub(crate) fn registry(answer: Shared<String>) -> SocketAddr {
    answering("example.cn", answer)
}

/// A registry on port 43 that knows one name, and always says the same.
pub(crate) fn registry_for(name: &'static str, answer: String) -> SocketAddr {
    answering(name, Arc::new(Mutex::new(answer)))
}

fn answering(name: &'static str, answer: Shared<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut line = String::new();
            let _ = BufReader::new(&stream).read_line(&mut line);
            assert_eq!(line, format!("{name}\r\n"));
            let answer = answer.lock().unwrap().clone();
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// Something that a test changes while servers answer with it.
pub(crate) type Shared<T> = Arc<Mutex<T>>;

/// Everything that is asked, as it is when all is well; a test changes what it is about.
pub(crate) struct World {
    pub(crate) user: Icpctl,
    pub(crate) authority: Authority,
    pub(crate) page: Shared<Answer>,
    pub(crate) whois: Shared<String>,
    pub(crate) recorded: Shared<Answer>,
    pub(crate) record: Web,
    pub(crate) config: String,
    _dns: Dns,
    _site: Web,
}

/// A page with enough text before its end.
pub(crate) fn page(end: &str) -> Answer {
    Answer::new(200, "text/html; charset=utf-8", html(end))
}

pub(crate) fn html(end: &str) -> String {
    let text = "本页面向顾客介绍商品与服务。".repeat(40);
    format!(
        "<!doctype html><html><head><title>x</title></head><body><main><p>{text}</p></main>{end}</body></html>"
    )
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(&["shop.example.cn A 127.0.0.1", "example.cn A 127.0.0.1"])
    }

    /// A world with these records in its DNS.
    pub(crate) fn with(records: &[&str]) -> Self {
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
            "[network]\nca_file = \"{}\"\nretries = 0\n{PATIENT}\
             connect_to = {{ \"shop.example.cn:443\" = \"{}\" }}\n\
             [dns]\nservers = [\"{}\"]\ntimeout = \"1m\"\nattempts = 1\n\
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
    pub(crate) fn look(&self) -> Value {
        self.verify(&["-n", "--max-age", "0"]).exits(0).json()
    }

    pub(crate) fn verify(&self, more: &[&str]) -> Output {
        let args = ["verify", "shop.example.cn", "--json"];
        self.user.run(args.iter().chain(more))
    }

    /// The same world with another configuration.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        assert!(self.config.contains(from), "{from}\n{}", self.config);
        let config = self.config.replace(from, to);
        self.user.write("config/icpctl/config.toml", config);
    }

    pub(crate) fn observations(&self) -> Vec<PathBuf> {
        let folder = self.user.home().join(".icpctl/observations");
        let Ok(holders) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let files = holders.flat_map(|holder| std::fs::read_dir(holder.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }
}

/// The findings of the only thing that was asked about, as `topic stance`.
pub(crate) fn findings(document: &Value) -> Vec<String> {
    let findings = document["data"][0]["findings"].as_array().unwrap();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| format!("{} {}", word(finding, "topic"), word(finding, "stance")))
        .collect()
}

/// The verdict and reason of a claim about a name.
pub(crate) fn fact(document: &Value, claim: &str, about: &str) -> String {
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
