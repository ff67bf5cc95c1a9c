//! What the clouds say, with the user's own keys: the account's filings, servers and domains.

use super::VALUES;
use crate::clouds::alibaba::OwnFiling;
use crate::clouds::client::Client;
use crate::clouds::tencent::{self, Account, Product, Server};
use crate::clouds::{Cloud, alibaba, catalogue};
use crate::filing::evidence::case::{About, Matter};
use crate::filing::evidence::{Claim, Fact, Source};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::Order;
use crate::network::error::NetworkError;
use crate::render::mask::Privacy;
use crate::render::prose;
use chrono::{DateTime, Months, Utc};
use futures_util::StreamExt as _;

/// How long a server must have been bought for (RES-01).
const BOUGHT: Months = Months::new(3);
/// How long it must still be paid for while filing (RES-01).
const LEFT: Months = Months::new(1);

/// How many things are asked about together; each host has its own limit beside.
const TOGETHER: usize = 16;

/// The clouds that can be asked, and where.
#[derive(Debug)]
pub struct Clouds<'a> {
    /// Tencent Cloud, where there is a key.
    pub tencent: Option<Client<'a>>,
    /// Alibaba Cloud, where there is a key.
    pub alibaba: Option<Client<'a>>,
    /// The regions in which servers are looked for.
    pub regions: Vec<String>,
    /// Starts of zones' names that the user says lie in the mainland.
    pub mainland: Vec<String>,
    /// The present.
    pub now: Instant,
}

/// What is one for the whole run.
#[derive(Debug, Default)]
struct Accounts {
    filings: Option<Result<Vec<OwnFiling>, NetworkError>>,
    tencent: Option<Result<Account, NetworkError>>,
}

impl Clouds<'_> {
    /// Asks what is one for all: the filings of an account, and whose it is.
    async fn accounts(&self, matters: &[Matter<'_>]) -> Accounts {
        let mut accounts = Accounts::default();
        if let Some(client) = &self.alibaba {
            accounts.filings = Some(alibaba::filings(client).await);
        }
        if let Some(client) = &self.tencent
            && matters
                .iter()
                .any(|matter| files_at(matter, Cloud::Tencent).next().is_some())
        {
            accounts.tencent = Some(tencent::account(client).await);
        }
        accounts
    }

    /// Asks about everything, in the order of the matters.
    pub async fn all(&self, matters: &[Matter<'_>]) -> Vec<Vec<Fact>> {
        let accounts = self.accounts(matters).await;
        let questions = matters.iter().map(|matter| self.ask(matter, &accounts));
        let answers = futures_util::stream::iter(questions).buffered(TOGETHER);
        answers.collect().await
    }

    /// Asks about one thing.
    async fn ask(&self, matter: &Matter<'_>, accounts: &Accounts) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(filings) = &accounts.filings {
            facts.extend(self.in_account(matter, filings));
        }
        if let (Some(client), About::Domain(domain)) = (&self.alibaba, &matter.about) {
            facts.extend(self.filed_at_all(client, domain).await);
        }
        let Some(client) = &self.tencent else {
            return facts;
        };
        let orders: Vec<&Order> = files_at(matter, Cloud::Tencent).collect();
        if let Some(account) = accounts.tencent.as_ref().filter(|_| !orders.is_empty()) {
            facts.push(self.account(account));
        }
        for id in resources(&orders) {
            facts.extend(self.server(client, id).await);
        }
        if let About::Domain(domain) = &matter.about {
            facts.extend(self.domain(client, &domain.registered_domain()).await);
            if orders.iter().any(|order| order.kind == Kind::New) {
                facts.extend(self.records(client, &domain.registered_domain()).await);
            }
        }
        facts
    }

    fn fact(&self, about: &str, claim: Claim, source: Source) -> Fact {
        let from = match source {
            Source::Alibaba => "companyreg QuerySuccessIcpData",
            Source::AlibabaCdn => "cdn CheckCdnDomainICP",
            Source::Tencent
            | Source::Dns
            | Source::Page
            | Source::Rdap
            | Source::Whois
            | Source::Record => "api 3.0",
        };
        Fact::holds(self.now, about, claim, source, from)
    }

    /// Says whether the account shows something, and what of its subject must be put right.
    fn in_account(
        &self,
        matter: &Matter<'_>,
        filings: &Result<Vec<OwnFiling>, NetworkError>,
    ) -> Vec<Fact> {
        let about = matter.about.ascii();
        let provider = Cloud::Alibaba.name();
        let is_expected = matter
            .holders
            .iter()
            .any(|(_, service)| service.is_accessed_at(provider) == Some(true));
        let shown = || self.fact(&about, Claim::InAccount, Source::Alibaba);
        let filings = match filings {
            Ok(filings) => filings,
            Err(error) if is_expected => return vec![shown().failed(error)],
            Err(_) => return Vec::new(),
        };
        let is_meant = |number: &str, domains: &[String]| match &matter.about {
            About::Domain(domain) => domains
                .iter()
                .any(|text| Host::parse(text).is_ok_and(|host| host == *domain)),
            About::Service(wanted) => {
                ServiceNumber::parse(number).is_ok_and(|parsed| parsed.number == *wanted)
            }
        };
        let is_ours = |number: &str| {
            SubjectNumber::parse(number).map_or(true, |parsed| {
                let mut holders = matter.holders.iter();
                holders.any(|(subject, _)| subject.number == parsed.number)
            })
        };
        let mut facts = Vec::new();
        let mut numbers = Vec::new();
        let mut is_read = true;
        for filing in filings {
            is_read &= filing.is_readable() || !is_ours(&filing.number);
            let of_it = filing
                .services
                .iter()
                .filter(|service| is_meant(&service.number, &service.domains));
            let of_it = of_it.filter(|service| ServiceNumber::parse(&service.number).is_ok());
            let of_it: Vec<String> = of_it.map(|service| service.number.clone()).collect();
            if of_it.is_empty() {
                continue;
            }
            numbers.extend(of_it);
            let subject = SubjectNumber::parse(&filing.number).map_or_else(
                |_| filing.number.clone(),
                |parsed| parsed.number.to_string(),
            );
            let rectification = || self.fact(&subject, Claim::Rectification, Source::Alibaba);
            if !filing.are_risks_whole {
                facts.push(rectification().unknown("unexpected-shape"));
            }
            for risk in &filing.risks {
                let until = risk.until.map(|day| day.to_string());
                let mut values = vec![prose::mask(&risk.what, Privacy::Masked)];
                values.extend(until.or_else(|| risk.until_raw.clone()));
                facts.push(rectification().values(values).raw(risk.advice.join("; ")));
            }
        }
        if !numbers.is_empty() {
            facts.push(shown().values(numbers));
        } else if is_expected {
            // It may stand where the account cannot be read.
            facts.push(if is_read {
                shown().no("not-shown")
            } else {
                shown().unknown("unexpected-shape")
            });
        }
        facts
    }

    async fn filed_at_all(&self, client: &Client<'_>, domain: &Host) -> Option<Fact> {
        let fact = self.fact(domain.ascii(), Claim::FiledAtAll, Source::AlibabaCdn);
        match alibaba::is_filed(client, domain).await {
            Ok(true) => Some(fact),
            Ok(false) => Some(fact.no("not-found")),
            // It tells of domains that the account has there, and of no others.
            Err(NetworkError::Missing { .. }) => None,
            Err(error) => Some(fact.failed(&error)),
        }
    }

    fn account(&self, account: &Result<Account, NetworkError>) -> Fact {
        let fact = self.fact(Cloud::Tencent.name(), Claim::AccountInfo, Source::Tencent);
        match account {
            Ok(account) => {
                let said = account.raw.iter().map(|(name, value)| {
                    let value = value.as_deref().unwrap_or("null");
                    format!("{name}={value}")
                });
                fact.values(said.collect())
            }
            Err(error) => fact.failed(error),
        }
    }

    async fn server(&self, client: &Client<'_>, id: &str) -> Vec<Fact> {
        let fact = |claim| self.fact(id, claim, Source::Tencent);
        let unknown = |reason: &str| vec![fact(Claim::ServerPrepaid).unknown(reason)];
        let Some(product) = Product::of(id) else {
            return unknown("no-server");
        };
        match tencent::servers(client, product, id, &self.regions).await {
            Ok(Some(server)) => self.judge(&server),
            Ok(None) => unknown("not-in-these-regions"),
            Err(error) => vec![fact(Claim::ServerPrepaid).failed(&error)],
        }
    }

    /// Holds a server against what it must be (RES-01).
    ///
    /// That it was bought for three months is no field: from its making to its end is the nearest.
    fn judge(&self, server: &Server) -> Vec<Fact> {
        let say = |claim, is_so: Option<bool>, value: Option<String>| {
            let fact = self
                .fact(&server.id, claim, Source::Tencent)
                .values(value.into_iter().collect());
            match is_so {
                Some(true) => fact,
                Some(false) => fact.no("not-so"),
                None => fact.unknown("not-told"),
            }
        };
        let now = self.now.utc();
        let words = catalogue::of(Cloud::Tencent);
        let charge = server.charge.as_deref();
        let is_prepaid = charge.and_then(|charge| words.charges.is_wanted(charge));
        let later = |at: DateTime<Utc>, months| at.checked_add_months(months);
        let span = server.created.zip(server.expires);
        let shown = |at: Option<DateTime<Utc>>| at.map(|at| Instant::from(at).to_rfc3339());
        let zone = server.zone.as_deref();
        let mut facts = vec![say(Claim::ServerPrepaid, is_prepaid, server.charge.clone())];
        // What is paid by use has no end; that it is not prepaid says enough.
        if is_prepaid != Some(false) {
            facts.push(say(
                Claim::ServerThreeMonths,
                span.and_then(|(from, to)| later(from, BOUGHT).map(|least| least <= to)),
                shown(server.created),
            ));
            facts.push(say(
                Claim::ServerMonthLeft,
                server
                    .expires
                    .zip(later(now, LEFT))
                    .map(|(end, least)| least <= end),
                shown(server.expires),
            ));
        }
        facts.push(say(
            Claim::ServerMainland,
            zone.and_then(|zone| words.is_mainland(zone, &self.mainland)),
            server.zone.clone(),
        ));
        facts.push(say(
            Claim::ServerPublic,
            server.addresses.as_ref().map(|all| !all.is_empty()),
            server.addresses.iter().flatten().next().cloned(),
        ));
        facts.push(say(
            Claim::ServerUnrestricted,
            server
                .restriction
                .as_deref()
                .and_then(|state| words.restrictions.is_wanted(state)),
            server.restriction.clone(),
        ));
        facts
    }

    async fn domain(&self, client: &Client<'_>, domain: &Host) -> Vec<Fact> {
        let name = domain.ascii();
        let fact = |claim| self.fact(name, claim, Source::Tencent);
        let found = match tencent::domain(client, domain).await {
            // It is registered elsewhere.
            Ok(None) => return Vec::new(),
            Ok(Some(found)) => found,
            Err(error) => return vec![fact(Claim::DomainRealNamed).failed(&error)],
        };
        let named = fact(Claim::DomainRealNamed).values(found.real_name.iter().cloned().collect());
        let words = &catalogue::of(Cloud::Tencent).real_names;
        let is_named = found.real_name.as_deref();
        let named = match is_named.and_then(|word| words.is_wanted(word)) {
            Some(true) => named,
            Some(false) => named.no("not-approved"),
            None => named.unknown("not-told"),
        };
        let days = [
            (Claim::RegisteredOn, found.created),
            (Claim::ExpiresOn, found.expires),
        ];
        let days = days
            .into_iter()
            .filter_map(|(claim, day)| Some(fact(claim).values(vec![day?.to_string()])));
        let status = Some(found.status).filter(|status| !status.is_empty());
        let status = status.map(|status| fact(Claim::RegistrationStatus).values(status));
        std::iter::once(named).chain(days).chain(status).collect()
    }

    async fn records(&self, client: &Client<'_>, domain: &Host) -> Option<Fact> {
        let fact = self.fact(domain.ascii(), Claim::RecordsPaused, Source::Tencent);
        match tencent::resolution(client, domain).await {
            Ok(None) => None,
            Ok(Some(found)) if found.is_paused || found.hosts.is_empty() => Some(fact),
            Ok(Some(mut found)) => {
                // One that is on says enough.
                found.hosts.truncate(VALUES);
                Some(fact.no("on").values(found.hosts))
            }
            Err(error) => Some(fact.failed(&error)),
        }
    }
}

/// Lists the orders of a matter that file through a cloud and have not ended.
fn files_at<'m>(matter: &'m Matter<'_>, cloud: Cloud) -> impl Iterator<Item = &'m Order> {
    let cases = matter.orders.iter();
    let wanted = cases.filter(move |case| {
        matches!(case.order.kind, Kind::New | Kind::Access)
            && !case.status.has_ended()
            && case.order.provider.as_deref() == Some(cloud.name())
    });
    wanted.map(|case| case.order)
}

/// Lists the ids of the servers that orders name, without repeats.
fn resources<'o>(orders: &[&'o Order]) -> Vec<&'o str> {
    let asked = orders.iter().flat_map(|order| {
        let new = order.filing.services.iter().map(|s| s.resource.as_ref());
        let linked = order.target.services.iter().map(|s| s.resource.as_ref());
        new.chain(linked)
    });
    let mut ids: Vec<&str> = asked
        .flatten()
        .filter_map(|resource| resource.id.as_deref())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
