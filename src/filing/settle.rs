//! Settling by evidence: what an authoritative source that was asked says of a live order.
//!
//! A source that shows an order's effect settles it as approved. One that shows the state before it
//! says "not yet". Whatever it cannot show, or shows in part, is no verdict: nothing is concluded
//! from silence, and nothing at all from a question that failed.

use super::approval::NONE;
use super::event::Report;
use super::facts::ServiceFacts;
use super::host::Host;
use super::instant::Instant;
use super::kind::Kind;
use super::number::{ServiceKind, ServiceNumber, SubjectNumber};
use super::order::{FieldChange, Order, TargetService};
use super::portfolio::Portfolio;
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A source whose word about filings counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The ministry's public record, through whoever tells it.
    PublicRecord,
    /// The account at a provider in which the filings are accessed.
    OwnAccount {
        /// The provider.
        provider: String,
    },
}

/// A service that a source shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its subject.
    pub subject: SubjectNumber,
    /// The subject's name.
    pub subject_name: Option<String>,
    /// Its number; absent where the source shows the subject alone.
    pub service: Option<ServiceNumber>,
    /// Its name.
    pub name: Option<String>,
    /// Its domains, as far as shown.
    pub domains: Vec<Host>,
    /// The day of the last approval.
    pub updated: Option<NaiveDate>,
}

/// All that one source showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The source.
    pub authority: Authority,
    /// When it was asked.
    pub at: Instant,
    /// What it showed.
    pub seen: Vec<Seen>,
    /// The words that were looked up and answered, shown or not: numbers and domains. An account
    /// shows all that it holds.
    pub looked_up: BTreeSet<String>,
}

/// What a source says of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It has taken effect.
    Approved {
        /// The numbers that a `new` order brought: the subject's for a first filing, then one a
        /// service, in the order of the dossier.
        numbers: Vec<String>,
        /// The day, where the source tells it.
        on: Option<NaiveDate>,
    },
    /// Things stand as they were before.
    NotYet,
    /// It shows something else than either.
    Unclear {
        /// What.
        why: Text,
        /// The report that a person could make of it, in the words of `record`.
        proposal: Option<String>,
    },
    /// It cannot show such a thing, or did not.
    Silent {
        /// Why not.
        why: Text,
    },
}

/// What all sources together come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// At least one says that it has taken effect, and none says otherwise.
    Settled {
        /// Which of the sources.
        by: usize,
        /// The numbers.
        numbers: Vec<String>,
        /// The day, where known.
        on: Option<NaiveDate>,
    },
    /// Some say that it has, others that it has not.
    Conflict {
        /// The first that says so.
        approved: usize,
        /// The first that says otherwise.
        against: usize,
    },
    /// Nothing to settle by.
    Open,
}

/// Weighs what the sources say; contradictions stay contradictions.
pub fn weigh(verdicts: &[Verdict]) -> Outcome {
    let approved = verdicts.iter().enumerate().find_map(|(place, verdict)| {
        if let Verdict::Approved { numbers, on } = verdict {
            Some((place, numbers, *on))
        } else {
            None
        }
    });
    let Some((by, numbers, on)) = approved else {
        return Outcome::Open;
    };
    let against = verdicts.iter().position(|verdict| match verdict {
        Verdict::NotYet | Verdict::Unclear { .. } => true,
        Verdict::Approved { numbers: other, .. } => other != numbers,
        Verdict::Silent { .. } => false,
    });
    match against {
        Some(against) => Outcome::Conflict {
            approved: by,
            against,
        },
        None => Outcome::Settled {
            by,
            numbers: numbers.clone(),
            on,
        },
    }
}

/// Whether a source that was not heard leaves an order open, whatever others show: the bureau's own
/// record may say otherwise wherever it can say anything. An account is behind it, if anything.
pub fn leaves_open(order: &Order, unheard: &Authority) -> bool {
    match (unheard, order.kind) {
        (Authority::OwnAccount { .. }, _) | (Authority::PublicRecord, Kind::CancelAccess) => false,
        (
            Authority::PublicRecord,
            Kind::New | Kind::Access | Kind::Change | Kind::CancelSite | Kind::CancelSubject,
        ) => true,
    }
}

/// Says what a source says of an order that was sent on `sent`.
pub fn judge(
    order: &Order,
    sighting: &Sighting,
    portfolio: &Portfolio,
    sent: NaiveDate,
) -> Verdict {
    if let Authority::OwnAccount { provider } = &sighting.authority
        && order.provider.as_ref() != Some(provider)
    {
        return silent(text!(
            "订单不在这家接入商办理",
            "the order goes through another provider"
        ));
    }
    let is_own = is_own(sighting);
    match order.kind {
        Kind::New => filed(order, sighting, portfolio, sent),
        Kind::Access if is_own => accessed(order, sighting),
        Kind::CancelAccess if is_own => gone(order, sighting),
        Kind::Access if is_unfiled(order, sighting) => unclear(text!(
            "这些备案号都查不到：没有备案，也就谈不上接入",
            "it shows none of these numbers: what is not filed cannot be accessed"
        )),
        Kind::Access | Kind::CancelAccess => silent(text!(
            "公开备案记录不显示接入商",
            "the public record does not show accesses"
        )),
        Kind::Change => changed(order, sighting),
        Kind::CancelSite => gone(order, sighting),
        Kind::CancelSubject if is_own => still_there(order, sighting),
        Kind::CancelSubject => gone(order, sighting),
    }
}

impl Sighting {
    fn has(&self, number: &ServiceNumber) -> bool {
        self.seen.iter().any(|seen| seen.service == Some(*number))
    }

    fn has_subject(&self, number: &SubjectNumber) -> bool {
        self.seen.iter().any(|seen| seen.subject == *number)
    }

    fn was_asked(&self, word: &str) -> bool {
        match self.authority {
            Authority::PublicRecord => self.looked_up.contains(word),
            Authority::OwnAccount { .. } => true,
        }
    }

    /// Whether a service that is to be filed was looked up: its number is not known yet.
    fn was_asked_of(&self, service: &ServiceFacts) -> bool {
        let mut domains = service.domains.iter().flatten();
        domains.any(|domain| self.was_asked(domain.as_str()))
    }

    /// Finds a service that is to be filed: a site by its domains, others by kind and name.
    fn find(&self, service: &ServiceFacts) -> Option<&Seen> {
        let domains = service.domains.as_deref().unwrap_or_default();
        let mut filed = self.seen.iter().filter(|seen| seen.service.is_some());
        filed.find(|seen| match (service.kind, domains) {
            (Some(ServiceKind::Site), _) | (None, [_, ..]) => {
                domains.iter().any(|domain| seen.domains.contains(domain))
            }
            (kind, _) => {
                service.name.is_some()
                    && seen.name == service.name
                    && seen.service.map(|number| number.kind()) == kind
            }
        })
    }
}

fn is_own(sighting: &Sighting) -> bool {
    matches!(sighting.authority, Authority::OwnAccount { .. })
}

/// An approval that brings no number, on a day that is not told.
const APPROVED: Verdict = Verdict::Approved {
    numbers: Vec::new(),
    on: None,
};

fn silent(why: Text) -> Verdict {
    Verdict::Silent { why }
}

fn not_asked() -> Verdict {
    silent(text!(
        "没有查全所需的备案号和域名",
        "not every number and domain was looked up"
    ))
}

fn unclear(why: Text) -> Verdict {
    Verdict::Unclear {
        why,
        proposal: None,
    }
}

/// Whether every service of an order was looked up, and none is there.
fn is_unfiled(order: &Order, sighting: &Sighting) -> bool {
    let services = &order.target.services;
    !services.is_empty()
        && services.iter().all(|service| {
            sighting.was_asked(&service.number.to_string()) && !sighting.has(&service.number)
        })
}

/// A `new` order: its services are there, under numbers that were not there before.
fn filed(order: &Order, sighting: &Sighting, portfolio: &Portfolio, sent: NaiveDate) -> Verdict {
    let services = &order.filing.services;
    let found: Vec<Option<&Seen>> = services.iter().map(|one| sighting.find(one)).collect();
    let there: Vec<&Seen> = found.iter().copied().flatten().collect();
    let Some(first) = there.first() else {
        return if is_own(sighting) || services.iter().any(|one| sighting.was_asked_of(one)) {
            Verdict::NotYet
        } else {
            not_asked()
        };
    };
    if let Some(why) = of_another(order, first, &there, portfolio) {
        return unclear(why);
    }
    if let Some(why) = from_before(&there, portfolio, sent) {
        return unclear(why);
    }
    let numbers = numbers(order, first.subject, &found);
    if there.len() < found.len() {
        return in_part(order, sighting, &found, &numbers);
    }
    Verdict::Approved {
        numbers,
        on: there.iter().filter_map(|seen| seen.updated).max(),
    }
}

/// Why what is there is not filed under the subject that a `new` order is for.
fn of_another(order: &Order, first: &Seen, there: &[&Seen], portfolio: &Portfolio) -> Option<Text> {
    let subject = first.subject;
    if let Some(other) = there.iter().find(|seen| seen.subject != subject) {
        let other = other.subject;
        return Some(text!(
            "各服务分属 {subject} 和 {other}",
            "its services stand under {subject} and {other}"
        ));
    }
    let name = first.subject_name.as_deref().unwrap_or_default();
    let asked = order.filing.subject.as_deref();
    let asked_name = asked.and_then(|asked| asked.name.as_deref());
    let is_another = match &order.target.subject {
        Some(own) => *own != subject,
        None => {
            portfolio.subjects.contains_key(&subject)
                || asked_name.is_some_and(|asked| !name.is_empty() && asked != name)
        }
    };
    is_another.then(|| {
        text!(
            "域名已备案在另一主体 {subject} 名下",
            "the domain is filed under another subject, {subject}"
        )
    })
}

/// Why what is there was there before an order that was sent on `sent`.
fn from_before(there: &[&Seen], portfolio: &Portfolio, sent: NaiveDate) -> Option<Text> {
    there.iter().find_map(|seen| {
        if let Some(number) = &seen.service
            && (portfolio.service(number).is_some() || portfolio.ended(number).is_some())
        {
            return Some(text!(
                "{number} 在本订单之前就有",
                "{number} was there before this order"
            ));
        }
        let day = seen.updated.filter(|day| *day < sent)?;
        Some(text!(
            "该记录的审核日期 {day} 早于提交",
            "what it shows was approved on {day}, before this order was sent"
        ))
    })
}

/// Returns the numbers of an approval: the subject's for a first filing, then one a service.
fn numbers(order: &Order, subject: SubjectNumber, found: &[Option<&Seen>]) -> Vec<String> {
    let first = order.target.subject.is_none().then(|| subject.to_string());
    let services = found.iter().map(|seen| {
        let number = seen.and_then(|seen| seen.service);
        number.map_or_else(|| NONE.to_owned(), |number| number.to_string())
    });
    first.into_iter().chain(services).collect()
}

/// A `new` order some of whose services are there: the bureau may have refused the others, where
/// they would be shown if they were filed.
fn in_part(
    order: &Order,
    sighting: &Sighting,
    found: &[Option<&Seen>],
    numbers: &[String],
) -> Verdict {
    let (here, all) = (found.iter().flatten().count(), found.len());
    let could_be_shown = order
        .filing
        .services
        .iter()
        .zip(found)
        .all(|(service, seen)| {
            seen.is_some() || is_own(sighting) || sighting.was_asked_of(service)
        });
    if !could_be_shown {
        return silent(text!(
            "{all} 个服务中看到 {here} 个，其余的没有查到答复，或不能按域名查询",
            "it shows {here} of {all} services; the others gave no answer, or cannot be looked up by a domain"
        ));
    }
    let given: Vec<String> = numbers.iter().map(|n| format!(" --number {n}")).collect();
    Verdict::Unclear {
        why: text!(
            "{all} 个服务中只看到 {here} 个",
            "it shows only {here} of {all} services"
        ),
        proposal: Some(format!(
            "{}{}",
            Report::BureauApproved.name(),
            given.concat()
        )),
    }
}

/// An `access` order: the account holds the services.
fn accessed(order: &Order, sighting: &Sighting) -> Verdict {
    let all = order.target.services.len();
    let here = order
        .target
        .services
        .iter()
        .filter(|service| sighting.has(&service.number))
        .count();
    if here == 0 {
        Verdict::NotYet
    } else if here == all {
        APPROVED
    } else {
        unclear(text!(
            "{all} 个服务中只看到 {here} 个",
            "it shows only {here} of {all} services"
        ))
    }
}

/// A cancellation: the services are not there any more, though they were looked up.
fn gone(order: &Order, sighting: &Sighting) -> Verdict {
    let services = &order.target.services;
    if services.iter().any(|service| sighting.has(&service.number)) {
        return Verdict::NotYet;
    }
    let Some(subject) = &order.target.subject else {
        return not_asked();
    };
    match &sighting.authority {
        // An account that does not show the subject at all may be another one.
        Authority::OwnAccount { .. } if !sighting.has_subject(subject) => {
            return silent(text!(
                "该账号下没有主体 {subject}，或其中有读不懂的号码：可能已全部取消，也可能是另一个账号",
                "the account does not show the subject {subject}, or shows a number of it that cannot be read: all may be gone, or it is another account"
            ));
        }
        Authority::OwnAccount { .. } => {}
        Authority::PublicRecord => {
            let is_subject = order.kind == Kind::CancelSubject;
            // A subject without services is on no list, filed or not.
            if services.is_empty() {
                return silent(text!(
                    "没有服务的主体查不到，无论是否已注销",
                    "a subject without services is not shown, cancelled or not"
                ));
            }
            if is_subject && sighting.has_subject(subject) {
                return Verdict::NotYet;
            }
            let was_asked = |service: &TargetService| {
                let mut domains = service.domains.iter();
                sighting.was_asked(&service.number.to_string())
                    && domains.all(|domain| sighting.was_asked(domain.as_str()))
            };
            if !services.iter().all(was_asked) {
                return not_asked();
            }
            // It may have services that nobody here knows of.
            if is_subject && !sighting.was_asked(&subject.to_string()) {
                return Verdict::Unclear {
                    why: text!(
                        "已知的服务都查不到了，但主体备案号没有查到答复，或这个数据源不能按它查询：主体本身要到 beian.miit.gov.cn 核对",
                        "none of its known services is shown any more, but this endpoint did not or cannot look up the subject itself: do so at beian.miit.gov.cn"
                    ),
                    proposal: Some(Report::BureauApproved.name().to_owned()),
                };
            }
        }
    }
    APPROVED
}

/// The cancellation of a subject, in an account: whatever is there is there; silence says nothing.
fn still_there(order: &Order, sighting: &Sighting) -> Verdict {
    match &order.target.subject {
        Some(subject) if sighting.has_subject(subject) => Verdict::NotYet,
        Some(_) | None => silent(text!(
            "账号下没有该主体，不足以说明管局已注销",
            "that the account does not show the subject is no proof that the bureau cancelled it"
        )),
    }
}

/// How a field stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Changed,
    AsBefore,
    Otherwise,
    Hidden,
}

/// A `change` order: every field that it changes shows its new value.
fn changed(order: &Order, sighting: &Sighting) -> Verdict {
    let fields: Vec<Field> = order
        .changes
        .iter()
        .map(|change| field(order, change, sighting))
        .collect();
    if fields.contains(&Field::AsBefore) {
        return Verdict::NotYet;
    }
    if fields.contains(&Field::Otherwise) {
        return unclear(text!(
            "要变更的内容既不是原值，也不是新值",
            "what is to change has neither its old value nor the new one"
        ));
    }
    if fields.is_empty() || fields.contains(&Field::Hidden) {
        return silent(text!(
            "变更的字段不全在可见之列",
            "it does not show every field that changes"
        ));
    }
    APPROVED
}

fn field(order: &Order, change: &FieldChange, sighting: &Sighting) -> Field {
    let words = |value: &Option<toml::Value>| match value {
        Some(toml::Value::String(text)) => BTreeSet::from([text.clone()]),
        Some(toml::Value::Array(list)) => list
            .iter()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(_) | None => BTreeSet::new(),
    };
    let (from, to) = (words(&change.from), words(&change.to));
    let shown: BTreeSet<String> = match (&change.service, change.field.as_str()) {
        (None, "name") => sighting
            .seen
            .iter()
            .filter(|seen| Some(seen.subject) == order.target.subject)
            .filter_map(|seen| seen.subject_name.clone())
            .collect(),
        (Some(number), "name") => sighting
            .seen
            .iter()
            .filter(|seen| seen.service == Some(*number))
            .filter_map(|seen| seen.name.clone())
            .collect(),
        (Some(number), "domains") => {
            let all = from.union(&to);
            if !all.into_iter().all(|domain| sighting.was_asked(domain)) {
                return Field::Hidden;
            }
            sighting
                .seen
                .iter()
                .filter(|seen| seen.service == Some(*number))
                .flat_map(|seen| &seen.domains)
                .map(|domain| domain.as_str().to_owned())
                .collect()
        }
        (None | Some(_), _) => BTreeSet::new(),
    };
    if shown.is_empty() {
        Field::Hidden
    } else if shown == to {
        Field::Changed
    } else if shown == from {
        Field::AsBefore
    } else {
        Field::Otherwise
    }
}
