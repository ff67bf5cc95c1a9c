//! Rows of a batch: orders to be made.

use super::problem::{Position, Problem, nearest, offered, shown};
use super::record::{meaningless, missing, required};
use super::rows::{Cell, Header, Row, rows};
use super::schema::Table;
use super::source::{Encoding, Source};
use super::value::set_twice;
use crate::filing::kind::{Kind, VerifyBy};
use crate::filing::named::Named as Vocabulary;
use crate::filing::number::SubjectNumber;
use crate::knowledge;
use crate::lang::{Text, listed};
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One order to be made; what it is about is not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchRow {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The caller's key.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Which of the six.
    pub kind: Kind,
    /// Filing numbers or domains, as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The account there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How a cancellation is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_by: Option<VerifyBy>,
    /// Why, for the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What a change sets, each `FIELD=VALUE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// The order that must be approved first, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The subject numbers whose cancellation is meant, in canonical form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirm: Vec<String>,
    /// The impact codes that are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// The dossier, by its path relative to the batch file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where its cells stand in the batch file, by the English names of their columns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, Position>,
    /// What the batch file calls its columns.
    #[serde(skip)]
    pub header: Header,
}

impl BatchRow {
    /// Returns where a cell stands, by the English name of its column; where the row begins, if
    /// there is none.
    pub fn place(&self, column: &str) -> Position {
        let start = Position::of_line(self.line);
        self.places.get(column).copied().unwrap_or(start)
    }

    /// Something wrong with what a cell of the row says, found when it is looked up.
    pub fn problem(&self, column: &str, message: Text) -> Problem {
        let name = self.header.name(column);
        Problem::new(name, self.place(column), "invalid-row", message)
    }
}

/// The rows of a batch as far as they could be read.
#[derive(Clone, Debug, Default)]
pub struct BatchRows {
    /// The rows in which nothing is wrong.
    pub rows: Vec<BatchRow>,
    /// What is wrong in the others, in the order in which it stands in the file.
    pub problems: Vec<Problem>,
    /// What those others name all the same.
    pub flawed: Vec<Named>,
}

/// What a row names, which can be looked up whatever else is wrong in it.
#[derive(Clone, Debug)]
pub struct Named {
    /// The line on which the row begins.
    pub line: usize,
    /// The caller's key, where one is given.
    pub reference: Option<String>,
    /// Filing numbers or domains, as written.
    pub target: Vec<String>,
    /// Where they stand.
    pub target_at: Position,
    /// The order that must be approved first, as written.
    pub after: Option<String>,
    /// Where that stands.
    pub after_at: Position,
    /// Whether the rows after it could not be read.
    pub hides_rest: bool,
    /// What the file calls its columns.
    pub header: Header,
}

impl From<&BatchRow> for Named {
    fn from(row: &BatchRow) -> Self {
        Self {
            line: row.line,
            reference: Some(row.reference.clone()),
            target: row.target.clone(),
            target_at: row.place("target"),
            after: row.after.clone(),
            after_at: row.place("after"),
            hides_rest: false,
            header: row.header.clone(),
        }
    }
}

impl From<&Row> for Named {
    fn from(row: &Row) -> Self {
        let place = |column: &str| row.cells.get(column).map_or(row.at, |cell| cell.at);
        Self {
            line: row.at.line,
            reference: row.text("ref"),
            target: row.texts("target"),
            target_at: place("target"),
            after: row.text("after"),
            after_at: place("after"),
            hides_rest: row.is_open,
            header: row.header.clone(),
        }
    }
}

/// Reads the rows of a batch in which nothing is wrong, and tells what is wrong in the others.
///
/// # Errors
/// All problems of a file that has no rows to speak of: not text, or without the columns.
pub fn inspect_batch_rows(
    source: &Source<'_>,
    encoding: Encoding,
) -> Result<BatchRows, Vec<Problem>> {
    let (given, problems) = rows(source, Table::Batch, encoding)?;
    let mut read = BatchRows {
        rows: Vec::with_capacity(given.len()),
        problems,
        flawed: Vec::new(),
    };
    for row in given {
        let before = read.problems.len();
        let made = batch_row(&row, &mut read.problems);
        let is_right = !row.is_flawed && read.problems.len() == before;
        match made.filter(|_| is_right) {
            Some(made) => read.rows.push(made),
            None => read.flawed.push(Named::from(&row)),
        }
    }
    read.problems.sort_by_key(Problem::position);
    Ok(read)
}

/// The columns into which a remedy may have to be written, so that the place of an empty cell counts.
const REMEDIES: [&str; 4] = ["provider", "verify_by", "confirm", "accept"];

fn batch_row(row: &Row, problems: &mut Vec<Problem>) -> Option<BatchRow> {
    let reference = required(row, "ref", problems);
    let verify_by = word(row, "verify_by", problems);
    let confirm = confirm(row, problems);
    required(row, "kind", problems);
    let kind = word(row, "kind", problems)?;
    fits(row, kind, problems);
    let set = row.texts("set");
    if let Some(cell) = row.cells.get("set") {
        let mut fields = BTreeSet::new();
        for word in &set {
            settable(cell, word, problems);
            let field = word.split('=').next().unwrap_or_default().trim();
            if !fields.insert(field) {
                let (message, fix) = set_twice(&shown(field));
                problems.push(cell.problem("set-twice", message).fix(fix));
            }
        }
    }
    let labels = row.labels.iter().filter_map(|(name, cell)| {
        let value = cell.texts().into_iter().next()?;
        Some((name.clone(), value))
    });
    let to_fill_in = row.blank.iter().copied();
    let to_fill_in = to_fill_in.filter(|(name, _)| REMEDIES.contains(name));
    Some(BatchRow {
        line: row.at.line,
        reference,
        kind,
        target: row.texts("target"),
        provider: row.text("provider"),
        account: row.text("account"),
        verify_by,
        reason: row.text("reason"),
        set,
        after: row.text("after"),
        confirm,
        accept: row.words("accept"),
        from: row.text("from"),
        labels: labels.collect(),
        places: row
            .cells
            .iter()
            .map(|(name, cell)| (*name, cell.at))
            .chain(to_fill_in)
            .map(|(name, at)| (name.to_owned(), at))
            .collect(),
        header: row.header.clone(),
    })
}

/// A value that is none of those that its column may hold.
fn unknown<T: Vocabulary>(cell: &Cell, given: &str, problems: &mut Vec<Problem>) {
    let known: Vec<&str> = T::values().iter().map(|value| value.wire_name()).collect();
    let words = T::values().iter().flat_map(|value| value.words());
    let near = nearest(given, known.iter().chain(words).copied());
    let near = near.map(|near| offered(near, |word| T::from_word(word).map(T::wire_name)));
    let values = T::values().iter();
    let list = listed(values.map(|value| (value.wire_name(), value.words().iter().copied())));
    let words = shown(given);
    let message = text!(
        "“{words}”不在可用的值之中：{list}",
        "\"{words}\" is none of {list}",
        list
    );
    problems.push(cell.problem("unknown-value", message).suggest(near));
}

/// Returns the value of a column that holds one of a closed list.
fn word<T: Vocabulary>(row: &Row, column: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let cell = row.cells.get(column)?;
    let given = row.text(column)?;
    let found = T::from_word(&given);
    if found.is_none() {
        unknown::<T>(cell, &given, problems);
    }
    found
}

fn confirm(row: &Row, problems: &mut Vec<Problem>) -> Vec<String> {
    let Some(cell) = row.cells.get("confirm") else {
        return Vec::new();
    };
    let read = cell
        .texts()
        .into_iter()
        .filter_map(|word| match SubjectNumber::parse(&word) {
            Ok(parsed) => Some(parsed.number.to_string()),
            Err(error) => {
                let (message, words) = (error.message(), shown(&word));
                let message = text!(
                    "“{words}”不是主体备案号：{message}",
                    "\"{words}\" is no subject number: {message}",
                    message
                );
                problems.push(cell.problem("not-a-number", message));
                None
            }
        });
    read.collect()
}

/// Checks that a row gives what its kind needs, and nothing that means nothing for it.
fn fits(row: &Row, kind: Kind, problems: &mut Vec<Problem>) {
    let mut need = |column: &str| {
        if row.lacks(column) {
            problems.push(missing(row, column));
        }
    };
    // Without the column `from` no row has a dossier, unless it is misspelt.
    if row.lacks("from") {
        match kind {
            Kind::New => need("from"),
            Kind::Access | Kind::CancelAccess => {
                need("target");
                need("provider");
            }
            Kind::Change => {
                need("target");
                need("set");
            }
            Kind::CancelSite | Kind::CancelSubject => need("target"),
        }
    }
    let columns: &[&str] = match kind {
        Kind::New => &["target", "set", "verify_by"],
        Kind::Access | Kind::CancelAccess => &["set", "verify_by"],
        Kind::Change => &["verify_by"],
        Kind::CancelSite | Kind::CancelSubject => &["set"],
    };
    for column in columns {
        if let Some(cell) = row.cells.get(column) {
            problems.push(meaningless(cell, kind.name(), "not-for-this-kind"));
        }
    }
    if kind.ends_filing()
        && let Some(cell) = row.cells.get("target")
        && cell.texts().len() > 1
    {
        let name = kind.name();
        let message = text!(
            "{name} 每行只能写一个对象",
            "a row of {name} names one target"
        );
        let problem = cell.problem("too-many", message);
        problems.push(problem.fix(text!("请拆成几行", "make it several rows")));
    }
}

/// Checks that one word of `set` has its form and names a field.
fn settable(cell: &Cell, word: &str, problems: &mut Vec<Problem>) {
    let field = match word.split_once('=') {
        Some((field, _)) if !field.trim().is_empty() => field.trim(),
        Some(_) | None => {
            let words = shown(word);
            let message = text!(
                "“{words}”应写成 字段=新值",
                "\"{words}\" should be FIELD=VALUE"
            );
            let problem = cell.problem("wrong-form", message);
            problems.push(problem.fix(text!("例如 name=新名称", "for example name=NEW NAME")));
            return;
        }
    };
    let bases = ["subject.", "services."];
    let is_known = bases
        .iter()
        .any(|base| knowledge::field(&format!("{base}{field}")).is_some());
    if !is_known {
        let known = knowledge::fields().iter().filter_map(|known| {
            let path = known.path.as_str();
            bases.iter().find_map(|base| path.strip_prefix(base))
        });
        let near = nearest(field, known);
        let words = shown(field);
        let message = text!("没有字段“{words}”", "there is no field \"{words}\"");
        problems.push(cell.problem("unknown-field", message).suggest(near));
    }
}
