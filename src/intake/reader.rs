//! From located trees to typed values, collecting problems on the way.

use super::node::{Node, Shape, below, label_name};
use super::problem::{Position, Problem, shown};
use super::schema::{Known, Section, known};
use super::value::set_twice;
use crate::filing::named::Named;
use crate::filing::number::{
    NumberError, Parsed, ServiceKind, ServiceNumber, SubjectNumber, Warning,
};
use crate::knowledge::FieldType;
use crate::lang::{Text, listed, nearest};
use crate::text;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// How many problems a file may have before what it calls its fields is no slip of the pen.
const SLIPS: usize = 1000;

/// Reads nodes and keeps what is wrong with them.
pub(super) struct Reader {
    /// The day in whose light dates are judged.
    pub(super) today: NaiveDate,
    /// What was wrong so far.
    pub(super) problems: Vec<Problem>,
    /// What was read all the same, and deserves a remark.
    pub(super) remarks: Vec<Problem>,
}

/// The known fields of a table.
pub(super) struct Fields<'n> {
    /// Where the table stands.
    pub(super) at: Position,
    path: &'n str,
    found: Vec<(Known, &'n Node)>,
}

impl<'n> Fields<'n> {
    /// Returns the names of the fields that are given, with their values.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &'n Node)> {
        self.found.iter().map(|(known, node)| (known.name, *node))
    }

    /// Returns the value of a field, where one is given.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.found
            .iter()
            .find(|(known, _)| known.name == name)
            .map(|(_, node)| *node)
    }
}

impl Reader {
    pub(super) const fn new(today: NaiveDate) -> Self {
        Self {
            today,
            problems: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Notes a problem with the value of `node`.
    pub(super) fn report(&mut self, node: &Node, code: &'static str, message: Text) {
        self.problems.push(node.problem(code, message));
    }

    /// Returns what was read of a node, or notes why it was not.
    pub(super) fn kept<T>(
        &mut self,
        node: &Node,
        code: &'static str,
        read: Result<T, Text>,
    ) -> Option<T> {
        read.map_err(|message| self.report(node, code, message))
            .ok()
    }

    fn wrong_type(&mut self, node: &Node, expected: &Text) {
        let message = text!(
            "应为{expected}，这里是{found}",
            "{expected} is expected, not {found}",
            found = node.shape.words(),
            expected
        );
        let problem = node.problem("wrong-type", message);
        self.problems.push(match &node.shape {
            Shape::Number(_) | Shape::Flag(_) if *expected == TEXT => {
                problem.fix(text!("请加上引号", "put it in quotes"))
            }
            Shape::Text(_) | Shape::Table(_) if *expected == LIST => {
                problem.fix(text!("请放进方括号：[…]", "put it in brackets: […]"))
            }
            Shape::Text(_)
            | Shape::Flag(_)
            | Shape::Number(_)
            | Shape::List(_)
            | Shape::Table(_) => problem,
        });
    }

    /// Returns the known fields of a table; others are problems, blank ones absent.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, section: Section) -> Fields<'n> {
        if !matches!(node.shape, Shape::Table(_)) {
            self.wrong_type(node, &TABLE);
        }
        let known = known(section);
        let mut found = Vec::new();
        for entry in node.entries() {
            match known.iter().find(|known| known.name == entry.key) {
                Some(_) if entry.node.is_blank() => {}
                Some(known) => found.push((*known, &entry.node)),
                None => {
                    let key = shown(&entry.key);
                    let message = text!("没有名为“{key}”的字段", "there is no field \"{key}\"");
                    let by_label = known.iter().find(|known| known.label.zh == entry.key);
                    let near = match by_label {
                        Some(known) => Some(known.name),
                        None if self.problems.len() < SLIPS => {
                            nearest(&key, known.iter().map(|k| k.name))
                        }
                        None => None,
                    };
                    let path = below(&node.path, &key);
                    self.problems.push(
                        Problem::new(&path, entry.at, "unknown-field", message).suggest(near),
                    );
                }
            }
        }
        Fields {
            at: node.at,
            path: &node.path,
            found,
        }
    }

    /// Returns a field that must be there, read by `read`.
    pub(super) fn required<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        if let Some(node) = fields.get(name) {
            return read(self, node);
        }
        let message = text!("缺少 {name}", "{name} is missing");
        let path = below(fields.path, name);
        self.problems
            .push(Problem::new(&path, fields.at, "missing-field", message));
        None
    }

    /// Returns a text without the blanks around it.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        match &node.shape {
            Shape::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => {
                self.wrong_type(node, &TEXT);
                None
            }
        }
    }

    /// Returns the text of an optional field.
    pub(super) fn text_of(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        fields.get(name).and_then(|node| self.text(node))
    }

    /// Returns the items of a list.
    pub(super) fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.shape {
            Shape::List(items) => items,
            Shape::Text(_) | Shape::Flag(_) | Shape::Number(_) | Shape::Table(_) => {
                self.wrong_type(node, &LIST);
                &[]
            }
        }
    }

    /// Returns the items of a list that may have `most`.
    pub(super) fn list_within<'n>(&mut self, node: &'n Node, most: usize) -> &'n [Node] {
        let items = self.list(node);
        if items.len() <= most {
            return items;
        }
        let count = items.len();
        let message = text!(
            "这里有 {count} 项，最多 {most} 项",
            "there are {count} values, of which there may be {most}"
        );
        self.report(node, "too-large", message);
        &[]
    }

    /// Returns the items of an optional list.
    pub(super) fn list_of<'n>(&mut self, fields: &Fields<'n>, name: &str) -> &'n [Node] {
        fields.get(name).map_or(&[], |node| self.list(node))
    }

    /// Returns texts from a list of them, or from one text.
    pub(super) fn texts_of(&mut self, fields: &Fields<'_>, name: &str) -> Vec<String> {
        let Some(node) = fields.get(name) else {
            return Vec::new();
        };
        let items = match &node.shape {
            Shape::Text(_) => std::slice::from_ref(node),
            Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => self.list(node),
        };
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// Returns an optional `true` or `false`; absent is false.
    pub(super) fn flag_of(&mut self, fields: &Fields<'_>, name: &str) -> bool {
        let Some(node) = fields.get(name) else {
            return false;
        };
        if let Shape::Flag(flag) = node.shape {
            return flag;
        }
        self.wrong_type(node, &FLAG);
        false
    }

    /// Returns a whole number, in quotes or not.
    fn count(&mut self, node: &Node) -> Option<Value> {
        let words = match &node.shape {
            Shape::Number(number) | Shape::Text(number) => number.trim(),
            Shape::Flag(_) | Shape::List(_) | Shape::Table(_) => {
                self.wrong_type(node, &NUMBER);
                return None;
            }
        };
        if let Ok(number) = words.parse::<u32>() {
            return Some(Value::Integer(number.into()));
        }
        let given = shown(words);
        let message = text!(
            "“{given}”不是非负整数",
            "\"{given}\" is no whole number of 0 or more"
        );
        self.report(node, "not-a-number", message);
        None
    }

    /// Returns labels: a table of texts.
    pub(super) fn labels_of(&mut self, fields: &Fields<'_>) -> BTreeMap<String, String> {
        let Some(node) = fields.get("labels") else {
            return BTreeMap::new();
        };
        if !matches!(node.shape, Shape::Table(_)) {
            self.wrong_type(node, &TABLE);
        }
        let mut labels = BTreeMap::new();
        for entry in node.entries() {
            match label_name(entry) {
                Ok(name) if labels.contains_key(name) => {
                    let (message, fix) = set_twice(&shown(name));
                    let problem =
                        Problem::new(&entry.node.path, entry.at, "duplicate-field", message);
                    self.problems.push(problem.fix(fix));
                }
                Ok(name) => {
                    if let Some(text) = self.text(&entry.node) {
                        labels.insert(name.to_owned(), text);
                    }
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        labels
    }

    /// Returns one of the words of a closed list, given by its name, a label or another word for it.
    pub(super) fn word_of<T: Named>(&mut self, fields: &Fields<'_>, name: &str) -> Option<T> {
        let node = fields.get(name)?;
        let text = self.text(node)?;
        self.word(node, &text)
    }

    /// Returns one of the words of a closed list, or notes that there is no such word.
    pub(super) fn word<T: Named>(&mut self, node: &Node, text: &str) -> Option<T> {
        let found = T::from_word(text);
        if found.is_none() {
            let values = T::values().iter();
            let values = values.map(|value| (value.wire_name(), value.words().iter().copied()));
            self.unknown_value(node, text, values);
        }
        found
    }

    /// Notes that a value is none of those expected, each of which has a name and is called by other
    /// words too.
    pub(super) fn unknown_value<'a, W: Iterator<Item = &'a str>>(
        &mut self,
        node: &Node,
        text: &str,
        values: impl Iterator<Item = (&'a str, W)> + Clone,
    ) {
        let given = shown(text);
        let message = text!("没有“{given}”这个值", "there is no value \"{given}\"");
        let problem = node.problem("unknown-value", message);
        if self.problems.len() >= SLIPS {
            self.problems.push(problem);
            return;
        }
        let names = values.clone().map(|(name, _)| name);
        let words = values.clone().flat_map(|(_, words)| words);
        let near = nearest(text, names.clone().chain(words));
        // The field counts a sole trader as one or the other, by whether there is a trade name (SUB-09).
        let is_sole_trader = text.starts_with("个体") && names.clone().any(|n| n == "enterprise");
        if is_sole_trader {
            self.problems.push(problem.fix(text!(
                "个体工商户有字号的写 enterprise 企业，没有字号的写 individual 个人",
                "a sole trader with a trade name is an enterprise, one without is an individual"
            )));
            return;
        }
        self.problems.push(problem.suggest_or(near, || {
            // A code list that differs by nature holds some names more than once.
            let mut seen = BTreeSet::new();
            let names = listed(values.filter(|(name, _)| seen.insert(*name)));
            text!("可用的值：{names}", "the values are {names}", names)
        }));
    }

    /// Returns a subject's number, aliases normalised.
    pub(super) fn subject_number(&mut self, node: &Node) -> Option<SubjectNumber> {
        let text = self.text(node)?;
        self.number(node, SubjectNumber::parse(&text))
    }

    /// Returns a service's number, aliases normalised.
    pub(super) fn service_number(&mut self, node: &Node) -> Option<ServiceNumber> {
        let text = self.text(node)?;
        self.number(node, ServiceNumber::parse(&text))
    }

    fn number<T>(&mut self, node: &Node, read: Result<Parsed<T>, NumberError>) -> Option<T> {
        let read = read.map_err(|error| error.message());
        let Parsed { number, warnings } = self.kept(node, "NUM-01", read)?;
        let told = warnings.iter().filter(|warning| is_of_grammar(warning));
        self.remarks
            .extend(told.map(|warning| node.problem("NUM-01", warning.message())));
        Some(number)
    }

    /// Notes a service number that is not its subject's, or whose letter is another kind's; returns
    /// the kind, where it may stand.
    pub(super) fn check_service(
        &mut self,
        fields: &Fields<'_>,
        number: ServiceNumber,
        subject: Option<SubjectNumber>,
        kind: Option<ServiceKind>,
    ) -> Option<ServiceKind> {
        let node = fields.get("number")?;
        if let Some(subject) = subject.filter(|subject| *subject != number.subject()) {
            let message = text!(
                "{number} 不属于主体 {subject}",
                "{number} is no service of {subject}"
            );
            self.report(node, "NUM-02", message);
        }
        let (right, wrong) = match kind {
            Some(kind) if kind == number.kind() => (Some(kind), None),
            other => (None, other),
        };
        if let Some(kind) = wrong {
            let (given, lettered) = (kind.label(), number.kind().label());
            let message = text!(
                "{number} 是“{lettered}”的号码，kind 写的却是“{given}”",
                "{number} is the number of a {lettered}, but kind says {given}",
                lettered,
                given
            );
            self.report(fields.get("kind").unwrap_or(node), "NUM-02", message);
        }
        right
    }

    /// Returns what is filed of a subject, a service or a person.
    pub(super) fn facts<T: Default + DeserializeOwned>(
        &mut self,
        fields: &Fields<'_>,
        section: Section,
    ) -> T {
        let before = self.problems.len();
        let table = self.fact_table(fields, section);
        let facts: Result<T, _> = Value::Table(table).try_into();
        // The error itself may repeat personal data.
        if facts.is_err() && self.problems.len() == before {
            let message = text!("这里的资料无法读取", "the data here cannot be read");
            let problem = Problem::new(fields.path, fields.at, "wrong-type", message);
            self.problems.push(problem);
        }
        facts.unwrap_or_default()
    }

    fn fact_table(&mut self, fields: &Fields<'_>, section: Section) -> toml::Table {
        let mut table = toml::Table::new();
        for (known, node) in fields.found.iter().filter(|(known, _)| known.is_fact) {
            let value = match (known.value_type, nested(section, known.name)) {
                (FieldType::Table, Some(inner)) => {
                    let inner_fields = self.fields(node, inner);
                    Some(Value::Table(self.fact_table(&inner_fields, inner)))
                }
                (FieldType::Table, None) => None,
                (FieldType::List, Some(inner)) => {
                    let items = self.list(node);
                    let tables = items.iter().map(|item| {
                        let fields = self.fields(item, inner);
                        Value::Table(self.fact_table(&fields, inner))
                    });
                    Some(Value::Array(tables.collect()))
                }
                (FieldType::Number, _) => self.count(node),
                (FieldType::List, None) => Some(self.fact_list(known, node)),
                (FieldType::String, _) if takes_several(known.name) => {
                    Some(self.fact_list(known, node))
                }
                (FieldType::String, _) => {
                    let text = self.text(node);
                    text.and_then(|text| self.fact(known, node, &text))
                }
                (FieldType::Date, _) => self.fact_date(known, node),
                (FieldType::Bool, _) => Some(Value::Boolean(self.flag_of(fields, known.name))),
            };
            if let Some(value) = value {
                table.insert(known.name.to_owned(), value);
            }
        }
        self.check_certificate(fields, section, &mut table);
        self.check_validity(fields, &table);
        table
    }

    fn fact_list(&mut self, known: &Known, node: &Node) -> Value {
        let items = match &node.shape {
            Shape::Text(_) if takes_several(known.name) => std::slice::from_ref(node),
            Shape::Text(_)
            | Shape::Flag(_)
            | Shape::Number(_)
            | Shape::List(_)
            | Shape::Table(_) => self.list(node),
        };
        let mut values: Vec<Value> = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for item in items {
            let Some(text) = self.text(item) else {
                continue;
            };
            let Some(value) = self.fact(known, item, &text) else {
                continue;
            };
            if seen.insert(value.to_string()) {
                values.push(value);
            } else {
                let given = shown(&text);
                let message = text!("“{given}”重复", "\"{given}\" stands here twice");
                self.report(item, "duplicate-value", message);
            }
        }
        Value::Array(values)
    }
}

/// Whether a field that fields.toml calls a text may hold several.
fn takes_several(name: &str) -> bool {
    name == "prior_approval"
}

/// Returns the section of a table within a section.
fn nested(section: Section, name: &str) -> Option<Section> {
    match (section, name) {
        (Section::Subject | Section::Adoption, "responsible") => Some(Section::SubjectPerson),
        (Section::Service | Section::AdoptedService, "responsible") => Some(Section::ServicePerson),
        (Section::Service | Section::AdoptedService, "resource") => Some(Section::Resource),
        (Section::Service | Section::AdoptedService, "registrations") => {
            Some(Section::Registration)
        }
        (Section::Service | Section::AdoptedService, "builds") => Some(Section::Build),
        (_, _) => None,
    }
}

const TEXT: Text = Text::fixed("文本", "text");
const LIST: Text = Text::fixed("列表", "a list");
const TABLE: Text = Text::fixed("表", "a table");
const NUMBER: Text = Text::fixed("整数", "a whole number");
const FLAG: Text = Text::fixed("true 或 false", "true or false");

/// Whether a remark is about how a filing number is written, which the person who wrote it can
/// mend (NUM-01).
const fn is_of_grammar(warning: &Warning) -> bool {
    match warning {
        Warning::ProvinceAlias { .. } | Warning::MissingFilingWord | Warning::LeadingZero => true,
        Warning::LooksLikeExample
        | Warning::SecurityLetter { .. }
        | Warning::SecurityArea { .. } => false,
    }
}
