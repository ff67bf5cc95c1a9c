//! The view: what rules see of an order, of the subject and services that it is about, and of what
//! is filed already.
//!
//! A value that nobody gave is null, a list that nobody gave is empty, and a table is always there
//! with all its keys. `src/data/view.toml` says what each key means.

mod given;
mod order;
mod papers;
mod people;
mod province;
mod setting;

pub use setting::Setting;

use crate::filing::facts::Holder;
use crate::filing::guard::{self, Rival};
use crate::filing::kind::Kind;
use crate::filing::number::Number;
use crate::filing::order::Order;
use crate::filing::province::Province;
use chrono::NaiveDate;
use given::{is_bare, known, services_of, subject_of, with};
use order::{
    change_view, filed_view, order_view, profile_view, rivals_view, siblings_view, subject_view,
};
use papers::papers_view;
use people::{merged, persons, service_view, shared_view};
use province::{Counted, province_view};
use serde_json::{Value as Json, json};

/// The most elements of a list that rules are asked of; what is longer is judged up to there.
pub const LIST_LIMIT: usize = 100;

/// What rules see of one order.
#[derive(Clone, Debug)]
pub struct View {
    /// What expressions are evaluated over.
    pub(super) facts: Json,
    /// The same for messages: without personal data where these are hidden.
    pub(super) shown: Json,
    /// What it applies for; none where a dossier does not say.
    pub(super) kind: Option<Kind>,
    /// The kind of subject, where known.
    pub(super) holder: Option<Holder>,
    /// The province, where known.
    pub(super) province: Option<Province>,
    /// The provider, where one is chosen.
    pub(super) provider: Option<String>,
    /// Whether little more is given than what icpctl itself needs.
    pub(super) is_bare: bool,
    /// The day on which is judged.
    pub(super) day: NaiveDate,
}

impl View {
    /// Shows an order; `near` are the orders that may be in its way, `drafts` those that may be of its
    /// subject, `materials` its files as they were looked at.
    pub fn of<'o>(
        order: &Order,
        setting: &Setting<'_>,
        near: &[Rival<'_>],
        drafts: impl Iterator<Item = &'o Order>,
        materials: &[Json],
    ) -> Self {
        let filed = setting.portfolio.subject_of(order);
        let subject = subject_of(order, filed);
        let services = services_of(order, filed);
        let holder = subject.holder();
        let province = order
            .province()
            .or_else(|| subject.province.as_deref()?.parse().ok());
        let is_bare = is_bare(order, &subject, &services);
        let ahead = guard::ahead(order, near);
        let supposed = setting.portfolio.once_through(&ahead);
        let persons = persons(order, setting, &subject, &services, &supposed);
        let facts = json!({
            "today": setting.today(),
            "order": order_view(order, setting, is_bare, &supposed),
            "subject": subject_view(order, setting, filed, &subject, holder),
            "province": province_view(province, &Counted::of(&services, filed)),
            "services": services
                .iter()
                .take(LIST_LIMIT)
                .enumerate()
                .map(|(place, service)| {
                    let more = shared_view(service, &services, &subject, order, setting);
                    let service = service_view(place, service, order, setting, &supposed);
                    merged(service, more)
                })
                .collect::<Vec<_>>(),
            "persons": persons,
            "materials": materials.iter().take(LIST_LIMIT).collect::<Vec<_>>(),
            "papers": papers_view(
                order,
                &subject,
                &services,
                province,
                materials,
                setting,
            ),
            "changes": order.changes.iter().take(LIST_LIMIT).map(change_view).collect::<Vec<_>>(),
            "filed": filed_view(filed),
            "rivals": rivals_view(order, setting, near, &ahead),
            "siblings": siblings_view(order, setting, drafts),
            "differences": [],
            "targets": [],
            "profile": profile_view(order, setting, holder),
        });
        Self {
            shown: facts.clone(),
            facts,
            kind: Some(order.kind),
            holder,
            province,
            provider: order.provider.clone(),
            is_bare,
            day: setting.today(),
        }
    }

    /// The same view, of a dossier that says of filed services and their subject what is not filed
    /// so; `differences` are the paths of such fields, each with its name below the service or the
    /// subject.
    #[must_use]
    pub fn differing(mut self, differences: &[(String, String)]) -> Self {
        let list: Json = differences
            .iter()
            .take(LIST_LIMIT)
            .map(|(path, field)| json!({ "path": path, "field": field }))
            .collect();
        for values in [&mut self.facts, &mut self.shown] {
            values["differences"] = list.clone();
        }
        self
    }

    /// The same view, of an order that a dossier makes: where its services and its changes stand in the
    /// dossier, as far as they do.
    #[must_use]
    pub fn written(mut self, services: &[String], changes: &[Option<String>]) -> Self {
        let places = |view: &mut Json, list: &str, of: &dyn Fn(usize, &Json) -> Option<String>| {
            let elements = view.get_mut(list).and_then(Json::as_array_mut);
            for (index, element) in elements.into_iter().flatten().enumerate() {
                if let Some(path) = of(index, element) {
                    element["path"] = path.into();
                }
            }
        };
        let person = |_, person: &Json| {
            let place = usize::try_from(person["place"].as_u64()?).ok()?;
            Some(format!("{}.responsible", services.get(place - 1)?))
        };
        for view in [&mut self.facts, &mut self.shown] {
            places(view, "services", &|index, _| services.get(index).cloned());
            places(view, "persons", &person);
            places(view, "changes", &|index, _| changes.get(index)?.clone());
        }
        self
    }

    /// The same view, of an order that names what it is about by these words.
    #[must_use]
    pub fn aiming<'w>(mut self, words: impl IntoIterator<Item = &'w String>) -> Self {
        let list: Vec<Json> = words
            .into_iter()
            .take(LIST_LIMIT)
            .map(|word| json!({ "path": "target", "text": word }))
            .collect();
        for values in [&mut self.facts, &mut self.shown] {
            values["targets"] = list.clone().into();
        }
        self
    }

    /// The same view, which shows messages only what `hide` leaves.
    #[must_use]
    pub fn hiding(mut self, hide: impl FnOnce(&mut Json, Option<Holder>)) -> Self {
        hide(&mut self.shown, self.holder);
        self
    }

    /// A view of an order of a kind of which nothing is known, with one element in each list.
    pub(super) fn unknown(kind: Kind, day: NaiveDate) -> Self {
        let facts = json!({
            "today": day,
            "order": {
                "kind": kind.name(),
                "provider": null,
                "account": null,
                "ref": null,
                "after": null,
                "verify_by": null,
                "written": false,
                "first": false,
                "bare": true,
                "service_count": 1,
                "status": null,
                "live": false,
                "since": null,
                "idle_days": null,
                "sms_until": null,
                "account_subjects": [],
            },
            "subject": with(known("subject", None), json!({
                "number": null, "filed": false, "individual": null, "ended_numbers": [],
                "representative_is_resident": null,
            })),
            "province": province_view(None, &Counted::NOTHING),
            "services": [with(known("services", None), json!({
                "person_is_subjects": null, "resource_uses": null, "resource_sites": null, "code_uses": null,
                "number": null, "place": 1, "filed": false, "approved_on": null,
                "registrations": [known("services.registrations", None)],
                "builds": [known("services.builds", None)],
                "accesses": [], "accesses_known": false, "holders": [],
            }))],
            "persons": [with(known("subject.responsible", None), json!({
                "path": "subject.responsible", "role": "subject", "place": null, "service": null,
                "phone_uses": [], "certificate_uses": [],
            }))],
            "materials": [with(known("materials", None), material_unknown())],
            "papers": [{
                "slot": null, "field": null, "service": null, "zh": null, "en": null, "attached": null,
                "own_rule": null,
            }],
            "changes": [{"service": null, "field": null, "from": null, "to": null}],
            "filed": filed_view(None),
            "rivals": [{
                "path": "", "id": null, "kind": null, "status": null, "awaited": false,
                "same_subject": false, "same_account": false, "same_domain": false,
                "parallel": false,
            }],
            "siblings": [{"path": "", "id": null, "kind": null, "awaited": false}],
            "differences": [{"path": "", "field": null}],
            "targets": [{"path": "", "text": null}],
            "profile": {
                "name": null, "limit": null, "purge_days": 0, "review_days": 0, "known": false, "parallel_orders": false,
                "verify_by": [], "quota": {"per_instance": null, "serverless": null},
            },
        });
        Self {
            shown: facts.clone(),
            facts,
            kind: Some(kind),
            holder: None,
            province: None,
            provider: None,
            is_bare: true,
            day,
        }
    }
}

impl View {
    /// The same view with one word in every list of words, to try what is asked of each.
    pub(super) fn with_some_word(mut self) -> Self {
        fill(&mut self.facts);
        self.shown.clone_from(&self.facts);
        self.is_bare = false;
        self
    }
}

/// The lists that hold tables and that nothing may be known of.
const LISTS_OF_TABLES: [&str; 5] = [
    "accesses",
    "certificate_uses",
    "filed",
    "holders",
    "phone_uses",
];

fn fill(value: &mut Json) {
    match value {
        Json::Object(table) => {
            let words = |key: &str| !LISTS_OF_TABLES.contains(&key);
            for (_, value) in table.iter_mut().filter(|(key, _)| words(key)) {
                fill(value);
            }
        }
        Json::Array(list) if list.is_empty() => list.push(json!("example.com")),
        Json::Array(list) => list.iter_mut().for_each(fill),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// What is known of a material that nobody has looked at.
pub fn material_unknown() -> Json {
    json!({
        "slot": null, "file": null, "service": null,
        "holds": "image", "exists": null, "fault": null, "media_type": null, "size": null,
        "width": null, "height": null,
    })
}

/// Returns the number that a text holds, in its normal form.
pub(super) fn number_in(text: &str) -> Option<Number> {
    Number::parse(text).ok().map(|parsed| parsed.number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::knowledge::{FieldType, fields, view_values};
    use std::collections::BTreeSet;

    /// Lists the paths of all values, as `view.toml` writes them.
    fn paths(value: &Json, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Json::Object(table) => table.iter().for_each(|(key, value)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                paths(value, &path, found);
            }),
            Json::Array(list)
                if list.iter().any(Json::is_object) && !matches!(path, "rivals" | "siblings") =>
            {
                for value in list {
                    paths(value, path, found);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                found.insert(path.to_owned());
            }
        }
    }

    #[test]
    fn the_view_is_what_its_documentation_says() {
        let view = View::unknown(Kind::New, NaiveDate::default());
        let mut found = BTreeSet::new();
        paths(&view.facts, "", &mut found);
        let mut documented: BTreeSet<String> = view_values()
            .iter()
            .map(|value| value.path.clone())
            .collect();
        for field in fields().iter().filter(|f| f.value_type != FieldType::Table) {
            let sections = ["subject.", "services.", "materials."];
            if !sections
                .iter()
                .any(|section| field.path.starts_with(section))
            {
                continue;
            }
            let below = format!("{}.", field.path);
            if fields().iter().any(|field| field.path.starts_with(&below)) {
                continue;
            }
            documented.insert(field.path.clone());
            let of_person = field.path.strip_prefix("subject.responsible.");
            documented.extend(of_person.map(|name| format!("persons.{name}")));
        }
        let missing: Vec<_> = found.symmetric_difference(&documented).collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }
}
