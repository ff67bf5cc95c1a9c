//! Values of which it is known where they stood, whatever the file's format.

use super::problem::{Position, Problem, shown};
use crate::lang::Text;
use crate::text;

/// A value in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Its path as the user would write it; in a CSV the column's name.
    pub(super) path: String,
    /// The place of its first character.
    pub(super) at: Position,
    /// The place after its last character, where that is known.
    pub(super) end: Option<Position>,
    /// What it is.
    pub(super) shape: Shape,
}

/// What a value is; dates are text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Text, or a date.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// A number, as written.
    Number(String),
    /// Several values.
    List(Vec<Node>),
    /// Keys and values.
    Table(Vec<Entry>),
}

/// One key of a table and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// The place of the key.
    pub(super) at: Position,
    /// The value.
    pub(super) node: Node,
}

impl Shape {
    /// Returns what it is in words.
    pub(super) const fn words(&self) -> Text {
        match self {
            Self::Text(_) => Text::fixed("文本", "text"),
            Self::Flag(_) => Text::fixed("true 或 false", "true or false"),
            Self::Number(_) => Text::fixed("数字", "a number"),
            Self::List(_) => Text::fixed("列表", "a list"),
            Self::Table(_) => Text::fixed("表", "a table"),
        }
    }
}

impl Entry {
    pub(super) fn new(key: &str, at: Position, node: Node) -> Self {
        Self {
            key: key.to_owned(),
            at,
            node,
        }
    }
}

impl Node {
    /// A value of which it is not known where it ends.
    pub(super) fn new(path: &str, at: Position, shape: Shape) -> Self {
        Self {
            path: path.to_owned(),
            at,
            end: None,
            shape,
        }
    }

    /// A problem with this value.
    pub(super) fn problem(&self, code: &'static str, message: Text) -> Problem {
        Problem::new(&self.path, self.at, code, message)
    }

    /// Returns the value of a key, where this is a table.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// Returns the keys and values, none where this is no table.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.shape {
            Shape::Table(entries) => entries,
            Shape::Text(_) | Shape::Flag(_) | Shape::Number(_) | Shape::List(_) => &[],
        }
    }

    /// Whether nothing but blanks stands there: as good as absent.
    pub(super) fn is_blank(&self) -> bool {
        matches!(&self.shape, Shape::Text(text) if text.trim().is_empty())
    }
}

/// Returns the name of a label that is a key of a table.
///
/// # Errors
/// Where nothing stands there.
pub(super) fn label_name(entry: &Entry) -> Result<&str, Problem> {
    let name = entry.key.trim();
    if !name.is_empty() {
        return Ok(name);
    }
    let message = text!("标签没有名称", "this label has no name");
    let path = &entry.node.path;
    Err(Problem::new(path, entry.at, "unknown-field", message))
}

/// The most bytes of a path that is still added to, and of a key that is added whole: every value
/// repeats where it stands.
const LONG: usize = 100;

/// Returns the path of `key` below `path`; of a long one, where it begins.
pub(super) fn below(path: &str, key: impl std::fmt::Display) -> String {
    let key = key.to_string();
    let key = if key.len() > LONG { shown(&key) } else { key };
    match path.len() {
        0 => key,
        1..=LONG => format!("{path}.{key}"),
        _ => path.to_owned(),
    }
}
