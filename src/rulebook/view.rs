//! The view: what rules see of an order, of the subject and services that it is about, and of what
//! is filed already.
//!
//! A value that nobody gave is null, a list that nobody gave is empty, and a table is always there
//! with all its keys. `src/data/view.toml` says what each key means.

use crate::filing::facts::{Access, Person, ServiceFacts, SubjectFacts};
use crate::filing::guard::{self, Rival};
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::number::{Number, ServiceNumber, SubjectNumber};
use crate::filing::order::{FieldChange, Instant, Order};
use crate::filing::particulars::{Counts, Limit};
use crate::filing::portfolio::{FiledSubject, Portfolio};
use crate::filing::profile::Profiles;
use crate::filing::province::Province;
use crate::filing::status::Status;
use crate::filing::tree;
use crate::knowledge::{FieldType, Holder, fields};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeSet, HashMap};

/// The most elements of a list that rules are asked of; what is longer is judged up to there.
pub const LIST_LIMIT: usize = 100;

/// What orders are judged beside: the portfolio, the providers, the day.
#[derive(Debug)]
pub struct Setting<'a> {
    portfolio: &'a Portfolio,
    profiles: &'a Profiles,
    now: Instant,
    accounts: HashMap<(&'a str, &'a str), BTreeSet<SubjectNumber>>,
    phones: HashMap<&'a str, Vec<Use<'a>>>,
    domains: HashMap<&'a str, Vec<(&'a FiledSubject, ServiceNumber)>>,
    resources: HashMap<(&'a str, &'a str), Vec<ServiceNumber>>,
}

/// One person who has a phone in the portfolio.
#[derive(Debug)]
struct Use<'a> {
    subject: SubjectNumber,
    person: &'a Person,
}

impl<'a> Setting<'a> {
    /// Looks once at all that is filed, so that each order is judged quickly.
    pub fn new(portfolio: &'a Portfolio, profiles: &'a Profiles, now: Instant) -> Self {
        let mut accounts: HashMap<(&str, &str), BTreeSet<SubjectNumber>> = HashMap::new();
        let mut phones: HashMap<&str, Vec<Use<'_>>> = HashMap::new();
        let mut domains: HashMap<&str, Vec<(&FiledSubject, ServiceNumber)>> = HashMap::new();
        let mut resources: HashMap<(&str, &str), Vec<ServiceNumber>> = HashMap::new();
        for subject in portfolio.filed() {
            let of_services = subject.services.values().map(|s| &s.facts.responsible);
            let persons = of_services.chain([&subject.facts.responsible]);
            for person in persons.flatten() {
                for phone in person.phone.iter().chain(&person.emergency_phone) {
                    phones.entry(phone).or_default().push(Use {
                        subject: subject.number,
                        person,
                    });
                }
            }
            for service in subject.services.values() {
                for access in &service.accesses {
                    if let Some(account) = &access.account {
                        let key = (access.provider.as_str(), account.as_str());
                        accounts.entry(key).or_default().insert(subject.number);
                    }
                }
                for domain in service.domains() {
                    let holders = domains.entry(domain.ascii()).or_default();
                    holders.push((subject, service.number));
                }
                for access in &service.accesses {
                    if let Some(resource) = &access.resource {
                        let there = resources.entry((&access.provider, resource)).or_default();
                        there.push(service.number);
                    }
                }
            }
        }
        Self {
            portfolio,
            profiles,
            now,
            accounts,
            phones,
            domains,
            resources,
        }
    }

    /// Counts the filed services that stand on a resource of the order's provider, those that the
    /// order is about left out.
    fn uses_of(&self, order: &Order, resource: &str) -> usize {
        let provider = order.provider.as_deref().unwrap_or_default();
        let there = self.resources.get(&(provider, resource));
        let is_own =
            |number: &&ServiceNumber| order.target.services.iter().any(|t| t.number == **number);
        there
            .into_iter()
            .flatten()
            .filter(|number| !is_own(number))
            .count()
    }

    /// Returns the day on which is judged.
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

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

/// A service of an order as rules see it.
struct Seen<'a> {
    number: Option<ServiceNumber>,
    facts: ServiceFacts,
    accesses: Option<&'a [Access]>,
    approved_on: Option<NaiveDate>,
}

impl View {
    /// Shows an order; `near` are the orders that may be in its way, `materials` its files as they
    /// were looked at.
    pub fn of(
        order: &Order,
        setting: &Setting<'_>,
        near: &[Rival<'_>],
        materials: &[Json],
    ) -> Self {
        let filed = order
            .target
            .subject
            .as_ref()
            .and_then(|number| setting.portfolio.subject(number));
        let subject = subject_of(order, filed);
        let services = services_of(order, filed);
        let holder = subject.nature.as_deref().map(|nature| match nature {
            "individual" => Holder::Individual,
            _ => Holder::Organisation,
        });
        let province = order
            .province()
            .or_else(|| subject.province.as_deref()?.parse().ok());
        let is_bare = is_bare(order, &subject, &services);
        let persons = persons(order, setting, &subject, &services);
        let facts = json!({
            "today": setting.today(),
            "order": order_view(order, setting, is_bare),
            "subject": subject_view(order, setting, filed, &subject, holder),
            "province": province_view(province, &Counted::of(&services, filed)),
            "services": services
                .iter()
                .take(LIST_LIMIT)
                .enumerate()
                .map(|(place, service)| {
                    let more = shared_view(service, &services, &subject, order, setting);
                    let service = service_view(place, service, order, setting);
                    merged(service, more)
                })
                .collect::<Vec<_>>(),
            "persons": persons,
            "materials": materials.iter().take(LIST_LIMIT).collect::<Vec<_>>(),
            "changes": order.changes.iter().take(LIST_LIMIT).map(change_view).collect::<Vec<_>>(),
            "filed": filed_view(filed),
            "rivals": rivals_view(order, setting, near),
            "siblings": siblings_view(order, setting, near),
            "differences": [],
            "profile": profile_view(order, setting),
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
            })),
            "province": province_view(None, &Counted::NOTHING),
            "services": [with(known("services", None), json!({
                "person_is_subjects": null, "resource_uses": null, "code_uses": null,
                "number": null, "place": 1, "filed": false, "approved_on": null,
                "registrations": [known("services.registrations", None)],
                "builds": [known("services.builds", None)],
                "accesses": [], "accesses_known": false, "holders": [],
            }))],
            "persons": [with(known("subject.responsible", None), json!({
                "path": "subject.responsible", "role": "subject", "place": null, "phone_uses": [],
            }))],
            "materials": [with(known("materials", None), material_unknown())],
            "changes": [{"service": null, "field": null, "from": null, "to": null}],
            "filed": filed_view(None),
            "rivals": [{
                "path": "", "id": null, "kind": null, "status": null, "awaited": false,
                "same_subject": false, "same_account": false, "same_domain": false,
                "parallel": false,
            }],
            "siblings": [{"path": "", "id": null, "kind": null, "awaited": false}],
            "differences": [{"path": "", "field": null}],
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
const LISTS_OF_TABLES: [&str; 4] = ["accesses", "filed", "holders", "phone_uses"];

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

/// Returns the subject as it is after the order: filed facts, or those asked for.
fn subject_of(order: &Order, filed: Option<&FiledSubject>) -> SubjectFacts {
    let mut facts = match (&order.filing.subject, filed) {
        (Some(asked), _) => asked.clone(),
        (None, Some(filed)) => filed.facts.clone(),
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
fn services_of<'a>(order: &Order, filed: Option<&'a FiledSubject>) -> Vec<Seen<'a>> {
    if order.kind == Kind::New {
        let asked = order.filing.services.iter().map(|facts| Seen {
            number: None,
            facts: facts.clone(),
            accesses: None,
            approved_on: None,
        });
        return asked.collect();
    }
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for target in &order.target.services {
        let service = filed.and_then(|subject| subject.services.get(&target.number));
        let mut facts = service.map_or_else(
            || ServiceFacts {
                kind: Some(target.kind),
                name: target.name.clone(),
                domains: (!target.domains.is_empty()).then(|| target.domains.clone()),
                ..ServiceFacts::default()
            },
            |service| service.facts.clone(),
        );
        facts.kind.get_or_insert(target.kind);
        facts.resource.clone_from(&target.resource);
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

/// Whether the dossier gives little more than icpctl needs: neither where the subject is reached
/// by mail, nor what a service is about.
fn is_bare(order: &Order, subject: &SubjectFacts, services: &[Seen<'_>]) -> bool {
    let describes = services.iter().any(|s| {
        s.facts
            .content
            .as_ref()
            .is_some_and(|list| !list.is_empty())
    });
    let addressed = order.filing.subject.is_none() || subject.mailing_address.is_some();
    !(describes && addressed)
}

/// Returns the tree of a section with every field that the knowledge has there; what is not given
/// is null, a list empty, a table full of such.
fn known(section: &str, facts: Option<Json>) -> Map<String, Json> {
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
    if section == "services" {
        let several = table.get("prior_approval").cloned().unwrap_or(Json::Null);
        let several = if several.is_null() {
            json!([])
        } else {
            several
        };
        table.insert("prior_approval".to_owned(), several);
    }
    for list in table.values_mut().filter_map(Json::as_array_mut) {
        list.truncate(LIST_LIMIT);
    }
    table
}

/// Returns a list; where fields stand below it, each element with all of them.
fn list(path: &str, value: Option<Json>) -> Json {
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

fn with(mut table: Map<String, Json>, more: Json) -> Json {
    if let Json::Object(more) = more {
        table.extend(more);
    }
    table.into()
}

fn json_of<T: Serialize>(value: &T) -> Option<Json> {
    serde_json::to_value(value).ok()
}

fn order_view(order: &Order, setting: &Setting<'_>, is_bare: bool) -> Json {
    let view = order.view(setting.profiles, setting.now);
    let status = view.status();
    let window = view.standing.window.as_ref();
    let holders = order
        .provider
        .as_deref()
        .zip(order.account.as_deref())
        .and_then(|key| setting.accounts.get(&key));
    let others: Vec<String> = holders
        .into_iter()
        .flatten()
        .filter(|number| order.target.subject.as_ref() != Some(number))
        .take(LIST_LIMIT)
        .map(ToString::to_string)
        .collect();
    let idle = (setting.now - view.standing.touched_at).num_days();
    json!({
        "kind": order.kind.name(),
        "provider": order.provider,
        "account": order.account,
        "ref": order.reference,
        "after": order.after,
        "verify_by": order.verify_by.map(VerifyBy::name),
        "written": order.via == Via::Written,
        "first": order.is_first_filing(),
        "bare": is_bare,
        "service_count": order.service_count(),
        "status": status.name(),
        "live": status.is_live(),
        "since": view.standing.since.date_naive(),
        "idle_days": status.is_live().then_some(idle),
        "sms_until": window.map(|w| w.closes_at().format("%Y-%m-%d %H:%M").to_string()),
        "account_subjects": others,
    })
}

fn subject_view(
    order: &Order,
    setting: &Setting<'_>,
    filed: Option<&FiledSubject>,
    facts: &SubjectFacts,
    holder: Option<Holder>,
) -> Json {
    let number = order.target.subject.as_ref();
    let ever = number.and_then(|number| setting.portfolio.subjects.get(number));
    let ended: Vec<String> = ever
        .map(|subject| subject.ended_services.keys().map(ToString::to_string))
        .into_iter()
        .flatten()
        .take(LIST_LIMIT)
        .collect();
    with(
        known("subject", json_of(facts)),
        json!({
            "number": order.target.subject,
            "filed": filed.is_some(),
            "individual": holder.map(|holder| holder == Holder::Individual),
            "ended_numbers": ended,
        }),
    )
}

/// What the province's bureau asks for, with every key whether the province is known or not.
fn province_view(province: Option<Province>, counted: &Counted) -> Json {
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
fn unknown(value: Json) -> Json {
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
struct Counted {
    services: usize,
    domains: usize,
    most_domains: usize,
    of_subject: usize,
}

impl Counted {
    const NOTHING: Self = Self {
        services: 0,
        domains: 0,
        most_domains: 0,
        of_subject: 0,
    };

    fn of(services: &[Seen<'_>], filed: Option<&FiledSubject>) -> Self {
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
fn limit_view(limit: Option<&Limit>, counted: &Counted) -> Json {
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

fn service_view(place: usize, service: &Seen<'_>, order: &Order, setting: &Setting<'_>) -> Json {
    let holders: Vec<Json> = service
        .facts
        .domains
        .iter()
        .flatten()
        .take(LIST_LIMIT)
        .flat_map(|domain| {
            let holders = setting.domains.get(domain.ascii()).into_iter().flatten();
            holders.map(move |(subject, number)| (domain, subject, *number))
        })
        .filter(|(_, _, number)| service.number != Some(*number))
        .map(|(domain, subject, number)| {
            json!({
                "domain": domain,
                "number": number,
                "kind": number.kind().name(),
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

fn merged(one: Json, more: Json) -> Json {
    match one {
        Json::Object(table) => with(table, more),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => one,
    }
}

/// What a service shares with the subject, with the other services and with what is filed.
fn shared_view(
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
        services.iter().filter(same).count() + setting.uses_of(order, code)
    });
    let resource_uses = own.id.as_ref().map(|id| {
        let same = |seen: &&Seen<'_>| resource(seen).id.as_ref() == Some(id);
        services.iter().filter(same).count() + setting.uses_of(order, id)
    });
    let person = service.facts.responsible.as_ref();
    json!({
        "person_is_subjects": is_same_person(person, subject.responsible.as_ref()),
        "resource_uses": resource_uses,
        "code_uses": code_uses,
    })
}

/// Whether two are one person, by certificate or else by name; `None` where that is unknown.
fn is_same_person(one: Option<&Person>, other: Option<&Person>) -> Option<bool> {
    let (one, other) = one.zip(other)?;
    let by = |one: &Option<String>, other: &Option<String>| {
        one.as_ref()
            .zip(other.as_ref())
            .map(|(one, other)| one == other)
    };
    by(&one.certificate_number, &other.certificate_number).or_else(|| by(&one.name, &other.name))
}

/// Lists the responsible persons that are given: the subject's first, then each service's.
fn persons(
    order: &Order,
    setting: &Setting<'_>,
    subject: &SubjectFacts,
    services: &[Seen<'_>],
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
                Some(("service", Some(place + 1), path, person))
            });
    of_subject
        .into_iter()
        .chain(of_services)
        .map(|(role, place, path, person)| {
            with(
                known("subject.responsible", json_of(person)),
                json!({
                    "path": path,
                    "role": role,
                    "place": place,
                    "phone_uses": uses(order, setting, person),
                }),
            )
        })
        .collect()
}

/// Lists who else in the portfolio has the phone of a person.
fn uses(order: &Order, setting: &Setting<'_>, person: &Person) -> Vec<Json> {
    let mut seen = BTreeSet::new();
    person
        .phone
        .iter()
        .flat_map(|phone| setting.phones.get(phone.as_str()).into_iter().flatten())
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

fn change_view(change: &FieldChange) -> Json {
    json!({
        "service": change.service,
        "field": change.field,
        "from": change.from.as_ref().and_then(json_of),
        "to": change.to.as_ref().and_then(json_of),
    })
}

/// What is filed of the subject at the moment, whatever the order asks for.
fn filed_view(filed: Option<&FiledSubject>) -> Json {
    let services = filed.map(|subject| subject.services.values());
    json!({
        "known": filed.is_some(),
        "empty_shell": filed.map(FiledSubject::is_empty_shell),
        "certificate_number": filed.and_then(|s| s.facts.certificate_number.clone()),
        "nature": filed.and_then(|s| s.facts.nature.clone()),
        "name": filed.and_then(|s| s.facts.name.clone()),
        "services": services.into_iter().flatten().take(LIST_LIMIT).map(|service| json!({
            "number": service.number,
            "kind": service.kind().name(),
            "name": service.facts.name,
            "domains": service.domains(),
            "approved_on": service.approved_on,
            "accesses_known": service.accesses_known,
            "providers": service.providers(),
        })).collect::<Vec<_>>(),
    })
}

/// Lists the live orders that share the subject or the account.
fn rivals_view(order: &Order, setting: &Setting<'_>, near: &[Rival<'_>]) -> Vec<Json> {
    let profile = setting.profiles.for_order(order.provider.as_deref());
    near.iter()
        .filter(|rival| !is_same(order, rival.order) && rival.status.is_live())
        .filter_map(|rival| {
            let same_subject = guard::is_same_subject(order, rival.order, setting.portfolio);
            let same_provider = order.provider == rival.order.provider;
            let same_account =
                order.account.is_some() && same_provider && order.account == rival.order.account;
            let theirs = rival.order.domains();
            let same_domain = order.domains().into_iter().any(|d| theirs.contains(&d));
            (same_subject || same_account || same_domain).then(|| {
                json!({
                    "path": "",
                    "id": rival.order.id,
                    "kind": rival.order.kind.name(),
                    "status": rival.status.name(),
                    "awaited": order.after.as_ref() == Some(&rival.order.id),
                    "same_subject": same_subject,
                    "same_account": same_account,
                    "same_domain": same_domain,
                    "parallel": same_provider && profile.parallel_orders,
                })
            })
        })
        .take(LIST_LIMIT)
        .collect()
}

/// Lists the drafts of the same subject.
fn siblings_view(order: &Order, setting: &Setting<'_>, near: &[Rival<'_>]) -> Vec<Json> {
    near.iter()
        .filter(|other| other.status == Status::Draft && !is_same(order, other.order))
        .filter(|other| guard::is_same_subject(order, other.order, setting.portfolio))
        .map(|other| {
            json!({
                "path": "",
                "id": other.order.id,
                "kind": other.order.kind.name(),
                "awaited": order.after.as_ref() == Some(&other.order.id),
            })
        })
        .take(LIST_LIMIT)
        .collect()
}

/// Whether two orders are one, or one is what came of the dossier that is the other.
fn is_same(one: &Order, two: &Order) -> bool {
    one.id == two.id || one.reference.is_some() && one.reference == two.reference
}

/// What differs between providers, as far as rules ask for it.
fn profile_view(order: &Order, setting: &Setting<'_>) -> Json {
    let profile = setting.profiles.for_order(order.provider.as_deref());
    let by_individual = order
        .filing
        .subject
        .as_ref()
        .is_some_and(SubjectFacts::is_individual);
    json!({
        "name": order.provider,
        "known": order.provider.as_deref().is_some_and(|p| setting.profiles.known(p).is_some()),
        "limit": profile.order_size.limit(order.kind, by_individual),
        "purge_days": profile.purge_days,
        "review_days": profile.review_days[1],
        "parallel_orders": profile.parallel_orders,
        "verify_by": profile.verify_by.iter().map(|way| way.name()).collect::<Vec<_>>(),
        "quota": {
            "per_instance": profile.quota.per_instance,
            "serverless": profile.quota.serverless,
        },
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
    use crate::knowledge::view_values;

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
