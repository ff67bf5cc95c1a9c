//! What stands against bringing a file of filings in: against itself, what has ended, what is filed.

use super::unfiled::{not_ours_since, ours_again};
use super::world::World;
use crate::failure::Failure;
use crate::filing::facts::{Access, Holder, SubjectFacts};
use crate::filing::host::Host;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::portfolio::{FiledService, FiledSubject, Portfolio};
use crate::filing::record::AdoptedService;
use crate::filing::tree::{self, Difference};
use crate::intake::{Adopting, FieldPlaces, Position};
use crate::lang::Text;
use crate::render::mask::{Privacy, mask_for};
use crate::text;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a file says otherwise than what is filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// Where the file says it.
    pub at: Position,
    /// The number that it is about.
    pub number: String,
    /// The field.
    pub path: String,
    /// The field as the file calls it.
    pub called: String,
    /// What is filed.
    pub old: Value,
    /// What the file says.
    pub new: Value,
}

impl Contradiction {
    /// Returns where it is: the number and the field, as the file calls it.
    pub fn place(&self) -> String {
        format!("{} {}", self.number, self.called)
    }

    /// Returns it in a line.
    pub fn message(&self) -> Text {
        let (place, old, new) = (self.place(), words(&self.old), words(&self.new));
        text!(
            "{place}：现为 {old}，文件为 {new}",
            "{place}: filed as {old}, the file says {new}"
        )
    }

    /// Returns the values that are nobody's data, or masked already by what the field holds.
    fn plain(&self) -> impl Iterator<Item = String> {
        let field = self.path.rsplit('.').next().unwrap_or_default();
        let is_known = KNOWN.contains(&field);
        let values = [&self.old, &self.new].into_iter().map(words);
        values.filter(move |_| is_known)
    }

    fn masked(mut self, field: &str, holder: Option<Holder>, privacy: Privacy) -> Self {
        for value in [&mut self.old, &mut self.new] {
            if field != "subject.name" {
                mask_for(value, field, holder, privacy);
            } else if let Value::String(name) = value {
                // An organisation's name is public.
                let is_individual = holder == Some(Holder::Individual);
                *name = privacy.subject_name(name, is_individual).into_owned();
            }
        }
        self
    }
}

/// The fields whose values are masked by what they hold or not at all, whatever they look like.
const KNOWN: [&str; 2] = ["certificate_number", "resource"];

/// Returns a value as people read it.
pub fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// Returns all that stands against taking a file in, each with its place: what it says against
/// itself, the numbers that have ended, and what it says against what is filed; and the words in it
/// that are nobody's data.
pub fn objections(
    world: &World,
    given: &[Adopting],
    replace: bool,
    privacy: Privacy,
) -> (Vec<Text>, Vec<String>) {
    let before = &world.book.portfolio;
    let mut all = inconsistent(given);
    all.extend(ended(before, given));
    let contradicted = contradicted(before, given, replace, privacy);
    all.extend(contradicted.iter().map(|c| (c.at, c.message())));
    let plain = contradicted.iter().flat_map(Contradiction::plain).collect();
    (told(all), plain)
}

/// Refuses a file of which no order of taking it in would be right, with all that stands against it.
pub(super) fn sound(
    before: &Portfolio,
    given: &[Adopting],
    replace: bool,
    privacy: Privacy,
) -> Result<(), Failure> {
    let (faults, ended) = (inconsistent(given), ended(before, given));
    if faults.is_empty() && ended.is_empty() {
        return Ok(());
    }
    let contradicted = contradicted(before, given, replace, privacy);
    let rest: Vec<_> = contradicted.iter().map(|c| (c.at, c.message())).collect();
    let plain = contradicted.iter().flat_map(Contradiction::plain).collect();
    if faults.is_empty() {
        let mut failure = has_ended(&told(ended));
        failure.hints.extend(told(rest));
        failure.plain = plain;
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
    failure.plain = plain;
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
        let mut tell = |at: Position, number: Number, day: NaiveDate| {
            let text = match before.not_ours(&number) {
                Some(op) => text!(
                    "{since}；{hint}",
                    "{since}; {hint}",
                    since = not_ours_since(&number, day),
                    hint = ours_again(op)
                ),
                None => text!("{number} 已于 {day} 失效", "{number} ended on {day}"),
            };
            ended.push((at, text));
        };
        if let Some(day) = before.subjects.get(&number).and_then(|s| s.ended) {
            tell(one.places.field("number"), Number::Subject(number), day);
            continue;
        }
        for (service, places) in one.value.services.iter().zip(&one.services) {
            if let Some(day) = before.ended(&service.number) {
                tell(places.field("number"), Number::Service(service.number), day);
            }
        }
    }
    ended
}

fn has_ended(list: &[Text]) -> Failure {
    Failure::conflict("conflict.ended",
        text!(
            "文件中有已失效的备案号，什么都没有导入：{list}",
            "the file holds numbers that have ended; nothing was brought in:{list}",
            list = lines(list)
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
) -> Vec<Contradiction> {
    let given = given.iter().filter(|_| !replace);
    given
        .flat_map(|one| contradictions(before, one, privacy))
        .collect()
}

/// Joins texts, one a line, below a heading.
fn lines(list: &[Text]) -> Text {
    let list = Text::joined(list, "\n  ", "\n  ");
    text!("\n  {list}", "\n  {list}", list)
}

pub(super) fn contradicts(found: &[Contradiction]) -> Failure {
    let count = found.len();
    let list = found.iter().map(|c| (c.at, c.message())).collect();
    let list = lines(&told(list));
    let looks_alike = found.iter().any(|c| words(&c.old) == words(&c.new));
    let failure = Failure::conflict(
        "conflict.portfolio",
        text!(
            "与已有备案矛盾 {count} 处，什么都没有导入：{list}",
            "the file contradicts what is filed in {count} place(s); nothing was brought in:{list}",
            list
        ),
    );
    let mut failure = if looks_alike {
        failure.hint(text!(
            "两个值遮盖后看不出区别，加 --reveal 显示完整的值",
            "masked, the two values look alike: add --reveal to see them whole"
        ))
    } else {
        failure
    };
    failure.plain = found.iter().flat_map(Contradiction::plain).collect();
    failure.hint(text!(
        "以文件为准：加上 --replace；已失效的用 icpctl gone 登记",
        "to let the file win, add --replace; record what has ended with icpctl gone"
    ))
}

/// Lists what an adoption says otherwise than what is filed.
pub(super) fn contradictions(
    before: &Portfolio,
    given: &Adopting,
    privacy: Privacy,
) -> Vec<Contradiction> {
    let adoption = &given.value;
    let there = before.subject(&adoption.number);
    let mut against = Against {
        holder: holder([Some(&adoption.facts), there.map(|subject| &*subject.facts)]),
        privacy,
        found: Vec::new(),
    };
    if let Some(there) = there {
        let number = adoption.number.to_string();
        for differing in tree::differences(&*there.facts, &adoption.facts) {
            against.fact(&given.places, &number, "subject", differing);
        }
    }
    for (given, places) in adoption.services.iter().zip(&given.services) {
        if let Some(service) = there.and_then(|there| there.services.get(&given.number)) {
            against.service(places, service, given);
        }
        let number = given.number.to_string();
        for domain in brought(there, given) {
            for holder in elsewhere(before, adoption.number, domain) {
                let path = format!("domains.{domain}");
                against.plain(places, &number, path, &holder.number, &given.number);
            }
        }
    }
    against.found
}

/// Returns whose facts these are: a natural person's, if any says so.
fn holder(facts: [Option<&SubjectFacts>; 2]) -> Option<Holder> {
    let told = facts.into_iter().flatten();
    told.filter_map(SubjectFacts::holder).min()
}

/// What was found to contradict what is filed.
struct Against {
    /// Whose data it is, where that is known: more of a natural person's is personal.
    holder: Option<Holder>,
    privacy: Privacy,
    found: Vec<Contradiction>,
}

impl Against {
    /// Lists what is said otherwise of a service that is filed.
    fn service(&mut self, places: &FieldPlaces, service: &FiledService, given: &AdoptedService) {
        let number = given.number.to_string();
        for differing in tree::differences(&*service.facts, &given.facts) {
            self.fact(places, &number, "services", differing);
        }
        let (old, new) = (service.approved_on, given.approved_on);
        if differ(old.as_ref(), new.as_ref()) {
            self.plain(places, &number, "approved_on".to_owned(), &old, &new);
        }
        for (old, new) in changed_accesses(service, given) {
            let path = |field: &str| format!("accesses.{}.{field}", new.provider);
            if differ(old.resource.as_ref(), new.resource.as_ref()) {
                let (old, new) = (&old.resource, &new.resource);
                self.plain(places, &number, path("resource"), old, new);
            }
            if differ(old.since.as_ref(), new.since.as_ref()) {
                let (old, new) = (&old.since, &new.since);
                self.plain(places, &number, path("since"), old, new);
            }
        }
    }

    /// Takes a field of a dossier, of which `table` and its path tell whether it is personal.
    fn fact(&mut self, places: &FieldPlaces, number: &str, table: &str, differing: Difference) {
        let field = format!("{table}.{}", differing.path);
        let (old, new) = (as_json(&differing.old), as_json(&differing.new));
        self.take(places, number, differing.path, &field, old, new);
    }

    /// Takes a value that is never personal.
    fn plain<T: Serialize>(
        &mut self,
        places: &FieldPlaces,
        number: &str,
        path: String,
        old: &T,
        new: &T,
    ) {
        self.take(places, number, path, "", as_json(old), as_json(new));
    }

    fn take(
        &mut self,
        places: &FieldPlaces,
        number: &str,
        path: String,
        field: &str,
        old: Value,
        new: Value,
    ) {
        let contradiction = Contradiction {
            at: places.field(&path),
            called: places.called(&path),
            number: number.to_owned(),
            path,
            old,
            new,
        };
        let masked = contradiction.masked(field, self.holder, self.privacy);
        self.found.push(masked);
    }
}

fn as_json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
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
pub(super) fn brought<'a>(
    there: Option<&'a FiledSubject>,
    given: &'a AdoptedService,
) -> impl Iterator<Item = &'a Host> {
    let filed = there.and_then(|there| there.services.get(&given.number));
    let held = filed.map(FiledService::domains).unwrap_or_default();
    let held: BTreeSet<&Host> = held.iter().collect();
    let domains = given.facts.domains.iter().flatten();
    domains.filter(move |domain| !held.contains(domain))
}

/// Lists the services of other subjects that hold `domain`.
pub(super) fn elsewhere<'a>(
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
