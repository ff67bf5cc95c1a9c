//! What `export` wrote, read again: records and attachments, an element at a time.

mod table;

use super::problem::{Located, Position, Problem, shown};
use super::source::{BOM, Lines, calendar, is_calendar};
use crate::lang::{Text, parser};
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

/// The most bytes of one JSON document; JSON Lines and CSV have no limit but that of an element.
const DOCUMENT_LIMIT: usize = 64 << 20;
/// The most bytes of one line of JSON Lines: an attachment of 64 MiB in Base64.
const LINE_LIMIT: usize = 96 << 20;
/// The most problems that are looked for: what is wrong throughout is no export at all.
const PROBLEMS: usize = 1000;

/// One thing that was exported whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// An order's file.
    Order {
        /// Its id, as written.
        id: Located<String>,
        /// The file's text.
        record: Located<String>,
    },
    /// A subject's file.
    Subject {
        /// Its number, as written.
        number: Located<String>,
        /// The file's text.
        record: Located<String>,
    },
    /// An attachment.
    File {
        /// Its hash, as written.
        hash: Located<String>,
        /// Its content.
        content: Vec<u8>,
    },
}

/// Why an export could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The input failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not what `export` writes.
    #[error("{} problem(s)", .0.len())]
    Problems(Vec<Problem>),
}

/// An element as it stands in a file, with the keys that matter here.
#[derive(Debug, Default, Deserialize)]
struct Raw {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    hash: Option<String>,
    #[serde(default)]
    content: Option<String>,
    /// Of a summary: how many elements stand before it.
    #[serde(default)]
    elements: Option<usize>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

/// Returns the place of a key's value in an element that stands at `at`; of the element, where it
/// has none.
fn place_in(element: &str, key: &str, at: Position) -> Position {
    if key.is_empty() {
        return at;
    }
    // Within a text the quotes are escaped.
    let written = format!("\"{key}\":");
    let Some(found) = element.find(&written) else {
        return at;
    };
    let after = found + written.len();
    let value = element.get(after..).unwrap_or_default();
    let offset = after + value.len() - value.trim_start().len();
    let within = Lines::new(element).position(offset);
    Position {
        line: at.line + within.line - 1,
        column: match within.line {
            1 => at.column + within.column - 1,
            _ => within.column,
        },
    }
}

/// Reads the elements of an export in JSON, JSON Lines or CSV, told apart by how it begins.
///
/// # Errors
/// When the input fails, or all that is wrong in it.
pub fn read_exported(input: &mut dyn BufRead) -> Result<Vec<Element>, Unreadable> {
    let mut reader = Reader::default();
    if input.fill_buf()?.starts_with(BOM) {
        input.consume(BOM.len());
    }
    if is_calendar(input.fill_buf()?) {
        reader.problems.push(calendar(text!(
            "可以导入的是 icpctl export --reveal 写出的 JSON、JSON Lines 或 CSV；日历文件请用日历软件打开",
            "what can be brought in is the JSON, JSON Lines or CSV of icpctl export --reveal; a calendar is for a calendar program"
        )));
        return reader.settle();
    }
    let opening = input.fill_buf()?.trim_ascii_start().first();
    if opening.is_some_and(|byte| *byte != b'{') {
        reader.table(input)?;
        return reader.settle();
    }
    let mut first = Vec::new();
    read_line(input, &mut first)?;
    if first.trim_ascii_start().first() != Some(&b'{') {
        reader.table(&mut first.as_slice().chain(input))?;
    } else if serde_json::from_slice::<Raw>(&first).is_ok() {
        reader.lines(first, input)?;
    } else {
        reader.document(first, input)?;
    }
    reader.settle()
}

/// Reads up to and with a line feed, or to one byte more than a line may have.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let mut limited = input.take(LINE_LIMIT as u64 + 1);
    limited.read_until(b'\n', line)
}

/// The type of the line that ends JSON Lines.
const SUMMARY: &str = "summary";

/// What to do about an export of which a part is missing.
fn again() -> Text {
    text!(
        "重新导出，或取原文件完整的副本",
        "export again, or take a complete copy of the file"
    )
}

#[derive(Default)]
struct Reader {
    found: Vec<Element>,
    problems: Vec<Problem>,
    /// Whether something was told that is not there to be brought in: of a masked export.
    told: bool,
    /// Attachments of a table by their hashes: where the first row stands, and their parts.
    files: BTreeMap<String, (Position, BTreeMap<usize, String>)>,
}

impl Reader {
    fn lines(&mut self, first: Vec<u8>, input: &mut dyn BufRead) -> Result<(), Unreadable> {
        let mut line = first;
        let mut place = 1;
        // How many elements no summary has closed yet.
        let mut open = 0;
        while !line.is_empty() && self.problems.len() < PROBLEMS {
            let at = Position::of_line(place);
            if line.len() > LINE_LIMIT {
                self.too_large(at, LINE_LIMIT);
                return Ok(());
            }
            if !line.trim_ascii().is_empty() {
                match serde_json::from_slice::<Raw>(line.trim_ascii_end()) {
                    Ok(raw) if raw.kind == SUMMARY => {
                        if let Some(told) = raw.elements.filter(|told| *told != open) {
                            self.not_whole(at, open, told);
                        }
                        open = 0;
                    }
                    Ok(raw) => {
                        let element = std::str::from_utf8(&line).unwrap_or_default();
                        self.take(raw, |key| place_in(element, key, at));
                        open += 1;
                    }
                    Err(error) => {
                        self.broken(place, &error);
                        open += 1;
                    }
                }
            }
            line.clear();
            read_line(input, &mut line)?;
            place += 1;
        }
        // What is wrong in a line says more than that the rest is missing.
        if open > 0 && self.problems.is_empty() {
            let message = text!(
                "导出到此中断：缺少最后一行 summary",
                "the export breaks off here: the summary, its last line, is missing"
            );
            self.cut_off(Position::of_line(place), message);
        }
        Ok(())
    }

    fn cut_off(&mut self, at: Position, message: Text) {
        self.problems
            .push(Problem::new("", at, "cut-off", message).fix(again()));
    }

    fn not_whole(&mut self, at: Position, found: usize, told: usize) {
        let message = text!(
            "这份导出应有 {told} 行，这里只有 {found} 行",
            "the export has {told} line(s) of elements, and {found} stand here"
        );
        self.problems
            .push(Problem::new("elements", at, "not-whole", message).fix(again()));
    }

    fn document(&mut self, first: Vec<u8>, input: &mut dyn BufRead) -> Result<(), Unreadable> {
        let mut bytes = first;
        input
            .take(DOCUMENT_LIMIT as u64 + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() > DOCUMENT_LIMIT {
            self.too_large(Position::START, DOCUMENT_LIMIT);
            return Ok(());
        }
        match serde_json::from_slice::<Document<'_>>(&bytes) {
            Ok(document) => self.elements(&bytes, &document),
            Err(error) if error.classify() == Category::Data => self.no_document(Position::START),
            Err(error) => self.broken(1, &error),
        }
        Ok(())
    }

    fn elements(&mut self, bytes: &[u8], document: &Document<'_>) {
        // What is JSON is UTF-8.
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let lines = Lines::new(text);
        for element in document.data.iter().map(|element| element.get()) {
            let offset = element.as_ptr().addr() - text.as_ptr().addr();
            let at = lines.position(offset);
            match serde_json::from_str::<Raw>(element) {
                Ok(raw) => self.take(raw, |key| place_in(element, key, at)),
                Err(_) => return self.no_document(at),
            }
        }
    }

    fn no_document(&mut self, at: Position) {
        self.not_exported(
            at,
            text!(
                "这不是 export 写出的文件：不是带 data 列表的 icpctl.export/1 文档",
                "this is nothing that export wrote: it is no icpctl.export/1 with its list `data`"
            ),
        );
    }

    /// Takes one element; what holds no record of its own is passed over. `place` is where the value
    /// of a key stands, or where the element begins for a key that it does not have, such as none.
    fn take(&mut self, raw: Raw, place: impl Fn(&str) -> Position) {
        let located = |value: Option<String>, key: &str| {
            let value = value?;
            let at = place(key);
            Some(Located { value, at })
        };
        let value = match (raw.kind.as_str(), raw.record) {
            ("order", Some(record)) => {
                let parts = located(raw.id, "id").zip(located(Some(record), "record"));
                parts.map(|(id, record)| Element::Order { id, record })
            }
            ("subject", Some(record)) => {
                let parts = located(raw.number, "number").zip(located(Some(record), "record"));
                parts.map(|(number, record)| Element::Subject { number, record })
            }
            ("file", _) => {
                let content = raw.content.and_then(|text| STANDARD.decode(text).ok());
                let parts = located(raw.hash, "hash").zip(content);
                parts.map(|(hash, content)| Element::File { hash, content })
            }
            ("order", None) => {
                let message = text!(
                    "这份导出隐去了个人信息，没有可导入的记录",
                    "this export is masked and holds no record to bring in"
                );
                let problem = Problem::new("record", place("record"), "masked", message);
                self.problems.push(problem.fix(text!(
                    "重新导出：icpctl export --reveal",
                    "export again with icpctl export --reveal"
                )));
                return;
            }
            // A subject that orders alone made has no record; further services never have one.
            ("subject" | "service", _) => {
                self.told = true;
                return;
            }
            (kind, _) => {
                let kind = shown(kind);
                let message = text!(
                    "未知的类型“{kind}”，应为 order、subject 或 file",
                    "\"{kind}\" is no type; order, subject or file is expected"
                );
                self.problems
                    .push(Problem::new("type", place("type"), "unknown-type", message));
                return;
            }
        };
        match value {
            Some(value) => self.found.push(value),
            None => self.problems.push(Problem::new(
                "",
                place(""),
                "incomplete",
                text!(
                    "这一项不完整：订单要有 id，主体要有 number，附件要有 hash 和 Base64 的 content",
                    "this element is incomplete: an order has an id, a subject a number, an attachment a hash and its content in Base64"
                ),
            )),
        }
    }

    fn not_exported(&mut self, at: Position, message: Text) {
        let problem = Problem::new("", at, "not-exported", message);
        self.problems.push(problem.fix(text!(
            "已有备案用 icpctl adopt --from FILE 导入",
            "bring in existing filings with icpctl adopt --from FILE"
        )));
    }

    fn too_large(&mut self, at: Position, limit: usize) {
        let limit = limit >> 20;
        let message = text!("超过 {limit} MiB", "this is larger than {limit} MiB");
        let problem = Problem::new("", at, "too-large", message);
        self.problems.push(problem.fix(text!(
            "用 icpctl export --format jsonl 导出，它没有总大小限制",
            "export with --format jsonl, which has no limit as a whole"
        )));
    }

    fn broken(&mut self, line: usize, error: &serde_json::Error) {
        let words = parser::said_of_json(error);
        let at = Position {
            line: line + error.line().saturating_sub(1),
            column: error.column().max(1),
        };
        self.problems.push(Problem::new(
            "",
            at,
            "syntax",
            text!("JSON 语法有误：{words}", "this is no JSON: {words}", words),
        ));
    }

    fn settle(self) -> Result<Vec<Element>, Unreadable> {
        if !self.problems.is_empty() {
            return Err(Unreadable::Problems(self.problems));
        }
        // An export of an empty store holds nothing, and is brought in by that.
        if self.found.is_empty() && self.told {
            let message = text!("其中没有可导入的记录", "it holds no record to bring in");
            let problem = Problem::new("", Position::START, "nothing-exported", message);
            return Err(Unreadable::Problems(vec![problem.fix(text!(
                "重新导出：icpctl export --reveal",
                "export again with icpctl export --reveal"
            ))]));
        }
        Ok(self.found)
    }
}
