//! Bringing in what is filed already: what a file adds, what it contradicts, what gives way.

use super::mark;
use super::plan::Caution;
use super::plan::{Plan, Stamp};
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::facts::Access;
use crate::filing::host::Host;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::portfolio::{FiledService, FiledSubject, Portfolio};
use crate::filing::record::{AdoptedService, Adoption, SubjectEntry, SubjectEvent, SubjectRecord};
use crate::filing::tree;
use crate::intake::{Adopting, FieldPlaces, Position};
use crate::lang::Text;
use crate::render::mask::{Privacy, mask_tree};
use crate::text;
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a file brought in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adopted {
    /// The subjects that the file names, in its order.
    pub subjects: Vec<SubjectNumber>,
    /// How many services it names.
    pub services: usize,
    /// The numbers that were not filed here before.
    pub added: Vec<String>,
    /// The numbers of which more is known now.
    pub updated: Vec<String>,
    /// The numbers of which nothing new is said.
    pub unchanged: Vec<String>,
    /// What gave way.
    pub replaced: Vec<Contradiction>,
}

/// Something that a file says otherwise than what is filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// Where the file says it.
    pub at: Position,
    /// The number that it is about.
    pub number: String,
    /// The field.
    pub path: String,
    /// What is filed.
    pub old: Value,
    /// What the file says.
    pub new: Value,
}

impl Contradiction {
    /// Returns where it is: the number and the field.
    pub fn place(&self) -> String {
        format!("{} {}", self.number, self.path)
    }

    /// Returns it in a line.
    pub fn message(&self) -> Text {
        let (place, old, new) = (self.place(), words(&self.old), words(&self.new));
        text!(
            "{place}：现为 {old}，文件为 {new}",
            "{place}: filed as {old}, the file says {new}"
        )
    }

    fn masked(mut self, field: &str, is_individual: bool, privacy: Privacy) -> Self {
        for value in [&mut self.old, &mut self.new] {
            if field != "subject.name" {
                mask_tree(value, field, privacy);
            } else if let Value::String(name) = value {
                // An organisation's name is public.
                *name = privacy.subject_name(name, is_individual).into_owned();
            }
        }
        self
    }
}

/// Returns a value as people read it.
pub fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// Decides what a file adds to the portfolio.
///
/// # Errors
/// All contradictions and ended numbers at once (6); a file that contradicts itself, or a subject
/// whose record cannot be read (3).
pub fn decide(
    world: &World,
    stamp: &Stamp,
    given: &[Adopting],
    replace: bool,
    privacy: Privacy,
) -> Result<Plan<Adopted>, Failure> {
    let before = &world.book.portfolio;
    sound(before, given, replace, privacy)?;
    let mut records: BTreeMap<SubjectNumber, SubjectRecord> = BTreeMap::new();
    for Adopting {
        value: adoption, ..
    } in given
    {
        let mut entry = mark::subject_entry(world, stamp, &adoption.number, SubjectEvent::Adopt);
        entry.filing = Some(adoption.clone());
        let record = mark::with(&world.book, adoption.number, entry)?;
        records.insert(adoption.number, record);
    }
    let after = Portfolio::fold(records.values(), world.book.orders.values());
    let mut answer = Adopted::default();
    let mut cautions = Vec::new();
    for one in given {
        let adoption = &one.value;
        let number = adoption.number;
        answer.subjects.push(number);
        answer.services += adoption.services.len();
        let there = before.subject(&number);
        let now = after.subject(&number);
        answer.sort_in(adoption, there, now);
        if is_same(there, now) {
            records.remove(&number);
            continue;
        }
        let found = contradictions(before, one, privacy);
        if let Some(there) = there
            && !found.is_empty()
            && let Some(entry) = records.get_mut(&number).and_then(last)
        {
            entry.replace = true;
            entry.filing = Some(widened(there, adoption));
        }
        answer.replaced.extend(found);
        cautions.extend(unknown_providers(world, adoption));
        cautions.extend(now.and_then(shared_counters));
    }
    if !replace && !answer.replaced.is_empty() {
        return Err(contradicts(&answer.replaced));
    }
    let changed: BTreeSet<SubjectNumber> = records.keys().copied().collect();
    for Adopting {
        value: adoption, ..
    } in given
    {
        if changed.contains(&adoption.number) {
            take_domains(world, stamp, adoption, &mut records)?;
        }
    }
    let mut plan = Plan::new(answer);
    plan.subjects = records.into_values().collect();
    plan.cautions = cautions;
    Ok(plan)
}

impl Adopted {
    /// Notes for each number whether the file brings it in, adds to it, or says nothing new.
    fn sort_in(
        &mut self,
        adoption: &Adoption,
        there: Option<&FiledSubject>,
        now: Option<&FiledSubject>,
    ) {
        let mut take = |number: String, was_filed: bool, is_unchanged: bool| {
            if is_unchanged {
                self.unchanged.push(number);
            } else if was_filed {
                self.updated.push(number);
            } else {
                self.added.push(number);
            }
        };
        let own = |subject: &FiledSubject| (subject.facts.clone(), subject.labels.clone());
        take(
            adoption.number.to_string(),
            there.is_some(),
            there.is_some() && there.map(own) == now.map(own),
        );
        for AdoptedService { number, .. } in &adoption.services {
            let was = there.and_then(|s| s.services.get(number));
            let is = now.and_then(|s| s.services.get(number));
            take(number.to_string(), was.is_some(), was == is);
        }
    }
}

fn last(record: &mut SubjectRecord) -> Option<&mut SubjectEntry> {
    record.history.last_mut()
}

/// Whether two states of a subject differ in nothing but their place in its records.
fn is_same(one: Option<&FiledSubject>, two: Option<&FiledSubject>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => {
            let mut one = one.clone();
            one.next_sequence = two.next_sequence;
            one == *two
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns all that stands against taking a file in, each with its place: what it says against
/// itself, the numbers that have ended, and what it says against what is filed.
pub fn objections(world: &World, given: &[Adopting], replace: bool, privacy: Privacy) -> Vec<Text> {
    let before = &world.book.portfolio;
    let mut all = inconsistent(given);
    all.extend(ended(before, given));
    all.extend(contradicted(before, given, replace, privacy));
    told(all)
}

/// Refuses a file of which no order of taking it in would be right, with all that stands against it.
fn sound(
    before: &Portfolio,
    given: &[Adopting],
    replace: bool,
    privacy: Privacy,
) -> Result<(), Failure> {
    let (faults, ended) = (inconsistent(given), ended(before, given));
    if faults.is_empty() && ended.is_empty() {
        return Ok(());
    }
    let rest = contradicted(before, given, replace, privacy);
    if faults.is_empty() {
        let mut failure = has_ended(&told(ended));
        failure.hints.extend(told(rest));
        return Err(failure);
    }
    let count = faults.len();
    let mut failure = Failure::invalid(
        "invalid.adoption",
        text!(
            "文件自相矛盾，共 {count} 处；什么都没有导入",
            "the file contradicts itself in {count} place(s); nothing was brought in"
        ),
    );
    failure.hints = told(faults.into_iter().chain(ended).chain(rest).collect());
    Err(failure)
}

/// Returns texts with their places, in the order in which they stand in the file.
fn told(mut found: Vec<(Position, Text)>) -> Vec<Text> {
    found.sort_by_key(|(at, _)| *at);
    found.iter().map(|(at, text)| at.says(text)).collect()
}

/// Lists what a file says against itself.
fn inconsistent(given: &[Adopting]) -> Vec<(Position, Text)> {
    let mut faults: Vec<(Position, Text)> = Vec::new();
    let mut subjects = BTreeSet::new();
    let mut holders: BTreeMap<&Host, SubjectNumber> = BTreeMap::new();
    for Adopting {
        value: adoption,
        places,
        services,
    } in given
    {
        let number = adoption.number;
        if !subjects.insert(number) {
            let fault = text!(
                "主体 {number} 出现了两次，请合并",
                "the subject {number} stands here twice; write it once"
            );
            faults.push((places.field("number"), fault));
        }
        for (service, places) in adoption.services.iter().zip(services) {
            for domain in service.facts.domains.iter().flatten() {
                let holder = holders.entry(domain).or_insert(number);
                if *holder != number {
                    let other = *holder;
                    let fault = text!(
                        "域名 {domain} 同时写在 {other} 和 {number} 名下",
                        "the domain {domain} stands under both {other} and {number}"
                    );
                    faults.push((places.field("domains"), fault));
                }
            }
            let accesses = service.accesses.as_deref().unwrap_or_default();
            for (place, access) in accesses.iter().enumerate() {
                if accesses[..place]
                    .iter()
                    .any(|other| contradicts_access(other, access))
                {
                    let (number, provider) = (service.number, &access.provider);
                    let fault = text!(
                        "{number} 在 {provider} 的同一账号下写了两个资源",
                        "{number} has two resources under one account at {provider}"
                    );
                    faults.push((places.field("accesses"), fault));
                }
            }
        }
    }
    faults
}

/// Whether both are known and not the same.
fn differ<T: PartialEq>(one: Option<&T>, two: Option<&T>) -> bool {
    matches!((one, two), (Some(one), Some(two)) if one != two)
}

fn contradicts_access(old: &Access, new: &Access) -> bool {
    old.is_same(new)
        && (differ(old.resource.as_ref(), new.resource.as_ref())
            || differ(old.since.as_ref(), new.since.as_ref()))
}

/// Lists the numbers that an approval or `gone` ended: they never return (NUM-05).
fn ended(before: &Portfolio, given: &[Adopting]) -> Vec<(Position, Text)> {
    let mut ended: Vec<(Position, Text)> = Vec::new();
    for one in given {
        let number = one.value.number;
        let mut tell = |at: Position, number: String, day: NaiveDate| {
            let text = text!("{number} 已于 {day} 失效", "{number} ended on {day}");
            ended.push((at, text));
        };
        if let Some(day) = before.subjects.get(&number).and_then(|s| s.ended) {
            tell(one.places.field("number"), number.to_string(), day);
            continue;
        }
        for (service, places) in one.value.services.iter().zip(&one.services) {
            if let Some(day) = before.ended(&service.number) {
                tell(places.field("number"), service.number.to_string(), day);
            }
        }
    }
    ended
}

fn has_ended(list: &[Text]) -> Failure {
    let (zh, en) = joined(list);
    Failure::new(
        Exit::Conflict,
        "conflict.ended",
        text!(
            "文件中有已失效的备案号，什么都没有导入：{zh}",
            "the file holds numbers that have ended; nothing was brought in:{en}"
        ),
    )
    .rule("NUM-05")
    .hint(text!(
        "注销的备案号不会恢复：从文件中去掉它们；若当时记错了，用 icpctl undo 撤消那次操作",
        "a cancelled number never returns: take it out of the file; if it was recorded by mistake, reverse that with icpctl undo"
    ))
}

/// Lists what a file says otherwise than what is filed, unless the file is to win.
fn contradicted(
    before: &Portfolio,
    given: &[Adopting],
    replace: bool,
    privacy: Privacy,
) -> Vec<(Position, Text)> {
    let given = given.iter().filter(|_| !replace);
    let found = given.flat_map(|one| contradictions(before, one, privacy));
    found.map(|c| (c.at, c.message())).collect()
}

/// Joins texts, one a line, below a heading.
fn joined(list: &[Text]) -> (String, String) {
    list.iter()
        .fold((String::new(), String::new()), |(zh, en), text| {
            (
                format!("{zh}\n  {}", text.zh),
                format!("{en}\n  {}", text.en),
            )
        })
}

fn contradicts(found: &[Contradiction]) -> Failure {
    let count = found.len();
    let list = found.iter().map(|c| (c.at, c.message())).collect();
    let (zh, en) = joined(&told(list));
    Failure::new(
        Exit::Conflict,
        "conflict.portfolio",
        text!(
            "与已有备案矛盾 {count} 处，什么都没有导入：{zh}",
            "the file contradicts what is filed in {count} place(s); nothing was brought in:{en}"
        ),
    )
    .hint(text!(
        "以文件为准：加上 --replace；已失效的用 icpctl gone 登记",
        "to let the file win, add --replace; record what has ended with icpctl gone"
    ))
}

/// Lists what an adoption says otherwise than what is filed.
fn contradictions(before: &Portfolio, given: &Adopting, privacy: Privacy) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let adoption = &given.value;
    let there = before.subject(&adoption.number);
    let is_individual = adoption.facts.is_individual()
        || there.is_some_and(|subject| subject.facts.is_individual());
    let mut tell = |places: &FieldPlaces, number: String, path: String, field: &str, old, new| {
        let contradiction = Contradiction {
            at: places.field(&path),
            number,
            path,
            old,
            new,
        };
        found.push(contradiction.masked(field, is_individual, privacy));
    };
    let value = |v: &toml::Value| serde_json::to_value(v).unwrap_or_default();
    if let Some(there) = there {
        for differing in tree::differences(&there.facts, &adoption.facts) {
            let field = format!("subject.{}", differing.path);
            let (old, new) = (value(&differing.old), value(&differing.new));
            tell(
                &given.places,
                adoption.number.to_string(),
                differing.path,
                &field,
                old,
                new,
            );
        }
    }
    for (given, places) in adoption.services.iter().zip(&given.services) {
        let number = given.number.to_string();
        if let Some(service) = there.and_then(|there| there.services.get(&given.number)) {
            for differing in tree::differences(&service.facts, &given.facts) {
                let field = format!("services.{}", differing.path);
                let (old, new) = (value(&differing.old), value(&differing.new));
                tell(places, number.clone(), differing.path, &field, old, new);
            }
            let (old, new) = (service.approved_on, given.approved_on);
            if differ(old.as_ref(), new.as_ref()) {
                tell(
                    places,
                    number.clone(),
                    "approved_on".to_owned(),
                    "",
                    json!(old),
                    json!(new),
                );
            }
            for (old, new) in changed_accesses(service, given) {
                let provider = &new.provider;
                if differ(old.resource.as_ref(), new.resource.as_ref()) {
                    let path = format!("accesses.{provider}.resource");
                    tell(
                        places,
                        number.clone(),
                        path,
                        "",
                        json!(old.resource),
                        json!(new.resource),
                    );
                }
                if differ(old.since.as_ref(), new.since.as_ref()) {
                    let path = format!("accesses.{provider}.since");
                    tell(
                        places,
                        number.clone(),
                        path,
                        "",
                        json!(old.since),
                        json!(new.since),
                    );
                }
            }
        }
        for domain in brought(there, given) {
            for holder in elsewhere(before, adoption.number, domain) {
                let path = format!("domains.{domain}");
                tell(
                    places,
                    number.clone(),
                    path,
                    "",
                    json!(holder.number),
                    json!(given.number),
                );
            }
        }
    }
    found
}

/// Pairs the accesses that a file gives with those filed that they contradict.
fn changed_accesses<'a>(
    service: &'a FiledService,
    given: &'a AdoptedService,
) -> impl Iterator<Item = (&'a Access, &'a Access)> {
    let given = given.accesses.as_deref().unwrap_or_default();
    given.iter().filter_map(|new| {
        let old = service.accesses.iter().find(|old| old.is_same(new))?;
        contradicts_access(old, new).then_some((old, new))
    })
}

/// Lists the domains that a service of the file does not hold yet.
fn brought<'a>(
    there: Option<&'a FiledSubject>,
    given: &'a AdoptedService,
) -> impl Iterator<Item = &'a Host> {
    let filed = there.and_then(|there| there.services.get(&given.number));
    let held = filed.map(FiledService::domains).unwrap_or_default();
    let domains = given.facts.domains.iter().flatten();
    domains.filter(|domain| !held.contains(domain))
}

/// Lists the services of other subjects that hold `domain`.
fn elsewhere<'a>(
    portfolio: &'a Portfolio,
    number: SubjectNumber,
    domain: &Host,
) -> impl Iterator<Item = &'a FiledService> {
    portfolio
        .holders(domain)
        .into_iter()
        .filter(move |(subject, _)| subject.number != number)
        .map(|(_, service)| service)
}

/// Returns an adoption whose sets hold what is filed too: they only grow, while scalars give way.
fn widened(there: &FiledSubject, adoption: &Adoption) -> Adoption {
    let mut wide = adoption.clone();
    for service in &mut wide.services {
        let Some(filed) = there.services.get(&service.number) else {
            continue;
        };
        let mut merged = filed.facts.clone();
        tree::absorb(&mut merged, &service.facts, false);
        let mut facts = tree::of(&service.facts);
        if let (toml::Value::Table(facts), toml::Value::Table(merged)) =
            (&mut facts, tree::of(&merged))
        {
            for (key, value) in merged {
                if value.is_array() && facts.contains_key(&key) {
                    facts.insert(key, value);
                }
            }
        }
        if let Ok(facts) = facts.try_into() {
            service.facts = facts;
        }
        if let Some(given) = &mut service.accesses {
            let mut all = filed.accesses.clone();
            for access in given.drain(..) {
                match all.iter_mut().find(|there| there.is_same(&access)) {
                    Some(there) => {
                        there.account = access.account.or_else(|| there.account.take());
                        there.resource = access.resource.or_else(|| there.resource.take());
                        there.since = access.since.or(there.since);
                    }
                    None => all.push(access),
                }
            }
            *given = all;
        }
    }
    wide
}

/// Takes the domains that an adoption brings away from the services of other subjects.
fn take_domains(
    world: &World,
    stamp: &Stamp,
    adoption: &Adoption,
    records: &mut BTreeMap<SubjectNumber, SubjectRecord>,
) -> Result<(), Failure> {
    let before = &world.book.portfolio;
    let there = before.subject(&adoption.number);
    let brought: Vec<&Host> = adoption
        .services
        .iter()
        .flat_map(|service| brought(there, service))
        .collect();
    let losers: BTreeSet<ServiceNumber> = brought
        .iter()
        .flat_map(|domain| elsewhere(before, adoption.number, domain))
        .map(|service| service.number)
        .collect();
    for number in losers {
        let owner = number.subject();
        let record = match records.get(&owner) {
            Some(record) => record.clone(),
            None => mark::record(&world.book, &owner)?,
        };
        // What the record adds up to by now: another subject of the file may have taken some too.
        let orders = world.book.orders.values();
        let now = Portfolio::fold([&record], orders);
        let Some((_, service)) = now.service(&number) else {
            continue;
        };
        let kept = service.domains().iter().filter(|d| !brought.contains(d));
        let mut entry = mark::subject_entry(world, stamp, &owner, SubjectEvent::Adopt);
        entry.sequence = now.next_sequence(&owner);
        entry.replace = true;
        entry.filing = Some(Adoption {
            number: owner,
            labels: BTreeMap::new(),
            facts: crate::filing::facts::SubjectFacts::default(),
            services: vec![AdoptedService {
                number,
                approved_on: None,
                labels: BTreeMap::new(),
                facts: crate::filing::facts::ServiceFacts {
                    domains: Some(kept.cloned().collect()),
                    ..Default::default()
                },
                accesses: None,
            }],
        });
        let mut record = record;
        record.history.push(entry);
        records.insert(owner, record);
    }
    Ok(())
}

/// Warns of services that share a counter: the numbers are kept, but one of them is wrong (NUM-03).
fn shared_counters(subject: &FiledSubject) -> Option<Caution> {
    let message = shared_counters_in_words(subject)?;
    Some(Caution {
        code: "NUM-03",
        message,
        path: None,
    })
}

/// Says which services of a subject share a counter.
pub fn shared_counters_in_words(subject: &FiledSubject) -> Option<Text> {
    let numbers = subject.sharing_a_counter();
    let list: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let list = list.join(", ");
    (!numbers.is_empty()).then(|| {
        text!(
            "{list} 的序号重复，四类服务共用一个序号，其中有抄错的",
            "{list} share a counter, which runs through all kinds of service: one was copied wrongly"
        )
    })
}

/// Warns of providers that no profile describes: they are kept, and judged by the generic one.
fn unknown_providers(world: &World, adoption: &Adoption) -> Vec<Caution> {
    let names: BTreeSet<&str> = adoption
        .services
        .iter()
        .flat_map(|service| service.accesses.iter().flatten())
        .map(|access| access.provider.as_str())
        .filter(|name| world.profiles.known(name).is_none())
        .collect();
    names
        .into_iter()
        .map(|name| Caution {
            code: "unknown-provider",
            message: text!(
                "没有接入商 {name} 的配置，按通用规则处理",
                "there is no profile of the provider {name}; the generic one applies"
            ),
            path: None,
        })
        .collect()
}
