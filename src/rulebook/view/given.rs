//! What an order is about, as it would be once approved, with every field that the knowledge has.

use super::LIST_LIMIT;
use crate::filing::facts::{Access, ServiceFacts, SubjectFacts};
use crate::filing::kind::Kind;
use crate::filing::number::ServiceNumber;
use crate::filing::order::{FieldChange, Order};
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::tree;
use crate::knowledge::{FieldType, fields};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;

/// A service of an order as rules see it.
pub(super) struct Seen<'a> {
    pub(super) number: Option<ServiceNumber>,
    pub(super) facts: ServiceFacts,
    pub(super) accesses: Option<&'a [Access]>,
    pub(super) approved_on: Option<NaiveDate>,
}

/// Returns the subject as it is after the order: filed facts, or those asked for.
pub(super) fn subject_of(order: &Order, filed: Option<&FiledSubject>) -> SubjectFacts {
    let mut facts = match (&order.filing.subject, filed) {
        (Some(asked), _) => asked.as_ref().clone(),
        (None, Some(filed)) => (*filed.facts).clone(),
        (None, None) => SubjectFacts {
            name: order.target.name.clone(),
            ..SubjectFacts::default()
        },
    };
    for change in order.changes.iter().filter(|c| c.service.is_none()) {
        tree::set(&mut facts, &change.field, change.to.as_ref());
    }
    facts
}

/// Returns the services as they are after the order.
pub(super) fn services_of<'a>(order: &Order, filed: Option<&'a FiledSubject>) -> Vec<Seen<'a>> {
    if order.kind == Kind::New {
        let asked = order.filing.services.iter().map(|facts| Seen {
            number: None,
            facts: facts.clone(),
            accesses: None,
            approved_on: None,
        });
        return asked.collect();
    }
    // The end of a subject takes what is filed at that moment, whatever was when it was drafted.
    let targets = match filed.filter(|_| order.kind == Kind::CancelSubject) {
        Some(subject) => Cow::Owned(
            subject
                .services
                .values()
                .map(FiledService::as_target)
                .collect(),
        ),
        None => Cow::Borrowed(order.target.services.as_slice()),
    };
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for target in targets.iter() {
        let service = filed.and_then(|subject| subject.services.get(&target.number));
        let mut facts = service.map_or_else(
            || ServiceFacts {
                kind: Some(target.kind),
                name: target.name.clone(),
                domains: (!target.domains.is_empty()).then(|| target.domains.clone()),
                ..ServiceFacts::default()
            },
            |service| (*service.facts).clone(),
        );
        facts.kind.get_or_insert(target.kind);
        let linked = target.linked();
        facts.resource = linked.resource;
        facts.registrations = linked.registrations.or(facts.registrations);
        facts.access_mode = linked.access_mode.or(facts.access_mode);
        let of_this = |c: &&FieldChange| c.service == Some(target.number);
        for change in order.changes.iter().filter(of_this) {
            tree::set(&mut facts, &change.field, change.to.as_ref());
        }
        seen.push(Seen {
            number: Some(target.number),
            facts,
            accesses: service
                .filter(|service| service.accesses_known)
                .map(|service| service.accesses.as_slice()),
            approved_on: service.and_then(|service| service.approved_on),
        });
    }
    seen
}

/// Whether the dossier gives little more than icpctl needs: of the subject's two addresses, and of
/// what services are about and in which languages, at most two.
pub(super) fn is_bare(order: &Order, subject: &SubjectFacts, services: &[Seen<'_>]) -> bool {
    let is_filed = order.filing.subject.is_none();
    let given = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    let told = [
        is_filed || subject.mailing_address.is_some(),
        is_filed || subject.certificate_address.is_some(),
        services.iter().any(|s| given(&s.facts.content)),
        services.iter().any(|s| given(&s.facts.languages)),
    ];
    told.into_iter().filter(|told| *told).count() <= 2
}

/// Returns the tree of a section with every field that the knowledge has there; what is not given
/// is null, a list empty, a table full of such.
pub(super) fn known(section: &str, facts: Option<Json>) -> Map<String, Json> {
    let given = match facts {
        Some(Json::Object(given)) => given,
        Some(_) | None => Map::new(),
    };
    let mut table = Map::new();
    for field in fields() {
        let Some(name) = field
            .path
            .strip_prefix(section)
            .and_then(|rest| rest.strip_prefix('.'))
            .filter(|rest| !rest.contains('.'))
        else {
            continue;
        };
        let value = given.get(name).cloned().filter(|value| !value.is_null());
        let value = match field.value_type {
            FieldType::Table => known(&field.path, value).into(),
            FieldType::List => list(&field.path, value),
            FieldType::String | FieldType::Date | FieldType::Bool | FieldType::Number => {
                value.unwrap_or(Json::Null)
            }
        };
        table.insert(name.to_owned(), value);
    }
    // A text that may hold several is a list here, given or not.
    if section == "services" && table.get("prior_approval").is_none_or(Json::is_null) {
        table.insert("prior_approval".to_owned(), json!([]));
    }
    for list in table.values_mut().filter_map(Json::as_array_mut) {
        list.truncate(LIST_LIMIT);
    }
    table
}

/// Returns a list; where fields stand below it, each element with all of them.
pub(super) fn list(path: &str, value: Option<Json>) -> Json {
    let Some(Json::Array(list)) = value else {
        return json!([]);
    };
    let below = format!("{path}.");
    if !fields().iter().any(|field| field.path.starts_with(&below)) {
        return list.into();
    }
    let elements = list.into_iter();
    elements
        .map(|element| Json::from(known(path, Some(element))))
        .collect()
}

pub(super) fn with(mut table: Map<String, Json>, more: Json) -> Json {
    if let Json::Object(more) = more {
        table.extend(more);
    }
    table.into()
}

pub(super) fn json_of<T: Serialize>(value: &T) -> Option<Json> {
    serde_json::to_value(value).ok()
}
