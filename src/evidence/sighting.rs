//! What the public record says of an order, as evidence to settle it by.

use super::Asker;
use crate::filing::evidence::case::About;
use crate::filing::evidence::{Claim, Fact, Verdict};
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::settle::{Authority, Seen, Sighting};
use crate::network::error::NetworkError;
use crate::text;
use chrono::NaiveDate;
use std::collections::BTreeSet;

impl Asker<'_> {
    /// Looks up every domain and number of an order in the public record. Beside what was shown stands
    /// why a question got no answer, where one did not.
    ///
    /// # Errors
    /// When none of them got an answer.
    pub async fn sighting(
        &self,
        order: &Order,
    ) -> Result<(Sighting, Option<NetworkError>), NetworkError> {
        let domains = order.domains().into_iter().cloned().map(About::Domain);
        let services = order.target.services.iter();
        let services = services.map(|service| About::Service(service.number));
        let mut sighting = Sighting {
            authority: Authority::PublicRecord,
            at: self.now,
            seen: Vec::new(),
            looked_up: BTreeSet::new(),
        };
        let mut failed = None;
        for about in domains.chain(services) {
            let Some(endpoint) = &self.record else {
                break;
            };
            let facts = match self.heard(endpoint, &about).await {
                Ok(facts) => facts,
                Err(error) => {
                    failed.get_or_insert(error);
                    continue;
                }
            };
            let filed = facts.iter().find(|fact| fact.claim == Claim::Filed);
            match filed.map(|fact| (fact.verdict, fact)) {
                Some((Verdict::Yes | Verdict::No, fact)) => {
                    sighting.looked_up.insert(about.shown());
                    sighting.seen.extend(seen(&about, fact, &facts));
                }
                Some((Verdict::Unknown, fact)) => {
                    failed.get_or_insert_with(|| NetworkError::Shape {
                        host: fact.from.clone(),
                        what: fact.why(),
                    });
                }
                None => {}
            }
        }
        let is_about_subject = match order.kind {
            Kind::CancelSubject => true,
            Kind::Change => order.changes.iter().any(|change| change.service.is_none()),
            Kind::New | Kind::Access | Kind::CancelSite | Kind::CancelAccess => false,
        };
        if let Some(subject) = order.target.subject.filter(|_| is_about_subject)
            && let Err(error) = self.subject(subject, &mut sighting).await
        {
            failed.get_or_insert(error);
        }
        match failed {
            Some(error) if sighting.looked_up.is_empty() => Err(error),
            failed => Ok((sighting, failed)),
        }
    }

    /// Looks for everything under a subject's own number, where the endpoint can: services that
    /// nobody here knows of are filed too. Without a whole answer the subject was not looked up.
    async fn subject(
        &self,
        subject: SubjectNumber,
        sighting: &mut Sighting,
    ) -> Result<(), NetworkError> {
        let word = subject.to_string();
        let Some(endpoint) = self.record.as_ref().filter(|_| self.can_search_by_number()) else {
            return Ok(());
        };
        let entries = self.search(&word).await?;
        let mut is_read = true;
        for entry in entries {
            let service: Option<ServiceNumber> =
                entry.service.as_deref().and_then(|n| n.parse().ok());
            let own: Option<SubjectNumber> = entry.subject.as_deref().and_then(|n| n.parse().ok());
            let whose = own.or(service.map(|number| number.subject()));
            is_read &= whose.is_some();
            if whose == Some(subject) {
                sighting.seen.push(Seen {
                    subject,
                    subject_name: entry.name,
                    service,
                    name: None,
                    domains: Vec::new(),
                    updated: None,
                });
            }
        }
        // An entry that cannot be read may be the subject's.
        if !is_read {
            return Err(NetworkError::Shape {
                host: endpoint.shown.clone(),
                what: text!("有条目没有备案号", "an entry without a filing number"),
            });
        }
        sighting.looked_up.insert(word);
        Ok(())
    }
}

/// Reads the services of one answer.
fn seen(about: &About, filed: &Fact, facts: &[Fact]) -> Vec<Seen> {
    if filed.verdict != Verdict::Yes {
        return Vec::new();
    }
    let first = |claim| {
        let fact = facts.iter().find(|fact| fact.claim == claim)?;
        fact.values.first().cloned()
    };
    let updated = first(Claim::FiledUpdated);
    let updated = updated.and_then(|text| text.get(..10)?.parse::<NaiveDate>().ok());
    let domains = match about {
        About::Domain(domain) => vec![domain.clone()],
        About::Service(_) => Vec::new(),
    };
    let one = |subject, service| Seen {
        subject,
        subject_name: first(Claim::FiledName),
        service,
        name: None,
        domains: domains.clone(),
        updated,
    };
    let numbers: Vec<ServiceNumber> = filed
        .values
        .iter()
        .filter_map(|value| value.parse().ok())
        .collect();
    if numbers.is_empty() {
        let subject = first(Claim::FiledSubject).and_then(|text| text.parse().ok());
        return subject
            .into_iter()
            .map(|subject| one(subject, None))
            .collect();
    }
    let services = numbers.into_iter();
    services
        .map(|number| one(number.subject(), Some(number)))
        .collect()
}
