//! What the province's bureau asks for, and how far the order is from its limits.

use super::given::{Seen, json_of, with};
use crate::filing::particulars::{Counts, Limit};
use crate::filing::portfolio::FiledSubject;
use crate::filing::province::Province;
use serde_json::{Map, Value as Json, json};

/// What the province's bureau asks for, with every key whether the province is known or not.
pub(super) fn province_view(province: Option<Province>, counted: &Counted) -> Json {
    let rules = match province {
        Some(province) => json_of(province.rules()),
        None => Province::all()
            .next()
            .and_then(|any| json_of(any.rules()))
            .map(unknown),
    };
    let mut rules = match rules {
        Some(Json::Object(rules)) => rules,
        Some(_) | None => Map::new(),
    };
    let limits = province.map_or_else(
        || vec![limit_view(None, counted)],
        |province| {
            let limits = province.rules().limits.iter();
            limits
                .map(|limit| limit_view(Some(limit), counted))
                .collect()
        },
    );
    rules.insert("limits".to_owned(), limits.into());
    with(
        rules,
        json!({
            "code": province.map(Province::code),
            "letter": province.map(|p| p.letter().to_string()),
            "area": province.map(Province::area),
            "name": province.map(|p| p.name().zh.clone()),
        }),
    )
}

/// Returns the same shape with nothing in it: null for values, no element in lists.
pub(super) fn unknown(value: Json) -> Json {
    match value {
        Json::Object(table) => table
            .into_iter()
            .map(|(key, value)| (key, unknown(value)))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(_) => json!([]),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Json::Null,
    }
}

/// What provinces limit, counted in an order.
pub(super) struct Counted {
    services: usize,
    domains: usize,
    most_domains: usize,
    of_subject: usize,
}

impl Counted {
    pub(super) const NOTHING: Self = Self {
        services: 0,
        domains: 0,
        most_domains: 0,
        of_subject: 0,
    };

    pub(super) fn of(services: &[Seen<'_>], filed: Option<&FiledSubject>) -> Self {
        let domains = |service: &Seen<'_>| service.facts.domains.as_ref().map_or(0, Vec::len);
        let filed = filed.map_or(0, |subject| subject.services.len());
        let new = services.iter().filter(|s| s.number.is_none()).count();
        Self {
            services: services.len(),
            domains: services.iter().map(domains).sum(),
            most_domains: services.iter().map(domains).max().unwrap_or(0),
            of_subject: filed + new,
        }
    }
}

/// One limit, and how much of it the order takes up.
pub(super) fn limit_view(limit: Option<&Limit>, counted: &Counted) -> Json {
    let count = limit.map(|limit| match limit.counts {
        Counts::ServicesInOrder => counted.services,
        Counts::DomainsInOrder => counted.domains,
        Counts::DomainsInSite => counted.most_domains,
        Counts::ServicesOfSubject => counted.of_subject,
    });
    json!({
        "path": "services",
        "counts": limit.map(|limit| limit.counts),
        "count": count,
        "most": limit.map(|limit| limit.most),
        "holder": limit.and_then(|limit| limit.holder.as_deref()),
        "needs": limit.and_then(|limit| limit.needs.as_deref()),
        "first_filing": limit.map(|limit| limit.first_filing),
        "beyond_filed": limit.and_then(|limit| limit.beyond_filed),
    })
}
