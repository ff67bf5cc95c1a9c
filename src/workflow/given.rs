//! What was given for an order, by which a ref is known again.

use super::assign::Assign;
use super::changes;
use super::draft::{Ask, normal};
use crate::filing::host::Host;
use crate::filing::order::{Order, TargetService};
use crate::filing::portfolio::{FiledService, Portfolio};
use crate::intake::{Dossier, DossierSubject};
use crate::store::Digest;

/// Up to how many services of one order are known again where some go by number and some by domain.
const MIXED: usize = 10;

impl Ask {
    /// Whether another asks for the same: what was given is alike.
    pub fn is_alike(&self, other: &Self) -> bool {
        matches!((self.given(), other.given()), (Ok(own), Ok(others)) if own == others)
    }

    /// Whether another asks for the same, however the services of the two are spelt.
    pub(super) fn means_alike(&self, other: &Self, portfolio: &Portfolio) -> bool {
        let (own, others) = (self.numbered(portfolio), other.numbered(portfolio));
        matches!((own, others), (Ok(own), Ok(others)) if own == others)
    }

    /// Returns the digest of what was given, a domain that means a whole service as its number.
    fn numbered(&self, portfolio: &Portfolio) -> Result<String, serde_json::Error> {
        let number = |word: String| {
            let service = whole(&word, portfolio);
            service.map_or(word, |service| service.number.to_string())
        };
        self.given_of(self.words().into_iter().map(number).collect())
    }

    /// Whether an order was made of what is given here. A service goes by its number or by the one
    /// domain that means it whole: which of them was typed is no other content.
    pub fn is_of(&self, order: &Order, portfolio: &Portfolio) -> bool {
        let is_given =
            |words: Vec<String>| self.given_of(words).is_ok_and(|given| given == order.given);
        if is_given(self.words()) {
            return true;
        }
        let mut spellings = Vec::new();
        for word in self.words() {
            let mut named = order.target.services.iter();
            let Some(service) = named.find(|service| is_name(&word, service, portfolio)) else {
                return false;
            };
            let number = service.number.to_string();
            spellings.push(match service.domains.as_slice() {
                [domain] => vec![number, domain.to_string()],
                [] | [_, _, ..] => vec![number],
            });
        }
        if spellings.len() <= MIXED {
            return mixtures(&spellings).into_iter().any(is_given);
        }
        let by = |take: fn(&Vec<String>) -> Option<&String>| {
            spellings.iter().filter_map(take).cloned().collect()
        };
        is_given(by(|words| words.first())) || is_given(by(|words| words.last()))
    }

    /// Returns the digest of what was given: all but labels, reason and consent.
    ///
    /// # Errors
    /// Only if the values cannot stand in JSON, which none of the types allows.
    pub fn given(&self) -> Result<String, serde_json::Error> {
        self.given_of(self.words())
    }

    /// Returns the targets as they are compared.
    fn words(&self) -> Vec<String> {
        self.all_targets().map(|word| normal(word)).collect()
    }

    fn given_of(&self, mut targets: Vec<String>) -> Result<String, serde_json::Error> {
        targets.sort();
        targets.dedup();
        // One that says only what flags say too gives nothing beside them.
        let beside =
            |d: &&Dossier| d.subject.is_some() || !d.services.is_empty() || !d.materials.is_empty();
        let dossier = match self.dossier.as_ref().filter(beside) {
            None => serde_json::Value::Null,
            Some(dossier) => serde_json::json!({
                "subject": match &dossier.subject {
                    None => serde_json::Value::Null,
                    Some(DossierSubject::Number(number)) => serde_json::to_value(number)?,
                    Some(DossierSubject::Data { number, facts }) => {
                        serde_json::json!([number, facts])
                    }
                },
                "services": dossier
                    .services
                    .iter()
                    .map(|s| serde_json::json!([s.number, s.facts]))
                    .collect::<Vec<_>>(),
                "materials": dossier
                    .materials
                    .iter()
                    .map(|m| [Some(&m.slot), Some(&m.file), m.service.as_ref()])
                    .collect::<Vec<_>>(),
            }),
        };
        let assigns: Vec<[String; 3]> = self
            .assigns
            .iter()
            .map(|given| match changes::canonical(given) {
                Assign::Set(field, value) => ["set".to_owned(), field, value],
                Assign::Add(field, value) => ["add".to_owned(), field, value],
                Assign::Unset(field, value) => {
                    ["unset".to_owned(), field, value.unwrap_or_default()]
                }
            })
            .collect();
        let given = serde_json::json!({
            "kind": self.kind,
            "targets": targets,
            "provider": self.provider(),
            "account": self.account(),
            "after": self.after(),
            "verify_by": self.verify_by(),
            "written": self.written(),
            "assigns": assigns,
            "dossier": dossier,
        });
        Ok(Digest::of(serde_json::to_string(&given)?.as_bytes())
            .as_str()
            .to_owned())
    }
}

/// Lists each way to spell services of which each has its own spellings.
fn mixtures(spellings: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for words in spellings {
        let longer = |begun: &Vec<String>| {
            let with = |word: &String| begun.iter().chain([word]).cloned().collect();
            words.iter().map(with).collect::<Vec<Vec<String>>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// Returns the service that a domain means whole.
fn whole<'a>(word: &str, portfolio: &'a Portfolio) -> Option<&'a FiledService> {
    let domain = Host::parse(word).ok()?;
    match portfolio.holders(&domain).as_slice() {
        [(_, service)] if service.domains().len() == 1 => Some(service),
        _ => None,
    }
}

/// Whether a word means a whole service: its number, or its one domain, which no other service holds.
fn is_name(word: &str, service: &TargetService, portfolio: &Portfolio) -> bool {
    let is_domain = |domain: &Host| {
        let mut holders = portfolio.holders(domain).into_iter();
        domain.to_string() == word && holders.all(|(_, holder)| holder.number == service.number)
    };
    service.number.to_string() == word
        || matches!(service.domains.as_slice(), [domain] if is_domain(domain))
}
