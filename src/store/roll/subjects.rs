//! What the subjects of a roll add up to, as far as lists need it.

use super::bytes::{Reader, put_pairs, put_text};
use super::slip::{Nature, Slip};
use super::token::{Token, Tokens, tokens_of_record};
use crate::filing::number::SubjectNumber;
use crate::filing::order::Order;
use crate::filing::portfolio::Portfolio;
use crate::filing::record::SubjectRecord;
use crate::store::book::subject_path;
use crate::store::files::{Files, RECORD_LIMIT};
use crate::store::subject_file;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What lists need of a subject's record.
#[derive(Clone, Debug)]
pub(super) struct SubjectSlip {
    number: Box<str>,
    nature: Nature,
    labels: Labels,
    tokens: Tokens<'static>,
}

/// Labels, sorted by their keys.
type Labels = Box<[(Box<str>, Box<str>)]>;

impl SubjectSlip {
    pub(super) fn of(record: &SubjectRecord) -> Self {
        let portfolio = Portfolio::fold([record], []);
        let filed = portfolio.subjects.into_values().next();
        let (nature, labels) = filed.map_or_else(
            || (Nature::Unsaid, BTreeMap::new()),
            |subject| (Nature::of(&subject.facts), subject.labels),
        );
        let labels = labels.into_iter();
        Self {
            number: record.number.to_string().into(),
            nature,
            labels: labels.map(|(k, v)| (k.into(), v.into())).collect(),
            tokens: tokens_of_record(record),
        }
    }

    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        put_text(to, Some(&self.number))?;
        to.push(self.nature.place()?);
        put_pairs(
            to,
            self.labels.iter().map(|(key, value)| (&**key, &**value)),
        )?;
        self.tokens.write(to)
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.text()??.into();
        let [nature] = from.take()?;
        Some(Self {
            number,
            nature: *Nature::ALL.get(usize::from(nature))?,
            labels: from.pairs()?,
            tokens: Tokens::read(from)?.into_owned(),
        })
    }
}

/// What is known of a store's subjects.
#[derive(Debug, Default)]
pub struct Subjects {
    slips: HashMap<Box<str>, SubjectSlip>,
    /// What their orders told otherwise than their records.
    natures: HashMap<Box<str>, Nature>,
    /// What only the whole history told.
    folded: HashMap<String, bool>,
}

impl Subjects {
    pub(super) fn of(slips: Vec<SubjectSlip>) -> Self {
        let slips = slips.into_iter();
        Self {
            slips: slips.map(|slip| (slip.number.clone(), slip)).collect(),
            ..Self::default()
        }
    }

    /// Returns what is known of a subject's nature, its whole history aside.
    fn nature(&self, number: &str) -> Nature {
        let told = self.natures.get(number).copied();
        let written = || self.slips.get(number).map(|slip| slip.nature);
        told.or_else(written).unwrap_or(Nature::Unsaid)
    }

    /// Takes in what approvals say of natures.
    pub(super) fn decide(&mut self, said: &[(String, Nature)]) {
        for (number, decided) in said {
            let known = self.nature(number);
            let is_one = known == Nature::Unsaid || known == *decided;
            let now = if is_one { *decided } else { Nature::Involved };
            self.natures.insert(number.as_str().into(), now);
        }
    }

    /// Lists the subjects of which only their whole history tells what they are.
    pub(super) fn involved(&self) -> BTreeSet<String> {
        let told = self.natures.iter();
        told.filter(|(_, nature)| **nature == Nature::Involved)
            .map(|(number, _)| number.to_string())
            .collect()
    }

    /// Folds the whole history of some subjects; `orders` are those that were approved for them.
    pub(super) fn fold(&mut self, files: &dyn Files, numbers: &BTreeSet<String>, orders: &[Order]) {
        let record = |number: &String| {
            let path = subject_path(&SubjectNumber::parse(number).ok()?.number);
            let bytes = files.read(&path, RECORD_LIMIT).ok()?;
            subject_file::from_toml(path.as_str(), &bytes).ok()
        };
        let records: Vec<SubjectRecord> = numbers.iter().filter_map(record).collect();
        let portfolio = Portfolio::fold(&records, orders);
        let subjects = portfolio.subjects.into_values();
        let folded = subjects.map(|s| (s.number.to_string(), s.facts.is_individual()));
        self.folded = folded.filter(|(n, _)| numbers.contains(n)).collect();
    }

    /// Returns the value of a subject's label.
    pub fn label(&self, number: &str, key: &str) -> Option<&str> {
        let labels = &self.slips.get(number)?.labels;
        let place = labels.binary_search_by(|(own, _)| (**own).cmp(key)).ok()?;
        labels.get(place).map(|(_, value)| &**value)
    }

    /// Lists a subject's labels, sorted by their keys.
    pub fn labels(&self, number: &str) -> impl Iterator<Item = (&str, &str)> {
        let slip = self.slips.get(number);
        let labels = slip.into_iter().flat_map(|slip| &slip.labels);
        labels.map(|(key, value)| (&**key, &**value))
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
        match self.nature(number) {
            Nature::Individual => true,
            Nature::Involved => self.folded.get(number) == Some(&true),
            Nature::Unsaid | Nature::Organisation => false,
        }
    }

    /// Lists each token of each subject of which a record was written down.
    pub fn tokens(&self) -> impl Iterator<Item = (Token, &str)> {
        let slips = self.slips.values();
        slips.flat_map(|slip| slip.tokens.iter().map(|token| (token, &*slip.number)))
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
