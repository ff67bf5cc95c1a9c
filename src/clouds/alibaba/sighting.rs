//! The filings of an account as evidence.

use super::filings::OwnFiling;
use crate::clouds::Cloud;
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::settle::{Authority, Seen, Sighting};
use std::collections::BTreeSet;

/// Turns the filings of an account, asked at `at`, into what it shows of orders.
pub fn sighting(filings: &[OwnFiling], at: Instant) -> Sighting {
    let mut seen = Vec::new();
    for filing in filings {
        // What cannot be read shows nothing: a service that is not seen here may be the one.
        let Ok(subject) = SubjectNumber::parse(&filing.number) else {
            continue;
        };
        let numbers = filing.services.iter().map(|service| &service.number);
        let numbers: Result<Vec<_>, _> = numbers.map(|raw| ServiceNumber::parse(raw)).collect();
        let Ok(numbers) = numbers else {
            continue;
        };
        let alone = Seen {
            subject: subject.number,
            subject_name: filing.name.clone(),
            service: None,
            name: None,
            domains: Vec::new(),
            updated: None,
        };
        seen.push(alone.clone());
        for (service, number) in filing.services.iter().zip(numbers) {
            seen.push(Seen {
                service: Some(number.number),
                name: service.name.clone(),
                domains: service
                    .domains
                    .iter()
                    .filter_map(|domain| Host::parse(domain).ok())
                    .collect(),
                ..alone.clone()
            });
        }
    }
    Sighting {
        authority: Authority::OwnAccount {
            provider: Cloud::Alibaba.name().to_owned(),
        },
        at,
        seen,
        looked_up: BTreeSet::new(),
    }
}
