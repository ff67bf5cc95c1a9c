//! The papers of a cancellation that no SMS can prove, as a checklist (CAN-11).

use super::facts::{Holder, SubjectFacts};
use super::kind::{Kind, VerifyBy, Via};
use super::order::{Material, Order};
use super::portfolio::Portfolio;
use super::province::Province;
use crate::data::data;
use crate::lang::Text;
use serde::Deserialize;
use std::sync::LazyLock;

/// The way that the papers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// To the provider's staff, for a dead phone.
    Papers,
    /// To the bureau, where no provider is left.
    Written,
}

/// Something that is told with the papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The account that filed it.
    Account,
    /// The name of the subject's responsible person.
    ResponsibleName,
    /// The subject's nature, which decides the papers.
    Nature,
}

impl Fact {
    /// Returns the field of a dossier that holds it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Account => "account",
            // An individual is responsible in person.
            Self::ResponsibleName => "subject.name",
            Self::Nature => "subject.nature",
        }
    }
}

/// What fills an item of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Something to be known.
    Fact(Fact),
    /// Files in any of some slots.
    Files {
        /// The slots of `attach --as`, the usual one first.
        slots: &'static [String],
        /// How many files.
        count: usize,
    },
}

/// One item of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// What it is, in words.
    pub label: &'static Text,
    /// What fills it.
    pub need: Need,
    /// The files that the order holds for it.
    pub held: Vec<&'a Material>,
    /// Whether nothing is missing.
    pub is_done: bool,
}

/// The papers of an order, and which of them it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Checklist<'a> {
    /// The way that they take.
    pub way: Way,
    /// Who applies; absent where the subject's nature is unknown, and then only what everybody
    /// gives is listed.
    pub applicant: Option<Holder>,
    /// The items.
    pub items: Vec<Item<'a>>,
    /// The statement to be signed, with places in braces; absent like the applicant.
    pub statement: Option<&'static str>,
    /// Keys of the sources.
    pub source: &'static str,
}

impl<'a> Checklist<'a> {
    /// Lists what is missing.
    pub fn missing(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| !item.is_done)
    }

    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldFact {
    fact: Fact,
    label: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    slots: Vec<String>,
    #[serde(default = "one")]
    count: usize,
    label: Text,
    /// What it is called where it is not known who applies.
    #[serde(default)]
    either: Option<Text>,
}

const fn one() -> usize {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    way: Way,
    applicant: Holder,
    facts: Vec<ToldFact>,
    files: Vec<Paper>,
    statement: String,
    source: String,
}

/// A province's own way for written applications.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    province: String,
    /// What it is.
    pub text: Text,
    /// Keys of the sources.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    pack: Vec<Pack>,
    channel: Vec<Channel>,
}

/// The embedded lists; a test holds that they parse.
static PACKS: LazyLock<PackFile> = LazyLock::new(|| data!("packs"));

static NATURE: Text = Text::fixed(
    "主办单位性质：个人和单位的材料不同",
    "the subject's nature: individuals and organisations give different papers",
);

/// Returns the way that an order's papers take; none for an order that needs no papers.
pub fn way(order: &Order) -> Option<Way> {
    match order.kind {
        Kind::CancelSite | Kind::CancelSubject => match (order.via, order.verify_by) {
            (Via::Written, _) => Some(Way::Written),
            (Via::Provider, Some(VerifyBy::Papers)) => Some(Way::Papers),
            (Via::Provider, Some(VerifyBy::Sms | VerifyBy::Email) | None) => None,
        },
        Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess => None,
    }
}

/// Returns the list of an order's papers, by what it holds and what is filed; none for an order
/// that needs no papers.
pub fn checklist<'a>(order: &'a Order, portfolio: &Portfolio) -> Option<Checklist<'a>> {
    let way = way(order)?;
    let facts = portfolio.subject_of(order).map(|subject| &*subject.facts);
    let applicant = facts.and_then(SubjectFacts::holder);
    let packs: Vec<&'static Pack> = PACKS
        .pack
        .iter()
        .filter(|pack| pack.way == way && applicant.is_none_or(|who| who == pack.applicant))
        .collect();
    let (first, others) = packs.split_first()?;
    let is_known = |fact| match fact {
        Fact::Account => order.account.is_some(),
        Fact::ResponsibleName => facts.is_some_and(names_person),
        Fact::Nature => applicant.is_some(),
    };
    let mut items: Vec<Item<'_>> = Vec::new();
    if applicant.is_none() {
        items.push(fact(Fact::Nature, &NATURE, false));
    }
    items.extend(
        first
            .facts
            .iter()
            .filter(|told| {
                let same = |pack: &&Pack| pack.facts.iter().any(|other| other.fact == told.fact);
                others.iter().all(same)
            })
            .map(|told| fact(told.fact, &told.label, is_known(told.fact))),
    );
    items.extend(
        first
            .files
            .iter()
            .filter(|paper| {
                let same = |pack: &&Pack| pack.files.iter().any(|other| other.slots == paper.slots);
                others.iter().all(same)
            })
            .map(|paper| {
                let either = paper.either.as_ref().filter(|_| applicant.is_none());
                file(paper, either.unwrap_or(&paper.label), order)
            }),
    );
    Some(Checklist {
        way,
        applicant,
        items,
        statement: applicant.map(|_| first.statement.as_str()),
        source: &first.source,
    })
}

fn fact(fact: Fact, label: &'static Text, is_done: bool) -> Item<'static> {
    Item {
        label,
        need: Need::Fact(fact),
        held: Vec::new(),
        is_done,
    }
}

fn file<'a>(paper: &'static Paper, label: &'static Text, order: &'a Order) -> Item<'a> {
    let held: Vec<&Material> = order
        .materials
        .iter()
        .filter(|material| paper.slots.contains(&material.slot))
        .collect();
    Item {
        label,
        need: Need::Files {
            slots: &paper.slots,
            count: paper.count,
        },
        is_done: held.len() >= paper.count,
        held,
    }
}

/// Whether it is known who is responsible for a subject: an individual is so in person.
fn names_person(subject: &SubjectFacts) -> bool {
    let person = subject.responsible.as_ref();
    subject.is_individual() && subject.name.is_some()
        || person.is_some_and(|person| person.name.is_some())
}

/// Returns a province's own way for written applications, where it has one.
pub fn channel(province: Province) -> Option<&'static Channel> {
    PACKS
        .channel
        .iter()
        .find(|channel| channel.province == province.code())
}
