//! The dossier (备案资料): what one order asks for.

use super::document::{json_tree, toml_tree};
use super::node::{Node, Shape};
use super::problem::{PROBLEMS, Position, Problem, settle};
use super::reader::{Fields, Reader};
use super::schema::Section;
use super::source::{Source, decode_document, within};
use crate::filing::facts::{ServiceFacts, SubjectFacts};
use crate::filing::kind::{Kind, VerifyBy};
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::reading::DOCUMENT_LIMIT;
use crate::text;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What a dossier says; what is absent is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dossier {
    /// Which order it is for.
    pub kind: Option<Kind>,
    /// Through which provider.
    pub provider: Option<String>,
    /// The account there.
    pub account: Option<String>,
    /// The caller's key: `ref`.
    pub reference: Option<String>,
    /// The order that must be approved first.
    pub after: Option<String>,
    /// The order's labels.
    pub labels: BTreeMap<String, String>,
    /// The filed numbers and domains that it is about, as written: `target`.
    pub target: Vec<String>,
    /// How a cancellation is verified.
    pub verify_by: Option<VerifyBy>,
    /// Whether it goes to the bureau on paper.
    pub written: bool,
    /// Why.
    pub reason: Option<String>,
    /// The subject.
    pub subject: Option<DossierSubject>,
    /// The services.
    pub services: Vec<DossierService>,
    /// The files.
    pub materials: Vec<DossierMaterial>,
}

impl Dossier {
    /// Returns what is given of its subject; nothing where that is named by its number alone.
    pub fn subject_facts(&self) -> Option<&SubjectFacts> {
        match self.subject.as_ref()? {
            DossierSubject::Number(_) => None,
            DossierSubject::Data { facts, .. } => Some(facts),
        }
    }

    /// Returns the place of the service that means one of those that an order is about: by its
    /// number, or as the one without a number where the order is about no other.
    pub fn place_of(&self, meant: ServiceNumber, is_only: bool) -> Option<usize> {
        let place = |number| self.services.iter().position(|s| s.number == number);
        place(Some(meant)).or_else(|| place(None).filter(|_| is_only))
    }
}

/// The subject of a dossier.
#[derive(Clone, Debug, PartialEq)]
pub enum DossierSubject {
    /// A filed subject, whose data stand in the portfolio.
    Number(SubjectNumber),
    /// Its data.
    Data {
        /// Its number, where it is filed.
        number: Option<SubjectNumber>,
        /// What is given of it.
        facts: Box<SubjectFacts>,
    },
}

impl DossierSubject {
    /// Returns the number, where one is given.
    pub const fn number(&self) -> Option<SubjectNumber> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Data { number, .. } => *number,
        }
    }
}

/// One service of a dossier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DossierService {
    /// Its number, where it is filed.
    pub number: Option<ServiceNumber>,
    /// What is given of it.
    pub facts: ServiceFacts,
}

/// One file of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierMaterial {
    /// What it is for.
    pub slot: String,
    /// Its path, relative to the dossier.
    pub file: String,
    /// The service that it belongs to: a number, or a place from 1; absent for the subject's.
    pub service: Option<String>,
}

/// Reads a dossier in TOML, or in JSON where it opens with `{`; `today` judges its dates.
///
/// # Errors
/// All problems: syntax, unknown fields, wrong types, and values that no rulebook is needed to
/// refuse (check digits, dates, phones, domains, numbers).
pub fn read_dossier(source: &Source<'_>, today: NaiveDate) -> Result<Dossier, Vec<Problem>> {
    inspect_dossier(source, today)?.into_dossier()
}

/// A dossier as far as it could be read, and where its fields stand.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What could be read; a field with a problem is absent.
    pub dossier: Dossier,
    /// What is wrong, in the order in which it stands in the file.
    pub problems: Vec<Problem>,
    /// What was read all the same, and deserves a remark.
    pub remarks: Vec<Problem>,
    /// Where its fields stand.
    pub places: Places,
}

/// Where the values of a document stand.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<String, (Position, Option<Position>)>);

impl Places {
    /// Reads TOML that a program wrote; nothing has a place in what is none.
    pub fn of_toml(text: &str) -> Self {
        toml_tree(text).map_or_else(|_| Self::default(), |tree| Self::of(&tree))
    }

    fn of(tree: &Node) -> Self {
        let mut places = Self::default();
        places.remember(tree);
        places
    }

    /// Notes where each value of a tree stands.
    fn remember(&mut self, node: &Node) {
        self.0.insert(node.path.clone(), (node.at, node.end));
        match &node.shape {
            Shape::Table(entries) => entries.iter().for_each(|entry| self.remember(&entry.node)),
            Shape::List(items) => items.iter().for_each(|item| self.remember(item)),
            Shape::Text(_) | Shape::Flag(_) | Shape::Number(_) => {}
        }
    }

    /// Returns the place of a value, or of the nearest table around it that is there.
    pub fn nearest(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some((at, _)) = self.0.get(path) {
                return *at;
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return Position::START,
            }
        }
    }

    /// Returns the place after a value that stands at `at`, where it is known.
    pub fn end(&self, path: &str, at: Position) -> Option<Position> {
        let (start, end) = self.0.get(path).filter(|_| !path.is_empty())?;
        end.filter(|_| *start == at)
    }
}

impl Inspected {
    /// Returns the dossier where nothing is wrong with it.
    ///
    /// # Errors
    /// All problems.
    pub fn into_dossier(self) -> Result<Dossier, Vec<Problem>> {
        settle(self.dossier, self.problems)
    }
}

/// Reads a dossier like [`read_dossier`], and returns what could be read beside what is wrong.
///
/// # Errors
/// Where nothing can be read: too large, another encoding, or syntax.
pub fn inspect_dossier(source: &Source<'_>, today: NaiveDate) -> Result<Inspected, Vec<Problem>> {
    within(DOCUMENT_LIMIT, source)?;
    let text = decode_document(source)?;
    // No TOML document opens with a brace; `[` opens the table `[subject]`.
    let tree = if text.trim_start().starts_with('{') {
        json_tree(text)?
    } else {
        toml_tree(text)?
    };
    let mut reader = Reader::new(today);
    let dossier = dossier(&mut reader, &tree);
    let mut problems = reader.problems;
    problems.sort_by_key(Problem::position);
    problems.truncate(PROBLEMS);
    Ok(Inspected {
        dossier,
        problems,
        remarks: reader.remarks,
        places: Places::of(&tree),
    })
}

fn dossier(reader: &mut Reader, tree: &Node) -> Dossier {
    let fields = reader.fields(tree, Section::Dossier);
    let subject = fields.get("subject").and_then(|node| subject(reader, node));
    let number = subject.as_ref().and_then(DossierSubject::number);
    let services = services(reader, &fields, number);
    Dossier {
        kind: reader.word_of(&fields, "kind"),
        provider: reader.text_of(&fields, "provider"),
        account: reader.text_of(&fields, "account"),
        reference: reader.text_of(&fields, "ref"),
        after: reader.text_of(&fields, "after"),
        labels: reader.labels_of(&fields),
        target: reader.texts_of(&fields, "target"),
        verify_by: reader.word_of(&fields, "verify_by"),
        written: reader.flag_of(&fields, "written"),
        reason: reader.text_of(&fields, "reason"),
        materials: materials(reader, &fields, services.len()),
        subject,
        services,
    }
}

fn subject(reader: &mut Reader, node: &Node) -> Option<DossierSubject> {
    match &node.shape {
        Shape::Text(_) => reader.subject_number(node).map(DossierSubject::Number),
        Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => {
            let fields = reader.fields(node, Section::Subject);
            let number = fields.get("number");
            Some(DossierSubject::Data {
                number: number.and_then(|node| reader.subject_number(node)),
                facts: Box::new(reader.facts(&fields, Section::Subject)),
            })
        }
    }
}

fn services(
    reader: &mut Reader,
    fields: &Fields<'_>,
    subject: Option<SubjectNumber>,
) -> Vec<DossierService> {
    let mut services: Vec<DossierService> = Vec::new();
    let mut numbers = BTreeSet::new();
    for node in reader.list_of(fields, "services") {
        let fields = reader.fields(node, Section::Service);
        let number = fields
            .get("number")
            .and_then(|node| reader.service_number(node));
        let mut facts: ServiceFacts = reader.facts(&fields, Section::Service);
        if let (Some(number), Some(node)) = (number, fields.get("number")) {
            facts.kind = reader.check_service(&fields, number, subject, facts.kind);
            if !numbers.insert(number) {
                let message = text!("{number} 重复", "{number} stands here twice");
                reader.report(node, "NUM-03", message);
            }
        }
        services.push(DossierService { number, facts });
    }
    services
}

fn materials(reader: &mut Reader, fields: &Fields<'_>, services: usize) -> Vec<DossierMaterial> {
    let mut materials = Vec::new();
    for node in reader.list_of(fields, "materials") {
        let fields = reader.fields(node, Section::Material);
        let slot = reader.required(&fields, "slot", |reader, node| {
            let text = reader.text(node)?;
            reader.code("material-slots", node, &text)
        });
        let file = reader.required(&fields, "file", Reader::text);
        let service = fields
            .get("service")
            .and_then(|node| material_service(reader, node, services));
        if let (Some(slot), Some(file)) = (slot, file) {
            materials.push(DossierMaterial {
                slot,
                file,
                service,
            });
        }
    }
    materials
}

/// Returns the service of a material in its normal form: a number, or a place from 1.
fn material_service(reader: &mut Reader, node: &Node, services: usize) -> Option<String> {
    let text = match &node.shape {
        Shape::Number(number) => number.clone(),
        Shape::Text(_) | Shape::Flag(_) | Shape::List(_) | Shape::Table(_) => reader.text(node)?,
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return reader.service_number(node).map(|number| number.to_string());
    }
    // Without services of its own a dossier counts those of its targets.
    let place = text.parse::<usize>().unwrap_or(usize::MAX);
    if place == 0 || (services > 0 && place > services) {
        let message = text!(
            "没有第 {text} 个服务，共有 {services} 个，从 1 数起",
            "there is no service {text}; there are {services}, counted from 1"
        );
        reader.report(node, "no-such-service", message);
    }
    Some(text)
}
