//! Evidence gathered: every source is asked about a domain or service, and says yes, no or unknown.

pub mod adopt;
pub mod cache;
pub mod clouds;
pub mod html;
pub mod keep;
pub mod known;
mod names;
mod page;
pub mod record;
mod registration;
pub mod sighting;

use crate::config::Config;
use crate::env::Env;
use crate::failure::Failure;
use crate::filing::evidence::case::About;
use crate::filing::evidence::{Claim, Fact, Source, Verdict};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::network::Network;
use crate::network::error::NetworkError;
use crate::render::mask::Privacy;
use crate::render::prose;
use cache::Cache;
use record::Endpoint;
use std::collections::BTreeSet;

/// Everything that questions need.
#[derive(Debug)]
pub struct Asker<'a> {
    network: &'a Network,
    config: &'a Config,
    cache: Cache,
    record: Option<Endpoint>,
    now: Instant,
}

/// A fact, and whether it was found in an earlier run.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The fact.
    pub fact: Fact,
    /// Whether it is from the cache.
    pub cached: bool,
}

impl<'a> Asker<'a> {
    /// Makes everything ready.
    ///
    /// # Errors
    /// A secret that is not where the configuration says (12), or a bad address of the endpoint (3).
    pub fn new(
        network: &'a Network,
        config: &'a Config,
        env: &Env,
        cache: Cache,
        now: Instant,
    ) -> Result<Self, Failure> {
        Ok(Self {
            network,
            config,
            cache,
            record: Endpoint::new(&config.record, env)?,
            now,
        })
    }

    /// Whether an endpoint of the public record is configured.
    pub const fn has_record(&self) -> bool {
        self.record.is_some()
    }

    /// Asks every source about something, at the same time.
    pub async fn ask(&self, about: &About) -> Vec<Found> {
        match about {
            About::Domain(domain) => {
                let (names, pages, registration, record) = futures_util::future::join4(
                    Box::pin(self.names(domain)),
                    Box::pin(self.page(domain)),
                    Box::pin(self.registration(domain)),
                    Box::pin(self.recorded(about)),
                )
                .await;
                [names, pages, registration, record].concat()
            }
            About::Service(_) => self.recorded(about).await,
        }
    }

    /// Takes facts from the cache, else asks for them.
    async fn through(
        &self,
        source: Source,
        key: &str,
        ask: impl Future<Output = Vec<Fact>>,
    ) -> Vec<Found> {
        let key = format!("{} {key}", source.name());
        let (facts, cached) = match self.cache.get(source, &key) {
            Some(facts) => (facts, true),
            None => (ask.await, false),
        };
        if !cached {
            self.cache.put(&key, &facts);
        }
        let found = facts.into_iter();
        found.map(|fact| Found { fact, cached }).collect()
    }

    fn fact(&self, about: &str, claim: Claim, source: Source, from: &str) -> Fact {
        Fact::holds(self.now, about, claim, source, from)
    }
}

/// The longest excerpt or value, in characters.
const EXCERPT: usize = 400;

/// The most values of a fact: what an honest answer tells is far below it.
pub(crate) const VALUES: usize = 200;

fn short(text: String) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

/// What a fact becomes of.
impl Fact {
    fn values(mut self, values: Vec<String>) -> Self {
        if values.len() > VALUES {
            return self.unknown("too-many");
        }
        self.values = values.into_iter().map(short).collect();
        self
    }

    fn no(self, reason: &str) -> Self {
        self.because(Verdict::No, reason)
    }

    fn unknown(self, reason: &str) -> Self {
        self.because(Verdict::Unknown, reason)
    }

    fn because(mut self, verdict: Verdict, reason: &str) -> Self {
        self.verdict = verdict;
        self.reason = Some(reason.to_owned());
        self
    }

    fn raw(mut self, raw: impl Into<String>) -> Self {
        // What others write may name a person: the foot of a page does, with a phone.
        let raw: String = raw.into().chars().take(4 * EXCERPT).collect();
        let raw = short(prose::mask(&raw, Privacy::Masked));
        self.raw = (!raw.is_empty()).then_some(raw);
        self
    }

    fn failed(self, error: &NetworkError) -> Self {
        self.unknown(error.reason())
            .raw(error.message().en.into_owned())
    }
}

/// The hosts of a domain that should lead to the same place: itself, `www`, and the registered
/// domain with its `www`.
pub fn hosts(domain: &Host) -> Vec<String> {
    let registered = domain.registered_domain();
    let registered = registered.ascii();
    // `www` stands before a registered domain alone.
    let www = format!("www.{registered}");
    let mut seen = BTreeSet::new();
    let hosts = [domain.ascii().to_owned(), registered.to_owned(), www].into_iter();
    hosts.filter(|host| seen.insert(host.clone())).collect()
}
