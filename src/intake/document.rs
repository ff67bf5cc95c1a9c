//! TOML and JSON documents as located trees.

use super::node::{Entry, Node, Shape, below};
use super::problem::{PROBLEMS, Position, Problem, shown};
use super::source::Lines;
use crate::lang::{Text, parser};
use crate::text;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How deep lists and tables may stand in each other.
const DEPTH: usize = 32;

/// Reads a TOML document, or tells every syntax error, one a line.
pub(super) fn toml_tree(text: &str) -> Result<Node, Vec<Problem>> {
    let lines = Lines::new(text);
    if let Err((offset, message)) = parser::heed(text, parser::VALUES) {
        return Err(vec![too_many("", lines.position(offset), message)]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let at = lines.position(table.span().start);
        return Ok(toml_table("", at, table.get_ref(), &lines));
    }
    let mut problems: Vec<Problem> = errors
        .iter()
        .take(PROBLEMS)
        .map(|error| {
            let offset = error.span().map_or(text.len(), |span| span.start);
            let words = parser::said(parser::unquoted(error.message()));
            let message = if offset >= text.trim_end().len() {
                text!(
                    "文件在这里中断，TOML 不完整（{words}）",
                    "the file breaks off here and is no complete TOML ({words})",
                    words
                )
            } else {
                text!("TOML 语法有误：{words}", "this is no TOML: {words}", words)
            };
            Problem::new("", lines.position(offset), "syntax", message).fix(text!(
                "每项写成 名称 = \"值\"，文本用英文双引号",
                "write each field as name = \"value\", text in straight quotes"
            ))
        })
        .collect();
    problems.sort_by_key(Problem::position);
    // What follows an error on its line is mostly its echo.
    problems.dedup_by_key(|problem| problem.line);
    Err(problems)
}

fn too_many(path: &str, at: Position, message: Text) -> Problem {
    Problem::new(path, at, "too-many", message)
        .fix(text!("请拆成几个文件", "split it into several files"))
}

fn toml_table(path: &str, at: Position, table: &DeTable<'_>, lines: &Lines<'_>) -> Node {
    let mut as_written: Vec<_> = table.iter().collect();
    as_written.sort_by_key(|(key, _)| key.span().start);
    let entries = as_written
        .into_iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            at: lines.position(key.span().start),
            node: toml_node(&below(path, key.get_ref()), value, lines),
        })
        .collect();
    Node::new(path, at, Shape::Table(entries))
}

fn toml_node(path: &str, value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let at = lines.position(value.span().start);
    let shape = match value.get_ref() {
        DeValue::String(text) => Shape::Text(text.to_string()),
        DeValue::Integer(number) => Shape::Number(number.to_string()),
        DeValue::Float(number) => Shape::Number(number.to_string()),
        DeValue::Boolean(flag) => Shape::Flag(*flag),
        DeValue::Datetime(date) => Shape::Text(date.to_string()),
        DeValue::Array(list) => Shape::List(
            list.iter()
                .enumerate()
                .map(|(place, value)| toml_node(&below(path, place), value, lines))
                .collect(),
        ),
        DeValue::Table(table) => return toml_table(path, at, table, lines),
    };
    Node {
        path: path.to_owned(),
        at,
        end: Some(lines.position(value.span().end)),
        shape,
    }
}

/// Reads a JSON document.
pub(super) fn json_tree(text: &str) -> Result<Node, Vec<Problem>> {
    json_value(text, 0, &Lines::new(text), parser::VALUES)
}

/// Reads JSON that may be a list of rows, of which a file holds as many as are within its size.
pub(super) fn json_list(text: &str) -> Result<Node, Vec<Problem>> {
    json_value(text, 0, &Lines::new(text), usize::MAX)
}

/// Whether `text` is JSON Lines: its first line that is not blank is a whole JSON value, or that is
/// cut short and a later line is an object of its own, in what is no JSON as a whole.
pub(super) fn is_json_lines(text: &str) -> bool {
    let is_whole = |text: &str| serde_json::from_str::<&RawValue>(text).is_ok();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    match lines.next() {
        Some(first) if is_whole(first) => lines.next().is_some(),
        // Objects within a document are indented.
        Some(first) if first.trim_end().len() > 1 && first.starts_with('{') => {
            lines.any(|line| line.starts_with('{') && is_whole(line)) && !is_whole(text)
        }
        Some(_) | None => false,
    }
}

/// Reads JSON Lines: one value a line, or what is wrong with each.
pub(super) fn json_lines(text: &str) -> impl Iterator<Item = Result<Node, Vec<Problem>>> {
    let lines = Lines::new(text);
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let begins = start;
        start += line.len();
        let is_blank = line.trim().is_empty();
        (!is_blank).then(|| json_value(line.trim_end(), begins, &lines, parser::VALUES))
    })
}

/// Reads the one JSON value of `part`, which stands at byte `start` of the file and may hold `most`
/// others.
fn json_value(
    part: &str,
    start: usize,
    lines: &Lines<'_>,
    most: usize,
) -> Result<Node, Vec<Problem>> {
    let raw: &RawValue =
        serde_json::from_str(part).map_err(|error| vec![json_problem(&error, start, lines)])?;
    let mut reader = JsonReader {
        base: part.as_ptr().addr(),
        start,
        lines,
        most,
        values: 0,
        problems: Vec::new(),
    };
    match reader.node("", raw, 0) {
        Some(node) if reader.problems.is_empty() => Ok(node),
        None if reader.problems.is_empty() => {
            let message = text!(
                "这里是 null，应为资料",
                "null stands here; data is expected"
            );
            let at = lines.position(start);
            Err(vec![Problem::new("", at, "wrong-type", message)])
        }
        Some(_) | None => Err(reader.problems),
    }
}

/// Turns an error within a part that begins at byte `start` of the file into a problem.
fn json_problem(error: &serde_json::Error, start: usize, lines: &Lines<'_>) -> Problem {
    let first = lines.position(start).line;
    let line_start = match error.line() {
        0 | 1 => start,
        line => lines.start_of(first + line - 1),
    };
    let at = lines.position(line_start + error.column().saturating_sub(1));
    let words = parser::said_of_json(error);
    let message = match error.classify() {
        Category::Eof => text!(
            "JSON 在这里中断，不完整（{words}）",
            "the JSON breaks off here ({words})",
            words
        ),
        Category::Syntax | Category::Data | Category::Io => {
            text!("JSON 语法有误：{words}", "this is no JSON: {words}", words)
        }
    };
    Problem::new("", at, "syntax", message)
}

/// The entries of a JSON object as they stand, repeated keys included.
struct RawEntries<'a>(Vec<(Key<'a>, &'a RawValue)>);

/// A key; borrowed, and so of a known place, unless it holds escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for RawEntries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = RawEntries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(RawEntries(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

struct JsonReader<'l, 'a> {
    base: usize,
    start: usize,
    lines: &'l Lines<'a>,
    /// How many values may be read.
    most: usize,
    /// How many were read so far.
    values: usize,
    problems: Vec<Problem>,
}

impl JsonReader<'_, '_> {
    /// Returns the byte of the file at which a slice of the part that is read begins.
    fn offset(&self, slice: &str) -> usize {
        self.start + slice.as_ptr().addr().saturating_sub(self.base)
    }

    fn at(&self, slice: &str) -> Position {
        self.lines.position(self.offset(slice))
    }

    /// Reads a value; `None` for null, which says no more than absence.
    fn node(&mut self, path: &str, raw: &RawValue, depth: usize) -> Option<Node> {
        self.values += 1;
        if self.values > self.most {
            if self.values == self.most + 1 {
                let at = self.at(raw.get());
                self.problems
                    .push(too_many(path, at, parser::too_many(parser::VALUES)));
            }
            return None;
        }
        let json = raw.get();
        let at = self.at(json);
        if depth > DEPTH {
            let message = text!(
                "嵌套超过 {DEPTH} 层",
                "this is nested more than {DEPTH} levels deep"
            );
            self.problems
                .push(Problem::new(path, at, "too-deep", message));
            return None;
        }
        let shape = match json.as_bytes().first() {
            Some(b'{') => self.table(path, json, depth)?,
            Some(b'[') => {
                let items: Vec<&RawValue> = self.parsed(path, json)?;
                let items = items.into_iter().enumerate();
                Shape::List(
                    items
                        .filter_map(|(place, raw)| self.node(&below(path, place), raw, depth + 1))
                        .collect(),
                )
            }
            Some(b'"') => Shape::Text(self.parsed(path, json)?),
            Some(b't') => Shape::Flag(true),
            Some(b'f') => Shape::Flag(false),
            Some(b'n') | None => return None,
            Some(_) => Shape::Number(json.to_owned()),
        };
        Some(Node {
            path: path.to_owned(),
            at,
            end: Some(self.lines.position(self.offset(json) + json.len())),
            shape,
        })
    }

    fn table(&mut self, path: &str, json: &str, depth: usize) -> Option<Shape> {
        let RawEntries(raw) = self.parsed(path, json)?;
        let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
        let mut seen = HashSet::with_capacity(raw.len());
        for (Key(key), value) in raw {
            let at = match &key {
                // The quote before it.
                Cow::Borrowed(key) => self.lines.position(self.offset(key).saturating_sub(1)),
                Cow::Owned(_) => self.at(value.get()),
            };
            let path = below(path, &key);
            if !seen.insert(key.clone()) {
                if self.problems.len() >= PROBLEMS {
                    break;
                }
                let key = shown(&key);
                let message = text!("字段“{key}”重复", "the field \"{key}\" stands here twice");
                self.problems
                    .push(Problem::new(&path, at, "duplicate-field", message));
            } else if let Some(node) = self.node(&path, value, depth + 1) {
                entries.push(Entry {
                    key: key.into_owned(),
                    at,
                    node,
                });
            }
        }
        Some(Shape::Table(entries))
    }

    /// Parses a slice that is valid as a whole; text can still hold a broken escape.
    fn parsed<'de, T: Deserialize<'de>>(&mut self, path: &str, json: &'de str) -> Option<T> {
        match serde_json::from_str(json) {
            Ok(value) => Some(value),
            Err(error) => {
                let mut problem = json_problem(&error, self.offset(json), self.lines);
                path.clone_into(&mut problem.path);
                self.problems.push(problem);
                None
            }
        }
    }
}
