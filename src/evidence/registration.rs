//! What the registry says of a domain: over RDAP (RFC 9083), or on port 43 where there is none.

use super::known::KNOWN;
use super::{Asker, Found};
use crate::config::base::Base;
use crate::filing::evidence::{Claim, Fact, Source};
use crate::filing::host::Host;
use crate::network::answer::Answer;
use crate::network::error::{NetworkError, shown};
use crate::network::header::ACCEPT;
use crate::network::request::Request;
use crate::network::whois;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// How long the list of servers is good for.
const BOOTSTRAP_FOR: Duration = Duration::from_hours(24 * 7);

/// Who knows about a domain.
enum Registry {
    Rdap(Url),
    Whois(String),
    Nobody,
}

/// The list of RDAP servers (RFC 9224).
#[derive(Deserialize)]
struct Bootstrap {
    services: Vec<(Vec<String>, Vec<String>)>,
}

impl Asker<'_> {
    pub(super) async fn registration(&self, domain: &Host) -> Vec<Found> {
        let domain = domain.registered_domain();
        let name = domain.ascii();
        let tld = name.rsplit('.').next().unwrap_or_default();
        let fact = self.fact(name, Claim::Registered, Source::Rdap, "bootstrap");
        let fact = match self.registry(tld).await {
            Ok(Registry::Whois(server)) => {
                let key = format!("{name} {server}");
                let ask = self.whois(name, &server);
                return self.through(Source::Whois, &key, ask).await;
            }
            Ok(Registry::Rdap(base)) => {
                let key = format!("{name} {base}");
                let ask = self.rdap(name, &base);
                return self.through(Source::Rdap, &key, ask).await;
            }
            // That nobody is listed does not mean that the domain is not registered.
            Ok(Registry::Nobody) => fact.unknown("no-registry"),
            Err(error) => fact.failed(&error),
        };
        let cached = false;
        vec![Found { fact, cached }]
    }

    /// Finds who knows: the configuration first, then the built-in WHOIS servers, then the list.
    async fn registry(&self, tld: &str) -> Result<Registry, NetworkError> {
        let config = self.config;
        if let Some(server) = config.whois.servers.get(tld) {
            return Ok(Registry::Whois(server.clone()));
        }
        if let Some(base) = config.rdap.servers.get(tld) {
            return Ok(Registry::Rdap(base.url().clone()));
        }
        if let Some(server) = KNOWN.whois.get(tld) {
            return Ok(Registry::Whois(server.clone()));
        }
        let listed = config.rdap.bootstrap.as_ref().map(Base::url).cloned();
        let Some(url) = listed.or_else(|| Url::parse(&KNOWN.rdap_bootstrap).ok()) else {
            return Ok(Registry::Nobody);
        };
        let bootstrap = self.bootstrap(&url).await?;
        let served = bootstrap
            .services
            .into_iter()
            .find(|(tlds, _)| tlds.iter().any(|listed| listed.eq_ignore_ascii_case(tld)));
        let bases = served.map(|(_, bases)| bases).unwrap_or_default();
        let base = bases.iter().find_map(|base| Base::parse(base).ok());
        Ok(base.map_or(Registry::Nobody, |base| Registry::Rdap(base.url().clone())))
    }

    async fn bootstrap(&self, url: &Url) -> Result<Bootstrap, NetworkError> {
        let key = format!("bootstrap {url}");
        let kept = self.cache.file(&key, BOOTSTRAP_FOR);
        if let Some(list) = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(list);
        }
        let answer = self.network.http.send(Request::get(url.clone())).await?;
        let answer = answer.success()?;
        let list = answer.json()?;
        self.cache.keep_file(&key, &answer.body);
        Ok(list)
    }

    async fn rdap(&self, name: &str, base: &Url) -> Vec<Fact> {
        let fact = |claim, from: &str| self.fact(name, claim, Source::Rdap, from);
        let mut folder = base.clone();
        if !folder.path().ends_with('/') {
            folder.set_path(&format!("{}/", base.path()));
        }
        let url = folder.join(&format!("domain/{name}")).unwrap_or(folder);
        let from = shown(&url);
        let registered = || fact(Claim::Registered, &from);
        let request = Request::get(url).header(ACCEPT, "application/rdap+json");
        let answer = match self.network.http.send(request).await {
            Ok(answer) => answer,
            Err(error) => return vec![registered().failed(&error)],
        };
        if answer.status == 404 && is_of_rdap(&answer) {
            let raw = String::from_utf8_lossy(&answer.body).into_owned();
            return vec![registered().no("not-found").raw(raw)];
        }
        if let status @ (401 | 403) = answer.status {
            // Nobody has a key there: it keeps us out.
            let (host, wait) = (answer.host(), answer.wait());
            let kept_out = NetworkError::Status { host, status, wait };
            return vec![registered().failed(&kept_out)];
        }
        let read = answer.success().and_then(|answer| answer.json::<Value>());
        let body = match read {
            Ok(body) if body["objectClassName"] == "domain" && is_named(&body, name) => body,
            Ok(_) => return vec![registered().unknown("unexpected-shape")],
            Err(error) => return vec![registered().failed(&error)],
        };
        let list = |key: &str| body[key].as_array().cloned().unwrap_or_default();
        let events = list("events");
        let event = |action: &str| {
            let found = events.iter().find(|event| event["eventAction"] == action);
            found.and_then(|event| Some(event["eventDate"].as_str()?.to_owned()))
        };
        let statuses: Vec<String> = list("status")
            .iter()
            .filter_map(|status| status.as_str().map(str::to_owned))
            .collect();
        let registrar = list("entities")
            .iter()
            .find(|entity| {
                let roles = entity["roles"].as_array();
                roles.is_some_and(|roles| roles.iter().any(|role| role == "registrar"))
            })
            .and_then(registrar);
        let raw = serde_json::json!({"events": body["events"], "status": body["status"]});
        let mut facts = vec![registered().raw(raw.to_string())];
        let mut add = |claim, values: Vec<String>| {
            if !values.is_empty() {
                facts.push(fact(claim, &from).values(values));
            }
        };
        add(
            Claim::RegisteredOn,
            event("registration").into_iter().collect(),
        );
        add(Claim::ExpiresOn, event("expiration").into_iter().collect());
        add(Claim::Registrar, registrar.into_iter().collect());
        add(Claim::RegistrationStatus, statuses);
        facts
    }

    async fn whois(&self, name: &str, server: &str) -> Vec<Fact> {
        let fact = |claim| self.fact(name, claim, Source::Whois, server);
        let registered = || fact(Claim::Registered);
        let text = match whois::ask(self.network, server, name).await {
            Ok(text) => text,
            Err(error) => return vec![registered().failed(&error)],
        };
        let lines: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim(), value.trim()))
            .collect();
        let all = |wanted: &str| -> Vec<String> {
            let found = lines
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| (*value).to_owned()).collect()
        };
        let mut names = all("Domain Name").into_iter().chain(all("Punycode"));
        let is_it = names.any(|said| is_same(&said, name));
        // Whoever tells of a registration does not say that there is none.
        let says_none =
            text.lines().any(|line| is_nothing(line, name)) && all("Registration Time").is_empty();
        if says_none || !is_it {
            let first = text
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default();
            return vec![if says_none {
                registered().no("not-found").raw(first)
            } else {
                registered().unknown("unexpected-shape").raw(first)
            }];
        }
        let kept = [
            "Domain Name",
            "Domain Status",
            "Sponsoring Registrar",
            "Name Server",
            "Registration Time",
            "Expiration Time",
        ];
        let raw: Vec<String> = lines
            .iter()
            .filter(|(key, _)| kept.contains(key))
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        let mut facts = vec![registered().raw(raw.join("; "))];
        for (claim, key) in [
            (Claim::RegisteredOn, "Registration Time"),
            (Claim::ExpiresOn, "Expiration Time"),
            (Claim::Registrar, "Sponsoring Registrar"),
            (Claim::RegistrationStatus, "Domain Status"),
            (Claim::Registrant, "Registrant"),
        ] {
            let values = all(key);
            if !values.is_empty() {
                facts.push(fact(claim).values(values));
            }
        }
        facts
    }
}

/// Whether an answer is a registry's own, by its type or as RFC 9083 (section 6) has errors; a gateway
/// that finds no way says 404 too.
fn is_of_rdap(answer: &Answer) -> bool {
    let kind = answer.content_type().unwrap_or_default();
    kind == "application/rdap+json"
        || answer
            .json::<Value>()
            .is_ok_and(|body| body["errorCode"] == 404)
}

/// Whether a domain of RDAP is the one that was asked about, if it says which it is.
fn is_named(body: &Value, name: &str) -> bool {
    match &body["ldhName"] {
        Value::Null => true,
        Value::String(said) => is_same(said, name),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Whether a registry's way of writing a domain, in its own characters or not, means `name`.
fn is_same(said: &str, name: &str) -> bool {
    let said = said.trim_end_matches('.');
    let ascii = idna::domain_to_ascii(said);
    ascii.is_ok_and(|ascii| ascii.eq_ignore_ascii_case(name))
}

/// Whether a line of WHOIS says that there is no such domain: it begins so, or names the domain.
/// Servers that fail do not find other things.
fn is_nothing(line: &str, name: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let starts = ["no matching record", "not found", "domain not found"];
    starts.iter().any(|start| line.starts_with(start))
        || (line.contains("not found") && line.contains(name))
}

/// Returns the name of a registrar from its jCard (RFC 7095), else its IANA number.
fn registrar(entity: &Value) -> Option<String> {
    let card = entity["vcardArray"][1].as_array();
    let name = card.and_then(|card| {
        let found = card.iter().find(|field| field[0] == "fn");
        found.and_then(|field| field[3].as_str().map(str::to_owned))
    });
    name.or_else(|| {
        let number = entity["publicIds"][0]["identifier"].as_str()?;
        Some(format!("IANA {number}"))
    })
}
