//! Bringing in what is filed already: what a file adds, what it contradicts, what gives way.

use super::doubt;
use super::mark;
use super::objection::{Contradiction, brought, contradictions, contradicts, elsewhere, sound};
use super::plan::{Caution, Plan, Stamp};
use super::world::World;
use crate::failure::Failure;
use crate::filing::host::Host;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::portfolio::{FiledService, FiledSubject, Portfolio};
use crate::filing::province::Province;
use crate::filing::record::{AdoptedService, Adoption, SubjectEvent, SubjectRecord};
use crate::filing::tree;
use crate::intake::Adopting;
use crate::lang::{Text, commas, shell_word};
use crate::render::mask::Privacy;
use crate::text;
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
        if replace {
            cautions.extend(there.into_iter().flat_map(|there| kept(there, adoption)));
            cautions.extend(there.into_iter().flat_map(|there| shared(there, adoption)));
        }
        if is_same(there, now) {
            records.remove(&number);
            continue;
        }
        let found = contradictions(before, one, privacy);
        if let Some(there) = there
            && !found.is_empty()
            && let Some(entry) = records
                .get_mut(&number)
                .and_then(|record| record.history.last_mut())
        {
            entry.replace = true;
            entry.filing = Some(widened(there, adoption));
        }
        answer.replaced.extend(found);
        cautions.extend(unknown_providers(world, adoption));
        cautions.extend(now.and_then(shared_counters));
        cautions.extend(now.and_then(other_province));
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

/// Returns an adoption whose sets hold what is filed too: they only grow, while scalars give way.
fn widened(there: &FiledSubject, adoption: &Adoption) -> Adoption {
    let mut wide = adoption.clone();
    for service in &mut wide.services {
        let Some(filed) = there.services.get(&service.number) else {
            continue;
        };
        let mut merged = (*filed.facts).clone();
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
                access.add_to(&mut all);
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
    let brought: BTreeSet<&Host> = adoption
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
        let mut record = match records.get(&owner) {
            Some(record) => record.clone(),
            None => mark::record(&world.book, &owner)?,
        };
        // What the record adds up to by now: another subject of the file may have taken some too.
        let orders = world.register().of_subject(&world.book, &owner);
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
        record.history.push(entry);
        records.insert(owner, record);
    }
    Ok(())
}

/// Warns of accesses and domains that a file which replaces what is filed leaves out: sets only grow.
fn kept(there: &FiledSubject, adoption: &Adoption) -> Vec<Caution> {
    let mut cautions = Vec::new();
    for service in &adoption.services {
        let number = service.number;
        let Some(filed) = there.services.get(&number) else {
            continue;
        };
        let given = service.accesses.as_deref().unwrap_or_default();
        let mut left_out = filed.providers();
        left_out.retain(|provider| given.iter().all(|access| access.provider != *provider));
        if service.accesses.is_some() {
            cautions.extend(left_out.into_iter().map(|provider| {
                let message = text!(
                    "{number} 仍记有 {provider} 的接入：--replace 不删去已有的接入；没有这个接入的，执行 icpctl gone {number} --provider {provider} --because not-ours",
                    "{number} keeps its access at {provider}: --replace takes no access away; where there is none, run icpctl gone {number} --provider {provider} --because not-ours",
                    provider = Text::verbatim(shell_word(provider))
                );
                Caution::new("access-kept", message)
            }));
        }
        let Some(given) = &service.facts.domains else {
            continue;
        };
        let left_out = filed
            .domains()
            .iter()
            .filter(|domain| !given.contains(domain));
        cautions.extend(left_out.map(|domain| {
            let message = text!(
                "{number} 仍记有域名 {domain}：--replace 不删去已有的域名",
                "{number} keeps its domain {domain}: --replace takes no domain away"
            );
            let message = if given.is_empty() {
                message
            } else {
                text!(
                    "{message}；没有这个域名的，起草去掉它的变更：icpctl change {number} --unset domains={domain}",
                    "{message}; where there is none, draft the change that takes it out: icpctl change {number} --unset domains={domain}",
                    message
                )
            };
            Caution::new("domain-kept", message)
        }));
    }
    cautions
}

/// Warns of domains that a file which replaces what is filed gives to another service of the subject,
/// and of whose holder it says nothing: both have them now.
fn shared(there: &FiledSubject, adoption: &Adoption) -> Vec<Caution> {
    let says_own = |holder: &&FiledService| {
        let mut given = adoption.services.iter();
        given.any(|s| s.number == holder.number && s.facts.domains.is_some())
    };
    let given_besides = |holder: ServiceNumber| -> Vec<&Host> {
        let others = adoption.services.iter().filter(|s| s.number != holder);
        others
            .flat_map(|s| s.facts.domains.iter().flatten())
            .collect()
    };
    let mut cautions = Vec::new();
    for service in &adoption.services {
        let number = service.number;
        for domain in brought(Some(there), service) {
            let holders = there.services.values();
            let holders = holders.filter(|s| s.domains().contains(domain) && !says_own(s));
            cautions.extend(holders.map(|filed| {
                let holder = filed.number;
                let message = text!(
                    "{number} 增加了域名 {domain}，{holder} 也仍记有它：--replace 不删去已有的域名",
                    "{number} has the domain {domain} now, and {holder} keeps it too: --replace takes no domain away"
                );
                // A change leaves at least one.
                let mut kept = filed.domains().iter();
                let message = if kept.any(|own| !given_besides(holder).contains(&own)) {
                    text!(
                        "{message}；已不属于后者的，起草去掉它的变更：icpctl change {holder} --unset domains={domain}",
                        "{message}; where the latter has it no longer, draft the change that takes it out: icpctl change {holder} --unset domains={domain}",
                        message
                    )
                } else {
                    text!(
                        "{message}；后者另有域名的，把那个域名也写进文件",
                        "{message}; where the latter has another one, write that into the file too",
                        message
                    )
                };
                Caution::new("domain-kept", message)
            }));
        }
    }
    cautions
}

/// Warns of services that share a counter: the numbers are kept, but one of them is wrong (NUM-03).
fn shared_counters(subject: &FiledSubject) -> Option<Caution> {
    let message = shared_counters_in_words(subject)?;
    Some(Caution::new("NUM-03", message))
}

/// Says which services of a subject share a counter.
pub fn shared_counters_in_words(subject: &FiledSubject) -> Option<Text> {
    let numbers = subject.sharing_a_counter();
    let list = commas(&numbers);
    (!numbers.is_empty()).then(|| {
        text!(
            "{list} 的序号重复，四类服务共用一个序号，其中有抄错的",
            "{list} share a counter, which runs through all kinds of service: one was copied wrongly"
        )
    })
}

/// Warns of a subject whose province is not the one that its number names (NUM-04).
fn other_province(subject: &FiledSubject) -> Option<Caution> {
    let said: Province = subject.facts.province.as_deref()?.parse().ok()?;
    let named = subject.number.province()?;
    let number = subject.number;
    (said != named).then(|| {
        let message = text!(
            "{number} 属于{named}，province 写的却是{said}：其中有一个不对，核对后用 adopt --replace 更正，否则提交其订单会被 NUM-04 拒绝",
            "{number} is of {named}, but province says {said}: one of them is wrong; compare, and correct it with adopt --replace, else submitting its orders is refused by NUM-04",
            named = named.name(),
            said = said.name()
        );
        Caution::new("NUM-04", message)
    })
}

/// Warns of providers that no profile describes: they are kept, and judged by the generic one.
fn unknown_providers(world: &World, adoption: &Adoption) -> Vec<Caution> {
    let names: BTreeSet<&str> = adoption
        .services
        .iter()
        .flat_map(|service| service.accesses.iter().flatten())
        .map(|access| access.provider.as_str())
        .collect();
    names
        .into_iter()
        .filter_map(|name| doubt::unknown_provider(&world.profiles, name))
        .collect()
}
