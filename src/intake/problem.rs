//! What is wrong in a file, where, and how to put it right.

use crate::lang::Text;
pub use crate::lang::nearest;
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A place in a file, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self::of_line(1);

    /// Returns the first character of a line.
    pub const fn of_line(line: usize) -> Self {
        Self { line, column: 1 }
    }

    /// Returns what is said of this place, after where it is.
    pub fn says(self, what: &Text) -> Text {
        let Self { line, column } = self;
        text!(
            "第 {line} 行第 {column} 列：{what}",
            "line {line}, column {column}: {what}",
            what
        )
    }
}

/// One thing wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field: `services.0.name` in a document, the column's name in a CSV, empty for the file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
    /// The stable name for scripts: a rule's id where a rule is broken, else a word such as
    /// `unknown-field`.
    pub code: &'static str,
    /// What is wrong and what is expected; personal data are never shown.
    pub message: Text,
    /// What to do, where more than the message says.
    pub fix: Option<Text>,
}

/// Returns the word to offer for one of a code list: a Chinese one as it is, of English ones the code.
pub(super) fn offered(near: &str, code: impl Fn(&str) -> Option<&'static str>) -> &str {
    if near.is_ascii() {
        code(near).unwrap_or(near)
    } else {
        near
    }
}

impl Problem {
    /// A problem with a field.
    pub(super) fn new(path: &str, at: Position, code: &'static str, message: Text) -> Self {
        Self {
            path: path.to_owned(),
            line: at.line,
            column: at.column,
            code,
            message,
            fix: None,
        }
    }

    /// Adds what to do.
    pub(super) fn fix(mut self, fix: Text) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Offers `near` in the place of a mistyped word.
    pub(super) fn suggest(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.fix(text!("是不是想写 {near}？", "did you mean {near}?")),
            None => self,
        }
    }

    /// Offers `near` in the place of a mistyped word, and where there is none, says what to do.
    pub(super) fn suggest_or(self, near: Option<&str>, fix: impl FnOnce() -> Text) -> Self {
        if near.is_some() {
            self.suggest(near)
        } else {
            self.fix(fix())
        }
    }

    /// Returns it in a line: where, what is wrong, and what to do.
    pub fn line(&self) -> Text {
        let Self {
            path, line, column, ..
        } = self;
        let at = if path.is_empty() {
            format!("{line}:{column}")
        } else {
            format!("{line}:{column} {path}")
        };
        let fix = self.fix.as_ref();
        let fix = fix.map_or_else(Text::default, |fix| text!("；{fix}", "; {fix}", fix));
        text!(
            "{at}：{message}{fix}",
            "{at}: {message}{fix}",
            message = &self.message,
            fix
        )
    }

    /// Returns all in lines; what is wrong in the same way in several rows of a table stands in one.
    pub fn lines(all: &[Self]) -> Vec<Text> {
        let mut told: Vec<(&Self, Vec<String>)> = Vec::new();
        let mut known: HashMap<(&str, &str, Option<&str>), usize> = HashMap::new();
        for one in all {
            let fix = one.fix.as_ref().map(|fix| &*fix.en);
            let key = (one.path.as_str(), &*one.message.en, fix);
            if let Some((_, more)) = known.get(&key).and_then(|place| told.get_mut(*place)) {
                more.push(format!("{}:{}", one.line, one.column));
            } else {
                known.insert(key, told.len());
                told.push((one, Vec::new()));
            }
        }
        let line = |(one, more): (&Self, Vec<String>)| {
            let Text { zh, en } = one.line();
            if more.is_empty() {
                return Text { zh, en };
            }
            let (zh_more, en_more) = (more.join("、"), more.join(", "));
            text!(
                "{zh}（以下各处相同：{zh_more}）",
                "{en} (the same at {en_more})"
            )
        };
        told.into_iter().map(line).collect()
    }

    /// Returns the place.
    pub fn position(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
        }
    }
}

/// A value and where it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The place of its first character.
    pub at: Position,
}

/// Returns the value, or all that was wrong in the order in which it stands in the file.
pub(super) fn settle<T>(value: T, mut problems: Vec<Problem>) -> Result<T, Vec<Problem>> {
    if problems.is_empty() {
        return Ok(value);
    }
    problems.sort_by_key(Problem::position);
    Err(problems)
}

/// The most problems that are looked for in a file: of so many, the first are told.
pub(super) const PROBLEMS: usize = 10_000;

/// The most characters of foreign text that a message repeats.
const SHOWN: usize = 40;

/// Returns foreign text cut to what a message can hold.
pub(super) fn shown(text: &str) -> String {
    let mut characters = text.trim().chars();
    let head: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}
