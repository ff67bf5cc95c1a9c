//! What every record file has in common: its schema version, and where an error in it stands.

use crate::lang::Text;
use crate::lang::parser::{self, Told, position};
use crate::text;
use serde::Deserialize;

/// The schema version of the store that this program writes.
pub const SCHEMA: u32 = 1;

/// The first line of what this program writes.
const OURS: &str = "schema = 1\n";

/// How the parser begins to say that a map is no text; a date without quotes is a map to it.
const A_MAP: &str = "invalid type: map";

/// The most values of a record: far more than its longest history holds.
const VALUES: usize = 100_000;

/// Why a record file cannot be read: where, and what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {}", self.problem.message().en)]
pub struct RecordError {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

impl RecordError {
    /// Returns what is wrong and where.
    pub fn message(&self) -> Text {
        let (path, line, column) = (&self.path, self.line, self.column);
        text!(
            "{path} 第 {line} 行第 {column} 列：{problem}",
            "{path}:{line}:{column}: {problem}",
            problem = self.problem.message()
        )
    }
}

/// What is wrong in a record file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Bytes that are no UTF-8 text.
    Encoding,
    /// What `git merge` leaves where both sides changed the file.
    Unmerged,
    /// No TOML, or not the keys and types of a record; the parser's own words.
    Shape {
        /// What the parser says.
        words: String,
    },
    /// More values than are given memory.
    Crowded,
    /// Written by a later version.
    Newer {
        /// Its schema version.
        schema: u32,
    },
    /// The name of the file and the id or number inside differ.
    Misnamed {
        /// What stands inside.
        inside: String,
    },
    /// The stored status is not what the history leads to.
    StatusMismatch {
        /// The stored status.
        stored: &'static str,
        /// What the history leads to.
        folded: &'static str,
    },
    /// A history without entries.
    NoHistory,
}

impl Problem {
    /// Returns what is wrong.
    pub fn message(&self) -> Text {
        match self {
            Self::Encoding => text!(
                "不是 UTF-8 文本（可能是 GBK）",
                "not UTF-8 text (it may be GBK)"
            ),
            Self::Unmerged => text!(
                "git 合并冲突尚未解决：用 git checkout --ours 或 --theirs 取一方的文件，再登记另一方的内容",
                "an unresolved merge conflict of git: take one side with git checkout --ours or --theirs, then record again what the other holds"
            ),
            Self::Shape { words } => {
                let words = parser::said(words);
                text!("格式错误：{words}", "{words}", words)
            }
            Self::Crowded => parser::too_many(VALUES),
            Self::Newer { schema } => text!(
                "由更新的版本写入（schema {schema}，本程序支持到 {SCHEMA}），请升级 icpctl",
                "written by a later version (schema {schema}, this program knows {SCHEMA}): upgrade icpctl"
            ),
            Self::Misnamed { inside } => text!(
                "文件名与内容中的 {inside} 不符",
                "the file's name does not fit `{inside}` inside"
            ),
            Self::StatusMismatch { stored, folded } => text!(
                "status 写的是 {stored}，历史记录得出的是 {folded}；请改回，或恢复此文件",
                "status says {stored}, but the history leads to {folded}: change it back, or restore the file"
            ),
            Self::NoHistory => text!(
                "没有任何历史记录",
                "the history is empty; it must begin with `create`"
            ),
        }
    }
}

/// Parses a record, saying where it goes wrong.
///
/// # Errors
/// The first problem, with line and column.
pub fn parse<T: for<'de> Deserialize<'de>>(path: &str, bytes: &[u8]) -> Result<T, RecordError> {
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    let at = |offset: usize, problem| {
        let (line, column) = position(bytes, offset);
        RecordError {
            path: path.to_owned(),
            line,
            column,
            problem,
        }
    };
    let text =
        std::str::from_utf8(bytes).map_err(|error| at(error.valid_up_to(), Problem::Encoding))?;
    parser::heed(text, VALUES).map_err(|(offset, _)| at(offset, Problem::Crowded))?;
    if text.trim().is_empty() {
        let words = Told(text!("文件是空的", "the file is empty")).to_string();
        return Err(at(0, Problem::Shape { words }));
    }
    // What we write begins with our own version: nothing later can stand there.
    if !text.starts_with(OURS)
        && let Ok(Version { schema }) = toml::from_str(text)
        && schema > SCHEMA
    {
        let offset = text.find("schema").unwrap_or_default();
        return Err(at(offset, Problem::Newer { schema }));
    }
    toml::from_str(text).map_err(|error| {
        if let Some(offset) = conflict(text) {
            return at(offset, Problem::Unmerged);
        }
        let offset = error.span().map_or(0, |span| span.start);
        let mut words = error.message().to_owned();
        let is_date = bytes.get(offset).is_some_and(u8::is_ascii_digit);
        if is_date && words.starts_with(A_MAP) {
            words = Told(bare_date()).to_string();
        }
        at(offset, Problem::Shape { words })
    })
}

fn bare_date() -> Text {
    text!(
        "日期时间要写在引号里",
        "a date and time must stand in quotes"
    )
}

/// Returns where the first conflict that `git merge` marked begins.
fn conflict(text: &str) -> Option<usize> {
    const MARK: &str = "<<<<<<< ";
    if text.starts_with(MARK) {
        return Some(0);
    }
    text.find(&format!("\n{MARK}")).map(|line_end| line_end + 1)
}
