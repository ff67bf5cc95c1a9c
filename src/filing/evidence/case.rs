//! A case: one domain or service, what we hold about it, and what was found.

use super::{Claim, Fact, Finding, Verdict};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceNumber;
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::status::{Bucket, Status};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A domain of a site.
    Domain(Host),
    /// An app, a mini-program or a quick app without a domain.
    Service(ServiceNumber),
}

impl About {
    /// Returns it as it is asked about.
    pub fn ascii(&self) -> String {
        match self {
            Self::Domain(host) => host.ascii().to_owned(),
            Self::Service(number) => number.to_string(),
        }
    }

    /// Returns it as people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Domain(host) => host.as_str().to_owned(),
            Self::Service(number) => number.to_string(),
        }
    }
}

/// An order about it, with where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The order.
    pub order: &'a Order,
    /// Where it stands now.
    pub status: Status,
}

/// What is known beside portfolio and orders.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// Where each provider's customers are: its address ranges.
    pub ranges: BTreeMap<String, Vec<IpNet>>,
    /// The domains in which content networks hide an origin.
    pub content_networks: Vec<String>,
    /// How many days before its end a registration is said to end soon.
    pub expiry_days: i64,
}

/// One thing that was asked about, and everything that we hold.
#[derive(Clone, Debug)]
pub struct Matter<'a> {
    /// What.
    pub about: About,
    /// The services that hold it now.
    pub holders: Vec<(&'a FiledSubject, &'a FiledService)>,
    /// The orders about it.
    pub orders: Vec<Case<'a>>,
}

impl<'a> Matter<'a> {
    /// Holds what was found against what we hold.
    pub fn judge(&self, facts: &[Fact], ground: &Ground, now: Instant) -> Vec<Finding> {
        let known = Known {
            facts,
            matter: self,
            ground,
            now,
        };
        let mut found = Vec::new();
        if let About::Domain(domain) = &self.about {
            found.extend(super::resolution::judge(&known, domain));
            found.extend(super::pages::judge(&known, domain));
            found.extend(super::registration::judge(&known, domain));
        }
        found.extend(super::records::judge(&known));
        found.extend(super::clouds::judge(&known));
        found
    }

    /// Returns the first order under way that would file it.
    pub(super) fn live_new(&self) -> Option<&'a Order> {
        self.of(Kind::New, Status::is_live)
    }

    /// Returns the latest order that ended a kind of filing here.
    pub(super) fn approved(&self, kind: Kind) -> Option<&'a Order> {
        self.of(kind, |status| status.bucket() == Bucket::Approved)
    }

    fn of(&self, kind: Kind, is: impl Fn(Status) -> bool) -> Option<&'a Order> {
        let cases = self.orders.iter().rev();
        let found = cases
            .filter(|case| case.order.kind == kind && is(case.status))
            .max_by_key(|case| case.order.history.last().map(|entry| entry.at));
        found.map(|case| case.order)
    }

    /// Returns the approved cancellation of what was filed here, where nothing is filed any more.
    pub(super) fn cancelled(&self) -> Option<&'a Order> {
        if !self.holders.is_empty() {
            return None;
        }
        self.approved(Kind::CancelSite)
            .or_else(|| self.approved(Kind::CancelSubject))
    }
}

/// What was found, beside what we hold.
pub(super) struct Known<'k> {
    pub(super) facts: &'k [Fact],
    pub(super) matter: &'k Matter<'k>,
    pub(super) ground: &'k Ground,
    pub(super) now: Instant,
}

impl Known<'_> {
    /// Returns the facts of a claim about a name.
    pub(super) fn all(&self, claim: Claim, about: &str) -> Vec<&Fact> {
        let all = self.facts.iter();
        all.filter(|fact| fact.claim == claim && fact.about == about)
            .collect()
    }

    /// Returns the fact of a claim, where there is one.
    pub(super) fn one(&self, claim: Claim, about: &str) -> Option<&Fact> {
        let all = self.all(claim, about).into_iter();
        // What is known comes before what is not.
        all.min_by_key(|fact| fact.verdict == Verdict::Unknown)
    }

    /// Returns the addresses of hosts.
    pub(super) fn addresses(facts: &[&Fact]) -> Vec<IpAddr> {
        let values = facts.iter().flat_map(|fact| &fact.values);
        values.filter_map(|value| value.parse().ok()).collect()
    }

    /// Whether an alias leads to a content network; its name.
    pub(super) fn content_network(&self, host: &str) -> Option<&str> {
        let aliases = self.all(Claim::Alias, host);
        let mut names = aliases.iter().flat_map(|fact| &fact.values);
        names.find_map(|name| {
            let list = self.ground.content_networks.iter();
            let mut within = list.filter(|network| {
                name.strip_suffix(network.as_str())
                    .is_some_and(|head| head.is_empty() || head.ends_with('.'))
            });
            within.next().map(String::as_str)
        })
    }
}
