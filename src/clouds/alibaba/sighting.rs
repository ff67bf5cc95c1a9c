//! The filings of an account as evidence.

use super::filings::OwnFiling;
use crate::clouds::Cloud;
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::settle::{Authority, Seen, Sighting};
use crate::network::error::NetworkError;
use crate::text;
use std::collections::BTreeSet;

/// Turns the filings of an account, asked at `at`, into what it shows of an order for a subject; none
/// of a first filing, which may be any.
///
/// # Errors
/// When something that may be the subject's has another shape.
pub fn sighting(
    filings: &[OwnFiling],
    about: Option<SubjectNumber>,
    at: Instant,
) -> Result<Sighting, NetworkError> {
    let is_meant = |number: &str| {
        let read = SubjectNumber::parse(number).map(|parsed| parsed.number);
        about.is_none_or(|about| read.map_or(true, |number| number == about))
    };
    let mut odd = filings.iter().filter(|filing| !filing.is_whole);
    if let Some(filing) = odd.find(|filing| is_meant(&filing.number)) {
        let number = &filing.number;
        return Err(NetworkError::Shape {
            host: "companyreg".to_owned(),
            what: text!(
                "{number} 的内容无法识别",
                "what {number} holds cannot be read"
            ),
        });
    }
    let mut seen = Vec::new();
    for filing in filings {
        // What cannot be read shows nothing: a service that is not seen here may be the one.
        let Ok(subject) = SubjectNumber::parse(&filing.number) else {
            continue;
        };
        let numbers = filing.services.iter().map(|service| &service.number);
        let numbers: Result<Vec<_>, _> = numbers.map(|raw| ServiceNumber::parse(raw)).collect();
        let Some(numbers) = numbers.ok().filter(|_| filing.is_whole) else {
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
    Ok(Sighting {
        authority: Authority::OwnAccount {
            provider: Cloud::Alibaba.name().to_owned(),
        },
        at,
        seen,
        looked_up: BTreeSet::new(),
    })
}
