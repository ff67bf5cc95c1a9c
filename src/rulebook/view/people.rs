//! Services and responsible persons, and what they share with each other and with what is filed.

use super::LIST_LIMIT;
use super::given::{Seen, json_of, known, with};
use super::setting::{Setting, Use, stays};
use crate::filing::facts::{Person, SubjectFacts};
use crate::filing::number::{ServiceKind, SubjectNumber};
use crate::filing::order::Order;
use crate::filing::portfolio::FiledSubject;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn service_view(
    place: usize,
    service: &Seen<'_>,
    order: &Order,
    setting: &Setting<'_>,
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> Json {
    let holders: Vec<Json> = service
        .facts
        .domains
        .iter()
        .flatten()
        .take(LIST_LIMIT)
        .flat_map(|domain| {
            let holders = setting.portfolio.holders_supposing(domain, supposed);
            holders.into_iter().map(move |holder| (domain, holder))
        })
        .filter(|(_, (_, other))| service.number != Some(other.number))
        .map(|(domain, (subject, other))| {
            json!({
                "domain": domain,
                "number": other.number,
                "kind": other.kind().name(),
                "same_subject": Some(subject.number) == order.target.subject,
            })
        })
        .take(LIST_LIMIT)
        .collect();
    with(
        known("services", json_of(&service.facts)),
        json!({
            "number": service.number,
            "place": place + 1,
            "filed": service.number.is_some(),
            "approved_on": service.approved_on,
            "accesses": service.accesses.unwrap_or_default().iter().map(|access| json!({
                "provider": access.provider,
                "account": access.account,
                "resource": access.resource,
                "since": access.since,
            })).collect::<Vec<_>>(),
            "accesses_known": service.accesses.is_some(),
            "holders": holders,
        }),
    )
}

pub(super) fn merged(one: Json, more: Json) -> Json {
    match one {
        Json::Object(table) => with(table, more),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => one,
    }
}

/// What a service shares with the subject, with the other services and with what is filed.
pub(super) fn shared_view(
    service: &Seen<'_>,
    services: &[Seen<'_>],
    subject: &SubjectFacts,
    order: &Order,
    setting: &Setting<'_>,
) -> Json {
    let resource = |seen: &Seen<'_>| seen.facts.resource.clone().unwrap_or_default();
    let own = resource(service);
    let code_uses = own.authorisation_code.as_ref().map(|code| {
        let same = |seen: &&Seen<'_>| resource(seen).authorisation_code.as_ref() == Some(code);
        services.iter().filter(same).count() + setting.uses_of(order, code).len()
    });
    let uses = own.id.as_ref().map(|id| {
        let same = |seen: &&Seen<'_>| resource(seen).id.as_ref() == Some(id);
        let asked = services.iter().filter(same).map(|seen| seen.facts.kind);
        let filed = setting.uses_of(order, id).into_iter();
        asked
            .chain(filed.map(|number| Some(number.kind())))
            .collect::<Vec<_>>()
    });
    let is_site = |kind: &&Option<ServiceKind>| kind.is_none_or(|kind| kind == ServiceKind::Site);
    let person = service.facts.responsible.as_deref();
    json!({
        "person_is_subjects": is_same_person(person, subject.responsible.as_deref()),
        "resource_uses": uses.as_ref().map(Vec::len),
        "resource_sites": uses.as_ref().map(|kinds| kinds.iter().filter(is_site).count()),
        "code_uses": code_uses,
    })
}

/// Whether two are one person, by certificate or else by name; `None` where that is unknown.
pub(super) fn is_same_person(one: Option<&Person>, other: Option<&Person>) -> Option<bool> {
    let (one, other) = one.zip(other)?;
    let by = |one: &Option<String>, other: &Option<String>| {
        one.as_ref()
            .zip(other.as_ref())
            .map(|(one, other)| one == other)
    };
    by(&one.certificate_number, &other.certificate_number).or_else(|| by(&one.name, &other.name))
}

/// Lists the responsible persons that are given: the subject's first, then each service's.
pub(super) fn persons(
    order: &Order,
    setting: &Setting<'_>,
    subject: &SubjectFacts,
    services: &[Seen<'_>],
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> Vec<Json> {
    let of_subject = subject
        .responsible
        .as_ref()
        .map(|person| ("subject", None, "subject.responsible".to_owned(), person));
    let of_services =
        services
            .iter()
            .enumerate()
            .take(LIST_LIMIT)
            .filter_map(|(place, service)| {
                let person = service.facts.responsible.as_ref()?;
                let path = format!("services.{place}.responsible");
                Some(("service", Some((place + 1, service.number)), path, person))
            });
    of_subject
        .into_iter()
        .chain(of_services)
        .map(|(role, service, path, person)| {
            with(
                known("subject.responsible", json_of(person)),
                json!({
                    "path": path,
                    "role": role,
                    "place": service.map(|(place, _)| place),
                    "service": service.and_then(|(_, number)| number),
                    "phone_uses": uses(order, setting, subject, person, supposed),
                    "certificate_uses": parts(order, setting, person, supposed),
                }),
            )
        })
        .collect()
}

/// Lists who else in the portfolio has the phone of a person.
pub(super) fn uses(
    order: &Order,
    setting: &Setting<'_>,
    subject: &SubjectFacts,
    person: &Person,
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> Vec<Json> {
    let mut seen = BTreeSet::new();
    person
        .phone
        .iter()
        .flat_map(|phone| setting.phones.get(phone.as_str()).into_iter().flatten())
        .filter(|there| !is_of(order, subject, there) && stays(&there.subject, supposed))
        .filter_map(|there| {
            let same_person = match (&person.certificate_number, &there.person.certificate_number) {
                (Some(one), Some(two)) => Some(one == two),
                (None, _) | (_, None) => match (&person.name, &there.person.name) {
                    (Some(one), Some(two)) if one == two => Some(true),
                    (_, _) => None,
                },
            };
            let same_subject = Some(there.subject) == order.target.subject;
            seen.insert((there.subject, same_person)).then(|| {
                json!({
                    "subject": there.subject,
                    "same_subject": same_subject,
                    "same_person": same_person,
                })
            })
        })
        .take(LIST_LIMIT)
        .collect()
}

/// Whether a filed person is one of those that the order itself shows, as it is after the order:
/// the subject's, whatever else that one is responsible for, or that of a service it is about.
fn is_of(order: &Order, subject: &SubjectFacts, there: &Use<'_>) -> bool {
    let shows = |number| order.target.holds(&number);
    Some(there.subject) == order.target.subject
        && (there.service.is_none_or(shows)
            || is_same_person(Some(there.person), subject.responsible.as_deref()) == Some(true))
}

/// Lists the parts that a person plays in the portfolio, by the number of the certificate.
fn parts(
    order: &Order,
    setting: &Setting<'_>,
    person: &Person,
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> Vec<Json> {
    let mut seen = BTreeSet::new();
    let number = person.certificate_number.as_deref();
    let all = number.and_then(|number| setting.certificates.get(number));
    let serves = |subject| {
        let mut there = all.into_iter().flatten().filter(|u| u.subject == subject);
        there.any(|u| u.serves_organisation)
    };
    all.into_iter()
        .flatten()
        .filter(|there| stays(&there.subject, supposed))
        .filter(|there| seen.insert((there.subject, there.person.phone.as_deref())))
        .map(|there| {
            json!({
                "subject": there.subject,
                "same_subject": Some(there.subject) == order.target.subject,
                "phone": there.person.phone,
                "serves_organisation": serves(there.subject),
            })
        })
        .take(LIST_LIMIT)
        .collect()
}
