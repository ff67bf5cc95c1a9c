//! Who must answer the SMS.

use super::facts::Person;
use super::kind::Kind;
use super::number::ServiceKind;
use super::order::{Order, Signatory, Who};
use super::place::Place;
use super::portfolio::{FiledSubject, Portfolio};
use super::tree;
use crate::lang::Text;
use crate::text;

/// What the person responsible for the subject is called.
pub fn of_subject() -> Text {
    text!("主体负责人", "responsible for the subject")
}

/// What the person responsible for a service is called.
pub fn of_service() -> Text {
    text!("互联网信息服务负责人", "responsible for the service")
}

/// Returns a word for persons as `--who` has it: what the field calls a part is its name too.
pub fn word(word: &str) -> String {
    let (part, place) = match word.split_once([':', '：']) {
        Some((part, place)) => (part, Some(place)),
        None => (word, None),
    };
    let part = part.trim().to_ascii_lowercase();
    let of_kind = |kind: &ServiceKind| {
        let person = format!("{}负责人", kind.label().zh);
        person.to_ascii_lowercase() == part
    };
    let part = match part.as_str() {
        "主体" => "subject",
        "服务负责人" | "服务" => "service",
        "全部" => "all",
        other if other == of_subject().zh => "subject",
        other if other == of_service().zh || ServiceKind::ALL.iter().any(of_kind) => "service",
        other => other,
    };
    match place {
        Some(place) => format!("{part}:{}", place.trim()),
        None => part.to_owned(),
    }
}

/// Lists the words that `--who` takes.
pub fn words() -> Text {
    text!(
        "可用：subject 主体负责人、service 服务负责人、service:N（序号或服务备案号）、all 全部",
        "expected: subject, service, service:N (a place or a service number), all"
    )
}

/// Lists who must answer the SMS of `order`: one entry a distinct phone.
///
/// First filing: the subject's and every service's responsible person; added services and access:
/// every service's; a change: those whose data change; a cancellation: the service's or the
/// subject's (SMS-06, CAN-13). An individual's persons are all the subject. Unknown phones count as
/// different ones.
pub fn signatories(order: &Order, portfolio: &Portfolio) -> Vec<Signatory> {
    let filed = portfolio.subject_of(order);
    let facts = order.subject_facts(filed);
    let individual = facts.filter(|facts| facts.is_individual());
    let mut subject = changed(order, None, facts.and_then(|f| f.responsible.as_deref()));
    if let Some(facts) = individual {
        // An individual answers in person, and names nobody (RP-02).
        let person = subject.get_or_insert_default();
        person.name = person.name.take().or_else(|| facts.name.clone());
    }
    let mut list: Vec<Signatory> = Vec::new();
    for who in parts(order) {
        let who = individual.map_or(who, |_| Who::Subject);
        let person = match who {
            Who::Subject => subject.clone(),
            Who::Service(place) => service_person(order, filed, place),
        };
        add(&mut list, who, person);
    }
    list
}

/// Lists the parts that an order's kind asks for.
pub fn parts(order: &Order) -> Vec<Who> {
    let services = (0..order.service_count()).map(Place::of).map(Who::Service);
    match order.kind {
        Kind::New if order.is_first_filing() => {
            std::iter::once(Who::Subject).chain(services).collect()
        }
        Kind::New | Kind::Access | Kind::CancelSite => services.collect(),
        Kind::Change => {
            let of_subject = order
                .changes
                .iter()
                .any(|c| c.service.is_none())
                .then_some(Who::Subject);
            let of_services = order.target.services.iter().enumerate().filter(|(_, s)| {
                order
                    .changes
                    .iter()
                    .any(|c| c.service.as_ref() == Some(&s.number))
            });
            of_subject
                .into_iter()
                .chain(of_services.map(|(place, _)| Who::Service(Place::of(place))))
                .collect()
        }
        Kind::CancelSubject => vec![Who::Subject],
        Kind::CancelAccess => Vec::new(),
    }
}

/// Returns the responsible person of the service at `place`.
fn service_person(order: &Order, filed: Option<&FiledSubject>, place: Place) -> Option<Person> {
    let index = place.index();
    if order.kind == Kind::New {
        return order
            .filing
            .services
            .get(index)?
            .responsible
            .as_deref()
            .cloned();
    }
    let number = &order.target.services.get(index)?.number;
    let service = filed?.services.get(number);
    changed(
        order,
        Some(number),
        service.and_then(|s| s.facts.responsible.as_deref()),
    )
}

/// Returns the person as a `change` order makes them: a new phone may answer for a dead one.
fn changed(
    order: &Order,
    service: Option<&super::number::ServiceNumber>,
    person: Option<&Person>,
) -> Option<Person> {
    let mut after = person.cloned();
    for change in order
        .changes
        .iter()
        .filter(|c| c.service.as_ref() == service)
    {
        if let Some(field) = change.field.strip_prefix("responsible.") {
            tree::set(after.get_or_insert_default(), field, change.to.as_ref());
        }
    }
    after
}

fn add(list: &mut Vec<Signatory>, who: Who, person: Option<Person>) {
    let person = person.unwrap_or_default();
    let same = list
        .iter_mut()
        .find(|s| s.who.contains(&who) || (s.phone.is_some() && s.phone == person.phone));
    match same {
        Some(signatory) => {
            if !signatory.who.contains(&who) {
                signatory.who.push(who);
            }
        }
        None => list.push(Signatory {
            who: vec![who],
            name: person.name,
            phone: person.phone,
            extra: toml::Table::new(),
        }),
    }
}
