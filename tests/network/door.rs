//! The door to web services and sites.

use crate::support::dns::Dns;
use crate::support::web::{Answer, Authority, Valid, Web};
use crate::support::{PATIENCE, until};
use icpctl::config::Config;
use icpctl::config::base::Period;
use icpctl::env::Env;
use icpctl::exit::Exit;
use icpctl::failure::Failure;
use icpctl::network::answer::Answer as Got;
use icpctl::network::error::{NetworkError, TlsFault};
use icpctl::network::request::Request;
use icpctl::network::{Manner, Network, Proxies};
use reqwest::header::{ACCEPT, AUTHORIZATION};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use url::Url;

/// A private authority, and a client that trusts it.
struct World {
    authority: Authority,
    config: Config,
    offline: bool,
    proxies: Proxies,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, authority.pem()).unwrap();
        let mut config = Config::default();
        config.network.ca_file = Some(file);
        config.network.retry_delay = Period::millis(1);
        // Longer than an answer takes, however busy the machine.
        config.network.connect_timeout = Period(PATIENCE);
        config.network.timeout = Period(PATIENCE);
        config.dns.timeout = Period(PATIENCE);
        Self {
            authority,
            config,
            offline: false,
            proxies: Proxies::default(),
            _folder: folder,
        }
    }

    /// The same world, in which a name leads to a server.
    fn name(mut self, name: &str, address: SocketAddr) -> Self {
        let connect_to = &mut self.config.network.connect_to;
        connect_to.insert(name.to_owned(), address);
        self
    }

    fn send(&self, request: Request) -> Result<Got, NetworkError> {
        let mut manner = Manner::new(&self.config, &Env::default(), self.offline, Some(1));
        manner.proxies = self.proxies.clone();
        let network = Network::new(&manner).unwrap();
        network.run(network.http.send(request))
    }

    fn get(&self, url: &str) -> Result<Got, NetworkError> {
        self.send(Request::get(Url::parse(url).unwrap()))
    }
}

fn exit(error: NetworkError) -> (Exit, bool) {
    let failure = Failure::from(error);
    (failure.exit, failure.is_retryable())
}

#[test]
fn tls_is_verified_against_the_private_authority_and_every_fault_has_a_name() {
    let world = World::new();
    let page = |_: &_| Answer::html("well");
    let good = Web::https(
        world.authority.server(&["good.example.cn"], Valid::Always),
        page,
    );
    let other = Web::https(
        world.authority.server(&["other.example.cn"], Valid::Always),
        page,
    );
    let old = Web::https(
        world.authority.server(&["old.example.cn"], Valid::Formerly),
        page,
    );
    let own = Web::https(
        Authority::new().server(&["own.example.cn"], Valid::Always),
        page,
    );
    let world = world
        .name("good.example.cn:443", good.address)
        .name("wrong.example.cn:443", other.address)
        .name("old.example.cn:443", old.address)
        .name("own.example.cn:443", own.address);
    let answer = world.get("https://good.example.cn/").unwrap();
    assert_eq!((answer.status, &*answer.body), (200, &b"well"[..]));
    assert_eq!(good.asked().len(), 1);
    let fault = |name: &str| match world.get(&format!("https://{name}.example.cn/")) {
        Err(NetworkError::Tls { fault, .. }) => fault,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(fault("wrong"), TlsFault::WrongName);
    assert_eq!(fault("old"), TlsFault::Expired);
    assert_eq!(fault("own"), TlsFault::Untrusted);
    assert_eq!(
        other.asked().len() + old.asked().len() + own.asked().len(),
        0
    );
}

#[test]
fn only_https_and_this_machine_are_asked() {
    let world = World::new();
    for url in [
        "http://record.example.cn/?key=K",
        "http://192.0.2.1/",
        "ftp://127.0.0.1/",
    ] {
        let error = world.get(url).unwrap_err();
        assert!(matches!(error, NetworkError::NotSecure { .. }), "{error:?}");
        assert!(!error.message().en.contains("key"), "{error}");
    }
    let web = Web::http(|_| Answer::json("{}"));
    assert_eq!(world.get(&web.url("/")).unwrap().status, 200);
}

#[test]
fn offline_asks_nobody() {
    let web = Web::http(|_| Answer::json("{}"));
    let mut world = World::new();
    world.offline = true;
    let error = world.get(&web.url("/")).unwrap_err();
    assert!(matches!(error, NetworkError::Offline { .. }));
    assert_eq!(exit(error), (Exit::Unavailable, false));
    assert_eq!(web.asked().len(), 0);
}

#[test]
fn redirects_are_limited_and_take_no_secret_to_another_host() {
    let world = World::new();
    let second = Web::https(
        world.authority.server(&["b.example.cn"], Valid::Always),
        |_| Answer::json("{}"),
    );
    let first = Web::https(
        world.authority.server(&["a.example.cn"], Valid::Always),
        |asked| match asked.path.as_str() {
            "/out" => Answer::redirect("https://b.example.cn/in"),
            "/down" => Answer::redirect("http://b.example.cn/in"),
            "/round" => Answer::redirect("/round"),
            "/nowhere" => Answer::redirect("javascript:alert(1)"),
            _ => Answer::redirect("/out"),
        },
    );
    let world = world
        .name("a.example.cn:443", first.address)
        .name("b.example.cn:443", second.address);
    let request = Request::get(Url::parse("https://a.example.cn/").unwrap())
        .header(AUTHORIZATION, "Bearer SECRET")
        .header(ACCEPT, "application/json");
    let answer = world.send(request).unwrap();
    assert_eq!(answer.hops.len(), 2);
    assert_eq!(answer.url.as_str(), "https://b.example.cn/in");
    assert_eq!(
        first.asked()[1].header("authorization"),
        Some("Bearer SECRET")
    );
    let [asked] = &second.asked()[..] else {
        panic!()
    };
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(asked.header("accept"), Some("application/json"));
    for path in ["down", "round", "nowhere"] {
        let error = world
            .get(&format!("https://a.example.cn/{path}"))
            .unwrap_err();
        assert!(
            matches!(error, NetworkError::Redirect { .. }),
            "{path}: {error:?}"
        );
    }
    // Five redirects and the first question, twice over nothing: what stays is not repeated.
    let rounds = first
        .asked()
        .iter()
        .filter(|asked| asked.path == "/round")
        .count();
    assert_eq!(rounds, 6);
}

#[test]
fn an_answer_that_breaks_off_or_never_ends_or_never_comes_is_none() {
    let mut world = World::new();
    world.config.network.retries = 1;
    let web = Web::http(|asked| match asked.path.as_str() {
        "/cut" => Answer::CutOff,
        "/silent" => Answer::Silent,
        "/large" => Answer::html(vec![b' '; 5 * 1024 * 1024]),
        _ => Answer::Endless,
    });
    let ask = |world: &World, path: &str| world.get(&web.url(path)).unwrap_err();
    assert!(matches!(ask(&world, "/cut"), NetworkError::Broken { .. }));
    assert!(matches!(
        ask(&world, "/large"),
        NetworkError::TooLarge { .. }
    ));
    let endless = Request::get(Url::parse(&web.url("/endless")).unwrap()).body_limit(10_000);
    let error = world.send(endless).unwrap_err();
    assert!(
        matches!(error, NetworkError::TooLarge { limit: 10_000, .. }),
        "{error:?}"
    );
    let nobody = world.get("http://127.0.0.1:1/").unwrap_err();
    assert!(matches!(nobody, NetworkError::Connect { .. }), "{nobody:?}");
    assert_eq!(exit(nobody), (Exit::Unavailable, true));
    // What breaks off may pass; what is too large stays, and is not asked again.
    assert_eq!(web.asked().len(), 2 + 1 + 1);
    world.config.network.timeout = Period::seconds(1);
    let silent = ask(&world, "/silent");
    assert!(matches!(silent, NetworkError::TimedOut { .. }));
    // Whoever is silent may be late to hear what was asked.
    until("two questions", || web.asked().len() == 4 + 2);
}

#[test]
fn what_passes_is_asked_again_unless_it_may_do_harm() {
    let world = World::new();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let web = Web::http(move |asked| match asked.path.as_str() {
        "/busy" if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 => {
            Answer::new(503, "text/plain", "").with("retry-after", "0")
        }
        "/busy" => Answer::json("{}"),
        "/long" => Answer::new(429, "text/plain", "").with("retry-after", "3600"),
        "/denied" => Answer::new(403, "text/plain", ""),
        _ => Answer::new(500, "text/plain", ""),
    });
    let ask = |path: &str| world.get(&web.url(path)).unwrap();
    let times = |path: &str| {
        web.asked()
            .iter()
            .filter(|asked| asked.path == path)
            .count()
    };
    assert_eq!((ask("/busy").status, times("/busy")), (200, 3));
    let long = ask("/long").success().unwrap_err();
    assert_eq!(times("/long"), 1);
    assert_eq!(long.wait(), Some(Duration::from_hours(1)));
    assert_eq!(
        (long.reason(), exit(long)),
        ("rate-limited", (Exit::Unavailable, true))
    );
    let denied = ask("/denied").success().unwrap_err();
    assert_eq!((times("/denied"), exit(denied)), (1, (Exit::Denied, false)));
    assert_eq!((ask("/down").status, times("/down")), (500, 3));
    let post = |path: &str| {
        let url = Url::parse(&web.url(path)).unwrap();
        Request::post(url, "application/json", b"{}".to_vec())
    };
    assert_eq!(world.send(post("/write")).unwrap().status, 500);
    assert_eq!(times("/write"), 1);
}

#[test]
fn a_site_at_a_private_address_is_refused_by_the_address_itself() {
    let world = World::new();
    let web = Web::http(|_| Answer::html(""));
    let url = |text: &str| Request::get(Url::parse(text).unwrap()).to_a_site();
    let private = world.send(url(&web.url("/"))).unwrap_err();
    assert!(
        matches!(private, NetworkError::Private { .. }),
        "{private:?}"
    );
    for text in [
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/",
        "http://0x7f.1/",
    ] {
        let private = world.send(url(text)).unwrap_err();
        assert!(
            matches!(private, NetworkError::Private { .. }),
            "{private:?}"
        );
    }
    assert_eq!(web.asked().len(), 0);
    let mut world = world;
    world.config.pages.allow_private = true;
    assert_eq!(world.send(url(&web.url("/"))).unwrap().status, 200);
}

/// A proxy that leads every tunnel to one server; returns its port, and whom it was asked for.
fn proxy(server: SocketAddr) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { return };
            let mut reader = BufReader::new(client.try_clone().unwrap());
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            seen.lock().unwrap().push(first.trim_end().to_owned());
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            let server = TcpStream::connect(server).unwrap();
            (&client).write_all(b"HTTP/1.1 200 x\r\n\r\n").unwrap();
            let (mut to, mut from) = (server.try_clone().unwrap(), server);
            let mut back = client;
            thread::spawn(move || std::io::copy(&mut reader, &mut to));
            thread::spawn(move || std::io::copy(&mut from, &mut back));
        }
    });
    (port, asked)
}

#[test]
fn a_proxy_is_used_and_hides_no_private_address() {
    let mut world = World::new();
    let tls = world.authority.server(&["shop.example.cn"], Valid::Always);
    let site = Web::https(tls, |_| Answer::html("well"));
    let (port, asked) = proxy(site.address);
    let dns = Dns::start(&["shop.example.cn A 223.5.5.5", "inner.example.cn A 10.0.0.1"]);
    world.config.dns.servers = vec![dns.address];
    world.proxies.https = Some(format!("http://localhost:{port}"));
    let get = |url: &str| Request::get(Url::parse(url).unwrap());
    let site = || get("https://shop.example.cn/");
    assert_eq!(world.send(site()).unwrap().status, 200);
    assert_eq!(world.send(site().to_a_site()).unwrap().status, 200);
    let tunnels = asked.lock().unwrap().clone();
    assert_eq!(tunnels, ["CONNECT shop.example.cn:443 HTTP/1.1"; 2]);
    let inner = world.send(get("https://inner.example.cn/").to_a_site());
    assert!(
        matches!(inner, Err(NetworkError::Private { .. })),
        "{inner:?}"
    );
    // This machine is asked directly.
    let here = Web::http(|_| Answer::json("{}"));
    assert_eq!(world.get(&here.url("/")).unwrap().status, 200);
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[test]
fn a_wrong_kind_of_answer_is_no_answer() {
    let web = Web::http(|_| Answer::html("<html>Please log in</html>"));
    let answer = World::new().get(&web.url("/")).unwrap();
    let error = answer.json::<serde_json::Value>().unwrap_err();
    assert_eq!(error.reason(), "unexpected-shape");
    assert!(error.message().en.contains("text/html"), "{error}");
}
