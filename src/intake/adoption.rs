//! Existing filings to be brought in: TOML, JSON, JSON Lines or CSV.

mod table;

use super::document::{is_json_lines, json_lines, json_tree, toml_tree};
use super::node::{Node, Shape};
use super::problem::{Position, Problem, shown};
use super::reader::{Fields, Reader};
use super::rows::{csv_rows, few_lines, is_csv};
use super::schema::{Section, Table};
use super::source::{Encoding, Source, decode, within};
use crate::filing::facts::{Access, ServiceFacts};
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::profile::Profiles;
use crate::filing::record::{AdoptedService, Adoption};
use crate::filing::tree;
use crate::reading::{DOCUMENT_LIMIT, ROWS_LIMIT};
use crate::text;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use table::row_node;

/// How a file of filings is written.
#[derive(Clone, Copy)]
enum Format {
    /// One subject, or a list `[[subjects]]`.
    Toml,
    /// One subject, a list, or JSON Lines.
    Json,
    /// One service a row.
    Csv,
}

impl Format {
    /// Tells it by the content: `[` or `{` first is JSON, a header CSV, else TOML, unless its name says
    /// that it is a CSV.
    fn of(name: &str, text: &str) -> Self {
        let body = text.trim_start();
        match (body.starts_with('{'), body.strip_prefix('[')) {
            (true, _) => Self::Json,
            (false, Some(rest)) if is_json_list(rest) => Self::Json,
            (false, None) if is_named_csv(name) || is_csv(text, Table::Adopt) => Self::Csv,
            (false, Some(_) | None) => Self::Toml,
        }
    }
}

fn is_named_csv(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|e| e.eq_ignore_ascii_case("csv"))
}

/// Whether what stands after a bracket makes it a list of JSON: `[labels]` and `[[subjects]]` open a
/// table of TOML.
fn is_json_list(rest: &str) -> bool {
    let inner = rest.trim_start_matches(|c: char| c == '[' || c.is_whitespace());
    if inner.is_empty() {
        // `[[` begins either, and one more bracket a list alone.
        return rest.matches('[').count() != 1;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ']');
    let word = inner.split(ends).next().unwrap_or_default();
    inner.starts_with(['{', ']', '"', ','])
        || serde_json::from_str::<serde_json::Value>(word).is_ok()
}

/// Where the fields of a table stand in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPlaces {
    /// Where the table begins.
    pub at: Position,
    fields: Vec<Given>,
}

/// A field that a file gives.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    name: &'static str,
    at: Position,
    /// The column that gives it, as the header of a CSV calls it.
    column: Option<String>,
}

impl Given {
    fn of(name: &'static str, node: &Node) -> Self {
        // The path of a document ends in the field's own name.
        let is_own = node.path.rsplit('.').next() == Some(name);
        Self {
            name,
            at: node.at,
            column: (!is_own).then(|| node.path.clone()),
        }
    }
}

impl FieldPlaces {
    fn of(fields: &Fields<'_>) -> Self {
        Self {
            at: fields.at,
            fields: fields
                .given()
                .map(|(name, node)| Given::of(name, node))
                .collect(),
        }
    }

    /// Returns the place of a field by its path, or of the table where it is not there.
    pub fn field(&self, path: &str) -> Position {
        self.given(path).map_or(self.at, |given| given.at)
    }

    /// Returns what the file calls a field: its path, which in a CSV begins with the column's name.
    pub fn called(&self, path: &str) -> String {
        let column = self.given(path).and_then(|given| given.column.as_ref());
        match (column, path.split_once('.')) {
            (None, _) => path.to_owned(),
            (Some(column), None) => column.clone(),
            (Some(column), Some((_, rest))) => format!("{column}.{rest}"),
        }
    }

    fn given(&self, path: &str) -> Option<&Given> {
        let first = path.split('.').next().unwrap_or_default();
        self.fields.iter().find(|given| given.name == first)
    }
}

/// A subject as a file gives it, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Adopting {
    /// What the file says.
    pub value: Adoption,
    /// Where it says that of the subject itself.
    pub places: FieldPlaces,
    /// Where it says that of each of its services.
    pub services: Vec<FieldPlaces>,
}

/// The filings of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoptions {
    /// One adoption a subject, in the order of the file.
    pub list: Vec<Adopting>,
    /// What was read all the same, and deserves a remark.
    pub remarks: Vec<Problem>,
}

/// Reads filings, one adoption a subject, and returns what could be read beside what is wrong: syntax,
/// unknown fields and columns, wrong values, numbers that contradict each other, and one subject or
/// service with different data in two places. What says the same of one subject twice is merged.
///
/// # Errors
/// Where nothing can be read: too large, another encoding, syntax, or no columns.
pub fn inspect_adoptions(
    source: &Source<'_>,
    encoding: Encoding,
    today: NaiveDate,
) -> Result<(Adoptions, Vec<Problem>), Vec<Problem>> {
    within(ROWS_LIMIT, source)?;
    let text = decode(source, encoding)?;
    let mut reader = Reader::new(today);
    let mut all = Collected::default();
    match Format::of(source.name, &text) {
        Format::Csv => {
            let (rows, problems) = csv_rows(&text, Table::Adopt)?;
            reader.problems = problems;
            // Where a column is misspelt, what rows say of each other is not what was meant.
            for row in &rows {
                match row_node(row, &mut reader.problems) {
                    Some(node) if row.is_flawed => {
                        Collected::default().adopt(&mut reader, &node);
                    }
                    Some(node) => all.adopt(&mut reader, &node),
                    None => {}
                }
            }
            for adoption in &mut all.adoptions {
                raise_labels(&mut adoption.value);
            }
        }
        Format::Json if is_json_lines(&text) => {
            few_lines(&text)?;
            for line in json_lines(&text) {
                match line {
                    Ok(node) => all.document(&mut reader, &node),
                    Err(problems) => reader.problems.extend(problems),
                }
            }
        }
        Format::Json => {
            within(DOCUMENT_LIMIT, source)?;
            all.document(&mut reader, &json_tree(&text)?);
        }
        Format::Toml => {
            within(DOCUMENT_LIMIT, source)?;
            all.document(&mut reader, &toml_tree(&text)?);
        }
    }
    let read = Adoptions {
        list: all.adoptions,
        remarks: reader.remarks,
    };
    reader.problems.sort_by_key(Problem::position);
    Ok((read, reader.problems))
}

/// Gives the subject the labels on which all of its rows that have them agree.
fn raise_labels(adoption: &mut Adoption) {
    let mut agreed: BTreeMap<String, Option<String>> = BTreeMap::new();
    let services = adoption.services.iter().flat_map(|service| &service.labels);
    for (key, value) in services.chain(&adoption.labels) {
        let one = agreed
            .entry(key.clone())
            .or_insert_with(|| Some(value.clone()));
        if one.as_ref() != Some(value) {
            *one = None;
        }
    }
    for (key, value) in agreed {
        if let Some(value) = value {
            for service in &mut adoption.services {
                service.labels.remove(&key);
            }
            adoption.labels.insert(key, value);
        }
    }
}

/// The adoptions so far, and where each number stands among them.
#[derive(Default)]
struct Collected {
    adoptions: Vec<Adopting>,
    subjects: HashMap<SubjectNumber, usize>,
    services: HashMap<ServiceNumber, (usize, Position)>,
}

impl Collected {
    /// Takes a subject, a list of subjects, or a table with the list `subjects`.
    fn document(&mut self, reader: &mut Reader, node: &Node) {
        const LIST: &str = "subjects";
        let list = node.get(LIST);
        let beside = node.entries().iter().filter(|entry| entry.key != LIST);
        for entry in beside.filter(|_| list.is_some()) {
            let key = shown(&entry.key);
            let message = text!(
                "“{key}”不能与 subjects 并列，请写进各个主体",
                "\"{key}\" cannot stand beside subjects; write it into each subject"
            );
            let problem = Problem::new(&key, entry.at, "unknown-field", message);
            reader.problems.push(problem);
        }
        let list = list.unwrap_or(node);
        match &list.shape {
            Shape::List(items) => items.iter().for_each(|item| self.adopt(reader, item)),
            Shape::Text(_) | Shape::Flag(_) | Shape::Number(_) | Shape::Table(_) => {
                self.adopt(reader, list);
            }
        }
    }

    fn adopt(&mut self, reader: &mut Reader, node: &Node) {
        let fields = reader.fields(node, Section::Adoption);
        let number = reader.required(&fields, "number", Reader::subject_number);
        let facts = reader.facts(&fields, Section::Adoption);
        let labels = reader.labels_of(&fields);
        let services: Vec<(AdoptedService, FieldPlaces)> = reader
            .list_of(&fields, "services")
            .iter()
            .filter_map(|node| adopted_service(reader, node, number))
            .collect();
        let Some(number) = number else {
            return;
        };
        let adoption = Adoption {
            number,
            labels,
            facts,
            services: Vec::new(),
        };
        let place = self.merge_subject(reader, adoption, &fields);
        for (service, at) in services {
            self.merge_service(reader, place, service, at);
        }
    }

    /// Puts a subject beside what was said of it before, and returns its place.
    fn merge_subject(
        &mut self,
        reader: &mut Reader,
        adoption: Adoption,
        fields: &Fields<'_>,
    ) -> usize {
        let place = *self
            .subjects
            .entry(adoption.number)
            .or_insert(self.adoptions.len());
        let Some(Adopting {
            value: before,
            places,
            ..
        }) = self.adoptions.get_mut(place)
        else {
            self.adoptions.push(Adopting {
                value: adoption,
                places: FieldPlaces::of(fields),
                services: Vec::new(),
            });
            return place;
        };
        let number = adoption.number;
        for (name, node) in fields.given() {
            if places.given(name).is_none() {
                places.fields.push(Given::of(name, node));
            }
        }
        let told = reader.problems.len();
        let differing = tree::differences(&before.facts, &adoption.facts).into_iter();
        let labels = differing_labels(&before.labels, &adoption.labels);
        for path in differing.map(|difference| difference.path).chain(labels) {
            let node = match path.strip_prefix("labels.") {
                Some(label) => fields.get("labels").and_then(|labels| labels.get(label)),
                None => fields.get(&path),
            };
            let line = places.field(&path).line;
            let place = node.map_or(fields.at, |node| node.at);
            let path = node.map_or(path, |node| node.path.clone());
            let message = text!(
                "{number} 的 {path} 与第 {line} 行所写不同",
                "{path} of {number} differs from what line {line} says"
            );
            let problem = Problem::new(&path, place, "contradiction", message);
            reader.problems.push(problem);
        }
        // What contradicts is told of already: what is filed is compared with what stands first.
        let mut facts = adoption.facts;
        if reader.problems.len() > told {
            tree::absorb(&mut facts, &before.facts, false);
            before.facts = facts;
        } else {
            tree::absorb(&mut before.facts, &facts, false);
        }
        for (name, value) in adoption.labels {
            before.labels.entry(name).or_insert(value);
        }
        place
    }

    /// Adds a service to its subject; the same service again must say the same.
    fn merge_service(
        &mut self,
        reader: &mut Reader,
        place: usize,
        service: AdoptedService,
        places: FieldPlaces,
    ) {
        let Some(Adopting {
            value: subject,
            services,
            ..
        }) = self.adoptions.get_mut(place)
        else {
            return;
        };
        let (number, at) = (service.number, places.field("number"));
        match self.services.get(&number) {
            None => {
                self.services.insert(number, (subject.services.len(), at));
                subject.services.push(service);
                services.push(places);
            }
            Some((before, _)) if subject.services.get(*before) == Some(&service) => {}
            Some((_, first)) => {
                let line = first.line;
                let message = text!(
                    "{number} 与第 {line} 行重复，内容不同",
                    "{number} stands on line {line} already, with other data"
                );
                let problem = Problem::new("", at, "NUM-03", message);
                reader.problems.push(problem);
            }
        }
    }
}

fn differing_labels<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = String> + 'a {
    new.iter()
        .filter(|(name, value)| old.get(*name).is_some_and(|there| there != *value))
        .map(|(name, _)| format!("labels.{name}"))
}

fn adopted_service(
    reader: &mut Reader,
    node: &Node,
    subject: Option<SubjectNumber>,
) -> Option<(AdoptedService, FieldPlaces)> {
    let fields = reader.fields(node, Section::AdoptedService);
    let number = reader.required(&fields, "number", Reader::service_number);
    let facts: ServiceFacts = reader.facts(&fields, Section::AdoptedService);
    let approved_on = fields
        .get("approved_on")
        .and_then(|node| reader.past_date(node));
    let accesses = fields.get("accesses").map(|node| accesses(reader, node));
    let labels = reader.labels_of(&fields);
    let number = number?;
    reader.check_service(&fields, number, subject, facts.kind);
    let service = AdoptedService {
        number,
        approved_on,
        labels,
        facts,
        accesses,
    };
    Some((service, FieldPlaces::of(&fields)))
}

/// The most accesses of a service: each is compared with the others.
const ACCESSES: usize = 1000;

fn accesses(reader: &mut Reader, node: &Node) -> Vec<Access> {
    let mut accesses: Vec<Access> = Vec::new();
    for item in reader.list_within(node, ACCESSES) {
        let access = match &item.shape {
            Shape::Text(_) => reader.text(item).map(|provider| Access {
                provider,
                account: None,
                resource: None,
                since: None,
            }),
            Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => {
                let fields = reader.fields(item, Section::Access);
                let provider = reader.required(&fields, "provider", Reader::text);
                let account = reader.text_of(&fields, "account");
                let resource = reader.text_of(&fields, "resource");
                let since = fields.get("since").and_then(|node| reader.past_date(node));
                provider.map(|provider| Access {
                    provider,
                    account,
                    resource,
                    since,
                })
            }
        };
        if let Some(several) = access.as_ref().and_then(|a| several(item, &a.provider)) {
            reader.problems.push(several);
        }
        accesses.extend(access.filter(|access| !accesses.contains(access)));
    }
    accesses
}

/// What people put between the names of several providers.
const BETWEEN: [char; 7] = ['、', '，', ',', '/', '|', '+', '&'];

/// Refuses the names of several providers in the place of one, which would be kept as another's name.
fn several(node: &Node, given: &str) -> Option<Problem> {
    let profiles = Profiles::built_in();
    let is_known = |name: &&str| profiles.name_of(name).is_some();
    if is_known(&given) {
        return None;
    }
    let parted: Vec<&str> = if given.contains(BETWEEN) {
        given.split(BETWEEN).map(str::trim).collect()
    } else {
        given.split_whitespace().collect()
    };
    if parted.len() < 2 || !parted.iter().all(is_known) {
        return None;
    }
    let names = parted.join(";");
    let message = text!(
        "这里写了几个接入商：“{given}”",
        "these are several providers: \"{given}\""
    );
    Some(node.problem("too-many", message).fix(text!(
        "在表格里用 ; 隔开：{names}；在 TOML 和 JSON 里写成列表",
        "split them by ; in a table: {names}; make a list in TOML and JSON"
    )))
}
