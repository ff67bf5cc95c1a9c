//! The door to web services and sites.

use super::answer::{Answer, host};
use super::dns::Dns;
use super::error::{NetworkError, RedirectFault, TlsFault, is_passing_status, shown};
use super::limits::{Limits, Turn};
use super::request::{Reach, Request};
use super::retry::{Passing, Retry};
use super::{Manner, Proxies, tls};
use crate::config::base::{is_near, may_be_asked};
use crate::filing::address::is_public;
use crate::lang::Text;
use crate::text;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, NoProxy, Proxy, redirect};
use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// How we call ourselves to others.
const AGENT: &str = concat!("icpctl/", env!("CARGO_PKG_VERSION"));

/// How long a connection to a metadata service may take: it is next door, or not there at all.
const NEAR: Duration = Duration::from_secs(2);

/// The door to web services and sites.
#[derive(Clone, Debug)]
pub struct Http {
    services: Clients,
    sites: Clients,
    near: Client,
    limits: Limits,
    retry: Retry,
    timeout: Duration,
    offline: bool,
    allow_private: bool,
    proxied: bool,
    dns: Dns,
}

/// A client for each scheme: a name alone does not tell its resolver which port it is for.
#[derive(Clone, Debug)]
struct Clients {
    https: Client,
    http: Client,
}

impl Http {
    /// Makes the door.
    ///
    /// # Errors
    /// When the certificates or a proxy cannot be read.
    pub fn new(manner: &Manner, dns: Dns, retry: Retry) -> Result<Self, NetworkError> {
        let tls = tls::client(manner.network.ca_file.as_deref())?;
        let connect_to = Arc::new(manner.network.connect_to.clone());
        let no_proxies = Proxies::default();
        let connecting = manner.network.connect_timeout.0;
        // A site that does not let itself be connected to is known before the time for all is over.
        let soon = connecting.min(manner.network.timeout.0 / 10 * 9);
        let client = |reach: Reach, port: u16| {
            let (proxies, patience) = match reach {
                Reach::Service => (&manner.proxies, connecting),
                Reach::Site => (&manner.proxies, soon),
                Reach::Near => (&no_proxies, NEAR),
            };
            let names = Names {
                dns: dns.clone(),
                reach,
                proxies: proxies.hosts(),
                port,
                allow_private: manner.allow_private,
                connect_to: Arc::clone(&connect_to),
            };
            let builder = Client::builder()
                .user_agent(AGENT)
                .tls_backend_preconfigured(tls.clone())
                .redirect(redirect::Policy::none())
                .referer(false)
                .connect_timeout(patience)
                .dns_resolver(names)
                .no_proxy();
            let builder = proxies
                .all()?
                .into_iter()
                .fold(builder, reqwest::ClientBuilder::proxy);
            builder.build().map_err(|error| NetworkError::Setup {
                what: Text::verbatim(words(&error)),
            })
        };
        let clients = |reach| {
            Ok(Clients {
                https: client(reach, 443)?,
                http: client(reach, 80)?,
            })
        };
        Ok(Self {
            services: clients(Reach::Service)?,
            sites: clients(Reach::Site)?,
            near: client(Reach::Near, 80)?,
            limits: Limits::new(manner.network.per_host),
            retry,
            timeout: manner.network.timeout.0,
            offline: manner.network.offline,
            allow_private: manner.allow_private,
            proxied: !manner.proxies.hosts().is_empty(),
            dns,
        })
    }

    /// Asks, follows redirects, and repeats what failed in passing where that does no harm. The
    /// answer may have any status.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&self, request: Request) -> Result<Answer, NetworkError> {
        if self.offline {
            return Err(NetworkError::Offline {
                host: host(&request.url),
            });
        }
        if !request.may_be_repeated() {
            return self.once(request).await;
        }
        let outcome = self.retry.run(|| async {
            let answer = self.once(request.clone()).await.map_err(Trial::Failed)?;
            if is_passing_status(answer.status) {
                return Err(Trial::Refused(Box::new(answer)));
            }
            Ok(answer)
        });
        outcome.await.or_else(|trial| match trial {
            Trial::Refused(answer) => Ok(*answer),
            Trial::Failed(error) => Err(error),
        })
    }

    /// Asks once, with all redirects, within the time allowed.
    async fn once(&self, request: Request) -> Result<Answer, NetworkError> {
        let name = host(&request.url);
        let timeout = request.timeout.unwrap_or(self.timeout);
        let turn = self.limits.turn(&name, request.at_once).await;
        let asked = tokio::time::timeout(timeout, self.follow(request)).await;
        drop(turn);
        asked.unwrap_or(Err(NetworkError::TimedOut {
            host: name,
            is_connecting: false,
        }))
    }

    async fn follow(&self, request: Request) -> Result<Answer, NetworkError> {
        let Request {
            method,
            mut url,
            mut headers,
            body,
            ..
        } = request.clone();
        let mut hops = Vec::new();
        loop {
            self.check(&url, request.reach)?;
            self.check_behind_proxy(&url, request.reach).await?;
            let mut answer = self
                .fetch(&request, method.clone(), &url, &headers, &body)
                .await?;
            answer.hops.clone_from(&hops);
            let is_redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            if !is_redirect || !method.is_safe() {
                return Ok(answer);
            }
            let next = target(&url, &answer.headers)?;
            let fault = |why| NetworkError::Redirect {
                from: shown(&url),
                to: shown(&next),
                why,
            };
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(fault(RedirectFault::NotSecure));
            }
            if hops.len() >= request.redirects {
                return Err(fault(RedirectFault::TooMany));
            }
            if url.origin() != next.origin() {
                // What was for the first host alone stays there.
                let accept = headers.remove(ACCEPT);
                headers = accept.map(|value| (ACCEPT, value)).into_iter().collect();
            }
            hops.push(std::mem::replace(&mut url, next));
        }
    }

    /// Says whether a URL may be asked at all; names are judged once they are resolved.
    fn check(&self, url: &Url, reach: Reach) -> Result<(), NetworkError> {
        let not_secure = || NetworkError::NotSecure { url: shown(url) };
        match reach {
            Reach::Service if may_be_asked(url) => Ok(()),
            Reach::Near if is_near(url) => Ok(()),
            Reach::Service | Reach::Near => Err(not_secure()),
            Reach::Site => {
                if !matches!(url.scheme(), "https" | "http") {
                    return Err(not_secure());
                }
                let address = match url.host() {
                    Some(Host::Ipv4(address)) => Some(address.into()),
                    Some(Host::Ipv6(address)) => Some(address.into()),
                    Some(Host::Domain(_)) | None => None,
                };
                match address {
                    Some(address) if !self.allow_private && !is_public(address) => {
                        Err(NetworkError::Private {
                            host: host(url),
                            address,
                        })
                    }
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    /// Judges where a site's name leads when it is a proxy that will connect: it would not tell.
    async fn check_behind_proxy(&self, url: &Url, reach: Reach) -> Result<(), NetworkError> {
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        if reach != Reach::Site || !self.proxied || self.allow_private {
            return Ok(());
        }
        public(name, &self.dns.addresses(name).await?)
    }

    async fn fetch(
        &self,
        request: &Request,
        method: reqwest::Method,
        url: &Url,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer, NetworkError> {
        let is_secure = url.scheme() == "https";
        let client = match request.reach {
            Reach::Service if is_secure => &self.services.https,
            Reach::Service => &self.services.http,
            Reach::Site if is_secure => &self.sites.https,
            Reach::Site => &self.sites.http,
            Reach::Near => &self.near,
        };
        let name = host(url);
        let failed = |error: reqwest::Error| classify(&name, &error);
        let mut headers = headers.clone();
        if body.is_empty() && method == reqwest::Method::POST {
            // The library leaves it out, and some servers then refuse (RFC 9110, 8.6).
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut response = client
            .request(method, url.clone())
            .headers(headers)
            .body(body.to_vec())
            .send()
            .await
            .map_err(failed)?;
        let limit = request.body_limit;
        let too_large = || NetworkError::TooLarge {
            host: name.clone(),
            limit,
        };
        if response
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(too_large());
        }
        // What is packed in a way that was not undone cannot be read, and shows nothing.
        if let Some(way) = packing(response.headers()) {
            return Err(NetworkError::Shape {
                host: name,
                what: text!("无法解开 {way} 编码", "packed as {way}, which is not read"),
            });
        }
        let mut answer = Answer {
            url: url.clone(),
            hops: Vec::new(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if answer.body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// Waits for a turn at a host that is asked by other means than HTTP.
    pub async fn turn(&self, host: &str, at_once: usize) -> Turn {
        self.limits.turn(host, Some(at_once)).await
    }
}

/// How one attempt ended that may be repeated.
enum Trial {
    /// With an answer that may be another one in a moment.
    Refused(Box<Answer>),
    /// With none.
    Failed(NetworkError),
}

impl Passing for Trial {
    fn is_passing(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Failed(error) => error.is_passing(),
        }
    }

    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Refused(answer) => answer.wait(),
            Self::Failed(error) => error.wait(),
        }
    }
}

/// Returns the packing that headers still tell of; charsets and other words that stray there are none.
fn packing(headers: &HeaderMap) -> Option<&'static str> {
    const KNOWN: [&str; 7] = [
        "gzip",
        "x-gzip",
        "deflate",
        "br",
        "zstd",
        "compress",
        "x-compress",
    ];
    let values = headers.get_all(CONTENT_ENCODING).into_iter();
    let mut ways = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    ways.find_map(|way| {
        let way = way.trim_ascii();
        KNOWN
            .into_iter()
            .find(|known| way.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// Returns where a redirect leads.
fn target(url: &Url, headers: &HeaderMap) -> Result<Url, NetworkError> {
    // Old servers write names and paths in their own encoding.
    let place = headers.get(LOCATION).map_or_else(String::new, |value| {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    });
    let next = url.join(&place).ok().filter(|next| {
        !place.is_empty() && matches!(next.scheme(), "https" | "http") && next.has_host()
    });
    next.ok_or_else(|| NetworkError::Redirect {
        from: shown(url),
        to: place.chars().take(120).collect(),
        why: RedirectFault::NoPlace,
    })
}

/// Refuses a name that leads to an address which is not public.
fn public(host: &str, addresses: &[IpAddr]) -> Result<(), NetworkError> {
    match addresses.iter().find(|address| !is_public(**address)) {
        None => Ok(()),
        Some(&address) => Err(NetworkError::Private {
            host: host.to_owned(),
            address,
        }),
    }
}

/// The names that a client connects to.
struct Names {
    dns: Dns,
    reach: Reach,
    proxies: Vec<String>,
    port: u16,
    allow_private: bool,
    connect_to: Arc<BTreeMap<String, SocketAddr>>,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let (dns, allow_private) = (self.dns.clone(), self.allow_private);
        // The user named the proxy too.
        let is_proxy = self.proxies.contains(&host);
        let reach = if is_proxy { Reach::Service } else { self.reach };
        let named = self
            .connect_to
            .get(&format!("{host}:{}", self.port))
            .copied();
        Box::pin(async move {
            // The user named the address: it is not the name's owner who leads us there.
            if let Some(address) = named {
                return Ok(Box::new(std::iter::once(address)) as Addrs);
            }
            let addresses: Vec<SocketAddr> = match reach {
                Reach::Service | Reach::Near => tokio::net::lookup_host((host.as_str(), 0))
                    .await
                    .map_err(|error| NetworkError::NoAddress {
                        host: host.clone(),
                        why: error.to_string(),
                    })?
                    .collect(),
                Reach::Site => {
                    let found = dns.addresses(&host).await?;
                    if !allow_private {
                        public(&host, &found)?;
                    }
                    found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()
                }
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Proxies {
    /// Returns the names of the proxies.
    fn hosts(&self) -> Vec<String> {
        let urls = self.https.iter().chain(&self.http);
        // As other programs do, a proxy without a scheme is one that speaks HTTP.
        let urls = urls.filter_map(|url| {
            if url.contains("://") {
                Url::parse(url).ok()
            } else {
                Url::parse(&format!("http://{url}")).ok()
            }
        });
        urls.filter_map(|url| url.host_str().map(str::to_owned))
            .collect()
    }

    fn all(&self) -> Result<Vec<Proxy>, NetworkError> {
        let setup = |error: reqwest::Error| {
            let words = words(&error);
            NetworkError::Setup {
                what: text!("代理：{words}", "proxy: {words}"),
            }
        };
        // This machine is never behind one.
        let mut except = "localhost,127.0.0.0/8,::1".to_owned();
        if let Some(more) = &self.except {
            except = format!("{except},{more}");
        }
        let except = || NoProxy::from_string(&except);
        let https = self.https.as_ref().map(Proxy::https);
        let http = self.http.as_ref().map(Proxy::http);
        let proxies: Result<Vec<Proxy>, _> = https.into_iter().chain(http).collect();
        let proxies = proxies.map_err(setup)?;
        Ok(proxies
            .into_iter()
            .map(|proxy| proxy.no_proxy(except()))
            .collect())
    }
}

/// Finds an error of a type among the causes of another.
pub(super) fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An I/O error hides what it was made from: its source is the source of that.
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if let Some(inner) = inner
            && let Some(found) = cause::<E>(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The words of the innermost cause: the outer ones name URLs, which may hold secrets.
fn words(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

fn classify(host: &str, error: &reqwest::Error) -> NetworkError {
    let host = host.to_owned();
    if let Some(ours) = cause::<NetworkError>(error) {
        return ours.clone();
    }
    if let Some(fault) = cause::<rustls::Error>(error) {
        return NetworkError::Tls {
            host,
            fault: TlsFault::from(fault),
        };
    }
    if error.is_timeout() {
        let is_connecting = error.is_connect();
        return NetworkError::TimedOut {
            host,
            is_connecting,
        };
    }
    // The innermost cause of what concerns the URL would be the URL.
    let why = words(error);
    if error.is_connect() {
        return NetworkError::Connect { host, why };
    }
    NetworkError::Broken {
        host,
        why: Text::verbatim(why),
    }
}
