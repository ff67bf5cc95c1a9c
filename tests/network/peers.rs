//! Real programs on the other side: nginx with pages over TLS, and the RDAP server of ICANN.

use super::world::{FOOTER, fact, html};
use crate::support::dns::Dns;
use crate::support::web::{Authority, Valid};
use crate::support::{Icpctl, PATIENT, until};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// Names the RDAP server, where it could be had.
const RDAP: &str = "ICPCTL_TEST_RDAP";

/// A server of somebody else's; it ends when this is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts one at a port that is free, and waits until it answers there.
    fn start(make: impl Fn(u16) -> Command) -> Self {
        // Somebody else may take the port before the server does, which then ends.
        let mut servers = (0..10).map(|_| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let mut command = make(address.port());
            command.stdin(Stdio::null()).stdout(Stdio::null());
            drop(listener);
            let child = command.spawn().unwrap();
            Self { child, address }
        });
        let listening = servers.find_map(|mut server| server.listens().then_some(server));
        listening.expect("it ended, at ten ports")
    }

    /// Waits until it listens, or has ended.
    fn listens(&mut self) -> bool {
        let mut has_ended = false;
        until("a server that listens", || {
            has_ended = self.child.try_wait().unwrap().is_some();
            has_ended || answers(self.address)
        });
        !has_ended
    }
}

/// Whether somebody listens, and not the asking end itself, which may have been given that very port.
fn answers(address: SocketAddr) -> bool {
    let own = TcpStream::connect(address).and_then(|stream| stream.local_addr());
    own.is_ok_and(|own| own != address)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const CONF: &str = r"
daemon off;
master_process off;
pid HOME/nginx.pid;
error_log stderr error;
events {}
http {
    access_log off;
    gzip on;
    client_body_temp_path HOME/tmp;
    proxy_temp_path HOME/tmp;
    fastcgi_temp_path HOME/tmp;
    uwsgi_temp_path HOME/tmp;
    scgi_temp_path HOME/tmp;
    types { text/html html; }
    ssl_certificate HOME/site.pem;
    ssl_certificate_key HOME/site.key;
    server { listen 127.0.0.1:PORT ssl; server_name utf8.example.cn; root HOME/utf8; charset utf-8; }
    server { listen 127.0.0.1:PORT ssl; server_name gbk.example.cn; root HOME/gbk; charset gbk; }
    server { listen 127.0.0.1:PORT ssl; server_name meta.example.cn; root HOME/meta; }
    server { listen 127.0.0.1:PORT ssl; server_name bare.example.cn; root HOME/gbk; }
    server { listen 127.0.0.1:PORT ssl; server_name moved.example.cn; return 301 https://utf8.example.cn:443/; }
    server { listen 127.0.0.1:PORT ssl; server_name closed.example.cn; return 503; }
}
";

const HOSTS: [(&str, &str); 6] = [
    ("utf8.example.cn", "yes"),
    ("gbk.example.cn", "yes"),
    ("meta.example.cn", "yes"),
    ("bare.example.cn", "yes"),
    ("moved.example.cn", "yes"),
    ("closed.example.cn", "unknown http-status"),
];

#[test]
#[ignore = "needs nginx: .ci/run installs it and runs this"]
fn nginx_serves_pages_over_tls_that_are_read_in_their_encodings() {
    let authority = Authority::new();
    let records: Vec<String> = HOSTS
        .iter()
        .map(|(host, _)| format!("{host} A 127.0.0.1"))
        .collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let dns = Dns::start(&records);
    let user = Icpctl::new();
    let home = user.home().display().to_string();
    let names = HOSTS.map(|(host, _)| host);
    let (certificate, key) = authority.files(&names, Valid::Always);
    user.write("site.pem", certificate);
    user.write("site.key", key);
    let ca = user.write("ca.pem", authority.pem());
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let page = html(FOOTER);
    user.write("utf8/index.html", &page);
    user.write("gbk/index.html", gbk(&page));
    let declared = page.replace("<head>", "<head><meta charset=\"gb2312\">");
    user.write("meta/index.html", gbk(&declared));
    std::fs::create_dir(user.home().join("tmp")).unwrap();
    let server = Server::start(|port| {
        let conf = CONF
            .replace("HOME", &home)
            .replace("PORT", &port.to_string());
        let path = user.write("nginx.conf", conf);
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&home).arg("-c").arg(path);
        command
    });
    let places = names.map(|host| format!("\"{host}:443\" = \"{}\"", server.address));
    let network = |ca: &str| {
        format!(
            "[network]\n{ca}retries = 0\n{PATIENT}connect_to = {{ {} }}\n[dns]\nservers = [\"{}\"]\n\
             timeout = \"1m\"\nattempts = 1\n[whois.servers]\ncn = \"127.0.0.1:1\"\n",
            places.join(", "),
            dns.address
        )
    };
    let trusting = network(&format!("ca_file = \"{}\"\n", ca.display()));
    user.write("config/icpctl/config.toml", trusting);
    let look = |host: &str| {
        let args = ["verify", host, "--json", "--max-age", "0"];
        user.run(args).exits(0).json()
    };
    for (host, expected) in HOSTS {
        let document = look(host);
        if expected == "yes" {
            assert_eq!(fact(&document, "page-read", host), "yes");
            for claim in [
                "number-shown",
                "number-in-footer",
                "number-linked",
                "security-number-shown",
            ] {
                assert_eq!(fact(&document, claim, host), "yes", "{host} {claim}");
            }
        } else {
            assert_eq!(fact(&document, "page-read", host), expected);
        }
    }
    // Without the private authority nothing of it is believed.
    user.write("config/icpctl/config.toml", network(""));
    let document = look("utf8.example.cn");
    let read = fact(&document, "page-read", "utf8.example.cn");
    assert_eq!(read, "unknown certificate-untrusted");
}

/// A domain as a registry's server holds it.
const DOMAIN: &str = r#"{"objectClassName":"domain","ldhName":"example.com","handle":"1-X",
 "status":["client hold"],
 "entities":[{"objectClassName":"entity","handle":"376","roles":["registrar"],
   "publicIds":[{"type":"IANA Registrar ID","identifier":"376"}],
   "vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","示例注册商"]]]}],
 "events":[{"eventAction":"registration","eventDate":"1995-08-14T04:00:00Z"},
   {"eventAction":"expiration","eventDate":"2027-08-13T04:00:00Z"}]}"#;

#[test]
#[ignore = "needs icann-rdap-srv: .ci/run builds it and runs this"]
#[expect(
    clippy::disallowed_methods,
    reason = "the pipeline says where the server is"
)]
fn the_rdap_server_of_icann_is_asked_and_understood() {
    let Ok(program) = std::env::var(RDAP) else {
        // Past the harness, which shows nothing of what passes.
        let words = b"SKIPPED network::peers: no RDAP server is named\n";
        let _ = std::io::stderr().write_all(words);
        return;
    };
    let user = Icpctl::new();
    let data = user.home().join("rdap");
    user.write("rdap/example_com.json", DOMAIN);
    let server = Server::start(|port| {
        let mut command = Command::new(&program);
        command
            .env_clear()
            .env("HOME", user.home())
            .env("RDAP_SRV_LISTEN_ADDR", "127.0.0.1")
            .env("RDAP_SRV_LISTEN_PORT", port.to_string())
            .env("RDAP_SRV_DATA_DIR", &data);
        command
    });
    user.write(
        "config/icpctl/config.toml",
        format!(
            "[network]\nretries = 0\n{PATIENT}[dns]\nservers = [\"127.0.0.1:1\"]\ntimeout = \"50ms\"\n\
             attempts = 1\n[rdap.servers]\ncom = \"http://{}/rdap/\"\n",
            server.address
        ),
    );
    let look = |domain: &str| {
        let args = ["verify", domain, "--json", "--max-age", "0"];
        user.run(args).exits(0).json()
    };
    let document = look("EXAMPLE.com");
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let value = |claim: &str| {
        let found = facts.iter().find(|fact| fact["claim"] == claim).unwrap();
        found["values"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(fact(&document, "registered", "example.com"), "yes");
    assert_eq!(value("registered-on"), "1995-08-14T04:00:00Z");
    assert_eq!(value("expires-on"), "2027-08-13T04:00:00Z");
    assert_eq!(value("registrar"), "示例注册商");
    assert_eq!(value("registration-status"), "client hold");
    let document = look("nothing.com");
    let said = fact(&document, "registered", "nothing.com");
    assert_eq!(said, "no not-found");
}
