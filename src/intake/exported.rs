//! What `export` wrote, read again: records and attachments, an element at a time.

use super::cells::Starts;
use super::problem::{Located, Position, Problem};
use super::source::Lines;
use crate::lang::{Text, parser};
use crate::render::rows::restore;
use crate::store::wire::position;
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

/// The most bytes of one JSON document; JSON Lines and CSV have no limit but that of an element.
const DOCUMENT_LIMIT: usize = 64 << 20;
/// The most bytes of one line of JSON Lines: an attachment of 64 MiB in Base64.
const LINE_LIMIT: usize = 96 << 20;
/// The most bytes of one line of CSV, whose cells hold records of up to 1 MiB and nothing larger.
const ROW_LIMIT: usize = 4 << 20;
/// The most problems that are looked for: what is wrong throughout is no export at all.
const PROBLEMS: usize = 1000;
const BOM: &[u8] = b"\xEF\xBB\xBF";

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

/// The columns of a table, as its header names them.
struct Columns(Vec<String>);

impl Columns {
    fn of(header: &csv::ByteRecord) -> Self {
        let names = header.iter().map(String::from_utf8_lossy);
        Self(names.map(Cow::into_owned).collect())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }

    /// Whether there are those without which nothing can be brought in.
    fn are_exported(&self) -> bool {
        self.place("type").is_some() && self.place("record").is_some()
    }

    /// Returns what a row says in a column.
    fn cell(&self, row: &csv::ByteRecord, name: &str) -> Option<String> {
        let bytes = row.get(self.place(name)?)?;
        let text = std::str::from_utf8(bytes).ok()?;
        (!text.is_empty()).then(|| restore(text).into_owned())
    }

    fn raw(&self, row: &csv::ByteRecord) -> Raw {
        let cell = |name| self.cell(row, name);
        Raw {
            kind: cell("type").unwrap_or_default(),
            id: cell("id"),
            number: cell("number"),
            record: cell("record"),
            hash: cell("hash"),
            content: cell("content"),
            elements: None,
        }
    }
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

/// An input of which only so much is read for one row.
struct Rationed<'a> {
    input: &'a mut dyn std::io::Read,
    left: &'a Cell<usize>,
    /// What was read of it and may still have to be told of.
    kept: &'a RefCell<Kept>,
}

/// The last bytes that were read of a table: its present row, and what the reader took ahead.
#[derive(Default)]
struct Kept {
    /// How many bytes stood before them.
    before: usize,
    bytes: Vec<u8>,
    /// How many quotes there were in all that was read: a whole table closes each.
    quotes: usize,
}

impl Kept {
    /// Forgets what stands before a byte of the table.
    fn forget(&mut self, until: u64) {
        let until = usize::try_from(until).unwrap_or(usize::MAX);
        let gone = until.saturating_sub(self.before).min(self.bytes.len());
        self.bytes.drain(..gone);
        self.before += gone;
    }

    /// Returns where a cell of the present row stands, which follows `line` lines of the table; a
    /// carriage return or line feed of the row before may still stand in front of it.
    fn place(&self, cell: usize, line: u64) -> Position {
        self.position(Starts::of(&self.bytes, 0).field(cell), line)
    }

    /// Returns where the present row is no UTF-8.
    fn broken(&self, line: u64) -> Position {
        let valid = std::str::from_utf8(&self.bytes).map_or_else(|e| e.valid_up_to(), str::len);
        self.position(valid, line)
    }

    /// Returns where a byte of the present row stands.
    fn position(&self, offset: usize, line: u64) -> Position {
        let before = self.bytes.get(..offset).unwrap_or_default();
        let (row, column) = position(before, before.len());
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        Position {
            line: line.saturating_add(row - 1),
            column,
        }
    }
}

impl std::io::Read for Rationed<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(self.left.get());
        if most == 0 && !into.is_empty() {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let count = self.input.read(into.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get() - count);
        let read = into.get(..count).unwrap_or_default();
        let mut kept = self.kept.borrow_mut();
        kept.bytes.extend_from_slice(read);
        kept.quotes += read.split(|byte| *byte == b'"').count() - 1;
        Ok(count)
    }
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
            let at = Position {
                line: place,
                column: 1,
            };
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
            let line = place;
            self.cut_off(Position { line, column: 1 });
        }
        Ok(())
    }

    fn cut_off(&mut self, at: Position) {
        let message = text!(
            "导出到此中断：缺少最后一行 summary",
            "the export breaks off here: the summary, its last line, is missing"
        );
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

    fn table(&mut self, input: &mut dyn std::io::Read) -> Result<(), Unreadable> {
        let left = &Cell::new(ROW_LIMIT);
        let kept = &RefCell::new(Kept::default());
        let input = Rationed { input, left, kept };
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let columns = match rows.byte_headers() {
            Ok(header) => Columns::of(header),
            Err(error) => return self.no_table(error),
        };
        if !columns.are_exported() {
            let message = text!(
                "这不是 export 写出的文件：没有 type 和 record 两列",
                "this is nothing that export wrote: it has no columns type and record"
            );
            self.not_exported(Position::START, message);
            return Ok(());
        }
        let mut row = csv::ByteRecord::new();
        let (mut last, mut cells) = (Position::START, columns.0.len());
        loop {
            let (start, line) = (rows.position().byte(), rows.position().line());
            kept.borrow_mut().forget(start);
            match rows.read_byte_record(&mut row) {
                Ok(true) => {
                    left.set(ROW_LIMIT);
                    (last, cells) = (kept.borrow().place(0, line), row.len());
                }
                Ok(false) => break,
                Err(error) => return self.no_table(error),
            }
            if self.problems.len() >= PROBLEMS {
                break;
            }
            if std::str::from_utf8(row.as_slice()).is_err() {
                self.not_utf8(kept.borrow().broken(line));
            } else if !row.iter().all(|cell| cell.trim_ascii().is_empty()) {
                let place = |key: &str| columns.place(key).unwrap_or(0);
                self.take_row(&columns, &row, |key| kept.borrow().place(place(key), line));
            }
        }
        // A quote that is not closed, or cells that are missing, end a table that was cut short.
        let is_cut = kept.borrow().quotes % 2 == 1 || cells < columns.0.len();
        if is_cut {
            self.cut_short(last);
        }
        self.take_files();
        Ok(())
    }

    fn cut_short(&mut self, at: Position) {
        let message = text!(
            "文件到这一行中间就断了，后面的内容不在其中",
            "the file ends in the middle of this row: what came after it is missing"
        );
        let problem = Problem::new("", at, "cut-off", message);
        self.problems.push(problem.fix(again()));
    }

    fn not_utf8(&mut self, at: Position) {
        let message = text!("这里不是 UTF-8 编码", "this is not UTF-8");
        let problem = Problem::new("", at, "not-utf-8", message);
        self.problems.push(problem.fix(text!(
            "用 export 写出的原文件，或另存为“CSV UTF-8”",
            "take the file as export wrote it, or save it as CSV UTF-8"
        )));
    }

    /// Takes the element of a row; of a file, whose content goes over several rows, a part.
    fn take_row(
        &mut self,
        columns: &Columns,
        row: &csv::ByteRecord,
        place: impl Fn(&str) -> Position,
    ) {
        let raw = columns.raw(row);
        let part = columns.cell(row, "part").map(|number| number.parse());
        match (raw.kind.as_str(), &raw.hash, part) {
            ("file", Some(hash), Some(Ok(part))) => {
                let (_, parts) = self
                    .files
                    .entry(hash.clone())
                    .or_insert_with(|| (place("hash"), BTreeMap::new()));
                parts.insert(part, raw.content.unwrap_or_default());
            }
            (_, _, _) => self.take(raw, place),
        }
    }

    /// Takes the files whose parts have all been seen.
    fn take_files(&mut self) {
        for (hash, (at, parts)) in std::mem::take(&mut self.files) {
            let raw = Raw {
                kind: "file".to_owned(),
                hash: Some(hash),
                content: Some(parts.into_values().collect()),
                ..Raw::default()
            };
            self.take(raw, |_| at);
        }
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
                let kind = super::problem::shown(kind);
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
        let Text { zh, en } = parser::said_of_json(error);
        let at = Position {
            line: line + error.line().saturating_sub(1),
            column: error.column().max(1),
        };
        self.problems.push(Problem::new(
            "",
            at,
            "syntax",
            text!("JSON 语法有误：{zh}", "this is no JSON: {en}"),
        ));
    }

    fn no_table(&mut self, error: csv::Error) -> Result<(), Unreadable> {
        let line = error.position().map_or(1, csv::Position::line);
        let at = Position {
            line: usize::try_from(line).unwrap_or(usize::MAX),
            column: 1,
        };
        if error.is_io_error()
            && let csv::ErrorKind::Io(error) = error.into_kind()
        {
            if error.kind() == std::io::ErrorKind::FileTooLarge {
                let limit = ROW_LIMIT >> 20;
                let message = text!(
                    "这一行超过 {limit} MiB",
                    "this row is larger than {limit} MiB"
                );
                self.problems
                    .push(Problem::new("", at, "too-large", message));
                return Ok(());
            }
            return Err(error.into());
        }
        let message = text!("这里不是 CSV", "this is no CSV");
        self.problems.push(Problem::new("", at, "syntax", message));
        Ok(())
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
