//! Tables of rows: CSV, and JSON Lines of the same columns.

mod csv;

pub(super) use csv::{csv_rows, is_csv};

use super::document::{is_json_lines, json_lines, json_list};
use super::node::{Entry, Node, Shape, label_name};
use super::problem::{PROBLEMS, Position, Problem, shown};
use super::schema::{Column, Table, column as column_of, columns};
use super::source::{Encoding, Source, decode, within};
use super::value::set_twice;
use crate::lang::{Text, nearest};
use crate::reading::{DOCUMENT_LIMIT, ROWS_LIMIT};
use crate::text;
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

/// What one row says in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column as the file's header calls it.
    pub column: String,
    /// The place of its first character.
    pub at: Position,
    /// The values, one unless the column holds lists; the empty ones of a list keep their places.
    pub values: Vec<String>,
}

impl Cell {
    /// Returns the values that are not empty.
    pub fn texts(&self) -> Vec<String> {
        let filled = self.values.iter().filter(|value| !value.is_empty());
        filled.cloned().collect()
    }

    /// Something wrong with what the cell says.
    pub(super) fn problem(&self, code: &'static str, message: Text) -> Problem {
        Problem::new(&self.column, self.at, code, message)
    }
}

/// What the columns of a table are called in one file, by their English names; a file of JSON calls
/// them by those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header(Arc<BTreeMap<&'static str, String>>);

impl Header {
    /// Names every column of `table` as the file does; those that it lacks, in the language of the
    /// others.
    fn of(table: Table, given: &[String]) -> Self {
        let known = |column: &Column| {
            given
                .iter()
                .find(|name| column_of(table, name).is_some_and(|of| of.name == column.name))
        };
        let is_chinese = columns(table).any(|column| known(column) == Some(&column.zh));
        let name = |column: &'static Column| {
            let own = if is_chinese { &column.zh } else { &column.name };
            (
                column.name.as_str(),
                known(column).unwrap_or(own).to_owned(),
            )
        };
        Self(Arc::new(columns(table).map(name).collect()))
    }

    /// Returns what the file calls a column.
    pub fn name<'a>(&'a self, column: &'a str) -> &'a str {
        self.0.get(column).map_or(column, String::as_str)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins.
    pub at: Position,
    /// What the file calls its columns.
    pub header: Header,
    /// The cells that are not empty, by the English names of their columns.
    pub cells: BTreeMap<&'static str, Cell>,
    /// The cells of the columns `label:NAME`, by NAME.
    pub labels: BTreeMap<String, Cell>,
    /// Whether something in it was refused, so that what is missing may stand there.
    pub(super) is_flawed: bool,
    /// Whether a quote in it is never closed: the rest of the file stands within, and is not told.
    pub(super) is_open: bool,
    /// The columns that are there for it and hold nothing, and where: what is missing stands in no
    /// other.
    pub(super) blank: Vec<(&'static str, Position)>,
}

impl Row {
    /// Whether it is certain that a column says nothing.
    pub(super) fn lacks(&self, column: &str) -> bool {
        !self.cells.contains_key(column)
            && (!self.is_flawed || self.place_of_blank(column).is_some())
    }

    /// Returns where the cell of a column stands that holds nothing.
    pub(super) fn place_of_blank(&self, column: &str) -> Option<Position> {
        let blank = self.blank.iter().find(|(name, _)| *name == column);
        blank.map(|(_, at)| *at)
    }

    /// Returns the first value of a cell.
    pub fn text(&self, column: &str) -> Option<String> {
        self.cells.get(column)?.texts().into_iter().next()
    }

    /// Returns the values of a cell that are not empty.
    pub fn texts(&self, column: &str) -> Vec<String> {
        self.cells.get(column).map(Cell::texts).unwrap_or_default()
    }

    /// Returns the values of a cell that are words of a closed list, in one width.
    pub fn words(&self, column: &str) -> Vec<String> {
        let texts = self.texts(column);
        texts.iter().map(|word| word.nfkc().collect()).collect()
    }
}

/// Where a row stands in its file: for what is found wrong with it when what it is about is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Where its cells stand, by the English names of their columns.
    cells: Vec<(&'static str, Position)>,
    /// What the file calls its columns.
    header: Header,
}

impl RowPlace {
    /// Notes where a row stands.
    pub(super) fn of(row: &Row) -> Self {
        let cells = row.cells.iter();
        Self {
            line: row.at.line,
            cells: cells.map(|(name, cell)| (*name, cell.at)).collect(),
            header: row.header.clone(),
        }
    }

    /// Something wrong with what a cell of the row says.
    pub fn problem(&self, column: &str, message: Text, fix: Option<Text>) -> Problem {
        let cell = self.cells.iter().find(|(name, _)| *name == column);
        let at = cell.map_or(Position::of_line(self.line), |(_, at)| *at);
        Problem {
            fix,
            ..Problem::new(self.header.name(column), at, "invalid-row", message)
        }
    }
}

/// Where a column of the file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal<'h> {
    /// Into a known column.
    Column(&'static str, bool),
    /// Into a label.
    Label(&'h str),
}

impl<'h> Goal<'h> {
    fn of(table: Table, header: &'h str) -> Option<Self> {
        let label = ["label", "标签"].iter().find_map(|word| {
            let rest = header.strip_prefix(word)?;
            rest.strip_prefix([':', '：']).map(str::trim)
        });
        match label {
            Some(name) if table.has_labels() && !name.is_empty() => Some(Self::Label(name)),
            Some(_) | None => {
                column_of(table, header).map(|column| Self::Column(&column.name, column.list))
            }
        }
    }
}

/// The most rows of a file: each takes two kilobytes of memory, however short it is.
const ROWS: usize = 100_000;

/// Refuses more rows than are taken from one file.
fn too_many(at: Position) -> Problem {
    let message = text!("超过 {ROWS} 行", "there are more than {ROWS} rows");
    Problem::new("", at, "too-large", message)
        .fix(text!("请拆成几个文件", "split it into several files"))
}

/// The most labels of a file: each takes a quarter of a kilobyte.
const LABELS: usize = 400_000;

/// Refuses more labels than are taken from one file.
fn too_labelled(at: Position) -> Problem {
    let message = text!(
        "标签超过 {LABELS} 个",
        "there are more than {LABELS} labels"
    );
    Problem::new("", at, "too-large", message)
        .fix(text!("请拆成几个文件", "split it into several files"))
}

/// Refuses more lines than rows are taken from one file.
pub(super) fn few_lines(text: &str) -> Result<(), Vec<Problem>> {
    if text.lines().nth(ROWS).is_none() {
        return Ok(());
    }
    Err(vec![too_many(Position::of_line(ROWS + 1))])
}

/// The rows that could be read, and what is wrong with others.
pub(super) type Read = (Vec<Row>, Vec<Problem>);

/// Reads the rows; those with problems are told apart, so that the caller can check the others.
pub(super) fn rows(
    source: &Source<'_>,
    table: Table,
    encoding: Encoding,
) -> Result<Read, Vec<Problem>> {
    within(ROWS_LIMIT, source)?;
    let text = decode(source, encoding)?;
    if text.trim_start().starts_with(['{', '[']) {
        if !is_json_lines(&text) {
            within(DOCUMENT_LIMIT, source)?;
        }
        json_rows(&text, table)
    } else {
        csv_rows(&text, table)
    }
}

/// Splits a list; the empty values keep their places.
fn split(text: &str) -> Vec<String> {
    text.split([';', '；'])
        .map(|value| value.trim().to_owned())
        .collect()
}

fn unknown_column(table: Table, header: &str, at: Position) -> Problem {
    let given = shown(header);
    let names = columns(table).flat_map(|column: &Column| [&column.name, &column.zh]);
    let names: Vec<&str> = names.map(String::as_str).collect();
    let near = meant(header, &names);
    if given.is_empty() {
        let message = text!("这一列没有名称", "this column has no name");
        return Problem::new(&given, at, "unknown-column", message).fix(text!(
            "写上名称，或删去整列",
            "give it a name, or delete the whole column"
        ));
    }
    let message = text!("没有名为“{given}”的列", "there is no column \"{given}\"");
    let problem = Problem::new(&given, at, "unknown-column", message);
    problem.suggest_or(near, || {
        let named = |name: fn(&Column) -> &str| columns(table).map(name).collect::<Vec<&str>>();
        let zh = named(|column| &column.zh).join("、");
        let en = named(|column| &column.name).join(", ");
        if table.has_labels() {
            text!(
                "可用的列：{zh}；要留作标签的改名为 标签:{given}，否则去掉",
                "the columns are: {en}; to keep it as a label name it label:{given}, else leave it out"
            )
        } else {
            text!(
                "可用的列：{zh}；其余的去掉",
                "the columns are: {en}; leave the others out"
            )
        }
    })
}

/// Returns the column that a header may mean. Half of a name of two characters tells nothing:
/// 编号 is no 账号.
fn meant<'a>(header: &str, known: &[&'a str]) -> Option<&'a str> {
    let is_chinese = !header.is_ascii() && header.chars().count() > 1;
    let is_part = |name: &&str| is_chinese && name.contains(header);
    let mut holding = known.iter().copied().filter(is_part);
    match (holding.next(), holding.next()) {
        (Some(only), None) => return Some(only),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    let near = nearest(header, known.iter().copied())?;
    let is_told = header.chars().count() > 2 || header.chars().next() == near.chars().next();
    (near.is_ascii() || is_told).then_some(near)
}

fn json_rows(text: &str, table: Table) -> Result<Read, Vec<Problem>> {
    let mut problems = Vec::new();
    if is_json_lines(text) {
        few_lines(text)?;
        let mut rows = Vec::new();
        let mut labels = 0;
        for line in json_lines(text) {
            if problems.len() >= PROBLEMS {
                break;
            }
            match line {
                Ok(node) => {
                    let row = json_row(&node, table, &mut problems);
                    labels += row.labels.len();
                    if labels > LABELS {
                        problems.push(too_labelled(row.at));
                        return Err(problems);
                    }
                    rows.push(row);
                }
                Err(found) => problems.extend(found),
            }
        }
        return Ok((rows, problems));
    }
    let nodes = match json_list(text)? {
        Node {
            shape: Shape::List(items),
            ..
        } => items,
        node => vec![node],
    };
    let rows = nodes
        .iter()
        .map(|node| json_row(node, table, &mut problems))
        .collect();
    Ok((rows, problems))
}

fn json_row(node: &Node, table: Table, problems: &mut Vec<Problem>) -> Row {
    let mut row = Row {
        at: node.at,
        header: Header::default(),
        cells: BTreeMap::new(),
        labels: BTreeMap::new(),
        is_flawed: false,
        is_open: false,
        blank: Vec::new(),
    };
    let before = problems.len();
    if !matches!(node.shape, Shape::Table(_)) {
        let message = text!("每行应是一个 JSON 对象", "every row must be a JSON object");
        problems.push(node.problem("wrong-type", message));
    }
    for entry in node.entries() {
        if problems.len() >= PROBLEMS {
            break;
        }
        if entry.key == "labels" && table.has_labels() {
            json_labels(entry, &mut row, problems);
            continue;
        }
        match Goal::of(table, &entry.key) {
            Some(Goal::Column(name, list)) => {
                let told = problems.len();
                match json_cell(entry, list, problems) {
                    Some(_) if row.cells.contains_key(name) => problems.push(twice(entry)),
                    Some(cell) => drop(row.cells.insert(name, cell)),
                    None if problems.len() == told => row.blank.push((name, entry.node.at)),
                    None => {}
                }
            }
            Some(Goal::Label(name)) => json_label(name, entry, &mut row, problems),
            None => problems.push(unknown_column(table, &entry.key, entry.at)),
        }
    }
    row.is_flawed = problems.len() > before;
    row
}

/// Reads the labels of a row, a table of texts; some programs write an empty one as a list.
fn json_labels(entry: &Entry, row: &mut Row, problems: &mut Vec<Problem>) {
    let Entry { node, .. } = entry;
    let is_empty = match &node.shape {
        Shape::List(items) => items.is_empty(),
        Shape::Text(_) => node.is_blank(),
        Shape::Flag(_) | Shape::Number(_) | Shape::Table(_) => false,
    };
    if !matches!(node.shape, Shape::Table(_)) && !is_empty {
        let found = node.shape.words();
        let message = text!(
            "应为表，这里是{found}",
            "a table is expected, not {found}",
            found
        );
        problems.push(node.problem("wrong-type", message));
    }
    for label in node.entries() {
        match label_name(label) {
            Ok(name) => json_label(name, label, row, problems),
            Err(problem) => problems.push(problem),
        }
    }
}

fn json_label(name: &str, entry: &Entry, row: &mut Row, problems: &mut Vec<Problem>) {
    match json_cell(entry, false, problems) {
        Some(_) if row.labels.contains_key(name) => problems.push(twice(entry)),
        Some(cell) => drop(row.labels.insert(name.to_owned(), cell)),
        None => {}
    }
}

/// Refuses the second of two fields of one meaning, of which one value would be lost.
fn twice(entry: &Entry) -> Problem {
    let (message, fix) = set_twice(&shown(&entry.key));
    Problem::new(&entry.node.path, entry.at, "duplicate-field", message).fix(fix)
}

/// Returns a value as a cell; `None` where it is blank or of the wrong shape.
fn json_cell(entry: &Entry, list: bool, problems: &mut Vec<Problem>) -> Option<Cell> {
    let values = match &entry.node.shape {
        Shape::Text(text) if list => Some(split(text)),
        Shape::Text(text) => Some(vec![text.trim().to_owned()]),
        Shape::List(items) if list => items
            .iter()
            .map(|item| match &item.shape {
                Shape::Text(text) => Some(text.trim().to_owned()),
                Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => None,
            })
            .collect(),
        Shape::Flag(_) | Shape::Number(_) | Shape::List(_) | Shape::Table(_) => None,
    };
    let Some(values) = values else {
        let message = if list {
            text!(
                "应为文本，或文本的列表",
                "text or a list of texts is expected"
            )
        } else {
            text!("应为文本", "text is expected")
        };
        problems.push(entry.node.problem("wrong-type", message));
        return None;
    };
    let is_blank = values.iter().all(String::is_empty);
    (!is_blank).then(|| Cell {
        column: entry.node.path.clone(),
        at: entry.node.at,
        values,
    })
}
