//! What the site shows: its home page, over `https`, or over `http` or at its `www` where nothing else
//! answers.

use super::html::{self, Page};
use super::known::KNOWN;
use super::{Asker, Found};
use crate::filing::evidence::{Claim, Fact, Source};
use crate::filing::host::Host;
use crate::lang::Text;
use crate::network::answer::Answer;
use crate::network::error::{NetworkError, shown};
use crate::network::request::Request;
use std::collections::BTreeSet;
use url::Url;

/// How often a page may send its reader on by itself.
const REFRESHES: usize = 2;

impl Asker<'_> {
    pub(super) async fn page(&self, domain: &Host) -> Vec<Found> {
        self.through(Source::Page, domain.ascii(), self.home(domain))
            .await
    }

    async fn home(&self, domain: &Host) -> Vec<Fact> {
        let name = domain.ascii();
        let unread = |from: &str| self.fact(name, Claim::PageRead, Source::Page, from);
        let (answer, page) = match self.read(domain).await {
            Ok(read) => read,
            Err((url, error)) => return vec![unread(&url).failed(&error)],
        };
        let url = shown(&answer.url);
        let read = unread(&url);
        if !(200..300).contains(&answer.status) {
            let status = answer.status;
            return vec![read.unknown("http-status").raw(format!("HTTP {status}"))];
        }
        if !same_site(domain, &answer.url) {
            let raw = format!("it leads to {url}");
            return vec![read.unknown("other-site").raw(raw)];
        }
        let kind = answer.content_type().unwrap_or_default();
        if !(kind.is_empty() || kind.contains("html")) || answer.body.trim_ascii().is_empty() {
            return vec![read.unknown("not-html").raw(kind)];
        }
        let read = read.values(vec![url.clone()]).raw(format!(
            "HTTP {}, {}, {} bytes, as {}",
            answer.status,
            if kind.is_empty() { "no type" } else { &kind },
            answer.body.len(),
            page.encoding,
        ));
        let mut facts = vec![read];
        facts.extend(self.shown(name, &url, &page));
        facts
    }

    /// Reads the home page, where it or its own refresh leads; at the `www` of a registered domain where
    /// visitors find nothing at the domain itself.
    async fn read(&self, domain: &Host) -> Result<(Answer, Page), (String, NetworkError)> {
        let name = domain.ascii();
        let mut answer = match self.at_home(name).await {
            Err(own) if is_silent(&own.1) && domain.is_registered_domain() => {
                match self.at_home(&format!("www.{name}")).await {
                    Err((_, error)) if is_silent(&error) => return Err(own),
                    other => other?,
                }
            }
            own => own?,
        };
        let mut page = html::read(&answer);
        for place in 0.. {
            let next = page.refresh.as_ref();
            let next = next.and_then(|to| answer.url.join(to).ok());
            let Some(next) = next.filter(|next| *next != answer.url) else {
                break;
            };
            let is_worse = next.scheme() != answer.url.scheme() && next.scheme() != "https";
            if place == REFRESHES || is_worse {
                // Its visitors see another page.
                page.unseen = page.unseen.or(Some("redirect"));
                break;
            }
            answer = self.get(next.as_str()).await?;
            page = html::read(&answer);
        }
        Ok((answer, page))
    }

    /// Asks a host for its first page, over `http` where nobody listens for `https`.
    async fn at_home(&self, host: &str) -> Result<Answer, (String, NetworkError)> {
        match self.get(&format!("https://{host}/")).await {
            // A firewall may drop what comes to a port where nobody listens.
            Err((
                _,
                NetworkError::Connect { .. }
                | NetworkError::TimedOut {
                    is_connecting: true,
                    ..
                },
            )) => self.get(&format!("http://{host}/")).await,
            other => other,
        }
    }

    async fn get(&self, url: &str) -> Result<Answer, (String, NetworkError)> {
        let failed = |error| (url.to_owned(), error);
        let place = Url::parse(url).map_err(|error| {
            failed(NetworkError::Shape {
                host: url.to_owned(),
                what: Text::verbatim(error.to_string()),
            })
        })?;
        let request = Request::get(place)
            .to_a_site()
            .body_limit(self.config.pages.limit);
        self.network.http.send(request).await.map_err(failed)
    }

    /// Returns what a page shows.
    fn shown(&self, name: &str, url: &str, page: &Page) -> Vec<Fact> {
        let fact = |claim| self.fact(name, claim, Source::Page, url);
        let unseen = page.unseen.filter(|_| page.numbers.is_empty());
        let mut facts = Vec::new();
        let shown = fact(Claim::NumberShown);
        if page.numbers.is_empty() {
            let shown = shown.raw(page.tail.clone());
            facts.push(match unseen {
                Some(why) => shown.unknown(why),
                None => shown.no("not-found"),
            });
        } else {
            let mut seen = BTreeSet::new();
            let numbers = page.numbers.iter().map(|n| &n.number);
            let values: Vec<String> = numbers.filter(|n| seen.insert(*n)).cloned().collect();
            let raw: Vec<&str> = page.numbers.iter().map(|n| n.raw.as_str()).collect();
            facts.push(shown.values(values).raw(raw.join("; ")));
            let any = |is: fn(&html::Shown) -> bool| page.numbers.iter().any(is);
            let judged = |claim, is, reason: &str| {
                if any(is) {
                    fact(claim)
                } else {
                    fact(claim).no(reason)
                }
            };
            facts.push(judged(Claim::NumberInFooter, |n| n.in_footer, "elsewhere"));
            facts.push(judged(Claim::NumberVisible, |n| !n.hidden, "hidden"));
            facts.push(link(fact(Claim::NumberLinked), page));
        }
        let security = fact(Claim::SecurityNumberShown);
        facts.push(if page.security.is_empty() {
            match unseen {
                Some(why) => security.unknown(why),
                None => security.no("not-found"),
            }
        } else {
            security.values(page.security.clone())
        });
        facts
    }
}

fn link(fact: Fact, page: &Page) -> Fact {
    let links: Vec<&str> = page
        .numbers
        .iter()
        .filter_map(|n| n.link.as_deref())
        .collect();
    let to = |hosts: &[String]| {
        let found = links.iter().find(|link| {
            let url = Url::parse(link).ok();
            let host = url.as_ref().and_then(Url::host_str);
            host.is_some_and(|host| hosts.iter().any(|known| known == host))
        });
        found.map(|link| vec![(*link).to_owned()])
    };
    if let Some(right) = to(&KNOWN.links.right) {
        return fact.values(right);
    }
    if let Some(legacy) = to(&KNOWN.links.legacy) {
        return fact.values(legacy).no("legacy-link");
    }
    match links.first() {
        Some(link) => fact.values(vec![(*link).to_owned()]).no("other-link"),
        None => fact.no("no-link"),
    }
}

/// Whether nobody answers there at all.
const fn is_silent(error: &NetworkError) -> bool {
    matches!(
        error,
        NetworkError::NoAddress { .. }
            | NetworkError::Connect { .. }
            | NetworkError::TimedOut {
                is_connecting: true,
                ..
            }
    )
}

/// Whether a page that was led to still belongs to the domain.
fn same_site(domain: &Host, url: &Url) -> bool {
    let host = url.host_str().and_then(|host| Host::parse(host).ok());
    host.is_some_and(|host| host.registered_domain() == domain.registered_domain())
}
