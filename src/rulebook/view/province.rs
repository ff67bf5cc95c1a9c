//! What the province's bureau asks for, and how far the order is from its limits.

use super::given::{Seen, json_of, with};
use crate::filing::host::Host;
use crate::filing::number::ServiceKind;
use crate::filing::particulars::{Counts, Limit};
use crate::filing::portfolio::FiledSubject;
use crate::filing::province::Province;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

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
    sites: usize,
    domains: usize,
    most_domains: usize,
    sites_of_subject: usize,
}

impl Counted {
    pub(super) const NOTHING: Self = Self {
        sites: 0,
        domains: 0,
        most_domains: 0,
        sites_of_subject: 0,
    };

    pub(super) fn of(services: &[Seen<'_>], filed: Option<&FiledSubject>) -> Self {
        let is_site = |kind| kind == ServiceKind::Site;
        let sites = || services.iter().filter(|s| s.facts.kind.is_none_or(is_site));
        let domains = |service: &Seen<'_>| service.facts.domains.as_ref().map_or(0, Vec::len);
        let filed = filed
            .into_iter()
            .flat_map(|subject| subject.services.keys());
        let new = sites().filter(|s| s.number.is_none()).count();
        let each: BTreeSet<&Host> = services
            .iter()
            .flat_map(|s| s.facts.domains.iter().flatten())
            .collect();
        Self {
            sites: sites().count(),
            domains: each.len(),
            most_domains: sites().map(domains).max().unwrap_or(0),
            sites_of_subject: filed.filter(|number| is_site(number.kind())).count() + new,
        }
    }
}

/// One limit, and how much of it the order takes up.
pub(super) fn limit_view(limit: Option<&Limit>, counted: &Counted) -> Json {
    let count = limit.map(|limit| match limit.counts {
        Counts::SitesInOrder => counted.sites,
        Counts::DomainsInOrder => counted.domains,
        Counts::DomainsInSite => counted.most_domains,
        Counts::SitesOfSubject => counted.sites_of_subject,
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
