//! What the subjects of a roll add up to, as far as lists need it.

use super::bytes::{Reader, put_number, put_text};
use super::slip::{Nature, Slip, labels, put_labels};
use super::token::{Token, Tokens, tokens_of_record};
use crate::filing::number::SubjectNumber;
use crate::filing::order::Order;
use crate::filing::portfolio::Portfolio;
use crate::filing::record::SubjectRecord;
use crate::store::book::subject_path;
use crate::store::files::{Files, RECORD_LIMIT};
use crate::store::subject_file;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What lists need of a subject's record.
#[derive(Clone, Debug)]
pub(super) struct SubjectSlip {
    number: String,
    nature: Nature,
    labels: BTreeMap<String, String>,
    tokens: Tokens<'static>,
}

impl SubjectSlip {
    pub(super) fn of(record: &SubjectRecord) -> Self {
        let portfolio = Portfolio::fold([record], []);
        let filed = portfolio.subjects.into_values().next();
        let (nature, labels) = filed.map_or_else(
            || (Nature::Unsaid, BTreeMap::new()),
            |subject| (Nature::of(&subject.facts), subject.labels),
        );
        Self {
            number: record.number.to_string(),
            nature,
            labels,
            tokens: tokens_of_record(record),
        }
    }

    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        put_text(to, Some(&self.number))?;
        to.push(self.nature.place()?);
        let of = |(key, value): (&'_ String, &'_ String)| {
            (Cow::Owned(key.clone()), Cow::Owned(value.clone()))
        };
        put_labels(to, &self.labels.iter().map(of).collect())?;
        let tokens = self.tokens.as_bytes();
        put_number(to, u32::try_from(tokens.len()).ok()?);
        to.extend_from_slice(tokens);
        Some(())
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            number: from.text()??.to_owned(),
            nature: {
                let [nature] = from.take()?;
                *Nature::ALL.get(usize::from(nature))?
            },
            labels: labels(from)?
                .into_iter()
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
            tokens: {
                let length = usize::try_from(from.number()?).ok()?;
                Tokens::from_bytes(from.bytes(length)?).into_owned()
            },
        })
    }
}

/// What is known of a store's subjects.
#[derive(Debug, Default)]
pub struct Subjects {
    slips: HashMap<String, SubjectSlip>,
    natures: HashMap<String, Nature>,
    /// What only the whole history told.
    folded: HashMap<String, bool>,
}

impl Subjects {
    pub(super) fn of(slips: Vec<SubjectSlip>) -> Self {
        let natures = slips.iter().map(|slip| (slip.number.clone(), slip.nature));
        Self {
            natures: natures.collect(),
            slips: slips
                .into_iter()
                .map(|slip| (slip.number.clone(), slip))
                .collect(),
            folded: HashMap::new(),
        }
    }

    /// Takes in what approvals say of natures.
    pub(super) fn decide(&mut self, said: &[(String, Nature)]) {
        for (number, decided) in said {
            let there = self.natures.entry(number.clone());
            let there = there.or_insert(Nature::Unsaid);
            *there = match (*there, decided) {
                (Nature::Unsaid, alone @ (Nature::Individual | Nature::Organisation)) => *alone,
                (_, _) => Nature::Involved,
            };
        }
    }

    /// Lists the subjects of which only their whole history tells what they are.
    pub(super) fn involved(&self) -> BTreeSet<String> {
        let natures = self.natures.iter();
        natures
            .filter(|(_, nature)| **nature == Nature::Involved)
            .map(|(number, _)| number.clone())
            .collect()
    }

    /// Folds the whole history of some subjects; `orders` are those that were approved for them.
    pub(super) fn fold(&mut self, files: &dyn Files, numbers: BTreeSet<String>, orders: &[Order]) {
        for number in numbers {
            let Ok(parsed) = SubjectNumber::parse(&number) else {
                continue;
            };
            let path = subject_path(&parsed.number);
            let record = files
                .read(&path, RECORD_LIMIT)
                .ok()
                .and_then(|bytes| subject_file::from_toml(path.as_str(), &bytes).ok());
            let portfolio = Portfolio::fold(&record, orders);
            let subject = portfolio.subjects.get(&parsed.number);
            let is_individual = subject.is_some_and(|subject| subject.facts.is_individual());
            self.folded.insert(number, is_individual);
        }
    }

    /// Returns a subject's labels.
    pub fn labels(&self, number: &str) -> Option<&BTreeMap<String, String>> {
        self.slips.get(number).map(|slip| &slip.labels)
    }

    /// Whether the subject of an order is an individual, whose name is personal.
    pub fn is_individual(&self, slip: &Slip<'_>) -> bool {
        match (slip.nature, slip.subject.as_deref()) {
            (Nature::Individual, _) => true,
            (Nature::Organisation, _) | (_, None) => false,
            (Nature::Unsaid | Nature::Involved, Some(number)) => self.has_individual(number),
        }
    }

    /// Whether the subject of that number is an individual.
    pub fn has_individual(&self, number: &str) -> bool {
        self.natures.get(number) == Some(&Nature::Individual)
            || self.folded.get(number) == Some(&true)
    }

    /// Lists the subjects of which a record was written down and that have one of these tokens.
    pub fn with(&self, wanted: &HashSet<Token>) -> impl Iterator<Item = SubjectNumber> {
        let slips = self.slips.values();
        slips
            .filter(|slip| slip.tokens.meet(wanted))
            .filter_map(|slip| SubjectNumber::parse(&slip.number).ok())
            .map(|parsed| parsed.number)
    }
}
